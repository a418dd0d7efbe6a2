//! Part by part: what differs between the desired and the observed, in the words of the request that mends it.

use std::collections::BTreeSet;

use super::diff::assign_route_tables;
use crate::cloud::{ComputeEnvironmentUpdate, EndpointChange, InfrastructureUpdate, ScalingUpdate};
use crate::domain::Tags;
use crate::domain::batch::{
    self, AllocationStrategy, ComputeEnvironmentPlan, Ec2Configuration, InstanceProfileChoice, ServiceRoleChoice,
};
use crate::domain::endpoint::EndpointKind;
use crate::domain::existing::guests::Guests;
use crate::domain::identity;
use crate::domain::observed::{ComputeEnvironment, Endpoint, Observed};
use crate::domain::spec::IgnoredTags;
use crate::domain::topology::{EndpointPlan, Topology};

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
            let group = observed.own_security_group(&topology.ownership, Some(&topology.security_group));
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

/// The instance profile ARN that the compute environment is to have, once its profile exists.
pub(super) fn instance_profile_arn(topology: &Topology, observed: &Observed) -> Option<String> {
    match &topology.compute_environment.instance_profile {
        InstanceProfileChoice::Existing(arn) => Some(arn.clone()),
        InstanceProfileChoice::Owned => observed.instance_profile.as_ref().map(|profile| profile.arn.clone()),
    }
}

/// The service role ARN that is given to Batch; `None` for the service-linked role, or while the own role does not exist.
pub(super) fn service_role_arn(topology: &Topology, observed: &Observed) -> Option<String> {
    match &topology.compute_environment.service_role {
        ServiceRoleChoice::ServiceLinked => None,
        ServiceRoleChoice::Existing(arn) => Some(arn.clone()),
        ServiceRoleChoice::Owned => observed.service_role.as_ref().map(|role| role.arn.clone()),
    }
}

/// Security groups of the compute environment, as far as they exist.
pub(super) fn security_group_ids(topology: &Topology, observed: &Observed) -> BTreeSet<String> {
    let own = observed.own_security_group(&topology.ownership, Some(&topology.security_group));
    own.map(|group| group.id.clone())
        .into_iter()
        .chain(
            topology
                .compute_environment
                .additional_security_group_ids
                .iter()
                .cloned(),
        )
        .collect()
}

/// What differs between the planned and the observed compute environment; `None` when nothing does.
///
/// `desired_vcpus` is left out on purpose: Batch owns it once the environment exists.
pub(super) fn compute_environment_update(
    topology: &Topology,
    observed: &Observed,
    current: &ComputeEnvironment,
) -> Option<ComputeEnvironmentUpdate> {
    let plan = &topology.compute_environment;
    let changed = |differs: bool| differs.then_some(());
    // An own role or profile that does not exist yet is a difference: what it is, is known when it is there.
    let awaits_role = (plan.instance_profile == InstanceProfileChoice::Owned && observed.instance_profile.is_none())
        || (plan.service_role == ServiceRoleChoice::Owned && observed.service_role.is_none());
    let subnets = observed.subnet_ids_in(&topology.ownership, &topology.subnets, |_| true);
    let groups = security_group_ids(topology, observed);
    let current_profile = current.instance_role_arn.as_deref().map(identity::name_in_arn);
    let profile =
        instance_profile_arn(topology, observed).filter(|arn| current_profile != Some(identity::name_in_arn(arn)));
    let role = service_role_arn(topology, observed).filter(|arn| current.service_role_arn.as_ref() != Some(arn));
    let update = ComputeEnvironmentUpdate {
        enabled: changed(current.enabled != plan.enabled).map(|()| plan.enabled),
        service_role_arn: role,
        scaling: ScalingUpdate {
            min_vcpus: changed(current.min_vcpus != plan.min_vcpus).map(|()| plan.min_vcpus),
            max_vcpus: changed(current.max_vcpus != plan.max_vcpus).map(|()| plan.max_vcpus),
        },
        infrastructure: InfrastructureUpdate {
            allocation_strategy: changed(
                current.allocation_strategy.as_deref() != Some(plan.allocation_strategy.as_str()),
            )
            .map(|()| plan.allocation_strategy),
            instance_types: changed(!same_instance_types(plan, current)).map(|()| plan.instance_types.clone()),
            image_id: text_change(plan.image_id.as_deref(), current.image_id.as_deref()),
            ec2_configuration: changed(!same_ec2_configuration(plan, current)).map(|()| plan.ec2_configuration.clone()),
            ec2_key_pair: text_change(plan.ec2_key_pair.as_deref(), current.ec2_key_pair.as_deref()),
            instance_role_arn: profile,
            subnet_ids: changed(subnets != current.subnet_ids).map(|()| subnets),
            security_group_ids: changed(groups != current.security_group_ids).map(|()| groups),
            instance_tags: instance_tags_change(topology, current),
        },
    };
    (awaits_role || update != ComputeEnvironmentUpdate::default()).then_some(update)
}

/// The instances' tags, if they differ; those of others that are ignored stay, because the call replaces all.
fn instance_tags_change(topology: &Topology, current: &ComputeEnvironment) -> Option<Tags> {
    let wanted = &topology.compute_environment.instance_tags;
    if tag_changes(&current.instance_tags, wanted, &topology.ignored_tags).is_empty() {
        return None;
    }
    let mut tags = current.instance_tags.clone();
    tags.retain(|key, _| topology.ignored_tags.covers(key));
    tags.extend(wanted.clone());
    Some(tags)
}

/// Whether the instance types are the planned ones. Their order matters to the one strategy that is about it.
fn same_instance_types(plan: &ComputeEnvironmentPlan, current: &ComputeEnvironment) -> bool {
    let set = |types: &[String]| types.iter().cloned().collect::<BTreeSet<_>>();
    match plan.allocation_strategy {
        AllocationStrategy::BestFitProgressiveOrdered => plan.instance_types == current.instance_types,
        AllocationStrategy::BestFit | AllocationStrategy::BestFitProgressive => {
            set(&plan.instance_types) == set(&current.instance_types)
        }
    }
}

/// Empty text clears a field of Batch's, and is what it reports of a cleared one.
fn text_change(wanted: Option<&str>, current: Option<&str>) -> Option<String> {
    let (wanted, current) = (wanted.unwrap_or_default(), current.unwrap_or_default());
    (wanted != current).then(|| wanted.to_owned())
}

/// Whether the image types are as planned. When none are given, Batch fills in its default, which is no difference.
fn same_ec2_configuration(plan: &ComputeEnvironmentPlan, current: &ComputeEnvironment) -> bool {
    if plan.ec2_configuration.is_empty() {
        return batch::is_default_ec2_configuration(&current.ec2_configuration, &plan.instance_types);
    }
    let set = |list: &[Ec2Configuration]| list.iter().cloned().collect::<BTreeSet<_>>();
    set(&plan.ec2_configuration) == set(&current.ec2_configuration)
}
