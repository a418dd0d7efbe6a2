//! Changes: what replaces, what is in place, and what each touches.

use tf_provider::value::Value;

use super::*;
use crate::provider::read::object;

/// What another compute environment in the place of the one that is there makes unknown.
const SWAPPED: &[&str] = &[
    "compute_environment.arn",
    "compute_environment.ecs_cluster_arn",
    "compute_environment.status_reason",
];

/// A text in the seed's configuration, what replaces it, what is replaced, and what becomes unknown.
const CHANGES: &[(&str, &str, &[&str], &[&str])] = &[
    (
        r#""max_vcpus": 4"#,
        r#""max_vcpus": 8"#,
        &[],
        &["compute_environment.status_reason"],
    ),
    (
        r#""cloudwatch_logs": false"#,
        r#""cloudwatch_logs": true"#,
        &[],
        &["endpoints.services"],
    ),
    (
        r#""allow_all_outbound": true"#,
        r#""allow_all_outbound": false"#,
        &[],
        &[],
    ),
    (
        r#""max_azs": 3"#,
        r#""max_azs": 2"#,
        &[],
        &["compute_environment.status_reason", "endpoints.services"],
    ),
    (r#""t3.small""#, r#""m6i""#, &[], &["compute_environment.status_reason"]),
    (
        r#""desired_vcpus": 0"#,
        r#""desired_vcpus": 2"#,
        &[],
        &["compute_environment.status_reason"],
    ),
    (
        r#""name": "simulation""#,
        r#""name": "simulation", "tags": {"a": "b"}"#,
        &[],
        &[],
    ),
    (
        r#""name": "simulation""#,
        r#""name": "simulation", "deletion_protection": true"#,
        &[],
        &[],
    ),
    (
        r#""name": "simulation""#,
        r#""name": "simulation", "timeouts": {"read": "1m"}"#,
        &[],
        &[],
    ),
    (r#""10.0.0.0/16""#, r#""10.1.0.0/16""#, &["network.cidr_block"], &["*"]),
    (
        r#""subnet_prefix_length": 18"#,
        r#""subnet_prefix_length": 20"#,
        &["network.subnet_prefix_length"],
        &["*"],
    ),
    (r#""my-batch-cluster""#, r#""other""#, &[], SWAPPED),
    (
        r#""for-batch-compute-environment""#,
        r#""other""#,
        &[],
        &["security_group.id", "compute_environment.status_reason"],
    ),
    (
        r#""max_vcpus": 4"#,
        r#""max_vcpus": 4, "allocation_strategy": "BEST_FIT""#,
        &[],
        SWAPPED,
    ),
    (
        r#""max_vcpus": 4"#,
        r#""max_vcpus": 4, "create_service_role": true"#,
        &[],
        &[
            "compute_environment.arn",
            "compute_environment.ecs_cluster_arn",
            "compute_environment.status_reason",
            "compute_environment.service_role_arn",
        ],
    ),
];

#[tokio::test(start_paused = true)]
async fn each_class_of_change_touches_what_it_must() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    for (before, after, replace, touched) in CHANGES {
        let changed = config(&SEED.replacen(before, after, 1));
        let planned = terraform
            .plan(&changed)
            .await
            .unwrap_or_else(|errors| panic!("{after}: {errors:?}"));
        assert_eq!(&planned.replace, replace, "{after}");
        assert_ne!(&planned.state, terraform.state(), "{after} shows no change");
        if touched != &["*"] {
            for path in unknown(&planned.state) {
                assert!(
                    touched.iter().any(|touched| path.starts_with(touched)),
                    "{after} makes {path} unknown"
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn changes_in_place_settle() {
    for (before, after, replace, _) in CHANGES {
        if !replace.is_empty() {
            continue;
        }
        let mut terraform = Terraform::new();
        terraform.apply(&config(SEED)).await.unwrap();
        let changed = config(&SEED.replacen(before, after, 1));
        terraform
            .apply(&changed)
            .await
            .unwrap_or_else(|errors| panic!("{after}: {errors:?}"));
        terraform.assert_settled(&changed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_replacement_says_nothing_of_a_swap() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let best_fit = SEED.replacen(
        r#""max_vcpus": 4"#,
        r#""max_vcpus": 4, "allocation_strategy": "BEST_FIT""#,
        1,
    );
    let told = |planned: Planned| planned.warnings.iter().any(|warning| warning.contains("for a while"));
    assert!(told(terraform.plan(&config(&best_fit)).await.unwrap()));
    let elsewhere = best_fit.replacen("10.0.0.0/16", "10.1.0.0/16", 1);
    assert!(!told(terraform.plan(&config(&elsewhere)).await.unwrap()));
}

#[tokio::test(start_paused = true)]
async fn a_new_endpoint_leaves_the_others_known() {
    let mut terraform = Terraform::new();
    terraform.apply(&config(SEED)).await.unwrap();
    let changed = config(&SEED.replace(
        r#""cloudwatch_logs": false"#,
        r#""additional_services": ["secretsmanager"], "cloudwatch_logs": false"#,
    ));
    let planned = terraform.plan(&changed).await.unwrap().state;
    let (before, after) = (object(&terraform.state().endpoints), object(&planned.endpoints));
    let (before, after) = (before.services.unwrap(), after.services.unwrap());
    let added = object(&after["secretsmanager"]);
    assert_eq!(
        added.service_name,
        Value::Value("com.amazonaws.ap-northeast-1.secretsmanager".into())
    );
    assert!(added.id.is_unknown());
    for (service, entry) in before {
        assert_eq!(after[&service], entry, "{service}");
    }
}

#[tokio::test(start_paused = true)]
async fn removing_an_argument_returns_to_its_default() {
    let with = r#"{"name": "simulation", "compute_environment": {"max_vcpus": 4, "instance_types": ["c6i"], "min_vcpus": 2, "enabled": false}}"#;
    let mut terraform = Terraform::new();
    terraform.apply(&config(with)).await.unwrap();
    let planned = terraform.plan(&config(SHORT)).await.unwrap();
    let compute = object(&planned.state.compute_environment);
    assert_eq!(compute.instance_types, crate::provider::read::list(["optimal"]));
    assert_eq!(compute.enabled, Value::Value(true));
    assert_eq!(compute.name, object(&terraform.state().compute_environment).name);
    assert!(planned.replace.is_empty());
    terraform.apply(&config(SHORT)).await.unwrap();
    terraform.assert_settled(&config(SHORT)).await;
}

#[tokio::test(start_paused = true)]
async fn what_was_decided_once_is_kept() {
    let named = r#"{"name": "simulation", "network": {"availability_zones": ["ap-northeast-1d"]}, "compute_environment": {"max_vcpus": 4}}"#;
    let mut terraform = Terraform::new();
    terraform.apply(&config(named)).await.unwrap();
    terraform.assert_settled(&config(named)).await;
    let planned = terraform.plan(&config(SHORT)).await.unwrap();
    let before = object(&terraform.state().network).subnets.unwrap();
    let after = object(&planned.state.network).subnets.unwrap();
    assert_eq!(after["ap-northeast-1d"], before["ap-northeast-1d"]);
    assert_eq!(after.len(), 3);
    terraform.apply(&config(SHORT)).await.unwrap();
    terraform.assert_settled(&config(SHORT)).await;
}

#[tokio::test(start_paused = true)]
async fn a_protected_environment_is_neither_replaced_nor_destroyed() {
    let protected = SEED.replacen(
        r#""name": "simulation""#,
        r#""name": "simulation", "deletion_protection": true"#,
        1,
    );
    let mut terraform = Terraform::new();
    terraform.apply(&config(&protected)).await.unwrap();
    let error = ["deletion_protection: Environment simulation is protected from being destroyed"];
    let replaced = terraform
        .plan(&config(&protected.replace("10.0.0.0/16", "10.1.0.0/16")))
        .await;
    assert_eq!(replaced.err().unwrap(), error);
    assert_eq!(terraform.destroy().await.unwrap_err(), error);
    terraform.apply(&config(SEED)).await.unwrap();
    terraform.destroy().await.unwrap();
    assert!(terraform.cloud.world().is_empty());
}

#[tokio::test(start_paused = true)]
async fn default_tags_are_kept_apart_from_the_users() {
    let mut settings = settings();
    settings.default_tags = Tags::from([("team".into(), "x".into()), ("stage".into(), "dev".into())]);
    settings.ignored_tags.key_prefixes = vec!["billing:".into()];
    let mut terraform = Terraform::with(settings);
    let tagged =
        config(r#"{"name": "simulation", "tags": {"stage": "prod"}, "compute_environment": {"max_vcpus": 4}}"#);
    terraform.apply(&tagged).await.unwrap();
    terraform.assert_settled(&tagged).await;
    let all = crate::provider::read::tags(&terraform.state().tags_all);
    assert_eq!(
        all,
        Tags::from([("team".into(), "x".into()), ("stage".into(), "prod".into())])
    );
    assert_eq!(crate::provider::read::tags(&terraform.state().tags).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_zone_that_comes_back_changes_no_order() {
    let zones = |zones: &str| {
        config(&format!(
            r#"{{"name": "simulation", "network": {{"availability_zones": {zones}}}, "compute_environment": {{"max_vcpus": 4}}}}"#
        ))
    };
    let mut terraform = Terraform::new();
    terraform.apply(&config(SHORT)).await.unwrap();
    for config in [
        zones(r#"["ap-northeast-1d", "ap-northeast-1a"]"#),
        config(SHORT),
        zones(r#"["ap-northeast-1c", "ap-northeast-1d", "ap-northeast-1a"]"#),
        config(SHORT),
    ] {
        terraform.apply(&config).await.unwrap();
        terraform.assert_settled(&config).await;
    }
}

#[tokio::test(start_paused = true)]
async fn another_order_of_a_list_that_has_none_is_no_change() {
    let with = |zones: &str, services: &str, types: &str| {
        config(&format!(
            r#"{{"name": "simulation", "network": {{"availability_zones": {zones}}},
                "endpoints": {{"additional_services": {services}, "availability_zones": {zones}}},
                "compute_environment": {{"max_vcpus": 4, "instance_types": {types}}}}}"#
        ))
    };
    let mut terraform = Terraform::new();
    let first = with(
        r#"["ap-northeast-1a", "ap-northeast-1c"]"#,
        r#"["ssm", "kms"]"#,
        r#"["c6i", "m6i"]"#,
    );
    terraform.apply(&first).await.unwrap();
    let turned = with(
        r#"["ap-northeast-1c", "ap-northeast-1a"]"#,
        r#"["kms", "ssm"]"#,
        r#"["m6i", "c6i"]"#,
    );
    terraform.assert_settled(&turned).await;
}

#[tokio::test(start_paused = true)]
async fn a_tag_that_the_user_sets_is_the_users_even_if_it_is_ignored() {
    let mut settings = settings();
    settings.default_tags = Tags::from([("team:lead".into(), "x".into())]);
    settings.ignored_tags.key_prefixes = vec!["team".into()];
    let mut terraform = Terraform::with(settings);
    let tagged = |value: &str| {
        config(&format!(
            r#"{{"name": "simulation", "tags": {{"team": "{value}"}},
                "compute_environment": {{"max_vcpus": 4, "instance_tags": {{"team": "{value}"}}}}}}"#
        ))
    };
    for value in ["y", "z"] {
        terraform.apply(&tagged(value)).await.unwrap();
        terraform.assert_settled(&tagged(value)).await;
    }
    assert!(terraform.cloud.world().vpcs.values().all(|vpc| vpc.tags["team"] == "z"));
}

#[tokio::test(start_paused = true)]
async fn images_that_are_no_longer_named_go_back_to_the_default() {
    let gpu = r#"{"name": "simulation", "compute_environment": {"max_vcpus": 4, "ec2_configuration": [{"image_type": "ECS_AL2023_NVIDIA"}]}}"#;
    let mut terraform = Terraform::new();
    terraform.apply(&config(gpu)).await.unwrap();
    terraform.apply(&config(SHORT)).await.unwrap();
    terraform.assert_settled(&config(SHORT)).await;
}
