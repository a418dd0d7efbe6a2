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

/// Whether image types are what Batch fills in itself when none are given: one entry at most, without an AMI of its own, of the type
/// that was the default when the environment was made (Amazon Linux 2023 since January 2026).
pub fn is_default_ec2_configuration(reported: &[Ec2Configuration]) -> bool {
    match reported {
        [] => true,
        [one] => {
            one.image_id_override.is_none()
                && matches!(
                    one.image_type.as_str(),
                    "ECS_AL2023" | "ECS_AL2" | "ECS_AL2023_NVIDIA" | "ECS_AL2_NVIDIA"
                )
        }
        _ => false,
    }
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
        let configuration = |image_id_override: Option<&str>| Ec2Configuration {
            image_type: "ECS_AL2023".into(),
            image_id_override: image_id_override.map(str::to_owned),
        };
        assert!(is_default_ec2_configuration(&[]));
        assert!(is_default_ec2_configuration(&[configuration(None)]));
        assert!(!is_default_ec2_configuration(&[configuration(Some("ami-1"))]));
    }
}
