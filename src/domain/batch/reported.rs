//! Reading what Batch reports of a compute environment.

use super::Ec2Configuration;

/// Words of the status reasons that Batch gives while IAM has not told it of a role or profile yet.
/// Source: AWS Batch User Guide, "INVALID compute environment"; hashicorp/terraform-provider-aws #37945.
const NOT_YET_VISIBLE: [&str; 4] = [
    "sts:AssumeRole",
    "is not authorized to perform",
    "IamInstanceProfile",
    "IamFleetRole",
];

/// Whether a compute environment that is INVALID for this reason can become VALID without anybody mending anything, because a role
/// or profile that it names was made a moment ago.
pub fn reason_may_pass(status_reason: &str) -> bool {
    NOT_YET_VISIBLE.iter().any(|words| status_reason.contains(words))
}

/// Families with NVIDIA GPUs: the letters before the generation.
/// Source: Amazon EC2 User Guide, "Accelerated computing instances"; AWS Batch User Guide, "Use a GPU workload AMI".
fn has_nvidia_gpu(instance_type: &str) -> bool {
    let family = instance_type.split('.').next().unwrap_or(instance_type);
    let letters: String = family.chars().take_while(char::is_ascii_alphabetic).collect();
    matches!(letters.as_str(), "p" | "g" | "gr") && family != "g4ad"
}

/// Whether image types are what Batch fills in itself when none are given: entries without an AMI of their own, of the type that was
/// the default when the environment was made (Amazon Linux 2023 since January 2026), the NVIDIA kind where GPU instances are asked
/// for.
pub fn is_default_ec2_configuration(reported: &[Ec2Configuration], instance_types: &[String]) -> bool {
    let with_gpu = instance_types.iter().any(|name| has_nvidia_gpu(name));
    let without_gpu = instance_types.iter().any(|name| !has_nvidia_gpu(name));
    reported.iter().all(|configuration| {
        let is_default = match configuration.image_type.as_str() {
            "ECS_AL2023" | "ECS_AL2" => without_gpu,
            "ECS_AL2023_NVIDIA" | "ECS_AL2_NVIDIA" => with_gpu,
            _ => false,
        };
        is_default && configuration.image_id_override.is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reasons_that_name_a_role_pass_by_themselves() {
        assert!(reason_may_pass("CLIENT_ERROR - Invalid IamInstanceProfile: simulation"));
        assert!(reason_may_pass(
            "CLIENT_ERROR - User: batch.amazonaws.com is not authorized to perform: sts:AssumeRole"
        ));
        assert!(!reason_may_pass("CLIENT_ERROR - AMI cannot be described"));
        assert!(!reason_may_pass(""));
    }

    #[test]
    fn an_own_image_is_no_default() {
        let configuration = |image_type: &str, image_id_override: Option<&str>| Ec2Configuration {
            image_type: image_type.into(),
            image_id_override: image_id_override.map(str::to_owned),
        };
        let (small, gpu) = (["t3.small".to_owned()], ["g4dn.xlarge".to_owned()]);
        assert!(is_default_ec2_configuration(&[], &small));
        assert!(is_default_ec2_configuration(
            &[configuration("ECS_AL2023", None)],
            &small
        ));
        assert!(!is_default_ec2_configuration(
            &[configuration("ECS_AL2023", Some("ami-1"))],
            &small
        ));
        assert!(!is_default_ec2_configuration(
            &[configuration("ECS_AL2023_NVIDIA", None)],
            &small
        ));
        assert!(is_default_ec2_configuration(
            &[configuration("ECS_AL2023_NVIDIA", None)],
            &gpu
        ));
        assert!(!is_default_ec2_configuration(
            &[configuration("ECS_AL2023", None)],
            &gpu
        ));
    }
}
