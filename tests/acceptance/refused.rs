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
