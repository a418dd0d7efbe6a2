//! Endpoint policies: presets, policies of one's own, what others edit, and services that take none.

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

fn body(endpoints: &str) -> String {
    format!(
        r#"
  name                = "guarded"
  network             = {{ max_azs = 2 }}
  endpoints           = {{ {endpoints} }}
  compute_environment = {{ max_vcpus = 4 }}
"#
    )
}

/// The policies in the account by short name of their service.
fn policies(stage: &Stage) -> Vec<(String, Value)> {
    let there = stage.account().snapshot();
    let endpoints = there["endpoints"].as_array().expect("a list");
    let policy = |endpoint: &Value| {
        let name = endpoint["ServiceName"].as_str().expect("a name");
        let document = endpoint["PolicyDocument"].as_str().expect("a policy");
        let service = name.rsplit_once("ap-northeast-1.").expect("a region").1;
        (service.to_owned(), serde_json::from_str(document).expect("JSON"))
    };
    endpoints.iter().map(policy).collect()
}

fn policy(stage: &Stage, service: &str) -> Value {
    let found = policies(stage).into_iter().find(|(name, _)| name == service);
    found.expect("an endpoint").1
}

fn id(stage: &Stage, service: &str) -> Value {
    stage.state()["endpoints"]["services"][service]["id"].clone()
}

#[test]
fn policies_are_written_changed_in_place_and_reset() {
    let stage = Stage::with(&body(r#"policy = "same_account""#));
    stage.apply();
    for (service, document) in policies(&stage) {
        let condition = &document["Statement"][0]["Condition"]["StringEquals"];
        assert_eq!(condition["aws:PrincipalAccount"], "123456789012", "{service}");
    }
    let layers = &policy(&stage, "s3")["Statement"][2];
    assert_eq!(layers["Action"], "s3:GetObject");
    assert_eq!(
        layers["Resource"][0],
        "arn:aws:s3:::prod-ap-northeast-1-starport-layer-bucket/*"
    );
    let before = id(&stage, "s3");

    let own = r#"policy = "same_organization", organization_id = "o-a1b2c3d4e5", policies = {
      s3 = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "*" }] })
    }"#;
    stage.environment(&body(own));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.unknown_paths(ADDRESS), [""; 0], "a policy changes nothing else");
    assert_eq!(policy(&stage, "s3")["Statement"][0]["Action"], "s3:GetObject");
    let organization = &policy(&stage, "ecr.api")["Statement"][0]["Condition"]["StringEquals"]["aws:PrincipalOrgID"];
    assert_eq!(organization, "o-a1b2c3d4e5");

    stage.environment(&body(""));
    assert_eq!(stage.plan_and_apply().actions(ADDRESS), ["update"]);
    for (service, document) in policies(&stage) {
        assert_eq!(document["Statement"][0]["Action"], "*", "{service}");
        assert_eq!(document["Statement"][0]["Condition"], Value::Null, "{service}");
    }
    assert_eq!(id(&stage, "s3"), before);
    stage.destroy();
}

#[test]
fn a_policy_that_somebody_edits_is_shown_by_its_service_and_put_back() {
    let stage = Stage::with(&body(r#"policy = "same_account""#));
    stage.apply();
    let before = policies(&stage);
    let reset = json!({ "VpcEndpointId": id(&stage, "logs"), "ResetPolicy": true });
    stage.account().meddle("ec2", "modify_vpc_endpoint", &reset);
    stage
        .terraform(&["apply", "-refresh-only", "-auto-approve", "-no-color"])
        .succeeded();
    let shown = stage.state()["endpoints"]["policies"].clone();
    assert!(
        shown["logs"].as_str().is_some_and(|text| text.contains("\"*\"")),
        "{shown}"
    );
    assert_eq!(shown.as_object().map(serde_json::Map::len), Some(1), "{shown}");

    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.after(ADDRESS)["endpoints"]["policies"], json!({}));
    assert_eq!(policies(&stage), before);
}

#[test]
fn a_service_that_takes_no_policy_has_none() {
    let stage = Stage::with(&body(r#"policy = "same_account""#));
    let agent = "com.amazonaws.ap-northeast-1.ecs-agent";
    stage
        .account()
        .settings(&json!({ "service_policies": { agent: false } }));
    stage.apply();
    assert_eq!(policy(&stage, "ecs-agent")["Statement"][0]["Condition"], Value::Null);
    assert_ne!(policy(&stage, "ecs")["Statement"][0]["Condition"], Value::Null);

    let own = r#"policies = { ecs-agent = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "ecs:Poll", Resource = "*" }] }) }"#;
    stage.environment(&body(own));
    let run = stage.terraform(&["plan", "-no-color"]).failed();
    run.says(&["ecs-agent", "cannot have a policy"]);
}
