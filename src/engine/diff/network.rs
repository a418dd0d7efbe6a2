//! The VPC, its subnets, their route tables and the security group.

use std::collections::BTreeMap;

use super::super::graph::Task;
use super::super::step::{Milestone, Step};
use crate::domain::firewall::RuleChanges;
use crate::domain::observed::{Observed, RouteTable};
use crate::domain::topology::Topology;

pub(super) fn vpc(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let _ = topology;
    // A new VPC has DNS support on and DNS host names off; private DNS of endpoints needs both.
    let (support, hostnames) = match &observed.vpc {
        None => {
            tasks.push(Task::new(Step::CreateVpc, [], [Milestone::Vpc]));
            (true, false)
        }
        Some(vpc) => (vpc.dns_support != Some(false), vpc.dns_hostnames != Some(false)),
    };
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
    for plan in &topology.subnets {
        let zone = plan.availability_zone.clone();
        match observed.own_subnet(&topology.ownership, plan) {
            None => tasks.push(Task::new(
                Step::CreateSubnet(zone.clone()),
                [Milestone::Vpc],
                [Milestone::Subnet(zone)],
            )),
            Some(subnet) if subnet.map_public_ip_on_launch => tasks.push(Task::new(
                Step::DisablePublicAddresses {
                    zone,
                    subnet_id: subnet.id.clone(),
                },
                [],
                [],
            )),
            Some(_) => {}
        }
    }
}

pub(super) fn route_tables(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
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
            .filter(|route| route.leads_to_the_internet())
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

/// Zone → the table that is, or shall be, its own: the one its subnet uses if that is ours, else one of ours that nobody uses
/// (an earlier run made it and was stopped before it was associated).
pub(in crate::engine) fn assign_route_tables(topology: &Topology, observed: &Observed) -> BTreeMap<String, String> {
    let ownership = &topology.ownership;
    let mut assigned = BTreeMap::new();
    for plan in &topology.subnets {
        let table = observed
            .own_subnet(ownership, plan)
            .and_then(|subnet| observed.route_table_of(&subnet.id))
            .filter(|table| !table.main && (ownership.owns(&table.tags) || table.associations.len() == 1));
        if let Some(table) = table {
            assigned.insert(plan.availability_zone.clone(), table.id.clone());
        }
    }
    let mut spare: Vec<&RouteTable> = observed
        .own_route_tables(ownership)
        .filter(|table| table.associations.is_empty())
        .collect();
    for plan in &topology.subnets {
        if assigned.contains_key(&plan.availability_zone) || spare.is_empty() {
            continue;
        }
        // It was made with the tags of its zone.
        let position = spare
            .iter()
            .position(|table| table.tags == plan.route_table_tags)
            .unwrap_or(0);
        assigned.insert(plan.availability_zone.clone(), spare.swap_remove(position).id.clone());
    }
    assigned
}

pub(super) fn security_group(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let plan = &topology.security_group;
    let Some(group) = observed.own_security_group(&topology.ownership, Some(plan)) else {
        tasks.push(Task::new(
            Step::CreateSecurityGroup,
            [Milestone::Vpc],
            [Milestone::SecurityGroup],
        ));
        tasks.push(Task::new(Step::ReconcileRules, [Milestone::SecurityGroup], []));
        return;
    };
    let same = RuleChanges::between(&group.ingress, &plan.ingress).is_empty()
        && RuleChanges::between(&group.egress, &plan.egress).is_empty();
    if !same {
        tasks.push(Task::new(Step::ReconcileRules, [], []));
    }
}
