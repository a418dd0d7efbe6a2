//! AWS Batch: compute environments.
//!
//! Types and strategies go to the SDK as words: its enum for updates lacks `BEST_FIT`, and AWS is the one to refuse it.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use aws_sdk_batch::types::{
    CeState, CeStatus, CeType, ComputeEnvironmentDetail, ComputeResource, ComputeResourceUpdate, CrAllocationStrategy,
    CrType, CrUpdateAllocationStrategy, Ec2Configuration as SdkEc2Configuration,
};

use super::AwsCloud;
use super::answer::{incomplete, or_gone, refused};
use crate::cloud::{BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, Result};
use crate::domain::Tags;
use crate::domain::batch::Ec2Configuration;
use crate::domain::observed::ComputeEnvironment;

const DESCRIBE: &str = "batch:DescribeComputeEnvironments";
const CREATE: &str = "batch:CreateComputeEnvironment";

fn state(enabled: bool) -> CeState {
    if enabled { CeState::Enabled } else { CeState::Disabled }
}

fn list(set: &BTreeSet<String>) -> Vec<String> {
    set.iter().cloned().collect()
}

fn map(tags: &Tags) -> HashMap<String, String> {
    tags.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn some_map(tags: &Tags) -> Option<HashMap<String, String>> {
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

#[expect(
    deprecated,
    reason = "image_id is an argument of the resource and works until AWS removes it"
)]
fn resources(request: &ComputeEnvironmentRequest) -> ComputeResource {
    ComputeResource::builder()
        .r#type(CrType::from(request.compute_type.as_str()))
        .allocation_strategy(CrAllocationStrategy::from(request.allocation_strategy.as_str()))
        .set_instance_types(Some(request.instance_types.clone()))
        .minv_cpus(request.min_vcpus)
        .set_desiredv_cpus(request.desired_vcpus)
        .maxv_cpus(request.max_vcpus)
        .set_image_id(request.image_id.clone())
        .set_ec2_configuration((!request.ec2_configuration.is_empty()).then(|| images(&request.ec2_configuration)))
        .set_ec2_key_pair(request.ec2_key_pair.clone())
        .instance_role(&request.instance_role_arn)
        .set_subnets(Some(list(&request.subnet_ids)))
        .set_security_group_ids(Some(list(&request.security_group_ids)))
        .set_tags(some_map(&request.instance_tags))
        .build()
}

/// `None`: no field of `computeResources` changes. AWS refuses an empty one ("At least one compute-resources attribute must be
/// specified"). Empty lists and texts are sent: they clear a field (User Guide, "Update a compute environment in AWS Batch").
fn changed_resources(update: &ComputeEnvironmentUpdate) -> Option<ComputeResourceUpdate> {
    let (scaling, infrastructure) = (&update.scaling, &update.infrastructure);
    let changed = ComputeResourceUpdate::builder()
        .set_minv_cpus(scaling.min_vcpus)
        .set_maxv_cpus(scaling.max_vcpus)
        .set_allocation_strategy(
            infrastructure
                .allocation_strategy
                .map(|strategy| CrUpdateAllocationStrategy::from(strategy.as_str())),
        )
        .set_instance_types(infrastructure.instance_types.clone())
        .set_image_id(infrastructure.image_id.clone())
        .set_ec2_configuration(infrastructure.ec2_configuration.as_deref().map(images))
        .set_ec2_key_pair(infrastructure.ec2_key_pair.clone())
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
fn from_sdk(detail: &ComputeEnvironmentDetail) -> ComputeEnvironment {
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
        instance_types: resources.instance_types().iter().cloned().collect(),
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
        instance_role_arn: given(resources.instance_role()),
        service_role_arn: given(detail.service_role()),
        subnet_ids: resources.subnets().iter().cloned().collect(),
        security_group_ids: resources.security_group_ids().iter().cloned().collect(),
        instance_tags: tags(resources.tags()),
        tags: tags(detail.tags()),
    }
}

/// Batch may show an environment for a moment after it is gone.
fn is_there(detail: &ComputeEnvironmentDetail) -> bool {
    detail.status() != Some(&CeStatus::Deleted)
}

#[async_trait]
impl BatchApi for AwsCloud {
    async fn compute_environment(&self, name: &str) -> Result<Option<ComputeEnvironment>> {
        let answer = self
            .batch
            .describe_compute_environments()
            .compute_environments(name)
            .send()
            .await
            .map_err(refused(DESCRIBE))?;
        let found = answer.compute_environments().iter().find(|detail| is_there(detail));
        Ok(found.map(from_sdk))
    }

    async fn compute_environments(&self) -> Result<Vec<ComputeEnvironment>> {
        let details = self
            .batch
            .describe_compute_environments()
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused(DESCRIBE))?;
        Ok(details.iter().filter(|detail| is_there(detail)).map(from_sdk).collect())
    }

    async fn create_compute_environment(&self, request: &ComputeEnvironmentRequest) -> Result<String> {
        let answer = self
            .batch
            .create_compute_environment()
            .compute_environment_name(&request.name)
            .r#type(CeType::Managed)
            .state(state(request.enabled))
            .set_service_role(request.service_role_arn.clone())
            .compute_resources(resources(request))
            .set_tags(some_map(&request.tags))
            .send()
            .await
            .map_err(refused(CREATE))?;
        answer
            .compute_environment_arn()
            .map(str::to_owned)
            .ok_or_else(|| incomplete(CREATE, "ARN"))
    }

    async fn update_compute_environment(&self, name: &str, update: &ComputeEnvironmentUpdate) -> Result<()> {
        if *update == ComputeEnvironmentUpdate::default() {
            return Ok(());
        }
        self.batch
            .update_compute_environment()
            .compute_environment(name)
            .set_state(update.enabled.map(state))
            .set_service_role(update.service_role_arn.clone())
            .set_compute_resources(changed_resources(update))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("batch:UpdateComputeEnvironment"))
    }

    async fn delete_compute_environment(&self, name: &str) -> Result<()> {
        let answer = self
            .batch
            .delete_compute_environment()
            .compute_environment(name)
            .send()
            .await;
        or_gone(answer.map_err(refused("batch:DeleteComputeEnvironment")))
    }

    async fn job_queues_of(&self, compute_environment_arn: &str) -> Result<Vec<String>> {
        let queues = self
            .batch
            .describe_job_queues()
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused("batch:DescribeJobQueues"))?;
        Ok(queues
            .into_iter()
            .filter(|queue| {
                queue
                    .compute_environment_order()
                    .iter()
                    .any(|entry| entry.compute_environment() == Some(compute_environment_arn))
            })
            .filter_map(|queue| queue.job_queue_name)
            .collect())
    }

    async fn tag_batch(&self, arn: &str, tags: &Tags) -> Result<()> {
        if tags.is_empty() {
            return Ok(());
        }
        let call = self.batch.tag_resource().resource_arn(arn).set_tags(Some(map(tags)));
        call.send().await.map(|_| ()).map_err(refused("batch:TagResource"))
    }

    async fn untag_batch(&self, arn: &str, keys: &BTreeSet<String>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let call = self
            .batch
            .untag_resource()
            .resource_arn(arn)
            .set_tag_keys(Some(list(keys)));
        or_gone(call.send().await.map_err(refused("batch:UntagResource")))
    }
}
