//! An account that refuses calls is quoted: AWS's code, its message, the request id and the part that it was about.

use serde_json::json;

use crate::stage::Stage;

const BODY: &str = r#"
  name                = "refused"
  network             = { max_azs = 2 }
  compute_environment = { max_vcpus = 4 }
"#;

#[test]
fn a_denied_call_says_which_permission_is_missing() {
    let stage = Stage::with(BODY);
    let error = json!({ "status": 403, "code": "UnauthorizedOperation", "message": "You are not authorized to perform this operation." });
    stage
        .account()
        .add_fault(&json!({ "action": "CreateVpc", "times": null, "effect": { "error": error } }));
    let run = stage.try_apply().failed();
    let requests = stage.account().requests();
    let refused = requests
        .iter()
        .find(|request| request.error_code() == Some("UnauthorizedOperation"))
        .expect("it was");
    assert_eq!(refused.fault(), Some("error"));
    run.says(&["VPC", "ec2:CreateVpc", "UnauthorizedOperation", refused.request_id()]);
}

#[test]
fn a_read_that_is_denied_loses_no_state() {
    let stage = Stage::with(BODY);
    stage.apply();
    let error = json!({ "status": 403, "code": "UnauthorizedOperation", "message": "You are not authorized." });
    stage
        .account()
        .add_fault(&json!({ "action": "DescribeSubnets", "times": null, "effect": { "error": error } }));
    stage
        .terraform(&["plan", "-no-color"])
        .failed()
        .says(&["ec2:DescribeSubnets", "UnauthorizedOperation"]);
    stage.account().clear_faults();
    stage.assert_settled();
}

#[test]
fn two_refusals_are_told_together() {
    let stage = Stage::with(BODY);
    for (action, part) in [("CreateVpcEndpoint", "ecs-agent"), ("CreateRole", "")] {
        let error = json!({ "status": 400, "code": "LimitExceeded", "message": format!("no more by {action}") });
        let rule = json!({ "action": action, "match": part, "times": null, "effect": { "error": error } });
        stage.account().add_fault(&rule);
    }
    stage.try_apply().failed().says(&[
        "no more by CreateVpcEndpoint",
        "no more by CreateRole",
        "ecs-agent",
        "instance role",
    ]);
}

#[test]
fn a_name_that_somebody_else_has_is_told_in_one_error() {
    let stage = Stage::with(BODY);
    let (iam, ec2) = ("iam", "ec2");
    let principal = json!({ "Service": "lambda.amazonaws.com" });
    let statement = json!({ "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" });
    let trust = json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string();
    let role = "refused-ap-northeast-1-batch-instance";
    let theirs = json!({ "RoleName": role, "AssumeRolePolicyDocument": trust });
    stage.account().meddle(iam, "create_role", &theirs);
    let told = |words: &[&str]| {
        let run = stage.try_apply().failed();
        assert_eq!(run.stderr.matches("Error: ").count(), 1, "{}", run.stderr);
        run.says(words);
    };
    told(&[
        "The name of the instance role is taken",
        "EntityAlreadyExists",
        role,
        "has no tag isolated:environment = \"refused\"",
        "set compute_environment.instance_role_arn",
    ]);
    stage.account().meddle(iam, "delete_role", &json!({ "RoleName": role }));
    stage
        .terraform(&["untaint", "isolated_batch_environment.this"])
        .succeeded();
    stage.apply();

    let vpc = stage.state()["network"]["vpc_id"].clone();
    let group = json!({ "VpcId": vpc, "GroupName": "theirs", "Description": "theirs" });
    let group = stage.account().meddle(ec2, "create_security_group", &group);
    let before = stage.account().snapshot();
    stage.environment(&format!("{BODY}  security_group = {{ name = \"theirs\" }}\n"));
    let id = group["GroupId"].as_str().expect("an id");
    told(&["InvalidGroup.Duplicate", id, "set security_group.name"]);
    assert_eq!(stage.account().snapshot(), before);
}
