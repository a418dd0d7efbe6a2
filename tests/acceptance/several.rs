//! More than one environment, and attributes whose values are not known when it is planned.

use crate::stage::{ADDRESS, Stage};

#[test]
fn two_environments_stand_side_by_side() {
    let stage = Stage::new();
    stage.configuration(
        r#"
resource "isolated_batch_environment" "each" {
  for_each            = { north = "10.1.0.0/16", south = "10.2.0.0/16" }
  name                = each.key
  network             = { cidr_block = each.value, max_azs = 2 }
  endpoints           = { cloudwatch_logs = false }
  compute_environment = { max_vcpus = 4 }
}
"#,
    );
    stage.apply();
    let there = stage.account().snapshot();
    assert_eq!(there["vpcs"].as_array().map(Vec::len), Some(2));
    assert_eq!(there["compute_environments"].as_array().map(Vec::len), Some(2));

    // One goes, and the other does not notice.
    let south = stage.state_of("isolated_batch_environment.each[\"south\"]");
    stage
        .terraform(&[
            "destroy",
            "-auto-approve",
            "-no-color",
            "-target=isolated_batch_environment.each[\"north\"]",
        ])
        .succeeded();
    assert_eq!(stage.state_of("isolated_batch_environment.each[\"south\"]"), south);
    stage
        .terraform(&[
            "plan",
            "-detailed-exitcode",
            "-no-color",
            "-target=isolated_batch_environment.each[\"south\"]",
        ])
        .succeeded();
    stage.destroy();
}

#[test]
fn unknown_values_are_planned_as_unknown_and_known_when_applied() {
    let stage = Stage::new();
    stage.configuration(
        r#"
resource "terraform_data" "later" {
  input = { block = "10.7.0.0/16", types = ["c6i.large"], vcpus = 8, zones = 2, tag = "risk" }
}

resource "isolated_batch_environment" "this" {
  name      = "later"
  network   = { cidr_block = terraform_data.later.output.block, max_azs = terraform_data.later.output.zones }
  endpoints = { cloudwatch_logs = false }
  compute_environment = {
    instance_types = terraform_data.later.output.types
    max_vcpus      = terraform_data.later.output.vcpus
  }
  tags = { team = terraform_data.later.output.tag }
}
"#,
    );
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    let unknown = plan.unknown_paths(ADDRESS);
    for path in [
        "network.cidr_block",
        "compute_environment.max_vcpus",
        "compute_environment.instance_types",
    ] {
        assert!(
            unknown.iter().any(|other| other == path),
            "{path} is not known yet: {unknown:?}"
        );
    }
    stage.apply();
    let there = stage.account().snapshot();
    assert_eq!(there["vpcs"][0]["CidrBlock"], "10.7.0.0/16");
    assert_eq!(there["vpcs"][0]["Tags"]["team"], "risk");
    assert_eq!(there["compute_environments"][0]["computeResources"]["maxvCpus"], 8);
    stage.destroy();
}

#[test]
fn a_change_plans_as_unknown_only_what_it_makes_anew() {
    let body = |services: &str| {
        format!(
            "  name = \"calm\"\n  network = {{ max_azs = 2 }}\n  compute_environment = {{ max_vcpus = 4 }}\n  \
             endpoints = {{ cloudwatch_logs = false, additional_services = {services} }}\n"
        )
    };
    let stage = Stage::with(&body("[]"));
    stage.apply();
    stage.environment(&body("[\"sqs\"]"));
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let unknown = plan.unknown_paths(ADDRESS);
    let only_new = unknown.iter().all(|path| path.starts_with("endpoints.services.sqs."));
    assert!(only_new && !unknown.is_empty(), "{unknown:?}");
}

#[test]
fn nothing_given_and_empty_objects_mean_the_same() {
    let bare = "  name = \"bare\"\n  compute_environment = { max_vcpus = 4 }\n";
    let stage = Stage::with(bare);
    stage.apply();
    for more in [
        "network = {}\n endpoints = {}\n security_group = {}\n tags = {}",
        "network = null\n endpoints = null\n security_group = null\n tags = null",
        "network = { cidr_block = null, max_azs = null }\n endpoints = { additional_services = null }\n deletion_protection = false",
    ] {
        stage.environment(&format!("{bare}{more}"));
        let again = stage.terraform(&["plan", "-detailed-exitcode", "-no-color"]);
        assert_eq!(again.code, Some(0), "{more}\n{}\n{}", again.stdout, again.stderr);
    }
}
