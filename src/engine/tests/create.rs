//! Creating from nothing.

use std::time::Duration;

use super::Lab;
use crate::engine::group;

#[tokio::test(start_paused = true)]
async fn makes_everything_once_and_nothing_the_second_time() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.aws.clear_calls();
    let observed = lab.make(&topology).await;
    lab.assert_single();
    assert_eq!(
        lab.writes(),
        [
            "batch:CreateComputeEnvironment",
            "ec2:AssociateRouteTable",
            "ec2:AssociateRouteTable",
            "ec2:AssociateRouteTable",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateRouteTable",
            "ec2:CreateRouteTable",
            "ec2:CreateRouteTable",
            "ec2:CreateSecurityGroup",
            "ec2:CreateSubnet",
            "ec2:CreateSubnet",
            "ec2:CreateSubnet",
            "ec2:CreateVpc",
            "ec2:CreateVpcEndpoint",
            "ec2:CreateVpcEndpoint",
            "ec2:CreateVpcEndpoint",
            "ec2:CreateVpcEndpoint",
            "ec2:CreateVpcEndpoint",
            "ec2:CreateVpcEndpoint",
            "ec2:ModifyVpcAttribute",
            "iam:AddRoleToInstanceProfile",
            "iam:AttachRolePolicy",
            "iam:CreateInstanceProfile",
            "iam:CreateRole",
        ]
    );
    assert_eq!(
        observed
            .compute_environment("my-batch-cluster")
            .map(|it| it.status.as_str()),
        Some("VALID")
    );
    assert!(
        observed
            .endpoints
            .values()
            .all(|endpoint| endpoint.state == "available")
    );

    let again = lab.make(&topology).await;
    assert_eq!(lab.writes(), [] as [&str; 0]);
    assert_eq!(again, observed);
}

#[tokio::test(start_paused = true)]
async fn takes_as_long_as_the_slowest_part_and_not_the_sum() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let started = tokio::time::Instant::now();
    lab.make(&topology).await;
    // Endpoints and compute environment take ten seconds each, at the same time; the rest is calls of 30 ms.
    let elapsed = started.elapsed();
    assert!(elapsed < Duration::from_secs(11), "{elapsed:?} of paused time");
}

#[tokio::test(start_paused = true)]
async fn independent_calls_start_together() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    let at = |operation: &str| -> Vec<_> {
        lab.aws
            .calls()
            .into_iter()
            .filter(|call| call.operation == operation)
            .map(|call| call.at)
            .collect()
    };
    let subnets = at("ec2:CreateSubnet");
    assert!(subnets.iter().all(|moment| *moment == subnets[0]), "{subnets:?}");
    assert_eq!(
        at("ec2:CreateVpc"),
        at("iam:CreateRole"),
        "roles do not wait for the network"
    );
    let endpoints = at("ec2:CreateVpcEndpoint");
    let environment = at("batch:CreateComputeEnvironment")[0];
    assert!(
        environment < endpoints[0] + Duration::from_secs(1),
        "it does not wait for the endpoints to be available"
    );
}

#[tokio::test(start_paused = true)]
async fn does_not_trust_reads_that_lag_behind() {
    let lab = Lab::slow(|behaviour| {
        behaviour.describe_lag = Duration::from_secs(20);
        behaviour.reference_lag = Duration::from_secs(3);
    });
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn waits_for_a_role_that_batch_cannot_see_yet() {
    let lab = Lab::slow(|behaviour| behaviour.iam_propagation = Duration::from_secs(40));
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn makes_a_service_role_when_asked_to() {
    let lab = Lab::slow(|behaviour| behaviour.iam_propagation = Duration::from_secs(15));
    let topology = lab
        .topology(|spec| spec.compute_environment.create_service_role = true)
        .await;
    let observed = lab.make(&topology).await;
    let role = observed.service_role.clone().expect("the role");
    assert_eq!(
        observed
            .compute_environment("my-batch-cluster")
            .expect("it")
            .service_role_arn
            .clone(),
        Some(role.arn)
    );
    assert_eq!(role.attached_policies.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn restricts_egress_to_the_network_and_the_gateways() {
    let lab = Lab::new();
    let topology = lab
        .topology(|spec| spec.security_group.allow_all_outbound = false)
        .await;
    let observed = lab.make(&topology).await;
    let group = group::current(&topology, &observed).expect("the group");
    assert_eq!(group.egress, topology.security_group.egress);
    assert_eq!(group.egress.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn tells_of_everything_that_exists_after_every_step() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let observed = lab.make(&topology).await;
    let checkpoints = lab.checkpoints.lock().unwrap();
    let last = checkpoints.last().expect("a checkpoint");
    assert_eq!(
        last.subnets.keys().collect::<Vec<_>>(),
        observed.subnets.keys().collect::<Vec<_>>()
    );
    assert_eq!(last.endpoints.len(), 6);
    assert!(
        checkpoints[0].vpc.is_some()
            || checkpoints[0].instance_role.is_some()
            || checkpoints[0].instance_profile.is_some()
    );
}
