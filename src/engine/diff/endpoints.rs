//! The endpoints: made, changed, replaced, removed and waited for.

use std::collections::BTreeSet;

use super::super::compare::endpoint_change;
use super::super::graph::Task;
use super::super::group::Groups;
use super::super::step::{Milestone, Step};
use crate::domain::endpoint::EndpointKind;
use crate::domain::existing::guests::{Guests, Need, Obstacle, Offer};
use crate::domain::observed::Observed;
use crate::domain::topology::{EndpointPlan, Topology};

pub(super) fn endpoints(topology: &Topology, observed: &Observed, groups: &Groups<'_>, tasks: &mut Vec<Task>) {
    let mut unsettled = false;
    let mut replaced = BTreeSet::new();
    let mut blocked = BTreeSet::new();
    for plan in &topology.endpoints {
        let service = plan.service.clone();
        let (step, gone) = match observed.own_endpoint(&topology.ownership, plan) {
            None => match guest_offer(topology, observed, plan) {
                Wanted::Nothing => continue,
                Wanted::Patience => {
                    unsettled = true;
                    continue;
                }
                Wanted::Endpoint => (Step::CreateEndpoint(service.clone()), None),
            },
            // A failed endpoint does not heal: it goes, and another one comes.
            Some(endpoint) if endpoint.has_failed() => {
                replaced.insert(endpoint.id.clone());
                (Step::CreateEndpoint(service.clone()), Some(Milestone::EndpointsGone))
            }
            Some(endpoint) if endpoint_change(topology, observed, plan, endpoint).is_some() => {
                let group = groups.name.clone();
                (
                    Step::ModifyEndpoint {
                        service: service.clone(),
                        group,
                    },
                    None,
                )
            }
            Some(endpoint) => {
                unsettled |= endpoint.state != "available";
                continue;
            }
        };
        unsettled = true;
        let mut requires: Vec<Milestone> = match plan.kind {
            EndpointKind::Interface => vec![Milestone::SecurityGroup, Milestone::DnsSupport, Milestone::DnsHostnames],
            EndpointKind::Gateway => topology
                .subnets
                .iter()
                .map(|subnet| Milestone::RouteTable(subnet.availability_zone.clone()))
                .collect(),
        };
        // One in use must not get a group that lets nobody in yet.
        if plan.kind == EndpointKind::Interface && matches!(step, Step::ModifyEndpoint { .. }) {
            requires.push(Milestone::SecurityGroupRules);
        }
        requires.extend(plan.availability_zones.iter().cloned().map(Milestone::Subnet));
        requires.push(Milestone::Vpc);
        requires.extend(gone);
        // Endpoints that are on their way out still hold the service's private DNS name.
        if observed
            .endpoints
            .values()
            .any(|other| other.is_leaving() && other.service_name == plan.service_name)
        {
            requires.push(Milestone::EndpointsGone);
            blocked.insert(plan.service_name.as_str());
        }
        tasks.push(Task::new(step, requires, [Milestone::Endpoint(service)]));
    }
    removals(&replaced, &blocked, observed, topology, tasks);
    if unsettled {
        let all = topology
            .endpoints
            .iter()
            .map(|plan| Milestone::Endpoint(plan.service.clone()));
        tasks.push(Task::new(Step::AwaitEndpoints, all, [Milestone::EndpointsAvailable]));
    }
}

/// What is to be done for a service that the environment has no endpoint of its own for.
enum Wanted {
    /// Nothing: one of somebody else's serves.
    Nothing,
    /// To wait for one of somebody else's.
    Patience,
    /// An endpoint.
    Endpoint,
}

/// In an existing network, an endpoint of somebody else's may serve, or be about to: perhaps it was made after the plan.
fn guest_offer(topology: &Topology, observed: &Observed, plan: &EndpointPlan) -> Wanted {
    if !topology.has_existing_network() {
        return Wanted::Endpoint;
    }
    match Guests::of(topology, observed).offer(Need::of(plan)) {
        Offer::Serving(_) => Wanted::Nothing,
        Offer::Blocking(_, Obstacle::Pending(_)) => Wanted::Patience,
        // The wait tells what has become of it.
        _ if plan.existing_id.is_some() => Wanted::Patience,
        _ => Wanted::Endpoint,
    }
}

/// Endpoints that go: those that failed, and the environment's own that are no longer asked for. Those that are going already are waited
/// for; in an existing network, where others come and go, only if a service that needs an endpoint (`blocked`) waits for it.
fn removals(
    replaced: &BTreeSet<String>,
    blocked: &BTreeSet<&str>,
    observed: &Observed,
    topology: &Topology,
    tasks: &mut Vec<Task>,
) {
    let wanted: BTreeSet<&str> = topology
        .endpoints
        .iter()
        .map(|plan| plan.service_name.as_str())
        .collect();
    let mut ids = replaced.clone();
    ids.extend(
        observed
            .own_endpoints(&topology.ownership)
            .filter(|endpoint| !wanted.contains(endpoint.service_name.as_str()))
            .map(|endpoint| endpoint.id.clone()),
    );
    let awaited = match topology.has_existing_network() {
        true => blocked,
        false => &wanted,
    };
    let leaving: BTreeSet<String> = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.state == "deleting" && awaited.contains(endpoint.service_name.as_str()))
        .map(|endpoint| endpoint.id.clone())
        .collect();
    if !ids.is_empty() {
        tasks.push(Task::new(
            Step::DeleteEndpoints(ids.clone()),
            [],
            [Milestone::EndpointsLeaving],
        ));
    }
    ids.extend(leaving);
    if !ids.is_empty() {
        tasks.push(Task::new(
            Step::AwaitEndpointsGone(ids),
            [Milestone::EndpointsLeaving],
            [Milestone::EndpointsGone],
        ));
    }
}
