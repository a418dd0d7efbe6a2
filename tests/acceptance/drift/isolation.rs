//! Ways out of the network: shown as paths, cut in place.

use serde_json::{Value, json};

use super::{BODY, repair_by};
use crate::foreign::Network;
use crate::stage::{ADDRESS, Stage};

fn subnet(stage: &Stage, zone: &str) -> Value {
    stage.state()["network"]["subnets"][zone].clone()
}

/// An internet gateway that somebody attaches to the environment's VPC.
fn gateway(stage: &Stage) -> Value {
    let made = stage.account().meddle("ec2", "create_internet_gateway", &json!({}));
    let id = made["InternetGateway"]["InternetGatewayId"].clone();
    let attach = json!({ "InternetGatewayId": id, "VpcId": stage.state()["network"]["vpc_id"] });
    stage.account().meddle("ec2", "attach_internet_gateway", &attach);
    id
}

fn route(stage: &Stage, table: &Value, destination: &str, target: (&str, &Value)) {
    let key = if destination.contains(':') {
        "DestinationIpv6CidrBlock"
    } else {
        "DestinationCidrBlock"
    };
    let route = json!({ "RouteTableId": table, key: destination, target.0: target.1 });
    stage.account().meddle("ec2", "create_route", &route);
}

fn path(subnet: &Value, table: &Value, target: &Value, destination: &str) -> String {
    let word = |value: &Value| value.as_str().expect("an id").to_owned();
    format!("{} → {} → {} ({destination})", word(subnet), word(table), word(target))
}

fn main_table(stage: &Stage) -> Value {
    let there = stage.account().snapshot();
    let tables = there["route_tables"].as_array().expect("a list");
    let is_main = |table: &&Value| {
        let associations = table["Associations"].as_array().expect("a list");
        associations.iter().any(|association| association["Main"] == true)
    };
    tables.iter().find(is_main).expect("a main table")["RouteTableId"].clone()
}

/// The id of a table's association with its subnet.
pub(super) fn association(stage: &Stage, table: &Value) -> Value {
    let there = stage.account().snapshot();
    let tables = there["route_tables"].as_array().expect("a list");
    let found = tables.iter().find(|other| other["RouteTableId"] == *table);
    found.expect("its table")["Associations"][0]["RouteTableAssociationId"].clone()
}

#[test]
fn a_route_to_the_internet_is_shown_as_a_path_and_removed() {
    let stage = Stage::with(BODY);
    stage.apply();
    assert_eq!(stage.state()["isolation"]["internet_paths"], json!([]));
    assert_eq!(stage.state()["isolation"]["enforce"], true);
    let subnet = subnet(&stage, "ap-northeast-1a");
    let table = &subnet["route_table_id"];
    let gateway = gateway(&stage);
    stage.assert_settled();

    route(&stage, table, "0.0.0.0/0", ("GatewayId", &gateway));
    let vpc = json!({ "VpcId": stage.state()["network"]["vpc_id"] });
    let made = stage
        .account()
        .meddle("ec2", "create_egress_only_internet_gateway", &vpc);
    let egress_only = &made["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"];
    route(&stage, table, "::/0", ("EgressOnlyInternetGatewayId", egress_only));
    let plan = repair_by(&stage, "two default routes", &["ec2:DeleteRoute", "ec2:DeleteRoute"]);
    let paths = [
        path(&subnet["id"], table, egress_only, "::/0"),
        path(&subnet["id"], table, &gateway, "0.0.0.0/0"),
    ];
    assert_eq!(plan.before(ADDRESS)["isolation"]["internet_paths"], json!(paths));
    assert_eq!(plan.after(ADDRESS)["isolation"]["internet_paths"], json!([]));
    let drift = plan.before(ADDRESS)["drift"].to_string();
    assert!(
        drift.contains("removing a route from the route table in ap-northeast-1a"),
        "{drift}"
    );
    assert_eq!(stage.state()["isolation"]["internet_paths"], json!([]));
}

#[test]
fn a_prefix_list_that_holds_everything_is_a_path_and_removed() {
    let stage = Stage::with(BODY);
    stage.apply();
    let subnet = subnet(&stage, "ap-northeast-1a");
    let table = &subnet["route_table_id"];
    let made = stage.account().meddle("ec2", "create_transit_gateway", &json!({}));
    let gateway = &made["TransitGateway"]["TransitGatewayId"];
    let vpc_id = &stage.state()["network"]["vpc_id"];
    let attachment = json!({ "TransitGatewayId": gateway, "VpcId": vpc_id, "SubnetIds": [subnet["id"]] });
    stage
        .account()
        .meddle("ec2", "create_transit_gateway_vpc_attachment", &attachment);
    let list = |name: &str, blocks: &[&str]| {
        let entries: Vec<Value> = blocks.iter().map(|block| json!({ "Cidr": block })).collect();
        let list = json!({ "PrefixListName": name, "MaxEntries": 3, "AddressFamily": "IPv4", "Entries": entries });
        let made = stage.account().meddle("ec2", "create_managed_prefix_list", &list);
        made["PrefixList"]["PrefixListId"].clone()
    };
    let (offices, all) = (
        list("offices", &["10.8.0.0/16"]),
        list("all", &["0.0.0.0/1", "128.0.0.0/1"]),
    );
    for list in [&offices, &all] {
        let route = json!({ "RouteTableId": table, "DestinationPrefixListId": list, "TransitGatewayId": gateway });
        stage.account().meddle("ec2", "create_route", &route);
    }
    route(&stage, table, "64:ff9b::/96", ("TransitGatewayId", gateway));
    let plan = repair_by(&stage, "lists and NAT64", &["ec2:DeleteRoute", "ec2:DeleteRoute"]);
    let paths = [
        path(&subnet["id"], table, gateway, "64:ff9b::/96"),
        path(&subnet["id"], table, gateway, all.as_str().expect("an id")),
    ];
    assert_eq!(plan.before(ADDRESS)["isolation"]["internet_paths"], json!(paths));
    let private = path(&subnet["id"], table, gateway, offices.as_str().expect("an id"));
    assert_eq!(stage.state()["isolation"]["private_paths"], json!([private]));
}

#[test]
fn a_foreign_table_on_a_subnet_is_replaced_and_left_as_it_is() {
    let stage = Stage::with(BODY);
    stage.apply();
    let subnet = subnet(&stage, "ap-northeast-1c");
    let gateway = gateway(&stage);
    let vpc = json!({ "VpcId": stage.state()["network"]["vpc_id"] });
    let theirs = stage.account().meddle("ec2", "create_route_table", &vpc)["RouteTable"]["RouteTableId"].clone();
    route(&stage, &theirs, "0.0.0.0/0", ("GatewayId", &gateway));
    stage.assert_settled();

    let association = association(&stage, &subnet["route_table_id"]);
    let replace = json!({ "AssociationId": association, "RouteTableId": theirs });
    stage
        .account()
        .meddle("ec2", "replace_route_table_association", &replace);
    let plan = repair_by(&stage, "a foreign route table", &["ec2:ReplaceRouteTableAssociation"]);
    let expected = path(&subnet["id"], &theirs, &gateway, "0.0.0.0/0");
    let before = plan.before(ADDRESS);
    assert_eq!(before["isolation"]["internet_paths"], json!([expected]));
    // What the state names is the environment's own, which their table never becomes.
    assert_eq!(
        before["network"]["subnets"]["ap-northeast-1c"]["route_table_id"],
        json!(null)
    );
    assert_eq!(self::subnet(&stage, "ap-northeast-1c"), subnet);
    let there = stage.account().snapshot()["route_tables"].clone();
    let tables = there.as_array().expect("a list");
    let theirs = tables
        .iter()
        .find(|table| table["RouteTableId"] == theirs)
        .expect("theirs");
    assert!(theirs.to_string().contains("0.0.0.0/0"), "{theirs}");
}

#[test]
fn the_main_table_matters_to_a_subnet_that_uses_it() {
    let stage = Stage::with(BODY);
    stage.apply();
    let subnet = subnet(&stage, "ap-northeast-1a");
    let gateway = gateway(&stage);
    let main = main_table(&stage);
    route(&stage, &main, "0.0.0.0/0", ("GatewayId", &gateway));
    stage.assert_settled();

    let unlink = json!({ "AssociationId": association(&stage, &subnet["route_table_id"]) });
    stage.account().meddle("ec2", "disassociate_route_table", &unlink);
    let plan = repair_by(&stage, "a subnet without a table", &["ec2:AssociateRouteTable"]);
    let expected = path(&subnet["id"], &main, &gateway, "0.0.0.0/0");
    assert_eq!(plan.before(ADDRESS)["isolation"]["internet_paths"], json!([expected]));
    assert_eq!(self::subnet(&stage, "ap-northeast-1a"), subnet);
}

#[test]
fn public_addresses_are_switched_off() {
    let stage = Stage::with(BODY);
    stage.apply();
    let id = subnet(&stage, "ap-northeast-1a")["id"].clone();
    for attribute in ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"] {
        let edit = json!({ "SubnetId": id, attribute: { "Value": true } });
        stage.account().meddle("ec2", "modify_subnet_attribute", &edit);
    }
    let plan = repair_by(
        &stage,
        "public addresses",
        &["ec2:ModifySubnetAttribute", "ec2:ModifySubnetAttribute"],
    );
    let drift = plan.before(ADDRESS)["drift"].to_string();
    assert!(
        drift.contains("disabling public addresses of the subnet in ap-northeast-1a"),
        "{drift}"
    );
    let there = stage.account().snapshot();
    let subnets = there["subnets"].as_array().expect("a list");
    let edited = subnets.iter().find(|subnet| subnet["SubnetId"] == id).expect("it");
    assert_eq!(edited["MapPublicIpOnLaunch"], false);
    assert_eq!(edited["AssignIpv6AddressOnCreation"], false);
}

#[test]
fn a_private_path_is_shown_and_allowed() {
    let stage = Stage::with(BODY);
    stage.apply();
    let subnet = subnet(&stage, "ap-northeast-1a");
    let made = stage
        .account()
        .meddle("ec2", "create_vpn_gateway", &json!({ "Type": "ipsec.1" }));
    let gateway = &made["VpnGateway"]["VpnGatewayId"];
    let attach = json!({ "VpnGatewayId": gateway, "VpcId": stage.state()["network"]["vpc_id"] });
    stage.account().meddle("ec2", "attach_vpn_gateway", &attach);
    route(
        &stage,
        &subnet["route_table_id"],
        "192.168.0.0/16",
        ("GatewayId", gateway),
    );
    stage.assert_settled();
    stage
        .terraform(&["apply", "-refresh-only", "-auto-approve", "-no-color"])
        .succeeded();
    let expected = path(&subnet["id"], &subnet["route_table_id"], gateway, "192.168.0.0/16");
    assert_eq!(stage.state()["isolation"]["private_paths"], json!([expected]));
    assert_eq!(stage.state()["isolation"]["internet_paths"], json!([]));
}

#[test]
fn a_path_is_let_be_where_isolation_is_not_enforced() {
    let open = format!("{BODY}\n  isolation = {{ enforce = false }}");
    let stage = Stage::with(&open);
    stage.apply();
    let table = subnet(&stage, "ap-northeast-1a")["route_table_id"].clone();
    let gateway = gateway(&stage);
    route(&stage, &table, "0.0.0.0/0", ("GatewayId", &gateway));
    stage.assert_settled();

    stage.environment(&open.replace("risk", "science"));
    let run = stage.apply();
    assert!(run.stdout.contains("The environment is not isolated"), "{}", run.stdout);
    let paths = stage.state()["isolation"]["internet_paths"].clone();
    assert_eq!(paths.as_array().map(Vec::len), Some(1), "{paths}");

    stage.environment(&BODY.replace("risk", "science"));
    let plan = stage.plan_and_apply();
    assert_eq!(plan.after(ADDRESS)["isolation"]["internet_paths"], json!([]));
    assert!(
        !stage.account().snapshot()["route_tables"]
            .to_string()
            .contains("0.0.0.0/0")
    );
}

#[test]
fn an_existing_network_that_leads_out_is_refused_and_its_paths_are_named() {
    let stage = Stage::new();
    let network = Network::with(&stage, &[]);
    let body = |isolation: &str| {
        let parts = BODY.replace("{ max_azs = 2 }", &network.hcl(2));
        format!("{parts}\n  isolation = {isolation}")
    };
    let made = stage.account().meddle("ec2", "create_internet_gateway", &json!({}));
    let gateway = made["InternetGateway"]["InternetGatewayId"].clone();
    let attach = json!({ "InternetGatewayId": gateway, "VpcId": network.vpc_id() });
    stage.account().meddle("ec2", "attach_internet_gateway", &attach);
    let table = json!(network.route_table());
    route(&stage, &table, "0.0.0.0/0", ("GatewayId", &gateway));

    stage.environment(&body("{}"));
    let before = stage.account().snapshot();
    let word = gateway.as_str().expect("an id");
    let path = format!("→ {} → {word} (0.0.0.0/0)", network.route_table());
    stage
        .try_apply()
        .failed()
        .says(&["to the internet", &path, "isolation.enforce = false"]);
    assert_eq!(stage.account().snapshot(), before);

    stage.environment(&body("{ enforce = false }"));
    let run = stage.apply();
    assert!(run.stdout.contains("The environment is not isolated"), "{}", run.stdout);
    let paths = stage.state()["isolation"]["internet_paths"].to_string();
    assert!(paths.contains(&path), "{paths}");
    stage.try_destroy().succeeded();
    assert_eq!(stage.account().snapshot(), before);
}
