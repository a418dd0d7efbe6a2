use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::domain::observed::{Route, Subnet};

/// Routes that stay in the VPC, and routes to other networks.
const HARMLESS: [(&str, &str); 10] = [
    ("10.0.0.0/16", "local"),
    ("2600:1f18::/56", "local"),
    ("pl-61a54008", "vpce-1"),
    ("10.1.0.0/16", "pcx-1"),
    ("192.168.0.0/16", "tgw-1"),
    ("172.16.0.0/12", "vgw-1"),
    ("10.2.0.0/16", "nat-private"),
    ("10.3.0.0/24", "eni-1"),
    ("pl-offices", "tgw-1"),
    ("64:ff9b::a00:0/104", "tgw-1"),
];

/// Routes over which traffic reaches the internet.
const OUT: [(&str, &str); 14] = [
    ("0.0.0.0/0", "igw-1"),
    ("::/0", "igw-1"),
    ("::/0", "eigw-1"),
    ("0.0.0.0/0", "nat-1"),
    ("0.0.0.0/0", "i-1"),
    ("0.0.0.0/1", "tgw-1"),
    ("203.0.113.0/24", "igw-1"),
    ("0.0.0.0/0", "vpce-appliance"),
    ("64:ff9b::/96", "tgw-1"),
    ("64:ff9b::/96", "nat-1"),
    ("pl-all", "tgw-1"),
    ("pl-halves", "pcx-1"),
    ("pl-all-v6", "vgw-1"),
    ("pl-offices", "nat-1"),
];

/// Prefix lists of the customer's.
const LISTS: [(&str, &[&str]); 4] = [
    ("pl-offices", &["10.8.0.0/16", "203.0.113.0/24"]),
    ("pl-all", &["10.8.0.0/16", "0.0.0.0/0"]),
    ("pl-halves", &["0.0.0.0/1", "128.0.0.0/1"]),
    ("pl-all-v6", &["fd00::/8", "::/0"]),
];

fn route((destination, target): (&str, &str)) -> Route {
    let list = LISTS.iter().find(|(id, _)| *id == destination);
    let entries = list.into_iter().flat_map(|(_, entries)| entries.iter());
    Route {
        entries: entries.map(|entry| entry.parse().unwrap()).collect(),
        destination: destination.to_owned(),
        target: target.to_owned(),
        ..Route::default()
    }
}

/// A VPC with a main table, some more and some subnets, each on a table of its own, a shared one or none.
fn network() -> impl Strategy<Value = Observed> {
    let tables = prop::collection::vec(prop::collection::vec(select(&HARMLESS[..]), 0..4), 1..5);
    let subnets = prop::collection::vec(prop::option::of(any::<Index>()), 1..6);
    (tables, subnets).prop_map(|(tables, subnets)| {
        let count = tables.len();
        let tables = tables.into_iter().enumerate().map(|(index, routes)| RouteTable {
            id: format!("rtb-{index}"),
            main: index == 0,
            routes: routes.into_iter().map(route).collect(),
            ..RouteTable::default()
        });
        let mut observed = Observed {
            route_tables: tables.map(|table| (table.id.clone(), table)).collect(),
            ..Observed::default()
        };
        for (index, table) in subnets.into_iter().enumerate() {
            let id = format!("subnet-{index}");
            if let Some(table) = table {
                let table = observed.route_tables.get_mut(&format!("rtb-{}", table.index(count)));
                let association = format!("rtbassoc-{index}");
                table.unwrap().associations.insert(id.clone(), association);
            }
            observed.subnets.insert(
                id.clone(),
                Subnet {
                    id,
                    ..Subnet::default()
                },
            );
        }
        observed
    })
}

fn all(observed: &Observed) -> Paths {
    paths(observed, observed.subnets.keys().map(String::as_str))
}

proptest! {
    #[test]
    fn nothing_leads_out_of_a_network_without_a_way_out(observed in network()) {
        prop_assert_eq!(all(&observed).internet, []);
    }

    #[test]
    fn a_way_out_is_found_on_exactly_the_subnets_that_it_is_one_for(
        observed in network(),
        table in any::<Index>(),
        out in select(&OUT[..]),
    ) {
        let mut open = observed.clone();
        let id = format!("rtb-{}", table.index(open.route_tables.len()));
        let table = open.route_tables.get_mut(&id).unwrap();
        table.routes.push(route(out));
        let (main, associated) = (table.main, table.associations.clone());
        let elsewhere: BTreeSet<&String> = observed.route_tables.values().flat_map(|t| t.associations.keys()).collect();
        let affected: Vec<String> = observed
            .subnets
            .keys()
            .filter(|subnet| associated.contains_key(*subnet) || (main && !elsewhere.contains(subnet)))
            .cloned()
            .collect();

        let found = all(&open);
        let subnets: Vec<String> = found.internet.iter().map(|path| path.subnet_id.clone()).collect();
        prop_assert_eq!(subnets, affected);
        for path in &found.internet {
            prop_assert_eq!(path.to_string(), format!("{} → {id} → {} ({})", path.subnet_id, out.1, out.0));
        }
        prop_assert_eq!(found.private, all(&observed).private, "other ways stay what they are");

        let table = open.route_tables.get_mut(&id).unwrap();
        table.routes.last_mut().unwrap().blackhole = true;
        prop_assert_eq!(all(&open), all(&observed), "a blackhole carries nothing");
    }

    #[test]
    fn ways_to_other_networks_are_told_apart(observed in network()) {
        let expected: usize = observed
            .subnets
            .keys()
            .filter_map(|subnet| effective_table(&observed, subnet))
            .map(|table| table.routes.iter().filter(|route| route.way() == Way::Private).count())
            .sum();
        prop_assert_eq!(all(&observed).private.len(), expected);
    }
}

#[test]
fn only_the_subnets_asked_for_are_looked_at() {
    let table = RouteTable {
        id: "rtb-1".to_owned(),
        main: true,
        routes: vec![route(("0.0.0.0/0", "igw-1"))],
        ..RouteTable::default()
    };
    let observed = Observed {
        route_tables: BTreeMap::from([(table.id.clone(), table)]),
        ..Observed::default()
    };
    assert_eq!(paths(&observed, []), Paths::default());
    let found = paths(&observed, ["subnet-1"]).internet;
    assert_eq!(found[0].to_string(), "subnet-1 → rtb-1 → igw-1 (0.0.0.0/0)");
}
