//! Rules as EC2 has them: an `IpPermission` holds any number of peers for one protocol and port range.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range, PrefixListId, UserIdGroupPair};

use super::super::answer::incomplete;
use crate::cloud::Result;
use crate::domain::firewall::{Peer, Rule};

/// One permission for each rule: the description belongs to the peer.
pub(super) fn to_sdk(rule: &Rule) -> IpPermission {
    let (from, to) = ports_to_sdk(rule);
    let permission = IpPermission::builder()
        .ip_protocol(&rule.protocol)
        .set_from_port(from)
        .set_to_port(to);
    let description = rule.description.clone();
    match &rule.peer {
        Peer::CidrBlock(block) => permission.ip_ranges(
            IpRange::builder()
                .cidr_ip(block.to_string())
                .set_description(description)
                .build(),
        ),
        Peer::Ipv6CidrBlock(block) => permission.ipv6_ranges(
            Ipv6Range::builder()
                .cidr_ipv6(block.to_string())
                .set_description(description)
                .build(),
        ),
        Peer::PrefixList(id) => permission.prefix_list_ids(
            PrefixListId::builder()
                .prefix_list_id(id)
                .set_description(description)
                .build(),
        ),
        Peer::SecurityGroup(id) => permission.user_id_group_pairs(
            UserIdGroupPair::builder()
                .group_id(id)
                .set_description(description)
                .build(),
        ),
    }
    .build()
}

/// All rules of all permissions, in the one form that the desired ones have too.
pub(super) fn from_sdk(permissions: &[IpPermission]) -> Result<BTreeSet<Rule>> {
    let mut rules = BTreeSet::new();
    for permission in permissions {
        for (peer, description) in peers(permission)? {
            let protocol = permission.ip_protocol().unwrap_or("-1").to_owned();
            let rule = Rule {
                protocol,
                from_port: permission.from_port(),
                to_port: permission.to_port(),
                peer,
                description: description.map(str::to_owned),
            };
            // EC2 has several forms of "all"; the domain's is the one that rules are compared in.
            rules.insert(rule.normalised());
        }
    }
    Ok(rules)
}

/// A peer and what is written beside it.
type Described<'a> = (Peer, Option<&'a str>);

fn peers(permission: &IpPermission) -> Result<Vec<Described<'_>>> {
    // A peer that is left out would be a hole in the group that nobody sees.
    let unread = || incomplete("ec2:DescribeSecurityGroups", "readable peer in one of its rules");
    let mut peers = Vec::new();
    for range in permission.ip_ranges() {
        let block = range.cidr_ip().and_then(|text| text.parse().ok()).ok_or_else(unread)?;
        peers.push((Peer::CidrBlock(block), range.description()));
    }
    for range in permission.ipv6_ranges() {
        let block = range
            .cidr_ipv6()
            .and_then(|text| text.parse().ok())
            .ok_or_else(unread)?;
        peers.push((Peer::Ipv6CidrBlock(block), range.description()));
    }
    for list in permission.prefix_list_ids() {
        let id = list.prefix_list_id().ok_or_else(unread)?;
        peers.push((Peer::PrefixList(id.to_owned()), list.description()));
    }
    for pair in permission.user_id_group_pairs() {
        let id = pair.group_id().ok_or_else(unread)?;
        peers.push((Peer::SecurityGroup(id.to_owned()), pair.description()));
    }
    Ok(peers)
}

/// Types and codes of ICMP: -1 is EC2's word for all of them, where other protocols leave the ports out.
fn is_icmp(protocol: &str) -> bool {
    matches!(protocol, "icmp" | "icmpv6" | "1" | "58")
}

fn ports_to_sdk(rule: &Rule) -> (Option<i32>, Option<i32>) {
    if is_icmp(&rule.protocol) {
        (Some(rule.from_port.unwrap_or(-1)), Some(rule.to_port.unwrap_or(-1)))
    } else {
        (rule.from_port, rule.to_port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: Option<(i32, i32)>, peer: Peer, description: Option<&str>) -> Rule {
        Rule {
            protocol: protocol.to_owned(),
            from_port: ports.map(|ports| ports.0),
            to_port: ports.map(|ports| ports.1),
            peer,
            description: description.map(str::to_owned),
        }
    }

    #[test]
    fn rules_survive_the_way_there_and_back() {
        let rules = BTreeSet::from([
            rule("-1", None, Peer::CidrBlock("10.0.0.0/16".parse().unwrap()), Some("all")),
            rule("tcp", Some((443, 443)), Peer::PrefixList("pl-1".to_owned()), None),
            rule(
                "udp",
                Some((0, 65535)),
                Peer::SecurityGroup("sg-1".to_owned()),
                Some("peers"),
            ),
            rule(
                "icmpv6",
                Some((-1, -1)),
                Peer::Ipv6CidrBlock("fd00::/8".parse().unwrap()),
                None,
            ),
            rule(
                "icmp",
                Some((8, 0)),
                Peer::CidrBlock("10.0.0.0/16".parse().unwrap()),
                None,
            ),
        ]);
        let permissions: Vec<_> = rules.iter().map(to_sdk).collect();
        let normalised: BTreeSet<Rule> = rules.into_iter().map(Rule::normalised).collect();
        assert_eq!(from_sdk(&permissions).unwrap(), normalised);
        // And what is asked for in the domain's form is what is read back.
        let permissions: Vec<_> = normalised.iter().map(to_sdk).collect();
        assert_eq!(from_sdk(&permissions).unwrap(), normalised);
    }

    #[test]
    fn what_was_asked_for_is_what_is_seen() {
        let peer = || Peer::CidrBlock("10.0.0.0/16".parse().unwrap());
        let rows = [
            ("icmp", None, "icmp", Some((-1, -1))),
            ("icmp", Some((-1, -1)), "icmp", Some((-1, -1))),
            ("icmp", Some((8, -1)), "icmp", Some((8, -1))),
            ("58", None, "icmpv6", Some((-1, -1))),
            ("tcp", None, "tcp", Some((0, 65535))),
            ("tcp", Some((0, 65535)), "tcp", Some((0, 65535))),
            ("-1", None, "-1", None),
            ("-1", Some((-1, -1)), "-1", None),
            ("50", Some((-1, -1)), "50", None),
        ];
        for (protocol, ports, seen_protocol, seen_ports) in rows {
            let wanted = rule(protocol, ports, peer(), None).normalised();
            assert_eq!(
                wanted,
                rule(seen_protocol, seen_ports, peer(), None),
                "{protocol} {ports:?}"
            );
            let reported = IpPermission::builder()
                .ip_protocol(protocol)
                .set_from_port(ports.map(|ports| ports.0))
                .set_to_port(ports.map(|ports| ports.1))
                .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/16").description("").build())
                .build();
            for permission in [reported, to_sdk(&wanted)] {
                let seen = from_sdk(&[permission]).unwrap();
                assert_eq!(seen, BTreeSet::from([wanted.clone()]), "{protocol} {ports:?}");
            }
        }
    }

    #[test]
    fn all_of_icmp_is_minus_one() {
        let permission = to_sdk(&rule("icmp", None, Peer::SecurityGroup("sg-1".to_owned()), None));
        assert_eq!((permission.from_port(), permission.to_port()), (Some(-1), Some(-1)));
    }

    #[test]
    fn a_permission_is_as_many_rules_as_it_has_peers() {
        let permission = IpPermission::builder()
            .ip_protocol("tcp")
            .from_port(22)
            .to_port(22)
            .ip_ranges(IpRange::builder().cidr_ip("10.0.0.0/8").build())
            .ip_ranges(IpRange::builder().cidr_ip("0.0.0.0/0").description("").build())
            .user_id_group_pairs(UserIdGroupPair::builder().group_id("sg-1").build())
            .build();
        let rules = from_sdk(&[permission]).unwrap();
        assert_eq!(rules.len(), 3);
        assert!(rules.iter().all(|rule| rule.description.is_none()));
    }

    #[test]
    fn an_unreadable_peer_is_not_left_out() {
        let permission = IpPermission::builder()
            .ip_protocol("tcp")
            .ip_ranges(IpRange::builder().cidr_ip("everywhere").build())
            .build();
        assert!(from_sdk(&[permission]).is_err());
    }
}
