//! Launch templates, as Batch has them.

use aws_sdk_batch::types::{LaunchTemplateSpecification, LaunchTemplateSpecificationOverride};

use crate::domain::batch::{LaunchTemplate, LaunchTemplateOverride, TemplateVersion};

pub(super) fn to_sdk(template: &LaunchTemplate) -> LaunchTemplateSpecification {
    let overrides: Vec<_> = template.overrides.iter().map(override_to_sdk).collect();
    let TemplateVersion { id, name, version } = template.template.clone();
    LaunchTemplateSpecification::builder()
        .set_launch_template_id(id)
        .set_launch_template_name(name)
        .set_version(version)
        .set_overrides((!overrides.is_empty()).then_some(overrides))
        .build()
}

/// As [`to_sdk`]; a template without id and name takes away the one that there is, for which Batch wants an empty id. Overrides that
/// are left out are taken away. Source: AWS Batch API Reference, ComputeResourceUpdate, LaunchTemplateSpecification.
pub(super) fn changed_to_sdk(template: &LaunchTemplate) -> LaunchTemplateSpecification {
    if template.template.key().is_none() {
        return LaunchTemplateSpecification::builder().launch_template_id("").build();
    }
    to_sdk(template)
}

fn override_to_sdk(entry: &LaunchTemplateOverride) -> LaunchTemplateSpecificationOverride {
    let TemplateVersion { id, name, version } = entry.template.clone();
    LaunchTemplateSpecificationOverride::builder()
        .set_launch_template_id(id)
        .set_launch_template_name(name)
        .set_version(version)
        .set_target_instance_types(Some(entry.target_instance_types.clone()))
        .build()
}

/// `None` for the remains of a template that was taken away.
pub(super) fn from_sdk(template: &LaunchTemplateSpecification) -> Option<LaunchTemplate> {
    let seen = LaunchTemplate {
        template: version(
            template.launch_template_id(),
            template.launch_template_name(),
            template.version(),
        ),
        overrides: template
            .overrides()
            .iter()
            .map(|entry| LaunchTemplateOverride {
                template: version(
                    entry.launch_template_id(),
                    entry.launch_template_name(),
                    entry.version(),
                ),
                target_instance_types: entry.target_instance_types().to_vec(),
            })
            .collect(),
    };
    seen.template.key().is_some().then_some(seen)
}

fn version(id: Option<&str>, name: Option<&str>, version: Option<&str>) -> TemplateVersion {
    let given = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    TemplateVersion {
        id: given(id),
        name: given(name),
        version: given(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_comes_back_as_it_was_sent() {
        let wanted = LaunchTemplate {
            template: version(Some("lt-0123456789abcdef0"), None, Some("3")),
            overrides: vec![LaunchTemplateOverride {
                template: version(None, Some("gpu"), Some("1")),
                target_instance_types: vec!["g5".to_owned()],
            }],
        };
        assert_eq!(from_sdk(&to_sdk(&wanted)), Some(wanted.clone()));
        assert_eq!(changed_to_sdk(&wanted), to_sdk(&wanted));
    }

    #[test]
    fn an_empty_id_takes_it_away() {
        let sent = changed_to_sdk(&LaunchTemplate::default());
        assert_eq!((sent.launch_template_id(), sent.version()), (Some(""), None));
        assert_eq!(from_sdk(&sent), None);
    }
}
