//! Environments in a VPC that somebody else made: what is theirs stays as it is.

use serde_json::json;

use crate::foreign::{Network, all, managed, of_others};
use crate::stage::{ADDRESS, Stage};

const INTERFACES: [&str; 6] = ["ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs"];

fn body(network: &str, more: &str) -> String {
    format!("  name = \"guest\"\n  network = {network}\n  compute_environment = {{ max_vcpus = 4 }}\n{more}\n")
}

#[test]
fn nothing_of_others_is_ever_changed() {
    let stage = Stage::new();
    let network = Network::with(&stage, &["ecs", "logs"]);
    let (before, theirs) = (stage.account().snapshot(), of_others(&stage));

    stage.environment(&body(&network.hcl(2), ""));
    let plan = stage.plan_and_apply();
    let after = plan.after(ADDRESS);
    assert_eq!(after["network"]["vpc_id"], network.vpc_id());
    assert_eq!(after["network"]["cidr_block"], "10.20.0.0/16");
    let zone = &after["network"]["subnets"]["ap-northeast-1c"];
    assert_eq!(zone["id"], network.subnet(1));
    assert_eq!(zone["route_table_id"], network.route_table());
    assert_eq!(after["endpoints"]["services"]["ecs"]["id"], network.endpoint("ecs"));
    assert_eq!(of_others(&stage), theirs, "after a create");

    let state = stage.state();
    let mut expected = all(&INTERFACES, true);
    expected["s3"] = json!(true);
    expected["ecs"] = json!(false);
    expected["logs"] = json!(false);
    assert_eq!(managed(&state), expected);
    let there = stage.account().snapshot();
    assert_eq!(there["vpcs"].as_array().map(Vec::len), Some(1));
    assert_eq!(there["subnets"].as_array().map(Vec::len), Some(3));
    assert_eq!(there["endpoints"].as_array().map(Vec::len), Some(7));

    stage.environment(&body(
        &network.hcl(3),
        "  tags = { team = \"risk\" }\n  security_group = { allow_all_outbound = true }",
    ));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "other subnets are a change in place");
    assert_eq!(of_others(&stage), theirs, "after an update");
    let there = stage.account().snapshot();
    let subnets = there["compute_environments"][0]["computeResources"]["subnets"].as_array();
    assert_eq!(subnets.map(Vec::len), Some(3));

    stage.try_destroy().succeeded();
    assert_eq!(stage.account().snapshot(), before, "after a destroy");
}

#[test]
fn what_stands_in_the_way_is_told_before_anything_is_made() {
    let stage = Stage::new();
    let network = Network::with(&stage, &["ecs!"]);
    let before = stage.account().snapshot();
    let refused = |network: &str, words: &[&str]| {
        stage.environment(&body(network, ""));
        stage.terraform(&["plan", "-no-color"]).failed().says(words);
    };
    refused(
        &network.hcl(2),
        &[
            network.endpoint("ecs"),
            "is in the way of an endpoint for ecs",
            "443",
            "10.20.0.0/24",
            "Attribute: endpoints",
        ],
    );
    refused(
        &format!(
            "{{ vpc_id = {:?}, subnet_ids = [\"subnet-0123456789abcdef0\"] }}",
            network.vpc_id()
        ),
        &[
            "network.subnet_ids[0]",
            "has no subnet subnet-0123456789abcdef0",
            network.subnet(0),
        ],
    );
    refused(
        &format!(
            "{{ vpc_id = {:?}, subnet_ids = [\"subnet-0123456789abcdef0\", \"subnet-0123456789abcdef1\"] }}",
            network.vpc_id()
        ),
        &[
            "has no subnets subnet-0123456789abcdef0 and subnet-0123456789abcdef1",
            "Attribute: network.subnet_ids",
        ],
    );
    refused(
        &format!(
            "{{ vpc_id = \"vpc-0123456789abcdef0\", subnet_ids = [{:?}] }}",
            network.subnet(0)
        ),
        &["There is no VPC vpc-0123456789abcdef0"],
    );
    let other = stage.account().meddle(
        "ec2",
        "create_subnet",
        &json!({"VpcId": network.vpc_id(), "AvailabilityZone": "ap-northeast-1a", "CidrBlock": "10.20.9.0/28"}),
    );
    let other = other["Subnet"]["SubnetId"].as_str().expect("an id");
    refused(
        &format!(
            "{{ vpc_id = {:?}, subnet_ids = [{:?}, {other:?}] }}",
            network.vpc_id(),
            network.subnet(0)
        ),
        &["are both in ap-northeast-1a"],
    );
    stage
        .account()
        .meddle("ec2", "delete_subnet", &json!({"SubnetId": other}));
    stage.account().meddle(
        "ec2",
        "modify_vpc_attribute",
        &json!({"VpcId": network.vpc_id(), "EnableDnsHostnames": {"Value": false}}),
    );
    refused(
        &network.hcl(2),
        &["enableDnsHostnames of", network.vpc_id(), "modify-vpc-attribute"],
    );
    stage.account().meddle(
        "ec2",
        "modify_vpc_attribute",
        &json!({"VpcId": network.vpc_id(), "EnableDnsHostnames": {"Value": true}}),
    );
    assert_eq!(stage.account().snapshot(), before);
}

#[test]
fn a_fault_of_the_network_does_not_keep_from_destroying() {
    let stage = Stage::new();
    let network = Network::with(&stage, &["ecs"]);
    let before = stage.account().snapshot();
    stage.environment(&body(&network.hcl(2), "  endpoints = { policy = \"same_account\" }"));
    stage.terraform(&["plan", "-no-color"]).succeeded().says(&[
        network.endpoint("ecs"),
        "for ecs is somebody else's and keeps its own policy",
    ]);
    stage.apply();
    let hostnames = |on: bool| {
        let change = json!({"VpcId": network.vpc_id(), "EnableDnsHostnames": {"Value": on}});
        stage.account().meddle("ec2", "modify_vpc_attribute", &change);
    };
    hostnames(false);
    stage.try_destroy().failed().says(&[
        "enableDnsHostnames of",
        "To destroy the environment all the same: terraform destroy -refresh=false.",
    ]);
    let destroy = ["destroy", "-auto-approve", "-no-color", "-refresh=false"];
    stage.terraform(&destroy).succeeded();
    hostnames(true);
    assert_eq!(stage.account().snapshot(), before);
}

#[test]
fn ids_that_other_resources_make_are_known_when_applied() {
    let stage = Stage::new();
    let network = Network::with(&stage, &[]);
    let before = stage.account().snapshot();
    let ids = format!(
        "resource \"terraform_data\" \"network\" {{\n  input = {}\n}}\n",
        network.hcl(2)
    );
    let own =
        "{ vpc_id = terraform_data.network.output.vpc_id, subnet_ids = terraform_data.network.output.subnet_ids }";
    stage.configuration(&format!(
        "{ids}\nresource \"isolated_batch_environment\" \"this\" {{\n{}}}\n",
        body(own, "")
    ));
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    let unknown = plan.unknown_paths(ADDRESS);
    for path in [
        "network.vpc_id",
        "network.cidr_block",
        "network.subnets",
        "endpoints.services",
    ] {
        assert!(unknown.iter().any(|other| other == path), "{path}: {unknown:?}");
    }
    stage.apply();
    assert_eq!(stage.state()["network"]["vpc_id"], network.vpc_id());
    stage.try_destroy().succeeded();
    assert_eq!(stage.account().snapshot(), before);
}

#[test]
fn an_environment_in_an_existing_network_is_imported_by_name() {
    let stage = Stage::new();
    let network = Network::with(&stage, &["ecr.dkr", "logs"]);
    stage.environment(&body(&network.hcl(2), "  tags = { team = \"risk\" }"));
    stage.apply();
    let made = stage.state();
    std::fs::remove_file(stage.state_file()).expect("a state");
    stage.terraform(&["import", "-no-color", ADDRESS, "guest"]).succeeded();
    for attribute in ["network", "endpoints", "security_group", "tags", "tags_all", "drift"] {
        assert_eq!(stage.state()[attribute], made[attribute], "{attribute}");
    }
    stage.assert_settled();
}

#[test]
pub(crate) fn an_environment_moves_between_its_own_network_and_an_existing_one_by_replacement() {
    let stage = Stage::new();
    let network = Network::with(&stage, &[]);
    let before = stage.account().snapshot();
    stage.environment(&body("{ max_azs = 1 }", ""));
    stage.apply();
    stage.environment(&body(&network.hcl(1), ""));
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["delete", "create"]);
    assert_eq!(plan.replaces(ADDRESS), ["network.vpc_id"]);
    stage.apply();
    assert_eq!(stage.account().snapshot()["vpcs"].as_array().map(Vec::len), Some(1));
    stage.try_destroy().succeeded();
    assert_eq!(stage.account().snapshot(), before);
}
