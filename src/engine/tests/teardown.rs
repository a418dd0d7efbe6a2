//! Deleting everything, and what may stand in the way.

use std::time::Duration;

use super::{Lab, target};
use crate::domain::observed::GatewayKind;
use crate::engine::{Cause, Target};

#[tokio::test(start_paused = true)]
async fn leaves_nothing() {
    let lab = Lab::slow(|_| {});
    let topology = lab
        .topology(|spec| spec.compute_environment.create_service_role = true)
        .await;
    lab.make(&topology).await;
    let started = tokio::time::Instant::now();
    let outcome = lab.destroy(&topology).await;
    assert_eq!(outcome.failures, []);
    lab.assert_empty();
    // Disabling and deleting the compute environment take ten seconds each; the endpoints go meanwhile.
    assert!(
        started.elapsed() < Duration::from_secs(22),
        "{:?} of paused time",
        started.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn deletes_in_the_order_of_aws() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    lab.aws.clear_calls();
    lab.destroy(&topology).await;
    let calls = lab.aws.calls();
    let position = |operation: &str| {
        calls
            .iter()
            .position(|call| call.operation == operation)
            .expect(operation)
    };
    let last = |operation: &str| {
        calls
            .iter()
            .rposition(|call| call.operation == operation)
            .expect(operation)
    };
    assert!(position("batch:UpdateComputeEnvironment") < position("batch:DeleteComputeEnvironment"));
    assert!(position("batch:DeleteComputeEnvironment") < position("ec2:DeleteVpcEndpoints"));
    assert!(position("ec2:DeleteVpcEndpoints") < position("ec2:DeleteSubnet"));
    assert!(
        position("batch:DeleteComputeEnvironment") < position("iam:DetachRolePolicy"),
        "roles outlive their user"
    );
    assert!(last("ec2:DeleteSubnet") < position("ec2:DeleteVpc"));
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.operation == "ec2:DeleteVpcEndpoints")
            .count(),
        1,
        "one call for all"
    );
}

#[tokio::test(start_paused = true)]
async fn of_nothing_is_a_success() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.aws.clear_calls();
    assert_eq!(lab.destroy(&topology).await.failures, []);
    assert_eq!(lab.writes(), [] as [&str; 0]);
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_queue_relationship_that_lingers() {
    let lab = Lab::slow(|behaviour| behaviour.relationship_lag = Duration::from_secs(90));
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    lab.aws.add_job_queue(
        "theirs",
        &observed.compute_environment("my-batch-cluster").expect("it").arn,
    );
    lab.aws.remove_job_queue("theirs");
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn names_the_queue_that_holds_on_and_keeps_the_network() {
    let mut lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    lab.aws.add_job_queue(
        "theirs",
        &observed.compute_environment("my-batch-cluster").expect("it").arn,
    );
    lab.timeout = Duration::from_secs(120);
    let outcome = lab.destroy(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(failure.cause, Cause::Timeout);
    assert!(failure.detail.contains("job queue theirs"), "{}", failure.detail);
    assert!(failure.detail.contains("JobQueue relationship"), "{}", failure.detail);
    assert_eq!(
        outcome.observed.endpoints.len(),
        6,
        "a refused deletion leaves the endpoints"
    );
}

#[tokio::test(start_paused = true)]
async fn names_what_others_put_into_the_network() {
    let mut lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let vpc_id = observed.vpc.expect("the VPC").id;
    let group = lab.aws.add_security_group(&vpc_id, "theirs");
    let subnet = observed.subnets.keys().next().expect("a subnet");
    let interface = lab.aws.add_network_interface(subnet, &[], "AWS Lambda VPC ENI");
    lab.timeout = Duration::from_secs(120);
    let outcome = lab.destroy(&topology).await;
    let details: String = outcome.failures.iter().map(|failure| failure.detail.as_str()).collect();
    assert!(details.contains(&interface), "{details}");
    assert!(details.contains("AWS Lambda VPC ENI"), "{details}");

    lab.aws.edit(|world| world.network_interfaces.clear());
    let outcome = lab.destroy(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(failure.detail.contains(&group), "{}", failure.detail);

    lab.aws.edit(|world| world.security_groups.remove(&group));
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn never_touches_a_compute_environment_of_another_owner() {
    let lab = Lab::new();
    let theirs = lab.topology(|spec| spec.name = "other".parse().unwrap()).await;
    lab.make(&theirs).await;
    let ours = lab.topology(|_| {}).await;
    // Its name was planned, and is theirs.
    let target = Target {
        compute_environment_name: Some("my-batch-cluster".into()),
        ..target(&ours)
    };
    let outcome = lab.engine.teardown(&target, &lab.control()).await;
    assert_eq!(outcome.failures, []);
    let left = &lab.aws.world().compute_environments["my-batch-cluster"].environment;
    assert_eq!((left.status.as_str(), left.enabled), ("VALID", true));
}

#[tokio::test(start_paused = true)]
async fn takes_a_role_with_an_inline_policy_of_somebody() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let role = lab.make(&topology).await.instance_role.expect("the role").name;
    lab.aws.add_inline_policy(&role, "read-the-bucket");
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn names_an_internet_gateway_that_somebody_attached() {
    let mut lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let vpc = lab.make(&topology).await.vpc.expect("the VPC");
    let gateway = lab.aws.add_internet_gateway(&vpc.id);
    lab.timeout = Duration::from_secs(60);
    let outcome = lab.destroy(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(
        failure.detail.contains(&format!("internet gateway {gateway}")),
        "{}",
        failure.detail
    );
}

#[tokio::test(start_paused = true)]
async fn names_every_kind_of_gateway() {
    let mut lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let vpc = lab.make(&topology).await.vpc.expect("the VPC");
    let gateways = [
        (GatewayKind::EgressOnlyInternet, "eigw", "egress-only internet gateway"),
        (GatewayKind::Nat, "nat", "NAT gateway"),
        (GatewayKind::VirtualPrivate, "vgw", "virtual private gateway"),
        (GatewayKind::Peering, "pcx", "VPC peering connection"),
    ];
    let named: Vec<String> = gateways
        .into_iter()
        .map(|(kind, prefix, words)| format!("{words} {}", lab.aws.add_gateway(&vpc.id, kind, prefix)))
        .collect();
    lab.timeout = Duration::from_secs(60);
    let outcome = lab.destroy(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    for words in named {
        assert!(failure.detail.contains(&words), "{words}: {}", failure.detail);
    }
}

#[tokio::test(start_paused = true)]
async fn names_the_instance_and_the_owner_of_an_interface() {
    let mut lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let subnet = observed.subnets.keys().next().expect("a subnet");
    let interface = lab.aws.add_network_interface(subnet, &[], "");
    lab.aws.edit(|world| {
        let interface = world.network_interfaces.get_mut(&interface).expect("it");
        interface.instance_id = Some("i-0123".to_owned());
        interface.owner_id = Some("210987654321".to_owned());
    });
    lab.timeout = Duration::from_secs(60);
    let outcome = lab.destroy(&topology).await;
    let details: String = outcome.failures.iter().map(|failure| failure.detail.as_str()).collect();
    assert!(details.contains("instance i-0123 of 210987654321"), "{details}");
}

#[tokio::test(start_paused = true)]
async fn says_how_to_be_rid_of_what_guardduty_made() {
    let mut lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let vpc_id = observed.vpc.expect("the VPC").id;
    let subnet = observed.subnets.keys().next().expect("a subnet");
    let (endpoint, group) = lab.aws.add_guardduty(&vpc_id, subnet);
    lab.timeout = Duration::from_secs(60);
    let outcome = lab.destroy(&topology).await;
    let details: String = outcome.failures.iter().map(|failure| failure.detail.as_str()).collect();
    for words in [
        endpoint.as_str(),
        group.as_str(),
        "GuardDuty put",
        "delete the endpoint first and the security group then",
    ] {
        assert!(details.contains(words), "{words}: {details}");
    }

    lab.aws.remove_endpoint(&endpoint);
    lab.aws.edit(|world| world.security_groups.remove(&group));
    assert_eq!(lab.destroy(&topology).await.failures, []);
    lab.assert_empty();
}
