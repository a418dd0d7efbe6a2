//! Parts whose tags are gone, and which the state still knows.

use super::{Lab, target};
use crate::cloud::ErrorKind;
use crate::cloud::faulty::Rule;
use crate::domain::observed::Observed;
use crate::domain::own::Claims;
use crate::domain::topology::Topology;
use crate::engine::{Target, group};

/// What a state of an environment would claim.
pub(super) fn claiming(topology: &Topology, observed: &Observed) -> Target {
    let vpc = observed.vpc.iter().map(|vpc| &vpc.id);
    let group = group::current(topology, observed);
    let environment = observed.compute_environments.values().next();
    let ids = vpc
        .chain(observed.own_subnets(&topology.ownership).map(|subnet| &subnet.id))
        .chain(observed.own_route_tables(&topology.ownership).map(|table| &table.id))
        .chain(observed.own_endpoints(&topology.ownership).map(|endpoint| &endpoint.id))
        .chain(group.map(|group| &group.id))
        .chain(environment.map(|environment| &environment.arn));
    Target {
        vpc_id: observed.vpc.as_ref().map(|vpc| vpc.id.clone()),
        compute_environment_name: environment.map(|environment| environment.name.clone()),
        claims: Claims {
            ids: ids.cloned().collect(),
            adopted: false,
        },
        ..target(topology)
    }
}

#[tokio::test(start_paused = true)]
async fn their_tags_are_put_back_and_nothing_else_happens() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let target = claiming(&topology, &lab.make(&topology).await);
    lab.aws.remove_tags();
    lab.aws.clear_calls();
    let outcome = lab.engine.converge(&topology, &target, None, &lab.control()).await;
    assert_eq!(outcome.failures, []);
    let mut writes = lab.writes();
    writes.dedup();
    assert_eq!(writes, ["batch:TagResource", "ec2:CreateTags"]);
    // Found by their tags again.
    lab.make(&topology).await;
    assert_eq!(lab.writes(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn they_are_deleted_with_the_environment() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let target = claiming(&topology, &lab.make(&topology).await);
    lab.aws.remove_tags();
    assert_eq!(lab.engine.teardown(&target, &lab.control()).await.failures, []);
    lab.assert_empty();
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_is_given_up_takes_them_along() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let target = claiming(&topology, &lab.make(&topology).await);
    lab.aws.remove_tags();
    let fewer = lab.topology(|spec| spec.network.max_azs = 2).await;
    let outcome = lab.engine.converge(&fewer, &target, None, &lab.control()).await;
    assert_eq!(outcome.failures, []);
    let world = lab.aws.world();
    assert_eq!((world.subnets.len(), world.route_tables.len()), (2, 1 + 2));
}

#[tokio::test(start_paused = true)]
async fn a_group_that_another_one_follows_is_not_forgotten_when_the_move_fails() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    let target = claiming(&topology, &lab.make(&topology).await);
    lab.aws.remove_tags();
    let after = lab
        .topology(|spec| spec.security_group.name = Some("another".to_owned()))
        .await;
    let refusal = Rule::refuse(
        "batch:UpdateComputeEnvironment",
        ErrorKind::Denied,
        "AccessDeniedException",
        "You are not authorized.",
    );
    lab.faults.add(refusal);
    let outcome = lab.engine.converge(&after, &target, None, &lab.control()).await;
    assert!(!outcome.failures.is_empty());
    assert_eq!(lab.aws.world().security_groups.len(), 1 + 2);

    lab.faults.heal();
    // The state knows the new group only; the former one is found by its tags.
    let target = claiming(&after, &outcome.observed);
    let outcome = lab.engine.converge(&after, &target, None, &lab.control()).await;
    assert_eq!(outcome.failures, []);
    assert_eq!(lab.aws.world().security_groups.len(), 1 + 1);
}
