//! Steps that take something away.

use std::collections::BTreeSet;

use super::super::report::StepError;
use super::super::run::Run;
use super::waiting;
use crate::cloud::ComputeEnvironmentUpdate;

/// Batch deletes only what is DISABLED and settled.
pub(super) async fn disable_compute_environment(run: &Run<'_>) -> Result<(), StepError> {
    let Some(current) = waiting::compute_environment_settled_or_gone(run).await? else {
        return Ok(());
    };
    if current.enabled {
        let disable = ComputeEnvironmentUpdate {
            enabled: Some(false),
            ..ComputeEnvironmentUpdate::default()
        };
        waiting::while_being_modified(run, || run.cloud.update_compute_environment(&current.name, &disable)).await?;
        waiting::compute_environment_settled_or_gone(run).await?;
    }
    Ok(())
}

pub(super) async fn compute_environment(run: &Run<'_>) -> Result<(), StepError> {
    if let Some(current) = run.world().observed.compute_environment {
        run.cloud.delete_compute_environment(&current.name).await?;
        run.note(|world| {
            world.made.remove(&current.name);
            if let Some(current) = &mut world.observed.compute_environment {
                "DELETING".clone_into(&mut current.status);
            }
        });
    }
    Ok(())
}

pub(super) async fn endpoints(run: &Run<'_>, ids: &BTreeSet<String>) -> Result<(), StepError> {
    run.cloud.delete_endpoints(ids).await?;
    run.note(|world| {
        for id in ids {
            world.made.remove(id);
            if let Some(endpoint) = world.observed.endpoints.get_mut(id) {
                "deleting".clone_into(&mut endpoint.state);
            }
        }
    });
    Ok(())
}

pub(super) async fn security_group(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_security_group(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.security_groups.remove(id);
    });
    Ok(())
}

pub(super) async fn subnet(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_subnet(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.subnets.remove(id);
        for table in world.observed.route_tables.values_mut() {
            table.associations.remove(id);
        }
    });
    Ok(())
}

pub(super) async fn route_table(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_route_table(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.route_tables.remove(id);
    });
    Ok(())
}

pub(super) async fn vpc(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_vpc(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.vpc = None;
        // What AWS makes with a VPC goes with it.
        world.observed.route_tables.clear();
        world.observed.security_groups.clear();
    });
    Ok(())
}
