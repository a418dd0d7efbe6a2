//! What Batch changes in place, and when it refuses to.
//!
//! Source: AWS Batch User Guide, "Update a compute environment in AWS Batch"; the refusals are those seen in hyp3 issue 1051 and
//! aws-cdk issue 27054.

use super::batch::{check_vcpus, or_default, unknown_environment};
use super::batch_rules::check_update;
use super::refusal::{Answer, Refusal};
use super::world::{Moment, World};
use crate::cloud::{ComputeEnvironmentUpdate, ErrorKind, InfrastructureUpdate};
use crate::domain::batch::{AllocationStrategy, ComputeType, status};
use crate::domain::identity::is_service_linked;
use crate::domain::observed::ComputeEnvironment;

impl World {
    /// Updates, and looks at everything again: this is how an INVALID environment becomes VALID.
    pub(super) fn update_compute_environment(
        &mut self,
        at: &Moment<'_>,
        name: &str,
        update: &ComputeEnvironmentUpdate,
    ) -> Answer<()> {
        let record = self
            .compute_environments
            .get_mut(name)
            .ok_or_else(|| unknown_environment(name))?;
        let environment = &mut record.environment;
        if environment.is_in_transition() {
            return Err(Refusal::client(
                ErrorKind::Conflict,
                "Cannot update, resource is being modified",
            ));
        }
        let nothing = ComputeEnvironmentUpdate {
            update_policy: update.update_policy,
            ..ComputeEnvironmentUpdate::default()
        };
        if *update == nothing {
            let message = match update.update_policy {
                None => "At least one compute-resources attribute must be specified",
                Some(_) => "One of [state | compute-resources | service-role | unmanaged-vcpus] is required.",
            };
            return Err(Refusal::client(ErrorKind::Invalid, message));
        }
        check_role(environment, update)?;
        check_update(environment, update)?;
        check_infrastructure(environment, &update.infrastructure)?;
        apply(environment, update);
        if !environment.enabled {
            record.drained = Some(at.now + at.behaviour.draining);
        }
        let environment = &record.environment;
        check_vcpus(environment.min_vcpus, environment.max_vcpus)?;
        let until = at.now + at.behaviour.compute_environment_updating;
        self.start_transition(name, status::UPDATING, until);
        Ok(())
    }
}

/// The service-linked role can neither be left nor taken.
fn check_role(environment: &ComputeEnvironment, update: &ComputeEnvironmentUpdate) -> Answer<()> {
    let Some(wanted) = &update.service_role_arn else {
        return Ok(());
    };
    let current = environment.service_role_arn.as_deref().unwrap_or_default();
    if current != wanted && (is_service_linked(current) || is_service_linked(wanted)) {
        let message = "Cannot change between a Batch Service Linked Role and another service role";
        return Err(Refusal::client(ErrorKind::Invalid, message));
    }
    Ok(())
}

/// Only environments with the service-linked role and a strategy other than BEST_FIT change their infrastructure in place.
fn check_infrastructure(environment: &ComputeEnvironment, wanted: &InfrastructureUpdate) -> Answer<()> {
    let fields = infrastructure_fields(wanted);
    // On Fargate it is a scaling update.
    let instances = environment.compute_type.parse().is_ok_and(ComputeType::has_instances);
    if fields.is_empty() || !instances {
        return Ok(());
    }
    let best_fit = AllocationStrategy::BestFit.as_str();
    let refusal = if !environment.service_role_arn.as_deref().is_some_and(is_service_linked) {
        format!(
            "Following fields [{}] can be updated only for Non-fargate Compute Environment having a Batch Service Linked Role",
            fields.join(", ")
        )
    } else if environment.allocation_strategy.as_deref() == Some(best_fit) {
        format!(
            "Following fields [{}] cannot be updated for a Compute Environment with allocation strategy BEST_FIT",
            fields.join(", ")
        )
    } else if wanted.allocation_strategy == Some(AllocationStrategy::BestFit) {
        "Allocation strategy cannot be updated to BEST_FIT".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal::client(ErrorKind::Invalid, refusal))
}

pub(super) fn infrastructure_fields(wanted: &InfrastructureUpdate) -> Vec<&'static str> {
    [
        ("type", wanted.compute_type.is_some()),
        ("allocationStrategy", wanted.allocation_strategy.is_some()),
        ("instanceTypes", wanted.instance_types.is_some()),
        ("imageId", wanted.image_id.is_some()),
        ("ec2Configuration", wanted.ec2_configuration.is_some()),
        ("ec2KeyPair", wanted.ec2_key_pair.is_some()),
        ("bidPercentage", wanted.bid_percentage.is_some()),
        ("placementGroup", wanted.placement_group.is_some()),
        ("launchTemplate", wanted.launch_template.is_some()),
        ("updateToLatestImageVersion", wanted.update_to_latest_image_version),
        ("instanceRole", wanted.instance_role_arn.is_some()),
        ("subnets", wanted.subnet_ids.is_some()),
        ("securityGroupIds", wanted.security_group_ids.is_some()),
        ("tags", wanted.instance_tags.is_some()),
    ]
    .into_iter()
    .filter_map(|(field, given)| given.then_some(field))
    .collect()
}

fn apply(environment: &mut ComputeEnvironment, update: &ComputeEnvironmentUpdate) {
    let infrastructure = &update.infrastructure;
    let text = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
    put(&mut environment.enabled, update.enabled);
    put(&mut environment.min_vcpus, update.scaling.min_vcpus);
    put(&mut environment.max_vcpus, update.scaling.max_vcpus);
    let delay = update.scaling.min_scale_down_delay_minutes;
    put(
        &mut environment.min_scale_down_delay_minutes,
        delay.map(|minutes| Some(minutes).filter(|minutes| *minutes > 0)),
    );
    put(&mut environment.update_policy, update.update_policy.map(Some));
    let insights = update.container_insights.map(|mode| Some(mode.as_str().to_owned()));
    put(&mut environment.container_insights, insights);
    let compute_type = infrastructure.compute_type.map(|other| other.as_str().to_owned());
    put(&mut environment.compute_type, compute_type);
    put(&mut environment.bid_percentage, infrastructure.bid_percentage.map(Some));
    put(
        &mut environment.placement_group,
        infrastructure.placement_group.as_ref().map(text),
    );
    let template = infrastructure.launch_template.clone();
    put(
        &mut environment.launch_template,
        template.map(|template| Some(template).filter(|template| template.template.key().is_some())),
    );
    environment.desired_vcpus = environment
        .desired_vcpus
        .map(|desired| desired.max(environment.min_vcpus));
    put(
        &mut environment.service_role_arn,
        update.service_role_arn.clone().map(Some),
    );
    let strategy = infrastructure
        .allocation_strategy
        .map(|strategy| Some(strategy.as_str().to_owned()));
    put(&mut environment.allocation_strategy, strategy);
    put(&mut environment.instance_types, infrastructure.instance_types.clone());
    put(&mut environment.image_id, infrastructure.image_id.as_ref().map(text));
    put(
        &mut environment.ec2_configuration,
        infrastructure.ec2_configuration.as_deref().map(or_default),
    );
    put(
        &mut environment.ec2_key_pair,
        infrastructure.ec2_key_pair.as_ref().map(text),
    );
    put(
        &mut environment.instance_role_arn,
        infrastructure.instance_role_arn.clone().map(Some),
    );
    put(&mut environment.subnet_ids, infrastructure.subnet_ids.clone());
    put(
        &mut environment.security_group_ids,
        infrastructure.security_group_ids.clone(),
    );
    put(&mut environment.instance_tags, infrastructure.instance_tags.clone());
}

fn put<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
