//! Image types and AMIs.

use super::Ec2Configuration;
use super::instance_type::is_a1;
use crate::domain::firewall::input::validate_id;
use crate::domain::limits::EC2_CONFIGURATIONS;
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::suggest;

/// Image types for ECS. Source: AWS Batch API Reference, Ec2Configuration.
pub const IMAGE_TYPES: [&str; 4] = ["ECS_AL2023", "ECS_AL2023_NVIDIA", "ECS_AL2", "ECS_AL2_NVIDIA"];
/// What Batch takes when no image type is given, since 12 January 2026.
pub const DEFAULT_IMAGE_TYPE: &str = "ECS_AL2023";

const CONFIGURATION: &str = "compute_environment.ec2_configuration";

/// Checks an image type on its own.
pub fn validate_image_type(image_type: &str) -> Result<(), Invalid> {
    if IMAGE_TYPES.contains(&image_type) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{image_type:?} is not an image type for ECS"),
        format!(
            "Use {}.{}",
            suggest::either(IMAGE_TYPES),
            suggest::did_you_mean(image_type, IMAGE_TYPES)
        ),
    ))
}

/// Checks the id of an AMI.
pub fn validate_image_id(id: &str) -> Result<(), Invalid> {
    validate_id("ami", "machine image (AMI)", id)
}

/// Whether Batch itself provides the image, and it is of Amazon Linux 2. Batch refuses new compute environments with such an image
/// since 30 June 2026; with an AMI of one's own they can still be made.
pub fn is_retired(configuration: &Ec2Configuration) -> bool {
    configuration.image_type.starts_with("ECS_AL2")
        && !configuration.image_type.starts_with("ECS_AL2023")
        && configuration.image_id_override.is_none()
}

/// Checks image type, AMI and instance types against each other. `exists` says whether the compute environment is there already.
pub fn check(
    image_id: Option<&str>,
    configurations: &[Ec2Configuration],
    instance_types: &[String],
    exists: bool,
) -> Vec<PlanError> {
    let mut errors = Vec::new();
    if let Some(Err(error)) = image_id.map(validate_image_id) {
        errors.push(error.at("compute_environment.image_id"));
    }
    if configurations.len() > EC2_CONFIGURATIONS {
        let summary = format!("{} image types are too many", configurations.len());
        let detail = format!(
            "AWS Batch takes at most {EC2_CONFIGURATIONS}: one for instances with and one for those without a GPU."
        );
        errors.push(Invalid::new(summary, detail).at(CONFIGURATION));
    }
    for (index, configuration) in configurations.iter().enumerate() {
        let image_type = &configuration.image_type;
        let at = |field: &str| format!("{CONFIGURATION}[{index}].{field}");
        if let Err(error) = validate_image_type(image_type) {
            errors.push(error.at(at("image_type")));
        }
        if let Some(Err(error)) = configuration.image_id_override.as_deref().map(validate_image_id) {
            errors.push(error.at(at("image_id_override")));
        }
        if configurations[..index]
            .iter()
            .any(|other| other.image_type == *image_type)
        {
            let detail = "Each image type can be given once. Remove one of the two.";
            errors.push(Invalid::new(format!("{image_type} is given twice"), detail).at(at("image_type")));
        }
        if image_id.is_some() && configuration.image_id_override.is_some() {
            let detail = "image_id is for all instances, image_id_override for those of one image type, and AWS Batch uses only one of \
                          the two. Remove image_id.";
            errors.push(Invalid::new("Two AMIs for the same instances", detail).at(at("image_id_override")));
        }
        if !exists && image_id.is_none() && is_retired(configuration) {
            let detail = "AWS Batch makes no new compute environment with its Amazon Linux 2 images since 30 June 2026. Use \
                          ECS_AL2023 or ECS_AL2023_NVIDIA, or give an AMI of your own as image_id_override.";
            errors.push(Invalid::new(format!("{image_type} is retired"), detail).at(at("image_type")));
        }
    }
    errors.extend(a1_error(image_id, configurations, instance_types));
    errors
}

/// Amazon Linux 2023 does not run on the A1 family.
fn a1_error(
    image_id: Option<&str>,
    configurations: &[Ec2Configuration],
    instance_types: &[String],
) -> Option<PlanError> {
    let own_image = image_id.is_some() || configurations.iter().any(|c| c.image_id_override.is_some());
    let al2 = configurations.iter().any(|c| c.image_type == "ECS_AL2");
    let index = instance_types.iter().position(|name| is_a1(name))?;
    let detail = "Amazon Linux 2023, which AWS Batch's images are made of, does not run on A1 instances. Use a newer family, such as \
                  \"m6g\", or an AMI of your own.";
    (!own_image && !al2).then(|| {
        Invalid::new(format!("No image for {:?}", instance_types[index]), detail)
            .at(format!("compute_environment.instance_types[{index}]"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(image_type: &str, id: Option<&str>) -> Ec2Configuration {
        Ec2Configuration {
            image_type: image_type.to_owned(),
            image_id_override: id.map(str::to_owned),
        }
    }

    const AMI: Option<&str> = Some("ami-0123456789abcdef0");

    fn attributes(image_id: Option<&str>, configurations: &[Ec2Configuration], exists: bool) -> Vec<String> {
        check(image_id, configurations, &[], exists)
            .into_iter()
            .map(|error| error.attribute)
            .collect()
    }

    #[test]
    fn sound_choices_are_taken() {
        for configurations in [
            vec![],
            vec![image("ECS_AL2023", None), image("ECS_AL2023_NVIDIA", AMI)],
            vec![image("ECS_AL2", AMI)],
        ] {
            assert!(
                check(None, &configurations, &[], false).is_empty(),
                "{configurations:?}"
            );
        }
        assert!(check(AMI, &[image("ECS_AL2023", None)], &[], false).is_empty());
    }

    #[test]
    fn amazon_linux_2_is_for_what_exists_or_has_its_own_image() {
        let al2 = [image("ECS_AL2", None)];
        assert_eq!(
            attributes(None, &al2, false),
            ["compute_environment.ec2_configuration[0].image_type"]
        );
        assert!(attributes(None, &al2, true).is_empty());
        assert!(attributes(AMI, &al2, false).is_empty());
    }

    #[test]
    fn clashes_are_told_where_they_are() {
        let twice = [
            image("ECS_AL2023", None),
            image("ECS_AL2023", AMI),
            image("AL2023", Some("ami-x")),
        ];
        assert_eq!(
            attributes(AMI, &twice, false),
            [
                "compute_environment.ec2_configuration",
                "compute_environment.ec2_configuration[1].image_type",
                "compute_environment.ec2_configuration[1].image_id_override",
                "compute_environment.ec2_configuration[2].image_type",
                "compute_environment.ec2_configuration[2].image_id_override",
                "compute_environment.ec2_configuration[2].image_id_override",
            ]
        );
        assert_eq!(attributes(Some("x"), &[], false), ["compute_environment.image_id"]);
    }

    #[test]
    fn a1_needs_an_image_of_its_own() {
        let a1 = ["a1.large".to_owned()];
        assert_eq!(check(None, &[], &a1, false).len(), 1);
        assert!(check(AMI, &[], &a1, false).is_empty());
    }
}
