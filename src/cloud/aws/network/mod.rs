//! The network's calls of EC2, one module for each kind of resource.
//!
//! A module has a function for each call, from the port's request to the SDK's and from the SDK's answer to the port's. Here they
//! meet the trait, beside the few words (filters, tag specifications, blocks) that all of them use.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_ec2::types::{Filter, ResourceType, TagSpecification};
use ipnet::{IpNet, Ipv4Net};

use super::AwsCloud;
use crate::cloud::{
    Direction, EndpointChange, EndpointRequest, NetworkApi, Result, SecurityGroupRequest, SubnetRequest, VpcFilter,
    VpcRequest,
};
use crate::domain::Tags;
use crate::domain::firewall::Rule;
use crate::domain::name::Ownership;
use crate::domain::observed::{Endpoint, Gateway, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc};

mod endpoint;
mod gateway;
mod interface;
mod permission;
mod route_table;
mod security_group;
mod subnet;
mod tags;
mod vpc;

#[async_trait]
impl NetworkApi for AwsCloud {
    async fn vpcs(&self, filter: &VpcFilter) -> Result<Vec<Vpc>> {
        vpc::list(&self.ec2, filter).await
    }
    async fn vpc_dns_attributes(&self, vpc_id: &str) -> Result<Option<(bool, bool)>> {
        vpc::dns_attributes(&self.ec2, vpc_id).await
    }
    async fn create_vpc(&self, request: &VpcRequest) -> Result<Vpc> {
        vpc::create(&self.ec2, request).await
    }
    async fn set_dns_support(&self, vpc_id: &str, enabled: bool) -> Result<()> {
        vpc::set_dns_support(&self.ec2, vpc_id, enabled).await
    }
    async fn set_dns_hostnames(&self, vpc_id: &str, enabled: bool) -> Result<()> {
        vpc::set_dns_hostnames(&self.ec2, vpc_id, enabled).await
    }
    async fn reset_vpc_tenancy(&self, vpc_id: &str) -> Result<()> {
        vpc::reset_tenancy(&self.ec2, vpc_id).await
    }
    async fn delete_vpc(&self, vpc_id: &str) -> Result<()> {
        vpc::delete(&self.ec2, vpc_id).await
    }

    async fn subnets(&self, vpc_id: &str) -> Result<Vec<Subnet>> {
        subnet::list(&self.ec2, vpc_id).await
    }
    async fn create_subnet(&self, request: &SubnetRequest) -> Result<Subnet> {
        subnet::create(&self.ec2, request).await
    }
    async fn set_map_public_ip_on_launch(&self, subnet_id: &str, enabled: bool) -> Result<()> {
        subnet::set_map_public_ip_on_launch(&self.ec2, subnet_id, enabled).await
    }
    async fn set_assign_ipv6_address_on_creation(&self, subnet_id: &str, enabled: bool) -> Result<()> {
        subnet::set_assign_ipv6_address_on_creation(&self.ec2, subnet_id, enabled).await
    }
    async fn delete_subnet(&self, subnet_id: &str) -> Result<()> {
        subnet::delete(&self.ec2, subnet_id).await
    }

    async fn route_tables(&self, vpc_id: &str) -> Result<Vec<RouteTable>> {
        route_table::list(&self.ec2, vpc_id).await
    }
    async fn create_route_table(&self, vpc_id: &str, client_token: &str, tags: &Tags) -> Result<RouteTable> {
        route_table::create(&self.ec2, vpc_id, client_token, tags).await
    }
    async fn associate_route_table(&self, route_table_id: &str, subnet_id: &str) -> Result<String> {
        route_table::associate(&self.ec2, route_table_id, subnet_id).await
    }
    async fn replace_route_table_association(&self, association_id: &str, route_table_id: &str) -> Result<String> {
        route_table::replace_association(&self.ec2, association_id, route_table_id).await
    }
    async fn prefix_list_entries(&self, prefix_list_id: &str) -> Result<Vec<IpNet>> {
        route_table::prefix_list_entries(&self.ec2, prefix_list_id).await
    }
    async fn delete_route(&self, route_table_id: &str, destination: &str) -> Result<()> {
        route_table::delete_route(&self.ec2, route_table_id, destination).await
    }
    async fn delete_route_table(&self, route_table_id: &str) -> Result<()> {
        route_table::delete(&self.ec2, route_table_id).await
    }

    async fn security_groups(&self, vpc_id: &str) -> Result<Vec<SecurityGroup>> {
        security_group::list(&self.ec2, vpc_id).await
    }
    async fn vpcs_with_group_of(&self, ownership: &Ownership) -> Result<BTreeSet<String>> {
        security_group::vpcs_with_group_of(&self.ec2, ownership).await
    }
    async fn create_security_group(&self, request: &SecurityGroupRequest) -> Result<SecurityGroup> {
        security_group::create(&self.ec2, request).await
    }
    async fn authorize(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        security_group::authorize(&self.ec2, group_id, direction, rules).await
    }
    async fn revoke(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        security_group::revoke(&self.ec2, group_id, direction, rules).await
    }
    async fn describe_rules(&self, group_id: &str, direction: Direction, rules: &BTreeSet<Rule>) -> Result<()> {
        security_group::describe_rules(&self.ec2, group_id, direction, rules).await
    }
    async fn delete_security_group(&self, group_id: &str) -> Result<()> {
        security_group::delete(&self.ec2, group_id).await
    }

    async fn endpoints(&self, vpc_id: &str) -> Result<Vec<Endpoint>> {
        endpoint::list(&self.ec2, vpc_id).await
    }
    async fn create_endpoint(&self, request: &EndpointRequest) -> Result<Endpoint> {
        endpoint::create(&self.ec2, request).await
    }
    async fn modify_endpoint(&self, endpoint_id: &str, change: &EndpointChange) -> Result<()> {
        endpoint::modify(&self.ec2, endpoint_id, change).await
    }
    async fn delete_endpoints(&self, endpoint_ids: &BTreeSet<String>) -> Result<()> {
        endpoint::delete(&self.ec2, endpoint_ids).await
    }

    async fn network_interfaces(&self, vpc_id: &str) -> Result<Vec<NetworkInterface>> {
        interface::list(&self.ec2, vpc_id).await
    }

    async fn gateways(&self, vpc_id: &str) -> Result<Vec<Gateway>> {
        gateway::list(&self.ec2, vpc_id).await
    }

    async fn tag(&self, resource_ids: &BTreeSet<String>, tags: &Tags) -> Result<()> {
        tags::add(&self.ec2, resource_ids, tags).await
    }
    async fn untag(&self, resource_ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> Result<()> {
        tags::remove(&self.ec2, resource_ids, keys).await
    }
}

/// A filter of one value.
pub(super) fn filter(name: impl Into<String>, value: impl Into<String>) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Filters for what carries the ownership tags of an environment.
fn owned_by(ownership: &Ownership) -> Vec<Filter> {
    let tags = ownership.tags().into_iter();
    tags.map(|(key, value)| filter(format!("tag:{key}"), value)).collect()
}

/// The tags of a create call; AWS refuses an empty specification.
fn specifications(resource: ResourceType, tags: &Tags) -> Option<Vec<TagSpecification>> {
    let specification = TagSpecification::builder()
        .resource_type(resource)
        .set_tags(Some(tags::to_sdk(tags)))
        .build();
    (!tags.is_empty()).then(|| vec![specification])
}

/// An IPv4 block of an answer.
fn block(text: Option<&str>) -> Option<Ipv4Net> {
    text.and_then(|text| text.parse().ok())
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// A list for a request; AWS takes an empty one for a mistake.
fn ids(set: &BTreeSet<String>) -> Option<Vec<String>> {
    (!set.is_empty()).then(|| set.iter().cloned().collect())
}
