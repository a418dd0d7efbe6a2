//! The traits of the port and the requests that they take.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipnet::{IpNet, Ipv4Net};

use super::Result;
use crate::domain::Tags;
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::endpoint::EndpointKind;
use crate::domain::facts::EndpointService;
use crate::domain::firewall::Rule;
use crate::domain::name::Ownership;
use crate::domain::observed::{
    Endpoint, Gateway, InstanceProfile, NetworkInterface, Role, RouteTable, SecurityGroup, Subnet, Vpc,
};
use crate::domain::spec::InstanceTenancy;

mod batch;

pub use batch::{
    BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, InfrastructureUpdate, InstancesRequest,
    JobQueueRequest, JobQueueUpdate, ScalingUpdate,
};

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
    /// `ec2:ModifyVpcTenancy` to `default`, the only tenancy that it takes.
    async fn reset_vpc_tenancy(&self, vpc_id: &str) -> Result<()>;
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
    /// `ec2:GetManagedPrefixListEntries`: the blocks of a prefix list; none if there is no such list.
    async fn prefix_list_entries(&self, prefix_list_id: &str) -> Result<Vec<IpNet>>;
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
