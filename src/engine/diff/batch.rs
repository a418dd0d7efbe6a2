//! The compute environment.

use super::super::compare::{compute_environment_update, tag_changes};
use super::super::graph::Task;
use super::super::step::{Milestone, RoleKind, Step};
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

pub(super) fn compute_environment(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let plan = &topology.compute_environment;
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
    let current = observed
        .compute_environment
        .as_ref()
        .filter(|current| current.status != "DELETED");
    let unsettled = match current {
        None => {
            tasks.push(Task::new(Step::CreateComputeEnvironment, requires, [changed.clone()]));
            true
        }
        // Somebody, or a destroy that was interrupted, is deleting it: another one of the name comes when it is gone.
        Some(current) if current.status == "DELETING" => {
            let gone = Milestone::ComputeEnvironmentGone;
            tasks.push(Task::new(Step::AwaitComputeEnvironmentGone, [], [gone.clone()]));
            requires.push(gone);
            tasks.push(Task::new(Step::CreateComputeEnvironment, requires, [changed.clone()]));
            true
        }
        Some(current) => {
            let differs = compute_environment_update(topology, observed, current).is_some();
            if differs {
                tasks.push(Task::new(Step::UpdateComputeEnvironment, requires, [changed.clone()]));
            }
            if !tag_changes(&current.tags, &plan.tags, &topology.ignored_tags).is_empty() {
                // Some tags say what was applied: they must not say so before it is.
                let applied = [changed.clone(), settled.clone()];
                tasks.push(Task::new(Step::TagComputeEnvironment, applied, []));
            }
            differs || current.status != "VALID"
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
        tasks.push(Task::new(Step::AwaitComputeEnvironment, ready, [settled]));
    }
}
