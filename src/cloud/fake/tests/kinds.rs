//! What Batch refuses by type.

use super::*;
use crate::cloud::{ComputeEnvironmentUpdate, InfrastructureUpdate, ScalingUpdate};
use crate::domain::batch::UpdatePolicy;

async fn create(cloud: &FakeCloud, request: &ComputeEnvironmentRequest) -> Result<String> {
    cloud.create_compute_environment(request).await
}

fn of_type(request: &ComputeEnvironmentRequest, compute_type: ComputeType) -> ComputeEnvironmentRequest {
    ComputeEnvironmentRequest {
        compute_type,
        ..request.clone()
    }
}

fn fargate(request: &ComputeEnvironmentRequest) -> ComputeEnvironmentRequest {
    ComputeEnvironmentRequest {
        instances: None,
        ..of_type(request, ComputeType::Fargate)
    }
}

#[tokio::test(start_paused = true)]
async fn each_type_has_its_own_fields_and_strategies() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    let strategy = |compute_type, strategy| {
        with_instances(&of_type(&healthy, compute_type), |instances| {
            instances.resources.allocation_strategy = strategy
        })
    };
    let wrong = [
        (
            of_type(&healthy, ComputeType::Fargate),
            "can not be specified for a FARGATE",
        ),
        (
            ComputeEnvironmentRequest {
                instances: None,
                ..healthy.clone()
            },
            "Instance role is required",
        ),
        (
            ComputeEnvironmentRequest {
                security_group_ids: BTreeSet::new(),
                ..fargate(&healthy)
            },
            "Security groups are required",
        ),
        (
            ComputeEnvironmentRequest {
                security_group_ids: (0..6).map(|number| format!("sg-{number}")).collect(),
                ..fargate(&healthy)
            },
            "5 security groups",
        ),
        (
            strategy(ComputeType::Ec2, AllocationStrategy::SpotCapacityOptimized),
            "Invalid compute resource allocation strategy SPOT_CAPACITY_OPTIMIZED for type EC2",
        ),
        (
            strategy(ComputeType::Spot, AllocationStrategy::BestFitProgressiveOrdered),
            "for type SPOT",
        ),
        (
            strategy(ComputeType::Spot, AllocationStrategy::BestFit),
            "spotIamFleetRole",
        ),
        (
            with_instances(&healthy, |instances| {
                instances.resources.min_scale_down_delay_minutes = Some(5)
            }),
            "minScaleDownDelayMinutes",
        ),
        (
            with_instances(&healthy, |instances| instances.resources.bid_percentage = Some(0)),
            "bidPercentage",
        ),
        (
            with_instances(&healthy, |instances| {
                instances.resources.launch_template = Some(Default::default())
            }),
            "launchTemplateId",
        ),
    ];
    for (request, words) in wrong {
        let error = refused(create(&cloud, &request).await, ErrorKind::Invalid, "ClientException");
        assert!(error.message.contains(words), "{words}: {error}");
    }
    create(&cloud, &fargate(&healthy)).await.unwrap();
    assert_eq!(status(&cloud).await.0, "VALID");
}

#[tokio::test(start_paused = true)]
async fn a_fleet_role_that_does_not_exist_makes_it_invalid() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    let request = with_instances(&of_type(&healthy, ComputeType::Spot), |instances| {
        instances.resources.allocation_strategy = AllocationStrategy::BestFit;
        instances.spot_iam_fleet_role_arn = Some("arn:aws:iam::123456789012:role/nobody".to_owned());
    });
    create(&cloud, &request).await.unwrap();
    let (status, reason) = status(&cloud).await;
    assert_eq!(status, "INVALID");
    assert!(reason.contains("IamFleetRole is invalid"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn fargate_changes_size_and_network_and_nothing_else() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    create(&cloud, &fargate(&healthy)).await.unwrap();
    let update = |update: ComputeEnvironmentUpdate| {
        let cloud = cloud.clone();
        async move { cloud.update_compute_environment("my-batch-cluster", &update).await }
    };
    let scaling = |scaling| ComputeEnvironmentUpdate {
        scaling,
        ..ComputeEnvironmentUpdate::default()
    };
    let infrastructure = |infrastructure| ComputeEnvironmentUpdate {
        infrastructure,
        ..ComputeEnvironmentUpdate::default()
    };
    let most = ScalingUpdate {
        max_vcpus: Some(9),
        ..ScalingUpdate::default()
    };
    let wrong = [
        scaling(ScalingUpdate {
            min_vcpus: Some(1),
            ..ScalingUpdate::default()
        }),
        ComputeEnvironmentUpdate {
            update_policy: Some(UpdatePolicy::default()),
            ..scaling(most.clone())
        },
        infrastructure(InfrastructureUpdate {
            instance_types: Some(vec!["m6i".to_owned()]),
            ..InfrastructureUpdate::default()
        }),
        infrastructure(InfrastructureUpdate {
            compute_type: Some(ComputeType::FargateSpot),
            ..InfrastructureUpdate::default()
        }),
    ];
    for wrong in wrong {
        let error = refused(update(wrong).await, ErrorKind::Invalid, "ClientException");
        assert!(error.message.contains("can't be updated for Fargate"), "{error}");
    }
    update(scaling(most)).await.unwrap();
    let network = InfrastructureUpdate {
        subnet_ids: Some(healthy.subnet_ids.clone()),
        ..InfrastructureUpdate::default()
    };
    update(infrastructure(network)).await.unwrap();
    assert_eq!(environment(&cloud).await.unwrap().max_vcpus, 9);
}

#[tokio::test(start_paused = true)]
async fn instances_do_not_become_fargate_and_a_policy_is_no_change() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    create(&cloud, &healthy).await.unwrap();
    let fargate = ComputeEnvironmentUpdate {
        infrastructure: InfrastructureUpdate {
            compute_type: Some(ComputeType::Fargate),
            ..InfrastructureUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    };
    let alone = ComputeEnvironmentUpdate {
        update_policy: Some(UpdatePolicy::default()),
        ..ComputeEnvironmentUpdate::default()
    };
    for (update, words) in [(fargate, "between EC2 and SPOT"), (alone, "One of [state")] {
        let answer = cloud.update_compute_environment("my-batch-cluster", &update).await;
        let error = refused(answer, ErrorKind::Invalid, "ClientException");
        assert!(error.message.contains(words), "{error}");
    }
}
