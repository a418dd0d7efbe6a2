//! Steps about roles and the instance profile.

use super::super::compare;
use super::super::report::StepError;
use super::super::run::Run;
use super::super::step::RoleKind;
use super::missing;
use crate::cloud::{ErrorKind, RoleRequest};
use crate::domain::name;
use crate::domain::observed::{Observed, Role};
use crate::domain::topology::RolePlan;

fn plan<'a>(run: &Run<'a>, kind: RoleKind) -> Result<&'a RolePlan, StepError> {
    let topology = run.topology()?;
    let plan = match kind {
        RoleKind::Instance => &topology.instance_role,
        RoleKind::Service => &topology.service_role,
        RoleKind::SpotFleet => &topology.spot_fleet_role,
    };
    plan.as_ref().ok_or_else(|| missing("role's plan"))
}

fn role_name(run: &Run<'_>, kind: RoleKind) -> String {
    match kind {
        RoleKind::Instance => name::instance_role_name(&run.target.ownership),
        RoleKind::Service => name::service_role_name(&run.target.ownership),
        RoleKind::SpotFleet => name::spot_fleet_role_name(&run.target.ownership),
    }
}

fn role_of(observed: &mut Observed, kind: RoleKind) -> &mut Option<Role> {
    match kind {
        RoleKind::Instance => &mut observed.instance_role,
        RoleKind::Service => &mut observed.service_role,
        RoleKind::SpotFleet => &mut observed.spot_fleet_role,
    }
}

pub(super) async fn create_role(run: &Run<'_>, kind: RoleKind) -> Result<(), StepError> {
    let plan = plan(run, kind)?;
    let request = RoleRequest {
        name: plan.name.clone(),
        description: plan.description.clone(),
        assume_role_policy: plan.assume_role_policy.clone(),
        tags: plan.tags.clone(),
    };
    let role = run.cloud.create_role(&request).await?;
    run.note(|world| {
        world.made.insert(role.arn.clone());
        *role_of(&mut world.observed, kind) = Some(role);
    });
    Ok(())
}

pub(super) async fn set_trust_policy(run: &Run<'_>, kind: RoleKind) -> Result<(), StepError> {
    let plan = plan(run, kind)?;
    Ok(run
        .cloud
        .set_assume_role_policy(&plan.name, &plan.assume_role_policy)
        .await?)
}

pub(super) async fn attach_policy(run: &Run<'_>, kind: RoleKind, policy: &str) -> Result<(), StepError> {
    run.cloud.attach_policy(&plan(run, kind)?.name, policy).await?;
    run.note(|world| {
        if let Some(role) = role_of(&mut world.observed, kind) {
            role.attached_policies.insert(policy.to_owned());
        }
    });
    Ok(())
}

pub(super) async fn create_instance_profile(run: &Run<'_>) -> Result<(), StepError> {
    let plan = plan(run, RoleKind::Instance)?;
    let profile = run.cloud.create_instance_profile(&plan.name, &plan.tags).await?;
    run.note(|world| {
        world.made.insert(profile.arn.clone());
        world.observed.instance_profile = Some(profile);
    });
    Ok(())
}

/// Puts the role into its profile. A profile holds one role at most: another one that somebody put there goes first.
pub(super) async fn add_role_to_instance_profile(run: &Run<'_>) -> Result<(), StepError> {
    let plan = plan(run, RoleKind::Instance)?;
    let other = run.world().observed.instance_profile.and_then(|profile| profile.role);
    if let Some(other) = other.filter(|other| other.name != plan.name) {
        run.cloud
            .remove_role_from_instance_profile(&plan.name, &other.name)
            .await?;
    }
    run.cloud.add_role_to_instance_profile(&plan.name, &plan.name).await?;
    run.note(|world| {
        let role = world.observed.instance_role.clone();
        if let Some(profile) = &mut world.observed.instance_profile {
            profile.role = role;
        }
    });
    Ok(())
}

pub(super) async fn tag_role(run: &Run<'_>, kind: RoleKind) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = plan(run, kind)?;
    let mut observed = run.world().observed;
    if let Some(tags) = role_of(&mut observed, kind).as_ref().and_then(|role| role.tags.clone()) {
        let change = compare::tag_changes(&tags, &plan.tags, &topology.ignored_tags);
        if !change.remove.is_empty() {
            run.cloud.untag_role(&plan.name, &change.remove).await?;
        }
        if !change.put.is_empty() {
            run.cloud.tag_role(&plan.name, &change.put).await?;
        }
    }
    Ok(())
}

/// Makes the profile's tags the planned ones, and the role's with them: the read of a profile shows only its own.
pub(super) async fn tag_instance_profile(run: &Run<'_>) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = plan(run, RoleKind::Instance)?;
    let profile = run
        .world()
        .observed
        .instance_profile
        .ok_or_else(|| missing("instance profile"))?;
    let change = compare::tag_changes(&profile.tags, &plan.tags, &topology.ignored_tags);
    // To IAM `Team` and `team` are one key: what is put first would be removed again.
    if !change.remove.is_empty() {
        run.cloud.untag_role(&plan.name, &change.remove).await?;
        run.cloud.untag_instance_profile(&plan.name, &change.remove).await?;
    }
    if !change.put.is_empty() {
        run.cloud.tag_role(&plan.name, &change.put).await?;
        run.cloud.tag_instance_profile(&plan.name, &change.put).await?;
    }
    Ok(())
}

pub(super) async fn remove_role_from_instance_profile(run: &Run<'_>) -> Result<(), StepError> {
    let name = role_name(run, RoleKind::Instance);
    if let Some(role) = run.world().observed.instance_profile.and_then(|profile| profile.role) {
        run.cloud.remove_role_from_instance_profile(&name, &role.name).await?;
    }
    run.note(|world| {
        if let Some(profile) = &mut world.observed.instance_profile {
            profile.role = None;
        }
    });
    Ok(())
}

pub(super) async fn delete_instance_profile(run: &Run<'_>) -> Result<(), StepError> {
    run.cloud
        .delete_instance_profile(&role_name(run, RoleKind::Instance))
        .await?;
    run.note(|world| world.observed.instance_profile = None);
    Ok(())
}

/// Detaches every managed policy, whoever attached it: a role with policies cannot be deleted.
pub(super) async fn detach_policies(run: &Run<'_>, kind: RoleKind) -> Result<(), StepError> {
    let name = role_name(run, kind);
    let mut observed = run.world().observed;
    let policies = role_of(&mut observed, kind)
        .as_ref()
        .map(|role| role.attached_policies.clone())
        .unwrap_or_default();
    for policy in policies {
        run.cloud.detach_policy(&name, &policy).await?;
        run.note(|world| {
            if let Some(role) = role_of(&mut world.observed, kind) {
                role.attached_policies.remove(&policy);
            }
        });
    }
    Ok(())
}

/// Deletes a role. Inline policies, which only others give it, are looked for when IAM says that something holds on to it.
pub(super) async fn delete_role(run: &Run<'_>, kind: RoleKind) -> Result<(), StepError> {
    let name = role_name(run, kind);
    match run.cloud.delete_role(&name).await {
        Err(error) if error.kind == ErrorKind::Conflict => {
            for policy in run.cloud.inline_policies(&name).await? {
                run.cloud.delete_inline_policy(&name, &policy).await?;
            }
            run.cloud.delete_role(&name).await?;
        }
        answer => answer?,
    }
    run.note(|world| *role_of(&mut world.observed, kind) = None);
    Ok(())
}
