//! The desired environment as one value. Ids are the only unknowns.
//!
//! | module | what it does |
//! |---|---|
//! | `plan` | spec and facts → topology, or all that is wrong |
//! | `place` | where the environment is |
//! | `existing` | a place in an existing network |
//! | `zones` | which zones the environment is in |
//! | `picture` | the topology as text |

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::Tags;
use super::batch::{ComputeEnvironmentPlan, JobQueuePlan};
use super::endpoint::EndpointKind;
use super::firewall::Rule;
use super::name::Ownership;
use super::spec::{IgnoredTags, InstanceTenancy, IsolationSpec};

mod existing;
mod picture;
mod place;
mod plan;
mod zones;

pub use zones::{NETWORK_ZONES, validate_max_azs};

/// Everything that must exist, by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// Whose it is.
    pub ownership: Ownership,
    /// The account's partition.
    pub partition: String,
    /// The VPC.
    pub vpc: VpcPlan,
    /// One isolated subnet, with one route table, in each zone; in the order of the zones.
    pub subnets: Vec<SubnetPlan>,
    /// The shared security group.
    pub security_group: SecurityGroupPlan,
    /// Endpoints, by service name; none while the environment is parked.
    pub endpoints: Vec<EndpointPlan>,
    /// Full names of the services that have endpoints, or would have if the environment were not parked.
    pub service_names: BTreeSet<String>,
    /// Whether the environment is parked: everything is there but the endpoints.
    pub parked: bool,
    /// The instance role and its profile (both of this name), when owned.
    pub instance_role: Option<RolePlan>,
    /// The service role, when owned.
    pub service_role: Option<RolePlan>,
    /// The Spot Fleet role, when owned.
    pub spot_fleet_role: Option<RolePlan>,
    /// The compute environment.
    pub compute_environment: ComputeEnvironmentPlan,
    /// The job queues, in the order of their keys.
    pub job_queues: Vec<JobQueuePlan>,
    /// What becomes of a path to the internet.
    pub isolation: IsolationSpec,
    /// Tags that are left alone.
    pub ignored_tags: IgnoredTags,
}

/// The VPC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VpcPlan {
    /// Id of an existing one, which is never created, changed, tagged or deleted; `None`: the environment's own.
    pub id: Option<String>,
    /// Primary block.
    pub cidr_block: Ipv4Net,
    /// All IPv4 blocks, the primary one included: those that the rules of the security group are about.
    pub cidr_blocks: Vec<Ipv4Net>,
    /// Tenancy.
    pub instance_tenancy: InstanceTenancy,
    /// Tags.
    pub tags: Tags,
}

/// A subnet and its route table, which no other subnet uses unless the network is an existing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubnetPlan {
    /// Id of an existing one, which is never created, changed, tagged or deleted; `None`: the environment's own.
    pub id: Option<String>,
    /// Id of the route table that an existing one uses, be it by association or because it is the main one.
    pub route_table_id: Option<String>,
    /// Zone name: the key of subnet, table and association.
    pub availability_zone: String,
    /// Block.
    pub cidr_block: Ipv4Net,
    /// Tags of the subnet.
    pub tags: Tags,
    /// Tags of its route table.
    pub route_table_tags: Tags,
}

/// The security group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroupPlan {
    /// Group name.
    pub name: String,
    /// Name of the group that serves while the one of that name is made again.
    pub stand_in_name: String,
    /// Description.
    pub description: String,
    /// Inbound rules, the one from the VPC's block included.
    pub ingress: BTreeSet<Rule>,
    /// Outbound rules.
    pub egress: BTreeSet<Rule>,
    /// Tags.
    pub tags: Tags,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointPlan {
    /// Short name: the key in `endpoints.services`.
    pub service: String,
    /// Full service name.
    pub service_name: String,
    /// Kind.
    pub kind: EndpointKind,
    /// Zones with an interface of it; empty for a gateway, which serves every route table, and for one of somebody else's.
    pub availability_zones: BTreeSet<String>,
    /// Whether private DNS is on; false for a gateway.
    pub private_dns_enabled: bool,
    /// The policy, a JSON document; `None`: AWS's default, which lets everything through.
    pub policy: Option<String>,
    /// Whether it is somebody else's and its policy another one than the environment's own endpoint would have.
    pub keeps_its_policy: bool,
    /// Id of an endpoint of somebody else's in an existing network, which serves and is used as it is; `None`: the environment's own.
    pub existing_id: Option<String>,
    /// Tags.
    pub tags: Tags,
}

/// A role that the environment owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePlan {
    /// Name of the role, and of its instance profile if it has one.
    pub name: String,
    /// Description.
    pub description: String,
    /// Trust policy, a JSON document.
    pub assume_role_policy: String,
    /// ARNs of managed policies.
    pub managed_policies: BTreeSet<String>,
    /// Tags.
    pub tags: Tags,
}

impl Topology {
    /// Prefix length of the subnets.
    pub fn subnet_prefix_length(&self) -> Option<u8> {
        self.subnets.first().map(|subnet| subnet.cidr_block.prefix_len())
    }

    /// Whether the environment lives in a network that somebody else made.
    pub fn has_existing_network(&self) -> bool {
        self.vpc.id.is_some()
    }

    /// Zones of the environment, in the order of their subnets.
    pub fn availability_zones(&self) -> impl Iterator<Item = &str> {
        self.subnets.iter().map(|subnet| subnet.availability_zone.as_str())
    }
}

#[cfg(test)]
mod tests;
