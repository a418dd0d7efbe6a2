//! AWS Batch: the calls about compute environments and job queues.
//!
//! Batch has one shape for what is created, another for what is changed and a third for what it shows; `mapping` has all three, and `queue`
//! those of job queues.
//! Names are unique, so a create that is repeated after a lost answer is refused and never makes a second environment.

use std::collections::BTreeSet;

use async_trait::async_trait;
use aws_sdk_batch::types::CeType;

use super::AwsCloud;
use super::answer::{incomplete, or_gone, refused};
use crate::cloud::{
    BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, JobQueueRequest, JobQueueUpdate, Result,
};
use crate::domain::Tags;
use crate::domain::observed::{ComputeEnvironment, JobQueue};

mod launch_template;
mod mapping;
mod queue;

use mapping::{changed_resources, from_sdk, insights, is_there, list, map, resources, some_map, state, update_policy};

const DESCRIBE: &str = "batch:DescribeComputeEnvironments";
const CREATE: &str = "batch:CreateComputeEnvironment";
const CREATE_QUEUE: &str = "batch:CreateJobQueue";

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
            .set_ecs_settings(request.container_insights.map(insights))
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
            .set_ecs_settings(update.container_insights.map(insights))
            .set_update_policy(update.update_policy.map(update_policy))
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

    async fn job_queues(&self) -> Result<Vec<JobQueue>> {
        let details = self
            .batch
            .describe_job_queues()
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused("batch:DescribeJobQueues"))?;
        Ok(details
            .iter()
            .filter(|detail| queue::is_there(detail))
            .map(queue::from_sdk)
            .collect())
    }

    async fn create_job_queue(&self, request: &JobQueueRequest) -> Result<String> {
        let answer = self
            .batch
            .create_job_queue()
            .job_queue_name(&request.name)
            .state(queue::state(request.enabled))
            .priority(request.priority)
            .set_scheduling_policy_arn(request.scheduling_policy_arn.clone())
            .set_compute_environment_order(Some(queue::order(&request.compute_environments)))
            .set_job_state_time_limit_actions(queue::some_actions(&request.state_time_limit_actions))
            .set_tags(some_map(&request.tags))
            .send()
            .await
            .map_err(refused(CREATE_QUEUE))?;
        answer
            .job_queue_arn()
            .map(str::to_owned)
            .ok_or_else(|| incomplete(CREATE_QUEUE, "ARN"))
    }

    async fn update_job_queue(&self, name: &str, update: &JobQueueUpdate) -> Result<()> {
        if *update == JobQueueUpdate::default() {
            return Ok(());
        }
        self.batch
            .update_job_queue()
            .job_queue(name)
            .set_state(update.enabled.map(queue::state))
            .set_priority(update.priority)
            .set_scheduling_policy_arn(update.scheduling_policy_arn.clone())
            .set_compute_environment_order(update.compute_environments.as_deref().map(queue::order))
            .set_job_state_time_limit_actions(update.state_time_limit_actions.as_ref().map(queue::actions))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("batch:UpdateJobQueue"))
    }

    async fn delete_job_queue(&self, name: &str) -> Result<()> {
        let answer = self.batch.delete_job_queue().job_queue(name).send().await;
        or_gone(answer.map_err(refused("batch:DeleteJobQueue")))
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
