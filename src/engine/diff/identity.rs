//! The roles and the instance profile.

use std::collections::BTreeSet;

use super::super::compare::tag_changes;
use super::super::graph::Task;
use super::super::step::{Milestone, RoleKind, Step};
use crate::domain::identity;
use crate::domain::observed::{InstanceProfile, Observed, Role};
use crate::domain::topology::{RolePlan, Topology};

pub(super) fn roles(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    if let Some(plan) = &topology.instance_role {
        role(
            RoleKind::Instance,
            plan,
            observed.instance_role.as_ref(),
            topology,
            tasks,
        );
        profile(plan, observed.instance_profile.as_ref(), topology, tasks);
    }
    if let Some(plan) = &topology.service_role {
        role(RoleKind::Service, plan, observed.service_role.as_ref(), topology, tasks);
    }
    if let Some(plan) = &topology.spot_fleet_role {
        role(
            RoleKind::SpotFleet,
            plan,
            observed.spot_fleet_role.as_ref(),
            topology,
            tasks,
        );
    }
}

fn role(kind: RoleKind, plan: &RolePlan, role: Option<&Role>, topology: &Topology, tasks: &mut Vec<Task>) {
    let ready = Milestone::RoleReady(kind);
    let attached = match role {
        None => {
            tasks.push(Task::new(
                Step::CreateRole(kind),
                [],
                [Milestone::Role(kind), ready.clone()],
            ));
            &BTreeSet::new()
        }
        Some(role) => {
            if !identity::same_policy(&role.assume_role_policy, &plan.assume_role_policy) {
                tasks.push(Task::new(Step::SetTrustPolicy(kind), [], [ready.clone()]));
            }
            if let Some(tags) = &role.tags
                && !tag_changes(tags, &plan.tags, &topology.ignored_tags).is_empty()
            {
                tasks.push(Task::new(Step::TagRole(kind), [], []));
            }
            &role.attached_policies
        }
    };
    for policy in plan.managed_policies.difference(attached) {
        tasks.push(Task::new(
            Step::AttachPolicy(kind, policy.clone()),
            [Milestone::Role(kind)],
            [ready.clone()],
        ));
    }
}

fn profile(plan: &RolePlan, profile: Option<&InstanceProfile>, topology: &Topology, tasks: &mut Vec<Task>) {
    match profile {
        None => tasks.push(Task::new(Step::CreateInstanceProfile, [], [Milestone::InstanceProfile])),
        Some(profile) if !tag_changes(&profile.tags, &plan.tags, &topology.ignored_tags).is_empty() => {
            tasks.push(Task::new(Step::TagInstanceProfile, [], []));
        }
        Some(_) => {}
    }
    let filled = profile
        .and_then(|profile| profile.role.as_ref())
        .is_some_and(|role| role.name == plan.name);
    if !filled {
        tasks.push(Task::new(
            Step::AddRoleToInstanceProfile,
            [Milestone::InstanceProfile, Milestone::Role(RoleKind::Instance)],
            [Milestone::RoleReady(RoleKind::Instance)],
        ));
    }
}
