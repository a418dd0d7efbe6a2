//! The proof that what was made is isolated, from the last observation: a run has no success without it.
//!
//! In a managed network the steps have cut every path by then. An existing network is not changed, so that a path in it is a failure.

use super::part::Part;
use super::report::{Cause, Failure};
use crate::domain::isolation;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

/// What is wrong with the environment's isolation.
pub(super) fn failures(topology: &Topology, observed: &Observed) -> Vec<Failure> {
    if !topology.isolation.enforce {
        return Vec::new();
    }
    let subnets = observed.subnet_ids_in(&topology.ownership, &topology.subnets, |_| true);
    let paths = isolation::paths(observed, subnets.iter().map(String::as_str)).internet;
    let Some(wrong) = isolation::breach(&paths) else {
        return Vec::new();
    };
    vec![Failure {
        attribute: Part::Isolation.attribute().to_owned(),
        part: Part::Isolation,
        summary: wrong.summary,
        detail: wrong.detail,
        cause: Cause::Unhealthy,
    }]
}
