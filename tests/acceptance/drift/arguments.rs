//! Arguments of the compute environment, of its queues and of the endpoints that others edit: each is shown as the argument that it is.

use serde_json::{Value, json};

use super::{BODY, repair_by};
use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

fn edit(stage: &Stage, call: &Value) {
    stage.account().meddle("batch", "update_compute_environment", call);
    wait_for("the edit to be made", || {
        (environment(stage)["status"] == "VALID").then_some(())
    });
}

fn environment(stage: &Stage) -> Value {
    stage.account().snapshot()["compute_environments"][0].clone()
}

#[test]
fn every_argument_of_the_compute_environment_is_put_back() {
    let compute = r#"max_vcpus = 4, type = "SPOT", instance_types = ["c6i.large"], container_insights = "ENABLED", instance_tags = { a = "c" }"#;
    let stage = Stage::with(&BODY.replace("max_vcpus = 4", compute));
    stage.account().script("made_before.py", &[]);
    stage.apply();
    let before = environment(&stage);
    let profile = "arn:aws:iam::123456789012:instance-profile/instances";
    let scaling = json!({ "minvCpus": 1, "maxvCpus": 9, "scalingPolicy": { "minScaleDownDelayMinutes": 60 } });
    let policy = json!({ "jobExecutionTimeoutMinutes": 60, "terminateJobsOnUpdate": true });
    let instances = json!({
        "type": "EC2", "allocationStrategy": "BEST_FIT_PROGRESSIVE", "instanceTypes": ["m6i.large"], "bidPercentage": 50,
        "imageId": "ami-0123456789abcdef0", "ec2KeyPair": "theirs", "placementGroup": "theirs", "instanceRole": profile,
        "ec2Configuration": [{ "imageType": "ECS_AL2023_NVIDIA" }], "tags": { "a": "b" },
        "launchTemplate": { "launchTemplateName": "made-before", "version": "1" },
    });
    for mut change in [
        json!({ "computeResources": scaling, "updatePolicy": policy }),
        json!({ "computeResources": instances }),
        json!({ "ecsSettings": { "containerInsights": "ENHANCED" } }),
    ] {
        change["computeEnvironment"] = json!("drift");
        edit(&stage, &change);
    }

    let update = "batch:UpdateComputeEnvironment";
    let plan = repair_by(&stage, "everything edited", &[update, update, update]);
    let shown = &plan.before(ADDRESS)["compute_environment"];
    for (argument, value) in [
        ("min_vcpus", json!(1)),
        ("max_vcpus", json!(9)),
        ("min_scale_down_delay_minutes", json!(60)),
        ("type", json!("EC2")),
        ("allocation_strategy", json!("BEST_FIT_PROGRESSIVE")),
        ("instance_types", json!(["m6i.large"])),
        ("image_id", json!("ami-0123456789abcdef0")),
        ("ec2_key_pair", json!("theirs")),
        ("placement_group", json!("theirs")),
        ("instance_role_arn", json!(profile)),
        ("instance_tags", json!({ "a": "b" })),
        ("container_insights", json!("ENHANCED")),
        (
            "update_policy",
            json!({ "job_execution_timeout_minutes": 60, "terminate_jobs_on_update": true }),
        ),
    ] {
        assert_eq!(shown[argument], value, "{argument}");
        assert_ne!(
            plan.after(ADDRESS)["compute_environment"][argument],
            value,
            "{argument}"
        );
    }
    assert_eq!(shown["launch_template"]["name"], "made-before");
    assert_eq!(shown["ec2_configuration"][0]["image_type"], "ECS_AL2023_NVIDIA");

    let after = environment(&stage);
    let resources = |environment: &Value| {
        let mut resources = environment["computeResources"].clone();
        for list in ["subnets", "securityGroupIds"] {
            let mut ids: Vec<String> = resources[list]
                .as_array()
                .expect("a list")
                .iter()
                .map(Value::to_string)
                .collect();
            ids.sort();
            resources[list] = json!(ids);
        }
        // Batch owns it, and writes out what a create need not say.
        for field in ["desiredvCpus", "bidPercentage"] {
            resources.as_object_mut().expect("fields").remove(field);
        }
        resources
    };
    assert_eq!(resources(&after), resources(&before));
    assert_eq!(after["ecsSettings"], before["ecsSettings"]);
    assert_eq!(after["tags"], before["tags"]);
}

#[test]
fn limits_tags_and_order_of_a_queue_are_put_back() {
    let limits = r#"[{ reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 600, action = "CANCEL" }]"#;
    let queues = format!("job_queues = {{ fast = {{ job_state_time_limit_actions = {limits} }}, slow = {{}} }}");
    let stage = Stage::with(&format!("{BODY}\n  {queues}"));
    stage.apply();
    let queue = |name: &str| {
        let there = stage.account().snapshot();
        let mut queues = there["job_queues"].as_array().cloned().unwrap_or_default().into_iter();
        queues.find(|queue| queue["jobQueueName"] == name).expect("it")
    };
    let (fast, slow) = (queue("drift-fast"), queue("drift-slow"));
    let edit = json!({ "jobQueue": "drift-fast", "jobStateTimeLimitActions": [] });
    stage.account().meddle("batch", "update_job_queue", &edit);
    wait_for("the edit to be made", || {
        (queue("drift-fast")["status"] == "VALID").then_some(())
    });
    let plan = repair_by(&stage, "limits taken away", &["batch:UpdateJobQueue"]);
    let shown = &plan.before(ADDRESS)["job_queues"]["fast"]["job_state_time_limit_actions"];
    assert_eq!(*shown, json!([]));

    let untag = json!({ "resourceArn": slow["jobQueueArn"], "tagKeys": ["team"] });
    stage.account().meddle("batch", "untag_resource", &untag);
    let plan = repair_by(&stage, "a tag taken away", &["batch:TagResource"]);
    let drift = plan.before(ADDRESS)["drift"].to_string();
    assert!(drift.contains("slow"), "{drift}");

    // Somebody puts a compute environment of theirs first.
    let theirs = stage.account().meddle(
        "batch",
        "create_compute_environment",
        &json!({ "computeEnvironmentName": "theirs", "type": "MANAGED", "state": "ENABLED",
                 "computeResources": environment(&stage)["computeResources"] }),
    )["computeEnvironmentArn"]
        .clone();
    wait_for("their compute environment", || {
        let there = stage.account().snapshot();
        let all = there["compute_environments"].as_array()?.clone();
        all.iter()
            .all(|environment| environment["status"] == "VALID")
            .then_some(())
    });
    let order = json!([{ "order": 1, "computeEnvironment": theirs },
        { "order": 2, "computeEnvironment": slow["computeEnvironmentOrder"][0]["computeEnvironment"] }]);
    let edit = json!({ "jobQueue": "drift-slow", "computeEnvironmentOrder": order });
    stage.account().meddle("batch", "update_job_queue", &edit);
    wait_for("the edit to be made", || {
        (queue("drift-slow")["status"] == "VALID").then_some(())
    });
    let plan = repair_by(&stage, "another compute environment", &["batch:UpdateJobQueue"]);
    let drift = plan.before(ADDRESS)["drift"].to_string();
    assert!(drift.contains("slow"), "{drift}");
    for (name, was) in [("drift-fast", &fast), ("drift-slow", &slow)] {
        let is = queue(name);
        for key in [
            "jobQueueArn",
            "computeEnvironmentOrder",
            "jobStateTimeLimitActions",
            "tags",
            "priority",
            "state",
        ] {
            assert_eq!(is[key], was[key], "{name} {key}");
        }
    }
}

#[test]
fn policies_of_endpoints_are_put_back_one_by_one() {
    let stage = Stage::with(&BODY.replace(
        "cloudwatch_logs = false",
        "cloudwatch_logs = false, policy = \"same_account\"",
    ));
    stage.apply();
    let services = stage.state()["endpoints"]["services"].clone();
    let policies = || -> Vec<Value> {
        let there = stage.account().snapshot();
        let endpoints = there["endpoints"].as_array().expect("a list").iter();
        endpoints.map(|endpoint| endpoint["Policy"].clone()).collect()
    };
    let before = policies();
    let nobody =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}"#;
    for service in ["s3", "ecr.api"] {
        let edit = json!({ "VpcEndpointId": services[service]["id"], "PolicyDocument": nobody });
        stage.account().meddle("ec2", "modify_vpc_endpoint", &edit);
    }
    let modify = "ec2:ModifyVpcEndpoint";
    let plan = repair_by(&stage, "two policies edited", &[modify, modify]);
    let shown = plan.before(ADDRESS)["endpoints"]["policies"]
        .as_object()
        .expect("a map");
    assert_eq!(shown.keys().collect::<Vec<_>>(), ["ecr.api", "s3"]);
    assert_eq!(policies(), before);
}
