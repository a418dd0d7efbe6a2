//! What a handler can know and do besides its arguments: `tf_provider`'s traits have no room for it.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use tokio_util::sync::CancellationToken;

tokio::task_local! {
    static CURRENT: Context;
}

/// The context of the request being handled. Outside of one (in a unit test of a resource, say) it is one that is never
/// cancelled and forgets its checkpoints.
///
/// It belongs to the handler's task: hand a clone to tasks that the handler spawns.
#[must_use]
pub fn context() -> Context {
    CURRENT
        .try_with(Clone::clone)
        .unwrap_or_else(|_| Context::new("no request", CancellationToken::new()))
}

/// One request, as its handler sees it. Clones are the same context.
#[derive(Clone, Debug)]
pub struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    request: String,
    cancellation: CancellationToken,
    checkpoint: Mutex<Option<Checkpoint>>,
}

/// What a handler had reached when it last said so, encoded.
#[derive(Clone, Debug)]
pub(crate) struct Checkpoint {
    pub(crate) state: Vec<u8>,
    pub(crate) private: Option<Vec<u8>>,
}

impl Context {
    /// A context for running a handler outside of the server, with [`Context::scope`].
    #[must_use]
    pub fn new(request: impl Into<String>, cancellation: CancellationToken) -> Self {
        Self(Arc::new(Inner {
            request: request.into(),
            cancellation,
            checkpoint: Mutex::new(None),
        }))
    }

    /// Runs `handler` with this as its [`context()`].
    pub async fn scope<F: Future>(&self, handler: F) -> F::Output {
        CURRENT.scope(self.clone(), handler).await
    }

    /// What is asked, for logs and messages: `ApplyResourceChange of cloud_server`.
    #[must_use]
    pub fn request(&self) -> &str {
        &self.0.request
    }

    /// Resolves when the handler should return what it has: the user pressed Ctrl-C (`StopProvider`), Terraform gave the
    /// request up, or the process is about to end. It also resolves once the request has been answered.
    pub async fn cancelled(&self) {
        self.0.cancellation.cancelled().await;
    }

    /// Whether [`Context::cancelled`] has resolved.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.cancellation.is_cancelled()
    }

    /// The token behind [`Context::cancelled`], for code that does not know this crate.
    #[must_use]
    pub fn cancellation(&self) -> CancellationToken {
        self.0.cancellation.clone()
    }

    /// Notes the state reached so far. Should the handler panic or return nothing, this is what Terraform will save,
    /// beside the error; whatever is still unknown in it is saved as null. The last call counts.
    ///
    /// Give it the same type that the handler returns.
    pub fn checkpoint<S: Serialize>(&self, state: &S) {
        self.note(state, None::<&()>);
    }

    /// [`Context::checkpoint`] with the private state that goes with it. Without, the planned private state is kept.
    pub fn checkpoint_with_private<S: Serialize, P: Serialize>(&self, state: &S, private: &P) {
        self.note(state, Some(private));
    }

    fn note<S: Serialize, P: Serialize>(&self, state: &S, private: Option<&P>) {
        let state = rmp_serde::to_vec_named(state);
        let private = private.map(rmp_serde::to_vec_named).transpose();
        match (state, private) {
            (Ok(state), Ok(private)) => *self.slot() = Some(Checkpoint { state, private }),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "a checkpoint cannot be encoded; the one before it stays");
            }
        }
    }

    pub(crate) fn last_checkpoint(&self) -> Option<Checkpoint> {
        self.slot().clone()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<Checkpoint>> {
        self.0.checkpoint.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether this code runs in a handler.
pub(crate) fn in_handler() -> bool {
    CURRENT.try_with(|_| ()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_last_checkpoint_counts() {
        let outer = Context::new("test", CancellationToken::new());
        outer
            .scope(async {
                context().checkpoint(&"first");
                context().checkpoint_with_private(&"second", &7);
            })
            .await;
        let checkpoint = outer.last_checkpoint().unwrap();
        assert_eq!(rmp_serde::from_slice::<String>(&checkpoint.state).unwrap(), "second");
        assert_eq!(checkpoint.private, Some(vec![7]));
    }

    #[tokio::test]
    async fn cancellation_reaches_the_handler() {
        let token = CancellationToken::new();
        let outer = Context::new("test", token.clone());
        let handler = outer.scope(async { context().cancelled().await });
        token.cancel();
        handler.await;
        assert!(outer.is_cancelled());
    }

    #[test]
    fn outside_of_a_request_there_is_a_context_too() {
        assert!(!in_handler());
        assert!(!context().is_cancelled());
        context().checkpoint(&"forgotten");
        assert!(context().last_checkpoint().is_none());
    }
}
