//! Which of the things observed are the environment's own.
//!
//! Ownership tags decide. Where somebody has removed them, a part is still recognised by the key that only it can have inside the
//! environment's own VPC: a subnet by zone and block, a group by name, an endpoint by service. In an existing network nothing is
//! recognised like that, and what carries the tags of another environment never is.

use std::collections::BTreeSet;

use super::Tags;
use super::batch::status;
use super::name::Ownership;
use super::observed::{ComputeEnvironment, Endpoint, Observed, RouteTable, SecurityGroup, Subnet};
use super::topology::{EndpointPlan, SecurityGroupPlan, SubnetPlan};

impl Observed {
    /// Whether an id (or, of a compute environment, its name; of a job queue and of IAM's things, their ARN) is among what was observed.
    pub fn shows(&self, id: &str) -> bool {
        self.vpc.as_ref().is_some_and(|vpc| vpc.id == id)
            || self.subnets.contains_key(id)
            || self.route_tables.contains_key(id)
            || self.security_groups.contains_key(id)
            || self.endpoints.contains_key(id)
            || self.instance_profile.as_ref().is_some_and(|profile| profile.arn == id)
            || [&self.instance_role, &self.service_role, &self.spot_fleet_role]
                .into_iter()
                .flatten()
                .any(|role| role.arn == id)
            || self.compute_environments.contains_key(id)
            || self.job_queues.values().any(|queue| queue.arn == id)
    }

    /// The compute environment of that name, unless it is on its way out.
    pub fn compute_environment(&self, name: &str) -> Option<&ComputeEnvironment> {
        self.compute_environments
            .get(name)
            .filter(|current| !matches!(current.status.as_str(), status::DELETING | status::DELETED))
    }

    /// The environment's subnet of a zone, be it its own or the existing one that it is to be in.
    pub fn own_subnet(&self, ownership: &Ownership, plan: &SubnetPlan) -> Option<&Subnet> {
        if let Some(id) = &plan.id {
            return self.subnets.get(id);
        }
        let mut in_zone = self
            .subnets
            .values()
            .filter(|subnet| subnet.availability_zone == plan.availability_zone);
        in_zone.clone().find(|subnet| ownership.owns(&subnet.tags)).or_else(|| {
            in_zone
                .find(|subnet| subnet.cidr_block == Some(plan.cidr_block) && self.may_be_own(ownership, &subnet.tags))
        })
    }

    /// Every subnet that carries the environment's tags.
    pub fn own_subnets(&self, ownership: &Ownership) -> impl Iterator<Item = &Subnet> {
        let subnets = self.subnets.values().filter(|_| !self.existing_network);
        subnets.filter(|subnet| ownership.owns(&subnet.tags))
    }

    /// The route table that a subnet is explicitly associated with.
    pub fn route_table_of(&self, subnet_id: &str) -> Option<&RouteTable> {
        self.route_tables
            .values()
            .find(|table| table.associations.contains_key(subnet_id))
    }

    /// Whether something without the environment's tags may be its own nevertheless, because somebody removed them.
    fn may_be_own(&self, ownership: &Ownership, tags: &Tags) -> bool {
        !self.existing_network && !ownership.is_another_s(tags)
    }

    /// Every route table, but the main one, that carries the environment's tags.
    pub fn own_route_tables(&self, ownership: &Ownership) -> impl Iterator<Item = &RouteTable> {
        self.route_tables
            .values()
            .filter(|table| !self.existing_network && !table.main && ownership.owns(&table.tags))
    }

    /// The environment's security group.
    pub fn own_security_group(
        &self,
        ownership: &Ownership,
        plan: Option<&SecurityGroupPlan>,
    ) -> Option<&SecurityGroup> {
        let groups = || self.security_groups.values().filter(|group| group.name != "default");
        groups().find(|group| ownership.owns(&group.tags)).or_else(|| {
            let plan = plan?;
            groups().find(|group| group.name == plan.name && self.may_be_own(ownership, &group.tags))
        })
    }

    /// The VPC's default security group.
    pub fn default_security_group(&self) -> Option<&SecurityGroup> {
        self.security_groups.values().find(|group| group.name == "default")
    }

    /// The environment's endpoint for a service; one that is being deleted does not count.
    pub fn own_endpoint(&self, ownership: &Ownership, plan: &EndpointPlan) -> Option<&Endpoint> {
        let candidates = || {
            self.endpoints
                .values()
                .filter(|endpoint| endpoint.service_name == plan.service_name && endpoint.kind == plan.kind)
                .filter(|endpoint| !endpoint.is_leaving())
        };
        candidates()
            .find(|endpoint| ownership.owns(&endpoint.tags))
            .or_else(|| candidates().find(|endpoint| self.may_be_own(ownership, &endpoint.tags)))
    }

    /// Every endpoint that carries the environment's tags and is not being deleted.
    pub fn own_endpoints(&self, ownership: &Ownership) -> impl Iterator<Item = &Endpoint> {
        self.endpoints
            .values()
            .filter(|endpoint| !endpoint.is_leaving() && ownership.owns(&endpoint.tags))
    }

    /// Ids of the environment's subnets in some zones; zones without one are left out.
    pub fn subnet_ids_in<'a>(
        &self,
        ownership: &Ownership,
        plans: impl IntoIterator<Item = &'a SubnetPlan>,
        zones: impl Fn(&str) -> bool,
    ) -> BTreeSet<String> {
        plans
            .into_iter()
            .filter(|plan| zones(&plan.availability_zone))
            .filter_map(|plan| match &plan.id {
                Some(id) => Some(id.clone()),
                None => self.own_subnet(ownership, plan).map(|subnet| subnet.id.clone()),
            })
            .collect()
    }
}

impl Endpoint {
    /// Whether it will never be available: AWS does not try again.
    pub fn has_failed(&self) -> bool {
        matches!(self.state.as_str(), "failed" | "rejected" | "expired")
    }
}
