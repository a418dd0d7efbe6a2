//! Compute environments.

use terraform_provider_isolated::cloud::{
    AccountApi, BatchApi, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, InfrastructureUpdate, InstancesRequest,
    ScalingUpdate,
};
use terraform_provider_isolated::domain::Tags;
use terraform_provider_isolated::domain::batch::{
    AllocationStrategy, ComputeType, ContainerInsights, Ec2Configuration, InstanceResources, LaunchTemplate,
    LaunchTemplateOverride, TemplateVersion, UpdatePolicy,
};

use crate::world::{self, Network, calls, one, tag};

/// A request for an environment of that name in its own network.
pub(crate) async fn request(
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
        max_vcpus: 4,
        subnet_ids: one(&network.subnet_id),
        security_group_ids: one(&network.group_id),
        container_insights: None,
        instances: Some(InstancesRequest {
            resources: InstanceResources {
                allocation_strategy: AllocationStrategy::BestFitProgressive,
                instance_types: vec!["t3.small".to_owned()],
                min_vcpus: 0,
                desired_vcpus: Some(0),
                bid_percentage: None,
                image_id: None,
                ec2_configuration: vec![Ec2Configuration {
                    image_type: "ECS_AL2023".to_owned(),
                    image_id_override: Some("ami-12c6146b".to_owned()),
                }],
                ec2_key_pair: None,
                placement_group: None,
                launch_template: None,
                instance_tags: tag("Name", "worker"),
                min_scale_down_delay_minutes: None,
            },
            instance_role_arn: world::instance_profile(cloud, name).await,
            spot_iam_fleet_role_arn: None,
        }),
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
    let instances = request.instances.clone().unwrap();
    assert_eq!(seen.ec2_configuration, instances.resources.ec2_configuration);
    assert_eq!(seen.instance_role_arn.as_ref(), Some(&instances.instance_role_arn));
    assert_eq!(
        (&seen.subnet_ids, &seen.security_group_ids),
        (&request.subnet_ids, &request.security_group_ids)
    );
    assert_eq!(
        (&seen.instance_tags, &seen.tags),
        (&instances.resources.instance_tags, &request.tags)
    );
    assert!(seen.service_role_arn.unwrap().contains("AWSServiceRoleForBatch"));
    assert!(seen.ecs_cluster_arn.is_some());

    cloud.tag_batch(&arn, &tag("Stage", "test")).await.unwrap();
    cloud.untag_batch(&arn, &one("Team")).await.unwrap();
    let all = cloud.compute_environments().await.unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].tags, tag("Stage", "test"));
    assert!(cloud.job_queues().await.unwrap().is_empty());

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
            ..ScalingUpdate::default()
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

/// A launch template that names another one for a family.
fn template(version: &str) -> LaunchTemplate {
    let named = |name: &str| TemplateVersion {
        id: None,
        name: Some(name.to_owned()),
        version: Some(version.to_owned()),
    };
    LaunchTemplate {
        template: named("all"),
        overrides: vec![LaunchTemplateOverride {
            template: named("some"),
            target_instance_types: vec!["c5".to_owned()],
        }],
    }
}

#[tokio::test]
async fn every_field_of_instances_comes_back_and_is_cleared() {
    const NAME: &str = "adapter-fields";
    let cloud = world::connect("eu-west-1").await;
    let mut request = request(&cloud, "eu-west-1", NAME).await;
    request.compute_type = ComputeType::Spot;
    request.container_insights = Some(ContainerInsights::Enhanced);
    let instances = request.instances.as_mut().unwrap();
    instances.resources.allocation_strategy = AllocationStrategy::SpotPriceCapacityOptimized;
    instances.resources.instance_types = vec!["c5".to_owned(), "t3.small".to_owned()];
    instances.resources.bid_percentage = Some(60);
    instances.resources.placement_group = Some("together".to_owned());
    instances.resources.launch_template = Some(template("3"));
    instances.resources.min_scale_down_delay_minutes = Some(60);
    cloud.create_compute_environment(&request).await.unwrap();
    let seen = || async { cloud.compute_environment(NAME).await.unwrap().unwrap() };

    let made = seen().await;
    assert_eq!(made.compute_type, "SPOT");
    assert_eq!(made.container_insights.as_deref(), Some("ENHANCED"));
    assert_eq!(made.bid_percentage, Some(60));
    assert_eq!(made.placement_group.as_deref(), Some("together"));
    assert_eq!(made.launch_template, Some(template("3")));
    assert_eq!(made.min_scale_down_delay_minutes, Some(60));
    assert_eq!(made.update_policy, None);

    let policy = UpdatePolicy {
        job_execution_timeout_minutes: 7200,
        terminate_jobs_on_update: true,
    };
    let changed = ComputeEnvironmentUpdate {
        update_policy: Some(policy),
        infrastructure: InfrastructureUpdate {
            compute_type: Some(ComputeType::Ec2),
            allocation_strategy: Some(AllocationStrategy::BestFitProgressive),
            placement_group: Some(String::new()),
            launch_template: Some(LaunchTemplate::default()),
            update_to_latest_image_version: true,
            ..InfrastructureUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &changed).await.unwrap();
    let sent = calls("batch:UpdateComputeEnvironment", NAME).pop().unwrap();
    assert_eq!(
        sent.params()["computeResources"],
        serde_json::json!({
            "type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", "placementGroup": "",
            "launchTemplate": { "launchTemplateId": "" }, "updateToLatestImageVersion": true
        })
    );
    assert_eq!(
        sent.params()["updatePolicy"],
        serde_json::json!({ "jobExecutionTimeoutMinutes": 7200, "terminateJobsOnUpdate": true })
    );
    let scaled = ComputeEnvironmentUpdate {
        scaling: ScalingUpdate {
            min_scale_down_delay_minutes: Some(0),
            ..ScalingUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &scaled).await.unwrap();
    let insights = ComputeEnvironmentUpdate {
        container_insights: Some(ContainerInsights::Disabled),
        ..ComputeEnvironmentUpdate::default()
    };
    cloud.update_compute_environment(NAME, &insights).await.unwrap();
    let after = seen().await;
    assert_eq!(after.compute_type, "EC2");
    assert_eq!(after.placement_group, None);
    assert_eq!(after.launch_template, None);
    assert_eq!(after.min_scale_down_delay_minutes, None);
    assert_eq!(after.container_insights.as_deref(), Some("DISABLED"));
    assert_eq!(after.update_policy, Some(policy));
}

#[tokio::test]
async fn fargate_is_sent_what_it_has_and_nothing_else() {
    const NAME: &str = "adapter-fargate";
    let cloud = world::connect("eu-west-2").await;
    let mut request = request(&cloud, "eu-west-2", NAME).await;
    request.compute_type = ComputeType::FargateSpot;
    request.instances = None;
    cloud.create_compute_environment(&request).await.unwrap();
    let sent = calls("batch:CreateComputeEnvironment", NAME).pop().unwrap();
    let fields: Vec<String> = sent.params()["computeResources"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(fields, ["maxvCpus", "securityGroupIds", "subnets", "type"]);
    let seen = cloud.compute_environment(NAME).await.unwrap().unwrap();
    assert_eq!(seen.compute_type, "FARGATE_SPOT");
    assert_eq!((seen.allocation_strategy, seen.instance_role_arn), (None, None));
}

#[tokio::test]
async fn launch_templates_that_do_not_exist_are_none() {
    let cloud = world::connect("eu-west-3").await;
    let keys = ["lt-0123456789abcdef0", "lt-0123456789abcdef1", "nobody's"].map(str::to_owned);
    let facts = cloud.launch_templates(&keys.clone().into()).await.unwrap();
    assert_eq!(facts.len(), 3);
    assert!(keys.iter().all(|key| facts[key].is_none()));
}
