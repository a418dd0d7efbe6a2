//! Parts that others edit or delete: rules, endpoints, DNS, tags.

use serde_json::{Value, json};

use super::{BODY, group, repair_by};
use crate::plan::Plan;
use crate::security_group::delete_group;
use crate::stage::{ADDRESS, Stage};

fn drift(plan: &Plan) -> String {
    plan.before(ADDRESS)["drift"].to_string()
}

fn endpoint(there: &Value, service: &str) -> Value {
    let endpoints = there["endpoints"].as_array().expect("a list");
    let of = |endpoint: &&Value| {
        endpoint["ServiceName"]
            .as_str()
            .is_some_and(|name| name.ends_with(service))
    };
    endpoints.iter().find(of).expect("it").clone()
}

#[test]
fn rules_are_put_right_on_both_sides() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let id = group(&before)["GroupId"].clone();
    let edit = |method: &str, permissions: &Value| {
        let call = json!({ "GroupId": id, "IpPermissions": permissions });
        stage.account().meddle("ec2", method, &call);
    };
    let everything = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }]);
    edit("authorize_security_group_egress", &everything);
    let plan = repair_by(&stage, "an outbound rule added", &["ec2:RevokeSecurityGroupEgress"]);
    assert_eq!(plan.before(ADDRESS)["security_group"]["allow_all_outbound"], true);
    assert_eq!(plan.after(ADDRESS)["security_group"]["allow_all_outbound"], false);

    let to_lists = group(&before)["IpPermissionsEgress"].as_array().expect("a list");
    let to_lists: Vec<&Value> = to_lists
        .iter()
        .filter(|rule| rule["PrefixListIds"].as_array().is_some_and(|lists| !lists.is_empty()))
        .collect();
    edit("revoke_security_group_egress", &json!(to_lists));
    let plan = repair_by(
        &stage,
        "an outbound rule removed",
        &["ec2:AuthorizeSecurityGroupEgress"],
    );
    assert!(
        drift(&plan).contains("changing the rules of the security group"),
        "{}",
        drift(&plan)
    );

    let ssh = json!([{ "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{ "CidrIp": "10.9.0.0/16" }] }]);
    edit("authorize_security_group_ingress", &ssh);
    let plan = repair_by(&stage, "an inbound rule added", &["ec2:RevokeSecurityGroupIngress"]);
    let shown = &plan.before(ADDRESS)["security_group"]["ingress_rules"];
    assert_eq!(shown[0]["cidr_block"], "10.9.0.0/16", "{shown}");

    let own = json!([{ "IpProtocol": "-1", "IpRanges": [{ "CidrIp": "10.0.0.0/16", "Description": "edited" }] }]);
    edit("update_security_group_rule_descriptions_ingress", &own);
    repair_by(
        &stage,
        "a description edited",
        &["ec2:UpdateSecurityGroupRuleDescriptionsIngress"],
    );
    let after = stage.account().snapshot();
    assert_eq!(group(&after)["IpPermissions"], group(&before)["IpPermissions"]);
    assert_eq!(
        group(&after)["IpPermissionsEgress"],
        group(&before)["IpPermissionsEgress"]
    );
}

#[test]
fn a_group_that_is_gone_is_made_again_and_taken_up_by_all() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let old = delete_group(&stage);

    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    assert_eq!(plan.before(ADDRESS)["security_group"]["id"], Value::Null);
    let after = stage.account().snapshot();
    let new = group(&after)["GroupId"].clone();
    assert_ne!(new, old);
    for endpoint in after["endpoints"].as_array().expect("a list") {
        if endpoint["VpcEndpointType"] == "Interface" {
            assert_eq!(endpoint["Groups"][0]["GroupId"], new);
            assert_eq!(endpoint["Groups"].as_array().map(Vec::len), Some(1));
        }
    }
    let resources = &after["compute_environments"][0]["computeResources"];
    assert_eq!(resources["securityGroupIds"], json!([new]));
    assert_eq!(after["vpcs"], before["vpcs"]);
    stage.destroy();
}

#[test]
fn edited_endpoints_are_put_right_one_by_one() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let agent = endpoint(&before, ".ecs-agent");
    let edit = |change: &Value| {
        let mut call = change.clone();
        call["VpcEndpointId"] = agent["VpcEndpointId"].clone();
        stage.account().meddle("ec2", "modify_vpc_endpoint", &call);
    };
    let modify = &["ec2:ModifyVpcEndpoint"];

    edit(&json!({ "PrivateDnsEnabled": false }));
    let plan = repair_by(&stage, "private DNS off", modify);
    assert!(
        drift(&plan).contains("changing the endpoint for ecs-agent"),
        "{}",
        drift(&plan)
    );

    edit(&json!({ "RemoveSubnetIds": [agent["SubnetIds"][0]] }));
    let plan = repair_by(&stage, "a zone less", modify);
    assert!(
        drift(&plan).contains("changing the endpoint for ecs-agent"),
        "{}",
        drift(&plan)
    );

    let default = stage.state()["network"]["default_security_group_id"].clone();
    let ours = group(&before)["GroupId"].clone();
    edit(&json!({ "AddSecurityGroupIds": [default], "RemoveSecurityGroupIds": [ours] }));
    repair_by(&stage, "another group", modify);

    let s3 = endpoint(&before, ".s3");
    let off = json!({ "VpcEndpointId": s3["VpcEndpointId"], "RemoveRouteTableIds": [s3["RouteTableIds"][0]] });
    stage.account().meddle("ec2", "modify_vpc_endpoint", &off);
    let plan = repair_by(&stage, "a gateway off a table", modify);
    assert!(
        drift(&plan).contains("changing the endpoint for s3"),
        "{}",
        drift(&plan)
    );

    let after = stage.account().snapshot();
    let set = |value: &Value| {
        let mut words: Vec<String> = value.as_array().expect("a list").iter().map(Value::to_string).collect();
        words.sort();
        words
    };
    for service in [".ecs-agent", ".s3"] {
        let (was, is) = (endpoint(&before, service), endpoint(&after, service));
        assert_eq!(is["VpcEndpointId"], was["VpcEndpointId"]);
        assert_eq!(set(&is["SubnetIds"]), set(&was["SubnetIds"]));
        assert_eq!(set(&is["RouteTableIds"]), set(&was["RouteTableIds"]));
        assert_eq!(is["Groups"], was["Groups"]);
        assert_eq!(is["PrivateDnsEnabled"], was["PrivateDnsEnabled"]);
    }
}

#[test]
fn dns_of_the_vpc_is_switched_on_again() {
    let stage = Stage::with(BODY);
    stage.apply();
    let vpc = stage.state()["network"]["vpc_id"].clone();
    for attribute in ["EnableDnsHostnames", "EnableDnsSupport"] {
        let off = json!({ "VpcId": vpc, attribute: { "Value": false } });
        stage.account().meddle("ec2", "modify_vpc_attribute", &off);
    }
    let plan = repair_by(&stage, "DNS off", &["ec2:ModifyVpcAttribute", "ec2:ModifyVpcAttribute"]);
    assert!(
        drift(&plan).contains("enabling DNS support of the VPC"),
        "{}",
        drift(&plan)
    );
    assert!(
        drift(&plan).contains("enabling DNS host names of the VPC"),
        "{}",
        drift(&plan)
    );
    let there = stage.account().snapshot();
    assert_eq!(there["vpcs"][0]["EnableDnsHostnames"], true);
    assert_eq!(there["vpcs"][0]["EnableDnsSupport"], true);
}

#[test]
fn tags_are_written_again() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let agent = endpoint(&before, ".ecs-agent");
    let drop = json!({ "Resources": [agent["VpcEndpointId"], group(&before)["GroupId"]],
        "Tags": [{ "Key": "team" }] });
    stage.account().meddle("ec2", "delete_tags", &drop);
    let plan = repair_by(&stage, "a tag gone", &["ec2:CreateTags"]);
    assert!(drift(&plan).contains("tags"), "{}", drift(&plan));

    let owned = json!({ "Resources": [group(&before)["GroupId"]], "Tags": [{ "Key": "isolated:environment" }] });
    stage.account().meddle("ec2", "delete_tags", &owned);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    let after = stage.account().snapshot();
    assert_eq!(group(&after)["Tags"], group(&before)["Tags"]);
    assert_eq!(group(&after)["GroupId"], group(&before)["GroupId"]);
    assert_eq!(endpoint(&after, ".ecs-agent")["Tags"], agent["Tags"]);
}
