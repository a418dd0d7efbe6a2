//! The VPC, its subnets, their route tables and the security group.

use std::collections::{BTreeMap, BTreeSet};

use super::super::graph::Task;
use super::super::group::Groups;
use super::super::step::{Milestone, Step};
use crate::domain::firewall::RuleChanges;
use crate::domain::isolation::Way;
use crate::domain::observed::{Observed, RouteTable, Subnet};
use crate::domain::spec::InstanceTenancy;
use crate::domain::topology::{SubnetPlan, Topology};

/// An existing one is never touched: what it lacks is told by the plan.
pub(super) fn vpc(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    if topology.has_existing_network() {
        return;
    }
    // A new VPC has DNS support on and DNS host names off; private DNS of endpoints needs both.
    let (support, hostnames) = match &observed.vpc {
        None => {
            tasks.push(Task::new(Step::CreateVpc, [], [Milestone::Vpc]));
            (true, false)
        }
        Some(vpc) => (vpc.dns_support != Some(false), vpc.dns_hostnames != Some(false)),
    };
    let dedicated = InstanceTenancy::Dedicated.as_str();
    let is_dedicated = observed
        .vpc
        .as_ref()
        .is_some_and(|vpc| vpc.instance_tenancy == dedicated);
    if is_dedicated && topology.vpc.instance_tenancy == InstanceTenancy::Default {
        tasks.push(Task::new(Step::ResetTenancy, [Milestone::Vpc], []));
    }
    if !support {
        tasks.push(Task::new(
            Step::EnableDnsSupport,
            [Milestone::Vpc],
            [Milestone::DnsSupport],
        ));
    }
    if !hostnames {
        tasks.push(Task::new(
            Step::EnableDnsHostnames,
            [Milestone::Vpc, Milestone::DnsSupport],
            [Milestone::DnsHostnames],
        ));
    }
}

pub(super) fn subnets(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    for plan in topology.subnets.iter().filter(|plan| plan.id.is_none()) {
        let zone = plan.availability_zone.clone();
        match observed.own_subnet(&topology.ownership, plan) {
            None => tasks.push(Task::new(
                Step::CreateSubnet(zone.clone()),
                [Milestone::Vpc],
                [Milestone::Subnet(zone)],
            )),
            Some(subnet) if topology.isolation.enforce => addresses(zone, subnet, tasks),
            Some(_) => {}
        }
    }
}

/// Instances get no public address: where a path to the internet comes about, they cannot be reached over it at least.
fn addresses(zone: String, subnet: &Subnet, tasks: &mut Vec<Task>) {
    let subnet_id = || subnet.id.clone();
    if subnet.map_public_ip_on_launch {
        let (zone, subnet_id) = (zone.clone(), subnet_id());
        tasks.push(Task::new(Step::DisablePublicAddresses { zone, subnet_id }, [], []));
    }
    if subnet.assign_ipv6_address_on_creation {
        let subnet_id = subnet_id();
        tasks.push(Task::new(Step::DisableIpv6Addresses { zone, subnet_id }, [], []));
    }
}

/// Those of an existing network stay as they are.
pub(super) fn route_tables(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    if topology.has_existing_network() {
        return;
    }
    let ownership = &topology.ownership;
    let tables = assign_route_tables(topology, observed);
    for plan in &topology.subnets {
        let zone = &plan.availability_zone;
        let subnet = observed.own_subnet(ownership, plan);
        let table = tables.get(zone).and_then(|id| observed.route_tables.get(id));
        if table.is_none() {
            tasks.push(Task::new(
                Step::CreateRouteTable(zone.clone()),
                [Milestone::Vpc],
                [Milestone::RouteTable(zone.clone())],
            ));
        }
        let associated = match (subnet, table) {
            (Some(subnet), Some(table)) => table.associations.contains_key(&subnet.id),
            _ => false,
        };
        if !associated {
            tasks.push(Task::new(
                Step::AssociateRouteTable(zone.clone()),
                [Milestone::Subnet(zone.clone()), Milestone::RouteTable(zone.clone())],
                [],
            ));
        }
        for route in table
            .iter()
            .flat_map(|table| &table.routes)
            .filter(|route| topology.isolation.enforce && route.way() == Way::Internet)
        {
            tasks.push(Task::new(
                Step::DeleteRoute {
                    zone: zone.clone(),
                    route_table_id: tables[zone].clone(),
                    destination: route.destination.clone(),
                },
                [],
                [],
            ));
        }
    }
}

/// Zone → the table that is, or shall be, its own. Best is the one that its subnet uses and that was made for it, then another of
/// ours that its subnet uses, then one of ours that nobody uses (an earlier run was stopped before it was associated). Any other table
/// is somebody else's and left alone, even where a subnet uses it.
///
/// Nothing is assigned in an existing network.
pub(in crate::engine) fn assign_route_tables(topology: &Topology, observed: &Observed) -> BTreeMap<String, String> {
    if topology.has_existing_network() {
        return BTreeMap::new();
    }
    let ownership = &topology.ownership;
    let used = |plan: &SubnetPlan| {
        let subnet = observed.own_subnet(ownership, plan)?;
        observed.route_table_of(&subnet.id).filter(|table| !table.main)
    };
    let spare = |fits: &dyn Fn(&RouteTable) -> bool, taken: &BTreeMap<String, String>| {
        observed
            .own_route_tables(ownership)
            .filter(|table| table.associations.is_empty() && !taken.values().any(|id| *id == table.id))
            .find(|table| fits(table))
    };
    type Choice<'a> = &'a dyn Fn(&SubnetPlan, &BTreeMap<String, String>) -> Option<String>;
    let choices: [Choice<'_>; 4] = [
        &|plan, _| {
            used(plan)
                .filter(|table| table.tags == plan.route_table_tags)
                .map(|table| table.id.clone())
        },
        &|plan, _| {
            used(plan)
                .filter(|table| observed.owns(ownership, &table.id, &table.tags))
                .map(|table| table.id.clone())
        },
        &|plan, taken| spare(&|table| table.tags == plan.route_table_tags, taken).map(|table| table.id.clone()),
        &|_, taken| spare(&|_| true, taken).map(|table| table.id.clone()),
    ];
    let mut assigned = BTreeMap::new();
    for choose in choices {
        for plan in &topology.subnets {
            if assigned.contains_key(&plan.availability_zone) {
                continue;
            }
            let chosen = choose(plan, &assigned).filter(|id| !assigned.values().any(|taken| taken == id));
            if let Some(id) = chosen {
                assigned.insert(plan.availability_zone.clone(), id);
            }
        }
    }
    assigned
}

pub(super) fn security_group(topology: &Topology, groups: &Groups<'_>, tasks: &mut Vec<Task>) {
    let plan = &topology.security_group;
    let rules = |requires: &[Milestone]| {
        Task::new(
            Step::ReconcileRules(groups.name.clone()),
            requires.iter().cloned(),
            [Milestone::SecurityGroupRules],
        )
    };
    let former = groups.leaving.iter().chain(&groups.held);
    let unclaimed: BTreeSet<String> = former
        .filter(|group| !topology.ownership.owns(&group.tags))
        .map(|group| group.id.clone())
        .collect();
    if !unclaimed.is_empty() {
        let step = Step::Tag {
            ids: unclaimed,
            tags: topology.ownership.tags(),
        };
        tasks.push(Task::new(step, [], [Milestone::SecurityGroupsClaimed]));
    }
    let Some(group) = groups.current else {
        // The former ones must not be forgotten once the state names this one.
        tasks.push(Task::new(
            Step::CreateSecurityGroup(groups.name.clone()),
            [
                Milestone::Vpc,
                Milestone::SecurityGroupsClaimed,
                Milestone::SecurityGroupGone(groups.name.clone()),
            ],
            [Milestone::SecurityGroup],
        ));
        tasks.push(rules(&[Milestone::SecurityGroup]));
        return;
    };
    let same = RuleChanges::between(&group.ingress, &plan.ingress).is_empty()
        && RuleChanges::between(&group.egress, &plan.egress).is_empty();
    if !same {
        tasks.push(rules(&[]));
    }
}
