//! Another name or description of the security group: endpoints and compute environment move to another group, everything else stays.

use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

fn body(group: &str, compute_environment: &str) -> String {
    format!(
        r#"
  name                = "moving"
  network             = {{ max_azs = 2 }}
  endpoints           = {{ cloudwatch_logs = false }}
  security_group      = {group}
  compute_environment = {compute_environment}
  job_queues          = {{ one = {{}} }}
"#
    )
}

const UPDATABLE: &str = "{ max_vcpus = 4 }";
const BEST_FIT: &str = "{ max_vcpus = 4, allocation_strategy = \"BEST_FIT\" }";

fn list<'a>(there: &'a Value, kind: &str) -> &'a [Value] {
    there[kind].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The environment's only group is the one of the state, and everything has it.
fn assert_moved(stage: &Stage, there: &Value) {
    let state = stage.state();
    let id = &state["security_group"]["id"];
    let own: Vec<&Value> = list(there, "security_groups")
        .iter()
        .filter(|group| group["GroupName"] != "default" && group["GroupName"] != "theirs")
        .collect();
    assert_eq!(own.len(), 1, "{own:#?}");
    assert_eq!(&own[0]["GroupId"], id);
    assert_eq!(own[0]["GroupName"], state["security_group"]["name"]);
    assert_eq!(own[0]["Description"], state["security_group"]["description"]);
    for endpoint in list(there, "endpoints")
        .iter()
        .filter(|it| it["VpcEndpointType"] == "Interface")
    {
        let groups = list(endpoint, "Groups");
        assert_eq!((groups.len(), &groups[0]["GroupId"]), (1, id), "{endpoint:#}");
    }
    let resources = &there["compute_environments"][0]["computeResources"];
    assert_eq!(resources["securityGroupIds"], json!([id]));
}

/// Ids of what must not be exchanged.
fn lasting(there: &Value) -> Vec<String> {
    let mut ids: Vec<String> = [
        ("vpcs", "VpcId"),
        ("subnets", "SubnetId"),
        ("route_tables", "RouteTableId"),
        ("endpoints", "VpcEndpointId"),
        ("network_interfaces", "NetworkInterfaceId"),
        ("job_queues", "jobQueueArn"),
        ("roles", "RoleId"),
    ]
    .into_iter()
    .flat_map(|(kind, key)| list(there, kind).iter().map(move |thing| thing[key].to_string()))
    .collect();
    ids.sort();
    ids
}

/// Deletes the environment's group behind Terraform's back, once the endpoints have the VPC's default one; its id.
pub(crate) fn delete_group(stage: &Stage) -> Value {
    let state = stage.state();
    let (old, default) = (
        &state["security_group"]["id"],
        &state["network"]["default_security_group_id"],
    );
    for endpoint in list(&stage.account().snapshot(), "endpoints") {
        if endpoint["VpcEndpointType"] == "Interface" {
            let edit = json!({ "VpcEndpointId": endpoint["VpcEndpointId"],
                "AddSecurityGroupIds": [default], "RemoveSecurityGroupIds": [old] });
            stage.account().meddle("ec2", "modify_vpc_endpoint", &edit);
        }
    }
    stage
        .account()
        .meddle("ec2", "delete_security_group", &json!({ "GroupId": old }));
    old.clone()
}

#[test]
fn another_name_moves_everything_and_makes_nothing_else_anew() {
    let stage = Stage::with(&body("{}", UPDATABLE));
    stage.apply();
    let before = stage.account().snapshot();

    stage.environment(&body(r#"{ name = "another" }"#, UPDATABLE));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_moved(&stage, &after);
    assert_eq!(lasting(&after), lasting(&before));
    assert_eq!(
        after["compute_environments"][0]["computeEnvironmentArn"],
        before["compute_environments"][0]["computeEnvironmentArn"]
    );
    stage.destroy();
}

#[test]
fn another_description_of_the_same_name_goes_over_a_stand_in_and_the_plan_says_so() {
    let stage = Stage::with(&body("{}", UPDATABLE));
    stage.apply();
    let before = stage.account().snapshot();

    stage.environment(&body(r#"{ description = "Another one." }"#, UPDATABLE));
    stage.terraform(&["plan", "-no-color"]).succeeded().says(&[
        "A stand-in serves for the security group for a while",
        "security_group.name",
    ]);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_moved(&stage, &after);
    assert_eq!(lasting(&after), lasting(&before));
    stage.destroy();
}

#[test]
fn a_compute_environment_that_takes_no_other_group_is_swapped_behind_its_queue() {
    let stage = Stage::with(&body("{}", BEST_FIT));
    stage.apply();
    let before = stage.account().snapshot();

    stage.environment(&body(r#"{ name = "another" }"#, BEST_FIT));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_moved(&stage, &after);
    assert_eq!(lasting(&after), lasting(&before));
    let arn = |there: &Value| there["compute_environments"][0]["computeEnvironmentArn"].clone();
    assert_ne!(arn(&after), arn(&before));
    assert_eq!(list(&after, "compute_environments").len(), 1);
    stage.destroy();
}

#[test]
fn a_former_group_that_a_rule_of_others_names_goes_once_the_rule_is_gone() {
    let stage = Stage::with(&body("{}", UPDATABLE));
    stage.apply();
    let state = stage.state();
    let former = state["security_group"]["id"].clone();
    let theirs = json!({ "GroupName": "theirs", "Description": "A file system", "VpcId": state["network"]["vpc_id"] });
    let theirs = stage.account().meddle("ec2", "create_security_group", &theirs)["GroupId"].clone();
    let rule = json!({
        "GroupId": theirs,
        "IpPermissions": [{ "IpProtocol": "tcp", "FromPort": 988, "ToPort": 988, "UserIdGroupPairs": [{ "GroupId": former }] }]
    });
    stage.account().meddle("ec2", "authorize_security_group_ingress", &rule);

    stage.environment(&body(r#"{ name = "another" }"#, UPDATABLE));
    stage.try_apply().succeeded().says(&[
        "is still there",
        former.as_str().expect("an id"),
        theirs.as_str().expect("an id"),
    ]);
    stage.assert_settled();

    stage.account().meddle("ec2", "revoke_security_group_ingress", &rule);
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    stage
        .terraform(&["plan", "-no-color"])
        .says(&["deleting the security group"]);
    stage
        .account()
        .meddle("ec2", "delete_security_group", &json!({ "GroupId": theirs }));
    stage.apply();
    assert_moved(&stage, &stage.account().snapshot());
    stage.destroy();
}

#[test]
fn a_group_that_is_gone_swaps_a_compute_environment_that_takes_no_other() {
    let stage = Stage::with(&body("{}", BEST_FIT));
    stage.apply();
    let before = stage.account().snapshot();
    delete_group(&stage);

    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_moved(&stage, &after);
    assert_eq!(lasting(&after), lasting(&before));
    assert_eq!(list(&after, "compute_environments").len(), 1);
    stage.destroy();
}

/// A security group of others.
fn theirs(stage: &Stage, vpc_id: &Value, name: &str) -> String {
    let group = json!({ "VpcId": vpc_id, "GroupName": name, "Description": "theirs" });
    let made = stage.account().meddle("ec2", "create_security_group", &group);
    made["GroupId"].as_str().expect("an id").to_owned()
}

#[test]
fn groups_that_instances_cannot_have_are_told_and_others_heal() {
    let with = |ids: &[String]| body(&format!("{{ additional_ids = {ids:?} }}"), UPDATABLE);
    let stage = Stage::new();
    let other = json!({ "CidrBlock": "10.9.0.0/16" });
    let other = stage.account().meddle("ec2", "create_vpc", &other)["Vpc"]["VpcId"].clone();
    let foreign = theirs(&stage, &other, "foreign");
    stage.environment(&with(std::slice::from_ref(&foreign)));
    stage
        .try_apply()
        .failed()
        .says(&["not linked to the VPCs configured in the Auto Scaling group"]);
    stage.environment(&with(&[]));
    stage.apply();

    let vpc_id = stage.state()["network"]["vpc_id"].clone();
    let five: Vec<String> = (0..5)
        .map(|number| theirs(&stage, &vpc_id, &format!("theirs-{number}")))
        .collect();
    stage.environment(&with(&five));
    let run = stage.try_apply().failed();
    run.says(&[
        "6 groups on each instance",
        "maximum number of security groups per interface",
    ]);
    stage.account().settings(&json!({ "groups_per_interface": 6 }));
    stage.apply();
    let resources = &stage.account().snapshot()["compute_environments"][0]["computeResources"];
    assert_eq!(list(resources, "securityGroupIds").len(), 6);

    stage.environment(&with(&[]));
    stage.apply();
    for id in five.iter().chain([&foreign]) {
        stage
            .account()
            .meddle("ec2", "delete_security_group", &json!({ "GroupId": id }));
    }
    stage.account().meddle("ec2", "delete_vpc", &json!({ "VpcId": other }));
    stage.destroy();
}
