//! Observed → the steps that take everything away, in AWS's order.
//!
//! The queues go first, each disabled before it is deleted. The compute environments follow, since Batch needs their role and their
//! network to wind them up. Endpoints leave once their deletion was accepted, and not before: while a deletion is refused (a queue of
//! somebody else's), the compute environment keeps its network. Roles and everything that holds interfaces wait until all are gone.
//! Source: AWS Batch User Guide, "Delete a compute environment", "Delete a job queue" and "INVALID compute environment".

use std::collections::BTreeSet;

use super::Target;
use super::graph::Task;
use super::step::{Milestone, RoleKind, Step};
use crate::domain::batch::status;
use crate::domain::observed::{ComputeEnvironment, JobQueue, Observed, Role};

/// The steps that delete everything of the environment's own.
pub(super) fn teardown(target: &Target, observed: &Observed) -> Vec<Task> {
    let mut tasks = Vec::new();
    for queue in observed.job_queues.values() {
        job_queue(queue, &mut tasks);
    }
    for current in observed.compute_environments.values() {
        compute_environment(current, &[], false, &mut tasks);
    }
    let gone = [Milestone::ComputeEnvironmentsGone];
    profile_and_role(observed, &gone, &mut tasks);
    for (kind, found) in [
        (RoleKind::Service, &observed.service_role),
        (RoleKind::SpotFleet, &observed.spot_fleet_role),
    ] {
        role(kind, found.as_ref(), &gone, &mut tasks);
    }
    network(target, observed, &mut tasks);
    tasks
}

/// Has a job queue disabled, deleted and gone.
pub(super) fn job_queue(queue: &JobQueue, tasks: &mut Vec<Task>) {
    let name = || queue.name.clone();
    if queue.status != status::DELETING {
        let disabled = Milestone::JobQueueDisabled(name());
        tasks.push(Task::new(Step::DisableJobQueue(name()), [], [disabled.clone()]));
        tasks.push(Task::new(
            Step::DeleteJobQueue(name()),
            [disabled],
            [Milestone::JobQueueLeaving(name())],
        ));
    }
    tasks.push(Task::new(
        Step::AwaitJobQueueGone(name()),
        [Milestone::JobQueueLeaving(name())],
        [Milestone::JobQueueGone(name()), Milestone::JobQueuesGone],
    ));
}

/// Has a compute environment disabled once all of `released` is reached, emptied of jobs if they are to end first, deleted when no
/// queue is left that goes as well, and gone.
pub(super) fn compute_environment(
    current: &ComputeEnvironment,
    released: &[Milestone],
    drained: bool,
    tasks: &mut Vec<Task>,
) {
    let name = || current.name.clone();
    if current.status != status::DELETING {
        let (disabled, empty) = (
            Milestone::ComputeEnvironmentDisabled(name()),
            Milestone::ComputeEnvironmentDrained(name()),
        );
        tasks.push(Task::new(
            Step::DisableComputeEnvironment(name()),
            released.iter().cloned(),
            [disabled.clone()],
        ));
        if drained {
            let step = Step::DrainComputeEnvironment(name());
            tasks.push(Task::new(step, [disabled.clone()], [empty.clone()]));
        }
        tasks.push(Task::new(
            Step::DeleteComputeEnvironment(name()),
            [disabled, empty, Milestone::JobQueuesGone],
            [
                Milestone::ComputeEnvironmentLeaving(name()),
                Milestone::ComputeEnvironmentsLeaving,
            ],
        ));
    }
    tasks.push(Task::new(
        Step::AwaitComputeEnvironmentGone(name()),
        [Milestone::ComputeEnvironmentLeaving(name())],
        [
            Milestone::ComputeEnvironmentGone(name()),
            Milestone::ComputeEnvironmentsGone,
        ],
    ));
}

/// Takes the instance role out of its profile and deletes both, once all of `unused` is reached.
pub(super) fn profile_and_role(observed: &Observed, unused: &[Milestone], tasks: &mut Vec<Task>) {
    if let Some(profile) = &observed.instance_profile {
        if profile.role.is_some() {
            tasks.push(Task::new(
                Step::RemoveRoleFromInstanceProfile,
                unused.iter().cloned(),
                [Milestone::OutOfProfile],
            ));
        }
        tasks.push(Task::new(
            Step::DeleteInstanceProfile,
            unused.iter().cloned().chain([Milestone::OutOfProfile]),
            [],
        ));
    }
    role(RoleKind::Instance, observed.instance_role.as_ref(), unused, tasks);
}

/// Detaches a role's policies and deletes it, once all of `unused` is reached.
pub(super) fn role(kind: RoleKind, role: Option<&Role>, unused: &[Milestone], tasks: &mut Vec<Task>) {
    let Some(role) = role else { return };
    if !role.attached_policies.is_empty() {
        tasks.push(Task::new(
            Step::DetachPolicies(kind),
            unused.iter().cloned(),
            [Milestone::Stripped(kind)],
        ));
    }
    let requires = unused.iter().cloned().chain([Milestone::Stripped(kind)]);
    let out = (kind == RoleKind::Instance).then_some(Milestone::OutOfProfile);
    tasks.push(Task::new(Step::DeleteRole(kind), requires.chain(out), []));
}

fn network(target: &Target, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &target.ownership;
    let Some(vpc) = &observed.vpc else { return };
    let released = [Milestone::ComputeEnvironmentsGone, Milestone::EndpointsGone];

    let own: BTreeSet<String> = observed
        .own_endpoints(ownership)
        .map(|endpoint| endpoint.id.clone())
        .collect();
    if !own.is_empty() {
        tasks.push(Task::new(
            Step::DeleteEndpoints(own.clone()),
            [Milestone::ComputeEnvironmentsLeaving],
            [Milestone::EndpointsLeaving],
        ));
    }
    let leaving = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.state == "deleting")
        .filter(|endpoint| !observed.existing_network || observed.owns(ownership, &endpoint.id, &endpoint.tags));
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
        .filter(|group| observed.owns(ownership, &group.id, &group.tags))
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
    let is_own = observed.owns(ownership, &vpc.id, &vpc.tags) || target.vpc_id.as_ref() == Some(&vpc.id);
    if is_own && !observed.existing_network {
        tasks.push(Task::new(
            Step::DeleteVpc(vpc.id.clone()),
            released.into_iter().chain([Milestone::VpcEmptied]),
            [],
        ));
    }
}
