//! What a plan says of paths to the internet.

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::model::Environment;
use crate::domain::facts::Facts;
use crate::domain::isolation;
use crate::domain::problem::PlanError;
use crate::domain::topology::Topology;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, texts};

/// The error of an environment in an existing network that leads to the internet.
pub(super) fn refused(topology: &Topology, facts: &Facts) -> Option<PlanError> {
    let paths = paths_in_existing_network(topology, facts);
    let breach = isolation::breach(&paths).filter(|_| topology.isolation.enforce)?;
    Some(breach.at("isolation.enforce"))
}

/// The warning of a new environment in an existing network that leads to the internet, if that is allowed.
pub(super) fn allowed(topology: &Topology, facts: &Facts) -> Option<Diagnostic> {
    let paths = paths_in_existing_network(topology, facts);
    let paths: Vec<String> = paths.iter().map(ToString::to_string).collect();
    (!topology.isolation.enforce && !paths.is_empty()).then(|| warning(&paths))
}

fn paths_in_existing_network(topology: &Topology, facts: &Facts) -> Vec<isolation::Path> {
    let Some(network) = facts.network.as_ref().filter(|_| topology.has_existing_network()) else {
        return Vec::new();
    };
    let subnets = topology.subnets.iter().filter_map(|plan| plan.id.as_deref());
    isolation::paths(network, subnets).internet
}

/// Whether a state shows paths to the internet.
pub(super) fn has_paths(state: &Environment) -> bool {
    texts(&object(&state.isolation).internet_paths).is_some_and(|paths| !paths.is_empty())
}

/// The warning of a plan that lets paths to the internet be.
pub(super) fn accepted(planned: &Environment) -> Option<Diagnostic> {
    let isolation = object(&planned.isolation);
    let paths = texts(&isolation.internet_paths)?;
    (isolation.enforce == Value::Value(false) && !paths.is_empty()).then(|| warning(&paths))
}

fn warning(paths: &[String]) -> Diagnostic {
    diagnostic(
        "isolation.enforce",
        "The environment is not isolated",
        format!(
            "isolation.enforce is false, so these paths to the internet stay:\n\n  {}\n\nSet it to true to have them removed from a \
             managed network, and refused in an existing one.",
            paths.join("\n  ")
        ),
    )
}
