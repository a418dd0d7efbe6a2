//! Rules and life of Batch's job queues.
//!
//! Source: AWS Batch API Reference, CreateJobQueue, UpdateJobQueue and DeleteJobQueue; that a compute environment remembers a queue
//! for a while is hashicorp/aws issue 46925.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::endpoint::is_due;
use super::refusal::{Answer, Refusal};
use super::world::{Moment, World};
use crate::cloud::{ErrorKind, JobQueueRequest, JobQueueUpdate};
use crate::domain::batch::{queue::can_change_policy, status};
use crate::domain::limits::{COMPUTE_ENVIRONMENTS_PER_QUEUE, JOB_QUEUE_NAME_LENGTH};
use crate::domain::observed::JobQueue;

/// A job queue and when it leaves the status that it is in.
#[derive(Clone, Debug)]
pub struct QueueRecord {
    /// The queue.
    pub queue: JobQueue,
    /// Until when it is `CREATING`, `UPDATING` or `DELETING`.
    pub until: Option<Instant>,
}

impl World {
    /// Ends what was due: makes valid what was made or changed, removes what was deleted.
    pub(super) fn settle_job_queues(&mut self, at: &Moment<'_>) {
        let due: Vec<QueueRecord> = self
            .job_queues
            .values()
            .filter(|record| is_due(record.until, at))
            .cloned()
            .collect();
        for QueueRecord { mut queue, until } in due {
            if queue.status == status::DELETING {
                self.job_queues.remove(&queue.name);
                self.forget_later(&queue.compute_environments, until.unwrap_or(at.now));
                continue;
            }
            let healthy = queue
                .compute_environments
                .iter()
                .all(|arn| self.is_valid_environment(arn));
            queue.status = if healthy { status::VALID } else { status::INVALID }.to_owned();
            queue.status_reason = Some(if healthy {
                "JobQueue Healthy".to_owned()
            } else {
                "ACTION_REQUIRED - CE(s) associated with the job queue are invalid.".to_owned()
            });
            self.job_queues
                .insert(queue.name.clone(), QueueRecord { queue, until: None });
        }
    }

    /// Notes that a queue has let go of compute environments, which remember it for a while.
    pub(super) fn forget_later(&mut self, arns: &[String], since: Instant) {
        self.former_relationships
            .extend(arns.iter().map(|arn| (arn.clone(), since)));
    }

    /// Whether a queue refers to a compute environment, or did a moment ago.
    pub(super) fn has_queue_relationship(&self, at: &Moment<'_>, arn: &str) -> bool {
        let mut queues = self.job_queues.values();
        queues.any(|record| record.queue.compute_environments.iter().any(|used| used == arn))
            || self
                .former_relationships
                .iter()
                .any(|(used, since)| used == arn && *since + at.behaviour.relationship_lag > at.now)
    }

    fn is_valid_environment(&self, arn: &str) -> bool {
        self.compute_environments
            .values()
            .any(|record| record.environment.arn == arn && record.environment.status != status::INVALID)
    }

    pub(super) fn create_job_queue(&mut self, at: &Moment<'_>, request: &JobQueueRequest) -> Answer<String> {
        check_name(&request.name)?;
        if self.job_queues.contains_key(&request.name) {
            return Err(Refusal::client(ErrorKind::AlreadyExists, "Object already exists"));
        }
        self.check_order(&request.compute_environments)?;
        let arn = at.arn("batch", &format!("job-queue/{}", request.name));
        let queue = JobQueue {
            name: request.name.clone(),
            arn: arn.clone(),
            status: status::CREATING.to_owned(),
            status_reason: None,
            enabled: request.enabled,
            priority: request.priority,
            scheduling_policy_arn: request.scheduling_policy_arn.clone(),
            state_time_limit_actions: request.state_time_limit_actions.clone(),
            compute_environments: request.compute_environments.clone(),
            tags: request.tags.clone(),
        };
        let until = Some(at.now + at.behaviour.job_queue_creating);
        self.job_queues
            .insert(request.name.clone(), QueueRecord { queue, until });
        Ok(arn)
    }

    pub(super) fn update_job_queue(&mut self, at: &Moment<'_>, name: &str, update: &JobQueueUpdate) -> Answer<()> {
        let Some(record) = self.job_queues.get(name) else {
            return Err(Refusal::client(
                ErrorKind::NotFound,
                format!("job-queue/{name} does not exist"),
            ));
        };
        let mut queue = record.queue.clone();
        if queue.is_in_transition() {
            return Err(Refusal::client(
                ErrorKind::Conflict,
                "Cannot update, resource is being modified",
            ));
        }
        if update.scheduling_policy_arn.is_some()
            && !can_change_policy(
                queue.scheduling_policy_arn.as_deref(),
                update.scheduling_policy_arn.as_deref(),
            )
        {
            let message = "Cannot add a scheduling policy to a job queue that was created without one";
            return Err(Refusal::client(ErrorKind::Invalid, message));
        }
        if let Some(order) = &update.compute_environments {
            self.check_order(order)?;
            let before: Vec<String> = queue
                .compute_environments
                .iter()
                .filter(|arn| !order.contains(arn))
                .cloned()
                .collect();
            self.forget_later(&before, at.now);
            queue.compute_environments.clone_from(order);
        }
        queue.enabled = update.enabled.unwrap_or(queue.enabled);
        queue.priority = update.priority.unwrap_or(queue.priority);
        if let Some(actions) = &update.state_time_limit_actions {
            queue.state_time_limit_actions.clone_from(actions);
        }
        if update.scheduling_policy_arn.is_some() {
            queue.scheduling_policy_arn.clone_from(&update.scheduling_policy_arn);
        }
        status::UPDATING.clone_into(&mut queue.status);
        queue.status_reason = None;
        let until = Some(at.now + at.behaviour.job_queue_updating);
        self.job_queues.insert(name.to_owned(), QueueRecord { queue, until });
        Ok(())
    }

    /// It must be settled and DISABLED; one that is gone already is no error.
    pub(super) fn delete_job_queue(&mut self, at: &Moment<'_>, name: &str) -> Answer<()> {
        let Some(record) = self.job_queues.get_mut(name) else {
            return Ok(());
        };
        if record.queue.is_in_transition() {
            return Err(Refusal::client(
                ErrorKind::Conflict,
                "Cannot delete, resource is being modified",
            ));
        }
        if record.queue.enabled {
            let message = "Cannot delete, the job queue's state must be DISABLED";
            return Err(Refusal::client(ErrorKind::Conflict, message));
        }
        status::DELETING.clone_into(&mut record.queue.status);
        record.queue.status_reason = None;
        record.until = Some(at.now + at.behaviour.job_queue_deleting);
        Ok(())
    }

    /// Compute environments of one queue must be there and VALID, few, different and all of EC2 or all of Fargate.
    fn check_order(&self, arns: &[String]) -> Answer<()> {
        let distinct: BTreeSet<&String> = arns.iter().collect();
        if arns.is_empty() || arns.len() > COMPUTE_ENVIRONMENTS_PER_QUEUE || distinct.len() != arns.len() {
            let message = "computeEnvironmentOrder must name one to three different compute environments";
            return Err(Refusal::client(ErrorKind::Invalid, message));
        }
        let mut families = BTreeSet::new();
        for arn in arns {
            let found = self
                .compute_environments
                .values()
                .map(|record| &record.environment)
                .find(|environment| environment.arn == *arn)
                .ok_or_else(|| super::batch::unknown_environment(arn))?;
            if found.status != status::VALID {
                let message = format!(
                    "Compute Environment {arn} is not valid. It must be valid before attaching it to the job queue."
                );
                return Err(Refusal::client(ErrorKind::Conflict, message));
            }
            families.insert(found.compute_type.starts_with("FARGATE"));
        }
        if families.len() > 1 {
            let message = "Compute environments of EC2 and of Fargate cannot be mixed in one job queue";
            return Err(Refusal::client(ErrorKind::Invalid, message));
        }
        Ok(())
    }
}

fn check_name(name: &str) -> Answer<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !starts || name.len() > JOB_QUEUE_NAME_LENGTH || !name.chars().all(allowed) {
        let message = format!("jobQueueName should match valid pattern: {name}");
        return Err(Refusal::client(ErrorKind::Invalid, message));
    }
    Ok(())
}
