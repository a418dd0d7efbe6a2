//! Roles and the compute environment, edited or deleted by others.

use serde_json::{Value, json};

use super::{BODY, repair_by};
use crate::plan::Plan;
use crate::stage::{ADDRESS, Stage};

fn drift(plan: &Plan) -> String {
    plan.before(ADDRESS)["drift"].to_string()
}

fn environment(stage: &Stage) -> Value {
    stage.account().snapshot()["compute_environments"][0].clone()
}

fn settle(stage: &Stage) {
    crate::process::wait_for("the compute environment to be settled", || {
        (environment(stage)["status"] == "VALID").then_some(())
    });
}

#[test]
fn a_role_is_put_right_or_made_again() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = stage.account().snapshot();
    let role = before["roles"][0]["RoleName"].clone();
    let policy = before["roles"][0]["AttachedPolicies"][0].clone();
    let iam = |method: &str, arguments: &Value| stage.account().meddle("iam", method, arguments);

    let nobody = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    iam(
        "update_assume_role_policy",
        &json!({ "RoleName": role, "PolicyDocument": nobody }),
    );
    let plan = repair_by(&stage, "the trust policy changed", &["iam:UpdateAssumeRolePolicy"]);
    assert!(
        drift(&plan).contains("restoring the trust policy of the instance role"),
        "{}",
        drift(&plan)
    );

    iam(
        "remove_role_from_instance_profile",
        &json!({ "InstanceProfileName": role, "RoleName": role }),
    );
    let plan = repair_by(
        &stage,
        "the profile without its role",
        &["iam:AddRoleToInstanceProfile"],
    );
    let shown = &plan.before(ADDRESS)["compute_environment"]["instance_role_arn"];
    assert_eq!(*shown, Value::Null);

    iam(
        "remove_role_from_instance_profile",
        &json!({ "InstanceProfileName": role, "RoleName": role }),
    );
    iam("detach_role_policy", &json!({ "RoleName": role, "PolicyArn": policy }));
    iam("delete_role", &json!({ "RoleName": role }));
    repair_by(
        &stage,
        "the role deleted",
        &["iam:AddRoleToInstanceProfile", "iam:AttachRolePolicy", "iam:CreateRole"],
    );
    let after = stage.account().snapshot();
    assert_eq!(
        after["roles"][0]["AttachedPolicies"],
        before["roles"][0]["AttachedPolicies"]
    );
    assert_eq!(
        after["roles"][0]["AssumeRolePolicyDocument"],
        before["roles"][0]["AssumeRolePolicyDocument"]
    );
    assert_eq!(after["instance_profiles"][0]["Roles"][0]["RoleName"], role);
    assert_eq!(after["compute_environments"], before["compute_environments"]);
}

#[test]
fn subnets_groups_and_tags_of_the_compute_environment_are_put_right() {
    let stage = Stage::with(BODY);
    stage.apply();
    let before = environment(&stage);
    let update = &["batch:UpdateComputeEnvironment"];
    let edit = |resources: &Value| {
        let call = json!({ "computeEnvironment": "drift", "computeResources": resources });
        stage.account().meddle("batch", "update_compute_environment", &call);
        settle(&stage);
    };

    edit(&json!({ "subnets": [before["computeResources"]["subnets"][0]] }));
    let plan = repair_by(&stage, "a subnet less", update);
    assert!(
        drift(&plan).contains("changing the compute environment"),
        "{}",
        drift(&plan)
    );

    let default = stage.state()["network"]["default_security_group_id"].clone();
    edit(&json!({ "securityGroupIds": [default] }));
    let plan = repair_by(&stage, "another group", update);
    let shown = &plan.before(ADDRESS)["security_group"]["additional_ids"];
    assert_eq!(*shown, json!([default]));

    let arn = &before["computeEnvironmentArn"];
    let drop = json!({ "resourceArn": arn, "tagKeys": ["team"] });
    stage.account().meddle("batch", "untag_resource", &drop);
    let plan = repair_by(&stage, "a tag gone", &["batch:TagResource"]);
    assert!(
        drift(&plan).contains("tagging the compute environment"),
        "{}",
        drift(&plan)
    );

    let after = environment(&stage);
    let sorted = |list: &Value| {
        let mut words: Vec<String> = list.as_array().expect("a list").iter().map(Value::to_string).collect();
        words.sort();
        words
    };
    let resources = |environment: &Value| {
        let resources = &environment["computeResources"];
        (sorted(&resources["subnets"]), sorted(&resources["securityGroupIds"]))
    };
    assert_eq!(resources(&after), resources(&before));
    assert_eq!(after["tags"], before["tags"]);
    assert_eq!(after["uuid"], before["uuid"]);
}
