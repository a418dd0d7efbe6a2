//! Where a single route leads.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use crate::domain::observed::Route;

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It stays in the VPC, or ends at a gateway endpoint.
    Inside,
    /// Its traffic can reach the internet.
    Internet,
    /// Its traffic reaches another network, or an appliance.
    Private,
}

/// Gateways behind which the internet begins: internet, egress-only internet and carrier gateways.
const INTERNET_GATEWAYS: [&str; 3] = ["igw-", "eigw-", "cagw-"];

/// Shortest prefixes that belong to anybody: what is wider was given to no single owner, so that a route for it takes default
/// traffic, as the halves of the internet (`0.0.0.0/1`) do. Source: IANA, "IPv4 Address Space Registry" (/8) and "IPv6 Global
/// Unicast Address Assignments" (/12).
const WIDEST_OWNED: (u8, u8) = (8, 12);

/// All of IPv4 behind NAT64: the address is in the last 32 bits. Sources: RFC 6052; Amazon VPC User Guide, "DNS64 and NAT64".
const NAT64: ([u16; 8], u8) = ([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

/// Blocks that no one on the internet has: RFC 1918, RFC 6598 (shared), RFC 3927 (link-local).
const PRIVATE_V4: [([u8; 4], u8); 5] = [
    ([10, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
    ([100, 64, 0, 0], 10),
    ([169, 254, 0, 0], 16),
];

impl Route {
    /// Where the route leads, whether its target is there or not.
    ///
    /// An internet, egress-only or carrier gateway leads to the internet whatever the destination. A NAT gateway does, unless the
    /// destination is private: what it sends on has no other address than that. Everything else (peering, transit, virtual private
    /// and local gateways, Cloud WAN, appliances and their endpoints) leads to the internet if it takes default traffic, because
    /// nothing shows that the traffic ends there, and to another network otherwise. A prefix list is what its entries are together.
    pub fn way(&self) -> Way {
        let leads_to = |prefix: &str| self.target.starts_with(prefix);
        let out_if = |out: bool| if out { Way::Internet } else { Way::Private };
        if self.target == "local" || (leads_to("vpce-") && self.is_to_prefix_list()) {
            return Way::Inside;
        }
        if INTERNET_GATEWAYS.into_iter().any(leads_to) {
            return Way::Internet;
        }
        if leads_to("nat-") {
            return out_if(!self.is_to_private_block());
        }
        out_if(self.takes_default_traffic())
    }

    /// Whether it is for a prefix list whose entries decide where it leads.
    pub fn depends_on_entries(&self) -> bool {
        let leads_to = |prefix: &str| self.target.starts_with(prefix);
        let decided = self.target == "local" || leads_to("vpce-") || INTERNET_GATEWAYS.into_iter().any(leads_to);
        self.is_to_prefix_list() && !decided
    }

    /// The blocks that it is for.
    fn blocks(&self) -> Vec<IpNet> {
        self.destination
            .parse()
            .map_or_else(|_| self.entries.clone(), |block| vec![block])
    }

    /// A gateway endpoint's route is to a prefix list; that of a load balancer's endpoint is to a block.
    fn is_to_prefix_list(&self) -> bool {
        self.destination.starts_with("pl-")
    }

    fn takes_default_traffic(&self) -> bool {
        // Halves are as much as the whole.
        let blocks = IpNet::aggregate(&self.blocks());
        let mut of_anybody = blocks.iter().filter(|block| !is_private(block));
        of_anybody.any(|block| match block {
            IpNet::V4(block) => block.prefix_len() < WIDEST_OWNED.0,
            IpNet::V6(block) => block.prefix_len() < WIDEST_OWNED.1 || is_wide_in_nat64(block),
        })
    }

    fn is_to_private_block(&self) -> bool {
        let blocks = self.blocks();
        !blocks.is_empty() && blocks.iter().all(is_private)
    }
}

fn is_private(block: &IpNet) -> bool {
    let within = |block: &Ipv4Net, (address, length): ([u8; 4], u8)| {
        Ipv4Net::new(address.into(), length).is_ok_and(|range| range.contains(block))
    };
    match block {
        IpNet::V4(block) => PRIVATE_V4.into_iter().any(|range| within(block, range)),
        // RFC 4193. (Behind NAT64 all of IPv4 is in `64:ff9b::/96`, which is not private.)
        IpNet::V6(block) => block.prefix_len() >= 7 && block.addr().segments()[0] & 0xfe00 == 0xfc00,
    }
}

/// Whether a block holds more of IPv4 behind NAT64 than anybody owns.
fn is_wide_in_nat64(block: &Ipv6Net) -> bool {
    let (address, length) = NAT64;
    Ipv6Net::new(address.into(), length).is_ok_and(|nat64| {
        block.contains(&nat64) || (nat64.contains(block) && block.prefix_len() - length < WIDEST_OWNED.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(destination: &str, target: &str) -> Way {
        let route = Route {
            destination: destination.to_owned(),
            target: target.to_owned(),
            ..Route::default()
        };
        route.way()
    }

    #[test]
    fn what_stays_inside() {
        assert_eq!(way("10.0.0.0/16", "local"), Way::Inside);
        assert_eq!(way("2600:1f18::/56", "local"), Way::Inside);
        assert_eq!(way("pl-61a54008", "vpce-1"), Way::Inside);
    }

    #[test]
    fn a_gateway_to_the_internet_is_one_whatever_it_is_for() {
        for target in ["igw-1", "eigw-1", "cagw-1"] {
            for destination in ["0.0.0.0/0", "::/0", "203.0.113.0/24", "2001:db8::/32", "pl-1"] {
                assert_eq!(way(destination, target), Way::Internet, "{destination} {target}");
            }
        }
    }

    #[test]
    fn a_nat_gateway_leads_out_unless_the_destination_is_private() {
        for destination in ["0.0.0.0/0", "203.0.113.0/24", "64:ff9b::/96", "pl-1", "10.0.0.0/7"] {
            assert_eq!(way(destination, "nat-1"), Way::Internet, "{destination}");
        }
        for destination in ["10.1.0.0/16", "172.31.0.0/16", "100.64.0.0/10", "fd00:1::/32"] {
            assert_eq!(way(destination, "nat-1"), Way::Private, "{destination}");
        }
    }

    #[test]
    fn what_takes_default_traffic_leads_out_whatever_it_is() {
        let arn = "arn:aws:networkmanager::123456789012:core-network/core-network-1";
        for target in [
            "i-1", "eni-1", "pcx-1", "tgw-1", "vgw-1", "lgw-1", "vpce-1", arn, "10.0.0.5",
        ] {
            for destination in ["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3"] {
                assert_eq!(way(destination, target), Way::Internet, "{destination} {target}");
            }
            for destination in ["10.1.0.0/16", "203.0.113.0/24", "16.0.0.0/8", "2001:db8::/32"] {
                assert_eq!(way(destination, target), Way::Private, "{destination} {target}");
            }
        }
        assert_eq!(way("pl-1", "tgw-1"), Way::Private);
    }

    #[test]
    fn behind_nat64_is_all_of_ipv4() {
        for destination in ["64:ff9b::/96", "64:ff9b::/97", "64:ff9b::/64", "64::/16"] {
            assert_eq!(way(destination, "tgw-1"), Way::Internet, "{destination}");
        }
        for destination in ["64:ff9b::a00:0/104", "64:ff9b::cb00:7100/120", "64:ff9b:1::/48"] {
            assert_eq!(way(destination, "tgw-1"), Way::Private, "{destination}");
        }
    }

    #[test]
    fn a_prefix_list_is_what_its_entries_are_together() {
        let listed = |entries: &[&str], target: &str| {
            let route = Route {
                destination: "pl-1".to_owned(),
                target: target.to_owned(),
                entries: entries.iter().map(|entry| entry.parse().unwrap()).collect(),
                ..Route::default()
            };
            (route.depends_on_entries(), route.way())
        };
        let everything: [&[&str]; 5] = [
            &["10.0.0.0/8", "0.0.0.0/0"],
            &["::/0"],
            &["0.0.0.0/1", "128.0.0.0/1"],
            &["0.0.0.0/2", "64.0.0.0/2", "203.0.113.0/24"],
            &["64:ff9b::/97", "64:ff9b::8000:0/97"],
        ];
        for entries in everything {
            assert_eq!(listed(entries, "tgw-1"), (true, Way::Internet), "{entries:?}");
            assert_eq!(listed(entries, "nat-1"), (true, Way::Internet), "{entries:?}");
            assert_eq!(listed(entries, "vpce-1"), (false, Way::Inside), "{entries:?}");
        }
        let others: [&[&str]; 3] = [&[], &["10.0.0.0/8", "172.16.0.0/12"], &["10.1.0.0/16", "fd00::/8"]];
        for entries in others {
            assert_eq!(listed(entries, "tgw-1"), (true, Way::Private), "{entries:?}");
            assert_eq!(listed(entries, "igw-1"), (false, Way::Internet), "{entries:?}");
        }
        assert_eq!(listed(&["10.1.0.0/16", "fd00::/8"], "nat-1"), (true, Way::Private));
        assert_eq!(
            listed(&["10.1.0.0/16", "203.0.113.0/24"], "nat-1"),
            (true, Way::Internet)
        );
    }
}
