//! Endpoints of others in a network of the environment's own: which of them keep it from having its own.
//!
//! One with private DNS holds its service's public name in the whole VPC, and a route table has one route to a service.
//! Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint" and "Gateway endpoints".

use std::collections::BTreeSet;

use crate::domain::endpoint::EndpointKind;
use crate::domain::name::Ownership;
use crate::domain::observed::Endpoint;
use crate::domain::problem::Invalid;
use crate::domain::topology::Topology;

/// What is wrong where endpoints of others are in the way, in one error; `route_table_ids` are those of the environment's subnets, and
/// `is_own` tells which endpoints are its own.
pub fn in_the_way<'a>(
    topology: &Topology,
    endpoints: impl Iterator<Item = &'a Endpoint> + Clone,
    route_table_ids: &BTreeSet<String>,
    is_own: impl Fn(&Endpoint) -> bool,
) -> Option<Invalid> {
    if topology.has_existing_network() {
        return None;
    }
    let mut lines = Vec::new();
    for plan in &topology.endpoints {
        let of_service = endpoints.clone().filter(|endpoint| {
            endpoint.service_name == plan.service_name && endpoint.kind == plan.kind && !endpoint.is_leaving()
        });
        let (own, others): (Vec<&Endpoint>, Vec<&Endpoint>) = of_service.partition(|endpoint| is_own(endpoint));
        let has_its_place = |own: &&Endpoint| {
            plan.kind == EndpointKind::Gateway || own.private_dns_enabled || !plan.private_dns_enabled
        };
        if own.iter().any(has_its_place) {
            continue;
        }
        let takes_it = |other: &&&Endpoint| match plan.kind {
            EndpointKind::Interface => plan.private_dns_enabled && other.private_dns_enabled && !other.has_failed(),
            EndpointKind::Gateway => !other.route_table_ids.is_disjoint(route_table_ids),
        };
        let found = others.iter().filter(takes_it);
        lines.extend(found.map(|other| format!("  {} for {}{}", other.id, plan.service, owner(other))));
    }
    let what = match lines.as_slice() {
        [] => return None,
        [_] => "An endpoint of somebody else's is in the way",
        _ => "Endpoints of somebody else's are in the way",
    };
    Some(Invalid::new(
        what,
        format!(
            "The VPC of the environment has endpoints that are not the environment's own, and that take the private DNS names or the \
             gateway routes of services that it needs endpoints for:\n{}\nDelete them, or destroy or park the environment that made them \
             first. Another environment in this network then uses the endpoints of this one.",
            lines.join("\n")
        ),
    ))
}

/// Whose it is, as far as its tags say.
fn owner(endpoint: &Endpoint) -> String {
    match endpoint.tags.get(Ownership::ENVIRONMENT_KEY) {
        Some(environment) => format!(", of environment {environment}"),
        None if endpoint.tags.is_empty() => String::new(),
        None => {
            let tags: Vec<String> = endpoint
                .tags
                .iter()
                .map(|(key, value)| format!("{key} = {value:?}"))
                .collect();
            format!(", with the tags {}", tags.join(", "))
        }
    }
}
