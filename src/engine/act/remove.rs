//! Steps that take something away, and who holds on to what will not go.

use std::collections::BTreeSet;

use super::super::report::StepError;
use super::super::run::Run;
use super::super::step::Step;
use super::waiting;
use crate::cloud::ComputeEnvironmentUpdate;
use crate::domain::observed::NetworkInterface;

/// Batch deletes only what is DISABLED and settled.
pub(super) async fn disable_compute_environment(run: &Run<'_>) -> Result<(), StepError> {
    let Some(current) = waiting::compute_environment_settled_or_gone(run).await? else {
        return Ok(());
    };
    if current.enabled {
        let disable = ComputeEnvironmentUpdate {
            enabled: Some(false),
            ..ComputeEnvironmentUpdate::default()
        };
        waiting::while_being_modified(run, || run.cloud.update_compute_environment(&current.name, &disable)).await?;
        waiting::compute_environment_settled_or_gone(run).await?;
    }
    Ok(())
}

pub(super) async fn compute_environment(run: &Run<'_>) -> Result<(), StepError> {
    if let Some(current) = run.world().observed.compute_environment {
        run.cloud.delete_compute_environment(&current.name).await?;
        run.note(|world| {
            world.made.remove(&current.name);
            if let Some(current) = &mut world.observed.compute_environment {
                "DELETING".clone_into(&mut current.status);
            }
        });
    }
    Ok(())
}

pub(super) async fn endpoints(run: &Run<'_>, ids: &BTreeSet<String>) -> Result<(), StepError> {
    run.cloud.delete_endpoints(ids).await?;
    run.note(|world| {
        for id in ids {
            world.made.remove(id);
            if let Some(endpoint) = world.observed.endpoints.get_mut(id) {
                "deleting".clone_into(&mut endpoint.state);
            }
        }
    });
    Ok(())
}

pub(super) async fn security_group(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_security_group(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.security_groups.remove(id);
    });
    Ok(())
}

pub(super) async fn subnet(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_subnet(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.subnets.remove(id);
        for table in world.observed.route_tables.values_mut() {
            table.associations.remove(id);
        }
    });
    Ok(())
}

pub(super) async fn route_table(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_route_table(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.route_tables.remove(id);
    });
    Ok(())
}

pub(super) async fn vpc(run: &Run<'_>, id: &str) -> Result<(), StepError> {
    run.cloud.delete_vpc(id).await?;
    run.note(|world| {
        world.made.remove(id);
        world.observed.vpc = None;
        // What AWS makes with a VPC goes with it.
        world.observed.route_tables.clear();
        world.observed.security_groups.clear();
    });
    Ok(())
}

/// Who holds on to what a step could not change, for the error: AWS itself never says.
pub(super) async fn holders(run: &Run<'_>, step: &Step) -> String {
    let found = match step {
        Step::DeleteComputeEnvironment => queues(run).await,
        Step::DeleteSubnet { subnet_id, .. } => interfaces(run, |held| held.subnet_id == *subnet_id).await,
        Step::DeleteSecurityGroup(id) => interfaces(run, |held| held.security_group_ids.contains(id)).await,
        Step::DeleteRouteTable { route_table_id, .. } => associations(run, route_table_id).await,
        Step::DeleteVpc(_) => everything_in_the_vpc(run).await,
        _ => Vec::new(),
    };
    if found.is_empty() {
        "AWS did not say what holds on to it".to_owned()
    } else {
        format!("it is held by {}", found.join("; "))
    }
}

async fn associations(run: &Run<'_>, route_table_id: &str) -> Vec<String> {
    let Some(vpc) = run.world().observed.vpc else {
        return Vec::new();
    };
    let tables = run.cloud.route_tables(&vpc.id).await.unwrap_or_default();
    let table = tables.into_iter().find(|table| table.id == route_table_id);
    let subnets = table.into_iter().flat_map(|table| table.associations.into_keys());
    subnets
        .map(|id| format!("subnet {id}, which is associated with it"))
        .collect()
}

async fn queues(run: &Run<'_>) -> Vec<String> {
    let Some(current) = run.world().observed.compute_environment else {
        return Vec::new();
    };
    let names = run.cloud.job_queues_of(&current.arn).await.unwrap_or_default();
    names
        .iter()
        .map(|name| format!("job queue {name}, which must be deleted or pointed elsewhere first"))
        .collect()
}

async fn interfaces(run: &Run<'_>, holds: impl Fn(&NetworkInterface) -> bool) -> Vec<String> {
    let Some(vpc) = run.world().observed.vpc else {
        return Vec::new();
    };
    let interfaces = run.cloud.network_interfaces(&vpc.id).await.unwrap_or_default();
    interfaces
        .iter()
        .filter(|interface| holds(interface))
        .map(describe)
        .collect()
}

fn describe(interface: &NetworkInterface) -> String {
    let owner = interface
        .requester_id
        .as_deref()
        .map(|id| format!(" of {id}"))
        .unwrap_or_default();
    let text = if interface.description.is_empty() {
        &interface.interface_type
    } else {
        &interface.description
    };
    format!("network interface {}{owner} ({text})", interface.id)
}

/// Everything that keeps a VPC from being deleted, whoever made it.
async fn everything_in_the_vpc(run: &Run<'_>) -> Vec<String> {
    let Some(vpc) = run.world().observed.vpc else {
        return Vec::new();
    };
    let cloud = run.cloud;
    let mut found: Vec<String> = interfaces(run, |_| true).await;
    found.extend(
        cloud
            .subnets(&vpc.id)
            .await
            .unwrap_or_default()
            .into_iter()
            .map(|subnet| format!("subnet {}", subnet.id)),
    );
    let groups = cloud.security_groups(&vpc.id).await.unwrap_or_default();
    found.extend(
        groups
            .into_iter()
            .filter(|group| group.name != "default")
            .map(|group| format!("security group {} ({})", group.id, group.name)),
    );
    let endpoints = cloud.endpoints(&vpc.id).await.unwrap_or_default();
    found.extend(
        endpoints
            .into_iter()
            .filter(|endpoint| endpoint.state != "deleted")
            .map(|endpoint| format!("VPC endpoint {} ({})", endpoint.id, endpoint.service_name)),
    );
    let gateways = cloud.internet_gateways(&vpc.id).await.unwrap_or_default();
    found.extend(
        gateways
            .into_iter()
            .map(|id| format!("internet gateway {id}, which must be detached")),
    );
    let tables = cloud.route_tables(&vpc.id).await.unwrap_or_default();
    found.extend(
        tables
            .into_iter()
            .filter(|table| !table.main)
            .map(|table| format!("route table {}", table.id)),
    );
    found
}
