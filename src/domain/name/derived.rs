//! Names of parts: the same environment always derives the same ones.

use sha2::{Digest, Sha256};

use super::{EnvironmentName, Ownership};
use crate::domain::limits::{GROUP_TEXT_LENGTH, ROLE_NAME_LENGTH};

/// The `Name` tag of a part that the environment has one of for each `key` (zone, service): `simulation-ap-northeast-1a`.
pub fn part_name(environment: &EnvironmentName, key: &str) -> String {
    format!("{environment}-{key}")
}

/// Name of the instance role and of its profile, at most 64 characters.
pub fn instance_role_name(ownership: &Ownership) -> String {
    role_name(ownership, "batch-instance")
}

/// Name of the service role, at most 64 characters.
pub fn service_role_name(ownership: &Ownership) -> String {
    role_name(ownership, "batch-service")
}

/// Name of the Spot Fleet role, at most 64 characters.
pub fn spot_fleet_role_name(ownership: &Ownership) -> String {
    role_name(ownership, "batch-spot-fleet")
}

/// `<environment>-<region>-<purpose>`. IAM is global, so the region is part of it.
///
/// A name that is too long is cut and gets a hash of what was cut. So does a name with capitals: IAM does not tell `Sim` from
/// `sim`, whereas the tags that an environment is found by do. Source: IAM API Reference, CreateRole.
fn role_name(ownership: &Ownership, purpose: &str) -> String {
    let environment = ownership.environment.as_str();
    let tail = format!("-{}-{purpose}", ownership.region);
    let plain = format!("{environment}{tail}");
    if plain.len() <= ROLE_NAME_LENGTH && !environment.bytes().any(|b| b.is_ascii_uppercase()) {
        return plain;
    }
    let hash = short_hash([environment, &ownership.region, purpose]);
    let room = ROLE_NAME_LENGTH.saturating_sub(tail.len() + hash.len() + 1);
    let kept = &environment[..room.min(environment.len())];
    format!("{kept}-{hash}{tail}")
}

/// Name of a compute environment whose name is not set: `<environment>-<8 hex digits>`.
///
/// `attributes` are those whose change makes AWS replace the compute environment, as `path=value`. A replacement so has a name
/// of its own and can come up while the old one still works.
pub fn compute_environment_name<S: AsRef<str>>(
    environment: &EnvironmentName,
    attributes: impl IntoIterator<Item = S>,
) -> String {
    format!("{environment}-{}", short_hash(attributes))
}

const STAND_IN: &str = "-stand-in";

/// Name of the compute environment that carries the queues while the one named `name` is made again: the derived name, unless that is
/// the very name.
pub fn stand_in_name(derived: &str, name: &str) -> String {
    if derived == name {
        format!("{derived}{STAND_IN}")
    } else {
        derived.to_owned()
    }
}

/// Name of the security group that serves while the one named `name` is made again, at most 255 characters.
pub fn stand_in_group_name(name: &str) -> String {
    let kept = name.chars().take(GROUP_TEXT_LENGTH - STAND_IN.len());
    kept.chain(STAND_IN.chars()).collect()
}

/// The part of a full service name behind the region: `com.amazonaws.ap-northeast-1.ecr.api` → `ecr.api`. A name without the
/// region is its own short name.
pub fn short_service_name<'a>(service_name: &'a str, region: &str) -> &'a str {
    service_name
        .split_once(&format!(".{region}."))
        .map_or(service_name, |(_, short)| short)
}

fn short_hash<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let mut hash = hash(words);
    hash.truncate(8);
    hash
}

/// Hash of a sequence of words, in hex. Each word's length is hashed too, so that no two sequences run together.
fn hash<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> String {
    let mut hasher = Sha256::new();
    for word in words {
        let word = word.as_ref();
        hasher.update((word.len() as u64).to_be_bytes());
        hasher.update(word);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ownership(name: &str, region: &str) -> Ownership {
        Ownership {
            environment: name.parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: region.to_owned(),
        }
    }

    #[test]
    fn short_names_are_plain() {
        let owner = ownership("simulation", "ap-northeast-1");
        assert_eq!(instance_role_name(&owner), "simulation-ap-northeast-1-batch-instance");
        assert_eq!(service_role_name(&owner), "simulation-ap-northeast-1-batch-service");
        assert_eq!(part_name(&owner.environment, "ecr.api"), "simulation-ecr.api");
    }

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        let long = "x".repeat(49);
        let (a, b) = (
            ownership(&format!("{long}a"), "us-east-1"),
            ownership(&format!("{long}b"), "us-east-1"),
        );
        assert_eq!(instance_role_name(&a).len(), ROLE_NAME_LENGTH);
        assert!(instance_role_name(&a).ends_with("-us-east-1-batch-instance"));
        assert_ne!(instance_role_name(&a), instance_role_name(&b));
    }

    #[test]
    fn iam_does_not_tell_case_but_we_do() {
        let lower = instance_role_name(&ownership("sim", "us-east-1"));
        let upper = instance_role_name(&ownership("Sim", "us-east-1"));
        assert_ne!(lower.to_lowercase(), upper.to_lowercase());
    }

    #[test]
    fn words_do_not_run_together() {
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
    }

    #[test]
    fn service_names_are_cut_behind_the_region() {
        assert_eq!(
            short_service_name("com.amazonaws.us-east-1.ecr.api", "us-east-1"),
            "ecr.api"
        );
        assert_eq!(
            short_service_name("cn.com.amazonaws.cn-north-1.sts", "cn-north-1"),
            "sts"
        );
        assert_eq!(
            short_service_name("com.amazonaws.s3-global.accesspoint", "us-east-1"),
            "com.amazonaws.s3-global.accesspoint"
        );
    }

    proptest! {
        #[test]
        fn names_fit_and_differ(
            a in "[A-Za-z0-9][A-Za-z0-9_-]{0,49}",
            b in "[A-Za-z0-9][A-Za-z0-9_-]{0,49}",
            region in "[a-z]{2}-(gov-)?(north|south)(east|west)-[1-9]",
        ) {
            let (x, y) = (ownership(&a, &region), ownership(&b, &region));
            prop_assert!(instance_role_name(&x).len() <= ROLE_NAME_LENGTH);
            prop_assert!(service_role_name(&x).len() <= ROLE_NAME_LENGTH);
            if a != b {
                prop_assert_ne!(instance_role_name(&x).to_lowercase(), instance_role_name(&y).to_lowercase());
                prop_assert_ne!(service_role_name(&x).to_lowercase(), service_role_name(&y).to_lowercase());
            }
        }
    }
}
