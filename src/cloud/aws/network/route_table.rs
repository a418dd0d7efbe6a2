//! Route tables, their associations and routes.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{ResourceType, RouteState, RouteTableAssociation, RouteTableAssociationStateCode};
use ipnet::IpNet;

use super::super::answer::{incomplete, or_absent, or_gone, refused};
use super::{filter, specifications, tags, text};
use crate::cloud::Result;
use crate::domain::Tags;
use crate::domain::observed::{Route, RouteTable};

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<RouteTable>> {
    let tables = client
        .describe_route_tables()
        .filters(filter("vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeRouteTables"))?;
    Ok(tables.iter().map(from_sdk).collect())
}

fn from_sdk(table: &aws_sdk_ec2::types::RouteTable) -> RouteTable {
    let associations = table.associations().iter().filter(|association| is_there(association));
    RouteTable {
        id: text(table.route_table_id()),
        main: associations.clone().any(|association| association.main() == Some(true)),
        associations: associations
            .filter_map(|association| {
                let subnet = association.subnet_id()?.to_owned();
                Some((subnet, association.route_table_association_id()?.to_owned()))
            })
            .collect(),
        routes: table.routes().iter().map(route).collect(),
        tags: tags::from_sdk(table.tags()),
    }
}

fn is_there(association: &RouteTableAssociation) -> bool {
    use RouteTableAssociationStateCode::{Disassociated, Disassociating, Failed};
    let state = association.association_state().and_then(|state| state.state());
    !matches!(state, Some(Disassociated | Disassociating | Failed))
}

/// A route has one of three destinations and one of a dozen targets, each in a field of its own.
fn route(route: &aws_sdk_ec2::types::Route) -> Route {
    let destination = route
        .destination_cidr_block()
        .or_else(|| route.destination_ipv6_cidr_block())
        .or_else(|| route.destination_prefix_list_id());
    // An instance is named beside its interface.
    let target = route
        .gateway_id()
        .or_else(|| route.nat_gateway_id())
        .or_else(|| route.egress_only_internet_gateway_id())
        .or_else(|| route.transit_gateway_id())
        .or_else(|| route.vpc_peering_connection_id())
        .or_else(|| route.instance_id())
        .or_else(|| route.network_interface_id())
        .or_else(|| route.local_gateway_id())
        .or_else(|| route.carrier_gateway_id())
        .or_else(|| route.core_network_arn())
        .or_else(|| route.odb_network_arn())
        .or_else(|| route.ip_address());
    Route {
        destination: text(destination),
        target: text(target),
        blackhole: route.state() == Some(&RouteState::Blackhole),
        entries: Vec::new(),
    }
}

pub(super) async fn prefix_list_entries(client: &Client, prefix_list_id: &str) -> Result<Vec<IpNet>> {
    let entries = client
        .get_managed_prefix_list_entries()
        .prefix_list_id(prefix_list_id)
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:GetManagedPrefixListEntries"));
    let entries = or_absent(entries)?.unwrap_or_default();
    Ok(entries.iter().filter_map(|entry| entry.cidr()?.parse().ok()).collect())
}

pub(super) async fn create(client: &Client, vpc_id: &str, client_token: &str, tags: &Tags) -> Result<RouteTable> {
    let answer = client
        .create_route_table()
        .vpc_id(vpc_id)
        .client_token(client_token)
        .set_tag_specifications(specifications(ResourceType::RouteTable, tags))
        .send()
        .await
        .map_err(refused("ec2:CreateRouteTable"))?;
    answer
        .route_table()
        .map(from_sdk)
        .ok_or_else(|| incomplete("ec2:CreateRouteTable", "route table"))
}

pub(super) async fn associate(client: &Client, route_table_id: &str, subnet_id: &str) -> Result<String> {
    let answer = client
        .associate_route_table()
        .route_table_id(route_table_id)
        .subnet_id(subnet_id)
        .send()
        .await
        .map_err(refused("ec2:AssociateRouteTable"))?;
    answer
        .association_id()
        .map(str::to_owned)
        .ok_or_else(|| incomplete("ec2:AssociateRouteTable", "association id"))
}

pub(super) async fn replace_association(client: &Client, association_id: &str, table_id: &str) -> Result<String> {
    let answer = client
        .replace_route_table_association()
        .association_id(association_id)
        .route_table_id(table_id)
        .send()
        .await
        .map_err(refused("ec2:ReplaceRouteTableAssociation"))?;
    answer
        .new_association_id()
        .map(str::to_owned)
        .ok_or_else(|| incomplete("ec2:ReplaceRouteTableAssociation", "association id"))
}

pub(super) async fn delete_route(client: &Client, route_table_id: &str, destination: &str) -> Result<()> {
    let call = client.delete_route().route_table_id(route_table_id);
    let call = if destination.starts_with("pl-") {
        call.destination_prefix_list_id(destination)
    } else if destination.contains(':') {
        call.destination_ipv6_cidr_block(destination)
    } else {
        call.destination_cidr_block(destination)
    };
    or_gone(call.send().await.map_err(refused("ec2:DeleteRoute")))
}

pub(super) async fn delete(client: &Client, route_table_id: &str) -> Result<()> {
    or_gone(
        client
            .delete_route_table()
            .route_table_id(route_table_id)
            .send()
            .await
            .map_err(refused("ec2:DeleteRouteTable")),
    )
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{RouteTableAssociationState, builders::RouteBuilder};

    use super::*;

    #[test]
    fn every_kind_of_target_is_seen() {
        let to = |set: fn(RouteBuilder) -> RouteBuilder| {
            let built = set(aws_sdk_ec2::types::Route::builder().destination_cidr_block("0.0.0.0/0")).build();
            route(&built).target
        };
        assert_eq!(to(|route| route.gateway_id("igw-1")), "igw-1");
        assert_eq!(to(|route| route.nat_gateway_id("nat-1")), "nat-1");
        assert_eq!(to(|route| route.egress_only_internet_gateway_id("eigw-1")), "eigw-1");
        assert_eq!(to(|route| route.transit_gateway_id("tgw-1")), "tgw-1");
        assert_eq!(to(|route| route.vpc_peering_connection_id("pcx-1")), "pcx-1");
        assert_eq!(to(|route| route.network_interface_id("eni-1")), "eni-1");
        assert_eq!(
            to(|route| route.network_interface_id("eni-1").instance_id("i-1")),
            "i-1"
        );
        assert_eq!(to(|route| route.local_gateway_id("lgw-1")), "lgw-1");
        assert_eq!(to(|route| route.carrier_gateway_id("cagw-1")), "cagw-1");
        assert_eq!(
            to(|route| route.core_network_arn("arn:aws:networkmanager")),
            "arn:aws:networkmanager"
        );
    }

    #[test]
    fn a_route_to_something_that_is_gone_is_a_blackhole() {
        let in_state = |state| route(&aws_sdk_ec2::types::Route::builder().state(state).build()).blackhole;
        assert!(in_state(RouteState::Blackhole));
        assert!(!in_state(RouteState::Active));
        assert!(!route(&aws_sdk_ec2::types::Route::builder().build()).blackhole);
    }

    #[test]
    fn an_association_on_its_way_out_does_not_count() {
        let association = |subnet: &str, state| {
            RouteTableAssociation::builder()
                .subnet_id(subnet)
                .route_table_association_id(format!("rtbassoc-{subnet}"))
                .association_state(RouteTableAssociationState::builder().state(state).build())
                .build()
        };
        let table = aws_sdk_ec2::types::RouteTable::builder()
            .associations(association("subnet-1", RouteTableAssociationStateCode::Associated))
            .associations(association("subnet-2", RouteTableAssociationStateCode::Disassociating))
            .build();
        let table = from_sdk(&table);
        assert_eq!(table.associations.keys().collect::<Vec<_>>(), ["subnet-1"]);
        assert!(!table.main);
    }
}
