//! The port's methods about Batch.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::FakeCloud;
use crate::cloud::{
    BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, JobQueueRequest, JobQueueUpdate, Result,
};
use crate::domain::Tags;
use crate::domain::observed::{ComputeEnvironment, JobQueue};

#[async_trait]
impl BatchApi for FakeCloud {
    async fn compute_environment(&self, name: &str) -> Result<Option<ComputeEnvironment>> {
        self.read_now("batch:DescribeComputeEnvironments", name, |world, _| {
            world
                .compute_environments
                .get(name)
                .map(|record| record.environment.clone())
        })
        .await
    }

    async fn compute_environments(&self) -> Result<Vec<ComputeEnvironment>> {
        self.read_now("batch:DescribeComputeEnvironments", "", |world, _| {
            world
                .compute_environments
                .values()
                .map(|record| record.environment.clone())
                .collect()
        })
        .await
    }

    async fn create_compute_environment(&self, request: &ComputeEnvironmentRequest) -> Result<String> {
        self.write("batch:CreateComputeEnvironment", &request.name, |world, at| {
            world.create_compute_environment(at, request)
        })
        .await
    }

    async fn update_compute_environment(&self, name: &str, update: &ComputeEnvironmentUpdate) -> Result<()> {
        let arguments = format!("{name} {update:?}");
        self.write("batch:UpdateComputeEnvironment", &arguments, |world, at| {
            world.update_compute_environment(at, name, update)
        })
        .await
    }

    async fn delete_compute_environment(&self, name: &str) -> Result<()> {
        self.write("batch:DeleteComputeEnvironment", name, |world, at| {
            world.delete_compute_environment(at, name)
        })
        .await
    }

    async fn job_queues(&self) -> Result<Vec<JobQueue>> {
        self.read_now("batch:DescribeJobQueues", "", |world, _| {
            world.job_queues.values().map(|record| record.queue.clone()).collect()
        })
        .await
    }

    async fn create_job_queue(&self, request: &JobQueueRequest) -> Result<String> {
        self.write("batch:CreateJobQueue", &request.name, |world, at| {
            world.create_job_queue(at, request)
        })
        .await
    }

    async fn update_job_queue(&self, name: &str, update: &JobQueueUpdate) -> Result<()> {
        let arguments = format!("{name} {update:?}");
        self.write("batch:UpdateJobQueue", &arguments, |world, at| {
            world.update_job_queue(at, name, update)
        })
        .await
    }

    async fn delete_job_queue(&self, name: &str) -> Result<()> {
        self.write("batch:DeleteJobQueue", name, |world, at| {
            world.delete_job_queue(at, name)
        })
        .await
    }

    async fn tag_batch(&self, arn: &str, tags: &Tags) -> Result<()> {
        self.write("batch:TagResource", arn, |world, _| {
            world.batch_tags(arn)?.extend(tags.clone());
            Ok(())
        })
        .await
    }

    async fn untag_batch(&self, arn: &str, keys: &BTreeSet<String>) -> Result<()> {
        self.write("batch:UntagResource", arn, |world, _| {
            world.batch_tags(arn)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
    }
}
