//! What of a VPC goes to whom.

use super::*;
use crate::domain::Tags;
use crate::domain::endpoint::EndpointKind;
use crate::domain::observed::{JobQueue, SecurityGroup, Subnet, Vpc};

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn subnet(id: &str, zone: &str) -> (String, Subnet) {
    let subnet = Subnet {
        id: id.to_owned(),
        availability_zone: zone.to_owned(),
        ..Subnet::default()
    };
    (id.to_owned(), subnet)
}

fn group(id: &str, name: &str) -> (String, SecurityGroup) {
    let group = SecurityGroup {
        id: id.to_owned(),
        name: name.to_owned(),
        ..SecurityGroup::default()
    };
    (id.to_owned(), group)
}

fn table(id: &str, main: bool, subnets: &[&str]) -> (String, RouteTable) {
    let associations = subnets.iter().map(|id| ((*id).to_owned(), format!("rtbassoc-{id}")));
    let table = RouteTable {
        id: id.to_owned(),
        main,
        associations: associations.collect(),
        ..RouteTable::default()
    };
    (id.to_owned(), table)
}

fn endpoint(id: &str, subnets: &[&str], tables: &[&str]) -> (String, Endpoint) {
    let interface = tables.is_empty();
    let endpoint = Endpoint {
        id: id.to_owned(),
        service_name: id.to_owned(),
        kind: if interface {
            EndpointKind::Interface
        } else {
            EndpointKind::Gateway
        },
        state: "available".to_owned(),
        last_error: None,
        private_dns_enabled: interface,
        subnet_ids: set(subnets),
        route_table_ids: set(tables),
        security_group_ids: if interface { set(&["sg-1"]) } else { BTreeSet::new() },
        network_interface_ids: BTreeSet::new(),
        dns_name: None,
        policy: None,
        tags: Tags::new(),
    };
    (id.to_owned(), endpoint)
}

/// The stack of two zones, and its compute environment.
fn stack() -> (Observed, ComputeEnvironment) {
    let block: ipnet::Ipv4Net = "10.0.0.0/16".parse().unwrap();
    let observed = Observed {
        vpc: Some(Vpc {
            id: "vpc-1".to_owned(),
            cidr_block: Some(block),
            cidr_blocks: vec![block],
            ..Vpc::default()
        }),
        subnets: [subnet("subnet-a", "a"), subnet("subnet-c", "c")].into(),
        route_tables: [
            table("rtb-main", true, &[]),
            table("rtb-a", false, &["subnet-a"]),
            table("rtb-c", false, &["subnet-c"]),
        ]
        .into(),
        security_groups: [group("sg-0", "default"), group("sg-1", "batch")].into(),
        endpoints: [
            endpoint("vpce-1", &["subnet-a", "subnet-c"], &[]),
            endpoint("vpce-2", &[], &["rtb-a", "rtb-c"]),
        ]
        .into(),
        ..Observed::default()
    };
    let environment = ComputeEnvironment {
        name: "cluster".to_owned(),
        arn: "arn:cluster".to_owned(),
        subnet_ids: set(&["subnet-a", "subnet-c"]),
        security_group_ids: set(&["sg-1"]),
        ..ComputeEnvironment::default()
    };
    (observed, environment)
}

fn adopted(observed: &Observed, environment: &ComputeEnvironment) -> Result<Adoption, Invalid> {
    adopt(Found {
        observed,
        environment,
        gateways: &[],
    })
}

const WHOLE: [&str; 9] = [
    "arn:cluster",
    "rtb-a",
    "rtb-c",
    "sg-1",
    "subnet-a",
    "subnet-c",
    "vpc-1",
    "vpce-1",
    "vpce-2",
];

#[test]
fn a_vpc_with_nothing_else_in_it_is_taken_as_a_whole() {
    let (observed, environment) = stack();
    let adoption = adopted(&observed, &environment).unwrap();
    assert_eq!(adoption.ids, set(&WHOLE));
    assert_eq!(adoption.existing_because, [""; 0]);
}

#[test]
fn subnets_without_tables_of_their_own_are_an_existing_network() {
    type Tables = Vec<(String, RouteTable)>;
    let cases: [(Tables, &[&str]); 4] = [
        (
            vec![table("rtb-a", false, &["subnet-a", "subnet-c"])],
            &["subnet-a and subnet-c share route table rtb-a"],
        ),
        (vec![], &["subnet-a and subnet-c have the main route table rtb-main"]),
        (
            vec![table("rtb-a", false, &["subnet-a"])],
            &["subnet-c has the main route table rtb-main"],
        ),
        // Main or not, it is associated with the subnet.
        (
            vec![
                table("rtb-main", true, &["subnet-a"]),
                table("rtb-c", false, &["subnet-c"]),
            ],
            &["subnet-a has the main route table rtb-main"],
        ),
    ];
    for (tables, because) in cases {
        let (mut observed, environment) = stack();
        observed.route_tables = BTreeMap::from([table("rtb-main", true, &[])]);
        observed.route_tables.extend(tables);
        observed
            .endpoints
            .extend([endpoint("vpce-2", &[], &["rtb-main", "rtb-a", "rtb-c"])]);
        let adoption = adopted(&observed, &environment).unwrap();
        assert_eq!(adoption.existing_because, because);
        assert_eq!(adoption.ids, set(&["arn:cluster"]));
    }
}

type Add = fn(&mut Observed);

#[test]
fn a_network_that_others_use_stays_what_it_is() {
    let cases: [(&str, Add); 4] = [
        ("subnet subnet-x", |o| o.subnets.extend([subnet("subnet-x", "d")])),
        ("security group sg-2", |o| {
            o.security_groups.extend([group("sg-2", "theirs")])
        }),
        ("route table rtb-x", |o| {
            o.route_tables.extend([table("rtb-x", false, &[])])
        }),
        ("address block 10.9.0.0/16", |o| {
            o.vpc.as_mut().unwrap().cidr_blocks.push("10.9.0.0/16".parse().unwrap());
        }),
    ];
    for (what, add) in cases {
        let (mut observed, environment) = stack();
        add(&mut observed);
        let adoption = adopted(&observed, &environment).unwrap();
        assert_eq!(adoption.existing_because, [format!("{what} is in it as well")]);
        assert_eq!(
            adoption.ids,
            set(&["arn:cluster"]),
            "the endpoints need the group: {what}"
        );
    }
    let (mut observed, environment) = stack();
    observed.subnets.extend([subnet("subnet-x", "d")]);
    observed.endpoints.remove("vpce-1");
    assert_eq!(
        adopted(&observed, &environment).unwrap().ids,
        set(&["arn:cluster", "sg-1"])
    );
}

fn queue(name: &str, environments: &[&str]) -> JobQueue {
    JobQueue {
        name: name.to_owned(),
        arn: format!("arn:{name}"),
        status: status::VALID.to_owned(),
        compute_environments: environments.iter().map(|arn| (*arn).to_owned()).collect(),
        ..JobQueue::default()
    }
}

#[test]
fn job_queues_that_have_it_alone_are_taken_along() {
    let (mut observed, environment) = stack();
    let mut owned = queue("owned", &["arn:cluster"]);
    owned
        .tags
        .insert(Ownership::ENVIRONMENT_KEY.to_owned(), "another".to_owned());
    let leaving = JobQueue {
        status: status::DELETING.to_owned(),
        ..queue("leaving", &["arn:cluster"])
    };
    let queues = [
        queue("alone", &["arn:cluster"]),
        queue("shared", &["arn:cluster", "arn:other"]),
        queue("elsewhere", &["arn:other"]),
        owned,
        leaving,
    ];
    observed.foreign_job_queues = queues.map(|queue| (queue.name.clone(), queue)).into();
    let adoption = adopted(&observed, &environment).unwrap();
    let mut ids = set(&WHOLE);
    ids.insert("arn:alone".to_owned());
    assert_eq!(adoption.ids, ids);

    // Also where the network stays that of others.
    observed.subnets.extend([subnet("subnet-x", "d")]);
    let adoption = adopted(&observed, &environment).unwrap();
    assert_eq!(adoption.ids, set(&["arn:cluster", "arn:alone"]));
}

#[test]
fn half_an_environment_is_told() {
    let (mut observed, environment) = stack();
    observed.endpoints.clear();
    assert!(
        adopted(&observed, &environment)
            .unwrap_err()
            .detail
            .contains("an endpoint")
    );
    let (observed, mut environment) = stack();
    environment.security_group_ids = set(&["sg-0"]);
    assert!(
        adopted(&observed, &environment)
            .unwrap_err()
            .detail
            .contains("security group of its own")
    );
    let (mut observed, environment) = stack();
    observed.subnets.extend([subnet("subnet-c", "a")]);
    assert!(
        adopted(&observed, &environment)
            .unwrap_err()
            .summary
            .contains("two subnets in one zone")
    );
    let (mut observed, environment) = stack();
    observed.subnets.remove("subnet-c");
    assert!(
        adopted(&observed, &environment)
            .unwrap_err()
            .summary
            .contains("is not in vpc-1")
    );
}

#[test]
fn an_environment_of_ours_is_imported_by_its_name() {
    let (observed, mut environment) = stack();
    environment
        .tags
        .insert(Ownership::ENVIRONMENT_KEY.to_owned(), "simulation".to_owned());
    let error = adopted(&observed, &environment).unwrap_err();
    assert!(
        error.detail.contains("isolated_batch_environment.NAME simulation"),
        "{error}"
    );
}

#[test]
fn the_first_name_is_always_a_name() {
    let first = |word: &str| first_names(word, "vpc-1").map(|name| name.to_string())[0].clone();
    assert_eq!(first("my-batch-cluster"), "my-batch-cluster");
    assert_eq!(first("_x"), "x");
    assert_eq!(first(&"x".repeat(128)), "x".repeat(50));
    assert_eq!(first("__"), "adopted");
    assert_eq!(
        first_names("x", "vpc-0123456789abcdef0")[1].as_str(),
        "vpc-0123456789abcdef0"
    );
}
