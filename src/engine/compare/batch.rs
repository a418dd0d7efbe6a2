//! The compute environment: what differs, and in which calls it is mended.

use std::collections::BTreeSet;

use super::super::group;
use super::tag_changes;
use crate::cloud::{ComputeEnvironmentUpdate, InfrastructureUpdate, ScalingUpdate};
use crate::domain::Tags;
use crate::domain::batch::{
    self, ComputeEnvironmentPlan, Ec2Configuration, InstanceProfileChoice, InstanceResources, InstancesPlan,
    LaunchTemplate, ServiceRoleChoice, SpotFleetRoleChoice, memory,
};
use crate::domain::identity;
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::topology::Topology;

/// Per cent of the on-demand price at which there is no bound. Source: AWS Batch API Reference, ComputeResource.
const NO_BID: i32 = 100;

/// The instance profile ARN that the compute environment is to have, once its profile exists.
pub(in crate::engine) fn instance_profile_arn(plan: &InstancesPlan, observed: &Observed) -> Option<String> {
    match &plan.instance_profile {
        InstanceProfileChoice::Existing(arn) => Some(arn.clone()),
        InstanceProfileChoice::Owned => observed.instance_profile.as_ref().map(|profile| profile.arn.clone()),
    }
}

/// The service role ARN that is given to Batch; `None` for the service-linked role, or while the own role does not exist.
pub(in crate::engine) fn service_role_arn(topology: &Topology, observed: &Observed) -> Option<String> {
    match &topology.compute_environment.service_role {
        ServiceRoleChoice::ServiceLinked => None,
        ServiceRoleChoice::Existing(arn) => Some(arn.clone()),
        ServiceRoleChoice::Owned => observed.service_role.as_ref().map(|role| role.arn.clone()),
    }
}

/// The Spot Fleet role ARN that is given to Batch; `None` if none is needed, or while the own role does not exist.
pub(in crate::engine) fn spot_iam_fleet_role_arn(plan: &InstancesPlan, observed: &Observed) -> Option<String> {
    match plan.spot_fleet_role.as_ref()? {
        SpotFleetRoleChoice::Existing(arn) => Some(arn.clone()),
        SpotFleetRoleChoice::Owned => observed.spot_fleet_role.as_ref().map(|role| role.arn.clone()),
    }
}

/// Security groups of the compute environment, as far as they exist.
pub(in crate::engine) fn security_group_ids(topology: &Topology, observed: &Observed) -> BTreeSet<String> {
    let own = group::current(topology, observed);
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
pub(in crate::engine) fn compute_environment_update(
    topology: &Topology,
    observed: &Observed,
    current: &ComputeEnvironment,
) -> Option<ComputeEnvironmentUpdate> {
    let plan = &topology.compute_environment;
    let subnets = observed.subnet_ids_in(&topology.ownership, &topology.subnets, |_| true);
    let groups = security_group_ids(topology, observed);
    let role = service_role_arn(topology, observed).filter(|arn| current.service_role_arn.as_ref() != Some(arn));
    let mut update = ComputeEnvironmentUpdate {
        enabled: changed(plan.enabled, current.enabled),
        service_role_arn: role,
        container_insights: insights_change(plan, current),
        scaling: ScalingUpdate {
            max_vcpus: changed(plan.max_vcpus, current.max_vcpus),
            ..ScalingUpdate::default()
        },
        infrastructure: InfrastructureUpdate {
            subnet_ids: changed(subnets, current.subnet_ids.clone()),
            security_group_ids: changed(groups, current.security_group_ids.clone()),
            ..InfrastructureUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    };
    // An own role or profile that does not exist yet is a difference: what it is, is known when it is there.
    let mut awaits_role = plan.service_role == ServiceRoleChoice::Owned && observed.service_role.is_none();
    if let Some(instances) = &plan.instances {
        awaits_role |=
            instances.instance_profile == InstanceProfileChoice::Owned && observed.instance_profile.is_none();
        instances_update(topology, instances, observed, current, &mut update);
    }
    (awaits_role || update != ComputeEnvironmentUpdate::default()).then_some(update)
}

/// Adds what differs about instances.
fn instances_update(
    topology: &Topology,
    plan: &InstancesPlan,
    observed: &Observed,
    current: &ComputeEnvironment,
    update: &mut ComputeEnvironmentUpdate,
) {
    let wanted = &plan.resources;
    let compute_type = topology.compute_environment.compute_type;
    let current_profile = current.instance_role_arn.as_deref().map(identity::name_in_arn);
    let delay = |minutes: Option<i32>| minutes.unwrap_or(0);
    // On on-demand instances the bound means nothing, and may be left from before.
    let bid = |percentage: Option<i32>| percentage.unwrap_or(NO_BID);
    let bid_counts = compute_type.takes("bid_percentage");
    let template = template_change(wanted, current);
    let refresh = plan.image_refresh.as_ref();
    let refreshed = current.tags.get(memory::IMAGE_REFRESH_KEY);

    update.scaling.min_vcpus = changed(wanted.min_vcpus, current.min_vcpus);
    update.scaling.min_scale_down_delay_minutes = changed(
        delay(wanted.min_scale_down_delay_minutes),
        delay(current.min_scale_down_delay_minutes),
    );
    let policy = current.update_policy.unwrap_or_default();
    update.update_policy = changed(plan.update_policy, policy).filter(|_| topology.compute_environment.updatable);
    update.infrastructure = InfrastructureUpdate {
        compute_type: (current.compute_type != compute_type.as_str()).then_some(compute_type),
        allocation_strategy: (current.allocation_strategy.as_deref() != Some(wanted.allocation_strategy.as_str()))
            .then_some(wanted.allocation_strategy),
        instance_types: (!same_instance_types(wanted, current)).then(|| wanted.instance_types.clone()),
        bid_percentage: changed(bid(wanted.bid_percentage), bid(current.bid_percentage)).filter(|_| bid_counts),
        image_id: text_change(wanted.image_id.as_deref(), current.image_id.as_deref()),
        ec2_configuration: (!same_ec2_configuration(wanted, current)).then(|| wanted.ec2_configuration.clone()),
        ec2_key_pair: text_change(wanted.ec2_key_pair.as_deref(), current.ec2_key_pair.as_deref()),
        placement_group: text_change(wanted.placement_group.as_deref(), current.placement_group.as_deref()),
        // The AMI of a launch template stays, even without the template, unless Batch is told to look for it.
        update_to_latest_image_version: template.is_some() || (refresh.is_some() && refresh != refreshed),
        launch_template: template,
        instance_role_arn: instance_profile_arn(plan, observed)
            .filter(|arn| current_profile != Some(identity::name_in_arn(arn))),
        instance_tags: instance_tags_change(topology, &wanted.instance_tags, current),
        ..std::mem::take(&mut update.infrastructure)
    };
}

/// The calls that carry out an update, in order. Scaling fields travel alone, which Batch carries out in minutes and without touching
/// instances; so do the service role, the cluster's settings and the state (ENABLED, DISABLED). The update policy goes with every
/// infrastructure update, and else beside the upper bound of vCPUs, since by itself it is no change to Batch.
pub(in crate::engine) fn calls(
    plan: &ComputeEnvironmentPlan,
    update: ComputeEnvironmentUpdate,
) -> Vec<ComputeEnvironmentUpdate> {
    let nothing = ComputeEnvironmentUpdate::default;
    let has_infrastructure = update.infrastructure != InfrastructureUpdate::default();
    let policy = plan.instances.as_ref().map(|instances| instances.update_policy);
    let alone = update.update_policy.filter(|_| !has_infrastructure);
    let scaling = ComputeEnvironmentUpdate {
        scaling: ScalingUpdate {
            max_vcpus: update.scaling.max_vcpus.or(alone.map(|_| plan.max_vcpus)),
            ..update.scaling
        },
        update_policy: alone,
        ..nothing()
    };
    let infrastructure = ComputeEnvironmentUpdate {
        update_policy: policy.filter(|_| has_infrastructure),
        infrastructure: update.infrastructure,
        ..nothing()
    };
    let role = ComputeEnvironmentUpdate {
        service_role_arn: update.service_role_arn,
        ..nothing()
    };
    let insights = ComputeEnvironmentUpdate {
        container_insights: update.container_insights,
        ..nothing()
    };
    let state = ComputeEnvironmentUpdate {
        enabled: update.enabled,
        ..nothing()
    };
    [role, scaling, infrastructure, insights, state]
        .into_iter()
        .filter(|call| *call != nothing())
        .collect()
}

fn changed<T: PartialEq>(wanted: T, current: T) -> Option<T> {
    (wanted != current).then_some(wanted)
}

/// The mode of Container Insights to ask for. One that is no longer asked for is turned off, which is AWS Batch's default; one that
/// was never asked for is the account's.
fn insights_change(plan: &ComputeEnvironmentPlan, current: &ComputeEnvironment) -> Option<batch::ContainerInsights> {
    let asked = current.tags.contains_key(memory::CONTAINER_INSIGHTS_KEY);
    let wanted = plan
        .container_insights
        .or(asked.then_some(batch::ContainerInsights::Disabled))?;
    (current.container_insights.as_deref() != Some(wanted.as_str())).then_some(wanted)
}

fn template_change(plan: &InstanceResources, current: &ComputeEnvironment) -> Option<LaunchTemplate> {
    match (&plan.launch_template, &current.launch_template) {
        (None, None) => None,
        (Some(wanted), Some(seen)) if wanted.is_same(seen) => None,
        (wanted, _) => Some(wanted.clone().unwrap_or_default()),
    }
}

/// The instances' tags, if they differ; those of others that are ignored stay, because the call replaces all.
fn instance_tags_change(topology: &Topology, wanted: &Tags, current: &ComputeEnvironment) -> Option<Tags> {
    if tag_changes(&current.instance_tags, wanted, &topology.ignored_tags).is_empty() {
        return None;
    }
    let mut tags = current.instance_tags.clone();
    tags.retain(|key, _| topology.ignored_tags.covers(key));
    tags.extend(wanted.clone());
    Some(tags)
}

/// Whether the instance types are the planned ones. Their order matters to the strategies that are about it.
fn same_instance_types(plan: &InstanceResources, current: &ComputeEnvironment) -> bool {
    let set = |types: &[String]| types.iter().cloned().collect::<BTreeSet<_>>();
    if plan.allocation_strategy.is_ordered() {
        plan.instance_types == current.instance_types
    } else {
        set(&plan.instance_types) == set(&current.instance_types)
    }
}

/// Empty text clears a field of Batch's, and is what it reports of a cleared one.
fn text_change(wanted: Option<&str>, current: Option<&str>) -> Option<String> {
    let (wanted, current) = (wanted.unwrap_or_default(), current.unwrap_or_default());
    (wanted != current).then(|| wanted.to_owned())
}

/// Whether the image types are as planned. When none are given, Batch fills in its default, which is no difference.
fn same_ec2_configuration(plan: &InstanceResources, current: &ComputeEnvironment) -> bool {
    if plan.ec2_configuration.is_empty() {
        return batch::is_default_ec2_configuration(&current.ec2_configuration, &plan.instance_types);
    }
    let set = |list: &[Ec2Configuration]| list.iter().cloned().collect::<BTreeSet<_>>();
    set(&plan.ec2_configuration) == set(&current.ec2_configuration)
}
