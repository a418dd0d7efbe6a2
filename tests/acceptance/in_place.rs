//! Changes that AWS can make in place are made in place: everything else keeps its id.

use serde_json::{Value, json};

use crate::ids::lost;
use crate::stage::{ADDRESS, Stage};

/// The attributes of a small environment, with some of its objects exchanged.
fn body(changes: &[(&str, &str)]) -> String {
    let mut objects = vec![
        ("name", "\"tune\""),
        ("network", "{ max_azs = 2 }"),
        ("endpoints", "{ cloudwatch_logs = false }"),
        (
            "compute_environment",
            "{ max_vcpus = 4, instance_types = [\"c6i.large\"] }",
        ),
    ];
    objects.retain(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    objects.extend(changes);
    objects
        .iter()
        .map(|(name, value)| format!("  {name} = {value}\n"))
        .collect()
}

/// Applies a change and returns what is there; nothing that was there before may be gone or exchanged.
fn change(stage: &Stage, changes: &[(&str, &str)]) -> Value {
    let before = stage.account().snapshot();
    stage.environment(&body(changes));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{changes:?}");
    let after = stage.account().snapshot();
    let lost = lost(&before, &after);
    assert!(lost.is_empty(), "{changes:?} made these anew: {lost:?}");
    after
}

fn our_group(there: &Value) -> &Value {
    let groups = there["security_groups"].as_array().expect("a list");
    groups
        .iter()
        .find(|group| group["GroupName"] != "default")
        .expect("ours")
}

fn environment(there: &Value) -> &Value {
    &there["compute_environments"][0]
}

#[test]
fn the_compute_environment_is_updated_in_place() {
    let stage = Stage::with(&body(&[]));
    stage.apply();

    let there = change(
        &stage,
        &[(
            "compute_environment",
            "{ max_vcpus = 8, instance_types = [\"c6i.large\"] }",
        )],
    );
    assert_eq!(environment(&there)["computeResources"]["maxvCpus"], 8);

    let wanted = r#"{
      max_vcpus         = 8
      min_vcpus         = 1
      enabled           = false
      instance_types    = ["m6i.large", "c6i.large"]
      ec2_configuration = [{ image_type = "ECS_AL2023" }]
      instance_tags     = { stage = "second" }
    }"#;
    let there = change(&stage, &[("compute_environment", wanted)]);
    let resources = &environment(&there)["computeResources"];
    assert_eq!(environment(&there)["state"], "DISABLED");
    assert_eq!(resources["minvCpus"], 1);
    assert_eq!(resources["tags"], json!({ "stage": "second" }));
    assert_eq!(resources["instanceTypes"].as_array().map(Vec::len), Some(2));

    // An argument that is removed returns to its default.
    let there = change(
        &stage,
        &[(
            "compute_environment",
            "{ max_vcpus = 8, instance_types = [\"m6i.large\"] }",
        )],
    );
    assert_eq!(environment(&there)["state"], "ENABLED");
    assert_eq!(environment(&there)["computeResources"]["minvCpus"], 0);
    stage.destroy();
}

#[test]
fn a_scaling_change_goes_alone_so_that_it_is_no_infrastructure_update() {
    let stage = Stage::with(&body(&[]));
    stage.apply();
    stage.account().clear_requests();
    change(
        &stage,
        &[(
            "compute_environment",
            "{ max_vcpus = 16, instance_types = [\"c6i.large\"] }",
        )],
    );
    let requests = stage.account().requests();
    let updates: Vec<_> = requests
        .iter()
        .filter(|request| request.action() == "batch:UpdateComputeEnvironment")
        .collect();
    assert_eq!(updates.len(), 1);
    let sent = updates[0].params()["computeResources"].as_object().expect("resources");
    let allowed = ["minvCpus", "maxvCpus", "desiredvCpus"];
    assert!(sent.keys().all(|key| allowed.contains(&key.as_str())), "{sent:?}");
}

#[test]
fn zones_and_services_are_added_and_removed_in_place() {
    let zones = |names: &[&str]| format!("{{ availability_zones = {names:?} }}");
    let two = zones(&["ap-northeast-1a", "ap-northeast-1c"]);
    let stage = Stage::with(&body(&[("network", &two)]));
    stage.apply();

    let three = zones(&["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"]);
    let there = change(&stage, &[("network", &three)]);
    assert_eq!(there["subnets"].as_array().map(Vec::len), Some(3));
    for endpoint in there["endpoints"].as_array().expect("a list") {
        let places = if endpoint["VpcEndpointType"] == "Gateway" {
            "RouteTableIds"
        } else {
            "SubnetIds"
        };
        assert_eq!(endpoint[places].as_array().map(Vec::len), Some(3), "{endpoint:#}");
    }
    assert_eq!(
        environment(&there)["computeResources"]["subnets"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );

    let more = r#"{ cloudwatch_logs = true, additional_services = ["secretsmanager", "dynamodb"] }"#;
    let there = change(&stage, &[("network", &three), ("endpoints", more)]);
    let names = there["endpoints"].to_string();
    assert!(names.contains("logs") && names.contains("secretsmanager"), "{names}");
    let dynamodb = there["endpoints"].as_array().expect("a list").iter();
    let mut dynamodb = dynamodb.filter(|endpoint| endpoint["ServiceName"].as_str().unwrap_or("").ends_with("dynamodb"));
    assert_eq!(dynamodb.next().expect("there")["VpcEndpointType"], "Gateway");

    stage.environment(&body(&[("network", &three)]));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(
        stage.account().snapshot()["endpoints"].as_array().map(Vec::len),
        Some(6),
        "what is not asked for goes"
    );
    stage.destroy();
}

#[test]
fn rules_and_tags_are_changed_in_place() {
    let stage = Stage::with(&body(&[("tags", r#"{ team = "risk" }"#)]));
    stage.apply();

    let group = r#"{
      allow_all_outbound = true
      ingress_rules = [{ description = "NFS", protocol = "tcp", from_port = 2049, to_port = 2049, cidr_block = "10.9.0.0/16" }]
    }"#;
    let there = change(&stage, &[("tags", r#"{ team = "risk" }"#), ("security_group", group)]);
    let groups = our_group(&there).to_string();
    assert!(
        groups.contains("10.9.0.0/16") && groups.contains("0.0.0.0/0"),
        "{groups}"
    );

    let there = change(&stage, &[("tags", r#"{ team = "science", cost = "42" }"#)]);
    let groups = our_group(&there).to_string();
    assert!(
        !groups.contains("10.9.0.0/16") && !groups.contains("0.0.0.0/0"),
        "rules not asked for go: {groups}"
    );
    for kind in ["vpcs", "subnets", "endpoints", "roles", "instance_profiles"] {
        for thing in there[kind].as_array().expect("a list") {
            assert_eq!(thing["Tags"]["team"], "science", "{kind}: {thing:#}");
            assert_eq!(thing["Tags"]["cost"], "42", "{kind}: {thing:#}");
        }
    }
    assert_eq!(environment(&there)["tags"]["team"], "science");
    assert_eq!(stage.state()["tags_all"]["team"], "science");
    stage.destroy();
}

#[test]
fn what_concerns_terraform_only_costs_no_change_in_aws() {
    let stage = Stage::with(&body(&[]));
    stage.apply();
    stage.account().clear_requests();
    change(
        &stage,
        &[("deletion_protection", "true"), ("timeouts", "{ create = \"45m\" }")],
    );
    let writes: Vec<String> = stage
        .account()
        .requests()
        .iter()
        .map(|request| request.action())
        .collect();
    let read = |action: &String| {
        ["Describe", "List", "Get"]
            .iter()
            .any(|verb| action.contains(&format!(":{verb}")))
    };
    assert!(writes.iter().all(read), "only reads: {writes:?}");
}
