//! Another compute environment behind the same queues, with the real terraform: what the log of requests proves, and what is left when
//! a swap does not come to its end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

/// A small environment with two queues and these arguments of its compute environment.
fn body(compute_environment: &str) -> String {
    format!(
        "  name = \"swap\"\n  network = {{ max_azs = 1 }}\n  endpoints = {{ cloudwatch_logs = false }}\n  \
         compute_environment = {{ max_vcpus = 4, {compute_environment} }}\n  job_queues = {{ fast = {{}}, slow = {{}} }}\n"
    )
}

fn name_of(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Plays all requests since the beginning again: after each one, every queue has a compute environment that is ENABLED.
fn assert_always_served(stage: &Stage) {
    let mut enabled: BTreeSet<String> = BTreeSet::new();
    let mut queues: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let requests = stage.account().requests();
    for request in requests.iter().filter(|request| request.error_code().is_none()) {
        let params = request.params();
        let environment = match params["computeEnvironmentName"].is_string() {
            true => name_of(&params["computeEnvironmentName"]),
            false => name_of(&params["computeEnvironment"]),
        };
        match request.action().as_str() {
            "batch:CreateComputeEnvironment" | "batch:UpdateComputeEnvironment" => match params["state"].as_str() {
                Some("ENABLED") => drop(enabled.insert(environment)),
                Some(_) => drop(enabled.remove(&environment)),
                None => {}
            },
            "batch:DeleteComputeEnvironment" => drop(enabled.remove(&environment)),
            "batch:CreateJobQueue" | "batch:UpdateJobQueue" => {
                if let Some(order) = params["computeEnvironmentOrder"].as_array() {
                    let queue = params["jobQueueName"].as_str().or(params["jobQueue"].as_str());
                    let order = order.iter().map(|entry| name_of(&entry["computeEnvironment"]));
                    queues.insert(queue.unwrap_or_default().to_owned(), order.collect());
                }
            }
            _ => {}
        }
        for (queue, order) in &queues {
            let action = request.action();
            assert!(
                order.iter().any(|name| enabled.contains(name)),
                "{queue} has only {order:?} after {action}"
            );
        }
    }
    assert_eq!(queues.len(), 2, "the log holds both queues");
}

/// One compute environment of that name, and the queues refer to it.
fn assert_arrived(stage: &Stage) {
    let there = stage.account().snapshot();
    let state = stage.state();
    assert_eq!(there["compute_environments"].as_array().map(Vec::len), Some(1));
    let arn = &there["compute_environments"][0]["computeEnvironmentArn"];
    assert_eq!(&state["compute_environment"]["arn"], arn);
    let queues = there["job_queues"].as_array().expect("a list");
    assert_eq!(queues.len(), 2);
    for queue in queues {
        let order = json!([{ "order": 1, "computeEnvironment": arn }]);
        assert_eq!(queue["computeEnvironmentOrder"], order);
    }
}

#[test]
fn a_name_that_stays_is_carried_by_a_stand_in_meanwhile() {
    let stage = Stage::with(&body("name = \"exact\""));
    stage.apply();
    stage.account().settings(&json!({ "busy": { "*": 2 } }));
    stage.environment(&body("name = \"exact\", allocation_strategy = \"BEST_FIT\""));
    stage
        .terraform(&["plan", "-no-color"])
        .succeeded()
        .says(&["A stand-in carries the job queues for a while"]);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(stage.state()["compute_environment"]["name"], "exact");
    assert_eq!(stage.state()["compute_environment"]["allocation_strategy"], "BEST_FIT");
    assert_arrived(&stage);
    assert_always_served(&stage);
    stage.account().settings(&json!({ "busy": {} }));
    stage.destroy();
}

#[test]
#[cfg(target_os = "linux")]
fn a_swap_whose_provider_is_killed_is_finished_by_the_next_apply() {
    for action in ["batch:UpdateJobQueue", "batch:DeleteComputeEnvironment"] {
        let stage = Stage::with(&body("create_service_role = true"));
        stage.apply();
        stage.environment(&body("create_service_role = false"));
        stage.account().settings(&json!({ "transition_seconds": 3 }));
        let before = stage.account().requests().len();
        let running = stage.start(&["apply", "-auto-approve", "-no-color"]);
        wait_for(action, || {
            let requests = stage.account().requests();
            let mut since = requests.iter().skip(before);
            since.find(|request| request.action() == action).map(|_| ())
        });
        running.kill_provider();
        running.finish().failed();
        stage.account().settings(&json!({ "transition_seconds": 0.2 }));
        stage.apply();
        assert_arrived(&stage);
        assert_always_served(&stage);
        let roles = stage.account().snapshot()["roles"].as_array().map(Vec::len);
        assert_eq!(roles, Some(1), "the service role is gone");
        stage.destroy();
    }
}

#[test]
fn a_role_that_a_failed_swap_left_goes_with_the_environment() {
    let stage = Stage::with(&body("create_service_role = true"));
    stage.apply();
    stage.environment(&body("create_service_role = false"));
    let error = json!({ "status": 403, "code": "AccessDenied", "message": "Not you." });
    stage
        .account()
        .add_fault(&json!({ "service": "iam", "action": "DeleteRole", "times": null, "effect": { "error": error } }));
    stage.try_apply().failed().says(&["AccessDenied"]);
    assert_eq!(stage.state()["compute_environment"]["create_service_role"], false);
    stage.account().clear_faults();
    stage.destroy();
}

#[test]
fn a_name_is_kept_when_what_was_unknown_turns_out_the_same() {
    let stage = Stage::with(&body("name = \"exact\""));
    stage.apply();
    let before = stage.account().snapshot();
    // Without a name of the user's it keeps the one it has, which is none that could be derived.
    let later = body("type = terraform_data.later.output");
    let resource = |input: &str| {
        format!(
            "resource \"terraform_data\" \"later\" {{\n  input = \"{input}\"\n}}\n\
             resource \"isolated_batch_environment\" \"this\" {{\n{later}\n}}\n"
        )
    };
    stage.configuration(&resource("EC2"));
    let plan = stage.plan_and_apply();
    assert!(
        plan.unknown_paths(ADDRESS)
            .contains(&"compute_environment.name".to_owned()),
        "{:?}",
        plan.unknown_paths(ADDRESS)
    );
    assert_eq!(stage.state()["compute_environment"]["name"], "exact");
    assert_eq!(
        stage.account().snapshot()["compute_environments"],
        before["compute_environments"]
    );
    stage.destroy();
}
