//! The traits of the port and the requests that they take.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipnet::Ipv4Net;

use super::Result;
use crate::domain::Tags;
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::batch::{
    AllocationStrategy, ComputeType, ContainerInsights, Ec2Configuration, LaunchTemplate, StateTimeLimitAction,
    UpdatePolicy,
};
use crate::domain::endpoint::EndpointKind;
use crate::domain::facts::EndpointService;
use crate::domain::firewall::Rule;
use crate::domain::name::Ownership;
use crate::domain::observed::{
    ComputeEnvironment, Endpoint, Gateway, InstanceProfile, JobQueue, NetworkInterface, Role, RouteTable,
    SecurityGroup, Subnet, Vpc,
};
use crate::domain::spec::InstanceTenancy;

/// Everything the engine needs of AWS, in one account and region.
pub trait Cloud: AccountApi + NetworkApi + IdentityApi + BatchApi + Send + Sync + 'static {}

impl<T: AccountApi + NetworkApi + IdentityApi + BatchApi + Send + Sync + 'static> Cloud for T {}

/// Who is calling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// Twelve digits.
    pub account_id: String,
    /// ARN of the user or assumed role.
    pub arn: String,
    /// Partition, from the ARN.
    pub partition: String,
}

/// The caller, and what the region offers to it.
#[async_trait]
pub trait AccountApi: Send + Sync {
    /// The region that every call goes to.
    fn region(&self) -> &str;
    /// `sts:GetCallerIdentity`, asked at most once per client.
    async fn caller_identity(&self) -> Result<CallerIdentity>;
    /// `ec2:DescribeAvailabilityZones`: names of the available zones proper (no Local or Wavelength Zones), sorted.
    async fn availability_zones(&self) -> Result<Vec<String>>;
    /// `ec2:DescribeVpcEndpointServices`: full service name → what is offered under it (Amazon's services only).
    async fn endpoint_services(&self) -> Result<BTreeMap<String, EndpointService>>;
    /// `ec2:DescribeManagedPrefixLists`: prefix list name (a full service name) → id, of AWS's own lists.
    async fn prefix_lists(&self) -> Result<BTreeMap<String, String>>;
    /// `ec2:DescribeLaunchTemplates` of some, each named by its id or its name: what their named versions are; `None` for one that
    /// does not exist.
    async fn launch_templates(&self, keys: &BTreeSet<String>) -> Result<TemplateFacts>;
}

/// Which VPCs to look for.
#[derive(Clone, Debug)]
pub enum VpcFilter {
    /// This one.
    Id(String),
    /// Those with the ownership tags of an environment.
    Owner(Ownership),
}

/// `ec2:CreateVpc`.
#[derive(Clone, Debug)]
pub struct VpcRequest {
    /// Block.
    pub cidr_block: Ipv4Net,
    /// Tenancy.
    pub instance_tenancy: InstanceTenancy,
    /// Tags.
    pub tags: Tags,
}

/// `ec2:CreateSubnet`.
#[derive(Clone, Debug)]
pub struct SubnetRequest {
    /// VPC.
    pub vpc_id: String,
    /// Zone name.
    pub availability_zone: String,
    /// Block.
    pub cidr_block: Ipv4Net,
    /// Tags.
    pub tags: Tags,
}

/// `ec2:CreateSecurityGroup`.
#[derive(Clone, Debug)]
pub struct SecurityGroupRequest {
    /// VPC.
    pub vpc_id: String,
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Tags.
    pub tags: Tags,
}

/// Side of a security group that a rule is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Inbound.
    Ingress,
    /// Outbound.
    Egress,
}

/// `ec2:CreateVpcEndpoint`.
#[derive(Clone, Debug)]
pub struct EndpointRequest {
    /// VPC.
    pub vpc_id: String,
    /// Full service name.
    pub service_name: String,
    /// Kind.
    pub kind: EndpointKind,
    /// Subnets, one per zone (interface kind).
    pub subnet_ids: BTreeSet<String>,
    /// Groups (interface kind).
    pub security_group_ids: BTreeSet<String>,
    /// Route tables (gateway kind).
    pub route_table_ids: BTreeSet<String>,
    /// Private DNS (interface kind).
    pub private_dns_enabled: bool,
    /// Policy document; `None`: AWS's default.
    pub policy: Option<String>,
    /// Idempotency token: the same token and request never make a second endpoint.
    pub client_token: String,
    /// Tags.
    pub tags: Tags,
}

/// `ec2:ModifyVpcEndpoint`. Empty sets and `None` leave things as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Subnets to add.
    pub add_subnet_ids: BTreeSet<String>,
    /// Subnets to remove.
    pub remove_subnet_ids: BTreeSet<String>,
    /// Route tables to add.
    pub add_route_table_ids: BTreeSet<String>,
    /// Route tables to remove.
    pub remove_route_table_ids: BTreeSet<String>,
    /// Groups to add.
    pub add_security_group_ids: BTreeSet<String>,
    /// Groups to remove.
    pub remove_security_group_ids: BTreeSet<String>,
    /// Private DNS on or off.
    pub private_dns_enabled: Option<bool>,
    /// Another policy.
    pub policy: Option<PolicyChange>,
}

/// What becomes of an endpoint's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyChange {
    /// This document takes its place (`PolicyDocument`).
    Replace(String),
    /// AWS's default takes its place, which lets everything through (`ResetPolicy`).
    Reset,
}

/// Calls of EC2 about the network.
#[async_trait]
pub trait NetworkApi: Send + Sync {
    /// `ec2:DescribeVpcs`.
    async fn vpcs(&self, filter: &VpcFilter) -> Result<Vec<Vpc>>;
    /// `ec2:DescribeVpcAttribute`, twice: (`enableDnsSupport`, `enableDnsHostnames`). `None`: the VPC is gone.
    async fn vpc_dns_attributes(&self, vpc_id: &str) -> Result<Option<(bool, bool)>>;
    /// `ec2:CreateVpc`. A new VPC has DNS support on and DNS host names off.
    async fn create_vpc(&self, request: &VpcRequest) -> Result<Vpc>;
    /// `ec2:ModifyVpcAttribute` of `enableDnsSupport`.
    async fn set_dns_support(&self, vpc_id: &str, enabled: bool) -> Result<()>;
    /// `ec2:ModifyVpcAttribute` of `enableDnsHostnames`.
    async fn set_dns_hostnames(&self, vpc_id: &str, enabled: bool) -> Result<()>;
    /// `ec2:DeleteVpc`.
    async fn delete_vpc(&self, vpc_id: &str) -> Result<()>;

    /// `ec2:DescribeSubnets` of a VPC.
    async fn subnets(&self, vpc_id: &str) -> Result<Vec<Subnet>>;
    /// `ec2:CreateSubnet`.
    async fn create_subnet(&self, request: &SubnetRequest) -> Result<Subnet>;
    /// `ec2:ModifySubnetAttribute` of `mapPublicIpOnLaunch`.
    async fn set_map_public_ip_on_launch(&self, subnet_id: &str, enabled: bool) -> Result<()>;
    /// `ec2:ModifySubnetAttribute` of `assignIpv6AddressOnCreation`.
    async fn set_assign_ipv6_address_on_creation(&self, subnet_id: &str, enabled: bool) -> Result<()>;
    /// `ec2:DeleteSubnet`.
    async fn delete_subnet(&self, subnet_id: &str) -> Result<()>;

    /// `ec2:DescribeRouteTables` of a VPC.
    async fn route_tables(&self, vpc_id: &str) -> Result<Vec<RouteTable>>;
    /// `ec2:CreateRouteTable`.
    async fn create_route_table(&self, vpc_id: &str, client_token: &str, tags: &Tags) -> Result<RouteTable>;
    /// `ec2:AssociateRouteTable`; answers the association's id.
    async fn associate_route_table(&self, route_table_id: &str, subnet_id: &str) -> Result<String>;
    /// `ec2:ReplaceRouteTableAssociation`: gives the subnet of an association another table; answers the new association's id.
    async fn replace_route_table_association(&self, association_id: &str, route_table_id: &str) -> Result<String>;
    /// `ec2:DeleteRoute` of an IPv4 or IPv6 block or prefix list.
    async fn delete_route(&self, route_table_id: &str, destination: &str) -> Result<()>;
    /// `ec2:DeleteRouteTable`.
    async fn delete_route_table(&self, route_table_id: &str) -> Result<()>;

    /// `ec2:DescribeSecurityGroups` of a VPC, rules included.
    async fn security_groups(&self, vpc_id: &str) -> Result<Vec<SecurityGroup>>;
    /// `ec2:DescribeSecurityGroups` by ownership tags: ids of the VPCs that an environment has a group in. An existing network does not
    /// carry its tags.
    async fn vpcs_with_group_of(&self, ownership: &Ownership) -> Result<BTreeSet<String>>;
    /// `ec2:CreateSecurityGroup`. A new group has no inbound rule and one outbound rule, to everywhere.
    async fn create_security_group(&self, request: &SecurityGroupRequest) -> Result<SecurityGroup>;
    /// `ec2:AuthorizeSecurityGroupIngress` or `…Egress`.
    async fn authorize(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()>;
    /// `ec2:RevokeSecurityGroupIngress` or `…Egress`.
    async fn revoke(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()>;
    /// `ec2:UpdateSecurityGroupRuleDescriptionsIngress` or `…Egress`.
    async fn describe_rules(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()>;
    /// `ec2:DeleteSecurityGroup`.
    async fn delete_security_group(&self, group_id: &str) -> Result<()>;

    /// `ec2:DescribeVpcEndpoints` of a VPC, whatever their state.
    async fn endpoints(&self, vpc_id: &str) -> Result<Vec<Endpoint>>;
    /// `ec2:CreateVpcEndpoint`.
    async fn create_endpoint(&self, request: &EndpointRequest) -> Result<Endpoint>;
    /// `ec2:ModifyVpcEndpoint`.
    async fn modify_endpoint(&self, endpoint_id: &str, change: &EndpointChange) -> Result<()>;
    /// `ec2:DeleteVpcEndpoints`. AWS answers success with a list of those it did not delete; that list becomes the error.
    async fn delete_endpoints(&self, endpoint_ids: &BTreeSet<String>) -> Result<()>;

    /// `ec2:DescribeNetworkInterfaces` of a VPC: what still holds on to its subnets and groups.
    async fn network_interfaces(&self, vpc_id: &str) -> Result<Vec<NetworkInterface>>;

    /// What is attached to a VPC as a whole: `ec2:DescribeInternetGateways` and, as far as the caller may,
    /// `…EgressOnlyInternetGateways`, `…NatGateways`, `…VpnGateways` and `…VpcPeeringConnections`.
    async fn gateways(&self, vpc_id: &str) -> Result<Vec<Gateway>>;

    /// `ec2:CreateTags` on any number of EC2 resources.
    async fn tag(&self, resource_ids: &BTreeSet<String>, tags: &Tags) -> Result<()>;
    /// `ec2:DeleteTags` on any number of EC2 resources.
    async fn untag(&self, resource_ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> Result<()>;
}

/// `iam:CreateRole`.
#[derive(Clone, Debug)]
pub struct RoleRequest {
    /// Name.
    pub name: String,
    /// Description.
    pub description: String,
    /// Trust policy.
    pub assume_role_policy: String,
    /// Tags.
    pub tags: Tags,
}

/// Calls of IAM.
#[async_trait]
pub trait IdentityApi: Send + Sync {
    /// `iam:GetRole`; `attached_policies` is left empty.
    async fn role(&self, name: &str) -> Result<Option<Role>>;
    /// `iam:ListAttachedRolePolicies`; empty when the role does not exist.
    async fn attached_policies(&self, role_name: &str) -> Result<BTreeSet<String>>;
    /// `iam:ListRolePolicies`: names of the policies that are written into the role; empty when the role does not exist.
    async fn inline_policies(&self, role_name: &str) -> Result<BTreeSet<String>>;
    /// `iam:CreateRole`.
    async fn create_role(&self, request: &RoleRequest) -> Result<Role>;
    /// `iam:UpdateAssumeRolePolicy`.
    async fn set_assume_role_policy(&self, role_name: &str, policy: &str) -> Result<()>;
    /// `iam:AttachRolePolicy`.
    async fn attach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()>;
    /// `iam:DetachRolePolicy`.
    async fn detach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()>;
    /// `iam:DeleteRolePolicy`: a policy that is written into the role.
    async fn delete_inline_policy(&self, role_name: &str, policy_name: &str) -> Result<()>;
    /// `iam:DeleteRole`.
    async fn delete_role(&self, name: &str) -> Result<()>;
    /// `iam:TagRole`.
    async fn tag_role(&self, name: &str, tags: &Tags) -> Result<()>;
    /// `iam:UntagRole`.
    async fn untag_role(&self, name: &str, keys: &BTreeSet<String>) -> Result<()>;

    /// `iam:GetInstanceProfile`; the role in it comes with its trust policy and without policies and tags.
    async fn instance_profile(&self, name: &str) -> Result<Option<InstanceProfile>>;
    /// `iam:CreateInstanceProfile`.
    async fn create_instance_profile(&self, name: &str, tags: &Tags) -> Result<InstanceProfile>;
    /// `iam:AddRoleToInstanceProfile`. A profile that holds a role, be it this one, is [`AlreadyExists`](super::ErrorKind).
    async fn add_role_to_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()>;
    /// `iam:RemoveRoleFromInstanceProfile`.
    async fn remove_role_from_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()>;
    /// `iam:DeleteInstanceProfile`.
    async fn delete_instance_profile(&self, name: &str) -> Result<()>;
    /// `iam:TagInstanceProfile`.
    async fn tag_instance_profile(&self, name: &str, tags: &Tags) -> Result<()>;
    /// `iam:UntagInstanceProfile`.
    async fn untag_instance_profile(&self, name: &str, keys: &BTreeSet<String>) -> Result<()>;
}

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
    /// Strategy.
    pub allocation_strategy: AllocationStrategy,
    /// Types.
    pub instance_types: Vec<String>,
    /// Lower bound.
    pub min_vcpus: i32,
    /// Starting value.
    pub desired_vcpus: Option<i32>,
    /// Most that a Spot Instance may cost, in per cent of the on-demand price.
    pub bid_percentage: Option<i32>,
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
    /// Instance profile ARN.
    pub instance_role_arn: String,
    /// Spot Fleet role ARN.
    pub spot_iam_fleet_role_arn: Option<String>,
    /// Tags of the instances.
    pub instance_tags: Tags,
    /// Minutes that an idle instance is kept.
    pub min_scale_down_delay_minutes: Option<i32>,
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
