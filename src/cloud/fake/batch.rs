//! Rules and life of Batch's compute environments: creating, settling, deleting.
//!
//! Batch accepts a request first and looks at roles, profile and network afterwards: what is wrong shows as `INVALID` with a reason.
//! Source: AWS Batch User Guide, "INVALID compute environment"; the reasons are those seen in hashicorp/aws issues 37945 and 8550.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::batch_rules;
use super::endpoint::is_due;
use super::identity::{ProfileRecord, RoleRecord};
use super::refusal::{Answer, Refusal};
use super::world::{Moment, World};
use crate::cloud::{ComputeEnvironmentRequest, ErrorKind, InstancesRequest};
use crate::domain::Tags;
use crate::domain::batch::{ComputeType, Ec2Configuration, status};
use crate::domain::identity::{is_service_linked, name_in_arn, service_linked_role_arn};
use crate::domain::limits::COMPUTE_ENVIRONMENT_NAME_LENGTH;
use crate::domain::observed::ComputeEnvironment;

/// Image type that Batch fills in when it is given none.
const DEFAULT_IMAGE_TYPE: &str = "ECS_AL2023";

/// A compute environment and when it leaves the status that it is in.
#[derive(Clone, Debug)]
pub struct EnvironmentRecord {
    /// The environment.
    pub environment: ComputeEnvironment,
    /// Until when it is `CREATING`, `UPDATING` or `DELETING`.
    pub until: Option<Instant>,
    /// When the last of its instances has ended its jobs, once it is DISABLED.
    pub drained: Option<Instant>,
}

impl World {
    /// Ends what was due: checks what was made or changed, removes what was deleted.
    pub(super) fn settle_compute_environments(&mut self, at: &Moment<'_>) {
        for record in self.compute_environments.values_mut() {
            if is_due(record.drained, at) {
                record.drained = None;
                let desired = &mut record.environment.desired_vcpus;
                *desired = desired.map(|_| record.environment.min_vcpus);
            }
        }
        let due: Vec<EnvironmentRecord> = self
            .compute_environments
            .values()
            .filter(|record| is_due(record.until, at))
            .cloned()
            .collect();
        for EnvironmentRecord {
            mut environment,
            until,
            drained,
        } in due
        {
            // What counts is what Batch saw when the transition ended, not when somebody looked.
            let then = Moment {
                now: until.unwrap_or(at.now),
                ..*at
            };
            let deleting = environment.status == status::DELETING;
            let obstacle = match self.service_role_obstacle(&then, &environment) {
                None if !deleting => self.compute_resources_obstacle(&then, &environment),
                None => active_jobs_obstacle(&then, &environment, drained),
                obstacle => obstacle,
            };
            if deleting && obstacle.is_none() {
                self.compute_environments.remove(&environment.name);
                continue;
            }
            environment.status = if obstacle.is_none() {
                status::VALID
            } else {
                status::INVALID
            }
            .to_owned();
            if obstacle.is_none() && environment.ecs_cluster_arn.is_none() {
                let cluster = format!("cluster/AWSBatch-{}", environment.name);
                environment.ecs_cluster_arn = Some(at.arn("ecs", &cluster));
            }
            environment.status_reason = Some(obstacle.unwrap_or_else(|| "ComputeEnvironment Healthy".to_owned()));
            let record = EnvironmentRecord {
                environment,
                until: None,
                drained,
            };
            self.compute_environments
                .insert(record.environment.name.clone(), record);
        }
    }

    /// Why Batch cannot work with the service role, if so. The service-linked one always works.
    fn service_role_obstacle(&self, at: &Moment<'_>, environment: &ComputeEnvironment) -> Option<String> {
        let arn = environment.service_role_arn.as_deref()?;
        if is_service_linked(arn) {
            return None;
        }
        let usable = |record: &&RoleRecord| record.changed + at.behaviour.iam_propagation <= at.now;
        let trusted = |record: &&RoleRecord| record.role.assume_role_policy.contains("batch.amazonaws.com");
        let Some(record) = self
            .roles
            .values()
            .find(|record| record.role.arn == arn)
            .filter(usable)
            .filter(trusted)
        else {
            return Some(format!(
                "CLIENT_ERROR - User: batch.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: {arn}"
            ));
        };
        let allowed = record
            .role
            .attached_policies
            .iter()
            .any(|policy| policy.ends_with("/AWSBatchServiceRole"));
        (!allowed).then(|| {
            let role = &record.role.name;
            format!(
                "CLIENT_ERROR - User: {role} is not authorized to perform: ecs:DescribeClusters because no identity-based policy \
                 allows the ecs:DescribeClusters action"
            )
        })
    }

    /// Why Batch cannot start instances, if so.
    fn compute_resources_obstacle(&self, at: &Moment<'_>, environment: &ComputeEnvironment) -> Option<String> {
        let instances = environment.compute_type.parse().is_ok_and(ComputeType::has_instances);
        if instances && let Some(obstacle) = self.instance_profile_obstacle(at, environment) {
            return Some(obstacle);
        }
        if let Some(obstacle) = self.spot_fleet_role_obstacle(at, environment) {
            return Some(obstacle);
        }
        let missing =
            |ids: &BTreeSet<String>, exists: &dyn Fn(&String) -> bool| ids.iter().find(|id| !exists(id)).cloned();
        if let Some(id) = missing(&environment.subnet_ids, &|id| self.subnets.contains_key(id)) {
            return Some(format!("CLIENT_ERROR - The subnet ID '{id}' does not exist"));
        }
        missing(&environment.security_group_ids, &|id| {
            self.security_groups.contains_key(id)
        })
        .map(|id| format!("CLIENT_ERROR - The security group '{id}' does not exist"))
    }

    /// Why Spot Fleet cannot work with its role, if it was given one.
    fn spot_fleet_role_obstacle(&self, at: &Moment<'_>, environment: &ComputeEnvironment) -> Option<String> {
        let arn = environment.spot_iam_fleet_role_arn.as_deref()?;
        let works = |record: &RoleRecord| {
            record.role.arn == arn
                && record.changed + at.behaviour.iam_propagation <= at.now
                && record.role.assume_role_policy.contains("spotfleet.amazonaws.com")
                && !record.role.attached_policies.is_empty()
        };
        (!self.roles.values().any(works))
            .then(|| "CLIENT_ERROR - Parameter: SpotFleetRequestConfig.IamFleetRole is invalid.".to_owned())
    }

    fn instance_profile_obstacle(&self, at: &Moment<'_>, environment: &ComputeEnvironment) -> Option<String> {
        let given = environment.instance_role_arn.as_deref().unwrap_or_default();
        let name = name_in_arn(given);
        let is_profile = !given.starts_with("arn:") || given.contains(":instance-profile/");
        let usable = |record: &&ProfileRecord| {
            let role = record.role_name.as_ref().and_then(|role| self.roles.get(role));
            role.is_some() && record.changed + at.behaviour.iam_propagation <= at.now
        };
        let found = self.instance_profiles.get(name).filter(|_| is_profile).filter(usable);
        found
            .is_none()
            .then(|| format!("CLIENT_ERROR - Invalid IamInstanceProfile: {given}"))
    }

    pub(super) fn create_compute_environment(
        &mut self,
        at: &Moment<'_>,
        request: &ComputeEnvironmentRequest,
    ) -> Answer<String> {
        check_name(&request.name)?;
        if self.compute_environments.contains_key(&request.name) {
            return Err(Refusal::client(ErrorKind::AlreadyExists, "Object already exists"));
        }
        batch_rules::check_request(request)?;
        let arn = at.arn("batch", &format!("compute-environment/{}", request.name));
        let service_linked = || service_linked_role_arn(&at.behaviour.partition, &at.behaviour.account_id);
        let environment = ComputeEnvironment {
            name: request.name.clone(),
            arn: arn.clone(),
            ecs_cluster_arn: None,
            status: status::CREATING.to_owned(),
            status_reason: None,
            enabled: request.enabled,
            compute_type: request.compute_type.as_str().to_owned(),
            max_vcpus: request.max_vcpus,
            service_role_arn: Some(request.service_role_arn.clone().unwrap_or_else(service_linked)),
            subnet_ids: request.subnet_ids.clone(),
            security_group_ids: request.security_group_ids.clone(),
            container_insights: request.container_insights.map(|mode| mode.as_str().to_owned()),
            tags: request.tags.clone(),
            ..request.instances.as_ref().map(of_instances).unwrap_or_default()
        };
        let until = Some(at.now + at.behaviour.compute_environment_creating);
        self.compute_environments.insert(
            request.name.clone(),
            EnvironmentRecord {
                environment,
                until,
                drained: None,
            },
        );
        Ok(arn)
    }

    /// It must be settled, DISABLED and in no queue; one that is gone already is no error.
    pub(super) fn delete_compute_environment(&mut self, at: &Moment<'_>, name: &str) -> Answer<()> {
        let Some(record) = self.compute_environments.get(name) else {
            return Ok(());
        };
        let environment = &record.environment;
        if environment.is_in_transition() {
            return Err(Refusal::client(
                ErrorKind::Conflict,
                "Cannot delete, resource is being modified",
            ));
        }
        if environment.enabled {
            let message = "Cannot delete, the compute environment's state must be DISABLED";
            return Err(Refusal::client(ErrorKind::Conflict, message));
        }
        if self.has_queue_relationship(at, &environment.arn) {
            return Err(Refusal::client(
                ErrorKind::Conflict,
                "Cannot delete, found existing JobQueue relationship",
            ));
        }
        let until = at.now + at.behaviour.compute_environment_deleting;
        self.start_transition(name, status::DELETING, until);
        Ok(())
    }

    pub(super) fn start_transition(&mut self, name: &str, status: &str, until: Instant) {
        if let Some(record) = self.compute_environments.get_mut(name) {
            record.environment.status = status.to_owned();
            record.environment.status_reason = None;
            record.until = Some(until);
        }
    }

    pub(super) fn batch_tags(&mut self, arn: &str) -> Answer<&mut Tags> {
        let environments = self
            .compute_environments
            .values_mut()
            .map(|record| &mut record.environment);
        let mut tags = environments
            .map(|environment| (&environment.arn, &mut environment.tags))
            .chain(
                self.job_queues
                    .values_mut()
                    .map(|record| (&record.queue.arn, &mut record.queue.tags)),
            );
        tags.find(|(of, _)| *of == arn)
            .map(|(_, tags)| tags)
            .ok_or_else(|| unknown_environment(arn))
    }
}

/// Why Batch cannot delete an environment on Fargate: it ends no jobs there. The words are the fake's own, since AWS documents none.
/// Source: AWS Batch User Guide, "Delete a compute environment".
fn active_jobs_obstacle(at: &Moment<'_>, environment: &ComputeEnvironment, drained: Option<Instant>) -> Option<String> {
    let on_fargate = environment.compute_type.starts_with("FARGATE");
    let active = drained.is_some_and(|drained| drained > at.now);
    (on_fargate && active).then(|| "CLIENT_ERROR - The compute environment has active jobs".to_owned())
}

pub(super) fn unknown_environment(name_or_arn: &str) -> Refusal {
    let name = name_or_arn.rsplit('/').next().unwrap_or_default();
    Refusal::client(
        ErrorKind::NotFound,
        format!("compute-environment/{name} does not exist"),
    )
}

/// What Batch stores of instances.
fn of_instances(request: &InstancesRequest) -> ComputeEnvironment {
    let resources = &request.resources;
    ComputeEnvironment {
        allocation_strategy: Some(resources.allocation_strategy.as_str().to_owned()),
        instance_types: resources.instance_types.clone(),
        min_vcpus: resources.min_vcpus,
        desired_vcpus: Some(resources.desired_vcpus.unwrap_or(resources.min_vcpus)),
        bid_percentage: resources.bid_percentage,
        image_id: resources.image_id.clone(),
        ec2_configuration: or_default(&resources.ec2_configuration),
        ec2_key_pair: resources.ec2_key_pair.clone(),
        placement_group: resources.placement_group.clone(),
        launch_template: resources.launch_template.clone(),
        instance_role_arn: Some(request.instance_role_arn.clone()),
        spot_iam_fleet_role_arn: request.spot_iam_fleet_role_arn.clone(),
        instance_tags: resources.instance_tags.clone(),
        min_scale_down_delay_minutes: resources.min_scale_down_delay_minutes.filter(|minutes| *minutes > 0),
        ..ComputeEnvironment::default()
    }
}

pub(super) fn check_vcpus(min: i32, max: i32) -> Answer<()> {
    if min < 0 || max < min {
        let message =
            format!("Error executing request, Exception : minvCpus ({min}) must be between 0 and maxvCpus ({max}).");
        return Err(Refusal::client(ErrorKind::Invalid, message));
    }
    Ok(())
}

fn check_name(name: &str) -> Answer<()> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let starts = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !starts || name.len() > COMPUTE_ENVIRONMENT_NAME_LENGTH || !name.chars().all(allowed) {
        let message = format!("computeEnvironmentName should match valid pattern: {name}");
        return Err(Refusal::client(ErrorKind::Invalid, message));
    }
    Ok(())
}

/// The image types that Batch reports: those given, or its default.
pub(super) fn or_default(given: &[Ec2Configuration]) -> Vec<Ec2Configuration> {
    if !given.is_empty() {
        return given.to_vec();
    }
    vec![Ec2Configuration {
        image_type: DEFAULT_IMAGE_TYPE.to_owned(),
        image_id_override: None,
    }]
}
