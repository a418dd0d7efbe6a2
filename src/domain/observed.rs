//! What AWS reports of an environment, in the domain's words.
//!
//! Partial and stale by nature: every field is what one read returned. Absence means "not seen".

use std::collections::{BTreeMap, BTreeSet};

use ipnet::{IpNet, Ipv4Net};

use super::Tags;
use super::batch::{Ec2Configuration, LaunchTemplate, StateTimeLimitAction, UpdatePolicy};
use super::endpoint::EndpointKind;
use super::firewall::Rule;
use super::name::Ownership;
use super::own::Claims;

/// Everything that was seen of one environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Observed {
    /// The account that was looked into.
    pub account_id: String,
    /// Whether the environment lives in an existing network: VPC, subnets and route tables are somebody else's, and so is whatever
    /// in it does not carry the environment's tags.
    pub existing_network: bool,
    /// What the state knows as the environment's own.
    pub claims: Claims,
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// Subnets of the VPC, by id; those that somebody else made in it included.
    pub subnets: BTreeMap<String, Subnet>,
    /// Route tables of the VPC, by id; the main one included.
    pub route_tables: BTreeMap<String, RouteTable>,
    /// Security groups of the VPC, by id; the default one included.
    pub security_groups: BTreeMap<String, SecurityGroup>,
    /// Endpoints of the VPC, by id; those being deleted included.
    pub endpoints: BTreeMap<String, Endpoint>,
    /// The instance profile that the environment owns.
    pub instance_profile: Option<InstanceProfile>,
    /// The instance role that the environment owns.
    pub instance_role: Option<Role>,
    /// The service role that the environment owns.
    pub service_role: Option<Role>,
    /// The Spot Fleet role that the environment owns.
    pub spot_fleet_role: Option<Role>,
    /// The environment's own compute environments, by name: one as a rule, and more while one takes the place of another.
    pub compute_environments: BTreeMap<String, ComputeEnvironment>,
    /// The environment's own job queues, by name.
    pub job_queues: BTreeMap<String, JobQueue>,
    /// Compute environments of others in the account and region, by name.
    pub foreign_compute_environments: BTreeMap<String, ComputeEnvironment>,
    /// Job queues of others in the account and region, by name.
    pub foreign_job_queues: BTreeMap<String, JobQueue>,
    /// ARN → tags of the roles and instance profiles of others that have a name of the environment's.
    pub foreign_identities: BTreeMap<String, Tags>,
}

impl Observed {
    /// Whether nothing at all of the environment was seen. What an existing network consists of is not the environment's.
    pub fn is_empty(&self, ownership: &Ownership) -> bool {
        let no_network = if self.existing_network {
            self.own_security_groups(ownership).is_empty() && self.own_endpoints(ownership).next().is_none()
        } else {
            self.vpc.is_none() && self.subnets.is_empty()
        };
        no_network
            && self.instance_profile.is_none()
            && self.instance_role.is_none()
            && self.service_role.is_none()
            && self.spot_fleet_role.is_none()
            && self.compute_environments.is_empty()
            && self.job_queues.is_empty()
    }
}

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vpc {
    /// `vpc-…`
    pub id: String,
    /// The primary block.
    pub cidr_block: Option<Ipv4Net>,
    /// All associated IPv4 blocks, the primary one included.
    pub cidr_blocks: Vec<Ipv4Net>,
    /// `default` or `dedicated`.
    pub instance_tenancy: String,
    /// `pending` or `available`.
    pub state: String,
    /// `enableDnsSupport`; `None`: not asked for.
    pub dns_support: Option<bool>,
    /// `enableDnsHostnames`; `None`: not asked for.
    pub dns_hostnames: Option<bool>,
    /// Tags.
    pub tags: Tags,
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// Zone name.
    pub availability_zone: String,
    /// IPv4 block.
    pub cidr_block: Option<Ipv4Net>,
    /// `mapPublicIpOnLaunch`: must be false in an isolated subnet.
    pub map_public_ip_on_launch: bool,
    /// `assignIpv6AddressOnCreation`: must be false in an isolated subnet, since every IPv6 address is a public one.
    pub assign_ipv6_address_on_creation: bool,
    /// Addresses that are still free; `None`: not known.
    pub available_addresses: Option<u32>,
    /// Tags.
    pub tags: Tags,
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteTable {
    /// `rtb-…`
    pub id: String,
    /// Whether it is the VPC's main table.
    pub main: bool,
    /// Subnet id → association id (`rtbassoc-…`).
    pub associations: BTreeMap<String, String>,
    /// Routes.
    pub routes: Vec<Route>,
    /// Tags.
    pub tags: Tags,
}

/// One route.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// IPv4 or IPv6 block or prefix list id.
    pub destination: String,
    /// `local`, or the id of what traffic goes to: `igw-…`, `nat-…`, `vpce-…`, `pcx-…`, …
    pub target: String,
    /// Whether its target is gone or detached, so that it carries nothing (state `blackhole`).
    pub blackhole: bool,
    /// What the prefix list holds that it is for, if [where it leads](Route::way) depends on that.
    pub entries: Vec<IpNet>,
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `sg-…`
    pub id: String,
    /// Group name; `default` is the VPC's own.
    pub name: String,
    /// Group description.
    pub description: String,
    /// Inbound rules.
    pub ingress: BTreeSet<Rule>,
    /// Outbound rules.
    pub egress: BTreeSet<Rule>,
    /// Tags.
    pub tags: Tags,
}

/// A VPC endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// `vpce-…`
    pub id: String,
    /// Full service name.
    pub service_name: String,
    /// Interface or gateway.
    pub kind: EndpointKind,
    /// State in lower case: `pending`, `available`, `deleting`, `deleted`, `failed`, `rejected`, …
    pub state: String,
    /// AWS's last error for it, as `code: message`.
    pub last_error: Option<String>,
    /// Whether private DNS is on.
    pub private_dns_enabled: bool,
    /// Subnets with an interface of it.
    pub subnet_ids: BTreeSet<String>,
    /// Route tables that lead to it (gateway kind).
    pub route_table_ids: BTreeSet<String>,
    /// Security groups of its interfaces.
    pub security_group_ids: BTreeSet<String>,
    /// Its interfaces.
    pub network_interface_ids: BTreeSet<String>,
    /// First DNS name.
    pub dns_name: Option<String>,
    /// Its policy, a JSON document; `None`: not reported, which means that everything passes.
    pub policy: Option<String>,
    /// Tags.
    pub tags: Tags,
}

impl Endpoint {
    /// Whether it is on its way out or gone: such an endpoint serves nobody and no longer counts.
    pub fn is_leaving(&self) -> bool {
        matches!(self.state.as_str(), "deleting" | "deleted")
    }
}

/// A network interface, as far as it can hold on to a subnet or group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkInterface {
    /// `eni-…`
    pub id: String,
    /// What AWS says it is for.
    pub description: String,
    /// `interface`, `vpc_endpoint`, `lambda`, …
    pub interface_type: String,
    /// Account or service that asked for it.
    pub requester_id: Option<String>,
    /// Account that owns it.
    pub owner_id: Option<String>,
    /// The instance that it is attached to.
    pub instance_id: Option<String>,
    /// Its subnet.
    pub subnet_id: String,
    /// Its groups.
    pub security_group_ids: BTreeSet<String>,
}

/// Something attached to a VPC as a whole, which keeps it from being deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gateway {
    /// `igw-…`, `nat-…`, `pcx-…`, …
    pub id: String,
    /// What it is.
    pub kind: GatewayKind,
}

/// Kind of a [`Gateway`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GatewayKind {
    /// Internet gateway.
    Internet,
    /// Egress-only internet gateway.
    EgressOnlyInternet,
    /// NAT gateway.
    Nat,
    /// Virtual private gateway.
    VirtualPrivate,
    /// Peering connection, from either side.
    Peering,
}

impl std::fmt::Display for GatewayKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Internet => "internet gateway",
            Self::EgressOnlyInternet => "egress-only internet gateway",
            Self::Nat => "NAT gateway",
            Self::VirtualPrivate => "virtual private gateway",
            Self::Peering => "VPC peering connection",
        })
    }
}

/// An IAM role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Role name.
    pub name: String,
    /// Role ARN.
    pub arn: String,
    /// The trust policy as a JSON document.
    pub assume_role_policy: String,
    /// ARNs of the attached managed policies.
    pub attached_policies: BTreeSet<String>,
    /// Tags; `None`: the read that returned the role does not return them.
    pub tags: Option<Tags>,
}

/// An IAM instance profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceProfile {
    /// Profile name.
    pub name: String,
    /// Profile ARN.
    pub arn: String,
    /// The role in it; a profile holds at most one.
    pub role: Option<Role>,
    /// Tags.
    pub tags: Tags,
}

/// A Batch compute environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComputeEnvironment {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// ARN of the ECS cluster that Batch made for it.
    pub ecs_cluster_arn: Option<String>,
    /// `CREATING`, `VALID`, `INVALID`, `UPDATING`, `DELETING`, `DELETED`.
    pub status: String,
    /// Why it has that status.
    pub status_reason: Option<String>,
    /// Whether it is `ENABLED`.
    pub enabled: bool,
    /// `EC2`, `SPOT`, `FARGATE`, `FARGATE_SPOT`.
    pub compute_type: String,
    /// AWS's word for the strategy.
    pub allocation_strategy: Option<String>,
    /// Instance types, in the order that AWS keeps.
    pub instance_types: Vec<String>,
    /// vCPUs kept when idle.
    pub min_vcpus: i32,
    /// vCPUs that Batch wants at the moment.
    pub desired_vcpus: Option<i32>,
    /// Upper bound.
    pub max_vcpus: i32,
    /// AMI.
    pub image_id: Option<String>,
    /// Image types.
    pub ec2_configuration: Vec<Ec2Configuration>,
    /// Key pair.
    pub ec2_key_pair: Option<String>,
    /// Placement group.
    pub placement_group: Option<String>,
    /// Launch template.
    pub launch_template: Option<LaunchTemplate>,
    /// Most that a Spot Instance may cost, in per cent of the on-demand price.
    pub bid_percentage: Option<i32>,
    /// Instance profile ARN (or name, as it was given).
    pub instance_role_arn: Option<String>,
    /// Service role ARN.
    pub service_role_arn: Option<String>,
    /// Spot Fleet role ARN.
    pub spot_iam_fleet_role_arn: Option<String>,
    /// Minutes that an idle instance is kept.
    pub min_scale_down_delay_minutes: Option<i32>,
    /// AWS's word for the mode of Container Insights.
    pub container_insights: Option<String>,
    /// What becomes of jobs when instances are exchanged; `None`: it was never set.
    pub update_policy: Option<UpdatePolicy>,
    /// Subnets.
    pub subnet_ids: BTreeSet<String>,
    /// Security groups.
    pub security_group_ids: BTreeSet<String>,
    /// Tags of its instances.
    pub instance_tags: Tags,
    /// Its own tags.
    pub tags: Tags,
}

impl ComputeEnvironment {
    /// Whether Batch is still working on it; every update and delete is refused meanwhile
    /// ("Cannot delete, resource is being modified").
    pub fn is_in_transition(&self) -> bool {
        matches!(self.status.as_str(), "CREATING" | "UPDATING" | "DELETING")
    }

    /// Whether this is what `other` was, but for what Batch changes by itself: of two that had the same name one after the other,
    /// neither name nor ARN tells.
    pub fn is_still(&self, other: &Self) -> bool {
        let settled = |it: &Self| Self {
            status: String::new(),
            status_reason: None,
            desired_vcpus: None,
            ..it.clone()
        };
        settled(self) == settled(other)
    }
}

/// A Batch job queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobQueue {
    /// Name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// `CREATING`, `VALID`, `INVALID`, `UPDATING`, `DELETING`, `DELETED`.
    pub status: String,
    /// Why it has that status.
    pub status_reason: Option<String>,
    /// Whether it is `ENABLED`.
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

impl JobQueue {
    /// Whether Batch is still working on it, and refuses every update and delete meanwhile.
    pub fn is_in_transition(&self) -> bool {
        matches!(self.status.as_str(), "CREATING" | "UPDATING" | "DELETING")
    }
}
