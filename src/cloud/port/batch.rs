//! The part of the port that is about AWS Batch.

use std::collections::BTreeSet;

use async_trait::async_trait;

use crate::cloud::Result;
use crate::domain::Tags;
use crate::domain::batch::{
    AllocationStrategy, ComputeType, ContainerInsights, Ec2Configuration, InstanceResources, LaunchTemplate,
    StateTimeLimitAction, UpdatePolicy,
};
use crate::domain::observed::{ComputeEnvironment, JobQueue};

/// `batch:CreateComputeEnvironment` of a managed environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeEnvironmentRequest {
    /// Name.
    pub name: String,
    /// ENABLED or DISABLED.
    pub enabled: bool,
    /// Role of Batch itself; `None`: the service-linked role.
    pub service_role_arn: Option<String>,
    /// Type.
    pub compute_type: ComputeType,
    /// Upper bound.
    pub max_vcpus: i32,
    /// Subnets.
    pub subnet_ids: BTreeSet<String>,
    /// Groups.
    pub security_group_ids: BTreeSet<String>,
    /// Mode of Container Insights; `None`: the account's default.
    pub container_insights: Option<ContainerInsights>,
    /// What is about instances; `None` on Fargate, which must not be sent any of it.
    pub instances: Option<InstancesRequest>,
    /// Its own tags.
    pub tags: Tags,
}

/// The part of [`ComputeEnvironmentRequest`] that is about EC2 instances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstancesRequest {
    /// Strategy, types, bounds, images, …
    pub resources: InstanceResources,
    /// Instance profile ARN.
    pub instance_role_arn: String,
    /// Spot Fleet role ARN.
    pub spot_iam_fleet_role_arn: Option<String>,
}

/// `batch:UpdateComputeEnvironment`. `None` leaves a field as it is.
///
/// Batch carries out a call with scaling fields alone within minutes and without touching instances; any infrastructure field
/// in the same call makes it a roll-out, hence the two groups.
/// Source: AWS Batch User Guide, "Perform scaling updates", "Perform infrastructure updates".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComputeEnvironmentUpdate {
    /// ENABLED or DISABLED.
    pub enabled: Option<bool>,
    /// Another custom role (the service-linked role can neither be left nor taken).
    pub service_role_arn: Option<String>,
    /// Mode of Container Insights.
    pub container_insights: Option<ContainerInsights>,
    /// What becomes of jobs when instances are exchanged. It is no change by itself: some field must go with it
    /// (hashicorp/terraform-provider-aws #43969). Fargate does not take it.
    pub update_policy: Option<UpdatePolicy>,
    /// Scaling fields.
    pub scaling: ScalingUpdate,
    /// Infrastructure fields.
    pub infrastructure: InfrastructureUpdate,
}

/// The fields of a scaling update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScalingUpdate {
    /// Lower bound.
    pub min_vcpus: Option<i32>,
    /// Upper bound.
    pub max_vcpus: Option<i32>,
    /// Minutes that an idle instance is kept; 0 goes back to the default.
    pub min_scale_down_delay_minutes: Option<i32>,
}

/// The fields of an infrastructure update; on Fargate, which takes subnets and groups only, they make a scaling update. Empty text and
/// empty lists clear a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InfrastructureUpdate {
    /// The other type with instances.
    pub compute_type: Option<ComputeType>,
    /// Strategy.
    pub allocation_strategy: Option<AllocationStrategy>,
    /// Types.
    pub instance_types: Option<Vec<String>>,
    /// AMI; `Some("")` goes back to the default.
    pub image_id: Option<String>,
    /// Image types; an empty list goes back to the default.
    pub ec2_configuration: Option<Vec<Ec2Configuration>>,
    /// Key pair; `Some("")` takes it away.
    pub ec2_key_pair: Option<String>,
    /// Most that a Spot Instance may cost, in per cent of the on-demand price.
    pub bid_percentage: Option<i32>,
    /// Placement group; `Some("")` takes it away.
    pub placement_group: Option<String>,
    /// Launch template; one without id and name takes it away.
    pub launch_template: Option<LaunchTemplate>,
    /// Whether instances move to the newest AMI: a request, which Batch forgets when it is done.
    pub update_to_latest_image_version: bool,
    /// Instance profile ARN.
    pub instance_role_arn: Option<String>,
    /// Subnets.
    pub subnet_ids: Option<BTreeSet<String>>,
    /// Groups.
    pub security_group_ids: Option<BTreeSet<String>>,
    /// Tags of the instances.
    pub instance_tags: Option<Tags>,
}

/// `batch:CreateJobQueue`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobQueueRequest {
    /// Name.
    pub name: String,
    /// ENABLED or DISABLED.
    pub enabled: bool,
    /// Priority.
    pub priority: i32,
    /// Scheduling policy.
    pub scheduling_policy_arn: Option<String>,
    /// What is done with jobs that are stuck.
    pub state_time_limit_actions: BTreeSet<StateTimeLimitAction>,
    /// ARNs of its compute environments, in their order.
    pub compute_environments: Vec<String>,
    /// Tags.
    pub tags: Tags,
}

/// `batch:UpdateJobQueue`. `None` leaves a field as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobQueueUpdate {
    /// ENABLED or DISABLED.
    pub enabled: Option<bool>,
    /// Priority.
    pub priority: Option<i32>,
    /// Another scheduling policy (one can neither be taken away nor given to a queue without one).
    pub scheduling_policy_arn: Option<String>,
    /// What is done with jobs that are stuck; an empty set clears it.
    pub state_time_limit_actions: Option<BTreeSet<StateTimeLimitAction>>,
    /// ARNs of its compute environments, in their order.
    pub compute_environments: Option<Vec<String>>,
}

/// Calls of AWS Batch.
#[async_trait]
pub trait BatchApi: Send + Sync {
    /// `batch:DescribeComputeEnvironments` of one name.
    async fn compute_environment(&self, name: &str) -> Result<Option<ComputeEnvironment>>;
    /// `batch:DescribeComputeEnvironments` of all in the region: one's own are found by tags.
    async fn compute_environments(&self) -> Result<Vec<ComputeEnvironment>>;
    /// `batch:CreateComputeEnvironment`; answers the ARN.
    async fn create_compute_environment(&self, request: &ComputeEnvironmentRequest) -> Result<String>;
    /// `batch:UpdateComputeEnvironment`.
    async fn update_compute_environment(&self, name: &str, update: &ComputeEnvironmentUpdate) -> Result<()>;
    /// `batch:DeleteComputeEnvironment`. It must be DISABLED, settled and in no queue.
    async fn delete_compute_environment(&self, name: &str) -> Result<()>;
    /// `batch:DescribeJobQueues` of all in the region: one's own are found by tags, and others' may use one's compute environments.
    async fn job_queues(&self) -> Result<Vec<JobQueue>>;
    /// `batch:CreateJobQueue`; answers the ARN. Its compute environments must be VALID.
    async fn create_job_queue(&self, request: &JobQueueRequest) -> Result<String>;
    /// `batch:UpdateJobQueue`.
    async fn update_job_queue(&self, name: &str, update: &JobQueueUpdate) -> Result<()>;
    /// `batch:DeleteJobQueue`. It must be DISABLED and settled; the jobs in it are ended.
    async fn delete_job_queue(&self, name: &str) -> Result<()>;
    /// `batch:TagResource`.
    async fn tag_batch(&self, arn: &str, tags: &Tags) -> Result<()>;
    /// `batch:UntagResource`.
    async fn untag_batch(&self, arn: &str, keys: &BTreeSet<String>) -> Result<()>;
}
