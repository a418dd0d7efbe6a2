//! Calls in flight: each a task of its own, with its own context, that can be told to stop.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tracing::Instrument;

use super::context::Context;

/// All calls of this process.
#[derive(Debug)]
pub(crate) struct Calls {
    /// Cancelled once, when the process is about to end.
    process: CancellationToken,
    /// Cancelled and replaced by each `StopProvider`: it is for the calls in flight, and those after it work again.
    generation: Mutex<CancellationToken>,
    running: watch::Sender<usize>,
    next_id: AtomicU64,
}

impl Default for Calls {
    fn default() -> Self {
        let process = CancellationToken::new();
        let generation = Mutex::new(process.child_token());
        Self {
            process,
            generation,
            running: watch::Sender::new(0),
            next_id: AtomicU64::new(1),
        }
    }
}

impl Calls {
    /// Runs one call. It is a task of its own so that it comes to its end, and leaves what it made in order, even if the
    /// client is gone before it: then it is merely cancelled.
    ///
    /// # Errors
    /// `INTERNAL` if the server itself panics; handlers' panics never come this far.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        rpc: &'static str,
        subject: &str,
        call: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Status> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let request = if subject.is_empty() {
            rpc.to_owned()
        } else {
            format!("{rpc} of {subject}")
        };
        let context = Context::new(request, self.generation().child_token());
        let span = tracing::debug_span!("request", tf_rpc = rpc, tf_subject = subject, tf_req_id = id);
        let _cancel_when_abandoned = context.cancellation().drop_guard();
        let running = Running::begin(&self.running);
        let task = async move {
            let _running = running;
            tracing::debug!("call begins");
            let answer = context.scope(call).await;
            tracing::debug!("call ends");
            answer
        };
        tokio::spawn(task.instrument(span))
            .await
            .map_err(|error| Status::internal(format!("{rpc}: {error}")))
    }

    /// Tells the calls in flight to stop. Later ones are not concerned.
    pub(crate) fn stop(&self) {
        let next = self.process.child_token();
        std::mem::replace(&mut *self.generation(), next).cancel();
    }

    /// Tells every call to stop, for good.
    pub(crate) fn stop_for_good(&self) {
        self.process.cancel();
    }

    /// Resolves when no call is running.
    pub(crate) async fn idle(&self) {
        // The sender is ours, so the channel cannot be closed.
        let _ = self.running.subscribe().wait_for(|running| *running == 0).await;
    }

    fn generation(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        self.generation.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts as one running call for as long as it lives.
struct Running(watch::Sender<usize>);

impl Running {
    fn begin(running: &watch::Sender<usize>) -> Self {
        running.send_modify(|running| *running += 1);
        Self(running.clone())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.send_modify(|running| *running -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::context;
    use std::sync::Arc;
    use tokio::sync::oneshot;

    async fn until_cancelled(begun: oneshot::Sender<()>) -> &'static str {
        begun.send(()).unwrap();
        context().cancelled().await;
        "stopped"
    }

    #[tokio::test]
    async fn stop_reaches_calls_in_flight_and_no_later_ones() {
        let calls = Arc::new(Calls::default());
        let (begun, begins) = oneshot::channel();
        let in_flight = tokio::spawn({
            let calls = calls.clone();
            async move { calls.run("Apply", "x", until_cancelled(begun)).await }
        });
        begins.await.unwrap();
        calls.stop();
        assert_eq!(in_flight.await.unwrap().unwrap(), "stopped");
        let (request, cancelled) = calls
            .run("Read", "x", async {
                (context().request().to_owned(), context().is_cancelled())
            })
            .await
            .unwrap();
        assert_eq!((request.as_str(), cancelled), ("Read of x", false));
    }

    #[tokio::test]
    async fn an_abandoned_call_is_cancelled_and_still_ends() {
        let calls = Arc::new(Calls::default());
        let (begun, begins) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let abandoned = tokio::spawn({
            let calls = calls.clone();
            async move {
                let call = async { end.send(until_cancelled(begun).await).unwrap() };
                calls.run("Apply", "x", call).await
            }
        });
        begins.await.unwrap();
        abandoned.abort();
        assert_eq!(ended.await.unwrap(), "stopped");
        calls.idle().await;
    }

    #[tokio::test]
    async fn the_end_of_the_process_reaches_later_calls_too() {
        let calls = Calls::default();
        calls.stop_for_good();
        calls.stop();
        assert!(calls.run("Read", "", async { context().is_cancelled() }).await.unwrap());
        calls.idle().await;
    }
}
