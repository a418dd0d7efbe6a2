//! Observed → the steps that take everything away, in AWS's order.
//!
//! The compute environment goes first, since Batch needs its role and its network to wind it up. Endpoints leave once its deletion
//! was accepted, and not before: while its deletion is refused (a queue of somebody else's), it keeps its network.
//! Roles and everything that holds interfaces wait until it is gone.
//! Source: AWS Batch User Guide, "Delete a compute environment" and "INVALID compute environment".

use std::collections::BTreeSet;

use super::Target;
use super::graph::Task;
use super::step::{Milestone, RoleKind, Step};
use crate::domain::observed::{Observed, Role};

/// The steps that delete everything of the environment's own.
pub(super) fn teardown(target: &Target, observed: &Observed) -> Vec<Task> {
    let mut tasks = Vec::new();
    compute_environment(observed, &mut tasks);
    profile_and_role(observed, &Milestone::ComputeEnvironmentGone, &mut tasks);
    for (kind, found) in [
        (RoleKind::Service, &observed.service_role),
        (RoleKind::SpotFleet, &observed.spot_fleet_role),
    ] {
        role(kind, found.as_ref(), &Milestone::ComputeEnvironmentGone, &mut tasks);
    }
    network(target, observed, &mut tasks);
    tasks
}

fn compute_environment(observed: &Observed, tasks: &mut Vec<Task>) {
    let Some(current) = observed
        .compute_environment
        .as_ref()
        .filter(|current| current.status != "DELETED")
    else {
        return;
    };
    if current.status != "DELETING" {
        let disabled = Milestone::ComputeEnvironmentSettled;
        tasks.push(Task::new(Step::DisableComputeEnvironment, [], [disabled.clone()]));
        tasks.push(Task::new(
            Step::DeleteComputeEnvironment,
            [disabled],
            [Milestone::ComputeEnvironmentLeaving],
        ));
    }
    tasks.push(Task::new(
        Step::AwaitComputeEnvironmentGone,
        [Milestone::ComputeEnvironmentLeaving],
        [Milestone::ComputeEnvironmentGone],
    ));
}

/// Takes the instance role out of its profile and deletes both, once `unused` is reached.
pub(super) fn profile_and_role(observed: &Observed, unused: &Milestone, tasks: &mut Vec<Task>) {
    if let Some(profile) = &observed.instance_profile {
        if profile.role.is_some() {
            tasks.push(Task::new(
                Step::RemoveRoleFromInstanceProfile,
                [unused.clone()],
                [Milestone::OutOfProfile],
            ));
        }
        tasks.push(Task::new(
            Step::DeleteInstanceProfile,
            [unused.clone(), Milestone::OutOfProfile],
            [],
        ));
    }
    role(RoleKind::Instance, observed.instance_role.as_ref(), unused, tasks);
}

/// Detaches a role's policies and deletes it, once `unused` is reached.
pub(super) fn role(kind: RoleKind, role: Option<&Role>, unused: &Milestone, tasks: &mut Vec<Task>) {
    let Some(role) = role else { return };
    if !role.attached_policies.is_empty() {
        tasks.push(Task::new(
            Step::DetachPolicies(kind),
            [unused.clone()],
            [Milestone::Stripped(kind)],
        ));
    }
    let requires = [unused.clone(), Milestone::Stripped(kind)];
    let out = (kind == RoleKind::Instance).then_some(Milestone::OutOfProfile);
    tasks.push(Task::new(Step::DeleteRole(kind), requires.into_iter().chain(out), []));
}

fn network(target: &Target, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &target.ownership;
    let Some(vpc) = &observed.vpc else { return };
    let released = [Milestone::ComputeEnvironmentGone, Milestone::EndpointsGone];

    let own: BTreeSet<String> = observed
        .own_endpoints(ownership)
        .map(|endpoint| endpoint.id.clone())
        .collect();
    if !own.is_empty() {
        tasks.push(Task::new(
            Step::DeleteEndpoints(own.clone()),
            [Milestone::ComputeEnvironmentLeaving],
            [Milestone::EndpointsLeaving],
        ));
    }
    let leaving = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.state == "deleting")
        .filter(|endpoint| !observed.existing_network || ownership.owns(&endpoint.tags));
    let awaited: BTreeSet<String> = own
        .into_iter()
        .chain(leaving.map(|endpoint| endpoint.id.clone()))
        .collect();
    if !awaited.is_empty() {
        tasks.push(Task::new(
            Step::AwaitEndpointsGone(awaited),
            [Milestone::EndpointsLeaving],
            [Milestone::EndpointsGone],
        ));
    }
    for group in observed
        .security_groups
        .values()
        .filter(|group| ownership.owns(&group.tags))
    {
        tasks.push(Task::new(
            Step::DeleteSecurityGroup(group.id.clone()),
            released.clone(),
            [Milestone::VpcEmptied],
        ));
    }
    for subnet in observed.own_subnets(ownership) {
        tasks.push(Task::new(
            Step::DeleteSubnet {
                zone: subnet.availability_zone.clone(),
                subnet_id: subnet.id.clone(),
            },
            released.clone(),
            [Milestone::SubnetGone(subnet.id.clone()), Milestone::VpcEmptied],
        ));
    }
    for table in observed.own_route_tables(ownership) {
        let subnet_ids: BTreeSet<String> = table.associations.keys().cloned().collect();
        let zone = subnet_ids
            .first()
            .and_then(|id| observed.subnets.get(id))
            .map(|subnet| subnet.availability_zone.clone());
        tasks.push(Task::new(
            Step::DeleteRouteTable {
                zone: zone.unwrap_or_else(|| table.id.clone()),
                route_table_id: table.id.clone(),
                subnet_ids: subnet_ids.clone(),
            },
            released
                .iter()
                .cloned()
                .chain(subnet_ids.into_iter().map(Milestone::SubnetGone)),
            [Milestone::VpcEmptied],
        ));
    }
    let is_own = ownership.owns(&vpc.tags) || target.vpc_id.as_ref() == Some(&vpc.id);
    if is_own && !observed.existing_network {
        tasks.push(Task::new(
            Step::DeleteVpc(vpc.id.clone()),
            released.into_iter().chain([Milestone::VpcEmptied]),
            [],
        ));
    }
}
