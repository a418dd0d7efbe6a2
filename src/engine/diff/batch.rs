//! The compute environment, and those that it takes the place of.

use super::super::compare::{compute_environment_update, tag_changes};
use super::super::graph::Task;
use super::super::group::Groups;
use super::super::step::{Milestone, RoleKind, Step};
use super::super::swap::Stage;
use super::super::teardown;
use crate::domain::batch::status;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

pub(super) fn compute_environment(
    topology: &Topology,
    observed: &Observed,
    stage: &Stage<'_>,
    groups: &Groups<'_>,
    tasks: &mut Vec<Task>,
) {
    let plan = &topology.compute_environment;
    let name = &stage.name;
    let mut requires: Vec<Milestone> = vec![
        Milestone::SecurityGroup,
        Milestone::RoleReady(RoleKind::Instance),
        Milestone::RoleReady(RoleKind::Service),
        Milestone::RoleReady(RoleKind::SpotFleet),
    ];
    requires.extend(
        topology
            .subnets
            .iter()
            .map(|subnet| Milestone::Subnet(subnet.availability_zone.clone())),
    );
    let changed = Milestone::ComputeEnvironmentChanged;
    let settled = Milestone::ComputeEnvironmentSettled;
    let unsettled = match stage.current(observed) {
        // Another one of the name comes when the one that is on its way out is gone; and the former ones must not be forgotten
        // once the state names this one.
        None => {
            requires.push(Milestone::ComputeEnvironmentGone(name.clone()));
            requires.push(Milestone::ComputeEnvironmentsClaimed);
            let step = Step::CreateComputeEnvironment(name.clone());
            tasks.push(Task::new(step, requires, [changed.clone()]));
            true
        }
        Some(current) => {
            let differs = compute_environment_update(topology, observed, current).is_some();
            if differs {
                // Instances that come must not find a group that lets nothing out yet.
                requires.push(Milestone::SecurityGroupRules);
                let step = Step::UpdateComputeEnvironment {
                    name: name.clone(),
                    group: groups.name.clone(),
                };
                tasks.push(Task::new(step, requires, [changed.clone()]));
            }
            if !tag_changes(&current.tags, &plan.tags, &topology.ignored_tags).is_empty() {
                // Some tags say what was applied: they must not say so before it is.
                let applied = [changed.clone(), settled.clone()];
                tasks.push(Task::new(Step::TagComputeEnvironment(name.clone()), applied, []));
            }
            differs || current.status != status::VALID
        }
    };
    if unsettled {
        // What makes it valid must be in place, or an INVALID one is looked at before it could be repaired.
        let ready = [
            Milestone::RoleReady(RoleKind::Instance),
            Milestone::RoleReady(RoleKind::Service),
            Milestone::RoleReady(RoleKind::SpotFleet),
            changed,
        ];
        let step = Step::AwaitComputeEnvironment(name.clone());
        tasks.push(Task::new(step, ready, [settled]));
    }
    leaving(topology, stage, tasks);
}

/// The former ones go when the queues have let go of them; one whose very name is wanted goes first.
fn leaving(topology: &Topology, stage: &Stage<'_>, tasks: &mut Vec<Task>) {
    let released = [Milestone::ComputeEnvironmentSettled, Milestone::JobQueuesSettled];
    for former in &stage.leaving {
        if !topology.ownership.owns(&former.tags) && former.status != status::DELETING {
            let step = Step::TagComputeEnvironment(former.name.clone());
            tasks.push(Task::new(step, [], [Milestone::ComputeEnvironmentsClaimed]));
        }
        let requires: &[Milestone] = if former.name == stage.name { &[] } else { &released };
        teardown::compute_environment(former, requires, true, tasks);
    }
}
