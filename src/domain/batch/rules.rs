//! The compute environment as a whole: what Batch would refuse, said before it is asked.

use std::ops::RangeInclusive;

use super::{ComputeType, image, instance_type, kind, launch_template};
use crate::domain::firewall::input::validate_security_group_id;
use crate::domain::identity::{validate_instance_profile_arn, validate_role_arn};
use crate::domain::limits::{
    BID_PERCENTAGE, COMPUTE_ENVIRONMENT_NAME_LENGTH, JOB_EXECUTION_TIMEOUT_MINUTES, KEY_PAIR_NAME_LENGTH,
    PLACEMENT_GROUP_NAME_LENGTH, SCALE_DOWN_DELAY_MINUTES,
};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::ComputeEnvironmentSpec;
use crate::domain::tagging::{validate_instance_tags, validate_tag};

/// Everything that is wrong with a compute environment. `exists` says whether it is there already.
pub fn validate_spec(spec: &ComputeEnvironmentSpec, exists: bool) -> Vec<PlanError> {
    let mut errors = Vec::new();
    let mut note = |field: &str, result: Result<(), Invalid>| {
        if let Err(error) = result {
            errors.push(error.at(format!("compute_environment.{field}")));
        }
    };
    note(
        "name",
        spec.name.as_deref().map_or(Ok(()), validate_compute_environment_name),
    );
    note(
        "ec2_key_pair",
        spec.ec2_key_pair.as_deref().map_or(Ok(()), validate_key_pair_name),
    );
    note(
        "placement_group",
        spec.placement_group
            .as_deref()
            .map_or(Ok(()), validate_placement_group_name),
    );
    note(
        "instance_role_arn",
        spec.instance_role_arn
            .as_deref()
            .map_or(Ok(()), validate_instance_profile_arn),
    );
    note(
        "service_role_arn",
        spec.service_role_arn.as_deref().map_or(Ok(()), validate_role_arn),
    );
    note(
        "spot_iam_fleet_role_arn",
        spec.spot_iam_fleet_role_arn
            .as_deref()
            .map_or(Ok(()), validate_role_arn),
    );
    note(
        "bid_percentage",
        within(spec.bid_percentage, BID_PERCENTAGE, "per cent of the on-demand price"),
    );
    note(
        "min_scale_down_delay_minutes",
        within(
            spec.min_scale_down_delay_minutes,
            SCALE_DOWN_DELAY_MINUTES,
            "minutes to keep an idle instance",
        ),
    );
    let timeout = spec.update_policy.map(|policy| policy.job_execution_timeout_minutes);
    note(
        "update_policy.job_execution_timeout_minutes",
        within(
            timeout,
            JOB_EXECUTION_TIMEOUT_MINUTES,
            "minutes for jobs during an update",
        ),
    );
    note(
        "image_refresh",
        spec.image_refresh.as_deref().map_or(Ok(()), validate_image_refresh),
    );
    if spec.service_role_arn.is_some() && spec.create_service_role {
        let detail = "Either give a role, or have one created. Remove one of service_role_arn and create_service_role; without both \
                      the service-linked role is used, which is what AWS recommends.";
        note("create_service_role", Err(Invalid::new("Two service roles", detail)));
    }
    if spec.container_insights.is_some() && spec.create_service_role {
        // Source: AWS Batch User Guide, "IAM permissions for Container Insights".
        let detail = "AWS Batch sets the mode with ecs:UpdateCluster, which the policy AWSBatchServiceRole of the role that is created \
                      does not allow. Remove create_service_role, or give a role that allows it as service_role_arn.";
        let invalid = Invalid::new("The service role may not set Container Insights", detail);
        note("container_insights", Err(invalid));
    }
    for error in validate_instance_tags(&spec.instance_tags) {
        note("instance_tags", Err(error));
    }
    errors.extend(vcpu_errors(spec));
    errors.extend(kind::check(spec));
    if spec.compute_type.has_instances() {
        let instance_types = spec.instance_types();
        errors.extend(instance_type_errors(&instance_types));
        errors.extend(image::check(
            spec.image_id.as_deref(),
            &spec.ec2_configuration,
            &instance_types,
            exists,
        ));
        let template = spec.launch_template.iter();
        errors.extend(template.flat_map(|template| launch_template::check(template, &instance_types)));
    }
    errors
}

/// 0 ≤ min ≤ desired ≤ max, and max ≥ 1. Source: AWS Batch API Reference, ComputeResource.
fn vcpu_errors(spec: &ComputeEnvironmentSpec) -> Vec<PlanError> {
    let mut errors = Vec::new();
    let mut note = |field: &str, result: Result<(), Invalid>| {
        if let Err(error) = result {
            errors.push(error.at(format!("compute_environment.{field}")));
        }
    };
    let (min, max) = (spec.min_vcpus(), spec.max_vcpus);
    note("min_vcpus", validate_min_vcpus(min.into()));
    note("max_vcpus", validate_max_vcpus(max.into()));
    if min > max {
        let detail = format!("min_vcpus is {min} and max_vcpus is {max}. Lower the one or raise the other.");
        note(
            "min_vcpus",
            Err(Invalid::new("More vCPUs are kept than are allowed", detail)),
        );
    } else if let Some(desired) = spec.desired_vcpus.filter(|desired| !(min..=max).contains(desired)) {
        let detail = format!("Set desired_vcpus between min_vcpus ({min}) and max_vcpus ({max}), or leave it out.");
        note(
            "desired_vcpus",
            Err(Invalid::new(
                format!("{desired} vCPUs to start with are out of range"),
                detail,
            )),
        );
    }
    errors
}

fn instance_type_errors(names: &[String]) -> Vec<PlanError> {
    let at = |index: usize| format!("compute_environment.instance_types[{index}]");
    let mut errors = Vec::new();
    if names.is_empty() {
        let detail = "Name at least one type or family, or \"optimal\".";
        errors.push(Invalid::new("No instance types", detail).at("compute_environment.instance_types"));
    }
    for (index, name) in names.iter().enumerate() {
        if let Err(error) = instance_type::validate_instance_type(name) {
            errors.push(error.at(at(index)));
        } else if names[..index].contains(name) {
            errors.push(Invalid::new(format!("{name:?} is given twice"), "Remove one of the two.").at(at(index)));
        }
    }
    if errors.is_empty() {
        errors.extend(instance_type::check_one_architecture(names).err());
    }
    errors
}

/// Checks a lower bound of vCPUs on its own.
pub fn validate_min_vcpus(vcpus: i64) -> Result<(), Invalid> {
    validate_vcpus(vcpus, 0, "AWS Batch keeps none when idle with 0.")
}

/// Checks an upper bound of vCPUs on its own.
pub fn validate_max_vcpus(vcpus: i64) -> Result<(), Invalid> {
    validate_vcpus(
        vcpus,
        1,
        "An environment with 0 would never run a job; to stop one, set enabled = false.",
    )
}

fn validate_vcpus(vcpus: i64, least: i64, hint: &str) -> Result<(), Invalid> {
    if (least..=i64::from(i32::MAX)).contains(&vcpus) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{vcpus} is not a number of vCPUs that AWS Batch accepts here"),
        format!("Use {least} or more. {hint}"),
    ))
}

/// Checks an exact name. Source: AWS Batch API Reference, CreateComputeEnvironment.
pub fn validate_compute_environment_name(name: &str) -> Result<(), Invalid> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if starts_well && name.bytes().all(is_word) && name.len() <= COMPUTE_ENVIRONMENT_NAME_LENGTH {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} cannot be the name of a compute environment"),
        format!(
            "Use 1 to {COMPUTE_ENVIRONMENT_NAME_LENGTH} letters, digits, hyphens and underscores, with a letter or digit first, or \
             leave it out to have it derived from the environment's name."
        ),
    ))
}

/// Checks the name of a key pair. Source: EC2 API Reference, CreateKeyPair.
pub fn validate_key_pair_name(name: &str) -> Result<(), Invalid> {
    if (1..=KEY_PAIR_NAME_LENGTH).contains(&name.len()) && name.is_ascii() && name.trim() == name {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} cannot be the name of a key pair"),
        format!(
            "Use 1 to {KEY_PAIR_NAME_LENGTH} ASCII characters without spaces at the ends, or leave it out for no key."
        ),
    ))
}

/// Checks the name of a placement group. Source: EC2 API Reference, CreatePlacementGroup.
pub fn validate_placement_group_name(name: &str) -> Result<(), Invalid> {
    if (1..=PLACEMENT_GROUP_NAME_LENGTH).contains(&name.len()) && name.is_ascii() && name.trim() == name {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{name:?} cannot be the name of a placement group"),
        format!(
            "Use 1 to {PLACEMENT_GROUP_NAME_LENGTH} ASCII characters without spaces at the ends, or leave it out for none."
        ),
    ))
}

/// Checks a word whose change refreshes the images: it is kept as the value of a tag.
pub fn validate_image_refresh(word: &str) -> Result<(), Invalid> {
    let told = |error: Invalid| {
        Invalid::new(
            format!("{word:?} cannot be kept as a tag"),
            format!("The word is kept as a tag of the compute environment. {}", error.detail),
        )
    };
    match word {
        "" => Err(Invalid::new(
            "The word is empty",
            "Give any word, such as the date of the refresh, or leave image_refresh out to refresh nothing.",
        )),
        _ => validate_tag(super::memory::IMAGE_REFRESH_KEY, word).map_err(told),
    }
}

/// Checks a number against a range of Batch's.
fn within(value: Option<i32>, range: RangeInclusive<i64>, what: &str) -> Result<(), Invalid> {
    match value.filter(|value| !range.contains(&i64::from(*value))) {
        None => Ok(()),
        Some(value) => Err(Invalid::new(
            format!("{value} is out of range"),
            format!(
                "Give {} to {} {what}, or leave it out for the default.",
                range.start(),
                range.end()
            ),
        )),
    }
}

/// Checks the ids of existing groups.
pub fn validate_additional_groups(ids: &[String]) -> Vec<PlanError> {
    let at = |index: usize| format!("security_group.additional_ids[{index}]");
    let mut errors = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        if let Err(error) = validate_security_group_id(id) {
            errors.push(error.at(at(index)));
        } else if ids[..index].contains(id) {
            errors.push(Invalid::new(format!("{id:?} is given twice"), "Remove one of the two.").at(at(index)));
        }
    }
    errors
}

/// Checks that the type takes as many groups: the given ones besides the environment's own.
pub fn check_number_of_groups(compute_type: ComputeType, additional: &[String]) -> Result<(), PlanError> {
    let (groups, most) = (additional.len() + 1, compute_type.kind().most_security_groups);
    match most.filter(|most| groups > *most) {
        None => Ok(()),
        Some(most) => Err(Invalid::new(
            format!("{groups} security groups are too many for {compute_type}"),
            format!(
                "Compute environments of this type take at most {most}, and one is the environment's own. Name at most {}.",
                most - 1
            ),
        )
        .at("security_group.additional_ids")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::batch::{ContainerInsights, UpdatePolicy};
    use crate::domain::fixture;

    fn attributes(change: impl FnOnce(&mut ComputeEnvironmentSpec)) -> Vec<String> {
        let mut spec = fixture::seed().compute_environment;
        change(&mut spec);
        validate_spec(&spec, false)
            .into_iter()
            .map(|error| error.attribute.trim_start_matches("compute_environment.").to_owned())
            .collect()
    }

    #[test]
    fn the_seed_is_sound() {
        assert!(attributes(|_| {}).is_empty());
    }

    #[test]
    fn vcpus_are_in_order() {
        assert_eq!(
            attributes(|s| s.min_vcpus = Some(-1)),
            ["min_vcpus", "desired_vcpus"][..1]
        );
        assert_eq!(attributes(|s| s.max_vcpus = 0), ["max_vcpus"]);
        assert_eq!(attributes(|s| s.min_vcpus = Some(5)), ["min_vcpus"]);
        assert_eq!(attributes(|s| s.desired_vcpus = Some(5)), ["desired_vcpus"]);
        assert!(attributes(|s| s.desired_vcpus = Some(4)).is_empty());
        assert!(validate_max_vcpus(i64::from(i32::MAX) + 1).is_err());
    }

    #[test]
    fn every_list_member_is_checked() {
        assert_eq!(attributes(|s| s.instance_types = Some(Vec::new())), ["instance_types"]);
        let wrong = ["c5", "t3small", "c5"].map(str::to_owned).to_vec();
        assert_eq!(
            attributes(|s| s.instance_types = Some(wrong)),
            ["instance_types[1]", "instance_types[2]"]
        );
    }

    #[test]
    fn roles_are_given_or_created() {
        let role = "arn:aws:iam::123456789012:role/batch".to_owned();
        let both = |s: &mut ComputeEnvironmentSpec| {
            s.service_role_arn = Some(role);
            s.create_service_role = true;
        };
        assert_eq!(attributes(both), ["create_service_role"]);
        let insights = |s: &mut ComputeEnvironmentSpec| {
            s.container_insights = Some(ContainerInsights::Enabled);
            s.create_service_role = true;
        };
        assert_eq!(attributes(insights), ["container_insights"]);
        assert_eq!(
            attributes(|s| s.instance_role_arn = Some("ecsInstanceRole".to_owned())),
            ["instance_role_arn"]
        );
    }

    #[test]
    fn numbers_are_within_batchs_ranges() {
        let spot = |s: &mut ComputeEnvironmentSpec| s.compute_type = ComputeType::Spot;
        for (percentage, told) in [(0, 1), (1, 0), (100, 0), (101, 1)] {
            let wrong = attributes(|s| {
                spot(s);
                s.bid_percentage = Some(percentage);
            });
            assert_eq!(wrong, vec!["bid_percentage"; told], "{percentage}");
        }
        for (minutes, told) in [(0, 1), (19, 1), (20, 0), (10_080, 0), (10_081, 1)] {
            let wrong = attributes(|s| s.min_scale_down_delay_minutes = Some(minutes));
            assert_eq!(wrong, vec!["min_scale_down_delay_minutes"; told], "{minutes}");
        }
        for (minutes, told) in [(0, 1), (1, 0), (7_200, 0), (7_201, 1)] {
            let policy = UpdatePolicy {
                job_execution_timeout_minutes: minutes,
                ..UpdatePolicy::default()
            };
            let wrong = attributes(|s| s.update_policy = Some(policy));
            assert_eq!(
                wrong,
                vec!["update_policy.job_execution_timeout_minutes"; told],
                "{minutes}"
            );
        }
    }

    #[test]
    fn a_word_for_images_can_be_a_tag() {
        assert!(validate_image_refresh("2026-11").is_ok());
        for word in ["", "a;b", &"x".repeat(257)] {
            assert!(validate_image_refresh(word).is_err(), "{word}");
        }
        assert_eq!(
            attributes(|s| s.image_refresh = Some("a;b".to_owned())),
            ["image_refresh"]
        );
        assert_eq!(
            attributes(|s| s.placement_group = Some(" ".to_owned())),
            ["placement_group"]
        );
    }

    #[test]
    fn names_follow_batchs_rule() {
        assert!(validate_compute_environment_name("my-batch-cluster").is_ok());
        for name in ["", "-a", "a b", &"x".repeat(129)] {
            assert!(validate_compute_environment_name(name).is_err());
        }
        assert!(validate_key_pair_name("my key").is_ok());
        assert!(validate_key_pair_name("").is_err());
    }

    #[test]
    fn groups_are_ids_and_differ() {
        let ids = ["sg-0123456789abcdef0", "mine", "sg-0123456789abcdef0"].map(str::to_owned);
        let told: Vec<String> = validate_additional_groups(&ids)
            .into_iter()
            .map(|error| error.attribute)
            .collect();
        assert_eq!(
            told,
            ["security_group.additional_ids[1]", "security_group.additional_ids[2]"]
        );
    }
}
