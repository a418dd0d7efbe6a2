//! A stack that something else made is imported, tagged and named in place, and destroyed but for what it did not own.

use serde_json::{Value, json};

use crate::plan::Plan;
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

/// The attributes at the top that a plan changes, but for `drift`, which says in words what has no attribute.
fn changed(plan: &Plan) -> Vec<String> {
    let (before, after) = (plan.before(ADDRESS), plan.after(ADDRESS));
    let fields = after.as_object().expect("an object").iter();
    let changed = fields.filter(|(name, value)| before[name.as_str()] != **value && *name != "drift");
    changed.map(|(name, _)| name.clone()).collect()
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
        assert_eq!(changed(&plan), ["id", "name"], "{:#}", plan.after(ADDRESS));
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
    assert_eq!(changed(&plan), [""; 0], "{:#}", plan.after(ADDRESS));
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
