//! Whatever ends a create half-way, nothing that was made is forgotten and nothing is made twice.

use serde_json::{Value, json};

use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

const BODY: &str = r#"
  name                = "resume"
  network             = { max_azs = 2 }
  endpoints           = { cloudwatch_logs = false }
  compute_environment = { name = "resume", max_vcpus = 4 }
"#;

/// One of everything, and not one more.
fn assert_whole_and_single(stage: &Stage) {
    let there = stage.account().snapshot();
    let expected = [
        ("vpcs", 1),
        ("subnets", 2),
        ("route_tables", 3),
        ("security_groups", 2),
        ("endpoints", 6),
        ("roles", 1),
        ("instance_profiles", 1),
        ("compute_environments", 1),
    ];
    for (kind, count) in expected {
        assert_eq!(
            there[kind].as_array().map(Vec::len),
            Some(count),
            "{kind}: {:#}",
            there[kind]
        );
    }
}

/// Waits until a call was answered.
fn wait_for_call(stage: &Stage, action: &str) {
    wait_for(action, || {
        stage
            .account()
            .requests()
            .iter()
            .find(|request| request.action() == action)
            .map(|_| ())
    });
}

fn refuse(stage: &Stage, action: &str, part: &str, code: &str, message: &str) {
    let effect = json!({ "error": { "status": 400, "code": code, "message": message } });
    stage
        .account()
        .add_fault(&json!({ "action": action, "match": part, "times": null, "effect": effect }));
}

#[test]
fn a_refused_endpoint_is_named_and_the_next_apply_goes_on() {
    let stage = Stage::with(BODY);
    refuse(
        &stage,
        "CreateVpcEndpoint",
        "ecr.api",
        "VpcEndpointLimitExceeded",
        "The limit of 50 is reached.",
    );
    let run = stage.try_apply().failed();
    let requests = stage.account().requests();
    let refused = requests
        .iter()
        .filter(|request| request.error_code() == Some("VpcEndpointLimitExceeded"));
    let ids: Vec<&str> = refused.map(|request| request.request_id()).collect();
    let words = run.words();
    assert!(
        ids.iter().any(|id| words.contains(id)),
        "the request id {ids:?} is in\n{words}"
    );
    run.says(&["ecr.api", "VpcEndpointLimitExceeded", "The limit of 50 is reached."]);

    let there = stage.account().snapshot();
    assert_eq!(
        there["endpoints"].as_array().map(Vec::len),
        Some(5),
        "the others were made: {:#}",
        there["endpoints"]
    );
    let state = stage.state();
    assert_eq!(
        state["network"]["vpc_id"], there["vpcs"][0]["VpcId"],
        "the state holds what exists"
    );
    assert!(stage.is_tainted());

    stage.account().clear_faults();
    stage.terraform(&["untaint", "-no-color", ADDRESS]).succeeded();
    stage.apply();
    assert_eq!(stage.state()["network"]["vpc_id"], state["network"]["vpc_id"]);
    assert_whole_and_single(&stage);
    stage.destroy();
}

#[test]
fn without_untaint_a_failed_create_is_replaced_and_leaves_nothing() {
    let stage = Stage::with(BODY);
    refuse(
        &stage,
        "CreateComputeEnvironment",
        "",
        "ClientException",
        "Instance type is not offered here.",
    );
    stage.try_apply().failed().says(&[
        "compute environment",
        "ClientException",
        "Instance type is not offered here.",
    ]);
    let first = stage.state()["network"]["vpc_id"].clone();
    stage.account().clear_faults();
    stage.apply();
    assert_ne!(stage.state()["network"]["vpc_id"], first);
    assert_whole_and_single(&stage);
    stage.destroy();
}

#[test]
fn a_failed_create_can_be_destroyed() {
    let stage = Stage::with(BODY);
    refuse(
        &stage,
        "CreateSubnet",
        "",
        "SubnetLimitExceeded",
        "The limit of 200 is reached.",
    );
    stage.try_apply().failed().says(&["subnet", "SubnetLimitExceeded"]);
    stage.destroy();
}

#[test]
fn an_update_that_fails_half_way_keeps_what_is_there_and_goes_on() {
    let stage = Stage::with(BODY);
    stage.apply();
    stage.environment(&BODY.replace("cloudwatch_logs = false", "additional_services = [\"secretsmanager\"]"));
    refuse(
        &stage,
        "CreateVpcEndpoint",
        "secretsmanager",
        "VpcEndpointLimitExceeded",
        "The limit of 50 is reached.",
    );
    stage
        .try_apply()
        .failed()
        .says(&["secretsmanager", "VpcEndpointLimitExceeded"]);
    assert!(!stage.is_tainted());
    assert!(
        stage.state()["endpoints"]["services"]["logs"]["id"].is_string(),
        "what was made is in the state"
    );
    stage.account().clear_faults();
    stage.apply();
    assert_eq!(
        stage.account().snapshot()["endpoints"].as_array().map(Vec::len),
        Some(8)
    );
}

#[test]
#[cfg(target_os = "linux")]
fn a_killed_provider_loses_nothing() {
    for (action, transition_seconds) in [
        ("ec2:CreateVpc", 3),
        ("ec2:CreateSecurityGroup", 3),
        ("iam:CreateRole", 3),
        // All is made by now: what is left is in transition until after the next apply has looked.
        ("batch:CreateComputeEnvironment", 20),
    ] {
        let stage = Stage::with(BODY);
        let slow = json!({ "transition_seconds": transition_seconds, "latency_ms": 30 });
        stage.account().settings(&slow);
        let running = stage.start(&["apply", "-auto-approve", "-no-color"]);
        wait_for_call(&stage, action);
        running.kill_provider();
        running.finish().failed();
        let before = stage.account().snapshot();

        stage
            .account()
            .settings(&json!({ "transition_seconds": 0.2, "latency_ms": 0 }));
        stage.apply();
        assert_whole_and_single(&stage);
        if let Some(vpc) = before["vpcs"].get(0) {
            let after = stage.account().snapshot();
            assert_eq!(after["vpcs"][0]["VpcId"], vpc["VpcId"], "killed after {action}");
        }
        stage.destroy();
    }
}

#[test]
fn a_finished_environment_that_is_not_in_the_state_is_refused_with_the_import_command() {
    let stage = Stage::with(BODY);
    stage.apply();
    std::fs::remove_file(stage.state_file()).expect("a state");
    let there = stage.account().snapshot();
    stage.try_apply().failed().says(&["terraform import", "resume"]);
    assert_eq!(stage.account().snapshot(), there, "and left alone");
}

#[test]
fn an_interrupted_create_keeps_every_id_in_the_state() {
    let stage = Stage::with(BODY);
    stage.account().settings(&json!({ "transition_seconds": 30 }));
    let running = stage.start(&["apply", "-auto-approve", "-no-color"]);
    wait_for_call(&stage, "ec2:CreateVpcEndpoint");
    running.signal("INT");
    running.finish().failed();

    let there = stage.account().snapshot();
    let state = stage.state();
    assert_eq!(state["network"]["vpc_id"], there["vpcs"][0]["VpcId"]);
    for endpoint in there["endpoints"].as_array().expect("a list") {
        let id = endpoint["VpcEndpointId"].as_str().expect("an id");
        assert!(
            state["endpoints"]["services"].to_string().contains(id),
            "{id} is in the state"
        );
    }

    stage.account().settings(&json!({ "transition_seconds": 0.2 }));
    // Endpoints that were made pending for 30 seconds stay so; only new ones take the new time.
    stage.terraform(&["untaint", "-no-color", ADDRESS]).succeeded();
    stage.apply();
    assert_eq!(stage.state()["network"]["vpc_id"], state["network"]["vpc_id"]);
    assert_whole_and_single(&stage);
    stage.destroy();
}

/// Creates without a token of AWS's, and with one: in both cases the answer is lost after the thing was made.
#[test]
fn a_lost_answer_makes_no_duplicate() {
    for (service, action) in [
        ("ec2", "CreateVpc"),
        ("ec2", "CreateSubnet"),
        ("ec2", "CreateRouteTable"),
        ("ec2", "CreateSecurityGroup"),
        ("ec2", "CreateVpcEndpoint"),
        ("iam", "CreateRole"),
        ("iam", "CreateInstanceProfile"),
        ("batch", "CreateComputeEnvironment"),
    ] {
        let stage = Stage::with(BODY);
        let lost = json!({ "service": service, "action": action, "times": 1, "effect": { "drop_reply": true } });
        stage.account().add_fault(&lost);
        stage.apply();
        assert_eq!(stage.account().faults_fired(), [1], "{action}");
        assert_whole_and_single(&stage);
    }
}

#[test]
fn a_lost_answer_to_a_delete_is_no_error() {
    let stage = Stage::with(BODY);
    stage.apply();
    for (service, action) in [
        ("ec2", "Delete*"),
        ("iam", "DeleteRole"),
        ("batch", "DeleteComputeEnvironment"),
    ] {
        let lost = json!({ "service": service, "action": action, "times": 1, "effect": { "drop_reply": true } });
        stage.account().add_fault(&lost);
    }
    stage.destroy();
}

#[test]
fn throttling_is_ridden_out() {
    let stage = Stage::with(BODY);
    let throttles = [
        ("ec2", "*", 503, "RequestLimitExceeded", 4),
        ("iam", "*", 400, "Throttling", 2),
        ("batch", "*", 429, "TooManyRequestsException", 2),
    ];
    let rules: Vec<Value> = throttles
        .map(|(service, action, status, code, times)| {
            let error = json!({ "status": status, "code": code, "message": "Rate exceeded" });
            json!({ "service": service, "action": action, "times": times, "effect": { "error": error } })
        })
        .to_vec();
    stage.account().add_fault(&Value::Array(rules));
    stage.apply();
    assert_eq!(stage.account().faults_fired(), [4, 2, 2]);
    assert_whole_and_single(&stage);
}
