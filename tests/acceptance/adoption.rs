//! A stack that something else made is imported, tagged and named in place, and destroyed but for what it did not own.

use serde_json::{Value, json};

use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

/// The quickstart's environment, as the stack has it.
fn body(stack: &Value, strategy: &str) -> String {
    let text = |key: &str| stack[key].as_str().expect("text").to_owned();
    format!(
        r#"
  name           = "simulation"
  network        = {{ cidr_block = "10.0.0.0/16", max_azs = 3, subnet_prefix_length = 18 }}
  endpoints      = {{ cloudwatch_logs = false }}
  security_group = {{
    name               = "for-batch-compute-environment"
    description        = "For batch compute environment."
    allow_all_outbound = true
    ingress_rules = [
      {{ description = "from 10.0.0.0/16:443", protocol = "tcp", from_port = 443, to_port = 443, cidr_block = "10.0.0.0/16" }},
    ]
  }}
  compute_environment = {{
    name                = "my-batch-cluster"
    allocation_strategy = "{strategy}"
    instance_types      = ["t3.small"]
    desired_vcpus       = 0
    max_vcpus           = 4
    instance_role_arn   = "{}"
    service_role_arn    = "{}"
  }}
"#,
        text("profile"),
        text("service_role")
    )
}

#[test]
fn the_articles_stack_becomes_an_environment() {
    for strategy in ["BEST_FIT", "BEST_FIT_PROGRESSIVE"] {
        let stage = Stage::new();
        let stack = stage.account().script("stack.py", &[strategy]);
        let before = stage.account().snapshot();
        stage.environment(&body(&stack, strategy));
        let id = format!("{}/my-batch-cluster", stack["vpc"].as_str().expect("text"));
        stage.terraform(&["import", "-no-color", ADDRESS, &id]).succeeded();
        let imported = stage.state();
        assert_eq!(imported["name"], "my-batch-cluster");
        assert_eq!(imported["security_group"]["id"], stack["group"]);
        assert_eq!(stage.account().snapshot(), before, "an import changes nothing");

        let plan = stage.plan_and_apply();
        assert_eq!(plan.actions(ADDRESS), ["update"]);
        assert_eq!(plan.replaces(ADDRESS), [""; 0]);
        assert_eq!(plan.changed(ADDRESS), ["id", "name"], "{:#}", plan.after(ADDRESS));
        assert_eq!(plan.unknown_paths(ADDRESS), [""; 0]);
        let after = stage.account().snapshot();
        for (kind, id) in [
            ("vpcs", "VpcId"),
            ("subnets", "SubnetId"),
            ("route_tables", "RouteTableId"),
            ("security_groups", "GroupId"),
            ("endpoints", "VpcEndpointId"),
        ] {
            assert_eq!(ids(&after, kind, id), ids(&before, kind, id));
        }
        assert_eq!(after["vpcs"][0]["Tags"]["isolated:environment"], "simulation");
        let (old, new) = (&before["compute_environments"][0], &after["compute_environments"][0]);
        assert_eq!(old["computeResources"], new["computeResources"]);
        assert_eq!(new["tags"]["isolated:environment"], "simulation");

        stage.try_destroy().succeeded();
        let left = stage.account().snapshot();
        for (kind, things) in left.as_object().expect("an object") {
            let foreign = if kind == "roles" {
                2
            } else {
                usize::from(kind == "instance_profiles")
            };
            assert_eq!(things.as_array().map(Vec::len), Some(foreign), "{kind}: {things:#}");
        }
    }
}

fn ids(there: &Value, kind: &str, id: &str) -> Vec<String> {
    let things = there[kind].as_array().expect("a list").iter();
    let mut ids: Vec<String> = things.map(|thing| thing[id].to_string()).collect();
    ids.sort();
    ids
}

/// One call on the stack's queues, once the queue is settled.
fn on_queue(stage: &Stage, method: &str, name: &str, arguments: &Value) {
    let settled = || {
        let there = stage.account().snapshot();
        let queues = there["job_queues"].as_array().cloned().unwrap_or_default();
        let queue = queues.into_iter().find(|queue| queue["jobQueueName"] == name);
        queue.is_none_or(|queue| queue["status"] == "VALID").then_some(())
    };
    wait_for("the queue to be settled", settled);
    stage.account().meddle("batch", method, arguments);
    wait_for("the queue to be settled", settled);
}

/// Disables a compute environment and deletes it.
fn delete_compute_environment(stage: &Stage, name: &str) {
    let found = || {
        let there = stage.account().snapshot();
        let environments = there["compute_environments"].as_array().cloned().unwrap_or_default();
        environments.into_iter().find(|it| it["computeEnvironmentName"] == name)
    };
    let disable = json!({ "computeEnvironment": name, "state": "DISABLED" });
    stage.account().meddle("batch", "update_compute_environment", &disable);
    wait_for("the compute environment to be settled", || {
        found().filter(|it| it["status"] == "VALID").map(|_| ())
    });
    let delete = json!({ "computeEnvironment": name });
    stage.account().meddle("batch", "delete_compute_environment", &delete);
    wait_for("the compute environment to be gone", || found().is_none().then_some(()));
}

/// A job queue with these compute environments.
fn add_queue(stage: &Stage, name: &str, environments: &[&str]) {
    let order = environments.iter().enumerate();
    let order: Vec<Value> = order
        .map(|(index, arn)| json!({ "order": index + 1, "computeEnvironment": arn }))
        .collect();
    let queue = json!({
        "jobQueueName": name, "priority": 5, "state": "ENABLED", "computeEnvironmentOrder": order, "tags": { "team": "risk" }
    });
    on_queue(stage, "create_job_queue", name, &queue);
}

#[test]
fn the_stacks_job_queues_come_along_but_for_shared_ones() {
    let stage = Stage::new();
    let stack = stage.account().script("stack.py", &["BEST_FIT_PROGRESSIVE"]);
    let there = stage.account().snapshot();
    let arn = there["compute_environments"][0]["computeEnvironmentArn"].clone();
    let arn = arn.as_str().expect("text");
    let resources = &there["compute_environments"][0]["computeResources"];
    let other = json!({ "computeEnvironmentName": "other", "type": "MANAGED", "computeResources": resources });
    let other = stage.account().meddle("batch", "create_compute_environment", &other);
    let other = other["computeEnvironmentArn"].as_str().expect("text");
    wait_for("the other compute environment", || {
        let there = stage.account().snapshot();
        let mut environments = there["compute_environments"].as_array().expect("a list").iter();
        environments.all(|it| it["status"] == "VALID").then_some(())
    });
    add_queue(&stage, "my-jobs", &[arn]);
    add_queue(&stage, "shared", &[arn, other]);

    let body = body(&stack, "BEST_FIT_PROGRESSIVE") + "  timeouts = { delete = \"20s\" }\n";
    let with_queues = |queues: &str| stage.environment(&format!("{body}  job_queues = {{ {queues} }}\n"));
    with_queues(r#""my-jobs" = { name = "my-jobs", priority = 5 }"#);
    let before = stage.account().snapshot();
    let id = format!("{}/my-batch-cluster", stack["vpc"].as_str().expect("text"));
    let told = stage.terraform(&["import", "-no-color", ADDRESS, &id]).succeeded();
    told.says(&[
        "Job queue my-jobs was adopted too",
        r#""my-jobs" = { name = "my-jobs" }"#,
    ]);
    assert_eq!(stage.account().snapshot(), before, "an import changes nothing");
    let queues = stage.state()["job_queues"].clone();
    assert_eq!(queues.as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(queues["my-jobs"]["priority"], 5);

    let plan = stage.plan_and_apply();
    assert_eq!(
        plan.changed(ADDRESS),
        ["id", "name", "timeouts"],
        "{:#}",
        plan.after(ADDRESS)
    );
    assert_eq!(plan.unknown_paths(ADDRESS), [""; 0]);
    let queue = |name: &str| {
        let there = stage.account().snapshot();
        let queues = there["job_queues"].as_array().cloned().unwrap_or_default();
        queues.into_iter().find(|queue| queue["jobQueueName"] == name)
    };
    let (mine, shared) = (queue("my-jobs").expect("it stays"), queue("shared").expect("it stays"));
    assert_eq!(mine["tags"]["isolated:environment"], "simulation");
    assert_eq!(shared["tags"], json!({ "team": "risk" }));

    // Changed in place, and then under another key.
    with_queues(r#"main = { name = "my-jobs", priority = 9 }"#);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.unknown_paths(ADDRESS), [""; 0]);
    let changed = queue("my-jobs").expect("it stays");
    assert_eq!(
        (&changed["priority"], &changed["jobQueueArn"]),
        (&json!(9), &mine["jobQueueArn"])
    );

    // A compute environment of others is in its subnets: nothing at all is deleted. Then only their queue holds on.
    let before = stage.account().snapshot();
    stage
        .try_destroy()
        .failed()
        .says(&["in use by compute environments of others", "other (arn:aws:batch"]);
    assert_eq!(stage.account().snapshot(), before);
    let order = json!([{ "order": 1, "computeEnvironment": arn }]);
    let alone = json!({ "jobQueue": "shared", "computeEnvironmentOrder": order });
    on_queue(&stage, "update_job_queue", "shared", &alone);
    delete_compute_environment(&stage, "other");
    let shared = queue("shared").expect("it stays");
    stage.try_destroy().failed().says(&["shared"]);
    assert_eq!(queue("my-jobs"), None);
    assert_eq!(queue("shared").expect("it stays"), shared);
    let disable = json!({ "jobQueue": "shared", "state": "DISABLED" });
    on_queue(&stage, "update_job_queue", "shared", &disable);
    on_queue(&stage, "delete_job_queue", "shared", &json!({ "jobQueue": "shared" }));
    stage.try_destroy().succeeded();
    let left = stage.account().snapshot();
    assert_eq!(left["vpcs"], json!([]));
    assert_eq!(left["compute_environments"], json!([]));
}

#[test]
fn what_truly_differs_is_planned_and_what_is_not_there_is_told() {
    let stage = Stage::new();
    let stack = stage.account().script("stack.py", &["BEST_FIT_PROGRESSIVE"]);
    stage.environment(
        &body(&stack, "BEST_FIT_PROGRESSIVE").replace("cloudwatch_logs = false", "cloudwatch_logs = true"),
    );
    let vpc = stack["vpc"].as_str().expect("text");
    let import = |id: &str| stage.terraform(&["import", "-no-color", ADDRESS, id]);
    import("vpc-00000000000000000/my-batch-cluster")
        .failed()
        .says(&["There is no VPC vpc-00000000000000000", "ap-northeast-1"]);
    import(&format!("{vpc}/my-batch-klaster"))
        .failed()
        .says(&["no compute environment my-batch-klaster", "my-batch-cluster"]);
    import(&format!("{vpc}/my-batch-cluster@eu-west-1"))
        .failed()
        .says(&["There is no VPC"]);
    import(&format!("{vpc}/my-batch-cluster")).succeeded();
    let plan = stage.plan_and_apply();
    let unknown = plan.unknown_paths(ADDRESS);
    let logs = unknown.iter().all(|path| path.starts_with("endpoints.services.logs."));
    assert!(logs && !unknown.is_empty(), "{unknown:?}");
    assert_eq!(stage.state()["name"], "simulation");
}

#[test]
fn ownership_tags_that_are_gone_are_drift_and_put_back() {
    let stage = Stage::with(
        "  name = \"bare\"\n  network = { max_azs = 2 }\n  endpoints = { cloudwatch_logs = false }\n  compute_environment = { max_vcpus = 4 }\n",
    );
    stage.apply();
    let (state, before) = (stage.state(), stage.account().snapshot());
    let keys = ["isolated:environment", "isolated:account", "isolated:region"];
    let mut parts = vec![
        state["network"]["vpc_id"].clone(),
        state["security_group"]["id"].clone(),
    ];
    for subnet in state["network"]["subnets"].as_object().expect("subnets").values() {
        parts.extend([subnet["id"].clone(), subnet["route_table_id"].clone()]);
    }
    let services = state["endpoints"]["services"].as_object().expect("services");
    parts.extend(services.values().map(|service| service["id"].clone()));
    let tags: Vec<Value> = keys.iter().map(|key| json!({ "Key": key })).collect();
    stage
        .account()
        .meddle("ec2", "delete_tags", &json!({ "Resources": parts, "Tags": tags }));
    let arn = &state["compute_environment"]["arn"];
    stage.account().meddle(
        "batch",
        "untag_resource",
        &json!({ "resourceArn": arn, "tagKeys": keys }),
    );

    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.changed(ADDRESS), [""; 0], "{:#}", plan.after(ADDRESS));
    let after = stage.account().snapshot();
    for kind in [
        "vpcs",
        "subnets",
        "route_tables",
        "security_groups",
        "endpoints",
        "compute_environments",
    ] {
        assert_eq!(after[kind], before[kind]);
    }
    stage.destroy();
}
