//! What differs in a job queue.

use crate::cloud::JobQueueUpdate;
use crate::domain::batch::JobQueuePlan;
use crate::domain::observed::JobQueue;

/// What differs between a planned job queue and the one that is there; `None` when nothing does. `compute_environment` is the ARN of
/// the one that it is to refer to, if that exists.
pub(in crate::engine) fn job_queue_update(
    plan: &JobQueuePlan,
    compute_environment: Option<&str>,
    current: &JobQueue,
) -> Option<JobQueueUpdate> {
    let order: Vec<String> = compute_environment.map(str::to_owned).into_iter().collect();
    let update = JobQueueUpdate {
        enabled: (current.enabled != plan.enabled).then_some(plan.enabled),
        priority: (current.priority != plan.priority).then_some(plan.priority),
        scheduling_policy_arn: plan
            .scheduling_policy_arn
            .clone()
            .filter(|_| current.scheduling_policy_arn != plan.scheduling_policy_arn),
        state_time_limit_actions: (current.state_time_limit_actions != plan.state_time_limit_actions)
            .then(|| plan.state_time_limit_actions.clone()),
        // One that does not exist yet is a difference: its ARN is known when it does.
        compute_environments: (order.is_empty() || current.compute_environments != order).then_some(order),
    };
    (update != JobQueueUpdate::default()).then_some(update)
}
