//! What of others keeps a run from beginning: nothing is changed before it is out of the way.

use std::collections::BTreeSet;

use super::diff::assign_route_tables;
use super::part::Part;
use super::report::{Cause, Failure};
use crate::domain::batch::status;
use crate::domain::existing::intruders;
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::problem::Invalid;
use crate::domain::suggest::listed;
use crate::domain::topology::Topology;

/// Endpoints of others that the environment cannot have its own beside.
pub(super) fn in_the_way(topology: &Topology, observed: &Observed) -> Vec<Failure> {
    let tables = assign_route_tables(topology, observed).into_values().collect();
    let wrong = intruders::in_the_way(topology, observed.endpoints.values(), &tables, |endpoint| {
        observed.owns(&topology.ownership, &endpoint.id, &endpoint.tags)
    });
    wrong.map(|wrong| failure(Part::Endpoints, wrong)).into_iter().collect()
}

/// Compute environments of others in what would be deleted: the environment's own subnets and groups, in a teardown (`topology` is `None`)
/// all of them, else the subnets of zones that are given up. One that is being deleted is waited for as everything else is.
pub(super) fn in_use(topology: Option<&Topology>, ownership: &Ownership, observed: &Observed) -> Vec<Failure> {
    let stays = |zone: &str| topology.is_some_and(|topology| topology.availability_zones().any(|it| it == zone));
    let subnets = observed
        .own_subnets(ownership)
        .filter(|it| !stays(&it.availability_zone));
    let mut going: BTreeSet<&str> = subnets.map(|subnet| subnet.id.as_str()).collect();
    if topology.is_none() {
        going.extend(
            observed
                .own_security_groups(ownership)
                .iter()
                .map(|group| group.id.as_str()),
        );
    }
    let others = observed.foreign_compute_environments.values();
    let lines: Vec<String> = others
        .filter(|other| other.status != status::DELETING)
        .filter_map(|other| {
            let used = other.subnet_ids.iter().chain(&other.security_group_ids);
            let used: Vec<&String> = used.filter(|id| going.contains(id.as_str())).collect();
            let owner = other.tags.get(Ownership::ENVIRONMENT_KEY);
            let owner = owner.map(|name| format!(", of environment {name}")).unwrap_or_default();
            (!used.is_empty()).then(|| format!("  {} ({}){owner}, in {}", other.name, other.arn, listed(used)))
        })
        .collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let (part, what) = match topology {
        None => (Part::Environment, format!("Environment {} is", ownership.environment)),
        Some(_) => (Part::Vpc, "Subnets of zones that are given up are".to_owned()),
    };
    let wrong = Invalid::new(
        format!("{what} in use by compute environments of others"),
        format!(
            "These use subnets or security groups that would be deleted:\n{}\nDestroy the environments that they are of, or delete them, \
             first. Nothing is deleted while they are there.",
            lines.join("\n")
        ),
    );
    vec![failure(part, wrong)]
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
