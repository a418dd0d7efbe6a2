//! The user's rules: checked, and in AWS's form.

use ipnet::IpNet;

use super::{ALL_PROTOCOLS, Peer, Rule, canonical_protocol, text};
use crate::domain::problem::Invalid;

/// A rule as the user writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleInput {
    /// Free text.
    pub description: Option<String>,
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` or `all`, or a number; not set: all.
    pub protocol: Option<String>,
    /// First port, or ICMP type.
    pub from_port: Option<i64>,
    /// Last port, or ICMP code.
    pub to_port: Option<i64>,
    /// IPv4 or IPv6 block.
    pub cidr_block: Option<String>,
    /// `pl-…`
    pub prefix_list_id: Option<String>,
    /// `sg-…`
    pub security_group_id: Option<String>,
}

impl RuleInput {
    /// The rule, or everything that is wrong with it; each at one of the rule's attributes, or at `""` for the rule as a whole.
    pub fn parse(&self) -> Result<Rule, Vec<(&'static str, Invalid)>> {
        let mut errors = Vec::new();
        let mut note = |attribute: &'static str, result: Result<(), Invalid>| {
            if let Err(error) = result {
                errors.push((attribute, error));
            }
        };
        let protocol = self.protocol.as_deref().unwrap_or(ALL_PROTOCOLS);
        note(
            "description",
            self.description
                .as_deref()
                .map_or(Ok(()), text::validate_rule_description),
        );
        note("protocol", validate_protocol(protocol));
        let protocol = canonical_protocol(protocol);
        for (attribute, error) in port_errors(&protocol, self.from_port, self.to_port) {
            note(attribute, Err(error));
        }
        let peer = match self.peer() {
            Ok(peer) => Some(peer),
            Err((attribute, error)) => {
                note(attribute, Err(error));
                None
            }
        };
        match peer {
            Some(peer) if errors.is_empty() => Ok(Rule {
                protocol,
                from_port: self.from_port.and_then(|port| port.try_into().ok()),
                to_port: self.to_port.and_then(|port| port.try_into().ok()),
                peer,
                description: self.description.clone(),
            }
            .normalised()),
            _ => Err(errors),
        }
    }

    fn peer(&self) -> Result<Peer, (&'static str, Invalid)> {
        match (&self.cidr_block, &self.prefix_list_id, &self.security_group_id) {
            (Some(block), None, None) => parse_block(block).map_err(|error| ("cidr_block", error)),
            (None, Some(id), None) => validate_id("pl", "prefix list", id)
                .map(|()| Peer::PrefixList(id.clone()))
                .map_err(|error| ("prefix_list_id", error)),
            (None, None, Some(id)) => validate_security_group_id(id)
                .map(|()| Peer::SecurityGroup(id.clone()))
                .map_err(|error| ("security_group_id", error)),
            _ => Err((
                "",
                Invalid::new(
                    "A rule has exactly one source",
                    "Set one of cidr_block, prefix_list_id and security_group_id; write a rule for each further source.",
                ),
            )),
        }
    }
}

/// Checks a protocol. Source: EC2 API Reference, IpPermission.
pub fn validate_protocol(word: &str) -> Result<(), Invalid> {
    let canonical = canonical_protocol(word);
    let named = [ALL_PROTOCOLS, "tcp", "udp", "icmp", "icmpv6"].contains(&canonical.as_str());
    if named
        || canonical
            .parse::<u8>()
            .is_ok_and(|number| number.to_string() == canonical)
    {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{word:?} is not a protocol"),
        "Use \"tcp\", \"udp\", \"icmp\", \"icmpv6\", \"-1\" for all traffic, or a protocol number from 0 to 255.",
    ))
}

fn port_errors(protocol: &str, from: Option<i64>, to: Option<i64>) -> Vec<(&'static str, Invalid)> {
    match protocol {
        "tcp" | "udp" => range_errors(from, to),
        "icmp" | "icmpv6" => [("from_port", from, "type"), ("to_port", to, "code")]
            .into_iter()
            .filter(|(_, value, _)| value.is_some_and(|value| !(-1..=255).contains(&value)))
            .map(|(attribute, _, what)| {
                let remedy = "Use a number from 0 to 255, or -1 for all.";
                (attribute, Invalid::new(format!("Not an ICMP {what}"), remedy))
            })
            .collect(),
        _ => [("from_port", from), ("to_port", to)]
            .into_iter()
            .filter(|(_, value)| value.is_some_and(|value| value != 0 && value != -1))
            .map(|(attribute, _)| {
                let remedy = "Only tcp, udp and ICMP rules can be narrowed. Remove the ports or name the protocol.";
                (
                    attribute,
                    Invalid::new(format!("Protocol {protocol} has no ports"), remedy),
                )
            })
            .collect(),
    }
}

fn range_errors(from: Option<i64>, to: Option<i64>) -> Vec<(&'static str, Invalid)> {
    let (from, to) = match (from, to) {
        (None, None) => return Vec::new(),
        (Some(from), Some(to)) => (from, to),
        (from, _) => {
            let missing = if from.is_none() { "from_port" } else { "to_port" };
            let remedy = "Set from_port and to_port (the same number for a single port), or neither for all ports.";
            return vec![(missing, Invalid::new("A range of ports has two ends", remedy))];
        }
    };
    let mut errors = Vec::new();
    for (attribute, port) in [("from_port", from), ("to_port", to)] {
        if !(0..=65535).contains(&port) {
            errors.push((
                attribute,
                Invalid::new(format!("{port} is not a port"), "Use a number from 0 to 65535."),
            ));
        }
    }
    if errors.is_empty() && from > to {
        let remedy = format!("Did you mean {to} to {from}?");
        errors.push((
            "to_port",
            Invalid::new(format!("The range ends at {to} before it starts at {from}"), remedy),
        ));
    }
    errors
}

fn parse_block(text: &str) -> Result<Peer, Invalid> {
    let block: IpNet = text.parse().map_err(|_| {
        Invalid::new(
            format!("{text:?} is not an IPv4 or IPv6 block"),
            "Write an address and a prefix length, such as \"10.1.0.0/16\"; a single address is a /32.",
        )
    })?;
    if block != block.trunc() {
        return Err(Invalid::new(
            format!("{block} is not the address of a network"),
            format!(
                "Behind the prefix all bits must be zero. Did you mean \"{}\"?",
                block.trunc()
            ),
        ));
    }
    Ok(match block {
        IpNet::V4(block) => Peer::CidrBlock(block),
        IpNet::V6(block) => Peer::Ipv6CidrBlock(block),
    })
}

/// Checks the id of a security group.
pub fn validate_security_group_id(id: &str) -> Result<(), Invalid> {
    validate_id("sg", "security group", id)
}

/// Checks the form that EC2's ids have: a prefix, and 8 or 17 hexadecimal digits.
pub(crate) fn validate_id(prefix: &str, what: &str, id: &str) -> Result<(), Invalid> {
    let is_hex = |digits: &str| digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    let digits = id
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('-'))
        .unwrap_or_default();
    if matches!(digits.len(), 8 | 17) && is_hex(digits) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{id:?} is not the id of a {what}"),
        format!("Such an id is \"{prefix}-\" and 8 or 17 hexadecimal digits, as in \"{prefix}-0123456789abcdef0\"."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(from: Option<i64>, to: Option<i64>) -> RuleInput {
        RuleInput {
            protocol: Some("tcp".to_owned()),
            from_port: from,
            to_port: to,
            cidr_block: Some("10.1.0.0/16".to_owned()),
            ..RuleInput::default()
        }
    }

    fn wrong(input: &RuleInput) -> Vec<&'static str> {
        input
            .parse()
            .unwrap_err()
            .into_iter()
            .map(|(attribute, _)| attribute)
            .collect()
    }

    #[test]
    fn a_rule_is_parsed_into_awss_form() {
        assert_eq!(
            tcp(Some(22), Some(22)).parse().unwrap().to_string(),
            "tcp 22, 10.1.0.0/16"
        );
        assert_eq!(tcp(None, None).parse().unwrap().to_string(), "tcp 0-65535, 10.1.0.0/16");
        let all = RuleInput {
            security_group_id: Some("sg-0123456789abcdef0".to_owned()),
            ..RuleInput::default()
        };
        assert_eq!(all.parse().unwrap().to_string(), "all traffic, sg-0123456789abcdef0");
        let v6 = RuleInput {
            cidr_block: Some("fd00::/8".to_owned()),
            ..RuleInput::default()
        };
        assert_eq!(v6.parse().unwrap().to_string(), "all traffic, fd00::/8");
    }

    #[test]
    fn each_fault_is_told_at_its_attribute() {
        assert_eq!(wrong(&tcp(Some(22), None)), ["to_port"]);
        assert_eq!(wrong(&tcp(Some(80), Some(22))), ["to_port"]);
        assert_eq!(wrong(&tcp(Some(-1), Some(70000))), ["from_port", "to_port"]);
        let mut input = tcp(None, None);
        input.protocol = Some("http".to_owned());
        input.cidr_block = Some("10.1.0.1/16".to_owned());
        input.description = Some("naïve".to_owned());
        assert_eq!(wrong(&input), ["description", "protocol", "cidr_block"]);
        input = tcp(Some(1), Some(2));
        input.protocol = Some("50".to_owned());
        assert_eq!(wrong(&input), ["from_port", "to_port"]);
        input = tcp(Some(8), Some(256));
        input.protocol = Some("icmp".to_owned());
        assert_eq!(wrong(&input), ["to_port"]);
    }

    #[test]
    fn exactly_one_source() {
        assert_eq!(wrong(&RuleInput::default()), [""]);
        let mut input = tcp(None, None);
        input.prefix_list_id = Some("pl-61a54008".to_owned());
        assert_eq!(wrong(&input), [""]);
        input.cidr_block = None;
        assert!(input.parse().is_ok());
        input.prefix_list_id = Some("pl-x".to_owned());
        assert_eq!(wrong(&input), ["prefix_list_id"]);
    }
}
