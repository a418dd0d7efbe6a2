//! What AWS refuses, as the port's errors: kind, code, message and the request id that is in AWS's own log.

use std::collections::BTreeSet;

use serde_json::json;
use terraform_provider_isolated::cloud::{
    BatchApi, CloudError, ComputeEnvironmentUpdate, Direction, ErrorKind, IdentityApi, NetworkApi,
};
use terraform_provider_isolated::domain::firewall::{Peer, Rule};

use crate::world::{self, Network, calls, local_aws};

/// Checks an error, and that the local AWS gave that request id to that very call.
fn check(error: &CloudError, kind: ErrorKind, code: &str, text: &str) {
    assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)), "{error}");
    let id = error.request_id.as_deref().expect("a request id");
    let calls = calls(error.operation, text);
    let call = calls.iter().find(|call| call.request_id() == id);
    assert_eq!(call.and_then(|call| call.error_code()), Some(code), "{error}");
}

#[tokio::test]
async fn ec2() {
    let cloud = world::connect("ca-central-1").await;
    let network = Network::create(&cloud, "ca-central-1", "refusals").await;
    let vpc = network.vpc_id.as_str();

    let error = cloud.delete_vpc(vpc).await.unwrap_err();
    check(&error, ErrorKind::Conflict, "DependencyViolation", vpc);
    let error = cloud.set_dns_support("vpc-0123456789abcdef0", true).await.unwrap_err();
    check(
        &error,
        ErrorKind::NotFound,
        "InvalidVpcID.NotFound",
        "vpc-0123456789abcdef0",
    );

    let rules = BTreeSet::from([Rule {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        peer: Peer::CidrBlock("10.0.0.0/16".parse().unwrap()),
        description: None,
    }]);
    let group = network.group_id.as_str();
    cloud.authorize(group, Direction::Ingress, &rules).await.unwrap();
    let error = cloud.authorize(group, Direction::Ingress, &rules).await.unwrap_err();
    check(&error, ErrorKind::AlreadyExists, "InvalidPermission.Duplicate", group);
}

#[tokio::test]
async fn iam() {
    let cloud = world::connect("ca-central-1").await;
    cloud.create_role(&world::role_request("refusals")).await.unwrap();
    let error = cloud.create_role(&world::role_request("refusals")).await.unwrap_err();
    check(&error, ErrorKind::AlreadyExists, "EntityAlreadyExists", "refusals");
    let error = cloud
        .attach_policy("refusals", "arn:aws:iam::aws:policy/Nothing")
        .await
        .unwrap_err();
    check(&error, ErrorKind::NotFound, "NoSuchEntity", "refusals");
}

#[tokio::test]
async fn batch() {
    let cloud = world::connect("ca-central-1").await;
    let update = ComputeEnvironmentUpdate {
        enabled: Some(false),
        ..ComputeEnvironmentUpdate::default()
    };
    let error = cloud.update_compute_environment("nowhere", &update).await.unwrap_err();
    check(&error, ErrorKind::NotFound, "ClientException", "nowhere");
    assert!(error.message.contains("does not exist"), "{error}");

    for (message, kind) in [
        (
            "Cannot delete, found existing JobQueue relationship",
            ErrorKind::Conflict,
        ),
        ("Cannot delete, resource is being modified.", ErrorKind::Conflict),
        ("Something else.", ErrorKind::Invalid),
    ] {
        local_aws().add_fault(&json!({
            "service": "batch", "action": "DeleteComputeEnvironment", "match": "held",
            "effect": { "error": { "code": "ClientException", "message": message } }
        }));
        let error = cloud.delete_compute_environment("held").await.unwrap_err();
        check(&error, kind, "ClientException", "held");
        assert_eq!(error.message, message);
    }
}
