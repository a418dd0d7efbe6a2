//! Parts whose ownership tags others remove: the state still knows them, and they are tagged again as they are.

use serde_json::{Value, json};

use super::{BODY, repair_by};
use crate::ids::NETWORK;
use crate::stage::Stage;

const KEYS: [&str; 3] = ["isolated:environment", "isolated:account", "isolated:region"];

fn untag_network(stage: &Stage, there: &Value) {
    let ids = NETWORK.into_iter().flat_map(|(kind, key)| {
        let things = there[kind].as_array().cloned().unwrap_or_default();
        things.into_iter().map(move |thing| thing[key].clone())
    });
    let tags: Vec<Value> = KEYS.iter().map(|key| json!({ "Key": key })).collect();
    let call = json!({ "Resources": ids.collect::<Vec<_>>(), "Tags": tags });
    stage.account().meddle("ec2", "delete_tags", &call);
}

fn untag_roles(stage: &Stage, there: &Value) {
    let role = json!({ "RoleName": there["roles"][0]["RoleName"], "TagKeys": KEYS });
    stage.account().meddle("iam", "untag_role", &role);
    let name = &there["instance_profiles"][0]["InstanceProfileName"];
    let profile = json!({ "InstanceProfileName": name, "TagKeys": KEYS });
    stage.account().meddle("iam", "untag_instance_profile", &profile);
}

fn untag_batch(stage: &Stage, there: &Value) {
    for arn in [
        &there["compute_environments"][0]["computeEnvironmentArn"],
        &there["job_queues"][0]["jobQueueArn"],
    ] {
        let call = json!({ "resourceArn": arn, "tagKeys": KEYS });
        stage.account().meddle("batch", "untag_resource", &call);
    }
}

/// Every tag in the account.
fn tags(there: &Value) -> Vec<Value> {
    let kinds = there.as_object().expect("kinds").values();
    let things = kinds.flat_map(|things| things.as_array().cloned().unwrap_or_default());
    things.map(|thing| json!([thing["Tags"], thing["tags"]])).collect()
}

const TAG_NETWORK: &[&str] = &["ec2:CreateTags"];
const TAG_ROLES: &[&str] = &["iam:TagInstanceProfile", "iam:TagRole"];
const TAG_BATCH: &[&str] = &["batch:TagResource", "batch:TagResource"];

#[test]
fn each_part_is_tagged_again() {
    let stage = Stage::with(&format!("{BODY}\n  job_queues = {{ fast = {{}} }}"));
    stage.apply();
    let before = stage.account().snapshot();
    untag_network(&stage, &before);
    repair_by(&stage, "nothing of the network is tagged", TAG_NETWORK);
    untag_roles(&stage, &before);
    repair_by(&stage, "neither role nor profile is tagged", TAG_ROLES);
    untag_batch(&stage, &before);
    repair_by(&stage, "neither compute environment nor queue is tagged", TAG_BATCH);
    assert_eq!(tags(&stage.account().snapshot()), tags(&before));

    untag_network(&stage, &before);
    untag_roles(&stage, &before);
    untag_batch(&stage, &before);
    repair_by(
        &stage,
        "nothing is tagged",
        &[TAG_BATCH, TAG_NETWORK, TAG_ROLES].concat(),
    );
    assert_eq!(tags(&stage.account().snapshot()), tags(&before));
    stage.destroy();
}
