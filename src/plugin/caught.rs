//! Panics in handlers: caught, logged and told to the user, while the process goes on.

use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, PanicHookInfo};

use futures::FutureExt;
use tf_provider::Diagnostics;

use super::context::{context, in_handler};
use super::diagnostics::problem;

thread_local! {
    /// Where the last panic on this thread was; the hook knows, the catcher does not.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a handler panicked with.
#[derive(Debug)]
pub(crate) struct Panic {
    text: String,
    place: Option<String>,
}

impl Panic {
    fn new(payload: &(dyn Any + Send)) -> Self {
        Self {
            text: text_of(payload).to_owned(),
            place: PLACE.take(),
        }
    }
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<&'static str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

/// Runs a handler to its end or to its panic.
///
/// What a panic leaves behind half-changed is the handler's own; the diagnostics it was writing are complete lines.
pub(crate) async fn caught<T>(handler: impl Future<Output = T>) -> Result<T, Panic> {
    AssertUnwindSafe(handler)
        .catch_unwind()
        .await
        .map_err(|payload| Panic::new(&*payload))
}

/// [`caught`] for what is not async.
pub(crate) fn caught_now<T>(handler: impl FnOnce() -> T) -> Result<T, Panic> {
    std::panic::catch_unwind(AssertUnwindSafe(handler)).map_err(|payload| Panic::new(&*payload))
}

/// What a handler gave, after making sure that giving nothing never goes without an error.
pub(crate) fn settle<T>(diags: &mut Diagnostics, action: &str, outcome: Result<Option<T>, Panic>) -> Option<T> {
    match outcome {
        Ok(Some(value)) => return Some(value),
        Ok(None) if diags.errors.is_empty() => diags.errors.push(problem(
            format!("{} failed without saying why", capitalised(action)),
            format!(
                "In {}, the provider returned no result and no error. This is a bug in the provider.",
                context().request()
            ),
        )),
        Ok(None) => {}
        Err(Panic { text, place }) => {
            let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
            diags.errors.push(problem(
                format!("The provider panicked in {action}: {text}"),
                format!("In {}{place}. This is a bug in the provider.", context().request()),
            ));
        }
    }
    None
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// Installs the panic hook: panics in handlers and tasks are logged, for the process goes on; one that ends the process
/// is written in the form (`panic: …`) that makes Terraform show the user a plugin crash with the text.
pub(crate) fn install_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let text = text_of_hook(info);
        if ends_process(text) {
            // Nothing can be done if stderr is gone as well.
            let place = place.as_deref().unwrap_or("unknown place");
            let _ = writeln!(std::io::stderr().lock(), "panic: {text} at {place}");
        } else {
            tracing::error!(panic = text, place = place.as_deref().unwrap_or("unknown"), "panic");
        }
        PLACE.set(place);
    }));
}

fn text_of_hook<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    info.payload_as_str().unwrap_or("(no message)")
}

/// Panics on the main thread end the process, unless a handler runs there; so do those the runtime answers by abort.
fn ends_process(text: &str) -> bool {
    let aborts = text.starts_with("panic in a destructor during cleanup")
        || text.starts_with("panic in a function that cannot unwind");
    aborts || (!in_handler() && std::thread::current().name() == Some("main"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_becomes_a_diagnostic_beside_those_already_there() {
        let mut diags = Diagnostics::default();
        diags.warnings.push(problem("seen before", ""));
        let outcome = caught(async {
            if diags.errors.is_empty() {
                panic!("boom {}", 1)
            } else {
                Some(())
            }
        })
        .await;
        assert!(settle(&mut diags, "create", outcome).is_none());
        assert_eq!(diags.errors[0].summary, "The provider panicked in create: boom 1");
        assert_eq!(diags.warnings.len(), 1);
    }

    #[test]
    fn nothing_is_never_without_an_error() {
        let mut diags = Diagnostics::default();
        assert!(settle(&mut diags, "destroy", Ok(None::<()>)).is_none());
        assert_eq!(diags.errors[0].summary, "Destroy failed without saying why");
        assert!(settle(&mut diags, "destroy", Ok(None::<()>)).is_none());
        assert_eq!(diags.errors.len(), 1, "an error that is there already says enough");
        assert_eq!(settle(&mut diags, "destroy", Ok(Some(5))), Some(5));
    }

    #[test]
    fn panics_with_other_payloads_are_caught_too() {
        let outcome = caught_now(|| -> Option<()> { std::panic::panic_any(5_u8) });
        assert_eq!(outcome.unwrap_err().text, "(no message)");
    }
}
