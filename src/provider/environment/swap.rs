//! What a plan says of another compute environment, and of queues that are made anew.

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::group;
use super::model::{Environment, JobQueue};
use super::project::job_queues::stays;
use crate::provider::attribute::Map;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, text};

/// The attribute whose change needs another compute environment, if one does.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Why {
    /// One that is known.
    pub(super) certain: Option<&'static str>,
    /// One that is not known yet.
    pub(super) possible: Option<&'static str>,
}

/// The warnings of a plan.
pub(super) fn warnings(prior: Option<&Environment>, planned: &Environment, why: Why) -> Vec<Diagnostic> {
    let Some(prior) = prior else { return Vec::new() };
    let (before, after) = (object(&prior.job_queues), object(&planned.job_queues));
    let swap = same_name(prior, planned, &after, why);
    let remade = before.iter().filter_map(|(key, queue)| {
        let (queue, next) = (queue.as_ref_option()?, after.get(key)?.as_ref_option()?);
        // Under another key it is still the same queue.
        let same = after
            .values()
            .filter_map(Value::as_ref_option)
            .find(|it| it.name == queue.name);
        remade(key, queue, same.unwrap_or(next))
    });
    swap.into_iter().chain(remade).collect()
}

/// Two compute environments of one name cannot be there side by side.
fn same_name(prior: &Environment, planned: &Environment, queues: &Map<JobQueue>, why: Why) -> Option<Diagnostic> {
    let attribute = why.certain.or(why.possible)?;
    let before = object(&prior.compute_environment);
    let name = text(&object(&planned.compute_environment).name)?;
    if text(&before.arn).is_none() || text(&before.name).as_ref() != Some(&name) {
        return None;
    }
    let (reason, is, carries) = match why.certain {
        Some(_) => (
            format!("AWS Batch cannot change {attribute} of the compute environment {name} in place"),
            "is",
            "carries",
        ),
        None => (
            format!(
                "{attribute} is not known yet. AWS Batch may be unable to change it to what it turns out to be in the compute environment \
                 {name}; then another one is needed"
            ),
            "may be",
            "may carry",
        ),
    };
    let (summary, meanwhile) = match queues.is_empty() {
        true => (
            format!("There {is} no compute environment for a while"),
            "it is deleted first and then made again. Queues of others that refer to it keep it from being deleted.",
        ),
        false => (
            format!("A stand-in {carries} the job queues for a while"),
            "a stand-in with a name of its own takes over the job queues, the one that is there is deleted and made again, and then the \
             queues move back. Jobs in the queues stay, and it takes about twice as long.",
        ),
    };
    // A derived name is another one whenever a value of the configuration is.
    let remedy = match attribute {
        group::ID => "",
        _ => " Leave compute_environment.name out to have the next one come up beside the one that is there.",
    };
    Some(diagnostic(
        "compute_environment.name",
        summary,
        format!("{reason}, and there cannot be two of one name: {meanwhile}{remedy}"),
    ))
}

/// A queue that AWS Batch cannot change in place.
fn remade(key: &str, before: &JobQueue, after: &JobQueue) -> Option<Diagnostic> {
    let name = text(&before.name)?;
    let (field, why) = if after.name != before.name && !after.name.is_unknown() {
        ("name", "a queue cannot be renamed")
    } else if !stays(before, after) && !after.scheduling_policy_arn.is_unknown() {
        (
            "scheduling_policy_arn",
            "a queue cannot be given its first scheduling policy, or lose it,",
        )
    } else {
        return None;
    };
    Some(diagnostic(
        &format!("job_queues[{key:?}].{field}"),
        format!("Job queue {name} is deleted and made anew"),
        format!(
            "In AWS Batch {why} once it is there. Jobs that are in it are cancelled or terminated. To keep them, add another queue \
             under a new key, and remove this one when it is empty."
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::environment::model::ComputeEnvironment;

    fn word(word: &str) -> Value<String> {
        Value::Value(word.to_owned())
    }

    fn environment(name: &str, queues: &[(&str, &str, Option<&str>)]) -> Environment {
        let queue = |(key, name, policy): &(&str, &str, Option<&str>)| {
            let queue = JobQueue {
                name: word(name),
                scheduling_policy_arn: policy.map(str::to_owned).into(),
                ..JobQueue::default()
            };
            ((*key).to_owned(), Value::Value(queue))
        };
        Environment {
            compute_environment: Value::Value(ComputeEnvironment {
                name: word(name),
                arn: word("arn"),
                ..ComputeEnvironment::default()
            }),
            job_queues: Value::Value(queues.iter().map(queue).collect()),
            ..Environment::default()
        }
    }

    fn because(attribute: &'static str) -> Why {
        Why {
            certain: Some(attribute),
            ..Why::default()
        }
    }

    fn summaries(before: &Environment, after: &Environment, why: Why) -> Vec<String> {
        let warnings = warnings(Some(before), after, why);
        warnings
            .into_iter()
            .map(|warning| warning.summary.into_owned())
            .collect()
    }

    #[test]
    fn one_name_for_two_needs_a_stand_in_where_there_are_queues() {
        let queues = [("a", "a", None)];
        let (with, without) = (environment("x", &queues), environment("x", &[]));
        assert_eq!(
            summaries(&with, &with, because("compute_environment.type")),
            ["A stand-in carries the job queues for a while"]
        );
        assert_eq!(
            summaries(&without, &without, because("compute_environment.type")),
            ["There is no compute environment for a while"]
        );
        let perhaps = Why {
            possible: Some("compute_environment.type"),
            ..Why::default()
        };
        assert_eq!(
            summaries(&with, &with, perhaps),
            ["A stand-in may carry the job queues for a while"]
        );
        assert!(summaries(&with, &environment("y", &queues), because("compute_environment.name")).is_empty());
        assert!(summaries(&with, &with, Why::default()).is_empty());
    }

    #[test]
    fn a_queue_that_is_made_anew_is_told() {
        let before = environment("x", &[("a", "a", None), ("b", "b", Some("p")), ("c", "c", Some("p"))]);
        let after = environment("x", &[("a", "z", None), ("b", "b", None), ("c", "c", Some("q"))]);
        let moved = environment("x", &[("c", "a", None), ("a", "b", Some("p")), ("b", "c", Some("q"))]);
        assert!(summaries(&before, &moved, Why::default()).is_empty());
        assert_eq!(
            summaries(&before, &after, Why::default()),
            [
                "Job queue a is deleted and made anew",
                "Job queue b is deleted and made anew"
            ]
        );
    }
}
