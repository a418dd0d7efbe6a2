//! The port's methods, each once: its operation, its signature, and through the plan to the cloud below.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use ipnet::IpNet;

use super::Faulty;
use crate::cloud::{
    AccountApi, BatchApi, CallerIdentity, Cloud, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, Direction,
    EndpointChange, EndpointRequest, IdentityApi, JobQueueRequest, JobQueueUpdate, NetworkApi, Result, RoleRequest,
    SecurityGroupRequest, SubnetRequest, VpcFilter, VpcRequest,
};
use crate::domain::Tags;
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::facts::EndpointService;
use crate::domain::firewall::Rule;
use crate::domain::name::Ownership;
use crate::domain::observed::{
    ComputeEnvironment, Endpoint, Gateway, InstanceProfile, JobQueue, NetworkInterface, Role, RouteTable,
    SecurityGroup, Subnet, Vpc,
};

/// Implements a trait of the port method by method: `operation => method(arguments) -> answer`.
macro_rules! delegate {
    ($api:ident { $($plain:item)* } $($operation:expr => $method:ident($($argument:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl<C: Cloud> $api for Faulty<C> {
            $($plain)*
            $(
                async fn $method(&self, $($argument: $type),*) -> Result<$answer> {
                    self.call($operation, self.cloud.$method($($argument),*)).await
                }
            )*
        }
    };
}

fn by_direction(direction: Direction, ingress: &'static str, egress: &'static str) -> &'static str {
    match direction {
        Direction::Ingress => ingress,
        Direction::Egress => egress,
    }
}

delegate! {
    AccountApi {
        fn region(&self) -> &str {
            self.cloud.region()
        }
    }
    "sts:GetCallerIdentity" => caller_identity() -> CallerIdentity;
    "ec2:DescribeAvailabilityZones" => availability_zones() -> Vec<String>;
    "ec2:DescribeVpcEndpointServices" => endpoint_services() -> BTreeMap<String, EndpointService>;
    "ec2:DescribeManagedPrefixLists" => prefix_lists() -> BTreeMap<String, String>;
    "ec2:DescribeLaunchTemplates" => launch_templates(keys: &BTreeSet<String>) -> TemplateFacts;
}

delegate! {
    NetworkApi {}
    "ec2:DescribeVpcs" => vpcs(filter: &VpcFilter) -> Vec<Vpc>;
    "ec2:DescribeVpcAttribute" => vpc_dns_attributes(vpc_id: &str) -> Option<(bool, bool)>;
    "ec2:CreateVpc" => create_vpc(request: &VpcRequest) -> Vpc;
    "ec2:ModifyVpcAttribute" => set_dns_support(vpc_id: &str, enabled: bool) -> ();
    "ec2:ModifyVpcAttribute" => set_dns_hostnames(vpc_id: &str, enabled: bool) -> ();
    "ec2:ModifyVpcTenancy" => reset_vpc_tenancy(vpc_id: &str) -> ();
    "ec2:DeleteVpc" => delete_vpc(vpc_id: &str) -> ();

    "ec2:DescribeSubnets" => subnets(vpc_id: &str) -> Vec<Subnet>;
    "ec2:CreateSubnet" => create_subnet(request: &SubnetRequest) -> Subnet;
    "ec2:ModifySubnetAttribute" => set_map_public_ip_on_launch(subnet_id: &str, enabled: bool) -> ();
    "ec2:ModifySubnetAttribute" => set_assign_ipv6_address_on_creation(subnet_id: &str, enabled: bool) -> ();
    "ec2:DeleteSubnet" => delete_subnet(subnet_id: &str) -> ();

    "ec2:DescribeRouteTables" => route_tables(vpc_id: &str) -> Vec<RouteTable>;
    "ec2:CreateRouteTable" => create_route_table(vpc_id: &str, client_token: &str, tags: &Tags) -> RouteTable;
    "ec2:AssociateRouteTable" => associate_route_table(route_table_id: &str, subnet_id: &str) -> String;
    "ec2:ReplaceRouteTableAssociation" =>
        replace_route_table_association(association_id: &str, route_table_id: &str) -> String;
    "ec2:GetManagedPrefixListEntries" => prefix_list_entries(prefix_list_id: &str) -> Vec<IpNet>;
    "ec2:DeleteRoute" => delete_route(route_table_id: &str, destination: &str) -> ();
    "ec2:DeleteRouteTable" => delete_route_table(route_table_id: &str) -> ();

    "ec2:DescribeSecurityGroups" => security_groups(vpc_id: &str) -> Vec<SecurityGroup>;
    "ec2:DescribeSecurityGroups" => vpcs_with_group_of(ownership: &Ownership) -> BTreeSet<String>;
    "ec2:CreateSecurityGroup" => create_security_group(request: &SecurityGroupRequest) -> SecurityGroup;
    by_direction(direction, "ec2:AuthorizeSecurityGroupIngress", "ec2:AuthorizeSecurityGroupEgress") =>
        authorize(group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> ();
    by_direction(direction, "ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress") =>
        revoke(group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> ();
    by_direction(
        direction,
        "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        "ec2:UpdateSecurityGroupRuleDescriptionsEgress"
    ) => describe_rules(group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> ();
    "ec2:DeleteSecurityGroup" => delete_security_group(group_id: &str) -> ();

    "ec2:DescribeVpcEndpoints" => endpoints(vpc_id: &str) -> Vec<Endpoint>;
    "ec2:CreateVpcEndpoint" => create_endpoint(request: &EndpointRequest) -> Endpoint;
    "ec2:ModifyVpcEndpoint" => modify_endpoint(endpoint_id: &str, change: &EndpointChange) -> ();
    "ec2:DeleteVpcEndpoints" => delete_endpoints(endpoint_ids: &BTreeSet<String>) -> ();

    "ec2:DescribeNetworkInterfaces" => network_interfaces(vpc_id: &str) -> Vec<NetworkInterface>;

    "ec2:DescribeInternetGateways" => gateways(vpc_id: &str) -> Vec<Gateway>;

    "ec2:CreateTags" => tag(resource_ids: &BTreeSet<String>, tags: &Tags) -> ();
    "ec2:DeleteTags" => untag(resource_ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> ();
}

delegate! {
    IdentityApi {}
    "iam:GetRole" => role(name: &str) -> Option<Role>;
    "iam:ListAttachedRolePolicies" => attached_policies(role_name: &str) -> BTreeSet<String>;
    "iam:ListRolePolicies" => inline_policies(role_name: &str) -> BTreeSet<String>;
    "iam:CreateRole" => create_role(request: &RoleRequest) -> Role;
    "iam:UpdateAssumeRolePolicy" => set_assume_role_policy(role_name: &str, policy: &str) -> ();
    "iam:AttachRolePolicy" => attach_policy(role_name: &str, policy_arn: &str) -> ();
    "iam:DetachRolePolicy" => detach_policy(role_name: &str, policy_arn: &str) -> ();
    "iam:DeleteRolePolicy" => delete_inline_policy(role_name: &str, policy_name: &str) -> ();
    "iam:DeleteRole" => delete_role(name: &str) -> ();
    "iam:TagRole" => tag_role(name: &str, tags: &Tags) -> ();
    "iam:UntagRole" => untag_role(name: &str, keys: &BTreeSet<String>) -> ();

    "iam:GetInstanceProfile" => instance_profile(name: &str) -> Option<InstanceProfile>;
    "iam:CreateInstanceProfile" => create_instance_profile(name: &str, tags: &Tags) -> InstanceProfile;
    "iam:AddRoleToInstanceProfile" => add_role_to_instance_profile(profile_name: &str, role_name: &str) -> ();
    "iam:RemoveRoleFromInstanceProfile" => remove_role_from_instance_profile(profile_name: &str, role_name: &str) -> ();
    "iam:DeleteInstanceProfile" => delete_instance_profile(name: &str) -> ();
    "iam:TagInstanceProfile" => tag_instance_profile(name: &str, tags: &Tags) -> ();
    "iam:UntagInstanceProfile" => untag_instance_profile(name: &str, keys: &BTreeSet<String>) -> ();
}

delegate! {
    BatchApi {}
    "batch:DescribeComputeEnvironments" => compute_environment(name: &str) -> Option<ComputeEnvironment>;
    "batch:DescribeComputeEnvironments" => compute_environments() -> Vec<ComputeEnvironment>;
    "batch:CreateComputeEnvironment" => create_compute_environment(request: &ComputeEnvironmentRequest) -> String;
    "batch:UpdateComputeEnvironment" =>
        update_compute_environment(name: &str, update: &ComputeEnvironmentUpdate) -> ();
    "batch:DeleteComputeEnvironment" => delete_compute_environment(name: &str) -> ();
    "batch:DescribeJobQueues" => job_queues() -> Vec<JobQueue>;
    "batch:CreateJobQueue" => create_job_queue(request: &JobQueueRequest) -> String;
    "batch:UpdateJobQueue" => update_job_queue(name: &str, update: &JobQueueUpdate) -> ();
    "batch:DeleteJobQueue" => delete_job_queue(name: &str) -> ();
    "batch:TagResource" => tag_batch(arn: &str, tags: &Tags) -> ();
    "batch:UntagResource" => untag_batch(arn: &str, keys: &BTreeSet<String>) -> ();
}
