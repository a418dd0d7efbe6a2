//! Changes that AWS cannot make in place replace the environment, and the plan says which attribute it was.

use crate::stage::{ADDRESS, Stage};

const BODY: &str = r#"
  name                = "swap"
  network             = { cidr_block = "10.0.0.0/16", max_azs = 2 }
  endpoints           = { cloudwatch_logs = false }
  security_group      = { name = "shared", description = "Not derived from the name." }
  compute_environment = { name = "swap-one", max_vcpus = 4 }
"#;

#[test]
fn a_name_or_a_block_that_changes_replaces_everything() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.state()["network"]["vpc_id"].clone();

    for (old, new, path) in [
        ("\"swap\"", "\"swapped\"", "name"),
        ("10.0.0.0/16", "10.8.0.0/16", "network.cidr_block"),
    ] {
        stage.environment(&BODY.replace(old, new));
        let plan = stage.plan();
        assert_eq!(plan.actions(ADDRESS), ["delete", "create"], "{path}");
        assert_eq!(plan.replaces(ADDRESS), [path]);
    }

    stage.environment(&BODY.replace("10.0.0.0/16", "10.8.0.0/16"));
    stage.apply();
    let there = stage.account().snapshot();
    assert_eq!(there["vpcs"].as_array().map(Vec::len), Some(1), "the old one is gone");
    assert_eq!(there["vpcs"][0]["CidrBlock"], "10.8.0.0/16");
    assert_ne!(there["vpcs"][0]["VpcId"], before);
    stage.destroy();
}

#[test]
fn another_name_of_the_compute_environment_swaps_it_and_nothing_else() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    stage.environment(&BODY.replace("\"swap-one\"", "\"swap-two\""));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.replaces(ADDRESS), [] as [&str; 0]);
    let after = stage.account().snapshot();
    assert_eq!(after["compute_environments"].as_array().map(Vec::len), Some(1));
    assert_eq!(after["compute_environments"][0]["computeEnvironmentName"], "swap-two");
    for kind in ["vpcs", "subnets", "endpoints", "security_groups", "roles"] {
        assert_eq!(after[kind], before[kind], "{kind}");
    }
    stage.destroy();
}
