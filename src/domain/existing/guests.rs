//! The environment as a guest in an existing network: which endpoints of others serve its instances, and which are in the way.
//!
//! An endpoint with private DNS answers to its service's public name in the whole VPC, and there is only one such endpoint for a
//! service: one of somebody else's either serves the environment or keeps it from having one of its own. A gateway endpoint is a
//! route: a table has one to a service, and tables without one can get another endpoint's.
//! Source: AWS PrivateLink Guide, "Access an AWS service using an interface VPC endpoint" and "Gateway endpoints".

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use crate::domain::endpoint::{EndpointKind, policy};
use crate::domain::firewall::{HTTPS, Peer, Rule};
use crate::domain::isolation::effective_table;
use crate::domain::name::Ownership;
use crate::domain::observed::{Endpoint, Observed, SecurityGroup};
use crate::domain::suggest::listed;
use crate::domain::topology::{EndpointPlan, Topology};

/// The instances of an environment in an existing network: where they are, and which groups they have.
#[derive(Clone, Debug)]
pub struct Guests<'a> {
    observed: &'a Observed,
    ownership: &'a Ownership,
    /// Blocks that their addresses are from.
    blocks: Vec<Ipv4Net>,
    /// Route tables of their subnets.
    route_table_ids: BTreeSet<&'a str>,
    /// Groups that they have.
    group_ids: BTreeSet<&'a str>,
}

/// A service that they need an endpoint for.
#[derive(Clone, Copy, Debug)]
pub struct Need<'a> {
    /// Full service name.
    pub service_name: &'a str,
    /// Kind.
    pub kind: EndpointKind,
    /// Whether the service's public name is to lead to it.
    pub private_dns_enabled: bool,
}

/// What there is for a need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer<'a> {
    /// An endpoint of the environment's own, in whatever state.
    Own(&'a Endpoint),
    /// One of somebody else's that serves.
    Serving(&'a Endpoint),
    /// One of somebody else's that does not serve, and that keeps the environment from having one of its own; and why it does not.
    Blocking(&'a Endpoint, Obstacle),
    /// None: the environment has to have one of its own.
    Nothing,
}

impl<'a> Need<'a> {
    /// What a planned endpoint is for.
    pub fn of(plan: &'a EndpointPlan) -> Self {
        Self {
            service_name: &plan.service_name,
            kind: plan.kind,
            private_dns_enabled: plan.private_dns_enabled,
        }
    }
}

/// Why an endpoint does not serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// It is not available, and may be one day.
    Pending(String),
    /// It will never be available.
    Failed(String),
    /// Its groups do not let in HTTPS from these blocks.
    Closed(Vec<Ipv4Net>),
    /// Its policy lets nothing through.
    Denying,
}

impl<'a> Guests<'a> {
    /// The instances in these subnets, with these groups.
    pub fn new(
        observed: &'a Observed,
        ownership: &'a Ownership,
        subnet_ids: impl IntoIterator<Item = &'a str>,
        group_ids: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let subnet_ids: Vec<&str> = subnet_ids.into_iter().collect();
        Self {
            blocks: subnet_ids
                .iter()
                .filter_map(|id| observed.subnets.get(*id)?.cidr_block)
                .collect(),
            route_table_ids: subnet_ids
                .iter()
                .filter_map(|id| effective_table(observed, id))
                .map(|table| table.id.as_str())
                .collect(),
            group_ids: group_ids.into_iter().collect(),
            observed,
            ownership,
        }
    }

    /// The instances of a planned environment.
    pub fn of(topology: &'a Topology, observed: &'a Observed) -> Self {
        let subnet_ids = topology.subnets.iter().filter_map(|subnet| subnet.id.as_deref());
        let group = &topology.security_group;
        let own = observed.own_security_group(&topology.ownership, &group.name, &group.description);
        let additional = topology.compute_environment.additional_security_group_ids.iter();
        let groups = own.map(|group| &group.id).into_iter().chain(additional);
        Self::new(observed, &topology.ownership, subnet_ids, groups.map(String::as_str))
    }

    /// What there is for a need.
    pub fn offer(&self, need: Need<'_>) -> Offer<'a> {
        let (own, others): (Vec<&Endpoint>, Vec<&Endpoint>) =
            self.candidates(need).partition(|endpoint| self.is_own(endpoint));
        match (own.first(), need.kind) {
            (Some(own), _) => Offer::Own(own),
            (None, EndpointKind::Interface) => self.interface(need, &others),
            (None, EndpointKind::Gateway) => self.gateway(need, &others),
        }
    }

    /// The route tables that a gateway endpoint of the environment's own has to be on: those of the subnets that lead to no other.
    pub fn open_route_tables(&self, service_name: &str) -> BTreeSet<String> {
        let need = Need {
            service_name,
            kind: EndpointKind::Gateway,
            private_dns_enabled: false,
        };
        let others = self.candidates(need).filter(|other| !self.is_own(other));
        let covered: BTreeSet<&str> = others
            .flat_map(|other| other.route_table_ids.iter().map(String::as_str))
            .collect();
        let open = self.route_table_ids.difference(&covered);
        open.map(|id| (*id).to_owned()).collect()
    }

    fn is_own(&self, endpoint: &Endpoint) -> bool {
        self.observed.owns(self.ownership, &endpoint.id, &endpoint.tags)
    }

    fn candidates(&self, need: Need<'_>) -> impl Iterator<Item = &'a Endpoint> {
        let (service_name, kind) = (need.service_name.to_owned(), need.kind);
        self.observed.endpoints.values().filter(move |endpoint| {
            endpoint.service_name == service_name && endpoint.kind == kind && !endpoint.is_leaving()
        })
    }

    fn interface(&self, need: Need<'_>, others: &[&'a Endpoint]) -> Offer<'a> {
        let mut blocking = None;
        for other in others
            .iter()
            .filter(|other| other.private_dns_enabled == need.private_dns_enabled)
        {
            match self.obstacle(other) {
                None => return Offer::Serving(other),
                Some(obstacle) if need.private_dns_enabled => blocking = Some(Offer::Blocking(other, obstacle)),
                Some(_) => {}
            }
        }
        blocking.unwrap_or(Offer::Nothing)
    }

    fn gateway(&self, need: Need<'_>, others: &[&'a Endpoint]) -> Offer<'a> {
        let mut on_our_tables = others.iter().filter(|other| {
            let mut tables = other.route_table_ids.iter();
            tables.any(|id| self.route_table_ids.contains(id.as_str()))
        });
        let Some(first) = on_our_tables.clone().next() else {
            return Offer::Nothing;
        };
        if let Some(other) = on_our_tables.clone().find(|other| other.state != "available") {
            return Offer::Blocking(other, not_available(other));
        }
        if let Some(other) = on_our_tables.find(|other| denies(other)) {
            return Offer::Blocking(other, Obstacle::Denying);
        }
        match self.open_route_tables(need.service_name).is_empty() {
            true => Offer::Serving(first),
            false => Offer::Nothing,
        }
    }

    /// Why an interface endpoint does not serve the instances, if so. In which zones it is does not matter: they reach it in any.
    fn obstacle(&self, endpoint: &Endpoint) -> Option<Obstacle> {
        if endpoint.state != "available" {
            return Some(not_available(endpoint));
        }
        if denies(endpoint) {
            return Some(Obstacle::Denying);
        }
        let groups = endpoint.security_group_ids.iter();
        let groups: Vec<&SecurityGroup> = groups.filter_map(|id| self.observed.security_groups.get(id)).collect();
        let rules: Vec<&Rule> = groups
            .iter()
            .flat_map(|group| &group.ingress)
            .filter(|rule| rule.allows_tcp(HTTPS))
            .collect();
        let lets_us_in =
            |rule: &&Rule| matches!(&rule.peer, Peer::SecurityGroup(id) if self.group_ids.contains(id.as_str()));
        if rules.iter().any(lets_us_in) {
            return None;
        }
        let open = rules.iter().filter_map(|rule| match rule.peer {
            Peer::CidrBlock(block) => Some(block),
            _ => None,
        });
        let open = Ipv4Net::aggregate(&open.collect());
        let is_closed = |block: &&Ipv4Net| !open.iter().any(|open| open.contains(*block));
        let closed: Vec<Ipv4Net> = self.blocks.iter().filter(is_closed).copied().collect();
        (!closed.is_empty()).then_some(Obstacle::Closed(closed))
    }
}

/// Endpoints of others that serve a planned environment in an existing network: short service name → id.
pub fn serving(topology: &Topology, observed: &Observed) -> BTreeMap<String, String> {
    if !topology.has_existing_network() {
        return BTreeMap::new();
    }
    let guests = Guests::of(topology, observed);
    let serving = topology
        .endpoints
        .iter()
        .filter_map(|plan| match guests.offer(Need::of(plan)) {
            Offer::Serving(endpoint) => Some((plan.service.clone(), endpoint.id.clone())),
            _ => None,
        });
    serving.collect()
}

fn denies(endpoint: &Endpoint) -> bool {
    endpoint.policy.as_deref().is_some_and(policy::denies_everything)
}

fn not_available(endpoint: &Endpoint) -> Obstacle {
    match endpoint.has_failed() {
        true => Obstacle::Failed(endpoint.state.clone()),
        false => Obstacle::Pending(endpoint.state.clone()),
    }
}

impl Obstacle {
    /// Why the endpoint does not serve, and what to do about it, in full sentences.
    pub fn remedy(&self, endpoint: &Endpoint) -> String {
        match self {
            Self::Pending(state) => format!("It is {state}. Wait until it is available, and plan again."),
            Self::Failed(state) => format!("It is {state}, which does not pass. Delete it, and plan again."),
            Self::Denying => "Its policy allows nothing to anybody. Give it a policy that lets the environment's calls through, or delete it \
                              so that the environment makes its own."
                .to_owned(),
            Self::Closed(blocks) => format!(
                "Its security groups ({}) do not let in HTTPS (TCP port 443) from {}, where the instances are. Add that rule to one of \
                 them, give the instances a group that is let in by security_group.additional_ids, or delete the endpoint so that the environment \
                 makes its own.",
                listed(&endpoint.security_group_ids),
                listed(blocks.iter().map(Ipv4Net::to_string))
            ),
        }
    }
}

#[cfg(test)]
mod tests;
