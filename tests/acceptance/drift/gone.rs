//! Parts that others delete, each made again alone.

use serde_json::{Value, json};

use super::isolation::association;
use super::{BODY, repair, repair_by};
use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

#[test]
fn a_route_table_is_made_again_with_its_subnet_and_its_gateway() {
    let stage = Stage::with(BODY);
    stage.apply();
    let state = stage.state();
    let subnets = |state: &Value| state["network"]["subnets"].clone();
    let table = &subnets(&state)["ap-northeast-1c"]["route_table_id"];
    let ec2 = |method: &str, arguments: &Value| stage.account().meddle("ec2", method, arguments);
    let gateway = &state["endpoints"]["services"]["s3"]["id"];
    ec2(
        "modify_vpc_endpoint",
        &json!({ "VpcEndpointId": gateway, "RemoveRouteTableIds": [table] }),
    );
    ec2(
        "disassociate_route_table",
        &json!({ "AssociationId": association(&stage, table) }),
    );
    ec2("delete_route_table", &json!({ "RouteTableId": table }));

    let plan = repair_by(
        &stage,
        "a route table deleted",
        &[
            "ec2:AssociateRouteTable",
            "ec2:CreateRouteTable",
            "ec2:ModifyVpcEndpoint",
        ],
    );
    let shown = &plan.before(ADDRESS)["network"]["subnets"]["ap-northeast-1c"];
    assert_eq!(shown["route_table_id"], Value::Null);
    let unknown = plan.unknown_paths(ADDRESS);
    assert_eq!(unknown, ["network.subnets.ap-northeast-1c.route_table_id"]);
    let after = subnets(&stage.state());
    assert_ne!(after["ap-northeast-1c"]["route_table_id"], *table);
    assert_eq!(after["ap-northeast-1a"], subnets(&state)["ap-northeast-1a"]);
}

#[test]
fn a_gateway_endpoint_is_made_again() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let id = stage.state()["endpoints"]["services"]["s3"]["id"].clone();
    let call = json!({ "VpcEndpointIds": [id] });
    stage.account().meddle("ec2", "delete_vpc_endpoints", &call);
    wait_for("the endpoint to be gone", || {
        let endpoints = stage.account().snapshot()["endpoints"].clone();
        (!endpoints.to_string().contains(".s3\"")).then_some(())
    });
    let plan = repair_by(&stage, "the gateway deleted", &["ec2:CreateVpcEndpoint"]);
    assert_eq!(plan.before(ADDRESS)["endpoints"]["services"].get("s3"), None);
    let unknown = plan.unknown_paths(ADDRESS);
    assert!(
        !unknown.is_empty() && unknown.iter().all(|path| path.starts_with("endpoints.services.s3.")),
        "{unknown:?}"
    );
    let after = stage.account().snapshot();
    let routes = |there: &Value| there["route_tables"].to_string().matches("GatewayId\":\"vpce-").count();
    assert_eq!(routes(&after), 2);
    assert_eq!(routes(&after), routes(&before));
    assert_eq!(after["security_groups"], before["security_groups"]);
}

#[test]
fn an_instance_profile_is_made_again_under_its_name() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let name = &before["instance_profiles"][0]["InstanceProfileName"];
    let iam = |method: &str, arguments: &Value| stage.account().meddle("iam", method, arguments);
    iam(
        "remove_role_from_instance_profile",
        &json!({ "InstanceProfileName": name, "RoleName": before["roles"][0]["RoleName"] }),
    );
    iam("delete_instance_profile", &json!({ "InstanceProfileName": name }));

    let plan = repair_by(
        &stage,
        "the profile deleted",
        &["iam:AddRoleToInstanceProfile", "iam:CreateInstanceProfile"],
    );
    let shown = &plan.before(ADDRESS)["compute_environment"]["instance_role_arn"];
    assert_eq!(*shown, Value::Null);
    let after = stage.account().snapshot();
    let profile = |there: &Value| {
        let profile = &there["instance_profiles"][0];
        (
            profile["Arn"].clone(),
            profile["Tags"].clone(),
            profile["Roles"][0]["RoleName"].clone(),
        )
    };
    assert_eq!(profile(&after), profile(&before));
    assert_eq!(after["compute_environments"], before["compute_environments"]);
}

#[test]
fn the_compute_environment_and_its_queue_are_made_again() {
    let stage = Stage::with(&format!("{BODY}\n  job_queues = {{ fast = {{}} }}"));
    stage.apply();
    let before = stage.account().snapshot();
    let things = |kind: &str| stage.account().snapshot()[kind].as_array().cloned().unwrap_or_default();
    let batch = |method: &str, arguments: &Value, kind: &str| {
        stage.account().meddle("batch", method, arguments);
        wait_for(method, || {
            things(kind)
                .iter()
                .all(|thing| thing["status"] == "VALID")
                .then_some(())
        });
    };
    let queue = json!({ "jobQueue": "drift-fast" });
    let compute = json!({ "computeEnvironment": "drift" });
    let disabled = |named: &Value| {
        let mut call = named.clone();
        call["state"] = json!("DISABLED");
        call
    };
    batch("update_job_queue", &disabled(&queue), "job_queues");
    batch("delete_job_queue", &queue, "job_queues");
    batch(
        "update_compute_environment",
        &disabled(&compute),
        "compute_environments",
    );
    batch("delete_compute_environment", &compute, "compute_environments");
    assert!(things("job_queues").is_empty() && things("compute_environments").is_empty());

    let plan = repair(&stage, "the compute environment and its queue deleted");
    assert_eq!(plan.before(ADDRESS)["compute_environment"]["arn"], Value::Null);
    assert_eq!(plan.before(ADDRESS)["job_queues"].get("fast"), None);
    let after = stage.account().snapshot();
    assert_eq!(after["compute_environments"][0]["status"], "VALID");
    assert_eq!(
        after["job_queues"][0]["computeEnvironmentOrder"],
        before["job_queues"][0]["computeEnvironmentOrder"]
    );
    stage.destroy();
}
