//! How a compute environment goes once another has taken its place: its jobs, the queues of others, its roles.

use std::time::Duration;

use tokio::time::Instant;

use super::swap::{assert_arrived, assert_served, named, named_and_swapped, position, queued, swapped};
use super::{Lab, target};
use crate::domain::batch::{AllocationStrategy, JobQueueSpec, UpdatePolicy};
use crate::domain::fixture;
use crate::domain::observed::Observed;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::{Outcome, Target};

const MINUTE: Duration = Duration::from_secs(60);

/// A target that knows of every role, as one from the state of the former environment does.
fn with_roles(topology: &Topology) -> Target {
    Target {
        service_role: true,
        spot_fleet_role: true,
        ..target(topology)
    }
}

async fn apply_over(lab: &Lab, topology: &Topology) -> Outcome {
    let known = with_roles(topology);
    lab.engine.converge(topology, &known, None, &lab.control()).await
}

fn with_policy(minutes: i32, terminate: bool) -> impl Fn(&mut Spec) {
    move |spec| {
        swapped(spec);
        spec.compute_environment.update_policy = Some(UpdatePolicy {
            job_execution_timeout_minutes: minutes,
            terminate_jobs_on_update: terminate,
        });
    }
}

/// A compute environment whose instances work for an hour after it is disabled.
async fn busy() -> Lab {
    let lab = Lab::slow(|behaviour| behaviour.draining = 60 * MINUTE);
    let topology = lab.topology(queued).await;
    lab.make(&topology).await;
    work(&lab);
    lab.aws.clear_calls();
    lab
}

fn work(lab: &Lab) {
    lab.aws.edit(|world| {
        for record in world.compute_environments.values_mut() {
            record.environment.desired_vcpus = Some(4);
        }
    });
}

async fn time_of(lab: &Lab, change: impl Fn(&mut Spec)) -> Duration {
    let topology = lab.topology(change).await;
    let started = Instant::now();
    lab.make(&topology).await;
    assert_arrived(lab, &topology);
    started.elapsed()
}

#[tokio::test(start_paused = true)]
async fn jobs_get_the_time_that_the_update_policy_gives_them() {
    let took = time_of(&busy().await, with_policy(10, false)).await;
    assert!(took > 10 * MINUTE && took < 13 * MINUTE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn jobs_that_end_earlier_are_not_waited_for_longer() {
    let mut lab = Lab::slow(|behaviour| behaviour.draining = 5 * MINUTE);
    lab.timeout = 60 * MINUTE;
    let topology = lab.topology(queued).await;
    lab.make(&topology).await;
    work(&lab);
    let took = time_of(&lab, with_policy(30, false)).await;
    assert!(took > 5 * MINUTE && took < 8 * MINUTE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn jobs_that_may_be_terminated_are_not_waited_for() {
    let took = time_of(&busy().await, with_policy(30, true)).await;
    assert!(took < 3 * MINUTE, "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_name_that_no_queue_needs_is_made_again_without_a_stand_in() {
    let lab = Lab::slow(|_| {});
    let without = |change: fn(&mut Spec)| {
        move |spec: &mut Spec| {
            change(spec);
            spec.job_queues.clear();
        }
    };
    let before = lab.topology(without(named)).await;
    lab.make(&before).await;
    lab.aws.clear_calls();
    let after = lab.topology(without(named_and_swapped)).await;
    lab.make(&after).await;
    assert_arrived(&lab, &after);
    let creations = lab.aws.writes();
    let creations = creations
        .iter()
        .filter(|call| call.operation == "batch:CreateComputeEnvironment");
    assert_eq!(creations.count(), 1);
    assert!(position(&lab, "batch:DeleteComputeEnvironment") < position(&lab, "batch:CreateComputeEnvironment"));
}

#[tokio::test(start_paused = true)]
async fn a_queue_of_somebody_else_keeps_the_former_one_and_is_named() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(queued).await;
    lab.make(&before).await;
    let former = &before.compute_environment.name;
    let arn = lab.aws.world().compute_environments[former].environment.arn.clone();
    lab.aws.add_job_queue("theirs", &arn);
    let after = lab.topology(swapped).await;
    let outcome = lab.apply(&after).await;
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(
        failure.detail.contains("theirs") && failure.detail.contains(former.as_str()),
        "{}",
        failure.detail
    );
    let world = lab.aws.world();
    assert_eq!(world.job_queues["theirs"].queue.compute_environments, [arn]);
    assert!(
        world.compute_environments[former].environment.enabled,
        "it works for them"
    );
    let own = world.job_queues.values().filter(|record| record.queue.name != "theirs");
    let new = &world.compute_environments[&after.compute_environment.name]
        .environment
        .arn;
    for record in own {
        assert_eq!(record.queue.compute_environments.as_slice(), std::slice::from_ref(new));
    }
    assert_served(&lab.aws, "afterwards");

    lab.aws.remove_job_queue("theirs");
    lab.make(&after).await;
    assert_arrived(&lab, &after);
}

fn own_service_role(spec: &mut Spec) {
    queued(spec);
    spec.compute_environment.create_service_role = true;
}

fn own_spot_fleet_role(spec: &mut Spec) {
    *spec = fixture::spot();
    queued(spec);
    spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
}

fn on_fargate(spec: &mut Spec) {
    *spec = fixture::fargate();
    spec.compute_environment.name = None;
    let queue = |key: &str| (key.to_owned(), JobQueueSpec::default());
    spec.job_queues = [queue("fast"), queue("slow")].into();
}

fn roles(lab: &Lab) -> Vec<String> {
    let names = lab.aws.world().roles.into_keys();
    names
        .filter(|name| name.contains("simulation") && !name.contains("instance"))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_role_that_only_the_former_one_needed_goes_after_it() {
    for before in [own_service_role, own_spot_fleet_role] {
        let lab = Lab::slow(|_| {});
        let topology = lab.topology(before).await;
        lab.make(&topology).await;
        assert_eq!(roles(&lab).len(), 1);
        lab.aws.clear_calls();
        let after = lab.topology(queued).await;
        assert_eq!(apply_over(&lab, &after).await.failures, []);
        assert_arrived(&lab, &after);
        assert_eq!(roles(&lab), [] as [String; 0]);
        assert!(position(&lab, "batch:DeleteComputeEnvironment") < position(&lab, "iam:DetachRolePolicy"));
        lab.aws.clear_calls();
        assert_eq!(apply_over(&lab, &after).await.failures, []);
        assert_eq!(lab.writes(), [] as [&str; 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_an_interrupted_swap_left_is_a_difference_until_it_is_gone() {
    for before in [own_service_role, own_spot_fleet_role] {
        let lab = Lab::slow(|_| {});
        lab.make(&lab.topology(before).await).await;
        lab.faults.add(crate::cloud::faulty::Rule::refuse(
            "iam:DeleteRole",
            crate::cloud::ErrorKind::Denied,
            "AccessDenied",
            "No.",
        ));
        let after = lab.topology(queued).await;
        let outcome = apply_over(&lab, &after).await;
        assert!(!outcome.failures.is_empty());
        lab.faults.heal();
        assert_arrived(&lab, &after);
        let seen: Observed = lab.engine.observe(&with_roles(&after)).await.expect("an answer");
        assert_eq!(lab.engine.differences(&after, &seen).len(), 1, "only the role");
        let outcome = lab.engine.teardown(&with_roles(&after), &lab.control()).await;
        assert_eq!(outcome.failures, []);
        lab.assert_empty();
    }
}

#[tokio::test(start_paused = true)]
async fn on_fargate_a_deletion_that_met_active_jobs_is_tried_again() {
    let lab = Lab::slow(|behaviour| behaviour.draining = 3 * MINUTE);
    lab.make(&lab.topology(on_fargate).await).await;
    lab.aws.clear_calls();
    let took = time_of(&lab, queued).await;
    assert!(took > 3 * MINUTE && took < 6 * MINUTE, "{took:?}");
    let calls = lab.aws.writes();
    let deletions = calls
        .iter()
        .filter(|call| call.operation == "batch:DeleteComputeEnvironment");
    assert!(deletions.count() > 1, "Batch refuses while jobs are active");
}
