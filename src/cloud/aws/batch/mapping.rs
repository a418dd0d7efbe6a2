//! The fields of a compute environment, as Batch has them.
//!
//! Types and strategies go to the SDK as words: its enum for updates lacks `BEST_FIT`, and AWS is the one to refuse it.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_batch::types::builders::ComputeResourceBuilder;
use aws_sdk_batch::types::{
    CeState, CeStatus, ComputeEnvironmentDetail, ComputeResource, ComputeResourceUpdate, ComputeScalingPolicy,
    CrAllocationStrategy, CrType, CrUpdateAllocationStrategy, Ec2Configuration as SdkEc2Configuration, EcsSettings,
    UpdatePolicy as SdkUpdatePolicy,
};

use super::launch_template;
use crate::cloud::{ComputeEnvironmentRequest, ComputeEnvironmentUpdate, InstancesRequest};
use crate::domain::Tags;
use crate::domain::batch::{ContainerInsights, Ec2Configuration, UpdatePolicy};
use crate::domain::observed::ComputeEnvironment;

pub(super) fn state(enabled: bool) -> CeState {
    if enabled { CeState::Enabled } else { CeState::Disabled }
}

pub(super) fn list(set: &BTreeSet<String>) -> Vec<String> {
    set.iter().cloned().collect()
}

pub(super) fn map(tags: &Tags) -> HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

pub(super) fn some_map(tags: &Tags) -> Option<HashMap<String, String>> {
    (!tags.is_empty()).then(|| map(tags))
}

fn images(configurations: &[Ec2Configuration]) -> Vec<SdkEc2Configuration> {
    configurations
        .iter()
        .map(|configuration| {
            SdkEc2Configuration::builder()
                .image_type(&configuration.image_type)
                .set_image_id_override(configuration.image_id_override.clone())
                .build()
        })
        .collect()
}

pub(super) fn insights(mode: ContainerInsights) -> EcsSettings {
    EcsSettings::builder().container_insights(mode.as_str().into()).build()
}

pub(super) fn update_policy(policy: UpdatePolicy) -> SdkUpdatePolicy {
    SdkUpdatePolicy::builder()
        .job_execution_timeout_minutes(policy.job_execution_timeout_minutes.into())
        .terminate_jobs_on_update(policy.terminate_jobs_on_update)
        .build()
}

fn scaling_policy(minutes: i32) -> ComputeScalingPolicy {
    ComputeScalingPolicy::builder()
        .min_scale_down_delay_minutes(minutes)
        .build()
}

pub(super) fn resources(request: &ComputeEnvironmentRequest) -> ComputeResource {
    let resources = ComputeResource::builder()
        .r#type(CrType::from(request.compute_type.as_str()))
        .maxv_cpus(request.max_vcpus)
        .set_subnets(Some(list(&request.subnet_ids)))
        .set_security_group_ids(Some(list(&request.security_group_ids)));
    match &request.instances {
        None => resources.build(),
        Some(instances) => with_instances(resources, instances).build(),
    }
}

#[expect(
    deprecated,
    reason = "image_id is an argument of the resource and works until AWS removes it"
)]
fn with_instances(resources: ComputeResourceBuilder, request: &InstancesRequest) -> ComputeResourceBuilder {
    let instances = &request.resources;
    resources
        .allocation_strategy(CrAllocationStrategy::from(instances.allocation_strategy.as_str()))
        .set_instance_types(Some(instances.instance_types.clone()))
        .minv_cpus(instances.min_vcpus)
        .set_desiredv_cpus(instances.desired_vcpus)
        .set_bid_percentage(instances.bid_percentage)
        .set_image_id(instances.image_id.clone())
        .set_ec2_configuration((!instances.ec2_configuration.is_empty()).then(|| images(&instances.ec2_configuration)))
        .set_ec2_key_pair(instances.ec2_key_pair.clone())
        .set_placement_group(instances.placement_group.clone())
        .set_launch_template(instances.launch_template.as_ref().map(launch_template::to_sdk))
        .instance_role(&request.instance_role_arn)
        .set_spot_iam_fleet_role(request.spot_iam_fleet_role_arn.clone())
        .set_tags(some_map(&instances.instance_tags))
        .set_scaling_policy(instances.min_scale_down_delay_minutes.map(scaling_policy))
}

/// `None`: no field of `computeResources` changes. AWS refuses an empty one ("At least one compute-resources attribute must be
/// specified"). Empty lists and texts are sent: they clear a field (User Guide, "Update a compute environment in AWS Batch").
pub(super) fn changed_resources(update: &ComputeEnvironmentUpdate) -> Option<ComputeResourceUpdate> {
    let (scaling, infrastructure) = (&update.scaling, &update.infrastructure);
    let changed = ComputeResourceUpdate::builder()
        .set_minv_cpus(scaling.min_vcpus)
        .set_maxv_cpus(scaling.max_vcpus)
        .set_scaling_policy(scaling.min_scale_down_delay_minutes.map(scaling_policy))
        .set_type(infrastructure.compute_type.map(|other| CrType::from(other.as_str())))
        .set_allocation_strategy(
            infrastructure
                .allocation_strategy
                .map(|strategy| CrUpdateAllocationStrategy::from(strategy.as_str())),
        )
        .set_instance_types(infrastructure.instance_types.clone())
        .set_image_id(infrastructure.image_id.clone())
        .set_ec2_configuration(infrastructure.ec2_configuration.as_deref().map(images))
        .set_ec2_key_pair(infrastructure.ec2_key_pair.clone())
        .set_bid_percentage(infrastructure.bid_percentage)
        .set_placement_group(infrastructure.placement_group.clone())
        .set_launch_template(
            infrastructure
                .launch_template
                .as_ref()
                .map(launch_template::changed_to_sdk),
        )
        .set_update_to_latest_image_version(infrastructure.update_to_latest_image_version.then_some(true))
        .set_instance_role(infrastructure.instance_role_arn.clone())
        .set_subnets(infrastructure.subnet_ids.as_ref().map(list))
        .set_security_group_ids(infrastructure.security_group_ids.as_ref().map(list))
        .set_tags(infrastructure.instance_tags.as_ref().map(map))
        .build();
    (changed != ComputeResourceUpdate::builder().build()).then_some(changed)
}

#[expect(
    deprecated,
    reason = "image_id is an argument of the resource and works until AWS removes it"
)]
pub(super) fn from_sdk(detail: &ComputeEnvironmentDetail) -> ComputeEnvironment {
    let text = |value: Option<&str>| value.unwrap_or_default().to_owned();
    let tags = |tags: Option<&HashMap<String, String>>| tags.cloned().unwrap_or_default().into_iter().collect();
    // Absent in unmanaged environments.
    let unmanaged = ComputeResource::builder().build();
    let resources = detail.compute_resources().unwrap_or(&unmanaged);
    // Batch sends empty text for what is not set.
    let given = |value: Option<&str>| value.filter(|text| !text.is_empty()).map(str::to_owned);
    ComputeEnvironment {
        name: text(detail.compute_environment_name()),
        arn: text(detail.compute_environment_arn()),
        ecs_cluster_arn: given(detail.ecs_cluster_arn()),
        status: text(detail.status().map(CeStatus::as_str)),
        status_reason: given(detail.status_reason()),
        enabled: detail.state() == Some(&CeState::Enabled),
        compute_type: text(resources.r#type().map(CrType::as_str)),
        allocation_strategy: given(resources.allocation_strategy().map(CrAllocationStrategy::as_str)),
        instance_types: resources.instance_types().to_vec(),
        min_vcpus: resources.minv_cpus().unwrap_or(0),
        desired_vcpus: resources.desiredv_cpus(),
        max_vcpus: resources.maxv_cpus().unwrap_or(0),
        image_id: given(resources.image_id()),
        ec2_configuration: resources
            .ec2_configuration()
            .iter()
            .map(|configuration| Ec2Configuration {
                image_type: text(configuration.image_type()),
                image_id_override: given(configuration.image_id_override()),
            })
            .collect(),
        ec2_key_pair: given(resources.ec2_key_pair()),
        placement_group: given(resources.placement_group()),
        launch_template: resources.launch_template().and_then(launch_template::from_sdk),
        bid_percentage: resources.bid_percentage(),
        instance_role_arn: given(resources.instance_role()),
        service_role_arn: given(detail.service_role()),
        spot_iam_fleet_role_arn: given(resources.spot_iam_fleet_role()),
        min_scale_down_delay_minutes: resources
            .scaling_policy()
            .and_then(ComputeScalingPolicy::min_scale_down_delay_minutes)
            .filter(|minutes| *minutes > 0),
        container_insights: detail
            .ecs_settings()
            .and_then(EcsSettings::container_insights)
            .map(|mode| mode.as_str().to_owned()),
        update_policy: detail.update_policy().map(policy_from_sdk),
        subnet_ids: resources.subnets().iter().cloned().collect(),
        security_group_ids: resources.security_group_ids().iter().cloned().collect(),
        instance_tags: tags(resources.tags()),
        tags: tags(detail.tags()),
    }
}

/// What it leaves out is at its default.
fn policy_from_sdk(policy: &SdkUpdatePolicy) -> UpdatePolicy {
    let default = UpdatePolicy::default();
    let minutes = policy.job_execution_timeout_minutes();
    UpdatePolicy {
        job_execution_timeout_minutes: minutes
            .and_then(|minutes| i32::try_from(minutes).ok())
            .unwrap_or(default.job_execution_timeout_minutes),
        terminate_jobs_on_update: policy
            .terminate_jobs_on_update()
            .unwrap_or(default.terminate_jobs_on_update),
    }
}

/// Batch may show an environment for a moment after it is gone.
pub(super) fn is_there(detail: &ComputeEnvironmentDetail) -> bool {
    detail.status() != Some(&CeStatus::Deleted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{InfrastructureUpdate, ScalingUpdate};

    #[test]
    fn an_update_without_resources_sends_no_empty_object() {
        let update = ComputeEnvironmentUpdate {
            enabled: Some(false),
            service_role_arn: Some("arn:aws:iam::123456789012:role/batch".to_owned()),
            ..ComputeEnvironmentUpdate::default()
        };
        assert_eq!(changed_resources(&update), None);
    }

    #[test]
    fn an_empty_list_is_a_change() {
        let update = ComputeEnvironmentUpdate {
            infrastructure: InfrastructureUpdate {
                ec2_configuration: Some(Vec::new()),
                ..InfrastructureUpdate::default()
            },
            ..ComputeEnvironmentUpdate::default()
        };
        let changed = changed_resources(&update).unwrap();
        assert_eq!(changed.ec2_configuration, Some(Vec::new()));
    }

    #[test]
    fn a_scaling_update_has_scaling_fields_alone() {
        let update = ComputeEnvironmentUpdate {
            scaling: ScalingUpdate {
                min_vcpus: Some(1),
                max_vcpus: Some(8),
                ..ScalingUpdate::default()
            },
            ..ComputeEnvironmentUpdate::default()
        };
        let expected = ComputeResourceUpdate::builder().minv_cpus(1).maxv_cpus(8).build();
        assert_eq!(changed_resources(&update), Some(expected));
    }

    #[test]
    fn an_unmanaged_environment_and_empty_text_are_read_without_guessing() {
        let detail = ComputeEnvironmentDetail::builder()
            .compute_environment_name("other")
            .status_reason("")
            .build();
        let seen = from_sdk(&detail);
        assert_eq!((seen.compute_type.as_str(), seen.status_reason), ("", None));
        assert!(is_there(&detail));
        assert!(!is_there(
            &ComputeEnvironmentDetail::builder().status(CeStatus::Deleted).build()
        ));
    }
}
