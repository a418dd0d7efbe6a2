//! The desired compute environment.

use crate::domain::Tags;

use super::{AllocationStrategy, ComputeType, ContainerInsights, LaunchTemplate};

/// One entry of `computeResources.ec2Configuration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ec2Configuration {
    /// `ECS_AL2023`, `ECS_AL2023_NVIDIA`, `ECS_AL2`, …
    pub image_type: String,
    /// AMI instead of the newest one of that type.
    pub image_id_override: Option<String>,
}

/// `updatePolicy`: what becomes of running jobs when instances are exchanged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpdatePolicy {
    /// How long jobs may go on, in minutes.
    pub job_execution_timeout_minutes: i32,
    /// Whether they are ended at once.
    pub terminate_jobs_on_update: bool,
}

impl Default for UpdatePolicy {
    /// Batch's own. Source: AWS Batch API Reference, UpdatePolicy.
    fn default() -> Self {
        Self {
            job_execution_timeout_minutes: 30,
            terminate_jobs_on_update: false,
        }
    }
}

/// Which instance profile the instances get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstanceProfileChoice {
    /// The environment's own, in [`Topology::instance_role`](crate::domain::topology::Topology).
    Owned,
    /// An existing one, by ARN.
    Existing(String),
}

/// Which role Batch itself works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceRoleChoice {
    /// `AWSServiceRoleForBatch`, which Batch makes and the account shares.
    ServiceLinked,
    /// The environment's own, in [`Topology::service_role`](crate::domain::topology::Topology).
    Owned,
    /// An existing one, by ARN.
    Existing(String),
}

/// Which role Spot Fleet works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpotFleetRoleChoice {
    /// The environment's own, in [`Topology::spot_fleet_role`](crate::domain::topology::Topology).
    Owned,
    /// An existing one, by ARN.
    Existing(String),
}

/// The desired compute environment; subnets, own group and own roles are the topology's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeEnvironmentPlan {
    /// Name in AWS.
    pub name: String,
    /// Name of the one that carries the queues while the one of that exact name is made again.
    pub stand_in_name: String,
    /// Type.
    pub compute_type: ComputeType,
    /// Upper bound of vCPUs.
    pub max_vcpus: i32,
    /// ENABLED or DISABLED.
    pub enabled: bool,
    /// Service role.
    pub service_role: ServiceRoleChoice,
    /// Groups besides the environment's own.
    pub additional_security_group_ids: Vec<String>,
    /// Mode of Container Insights; `None`: not asked for.
    pub container_insights: Option<ContainerInsights>,
    /// Whether Batch can exchange instances in place.
    pub updatable: bool,
    /// What is about instances; `None` on Fargate, which has none.
    pub instances: Option<InstancesPlan>,
    /// Its own tags.
    pub tags: Tags,
}

/// The part of a compute environment that is about EC2 instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstancesPlan {
    /// What Batch is told of them as it is.
    pub resources: InstanceResources,
    /// Instance profile.
    pub instance_profile: InstanceProfileChoice,
    /// Spot Fleet's role; `None`: it needs none.
    pub spot_fleet_role: Option<SpotFleetRoleChoice>,
    /// Changing it moves instances to the newest AMI.
    pub image_refresh: Option<String>,
    /// What becomes of jobs when instances are exchanged.
    pub update_policy: UpdatePolicy,
}

/// What Batch is told of EC2 instances, in the plan and in the request alike: all but the roles, whose ARNs are known when they are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceResources {
    /// Strategy.
    pub allocation_strategy: AllocationStrategy,
    /// Types, in the user's order, which matters to the [ordered](AllocationStrategy::is_ordered) strategies only.
    pub instance_types: Vec<String>,
    /// vCPUs kept when idle.
    pub min_vcpus: i32,
    /// Starting value; sent when it is created and never compared.
    pub desired_vcpus: Option<i32>,
    /// Most that a Spot Instance may cost, in per cent of the on-demand price; `None`: all of it.
    pub bid_percentage: Option<i32>,
    /// AMI.
    pub image_id: Option<String>,
    /// Image types; empty: Batch's default.
    pub ec2_configuration: Vec<Ec2Configuration>,
    /// Key pair.
    pub ec2_key_pair: Option<String>,
    /// Placement group.
    pub placement_group: Option<String>,
    /// Launch template, with numbers as versions.
    pub launch_template: Option<LaunchTemplate>,
    /// Tags of the instances.
    pub instance_tags: Tags,
    /// Minutes that an idle instance is kept; `None`: Batch's default.
    pub min_scale_down_delay_minutes: Option<i32>,
}
