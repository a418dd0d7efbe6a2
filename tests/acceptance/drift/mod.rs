//! What others delete or edit is shown on its attribute and repaired in place, and only that.

mod arguments;
mod compute;
mod gone;
mod isolation;
mod owned;
mod parts;
mod roles;

use serde_json::{Value, json};

use crate::ids::lost;
use crate::plan::Plan;
use crate::stage::{ADDRESS, Stage};

const BODY: &str = r#"
  name                = "drift"
  network             = { max_azs = 2 }
  endpoints           = { cloudwatch_logs = false }
  compute_environment = { name = "drift", max_vcpus = 4 }
  tags                = { team = "risk" }
"#;

/// Plans and applies the repair; it is an update, and nothing that is still there is made anew.
fn repair(stage: &Stage, what: &str) -> Plan {
    let damaged = stage.account().snapshot();
    stage.account().clear_requests();
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"], "{what}");
    let lost = lost(&damaged, &stage.account().snapshot());
    assert!(lost.is_empty(), "{what}: these were made anew: {lost:?}");
    plan
}

/// As [`repair`], by just these calls: nothing else is touched.
fn repair_by(stage: &Stage, what: &str, calls: &[&str]) -> Plan {
    let plan = repair(stage, what);
    let requests = stage.account().requests();
    let reads = [":Describe", ":Get", ":List"];
    let is_write = |action: &String| !reads.iter().any(|word| action.contains(word));
    let mut writes: Vec<String> = requests
        .iter()
        .map(|request| request.action())
        .filter(is_write)
        .collect();
    writes.sort();
    assert_eq!(writes, calls, "{what}");
    plan
}

fn group(there: &Value) -> &Value {
    let groups = there["security_groups"].as_array().expect("a list");
    groups
        .iter()
        .find(|group| group["GroupName"] != "default")
        .expect("ours")
}

#[test]
fn endpoints_and_rules_are_put_back() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let state = stage.state();
    let endpoint = &state["endpoints"]["services"]["ecs-agent"]["id"];
    stage
        .account()
        .meddle("ec2", "delete_vpc_endpoints", &json!({ "VpcEndpointIds": [endpoint] }));
    crate::process::wait_for("the endpoint to be gone", || {
        let there = stage.account().snapshot()["endpoints"].to_string();
        (!there.contains(endpoint.as_str().expect("an id"))).then_some(())
    });
    let plan = repair(&stage, "an endpoint deleted");
    assert!(
        plan.unknown_paths(ADDRESS)
            .iter()
            .all(|path| path.contains("ecs-agent")),
        "{:?}",
        plan.unknown_paths(ADDRESS)
    );
    assert_eq!(
        stage.account().snapshot()["endpoints"].as_array().map(Vec::len),
        Some(6)
    );

    let ours = group(&before)["GroupId"].clone();
    let all = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.0.0.0/16" }] }]);
    stage.account().meddle(
        "ec2",
        "revoke_security_group_ingress",
        &json!({ "GroupId": ours, "IpPermissions": all }),
    );
    let open = json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    stage.account().meddle(
        "ec2",
        "authorize_security_group_ingress",
        &json!({ "GroupId": ours, "IpPermissions": open }),
    );
    repair(&stage, "a rule deleted and another added");
    let after = stage.account().snapshot();
    assert_eq!(group(&after)["IpPermissions"], group(&before)["IpPermissions"]);
    assert_eq!(group(&after)["GroupId"], ours);
    assert_eq!(after["vpcs"], before["vpcs"]);
}

#[test]
fn a_subnet_is_put_back_with_what_stands_on_it() {
    let stage = Stage::with(BODY);
    stage.apply();
    let state = stage.state();
    let subnet = &state["network"]["subnets"]["ap-northeast-1c"];
    for endpoint in state["endpoints"]["services"].as_object().expect("endpoints").values() {
        if endpoint["type"] == "Interface" {
            let detach = json!({ "VpcEndpointId": endpoint["id"], "RemoveSubnetIds": [subnet["id"]] });
            stage.account().meddle("ec2", "modify_vpc_endpoint", &detach);
        }
    }
    let table = &subnet["route_table_id"];
    let there = stage.account().snapshot();
    let tables = there["route_tables"].as_array().expect("a list");
    let found = tables
        .iter()
        .find(|other| other["RouteTableId"] == *table)
        .expect("its table");
    let association = &found["Associations"][0]["RouteTableAssociationId"];
    stage.account().meddle(
        "ec2",
        "disassociate_route_table",
        &json!({ "AssociationId": association }),
    );
    stage
        .account()
        .meddle("ec2", "delete_subnet", &json!({ "SubnetId": subnet["id"] }));

    repair(&stage, "a subnet deleted");
    let after = stage.state();
    assert_eq!(
        after["network"]["subnets"]["ap-northeast-1c"]["cidr_block"],
        subnet["cidr_block"]
    );
    assert_eq!(
        after["network"]["subnets"]["ap-northeast-1a"],
        state["network"]["subnets"]["ap-northeast-1a"]
    );
    assert_eq!(after["network"]["vpc_id"], state["network"]["vpc_id"]);
    let there = stage.account().snapshot();
    assert_eq!(there["subnets"].as_array().map(Vec::len), Some(2));
    for endpoint in there["endpoints"].as_array().expect("a list") {
        let places = if endpoint["VpcEndpointType"] == "Gateway" {
            "RouteTableIds"
        } else {
            "SubnetIds"
        };
        assert_eq!(endpoint[places].as_array().map(Vec::len), Some(2), "{endpoint:#}");
    }
    stage.destroy();
}

#[test]
fn roles_tags_and_the_compute_environment_are_put_right() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let role = &before["roles"][0]["RoleName"];
    let policy = &before["roles"][0]["AttachedPolicies"][0];
    stage.account().meddle(
        "iam",
        "detach_role_policy",
        &json!({ "RoleName": role, "PolicyArn": policy }),
    );
    repair(&stage, "a policy detached");
    assert_eq!(stage.account().snapshot()["roles"][0]["AttachedPolicies"][0], *policy);

    let vpc = &before["vpcs"][0]["VpcId"];
    let tags = json!([{ "Key": "team", "Value": "nobody" }]);
    stage
        .account()
        .meddle("ec2", "create_tags", &json!({ "Resources": [vpc], "Tags": tags }));
    repair(&stage, "a tag edited");
    assert_eq!(stage.account().snapshot()["vpcs"][0]["Tags"]["team"], "risk");

    let edit = json!({ "computeEnvironment": "drift", "state": "DISABLED", "computeResources": { "maxvCpus": 99 } });
    stage.account().meddle("batch", "update_compute_environment", &edit);
    crate::process::wait_for("the edit to be made", || {
        (stage.account().snapshot()["compute_environments"][0]["status"] == "VALID").then_some(())
    });
    repair(&stage, "the compute environment edited");
    let environment = stage.account().snapshot()["compute_environments"][0].clone();
    assert_eq!(environment["state"], "ENABLED");
    assert_eq!(environment["computeResources"]["maxvCpus"], 4);
}

#[test]
fn what_batch_decides_itself_is_no_drift() {
    let stage = Stage::with(&BODY.replace("max_vcpus = 4", "max_vcpus = 4, desired_vcpus = 0"));
    stage.apply();
    let busy = json!({ "computeEnvironment": "drift", "computeResources": { "desiredvCpus": 3 } });
    stage.account().meddle("batch", "update_compute_environment", &busy);
    crate::process::wait_for("the change to be made", || {
        (stage.account().snapshot()["compute_environments"][0]["status"] == "VALID").then_some(())
    });
    stage.assert_settled();
}

#[test]
fn a_compute_environment_that_is_gone_is_made_again() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let settled = || (stage.account().snapshot()["compute_environments"][0]["status"] == "VALID").then_some(());
    let disable = json!({ "computeEnvironment": "drift", "state": "DISABLED" });
    stage.account().meddle("batch", "update_compute_environment", &disable);
    crate::process::wait_for("it to be disabled", settled);
    stage.account().meddle(
        "batch",
        "delete_compute_environment",
        &json!({ "computeEnvironment": "drift" }),
    );
    crate::process::wait_for("it to be gone", || {
        stage.account().snapshot()["compute_environments"]
            .as_array()
            .is_some_and(Vec::is_empty)
            .then_some(())
    });
    repair(&stage, "the compute environment deleted");
    let after = stage.account().snapshot();
    assert_eq!(after["compute_environments"][0]["status"], "VALID");
    assert_eq!(after["vpcs"], before["vpcs"]);
    stage.destroy();
}

#[test]
fn an_environment_that_is_gone_altogether_is_created() {
    let stage = Stage::with(BODY);
    stage.apply();
    stage.account().reset();
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    stage.destroy();
}
