//! Names that somebody else has: told at once, in one error, at the attribute where another one is chosen.

use tokio::time::Instant;

use super::Lab;
use crate::cloud::faulty::{Fault, Rule, When};
use crate::cloud::{CloudError, ErrorKind, IdentityApi, NetworkApi, RoleRequest, SecurityGroupRequest};
use crate::domain::Tags;
use crate::domain::batch::JobQueueSpec;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::{Failure, PROPAGATION};

/// The one error of an apply, which must not have waited for anything.
async fn refused(lab: &Lab, topology: &Topology) -> Failure {
    let started = Instant::now();
    let mut outcome = lab.apply(topology).await;
    assert!(started.elapsed() < PROPAGATION, "{:?}", started.elapsed());
    assert_eq!(outcome.failures.len(), 1, "{:#?}", outcome.failures);
    outcome.failures.remove(0)
}

fn assert_told(failure: &Failure, attribute: &str, words: &[&str]) {
    assert_eq!(failure.attribute, attribute, "{failure:#?}");
    let remedy = format!("Delete it, or set {attribute}.");
    for word in words
        .iter()
        .chain(&[remedy.as_str(), "exists and is not this environment's"])
    {
        assert!(failure.detail.contains(word), "{word}: {}", failure.detail);
    }
}

fn other(spec: &mut Spec) {
    spec.name = "other".parse().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_role_of_somebody_else_s() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let role = topology.instance_role.as_ref().unwrap();
    let theirs = RoleRequest {
        name: role.name.clone(),
        description: "theirs".to_owned(),
        assume_role_policy: role.assume_role_policy.clone(),
        tags: Tags::new(),
    };
    lab.aws.create_role(&theirs).await.unwrap();
    lab.aws.clear_calls();
    let failure = refused(&lab, &topology).await;
    let attribute = "compute_environment.instance_role_arn";
    let words = [
        "EntityAlreadyExists",
        &role.name,
        "arn:aws:iam::",
        "no tag isolated:environment = \"simulation\"",
    ];
    assert_told(&failure, attribute, &words);
    assert_eq!(lab.writes().iter().filter(|it| **it == "iam:CreateRole").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_instance_profile_of_somebody_else_s() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let name = &topology.instance_role.as_ref().unwrap().name;
    lab.aws.create_instance_profile(name, &Tags::new()).await.unwrap();
    let failure = refused(&lab, &topology).await;
    let words = [
        "EntityAlreadyExists",
        &format!("Instance profile {name}"),
        "arn:aws:iam::",
    ];
    assert_told(&failure, "compute_environment.instance_role_arn", &words);
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_of_another_environment() {
    let lab = Lab::slow(|_| {});
    let exact = |spec: &mut Spec| spec.compute_environment.name = Some("shared".to_owned());
    let theirs = |spec: &mut Spec| {
        exact(spec);
        other(spec);
    };
    lab.make(&lab.topology(theirs).await).await;
    let failure = refused(&lab, &lab.topology(exact).await).await;
    let words = ["compute-environment/shared", "the tag isolated:environment = \"other\""];
    assert_told(&failure, "compute_environment.name", &words);
}

#[tokio::test(start_paused = true)]
async fn a_job_queue_of_another_environment() {
    let lab = Lab::slow(|_| {});
    let queue = |spec: &mut Spec| {
        let queue = JobQueueSpec {
            name: Some("shared".to_owned()),
            ..JobQueueSpec::default()
        };
        spec.job_queues.insert("one".to_owned(), queue);
    };
    let theirs = |spec: &mut Spec| {
        queue(spec);
        other(spec);
        spec.compute_environment.name = None;
    };
    lab.make(&lab.topology(theirs).await).await;
    let failure = refused(&lab, &lab.topology(queue).await).await;
    let words = ["job-queue/shared", "the tag isolated:environment = \"other\""];
    assert_told(&failure, "job_queues[\"one\"].name", &words);
}

#[tokio::test(start_paused = true)]
async fn a_security_group_in_the_environment_s_own_vpc() {
    let lab = Lab::slow(|_| {});
    let observed = lab.make(&lab.topology(|_| {}).await).await;
    let theirs = SecurityGroupRequest {
        vpc_id: observed.vpc.unwrap().id,
        name: "theirs".to_owned(),
        description: "theirs".to_owned(),
        tags: Tags::new(),
    };
    let theirs = lab.aws.create_security_group(&theirs).await.unwrap();
    lab.aws.clear_calls();
    let named = lab
        .topology(|spec| spec.security_group.name = Some("theirs".to_owned()))
        .await;
    let failure = refused(&lab, &named).await;
    assert_told(&failure, "security_group.name", &["InvalidGroup.Duplicate", &theirs.id]);
    assert_eq!(lab.writes(), ["ec2:CreateSecurityGroup"], "refused");
}

#[tokio::test(start_paused = true)]
async fn what_a_lost_call_of_its_own_has_made_is_waited_for() {
    let lab = Lab::slow(|behaviour| behaviour.describe_lag = PROPAGATION / 2);
    let topology = lab.topology(|_| {}).await;
    // As the SDK tells it that has repeated a call whose answer was lost.
    let exists = CloudError {
        kind: ErrorKind::AlreadyExists,
        operation: "iam:CreateRole",
        code: Some("EntityAlreadyExists".to_owned()),
        message: "There is one.".to_owned(),
        request_id: None,
    };
    let rule = Rule::new("iam:CreateRole", When::After, Fault::Fail(exists));
    lab.faults.add(rule.times(1));
    lab.make(&topology).await;
    assert_eq!(lab.writes().iter().filter(|it| **it == "iam:CreateRole").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_nobody_shows_to_have_is_not_waited_for_for_ever() {
    let lab = Lab::slow(|_| {});
    let topology = lab.topology(|_| {}).await;
    let exists = Rule::refuse(
        "iam:CreateRole",
        ErrorKind::AlreadyExists,
        "EntityAlreadyExists",
        "There is one.",
    );
    lab.faults.add(exists);
    let started = Instant::now();
    let outcome = lab.apply(&topology).await;
    assert_eq!(outcome.failures.len(), 1, "{:#?}", outcome.failures);
    assert_eq!(outcome.failures[0].attribute, "compute_environment.instance_role_arn");
    assert!(started.elapsed() < lab.timeout / 2, "{:?}", started.elapsed());
}
