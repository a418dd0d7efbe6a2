//! What an import says of what it found, beyond the state: what the next apply will do about it.

use tf_provider::Diagnostic;

use super::facts::RegionFacts;
use super::model::Environment;
use crate::domain::suggest;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, text};

/// The warnings of an import.
pub(super) fn remarks(state: &Environment, facts: &RegionFacts) -> Vec<Diagnostic> {
    queues(state, facts).into_iter().collect()
}

/// Job queues that were adopted: one that the configuration does not name would be deleted.
fn queues(state: &Environment, facts: &RegionFacts) -> Option<Diagnostic> {
    let queues = object(&state.job_queues);
    if !facts.adopted || queues.is_empty() {
        return None;
    }
    let known = queues
        .iter()
        .filter_map(|(key, queue)| Some((key, text(&queue.as_ref_option()?.name)?)));
    let (lines, names): (Vec<String>, Vec<String>) = known
        .map(|(key, name)| (format!("    {key:?} = {{ name = {name:?} }}\n"), name))
        .unzip();
    let summary = match names.len() {
        1 => format!("Job queue {} was adopted too", names[0]),
        _ => format!("Job queues {} were adopted too", suggest::listed(&names)),
    };
    Some(diagnostic(
        "",
        summary,
        format!(
            "A queue whose only compute environment is this one becomes part of the environment. Write it into the configuration, under \
             this key or another one:\n\n  job_queues = {{\n{}  }}\n\nThe next apply deletes a queue that is left out, and the jobs in \
             it are lost.",
            lines.concat()
        ),
    ))
}
