//! What Batch refuses by type, when a compute environment is made and when it is changed.
//!
//! Source: AWS Batch API Reference, ComputeResource and ComputeResourceUpdate; the texts are those seen in nf-tower issue 262 and
//! aws-cdk issue 27054.

use std::collections::BTreeSet;

use super::batch::check_vcpus;
use super::refusal::{Answer, Refusal};
use crate::cloud::{ComputeEnvironmentRequest, ComputeEnvironmentUpdate, ErrorKind, InstancesRequest};
use crate::domain::batch::{AllocationStrategy, ComputeType, LaunchTemplate};
use crate::domain::limits::{BID_PERCENTAGE, LAUNCH_TEMPLATE_OVERRIDES, SCALE_DOWN_DELAY_MINUTES};
use crate::domain::observed::ComputeEnvironment;

pub(super) fn invalid<T>(message: impl Into<String>) -> Answer<T> {
    Err(Refusal::client(ErrorKind::Invalid, message.into()))
}

/// A request for a new compute environment.
pub(super) fn check_request(request: &ComputeEnvironmentRequest) -> Answer<()> {
    let compute_type = request.compute_type;
    if request.subnet_ids.is_empty() {
        return invalid("Error executing request, Exception : Subnets are required.");
    }
    check_vcpus(0, request.max_vcpus)?;
    match &request.instances {
        Some(_) if !compute_type.has_instances() => invalid(format!(
            "Error executing request, Exception : instanceRole, instanceTypes can not be specified for a {compute_type} compute \
             environment."
        )),
        Some(instances) => check_instances(compute_type, instances, request),
        None if compute_type.has_instances() => {
            invalid("Error executing request, Exception : Instance role is required.")
        }
        None => check_fargate_network(request.subnet_ids.len(), request.security_group_ids.len()),
    }
}

fn check_fargate_network(subnets: usize, groups: usize) -> Answer<()> {
    let kind = ComputeType::Fargate.kind();
    if groups == 0 {
        return invalid("Error executing request, Exception : Security groups are required.");
    }
    if kind.most_subnets.is_some_and(|most| subnets > most)
        || kind.most_security_groups.is_some_and(|most| groups > most)
    {
        return invalid("Error executing request, Exception : Fargate takes at most 16 subnets and 5 security groups.");
    }
    Ok(())
}

fn check_instances(
    compute_type: ComputeType,
    instances: &InstancesRequest,
    request: &ComputeEnvironmentRequest,
) -> Answer<()> {
    let resources = &instances.resources;
    check_vcpus(resources.min_vcpus, request.max_vcpus)?;
    if resources.instance_types.is_empty() || instances.instance_role_arn.is_empty() {
        return invalid("Error executing request, Exception : Instance types and an instance role are required.");
    }
    let strategy = resources.allocation_strategy;
    check_strategy(compute_type, strategy)?;
    let best_fit = strategy == AllocationStrategy::BestFit;
    if compute_type == ComputeType::Spot && best_fit && instances.spot_iam_fleet_role_arn.is_none() {
        return invalid("Error executing request, Exception : spotIamFleetRole is required.");
    }
    check_bid(resources.bid_percentage)?;
    check_delay(resources.min_scale_down_delay_minutes)?;
    resources.launch_template.as_ref().map_or(Ok(()), check_template)
}

fn check_strategy(compute_type: ComputeType, strategy: AllocationStrategy) -> Answer<()> {
    if compute_type.kind().strategies.contains(&strategy) {
        return Ok(());
    }
    invalid(format!(
        "Error executing request, Exception : Invalid compute resource allocation strategy {strategy} for type {compute_type}"
    ))
}

fn check_bid(percentage: Option<i32>) -> Answer<()> {
    match percentage.filter(|percentage| !BID_PERCENTAGE.contains(&i64::from(*percentage))) {
        None => Ok(()),
        Some(percentage) => invalid(format!(
            "Error executing request, Exception : bidPercentage {percentage} is out of range."
        )),
    }
}

fn check_delay(minutes: Option<i32>) -> Answer<()> {
    let wrong = |minutes: &i32| *minutes != 0 && !SCALE_DOWN_DELAY_MINUTES.contains(&i64::from(*minutes));
    match minutes.filter(wrong) {
        None => Ok(()),
        Some(minutes) => invalid(format!(
            "Error executing request, Exception : minScaleDownDelayMinutes {minutes} must be 0 or between 20 and 10080."
        )),
    }
}

fn check_template(template: &LaunchTemplate) -> Answer<()> {
    let one_of_two = template
        .templates()
        .all(|template| template.id.is_some() != template.name.is_some());
    if !one_of_two {
        return invalid(
            "Error executing request, Exception : Either launchTemplateId or launchTemplateName is required.",
        );
    }
    if template.overrides.len() > LAUNCH_TEMPLATE_OVERRIDES {
        return invalid("Error executing request, Exception : At most 10 launch template overrides are allowed.");
    }
    Ok(())
}

/// A change of one, field by field: what the type does not have, and what it would have afterwards.
pub(super) fn check_update(environment: &ComputeEnvironment, update: &ComputeEnvironmentUpdate) -> Answer<()> {
    let compute_type = environment.compute_type.parse().unwrap_or(ComputeType::Ec2);
    let infrastructure = &update.infrastructure;
    if !compute_type.has_instances() {
        return check_fargate_update(environment, update);
    }
    if infrastructure.compute_type.is_some_and(|other| !other.has_instances()) {
        return invalid("Compute environment type can only be updated between EC2 and SPOT.");
    }
    let after = infrastructure.compute_type.unwrap_or(compute_type);
    let strategy = environment
        .allocation_strategy
        .as_deref()
        .and_then(|word| word.parse().ok());
    if let Some(strategy) = infrastructure.allocation_strategy.or(strategy) {
        check_strategy(after, strategy)?;
    }
    check_bid(infrastructure.bid_percentage)?;
    check_delay(update.scaling.min_scale_down_delay_minutes)?;
    match &infrastructure.launch_template {
        Some(template) if template.template.key().is_some() => check_template(template),
        _ => Ok(()),
    }
}

fn check_fargate_update(environment: &ComputeEnvironment, update: &ComputeEnvironmentUpdate) -> Answer<()> {
    let mut wrong = super::batch_update::infrastructure_fields(&update.infrastructure);
    wrong.retain(|field| !matches!(*field, "subnets" | "securityGroupIds"));
    let others = [
        ("minvCpus", update.scaling.min_vcpus.is_some()),
        ("scalingPolicy", update.scaling.min_scale_down_delay_minutes.is_some()),
        ("updatePolicy", update.update_policy.is_some()),
    ];
    wrong.extend(others.into_iter().filter_map(|(field, given)| given.then_some(field)));
    if !wrong.is_empty() {
        return invalid(format!(
            "The following parameters can't be updated for Fargate compute environment: {}.",
            wrong.join(", ")
        ));
    }
    let count = |changed: &Option<BTreeSet<String>>, current: &BTreeSet<String>| {
        changed.as_ref().filter(|ids| !ids.is_empty()).unwrap_or(current).len()
    };
    let infrastructure = &update.infrastructure;
    check_fargate_network(
        count(&infrastructure.subnet_ids, &environment.subnet_ids),
        count(&infrastructure.security_group_ids, &environment.security_group_ids),
    )
}
