//! A topology as text that a person can read.

use std::fmt;

use ipnet::Ipv4Net;

use super::{EndpointPlan, RolePlan, SubnetPlan, Topology};
use crate::domain::batch::{InstanceProfileChoice, InstancesPlan, ServiceRoleChoice, SpotFleetRoleChoice};
use crate::domain::endpoint::EndpointKind;
use crate::domain::suggest::listed;

impl fmt::Display for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let owner = &self.ownership;
        writeln!(
            f,
            "environment {} in {}, account {}",
            owner.environment, owner.region, owner.account_id
        )?;
        self.write_network(f)?;
        writeln!(
            f,
            "security group {}: {}",
            self.security_group.name, self.security_group.description
        )?;
        for rule in &self.security_group.ingress {
            writeln!(f, "  in:  {rule}")?;
        }
        for rule in &self.security_group.egress {
            writeln!(f, "  out: {rule}")?;
        }
        writeln!(f, "endpoints")?;
        for endpoint in &self.endpoints {
            write_endpoint(f, endpoint)?;
        }
        write_role(f, "instance role and profile", self.instance_role.as_ref())?;
        write_role(f, "service role", self.service_role.as_ref())?;
        write_role(f, "Spot Fleet role", self.spot_fleet_role.as_ref())?;
        self.write_compute_environment(f)?;
        for queue in &self.job_queues {
            let state = if queue.enabled { "ENABLED" } else { "DISABLED" };
            writeln!(f, "job queue {}: priority {} {state}", queue.name, queue.priority)?;
        }
        Ok(())
    }
}

impl Topology {
    fn write_network(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.vpc.id {
            Some(id) => writeln!(
                f,
                "existing VPC {id} {}",
                listed(self.vpc.cidr_blocks.iter().map(Ipv4Net::to_string))
            )?,
            None => writeln!(
                f,
                "VPC {}, {} tenancy",
                self.vpc.cidr_block,
                self.vpc.instance_tenancy.as_str()
            )?,
        }
        for subnet in &self.subnets {
            let SubnetPlan {
                availability_zone,
                cidr_block,
                ..
            } = subnet;
            match (&subnet.id, &subnet.route_table_id) {
                (Some(id), Some(table)) => writeln!(
                    f,
                    "  existing subnet {id} {availability_zone} {cidr_block}, with route table {table}"
                )?,
                (Some(id), None) => writeln!(f, "  existing subnet {id} {availability_zone} {cidr_block}")?,
                (None, _) => writeln!(
                    f,
                    "  subnet {availability_zone} {cidr_block}, with a route table of its own"
                )?,
            }
        }
        Ok(())
    }

    fn write_compute_environment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = &self.compute_environment;
        let state = if plan.enabled { "ENABLED" } else { "DISABLED" };
        let strategy = plan
            .instances
            .as_ref()
            .map(|instances| instances.resources.allocation_strategy);
        let strategy = strategy.map(|strategy| format!(" {strategy}")).unwrap_or_default();
        writeln!(
            f,
            "compute environment {}: {}{strategy} {state}",
            plan.name, plan.compute_type
        )?;
        match &plan.instances {
            None => writeln!(f, "  vCPUs max {}", plan.max_vcpus)?,
            Some(instances) => write_instances(f, instances, plan.max_vcpus)?,
        }
        match &plan.service_role {
            ServiceRoleChoice::ServiceLinked => writeln!(f, "  service role: service-linked"),
            ServiceRoleChoice::Owned => writeln!(f, "  service role: its own"),
            ServiceRoleChoice::Existing(arn) => writeln!(f, "  service role: {arn}"),
        }
    }
}

fn write_instances(f: &mut fmt::Formatter<'_>, plan: &InstancesPlan, max_vcpus: i32) -> fmt::Result {
    let resources = &plan.resources;
    let desired = resources
        .desired_vcpus
        .map_or_else(|| "unset".to_owned(), |vcpus| vcpus.to_string());
    let (types, min) = (resources.instance_types.join(", "), resources.min_vcpus);
    writeln!(f, "  {types}, vCPUs min {min} desired {desired} max {max_vcpus}")?;
    if let Some(template) = &resources.launch_template {
        let version = template.template.version.as_deref().unwrap_or_default();
        let key = template.template.key().unwrap_or_default();
        writeln!(f, "  launch template {key}, version {version}")?;
    }
    match &plan.instance_profile {
        InstanceProfileChoice::Owned => writeln!(f, "  instance profile: its own")?,
        InstanceProfileChoice::Existing(arn) => writeln!(f, "  instance profile: {arn}")?,
    }
    match &plan.spot_fleet_role {
        None => Ok(()),
        Some(SpotFleetRoleChoice::Owned) => writeln!(f, "  Spot Fleet role: its own"),
        Some(SpotFleetRoleChoice::Existing(arn)) => writeln!(f, "  Spot Fleet role: {arn}"),
    }
}

fn write_endpoint(f: &mut fmt::Formatter<'_>, endpoint: &EndpointPlan) -> fmt::Result {
    let EndpointPlan { service_name, kind, .. } = endpoint;
    if let Some(id) = &endpoint.existing_id {
        return writeln!(f, "  {kind} {service_name}: existing {id}");
    }
    match kind {
        EndpointKind::Gateway => writeln!(f, "  {kind} {service_name}, on every route table"),
        EndpointKind::Interface => {
            let dns = if endpoint.private_dns_enabled {
                "with"
            } else {
                "without"
            };
            writeln!(
                f,
                "  {kind} {service_name} in {}, {dns} private DNS",
                listed(&endpoint.availability_zones)
            )
        }
    }
}

fn write_role(f: &mut fmt::Formatter<'_>, what: &str, role: Option<&RolePlan>) -> fmt::Result {
    let Some(role) = role else { return Ok(()) };
    writeln!(f, "{what} {}", role.name)?;
    role.managed_policies
        .iter()
        .try_for_each(|policy| writeln!(f, "  {policy}"))
}
