//! Several environments in one network that somebody else made.

use crate::foreign::{Network, all, managed, of_others};
use crate::stage::Stage;

const SERVICES: [&str; 7] = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "logs", "s3"];
const FIRST: &str = "isolated_batch_environment.first";
const SECOND: &str = "isolated_batch_environment.second";

fn environment(name: &str, network: &str, more: &str) -> String {
    format!(
        "resource \"isolated_batch_environment\" \"{name}\" {{\n  name = \"{name}\"\n  network = {network}\n  \
         compute_environment = {{ max_vcpus = 4 }}\n{more}}}\n"
    )
}

#[test]
fn the_second_environment_uses_the_endpoints_of_the_first() {
    let stage = Stage::new();
    let network = Network::with(&stage, &[]);
    let (before, theirs) = (stage.account().snapshot(), of_others(&stage));
    // The tables of the first environment's subnets are all of the second's.
    let first = environment("first", &network.hcl(3), "");
    let second = environment("second", &network.hcl(2), "");

    stage.configuration(&first);
    stage.apply();
    stage.configuration(&format!("{first}{second}"));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(FIRST), ["no-op"]);
    assert_eq!(managed(plan.after(SECOND)), all(&SERVICES, false));
    let (one, two) = (stage.state_of(FIRST), stage.state_of(SECOND));
    assert_eq!(managed(&one), all(&SERVICES, true));
    for service in SERVICES {
        let id = |state: &serde_json::Value| state["endpoints"]["services"][service]["id"].clone();
        assert_eq!(id(&one), id(&two), "{service}");
    }
    assert_eq!(
        stage.account().snapshot()["endpoints"].as_array().map(Vec::len),
        Some(7)
    );

    // One goes, and takes its endpoints along: the next plan of the other makes what is missing.
    stage.configuration(&second);
    stage.try_apply().succeeded();
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(SECOND), ["update"]);
    assert_eq!(managed(&stage.state_of(SECOND)), all(&SERVICES, true));
    assert_eq!(of_others(&stage), theirs);

    stage.try_destroy().succeeded();
    assert_eq!(stage.account().snapshot(), before);
}

#[test]
fn two_environments_of_one_configuration_share_the_endpoints() {
    for more in ["", "  depends_on = [isolated_batch_environment.first]\n"] {
        let stage = Stage::new();
        let network = Network::with(&stage, &[]);
        let before = stage.account().snapshot();
        stage.configuration(&format!(
            "{}{}",
            environment("first", &network.hcl(2), ""),
            environment("second", &network.hcl(2), more)
        ));
        stage.apply();
        let there = stage.account().snapshot();
        assert_eq!(
            there["endpoints"].as_array().map(Vec::len),
            Some(7),
            "none is made twice"
        );
        assert_eq!(there["compute_environments"].as_array().map(Vec::len), Some(2));
        stage.try_destroy().succeeded();
        assert_eq!(stage.account().snapshot(), before);
    }
}

#[test]
fn a_host_is_not_unparked_beside_the_endpoints_of_its_guest() {
    let stage = Stage::new();
    let host = |enabled: bool| {
        environment(
            "first",
            "{ max_azs = 2 }",
            &format!("  endpoints = {{ enabled = {enabled} }}\n"),
        )
    };
    let place = "{ vpc_id = isolated_batch_environment.first.network.vpc_id, subnet_ids = isolated_batch_environment.first.network.subnet_ids }";
    let guest = environment("second", place, "");
    stage.configuration(&format!("{}{guest}", host(false)));
    stage.apply();
    let before = stage.account().snapshot();
    stage.configuration(&format!("{}{guest}", host(true)));
    let run = stage.terraform(&["plan", "-no-color"]).failed();
    assert_eq!(run.stderr.matches("Error: ").count(), 1, "{}", run.stderr);
    let state = stage.state_of(SECOND);
    let mut words = vec![
        "in the way",
        "of environment second",
        "park the environment that made them",
    ];
    for service in SERVICES {
        words.push(state["endpoints"]["services"][service]["id"].as_str().expect("an id"));
    }
    run.says(&words);
    assert_eq!(stage.account().snapshot(), before);

    stage.configuration(&host(true));
    stage
        .terraform(&["apply", "-auto-approve", "-no-color", "-target", SECOND])
        .succeeded();
    stage.apply();
    stage.destroy();
}

#[test]
fn a_host_is_not_destroyed_under_its_guest() {
    let stage = Stage::new();
    let host = environment("first", "{ max_azs = 2 }", "");
    stage.configuration(&host);
    stage.apply();
    let network = stage.state_of(FIRST)["network"].clone();
    let place = format!(
        "{{ vpc_id = {}, subnet_ids = {} }}",
        network["vpc_id"], network["subnet_ids"]
    );
    let guest = environment("second", &place, "");
    stage.configuration(&format!("{host}{guest}"));
    stage.apply();
    let before = stage.account().snapshot();
    stage.configuration(&guest);
    stage.try_apply().failed().says(&[
        "in use by compute environments of others",
        "of environment second",
        "Nothing is deleted",
    ]);
    assert_eq!(stage.account().snapshot(), before);
    stage.configuration(&host);
    stage.apply();
    stage.destroy();
}
