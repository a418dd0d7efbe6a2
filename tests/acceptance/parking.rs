//! Parking: an environment without endpoints, and back.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

fn body(zones: usize, enabled: bool) -> String {
    format!(
        r#"
  name                = "parked"
  network             = {{ max_azs = {zones} }}
  endpoints           = {{ additional_services = ["dynamodb"], enabled = {enabled} }}
  compute_environment = {{ max_vcpus = 4 }}
"#
    )
}

fn without_endpoints(mut there: Value) -> Value {
    let kinds = there.as_object_mut().expect("an object");
    kinds.remove("endpoints");
    kinds.remove("network_interfaces");
    // The routes to the gateways go with them.
    kinds.remove("route_tables");
    // Their interfaces give addresses back.
    for subnet in kinds["subnets"].as_array_mut().expect("a list") {
        subnet["AvailableIpAddressCount"] = Value::Null;
    }
    there
}

#[test]
pub(crate) fn the_endpoints_go_and_come_back_and_nothing_else_does() {
    let stage = Stage::with(&body(2, true));
    stage.apply();
    let before = stage.account().snapshot();
    let state = stage.state();

    stage.environment(&body(2, false));
    stage
        .terraform(&["plan", "-no-color"])
        .succeeded()
        .says(&["The environment is parked", "RUNNABLE"]);
    assert_eq!(stage.plan_and_apply().actions(ADDRESS), ["update"]);
    let there = stage.account().snapshot();
    assert_eq!(there["endpoints"], json!([]));
    assert_eq!(there["network_interfaces"], json!([]));
    assert_eq!(without_endpoints(there), without_endpoints(before));
    let parked = stage.state();
    assert_eq!(parked["endpoints"]["services"], json!({}));
    assert_eq!(parked["estimated_monthly_cost"]["amount"], 0);
    assert_eq!(
        parked["compute_environment"]["arn"],
        state["compute_environment"]["arn"]
    );

    stage.environment(&body(2, true));
    stage
        .terraform(&["plan", "-no-color"])
        .succeeded()
        .says(&["gets its endpoints back", "122.64 USD"]);
    assert_eq!(stage.plan_and_apply().actions(ADDRESS), ["update"]);
    assert_eq!(
        stage.account().snapshot()["endpoints"].as_array().map(Vec::len),
        Some(8)
    );
    stage.destroy();
}

#[test]
fn an_environment_is_made_parked_imported_and_given_a_zone() {
    let stage = Stage::with(&body(2, false));
    stage.apply();
    assert_eq!(stage.account().snapshot()["endpoints"], json!([]));

    fs::remove_file(stage.state_file()).expect("a state");
    stage.terraform(&["import", "-no-color", ADDRESS, "parked"]).succeeded();
    assert_eq!(stage.state()["endpoints"]["enabled"], false);
    stage.apply();

    stage.environment(&body(3, false));
    assert_eq!(stage.plan_and_apply().actions(ADDRESS), ["update"]);
    let there = stage.account().snapshot();
    assert_eq!(there["subnets"].as_array().map(Vec::len), Some(3));
    assert_eq!(there["endpoints"], json!([]));
    stage.destroy();
}
