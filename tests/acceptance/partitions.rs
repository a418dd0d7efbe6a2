//! Other partitions: names of services, and ARNs, as they are there.

use serde_json::Value;

use crate::stage::{ADDRESS, Stage};

/// Plans and applies an environment in a region; its state.
fn environment(region: &str, services: &str) -> (Stage, Value) {
    let stage = Stage::new();
    stage.configuration(&format!(
        r#"
resource "isolated_batch_environment" "this" {{
  name                = "elsewhere"
  region              = "{region}"
  network             = {{ max_azs = 2 }}
  endpoints           = {{ additional_services = {services}, policy = "same_account" }}
  compute_environment = {{ max_vcpus = 4 }}
}}
"#
    ));
    assert_eq!(stage.plan().actions(ADDRESS), ["create"]);
    stage.apply();
    let state = stage.state();
    (stage, state)
}

fn service_name<'a>(state: &'a Value, service: &str) -> &'a Value {
    &state["endpoints"]["services"][service]["service_name"]
}

fn assert_partition(state: &Value, partition: &str) {
    for arn in ["arn", "instance_role_arn"] {
        let text = state["compute_environment"][arn].as_str().expect("an ARN");
        assert!(text.starts_with(&format!("arn:{partition}:")), "{text}");
    }
}

#[test]
fn china_has_two_prefixes() {
    let (stage, state) = environment("cn-north-1", r#"["elasticfilesystem", "secretsmanager", "dynamodb"]"#);
    assert_eq!(service_name(&state, "ecr.api"), "cn.com.amazonaws.cn-north-1.ecr.api");
    assert_eq!(service_name(&state, "ecs-agent"), "com.amazonaws.cn-north-1.ecs-agent");
    assert_eq!(service_name(&state, "s3"), "com.amazonaws.cn-north-1.s3");
    assert_eq!(state["endpoints"]["services"]["dynamodb"]["type"], "Gateway");
    assert_eq!(
        service_name(&state, "elasticfilesystem"),
        "cn.com.amazonaws.cn-north-1.elasticfilesystem"
    );
    assert_eq!(state["estimated_monthly_cost"]["currency"], "CNY");
    assert_partition(&state, "aws-cn");
    stage.try_destroy().succeeded();
}

#[test]
fn gov_cloud_has_a_partition_of_its_own() {
    let (stage, state) = environment(
        "us-gov-west-1",
        r#"["secretsmanager", "com.amazonaws.us-gov-west-1.dynamodb"]"#,
    );
    assert_eq!(service_name(&state, "ecr.api"), "com.amazonaws.us-gov-west-1.ecr.api");
    assert_eq!(state["endpoints"]["services"]["dynamodb"]["type"], "Gateway");
    assert_partition(&state, "aws-us-gov");
    stage.try_destroy().succeeded();
}
