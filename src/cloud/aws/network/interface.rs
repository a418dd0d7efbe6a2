//! Network interfaces.

use aws_sdk_ec2::Client;

use super::super::answer::refused;
use super::{filter, text};
use crate::cloud::Result;
use crate::domain::observed::NetworkInterface;

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<NetworkInterface>> {
    let interfaces = client
        .describe_network_interfaces()
        .filters(filter("vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeNetworkInterfaces"))?;
    Ok(interfaces.iter().map(from_sdk).collect())
}

fn from_sdk(interface: &aws_sdk_ec2::types::NetworkInterface) -> NetworkInterface {
    NetworkInterface {
        id: text(interface.network_interface_id()),
        description: text(interface.description()),
        interface_type: text(interface.interface_type().map(|kind| kind.as_str())),
        requester_id: interface.requester_id().map(str::to_owned),
        owner_id: interface.owner_id().map(str::to_owned),
        instance_id: interface
            .attachment()
            .and_then(|attachment| attachment.instance_id())
            .map(str::to_owned),
        subnet_id: text(interface.subnet_id()),
        security_group_ids: interface
            .groups()
            .iter()
            .filter_map(|group| group.group_id().map(str::to_owned))
            .collect(),
    }
}
