//! `job_queues`.

use std::collections::BTreeMap;

use tf_provider::value::Value;

use super::reader::Reader;
use crate::domain::batch::{JobQueueSpec, StateTimeLimitAction};
use crate::domain::problem::Invalid;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{JobQueue, TimeLimitAction};
use crate::provider::read::{objects, text};

impl Reader {
    pub(super) fn job_queues(&mut self, value: &Value<Map<JobQueue>>) -> BTreeMap<String, JobQueueSpec> {
        let mut queues = BTreeMap::new();
        for (key, queue) in value.iter().flatten() {
            match queue {
                Value::Value(queue) => {
                    queues.insert(key.clone(), self.job_queue(key, queue));
                }
                Value::Null => {
                    let detail = "Remove the key, or write {} for a queue with all defaults.";
                    let invalid = Invalid::new(format!("Job queue {key:?} is null"), detail);
                    self.errors.push(invalid.at(format!("job_queues[{key:?}]")));
                }
                Value::Unknown => {}
            }
        }
        queues
    }

    fn job_queue(&mut self, key: &str, queue: &JobQueue) -> JobQueueSpec {
        let path = |field: &str| format!("job_queues[{key:?}].{field}");
        let priority = self.int32_at(&path("priority"), &queue.priority);
        let actions = path("job_state_time_limit_actions");
        JobQueueSpec {
            name: text(&queue.name),
            priority: priority.unwrap_or(JobQueueSpec::DEFAULT_PRIORITY),
            enabled: queue.enabled.unwrap_or(true),
            scheduling_policy_arn: text(&queue.scheduling_policy_arn),
            state_time_limit_actions: self.time_limit_actions(&actions, &queue.job_state_time_limit_actions),
        }
    }

    /// Those that are wholly known.
    fn time_limit_actions(&mut self, path: &str, value: &Value<List<TimeLimitAction>>) -> Vec<StateTimeLimitAction> {
        self.no_nulls(path, value);
        let actions = objects(value).into_iter().filter_map(|(index, action)| {
            let seconds = format!("{path}[{index}].max_time_seconds");
            Some(StateTimeLimitAction {
                max_time_seconds: self.int32_at(&seconds, &action.max_time_seconds)?,
                reason: text(&action.reason)?,
                state: text(&action.state)?,
                action: text(&action.action)?,
            })
        });
        actions.collect()
    }
}
