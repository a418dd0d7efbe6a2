//! Internet gateways: an isolated VPC has none, unless somebody attached one.

use aws_sdk_ec2::Client;

use super::super::answer::refused;
use super::{filter, text};
use crate::cloud::Result;

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<String>> {
    let gateways = client
        .describe_internet_gateways()
        .filters(filter("attachment.vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeInternetGateways"))?;
    Ok(gateways
        .iter()
        .map(|gateway| text(gateway.internet_gateway_id()))
        .collect())
}
