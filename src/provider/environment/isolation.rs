//! What a plan says of paths to the internet.

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::model::Environment;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, texts};

/// The warning of a plan that lets paths to the internet be.
pub(super) fn accepted(planned: &Environment) -> Option<Diagnostic> {
    let isolation = object(&planned.isolation);
    let paths = texts(&isolation.internet_paths)?;
    if isolation.enforce != Value::Value(false) || paths.is_empty() {
        return None;
    }
    Some(diagnostic(
        "isolation.enforce",
        "The environment is not isolated",
        format!(
            "isolation.enforce is false, so these paths to the internet stay:\n\n  {}\n\nSet it to true to have them removed from a \
             managed network, and refused in an existing one.",
            paths.join("\n  ")
        ),
    ))
}
