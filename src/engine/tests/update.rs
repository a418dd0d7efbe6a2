//! Changes of the desired environment: only what must change is touched.

use super::Lab;
use crate::cloud::InfrastructureUpdate;
use crate::domain::batch::AllocationStrategy;
use crate::domain::spec::Spec;

/// Makes the seed's environment, changes the desire, and expects exactly these writes.
async fn changes(before: impl FnOnce(&mut Spec), after: impl FnOnce(&mut Spec), writes: &[&str]) -> Lab {
    let lab = Lab::new();
    let first = lab.topology(before).await;
    lab.make(&first).await;
    let second = lab.topology(after).await;
    lab.aws.clear_calls();
    lab.make(&second).await;
    assert_eq!(lab.writes(), writes);
    lab
}

#[tokio::test(start_paused = true)]
async fn scaling_travels_alone() {
    let lab = Lab::new();
    let first = lab.topology(|_| {}).await;
    lab.make(&first).await;
    let second = lab.topology(|spec| spec.compute_environment.max_vcpus = 64).await;
    lab.aws.clear_calls();
    lab.make(&second).await;
    let writes = lab.aws.writes();
    assert_eq!(writes.len(), 1);
    let sent = &writes[0].arguments;
    assert!(sent.contains("max_vcpus: Some(64)"), "{sent}");
    assert!(
        sent.contains(&format!("{:?}", InfrastructureUpdate::default())),
        "{sent}"
    );
    assert!(sent.contains("enabled: None"), "{sent}");
}

#[tokio::test(start_paused = true)]
async fn instance_types_are_changed_in_place() {
    let more =
        |spec: &mut Spec| spec.compute_environment.instance_types = Some(vec!["m6i.large".into(), "t3.small".into()]);
    changes(|_| {}, more, &["batch:UpdateComputeEnvironment"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_order_of_instance_types_is_no_change() {
    let types = |order: [&'static str; 2]| {
        move |spec: &mut Spec| spec.compute_environment.instance_types = Some(order.map(str::to_owned).to_vec())
    };
    changes(types(["m6i.large", "t3.small"]), types(["t3.small", "m6i.large"]), &[]).await;
}

#[tokio::test(start_paused = true)]
async fn the_order_of_instance_types_is_a_change_where_the_strategy_is_about_it() {
    let types = |order: [&'static str; 2]| {
        move |spec: &mut Spec| {
            spec.compute_environment.allocation_strategy = Some(AllocationStrategy::BestFitProgressiveOrdered);
            spec.compute_environment.instance_types = Some(order.map(str::to_owned).to_vec());
        }
    };
    let (before, after) = (types(["m6i.large", "t3.small"]), types(["t3.small", "m6i.large"]));
    changes(before, after, &["batch:UpdateComputeEnvironment"]).await;
}

#[tokio::test(start_paused = true)]
async fn the_starting_value_of_vcpus_is_never_compared() {
    changes(|_| {}, |spec| spec.compute_environment.desired_vcpus = Some(4), &[]).await;
}

#[tokio::test(start_paused = true)]
async fn an_added_service_is_one_endpoint() {
    let add = |spec: &mut Spec| spec.endpoints.additional_services = vec!["secretsmanager".into()];
    let lab = changes(|_| {}, add, &["ec2:CreateVpcEndpoint"]).await;
    assert_eq!(lab.aws.world().endpoints.len(), 7);
    // And taken away again.
    let without = lab.topology(|_| {}).await;
    lab.make(&without).await;
    assert_eq!(lab.writes(), ["ec2:DeleteVpcEndpoints"]);
    lab.assert_single();
}

#[tokio::test(start_paused = true)]
async fn an_added_zone_is_added_to_everything_that_has_zones() {
    let two = |spec: &mut Spec| {
        spec.network.availability_zones = Some(vec!["ap-northeast-1a".into(), "ap-northeast-1c".into()]);
    };
    let three = |spec: &mut Spec| {
        spec.network.availability_zones = Some(vec![
            "ap-northeast-1a".into(),
            "ap-northeast-1c".into(),
            "ap-northeast-1d".into(),
        ]);
    };
    let expected = [
        "batch:UpdateComputeEnvironment",
        "ec2:AssociateRouteTable",
        "ec2:CreateRouteTable",
        "ec2:CreateSubnet",
        "ec2:ModifyVpcEndpoint",
        "ec2:ModifyVpcEndpoint",
        "ec2:ModifyVpcEndpoint",
        "ec2:ModifyVpcEndpoint",
        "ec2:ModifyVpcEndpoint",
        "ec2:ModifyVpcEndpoint",
    ];
    let lab = changes(two, three, &expected).await;
    lab.assert_single();
    // And taken away again, when nothing uses it any more.
    let back = lab.topology(two).await;
    lab.make(&back).await;
    assert_eq!(lab.aws.world().subnets.len(), 2);
    assert_eq!(lab.aws.world().route_tables.len(), 1 + 2);
}

#[tokio::test(start_paused = true)]
async fn tags_are_changed_in_as_few_calls_as_names_allow() {
    let tag = |spec: &mut Spec| {
        spec.tags.insert("project".into(), "ocean".into());
    };
    let lab = changes(
        |_| {},
        tag,
        &[
            "batch:TagResource",
            "ec2:CreateTags",
            "iam:TagInstanceProfile",
            "iam:TagRole",
        ],
    )
    .await;
    let world = lab.aws.world();
    assert!(world.subnets.values().all(|subnet| subnet.tags["project"] == "ocean"));
}

#[tokio::test(start_paused = true)]
async fn private_dns_can_be_turned_off() {
    let off = |spec: &mut Spec| spec.endpoints.private_dns_enabled = false;
    changes(|_| {}, off, &["ec2:ModifyVpcEndpoint"; 5]).await;
}

#[tokio::test(start_paused = true)]
async fn a_given_instance_profile_replaces_the_own_one() {
    let lab = Lab::new();
    let other = lab.topology(|spec| spec.name = "other".parse().unwrap()).await;
    let other = lab.topology(|spec| {
        spec.name = other.ownership.environment.clone();
        spec.compute_environment.name = Some("other".into());
    });
    let theirs = lab.make(&other.await).await.instance_profile.expect("a profile").arn;
    let first = lab.topology(|_| {}).await;
    lab.make(&first).await;
    let second = lab
        .topology(|spec| spec.compute_environment.instance_role_arn = Some(theirs.clone()))
        .await;
    lab.aws.clear_calls();
    lab.make(&second).await;
    assert_eq!(
        lab.writes(),
        [
            "batch:UpdateComputeEnvironment",
            "iam:DeleteInstanceProfile",
            "iam:DeleteRole",
            "iam:DetachRolePolicy",
            "iam:RemoveRoleFromInstanceProfile",
        ]
    );
}
