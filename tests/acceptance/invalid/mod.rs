//! Each wrong value is an error at its attribute that says what would be right, before anything is asked of AWS.

mod compute;
mod network;
mod rest;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::stage::Stage;

/// A wrong value: the attribute that the error points at, its value, and words that the error has: the path to what is wrong, and what
/// would be right.
type Wrong = (&'static str, &'static str, &'static [&'static str]);

/// Every wrong value.
fn wrong() -> impl Iterator<Item = &'static Wrong> {
    [network::NETWORK, compute::COMPUTE_ENVIRONMENT, rest::REST]
        .into_iter()
        .flatten()
}

#[test]
fn every_wrong_value_is_an_error_at_its_attribute() {
    let stage = Stage::new();
    stage.configuration("");
    for (number, (attribute, value, _)) in wrong().enumerate() {
        let mut attributes = BTreeMap::from([("name", "\"right\""), ("compute_environment", "{ max_vcpus = 4 }")]);
        attributes.insert(attribute, value);
        let lines: String = attributes
            .iter()
            .map(|(name, value)| format!("  {name} = {value}\n"))
            .collect();
        let resource = format!("resource \"isolated_batch_environment\" \"wrong_{number}\" {{\n{lines}}}\n");
        stage.file(&format!("wrong_{number}.tf"), &resource);
    }

    let answer = stage.terraform(&["validate", "-json"]).stdout;
    let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"));
    let errors: Vec<&Value> = answer["diagnostics"]
        .as_array()
        .expect("diagnostics")
        .iter()
        .filter(|diagnostic| diagnostic["severity"] == "error")
        .collect();

    let mut complaints = Vec::new();
    for (number, (attribute, value, words)) in wrong().enumerate() {
        let file = format!("wrong_{number}.tf");
        let here: Vec<&&Value> = errors
            .iter()
            .filter(|error| error["range"]["filename"] == file)
            .collect();
        let code = |error: &Value| error["snippet"]["code"].as_str().unwrap_or("").trim_start().to_owned();
        let fits = |error: &&&Value| {
            let said = format!(
                "{} {}",
                error["summary"].as_str().unwrap_or(""),
                error["detail"].as_str().unwrap_or("")
            );
            words.iter().all(|word| said.contains(word))
        };
        let at_attribute = here.iter().all(|error| code(error).starts_with(attribute));
        if !at_attribute || !here.iter().any(fits) {
            let said: Vec<String> = here
                .iter()
                .map(|error| {
                    format!(
                        "{} {} ({})",
                        error["summary"], error["detail"], error["snippet"]["code"]
                    )
                })
                .collect();
            complaints.push(format!(
                "{attribute} = {value}: an error with {words:?} wanted, at its attribute, got {said:#?}"
            ));
        }
    }
    assert!(
        complaints.is_empty(),
        "{} of {}:\n{}",
        complaints.len(),
        wrong().count(),
        complaints.join("\n")
    );
    assert!(stage.account().requests().is_empty(), "validate asks nothing of AWS");
}

#[test]
fn what_only_the_region_can_tell_is_said_by_the_plan() {
    let cases: &[Wrong] = &[
        (
            "network",
            r#"{ availability_zones = ["ap-northeast-1a", "ap-northeast-1z"] }"#,
            &["ap-northeast-1z", "ap-northeast-1c"],
        ),
        (
            "network",
            r#"{ cidr_block = "10.0.0.0/26", subnet_prefix_length = 26 }"#,
            &["10.0.0.0/26"],
        ),
        (
            "endpoints",
            r#"{ additional_services = ["secretmanager"] }"#,
            &["secretmanager", "secretsmanager"],
        ),
        (
            "endpoints",
            r#"{ availability_zones = ["us-east-1a"] }"#,
            &["us-east-1a"],
        ),
    ];
    let stage = Stage::new();
    for (attribute, value, words) in cases {
        stage.environment(&format!(
            "  name = \"wrong\"\n  compute_environment = {{ max_vcpus = 4 }}\n  {attribute} = {value}"
        ));
        stage.terraform(&["plan", "-no-color"]).failed().says(words);
    }
    stage.account().assert_empty();
}

#[test]
fn what_fargate_takes_less_of_is_said_when_it_is_validated() {
    let stage = Stage::new();
    let groups: Vec<String> = (1..=5).map(|number| format!("sg-{number:08x}")).collect();
    let body = |kind: &str| {
        format!(
            "  name = \"wrong\"\n  compute_environment = {{ max_vcpus = 4, type = \"{kind}\" }}\n  \
             security_group = {{ additional_ids = {groups:?} }}"
        )
    };
    stage.environment(&body("EC2"));
    stage.terraform(&["validate", "-no-color"]).succeeded();
    stage.environment(&body("FARGATE_SPOT"));
    stage.terraform(&["validate", "-no-color"]).failed().says(&[
        "security_group.additional_ids",
        "6 security groups are too many for FARGATE_SPOT",
        "at most 4",
    ]);
}
