//! Ways out of the network: every one is cut, none is let be, and there is no success with one.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{Lab, somebody};
use crate::cloud::ErrorKind;
use crate::cloud::faulty::Rule;
use crate::domain::isolation;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

fn ways_out(topology: &Topology, observed: &Observed) -> Vec<isolation::Path> {
    let subnets = observed.subnet_ids_in(&topology.ownership, &topology.subnets, |_| true);
    isolation::paths(observed, subnets.iter().map(String::as_str)).internet
}

#[tokio::test(start_paused = true)]
async fn a_route_whose_target_is_gone_is_removed_before_it_comes_back() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let table = observed.route_tables.values().find(|table| !table.main).expect("one");
    lab.aws.add_route(&table.id, "0.0.0.0/0", "igw-gone");
    lab.aws.edit(|world| {
        let table = world.route_tables.get_mut(&table.id).expect("it");
        table.routes.last_mut().expect("the route").blackhole = true;
    });
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:DeleteRoute"]);
}

#[tokio::test(start_paused = true)]
async fn prefix_lists_are_read_where_a_route_depends_on_them() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let reads = || {
        let calls = lab.aws.calls().into_iter();
        calls
            .filter(|call| call.operation == "ec2:GetManagedPrefixListEntries")
            .count()
    };
    assert_eq!(reads(), 0, "the routes of gateway endpoints depend on nothing");
    let tables: Vec<String> = observed
        .route_tables
        .values()
        .filter(|table| !table.main)
        .map(|table| table.id.clone())
        .collect();
    lab.aws.edit(|world| {
        let lists = [
            ("pl-offices", vec!["10.8.0.0/16"]),
            ("pl-all", vec!["0.0.0.0/1", "128.0.0.0/1"]),
        ];
        let parsed = lists.map(|(id, entries)| {
            let entries = entries.into_iter().map(|entry| entry.parse().expect("a block"));
            (id.to_owned(), entries.collect())
        });
        world.prefix_lists.extend(parsed);
    });
    lab.aws.add_route(&tables[0], "pl-offices", "tgw-1");
    lab.aws.add_route(&tables[1], "pl-offices", "tgw-1");
    lab.aws.add_route(&tables[1], "pl-all", "tgw-1");
    lab.aws.clear_calls();
    let observed = lab.make(&topology).await;
    let tables = lab.aws.calls().into_iter();
    let looks = tables
        .filter(|call| call.operation == "ec2:DescribeRouteTables")
        .count();
    assert!(
        reads() > 0 && reads() <= 2 * looks,
        "a list is read once: {} of {looks}",
        reads()
    );
    assert_eq!(lab.writes(), ["ec2:DeleteRoute"]);
    assert_eq!(ways_out(&topology, &observed), []);
    let routes = observed.route_tables.values().flat_map(|table| &table.routes);
    let left: Vec<&str> = routes
        .map(|route| route.destination.as_str())
        .filter(|destination| ["pl-offices", "pl-all"].contains(destination))
        .collect();
    assert_eq!(left, ["pl-offices", "pl-offices"]);
}

#[tokio::test(start_paused = true)]
async fn ipv6_addresses_of_a_subnet() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    lab.aws.edit(|world| {
        let subnet = world.subnets.values_mut().next().expect("a subnet");
        subnet.assign_ipv6_address_on_creation = true;
        subnet.map_public_ip_on_launch = true;
    });
    lab.aws.clear_calls();
    let observed = lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifySubnetAttribute", "ec2:ModifySubnetAttribute"]);
    let given = |subnet: &crate::domain::observed::Subnet| {
        subnet.assign_ipv6_address_on_creation || subnet.map_public_ip_on_launch
    };
    assert!(!observed.subnets.values().any(given));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_cut_where_isolation_is_not_enforced() {
    let lab = Lab::new();
    let topology = lab.topology(|spec| spec.isolation.enforce = false).await;
    let observed = lab.make(&topology).await;
    let table = observed.route_tables.values().find(|table| !table.main).expect("one");
    lab.aws.add_route(&table.id, "0.0.0.0/0", "nat-1");
    lab.aws.edit(|world| {
        let subnet = world.subnets.values_mut().next().expect("a subnet");
        subnet.map_public_ip_on_launch = true;
    });
    lab.aws.clear_calls();
    let observed = lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
    assert_eq!(ways_out(&topology, &observed).len(), 1);

    let enforced = lab.topology(|_| {}).await;
    let observed = lab.make(&enforced).await;
    assert_eq!(lab.writes(), ["ec2:DeleteRoute", "ec2:ModifySubnetAttribute"]);
    assert_eq!(ways_out(&enforced, &observed), []);
}

#[tokio::test(start_paused = true)]
async fn there_is_no_success_with_a_way_out() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let table = observed.route_tables.values().find(|table| !table.main).expect("one");
    lab.aws.add_route(&table.id, "0.0.0.0/0", "igw-1");
    lab.faults.add(Rule::refuse(
        "ec2:DeleteRoute",
        ErrorKind::Denied,
        "UnauthorizedOperation",
        "No.",
    ));
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(
        failure.summary.contains("removing a route from the route table"),
        "{failure:?}"
    );
    assert!(!lab.engine.is_complete(&topology, &outcome.observed));
}

/// What somebody does to a VPC's routes.
#[derive(Clone, Debug)]
enum Meddling {
    Route {
        table: Index,
        route: (&'static str, &'static str),
    },
    Unlink {
        table: Index,
    },
    Swap {
        one: Index,
        other: Index,
    },
}

fn meddling() -> impl Strategy<Value = Meddling> {
    let routes = [
        ("0.0.0.0/0", "igw-1"),
        ("::/0", "eigw-1"),
        ("0.0.0.0/0", "nat-1"),
        ("0.0.0.0/1", "tgw-1"),
        ("192.168.0.0/16", "tgw-1"),
        ("198.51.100.0/24", "igw-1"),
    ];
    prop_oneof![
        3 => (any::<Index>(), select(routes.to_vec())).prop_map(|(table, route)| Meddling::Route { table, route }),
        1 => any::<Index>().prop_map(|table| Meddling::Unlink { table }),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Meddling::Swap { one, other }),
    ]
}

async fn cut(meddlings: Vec<Meddling>) {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let made = lab.make(&topology).await;
    let tables: Vec<String> = made.route_tables.keys().cloned().collect();
    let pick = |index: &Index| tables[index.index(tables.len())].clone();
    for meddling in &meddlings {
        match meddling {
            Meddling::Route { table, route } => lab.aws.add_route(&pick(table), route.0, route.1),
            Meddling::Unlink { table } => lab.aws.edit(|world| {
                let table = world.route_tables.get_mut(&pick(table)).expect("it");
                table.associations.clear();
            }),
            Meddling::Swap { one, other } => lab.aws.edit(|world| {
                let moved = std::mem::take(&mut world.route_tables.get_mut(&pick(one)).expect("it").associations);
                let other = world.route_tables.get_mut(&pick(other)).expect("it");
                other.associations.extend(moved);
            }),
        }
    }
    let observed = lab.engine.observe(&super::target(&topology)).await.expect("an answer");
    let open = ways_out(&topology, &observed);
    assert!(
        open.is_empty() || !lab.engine.is_complete(&topology, &observed),
        "it passes for isolated with {open:?}"
    );
    let after = lab.make(&topology).await;
    assert_eq!(ways_out(&topology, &after), []);
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_the_routes_no_way_out_is_left(meddlings in prop::collection::vec(meddling(), 0..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(cut(meddlings));
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_begun_in_an_existing_network_that_leads_out() {
    let lab = Lab::new();
    let network = somebody::network(&lab).await;
    let world = lab.aws.world();
    let table = world.route_tables.values().find(|table| !table.associations.is_empty());
    let table = table.expect("theirs").id.clone();
    lab.aws.add_route(&table, "0.0.0.0/0", "igw-theirs");

    let topology = lab.topology(somebody::within(&network)).await;
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    let path = format!("{} → {table} → igw-theirs (0.0.0.0/0)", network.subnet_ids[1]);
    assert!(failure.detail.contains(&path), "{}", failure.detail);
    assert_eq!(failure.attribute, "isolation");
    assert_eq!(lab.writes(), [] as [&str; 0]);

    let allowed = lab
        .topology(|spec| {
            somebody::within(&network)(spec);
            spec.isolation.enforce = false;
        })
        .await;
    lab.make(&allowed).await;
    let writes = lab.writes();
    assert!(!writes.contains(&"ec2:DeleteRoute"), "theirs stays: {writes:?}");
}

#[tokio::test(start_paused = true)]
async fn a_way_out_of_an_existing_network_is_told_and_left_to_its_owner() {
    let lab = Lab::new();
    let network = somebody::network(&lab).await;
    let topology = lab.topology(somebody::within(&network)).await;
    let observed = lab.make(&topology).await;
    assert!(lab.engine.differences(&topology, &observed).is_empty());
    let main = observed
        .route_tables
        .values()
        .find(|table| table.main)
        .expect("it")
        .id
        .clone();
    lab.aws.add_route(&main, "0.0.0.0/0", "nat-theirs");
    lab.aws.clear_calls();
    let outcome = lab.apply(&topology).await;
    assert_eq!(outcome.failures.len(), 1);
    assert!(!lab.engine.is_complete(&topology, &outcome.observed));
    let told = lab.engine.differences(&topology, &outcome.observed);
    assert_eq!(told, ["A path leads to the internet"]);
    assert_eq!(lab.writes(), [] as [&str; 0]);
}
