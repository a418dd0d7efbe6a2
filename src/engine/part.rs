//! The parts of an environment.

use std::fmt;

/// One part, by the key that tells it from its siblings. Zones and services are keys; ids are not, since they are not known
/// beforehand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The environment as a whole.
    Environment,
    /// The VPC.
    Vpc,
    /// The subnet of a zone.
    Subnet(String),
    /// The route table of a zone.
    RouteTable(String),
    /// The security group.
    SecurityGroup,
    /// The endpoint of a service (short name).
    Endpoint(String),
    /// The endpoints as a whole, where a step is about all of them.
    Endpoints,
    /// The instance role and its profile.
    InstanceRole,
    /// The service role.
    ServiceRole,
    /// The Spot Fleet role.
    SpotFleetRole,
    /// The compute environment.
    ComputeEnvironment,
    /// One of several compute environments, by name: one that goes, or whose place another one takes.
    ComputeEnvironmentNamed(String),
    /// The job queue of a key.
    JobQueue(String),
    /// A job queue that goes, by name.
    JobQueueNamed(String),
    /// The job queues as a whole, where a step is about all of them.
    JobQueues,
    /// That nothing leads to the internet.
    Isolation,
    /// Tags of the network's parts, which share calls.
    Tags,
}

impl Part {
    /// The attribute of the resource that the part belongs to, dotted; empty for the resource itself.
    pub fn attribute(&self) -> String {
        let attribute = match self {
            Self::JobQueue(key) => return format!("job_queues[{key:?}]"),
            Self::Environment => "",
            Self::Vpc | Self::Subnet(_) | Self::RouteTable(_) => "network",
            Self::SecurityGroup => "security_group",
            Self::Endpoint(_) | Self::Endpoints => "endpoints",
            Self::InstanceRole => "compute_environment.instance_role_arn",
            Self::ServiceRole => "compute_environment.service_role_arn",
            Self::SpotFleetRole => "compute_environment.spot_iam_fleet_role_arn",
            Self::ComputeEnvironment | Self::ComputeEnvironmentNamed(_) => "compute_environment",
            Self::JobQueueNamed(_) | Self::JobQueues => "job_queues",
            Self::Isolation => "isolation",
            Self::Tags => "tags",
        };
        attribute.to_owned()
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("environment"),
            Self::Vpc => f.write_str("VPC"),
            Self::Subnet(zone) => write!(f, "subnet in {zone}"),
            Self::RouteTable(zone) => write!(f, "route table in {zone}"),
            Self::SecurityGroup => f.write_str("security group"),
            Self::Endpoint(service) => write!(f, "endpoint for {service}"),
            Self::Endpoints => f.write_str("endpoints"),
            Self::InstanceRole => f.write_str("instance role"),
            Self::ServiceRole => f.write_str("service role"),
            Self::SpotFleetRole => f.write_str("Spot Fleet role"),
            Self::ComputeEnvironment => f.write_str("compute environment"),
            Self::ComputeEnvironmentNamed(name) => write!(f, "compute environment {name}"),
            Self::JobQueue(key) => write!(f, "job queue {key:?}"),
            Self::JobQueueNamed(name) => write!(f, "job queue {name}"),
            Self::JobQueues => f.write_str("job queues"),
            Self::Isolation => f.write_str("isolation"),
            Self::Tags => f.write_str("network's tags"),
        }
    }
}
