//! Tags that others put on the environment's parts: those that `ignore_tags` covers are let be, all others are taken away.

use serde_json::{Value, json};

use crate::ids::NETWORK;
use crate::stage::{ADDRESS, Stage};

const IGNORING: &str = r#"{ keys = ["owner"], key_prefixes = ["billing:"] }"#;

fn configure(stage: &Stage, ignore_tags: &str, tags: &str) {
    stage.configuration_with_provider(&format!(
        r#"
provider "isolated" {{
  region      = "ap-northeast-1"
  ignore_tags = {ignore_tags}
}}
resource "isolated_batch_environment" "this" {{
  name                = "tagged"
  network             = {{ max_azs = 1 }}
  endpoints           = {{ cloudwatch_logs = false }}
  compute_environment = {{ max_vcpus = 4 }}
  job_queues          = {{ fast = {{}} }}
  tags                = {tags}
}}
"#
    ));
}

/// Somebody tags everything that can carry a tag.
fn tag(stage: &Stage, tags: &[(&str, &str)]) {
    let there = stage.account().snapshot();
    let list: Vec<Value> = tags
        .iter()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let map: Value = tags
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let ours = |thing: &Value| thing["Tags"]["isolated:environment"].is_string();
    let ids = NETWORK.into_iter().flat_map(|(kind, key)| {
        let things = there[kind].as_array().cloned().unwrap_or_default();
        things.into_iter().filter(ours).map(move |thing| thing[key].clone())
    });
    let network = json!({ "Resources": ids.collect::<Vec<_>>(), "Tags": list });
    stage.account().meddle("ec2", "create_tags", &network);
    let role = json!({ "RoleName": there["roles"][0]["RoleName"], "Tags": list });
    stage.account().meddle("iam", "tag_role", &role);
    let name = &there["instance_profiles"][0]["InstanceProfileName"];
    let profile = json!({ "InstanceProfileName": name, "Tags": list });
    stage.account().meddle("iam", "tag_instance_profile", &profile);
    for arn in [
        &there["compute_environments"][0]["computeEnvironmentArn"],
        &there["job_queues"][0]["jobQueueArn"],
    ] {
        let call = json!({ "resourceArn": arn, "tags": map });
        stage.account().meddle("batch", "tag_resource", &call);
    }
}

/// How many things carry a tag.
fn carriers(stage: &Stage, key: &str) -> usize {
    let there = stage.account().snapshot();
    let kinds = there.as_object().expect("kinds").values();
    let things = kinds.flat_map(|things| things.as_array().cloned().unwrap_or_default());
    let carries = |thing: &Value| thing["Tags"].get(key).or(thing["tags"].get(key)).is_some();
    things.filter(carries).count()
}

#[test]
fn what_is_ignored_is_let_be_and_what_is_not_is_taken_away() {
    let stage = Stage::new();
    configure(&stage, IGNORING, "{ team = \"risk\" }");
    stage.apply();
    let all = carriers(&stage, "team");
    assert!(all > 10, "everything carries the tags: {all}");

    tag(&stage, &[("owner", "finance"), ("billing:code", "42")]);
    stage.assert_settled();
    let shown = stage.state();
    assert_eq!(shown["tags_all"], json!({ "team": "risk" }));
    assert_eq!(shown["tags"], json!({ "team": "risk" }));

    // A change of the user's own leaves them alone too.
    configure(&stage, IGNORING, "{ team = \"science\", cost = \"7\" }");
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    for key in ["owner", "billing:code", "cost"] {
        assert_eq!(carriers(&stage, key), all, "{key}");
    }

    // Neither the beginning of a key nor more than a key is that key.
    let strays = [("own", "x"), ("owners", "x"), ("billing", "x"), ("x-billing:code", "x")];
    tag(&stage, &strays);
    let plan = stage.plan_and_apply();
    assert_eq!(plan.actions(ADDRESS), ["update"]);
    for (key, _) in strays {
        assert_eq!(plan.before(ADDRESS)["tags"][key], "x", "it shows as a difference");
        assert_eq!(plan.after(ADDRESS)["tags"].get(key), None, "{key}");
        assert_eq!(carriers(&stage, key), 0, "{key}");
    }
    for key in ["owner", "billing:code", "team", "cost"] {
        assert_eq!(carriers(&stage, key), all, "{key}");
    }

    // Who ignores them no more has them taken away.
    configure(&stage, "{ keys = [\"owner\"] }", "{ team = \"science\", cost = \"7\" }");
    let plan = stage.plan_and_apply();
    assert_eq!(plan.before(ADDRESS)["tags"]["billing:code"], "42");
    assert_eq!((carriers(&stage, "billing:code"), carriers(&stage, "owner")), (0, all));
    stage.destroy();
}
