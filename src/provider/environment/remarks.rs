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
pub(super) fn remarks(state: &Environment, facts: &RegionFacts, existing_because: &[String]) -> Vec<Diagnostic> {
    let told = [
        existing_network(state, existing_because),
        queues(state, facts),
        no_endpoints(state),
        missing(state),
    ];
    told.into_iter().flatten().collect()
}

/// A network that stays what it is: a configuration that does not name it asks for another environment.
fn existing_network(state: &Environment, because: &[String]) -> Option<Diagnostic> {
    let (network, group) = (object(&state.network), object(&state.security_group));
    let vpc_id = text(&network.vpc_id).filter(|_| !because.is_empty())?;
    let quoted = |id: String| format!("{id:?}");
    let listed = |ids: Vec<String>| ids.into_iter().map(quoted).collect::<Vec<_>>().join(", ");
    let mut lines = format!(
        "  network = {{\n    vpc_id     = {vpc_id:?}\n    subnet_ids = [{}]\n  }}\n",
        listed(texts(&network.subnet_ids).unwrap_or_default())
    );
    let additional_ids = texts(&group.additional_ids).filter(|ids| !ids.is_empty());
    let fields = [
        ("name", text(&group.name).map(quoted)),
        ("description", text(&group.description).map(quoted)),
        ("additional_ids", additional_ids.map(|ids| format!("[{}]", listed(ids)))),
    ];
    let fields: Vec<String> = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("    {name:<14} = {}\n", value?)))
        .collect();
    if !fields.is_empty() {
        lines.push_str(&format!("  security_group = {{\n{}  }}\n", fields.concat()));
    }
    Some(diagnostic(
        "",
        format!("{vpc_id} is treated as an existing network"),
        format!(
            "It is not a network of the environment's own, because:\n\n  {}\n\nSo the VPC, its subnets, route tables and endpoints stay \
             what they are, and survive a destroy. Write into the configuration:\n\n{lines}\nWithout `network` the next apply replaces \
             the environment, with all that was adopted, by one in a network of its own.",
            because.join("\n  ")
        ),
    ))
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
