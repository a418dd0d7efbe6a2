//! Without these the environment would be created and never work.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::{Note, Severity, note};
use crate::domain::address::{self, overlap};
use crate::domain::batch::{InstanceProfileChoice, ServiceRoleChoice, SpotFleetRoleChoice};
use crate::domain::endpoint::{EndpointKind, required};
use crate::domain::firewall::{HTTPS, Peer, Rule};
use crate::domain::topology::Topology;

pub(super) fn check(topology: &Topology, notes: &mut Vec<Note>) {
    let mut fatal = |attribute, summary: String| {
        let detail = "This is a bug in the provider: please report it with the configuration of the resource.";
        notes.push(note(Severity::Fatal, attribute, summary, detail));
    };
    subnets(topology, &mut fatal);
    endpoints(topology, &mut fatal);
    rules(topology, &mut fatal);
    roles(topology, &mut fatal);
}

fn subnets(topology: &Topology, fatal: &mut impl FnMut(&'static str, String)) {
    if topology.subnets.is_empty() {
        fatal("network", "No subnet is planned".to_owned());
    }
    for (index, subnet) in topology.subnets.iter().enumerate() {
        let zone = &subnet.availability_zone;
        let mut blocks = topology.vpc.cidr_blocks.iter();
        if !blocks.any(|block| block.contains(&subnet.cidr_block)) {
            fatal("network", format!("The subnet in {zone} lies outside the VPC"));
        }
        for other in &topology.subnets[..index] {
            if overlap(&other.cidr_block, &subnet.cidr_block) {
                fatal(
                    "network",
                    format!("The subnets in {} and {zone} overlap", other.availability_zone),
                );
            }
            if other.availability_zone == *zone {
                fatal("network", format!("Two subnets are planned in {zone}"));
            }
        }
        let interfaces = topology
            .endpoints
            .iter()
            .filter(|endpoint| endpoint.availability_zones.contains(zone))
            .count();
        if subnet.id.is_some() != topology.has_existing_network() {
            fatal("network", format!("The subnet in {zone} is not where the VPC is"));
        }
        if address::check_capacity(zone, subnet.cidr_block, interfaces).is_err() {
            fatal("network", format!("The subnet in {zone} is too small"));
        }
    }
}

fn endpoints(topology: &Topology, fatal: &mut impl FnMut(&'static str, String)) {
    let needed = required(topology.compute_environment.compute_type, false).filter(|_| !topology.parked);
    for row in needed {
        let there = topology
            .endpoints
            .iter()
            .any(|plan| plan.service == row.service && plan.kind == row.kind);
        if !there {
            fatal(
                "endpoints",
                format!("No {} endpoint is planned for {}", row.kind, row.service),
            );
        }
    }
    let zones: BTreeSet<&str> = topology.availability_zones().collect();
    let mut names = BTreeSet::new();
    for plan in &topology.endpoints {
        if !names.insert(&plan.service) {
            fatal("endpoints", format!("Two endpoints are planned for {}", plan.service));
        }
        let placed = match plan.kind {
            _ if plan.existing_id.is_some() => topology.has_existing_network() && plan.availability_zones.is_empty(),
            EndpointKind::Gateway => plan.availability_zones.is_empty() && !plan.private_dns_enabled,
            EndpointKind::Interface => !plan.availability_zones.is_empty(),
        };
        if !placed || !plan.availability_zones.iter().all(|zone| zones.contains(zone.as_str())) {
            fatal(
                "endpoints",
                format!(
                    "The endpoint for {} is not placed in subnets of the environment",
                    plan.service
                ),
            );
        }
    }
}

fn rules(topology: &Topology, fatal: &mut impl FnMut(&'static str, String)) {
    let reaches = |rule: &Rule, vpc: &Ipv4Net| match &rule.peer {
        Peer::CidrBlock(block) => block.contains(vpc) && rule.allows_tcp(HTTPS),
        _ => false,
    };
    let reach_vpc = |rules: &BTreeSet<Rule>| {
        let mut blocks = topology.vpc.cidr_blocks.iter();
        blocks.all(|block| rules.iter().any(|rule| reaches(rule, block)))
    };
    let group = &topology.security_group;
    if !reach_vpc(&group.ingress) {
        fatal(
            "security_group",
            "Endpoints do not let in HTTPS from the VPC".to_owned(),
        );
    }
    if !reach_vpc(&group.egress) {
        fatal(
            "security_group",
            "Instances are not let out to the endpoints".to_owned(),
        );
    }
    let everywhere = |rule: &Rule| matches!(rule.peer, Peer::CidrBlock(block) if block.prefix_len() == 0);
    let to_lists = |rule: &&Rule| matches!(rule.peer, Peer::PrefixList(_)) && rule.allows_tcp(HTTPS);
    let gateways = topology
        .endpoints
        .iter()
        .filter(|plan| plan.kind == EndpointKind::Gateway)
        .count();
    if !group.egress.iter().any(everywhere) && group.egress.iter().filter(to_lists).count() < gateways {
        fatal(
            "security_group",
            "Instances are not let out to the gateway endpoints".to_owned(),
        );
    }
}

fn roles(topology: &Topology, fatal: &mut impl FnMut(&'static str, String)) {
    let plan = &topology.compute_environment;
    let instances = plan.instances.as_ref();
    let profile = instances.map(|instances| &instances.instance_profile);
    if (profile == Some(&InstanceProfileChoice::Owned)) != topology.instance_role.is_some() {
        fatal(
            "compute_environment.instance_role_arn",
            "The instance role is not what the instances get".to_owned(),
        );
    }
    if (plan.service_role == ServiceRoleChoice::Owned) != topology.service_role.is_some() {
        fatal(
            "compute_environment.service_role_arn",
            "The service role is not what AWS Batch gets".to_owned(),
        );
    }
    let spot_fleet = instances.and_then(|instances| instances.spot_fleet_role.as_ref());
    if (spot_fleet == Some(&SpotFleetRoleChoice::Owned)) != topology.spot_fleet_role.is_some() {
        fatal(
            "compute_environment.spot_iam_fleet_role_arn",
            "The Spot Fleet role is not what Spot Fleet gets".to_owned(),
        );
    }
    if instances.is_some() != plan.compute_type.has_instances() {
        fatal(
            "compute_environment.type",
            format!("{} is planned with the arguments of another type", plan.compute_type),
        );
    }
}
