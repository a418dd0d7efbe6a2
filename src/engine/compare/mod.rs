//! Part by part: what differs between the desired and the observed, in the words of the request that mends it.

use std::collections::BTreeSet;

use super::diff::assign_route_tables;
use super::group;
use crate::cloud::{EndpointChange, PolicyChange};
use crate::domain::Tags;
use crate::domain::endpoint::{EndpointKind, policy};
use crate::domain::existing::guests::Guests;
use crate::domain::observed::{Endpoint, Observed};
use crate::domain::spec::IgnoredTags;
use crate::domain::topology::{EndpointPlan, Topology};

mod batch;
mod queue;
mod swap;

pub(super) use batch::{
    calls, compute_environment_update, instance_profile_arn, security_group_ids, service_role_arn,
    spot_iam_fleet_role_arn,
};
pub(super) use queue::job_queue_update;
pub(super) use swap::must_be_swapped;

/// What to do to one thing's tags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct TagChange {
    /// Tags to add or overwrite.
    pub(super) put: Tags,
    /// Keys to remove.
    pub(super) remove: BTreeSet<String>,
}

impl TagChange {
    pub(super) fn is_empty(&self) -> bool {
        self.put.is_empty() && self.remove.is_empty()
    }
}

pub(super) fn tag_changes(current: &Tags, wanted: &Tags, ignored: &IgnoredTags) -> TagChange {
    TagChange {
        put: wanted
            .iter()
            .filter(|(key, value)| current.get(*key) != Some(value))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
        remove: current
            .keys()
            .filter(|key| !wanted.contains_key(*key) && !ignored.covers(key))
            .cloned()
            .collect(),
    }
}

/// The change that makes an endpoint as planned, as far as ids are known; `None` when it is.
///
/// A zone whose subnet does not exist yet counts as a difference: the change is computed again when the subnet is there.
pub(super) fn endpoint_change(
    topology: &Topology,
    observed: &Observed,
    plan: &EndpointPlan,
    endpoint: &Endpoint,
) -> Option<EndpointChange> {
    let mut change = EndpointChange::default();
    let mut incomplete = false;
    match plan.kind {
        EndpointKind::Gateway => {
            let tables = gateway_tables(topology, observed, plan);
            incomplete = !topology.has_existing_network() && tables.len() < topology.subnets.len();
            (change.add_route_table_ids, change.remove_route_table_ids) = sets(&tables, &endpoint.route_table_ids);
        }
        EndpointKind::Interface => {
            let subnets = observed.subnet_ids_in(&topology.ownership, &topology.subnets, |zone| {
                plan.availability_zones.contains(zone)
            });
            incomplete |= subnets.len() < plan.availability_zones.len();
            (change.add_subnet_ids, change.remove_subnet_ids) = sets(&subnets, &endpoint.subnet_ids);
            let group = group::current(topology, observed);
            incomplete |= group.is_none();
            if let Some(group) = group {
                let groups = BTreeSet::from([group.id.clone()]);
                (change.add_security_group_ids, change.remove_security_group_ids) =
                    sets(&groups, &endpoint.security_group_ids);
            }
            if endpoint.private_dns_enabled != plan.private_dns_enabled {
                change.private_dns_enabled = Some(plan.private_dns_enabled);
            }
        }
    }
    if !policy::same(plan.policy.as_deref(), endpoint.policy.as_deref()) {
        let wanted = plan.policy.clone();
        change.policy = Some(wanted.map_or(PolicyChange::Reset, PolicyChange::Replace));
    }
    (incomplete || change != EndpointChange::default()).then_some(change)
}

/// The route tables that a gateway endpoint is to be on, as far as they exist. In an existing network another endpoint may be on some.
pub(super) fn gateway_tables(topology: &Topology, observed: &Observed, plan: &EndpointPlan) -> BTreeSet<String> {
    if topology.has_existing_network() {
        return Guests::of(topology, observed).open_route_tables(&plan.service_name);
    }
    assign_route_tables(topology, observed).into_values().collect()
}

fn sets(wanted: &BTreeSet<String>, current: &BTreeSet<String>) -> (BTreeSet<String>, BTreeSet<String>) {
    (
        wanted.difference(current).cloned().collect(),
        current.difference(wanted).cloned().collect(),
    )
}
