//! States that older versions of the provider have stored.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::stage::{ADDRESS, Stage};

/// What version 0 of the schema was given, and the state file that it wrote.
const CONFIGURATION: &str = include_str!("version_0/environments.tf");
const STATE: &str = include_str!("version_0/terraform.tfstate");
const BOTH: [&str; 2] = [ADDRESS, "isolated_batch_environment.role"];

#[test]
fn a_state_of_version_0_is_read_and_nothing_is_to_be_done() {
    let stage = Stage::new();
    // What is there has the name that version 0 derived.
    let stored: Value = serde_json::from_str(STATE).expect("JSON");
    let derived = attributes(&stored, "this")["compute_environment"]["name"].clone();
    let named = format!("compute_environment = {{\n    name = {derived}\n    instance_types    = [\"c6i.large\"");
    let configuration = CONFIGURATION.replacen(
        "compute_environment = {\n    instance_types    = [\"c6i.large\"",
        &named,
        1,
    );
    assert_ne!(configuration, CONFIGURATION);
    stage.configuration(&configuration);
    stage.apply();
    let there = stage.account().snapshot();

    let made: Value = serde_json::from_str(&fs::read_to_string(stage.state_file()).expect("a state")).expect("JSON");
    let old = as_if_made(stored, &made, &prefix_lists(&stage));
    fs::write(stage.state_file(), old.to_string()).expect("a state");
    stage.configuration(CONFIGURATION);
    let plan = stage.plan();
    for address in BOTH {
        assert_eq!(plan.actions(address), ["no-op"], "{:#}", plan.change(address));
    }
    stage.apply();
    assert_eq!(stage.account().snapshot(), there);

    // Without a refresh, what is stored must do.
    fs::write(stage.state_file(), old.to_string()).expect("a state");
    stage
        .terraform(&["apply", "-auto-approve", "-no-color", "-refresh=false"])
        .succeeded();
    assert_eq!(stage.account().snapshot(), there);
    stage.assert_settled();
}

fn attributes<'a>(state: &'a Value, name: &str) -> &'a Value {
    let resources = state["resources"].as_array().expect("resources");
    let found = resources.iter().find(|resource| resource["name"] == name);
    &found.expect("it is there")["instances"][0]["attributes"]
}

/// The stored state, as if version 0 had made what is there now: with its ids.
fn as_if_made(mut stored: Value, made: &Value, prefix_lists: &[(String, String)]) -> Value {
    for resource in stored["resources"].as_array_mut().expect("resources") {
        let name = resource["name"].as_str().expect("a name").to_owned();
        let instance = &mut resource["instances"][0];
        assert_eq!(instance["schema_version"], 0);
        with_ids_of(&mut instance["attributes"], attributes(made, &name));
        let private = instance["private"].as_str().expect("text");
        let mut private = STANDARD.decode(private).expect("base64");
        for (service, id) in prefix_lists {
            replace_behind(&mut private, service.as_bytes(), id.as_bytes());
        }
        instance["private"] = json!(STANDARD.encode(private));
    }
    for kept in ["lineage", "serial"] {
        stored[kept] = made[kept].clone();
    }
    stored
}

/// Takes over whatever AWS gave.
fn with_ids_of(stored: &mut Value, made: &Value) {
    const GIVEN: [&str; 7] = ["vpc-", "subnet-", "rtb-", "sg-", "vpce-", "eni-", "arn:aws:ecs:"];
    match stored {
        Value::Object(fields) => fields
            .iter_mut()
            .for_each(|(name, value)| with_ids_of(value, &made[name.as_str()])),
        Value::Array(items) => items
            .iter_mut()
            .enumerate()
            .for_each(|(index, item)| with_ids_of(item, &made[index])),
        Value::String(text) if GIVEN.iter().any(|prefix| text.starts_with(prefix)) => {
            *text = made.as_str().expect("the same is there").to_owned();
        }
        _ => {}
    }
}

/// The account's prefix lists: service and id.
fn prefix_lists(stage: &Stage) -> Vec<(String, String)> {
    let answer = stage
        .account()
        .meddle("ec2", "describe_managed_prefix_lists", &json!({}));
    let lists = answer["PrefixLists"].as_array().expect("a list").iter();
    let text = |list: &Value, key: &str| list[key].as_str().expect("text").to_owned();
    lists
        .map(|list| (text(list, "PrefixListName"), text(list, "PrefixListId")))
        .collect()
}

/// Puts an id in the place of another one of the same length that stands directly behind a key, apart from the marker of its length.
fn replace_behind(bytes: &mut [u8], key: &[u8], id: &[u8]) {
    let behind = |at: usize| at + key.len() + 1;
    let found = (0..bytes.len()).find(|at| bytes[*at..].starts_with(key) && bytes[behind(*at)..].starts_with(b"pl-"));
    if let Some(at) = found {
        bytes[behind(at)..behind(at) + id.len()].copy_from_slice(id);
    }
}
