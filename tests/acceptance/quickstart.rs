//! The environment of `examples/quickstart`, detail by detail, and what a second plan and a destroy make of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::stage::Stage;

const ZONES: [&str; 3] = ["ap-northeast-1a", "ap-northeast-1c", "ap-northeast-1d"];
const BLOCKS: [&str; 3] = ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/18"];
const ADDRESS: &str = "isolated_batch_environment.simulation";

#[test]
fn makes_what_it_says_and_nothing_else_and_destroys_all_of_it() {
    let stage = Stage::new();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/main.tf");
    stage.file("main.tf", &fs::read_to_string(example).expect("the example"));

    stage.terraform(&["validate", "-no-color"]).succeeded();
    let plan = stage.plan();
    assert_eq!(plan.actions(ADDRESS), ["create"]);
    let planned = plan.after(ADDRESS);
    for (zone, block) in ZONES.iter().zip(BLOCKS) {
        assert_eq!(
            planned["network"]["subnets"][zone]["cidr_block"], block,
            "the plan shows the blocks: {planned:#}"
        );
    }
    let services: Vec<&String> = planned["endpoints"]["services"]
        .as_object()
        .expect("known keys")
        .keys()
        .collect();
    assert_eq!(
        services,
        ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "s3"]
    );

    stage.apply();
    let there = stage.account().snapshot();
    let state = stage.state_of(ADDRESS);
    check_network(&there, &state);
    check_group(&there, &state);
    check_endpoints(&there, &state);
    check_roles(&there, &state);
    check_compute_environment(&there, &state);

    stage.destroy();
}

fn only<'a>(there: &'a Value, kind: &str) -> &'a Value {
    let things = there[kind].as_array().expect("a list");
    assert_eq!(things.len(), 1, "one of {kind}: {things:#?}");
    &things[0]
}

fn check_network(there: &Value, state: &Value) {
    let vpc = only(there, "vpcs");
    assert_eq!(vpc["CidrBlock"], "10.0.0.0/16");
    assert_eq!(vpc["CidrBlockAssociationSet"].as_array().map(Vec::len), Some(1));
    assert_eq!(vpc["EnableDnsSupport"], true);
    assert_eq!(vpc["EnableDnsHostnames"], true);
    assert_eq!(vpc["InstanceTenancy"], "default");
    assert_eq!(state["network"]["vpc_id"], vpc["VpcId"]);

    let subnets = there["subnets"].as_array().expect("a list");
    assert_eq!(
        subnets.iter().map(|subnet| &subnet["CidrBlock"]).collect::<Vec<_>>(),
        BLOCKS
    );
    assert_eq!(
        subnets
            .iter()
            .map(|subnet| &subnet["AvailabilityZone"])
            .collect::<Vec<_>>(),
        ZONES
    );
    assert!(subnets.iter().all(|subnet| subnet["MapPublicIpOnLaunch"] == false));

    assert_eq!(there["internet_gateways"], json!([]));
    assert_eq!(there["nat_gateways"], json!([]));
    let tables = there["route_tables"].as_array().expect("a list");
    assert_eq!(tables.len(), 4, "one for each subnet, and the VPC's main one");
    let gateway = only_gateway(there);
    for table in tables {
        let main = table["Associations"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["Main"] == true));
        let targets: Vec<&str> = table["Routes"].as_array().expect("routes").iter().map(target).collect();
        let expected = if main {
            vec!["local"]
        } else {
            vec!["local", gateway["VpcEndpointId"].as_str().expect("an id")]
        };
        assert_eq!(targets, expected, "only the VPC's own route and S3's: {table:#}");
    }
    for subnet in subnets {
        let zone = subnet["AvailabilityZone"].as_str().expect("a zone");
        let shown = &state["network"]["subnets"][zone];
        assert_eq!(shown["id"], subnet["SubnetId"]);
        assert_eq!(shown["cidr_block"], subnet["CidrBlock"]);
        let table = tables
            .iter()
            .find(|table| table["RouteTableId"] == shown["route_table_id"])
            .expect("its table");
        assert_eq!(table["Associations"][0]["SubnetId"], subnet["SubnetId"]);
        assert_eq!(
            table["Associations"].as_array().map(Vec::len),
            Some(1),
            "a table of its own"
        );
    }
}

fn target(route: &Value) -> &str {
    let keys = [
        "GatewayId",
        "NatGatewayId",
        "TransitGatewayId",
        "VpcPeeringConnectionId",
        "NetworkInterfaceId",
    ];
    keys.iter().find_map(|key| route[key].as_str()).unwrap_or("none")
}

fn only_gateway(there: &Value) -> &Value {
    let endpoints = there["endpoints"].as_array().expect("a list");
    endpoints
        .iter()
        .find(|endpoint| endpoint["VpcEndpointType"] == "Gateway")
        .expect("the S3 gateway")
}

fn check_group(there: &Value, state: &Value) {
    let groups = there["security_groups"].as_array().expect("a list");
    assert_eq!(groups.len(), 2, "ours, and the VPC's default one");
    let group = groups
        .iter()
        .find(|group| group["GroupName"] != "default")
        .expect("ours");
    assert_eq!(group["GroupName"], "for-batch-compute-environment");
    assert_eq!(group["Description"], "For batch compute environment.");
    assert_eq!(state["security_group"]["id"], group["GroupId"]);
    assert_eq!(
        permissions(&group["IpPermissions"]),
        ["-1 10.0.0.0/16"],
        "all traffic in from the VPC"
    );
    assert_eq!(
        permissions(&group["IpPermissionsEgress"]),
        ["-1 0.0.0.0/0"],
        "all traffic out"
    );
}

fn permissions(rules: &Value) -> Vec<String> {
    let rules = rules.as_array().expect("rules").iter();
    rules
        .flat_map(|rule| {
            let protocol = rule["IpProtocol"].as_str().unwrap_or_default();
            let blocks = rule["IpRanges"].as_array().cloned().unwrap_or_default();
            blocks
                .into_iter()
                .map(move |block| format!("{protocol} {}", block["CidrIp"].as_str().unwrap_or_default()))
        })
        .collect()
}

fn check_endpoints(there: &Value, state: &Value) {
    let endpoints = there["endpoints"].as_array().expect("a list");
    let by_service: BTreeMap<&str, &Value> = endpoints
        .iter()
        .map(|endpoint| (endpoint["ServiceName"].as_str().expect("a name"), endpoint))
        .collect();
    let prefix = "com.amazonaws.ap-northeast-1.";
    let services = ["ecr.api", "ecr.dkr", "ecs", "ecs-agent", "ecs-telemetry", "s3"];
    let names: Vec<String> = services.iter().map(|service| format!("{prefix}{service}")).collect();
    assert_eq!(by_service.keys().collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());

    let subnets = ids(&there["subnets"], "SubnetId");
    for (service, endpoint) in &by_service {
        assert_eq!(endpoint["State"], "available", "{service}");
        let shown = &state["endpoints"]["services"][service.trim_start_matches(prefix)];
        assert_eq!(shown["id"], endpoint["VpcEndpointId"], "{service}");
        assert_eq!(shown["service_name"], **service);
        if endpoint["VpcEndpointType"] == "Gateway" {
            let tables = state["network"]["subnets"].as_object().expect("subnets").values();
            let mut tables: Vec<&str> = tables.filter_map(|subnet| subnet["route_table_id"].as_str()).collect();
            tables.sort_unstable();
            assert_eq!(
                sorted(&endpoint["RouteTableIds"]),
                tables,
                "the gateway is on every route table"
            );
            assert_eq!(**service, *"com.amazonaws.ap-northeast-1.s3");
        } else {
            assert_eq!(endpoint["PrivateDnsEnabled"], true, "{service}");
            assert_eq!(sorted(&endpoint["SubnetIds"]), subnets, "{service} is in every subnet");
            assert_eq!(endpoint["Groups"].as_array().map(Vec::len), Some(1), "{service}");
            assert_eq!(
                endpoint["Groups"][0]["GroupId"], state["security_group"]["id"],
                "{service}"
            );
        }
    }
}

fn ids<'a>(things: &'a Value, key: &str) -> Vec<&'a str> {
    let mut ids: Vec<&str> = things
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|thing| thing[key].as_str())
        .collect();
    ids.sort_unstable();
    ids
}

fn sorted(list: &Value) -> Vec<&str> {
    let mut items: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    items.sort_unstable();
    items
}

fn check_roles(there: &Value, state: &Value) {
    let role = only(there, "roles");
    let policy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";
    assert_eq!(role["AttachedPolicies"], json!([policy]));
    let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
    assert_eq!(trust["Effect"], "Allow");
    assert_eq!(trust["Action"], "sts:AssumeRole");
    assert_eq!(trust["Principal"]["Service"], "ec2.amazonaws.com");
    let profile = only(there, "instance_profiles");
    assert_eq!(profile["Roles"].as_array().map(Vec::len), Some(1));
    assert_eq!(profile["Roles"][0]["RoleName"], role["RoleName"]);
    assert_eq!(state["compute_environment"]["instance_role_arn"], profile["Arn"]);
}

fn check_compute_environment(there: &Value, state: &Value) {
    let environment = only(there, "compute_environments");
    assert_eq!(environment["computeEnvironmentName"], "my-batch-cluster");
    assert_eq!(environment["type"], "MANAGED");
    assert_eq!(environment["state"], "ENABLED");
    assert_eq!(environment["status"], "VALID");
    let role = environment["serviceRole"].as_str().expect("a role");
    assert!(
        role.ends_with("/AWSServiceRoleForBatch"),
        "the service-linked role: {role}"
    );
    let resources = &environment["computeResources"];
    assert_eq!(resources["type"], "EC2");
    assert_eq!(resources["allocationStrategy"], "BEST_FIT_PROGRESSIVE");
    assert_eq!(resources["minvCpus"], 0);
    assert_eq!(resources["desiredvCpus"], 0);
    assert_eq!(resources["maxvCpus"], 4);
    assert_eq!(resources["instanceTypes"], json!(["t3.small"]));
    assert_eq!(sorted(&resources["subnets"]), ids(&there["subnets"], "SubnetId"));
    assert_eq!(resources["securityGroupIds"], json!([state["security_group"]["id"]]));
    let shown = &state["compute_environment"];
    assert_eq!(resources["instanceRole"], shown["instance_role_arn"]);
    assert_eq!(shown["arn"], environment["computeEnvironmentArn"]);
    assert_eq!(shown["ecs_cluster_arn"], environment["ecsClusterArn"]);
    assert_eq!(shown["status"], "VALID");
    assert_eq!(state["id"], "simulation");
    assert_eq!(state["account_id"], "123456789012");
    assert_eq!(state["region"], "ap-northeast-1");
}
