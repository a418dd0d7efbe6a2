//! Job queues: each is made, changed, put right and removed without touching the others.

use serde_json::{Value, json};

use crate::plan::Plan;
use crate::stage::{ADDRESS, Stage};

/// A small environment with queues.
fn body(queues: &str) -> String {
    format!(
        "  name = \"lanes\"\n  network = {{ max_azs = 1 }}\n  endpoints = {{ cloudwatch_logs = false }}\n  \
         compute_environment = {{ max_vcpus = 4 }}\n  job_queues = {{\n{queues}\n  }}\n"
    )
}

const TWO: &str = "    fast = { priority = 10 }\n    slow = {}";

fn queue(stage: &Stage, name: &str) -> Value {
    let there = stage.account().snapshot();
    let queues = there["job_queues"].as_array().cloned().unwrap_or_default();
    let mut queues = queues.into_iter().filter(|queue| queue["jobQueueName"] == name);
    queues.next().unwrap_or(Value::Null)
}

fn change(stage: &Stage, queues: &str) -> Plan {
    stage.environment(&body(queues));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{queues}");
    plan
}

#[test]
fn queues_are_added_changed_and_removed_one_by_one() {
    let stage = Stage::with(&body(TWO));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.after(ADDRESS)["job_queues"]["fast"]["name"], "lanes-fast");
    assert_eq!(plan.after(ADDRESS)["job_queues"]["slow"]["status"], "VALID");
    let (fast, slow) = (queue(&stage, "lanes-fast"), queue(&stage, "lanes-slow"));
    assert_eq!((&fast["priority"], &slow["priority"]), (&json!(10), &json!(1)));
    assert_eq!(fast["state"], "ENABLED");
    assert_eq!(fast["tags"]["isolated:environment"], "lanes");
    let environment = stage.state()["compute_environment"]["arn"].clone();
    assert_eq!(
        fast["computeEnvironmentOrder"],
        json!([{ "order": 1, "computeEnvironment": environment }])
    );
    assert_eq!(stage.state()["job_queues"]["fast"]["arn"], fast["jobQueueArn"]);

    stage.account().clear_requests();
    let limits = r#"    slow = {}
    fast = {
      priority = 20
      enabled  = false
      job_state_time_limit_actions = [{
        reason = "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT", state = "RUNNABLE", max_time_seconds = 600, action = "CANCEL"
      }]
    }"#;
    let plan = change(&stage, limits);
    assert_eq!(plan.unknown_paths(ADDRESS), [] as [&str; 0]);
    let changed = queue(&stage, "lanes-fast");
    assert_eq!(
        (&changed["priority"], &changed["state"]),
        (&json!(20), &json!("DISABLED"))
    );
    assert_eq!(changed["jobStateTimeLimitActions"][0]["maxTimeSeconds"], 600);
    assert_eq!(queue(&stage, "lanes-slow"), slow, "the other queue is not touched");

    // One goes and another comes; an argument that is removed returns to its default.
    change(&stage, "    fast = {}\n    new = { name = \"exact\" }");
    assert_eq!(queue(&stage, "lanes-slow"), Value::Null);
    assert_eq!(queue(&stage, "exact")["status"], "VALID");
    let fast = queue(&stage, "lanes-fast");
    assert_eq!((&fast["priority"], &fast["state"]), (&json!(1), &json!("ENABLED")));
    assert_eq!(fast["jobQueueArn"], changed["jobQueueArn"]);
    let calls = stage.account().requests();
    let deleted = calls.iter().filter(|call| call.action() == "batch:DeleteJobQueue");
    assert_eq!(deleted.count(), 1);
    stage.destroy();
}

#[test]
fn a_queue_that_batch_cannot_change_is_made_anew_alone() {
    let stage = Stage::with(&body(TWO));
    stage.apply();
    let slow = queue(&stage, "lanes-slow");
    let policy = stage.account().meddle(
        "batch",
        "create_scheduling_policy",
        &json!({ "name": "fair", "fairsharePolicy": {} }),
    );
    let arn = policy["arn"].as_str().expect("an ARN");

    stage.environment(&body(&format!(
        "    fast = {{ priority = 10, scheduling_policy_arn = \"{arn}\" }}\n    slow = {{}}"
    )));
    let told = stage.terraform(&["plan", "-no-color"]).succeeded();
    assert!(
        told.stdout.contains("Job queue lanes-fast is deleted and made anew"),
        "{}",
        told.stdout
    );
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(queue(&stage, "lanes-fast")["schedulingPolicyArn"], arn);
    assert_eq!(queue(&stage, "lanes-slow"), slow);

    // Another name is another queue.
    change(&stage, "    fast = { name = \"renamed\" }\n    slow = {}");
    assert_eq!(queue(&stage, "lanes-fast"), Value::Null);
    assert_eq!(queue(&stage, "renamed")["status"], "VALID");
    assert_eq!(queue(&stage, "lanes-slow"), slow);
    stage.destroy();
}

#[test]
fn queues_that_others_change_or_delete_are_put_right() {
    let stage = Stage::with(&body(TWO));
    stage.apply();
    let settled = |name: &'static str| {
        crate::process::wait_for("the queue to settle", || {
            let status = queue(&stage, name)["status"].clone();
            (status.is_null() || status == "VALID").then_some(())
        });
    };
    let edit = json!({ "jobQueue": "lanes-fast", "priority": 3, "state": "DISABLED" });
    stage.account().meddle("batch", "update_job_queue", &edit);
    settled("lanes-fast");
    let plan = stage.plan_and_apply();
    assert_eq!(plan.before(ADDRESS)["job_queues"]["fast"]["priority"], 3);
    assert_eq!(plan.before(ADDRESS)["job_queues"]["fast"]["enabled"], false);
    assert_eq!(queue(&stage, "lanes-fast")["priority"], 10);

    let disable = json!({ "jobQueue": "lanes-slow", "state": "DISABLED" });
    stage.account().meddle("batch", "update_job_queue", &disable);
    settled("lanes-slow");
    stage
        .account()
        .meddle("batch", "delete_job_queue", &json!({ "jobQueue": "lanes-slow" }));
    settled("lanes-slow");
    let plan = stage.plan_and_apply();
    assert_eq!(
        plan.before(ADDRESS)["job_queues"].get("slow"),
        None,
        "it is shown as gone"
    );
    assert!(
        plan.unknown_paths(ADDRESS)
            .iter()
            .all(|path| path.starts_with("job_queues.slow")),
        "{:?}",
        plan.unknown_paths(ADDRESS)
    );
    assert_eq!(queue(&stage, "lanes-slow")["status"], "VALID");
    stage.destroy();
}

#[test]
fn a_swap_keeps_the_queues_and_never_leaves_them_alone() {
    let stage = Stage::with(&body(TWO));
    stage.apply();
    let before = stage.state();
    stage.account().clear_requests();
    let fargate = body(TWO).replace("max_vcpus = 4", "type = \"FARGATE\", max_vcpus = 4");
    stage.environment(&fargate);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.replaces(ADDRESS), [] as [&str; 0]);
    let after = stage.state();
    assert_ne!(
        after["compute_environment"]["name"],
        before["compute_environment"]["name"]
    );
    assert_eq!(after["job_queues"], before["job_queues"]);
    assert_eq!(after["network"]["vpc_id"], before["network"]["vpc_id"]);
    let there = stage.account().snapshot();
    assert_eq!(
        there["compute_environments"].as_array().map(Vec::len),
        Some(1),
        "the former one is gone"
    );

    // The order of the calls: made, queues moved, disabled, deleted.
    let calls = stage.account().requests();
    let position = |action: &str| {
        calls
            .iter()
            .position(|call| call.action() == action)
            .expect("it was called")
    };
    let last_move = calls
        .iter()
        .rposition(|call| call.action() == "batch:UpdateJobQueue")
        .expect("queues moved");
    assert!(position("batch:CreateComputeEnvironment") < position("batch:UpdateJobQueue"));
    assert!(
        last_move < position("batch:UpdateComputeEnvironment"),
        "disabled after the queues had moved"
    );
    assert!(position("batch:UpdateComputeEnvironment") < position("batch:DeleteComputeEnvironment"));
    assert!(calls.iter().all(|call| call.action() != "batch:DeleteJobQueue"));
    stage.destroy();
}
