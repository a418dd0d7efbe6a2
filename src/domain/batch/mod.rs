//! The Batch compute environment: types, strategies, what Batch accepts and what it changes in place.
//!
//! | module | what is in it |
//! |---|---|
//! | [`kind`] | the one table of types: what each takes and can do |
//! | [`image`] | image types, AMIs |
//! | [`instance_type`] | instance types, families and the collective names |
//! | [`launch_template`] | launch templates and their versions |
//! | [`memory`] | what Batch is told and does not report |
//! | [`queue`] | job queues |
//! | [`rules`] | the compute environment as a whole |

pub mod image;
pub mod instance_type;
pub mod kind;
pub mod launch_template;
pub mod memory;
mod plan;
pub mod queue;
mod reported;
pub mod rules;
mod words;

pub use image::{validate_image_id, validate_image_type};
pub use instance_type::validate_instance_type;
pub use kind::check_number_of_subnets;
pub use launch_template::{LaunchTemplate, LaunchTemplateOverride, TemplateVersion};
pub use plan::{
    ComputeEnvironmentPlan, Ec2Configuration, InstanceProfileChoice, InstanceResources, InstancesPlan,
    ServiceRoleChoice, SpotFleetRoleChoice, UpdatePolicy,
};
pub use queue::{JobQueuePlan, JobQueueSpec, StateTimeLimitAction, validate_job_queues};
pub use reported::{is_default_ec2_configuration, reason_may_pass};
pub use rules::{
    validate_compute_environment_name, validate_key_pair_name, validate_max_vcpus, validate_min_vcpus, validate_spec,
};
pub use words::{AllocationStrategy, ComputeType, ContainerInsights};

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
