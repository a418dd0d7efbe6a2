//! The fields of a job queue, as Batch has them.

use std::collections::BTreeSet;

use aws_sdk_batch::types::{
    ComputeEnvironmentOrder, JobQueueDetail, JobStateTimeLimitAction, JobStateTimeLimitActionsAction,
    JobStateTimeLimitActionsState, JqState, JqStatus,
};

use crate::domain::batch::StateTimeLimitAction;
use crate::domain::observed::JobQueue;

pub(super) fn state(enabled: bool) -> JqState {
    if enabled { JqState::Enabled } else { JqState::Disabled }
}

/// Compute environments in the order in which they are tried.
pub(super) fn order(arns: &[String]) -> Vec<ComputeEnvironmentOrder> {
    let entries = (1..).zip(arns);
    entries
        .map(|(order, arn)| {
            ComputeEnvironmentOrder::builder()
                .order(order)
                .compute_environment(arn)
                .build()
        })
        .collect()
}

pub(super) fn actions(actions: &BTreeSet<StateTimeLimitAction>) -> Vec<JobStateTimeLimitAction> {
    actions
        .iter()
        .map(|action| {
            JobStateTimeLimitAction::builder()
                .reason(&action.reason)
                .state(JobStateTimeLimitActionsState::from(action.state.as_str()))
                .max_time_seconds(action.max_time_seconds)
                .action(JobStateTimeLimitActionsAction::from(action.action.as_str()))
                .build()
        })
        .collect()
}

pub(super) fn some_actions(set: &BTreeSet<StateTimeLimitAction>) -> Option<Vec<JobStateTimeLimitAction>> {
    (!set.is_empty()).then(|| actions(set))
}

pub(super) fn from_sdk(detail: &JobQueueDetail) -> JobQueue {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    // Batch sends empty text for what is not set.
    let given = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    let mut order: Vec<&ComputeEnvironmentOrder> = detail.compute_environment_order().iter().collect();
    order.sort_by_key(|entry| entry.order());
    JobQueue {
        name: text(detail.job_queue_name()),
        arn: text(detail.job_queue_arn()),
        status: text(detail.status().map(JqStatus::as_str)),
        status_reason: given(detail.status_reason()),
        enabled: detail.state() == Some(&JqState::Enabled),
        priority: detail.priority().unwrap_or(0),
        scheduling_policy_arn: given(detail.scheduling_policy_arn()),
        state_time_limit_actions: detail
            .job_state_time_limit_actions()
            .iter()
            .map(|action| StateTimeLimitAction {
                reason: text(action.reason()),
                state: text(action.state().map(JobStateTimeLimitActionsState::as_str)),
                max_time_seconds: action.max_time_seconds().unwrap_or(0),
                action: text(action.action().map(JobStateTimeLimitActionsAction::as_str)),
            })
            .collect(),
        compute_environments: order
            .into_iter()
            .map(|entry| text(entry.compute_environment()))
            .collect(),
        tags: detail.tags().cloned().unwrap_or_default().into_iter().collect(),
    }
}

/// Batch may show a queue for a moment after it is gone.
pub(super) fn is_there(detail: &JobQueueDetail) -> bool {
    detail.status() != Some(&JqStatus::Deleted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compute_environments_are_read_in_their_order() {
        let arns = ["arn:b".to_owned(), "arn:a".to_owned()];
        let mut entries = order(&arns);
        entries.reverse();
        let detail = JobQueueDetail::builder()
            .job_queue_name("simulation-default")
            .scheduling_policy_arn("")
            .set_compute_environment_order(Some(entries))
            .build();
        let seen = from_sdk(&detail);
        assert_eq!(seen.compute_environments, arns);
        assert_eq!(seen.scheduling_policy_arn, None);
    }

    #[test]
    fn limits_go_there_and_back() {
        let wanted = BTreeSet::from([StateTimeLimitAction {
            reason: "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT".to_owned(),
            state: "RUNNABLE".to_owned(),
            max_time_seconds: 600,
            action: "CANCEL".to_owned(),
        }]);
        let detail = JobQueueDetail::builder()
            .set_job_state_time_limit_actions(Some(actions(&wanted)))
            .build();
        assert_eq!(from_sdk(&detail).state_time_limit_actions, wanted);
        assert_eq!(some_actions(&BTreeSet::new()), None);
        assert!(!is_there(&JobQueueDetail::builder().status(JqStatus::Deleted).build()));
    }
}
