//! Security group rules as values with a total order, so that two groups compare as sets.

use std::fmt;

use ipnet::{Ipv4Net, Ipv6Net};

/// One inbound or outbound rule.
///
/// AWS tells rules apart by protocol, ports and peer; the description is text on top of that. [`Rule::same_permission`] compares
/// what AWS compares.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    /// `-1` (all), `tcp`, `udp`, `icmp`, `icmpv6` or a protocol number.
    pub protocol: String,
    /// First port (or ICMP type); `None` for all.
    pub from_port: Option<i32>,
    /// Last port (or ICMP code); `None` for all.
    pub to_port: Option<i32>,
    /// Where traffic comes from, or goes to.
    pub peer: Peer,
    /// Free text.
    pub description: Option<String>,
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
