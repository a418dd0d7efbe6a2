//! The Batch compute environment: types, strategies, what Batch accepts and what it changes in place.

//!
//! | module | what it checks |
//! |---|---|
//! | [`image`] | image types, AMIs |
//! | [`instance_type`] | instance types, families and the collective names |
//! | [`rules`] | the compute environment as a whole |

use std::fmt;
use std::str::FromStr;

use super::Tags;
use super::problem::Invalid;
use super::suggest;

pub mod image;
pub mod instance_type;
mod reported;
pub mod rules;

pub use image::{validate_image_id, validate_image_type};
pub use instance_type::validate_instance_type;
pub use reported::{is_default_ec2_configuration, reason_may_pass};
pub use rules::{
    validate_compute_environment_name, validate_key_pair_name, validate_max_vcpus, validate_min_vcpus, validate_spec,
};

/// `computeResources.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComputeType {
    /// On-demand EC2 instances.
    Ec2,
}

impl ComputeType {
    /// Every type that this version knows.
    pub const ALL: [Self; 1] = [Self::Ec2];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
        }
    }

    /// The strategy of an environment whose strategy is not set: one that can be updated in place, unlike AWS's default.
    pub fn default_allocation_strategy(self) -> AllocationStrategy {
        match self {
            Self::Ec2 => AllocationStrategy::BestFitProgressive,
        }
    }
}

impl fmt::Display for ComputeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ComputeType {
    type Err = Invalid;

    fn from_str(word: &str) -> Result<Self, Invalid> {
        word_of("type of a compute environment", word, &Self::ALL, Self::as_str)
    }
}

/// `computeResources.allocationStrategy` of EC2 environments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AllocationStrategy {
    /// Cheapest type only; cannot be updated in place, neither to nor from.
    BestFit,
    /// Further types when the best ones are short.
    BestFitProgressive,
    /// As `BestFitProgressive`, in the order in which the types are given.
    BestFitProgressiveOrdered,
}

impl AllocationStrategy {
    /// Every strategy that this version knows.
    pub const ALL: [Self; 3] = [Self::BestFitProgressive, Self::BestFitProgressiveOrdered, Self::BestFit];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BestFit => "BEST_FIT",
            Self::BestFitProgressive => "BEST_FIT_PROGRESSIVE",
            Self::BestFitProgressiveOrdered => "BEST_FIT_PROGRESSIVE_ORDERED",
        }
    }

    /// Whether instance types, images, subnets and the like can be changed in place. Source: AWS Batch User Guide, "Perform
    /// infrastructure updates".
    pub fn supports_infrastructure_update(self) -> bool {
        !matches!(self, Self::BestFit)
    }
}

impl fmt::Display for AllocationStrategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for AllocationStrategy {
    type Err = Invalid;

    fn from_str(word: &str) -> Result<Self, Invalid> {
        word_of("allocation strategy", word, &Self::ALL, Self::as_str)
    }
}

fn word_of<T: Copy>(what: &str, word: &str, all: &[T], as_str: fn(T) -> &'static str) -> Result<T, Invalid> {
    all.iter().copied().find(|value| as_str(*value) == word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|value| as_str(*value)).collect();
        Invalid::new(
            format!("{word:?} is not a supported {what}"),
            format!(
                "Use {}.{}",
                suggest::either(&words),
                suggest::did_you_mean(word, words.iter().copied())
            ),
        )
    })
}

/// Statuses of a compute environment, in AWS's words. Source: AWS Batch API Reference, ComputeEnvironmentDetail.
pub mod status {
    /// Being created.
    pub const CREATING: &str = "CREATING";
    /// Being changed.
    pub const UPDATING: &str = "UPDATING";
    /// Being deleted.
    pub const DELETING: &str = "DELETING";
    /// Gone; reported for a moment only.
    pub const DELETED: &str = "DELETED";
    /// Working.
    pub const VALID: &str = "VALID";
    /// Broken; the status reason says why.
    pub const INVALID: &str = "INVALID";
}

/// One entry of `computeResources.ec2Configuration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ec2Configuration {
    /// `ECS_AL2023`, `ECS_AL2023_NVIDIA`, `ECS_AL2`, …
    pub image_type: String,
    /// AMI instead of the newest one of that type.
    pub image_id_override: Option<String>,
}

/// Which instance profile the instances get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceProfileChoice {
    /// The environment's own, in [`Topology::instance_role`](super::topology::Topology).
    Owned,
    /// An existing one, by ARN.
    Existing(String),
}

/// Which role Batch itself works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceRoleChoice {
    /// `AWSServiceRoleForBatch`, which Batch makes and the account shares.
    ServiceLinked,
    /// The environment's own, in [`Topology::service_role`](super::topology::Topology).
    Owned,
    /// An existing one, by ARN.
    Existing(String),
}

/// The desired compute environment; subnets, own group and own roles are the topology's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeEnvironmentPlan {
    /// Name in AWS.
    pub name: String,
    /// Type.
    pub compute_type: ComputeType,
    /// Strategy.
    pub allocation_strategy: AllocationStrategy,
    /// Types, in the user's order (it matters to `BEST_FIT_PROGRESSIVE_ORDERED` only).
    pub instance_types: Vec<String>,
    /// vCPUs kept when idle.
    pub min_vcpus: i32,
    /// Starting value; sent when it is created and never compared.
    pub desired_vcpus: Option<i32>,
    /// Upper bound.
    pub max_vcpus: i32,
    /// ENABLED or DISABLED.
    pub enabled: bool,
    /// AMI.
    pub image_id: Option<String>,
    /// Image types; empty: Batch's default.
    pub ec2_configuration: Vec<Ec2Configuration>,
    /// Key pair.
    pub ec2_key_pair: Option<String>,
    /// Instance profile.
    pub instance_profile: InstanceProfileChoice,
    /// Service role.
    pub service_role: ServiceRoleChoice,
    /// Groups besides the environment's own.
    pub additional_security_group_ids: Vec<String>,
    /// Tags of the instances.
    pub instance_tags: Tags,
    /// Its own tags.
    pub tags: Tags,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_awss() {
        for strategy in AllocationStrategy::ALL {
            assert_eq!(strategy.as_str().parse::<AllocationStrategy>().unwrap(), strategy);
        }
        assert_eq!("EC2".parse::<ComputeType>().unwrap(), ComputeType::Ec2);
        let error = "BEST_FIT_PROGRESIVE".parse::<AllocationStrategy>().unwrap_err();
        assert!(
            error.detail.ends_with("Did you mean \"BEST_FIT_PROGRESSIVE\"?"),
            "{error}"
        );
    }

    #[test]
    fn the_default_can_be_updated_in_place() {
        for compute_type in ComputeType::ALL {
            assert!(
                compute_type
                    .default_allocation_strategy()
                    .supports_infrastructure_update()
            );
        }
        assert!(!AllocationStrategy::BestFit.supports_infrastructure_update());
    }
}
