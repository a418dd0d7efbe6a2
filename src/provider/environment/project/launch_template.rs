//! `compute_environment.launch_template`: the user's word for a version, and the number that it stands for.

use tf_provider::value::Value;

use super::pieces::{known_or_unknown, text};
use crate::domain::batch::launch_template::DEFAULT_VERSION;
use crate::domain::batch::{InstancesPlan, TemplateVersion};
use crate::provider::attribute::Unknowns;
use crate::provider::environment::model::{LaunchTemplate, LaunchTemplateOverride};
use crate::provider::number::Number;

/// The planned launch template. `plan` is that of the instances, if it is known.
pub(super) fn planned(config: &Value<LaunchTemplate>, plan: Option<&InstancesPlan>) -> Value<LaunchTemplate> {
    let Value::Value(config) = config else {
        return config.clone();
    };
    // An object of nulls is no template.
    if *config == LaunchTemplate::default() {
        return Value::Value(config.clone());
    }
    let plan = plan.and_then(|plan| plan.resources.launch_template.as_ref());
    let plan = plan.filter(|_| Unknowns::of(config).is_empty());
    let overrides = config.overrides.clone().map(|entries| {
        let planned = entries.into_iter().enumerate().map(|(index, entry)| {
            let plan = plan
                .and_then(|plan| plan.overrides.get(index))
                .map(|entry| &entry.template);
            entry.map(|entry| LaunchTemplateOverride {
                version: entry.version.or(text(DEFAULT_VERSION)),
                version_number: number(plan),
                ..entry
            })
        });
        planned.collect()
    });
    Value::Value(LaunchTemplate {
        version: config.version.clone().or(text(DEFAULT_VERSION)),
        version_number: number(plan.map(|plan| &plan.template)),
        overrides: overrides.or(Value::Value(Vec::new())),
        ..config.clone()
    })
}

fn number(plan: Option<&TemplateVersion>) -> Value<Number> {
    known_or_unknown(plan.and_then(TemplateVersion::number).map(Number::Whole))
}
