//! Environments in a network that somebody else made: only what is missing is made, and what is not ours stays as it is.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::random::{Event, event, happen};
use super::{Lab, target};
use crate::cloud::fake::World;
use crate::cloud::{
    Direction, EndpointChange, EndpointRequest, NetworkApi, SecurityGroupRequest, SubnetRequest, VpcRequest,
};
use crate::domain::Tags;
use crate::domain::endpoint::EndpointKind;
use crate::domain::firewall::from_vpc;
use crate::domain::spec::{ExistingNetworkSpec, InstanceTenancy, Spec};
use crate::engine::Cause;

const BASE: [&str; 5] = ["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api"];

/// Somebody's network: two subnets, one of which has a route table of its own.
async fn network(lab: &Lab) -> ExistingNetworkSpec {
    let tags = Tags::from([("owner".to_owned(), "network team".to_owned())]);
    let request = VpcRequest {
        cidr_block: "10.9.0.0/16".parse().unwrap(),
        instance_tenancy: InstanceTenancy::Default,
        tags: tags.clone(),
    };
    let vpc_id = lab.aws.create_vpc(&request).await.unwrap().id;
    lab.aws.set_dns_hostnames(&vpc_id, true).await.unwrap();
    let mut subnet_ids = Vec::new();
    for (letter, cidr_block) in [("a", "10.9.0.0/24"), ("c", "10.9.1.0/24")] {
        let request = SubnetRequest {
            vpc_id: vpc_id.clone(),
            availability_zone: format!("ap-northeast-1{letter}"),
            cidr_block: cidr_block.parse().unwrap(),
            tags: tags.clone(),
        };
        subnet_ids.push(lab.aws.create_subnet(&request).await.unwrap().id);
    }
    let table = lab.aws.create_route_table(&vpc_id, "theirs", &tags).await.unwrap();
    lab.aws.associate_route_table(&table.id, &subnet_ids[1]).await.unwrap();
    lab.aws.clear_calls();
    ExistingNetworkSpec { vpc_id, subnet_ids }
}

/// Somebody's endpoint, which lets in the whole VPC.
async fn endpoint(lab: &Lab, network: &ExistingNetworkSpec, service: &str, kind: EndpointKind) -> String {
    let mut request = EndpointRequest {
        vpc_id: network.vpc_id.clone(),
        service_name: format!("com.amazonaws.ap-northeast-1.{service}"),
        kind,
        subnet_ids: Default::default(),
        security_group_ids: Default::default(),
        route_table_ids: Default::default(),
        private_dns_enabled: kind == EndpointKind::Interface,
        client_token: service.to_owned(),
        tags: Tags::new(),
    };
    if kind == EndpointKind::Interface {
        let group = SecurityGroupRequest {
            vpc_id: network.vpc_id.clone(),
            name: format!("for {service}"),
            description: "theirs".to_owned(),
            tags: Tags::new(),
        };
        let group = lab.aws.create_security_group(&group).await.unwrap().id;
        let rules = [from_vpc("10.9.0.0/16".parse().unwrap())].into();
        lab.aws.authorize(&group, Direction::Ingress, &rules).await.unwrap();
        request.security_group_ids.insert(group);
        request.subnet_ids.insert(network.subnet_ids[0].clone());
    }
    let id = lab.aws.create_endpoint(&request).await.unwrap().id;
    lab.aws.clear_calls();
    id
}

fn within(network: &ExistingNetworkSpec) -> impl Fn(&mut Spec) + '_ {
    move |spec| {
        spec.network.subnet_prefix_length = None;
        spec.network.existing = Some(network.clone());
        spec.security_group.name = None;
        spec.security_group.allow_all_outbound = false;
        spec.compute_environment.name = None;
    }
}

fn named<'a>(network: &'a ExistingNetworkSpec, name: &'static str) -> impl Fn(&mut Spec) + 'a {
    move |spec| {
        within(network)(spec);
        spec.name = name.parse().unwrap();
    }
}

/// Everything that carries no tag of an environment of ours, in words.
fn theirs(world: &World) -> BTreeMap<String, String> {
    let is_ours = |tags: &Tags| tags.keys().any(|key| key.starts_with("isolated:"));
    let mut found = BTreeMap::new();
    let mut add = |id: &str, tags: &Tags, words: String| {
        if !is_ours(tags) {
            found.insert(id.to_owned(), words);
        }
    };
    world
        .vpcs
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .subnets
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .route_tables
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .security_groups
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    for it in world.endpoints.values() {
        add(&it.endpoint.id, &it.endpoint.tags, format!("{:?}", it.endpoint));
    }
    found
}

fn services(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world
        .endpoints
        .values()
        .map(|record| {
            record
                .endpoint
                .service_name
                .replace("com.amazonaws.ap-northeast-1.", "")
        })
        .collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn only_what_is_missing_is_made_and_nothing_of_others_is_touched() {
    let lab = Lab::slow(|_| {});
    let network = network(&lab).await;
    endpoint(&lab, &network, "ecs", EndpointKind::Interface).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let before = theirs(&lab.aws.world());

    let topology = lab.topology(within(&network)).await;
    let observed = lab.make(&topology).await;
    assert_eq!(theirs(&lab.aws.world()), before, "after a create");
    let writes = lab.writes();
    for operation in [
        "ec2:CreateVpc",
        "ec2:ModifyVpcAttribute",
        "ec2:CreateSubnet",
        "ec2:ModifySubnetAttribute",
        "ec2:CreateRouteTable",
        "ec2:AssociateRouteTable",
        "ec2:CreateTags",
    ] {
        assert!(!writes.contains(&operation), "{operation}: {writes:?}");
    }
    assert_eq!(
        writes.iter().filter(|call| **call == "ec2:CreateVpcEndpoint").count(),
        5
    );
    let gateway = observed
        .endpoints
        .values()
        .find(|endpoint| endpoint.kind == EndpointKind::Gateway);
    assert_eq!(
        gateway.map(|gateway| gateway.route_table_ids.len()),
        Some(2),
        "main table and theirs"
    );

    let changed = lab
        .topology(|spec| {
            within(&network)(spec);
            spec.compute_environment.max_vcpus = 64;
            spec.tags.insert("team".to_owned(), "research".to_owned());
            spec.endpoints.cloudwatch_logs = true;
        })
        .await;
    lab.make(&changed).await;
    assert_eq!(theirs(&lab.aws.world()), before, "after an update");

    assert_eq!(lab.destroy(&changed).await.failures, []);
    assert_eq!(theirs(&lab.aws.world()), before, "after a destroy");
    let world = lab.aws.world();
    assert_eq!(services(&world), ["ecs"]);
    assert!(world.compute_environments.is_empty() && world.instance_profiles.is_empty());
    assert_eq!(
        world.security_groups.len(),
        2,
        "the default group and that of their endpoint"
    );
}

#[tokio::test(start_paused = true)]
async fn the_second_environment_uses_the_endpoints_of_the_first_and_makes_them_when_they_go() {
    let lab = Lab::slow(|_| {});
    let network = network(&lab).await;
    let before = theirs(&lab.aws.world());
    let first = lab.topology(named(&network, "first")).await;
    lab.make(&first).await;
    let second = lab.topology(named(&network, "second")).await;
    assert!(
        second.endpoints.iter().all(|plan| plan.existing_id.is_some()),
        "{second}"
    );
    lab.aws.clear_calls();
    lab.make(&second).await;
    assert!(!lab.writes().contains(&"ec2:CreateVpcEndpoint"));

    assert_eq!(lab.destroy(&first).await.failures, []);
    assert_eq!(services(&lab.aws.world()), [""; 0]);
    let alone = lab.topology(named(&network, "second")).await;
    assert!(alone.endpoints.iter().all(|plan| plan.existing_id.is_none()), "{alone}");
    lab.make(&alone).await;
    assert_eq!(services(&lab.aws.world()).len(), BASE.len() + 1);

    assert_eq!(lab.destroy(&alone).await.failures, []);
    assert_eq!(theirs(&lab.aws.world()), before);
    assert!(lab.aws.world().endpoints.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_environments_can_be_made_at_once() {
    let lab = Lab::slow(|_| {});
    let network = network(&lab).await;
    let first = lab.topology(named(&network, "first")).await;
    let second = lab.topology(named(&network, "second")).await;
    let (one, two) = tokio::join!(lab.apply(&first), lab.apply(&second));
    assert_eq!(one.failures, []);
    assert_eq!(two.failures, []);
    assert_eq!(services(&lab.aws.world()).len(), BASE.len() + 1, "none is made twice");
    for topology in [&first, &second] {
        lab.aws.clear_calls();
        lab.make(topology).await;
        assert_eq!(lab.writes(), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_of_others_is_complemented() {
    let lab = Lab::new();
    let network = network(&lab).await;
    let main = lab
        .aws
        .world()
        .route_tables
        .values()
        .find(|table| table.main)
        .unwrap()
        .id
        .clone();
    let theirs = endpoint(&lab, &network, "s3", EndpointKind::Gateway).await;
    let on_main = EndpointChange {
        add_route_table_ids: [main.clone()].into(),
        ..EndpointChange::default()
    };
    lab.aws.modify_endpoint(&theirs, &on_main).await.unwrap();
    let topology = lab.topology(within(&network)).await;
    let observed = lab.make(&topology).await;
    let tables: Vec<_> = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.kind == EndpointKind::Gateway)
        .map(|endpoint| {
            (
                endpoint.id == theirs,
                endpoint.route_table_ids.contains(&main),
                endpoint.route_table_ids.len(),
            )
        })
        .collect();
    assert_eq!(tables, [(true, true, 1), (false, false, 1)]);

    // When theirs goes, ours takes its place.
    lab.aws.remove_endpoint(&theirs);
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:ModifyVpcEndpoint"]);
    assert_eq!(lab.destroy(&topology).await.failures, []);
    assert!(lab.aws.world().endpoints.is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_goes_after_the_plan_is_told_and_not_replaced() {
    let mut lab = Lab::slow(|_| {});
    let network = network(&lab).await;
    let theirs = endpoint(&lab, &network, "ecs", EndpointKind::Interface).await;
    tokio::time::sleep(Duration::from_secs(30)).await;
    let topology = lab.topology(within(&network)).await;
    lab.aws.remove_endpoint(&theirs);
    lab.timeout = Duration::from_secs(300);
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(
        (failure.cause.clone(), failure.attribute.as_str()),
        (Cause::Unhealthy, "endpoints")
    );
    assert!(
        failure.detail.contains(&theirs) && failure.detail.contains("Plan again"),
        "{}",
        failure.detail
    );
    assert!(!services(&lab.aws.world()).contains(&"ecs".to_owned()));
    assert_eq!(lab.destroy(&topology).await.failures, []);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_gone_leaves_nothing_behind() {
    let lab = Lab::slow(|_| {});
    let network = network(&lab).await;
    let topology = lab.topology(within(&network)).await;
    lab.make(&topology).await;
    lab.aws.edit(|world| {
        world.vpcs.clear();
        world.subnets.clear();
        world.route_tables.clear();
        world.security_groups.clear();
        world.endpoints.clear();
        world.network_interfaces.clear();
    });
    let observed = lab.engine.observe(&target(&topology)).await.unwrap();
    assert!(observed.vpc.is_none() && !observed.is_empty(&topology.ownership));
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

/// What may happen to an environment in somebody's network, without what happens to the network itself.
async fn story(events: Vec<Event>) {
    let mut lab = Lab::slow(|behaviour| {
        behaviour.describe_lag = Duration::from_secs(2);
        behaviour.iam_propagation = Duration::from_secs(5);
    });
    let network = network(&lab).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let before = theirs(&lab.aws.world());
    let topology = lab.topology(within(&network)).await;
    for event in events
        .iter()
        .filter(|event| !matches!(event, Event::LoseTags | Event::LoseRules))
    {
        happen(&mut lab, &topology, event).await;
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
    lab.make(&topology).await;
    assert_eq!(theirs(&lab.aws.world()), before);
    assert_eq!(
        services(&lab.aws.world()).len(),
        BASE.len() + 1,
        "nothing is made twice"
    );
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
    assert_eq!(lab.destroy(&topology).await.failures, []);
    assert_eq!(theirs(&lab.aws.world()), before);
    assert!(lab.aws.world().endpoints.is_empty());
}

#[test]
fn whatever_happens_nothing_of_others_is_touched() {
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: 100,
            failure_persistence: None,
            ..Config::default()
        },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let stories = proptest::collection::vec(event(), 0..5);
    let told = runner.run(&stories, |events| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(story(events));
        Ok(())
    });
    told.unwrap();
}
