//! `job_queues`.

use tf_provider::value::Value;

use super::Sight;
use crate::domain::batch::{StateTimeLimitAction, status};
use crate::domain::name::part_name;
use crate::domain::observed;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{JobQueue, TimeLimitAction};
use crate::provider::number::Number;
use crate::provider::read::{object, text};

impl Sight<'_> {
    /// The environment's queues by key. One that is not there is left out, so that the plan makes it again.
    pub(super) fn job_queues(&self, reference: &Map<JobQueue>) -> Value<Map<JobQueue>> {
        let seen = self.observed.job_queues.values();
        let seen = seen.filter(|queue| !matches!(queue.status.as_str(), status::DELETING | status::DELETED));
        let queues = seen.map(|seen| {
            let key = self.key(reference, &seen.name);
            let written = reference.get(&key).map(object).unwrap_or_default();
            (key, Value::Value(job_queue(&written, seen)))
        });
        Value::Value(queues.collect())
    }

    /// The key of a queue: the reference's, or what its name has behind the environment's, or the whole name.
    fn key(&self, reference: &Map<JobQueue>, name: &str) -> String {
        let mut known = reference.iter();
        if let Some((key, _)) = known.find(|(_, queue)| text(&object(*queue).name).as_deref() == Some(name)) {
            return key.clone();
        }
        let prefix = part_name(&self.ownership.environment, "");
        let short = name.strip_prefix(&prefix).unwrap_or(name);
        // A key that stands for another queue already is not taken.
        if reference.contains_key(short) { name } else { short }.to_owned()
    }
}

fn job_queue(written: &JobQueue, seen: &observed::JobQueue) -> JobQueue {
    JobQueue {
        name: Value::Value(seen.name.clone()),
        priority: Value::Value(Number::from(seen.priority)),
        enabled: Value::Value(seen.enabled),
        scheduling_policy_arn: seen.scheduling_policy_arn.clone().into(),
        job_state_time_limit_actions: actions(&written.job_state_time_limit_actions, seen),
        arn: Value::Value(seen.arn.clone()),
        status: Value::Value(seen.status.clone()),
    }
}

/// In the order in which they were written, as far as they are there.
fn actions(written: &Value<List<TimeLimitAction>>, seen: &observed::JobQueue) -> Value<List<TimeLimitAction>> {
    let mut seen: List<TimeLimitAction> = seen.state_time_limit_actions.iter().map(action).collect();
    let mut ordered: List<TimeLimitAction> = written
        .iter()
        .flatten()
        .filter(|it| seen.contains(it))
        .cloned()
        .collect();
    seen.retain(|action| !ordered.contains(action));
    ordered.extend(seen);
    Value::Value(ordered)
}

fn action(action: &StateTimeLimitAction) -> Value<TimeLimitAction> {
    Value::Value(TimeLimitAction {
        reason: Value::Value(action.reason.clone()),
        state: Value::Value(action.state.clone()),
        max_time_seconds: Value::Value(Number::from(action.max_time_seconds)),
        action: Value::Value(action.action.clone()),
    })
}
