//! Subnets.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{AttributeBooleanValue, ResourceType};

use super::super::answer::{incomplete, or_gone, refused};
use super::{block, filter, specifications, tags, text};
use crate::cloud::{Result, SubnetRequest};
use crate::domain::observed::Subnet;

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<Subnet>> {
    let subnets = client
        .describe_subnets()
        .filters(filter("vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeSubnets"))?;
    Ok(subnets.iter().map(from_sdk).collect())
}

fn from_sdk(subnet: &aws_sdk_ec2::types::Subnet) -> Subnet {
    Subnet {
        id: text(subnet.subnet_id()),
        availability_zone: text(subnet.availability_zone()),
        cidr_block: block(subnet.cidr_block()),
        map_public_ip_on_launch: subnet.map_public_ip_on_launch().unwrap_or(false),
        assign_ipv6_address_on_creation: subnet.assign_ipv6_address_on_creation().unwrap_or(false),
        available_addresses: subnet
            .available_ip_address_count()
            .and_then(|count| u32::try_from(count).ok()),
        tags: tags::from_sdk(subnet.tags()),
    }
}

pub(super) async fn create(client: &Client, request: &SubnetRequest) -> Result<Subnet> {
    let answer = client
        .create_subnet()
        .vpc_id(&request.vpc_id)
        .availability_zone(&request.availability_zone)
        .cidr_block(request.cidr_block.to_string())
        .set_tag_specifications(specifications(ResourceType::Subnet, &request.tags))
        .send()
        .await
        .map_err(refused("ec2:CreateSubnet"))?;
    answer
        .subnet()
        .map(from_sdk)
        .ok_or_else(|| incomplete("ec2:CreateSubnet", "subnet"))
}

pub(super) async fn set_map_public_ip_on_launch(client: &Client, subnet_id: &str, enabled: bool) -> Result<()> {
    client
        .modify_subnet_attribute()
        .subnet_id(subnet_id)
        .map_public_ip_on_launch(AttributeBooleanValue::builder().value(enabled).build())
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifySubnetAttribute"))
}

pub(super) async fn set_assign_ipv6_address_on_creation(client: &Client, subnet_id: &str, enabled: bool) -> Result<()> {
    client
        .modify_subnet_attribute()
        .subnet_id(subnet_id)
        .assign_ipv6_address_on_creation(AttributeBooleanValue::builder().value(enabled).build())
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifySubnetAttribute"))
}

pub(super) async fn delete(client: &Client, subnet_id: &str) -> Result<()> {
    or_gone(
        client
            .delete_subnet()
            .subnet_id(subnet_id)
            .send()
            .await
            .map_err(refused("ec2:DeleteSubnet")),
    )
}
