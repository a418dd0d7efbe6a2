//! Seeded histories of swaps: from any configuration to any other, with refusals, lost answers, delays and interruptions. The queues
//! are looked at all the time; the run without faults ends with what is desired and nothing besides.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tokio_util::sync::CancellationToken;

use super::random::{Mishap, mishap, rule};
use super::swap::{assert_arrived, assert_served, named, named_and_swapped, queued, swapped};
use super::{Lab, target};
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::{Outcome, Target};

fn own_service_role(spec: &mut Spec) {
    queued(spec);
    spec.compute_environment.create_service_role = true;
}

const CONFIGURATIONS: [fn(&mut Spec); 5] = [queued, swapped, own_service_role, named, named_and_swapped];

/// One apply: of which configuration, what goes wrong, and when it is interrupted.
type Event = (usize, Vec<(Mishap, u8)>, Option<u16>);

fn event() -> impl Strategy<Value = Event> {
    (
        0..CONFIGURATIONS.len(),
        proptest::collection::vec((mishap(), 0..60u8), 0..4),
        proptest::option::of(0..60_000u16),
    )
}

fn known(topology: &Topology) -> Target {
    Target {
        service_role: true,
        ..target(topology)
    }
}

async fn apply(lab: &Lab, topology: &Topology) -> Outcome {
    lab.engine
        .converge(topology, &known(topology), None, &lab.control())
        .await
}

/// Looks at the queues for as long as `work` takes.
async fn watched<T>(lab: &Lab, when: &str, work: impl Future<Output = T>) -> T {
    let watch = async {
        loop {
            assert_served(&lab.aws, when);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::select! {
        biased;
        answer = work => answer,
        () = watch => unreachable!("it looks until the work is done"),
    }
}

async fn happen(lab: &mut Lab, (which, mishaps, interrupted_after): &Event) {
    let topology = lab.topology(CONFIGURATIONS[*which]).await;
    mishaps.iter().map(rule).for_each(|rule| lab.faults.add(rule));
    lab.cancel = CancellationToken::new();
    let cancel = lab.cancel.clone();
    let work = async {
        let interrupt = async {
            if let Some(after) = interrupted_after {
                tokio::time::sleep(Duration::from_millis((*after).into())).await;
                cancel.cancel();
            }
        };
        tokio::join!(apply(lab, &topology), interrupt).0
    };
    let outcome = watched(lab, &format!("{which} {mishaps:?} {interrupted_after:?}"), work).await;
    if outcome.failures.is_empty() {
        assert!(lab.engine.is_complete(&topology, &outcome.observed));
    }
    lab.faults.heal();
    lab.cancel = CancellationToken::new();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

async fn story(events: Vec<Event>, last: usize) {
    let mut lab = Lab::slow(|behaviour| {
        behaviour.describe_lag = Duration::from_secs(2);
        behaviour.iam_propagation = Duration::from_secs(5);
        behaviour.relationship_lag = Duration::from_secs(20);
        behaviour.job_queue_updating = Duration::from_secs(3);
    });
    let first = lab.topology(queued).await;
    lab.make(&first).await;
    for event in &events {
        happen(&mut lab, event).await;
    }
    let topology = lab.topology(CONFIGURATIONS[last]).await;
    let outcome = watched(&lab, "the last", apply(&lab, &topology)).await;
    assert_eq!(outcome.failures, []);
    assert_arrived(&lab, &topology);
    let roles = lab.aws.world().roles;
    let service_roles = roles.keys().filter(|name| name.ends_with("batch-service"));
    assert_eq!(service_roles.count(), usize::from(topology.service_role.is_some()));
    lab.aws.clear_calls();
    assert_eq!(apply(&lab, &topology).await.failures, []);
    assert_eq!(lab.writes(), [] as [&str; 0]);
    let outcome = lab.engine.teardown(&known(&topology), &lab.control()).await;
    assert_eq!(outcome.failures, []);
    lab.assert_empty();
    assert!(lab.aws.world().job_queues.is_empty());
}

#[test]
fn any_history_of_swaps_random_faults_included_ends_well() {
    let config = Config {
        cases: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let histories = (proptest::collection::vec(event(), 1..5), 0..CONFIGURATIONS.len());
    runner
        .run(&histories, |(events, last)| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(story(events, last));
            Ok(())
        })
        .unwrap();
}
