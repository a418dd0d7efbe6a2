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
        ("\"swap-one\"", "\"swap-two\"", "compute_environment.name"),
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
