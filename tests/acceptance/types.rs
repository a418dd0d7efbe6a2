//! Every type of compute environment: made, planned again without a change, changed in place and destroyed.

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

fn body(compute: &str) -> String {
    format!("  name = \"kind\"\n  network = {{ max_azs = 2 }}\n  compute_environment = {{ {compute} }}\n")
}

fn environment(there: &Value) -> &Value {
    &there["compute_environments"][0]
}

/// What an environment of this type is in AWS once it is made, and after its size has been changed in place.
fn lives(compute: &str, check: impl Fn(&Stage, &Value)) {
    let stage = Stage::with(&body(&format!("{compute}, max_vcpus = 4")));
    stage.apply();
    let there = stage.account().snapshot();
    check(&stage, &there);

    stage.environment(&body(&format!("{compute}, max_vcpus = 8")));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{compute}");
    let after = stage.account().snapshot();
    assert_eq!(environment(&after)["uuid"], environment(&there)["uuid"], "{compute}");
    assert_eq!(environment(&after)["computeResources"]["maxvCpus"], 8, "{compute}");
    stage.destroy();
}

fn services(there: &Value) -> Vec<String> {
    let endpoints = there["endpoints"].as_array().expect("a list").iter();
    let names = endpoints.filter_map(|endpoint| endpoint["ServiceName"].as_str());
    names
        .map(|name| name.trim_start_matches("com.amazonaws.ap-northeast-1.").to_owned())
        .collect()
}

fn list(there: &Value, kind: &str) -> usize {
    there[kind].as_array().map_or(0, Vec::len)
}

#[test]
fn spot_needs_no_fleet_role() {
    lives(r#"type = "SPOT""#, |stage, there| {
        let resources = &environment(there)["computeResources"];
        assert_eq!(resources["type"], "SPOT");
        assert_eq!(resources["allocationStrategy"], "SPOT_PRICE_CAPACITY_OPTIMIZED");
        assert_eq!(resources["spotIamFleetRole"], Value::Null);
        assert_eq!(list(there, "roles"), 1, "that of the instances");
        assert_eq!(
            stage.state()["compute_environment"]["spot_iam_fleet_role_arn"],
            Value::Null
        );
        assert_eq!(services(there).len(), 7);
    });
}

#[test]
fn spot_with_best_fit_owns_a_fleet_role() {
    lives(r#"type = "SPOT", allocation_strategy = "BEST_FIT""#, |stage, there| {
        let used = &environment(there)["computeResources"]["spotIamFleetRole"];
        assert_eq!(&stage.state()["compute_environment"]["spot_iam_fleet_role_arn"], used);
        let roles = there["roles"].as_array().expect("a list");
        let role = roles
            .iter()
            .find(|role| role["Arn"] == *used)
            .expect("the fleet's role");
        let role = role.to_string();
        assert!(
            role.contains("spotfleet.amazonaws.com") && role.contains("AmazonEC2SpotFleetTaggingRole"),
            "{role}"
        );
    });
}

#[test]
fn an_ordered_strategy_keeps_the_order_of_its_types() {
    let compute =
        r#"allocation_strategy = "BEST_FIT_PROGRESSIVE_ORDERED", instance_types = ["m6i.large", "c6i.large"]"#;
    lives(compute, |_, there| {
        let resources = &environment(there)["computeResources"];
        assert_eq!(resources["allocationStrategy"], "BEST_FIT_PROGRESSIVE_ORDERED");
        assert_eq!(resources["instanceTypes"], json!(["m6i.large", "c6i.large"]));
    });
}

#[test]
fn every_strategy_of_spot_is_taken() {
    for strategy in ["SPOT_CAPACITY_OPTIMIZED", "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED"] {
        let compute = format!(r#"type = "SPOT", allocation_strategy = "{strategy}", instance_types = ["m6i", "c6i"]"#);
        lives(&compute, |_, there| {
            let resources = &environment(there)["computeResources"];
            assert_eq!(resources["allocationStrategy"], strategy);
            assert_eq!(resources["instanceTypes"], json!(["m6i", "c6i"]));
        });
    }
}

#[test]
fn fargate_has_no_instances_and_half_the_endpoints() {
    for kind in ["FARGATE", "FARGATE_SPOT"] {
        lives(&format!(r#"type = "{kind}""#), |stage, there| {
            let resources = environment(there)["computeResources"].as_object().expect("resources");
            let fields: Vec<&str> = resources.keys().map(String::as_str).collect();
            assert_eq!(fields, ["maxvCpus", "securityGroupIds", "subnets", "type"], "{kind}");
            assert_eq!(services(there), ["ecr.api", "ecr.dkr", "logs", "s3"]);
            assert_eq!((list(there, "roles"), list(there, "instance_profiles")), (0, 0));
            let state = &stage.state()["compute_environment"];
            for argument in [
                "min_vcpus",
                "instance_types",
                "instance_role_arn",
                "update_policy",
                "allocation_strategy",
            ] {
                assert_eq!(state[argument], Value::Null, "{argument}");
            }
        });
    }
}

#[test]
fn fargate_gets_another_zone_in_place() {
    let with = |zones: &str| {
        format!(
            "  name = \"kind\"\n  network = {{ availability_zones = {zones} }}\n  compute_environment = {{ type = \"FARGATE\", max_vcpus = 4 }}\n"
        )
    };
    let stage = Stage::with(&with(r#"["ap-northeast-1a"]"#));
    stage.apply();
    let before = stage.account().snapshot();
    stage.environment(&with(r#"["ap-northeast-1a", "ap-northeast-1c"]"#));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_eq!(environment(&after)["uuid"], environment(&before)["uuid"]);
    let subnets = environment(&after)["computeResources"]["subnets"]
        .as_array()
        .map(Vec::len);
    assert_eq!(subnets, Some(2));
    stage.destroy();
}

#[test]
fn on_demand_becomes_spot_and_back_in_place() {
    let stage = Stage::with(&body("max_vcpus = 4"));
    stage.apply();
    let uuid = environment(&stage.account().snapshot())["uuid"].clone();
    for (compute, kind, strategy) in [
        (
            r#"type = "SPOT", max_vcpus = 4, bid_percentage = 70"#,
            "SPOT",
            "SPOT_PRICE_CAPACITY_OPTIMIZED",
        ),
        ("max_vcpus = 4", "EC2", "BEST_FIT_PROGRESSIVE"),
    ] {
        stage.environment(&body(compute));
        let plan = stage.plan_and_apply();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{kind}");
        let there = stage.account().snapshot();
        assert_eq!(environment(&there)["uuid"], uuid, "{kind}");
        assert_eq!(environment(&there)["computeResources"]["type"], kind);
        assert_eq!(environment(&there)["computeResources"]["allocationStrategy"], strategy);
    }
    stage.destroy();
}
