//! Types and arguments of the compute environment, from configuration to state.

use tf_provider::value::Value;

use super::*;
use crate::domain::batch::launch_template::TemplateVersions;
use crate::provider::environment::model::{ComputeEnvironment, LaunchTemplate, UpdatePolicy};
use crate::provider::number::Number;
use crate::provider::read::object;

fn with(attributes: &str) -> Environment {
    config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"max_vcpus": 4, {attributes}}}}}"#
    ))
}

fn compute(environment: &Environment) -> ComputeEnvironment {
    object(&environment.compute_environment)
}

fn text(text: &str) -> Value<String> {
    Value::Value(text.to_owned())
}

async fn applied(config: &Environment) -> Terraform {
    let mut terraform = Terraform::new();
    terraform.apply(config).await.unwrap();
    terraform.assert_settled(config).await;
    terraform
}

#[tokio::test(start_paused = true)]
async fn every_type_settles_and_is_imported_as_it_is() {
    for attributes in [
        r#""type": "SPOT""#,
        r#""type": "SPOT", "allocation_strategy": "BEST_FIT""#,
        r#""type": "SPOT", "bid_percentage": 100"#,
        r#""type": "FARGATE""#,
        r#""type": "FARGATE_SPOT", "instance_types": [], "instance_tags": {}, "ec2_configuration": []"#,
        r#""type": "FARGATE", "launch_template": {}, "update_policy": {"terminate_jobs_on_update": null}"#,
    ] {
        let config = with(attributes);
        let mut terraform = applied(&config).await;
        terraform
            .destroy()
            .await
            .unwrap_or_else(|errors| panic!("{attributes}: {errors:?}"));
        assert!(terraform.cloud.world().vpcs.is_empty(), "{attributes}");
    }
    for compute_type in ["SPOT", "FARGATE"] {
        let config = with(&format!(r#""type": "{compute_type}""#));
        let mut terraform = applied(&config).await;
        terraform.state = None;
        terraform.import("simulation").await.unwrap();
        let planned = terraform.plan(&config).await.unwrap();
        assert_eq!(compute(&planned.state), compute(terraform.state()), "{compute_type}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_type_does_not_have_is_null() {
    let terraform = applied(&with(r#""type": "FARGATE""#)).await;
    let seen = compute(terraform.state());
    assert!(seen.instance_types.is_null() && seen.min_vcpus.is_null() && seen.allocation_strategy.is_null());
    assert!(seen.instance_role_arn.is_null() && seen.update_policy.is_null() && seen.instance_tags.is_null());
    assert!(seen.service_role_arn.is_value());
    let terraform = applied(&with(r#""type": "SPOT""#)).await;
    assert!(compute(terraform.state()).spot_iam_fleet_role_arn.is_null());
    let terraform = applied(&with(r#""type": "SPOT", "allocation_strategy": "BEST_FIT""#)).await;
    assert!(compute(terraform.state()).spot_iam_fleet_role_arn.is_value());
}

/// An argument, what it is changed to, and the path that tells the difference.
const CHANGES: &[(&str, &str)] = &[
    (r#""type": "EC2""#, r#""type": "SPOT""#),
    (
        r#""type": "SPOT", "bid_percentage": 60"#,
        r#""type": "SPOT", "bid_percentage": 70"#,
    ),
    (r#""placement_group": "one""#, r#""placement_group": "two""#),
    (
        r#""min_scale_down_delay_minutes": 20"#,
        r#""min_scale_down_delay_minutes": 60"#,
    ),
    (
        r#""container_insights": "ENABLED""#,
        r#""container_insights": "ENHANCED""#,
    ),
    (r#""image_refresh": "one""#, r#""image_refresh": "two""#),
    (
        r#""update_policy": {"job_execution_timeout_minutes": 60}"#,
        r#""update_policy": {"terminate_jobs_on_update": true}"#,
    ),
    (
        r#""launch_template": {"name": "mine", "version": "1"}"#,
        r#""launch_template": {"name": "mine", "version": "$Latest"}"#,
    ),
    (
        r#""allocation_strategy": "BEST_FIT_PROGRESSIVE_ORDERED", "instance_types": ["c6i", "m6i"]"#,
        r#""allocation_strategy": "BEST_FIT_PROGRESSIVE_ORDERED", "instance_types": ["m6i", "c6i"]"#,
    ),
];

fn publish(terraform: &Terraform, latest: i64) {
    terraform.cloud.edit(|world| {
        let versions = TemplateVersions { default: 1, latest };
        world.launch_templates.insert("mine".to_owned(), versions);
    });
}

#[tokio::test(start_paused = true)]
async fn every_argument_is_changed_in_place_and_taken_back() {
    for (before, after) in CHANGES {
        let mut terraform = Terraform::new();
        publish(&terraform, 3);
        for attributes in [before, after, &r#""enabled": true"#] {
            let config = with(attributes);
            let planned = terraform
                .plan(&config)
                .await
                .unwrap_or_else(|errors| panic!("{attributes}: {errors:?}"));
            assert_eq!(planned.replace, Vec::<String>::new(), "{attributes}");
            assert_ne!(
                Some(&planned.state),
                terraform.state.as_ref(),
                "{attributes} shows no change"
            );
            terraform
                .apply(&config)
                .await
                .unwrap_or_else(|errors| panic!("{attributes}: {errors:?}"));
            terraform.assert_settled(&config).await;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn removing_every_argument_returns_to_the_defaults() {
    let all = with(
        r#""type": "SPOT", "bid_percentage": 60, "placement_group": "one", "min_scale_down_delay_minutes": 20,
           "container_insights": "ENHANCED", "image_refresh": "one", "launch_template": {"name": "mine"},
           "update_policy": {"job_execution_timeout_minutes": 60, "terminate_jobs_on_update": true}"#,
    );
    let mut terraform = Terraform::new();
    publish(&terraform, 3);
    terraform.apply(&all).await.unwrap();
    terraform.assert_settled(&all).await;
    let template: LaunchTemplate = object(&compute(terraform.state()).launch_template);
    assert_eq!(template.version, text("$Default"));
    assert_eq!(template.version_number, Value::Value(Number::Whole(1)));
    terraform.apply(&config(SHORT)).await.unwrap();
    terraform.assert_settled(&config(SHORT)).await;
    let seen = compute(terraform.state());
    assert_eq!(seen.r#type, text("EC2"));
    assert!(seen.bid_percentage.is_null() && seen.placement_group.is_null() && seen.launch_template.is_null());
    assert!(seen.min_scale_down_delay_minutes.is_null() && seen.image_refresh.is_null());
    assert!(seen.container_insights.is_null());
    let policy: UpdatePolicy = object(&seen.update_policy);
    assert_eq!(policy.job_execution_timeout_minutes, Value::Value(Number::Whole(30)));
    assert_eq!(policy.terminate_jobs_on_update, Value::Value(false));
}

#[tokio::test(start_paused = true)]
async fn a_new_version_of_a_launch_template_is_a_visible_change() {
    let latest = with(r#""launch_template": {"name": "mine", "version": "$Latest"}"#);
    let mut terraform = Terraform::new();
    publish(&terraform, 3);
    terraform.apply(&latest).await.unwrap();
    terraform.assert_settled(&latest).await;
    publish(&terraform, 4);
    terraform.refresh().await.unwrap();
    let planned = terraform.plan(&latest).await.unwrap();
    let number = |environment: &Environment| object(&compute(environment).launch_template).version_number;
    assert_eq!(number(terraform.state()), Value::Value(Number::Whole(3)));
    assert_eq!(number(&planned.state), Value::Value(Number::Whole(4)));
    assert_eq!(planned.replace, Vec::<String>::new());
    terraform.apply(&latest).await.unwrap();
    terraform.assert_settled(&latest).await;
    let gone = with(r#""launch_template": {"name": "yours"}"#);
    let told = terraform.plan(&gone).await.err().unwrap();
    assert_eq!(
        told,
        ["compute_environment.launch_template: There is no launch template \"yours\""]
    );
}

#[tokio::test(start_paused = true)]
async fn a_launch_template_that_is_not_known_yet_is_looked_up_when_it_is() {
    let mut unknown = with(r#""launch_template": {"version": "$Latest"}"#);
    let known = with(r#""launch_template": {"name": "mine", "version": "$Latest"}"#);
    let name = |environment: &mut Environment| {
        let Value::Value(compute) = &mut environment.compute_environment else {
            return;
        };
        let Value::Value(template) = &mut compute.launch_template else {
            return;
        };
        template.name = Value::Unknown;
    };
    name(&mut unknown);
    let mut terraform = Terraform::new();
    let planned = terraform.plan(&unknown).await.unwrap();
    assert!(
        object(&compute(&planned.state).launch_template)
            .version_number
            .is_unknown()
    );
    publish(&terraform, 7);
    terraform.apply_as_planned(&known, planned).await.unwrap();
    let template = object(&compute(terraform.state()).launch_template);
    assert_eq!(template.version_number, Value::Value(Number::Whole(7)));
    terraform.assert_settled(&known).await;
}

#[tokio::test(start_paused = true)]
async fn drift_shows_on_its_attribute() {
    let all = with(r#""launch_template": {"name": "mine"}, "placement_group": "one""#);
    let mut terraform = Terraform::new();
    publish(&terraform, 3);
    terraform.apply(&all).await.unwrap();
    terraform.cloud.edit(|world| {
        for record in world.compute_environments.values_mut() {
            let environment = &mut record.environment;
            environment.desired_vcpus = Some(3);
            environment.placement_group = None;
            environment.launch_template.as_mut().unwrap().template.version = Some("2".to_owned());
        }
    });
    terraform.refresh().await.unwrap();
    let seen = compute(terraform.state());
    assert!(seen.placement_group.is_null() && seen.desired_vcpus.is_null());
    let template = object(&seen.launch_template);
    assert_eq!(
        (template.version, template.version_number),
        (text("2"), Value::Value(Number::Whole(2)))
    );
    terraform.apply(&all).await.unwrap();
    terraform.assert_settled(&all).await;
}
