//! Environments in a network that somebody else made: only what is missing is made, and what is not ours stays as it is.

use std::time::Duration;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::random::{Event, event, happen};
use super::somebody::{BASE, endpoint, named, network, services, theirs, within};
use super::{Lab, target};
use crate::cloud::{EndpointChange, NetworkApi};
use crate::domain::endpoint::EndpointKind;
use crate::domain::spec::ExistingNetworkSpec;
use crate::engine::Cause;

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
async fn an_endpoint_that_somebody_is_making_is_waited_for() {
    let lab = Lab::slow(|behaviour| behaviour.endpoint_pending = Duration::from_secs(60));
    let network = network(&lab).await;
    let theirs = endpoint(&lab, &network, "ecs", EndpointKind::Interface).await;
    let topology = lab.topology(within(&network)).await;
    let observed = lab.make(&topology).await;
    let ecs = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.service_name.ends_with(".ecs"));
    assert_eq!(ecs.map(|endpoint| &endpoint.id).collect::<Vec<_>>(), [&theirs]);
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

#[tokio::test(start_paused = true)]
async fn a_host_does_not_take_its_guests_endpoints() {
    let lab = Lab::slow(|_| {});
    let host = lab.topology(|spec| spec.name = "host".parse().unwrap()).await;
    let seen = lab.make(&host).await;
    let network = ExistingNetworkSpec {
        vpc_id: seen.vpc.expect("the VPC").id,
        subnet_ids: seen.subnets.into_keys().take(1).collect(),
    };
    let guest = lab
        .topology(|spec| {
            named(&network, "guest")(spec);
            spec.endpoints.additional_services = vec!["ssm".to_owned()];
        })
        .await;
    lab.make(&guest).await;
    lab.aws.clear_calls();
    lab.make(&host).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);

    let wants_it_too = lab
        .topology(|spec| {
            spec.name = "host".parse().unwrap();
            spec.endpoints.additional_services = vec!["ssm".to_owned()];
        })
        .await;
    let outcome = lab.apply(&wants_it_too).await;
    assert_eq!(outcome.failures.len(), 1, "{:?}", outcome.failures);
    assert!(outcome.failures[0].detail.contains("for ssm, of environment guest"));
    assert_eq!(lab.writes(), [] as [&str; 0]);
    lab.aws.clear_calls();
    lab.make(&guest).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn what_a_guest_is_in_is_not_deleted_under_it() {
    let lab = Lab::slow(|_| {});
    let host = |zones: usize| {
        move |spec: &mut crate::domain::spec::Spec| {
            spec.name = "host".parse().unwrap();
            spec.network.max_azs = zones;
        }
    };
    let whole = lab.topology(host(3)).await;
    let seen = lab.make(&whole).await;
    let network = ExistingNetworkSpec {
        vpc_id: seen.vpc.expect("the VPC").id,
        subnet_ids: seen.subnets.into_keys().collect(),
    };
    let guest = lab.topology(named(&network, "guest")).await;
    lab.make(&guest).await;
    lab.aws.clear_calls();
    let zone_less = lab.apply(&lab.topology(host(2)).await).await;
    let destroyed = lab.destroy(&whole).await;
    for (outcome, attribute) in [(zone_less, "network"), (destroyed, "")] {
        let [failure] = outcome.failures.as_slice() else {
            panic!("{:#?}", outcome.failures)
        };
        assert_eq!(failure.attribute, attribute);
        for word in ["of environment guest", "arn:aws:batch:", "subnet-"] {
            assert!(failure.detail.contains(word), "{word}: {}", failure.detail);
        }
    }
    assert_eq!(lab.writes(), [] as [&str; 0]);

    assert_eq!(lab.destroy(&guest).await.failures, []);
    assert_eq!(lab.destroy(&whole).await.failures, []);
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
