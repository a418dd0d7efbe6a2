//! The Batch compute environment: types, strategies, what Batch accepts and what it changes in place.

use super::Tags;

/// `computeResources.type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComputeType {
    /// On-demand EC2 instances.
    Ec2,
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
