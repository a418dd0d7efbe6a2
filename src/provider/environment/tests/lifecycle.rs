//! From create to destroy: import, drift, partial failure.

use tf_provider::value::Value;

use super::*;
use crate::cloud::ErrorKind;
use crate::cloud::faulty::{Faulty, Rule};
use crate::provider::read::{object, text, texts};

#[tokio::test(start_paused = true)]
async fn from_create_to_destroy() {
    let mut terraform = Terraform::new();
    for json in [SEED, SHORT] {
        terraform.apply(&config(json)).await.unwrap();
        terraform.assert_settled(&config(json)).await;
        let compute = object(&terraform.state().compute_environment);
        assert_eq!(compute.status, Value::Value("VALID".into()));
        terraform.destroy().await.unwrap();
        assert!(terraform.cloud.world().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_imported_environment_needs_no_change() {
    for json in [SEED, SHORT] {
        let mut terraform = Terraform::new();
        terraform.apply(&config(json)).await.unwrap();
        let made = terraform.state.take();
        terraform.import("simulation@ap-northeast-1").await.unwrap();
        terraform.assert_settled(&config(json)).await;
        let (made, imported) = (made.unwrap(), terraform.state().clone());
        assert_eq!(imported.network, made.network);
        assert_eq!(imported.endpoints, made.endpoints);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_imported_is_told() {
    let mut terraform = Terraform::new();
    assert_eq!(
        terraform.import("simulation").await.unwrap_err(),
        [": There is no environment simulation"]
    );
    assert_eq!(terraform.import("a b").await.unwrap_err().len(), 1);
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.cloud.edit(|world| world.compute_environments.clear());
    assert_eq!(
        terraform.import("simulation").await.unwrap_err(),
        [": Environment simulation is not finished"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_finished_environment_of_the_same_name_is_not_taken() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.state = None;
    terraform.private = Value::Null;
    let fargate = r#"{"name": "simulation", "compute_environment": {"type": "FARGATE", "max_vcpus": 4}}"#;
    let given = r#"{"name": "simulation", "compute_environment": {"max_vcpus": 4,
        "instance_role_arn": "arn:aws:iam::123456789012:instance-profile/given"}}"#;
    for json in [SEED, SHORT, fargate, given] {
        let errors = terraform.apply(&config(json)).await.unwrap_err();
        assert_eq!(errors, ["name: There is an environment simulation already"]);
        assert!(terraform.state.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn an_environment_that_is_gone_leaves_the_state() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let made = terraform.state.clone();
    terraform.destroy().await.unwrap();
    terraform.state = made;
    terraform.refresh().await.unwrap();
    assert!(terraform.state.is_none());
}

#[tokio::test(start_paused = true)]
async fn drift_shows_where_it_belongs_and_is_repaired() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let services = object(&terraform.state().endpoints).services.unwrap();
    let lost = text(&object(&services["ecr.api"]).id).unwrap();
    terraform.cloud.remove_endpoint(&lost);
    terraform.refresh().await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(600)).await;
    terraform.refresh().await.unwrap();
    let seen = object(&terraform.state().endpoints).services.unwrap();
    assert!(!seen.contains_key("ecr.api") && seen.contains_key("ecr.dkr"));
    assert!(!texts(&terraform.state().drift).unwrap().is_empty());
    let planned = terraform.plan(&config(SEED)).await.unwrap();
    assert!(planned.replace.is_empty());
    assert!(
        unknown(&planned.state)
            .iter()
            .all(|path| path.starts_with("endpoints.services"))
    );
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
}

#[tokio::test(start_paused = true)]
async fn a_route_to_the_internet_is_drift() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let network = object(&terraform.state().network);
    let gateway = terraform.cloud.add_internet_gateway(&text(&network.vpc_id).unwrap());
    let subnets = network.subnets.unwrap();
    let table = text(&object(&subnets["ap-northeast-1a"]).route_table_id).unwrap();
    terraform.cloud.add_route(&table, "0.0.0.0/0", &gateway);
    terraform.refresh().await.unwrap();
    let drift = texts(&terraform.state().drift).unwrap();
    assert_eq!(drift, ["removing a route from the route table in ap-northeast-1a"]);
    let planned = terraform.plan(&config(SEED)).await.unwrap();
    assert_eq!(unknown(&planned.state), Vec::<String>::new());
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
}

#[tokio::test(start_paused = true)]
async fn batch_may_scale_without_a_difference() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.cloud.edit(|world| {
        for record in world.compute_environments.values_mut() {
            record.environment.desired_vcpus = Some(3);
        }
    });
    terraform.assert_settled(&config(SEED)).await;
}

#[tokio::test(start_paused = true)]
async fn credentials_of_another_account_are_refused() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.state.as_mut().unwrap().account_id = Value::Value("999999999999".into());
    let error = [": The environment is in another account"];
    assert_eq!(terraform.refresh().await.unwrap_err(), error);
    assert_eq!(terraform.plan(&config(SEED)).await.err().unwrap(), error);
    assert_eq!(terraform.destroy().await.unwrap_err(), error);
}

#[tokio::test(start_paused = true)]
async fn a_failed_create_keeps_what_was_made_and_goes_on() {
    let cloud = FakeCloud::new(REGION);
    let faulty = Faulty::new(cloud.clone());
    faulty.add(Rule::refuse(
        "batch:CreateComputeEnvironment",
        ErrorKind::Denied,
        "AccessDeniedException",
        "You may not.",
    ));
    let mut terraform = Terraform::over(cloud, Arc::new(faulty.clone()), settings());
    let errors = terraform.apply(&config(SEED)).await.unwrap_err();
    assert_eq!(errors.len(), 1);
    assert!(errors[0].starts_with("compute_environment: "), "{errors:?}");
    let made = terraform.state().clone();
    assert!(object(&made.network).vpc_id.is_value() && object(&made.security_group).id.is_value());
    let compute = object(&made.compute_environment);
    assert!(compute.arn.is_null() && compute.instance_role_arn.is_value());
    assert!(
        texts(&made.drift)
            .unwrap()
            .iter()
            .any(|line| line == "creating the compute environment")
    );
    faulty.heal();
    terraform.refresh().await.unwrap();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
    assert_eq!(object(&terraform.state().network).vpc_id, object(&made.network).vpc_id);
}

#[tokio::test(start_paused = true)]
async fn a_lost_create_is_found_again() {
    let cloud = FakeCloud::new(REGION);
    let faulty = Faulty::new(cloud.clone());
    faulty.add(Rule::refuse(
        "batch:CreateComputeEnvironment",
        ErrorKind::Denied,
        "AccessDeniedException",
        "You may not.",
    ));
    let mut terraform = Terraform::over(cloud.clone(), Arc::new(faulty.clone()), settings());
    terraform.apply(&config(SEED)).await.unwrap_err();
    (terraform.state, terraform.private) = (None, Value::Null);
    faulty.heal();
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.assert_settled(&config(SEED)).await;
    assert_eq!(cloud.world().vpcs.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failed_update_says_what_is_really_there() {
    let cloud = FakeCloud::new(REGION);
    let faulty = Faulty::new(cloud.clone());
    let mut terraform = Terraform::over(cloud, Arc::new(faulty.clone()), settings());
    terraform.apply(&config(SEED)).await.unwrap();
    faulty.add(Rule::refuse(
        "batch:UpdateComputeEnvironment",
        ErrorKind::Denied,
        "AccessDeniedException",
        "You may not.",
    ));
    let changed = config(&SEED.replace(r#""max_vcpus": 4"#, r#""max_vcpus": 8"#));
    terraform.apply(&changed).await.unwrap_err();
    let there = object(&terraform.state().compute_environment).max_vcpus;
    assert_eq!(there, Value::Value(4.into()));
}

#[tokio::test(start_paused = true)]
async fn endpoints_that_a_type_does_not_need_are_imported_as_additional_ones() {
    let mut terraform = Terraform::new();
    let config = config(
        r#"{"name": "simulation", "compute_environment": {"type": "FARGATE", "max_vcpus": 4},
            "endpoints": {"additional_services": ["ecs"]}}"#,
    );
    terraform.apply(&config).await.unwrap();
    terraform.import("simulation").await.unwrap();
    terraform.assert_settled(&config).await;
}
