//! Roles, trust and managed policies, per partition.

use serde_json::Value;

use super::problem::Invalid;

/// Role that AWS Batch makes once per account and uses unless it is given another one. Source: AWS Batch User Guide, "Using
/// service-linked roles for AWS Batch".
pub const SERVICE_LINKED_ROLE: &str = "AWSServiceRoleForBatch";
const SERVICE_LINKED_PATH: &str = ":role/aws-service-role/";

/// Trust policy of the instance role.
pub fn instance_trust_policy(partition: &str) -> String {
    trust_policy(match partition {
        "aws-cn" => "ec2.amazonaws.com.cn",
        _ => "ec2.amazonaws.com",
    })
}

/// Trust policy of the service role.
pub fn service_trust_policy() -> String {
    trust_policy("batch.amazonaws.com")
}

/// Trust policy of the Spot Fleet role.
pub fn spot_fleet_trust_policy() -> String {
    trust_policy("spotfleet.amazonaws.com")
}

fn trust_policy(principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{principal}"}},"Action":"sts:AssumeRole"}}]}}"#
    )
}

/// Managed policy of the instance role. Source: AWS Batch User Guide, "Amazon ECS instance role".
pub fn instance_managed_policy(partition: &str) -> String {
    managed_policy(partition, "AmazonEC2ContainerServiceforEC2Role")
}

/// Managed policy of the service role. Source: AWS Batch User Guide, "AWS managed policies for AWS Batch".
pub fn service_managed_policy(partition: &str) -> String {
    managed_policy(partition, "AWSBatchServiceRole")
}

/// Managed policy of the Spot Fleet role: with the older one Spot Instances are not tagged, and then not ended when they are idle.
/// Source: AWS Batch User Guide, "Amazon EC2 spot fleet role" and "Spot Instances not tagged on creation".
pub fn spot_fleet_managed_policy(partition: &str) -> String {
    managed_policy(partition, "AmazonEC2SpotFleetTaggingRole")
}

fn managed_policy(partition: &str, name: &str) -> String {
    format!("arn:{partition}:iam::aws:policy/service-role/{name}")
}

/// ARN of the service-linked role in an account.
pub fn service_linked_role_arn(partition: &str, account_id: &str) -> String {
    format!("arn:{partition}:iam::{account_id}{SERVICE_LINKED_PATH}batch.amazonaws.com/{SERVICE_LINKED_ROLE}")
}

/// Whether an ARN is that of a service-linked role. Batch reports the full ARN even when no role was given.
pub fn is_service_linked(arn: &str) -> bool {
    arn.contains(SERVICE_LINKED_PATH)
}

/// Whether two policy documents mean the same: whatever the order of keys, list members and statements, and whether a single
/// member is written as list or not. Documents that are no JSON are compared as text.
pub fn same_policy(a: &str, b: &str) -> bool {
    match (serde_json::from_str(a), serde_json::from_str(b)) {
        (Ok(a), Ok(b)) => canonical(a) == canonical(b),
        _ => a == b,
    }
}

fn canonical(value: Value) -> Value {
    match value {
        Value::Array(members) => {
            let mut members: Vec<Value> = members.into_iter().map(canonical).collect();
            members.sort_by_key(Value::to_string);
            members.dedup();
            match members.pop() {
                Some(only) if members.is_empty() => only,
                Some(last) => {
                    members.push(last);
                    Value::Array(members)
                }
                None => Value::Array(members),
            }
        }
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (key, canonical(value))).collect())
        }
        plain => plain,
    }
}

/// An IAM ARN, taken apart.
struct IamArn<'a> {
    partition: &'a str,
    account_id: &'a str,
    kind: &'a str,
    name: &'a str,
}

impl<'a> IamArn<'a> {
    fn parse(arn: &'a str) -> Option<Self> {
        let rest = arn.strip_prefix("arn:")?;
        let (partition, rest) = rest.split_once(":iam::")?;
        let (account_id, rest) = rest.split_once(':')?;
        let (kind, path) = rest.split_once('/')?;
        let name = path.rsplit('/').next()?;
        let is_word = |b: u8| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b);
        let valid = partition.starts_with("aws")
            && partition.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            && account_id.len() == 12
            && account_id.bytes().all(|b| b.is_ascii_digit())
            && !name.is_empty()
            && path.bytes().all(|b| is_word(b) || b == b'/');
        valid.then_some(Self {
            partition,
            account_id,
            kind,
            name,
        })
    }
}

/// Checks the ARN of an instance profile.
pub fn validate_instance_profile_arn(arn: &str) -> Result<(), Invalid> {
    match IamArn::parse(arn) {
        Some(parsed) if parsed.kind == "instance-profile" => Ok(()),
        Some(parsed) if parsed.kind == "role" => Err(Invalid::new(
            "An instance profile is needed, not a role",
            format!(
                "AWS Batch hands the instances a profile, which holds the role. A profile made with the console has the role's \
                 name: \"arn:{}:iam::{}:instance-profile/{}\".",
                parsed.partition, parsed.account_id, parsed.name
            ),
        )),
        _ => Err(Invalid::new(
            format!("{arn:?} is not the ARN of an instance profile"),
            "Such an ARN looks like \"arn:aws:iam::123456789012:instance-profile/NAME\". Leave the attribute out to have a role \
             and its profile created.",
        )),
    }
}

/// Checks the ARN of a role.
pub fn validate_role_arn(arn: &str) -> Result<(), Invalid> {
    match IamArn::parse(arn) {
        Some(parsed) if parsed.kind == "role" => Ok(()),
        _ => Err(Invalid::new(
            format!("{arn:?} is not the ARN of a role"),
            "Such an ARN looks like \"arn:aws:iam::123456789012:role/NAME\", with the path before the name if the role has one.",
        )),
    }
}

/// Checks that Batch in this account can be given a role or profile: IAM passes no role to another account or partition. An
/// empty account id, which is one that was not asked for, is not compared.
pub fn check_account(arn: &str, partition: &str, account_id: &str) -> Result<(), Invalid> {
    let differs = |parsed: &IamArn<'_>| {
        parsed.partition != partition || (parsed.account_id != account_id && !account_id.is_empty())
    };
    match IamArn::parse(arn) {
        Some(parsed) if differs(&parsed) => Err(Invalid::new(
            format!("{arn:?} is not of this account"),
            format!(
                "The environment is in account {account_id} of partition {partition}, and only its own roles can be used there."
            ),
        )),
        _ => Ok(()),
    }
}

/// The name at the end of an ARN with a path.
pub fn name_in_arn(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_follow_the_partition() {
        assert_eq!(
            instance_managed_policy("aws-us-gov"),
            "arn:aws-us-gov:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
        );
        let role = service_linked_role_arn("aws", "123456789012");
        assert_eq!(
            role,
            "arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"
        );
        assert!(is_service_linked(&role) && validate_role_arn(&role).is_ok());
        assert!(instance_trust_policy("aws-cn").contains("\"ec2.amazonaws.com.cn\""));
        assert!(instance_trust_policy("aws").contains("\"ec2.amazonaws.com\""));
    }

    #[test]
    fn policies_are_compared_by_meaning() {
        let reordered = r#"{ "Statement": {"Action": ["sts:AssumeRole"], "Principal": {"Service": ["batch.amazonaws.com"]},
            "Effect": "Allow"}, "Version": "2012-10-17" }"#;
        assert!(same_policy(&service_trust_policy(), reordered));
        assert!(same_policy(r#"{"Action":["a","b","a"]}"#, r#"{"Action":["b","a"]}"#));
        assert!(!same_policy(&service_trust_policy(), &instance_trust_policy("aws")));
        assert!(!same_policy("{", "{}"));
    }

    #[test]
    fn profiles_and_roles_are_told_apart() {
        let profile = "arn:aws:iam::123456789012:instance-profile/path/ecs";
        let role = "arn:aws-cn:iam::123456789012:role/ecs";
        assert!(validate_instance_profile_arn(profile).is_ok());
        assert!(validate_role_arn(role).is_ok());
        let error = validate_instance_profile_arn(role).unwrap_err();
        assert!(
            error
                .detail
                .contains("arn:aws-cn:iam::123456789012:instance-profile/ecs")
        );
        for arn in [
            "",
            "ecsInstanceRole",
            "arn:aws:iam::1:role/x",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:user/x",
        ] {
            assert!(validate_role_arn(arn).is_err(), "{arn}");
        }
        assert!(check_account(profile, "aws", "123456789012").is_ok());
        assert!(check_account(profile, "aws", "210987654321").is_err());
        assert!(check_account(role, "aws", "123456789012").is_err());
    }
}
