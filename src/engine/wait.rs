//! Waiting by condition.
//!
//! A wait reads, judges and reads again, until the condition holds, fails for good, the user's timeout ends or the run is
//! interrupted. It starts soon after the call that it waits for, and its pauses grow so that the overshoot stays under a quarter of
//! a second or 2.5 per cent, whichever is more.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::clock::Clock;

/// Longest pause between two reads.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// First pause.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Overshoot that is accepted however short the wait.
const ACCEPTED_OVERSHOOT: Duration = Duration::from_millis(250);
/// Part of a wait that is accepted as overshoot.
const ACCEPTED_PART: u32 = 40;

/// What bounds the waits of one run.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    /// When the user's timeout ends.
    pub(super) deadline: Instant,
    /// The user's interrupt.
    pub(super) cancel: CancellationToken,
}

/// Why a pause did not end in another try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Interruption {
    /// The time is up.
    Timeout,
    /// The user interrupted the run.
    Cancelled,
}

/// The pause after `elapsed` of waiting.
pub(super) fn pause(elapsed: Duration) -> Duration {
    let early = (elapsed / 2).max(FIRST_PAUSE);
    let late = (elapsed / ACCEPTED_PART).max(ACCEPTED_OVERSHOOT);
    early.min(late).min(LONGEST_PAUSE)
}

/// Sleeps until the next try is due, but never past `deadline`: the last try is made when the time is up.
pub(super) async fn until_next_try(
    clock: &dyn Clock,
    started: Instant,
    deadline: Instant,
    cancel: &CancellationToken,
) -> Result<(), Interruption> {
    let now = clock.now();
    if now >= deadline {
        return Err(Interruption::Timeout);
    }
    let pause = pause(now - started).min(deadline - now);
    tokio::select! {
        () = clock.sleep(pause) => Ok(()),
        () = cancel.cancelled() => Err(Interruption::Cancelled),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::clock::TokioClock;

    #[test]
    fn overshoot_is_at_most_a_quarter_of_a_second_or_2_5_per_cent() {
        for seconds in [0, 1, 5, 10, 60, 180, 600, 3600] {
            let elapsed = Duration::from_secs(seconds);
            assert!(pause(elapsed) <= ACCEPTED_OVERSHOOT.max(elapsed / 40), "{seconds}");
            assert!(pause(elapsed) >= FIRST_PAUSE);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_last_try_is_at_the_deadline() {
        let clock = TokioClock;
        let started = clock.now();
        let deadline = started + Duration::from_secs(60);
        let cancel = CancellationToken::new();
        let mut tries = 0;
        let end = loop {
            tries += 1;
            if let Err(end) = until_next_try(&clock, started, deadline, &cancel).await {
                break end;
            }
        };
        assert_eq!(end, Interruption::Timeout);
        assert_eq!(clock.now(), deadline);
        assert!((10..150).contains(&tries), "{tries}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_interrupt_ends_the_pause() {
        let clock = TokioClock;
        let cancel = CancellationToken::new();
        cancel.cancel();
        let started = clock.now();
        let end = until_next_try(&clock, started, started + Duration::from_secs(60), &cancel).await;
        assert_eq!(end, Err(Interruption::Cancelled));
    }
}
