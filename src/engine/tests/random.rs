//! Thousands of seeded schedules: random delays, refusals, lost answers and drift, then a run without faults. Whatever came before,
//! it ends with the desired environment and nothing besides, and the run after it changes nothing.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::claims::claiming;
use super::{Lab, target};
use crate::cloud::ErrorKind;
use crate::cloud::faulty::{Fault, Rule, When};
use crate::domain::topology::Topology;

/// What may go wrong with a call.
#[derive(Clone, Debug)]
pub(super) enum Mishap {
    Refused,
    Throttled,
    Unanswered,
    Slow(u8),
}

/// What may happen between runs.
#[derive(Clone, Debug)]
pub(super) enum Event {
    Apply {
        mishaps: Vec<(Mishap, u8)>,
        interrupted_after: Option<u16>,
    },
    Destroy,
    LoseEndpoint(u8),
    LoseRules,
    LoseEnvironment,
    LoseTags,
}

pub(super) fn mishap() -> impl Strategy<Value = Mishap> {
    prop_oneof![
        Just(Mishap::Refused),
        Just(Mishap::Throttled),
        Just(Mishap::Unanswered),
        any::<u8>().prop_map(Mishap::Slow),
    ]
}

pub(super) fn event() -> impl Strategy<Value = Event> {
    let apply = (
        proptest::collection::vec((mishap(), 0..40u8), 0..4),
        proptest::option::of(0..12_000u16),
    )
        .prop_map(|(mishaps, interrupted_after)| Event::Apply {
            mishaps,
            interrupted_after,
        });
    prop_oneof![
        4 => apply,
        1 => Just(Event::Destroy),
        1 => any::<u8>().prop_map(Event::LoseEndpoint),
        1 => Just(Event::LoseRules),
        1 => Just(Event::LoseEnvironment),
        1 => Just(Event::LoseTags),
    ]
}

pub(super) fn rule((mishap, skip): &(Mishap, u8)) -> Rule {
    let rule = match mishap {
        Mishap::Refused => Rule::refuse("*", ErrorKind::Denied, "AccessDenied", "No."),
        Mishap::Throttled => Rule::refuse("*", ErrorKind::Throttled, "Throttling", "Slow down."),
        Mishap::Unanswered => Rule::lose_answer("*"),
        Mishap::Slow(seconds) => Rule::new(
            "*",
            When::Before,
            Fault::Delay(Duration::from_secs(u64::from(*seconds))),
        ),
    };
    rule.skip(usize::from(*skip)).times(1)
}

pub(super) async fn happen(lab: &mut Lab, topology: &Topology, event: &Event) {
    match event {
        Event::Apply {
            mishaps,
            interrupted_after,
        } => {
            mishaps.iter().map(rule).for_each(|rule| lab.faults.add(rule));
            lab.cancel = tokio_util::sync::CancellationToken::new();
            let cancel = lab.cancel.clone();
            let interrupt = async {
                if let Some(after) = interrupted_after {
                    tokio::time::sleep(Duration::from_millis(u64::from(*after))).await;
                    cancel.cancel();
                }
            };
            let (outcome, ()) = tokio::join!(lab.apply(topology), interrupt);
            if outcome.failures.is_empty() {
                assert!(
                    lab.engine.is_complete(topology, &outcome.observed),
                    "success that is none"
                );
            }
            lab.faults.heal();
            lab.cancel = tokio_util::sync::CancellationToken::new();
        }
        Event::Destroy => {
            lab.destroy(topology).await;
        }
        Event::LoseEndpoint(which) => {
            let world = lab.aws.world();
            if let Some(id) = world
                .endpoints
                .keys()
                .nth(usize::from(*which) % world.endpoints.len().max(1))
            {
                lab.aws.remove_endpoint(id);
            }
        }
        Event::LoseRules => lab.aws.edit(|world| {
            world
                .security_groups
                .values_mut()
                .for_each(|group| group.egress.clear());
        }),
        Event::LoseEnvironment => lab.aws.edit(|world| world.compute_environments.clear()),
        Event::LoseTags => lose_tags(lab, topology).await,
    }
}

/// Somebody removes tags, and an apply from the state, which still knows whose the parts are, puts them back.
async fn lose_tags(lab: &Lab, topology: &Topology) {
    let Ok(observed) = lab.engine.observe(&target(topology)).await else {
        return;
    };
    lab.aws
        .edit(|world| world.subnets.values_mut().for_each(|subnet| subnet.tags.clear()));
    tokio::time::sleep(Duration::from_secs(3)).await;
    let target = claiming(topology, &observed);
    lab.engine.converge(topology, &target, None, &lab.control()).await;
}

async fn story(events: Vec<Event>) {
    let mut lab = Lab::slow(|behaviour| {
        behaviour.describe_lag = Duration::from_secs(2);
        behaviour.iam_propagation = Duration::from_secs(5);
    });
    let topology = lab.topology(|_| {}).await;
    for event in &events {
        happen(&mut lab, &topology, event).await;
        // The next run is another process: by the time that it has started, reads show what was written.
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    // Whatever is on its way settles first; a lagging read is not what this is about.
    tokio::time::sleep(Duration::from_secs(60)).await;
    lab.make(&topology).await;
    lab.assert_single();
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[test]
fn any_history_ends_well() {
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 1000,
            failure_persistence: None,
            ..Config::default()
        },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    runner
        .run(&proptest::collection::vec(event(), 0..6), |events| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            runtime.block_on(story(events));
            Ok(())
        })
        .unwrap();
}
