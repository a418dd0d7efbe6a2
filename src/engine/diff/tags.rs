//! Tags of EC2 resources.

use std::collections::{BTreeMap, BTreeSet};

use super::super::compare::tag_changes;
use super::super::graph::Task;
use super::super::group;
use super::super::step::Step;
use super::assign_route_tables;
use crate::domain::Tags;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

/// Tags of EC2 resources, grouped so that resources with the same change share a call.
pub(super) fn network_tags(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &topology.ownership;
    let mut put: BTreeMap<Tags, BTreeSet<String>> = BTreeMap::new();
    let mut drop: BTreeMap<BTreeSet<String>, BTreeSet<String>> = BTreeMap::new();
    let mut compare = |id: &str, current: &Tags, wanted: &Tags| {
        let change = tag_changes(current, wanted, &topology.ignored_tags);
        if !change.put.is_empty() {
            put.entry(change.put).or_default().insert(id.to_owned());
        }
        if !change.remove.is_empty() {
            drop.entry(change.remove).or_default().insert(id.to_owned());
        }
    };
    if let Some(vpc) = observed.vpc.as_ref().filter(|_| !topology.has_existing_network()) {
        compare(&vpc.id, &vpc.tags, &topology.vpc.tags);
    }
    let tables = assign_route_tables(topology, observed);
    for plan in topology.subnets.iter().filter(|plan| plan.id.is_none()) {
        if let Some(subnet) = observed.own_subnet(ownership, plan) {
            compare(&subnet.id, &subnet.tags, &plan.tags);
        }
        if let Some(table) = tables
            .get(&plan.availability_zone)
            .and_then(|id| observed.route_tables.get(id))
        {
            compare(&table.id, &table.tags, &plan.route_table_tags);
        }
    }
    if let Some(group) = group::current(topology, observed) {
        compare(&group.id, &group.tags, &topology.security_group.tags);
    }
    for plan in &topology.endpoints {
        if let Some(endpoint) = observed
            .own_endpoint(ownership, plan)
            .filter(|endpoint| !endpoint.has_failed())
        {
            compare(&endpoint.id, &endpoint.tags, &plan.tags);
        }
    }
    tasks.extend(
        put.into_iter()
            .map(|(tags, ids)| Task::new(Step::Tag { ids, tags }, [], [])),
    );
    tasks.extend(
        drop.into_iter()
            .map(|(keys, ids)| Task::new(Step::Untag { ids, keys }, [], [])),
    );
}
