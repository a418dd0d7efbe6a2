//! `security_group`.

use std::collections::BTreeSet;

use tf_provider::value::Value;

use super::{Sight, in_order_of};
use crate::domain::firewall::{self, ALL_PROTOCOLS, Peer, Rule};
use crate::domain::observed;
use crate::provider::attribute::List;
use crate::provider::environment::model::{IngressRule, SecurityGroup};
use crate::provider::environment::spec;
use crate::provider::number::Number;
use crate::provider::read::{list, object};

impl Sight<'_> {
    pub(super) fn security_group(&self, reference: &SecurityGroup) -> SecurityGroup {
        let additional_ids = self.additional_group_ids(reference);
        let Some(group) = self.own_group() else {
            return SecurityGroup {
                id: Value::Null,
                allow_all_outbound: reference.allow_all_outbound.or(Value::Value(false)),
                ingress_rules: reference.ingress_rules.clone().or(Value::Value(List::new())),
                additional_ids,
                ..reference.clone()
            };
        };
        SecurityGroup {
            id: Value::Value(group.id.clone()),
            name: Value::Value(group.name.clone()),
            description: Value::Value(group.description.clone()),
            allow_all_outbound: Value::Value(group.egress.iter().any(leads_everywhere)),
            ingress_rules: self.ingress_rules(&reference.ingress_rules, group),
            additional_ids,
        }
    }

    /// The environment's own group. While one takes the place of another, it is the one that the state is to be of; else the one that
    /// the compute environment has.
    pub(super) fn own_group(&self) -> Option<&observed::SecurityGroup> {
        let own = self.observed.own_security_groups(self.ownership);
        let reference = object(&self.reference.security_group);
        let wanted = |group: &&&observed::SecurityGroup| {
            reference.name.as_deref_option() == Some(&group.name)
                && reference.description.as_deref_option() == Some(&group.description)
        };
        let compute = self.current();
        let used = |group: &&&observed::SecurityGroup| {
            compute.is_some_and(|compute| compute.security_group_ids.contains(&group.id))
        };
        let found = own.iter().find(wanted).or_else(|| own.iter().find(used));
        found.or(own.first()).copied()
    }

    /// The rules besides those that are always there. Those of the reference stay as they were written.
    fn ingress_rules(
        &self,
        reference: &Value<List<IngressRule>>,
        group: &observed::SecurityGroup,
    ) -> Value<List<IngressRule>> {
        let vpc = self.observed.vpc.as_ref();
        let blocks: Vec<_> = match (vpc, self.observed.existing_network) {
            (Some(vpc), true) => vpc.cidr_blocks.clone(),
            (vpc, _) => vpc.and_then(|vpc| vpc.cidr_block).into_iter().collect(),
        };
        let always: Vec<Rule> = blocks.into_iter().map(firewall::from_vpc).collect();
        let mut extra: BTreeSet<Rule> = group.ingress.iter().cloned().map(Rule::normalised).collect();
        extra.retain(|rule| !always.iter().any(|always| always.same_permission(rule)));
        let written = reference.iter().flatten().zip(spec::rules(reference));
        let mut rules = List::new();
        for (written, rule) in written {
            if rule.is_some_and(|rule| extra.remove(&rule)) {
                rules.push(written.clone());
            }
        }
        rules.extend(extra.into_iter().map(|rule| Value::Value(ingress_rule(rule))));
        Value::Value(rules)
    }

    /// The groups that the instances have besides the environment's own.
    fn additional_group_ids(&self, reference: &SecurityGroup) -> Value<List<String>> {
        let Some(compute) = self.current() else {
            return reference.additional_ids.clone().or(Value::Value(List::new()));
        };
        let own = self.observed.own_security_groups(self.ownership);
        // The group itself may be gone while the compute environment still names it.
        let former = reference.id.as_ref_option();
        let others = compute
            .security_group_ids
            .iter()
            .filter(|id| own.iter().all(|group| group.id != **id) && Some(*id) != former);
        list(in_order_of(&reference.additional_ids, others.cloned()))
    }
}

fn leads_everywhere(rule: &Rule) -> bool {
    rule.protocol == ALL_PROTOCOLS && rule.peer == Peer::CidrBlock(ipnet::Ipv4Net::default())
}

fn ingress_rule(rule: Rule) -> IngressRule {
    let port = |port: Option<i32>| port.map(Number::from).into();
    let mut written = IngressRule {
        description: rule.description.into(),
        protocol: Value::Value(rule.protocol),
        from_port: port(rule.from_port),
        to_port: port(rule.to_port),
        ..IngressRule::default()
    };
    match rule.peer {
        Peer::CidrBlock(block) => written.cidr_block = Value::Value(block.to_string()),
        Peer::Ipv6CidrBlock(block) => written.cidr_block = Value::Value(block.to_string()),
        Peer::PrefixList(id) => written.prefix_list_id = Value::Value(id),
        Peer::SecurityGroup(id) => written.security_group_id = Value::Value(id),
    }
    written
}
