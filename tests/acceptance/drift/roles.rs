//! The service role and the Spot Fleet role of an environment that owns both, edited or deleted by others.

use serde_json::{Value, json};

use super::{BODY, repair_by};
use crate::plan::Plan;
use crate::process::wait_for;
use crate::stage::{ADDRESS, Stage};

fn stage() -> Stage {
    let roles = r#"max_vcpus = 4, type = "SPOT", allocation_strategy = "BEST_FIT", create_service_role = true"#;
    let stage = Stage::with(&BODY.replace("max_vcpus = 4", roles));
    stage.apply();
    stage
}

const SERVICE: &str = "drift-ap-northeast-1-batch-service";
const FLEET: &str = "drift-ap-northeast-1-batch-spot-fleet";

fn role(there: &Value, name: &str) -> Value {
    let roles = there["roles"].as_array().expect("a list");
    let found = roles.iter().find(|role| role["RoleName"] == name);
    found.expect("it").clone()
}

fn says(plan: &Plan, words: &[&str]) {
    let drift = plan.before(ADDRESS)["drift"].to_string();
    assert!(words.iter().all(|word| drift.contains(word)), "{words:?}: {drift}");
}

#[test]
fn policies_and_trust_are_put_right() {
    let stage = stage();
    let before = stage.account().snapshot();
    for name in [SERVICE, FLEET] {
        let policy = &role(&before, name)["AttachedPolicies"][0];
        let call = json!({ "RoleName": name, "PolicyArn": policy });
        stage.account().meddle("iam", "detach_role_policy", &call);
    }
    let plan = repair_by(
        &stage,
        "policies detached",
        &["iam:AttachRolePolicy", "iam:AttachRolePolicy"],
    );
    says(&plan, &["the service role", "the Spot Fleet role"]);

    let nobody =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}]}"#;
    for name in [SERVICE, FLEET] {
        let call = json!({ "RoleName": name, "PolicyDocument": nobody });
        stage.account().meddle("iam", "update_assume_role_policy", &call);
    }
    let plan = repair_by(
        &stage,
        "trust policies edited",
        &["iam:UpdateAssumeRolePolicy", "iam:UpdateAssumeRolePolicy"],
    );
    says(
        &plan,
        &[
            "restoring the trust policy of the service role",
            "restoring the trust policy of the Spot Fleet role",
        ],
    );
    let after = stage.account().snapshot();
    for name in [SERVICE, FLEET] {
        assert_eq!(role(&after, name), role(&before, name));
    }
    assert_eq!(after["compute_environments"], before["compute_environments"]);
}

#[test]
fn roles_that_are_gone_are_made_again_under_their_names() {
    let stage = stage();
    let before = stage.account().snapshot();
    for name in [SERVICE, FLEET] {
        let policy = &role(&before, name)["AttachedPolicies"][0];
        let detach = json!({ "RoleName": name, "PolicyArn": policy });
        stage.account().meddle("iam", "detach_role_policy", &detach);
        stage
            .account()
            .meddle("iam", "delete_role", &json!({ "RoleName": name }));
    }
    let calls = [
        "iam:AttachRolePolicy",
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:CreateRole",
    ];
    let plan = repair_by(&stage, "roles deleted", &calls);
    let shown = &plan.before(ADDRESS)["compute_environment"];
    assert_eq!(
        (&shown["service_role_arn"], &shown["spot_iam_fleet_role_arn"]),
        (&Value::Null, &Value::Null)
    );
    let after = stage.account().snapshot();
    for name in [SERVICE, FLEET] {
        let (was, is) = (role(&before, name), role(&after, name));
        for key in ["Arn", "AttachedPolicies", "AssumeRolePolicyDocument", "Tags"] {
            assert_eq!(is[key], was[key], "{name} {key}");
        }
    }
    assert_eq!(after["compute_environments"], before["compute_environments"]);
}

#[test]
fn another_service_role_is_taken_away_again() {
    let stage = stage();
    let theirs = stage.account().script("made_before.py", &[])["service_role_arn"].clone();
    let own = stage.state()["compute_environment"]["service_role_arn"].clone();
    let call = json!({ "computeEnvironment": "drift", "serviceRole": theirs });
    stage.account().meddle("batch", "update_compute_environment", &call);
    let environment = || stage.account().snapshot()["compute_environments"][0].clone();
    wait_for("the edit to be made", || {
        (environment()["status"] == "VALID").then_some(())
    });
    let plan = repair_by(&stage, "another service role", &["batch:UpdateComputeEnvironment"]);
    assert_eq!(plan.before(ADDRESS)["compute_environment"]["service_role_arn"], theirs);
    assert_eq!(environment()["serviceRole"], own);
}
