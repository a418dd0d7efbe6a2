//! `job_queues`.

use tf_provider::value::Value;

use super::Sight;
use crate::domain::batch::{StateTimeLimitAction, status};
use crate::domain::name::part_name;
use crate::domain::observed;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{JobQueue, TimeLimitAction};
use crate::provider::number::Number;

impl Sight<'_> {
    /// The environment's queues by key. One that is not there is left out, so that the plan makes it again.
    pub(super) fn job_queues(&self, reference: &Map<JobQueue>) -> Value<Map<JobQueue>> {
        let seen = self.observed.job_queues.values();
        let seen = seen.filter(|queue| !matches!(queue.status.as_str(), status::DELETING | status::DELETED));
        let mut queues: Map<JobQueue> = Map::new();
        let mut strangers = Vec::new();
        for queue in seen {
            match known(reference, &queue.name) {
                Some((key, written)) => {
                    queues.insert(key.clone(), Value::Value(job_queue(written, queue)));
                }
                None => strangers.push((self.key_in(&queue.name), queue)),
            }
        }
        // A key that a name was derived from comes before a name that happens to be the same word.
        strangers.sort_by_key(|(short, _)| short.is_none());
        for (short, queue) in strangers {
            let is_free = |key: &String| !queues.contains_key(key) && !reference.contains_key(key);
            if let Some(key) = keys(short, &queue.name).find(is_free) {
                queues.insert(key, Value::Value(job_queue(&JobQueue::default(), queue)));
            }
        }
        Value::Value(queues)
    }

    /// What a queue's name has behind the environment's. An adopted environment has had another name, from which nothing was derived.
    fn key_in<'a>(&self, name: &'a str) -> Option<&'a str> {
        let prefix = part_name(&self.ownership.environment, "");
        let short = name.strip_prefix(&prefix).filter(|short| !short.is_empty());
        short.filter(|_| !self.observed.claims.adopted)
    }
}

/// The entry of a queue in the reference.
fn known<'a>(reference: &'a Map<JobQueue>, name: &str) -> Option<(&'a String, &'a JobQueue)> {
    let mut entries = reference
        .iter()
        .filter_map(|(key, queue)| Some((key, queue.as_ref_option()?)));
    entries.find(|(_, queue)| queue.name.as_deref_option() == Some(name))
}

/// The keys that a queue can have for which there is no reference, the best one first.
fn keys<'a>(short: Option<&'a str>, name: &'a str) -> impl Iterator<Item = String> + 'a {
    let others = (2..).map(move |number| format!("{name}-{number}"));
    short.into_iter().chain([name]).map(str::to_owned).chain(others)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Tags;
    use crate::domain::name::Ownership;
    use crate::domain::observed::Observed;
    use crate::domain::own::Claims;
    use crate::domain::spec::IgnoredTags;
    use crate::provider::environment::facts::RegionFacts;
    use crate::provider::environment::model::Environment;
    use crate::provider::environment::state::Place;

    /// Key → name of queues of these names, where the reference knows some.
    fn shown(names: &[&str], reference: &[(&str, &str)], adopted: bool) -> Vec<(String, String)> {
        let queue = |name: &&str| {
            let queue = observed::JobQueue {
                name: (*name).to_owned(),
                ..observed::JobQueue::default()
            };
            (queue.name.clone(), queue)
        };
        let observed = Observed {
            job_queues: names.iter().map(queue).collect(),
            claims: Claims {
                adopted,
                ..Claims::default()
            },
            ..Observed::default()
        };
        let sight = Sight {
            observed: &observed,
            ownership: &Ownership {
                environment: "sim".parse().unwrap(),
                account_id: "123456789012".to_owned(),
                region: "ap-northeast-1".to_owned(),
            },
            reference: &Environment::default(),
            place: Place {
                partition: "aws",
                facts: &RegionFacts::default(),
            },
            drift: Vec::new(),
            serving: None,
            default_tags: &Tags::new(),
            ignored_tags: &IgnoredTags::default(),
        };
        let written = |(key, name): &(&str, &str)| {
            let queue = JobQueue {
                name: Value::Value((*name).to_owned()),
                ..JobQueue::default()
            };
            ((*key).to_owned(), Value::Value(queue))
        };
        let shown = sight.job_queues(&reference.iter().map(written).collect());
        let shown = shown.as_option().unwrap_or_default().into_iter();
        shown
            .map(|(key, queue)| (key, queue.as_option().unwrap().name.as_option().unwrap()))
            .collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
    }

    #[test]
    fn a_key_is_the_written_one_or_follows_from_the_name() {
        assert_eq!(
            shown(&["sim-a", "exact"], &[("x", "exact")], false),
            pairs(&[("a", "sim-a"), ("x", "exact")])
        );
        assert_eq!(shown(&["sim-"], &[], false), pairs(&[("sim-", "sim-")]));
        assert_eq!(
            shown(&["sim-a", "jobs"], &[], true),
            pairs(&[("jobs", "jobs"), ("sim-a", "sim-a")]),
            "an adopted queue has its name as key"
        );
    }

    #[test]
    fn no_queue_takes_the_key_of_another_one() {
        assert_eq!(
            shown(&["a", "sim-a"], &[], false),
            pairs(&[("a", "sim-a"), ("a-2", "a")])
        );
        assert_eq!(shown(&["a"], &[("a", "not-there-yet")], false), pairs(&[("a-2", "a")]));
    }
}
