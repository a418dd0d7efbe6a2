//! The process dies at every single write, before or after its effect; the next run finishes the work, and nothing is there twice.

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

pub(super) fn lab_that_crashes(aws: &FakeCloud, write: usize, when: When) -> Lab {
    Lab::through(aws.clone(), Faulty::new(aws.clone()).crash_at(write, when))
}

#[tokio::test(start_paused = true)]
async fn a_create_killed_at_any_write_is_finished_by_the_next() {
    for when in [When::Before, When::After] {
        for write in 1.. {
            let aws = FakeCloud::new(super::REGION);
            let lab = lab_that_crashes(&aws, write, when);
            let topology = lab.topology(|_| {}).await;
            let died = until_crash(&lab, async {
                lab.apply(&topology).await;
            })
            .await;
            let next = Lab::on(aws);
            next.make(&topology).await;
            next.assert_single();
            if !died {
                assert!(write > 20, "only {write} writes");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_destroy_killed_at_any_write_is_finished_by_the_next() {
    for when in [When::Before, When::After] {
        for write in 1.. {
            let aws = FakeCloud::new(super::REGION);
            let before = Lab::on(aws.clone());
            let topology = before.topology(|_| {}).await;
            before.make(&topology).await;
            let lab = lab_that_crashes(&aws, write, when);
            let died = until_crash(&lab, async {
                lab.destroy(&topology).await;
            })
            .await;
            let next = Lab::on(aws);
            let outcome = next.destroy(&topology).await;
            assert_eq!(outcome.failures, [], "killed at write {write} {when:?}");
            next.assert_empty();
            if !died {
                assert!(write > 12, "only {write} writes");
                break;
            }
        }
    }
}
