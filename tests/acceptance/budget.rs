//! How many calls an environment costs.
//!
//! Counted is everything from the start of the command to its end, the provider's own questions included, but not polls. A
//! poll is the repetition of an identical read of something that is waited for (endpoints, compute environments, job queues,
//! network interfaces) within the same command.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::foreign::Network;
use crate::local_aws::Request;
use crate::stage::Stage;

const WAITED_FOR: [&str; 4] = [
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeNetworkInterfaces",
    "batch:DescribeComputeEnvironments",
    "batch:DescribeJobQueues",
];

#[test]
fn the_quickstart_costs_no_more_calls_than_promised() {
    let stage = Stage::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/main.tf");
    stage.file("main.tf", &fs::read_to_string(example).expect("the example"));

    stage.try_apply().succeeded();
    within("create", 45, &stage);
    stage.assert_settled();
    within("refresh", 16, &stage);
    stage.try_destroy().succeeded();
    within("destroy", 35, &stage);
}

/// Calls that look at an existing network: the VPC, its two DNS attributes, its subnets, route tables, groups and endpoints.
const LOOK: usize = 7;

#[test]
fn a_guest_is_refreshed_and_destroyed_for_no_more() {
    let stage = Stage::new();
    let network = Network::with(&stage, &["ecs"]);
    stage.account().clear_requests();
    stage.environment(&format!(
        "  name = \"guest\"\n  network = {}\n  compute_environment = {{ max_vcpus = 4 }}\n",
        network.hcl(3)
    ));
    stage.try_apply().succeeded();
    // The network is looked at by the plan, and once more when terraform plans again for the apply.
    within("create", 45 + 2 * LOOK, &stage);
    stage.assert_settled();
    within("refresh", 16, &stage);
    stage.try_destroy().succeeded();
    within("destroy", 35, &stage);
}

fn within(what: &str, most: usize, stage: &Stage) {
    let requests = stage.account().requests();
    stage.account().clear_requests();
    let counted = without_polls(&requests);
    let mut by_action: BTreeMap<String, usize> = BTreeMap::new();
    counted
        .iter()
        .for_each(|request| *by_action.entry(request.action()).or_default() += 1);
    assert!(
        counted.len() <= most,
        "{what}: {} calls, {most} promised: {by_action:#?}",
        counted.len()
    );
}

fn without_polls(requests: &[Request]) -> Vec<&Request> {
    let mut seen = BTreeSet::new();
    let is_first = |request: &&Request| {
        let action = request.action();
        let first = seen.insert((action.clone(), request.params().to_string()));
        first || !WAITED_FOR.contains(&action.as_str())
    };
    requests.iter().filter(is_first).collect()
}
