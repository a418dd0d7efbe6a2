//! Gateways and peerings: an isolated VPC has none, unless somebody attached one.
//!
//! They are asked for only to say what keeps a VPC from being deleted. A kind that the credentials may not read is left out.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{NatGatewayState, VpcPeeringConnectionStateReasonCode as Peering};

use super::super::answer::refused;
use super::{filter, text};
use crate::cloud::Result;
use crate::domain::observed::{Gateway, GatewayKind};

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<Gateway>> {
    let (internet, egress_only, nat, virtual_private, requested, accepted) = tokio::join!(
        internet(client, vpc_id),
        egress_only(client, vpc_id),
        nat(client, vpc_id),
        virtual_private(client, vpc_id),
        peerings(client, "requester-vpc-info.vpc-id", vpc_id),
        peerings(client, "accepter-vpc-info.vpc-id", vpc_id),
    );
    let found = [
        (GatewayKind::EgressOnlyInternet, egress_only),
        (GatewayKind::Nat, nat),
        (GatewayKind::VirtualPrivate, virtual_private),
        (GatewayKind::Peering, requested),
        (GatewayKind::Peering, accepted),
    ];
    let mut gateways: Vec<Gateway> = of_kind(GatewayKind::Internet, internet?).collect();
    for (kind, ids) in found {
        gateways.extend(of_kind(kind, ids.unwrap_or_default()));
    }
    Ok(gateways)
}

fn of_kind(kind: GatewayKind, ids: Vec<String>) -> impl Iterator<Item = Gateway> {
    ids.into_iter().map(move |id| Gateway { id, kind })
}

async fn internet(client: &Client, vpc_id: &str) -> Result<Vec<String>> {
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

/// There is no filter by VPC.
async fn egress_only(client: &Client, vpc_id: &str) -> Result<Vec<String>> {
    let gateways = client
        .describe_egress_only_internet_gateways()
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeEgressOnlyInternetGateways"))?;
    Ok(gateways
        .iter()
        .filter(|gateway| gateway.attachments().iter().any(|it| it.vpc_id() == Some(vpc_id)))
        .map(|gateway| text(gateway.egress_only_internet_gateway_id()))
        .collect())
}

async fn nat(client: &Client, vpc_id: &str) -> Result<Vec<String>> {
    let gateways = client
        .describe_nat_gateways()
        .filter(filter("vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeNatGateways"))?;
    Ok(gateways
        .iter()
        .filter(|gateway| {
            !matches!(
                gateway.state(),
                Some(NatGatewayState::Deleted | NatGatewayState::Failed)
            )
        })
        .map(|gateway| text(gateway.nat_gateway_id()))
        .collect())
}

async fn virtual_private(client: &Client, vpc_id: &str) -> Result<Vec<String>> {
    let answer = client
        .describe_vpn_gateways()
        .filters(filter("attachment.vpc-id", vpc_id))
        .filters(filter("attachment.state", "attached"))
        .send()
        .await
        .map_err(refused("ec2:DescribeVpnGateways"))?;
    Ok(answer
        .vpn_gateways()
        .iter()
        .map(|gateway| text(gateway.vpn_gateway_id()))
        .collect())
}

async fn peerings(client: &Client, side: &str, vpc_id: &str) -> Result<Vec<String>> {
    let peerings = client
        .describe_vpc_peering_connections()
        .filters(filter(side, vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeVpcPeeringConnections"))?;
    let is_there = |code: Option<&Peering>| {
        !matches!(
            code,
            Some(Peering::Deleted | Peering::Deleting | Peering::Expired | Peering::Failed | Peering::Rejected)
        )
    };
    Ok(peerings
        .iter()
        .filter(|peering| is_there(peering.status().and_then(|status| status.code())))
        .map(|peering| text(peering.vpc_peering_connection_id()))
        .collect())
}
