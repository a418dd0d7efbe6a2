//! `job_queues`.

use tf_provider::value::Value;

use super::pieces::{in_prior_order, keep, text};
use super::{Projection, VALID};
use crate::domain::batch::{JobQueueSpec, queue::can_change_policy};
use crate::domain::name::{EnvironmentName, part_name};
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::JobQueue;
use crate::provider::number::Number;
use crate::provider::read;

impl Projection<'_> {
    pub(super) fn job_queues(&self) -> Value<Map<JobQueue>> {
        let prior = self
            .prior
            .map(|prior| read::object(&prior.job_queues))
            .unwrap_or_default();
        match &self.config.job_queues {
            Value::Unknown => Value::Unknown,
            Value::Null => Value::Value(Map::new()),
            Value::Value(queues) => {
                let planned = queues.iter().map(|(key, queue)| {
                    let planned = match queue {
                        Value::Unknown => Value::Unknown,
                        queue => Value::Value(self.job_queue(key, &read::object(queue), &prior)),
                    };
                    (key.clone(), planned)
                });
                Value::Value(planned.collect())
            }
        }
    }

    fn job_queue(&self, key: &str, config: &JobQueue, prior: &Map<JobQueue>) -> JobQueue {
        let name = config.name.clone().or_else(|| {
            let environment = read::text(&self.config.name).and_then(|name| name.parse::<EnvironmentName>().ok());
            environment.map_or(Value::Unknown, |environment| text(&part_name(&environment, key)))
        });
        // A queue is known by its name: under another key it is still the same.
        let mut there = prior.values().filter_map(Value::as_ref_option);
        let prior = there.find(|prior| prior.name == name);
        let prior_actions = prior.map(|prior| prior.job_state_time_limit_actions.clone());
        let same_queue = prior.filter(|prior| stays(prior, config));
        JobQueue {
            name,
            priority: config
                .priority
                .clone()
                .or(Value::Value(Number::from(JobQueueSpec::DEFAULT_PRIORITY))),
            enabled: config.enabled.or(Value::Value(true)),
            scheduling_policy_arn: config.scheduling_policy_arn.clone(),
            job_state_time_limit_actions: in_prior_order(
                config
                    .job_state_time_limit_actions
                    .clone()
                    .or(Value::Value(List::new())),
                &prior_actions.unwrap_or_default(),
            ),
            arn: same_queue.map_or(Value::Unknown, |prior| keep(&prior.arn)),
            status: text(VALID),
        }
    }
}

/// Whether a queue is changed in place, and not made anew.
pub(in crate::provider::environment) fn stays(prior: &JobQueue, planned: &JobQueue) -> bool {
    let known = !planned.scheduling_policy_arn.is_unknown();
    let policy = |queue: &JobQueue| read::text(&queue.scheduling_policy_arn);
    known && can_change_policy(policy(prior).as_deref(), policy(planned).as_deref())
}
