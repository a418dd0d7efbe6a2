//! Rules of security groups.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::refusal::{Answer, Refusal};
use super::world::{Moment, World, inside, known, known_mut};
use crate::cloud::{Direction, ErrorKind, SecurityGroupRequest};
use crate::domain::Tags;
use crate::domain::firewall::{Peer, Rule};
use crate::domain::limits::RULES_PER_DIRECTION;
use crate::domain::observed::SecurityGroup;

impl World {
    pub(super) fn create_security_group(
        &mut self,
        at: &Moment<'_>,
        request: &SecurityGroupRequest,
    ) -> Answer<SecurityGroup> {
        known(&self.vpcs, &request.vpc_id, at)?;
        if inside(&self.security_groups, &request.vpc_id).any(|group| group.name == request.name) {
            let message = format!(
                "The security group '{}' already exists for VPC '{}'",
                request.name, request.vpc_id
            );
            return Err(Refusal::new(
                ErrorKind::AlreadyExists,
                "InvalidGroup.Duplicate",
                message,
            ));
        }
        let group = SecurityGroup {
            id: self.new_id("sg"),
            name: request.name.clone(),
            description: request.description.clone(),
            ingress: BTreeSet::new(),
            egress: BTreeSet::from([everywhere()]),
            tags: request.tags.clone(),
        };
        self.security_groups
            .insert(group.id.clone(), at.place(&request.vpc_id, group.clone()));
        Ok(group)
    }

    /// The group that comes with a VPC: open to itself, and to everywhere outwards.
    pub(super) fn add_default_group(&mut self, at: &Moment<'_>, vpc_id: &str) {
        let id = self.new_id("sg");
        let group = SecurityGroup {
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            ingress: BTreeSet::from([Rule::all_traffic(Peer::SecurityGroup(id.clone()), None)]),
            egress: BTreeSet::from([everywhere()]),
            tags: Tags::new(),
            id,
        };
        self.security_groups.insert(group.id.clone(), at.place(vpc_id, group));
    }

    pub(super) fn authorize(
        &mut self,
        at: &Moment<'_>,
        group_id: &str,
        direction: Direction,
        rules: &BTreeSet<Rule>,
    ) -> Answer<()> {
        for rule in rules {
            if let Peer::SecurityGroup(peer) = &rule.peer {
                known(&self.security_groups, peer, at)?;
            }
        }
        let current = rules_of(known_mut(&mut self.security_groups, group_id, at)?, direction);
        for rule in &normalised(rules) {
            if current.iter().any(|other| other.same_permission(rule)) {
                let message = format!(
                    "the specified rule \"peer: {}, {}, ALLOW\" already exists",
                    rule.peer, rule.protocol
                );
                return Err(Refusal::new(
                    ErrorKind::AlreadyExists,
                    "InvalidPermission.Duplicate",
                    message,
                ));
            }
            current.insert(rule.clone());
        }
        if current.len() > RULES_PER_DIRECTION {
            let message = "The maximum number of rules per security group has been reached.";
            return Err(Refusal::new(
                ErrorKind::Quota,
                "RulesPerSecurityGroupLimitExceeded",
                message,
            ));
        }
        Ok(())
    }

    pub(super) fn revoke(
        &mut self,
        at: &Moment<'_>,
        group_id: &str,
        direction: Direction,
        rules: &BTreeSet<Rule>,
    ) -> Answer<()> {
        let current = rules_of(known_mut(&mut self.security_groups, group_id, at)?, direction);
        for rule in &normalised(rules) {
            let before = current.len();
            current.retain(|other| !other.same_permission(rule));
            if current.len() == before {
                return Err(unknown_rule());
            }
        }
        Ok(())
    }

    /// Gives rules that are there another description.
    pub(super) fn describe_rules(
        &mut self,
        at: &Moment<'_>,
        group_id: &str,
        direction: Direction,
        rules: &BTreeSet<Rule>,
    ) -> Answer<()> {
        let current = rules_of(known_mut(&mut self.security_groups, group_id, at)?, direction);
        for rule in &normalised(rules) {
            let old = current.iter().find(|other| other.same_permission(rule)).cloned();
            current.remove(&old.ok_or_else(unknown_rule)?);
            current.insert(rule.clone());
        }
        Ok(())
    }

    /// Interfaces and other groups' rules hold on to a group.
    pub(super) fn delete_security_group(&mut self, group_id: &str) -> Answer<()> {
        let Some(group) = self.security_groups.get(group_id) else {
            return Ok(());
        };
        if group.name == "default" {
            let message = format!("the specified group: \"{group_id}\" name: \"default\" cannot be deleted by a user");
            return Err(Refusal::invalid("CannotDelete", message));
        }
        let peer = Peer::SecurityGroup(group_id.to_owned());
        let referred_to = self
            .security_groups
            .values()
            .filter(|other| other.id != group_id)
            .any(|other| other.ingress.iter().chain(&other.egress).any(|rule| rule.peer == peer));
        let attached = self
            .network_interfaces
            .values()
            .any(|interface| interface.security_group_ids.contains(group_id));
        if referred_to || attached {
            let message = format!("resource {group_id} has a dependent object");
            return Err(Refusal::new(ErrorKind::Conflict, "DependencyViolation", message));
        }
        self.security_groups.remove(group_id);
        Ok(())
    }
}

fn rules_of(group: &mut SecurityGroup, direction: Direction) -> &mut BTreeSet<Rule> {
    match direction {
        Direction::Ingress => &mut group.ingress,
        Direction::Egress => &mut group.egress,
    }
}

/// Rules as AWS keeps and reports them, however they were written.
fn normalised(rules: &BTreeSet<Rule>) -> Vec<Rule> {
    rules.iter().cloned().map(Rule::normalised).collect()
}

fn unknown_rule() -> Refusal {
    let message = "The specified rule does not exist in this security group.";
    Refusal::new(ErrorKind::NotFound, "InvalidPermission.NotFound", message)
}

fn everywhere() -> Rule {
    Rule::all_traffic(Peer::CidrBlock(Ipv4Net::default()), None)
}
