//! The process dies at every single call, before or after its effect; the next run finishes the work, and nothing is there twice.

use super::Lab;
use crate::cloud::fake::FakeCloud;
use crate::cloud::faulty::{Faulty, When};

/// Runs `work` until it ends or the process dies; answers whether it died.
pub(super) async fn until_crash(lab: &Lab, work: impl Future<Output = ()>) -> bool {
    tokio::select! {
        biased;
        () = lab.faults.crashed() => true,
        () = work => false,
    }
}

pub(super) fn lab_that_crashes(aws: &FakeCloud, call: usize, when: When) -> Lab {
    Lab::through(aws.clone(), Faulty::new(aws.clone()).crash_at(call, when))
}

#[tokio::test(start_paused = true)]
async fn a_create_killed_at_any_call_is_finished_by_the_next() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let aws = FakeCloud::new(super::REGION);
            let lab = lab_that_crashes(&aws, call, when);
            let topology = lab.topology(|_| {}).await;
            let died = until_crash(&lab, async {
                lab.apply(&topology).await;
            })
            .await;
            let next = Lab::on(aws);
            next.make(&topology).await;
            next.assert_single();
            if !died {
                assert!(call > 30, "only {call} calls");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroy_killed_at_any_call_is_finished_by_the_next() {
    for when in [When::Before, When::After] {
        for call in 1.. {
            let aws = FakeCloud::new(super::REGION);
            let before = Lab::on(aws.clone());
            let topology = before.topology(|_| {}).await;
            before.make(&topology).await;
            let lab = lab_that_crashes(&aws, call, when);
            let died = until_crash(&lab, async {
                lab.destroy(&topology).await;
            })
            .await;
            let next = Lab::on(aws);
            let outcome = next.destroy(&topology).await;
            assert_eq!(outcome.failures, [], "killed at call {call} {when:?}");
            next.assert_empty();
            if !died {
                assert!(call > 15, "only {call} calls");
                break;
            }
        }
    }
}
