//! Steps that wait for AWS to finish what it accepted. One read serves all that is waited for.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;

use super::super::report::StepError;
use super::super::run::Run;
use super::super::wait::{Interruption, until_next_try};
use super::{PROPAGATION, missing};
use crate::cloud::{CloudError, ComputeEnvironmentUpdate, ErrorKind};
use crate::domain::batch::{self, ComputeType, status};
use crate::domain::endpoint::EndpointKind;
use crate::domain::existing::guests::{Guests, Need, Obstacle, Offer};
use crate::domain::observed::{ComputeEnvironment, Endpoint, Observed};
use crate::domain::topology::{EndpointPlan, Topology};

/// What a look showed.
pub(super) enum Look<T> {
    /// The condition holds.
    Done(T),
    /// Not yet: what was seen.
    Pending(String),
}

/// Looks until the condition holds, the time is up or the run is interrupted.
///
/// A look that AWS does not answer is a look that showed nothing; the time-out says so if it stays like that.
pub(super) async fn until<T, F: Future<Output = Result<Look<T>, StepError>>>(
    run: &Run<'_>,
    mut look: impl FnMut() -> F,
) -> Result<T, StepError> {
    let started = run.clock.now();
    loop {
        let (seen, last) = match look().await {
            Ok(Look::Done(value)) => return Ok(value),
            Ok(Look::Pending(seen)) => (seen, None),
            Err(StepError::Cloud(error)) if may_pass(&error) => ("AWS did not answer".to_owned(), Some(error)),
            Err(error) => return Err(error),
        };
        pause(run, started).await.map_err(|interruption| match interruption {
            Interruption::Cancelled => StepError::Cancelled,
            Interruption::Timeout => StepError::Timeout { last, seen },
        })?;
    }
}

fn may_pass(error: &CloudError) -> bool {
    matches!(
        error.kind,
        ErrorKind::Throttled | ErrorKind::Unknown | ErrorKind::NotYet
    )
}

async fn pause(run: &Run<'_>, started: Instant) -> Result<(), Interruption> {
    until_next_try(run.clock, started, run.bounds.deadline, &run.bounds.cancel).await
}

/// Repeats a change that Batch refuses because it is still busy with the one before.
pub(super) async fn while_being_modified<F: Future<Output = Result<(), CloudError>>>(
    run: &Run<'_>,
    mut change: impl FnMut() -> F,
) -> Result<(), StepError> {
    let started = run.clock.now();
    loop {
        match change().await {
            Ok(()) => return Ok(()),
            Err(error)
                if matches!(
                    error.kind,
                    ErrorKind::Conflict | ErrorKind::NotYet | ErrorKind::Throttled
                ) =>
            {
                pause(run, started).await.map_err(|interruption| match interruption {
                    Interruption::Cancelled => StepError::Cancelled,
                    Interruption::Timeout => StepError::Timeout {
                        last: Some(error),
                        seen: "AWS is still busy with the change before".to_owned(),
                    },
                })?;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

async fn look_at_endpoints(run: &Run<'_>) -> Result<Vec<Endpoint>, StepError> {
    let vpc = run.world().observed.vpc.ok_or_else(|| missing("VPC"))?;
    Ok(run.cloud.endpoints(&vpc.id).await?)
}

/// Waits until every endpoint of the topology is available, with private DNS on where it is planned.
pub(super) async fn endpoints_available(run: &Run<'_>) -> Result<(), StepError> {
    until(run, || async {
        let endpoints = look_at_endpoints(run).await?;
        run.note(|world| {
            // One that was made a moment ago may not be shown yet; any other that is not shown is gone.
            world.observed.endpoints.retain(|id, _| world.made.contains(id));
            for endpoint in endpoints {
                world.observed.endpoints.insert(endpoint.id.clone(), endpoint);
            }
        });
        let topology = run.topology()?;
        let world = run.world();
        let mut pending = Vec::new();
        for plan in &topology.endpoints {
            match world.observed.own_endpoint(&topology.ownership, plan) {
                Some(endpoint) if endpoint.has_failed() => {
                    let reason = endpoint.last_error.as_deref().unwrap_or("AWS gives no reason");
                    return Err(StepError::Unhealthy(format!(
                        "The endpoint {} for {} is {}: {reason}.",
                        endpoint.id, plan.service, endpoint.state
                    )));
                }
                Some(endpoint) if endpoint.state == "available" => {
                    let dns =
                        plan.kind == EndpointKind::Gateway || endpoint.private_dns_enabled == plan.private_dns_enabled;
                    if !dns {
                        pending.push(format!("the private DNS of {} is not as planned", plan.service));
                    }
                }
                Some(endpoint) => pending.push(format!("the endpoint for {} is {}", plan.service, endpoint.state)),
                None => pending.extend(await_other(topology, &world.observed, plan)?),
            }
        }
        Ok(if pending.is_empty() {
            Look::Done(())
        } else {
            Look::Pending(pending.join(", "))
        })
    })
    .await
}

/// What a service that the environment has no endpoint of its own for is still waiting for; `None`: one of somebody else's serves.
fn await_other(topology: &Topology, observed: &Observed, plan: &EndpointPlan) -> Result<Option<String>, StepError> {
    let not_shown = format!("the endpoint for {} is not shown yet", plan.service);
    if !topology.has_existing_network() {
        return Ok(Some(not_shown));
    }
    match Guests::of(topology, observed).offer(Need::of(plan)) {
        Offer::Serving(_) => Ok(None),
        Offer::Blocking(other, Obstacle::Pending(state)) => Ok(Some(format!(
            "{} for {}, which is somebody else's, is {state}",
            other.id, plan.service
        ))),
        Offer::Blocking(other, obstacle) => Err(StepError::Unhealthy(format!(
            "{} for {}, which is somebody else's, does not serve this environment. {}",
            other.id,
            plan.service,
            obstacle.remedy(other)
        ))),
        Offer::Own(_) | Offer::Nothing => match &plan.existing_id {
            Some(id) => Err(StepError::Unhealthy(format!(
                "{id} for {}, which is somebody else's, has gone or serves no longer since the plan was made. Plan again: the environment \
                 then gets an endpoint of its own.",
                plan.service
            ))),
            None => Ok(Some(not_shown)),
        },
    }
}

/// Waits until endpoints are gone, and their interfaces with them.
pub(super) async fn endpoints_gone(run: &Run<'_>, ids: &BTreeSet<String>) -> Result<(), StepError> {
    until(run, || async {
        let left: Vec<Endpoint> = look_at_endpoints(run)
            .await?
            .into_iter()
            .filter(|endpoint| ids.contains(&endpoint.id) && endpoint.state != "deleted")
            .collect();
        if left.is_empty() {
            run.note(|world| world.observed.endpoints.retain(|id, _| !ids.contains(id)));
            return Ok(Look::Done(()));
        }
        let seen: Vec<String> = left
            .iter()
            .map(|endpoint| format!("{} ({}) is {}", endpoint.id, endpoint.service_name, endpoint.state))
            .collect();
        Ok(Look::Pending(seen.join(", ")))
    })
    .await
}

async fn look_at_compute_environment(run: &Run<'_>, name: &str) -> Result<Option<ComputeEnvironment>, StepError> {
    let current = run.cloud.compute_environment(name).await?;
    let current = current.filter(|current| current.status != status::DELETED);
    // Right after its creation it may not be shown yet: what is known stays known.
    if let Some(current) = &current {
        run.note(|world| {
            let known = &mut world.observed.compute_environments;
            known.insert(name.to_owned(), current.clone());
        });
    }
    Ok(current)
}

/// Waits until Batch has finished with the compute environment, whatever came out; `None` when it is gone.
pub(super) async fn compute_environment_settled_or_gone(
    run: &Run<'_>,
    name: &str,
) -> Result<Option<ComputeEnvironment>, StepError> {
    until(run, || async {
        Ok(match look_at_compute_environment(run, name).await? {
            None => Look::Done(None),
            Some(current) if current.is_in_transition() => Look::Pending(format!("it is {}", current.status)),
            Some(current) => Look::Done(Some(current)),
        })
    })
    .await
}

/// Waits until Batch has finished with the compute environment.
pub(super) async fn compute_environment_settled(run: &Run<'_>, name: &str) -> Result<ComputeEnvironment, StepError> {
    compute_environment_settled_or_gone(run, name)
        .await?
        .ok_or_else(|| missing("compute environment"))
}

/// Waits until the compute environment is VALID.
///
/// One that turns INVALID because a role that was made a moment ago is not known everywhere is validated again for as long as
/// [`PROPAGATION`] allows, and one that was INVALID before this run is validated again once, since this run may have mended the
/// cause. Batch validates again at every update.
/// Source: AWS Batch User Guide, "INVALID compute environment".
pub(super) async fn compute_environment_valid(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let started = run.clock.now();
    let mut validated_again = false;
    loop {
        let current = until(run, || async {
            Ok(match look_at_compute_environment(run, name).await? {
                None if run.clock.now() < started + PROPAGATION => Look::Pending("it is not shown yet".to_owned()),
                None => return Err(missing("compute environment")),
                Some(current) if current.is_in_transition() => Look::Pending(format!("it is {}", current.status)),
                Some(current) => Look::Done(current),
            })
        })
        .await?;
        if current.status == "VALID" {
            return Ok(());
        }
        let reason = current.status_reason.clone().unwrap_or_default();
        let is_new = run.world().made.contains(&current.name);
        let may_propagate = batch::reason_may_pass(&reason) && run.clock.now() < started + PROPAGATION;
        if !(may_propagate || (!is_new && !validated_again)) {
            return Err(StepError::Unhealthy(format!(
                "AWS Batch reports the compute environment {} as {}: {reason}",
                current.name, current.status
            )));
        }
        if validated_again {
            pause(run, started).await.map_err(|interruption| match interruption {
                Interruption::Cancelled => StepError::Cancelled,
                Interruption::Timeout => StepError::Unhealthy(reason),
            })?;
        }
        validated_again = true;
        let again = ComputeEnvironmentUpdate {
            enabled: Some(current.enabled),
            ..ComputeEnvironmentUpdate::default()
        };
        while_being_modified(run, || run.cloud.update_compute_environment(&current.name, &again)).await?;
    }
}

/// Waits until the jobs of a disabled compute environment have ended, for as long as they are given; then Batch ends them.
///
/// What tells is the number of vCPUs that Batch keeps. Fargate has none, and nothing else of Batch's tells which compute environment a
/// job runs in: ListJobs asks by queue, and the queues have moved to another one by now. There Batch itself refuses to delete while
/// jobs are active, and [`compute_environment_gone`] tries again.
pub(super) async fn compute_environment_drained(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let instances = run.topology()?.compute_environment.instances.as_ref();
    let policy = instances.map(|instances| instances.update_policy).unwrap_or_default();
    if policy.terminate_jobs_on_update {
        return Ok(());
    }
    let minutes = u64::try_from(policy.job_execution_timeout_minutes).unwrap_or_default();
    let ended = run.clock.now() + Duration::from_secs(minutes * 60);
    until(run, || async {
        let current = look_at_compute_environment(run, name).await?;
        let vcpus = current.and_then(|current| current.desired_vcpus).unwrap_or(0);
        Ok(if vcpus == 0 || run.clock.now() >= ended {
            Look::Done(())
        } else {
            Look::Pending(format!("{name} still has instances with {vcpus} vCPUs"))
        })
    })
    .await
}

/// Waits until the compute environment is gone.
///
/// One on Fargate whose jobs were still active when it was deleted turns INVALID; it is deleted again until they have ended.
/// Source: AWS Batch User Guide, "Delete a compute environment".
pub(super) async fn compute_environment_gone(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    until(run, || async {
        match look_at_compute_environment(run, name).await? {
            Some(current) if may_have_active_jobs(&current) => {
                run.cloud.delete_compute_environment(name).await?;
                let reason = current.status_reason.unwrap_or_default();
                Ok(Look::Pending(format!("{name} is {}: {reason}", current.status)))
            }
            None => {
                run.note(|world| {
                    world.observed.compute_environments.remove(name);
                });
                Ok(Look::Done(()))
            }
            Some(current) if current.status == "INVALID" => Err(StepError::Unhealthy(format!(
                "AWS Batch could not delete the compute environment {}: {}. It deletes with the environment's service role: put \
                 that role and its policy back, then destroy again.",
                current.name,
                current.status_reason.unwrap_or_default()
            ))),
            Some(current) => Ok(Look::Pending(format!("{} is {}", current.name, current.status))),
        }
    })
    .await
}

/// Whether a compute environment that could not be deleted may be so for its jobs: on Fargate, where it is not for its role.
fn may_have_active_jobs(current: &ComputeEnvironment) -> bool {
    let on_fargate = current
        .compute_type
        .parse::<ComputeType>()
        .is_ok_and(|it| !it.has_instances());
    let reason = current.status_reason.as_deref().unwrap_or_default();
    current.status == status::INVALID && on_fargate && !batch::reason_may_pass(reason)
}
