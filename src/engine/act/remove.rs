//! Steps that take something away.

use std::collections::BTreeSet;

use super::super::report::StepError;
use super::super::run::Run;
use super::waiting;
use crate::cloud::{ComputeEnvironmentUpdate, ScalingUpdate};
use crate::domain::batch::status;
use crate::domain::suggest::listed;

/// Batch deletes only what is DISABLED and settled. One whose place another has taken gives up the vCPUs that it keeps as well, which
/// it would have for ever; and it stays as it is while somebody else's queue needs it.
pub(super) async fn disable_compute_environment(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let Some(current) = waiting::compute_environment_settled_or_gone(run, name).await? else {
        return Ok(());
    };
    let mut updates = Vec::new();
    if run.topology().is_ok() {
        let others: Vec<String> = others_queues(run, &current.arn).await?;
        if !others.is_empty() {
            return Err(StepError::Unhealthy(still_in_use(name, &others)));
        }
        if current.min_vcpus > 0 {
            updates.push(ComputeEnvironmentUpdate {
                scaling: ScalingUpdate {
                    min_vcpus: Some(0),
                    ..ScalingUpdate::default()
                },
                ..ComputeEnvironmentUpdate::default()
            });
        }
    }
    if current.enabled {
        updates.push(ComputeEnvironmentUpdate {
            enabled: Some(false),
            ..ComputeEnvironmentUpdate::default()
        });
    }
    for update in updates {
        waiting::while_being_modified(run, || run.cloud.update_compute_environment(name, &update)).await?;
        waiting::compute_environment_settled_or_gone(run, name).await?;
    }
    Ok(())
}

/// Names of the queues of others that refer to a compute environment now.
async fn others_queues(run: &Run<'_>, arn: &str) -> Result<Vec<String>, StepError> {
    let own = run.world().observed.job_queues;
    let queues = run.cloud.job_queues().await?;
    let others = queues
        .into_iter()
        .filter(|queue| !own.contains_key(&queue.name) && queue.compute_environments.iter().any(|used| used == arn));
    Ok(others.map(|queue| queue.name).collect())
}

fn still_in_use(name: &str, queues: &[String]) -> String {
    let (queues, one) = (listed(queues), queues.len() == 1);
    let (noun, verb, pronoun) = if one {
        ("job queue", "uses", "it")
    } else {
        ("job queues", "use", "them")
    };
    format!(
        "Another compute environment has taken the place of {name}, which stays until nobody needs it: the {noun} {queues}, which \
         this environment does not own, still {verb} it. Point {pronoun} to the new compute environment or delete {pronoun}, then \
         apply again."
    )
}

fn still_named(id: &str, others: &[String]) -> String {
    let (noun, names) = if others.len() == 1 {
        ("group", "names")
    } else {
        ("groups", "name")
    };
    format!(
        "AWS changes neither name nor description of a security group, and names are unique in a VPC: {id} has to go before one of \
         its name can be made. It stays because the {noun} {others}, which this environment does not own, {names} it in rules. Remove \
         these rules, or choose another security_group.name, under which the new group is made beside the former one.",
        others = listed(others)
    )
}

pub(super) async fn compute_environment(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    run.cloud.delete_compute_environment(name).await?;
    run.note(|world| {
        world.made.remove(name);
        if let Some(current) = world.observed.compute_environments.get_mut(name) {
            status::DELETING.clone_into(&mut current.status);
        }
    });
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

/// One whose name is wanted for another must go now; rules of others that name it do not pass by waiting, because what Terraform
/// manages of them may itself wait for this environment.
pub(super) async fn security_group(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    if let Ok(topology) = run.topology() {
        let observed = run.world().observed;
        let others = observed.groups_of_others_that_name(&topology.ownership, id);
        let others: Vec<String> = others.map(|group| group.id.clone()).collect();
        if !others.is_empty() {
            return Err(StepError::Unhealthy(still_named(id, &others)));
        }
    }
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
