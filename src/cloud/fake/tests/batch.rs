use std::time::Duration;

use super::*;
use crate::cloud::{ComputeEnvironmentUpdate, IdentityApi, RoleRequest};
use crate::domain::identity;

const MINUTE: Duration = Duration::from_secs(60);

async fn disable(cloud: &FakeCloud) {
    let update = ComputeEnvironmentUpdate {
        enabled: Some(false),
        ..ComputeEnvironmentUpdate::default()
    };
    cloud
        .update_compute_environment("my-batch-cluster", &update)
        .await
        .unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_healthy_environment_becomes_valid() {
    let cloud = tokyo().with(|behaviour| behaviour.compute_environment_creating = MINUTE);
    let request = healthy_request(&cloud).await;
    let arn = cloud.create_compute_environment(&request).await.unwrap();
    assert_eq!(
        arn,
        "arn:aws:batch:ap-northeast-1:123456789012:compute-environment/my-batch-cluster"
    );
    assert_eq!(status(&cloud).await.0, "CREATING");
    tokio::time::advance(MINUTE).await;
    let made = environment(&cloud).await.unwrap();
    assert_eq!(
        (made.status.as_str(), made.status_reason.as_deref()),
        ("VALID", Some("ComputeEnvironment Healthy"))
    );
    assert_eq!(
        made.service_role_arn,
        Some(identity::service_linked_role_arn("aws", "123456789012"))
    );
    assert_eq!(made.ec2_configuration[0].image_type, "ECS_AL2023");
    assert_eq!(
        (made.desired_vcpus, made.allocation_strategy.as_deref()),
        (Some(0), Some("BEST_FIT_PROGRESSIVE"))
    );
    assert!(made.ecs_cluster_arn.is_some());
    assert_eq!(cloud.compute_environments().await.unwrap(), [made]);
}

#[tokio::test(start_paused = true)]
async fn a_bad_request_is_refused_at_once() {
    let cloud = tokyo();
    let request = healthy_request(&cloud).await;
    let bad = [
        ComputeEnvironmentRequest {
            name: "_a".into(),
            ..request.clone()
        },
        with_instances(&request, |instances| instances.resources.min_vcpus = 5),
        with_instances(&request, |instances| instances.resources.instance_types.clear()),
    ];
    for request in bad {
        refused(
            cloud.create_compute_environment(&request).await,
            ErrorKind::Invalid,
            "ClientException",
        );
    }
    cloud.create_compute_environment(&request).await.unwrap();
    let again = cloud.create_compute_environment(&request).await;
    let error = refused(again, ErrorKind::AlreadyExists, "ClientException");
    assert_eq!(error.message, "Object already exists");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_exist_makes_it_invalid_and_an_update_looks_again() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    let profile = |arn: &str| with_instances(&healthy, |instances| instances.instance_role_arn = arn.to_owned());
    cloud.create_instance_profile("empty", &Tags::new()).await.unwrap();
    let bad = [
        (
            profile("arn:aws:iam::123456789012:instance-profile/unknown"),
            "Invalid IamInstanceProfile",
        ),
        (
            profile("arn:aws:iam::123456789012:instance-profile/empty"),
            "Invalid IamInstanceProfile",
        ),
        (
            profile("arn:aws:iam::123456789012:role/existing"),
            "Invalid IamInstanceProfile",
        ),
        (
            ComputeEnvironmentRequest {
                subnet_ids: set(&["subnet-gone"]),
                ..healthy.clone()
            },
            "subnet-gone",
        ),
        (
            ComputeEnvironmentRequest {
                security_group_ids: set(&["sg-gone"]),
                ..healthy.clone()
            },
            "sg-gone",
        ),
        (
            ComputeEnvironmentRequest {
                service_role_arn: Some("arn:aws:iam::123456789012:role/unknown".into()),
                ..healthy.clone()
            },
            "sts:AssumeRole",
        ),
    ];
    for (request, reason) in bad {
        cloud.create_compute_environment(&request).await.unwrap();
        let (status, text) = status(&cloud).await;
        assert_eq!(status, "INVALID", "{reason}");
        assert!(text.starts_with("CLIENT_ERROR - ") && text.contains(reason), "{text}");
        cloud.edit(|world| world.compute_environments.clear());
    }
    cloud.create_compute_environment(&healthy).await.unwrap();
    cloud.invalidate_compute_environment("my-batch-cluster", "instances did not join");
    assert_eq!(
        status(&cloud).await,
        ("INVALID".into(), "instances did not join".into())
    );
    disable(&cloud).await;
    assert_eq!(status(&cloud).await.0, "VALID");
}

#[tokio::test(start_paused = true)]
async fn a_role_made_a_moment_ago_is_not_seen_until_it_has_propagated() {
    let cloud = tokyo().with(|behaviour| behaviour.iam_propagation = MINUTE);
    let role = RoleRequest {
        name: "service".into(),
        description: String::new(),
        assume_role_policy: identity::service_trust_policy(),
        tags: Tags::new(),
    };
    let arn = cloud.create_role(&role).await.unwrap().arn;
    tokio::time::advance(MINUTE / 2).await;
    cloud
        .attach_policy("service", &identity::service_managed_policy("aws"))
        .await
        .unwrap();
    tokio::time::advance(MINUTE / 2).await;
    let request = ComputeEnvironmentRequest {
        service_role_arn: Some(arn),
        ..healthy_request(&cloud).await
    };
    cloud.create_compute_environment(&request).await.unwrap();
    assert_eq!(status(&cloud).await.0, "INVALID");
    tokio::time::advance(MINUTE / 2).await;
    assert_eq!(status(&cloud).await.0, "INVALID", "it does not mend itself");
    disable(&cloud).await;
    assert_eq!(status(&cloud).await.0, "VALID");
}

#[tokio::test(start_paused = true)]
async fn a_service_role_needs_trust_and_policy() {
    let cloud = tokyo();
    let arn = cloud.add_service_role("service");
    let request = ComputeEnvironmentRequest {
        service_role_arn: Some(arn.clone()),
        ..healthy_request(&cloud).await
    };
    cloud.create_compute_environment(&request).await.unwrap();
    assert_eq!(status(&cloud).await.0, "VALID");
    cloud
        .detach_policy("service", &identity::service_managed_policy("aws"))
        .await
        .unwrap();
    disable(&cloud).await;
    assert!(status(&cloud).await.1.contains("no identity-based policy"));
    cloud
        .attach_policy("service", &identity::service_managed_policy("aws"))
        .await
        .unwrap();
    cloud
        .set_assume_role_policy("service", &identity::instance_trust_policy("aws"))
        .await
        .unwrap();
    disable(&cloud).await;
    assert!(status(&cloud).await.1.contains("sts:AssumeRole"));
}

#[tokio::test(start_paused = true)]
async fn deletion_needs_a_disabled_settled_environment_without_queues() {
    let cloud = tokyo().with(|behaviour| {
        behaviour.compute_environment_creating = MINUTE;
        behaviour.compute_environment_updating = MINUTE;
        behaviour.compute_environment_deleting = MINUTE;
        behaviour.relationship_lag = MINUTE;
    });
    let request = healthy_request(&cloud).await;
    let arn = cloud.create_compute_environment(&request).await.unwrap();
    let delete = async || cloud.delete_compute_environment("my-batch-cluster").await;
    let refusal = async || refused(delete().await, ErrorKind::Conflict, "ClientException").message;

    assert!(refusal().await.contains("is being modified"));
    tokio::time::advance(MINUTE).await;
    assert!(refusal().await.contains("must be DISABLED"));
    disable(&cloud).await;
    assert!(refusal().await.contains("is being modified"));
    tokio::time::advance(MINUTE).await;
    cloud.add_job_queue("somebody's", &arn);
    assert_eq!(cloud.job_queues().await.unwrap()[0].name, "somebody's");
    assert!(refusal().await.contains("found existing JobQueue relationship"));
    cloud.remove_job_queue("somebody's");
    assert!(cloud.job_queues().await.unwrap().is_empty());
    assert!(
        refusal().await.contains("found existing JobQueue relationship"),
        "Batch remembers it"
    );
    tokio::time::advance(MINUTE).await;
    delete().await.unwrap();
    assert_eq!(status(&cloud).await.0, "DELETING");
    assert!(refusal().await.contains("is being modified"));
    tokio::time::advance(MINUTE).await;
    assert_eq!(environment(&cloud).await, None);
    delete().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn without_its_service_role_it_cannot_be_deleted_until_the_role_is_back() {
    let cloud = tokyo();
    let request = ComputeEnvironmentRequest {
        service_role_arn: Some(cloud.add_service_role("service")),
        enabled: false,
        ..healthy_request(&cloud).await
    };
    cloud.create_compute_environment(&request).await.unwrap();
    let role = cloud.edit(|world| world.roles.remove("service").unwrap());
    cloud.delete_compute_environment("my-batch-cluster").await.unwrap();
    let (status, reason) = status(&cloud).await;
    assert_eq!(status, "INVALID");
    assert!(reason.contains("sts:AssumeRole"), "{reason}");
    cloud.edit(|world| world.roles.insert("service".into(), role));
    cloud.delete_compute_environment("my-batch-cluster").await.unwrap();
    assert_eq!(environment(&cloud).await, None);
}

#[tokio::test(start_paused = true)]
async fn a_missing_network_does_not_keep_it_from_being_deleted() {
    let cloud = tokyo();
    let request = ComputeEnvironmentRequest {
        enabled: false,
        ..healthy_request(&cloud).await
    };
    cloud.create_compute_environment(&request).await.unwrap();
    cloud.edit(|world| {
        world.subnets.clear();
        world.instance_profiles.clear();
    });
    cloud.delete_compute_environment("my-batch-cluster").await.unwrap();
    assert_eq!(environment(&cloud).await, None);
}

#[tokio::test(start_paused = true)]
async fn tags_are_changed_by_arn() {
    let cloud = tokyo();
    let request = healthy_request(&cloud).await;
    let arn = cloud.create_compute_environment(&request).await.unwrap();
    cloud.tag_batch(&arn, &tags("a", "1")).await.unwrap();
    assert_eq!(environment(&cloud).await.unwrap().tags, tags("a", "1"));
    assert_eq!(cloud.world().tags()[&arn], tags("a", "1"));
    cloud.untag_batch(&arn, &set(&["a"])).await.unwrap();
    assert!(environment(&cloud).await.unwrap().tags.is_empty());
    let error = refused(
        cloud.tag_batch("arn:x/unknown", &Tags::new()).await,
        ErrorKind::NotFound,
        "ClientException",
    );
    assert_eq!(error.message, "compute-environment/unknown does not exist");
}
