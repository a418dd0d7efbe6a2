//! Who is calling, and where: what is missing is said with the ways to give it.

use serde_json::json;

use crate::stage::Stage;

const BODY: &str = r#"
resource "isolated_batch_environment" "this" {
  name                = "who"
  compute_environment = { max_vcpus = 4 }
}
"#;

fn plan_with(provider: &str, settings: &[(&str, &str)]) -> crate::process::Run {
    let mut stage = Stage::new();
    for (name, value) in settings {
        stage.set(name, value);
    }
    stage.configuration_with_provider(&format!("provider \"isolated\" {{\n{provider}\n}}\n{BODY}"));
    stage.terraform(&["plan", "-no-color"])
}

#[test]
fn a_missing_region_says_where_it_was_looked_for() {
    plan_with("", &[])
        .failed()
        .says(&["region", "AWS_REGION", "AWS_DEFAULT_REGION", "profile"]);
}

#[test]
fn the_region_is_taken_from_the_environment() {
    plan_with("", &[("AWS_REGION", "ap-northeast-1")]).succeeded();
    plan_with("", &[("AWS_DEFAULT_REGION", "ap-northeast-1")]).succeeded();
}

#[test]
fn missing_credentials_say_which_ways_were_looked_at() {
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    let run = plan_with("region = \"ap-northeast-1\"", &none).failed();
    run.says(&["credentials", "AWS_ACCESS_KEY_ID", "profile"]);
}

#[test]
fn keys_may_stand_in_the_provider_block() {
    let none = [("AWS_ACCESS_KEY_ID", ""), ("AWS_SECRET_ACCESS_KEY", "")];
    let keys = "region = \"ap-northeast-1\"\n access_key = \"testing\"\n secret_key = \"testing\"";
    plan_with(keys, &none).succeeded();
}

#[test]
fn a_profile_that_does_not_exist_is_named() {
    plan_with("region = \"ap-northeast-1\"\n profile = \"nobody\"", &[])
        .failed()
        .says(&["nobody"]);
}

#[test]
fn an_account_that_is_not_allowed_is_named() {
    let run = plan_with(
        "region = \"ap-northeast-1\"\n allowed_account_ids = [\"210987654321\"]",
        &[],
    )
    .failed();
    run.says(&["123456789012", "allowed_account_ids"]);
    let run = plan_with(
        "region = \"ap-northeast-1\"\n forbidden_account_ids = [\"123456789012\"]",
        &[],
    )
    .failed();
    run.says(&["123456789012", "forbidden_account_ids"]);
}

#[test]
fn refused_credentials_are_quoted() {
    let stage = Stage::new();
    let error = json!({ "status": 403, "code": "InvalidClientTokenId", "message": "The security token included in the request is invalid." });
    stage
        .account()
        .add_fault(&json!({ "service": "sts", "times": null, "effect": { "error": error } }));
    stage.configuration(BODY);
    let run = stage.terraform(&["plan", "-no-color"]).failed();
    run.says(&["sts:GetCallerIdentity", "InvalidClientTokenId"]);
}

#[test]
fn default_tags_are_on_everything_and_in_tags_all() {
    let stage = Stage::new();
    let provider = "provider \"isolated\" {\n  region = \"ap-northeast-1\"\n  default_tags = { tags = { project = \"simulation\", team = \"all\" } }\n}\n";
    let body = BODY.replace("{ max_vcpus = 4 }", "{ max_vcpus = 4 }\n  tags = { team = \"risk\" }");
    stage.configuration_with_provider(&format!("{provider}{body}"));
    stage.apply();
    let there = stage.account().snapshot();
    for kind in ["vpcs", "subnets", "endpoints", "roles", "instance_profiles"] {
        for thing in there[kind].as_array().expect("a list") {
            assert_eq!(thing["Tags"]["project"], "simulation", "{kind}");
            assert_eq!(thing["Tags"]["team"], "risk", "{kind}: the resource's own tag wins");
        }
    }
    let state = stage.state();
    assert_eq!(state["tags"], json!({ "team": "risk" }));
    assert_eq!(state["tags_all"]["project"], "simulation");
    stage.destroy();
}
