//! What the user asked for, after each value was validated on its own.
//!
//! `None` means "not set": the rules that build the [`Topology`](super::topology::Topology) put the default in its place, so that a
//! default is written down once. What a first plan decided and every later plan must keep (zones, prefix, blocks, the derived
//! name) is carried in [`Kept`].

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::Tags;
use super::batch::{
    AllocationStrategy, ComputeType, ContainerInsights, Ec2Configuration, InstanceProfileChoice, JobQueueSpec,
    LaunchTemplate, ServiceRoleChoice, SpotFleetRoleChoice, UpdatePolicy,
};
use super::endpoint::PolicyPreset;
use super::firewall::Rule;
use super::identity;
use super::name::{EnvironmentName, Ownership, instance_role_name, spot_fleet_role_name};

/// One environment, as the user wants it.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The environment's name, unique per account and region.
    pub name: EnvironmentName,
    /// The region, such as `ap-northeast-1`.
    pub region: String,
    /// The network.
    pub network: NetworkSpec,
    /// The VPC endpoints.
    pub endpoints: EndpointsSpec,
    /// The security group that instances and endpoints share.
    pub security_group: SecurityGroupSpec,
    /// The Batch compute environment.
    pub compute_environment: ComputeEnvironmentSpec,
    /// The job queues, by key.
    pub job_queues: BTreeMap<String, JobQueueSpec>,
    /// What becomes of a path to the internet.
    pub isolation: IsolationSpec,
    /// The user's tags merged over the provider's `default_tags`; ownership and `Name` tags are added by the topology.
    pub tags: Tags,
    /// Tags that are left alone wherever they are found (the provider's `ignore_tags`).
    pub ignored_tags: IgnoredTags,
    /// What earlier plans decided.
    pub kept: Kept,
}

/// Tags that others put on our parts and that are neither shown nor removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IgnoredTags {
    /// Exact keys.
    pub keys: Vec<String>,
    /// Key prefixes.
    pub key_prefixes: Vec<String>,
}

impl IgnoredTags {
    /// Whether a tag of this key is left alone. AWS's own (`aws:…`) always are: nobody but AWS can write them.
    pub fn covers(&self, key: &str) -> bool {
        key.starts_with("aws:")
            || self.keys.iter().any(|ignored| ignored == key)
            || self.key_prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()))
    }
}

/// Decisions of an earlier plan, from the prior state; empty for a new environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Zone → block of the subnets that exist: a zone never changes its block.
    pub subnets: BTreeMap<String, Ipv4Net>,
    /// Prefix length of the subnets that exist.
    pub subnet_prefix_length: Option<u8>,
    /// The compute environment's name in AWS.
    pub compute_environment_name: Option<String>,
}

/// The network: a managed one, which is a VPC with one isolated subnet and one route table per zone, unless it is an existing one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkSpec {
    /// The VPC's block; default [`NetworkSpec::DEFAULT_CIDR_BLOCK`].
    pub cidr_block: Ipv4Net,
    /// How many zones to take when none are named; default [`NetworkSpec::DEFAULT_MAX_AZS`].
    pub max_azs: usize,
    /// The zones by name, in the order in which they take their blocks.
    pub availability_zones: Option<Vec<String>>,
    /// Prefix length of every subnet, 16–28.
    pub subnet_prefix_length: Option<u8>,
    /// Whether instances run on hardware of their own.
    pub instance_tenancy: InstanceTenancy,
    /// The existing network to live in. Everything above is of no concern then.
    pub existing: Option<ExistingNetworkSpec>,
}

/// A network that somebody else made and that the environment lives in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExistingNetworkSpec {
    /// `vpc-…`
    pub vpc_id: String,
    /// `subnet-…`, one in each zone, in the user's order.
    pub subnet_ids: Vec<String>,
}

impl NetworkSpec {
    /// Block of a VPC whose block is not set.
    pub const DEFAULT_CIDR_BLOCK: &'static str = "10.0.0.0/16";
    /// Zones to use when neither `max_azs` nor `availability_zones` is set.
    pub const DEFAULT_MAX_AZS: usize = 3;

    /// The VPC's blocks as far as they are chosen here: those of an existing one are for AWS to say.
    pub fn own_blocks(&self) -> Vec<Ipv4Net> {
        match self.existing {
            None => vec![self.cidr_block],
            Some(_) => Vec::new(),
        }
    }
}

/// `InstanceTenancy` of CreateVpc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstanceTenancy {
    /// Shared hardware.
    #[default]
    Default,
    /// Hardware of one's own.
    Dedicated,
}

impl InstanceTenancy {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Dedicated => "dedicated",
        }
    }
}

impl std::str::FromStr for InstanceTenancy {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "default" => Ok(Self::Default),
            "dedicated" => Ok(Self::Dedicated),
            other => Err(format!("{other:?} is not a tenancy; use \"default\" or \"dedicated\"")),
        }
    }
}

/// Which endpoints besides those that the compute type needs, and how they are attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointsSpec {
    /// Whether CloudWatch Logs gets an endpoint; the `awslogs` driver cannot start a container without it.
    pub cloudwatch_logs: bool,
    /// Short (`secretsmanager`) or full (`com.amazonaws.REGION.secretsmanager`) service names.
    pub additional_services: Vec<String>,
    /// Whether the services' public names resolve to the endpoints inside the VPC.
    pub private_dns_enabled: bool,
    /// Zones that get an interface of each endpoint; `None`: all of the environment's.
    pub availability_zones: Option<Vec<String>>,
    /// What the endpoints' policies let through.
    pub policy: PolicyPreset,
    /// The organization, for the preset that needs it.
    pub organization_id: Option<String>,
    /// Short or full service name → policy document; wins over the preset.
    pub policies: BTreeMap<String, String>,
    /// Whether there are any endpoints; without them the environment is parked.
    pub enabled: bool,
}

/// The security group that the environment owns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityGroupSpec {
    /// Default: the environment's name.
    pub name: Option<String>,
    /// Default: a sentence that names the environment.
    pub description: Option<String>,
    /// Whether all outbound traffic is allowed, rather than only to the VPC and the gateway endpoints' prefix lists.
    pub allow_all_outbound: bool,
    /// Rules besides "all traffic from the VPC".
    pub ingress_rules: Vec<Rule>,
    /// Existing groups attached to the instances as well.
    pub additional_ids: Vec<String>,
}

/// The Batch compute environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeEnvironmentSpec {
    /// Exact name; default: derived from the environment's name.
    pub name: Option<String>,
    /// Where its containers run.
    pub compute_type: ComputeType,
    /// Default: by compute type, see [`ComputeType::default_allocation_strategy`].
    pub allocation_strategy: Option<AllocationStrategy>,
    /// Instance types, families or collective names; default [`ComputeEnvironmentSpec::DEFAULT_INSTANCE_TYPES`].
    pub instance_types: Option<Vec<String>>,
    /// vCPUs kept even when idle; default 0.
    pub min_vcpus: Option<i32>,
    /// vCPUs to start with; Batch owns the value afterwards.
    pub desired_vcpus: Option<i32>,
    /// Upper bound of vCPUs.
    pub max_vcpus: i32,
    /// Whether it takes jobs from its queues.
    pub enabled: bool,
    /// Most that a Spot Instance may cost, in per cent of the on-demand price.
    pub bid_percentage: Option<i32>,
    /// One AMI for all instances.
    pub image_id: Option<String>,
    /// At most two image types, each with an optional AMI of its own.
    pub ec2_configuration: Vec<Ec2Configuration>,
    /// SSH key pair of the instances.
    pub ec2_key_pair: Option<String>,
    /// Placement group of the instances.
    pub placement_group: Option<String>,
    /// Launch template of the instances, in the user's words.
    pub launch_template: Option<LaunchTemplate>,
    /// ARN of an existing instance profile; default: one is created and owned.
    pub instance_role_arn: Option<String>,
    /// ARN of an existing service role; default: the service-linked role.
    pub service_role_arn: Option<String>,
    /// Whether to create and own a service role instead of using the service-linked one.
    pub create_service_role: bool,
    /// ARN of an existing Spot Fleet role; default: one is created and owned where one is needed.
    pub spot_iam_fleet_role_arn: Option<String>,
    /// Tags of the instances; changing them is an infrastructure update.
    pub instance_tags: Tags,
    /// Minutes that an idle instance is kept.
    pub min_scale_down_delay_minutes: Option<i32>,
    /// Mode of Container Insights; default: the account's.
    pub container_insights: Option<ContainerInsights>,
    /// A word whose change moves instances to the newest AMI of their image type.
    pub image_refresh: Option<String>,
    /// What becomes of jobs when instances are exchanged; default [`UpdatePolicy::default`].
    pub update_policy: Option<UpdatePolicy>,
}

impl ComputeEnvironmentSpec {
    /// The instance types of a compute environment with instances that names none.
    pub const DEFAULT_INSTANCE_TYPES: [&'static str; 1] = ["optimal"];

    /// The instance types; none without instances.
    pub fn instance_types(&self) -> Vec<String> {
        let default = || match self.compute_type.has_instances() {
            true => Self::DEFAULT_INSTANCE_TYPES.map(str::to_owned).to_vec(),
            false => Vec::new(),
        };
        self.instance_types.clone().unwrap_or_else(default)
    }

    /// vCPUs kept even when idle.
    pub fn min_vcpus(&self) -> i32 {
        self.min_vcpus.unwrap_or(0)
    }

    /// The strategy; none without instances.
    pub fn allocation_strategy(&self) -> Option<AllocationStrategy> {
        let default = self.compute_type.default_allocation_strategy();
        default.map(|default| self.allocation_strategy.unwrap_or(default))
    }
}

/// What becomes of a path to the internet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsolationSpec {
    /// Whether it is removed from a managed network, and an error in an existing one.
    pub enforce: bool,
}

impl Default for IsolationSpec {
    fn default() -> Self {
        Self { enforce: true }
    }
}

impl Kept {
    /// Zones that exist, in the order of their blocks, which is the order in which they were added.
    pub fn availability_zones(&self) -> Vec<String> {
        let mut zones: Vec<(&String, &Ipv4Net)> = self.subnets.iter().collect();
        zones.sort_by_key(|(_, block)| **block);
        zones.into_iter().map(|(zone, _)| zone.clone()).collect()
    }
}

impl Spec {
    /// Whose parts they are, in an account.
    pub fn ownership(&self, account_id: &str) -> Ownership {
        Ownership {
            environment: self.name.clone(),
            account_id: account_id.to_owned(),
            region: self.region.clone(),
        }
    }

    /// Name of the security group.
    pub fn security_group_name(&self) -> String {
        self.security_group
            .name
            .clone()
            .unwrap_or_else(|| self.name.to_string())
    }

    /// Description of the security group.
    pub fn security_group_description(&self) -> String {
        let default = || {
            format!(
                "Instances and endpoints of the isolated AWS Batch environment {}",
                self.name
            )
        };
        self.security_group.description.clone().unwrap_or_else(default)
    }

    /// The instance profile; none without instances. The ARN of the environment's own, which a state may carry, means the same as none.
    pub fn instance_profile(&self) -> Option<InstanceProfileChoice> {
        if !self.compute_environment.compute_type.has_instances() {
            return None;
        }
        let own = instance_role_name(&self.ownership(""));
        Some(match &self.compute_environment.instance_role_arn {
            Some(arn) if identity::name_in_arn(arn) != own => InstanceProfileChoice::Existing(arn.clone()),
            _ => InstanceProfileChoice::Owned,
        })
    }

    /// The role of Spot Fleet: the given one, else the environment's own where one is needed, which is with BEST_FIT only. The ARN
    /// of the environment's own, which a state may carry, means the same as none.
    /// Source: AWS Batch User Guide, "Amazon EC2 spot fleet role"; API Reference, ComputeResource.
    pub fn spot_fleet_role(&self) -> Option<SpotFleetRoleChoice> {
        let compute_environment = &self.compute_environment;
        if !compute_environment.compute_type.takes("spot_iam_fleet_role_arn") {
            return None;
        }
        let own = spot_fleet_role_name(&self.ownership(""));
        match &compute_environment.spot_iam_fleet_role_arn {
            Some(arn) if identity::name_in_arn(arn) != own => Some(SpotFleetRoleChoice::Existing(arn.clone())),
            _ => (compute_environment.allocation_strategy() == Some(AllocationStrategy::BestFit))
                .then_some(SpotFleetRoleChoice::Owned),
        }
    }

    /// The service role. The ARN of the service-linked role means the same as none; beside `create_service_role` an ARN is that of
    /// the role that was created, which a state may carry.
    pub fn service_role(&self) -> ServiceRoleChoice {
        match &self.compute_environment.service_role_arn {
            _ if self.compute_environment.create_service_role => ServiceRoleChoice::Owned,
            Some(arn) if !identity::is_service_linked(arn) => ServiceRoleChoice::Existing(arn.clone()),
            _ => ServiceRoleChoice::ServiceLinked,
        }
    }

    /// Whether Batch changes instance types, images, subnets and the like in place: only where there are instances, with the
    /// service-linked role, and not with BEST_FIT. Source: AWS Batch User Guide, "Perform infrastructure updates".
    pub fn supports_infrastructure_update(&self) -> bool {
        let strategy = self.compute_environment.allocation_strategy();
        self.service_role() == ServiceRoleChoice::ServiceLinked
            && strategy.is_some_and(AllocationStrategy::supports_infrastructure_update)
    }

    /// Whether Batch gives the compute environment other subnets and groups in place. On Fargate that is a scaling update, with any
    /// role. Source: AWS Batch User Guide, "Perform scaling updates".
    pub fn supports_network_update(&self) -> bool {
        !self.compute_environment.compute_type.has_instances() || self.supports_infrastructure_update()
    }
}
