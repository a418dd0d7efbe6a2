//! Import by name, with and without the region.

use std::fs;

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

const BODY: &str = r#"
  name                = "adopt"
  network             = { max_azs = 2, subnet_prefix_length = 20 }
  endpoints           = { cloudwatch_logs = false, additional_services = ["secretsmanager"] }
  security_group      = { allow_all_outbound = true }
  compute_environment = { max_vcpus = 4, instance_types = ["c6i.large"], instance_tags = { a = "b" } }
  tags                = { team = "risk" }
"#;

/// What only Terraform knows, and AWS cannot tell.
const UNKNOWN_TO_AWS: [&str; 3] = ["deletion_protection", "timeouts", "desired_vcpus"];

#[test]
fn an_environment_is_imported_by_its_name_and_the_next_plan_is_empty() {
    let stage = Stage::with(BODY);
    stage.apply();
    let made = stage.state();

    for id in ["adopt", "adopt@ap-northeast-1"] {
        fs::remove_file(stage.state_file()).expect("a state");
        stage.terraform(&["import", "-no-color", ADDRESS, id]).succeeded();
        assert_eq!(
            without_unknown(stage.state()),
            without_unknown(made.clone()),
            "imported as {id}"
        );
        stage.assert_settled();
    }
    stage.destroy();
}

#[test]
fn half_an_environment_is_imported_with_a_word_on_what_is_missing() {
    let stage = Stage::with(BODY);
    stage.apply();
    let services = stage.state()["endpoints"]["services"].clone();
    let services = services.as_object().expect("services");
    let forget = |ids: &[&Value]| {
        stage
            .account()
            .meddle("ec2", "delete_vpc_endpoints", &json!({ "VpcEndpointIds": ids }));
        fs::remove_file(stage.state_file()).expect("a state");
        stage.terraform(&["import", "-no-color", ADDRESS, "adopt"]).succeeded()
    };
    forget(&[&services["ecr.api"]["id"]]).says(&["Environment adopt is not whole", "the endpoint for ecr.api"]);
    stage.apply();

    let services = stage.state()["endpoints"]["services"].clone();
    let services = services.as_object().expect("services").values();
    let ids: Vec<&Value> = services.map(|service| &service["id"]).collect();
    forget(&ids).says(&["Environment adopt has no endpoint", "enabled = false"]);
    let told = stage.terraform(&["plan", "-no-color"]).succeeded();
    told.says(&["The parked environment gets its endpoints back"]);
    stage.apply();
    stage.destroy();
}

#[test]
fn what_cannot_be_imported_is_said() {
    let stage = Stage::with(BODY);
    let import = |id: &str| stage.terraform(&["import", "-no-color", ADDRESS, id]).failed();
    import("nobody").says(&["nobody", "ap-northeast-1"]);
    import("not a name").says(&["not a name"]);
    import("adopt@eu-west-1@x").says(&["adopt@eu-west-1@x"]);
}

fn without_unknown(mut state: Value) -> Value {
    for name in UNKNOWN_TO_AWS {
        state.as_object_mut().expect("an object").remove(name);
        if let Some(environment) = state["compute_environment"].as_object_mut() {
            environment.remove(name);
        }
    }
    state
}
