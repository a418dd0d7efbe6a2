use super::*;
use crate::cloud::{ComputeEnvironmentUpdate, InfrastructureUpdate, ScalingUpdate};
use crate::domain::batch::Ec2Configuration;

async fn update(cloud: &FakeCloud, update: ComputeEnvironmentUpdate) -> Result<()> {
    cloud.update_compute_environment("my-batch-cluster", &update).await
}

fn infrastructure(infrastructure: InfrastructureUpdate) -> ComputeEnvironmentUpdate {
    ComputeEnvironmentUpdate {
        infrastructure,
        ..ComputeEnvironmentUpdate::default()
    }
}

fn types(names: &[&str]) -> InfrastructureUpdate {
    InfrastructureUpdate {
        instance_types: Some(names.iter().map(|name| (*name).to_owned()).collect()),
        ..InfrastructureUpdate::default()
    }
}

fn scaling(min: i32, max: i32) -> ComputeEnvironmentUpdate {
    ComputeEnvironmentUpdate {
        scaling: ScalingUpdate {
            min_vcpus: Some(min),
            max_vcpus: Some(max),
            ..ScalingUpdate::default()
        },
        ..ComputeEnvironmentUpdate::default()
    }
}

#[tokio::test(start_paused = true)]
async fn every_field_is_stored_and_empty_ones_are_cleared() {
    let cloud = tokyo();
    let request = healthy_request(&cloud).await;
    cloud.create_compute_environment(&request).await.unwrap();
    let wanted = InfrastructureUpdate {
        allocation_strategy: Some(AllocationStrategy::BestFitProgressiveOrdered),
        image_id: Some("ami-1".into()),
        ec2_configuration: Some(vec![Ec2Configuration {
            image_type: "ECS_AL2".into(),
            image_id_override: None,
        }]),
        ec2_key_pair: Some("key".into()),
        instance_role_arn: Some(cloud.add_instance_profile("other")),
        subnet_ids: Some(request.subnet_ids.clone()),
        security_group_ids: Some(BTreeSet::new()),
        instance_tags: Some(tags("a", "1")),
        ..types(&["m6i", "c6i"])
    };
    update(&cloud, infrastructure(wanted)).await.unwrap();
    let changed = environment(&cloud).await.unwrap();
    assert_eq!(changed.status, "VALID");
    assert_eq!(changed.instance_types, ["m6i", "c6i"]);
    assert_eq!(
        changed.allocation_strategy.as_deref(),
        Some("BEST_FIT_PROGRESSIVE_ORDERED")
    );
    assert_eq!(
        (changed.image_id.as_deref(), changed.ec2_key_pair.as_deref()),
        (Some("ami-1"), Some("key"))
    );
    assert_eq!(changed.ec2_configuration[0].image_type, "ECS_AL2");
    assert!(changed.instance_role_arn.unwrap().ends_with("/other"));
    assert!(changed.security_group_ids.is_empty());
    assert_eq!(changed.instance_tags, tags("a", "1"));

    let clear = InfrastructureUpdate {
        image_id: Some(String::new()),
        ec2_key_pair: Some(String::new()),
        ec2_configuration: Some(Vec::new()),
        ..InfrastructureUpdate::default()
    };
    update(&cloud, infrastructure(clear)).await.unwrap();
    let cleared = environment(&cloud).await.unwrap();
    assert_eq!((cleared.image_id, cleared.ec2_key_pair), (None, None));
    assert_eq!(cleared.ec2_configuration[0].image_type, "ECS_AL2023");
}

#[tokio::test(start_paused = true)]
async fn an_update_is_refused_while_another_is_going_on_and_when_it_says_nothing() {
    let cloud = tokyo().with(|behaviour| behaviour.compute_environment_updating = std::time::Duration::from_secs(60));
    let error = refused(
        update(&cloud, scaling(0, 8)).await,
        ErrorKind::NotFound,
        "ClientException",
    );
    assert_eq!(error.message, "compute-environment/my-batch-cluster does not exist");
    let request = healthy_request(&cloud).await;
    cloud.create_compute_environment(&request).await.unwrap();
    refused(
        update(&cloud, ComputeEnvironmentUpdate::default()).await,
        ErrorKind::Invalid,
        "ClientException",
    );
    refused(
        update(&cloud, scaling(9, 8)).await,
        ErrorKind::Invalid,
        "ClientException",
    );
    update(&cloud, scaling(2, 8)).await.unwrap();
    let error = refused(
        update(&cloud, scaling(0, 8)).await,
        ErrorKind::Conflict,
        "ClientException",
    );
    assert!(error.message.contains("is being modified"), "{error}");
    let changing = environment(&cloud).await.unwrap();
    assert_eq!(
        (changing.status.as_str(), changing.desired_vcpus),
        ("UPDATING", Some(2))
    );
}

#[tokio::test(start_paused = true)]
async fn best_fit_and_custom_roles_scale_but_do_not_change_infrastructure() {
    let cloud = tokyo();
    let healthy = healthy_request(&cloud).await;
    let best_fit = with_instances(&healthy, |instances| {
        instances.resources.allocation_strategy = AllocationStrategy::BestFit;
    });
    let custom_role = ComputeEnvironmentRequest {
        service_role_arn: Some(cloud.add_service_role("service")),
        ..healthy
    };
    for (request, words) in [(best_fit, "BEST_FIT"), (custom_role, "Batch Service Linked Role")] {
        cloud.create_compute_environment(&request).await.unwrap();
        let answer = update(&cloud, infrastructure(types(&["m6i"]))).await;
        let error = refused(answer, ErrorKind::Invalid, "ClientException");
        assert!(
            error.message.contains("[instanceTypes]") && error.message.contains(words),
            "{error}"
        );
        update(&cloud, scaling(0, 16)).await.unwrap();
        assert_eq!(environment(&cloud).await.unwrap().max_vcpus, 16);
        cloud.edit(|world| world.compute_environments.clear());
    }
}

#[tokio::test(start_paused = true)]
async fn best_fit_cannot_be_taken_and_the_service_linked_role_cannot_be_left() {
    let cloud = tokyo();
    let request = healthy_request(&cloud).await;
    cloud.create_compute_environment(&request).await.unwrap();
    let best_fit = InfrastructureUpdate {
        allocation_strategy: Some(AllocationStrategy::BestFit),
        ..InfrastructureUpdate::default()
    };
    refused(
        update(&cloud, infrastructure(best_fit)).await,
        ErrorKind::Invalid,
        "ClientException",
    );
    let role = |arn: String| ComputeEnvironmentUpdate {
        service_role_arn: Some(arn),
        ..ComputeEnvironmentUpdate::default()
    };
    let service = cloud.add_service_role("service");
    refused(
        update(&cloud, role(service.clone())).await,
        ErrorKind::Invalid,
        "ClientException",
    );
    cloud.edit(|world| {
        let record = world.compute_environments.get_mut("my-batch-cluster").unwrap();
        record.environment.service_role_arn = Some(service);
    });
    update(&cloud, role(cloud.add_service_role("another"))).await.unwrap();
    assert_eq!(status(&cloud).await.0, "VALID");
}
