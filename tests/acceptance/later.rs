//! Values of an environment that is there which are known only when something else is made in the same apply: Terraform plans twice,
//! and the second plan must not say anything else than the first.

use serde_json::Value;

use crate::stage::{ADDRESS, Stage};

/// Writes an environment, and what is made in the same apply if there is any.
fn configure(stage: &Stage, later: &str, arguments: &str) {
    let made_later = match later {
        "" => String::new(),
        later => format!("resource \"terraform_data\" \"later\" {{\n  input = {{ {later} }}\n}}\n"),
    };
    stage.configuration(&format!(
        "{made_later}resource \"isolated_batch_environment\" \"this\" {{\n{arguments}\n}}\n"
    ));
}

/// An environment of an exact name.
fn body(compute_environment: &str) -> String {
    format!(
        "  name       = \"later\"\n  network    = {{ max_azs = 1 }}\n  endpoints  = {{ cloudwatch_logs = false }}\n  \
         job_queues = {{ default = {{}} }}\n  compute_environment = {{ name = \"exact\", max_vcpus = 4{compute_environment} }}"
    )
}

fn compute(values: &Value, name: &str) -> Value {
    values["compute_environment"][name].clone()
}

#[test]
fn what_may_need_another_compute_environment_is_planned_as_such() {
    let stage = Stage::new();
    stage
        .account()
        .settings(&serde_json::json!({ "transition_seconds": 0 }));
    configure(&stage, "", &body(""));
    stage.apply();
    let cases = [
        (
            "role = true",
            ", create_service_role = terraform_data.later.output.role",
        ),
        (
            "strategy = \"BEST_FIT\"",
            ", allocation_strategy = terraform_data.later.output.strategy",
        ),
        ("type = \"FARGATE\"", ", type = terraform_data.later.output.type"),
    ];
    for (later, argument) in cases {
        configure(&stage, later, &body(argument));
        let run = stage.terraform(&["plan", "-no-color", "-out=saved.plan"]).succeeded();
        assert!(
            run.stdout.contains("A stand-in may carry the job queues for a while"),
            "{later}: {}",
            run.stdout
        );
        let plan = stage.plan_and_apply();
        assert_eq!(plan.actions(ADDRESS), ["update"], "{later}");
        for name in ["arn", "ecs_cluster_arn"] {
            assert_eq!(compute(plan.unknown(ADDRESS), name), true, "{later}: {name}");
        }
        assert_eq!(compute(&stage.state(), "name"), "exact", "{later}");
        stage.terraform(&["state", "rm", "terraform_data.later"]).succeeded();
        configure(&stage, "", &body(""));
        stage.apply();
    }
    stage.destroy();
}

#[test]
fn a_region_and_a_zone_may_be_known_later() {
    let stage = Stage::new();
    let hcl = |region: &str, zone: &str| {
        stage.configuration(&format!(
            r#"
resource "terraform_data" "later" {{
  input            = {{ region = "{region}", zone = "{zone}" }}
  triggers_replace = "{region} {zone}"
}}

resource "isolated_batch_environment" "this" {{
  name                = "later"
  region              = terraform_data.later.output.region
  network             = {{ availability_zones = ["{region}a", terraform_data.later.output.zone] }}
  endpoints           = {{ cloudwatch_logs = false }}
  compute_environment = {{ max_vcpus = 4 }}
}}
"#
        ));
    };
    hcl("ap-northeast-1", "ap-northeast-1c");
    let plan = stage.plan_and_apply();
    assert_eq!(plan.unknown(ADDRESS)["estimated_monthly_cost"], true);
    assert_eq!(stage.state()["estimated_monthly_cost"]["endpoint_zone_pairs"], 10);
    hcl("eu-west-1", "eu-west-1b");
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["delete", "create"]);
    assert_eq!(stage.state()["network"]["availability_zones"][1], "eu-west-1b");
    stage.destroy();
}

#[test]
fn an_environment_of_another_state_is_refused_whatever_differs() {
    let stage = Stage::with(&body(""));
    stage.apply();
    let there = stage.account().snapshot();
    let state = stage.state_file();
    let aside = stage.folder().join("aside.tfstate");
    std::fs::rename(&state, &aside).expect("a file");
    for different in [
        ", type = \"FARGATE\"",
        ", instance_role_arn = \"arn:aws:iam::123456789012:instance-profile/given\"",
        ", instance_types = [\"c6i.large\"]",
        "",
    ] {
        stage.environment(&body(different));
        stage
            .try_apply()
            .failed()
            .says(&["There is an environment later already", "terraform import"]);
        assert_eq!(stage.account().snapshot(), there, "{different} changed nothing");
    }
    std::fs::rename(&aside, &state).expect("a file");
    stage.environment(&body(""));
    stage.assert_settled();
    stage.destroy();
}
