//! What is there and no longer asked for.

use std::collections::BTreeSet;

use super::super::graph::Task;
use super::super::group::Groups;
use super::super::step::{Milestone, RoleKind, Step};
use super::super::teardown;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

/// The environment's own subnets, tables, groups and roles that are no longer asked for. They go when nothing uses them any more.
pub(super) fn leftovers(topology: &Topology, observed: &Observed, groups: &Groups<'_>, tasks: &mut Vec<Task>) {
    let ownership = &topology.ownership;
    let zones: BTreeSet<&str> = topology
        .subnets
        .iter()
        .map(|plan| plan.availability_zone.as_str())
        .collect();
    let unused = [
        Milestone::EndpointsAvailable,
        Milestone::EndpointsGone,
        Milestone::ComputeEnvironmentSettled,
        Milestone::ComputeEnvironmentsGone,
    ];
    for subnet in observed
        .own_subnets(ownership)
        .filter(|subnet| !zones.contains(subnet.availability_zone.as_str()))
    {
        let zone = subnet.availability_zone.clone();
        tasks.push(Task::new(
            Step::DeleteSubnet {
                zone: zone.clone(),
                subnet_id: subnet.id.clone(),
            },
            unused.clone(),
            [Milestone::SubnetGone(subnet.id.clone())],
        ));
        if let Some(table) = observed
            .route_table_of(&subnet.id)
            .filter(|table| observed.owns(ownership, &table.id, &table.tags))
        {
            tasks.push(Task::new(
                Step::DeleteRouteTable {
                    zone,
                    route_table_id: table.id.clone(),
                    subnet_ids: table.associations.keys().cloned().collect(),
                },
                table.associations.keys().cloned().map(Milestone::SubnetGone),
                [],
            ));
        }
    }
    for group in &groups.leaving {
        // One whose very name is wanted is not in use any more.
        let (requires, gone) = match group.name == groups.name {
            true => (Vec::new(), Milestone::SecurityGroupGone(group.name.clone())),
            false => (unused.to_vec(), Milestone::VpcEmptied),
        };
        tasks.push(Task::new(Step::DeleteSecurityGroup(group.id.clone()), requires, [gone]));
    }
    let assigned = super::assign_route_tables(topology, observed);
    for table in observed
        .own_route_tables(ownership)
        .filter(|table| table.associations.is_empty())
    {
        if !assigned.values().any(|id| *id == table.id) {
            let step = Step::DeleteRouteTable {
                zone: table.id.clone(),
                route_table_id: table.id.clone(),
                subnet_ids: BTreeSet::new(),
            };
            tasks.push(Task::new(step, [Milestone::EndpointsAvailable], []));
        }
    }
    // A former compute environment is wound up with its own roles.
    let unemployed = [Milestone::ComputeEnvironmentSettled, Milestone::ComputeEnvironmentsGone];
    if topology.instance_role.is_none() {
        teardown::profile_and_role(observed, &unemployed, tasks);
    }
    for (kind, plan, role) in [
        (RoleKind::Service, &topology.service_role, &observed.service_role),
        (
            RoleKind::SpotFleet,
            &topology.spot_fleet_role,
            &observed.spot_fleet_role,
        ),
    ] {
        if plan.is_none() {
            teardown::role(kind, role.as_ref(), &unemployed, tasks);
        }
    }
}
