//! What the network and a busy AWS may do to a call.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use terraform_provider_isolated::cloud::aws::{AwsCloud, ConnectionSettings};
use terraform_provider_isolated::cloud::{BatchApi, EndpointRequest, ErrorKind, IdentityApi, NetworkApi};
use terraform_provider_isolated::domain::endpoint::EndpointKind;

use crate::world::{self, Network, calls, local_aws, one, tag};

fn fault(action: &str, text: &str, times: u32, effect: Value) {
    local_aws().add_fault(&json!({ "action": action, "match": text, "times": times, "effect": effect }));
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_endpoint() {
    let cloud = world::connect("us-east-2").await;
    let network = Network::create(&cloud, "us-east-2", "lost-endpoint").await;
    fault(
        "CreateVpcEndpoint",
        "lost-endpoint-token",
        1,
        json!({ "drop_reply": true }),
    );
    let request = EndpointRequest {
        vpc_id: network.vpc_id.clone(),
        service_name: "com.amazonaws.us-east-2.ecs".to_owned(),
        kind: EndpointKind::Interface,
        subnet_ids: one(&network.subnet_id),
        security_group_ids: one(&network.group_id),
        route_table_ids: BTreeSet::new(),
        private_dns_enabled: true,
        policy: None,
        client_token: "lost-endpoint-token".to_owned(),
        tags: tag("Name", "lost-endpoint"),
    };
    let made = cloud.create_endpoint(&request).await.unwrap();
    assert_eq!(
        calls("ec2:CreateVpcEndpoint", "lost-endpoint-token").len(),
        2,
        "repeated"
    );
    let seen = cloud.endpoints(&network.vpc_id).await.unwrap();
    assert_eq!(seen.iter().map(|endpoint| &endpoint.id).collect::<Vec<_>>(), [&made.id]);
}

#[tokio::test]
async fn a_vpc_whose_answer_is_lost_is_not_made_twice() {
    let cloud = world::connect("us-west-1").await;
    fault("CreateVpc", "lost-vpc", 1, json!({ "drop_reply": true }));
    let error = cloud.create_vpc(&world::vpc_request("lost-vpc")).await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Unknown, None));
    assert_eq!(calls("ec2:CreateVpc", "lost-vpc").len(), 1, "not repeated");
}

#[tokio::test]
async fn a_vpc_whose_creation_fails_inside_aws_is_not_made_twice() {
    let cloud = world::connect("us-west-1").await;
    let broken = json!({ "error": { "status": 500, "code": "InternalError" } });
    fault("CreateVpc", "broken-vpc", 1, broken);
    let error = cloud.create_vpc(&world::vpc_request("broken-vpc")).await.unwrap_err();
    assert_eq!(
        (error.kind, error.code.as_deref()),
        (ErrorKind::Unknown, Some("InternalError"))
    );
    assert_eq!(calls("ec2:CreateVpc", "broken-vpc").len(), 1, "not repeated");
}

#[tokio::test]
async fn throttling_is_waited_out() {
    let cloud = world::connect("us-west-1").await;
    let throttled = json!({ "error": { "status": 503, "code": "RequestLimitExceeded" } });
    fault("CreateVpc", "slow-vpc", 1, throttled);
    cloud
        .create_vpc(&world::vpc_request("slow-vpc"))
        .await
        .expect("the second attempt");
    assert_eq!(calls("ec2:CreateVpc", "slow-vpc").len(), 2);

    fault(
        "GetRole",
        "slow-role",
        1,
        json!({ "error": { "code": "Throttling", "message": "Rate exceeded" } }),
    );
    assert_eq!(cloud.role("slow-role").await.unwrap(), None);
    assert_eq!(calls("iam:GetRole", "slow-role").len(), 2);
}

async fn impatient(max_retries: u32) -> AwsCloud {
    let settings = ConnectionSettings {
        max_retries: Some(max_retries),
        attempt_timeout: Duration::from_millis(500),
        ..world::settings("us-west-1")
    };
    // The first call of a local AWS may take longer than this patience.
    world::connect("us-west-1").await;
    AwsCloud::connect(settings).await.expect("a connection")
}

#[tokio::test]
async fn throttling_without_end_is_an_error_of_its_own() {
    let cloud = impatient(0).await;
    let too_many = json!({ "error": { "status": 429, "code": "TooManyRequestsException" } });
    fault("DescribeComputeEnvironments", "busy", 1, too_many);
    let error = cloud.compute_environment("busy").await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Throttled);
    assert!(error.request_id.is_some());
}

#[tokio::test]
async fn an_answer_that_never_comes_ends_by_the_attempts_timeout_and_is_retried() {
    let cloud = impatient(1).await;
    fault("GetRole", "hanging-once", 1, json!({ "hang": true }));
    assert_eq!(cloud.role("hanging-once").await.unwrap(), None);
}

#[tokio::test]
async fn an_answer_that_never_comes_at_all_is_an_error() {
    let cloud = impatient(0).await;
    fault("GetRole", "hanging-always", 1, json!({ "hang": true }));
    let error = cloud.role("hanging-always").await.unwrap_err();
    assert_eq!((error.kind, error.code), (ErrorKind::Unknown, None));
    assert!(error.message.starts_with("no answer in time"), "{}", error.message);
}

#[tokio::test]
async fn a_connection_that_breaks_is_made_anew() {
    let cloud = world::connect("us-west-1").await;
    fault("GetRole", "reset-once", 1, json!({ "reset": true }));
    assert_eq!(cloud.role("reset-once").await.unwrap(), None);
    assert_eq!(calls("iam:GetRole", "reset-once").len(), 2);
}
