//! Every argument of the compute environment: set, changed in place, read back from AWS, and removed again.

use serde_json::{Value, json};

use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

fn body(compute: &str) -> String {
    format!(
        "  name = \"tuned\"\n  network = {{ max_azs = 1 }}\n  endpoints = {{ cloudwatch_logs = false }}\n  compute_environment = {{ max_vcpus = 4, {compute} }}\n"
    )
}

fn environment(stage: &Stage) -> Value {
    stage.account().snapshot()["compute_environments"][0].clone()
}

/// Applies a change in place, and answers the compute environment as AWS has it then and the updates that it took.
fn change(stage: &Stage, compute: &str) -> (Value, Vec<Value>) {
    let before = environment(stage);
    stage.account().clear_requests();
    stage.environment(&body(compute));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{compute}");
    let after = environment(stage);
    assert_eq!(after["uuid"], before["uuid"], "{compute}");
    let requests = stage.account().requests();
    let updates = requests
        .iter()
        .filter(|request| request.action() == "batch:UpdateComputeEnvironment");
    (after, updates.map(|request| request.params().clone()).collect())
}

fn keys(update: &Value) -> Vec<&str> {
    let resources = update["computeResources"].as_object();
    resources.into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

/// Makes a launch template, or another version of it.
fn publish(stage: &Stage, name: &str, version: u32) {
    let data = json!({ "EbsOptimized": version.is_multiple_of(2) });
    if version == 1 {
        stage.account().meddle(
            "ec2",
            "create_launch_template",
            &json!({ "LaunchTemplateName": name, "LaunchTemplateData": data }),
        );
    } else {
        stage.account().meddle(
            "ec2",
            "create_launch_template_version",
            &json!({ "LaunchTemplateName": name, "LaunchTemplateData": data }),
        );
    }
}

#[test]
fn arguments_of_instances_are_changed_and_cleared_in_place() {
    let stage = Stage::with(&body("instance_types = [\"c6i.large\"]"));
    stage.apply();
    let (there, updates) = change(
        &stage,
        r#"type = "SPOT", instance_types = ["c6i.large"], bid_percentage = 60, placement_group = "together""#,
    );
    let resources = &there["computeResources"];
    assert_eq!(
        (&resources["bidPercentage"], &resources["placementGroup"]),
        (&json!(60), &json!("together"))
    );
    assert_eq!(updates.len(), 1);
    let default = json!({ "jobExecutionTimeoutMinutes": 30, "terminateJobsOnUpdate": false });
    assert_eq!(
        updates[0]["updatePolicy"], default,
        "it goes with every infrastructure update"
    );
    let state = &stage.state()["compute_environment"];
    assert_eq!(
        (&state["bid_percentage"], &state["placement_group"]),
        (&json!(60), &json!("together"))
    );

    let (there, _) = change(&stage, r#"type = "SPOT", instance_types = ["c6i.large"]"#);
    assert_eq!(there["computeResources"]["placementGroup"], Value::Null);
    assert_eq!(there["computeResources"]["bidPercentage"], 100);
    assert_eq!(stage.state()["compute_environment"]["bid_percentage"], Value::Null);
    stage.destroy();
}

#[test]
fn the_delay_of_scaling_down_travels_with_scaling_fields_only() {
    let stage = Stage::with(&body("min_scale_down_delay_minutes = 20"));
    stage.apply();
    let delay = |there: &Value| there["computeResources"]["scalingPolicy"]["minScaleDownDelayMinutes"].clone();
    assert_eq!(delay(&environment(&stage)), 20);
    let (there, updates) = change(
        &stage,
        "min_scale_down_delay_minutes = 60, min_vcpus = 1, instance_tags = { a = \"b\" }",
    );
    assert_eq!(delay(&there), 60);
    let sent: Vec<Vec<&str>> = updates.iter().map(keys).collect();
    assert_eq!(sent, [vec!["minvCpus", "scalingPolicy"], vec!["tags"]]);
    let (there, _) = change(&stage, "instance_tags = { a = \"b\" }");
    assert_eq!(delay(&there), Value::Null);
    stage.destroy();
}

#[test]
fn container_insights_have_a_call_of_their_own_and_are_turned_off_when_nobody_asks_for_them() {
    let stage = Stage::with(&body("enabled = true"));
    stage.apply();
    assert_eq!(environment(&stage)["ecsSettings"], Value::Null, "the account's default");
    let (there, updates) = change(&stage, "container_insights = \"ENHANCED\"");
    assert_eq!(there["ecsSettings"]["containerInsights"], "ENHANCED");
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0]["computeResources"], Value::Null);
    assert_eq!(stage.state()["compute_environment"]["container_insights"], "ENHANCED");
    let (there, _) = change(&stage, "enabled = true");
    assert_eq!(there["ecsSettings"]["containerInsights"], "DISABLED");
    stage.destroy();
}

#[test]
fn another_word_moves_the_instances_to_the_newest_image() {
    let stage = Stage::with(&body("image_refresh = \"2026-10\""));
    stage.apply();
    let (there, updates) = change(&stage, "image_refresh = \"2026-11\"");
    assert_eq!(updates.len(), 1);
    assert_eq!(
        updates[0]["computeResources"],
        json!({ "updateToLatestImageVersion": true })
    );
    assert_eq!(there["tags"]["isolated:image-refresh"], "2026-11");
    assert_eq!(stage.state()["compute_environment"]["image_refresh"], "2026-11");
    assert_eq!(stage.state()["tags_all"], json!({}), "the word is no tag of the user's");
    let (there, updates) = change(&stage, "enabled = true");
    assert!(updates.is_empty(), "no word asks for nothing: {updates:?}");
    assert_eq!(there["tags"]["isolated:image-refresh"], Value::Null);
    stage.destroy();
}

#[test]
fn the_update_policy_is_told_with_the_upper_bound() {
    let stage = Stage::with(&body(
        "update_policy = { job_execution_timeout_minutes = 7200, terminate_jobs_on_update = true }",
    ));
    stage.apply();
    let wanted = json!({ "jobExecutionTimeoutMinutes": 7200, "terminateJobsOnUpdate": true });
    assert_eq!(environment(&stage)["updatePolicy"], wanted);
    let (there, updates) = change(&stage, "update_policy = { job_execution_timeout_minutes = 60 }");
    assert_eq!(
        there["updatePolicy"],
        json!({ "jobExecutionTimeoutMinutes": 60, "terminateJobsOnUpdate": false })
    );
    assert_eq!(keys(&updates[0]), ["maxvCpus"]);
    let (there, _) = change(&stage, "enabled = true");
    assert_eq!(there["updatePolicy"]["jobExecutionTimeoutMinutes"], 30);
    stage.destroy();
}

#[test]
fn a_new_version_of_a_launch_template_shows_and_is_rolled_out() {
    let stage = Stage::new();
    publish(&stage, "batch", 1);
    publish(&stage, "burst", 1);
    let with = r#"instance_types = ["c6i", "m6i"], launch_template = {
      name = "batch", version = "$Latest", overrides = [{ name = "burst", target_instance_types = ["c6i.large"] }] }"#;
    stage.environment(&body(with));
    stage.apply();
    let template = |there: &Value| there["computeResources"]["launchTemplate"].clone();
    let there = template(&environment(&stage));
    assert_eq!(
        (&there["version"], &there["overrides"][0]["version"]),
        (&json!("1"), &json!("1"))
    );
    let state = stage.state()["compute_environment"]["launch_template"].clone();
    assert_eq!(
        (&state["version"], &state["version_number"]),
        (&json!("$Latest"), &json!(1))
    );
    assert_eq!(state["overrides"][0]["version"], "$Default");

    publish(&stage, "batch", 2);
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"], "a new version is a change");
    assert_eq!(
        plan.after(ADDRESS)["compute_environment"]["launch_template"]["version_number"],
        2
    );
    let (there, updates) = change(&stage, with);
    assert_eq!(template(&there)["version"], "2");
    assert_eq!(keys(&updates[0]), ["launchTemplate", "updateToLatestImageVersion"]);

    stage.environment(&body(r#"launch_template = { name = "batched" }"#));
    let told = stage.terraform(&["plan", "-no-color"]).failed();
    told.says(&["launch_template", "batched"]);
    let (there, _) = change(&stage, r#"instance_types = ["c6i", "m6i"]"#);
    assert_eq!(template(&there), Value::Null);
    stage.try_destroy().succeeded();
    for name in ["batch", "burst"] {
        let named = json!({ "LaunchTemplateName": name });
        stage.account().meddle("ec2", "delete_launch_template", &named);
    }
    stage.account().assert_empty();
}

#[test]
fn what_batch_scales_is_no_drift() {
    let stage = Stage::with(&body("desired_vcpus = 0"));
    stage.apply();
    stage.account().meddle(
        "batch",
        "update_compute_environment",
        &json!({ "computeEnvironment": environment(&stage)["computeEnvironmentName"],
                 "computeResources": { "desiredvCpus": 2 } }),
    );
    stage.assert_settled();
    stage.destroy();
}

#[test]
fn images_of_amazon_linux_2_stay_while_none_are_asked_for() {
    let stage = Stage::with(&body("instance_types = [\"c6i.large\"]"));
    stage.apply();
    // As an environment from before June 2026 has them.
    let arn = environment(&stage)["computeEnvironmentArn"].clone();
    let old = json!([{ "imageType": "ECS_AL2" }]);
    let update = json!({ "computeEnvironment": arn, "computeResources": { "ec2Configuration": old } });
    stage.account().meddle("batch", "update_compute_environment", &update);
    wait_for("the update", || {
        (environment(&stage)["status"] == "VALID").then_some(())
    });
    stage.assert_settled();
    let (after, updates) = change(&stage, "instance_types = [\"m6i.large\"]");
    assert_eq!(after["computeResources"]["ec2Configuration"], old);
    assert_eq!(after["computeResources"]["instanceTypes"], json!(["m6i.large"]));
    assert!(updates.iter().all(|update| !keys(update).contains(&"ec2Configuration")));

    stage.environment(&body("ec2_configuration = [{ image_type = \"ECS_AL2\" }]"));
    stage
        .terraform(&["plan", "-no-color"])
        .failed()
        .says(&["ECS_AL2 is retired"]);
    let own = "ec2_configuration = [{ image_type = \"ECS_AL2\", image_id_override = \"ami-0123456789abcdef0\" }]";
    let (after, _) = change(&stage, own);
    assert_eq!(
        after["computeResources"]["ec2Configuration"][0]["imageIdOverride"],
        "ami-0123456789abcdef0"
    );
    stage.destroy();
}
