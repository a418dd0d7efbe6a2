//! Job queues, and the compute environment that is exchanged behind them: at no call are they without one that works.

use std::collections::BTreeMap;
use std::time::Duration;

use super::crash::{lab_that_crashes, until_crash};
use super::{Lab, REGION};
use crate::cloud::fake::FakeCloud;
use crate::cloud::faulty::When;
use crate::domain::batch::{AllocationStrategy, JobQueueSpec, status};
use crate::domain::observed::ComputeEnvironment;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;

/// Two queues, in front of a compute environment whose name is derived.
pub(super) fn queued(spec: &mut Spec) {
    spec.compute_environment.name = None;
    let queue = |key: &str| (key.to_owned(), JobQueueSpec::default());
    spec.job_queues = BTreeMap::from([queue("fast"), queue("slow")]);
}

/// The same, changed by what AWS Batch cannot change in place.
pub(super) fn swapped(spec: &mut Spec) {
    queued(spec);
    spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
}

pub(super) fn named(spec: &mut Spec) {
    queued(spec);
    spec.compute_environment.name = Some("exact".to_owned());
}

pub(super) fn named_and_swapped(spec: &mut Spec) {
    swapped(spec);
    spec.compute_environment.name = Some("exact".to_owned());
}

/// Every queue that stays has a compute environment that takes jobs.
pub(super) fn assert_served(aws: &FakeCloud, when: &str) {
    let world = aws.world();
    let staying = |status: &str| status != status::DELETING;
    for record in world.job_queues.values().filter(|record| staying(&record.queue.status)) {
        let queue = &record.queue;
        let serves = |arn: &String| {
            let mut environments = world.compute_environments.values().map(|record| &record.environment);
            let works =
                |it: &ComputeEnvironment| it.enabled && [status::VALID, status::UPDATING].contains(&&*it.status);
            environments.any(|it| it.arn == *arn && works(it))
        };
        assert!(queue.compute_environments.iter().any(serves), "{when}: {queue:?}");
    }
}

/// Nothing but the planned compute environment is left, and every queue refers to it.
pub(super) fn assert_arrived(lab: &Lab, topology: &Topology) {
    let world = lab.aws.world();
    let names: Vec<&String> = world.compute_environments.keys().collect();
    assert_eq!(names, [&topology.compute_environment.name]);
    let arn = &world.compute_environments[names[0]].environment.arn;
    assert_eq!(world.job_queues.len(), topology.job_queues.len());
    for record in world.job_queues.values() {
        assert_eq!(record.queue.compute_environments.as_slice(), std::slice::from_ref(arn));
        assert_eq!(record.queue.status, status::VALID);
    }
}

pub(super) fn position(lab: &Lab, operation: &str) -> Option<usize> {
    lab.aws.writes().iter().position(|call| call.operation == operation)
}

pub(super) fn last_position(lab: &Lab, operation: &str) -> Option<usize> {
    lab.aws.writes().iter().rposition(|call| call.operation == operation)
}

#[tokio::test(start_paused = true)]
async fn queues_come_and_go_one_by_one() {
    let lab = Lab::slow(|_| {});
    let two = lab.topology(queued).await;
    lab.make(&two).await;
    assert_arrived(&lab, &two);
    lab.writes();

    let change = |spec: &mut Spec| {
        queued(spec);
        spec.job_queues.remove("slow");
        spec.job_queues.insert("new".to_owned(), JobQueueSpec::default());
        spec.job_queues.entry("fast".to_owned()).or_default().priority = 7;
    };
    let other = lab.topology(change).await;
    lab.make(&other).await;
    assert_arrived(&lab, &other);
    assert_eq!(
        lab.writes(),
        [
            "batch:CreateJobQueue",
            "batch:DeleteJobQueue",
            "batch:UpdateJobQueue",
            "batch:UpdateJobQueue"
        ],
        "one made, one changed, one disabled and deleted"
    );
    let outcome = lab.destroy(&other).await;
    assert_eq!(outcome.failures, []);
    lab.assert_empty();
    assert!(lab.aws.world().job_queues.is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_next_one_is_there_before_the_former_one_goes() {
    let lab = Lab::slow(|behaviour| behaviour.draining = Duration::from_secs(60));
    let before = lab.topology(queued).await;
    lab.make(&before).await;
    lab.aws.clear_calls();
    let after = lab.topology(swapped).await;
    assert_ne!(before.compute_environment.name, after.compute_environment.name);
    lab.make(&after).await;
    assert_arrived(&lab, &after);
    let made = position(&lab, "batch:CreateComputeEnvironment");
    let moved = (
        position(&lab, "batch:UpdateJobQueue"),
        last_position(&lab, "batch:UpdateJobQueue"),
    );
    let disabled = position(&lab, "batch:UpdateComputeEnvironment");
    let deleted = position(&lab, "batch:DeleteComputeEnvironment");
    assert!(made.is_some() && made < moved.0, "{made:?} {moved:?}");
    assert!(
        moved.1 < disabled && disabled < deleted,
        "{moved:?} {disabled:?} {deleted:?}"
    );
    assert_eq!(position(&lab, "batch:DeleteJobQueue"), None);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_stays_is_had_by_a_stand_in() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(named).await;
    lab.make(&before).await;
    lab.aws.clear_calls();
    let after = lab.topology(named_and_swapped).await;
    lab.make(&after).await;
    assert_arrived(&lab, &after);
    let created = lab.aws.writes();
    let created = created
        .iter()
        .filter(|call| call.operation == "batch:CreateComputeEnvironment");
    assert_eq!(created.count(), 2, "the stand-in and the one of that name");
    assert_eq!(position(&lab, "batch:DeleteJobQueue"), None);
}

/// Kills a swap at every write, before and after its effect.
async fn kill_everywhere(before: fn(&mut Spec), after: fn(&mut Spec), least: usize) {
    for when in [When::Before, When::After] {
        for write in 1.. {
            let aws = FakeCloud::new(REGION);
            let first = Lab::on(aws.clone());
            let topology = first.topology(before).await;
            first.make(&topology).await;
            let lab = lab_that_crashes(&aws, write, when);
            let topology = lab.topology(after).await;
            let died = until_crash(&lab, async {
                lab.apply(&topology).await;
            })
            .await;
            assert_served(&aws, &format!("killed at write {write} {when:?}"));
            let next = Lab::on(aws);
            next.make(&topology).await;
            assert_arrived(&next, &topology);
            assert_eq!(position(&next, "batch:DeleteJobQueue"), None);
            if !died {
                assert!(write > least, "only {write} writes");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_swap_killed_at_any_write_is_finished_by_the_next_and_leaves_no_queue_alone() {
    kill_everywhere(queued, swapped, 4).await;
}

#[tokio::test(start_paused = true)]
async fn a_stand_in_killed_at_any_write_is_no_loss_either() {
    kill_everywhere(named, named_and_swapped, 8).await;
}
