//! What of others keeps a run from beginning: nothing is changed before it is out of the way.

use super::diff::assign_route_tables;
use super::part::Part;
use super::report::{Cause, Failure};
use crate::domain::existing::intruders;
use crate::domain::observed::Observed;
use crate::domain::problem::Invalid;
use crate::domain::topology::Topology;

/// Endpoints of others that the environment cannot have its own beside.
pub(super) fn in_the_way(topology: &Topology, observed: &Observed) -> Vec<Failure> {
    let tables = assign_route_tables(topology, observed).into_values().collect();
    let wrong = intruders::in_the_way(topology, observed.endpoints.values(), &tables, |endpoint| {
        observed.owns(&topology.ownership, &endpoint.id, &endpoint.tags)
    });
    wrong.map(|wrong| failure(Part::Endpoints, wrong)).into_iter().collect()
}

fn failure(part: Part, wrong: Invalid) -> Failure {
    Failure {
        attribute: part.attribute(),
        part,
        summary: wrong.summary,
        detail: wrong.detail,
        cause: Cause::Unhealthy,
    }
}
