use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::cloud::{AccountApi, VpcFilter};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn reads_lag_behind_for_a_while() {
    let cloud = tokyo().with(|behaviour| behaviour.describe_lag = 5 * SECOND);
    let started = Instant::now();
    let id = vpc(&cloud).await;
    let seen = async || cloud.vpcs(&VpcFilter::Id(id.clone())).await.unwrap().len();
    assert_eq!((seen().await, cloud.world().vpcs.len()), (0, 1));
    tokio::time::advance(3 * SECOND).await;
    cloud.set_dns_hostnames(&id, true).await.unwrap();
    tokio::time::advance(2 * SECOND).await;
    assert_eq!(seen().await, 1);
    assert_eq!(
        cloud.vpc_dns_attributes(&id).await.unwrap(),
        Some((true, false)),
        "still the old value"
    );
    tokio::time::advance(3 * SECOND).await;
    assert_eq!(cloud.vpc_dns_attributes(&id).await.unwrap(), Some((true, true)));
    cloud.delete_vpc(&id).await.unwrap();
    assert_eq!(seen().await, 1, "still there");
    tokio::time::advance(5 * SECOND).await;
    assert_eq!(seen().await, 0);
    assert_eq!(Instant::now() - started, 13 * SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_shows_states_as_they_were_then() {
    let cloud = tokyo().with(|behaviour| {
        behaviour.describe_lag = 5 * SECOND;
        behaviour.endpoint_pending = 10 * SECOND;
    });
    let vpc_id = vpc_with_dns(&cloud).await;
    cloud.create_endpoint(&interface(&vpc_id, "ecs", &[])).await.unwrap();
    tokio::time::advance(10 * SECOND).await;
    assert_eq!(endpoint(&cloud, &vpc_id).await.unwrap().state, "pending");
    assert_eq!(
        cloud.world().endpoints.values().next().unwrap().endpoint.state,
        "available"
    );
    tokio::time::advance(5 * SECOND).await;
    assert_eq!(endpoint(&cloud, &vpc_id).await.unwrap().state, "available");
}

#[tokio::test(start_paused = true)]
async fn calls_that_refer_to_something_new_are_refused_for_a_while() {
    let cloud = tokyo().with(|behaviour| behaviour.reference_lag = SECOND);
    let id = vpc(&cloud).await;
    let early = try_subnet(&cloud, &id, "a", "10.0.0.0/18").await;
    refused(early, ErrorKind::NotFound, "InvalidVpcID.NotFound");
    tokio::time::advance(SECOND).await;
    subnet(&cloud, &id, "a", "10.0.0.0/18").await;
}

#[tokio::test(start_paused = true)]
async fn what_ended_unseen_ended_when_it_was_due() {
    let cloud = tokyo().with(|behaviour| {
        behaviour.iam_propagation = 10 * SECOND;
        behaviour.compute_environment_creating = 5 * SECOND;
    });
    let request = healthy_request(&cloud).await;
    cloud.edit(|world| {
        world.instance_profiles.get_mut("existing").unwrap().changed = Instant::now();
    });
    cloud.create_compute_environment(&request).await.unwrap();
    tokio::time::advance(60 * SECOND).await;
    assert_eq!(
        status(&cloud).await.0,
        "INVALID",
        "it was judged before the profile was visible"
    );
}

#[tokio::test(start_paused = true)]
async fn the_log_tells_what_came_when() {
    let cloud = tokyo();
    let vpc_id = vpc_with_dns(&cloud).await;
    cloud.behave(|behaviour| behaviour.latency = SECOND);
    cloud.clear_calls();
    let started = Instant::now();
    let (ecs, agent) = (interface(&vpc_id, "ecs", &[]), interface(&vpc_id, "ecs-agent", &[]));
    let (first, second) = tokio::join!(cloud.create_endpoint(&ecs), cloud.create_endpoint(&agent));
    assert!(first.is_ok() && second.is_ok());
    cloud.endpoints(&vpc_id).await.unwrap();
    let _ = cloud.delete_vpc(&vpc_id).await;
    let calls = cloud.calls();
    let moments: Vec<u64> = calls.iter().map(|call| (call.at - started).as_secs()).collect();
    assert_eq!(moments, [0, 0, 1, 2]);
    assert_eq!(Instant::now() - started, 3 * SECOND);
    assert_eq!(
        calls[0].to_string(),
        "ec2:CreateVpcEndpoint(com.amazonaws.ap-northeast-1.ecs)"
    );
    let writes: Vec<&str> = cloud.writes().iter().map(|call| call.operation).collect();
    assert_eq!(
        writes,
        ["ec2:CreateVpcEndpoint", "ec2:CreateVpcEndpoint", "ec2:DeleteVpc"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_dropped_on_its_way_has_no_effect() {
    let cloud = tokyo().with(|behaviour| behaviour.latency = SECOND);
    assert!(tokio::time::timeout(SECOND / 2, vpc(&cloud)).await.is_err());
    tokio::time::advance(SECOND).await;
    assert!(cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn the_account_is_who_the_behaviour_says() {
    let cloud = tokyo().with(|behaviour| {
        behaviour.partition = "aws-cn".into();
        behaviour.account_id = "210987654321".into();
    });
    let caller = cloud.caller_identity().await.unwrap();
    assert_eq!(caller.arn, "arn:aws-cn:iam::210987654321:user/engineer");
    assert_eq!(
        (caller.partition.as_str(), cloud.region()),
        ("aws-cn", "ap-northeast-1")
    );
    let zones = cloud.availability_zones().await.unwrap();
    assert_eq!(zones, ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
}
