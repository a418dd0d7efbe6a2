//! Steps about job queues.

use std::collections::BTreeMap;

use super::super::compare;
use super::super::report::StepError;
use super::super::run::Run;
use super::waiting::{Look, until, while_being_modified};
use super::{PROPAGATION, missing};
use crate::cloud::{JobQueueRequest, JobQueueUpdate};
use crate::domain::batch::{JobQueuePlan, status};
use crate::domain::observed::JobQueue;

fn plan<'a>(run: &Run<'a>, key: &str) -> Result<&'a JobQueuePlan, StepError> {
    let mut plans = run.topology()?.job_queues.iter();
    plans
        .find(|plan| plan.key == key)
        .ok_or_else(|| missing("job queue's plan"))
}

/// ARN of the compute environment that the queues are to refer to.
fn arn_of(run: &Run<'_>, compute_environment: &str) -> Result<String, StepError> {
    let observed = run.world().observed;
    let found = observed.compute_environment(compute_environment);
    found
        .map(|it| it.arn.clone())
        .ok_or_else(|| missing("compute environment"))
}

pub(super) async fn create(run: &Run<'_>, key: &str) -> Result<(), StepError> {
    let plan = plan(run, key)?;
    let topology = run.topology()?;
    let onto = super::super::swap::Stage::of(topology, &run.world().observed).name;
    let request = JobQueueRequest {
        name: plan.name.clone(),
        enabled: plan.enabled,
        priority: plan.priority,
        scheduling_policy_arn: plan.scheduling_policy_arn.clone(),
        state_time_limit_actions: plan.state_time_limit_actions.clone(),
        compute_environments: vec![arn_of(run, &onto)?],
        tags: plan.tags.clone(),
    };
    let arn = run.cloud.create_job_queue(&request).await?;
    run.note(|world| {
        world.made.insert(arn.clone());
        let queue = JobQueue {
            name: request.name,
            arn,
            status: status::CREATING.to_owned(),
            status_reason: None,
            enabled: request.enabled,
            priority: request.priority,
            scheduling_policy_arn: request.scheduling_policy_arn,
            state_time_limit_actions: request.state_time_limit_actions,
            compute_environments: request.compute_environments,
            tags: request.tags,
        };
        world.observed.job_queues.insert(queue.name.clone(), queue);
    });
    Ok(())
}

/// Changes what differs, in one call.
pub(super) async fn update(run: &Run<'_>, key: &str, onto: &str) -> Result<(), StepError> {
    let plan = plan(run, key)?;
    let current = settled_or_gone(run, &plan.name)
        .await?
        .ok_or_else(|| missing("job queue"))?;
    let arn = arn_of(run, onto)?;
    let Some(update) = compare::job_queue_update(plan, Some(&arn), &current) else {
        return Ok(());
    };
    while_being_modified(run, || run.cloud.update_job_queue(&plan.name, &update)).await?;
    run.note(|world| {
        if let Some(queue) = world.observed.job_queues.get_mut(&plan.name) {
            status::UPDATING.clone_into(&mut queue.status);
        }
    });
    Ok(())
}

pub(super) async fn tag(run: &Run<'_>, key: &str) -> Result<(), StepError> {
    let plan = plan(run, key)?;
    let world = run.world();
    let current = world.observed.job_queues.get(&plan.name);
    let current = current.ok_or_else(|| missing("job queue"))?;
    let change = compare::tag_changes(&current.tags, &plan.tags, &run.topology()?.ignored_tags);
    if !change.put.is_empty() {
        run.cloud.tag_batch(&current.arn, &change.put).await?;
    }
    if !change.remove.is_empty() {
        run.cloud.untag_batch(&current.arn, &change.remove).await?;
    }
    Ok(())
}

/// Looks at all queues, and notes what became of the environment's own.
async fn look(run: &Run<'_>) -> Result<BTreeMap<String, JobQueue>, StepError> {
    let seen: BTreeMap<String, JobQueue> = run
        .cloud
        .job_queues()
        .await?
        .into_iter()
        .filter(|queue| queue.status != status::DELETED)
        .map(|queue| (queue.name.clone(), queue))
        .collect();
    run.note(|world| {
        for queue in world.observed.job_queues.values_mut() {
            // Right after its creation one may not be shown yet: what is known stays known.
            if let Some(now) = seen.get(&queue.name) {
                queue.clone_from(now);
            }
        }
    });
    Ok(seen)
}

async fn settled_or_gone(run: &Run<'_>, name: &str) -> Result<Option<JobQueue>, StepError> {
    until(run, || async {
        Ok(match look(run).await?.remove(name) {
            Some(queue) if queue.is_in_transition() => Look::Pending(format!("job queue {name} is {}", queue.status)),
            queue => Look::Done(queue),
        })
    })
    .await
}

/// Waits until every planned queue is VALID. One that was INVALID before this run is validated again once, since this run may have
/// mended the cause; Batch validates again at every update.
pub(super) async fn all_valid(run: &Run<'_>) -> Result<(), StepError> {
    let topology = run.topology()?;
    let started = run.clock.now();
    let mut validated_again = false;
    loop {
        let invalid = until(run, || async {
            let seen = look(run).await?;
            let mut pending = Vec::new();
            let mut invalid = Vec::new();
            for plan in &topology.job_queues {
                match seen.get(&plan.name) {
                    None if run.clock.now() < started + PROPAGATION => {
                        pending.push(format!("job queue {} is not shown yet", plan.name));
                    }
                    None => return Err(missing("job queue")),
                    Some(queue) if queue.is_in_transition() => {
                        pending.push(format!("job queue {} is {}", plan.name, queue.status));
                    }
                    Some(queue) if queue.status == status::VALID => {}
                    Some(queue) => invalid.push(queue.clone()),
                }
            }
            Ok(if pending.is_empty() {
                Look::Done(invalid)
            } else {
                Look::Pending(pending.join(", "))
            })
        })
        .await?;
        let Some(first) = invalid.first() else {
            return Ok(());
        };
        if validated_again {
            return Err(StepError::Unhealthy(format!(
                "AWS Batch reports the job queue {} as {}: {}",
                first.name,
                first.status,
                first.status_reason.as_deref().unwrap_or("AWS gives no reason")
            )));
        }
        validated_again = true;
        for queue in &invalid {
            let again = JobQueueUpdate {
                enabled: Some(queue.enabled),
                ..JobQueueUpdate::default()
            };
            while_being_modified(run, || run.cloud.update_job_queue(&queue.name, &again)).await?;
        }
    }
}

/// Batch deletes only what is DISABLED and settled.
pub(super) async fn disable(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let Some(current) = settled_or_gone(run, name).await? else {
        return Ok(());
    };
    if current.enabled {
        let disable = JobQueueUpdate {
            enabled: Some(false),
            ..JobQueueUpdate::default()
        };
        while_being_modified(run, || run.cloud.update_job_queue(name, &disable)).await?;
        settled_or_gone(run, name).await?;
    }
    Ok(())
}

pub(super) async fn delete(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    run.cloud.delete_job_queue(name).await?;
    run.note(|world| {
        if let Some(queue) = world.observed.job_queues.get_mut(name) {
            status::DELETING.clone_into(&mut queue.status);
            world.made.remove(&queue.arn);
        }
    });
    Ok(())
}

/// Waits until a queue is gone. Batch ends the jobs in it first.
pub(super) async fn gone(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    until(run, || async {
        match look(run).await?.remove(name) {
            None => {
                run.note(|world| {
                    world.observed.job_queues.remove(name);
                });
                Ok(Look::Done(()))
            }
            Some(queue) if queue.status == status::INVALID => Err(StepError::Unhealthy(format!(
                "AWS Batch could not delete the job queue {name}: {}",
                queue.status_reason.unwrap_or_default()
            ))),
            Some(queue) => Ok(Look::Pending(format!("job queue {name} is {}", queue.status))),
        }
    })
    .await
}
