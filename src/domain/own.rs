//! Which of the things observed are the environment's own.
//!
//! Ownership tags decide, and where somebody has removed them, the ids that the state knows ([`Claims`]). What neither shows is somebody
//! else's, in the environment's own VPC too, whatever its name or service: it is neither changed nor deleted.

use std::collections::BTreeSet;

use super::Tags;
use super::batch::status;
use super::firewall::Peer;
use super::name::Ownership;
use super::observed::{ComputeEnvironment, Endpoint, Observed, RouteTable, SecurityGroup, Subnet};
use super::topology::{EndpointPlan, SubnetPlan};

/// What is the environment's own by the state, whatever the tags say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Ids of parts; of the things of AWS Batch, their ARNs.
    pub ids: BTreeSet<String>,
    /// Whether the environment was adopted and not applied since. Its parts may then carry another name in their ownership tags:
    /// that of an apply that was to give it this name and was cut off.
    pub adopted: bool,
}

impl Claims {
    /// Whether a part is the environment's own: by its tags, or because the state knows it and no other environment's tags are
    /// on it.
    pub fn own(&self, ownership: &Ownership, id: &str, tags: &Tags) -> bool {
        ownership.owns(tags) || (self.ids.contains(id) && (self.adopted || !ownership.is_another_s(tags)))
    }
}

impl Observed {
    /// Whether a part is the environment's own, by its tags or by what the state knows.
    pub fn owns(&self, ownership: &Ownership, id: &str, tags: &Tags) -> bool {
        self.claims.own(ownership, id, tags)
    }

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
        in_zone.find(|subnet| self.owns(ownership, &subnet.id, &subnet.tags))
    }

    /// Every subnet that is the environment's own.
    pub fn own_subnets(&self, ownership: &Ownership) -> impl Iterator<Item = &Subnet> {
        let subnets = self.subnets.values().filter(|_| !self.existing_network);
        subnets.filter(|subnet| self.owns(ownership, &subnet.id, &subnet.tags))
    }

    /// The route table that a subnet is explicitly associated with.
    pub fn route_table_of(&self, subnet_id: &str) -> Option<&RouteTable> {
        self.route_tables
            .values()
            .find(|table| table.associations.contains_key(subnet_id))
    }

    /// Every route table, but the main one, that is the environment's own.
    pub fn own_route_tables(&self, ownership: &Ownership) -> impl Iterator<Item = &RouteTable> {
        self.route_tables
            .values()
            .filter(|table| !self.existing_network && !table.main && self.owns(ownership, &table.id, &table.tags))
    }

    /// Every security group that is the environment's own: more than one while one takes the place of another.
    pub fn own_security_groups(&self, ownership: &Ownership) -> Vec<&SecurityGroup> {
        let groups = self.security_groups.values().filter(|group| group.name != "default");
        groups
            .filter(|group| self.owns(ownership, &group.id, &group.tags))
            .collect()
    }

    /// The environment's own security group of this name and description, neither of which AWS changes.
    pub fn own_security_group(&self, ownership: &Ownership, name: &str, description: &str) -> Option<&SecurityGroup> {
        let mut own = self.own_security_groups(ownership).into_iter();
        own.find(|group| group.name == name && group.description == description)
    }

    /// Groups that are not the environment's own and whose rules name a group: it cannot be deleted as long as they do.
    /// Source: EC2 API Reference, DeleteSecurityGroup.
    pub fn groups_of_others_that_name<'a>(
        &'a self,
        ownership: &'a Ownership,
        group_id: &'a str,
    ) -> impl Iterator<Item = &'a SecurityGroup> {
        let peer = Peer::SecurityGroup(group_id.to_owned());
        self.security_groups.values().filter(move |other| {
            let mut rules = other.ingress.iter().chain(&other.egress);
            let is_own = self.owns(ownership, &other.id, &other.tags);
            !is_own && other.id != group_id && rules.any(|rule| rule.peer == peer)
        })
    }

    /// The VPC's default security group.
    pub fn default_security_group(&self) -> Option<&SecurityGroup> {
        self.security_groups.values().find(|group| group.name == "default")
    }

    /// The environment's endpoint for a service; one that is being deleted does not count.
    pub fn own_endpoint(&self, ownership: &Ownership, plan: &EndpointPlan) -> Option<&Endpoint> {
        self.own_endpoints(ownership)
            .find(|endpoint| endpoint.service_name == plan.service_name && endpoint.kind == plan.kind)
    }

    /// Every endpoint that is the environment's own and is not being deleted.
    pub fn own_endpoints(&self, ownership: &Ownership) -> impl Iterator<Item = &Endpoint> {
        self.endpoints
            .values()
            .filter(|endpoint| !endpoint.is_leaving() && self.owns(ownership, &endpoint.id, &endpoint.tags))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ownership(environment: &str) -> Ownership {
        Ownership {
            environment: environment.parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
        }
    }

    #[test]
    fn tags_decide_and_the_state_where_there_are_none() {
        let (ours, theirs) = (ownership("ours"), ownership("theirs"));
        let claims = |adopted| Claims {
            ids: BTreeSet::from(["subnet-1".to_owned()]),
            adopted,
        };
        let own = |claims: &Claims, id: &str, tags: &Tags| claims.own(&ours, id, tags);
        assert!(own(&Claims::default(), "subnet-2", &ours.tags()));
        assert!(!own(&Claims::default(), "subnet-1", &Tags::new()));
        assert!(own(&claims(false), "subnet-1", &Tags::new()));
        assert!(!own(&claims(false), "subnet-2", &Tags::new()));
        assert!(!own(&claims(false), "subnet-1", &theirs.tags()));
        // An apply that was to give an adopted environment another name, and was cut off.
        assert!(own(&claims(true), "subnet-1", &theirs.tags()));
        assert!(!own(&claims(true), "subnet-2", &theirs.tags()));
    }
}
