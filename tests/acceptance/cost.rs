//! What the endpoints cost, known at plan time.

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

fn body(endpoints: &str) -> String {
    format!(
        r#"
  name                = "costs"
  endpoints           = {{ {endpoints} }}
  compute_environment = {{ max_vcpus = 4 }}
"#
    )
}

/// The planned estimate, written as Terraform writes it.
fn planned(stage: &Stage) -> Value {
    stage.plan().after(ADDRESS)["estimated_monthly_cost"].clone()
}

#[test]
fn the_cost_is_planned_kept_and_follows_the_endpoints() {
    let stage = Stage::with(&body("cloudwatch_logs = false"));
    let cost = planned(&stage);
    let expected = json!({
        "currency": "USD", "amount": 153.3, "hours": 730, "endpoint_zone_pairs": 15, "unit_price": 0.014, "price_date": "2026-11-28",
    });
    assert_eq!(cost, expected);
    stage.apply();
    assert_eq!(stage.state()["estimated_monthly_cost"], expected);
    let shown = stage.terraform(&["show", "-no-color"]).succeeded();
    assert!(shown.stdout.contains("= 153.3\n"), "{}", shown.stdout);

    stage.environment(&body(""));
    assert_eq!(planned(&stage)["amount"], json!(183.96));
    stage.environment(&body(
        r#"cloudwatch_logs = false, availability_zones = ["ap-northeast-1a"]"#,
    ));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.after(ADDRESS)["estimated_monthly_cost"]["amount"], json!(51.1));
    assert_eq!(stage.state()["estimated_monthly_cost"]["endpoint_zone_pairs"], 5);
}

#[test]
fn a_region_without_a_known_price_has_pairs_and_no_amount() {
    let stage = Stage::new();
    stage.configuration(
        r#"
resource "isolated_batch_environment" "this" {
  name                = "unpriced"
  region              = "ca-central-1"
  compute_environment = { max_vcpus = 4 }
}
"#,
    );
    let cost = planned(&stage);
    assert_eq!(cost["endpoint_zone_pairs"], 18);
    assert_eq!((&cost["amount"], &cost["unit_price"]), (&Value::Null, &Value::Null));
}
