//! `job_queues`.

use tf_provider::schema::AttributeType;

use crate::domain::batch::{JobQueueSpec, StateTimeLimitAction, queue::PRIORITIES};
use crate::provider::describe::Object;
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    Object::new("job_queues", sentence)
        .defaulted(
            "name",
            AttributeType::String,
            "Name of the queue in AWS Batch: 1 to 128 letters, digits, `-` and `_`. Defaults to the environment's name and the key, joined by \
             a hyphen.",
        )
        .defaulted(
            "priority",
            AttributeType::Number,
            &format!(
                "Jobs of the queue with the higher priority are scheduled first: a whole number from {} to {}. Defaults to {}.",
                PRIORITIES.start(),
                PRIORITIES.end(),
                JobQueueSpec::DEFAULT_PRIORITY
            ),
        )
        .defaulted(
            "enabled",
            AttributeType::Bool,
            "Whether the queue accepts jobs; those that are in it are worked off in any case. Defaults to `true`.",
        )
        .optional(
            "scheduling_policy_arn",
            AttributeType::String,
            "ARN of a scheduling policy, with which the queue shares capacity fairly. Defaults to none: first in, first out.",
        )
        .defaulted(
            "job_state_time_limit_actions",
            action().list(),
            "What AWS Batch does with jobs at the head of the queue that are stuck, at most one entry for each reason. Defaults to \
             none.",
        )
        .computed("arn", AttributeType::String, "ARN of the queue.")
        .computed("status", AttributeType::String, "Status of the queue; `VALID` when it works.")
}

fn action() -> Object {
    let words = |words: &[&str]| {
        words
            .iter()
            .map(|word| format!("`{word}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let seconds = StateTimeLimitAction::MAX_TIME_SECONDS;
    Object::new("job_queues.job_state_time_limit_actions", sentence)
        .required(
            "reason",
            AttributeType::String,
            &format!(
                "Why the job is stuck: one of {}.",
                words(&StateTimeLimitAction::REASONS)
            ),
        )
        .required(
            "state",
            AttributeType::String,
            &format!(
                "The state that it is stuck in: {}.",
                words(&StateTimeLimitAction::STATES)
            ),
        )
        .required(
            "max_time_seconds",
            AttributeType::Number,
            &format!(
                "Seconds that it may be stuck before something is done, from {} to {}.",
                seconds.start(),
                seconds.end()
            ),
        )
        .required(
            "action",
            AttributeType::String,
            &format!("What is done then: {}.", words(&StateTimeLimitAction::ACTIONS)),
        )
}
