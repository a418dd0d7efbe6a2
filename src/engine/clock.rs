//! Time, injected. The only place of the crate that reads a clock.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

/// A source of time and of waiting.
#[async_trait]
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Now, monotonic.
    fn now(&self) -> Instant;
    /// Waits.
    async fn sleep(&self, duration: Duration);
}

/// tokio's time: real in the provider, paused in tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokioClock;

#[async_trait]
impl Clock for TokioClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
