//! The port's methods about EC2's network.

use std::collections::BTreeSet;

use async_trait::async_trait;
use ipnet::IpNet;

use super::FakeCloud;
use super::vpc::as_described;
use super::world::inside;
use crate::cloud::{
    Direction, EndpointChange, EndpointRequest, NetworkApi, Result, SecurityGroupRequest, SubnetRequest, VpcFilter,
    VpcRequest,
};
use crate::domain::Tags;
use crate::domain::firewall::Rule;
use crate::domain::name::Ownership;
use crate::domain::observed::{Endpoint, Gateway, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc};

#[async_trait]
impl NetworkApi for FakeCloud {
    async fn vpcs(&self, filter: &VpcFilter) -> Result<Vec<Vpc>> {
        let wanted = |vpc: &Vpc| match filter {
            VpcFilter::Id(id) => vpc.id == *id,
            VpcFilter::Owner(ownership) => ownership.owns(&vpc.tags),
        };
        let arguments = match filter {
            VpcFilter::Id(id) => id.clone(),
            VpcFilter::Owner(ownership) => ownership.environment.to_string(),
        };
        self.read("ec2:DescribeVpcs", arguments, |world, _| {
            world
                .vpcs
                .values()
                .filter(|vpc| wanted(vpc))
                .map(|vpc| as_described(vpc))
                .collect()
        })
        .await
    }

    async fn vpc_dns_attributes(&self, vpc_id: &str) -> Result<Option<(bool, bool)>> {
        self.read("ec2:DescribeVpcAttribute", vpc_id, |world, _| {
            let vpc = world.vpcs.get(vpc_id)?;
            vpc.dns_support.zip(vpc.dns_hostnames)
        })
        .await
    }

    async fn create_vpc(&self, request: &VpcRequest) -> Result<Vpc> {
        self.write("ec2:CreateVpc", request.cidr_block, |world, at| {
            world.create_vpc(at, request)
        })
        .await
    }

    async fn set_dns_support(&self, vpc_id: &str, enabled: bool) -> Result<()> {
        self.write(
            "ec2:ModifyVpcAttribute",
            format!("{vpc_id}, enableDnsSupport = {enabled}"),
            |world, at| world.set_dns_support(at, vpc_id, enabled),
        )
        .await
    }

    async fn set_dns_hostnames(&self, vpc_id: &str, enabled: bool) -> Result<()> {
        self.write(
            "ec2:ModifyVpcAttribute",
            format!("{vpc_id}, enableDnsHostnames = {enabled}"),
            |world, at| world.set_dns_hostnames(at, vpc_id, enabled),
        )
        .await
    }

    async fn reset_vpc_tenancy(&self, vpc_id: &str) -> Result<()> {
        self.write("ec2:ModifyVpcTenancy", vpc_id, |world, at| {
            world.reset_vpc_tenancy(at, vpc_id)
        })
        .await
    }

    async fn delete_vpc(&self, vpc_id: &str) -> Result<()> {
        self.write("ec2:DeleteVpc", vpc_id, |world, _| world.delete_vpc(vpc_id))
            .await
    }

    async fn subnets(&self, vpc_id: &str) -> Result<Vec<Subnet>> {
        self.read("ec2:DescribeSubnets", vpc_id, |world, _| {
            inside(&world.subnets, vpc_id)
                .map(|subnet| world.subnet(&subnet.thing))
                .collect()
        })
        .await
    }

    async fn create_subnet(&self, request: &SubnetRequest) -> Result<Subnet> {
        let arguments = format!("{}, {}", request.availability_zone, request.cidr_block);
        self.write("ec2:CreateSubnet", arguments, |world, at| {
            world.create_subnet(at, request)
        })
        .await
    }

    async fn set_map_public_ip_on_launch(&self, subnet_id: &str, enabled: bool) -> Result<()> {
        self.write(
            "ec2:ModifySubnetAttribute",
            format!("{subnet_id}, mapPublicIpOnLaunch = {enabled}"),
            |world, at| world.set_map_public_ip(at, subnet_id, enabled),
        )
        .await
    }

    async fn set_assign_ipv6_address_on_creation(&self, subnet_id: &str, enabled: bool) -> Result<()> {
        self.write(
            "ec2:ModifySubnetAttribute",
            format!("{subnet_id}, assignIpv6AddressOnCreation = {enabled}"),
            |world, at| world.set_assign_ipv6(at, subnet_id, enabled),
        )
        .await
    }

    async fn delete_subnet(&self, subnet_id: &str) -> Result<()> {
        self.write("ec2:DeleteSubnet", subnet_id, |world, _| world.delete_subnet(subnet_id))
            .await
    }

    async fn route_tables(&self, vpc_id: &str) -> Result<Vec<RouteTable>> {
        self.read("ec2:DescribeRouteTables", vpc_id, |world, at| {
            inside(&world.route_tables, vpc_id)
                .filter_map(|table| world.route_table(at, &table.id))
                .collect()
        })
        .await
    }

    async fn create_route_table(&self, vpc_id: &str, client_token: &str, tags: &Tags) -> Result<RouteTable> {
        self.write(
            "ec2:CreateRouteTable",
            format!("{vpc_id}, {client_token}"),
            |world, at| world.create_route_table(at, vpc_id, client_token, tags),
        )
        .await
    }

    async fn associate_route_table(&self, route_table_id: &str, subnet_id: &str) -> Result<String> {
        self.write(
            "ec2:AssociateRouteTable",
            format!("{route_table_id}, {subnet_id}"),
            |world, at| world.associate(at, route_table_id, subnet_id),
        )
        .await
    }

    async fn replace_route_table_association(&self, association_id: &str, route_table_id: &str) -> Result<String> {
        let arguments = format!("{association_id}, {route_table_id}");
        self.write("ec2:ReplaceRouteTableAssociation", arguments, |world, at| {
            world.replace_association(at, association_id, route_table_id)
        })
        .await
    }

    async fn prefix_list_entries(&self, prefix_list_id: &str) -> Result<Vec<IpNet>> {
        self.read("ec2:GetManagedPrefixListEntries", prefix_list_id, |world, _| {
            world.prefix_lists.get(prefix_list_id).cloned().unwrap_or_default()
        })
        .await
    }

    async fn delete_route(&self, route_table_id: &str, destination: &str) -> Result<()> {
        self.write(
            "ec2:DeleteRoute",
            format!("{route_table_id}, {destination}"),
            |world, at| world.delete_route(at, route_table_id, destination),
        )
        .await
    }

    async fn delete_route_table(&self, route_table_id: &str) -> Result<()> {
        self.write("ec2:DeleteRouteTable", route_table_id, |world, _| {
            world.delete_route_table(route_table_id)
        })
        .await
    }

    async fn security_groups(&self, vpc_id: &str) -> Result<Vec<SecurityGroup>> {
        self.read("ec2:DescribeSecurityGroups", vpc_id, |world, _| {
            inside(&world.security_groups, vpc_id)
                .map(|group| group.thing.clone())
                .collect()
        })
        .await
    }

    async fn vpcs_with_group_of(&self, ownership: &Ownership) -> Result<BTreeSet<String>> {
        self.read("ec2:DescribeSecurityGroups", &ownership.environment, |world, _| {
            let groups = world.security_groups.values();
            let own = groups.filter(|group| ownership.owns(&group.tags));
            own.map(|group| group.vpc_id.clone()).collect()
        })
        .await
    }

    async fn create_security_group(&self, request: &SecurityGroupRequest) -> Result<SecurityGroup> {
        self.write("ec2:CreateSecurityGroup", &request.name, |world, at| {
            world.create_security_group(at, request)
        })
        .await
    }

    async fn authorize(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        let operation = match direction {
            Direction::Ingress => "ec2:AuthorizeSecurityGroupIngress",
            Direction::Egress => "ec2:AuthorizeSecurityGroupEgress",
        };
        self.write(operation, rules_of(group_id, rules), |world, at| {
            world.authorize(at, group_id, direction, rules)
        })
        .await
    }

    async fn revoke(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        let operation = match direction {
            Direction::Ingress => "ec2:RevokeSecurityGroupIngress",
            Direction::Egress => "ec2:RevokeSecurityGroupEgress",
        };
        self.write(operation, rules_of(group_id, rules), |world, at| {
            world.revoke(at, group_id, direction, rules)
        })
        .await
    }

    async fn describe_rules(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        let operation = match direction {
            Direction::Ingress => "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
            Direction::Egress => "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
        };
        self.write(operation, rules_of(group_id, rules), |world, at| {
            world.describe_rules(at, group_id, direction, rules)
        })
        .await
    }

    async fn delete_security_group(&self, group_id: &str) -> Result<()> {
        self.write("ec2:DeleteSecurityGroup", group_id, |world, _| {
            world.delete_security_group(group_id)
        })
        .await
    }

    async fn endpoints(&self, vpc_id: &str) -> Result<Vec<Endpoint>> {
        self.read("ec2:DescribeVpcEndpoints", vpc_id, |world, _| {
            inside(&world.endpoints, vpc_id)
                .map(|record| record.endpoint.clone())
                .collect()
        })
        .await
    }

    async fn create_endpoint(&self, request: &EndpointRequest) -> Result<Endpoint> {
        self.write("ec2:CreateVpcEndpoint", &request.service_name, |world, at| {
            world.create_endpoint(at, request)
        })
        .await
    }

    async fn modify_endpoint(&self, endpoint_id: &str, change: &EndpointChange) -> Result<()> {
        self.write("ec2:ModifyVpcEndpoint", endpoint_id, |world, at| {
            world.modify_endpoint(at, endpoint_id, change)
        })
        .await
    }

    async fn delete_endpoints(&self, endpoint_ids: &BTreeSet<String>) -> Result<()> {
        self.write("ec2:DeleteVpcEndpoints", joined(endpoint_ids), |world, at| {
            world.delete_endpoints(at, endpoint_ids);
            Ok(())
        })
        .await
    }

    async fn network_interfaces(&self, vpc_id: &str) -> Result<Vec<NetworkInterface>> {
        self.read("ec2:DescribeNetworkInterfaces", vpc_id, |world, _| {
            inside(&world.network_interfaces, vpc_id)
                .map(|interface| interface.thing.clone())
                .collect()
        })
        .await
    }

    async fn gateways(&self, vpc_id: &str) -> Result<Vec<Gateway>> {
        self.read("ec2:DescribeInternetGateways", vpc_id, |world, _| {
            inside(&world.gateways, vpc_id)
                .map(|gateway| gateway.thing.clone())
                .collect()
        })
        .await
    }

    async fn tag(&self, resource_ids: &BTreeSet<String>, tags: &Tags) -> Result<()> {
        self.write("ec2:CreateTags", joined(resource_ids), |world, at| {
            world.tag(at, resource_ids, tags)
        })
        .await
    }

    async fn untag(&self, resource_ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> Result<()> {
        self.write("ec2:DeleteTags", joined(resource_ids), |world, at| {
            world.untag(at, resource_ids, keys)
        })
        .await
    }
}

fn joined(ids: &BTreeSet<String>) -> String {
    ids.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn rules_of(group_id: &str, rules: &BTreeSet<Rule>) -> String {
    let peers: Vec<String> = rules
        .iter()
        .map(|rule| format!("{} {}", rule.protocol, rule.peer))
        .collect();
    format!("{group_id}, {}", peers.join(", "))
}
