//! The one table of endpoints: which services an isolated environment needs, and why.
//!
//! Without an endpoint a service cannot be reached at all, and what fails then fails in silence: an instance that does not
//! register, a job that stays RUNNABLE. So the table is the only place that says what is needed; [`services`] looks the names up in
//! the region, [`REQUIREMENTS`] never spells a full name.

use std::fmt;

use super::batch::ComputeType;

pub mod policy;
pub mod services;

pub use policy::PolicyPreset;
pub use services::{Service, resolve};

/// Short name of CloudWatch Logs.
pub const LOGS: &str = "logs";
/// Short name of the registry's Docker API, which is reached by private DNS only.
pub const ECR_DKR: &str = "ecr.dkr";

/// One row of the table: a service that some environments need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Short service name.
    pub service: &'static str,
    /// Kind of endpoint.
    pub kind: EndpointKind,
    /// Compute types that need it.
    pub compute_types: &'static [ComputeType],
    /// What else must hold.
    pub condition: Condition,
    /// Why, in one sentence.
    pub why: &'static str,
}

/// When a row of the table holds for its compute types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// Always.
    Always,
    /// If `endpoints.cloudwatch_logs` is set.
    CloudwatchLogs,
}

/// Fargate reaches Amazon ECS by a way of its own. Source: Amazon ECS Developer Guide, "Amazon ECS interface VPC endpoints".
const INSTANCES: &[ComputeType] = &[ComputeType::Ec2, ComputeType::Spot];
const EVERY_TYPE: &[ComputeType] = &ComputeType::ALL;

/// The table. Sources: Amazon ECS Developer Guide, "Amazon ECS interface VPC endpoints"; Amazon ECR User Guide, "Amazon ECR
/// interface VPC endpoints"; Amazon CloudWatch Logs User Guide, "Using CloudWatch Logs with interface VPC endpoints".
pub static REQUIREMENTS: &[Requirement] = &[
    Requirement {
        service: "ecs-agent",
        kind: EndpointKind::Interface,
        compute_types: INSTANCES,
        condition: Condition::Always,
        why: "The ECS agent on each instance hears through it which containers to start and stop.",
    },
    Requirement {
        service: "ecs-telemetry",
        kind: EndpointKind::Interface,
        compute_types: INSTANCES,
        condition: Condition::Always,
        why: "The ECS agent reports metrics and health of its containers through it.",
    },
    Requirement {
        service: "ecs",
        kind: EndpointKind::Interface,
        compute_types: INSTANCES,
        condition: Condition::Always,
        why: "An instance joins the cluster of the compute environment through it; otherwise jobs stay RUNNABLE.",
    },
    Requirement {
        service: ECR_DKR,
        kind: EndpointKind::Interface,
        compute_types: EVERY_TYPE,
        condition: Condition::Always,
        why: "The manifests of images in private ECR repositories are pulled through it.",
    },
    Requirement {
        service: "ecr.api",
        kind: EndpointKind::Interface,
        compute_types: EVERY_TYPE,
        condition: Condition::Always,
        why: "The credentials for a pull from a private ECR repository come through it.",
    },
    Requirement {
        service: LOGS,
        kind: EndpointKind::Interface,
        compute_types: EVERY_TYPE,
        condition: Condition::CloudwatchLogs,
        why: "The awslogs driver, which is the default, cannot start a container before it reaches CloudWatch Logs.",
    },
    Requirement {
        service: "s3",
        kind: EndpointKind::Gateway,
        compute_types: EVERY_TYPE,
        condition: Condition::Always,
        why: "The layers of images in ECR, and the package repositories of Amazon Linux, are objects in Amazon S3.",
    },
];

/// The rows that hold for an environment, in the table's order.
pub fn required(compute_type: ComputeType, cloudwatch_logs: bool) -> impl Iterator<Item = &'static Requirement> {
    REQUIREMENTS.iter().filter(move |row| {
        row.compute_types.contains(&compute_type)
            && match row.condition {
                Condition::Always => true,
                Condition::CloudwatchLogs => cloudwatch_logs,
            }
    })
}

/// `VpcEndpointType`, as far as an environment uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKind {
    /// A route target; free of charge.
    Gateway,
    /// A network interface in each zone; billed by endpoint, zone and hour.
    Interface,
}

impl EndpointKind {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "Gateway",
            Self::Interface => "Interface",
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
