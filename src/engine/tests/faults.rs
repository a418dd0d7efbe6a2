//! Refusals, lost answers, time-outs and interrupts during a create.

use std::time::Duration;

use super::Lab;
use crate::cloud::ErrorKind;
use crate::cloud::faulty::{Fault, Rule, When};
use crate::engine::Cause;
use crate::engine::part::Part;

#[tokio::test(start_paused = true)]
async fn one_refused_endpoint_stops_nothing_else_and_the_next_run_resumes() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.faults.add(
        Rule::refuse(
            "ec2:CreateVpcEndpoint",
            ErrorKind::Denied,
            "UnauthorizedOperation",
            "You may not.",
        )
        .skip(2)
        .times(1),
    );
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(matches!(failure.part, Part::Endpoint(_)));
    for word in [
        "UnauthorizedOperation",
        "You may not.",
        "injected",
        "ec2:CreateVpcEndpoint",
    ] {
        assert!(failure.detail.contains(word), "{word}: {}", failure.detail);
    }
    assert_eq!(outcome.observed.endpoints.len(), 5);
    assert!(!outcome.observed.compute_environments.is_empty(), "the rest went on");

    lab.faults.heal();
    lab.aws.clear_calls();
    lab.make(&topology).await;
    assert_eq!(lab.writes(), ["ec2:CreateVpcEndpoint"]);
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn what_depends_on_a_failed_part_does_not_start_and_is_not_reported() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.faults.add(Rule::refuse(
        "ec2:CreateVpc",
        ErrorKind::Quota,
        "VpcLimitExceeded",
        "Five at most.",
    ));
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(failure.part, Part::Vpc);
    assert!(failure.detail.contains("Service Quotas"), "{}", failure.detail);
    assert!(
        lab.aws.world().instance_profiles.len() == 1,
        "roles do not depend on the network"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_never_makes_a_second_one() {
    for operation in [
        "ec2:CreateVpc",
        "ec2:CreateSubnet",
        "ec2:CreateRouteTable",
        "ec2:AssociateRouteTable",
        "ec2:CreateSecurityGroup",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:CreateVpcEndpoint",
        "iam:CreateRole",
        "iam:AttachRolePolicy",
        "iam:CreateInstanceProfile",
        "iam:AddRoleToInstanceProfile",
        "batch:CreateComputeEnvironment",
    ] {
        let lab = Lab::new();
        let topology = lab.topology(|_| {}).await;
        lab.faults.add(Rule::lose_answer(operation).times(1));
        lab.make(&topology).await;
        assert_eq!(lab.faults.fired(), [operation]);
        lab.assert_single();
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let rule = Rule::refuse(
        "ec2:Create*",
        ErrorKind::Throttled,
        "RequestLimitExceeded",
        "Slow down.",
    )
    .times(5);
    lab.faults.add(rule);
    lab.make(&topology).await;
    assert_eq!(lab.faults.fired().len(), 5);
}

#[tokio::test(start_paused = true)]
async fn a_time_out_names_what_was_still_pending() {
    let mut lab = Lab::slow(|behaviour| behaviour.endpoint_pending = Duration::from_secs(3600));
    lab.timeout = Duration::from_secs(60);
    let topology = lab.topology(|_| {}).await;
    let started = tokio::time::Instant::now();
    let outcome = lab.apply(&topology).await;
    assert!(started.elapsed() < Duration::from_secs(62));
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(failure.cause, Cause::Timeout);
    assert!(
        failure.detail.contains("the endpoint for ecs-agent is pending"),
        "{}",
        failure.detail
    );
    assert_eq!(outcome.observed.endpoints.len(), 6);
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_starts_nothing_new_and_keeps_every_id() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let interrupt = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        lab.cancel.cancel();
    };
    let started = tokio::time::Instant::now();
    let (outcome, ()) = tokio::join!(lab.apply(&topology), interrupt);
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
    assert_eq!(
        outcome
            .failures
            .iter()
            .filter(|failure| failure.cause == Cause::Cancelled)
            .count(),
        1
    );
    let world = lab.aws.world();
    assert_eq!(outcome.observed.subnets.len(), world.subnets.len());
    assert_eq!(outcome.observed.endpoints.len(), world.endpoints.len());
    assert_eq!(
        outcome.observed.vpc.map(|vpc| vpc.id).as_ref(),
        world.vpcs.keys().next()
    );
}

#[tokio::test(start_paused = true)]
async fn an_interrupt_does_not_wait_for_a_call_that_aws_never_answers() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    lab.faults
        .add(Rule::new("ec2:CreateVpcEndpoint", When::After, Fault::Halt).times(1));
    let interrupt = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        lab.cancel.cancel();
    };
    let started = tokio::time::Instant::now();
    let (outcome, ()) = tokio::join!(lab.apply(&topology), interrupt);
    assert!(started.elapsed() < Duration::from_secs(16), "{:?}", started.elapsed());
    assert!(!outcome.failures.is_empty());

    let next = Lab::on(lab.aws.clone());
    next.make(&topology).await;
    next.assert_single();
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_that_fails_is_an_error_with_aws_reason_and_is_replaced_by_the_next_run() {
    let lab = Lab::slow(|behaviour| {
        let service = "com.amazonaws.ap-northeast-1.ecs".to_owned();
        behaviour
            .failing_services
            .insert(service, "InternalError: try again".to_owned());
    });
    let topology = lab.topology(|_| {}).await;
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(failure.detail.contains("try again"), "{}", failure.detail);

    lab.aws.behave(|behaviour| behaviour.failing_services.clear());
    lab.make(&topology).await;
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn an_invalid_compute_environment_is_never_a_success() {
    let lab = Lab::slow(|_| {});
    let topology = lab
        .topology(|spec| {
            spec.compute_environment.service_role_arn = Some("arn:aws:iam::123456789012:role/absent".to_owned());
        })
        .await;
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(failure.cause, Cause::Unhealthy);
    assert!(failure.detail.contains("INVALID"), "{}", failure.detail);
    assert!(failure.detail.contains("AssumeRole"), "{}", failure.detail);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_somebody_else_uses_is_refused_and_theirs_left_alone() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let theirs = lab.topology(|spec| spec.name = "other".parse().unwrap()).await;
    lab.make(&theirs).await;
    let before = lab.aws.world().compute_environments["my-batch-cluster"]
        .environment
        .clone();
    let outcome = lab.apply(&topology).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert_eq!(failure.part, Part::ComputeEnvironment);
    assert!(
        failure.detail.contains("is not this environment's"),
        "{}",
        failure.detail
    );
    assert_eq!(
        lab.aws.world().compute_environments["my-batch-cluster"].environment,
        before
    );
}
