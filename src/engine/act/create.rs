//! Steps that make or change something in the network or in Batch.

use std::collections::BTreeSet;

use super::super::compare;
use super::super::group;
use super::super::report::StepError;
use super::super::run::Run;
use super::{missing, waiting};
use crate::cloud::{
    CloudError, ComputeEnvironmentRequest, Direction, EndpointRequest, InstancesRequest, SecurityGroupRequest,
    SubnetRequest, VpcRequest,
};
use crate::domain::batch::{InstancesPlan, ServiceRoleChoice};
use crate::domain::endpoint::EndpointKind;
use crate::domain::firewall::{Rule, RuleChanges};
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::topology::{EndpointPlan, SubnetPlan, Topology};

fn vpc_id(run: &Run<'_>) -> Result<String, StepError> {
    run.world().observed.vpc.map(|vpc| vpc.id).ok_or_else(|| missing("VPC"))
}

fn subnet_plan<'a>(topology: &'a Topology, zone: &str) -> Result<&'a SubnetPlan, StepError> {
    topology
        .subnets
        .iter()
        .find(|plan| plan.availability_zone == zone)
        .ok_or_else(|| missing("subnet's plan"))
}

fn endpoint_plan<'a>(topology: &'a Topology, service: &str) -> Result<&'a EndpointPlan, StepError> {
    topology
        .endpoints
        .iter()
        .find(|plan| plan.service == service)
        .ok_or_else(|| missing("endpoint's plan"))
}

pub(super) async fn vpc(run: &Run<'_>) -> Result<(), StepError> {
    let plan = &run.topology()?.vpc;
    let request = VpcRequest {
        cidr_block: plan.cidr_block,
        instance_tenancy: plan.instance_tenancy,
        tags: plan.tags.clone(),
    };
    let vpc = run.cloud.create_vpc(&request).await?;
    run.note(|world| {
        world.made.insert(vpc.id.clone());
        world.observed.vpc = Some(vpc);
    });
    Ok(())
}

pub(super) async fn dns_support(run: &Run<'_>) -> Result<(), StepError> {
    Ok(run.cloud.set_dns_support(&vpc_id(run)?, true).await?)
}

pub(super) async fn dns_hostnames(run: &Run<'_>) -> Result<(), StepError> {
    Ok(run.cloud.set_dns_hostnames(&vpc_id(run)?, true).await?)
}

pub(super) async fn default_tenancy(run: &Run<'_>) -> Result<(), StepError> {
    Ok(run.cloud.reset_vpc_tenancy(&vpc_id(run)?).await?)
}

pub(super) async fn subnet(run: &Run<'_>, zone: &str) -> Result<(), StepError> {
    let plan = subnet_plan(run.topology()?, zone)?;
    let request = SubnetRequest {
        vpc_id: vpc_id(run)?,
        availability_zone: plan.availability_zone.clone(),
        cidr_block: plan.cidr_block,
        tags: plan.tags.clone(),
    };
    let subnet = run.cloud.create_subnet(&request).await?;
    run.note(|world| {
        world.made.insert(subnet.id.clone());
        world.observed.subnets.insert(subnet.id.clone(), subnet);
    });
    Ok(())
}

pub(super) async fn route_table(run: &Run<'_>, zone: &str) -> Result<(), StepError> {
    let plan = subnet_plan(run.topology()?, zone)?;
    let token = run.client_token(zone);
    let table = run
        .cloud
        .create_route_table(&vpc_id(run)?, &token, &plan.route_table_tags)
        .await?;
    run.note(|world| {
        world.made.insert(table.id.clone());
        world.route_tables.insert(zone.to_owned(), table.id.clone());
        world.observed.route_tables.insert(table.id.clone(), table);
    });
    Ok(())
}

pub(super) async fn association(run: &Run<'_>, zone: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let world = run.world();
    let subnet = world
        .observed
        .own_subnet(&topology.ownership, subnet_plan(topology, zone)?)
        .ok_or_else(|| missing("subnet"))?;
    let table_id = world.route_tables.get(zone).ok_or_else(|| missing("route table"))?;
    let current = world.observed.route_table_of(&subnet.id);
    let association = match current.and_then(|table| table.associations.get(&subnet.id)) {
        Some(association) => run.cloud.replace_route_table_association(association, table_id).await?,
        None => run.cloud.associate_route_table(table_id, &subnet.id).await?,
    };
    run.note(|world| {
        for table in world.observed.route_tables.values_mut() {
            table.associations.remove(&subnet.id);
        }
        if let Some(table) = world.observed.route_tables.get_mut(table_id) {
            table.associations.insert(subnet.id.clone(), association);
        }
    });
    Ok(())
}

pub(super) async fn security_group(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let plan = &run.topology()?.security_group;
    let request = SecurityGroupRequest {
        vpc_id: vpc_id(run)?,
        name: name.to_owned(),
        description: plan.description.clone(),
        tags: plan.tags.clone(),
    };
    let group = run.cloud.create_security_group(&request).await?;
    run.note(|world| {
        world.made.insert(group.id.clone());
        world.observed.security_groups.insert(group.id.clone(), group);
    });
    Ok(())
}

/// Makes a group's rules the planned ones: additions before removals, so that no allowed traffic is cut in between.
pub(super) async fn rules(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = &topology.security_group;
    let world = run.world();
    let group = world
        .observed
        .own_security_group(&topology.ownership, name, &plan.description)
        .ok_or_else(|| missing("security group"))?;
    for (direction, current, wanted) in [
        (Direction::Ingress, &group.ingress, &plan.ingress),
        (Direction::Egress, &group.egress, &plan.egress),
    ] {
        reconcile(run, &group.id, direction, current, wanted).await?;
    }
    run.note(|world| {
        if let Some(group) = world.observed.security_groups.get_mut(&group.id) {
            group.ingress = plan.ingress.clone();
            group.egress = plan.egress.clone();
        }
    });
    Ok(())
}

async fn reconcile(
    run: &Run<'_>,
    group_id: &str,
    direction: Direction,
    current: &BTreeSet<Rule>,
    wanted: &BTreeSet<Rule>,
) -> Result<(), CloudError> {
    let changes = RuleChanges::between(current, wanted);
    if !changes.to_add.is_empty() {
        run.cloud.authorize(group_id, direction, &changes.to_add).await?;
    }
    if !changes.to_remove.is_empty() {
        run.cloud.revoke(group_id, direction, &changes.to_remove).await?;
    }
    if !changes.description_changed.is_empty() {
        run.cloud
            .describe_rules(group_id, direction, &changes.description_changed)
            .await?;
    }
    Ok(())
}

pub(super) async fn endpoint(run: &Run<'_>, service: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = endpoint_plan(topology, service)?;
    let world = run.world();
    let subnet_ids = world
        .observed
        .subnet_ids_in(&topology.ownership, &topology.subnets, |zone| {
            plan.availability_zones.contains(zone)
        });
    let group = group::current(topology, &world.observed);
    let mut request = EndpointRequest {
        vpc_id: vpc_id(run)?,
        service_name: plan.service_name.clone(),
        kind: plan.kind,
        subnet_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        route_table_ids: BTreeSet::new(),
        private_dns_enabled: plan.private_dns_enabled,
        policy: plan.policy.clone(),
        client_token: run.client_token(service),
        tags: plan.tags.clone(),
    };
    match plan.kind {
        EndpointKind::Gateway if topology.has_existing_network() => {
            request.route_table_ids = compare::gateway_tables(topology, &world.observed, plan);
        }
        EndpointKind::Gateway => request.route_table_ids = world.route_tables.values().cloned().collect(),
        EndpointKind::Interface => {
            request.subnet_ids = subnet_ids;
            request.security_group_ids = group.map(|group| group.id.clone()).into_iter().collect();
        }
    }
    let endpoint = run.cloud.create_endpoint(&request).await?;
    run.note(|world| {
        world.made.insert(endpoint.id.clone());
        world.observed.endpoints.insert(endpoint.id.clone(), endpoint);
    });
    Ok(())
}

pub(super) async fn modify_endpoint(run: &Run<'_>, service: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = endpoint_plan(topology, service)?;
    let world = run.world();
    let endpoint = world
        .observed
        .own_endpoint(&topology.ownership, plan)
        .ok_or_else(|| missing("endpoint"))?;
    if let Some(change) = compare::endpoint_change(topology, &world.observed, plan, endpoint) {
        run.cloud.modify_endpoint(&endpoint.id, &change).await?;
    }
    Ok(())
}

pub(super) async fn compute_environment(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let plan = &topology.compute_environment;
    let observed = run.world().observed;
    let service_role_arn = compare::service_role_arn(topology, &observed);
    if service_role_arn.is_none() && plan.service_role != ServiceRoleChoice::ServiceLinked {
        return Err(missing("service role"));
    }
    let instances = plan
        .instances
        .as_ref()
        .map(|instances| of_instances(instances, &observed));
    let request = ComputeEnvironmentRequest {
        name: name.to_owned(),
        enabled: plan.enabled,
        service_role_arn,
        compute_type: plan.compute_type,
        max_vcpus: plan.max_vcpus,
        subnet_ids: observed.subnet_ids_in(&topology.ownership, &topology.subnets, |_| true),
        security_group_ids: compare::security_group_ids(topology, &observed),
        container_insights: plan.container_insights,
        instances: instances.transpose()?,
        tags: plan.tags.clone(),
    };
    let arn = run.cloud.create_compute_environment(&request).await?;
    run.note(|world| {
        world.made.insert(name.to_owned());
        // The rest is read by the wait that follows; name and ARN are what must not be lost.
        let made = ComputeEnvironment {
            name: name.to_owned(),
            arn,
            status: "CREATING".to_owned(),
            enabled: plan.enabled,
            compute_type: plan.compute_type.as_str().to_owned(),
            max_vcpus: plan.max_vcpus,
            tags: plan.tags.clone(),
            ..ComputeEnvironment::default()
        };
        world.observed.compute_environments.insert(name.to_owned(), made);
    });
    Ok(())
}

fn of_instances(plan: &InstancesPlan, observed: &Observed) -> Result<InstancesRequest, StepError> {
    let spot_iam_fleet_role_arn = compare::spot_iam_fleet_role_arn(plan, observed);
    if spot_iam_fleet_role_arn.is_none() && plan.spot_fleet_role.is_some() {
        return Err(missing("Spot Fleet role"));
    }
    Ok(InstancesRequest {
        resources: plan.resources.clone(),
        instance_role_arn: compare::instance_profile_arn(plan, observed).ok_or_else(|| missing("instance profile"))?,
        spot_iam_fleet_role_arn,
    })
}

/// Changes what differs, call by call.
pub(super) async fn update_compute_environment(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let current = waiting::compute_environment_settled(run, name).await?;
    let Some(update) = compare::compute_environment_update(topology, &run.world().observed, &current) else {
        return Ok(());
    };
    for call in compare::calls(&topology.compute_environment, update) {
        waiting::compute_environment_settled(run, name).await?;
        waiting::while_being_modified(run, || run.cloud.update_compute_environment(&current.name, &call)).await?;
    }
    Ok(())
}

pub(super) async fn tag_compute_environment(run: &Run<'_>, name: &str) -> Result<(), StepError> {
    let topology = run.topology()?;
    let world = run.world();
    let current = world
        .observed
        .compute_environment(name)
        .ok_or_else(|| missing("compute environment"))?;
    let change = compare::tag_changes(
        &current.tags,
        &topology.compute_environment.tags,
        &topology.ignored_tags,
    );
    if !change.put.is_empty() {
        run.cloud.tag_batch(&current.arn, &change.put).await?;
    }
    if !change.remove.is_empty() {
        run.cloud.untag_batch(&current.arn, &change.remove).await?;
    }
    Ok(())
}
