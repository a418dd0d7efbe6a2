//! Compute environments.

use terraform_provider_isolated::cloud::{
    BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, InfrastructureUpdate, ScalingUpdate,
};
use terraform_provider_isolated::domain::Tags;
use terraform_provider_isolated::domain::batch::{AllocationStrategy, ComputeType, Ec2Configuration};

use crate::world::{self, Network, calls, one, tag};

/// A request for an environment of that name in its own network.
async fn request(
    cloud: &terraform_provider_isolated::cloud::aws::AwsCloud,
    region: &str,
    name: &str,
) -> ComputeEnvironmentRequest {
    let network = Network::create(cloud, region, name).await;
    ComputeEnvironmentRequest {
        name: name.to_owned(),
        enabled: true,
        service_role_arn: None,
        compute_type: ComputeType::Ec2,
        allocation_strategy: AllocationStrategy::BestFitProgressive,
        instance_types: vec!["t3.small".to_owned()],
        min_vcpus: 0,
        desired_vcpus: Some(0),
        max_vcpus: 4,
        image_id: None,
        ec2_configuration: vec![Ec2Configuration {
            image_type: "ECS_AL2023".to_owned(),
            image_id_override: Some("ami-12c6146b".to_owned()),
        }],
        ec2_key_pair: None,
        instance_role_arn: world::instance_profile(cloud, name).await,
        subnet_ids: one(&network.subnet_id),
        security_group_ids: one(&network.group_id),
        instance_tags: tag("Name", "worker"),
        tags: tag("Team", "blue"),
    }
}

#[tokio::test]
async fn a_compute_environment() {
    const NAME: &str = "adapter-ce";
    let cloud = world::connect("ap-northeast-1").await;
    assert_eq!(cloud.compute_environment(NAME).await.unwrap(), None);
    let request = request(&cloud, "ap-northeast-1", NAME).await;
    let arn = cloud.create_compute_environment(&request).await.unwrap();

    let seen = cloud.compute_environment(NAME).await.unwrap().unwrap();
    assert_eq!(seen.arn, arn);
    assert_eq!((seen.status.as_str(), seen.enabled), ("VALID", true));
    assert_eq!((seen.min_vcpus, seen.desired_vcpus, seen.max_vcpus), (0, Some(0), 4));
    assert_eq!(seen.compute_type, "EC2");
    assert_eq!(seen.allocation_strategy.as_deref(), Some("BEST_FIT_PROGRESSIVE"));
    assert_eq!(seen.instance_types, ["t3.small"]);
    assert_eq!(seen.ec2_configuration, request.ec2_configuration);
    assert_eq!(seen.instance_role_arn.as_ref(), Some(&request.instance_role_arn));
    assert_eq!(
        (&seen.subnet_ids, &seen.security_group_ids),
        (&request.subnet_ids, &request.security_group_ids)
    );
    assert_eq!(
        (&seen.instance_tags, &seen.tags),
        (&request.instance_tags, &request.tags)
    );
    assert!(seen.service_role_arn.unwrap().contains("AWSServiceRoleForBatch"));
    assert!(seen.ecs_cluster_arn.is_some());

    cloud.tag_batch(&arn, &tag("Stage", "test")).await.unwrap();
    cloud.untag_batch(&arn, &one("Team")).await.unwrap();
    let all = cloud.compute_environments().await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].tags, tag("Stage", "test"));
    assert!(cloud.job_queues_of(&arn).await.unwrap().is_empty());

    let disable = ComputeEnvironmentUpdate {
        enabled: Some(false),
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &disable).await.unwrap();
    assert!(!cloud.compute_environment(NAME).await.unwrap().unwrap().enabled);
    cloud.delete_compute_environment(NAME).await.unwrap();
    assert_eq!(cloud.compute_environment(NAME).await.unwrap(), None);
    cloud
        .delete_compute_environment(NAME)
        .await
        .expect("already gone is fine");
}

#[tokio::test]
async fn updates_carry_what_changes_and_nothing_else() {
    const NAME: &str = "adapter-update";
    let cloud = world::connect("ap-northeast-2").await;
    let request = request(&cloud, "ap-northeast-2", NAME).await;
    cloud.create_compute_environment(&request).await.unwrap();
    let seen = || async { cloud.compute_environment(NAME).await.unwrap().unwrap() };

    let scaling = ComputeEnvironmentUpdate {
        scaling: ScalingUpdate {
            min_vcpus: None,
            max_vcpus: Some(8),
        },
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &scaling).await.unwrap();
    assert_eq!(seen().await.max_vcpus, 8);
    let sent = calls("batch:UpdateComputeEnvironment", NAME).pop().unwrap();
    assert_eq!(sent.params()["computeResources"], serde_json::json!({ "maxvCpus": 8 }));

    let infrastructure = ComputeEnvironmentUpdate {
        infrastructure: InfrastructureUpdate {
            instance_types: Some(vec!["c5".to_owned(), "m5".to_owned()]),
            instance_tags: Some(Tags::new()),
            ec2_configuration: Some(Vec::new()),
            ec2_key_pair: Some(String::new()),
            allocation_strategy: Some(AllocationStrategy::BestFitProgressiveOrdered),
            ..InfrastructureUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &infrastructure).await.unwrap();
    let sent = calls("batch:UpdateComputeEnvironment", NAME).pop().unwrap();
    assert_eq!(
        sent.params()["computeResources"],
        serde_json::json!({
            "instanceTypes": ["c5", "m5"], "tags": {}, "ec2Configuration": [], "ec2KeyPair": "",
            "allocationStrategy": "BEST_FIT_PROGRESSIVE_ORDERED"
        }),
        "empty values are sent: they clear a field"
    );
    let after = seen().await;
    assert_eq!(after.instance_types, ["c5", "m5"]);
    assert_eq!(after.ec2_key_pair, None);

    let before = calls("batch:UpdateComputeEnvironment", NAME).len();
    cloud
        .update_compute_environment(NAME, &ComputeEnvironmentUpdate::default())
        .await
        .unwrap();
    assert_eq!(
        calls("batch:UpdateComputeEnvironment", NAME).len(),
        before,
        "nothing to send"
    );
}
