//! Another security group takes the place of the environment's: at no call are its endpoints closed.

use super::crash::{lab_that_crashes, until_crash};
use super::swap::{assert_arrived, assert_served, queued, swapped};
use super::{Lab, REGION};
use crate::cloud::fake::FakeCloud;
use crate::cloud::faulty::When;
use crate::cloud::{Direction, NetworkApi, SecurityGroupRequest};
use crate::domain::Tags;
use crate::domain::batch::{AllocationStrategy, ComputeType};
use crate::domain::firewall::{HTTPS, Peer, Rule};
use crate::domain::observed::Observed;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::{PROPAGATION, group};

fn renamed(spec: &mut Spec) {
    spec.security_group.name = Some("another".to_owned());
}

fn described(spec: &mut Spec) {
    spec.security_group.description = Some("Another one.".to_owned());
}

/// The one group that is left, of the planned name and description, is that of all endpoints and of the compute environment.
fn assert_moved(lab: &Lab, topology: &Topology) {
    lab.assert_single();
    let world = lab.aws.world();
    let mut groups = world.security_groups.values().map(|placed| &placed.thing);
    let group = groups.find(|group| group.name != "default").expect("the group");
    let plan = &topology.security_group;
    assert_eq!((&group.name, &group.description), (&plan.name, &plan.description));
    assert_eq!((&group.ingress, &group.egress), (&plan.ingress, &plan.egress));
    let interfaces = world.network_interfaces.values();
    for interface in interfaces {
        assert_eq!(interface.security_group_ids, [group.id.clone()].into());
    }
    for record in world.compute_environments.values() {
        assert_eq!(record.environment.security_group_ids, [group.id.clone()].into());
    }
}

/// Every endpoint lets the instances in.
fn assert_open(aws: &FakeCloud, when: &str) {
    let world = aws.world();
    for interface in world.network_interfaces.values() {
        let mut groups = interface.security_group_ids.iter();
        let open = groups.any(|id| {
            world.security_groups[id]
                .ingress
                .iter()
                .any(|rule| rule.allows_tcp(HTTPS))
        });
        assert!(open, "{when}: {interface:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn another_name_moves_endpoints_and_compute_environment_to_another_group() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(|_| {}).await;
    lab.make(&before).await;
    lab.writes();
    let after = lab.topology(renamed).await;
    lab.make(&after).await;
    assert_moved(&lab, &after);
    assert_eq!(
        lab.writes(),
        [
            "batch:UpdateComputeEnvironment",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:DeleteSecurityGroup",
            "ec2:ModifyVpcEndpoint",
            "ec2:ModifyVpcEndpoint",
            "ec2:ModifyVpcEndpoint",
            "ec2:ModifyVpcEndpoint",
            "ec2:ModifyVpcEndpoint",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn another_description_of_the_same_name_goes_over_a_stand_in() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(|_| {}).await;
    lab.make(&before).await;
    lab.writes();
    let after = lab.topology(described).await;
    let began = tokio::time::Instant::now();
    lab.make(&after).await;
    // The second round does again what the first one did, and is not mistaken for reads that lag behind.
    assert!(began.elapsed() < PROPAGATION, "{:?}", began.elapsed());
    assert_moved(&lab, &after);
    let writes = lab.writes();
    let count = |operation: &str| writes.iter().filter(|write| **write == operation).count();
    assert_eq!(count("ec2:CreateSecurityGroup"), 2);
    assert_eq!(count("ec2:DeleteSecurityGroup"), 2);
    assert_eq!(count("batch:CreateComputeEnvironment"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_compute_environment_that_takes_no_other_group_is_swapped() {
    for change in [renamed as fn(&mut Spec), described] {
        let lab = Lab::slow(|_| {});
        let before = lab.topology(swapped).await;
        lab.make(&before).await;
        let topology = lab
            .topology(|spec| {
                swapped(spec);
                change(spec);
            })
            .await;
        lab.make(&topology).await;
        assert_moved(&lab, &topology);
        assert_arrived(&lab, &topology);
    }
}

/// Kills the change at every write, before and after its effect.
async fn kill_everywhere(change: fn(&mut Spec), least: usize) {
    for when in [When::Before, When::After] {
        for write in 1.. {
            let aws = FakeCloud::new(REGION);
            let first = Lab::on(aws.clone());
            let topology = first.topology(queued).await;
            first.make(&topology).await;
            let lab = lab_that_crashes(&aws, write, when);
            let topology = lab
                .topology(|spec| {
                    queued(spec);
                    change(spec);
                })
                .await;
            let died = until_crash(&lab, async {
                lab.apply(&topology).await;
            })
            .await;
            let at = format!("killed at write {write} {when:?}");
            assert_open(&aws, &at);
            assert_served(&aws, &at);
            let next = Lab::on(aws);
            next.make(&topology).await;
            assert_moved(&next, &topology);
            assert_arrived(&next, &topology);
            if !died {
                assert!(write > least, "only {write} writes");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_move_killed_at_any_write_is_finished_by_the_next() {
    kill_everywhere(renamed, 8).await;
    kill_everywhere(described, 15).await;
}

/// Somebody's group with a rule that names the environment's.
async fn named_by_somebody(lab: &Lab, topology: &Topology, observed: &Observed) -> (String, Rule) {
    let own = group::current(topology, observed).expect("the group");
    let request = SecurityGroupRequest {
        vpc_id: observed.vpc.as_ref().expect("the VPC").id.clone(),
        name: "theirs".to_owned(),
        description: "A file system.".to_owned(),
        tags: Tags::new(),
    };
    let theirs = lab.aws.create_security_group(&request).await.unwrap();
    let rule = Rule::all_traffic(Peer::SecurityGroup(own.id.clone()), None);
    let rules = [rule.clone()].into();
    lab.aws.authorize(&theirs.id, Direction::Ingress, &rules).await.unwrap();
    (theirs.id, rule)
}

#[tokio::test(start_paused = true)]
async fn a_former_group_that_rules_of_others_name_stays_until_they_do_not() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(|_| {}).await;
    let observed = lab.make(&before).await;
    let former = group::current(&before, &observed).expect("the group").id.clone();
    let (theirs, rule) = named_by_somebody(&lab, &before, &observed).await;

    let after = lab.topology(renamed).await;
    let observed = lab.make(&after).await;
    let held = lab.engine.held_security_groups(&after, &observed);
    assert_eq!(held, [(former.clone(), [theirs.clone()].into())].into());
    assert!(lab.aws.world().security_groups.contains_key(&former));

    lab.aws
        .revoke(&theirs, Direction::Ingress, &[rule].into())
        .await
        .unwrap();
    let observed = lab.engine.observe(&super::target(&after)).await.unwrap();
    assert_eq!(
        lab.engine.differences(&after, &observed),
        ["deleting the security group"]
    );
    lab.aws.delete_security_group(&theirs).await.unwrap();
    lab.make(&after).await;
    assert_moved(&lab, &after);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_others_hold_on_to_is_refused_before_anything_moves() {
    let lab = Lab::slow(|_| {});
    let before = lab.topology(|_| {}).await;
    let observed = lab.make(&before).await;
    let (theirs, _) = named_by_somebody(&lab, &before, &observed).await;
    lab.writes();
    let after = lab.topology(described).await;
    let outcome = lab.apply(&after).await;
    assert_eq!(lab.writes(), [""; 0]);
    let [failure] = outcome.failures.as_slice() else {
        panic!("{:?}", outcome.failures)
    };
    assert!(failure.detail.contains(&theirs), "{}", failure.detail);
    assert!(failure.detail.contains("security_group.name"), "{}", failure.detail);
}

/// What is there, and to what it is to change: nearly everything at once.
fn parked_on_spot(spec: &mut Spec) {
    queued(spec);
    let compute_environment = &mut spec.compute_environment;
    compute_environment.name = Some("exact".to_owned());
    compute_environment.compute_type = ComputeType::Spot;
    compute_environment.allocation_strategy = Some(AllocationStrategy::BestFit);
    spec.endpoints.enabled = false;
}

fn everything(spec: &mut Spec) {
    queued(spec);
    described(spec);
    spec.network.max_azs = 2;
    let compute_environment = &mut spec.compute_environment;
    compute_environment.name = Some("exact".to_owned());
    compute_environment.create_service_role = true;
}

#[tokio::test(start_paused = true)]
async fn a_resumed_run_does_not_take_its_own_second_half_for_a_stale_read() {
    for when in [When::Before, When::After] {
        for write in 1.. {
            let slow = || Lab::slow(|_| {});
            let first = slow();
            let aws = first.aws.clone();
            let topology = first.topology(parked_on_spot).await;
            first.make(&topology).await;
            let lab = lab_that_crashes(&aws, write, when);
            let topology = lab.topology(everything).await;
            let died = until_crash(&lab, async {
                lab.apply(&topology).await;
            })
            .await;
            let next = Lab::on(aws);
            let began = tokio::time::Instant::now();
            next.make(&topology).await;
            let took = began.elapsed();
            assert!(took < PROPAGATION, "killed at write {write} {when:?}: {took:?}");
            if !died {
                assert!(write > 20, "only {write} writes");
                break;
            }
        }
    }
}
