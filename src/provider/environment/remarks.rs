//! What an import says of what it found, beyond the state: what the next apply will do about it.

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::facts::RegionFacts;
use super::model::Environment;
use crate::domain::suggest;
use crate::engine;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, text, texts};

/// The warnings of an import.
pub(super) fn remarks(state: &Environment, facts: &RegionFacts) -> Vec<Diagnostic> {
    let told = [queues(state, facts), no_endpoints(state), missing(state)];
    told.into_iter().flatten().collect()
}

/// AWS does not tell a parked environment from one whose endpoints are gone, or were never made.
fn no_endpoints(state: &Environment) -> Option<Diagnostic> {
    let parked = object(&state.endpoints).enabled == Value::Value(false);
    parked.then(|| {
        diagnostic(
            "",
            format!("Environment {} has no endpoint", text(&state.name).unwrap_or_default()),
            "It was imported as a parked one: nothing in it reaches AWS, and no job can start. If that is what it is to be, write endpoints = \
             { enabled = false } into the configuration. Otherwise the next plan shows the endpoints that are missing, and the apply makes \
             them.",
        )
    })
}

/// Parts that even the little that an import knows asks for.
fn missing(state: &Environment) -> Option<Diagnostic> {
    let differences = texts(&state.drift).unwrap_or_default();
    let missing: Vec<&str> = differences
        .iter()
        .filter_map(|line| line.strip_prefix(engine::CREATING)?.strip_prefix(' '))
        .collect();
    if missing.is_empty() {
        return None;
    }
    Some(diagnostic(
        "",
        format!("Environment {} is not whole", text(&state.name).unwrap_or_default()),
        format!(
            "Missing:\n\n  {}\n\nThe next apply makes what is missing.",
            missing.join("\n  ")
        ),
    ))
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
