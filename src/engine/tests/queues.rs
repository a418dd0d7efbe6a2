//! Job queues: each is changed, made anew and removed alone, and a run that finds nothing to do writes nothing.

use std::time::Duration;

use super::swap::{assert_arrived, queued};
use super::{Lab, target};
use crate::domain::batch::JobQueueSpec;
use crate::domain::spec::Spec;

const POLICY: &str = "arn:aws:batch:ap-northeast-1:123456789012:scheduling-policy/";

/// The two queues, with the one named "fast" changed.
fn fast(change: impl Fn(&mut JobQueueSpec)) -> impl Fn(&mut Spec) {
    move |spec| {
        queued(spec);
        change(spec.job_queues.entry("fast".to_owned()).or_default());
    }
}

fn policy(name: &'static str) -> impl Fn(&mut Spec) {
    fast(move |queue| queue.scheduling_policy_arn = Some(format!("{POLICY}{name}")))
}

/// The writes that a change takes, as `operation name`; the run after it takes none.
async fn change(lab: &Lab, change: impl Fn(&mut Spec)) -> Vec<String> {
    let topology = lab.topology(change).await;
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_arrived(lab, &topology);
    let name = |arguments: &str| {
        let known = ["simulation-fast", "simulation-slow", "renamed"];
        let found = known.into_iter().find(|name| arguments.contains(name));
        found.unwrap_or("another").to_owned()
    };
    let writes = lab.aws.writes();
    let told = writes
        .iter()
        .map(|call| format!("{} {}", call.operation, name(&call.arguments)));
    let told = told.collect();
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0], "nothing is left to do");
    told
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_changed_in_one_call() {
    let lab = Lab::slow(|_| {});
    change(&lab, queued).await;
    let other = fast(|queue| {
        queue.priority = 9;
        queue.enabled = false;
    });
    assert_eq!(change(&lab, other).await, ["batch:UpdateJobQueue simulation-fast"]);
    assert_eq!(change(&lab, queued).await, ["batch:UpdateJobQueue simulation-fast"]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_is_made_anew_alone_where_batch_cannot_change_its_policy() {
    let lab = Lab::slow(|behaviour| behaviour.job_queue_deleting = Duration::from_secs(10));
    change(&lab, queued).await;
    let anew = [
        "batch:UpdateJobQueue simulation-fast",
        "batch:DeleteJobQueue simulation-fast",
        "batch:CreateJobQueue simulation-fast",
    ];
    assert_eq!(change(&lab, policy("one")).await, anew, "a policy comes");
    assert_eq!(
        change(&lab, policy("two")).await,
        ["batch:UpdateJobQueue simulation-fast"],
        "one takes the place of another"
    );
    assert_eq!(change(&lab, queued).await, anew, "a policy goes");
}

#[tokio::test(start_paused = true)]
async fn a_renamed_queue_is_another_one() {
    let lab = Lab::slow(|_| {});
    change(&lab, queued).await;
    let mut told = change(&lab, fast(|queue| queue.name = Some("renamed".to_owned()))).await;
    told.sort();
    assert_eq!(
        told,
        [
            "batch:CreateJobQueue renamed",
            "batch:DeleteJobQueue simulation-fast",
            "batch:UpdateJobQueue simulation-fast",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_destroy_waits_until_batch_has_forgotten_the_queues() {
    let lab = Lab::slow(|behaviour| {
        behaviour.relationship_lag = Duration::from_secs(90);
        behaviour.job_queue_deleting = Duration::from_secs(10);
    });
    let topology = lab.topology(queued).await;
    lab.make(&topology).await;
    lab.aws.clear_calls();
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
    assert!(lab.aws.world().job_queues.is_empty());
    let writes = lab.aws.writes();
    let last_queue = writes.iter().rposition(|call| call.operation == "batch:DeleteJobQueue");
    let environment = writes
        .iter()
        .position(|call| call.operation == "batch:DeleteComputeEnvironment");
    assert!(last_queue < environment, "{writes:?}");
}

#[tokio::test(start_paused = true)]
async fn queues_without_tags_are_found_by_their_names_in_the_state() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(queued).await;
    lab.make(&topology).await;
    lab.aws.edit(|world| {
        let queues = world.job_queues.values_mut();
        queues.for_each(|record| record.queue.tags.clear());
    });
    let mut known = target(&topology);
    known.job_queues = topology.job_queues.iter().map(|plan| plan.name.clone()).collect();
    let outcome = lab.engine.teardown(&known, &lab.control()).await;
    assert_eq!(outcome.failures, []);
    assert!(lab.aws.world().job_queues.is_empty());
    lab.assert_empty();
}
