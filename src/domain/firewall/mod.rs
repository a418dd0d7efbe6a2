//! Security group rules as values with a total order, so that two groups compare as sets.
//!
//! One group serves instances and endpoints alike. It lets everything in from the VPC's block; out it lets everything, or only
//! what stays in the VPC and what goes to the gateway endpoints.
//!
//! | module | what it does |
//! |---|---|
//! | [`input`] | the user's rules, checked and normalised |
//! | [`text`] | names and descriptions that EC2 accepts |

use std::collections::BTreeSet;
use std::fmt;

use ipnet::{Ipv4Net, Ipv6Net};

use super::problem::{Invalid, PlanError};

pub mod input;
pub mod text;

pub use input::RuleInput;

/// The protocol that stands for all of them.
pub const ALL_PROTOCOLS: &str = "-1";
/// The port that AWS's APIs are called on.
pub const HTTPS: i32 = 443;

/// One inbound or outbound rule.
///
/// AWS tells rules apart by protocol, ports and peer; the description is text on top of that. [`Rule::same_permission`] compares
/// what AWS compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// `-1` (all), `tcp`, `udp`, `icmp`, `icmpv6` or a protocol number.
    pub protocol: String,
    /// First port, or ICMP type (-1: all); `None` for protocols without ports.
    pub from_port: Option<i32>,
    /// Last port, or ICMP code (-1: all); `None` for protocols without ports.
    pub to_port: Option<i32>,
    /// Where traffic comes from, or goes to.
    pub peer: Peer,
    /// Free text.
    pub description: Option<String>,
}

impl Rule {
    /// All traffic from or to a block.
    pub fn all_traffic(peer: Peer, description: Option<&str>) -> Self {
        Self {
            protocol: ALL_PROTOCOLS.to_owned(),
            from_port: None,
            to_port: None,
            peer,
            description: description.map(str::to_owned),
        }
    }

    /// Whether AWS holds the two to be the same rule: all but the description.
    pub fn same_permission(&self, other: &Self) -> bool {
        self.permission() == other.permission()
    }

    fn permission(&self) -> (&str, Option<i32>, Option<i32>, &Peer) {
        (&self.protocol, self.from_port, self.to_port, &self.peer)
    }

    /// The rule in the form in which AWS reports it, so that equal rules are equal values: protocols by name where they have one,
    /// no ports where the protocol has none, all ports as 0–65535, all of ICMP as -1, no empty description.
    pub fn normalised(mut self) -> Self {
        self.protocol = canonical_protocol(&self.protocol);
        (self.from_port, self.to_port) = match self.protocol.as_str() {
            "tcp" | "udp" => match (self.from_port, self.to_port) {
                (None | Some(-1), None | Some(-1)) => (Some(0), Some(65535)),
                ports => ports,
            },
            "icmp" | "icmpv6" => (self.from_port.or(Some(-1)), self.to_port.or(Some(-1))),
            _ => (None, None),
        };
        self.description = self.description.filter(|description| !description.is_empty());
        self
    }

    /// Whether traffic of a TCP port is covered, whoever the peer is.
    pub fn allows_tcp(&self, port: i32) -> bool {
        match self.protocol.as_str() {
            ALL_PROTOCOLS => true,
            "tcp" => self.from_port.is_some_and(|from| from <= port) && self.to_port.is_some_and(|to| port <= to),
            _ => false,
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.protocol.as_str() {
            ALL_PROTOCOLS => f.write_str("all traffic")?,
            protocol => f.write_str(protocol)?,
        }
        match (self.from_port, self.to_port) {
            (Some(from), Some(to)) if from == to => write!(f, " {from}")?,
            (Some(from), Some(to)) => write!(f, " {from}-{to}")?,
            _ => {}
        }
        write!(f, ", {}", self.peer)
    }
}

/// AWS's own word for a protocol: names for TCP, UDP and ICMP whatever way they were written, `-1` for all, else the number.
fn canonical_protocol(word: &str) -> String {
    match word.to_ascii_lowercase().as_str() {
        "all" => ALL_PROTOCOLS.to_owned(),
        "6" => "tcp".to_owned(),
        "17" => "udp".to_owned(),
        "1" => "icmp".to_owned(),
        "58" | "icmp6" => "icmpv6".to_owned(),
        other => other.to_owned(),
    }
}

/// Inbound rules: everything from the VPC's blocks, and the user's.
pub fn ingress(vpc: &[Ipv4Net], extra: &[Rule]) -> BTreeSet<Rule> {
    let mut rules: BTreeSet<Rule> = vpc.iter().copied().map(from_vpc).collect();
    rules.extend(extra.iter().cloned().map(Rule::normalised));
    rules
}

/// The inbound rule that is always there: endpoints and instances reach each other by it.
pub fn from_vpc(vpc: Ipv4Net) -> Rule {
    Rule::all_traffic(Peer::CidrBlock(vpc), Some("All traffic from the VPC"))
}

/// Rules of the user's that are there already: always, or by one before. AWS refuses the second one as a duplicate.
pub fn repetitions(rules: &[Rule], vpc: &[Ipv4Net]) -> Vec<PlanError> {
    let always: Vec<Rule> = vpc.iter().copied().map(from_vpc).collect();
    let repeated = rules.iter().enumerate().filter_map(|(index, rule)| {
        let is_same = |other: &Rule| other.same_permission(rule);
        let invalid = if always.iter().any(is_same) {
            let detail = "All traffic from the VPC's block is always let in. Remove the rule.";
            Invalid::new("This rule is always there", detail)
        } else if rules[..index].iter().any(is_same) {
            let detail =
                "AWS tells rules apart by protocol, ports and source, not by description. Remove one of the two.";
            Invalid::new(format!("The rule \"{rule}\" is given twice"), detail)
        } else {
            return None;
        };
        Some(invalid.at(format!("security_group.ingress_rules[{index}]")))
    });
    repeated.collect()
}

/// Outbound rules: everything (the rule without a description that AWS gives every new group), or the VPC's blocks (endpoints, DNS) and HTTPS to the prefix lists of the gateway endpoints.
pub fn egress<'a>(vpc: &[Ipv4Net], allow_all: bool, prefix_lists: impl IntoIterator<Item = &'a str>) -> BTreeSet<Rule> {
    if allow_all {
        let everywhere = Peer::CidrBlock(Ipv4Net::default());
        return BTreeSet::from([Rule::all_traffic(everywhere, None)]);
    }
    let to_gateways = prefix_lists.into_iter().map(|id| Rule {
        protocol: "tcp".to_owned(),
        from_port: Some(HTTPS),
        to_port: Some(HTTPS),
        peer: Peer::PrefixList(id.to_owned()),
        description: Some("HTTPS to a gateway endpoint".to_owned()),
    });
    let mut rules: BTreeSet<Rule> = to_gateways.collect();
    let to_vpc = |block: &Ipv4Net| Rule::all_traffic(Peer::CidrBlock(*block), Some("All traffic to the VPC"));
    rules.extend(vpc.iter().map(to_vpc));
    rules
}

/// What turns one set of rules into another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleChanges {
    /// To authorize.
    pub to_add: BTreeSet<Rule>,
    /// To revoke, as they are there.
    pub to_remove: BTreeSet<Rule>,
    /// There already, with another description: as they shall be.
    pub description_changed: BTreeSet<Rule>,
}

impl RuleChanges {
    /// What must be done so that a group with the rules `current` has the rules `desired`.
    pub fn between(current: &BTreeSet<Rule>, desired: &BTreeSet<Rule>) -> Self {
        let is_unwanted = |rule: &&Rule| !desired.iter().any(|other| other.same_permission(rule));
        let mut changes = Self {
            to_remove: current.iter().filter(is_unwanted).cloned().collect(),
            ..Self::default()
        };
        for rule in desired {
            match current.iter().find(|other| other.same_permission(rule)) {
                None => changes.to_add.insert(rule.clone()),
                Some(there) if there.description != rule.description => {
                    changes.description_changed.insert(rule.clone())
                }
                Some(_) => false,
            };
        }
        changes
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.to_add.is_empty() && self.to_remove.is_empty() && self.description_changed.is_empty()
    }
}

/// The other side of a [`Rule`].
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Peer {
    /// IPv4 block.
    CidrBlock(Ipv4Net),
    /// IPv6 block.
    Ipv6CidrBlock(Ipv6Net),
    /// Managed prefix list, `pl-…`.
    PrefixList(String),
    /// Another security group, `sg-…`.
    SecurityGroup(String),
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CidrBlock(block) => block.fmt(f),
            Self::Ipv6CidrBlock(block) => block.fmt(f),
            Self::PrefixList(id) | Self::SecurityGroup(id) => id.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn vpc() -> Ipv4Net {
        "10.0.0.0/16".parse().unwrap()
    }

    fn rule(protocol: &str, ports: Option<(i32, i32)>, description: &str) -> Rule {
        Rule {
            protocol: protocol.to_owned(),
            from_port: ports.map(|p| p.0),
            to_port: ports.map(|p| p.1),
            peer: Peer::CidrBlock(vpc()),
            description: Some(description.to_owned()),
        }
    }

    #[test]
    fn rules_take_the_form_that_aws_reports() {
        let form = |protocol, ports| {
            let rule = rule(protocol, ports, "").normalised();
            (rule.protocol.clone(), rule.from_port, rule.to_port, rule.description)
        };
        assert_eq!(form("all", Some((0, 0))), ("-1".to_owned(), None, None, None));
        assert_eq!(form("6", None), ("tcp".to_owned(), Some(0), Some(65535), None));
        assert_eq!(
            form("TCP", Some((22, 22))),
            ("tcp".to_owned(), Some(22), Some(22), None)
        );
        assert_eq!(form("1", None), ("icmp".to_owned(), Some(-1), Some(-1), None));
        assert_eq!(
            form("icmpv6", Some((128, -1))),
            ("icmpv6".to_owned(), Some(128), Some(-1), None)
        );
        assert_eq!(form("50", Some((1, 2))), ("50".to_owned(), None, None, None));
    }

    #[test]
    fn restricted_egress_stays_in_the_vpc_and_its_gateways() {
        let rules: Vec<String> = egress(&[vpc()], false, ["pl-1"]).iter().map(Rule::to_string).collect();
        assert_eq!(rules, ["all traffic, 10.0.0.0/16", "tcp 443, pl-1"]);
        let rules: Vec<String> = egress(&[vpc()], true, ["pl-1"]).iter().map(Rule::to_string).collect();
        assert_eq!(rules, ["all traffic, 0.0.0.0/0"]);
    }

    #[test]
    fn a_description_alone_is_no_new_rule() {
        let (old, new) = (rule("tcp", Some((22, 22)), "old"), rule("tcp", Some((22, 22)), "new"));
        let gone = rule("udp", Some((53, 53)), "");
        let changes = RuleChanges::between(&BTreeSet::from([old, gone.clone()]), &BTreeSet::from([new.clone()]));
        assert_eq!(changes.to_remove, BTreeSet::from([gone]));
        assert_eq!(changes.description_changed, BTreeSet::from([new]));
        assert!(changes.to_add.is_empty());
    }

    fn some_rule() -> impl Strategy<Value = Rule> {
        let protocol = prop::sample::select(vec!["-1", "all", "tcp", "6", "udp", "icmp", "47"]);
        (
            protocol,
            prop::option::of((0..3, 3..5)),
            prop::sample::select(vec!["", "a", "b"]),
        )
            .prop_map(|(protocol, ports, description)| rule(protocol, ports, description).normalised())
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(rule in some_rule()) {
            prop_assert_eq!(rule.clone().normalised(), rule);
        }

        #[test]
        fn changes_lead_from_one_set_to_the_other(
            a in prop::collection::btree_set(some_rule(), 0..6),
            b in prop::collection::btree_set(some_rule(), 0..6),
        ) {
            // AWS never holds two rules of one permission.
            let unique = |set: BTreeSet<Rule>| set.into_iter().fold(BTreeSet::new(), |mut kept: BTreeSet<Rule>, rule| {
                if !kept.iter().any(|other| other.same_permission(&rule)) { kept.insert(rule); }
                kept
            });
            let (a, b) = (unique(a), unique(b));
            let changes = RuleChanges::between(&a, &b);
            let mut result: BTreeSet<Rule> = a.difference(&changes.to_remove).cloned().collect();
            result.retain(|rule| !changes.description_changed.iter().any(|new| new.same_permission(rule)));
            result.extend(changes.to_add.iter().cloned());
            result.extend(changes.description_changed.iter().cloned());
            prop_assert_eq!(&result, &b);
            prop_assert!(RuleChanges::between(&b, &b).is_empty());
        }
    }
}
