//! A topology as text that a person can read.

use std::fmt;

use super::{EndpointPlan, RolePlan, Topology};
use crate::domain::batch::{InstanceProfileChoice, ServiceRoleChoice};
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
        writeln!(
            f,
            "VPC {}, {} tenancy",
            self.vpc.cidr_block,
            self.vpc.instance_tenancy.as_str()
        )?;
        for subnet in &self.subnets {
            writeln!(
                f,
                "  subnet {} {}, with a route table of its own",
                subnet.availability_zone, subnet.cidr_block
            )?;
        }
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
        self.write_compute_environment(f)
    }
}

impl Topology {
    fn write_compute_environment(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plan = &self.compute_environment;
        let state = if plan.enabled { "ENABLED" } else { "DISABLED" };
        writeln!(
            f,
            "compute environment {}: {} {} {state}",
            plan.name, plan.compute_type, plan.allocation_strategy
        )?;
        let desired = plan
            .desired_vcpus
            .map_or_else(|| "unset".to_owned(), |vcpus| vcpus.to_string());
        writeln!(
            f,
            "  {}, vCPUs min {} desired {desired} max {}",
            plan.instance_types.join(", "),
            plan.min_vcpus,
            plan.max_vcpus
        )?;
        match &plan.instance_profile {
            InstanceProfileChoice::Owned => writeln!(f, "  instance profile: its own")?,
            InstanceProfileChoice::Existing(arn) => writeln!(f, "  instance profile: {arn}")?,
        }
        match &plan.service_role {
            ServiceRoleChoice::ServiceLinked => writeln!(f, "  service role: service-linked"),
            ServiceRoleChoice::Owned => writeln!(f, "  service role: its own"),
            ServiceRoleChoice::Existing(arn) => writeln!(f, "  service role: {arn}"),
        }
    }
}

fn write_endpoint(f: &mut fmt::Formatter<'_>, endpoint: &EndpointPlan) -> fmt::Result {
    let EndpointPlan { service_name, kind, .. } = endpoint;
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
