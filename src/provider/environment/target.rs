//! What the engine is to look at: from a topology, from a state, or from both.

use std::collections::BTreeSet;

use tf_provider::value::Value;

use super::facts::RegionFacts;
use super::model::{ComputeEnvironment, Environment};
use super::spec;
use crate::domain::batch::{AllocationStrategy, ComputeType};
use crate::domain::identity::name_in_arn;
use crate::domain::name::{self, Ownership};
use crate::domain::own::Claims;
use crate::domain::topology::Topology;
use crate::engine::Target;
use crate::provider::read::{object, text};

/// What an apply is to look at.
pub(super) fn target(topology: &Topology, prior: Option<&Environment>, known: &RegionFacts) -> Target {
    let had = prior.and_then(|prior| target_of_state(prior, known));
    Target {
        ownership: topology.ownership.clone(),
        vpc_id: had.as_ref().and_then(|had| had.vpc_id.clone()),
        existing_vpc_id: topology.vpc.id.clone(),
        compute_environment_name: had.as_ref().and_then(|had| had.compute_environment_name.clone()),
        job_queues: had.as_ref().map(|had| had.job_queues.clone()).unwrap_or_default(),
        instance_role: topology.instance_role.is_some() || had.as_ref().is_some_and(|had| had.instance_role),
        service_role: topology.service_role.is_some() || had.as_ref().is_some_and(|had| had.service_role),
        // One that could not be deleted when the strategy changed is still there.
        spot_fleet_role: topology.spot_fleet_role.is_some() || had.as_ref().is_some_and(|had| had.spot_fleet_role),
        claims: had.map(|had| had.claims).unwrap_or_default(),
    }
}

/// What a refresh or a destroy is to look at.
pub(super) fn target_of_state(state: &Environment, known: &RegionFacts) -> Option<Target> {
    let ownership = spec::ownership(state)?;
    let compute = object(&state.compute_environment);
    let network = object(&state.network);
    // What an interrupted swap left behind shows as drift; a role that only the former compute environment had may be among it.
    let unfinished = state.drift.iter().flatten().next().is_some();
    let (existing_vpc_id, vpc_id) = match spec::is_existing(&network) {
        true => (text(&network.vpc_id), None),
        false => (None, text(&network.vpc_id)),
    };
    Some(Target {
        vpc_id,
        existing_vpc_id,
        // A name without an ARN was only planned: what has that name may be somebody else's.
        compute_environment_name: text(&compute.arn).and(text(&compute.name)),
        job_queues: job_queues(state),
        instance_role: has_instance_role(&compute, &ownership) || unfinished,
        service_role: compute.create_service_role.unwrap_or(false) || unfinished,
        spot_fleet_role: has_spot_fleet_role(&compute, &ownership) || unfinished,
        claims: claims(state, known),
        ownership,
    })
}

/// Whether the state is of instances that may have the environment's own role: not with a profile that was given.
fn has_instance_role(compute: &ComputeEnvironment, ownership: &Ownership) -> bool {
    let compute_type = text(&compute.r#type).and_then(|word| word.parse().ok());
    let instances = compute_type.is_none_or(ComputeType::has_instances);
    let profile = text(&compute.instance_role_arn);
    instances && profile.is_none_or(|arn| name_in_arn(&arn) == name::instance_role_name(ownership))
}

/// Whether the state is of Spot instances that may have the environment's own role of Spot Fleet, which one strategy alone needs.
fn has_spot_fleet_role(compute: &ComputeEnvironment, ownership: &Ownership) -> bool {
    let is_spot = text(&compute.r#type).as_deref() == Some(ComputeType::Spot.as_str());
    let needs_one = text(&compute.allocation_strategy).as_deref() == Some(AllocationStrategy::BestFit.as_str());
    let role = text(&compute.spot_iam_fleet_role_arn);
    is_spot && needs_one && role.is_none_or(|arn| name_in_arn(&arn) == name::spot_fleet_role_name(ownership))
}

/// The names of the queues that a state knows; one without an ARN was only planned.
fn job_queues(state: &Environment) -> BTreeSet<String> {
    let queues = known(state.job_queues.iter().flatten().map(|(_, queue)| queue));
    queues
        .filter_map(|queue| text(&queue.arn).and(text(&queue.name)))
        .collect()
}

/// What a state knows as the environment's own.
pub(super) fn claims(state: &Environment, known: &RegionFacts) -> Claims {
    Claims {
        ids: claimed(state),
        adopted: known.adopted,
    }
}

/// The ids of the parts that a state knows as the environment's own: of an existing network nothing, and no endpoint of others.
fn claimed(state: &Environment) -> BTreeSet<String> {
    let network = object(&state.network);
    let endpoints = object(&state.endpoints);
    let compute = object(&state.compute_environment);
    let mut ids = vec![
        object(&state.security_group).id,
        compute.arn,
        compute.instance_role_arn,
        compute.service_role_arn,
        compute.spot_iam_fleet_role_arn,
    ];
    if !spec::is_existing(&network) {
        for subnet in known(network.subnets.iter().flatten().map(|(_, subnet)| subnet)) {
            ids.extend([subnet.id.clone(), subnet.route_table_id.clone()]);
        }
        ids.push(network.vpc_id);
    }
    let services = known(endpoints.services.iter().flatten().map(|(_, service)| service));
    let own = services.filter(|service| service.managed != Value::Value(false));
    ids.extend(own.map(|service| service.id.clone()));
    let queues = known(state.job_queues.iter().flatten().map(|(_, queue)| queue));
    ids.extend(queues.map(|queue| queue.arn.clone()));
    ids.iter().filter_map(text).collect()
}

fn known<'a, T: 'a>(values: impl Iterator<Item = &'a Value<T>>) -> impl Iterator<Item = &'a T> {
    values.filter_map(Value::as_ref_option)
}
