//! The environment works, but the user should know.

use ipnet::Ipv4Net;

use super::{Note, Severity, note};
use crate::domain::address::overlap;
use crate::domain::batch::{AllocationStrategy, image};
use crate::domain::endpoint::{ECR_DKR, EndpointKind, LOGS};
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID};
use crate::domain::firewall::{Peer, Rule};
use crate::domain::limits::{GROUPS_PER_INTERFACE, INTERFACE_ENDPOINTS_PER_VPC, RULES_PER_DIRECTION};
use crate::domain::suggest::listed;
use crate::domain::topology::Topology;

pub(super) fn check(topology: &Topology, notes: &mut Vec<Note>) {
    let mut warn = |attribute, summary: String, detail: &str| {
        notes.push(note(Severity::Warning, attribute, summary, detail));
    };
    network(topology, &mut warn);
    endpoints(topology, &mut warn);
    quotas(topology, &mut warn);
    compute_environment(topology, &mut warn);
}

/// Ranges that are nobody's on the internet: RFC 1918, RFC 6598 (shared) and RFC 2544 (benchmarks).
const PRIVATE: [([u8; 4], u8); 5] = [
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([100, 64, 0, 0], 10),
    ([198, 18, 0, 0], 15),
];
/// The network inside every instance that Docker puts containers in.
const DOCKER_BRIDGE: ([u8; 4], u8) = ([172, 17, 0, 0], 16);

fn block((address, prefix): ([u8; 4], u8)) -> Ipv4Net {
    Ipv4Net::new_assert(address.into(), prefix)
}

/// The blocks of an existing network are not chosen here.
fn network(topology: &Topology, warn: &mut impl FnMut(&'static str, String, &str)) {
    let existing = topology.has_existing_network();
    let vpc = topology.vpc.cidr_block;
    if !existing && !PRIVATE.into_iter().map(block).any(|range| range.contains(&vpc)) {
        warn(
            "network.cidr_block",
            format!("{vpc} is not a private range"),
            "Its addresses belong to somebody on the internet, and hosts there could never be reached if the network is one day \
             connected. Use a part of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
        );
    }
    let blocks = topology.vpc.cidr_blocks.iter();
    for vpc in blocks.filter(|vpc| overlap(vpc, &block(DOCKER_BRIDGE))) {
        warn(
            if existing { VPC_ID } else { "network.cidr_block" },
            format!("{vpc} overlaps with Docker's own network"),
            "Docker on each instance uses 172.17.0.0/16, so containers cannot reach addresses of the VPC, endpoints included, in \
             that range. Use another range.",
        );
    }
    if let [subnet] = topology.subnets.as_slice() {
        warn(
            if existing {
                SUBNET_IDS
            } else {
                "network.availability_zones"
            },
            format!("The environment is in {} only", subnet.availability_zone),
            "It stops when the zone does, and has only the instances of that zone to choose from. Each further zone costs one \
             interface of every interface endpoint.",
        );
    }
}

fn endpoints(topology: &Topology, warn: &mut impl FnMut(&'static str, String, &str)) {
    let plan = |service: &str| topology.endpoints.iter().find(|plan| plan.service == service);
    if plan(ECR_DKR).is_some_and(|plan| !plan.private_dns_enabled) {
        warn(
            "endpoints.private_dns_enabled",
            "Images cannot be pulled without private DNS".to_owned(),
            "The endpoint for ecr.dkr serves the registry's public name only, and so do the others unless each client is told their \
             names. Set it to true, unless a private hosted zone of your own resolves these names.",
        );
    }
    if topology.parked {
        warn(
            "endpoints.enabled",
            "The environment is parked".to_owned(),
            "It has no endpoints, and nothing is billed for them: no instance can register and no image can be pulled, so that jobs \
             wait in RUNNABLE, and jobs that are running when the endpoints go will fail. Everything else stays. Set enabled to \
             true to have the endpoints made again.",
        );
        return;
    }
    let unchanged = topology.endpoints.iter().filter(|plan| plan.keeps_its_policy);
    let unchanged: Vec<String> = unchanged
        .filter_map(|plan| Some(format!("{} for {}", plan.existing_id.as_ref()?, plan.service)))
        .collect();
    if !unchanged.is_empty() {
        let summary = match unchanged.as_slice() {
            [only] => format!("{only} is somebody else's and keeps its own policy"),
            several => format!("{} are somebody else's and keep their own policies", listed(several)),
        };
        warn(
            "endpoints.policy",
            summary,
            "What others made is not changed, so the preset does not hold there: whatever that policy lets through, passes. Have its \
             owner narrow it, or set policy to \"full_access\" to say so.",
        );
    }
    if plan(LOGS).is_none() {
        warn(
            "endpoints.cloudwatch_logs",
            "The default log driver will not work".to_owned(),
            "Without an endpoint for CloudWatch Logs a container with the awslogs driver, which is what job definitions get by \
             default, does not start. Set it to true, or give every job definition another log driver.",
        );
    }
}

fn quotas(topology: &Topology, warn: &mut impl FnMut(&'static str, String, &str)) {
    let raise = "That is more than AWS's default quota. Have the quota raised before you apply, or AWS will refuse it.";
    let interfaces = topology
        .endpoints
        .iter()
        .filter(|plan| plan.kind == EndpointKind::Interface && plan.existing_id.is_none())
        .count();
    if interfaces > INTERFACE_ENDPOINTS_PER_VPC {
        warn(
            "endpoints.additional_services",
            format!("{interfaces} interface endpoints in one VPC"),
            raise,
        );
    }
    let is_v6 = |rule: &&Rule| matches!(rule.peer, Peer::Ipv6CidrBlock(_));
    let v6 = topology.security_group.ingress.iter().filter(is_v6).count();
    let rules = v6.max(topology.security_group.ingress.len() - v6);
    if rules > RULES_PER_DIRECTION {
        warn(
            "security_group.ingress_rules",
            format!("{rules} inbound rules in one group"),
            raise,
        );
    }
    let groups = topology.compute_environment.additional_security_group_ids.len() + 1;
    if groups > GROUPS_PER_INTERFACE {
        warn(
            "security_group.additional_ids",
            format!("{groups} groups on each instance"),
            raise,
        );
    }
}

fn compute_environment(topology: &Topology, warn: &mut impl FnMut(&'static str, String, &str)) {
    let plan = &topology.compute_environment;
    let Some(plan) = &plan.instances else { return };
    let resources = &plan.resources;
    if resources.allocation_strategy == AllocationStrategy::BestFit {
        warn(
            "compute_environment.allocation_strategy",
            "BEST_FIT cannot be updated in place".to_owned(),
            "AWS Batch refuses to change instance types, images or subnets of such an environment, so each such change swaps it \
             for another one behind its queues; and jobs wait when the one type that fits best is short. The other strategies have neither drawback.",
        );
    }
    if resources.min_vcpus > 0 {
        warn(
            "compute_environment.min_vcpus",
            format!("{} vCPUs are kept running, and billed, when idle", resources.min_vcpus),
            "AWS Batch keeps them even while the compute environment is disabled. Set it to 0 to pay for nothing that is not used.",
        );
    }
    if resources.image_id.is_none() && resources.ec2_configuration.iter().any(image::is_retired) {
        warn(
            "compute_environment.ec2_configuration",
            "The images of Amazon Linux 2 are retired".to_owned(),
            "AWS Batch makes no new compute environment with them since 30 June 2026, so this one cannot be replaced. Move to \
             ECS_AL2023 or ECS_AL2023_NVIDIA.",
        );
    }
    let own_images = !resources.ec2_configuration.is_empty()
        && resources
            .ec2_configuration
            .iter()
            .all(|image| image.image_id_override.is_some());
    if plan.image_refresh.is_some() && (resources.image_id.is_some() || own_images) {
        warn(
            "compute_environment.image_refresh",
            "There is no newer image than the one that is named".to_owned(),
            "AWS Batch moves instances to the newest image of their type only where no AMI is named. Remove image_id and \
             image_id_override, or change these instead.",
        );
    }
}
