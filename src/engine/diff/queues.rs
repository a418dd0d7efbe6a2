//! The job queues: made, changed, pointed to their compute environment, and removed one by one.

use std::collections::BTreeSet;

use super::super::compare::{job_queue_update, tag_changes};
use super::super::graph::Task;
use super::super::step::{Milestone, Step};
use super::super::swap::Stage;
use super::super::teardown;
use crate::domain::batch::{queue::can_change_policy, status};
use crate::domain::observed::{JobQueue, Observed};
use crate::domain::topology::Topology;

pub(super) fn job_queues(topology: &Topology, observed: &Observed, stage: &Stage<'_>, tasks: &mut Vec<Task>) {
    let compute_environment = stage.current(observed);
    let mut unsettled = false;
    for plan in &topology.job_queues {
        let key = plan.key.clone();
        let create = |requires: Option<Milestone>| {
            Task::new(
                Step::CreateJobQueue(key.clone()),
                [Milestone::ComputeEnvironmentSettled].into_iter().chain(requires),
                [Milestone::JobQueueChanged],
            )
        };
        let Some(current) = observed.job_queues.get(&plan.name) else {
            tasks.push(create(None));
            unsettled = true;
            continue;
        };
        let policy = (
            current.scheduling_policy_arn.as_deref(),
            plan.scheduling_policy_arn.as_deref(),
        );
        // Somebody, or a destroy that was interrupted, is deleting it; or it must be made again, alone.
        if current.status == status::DELETING || !can_change_policy(policy.0, policy.1) {
            teardown::job_queue(current, tasks);
            tasks.push(create(Some(Milestone::JobQueueGone(plan.name.clone()))));
            unsettled = true;
            continue;
        }
        let update = job_queue_update(plan, compute_environment.map(|it| it.arn.as_str()), current);
        if let Some(update) = &update {
            let moves = update.compute_environments.is_some();
            tasks.push(Task::new(
                Step::UpdateJobQueue {
                    key: key.clone(),
                    onto: stage.name.clone(),
                },
                moves.then_some(Milestone::ComputeEnvironmentSettled),
                [Milestone::JobQueueChanged],
            ));
        }
        if !tag_changes(&current.tags, &plan.tags, &topology.ignored_tags).is_empty() {
            tasks.push(Task::new(Step::TagJobQueue(key), [], []));
        }
        unsettled |= update.is_some() || current.status != status::VALID;
    }
    if unsettled {
        tasks.push(Task::new(
            Step::AwaitJobQueues {
                onto: stage.name.clone(),
            },
            [Milestone::JobQueueChanged],
            [Milestone::JobQueuesSettled],
        ));
    }
    unasked(topology, observed).for_each(|queue| teardown::job_queue(queue, tasks));
}

/// The environment's own queues that are no longer asked for.
fn unasked<'a>(topology: &'a Topology, observed: &'a Observed) -> impl Iterator<Item = &'a JobQueue> {
    let names: BTreeSet<&str> = topology.job_queues.iter().map(|plan| plan.name.as_str()).collect();
    observed
        .job_queues
        .values()
        .filter(move |queue| !names.contains(queue.name.as_str()))
}
