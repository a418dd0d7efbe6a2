//! Values that are not known when the plan is made, in every attribute that can be set: the schema says which there are.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::stage::Stage;

/// A value of an attribute, and what else must be set for it to be allowed.
struct Sample {
    path: &'static str,
    value: Value,
    beside: Value,
}

fn sample(path: &'static str, value: Value) -> Sample {
    with(path, value, json!({}))
}

fn with(path: &'static str, value: Value, beside: Value) -> Sample {
    Sample { path, value, beside }
}

/// One for each attribute. Those of one list (`apply_together`) can be set together.
fn samples() -> Vec<Sample> {
    let rule = json!({ "security_group": { "ingress_rules": [{ "cidr_block": "192.168.0.0/24", "protocol": "tcp", "from_port": 22, "to_port": 22 }] } });
    let image = json!({ "compute_environment": { "ec2_configuration": [{ "image_type": "ECS_AL2023" }] } });
    let queue = json!({ "job_queues": { "default": { "priority": 1 } } });
    let spot = json!({ "compute_environment": { "type": "SPOT" } });
    let template = json!({ "compute_environment": { "launch_template": { "name": "made-before" } } });
    vec![
        sample("name", json!("later")),
        sample("region", json!("ap-northeast-1")),
        sample("network", json!({ "max_azs": 1 })),
        sample("network.cidr_block", json!("10.7.0.0/16")),
        sample("network.max_azs", json!(1)),
        with(
            "network.availability_zones",
            json!(["ap-northeast-1a"]),
            json!({ "network": { "max_azs": null } }),
        ),
        sample("network.subnet_prefix_length", json!(20)),
        sample("network.instance_tenancy", json!("default")),
        sample("endpoints", json!({ "cloudwatch_logs": false })),
        sample("endpoints.cloudwatch_logs", json!(false)),
        sample("endpoints.additional_services", json!(["sqs"])),
        sample("endpoints.private_dns_enabled", json!(true)),
        sample("endpoints.availability_zones", json!(["ap-northeast-1a"])),
        sample("endpoints.policy", json!("same_account")),
        with(
            "endpoints.organization_id",
            json!("o-exampleorgid"),
            json!({ "endpoints": { "policy": "same_organization" } }),
        ),
        sample(
            "endpoints.policies",
            json!({ "s3": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"*\",\"Resource\":\"*\"}]}" }),
        ),
        sample("endpoints.enabled", json!(true)),
        sample("security_group", json!({ "allow_all_outbound": true })),
        sample("security_group.name", json!("later")),
        sample("security_group.description", json!("Later.")),
        sample("security_group.allow_all_outbound", json!(true)),
        sample(
            "security_group.ingress_rules",
            rule["security_group"]["ingress_rules"].clone(),
        ),
        with("security_group.ingress_rules.description", json!("Later"), rule.clone()),
        with("security_group.ingress_rules.protocol", json!("tcp"), rule.clone()),
        with("security_group.ingress_rules.from_port", json!(22), rule.clone()),
        with("security_group.ingress_rules.to_port", json!(22), rule.clone()),
        with("security_group.ingress_rules.cidr_block", json!("192.168.0.0/24"), rule),
        sample("security_group.additional_ids", json!([])),
        sample("compute_environment", json!({ "max_vcpus": 4 })),
        sample("compute_environment.name", json!("later")),
        sample("compute_environment.type", json!("EC2")),
        sample("compute_environment.allocation_strategy", json!("BEST_FIT_PROGRESSIVE")),
        sample("compute_environment.instance_types", json!(["c6i.large"])),
        sample("compute_environment.min_vcpus", json!(0)),
        sample("compute_environment.desired_vcpus", json!(0)),
        sample("compute_environment.max_vcpus", json!(8)),
        sample("compute_environment.enabled", json!(true)),
        with("compute_environment.bid_percentage", json!(60), spot.clone()),
        sample("compute_environment.image_id", json!("ami-0123456789abcdef0")),
        sample(
            "compute_environment.ec2_configuration",
            image["compute_environment"]["ec2_configuration"].clone(),
        ),
        with(
            "compute_environment.ec2_configuration.image_type",
            json!("ECS_AL2023"),
            image.clone(),
        ),
        with(
            "compute_environment.ec2_configuration.image_id_override",
            json!("ami-0123456789abcdef0"),
            image,
        ),
        sample("compute_environment.ec2_key_pair", json!("later")),
        sample("compute_environment.placement_group", json!("later")),
        sample(
            "compute_environment.launch_template",
            template["compute_environment"]["launch_template"].clone(),
        ),
        with(
            "compute_environment.launch_template.version",
            json!("$Latest"),
            template,
        ),
        sample(
            "compute_environment.instance_role_arn",
            json!("arn:aws:iam::123456789012:instance-profile/made-before"),
        ),
        sample(
            "compute_environment.service_role_arn",
            json!("arn:aws:iam::123456789012:role/made-before"),
        ),
        sample("compute_environment.create_service_role", json!(true)),
        with(
            "compute_environment.spot_iam_fleet_role_arn",
            json!("arn:aws:iam::123456789012:role/made-before"),
            json!({ "compute_environment": { "type": "SPOT", "allocation_strategy": "BEST_FIT" } }),
        ),
        sample("compute_environment.instance_tags", json!({ "a": "b" })),
        sample("compute_environment.min_scale_down_delay_minutes", json!(30)),
        sample("compute_environment.container_insights", json!("ENABLED")),
        sample("compute_environment.image_refresh", json!("today")),
        sample(
            "compute_environment.update_policy",
            json!({ "terminate_jobs_on_update": true }),
        ),
        sample(
            "compute_environment.update_policy.job_execution_timeout_minutes",
            json!(60),
        ),
        sample(
            "compute_environment.update_policy.terminate_jobs_on_update",
            json!(false),
        ),
        sample("job_queues", queue["job_queues"].clone()),
        with("job_queues.name", json!("later"), queue.clone()),
        with("job_queues.priority", json!(2), queue.clone()),
        with("job_queues.enabled", json!(true), queue.clone()),
        with("job_queues.scheduling_policy_arn", json!(null), queue.clone()),
        with("job_queues.job_state_time_limit_actions", json!([]), queue),
        sample("isolation", json!({ "enforce": true })),
        sample("isolation.enforce", json!(true)),
        sample("deletion_protection", json!(false)),
        sample("tags", json!({ "team": "risk" })),
        sample("timeouts", json!({ "create": "20m" })),
        sample("timeouts.create", json!("20m")),
        sample("timeouts.update", json!("20m")),
        sample("timeouts.delete", json!("20m")),
        sample("timeouts.read", json!("2m")),
    ]
}

/// Whether an attribute, or the object that it is in, has no sample on purpose.
fn is_left_out(path: &str) -> bool {
    WITHOUT.iter().any(|(without, _)| {
        path.strip_prefix(without)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

/// Attributes without a sample, and why.
const WITHOUT: [(&str, &str); 9] = [
    (
        "network.vpc_id",
        "network.rs has an existing network that is not known yet",
    ),
    (
        "network.subnet_ids",
        "network.rs has an existing network that is not known yet",
    ),
    (
        "security_group.ingress_rules.prefix_list_id",
        "one source for each rule",
    ),
    (
        "security_group.ingress_rules.security_group_id",
        "one source for each rule",
    ),
    (
        "compute_environment.launch_template.id",
        "a template is named by id or name",
    ),
    (
        "compute_environment.launch_template.name",
        "a template is named by id or name",
    ),
    (
        "compute_environment.launch_template.overrides",
        "the template itself is unknown in another sample",
    ),
    (
        "job_queues.scheduling_policy_arn",
        "a policy cannot be added to a queue later",
    ),
    (
        "job_queues.job_state_time_limit_actions",
        "its fields are checked one by one",
    ),
];

/// The attributes of the schema that can be set, dotted. Elements of collections count as the collection's.
fn settable(stage: &Stage) -> Vec<String> {
    let shown = stage.terraform(&["providers", "schema", "-json"]).succeeded();
    let schema: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let providers = schema["provider_schemas"].as_object().expect("providers");
    let ours = providers.values().next().expect("ours");
    let block = &ours["resource_schemas"]["isolated_batch_environment"]["block"];
    let mut found = Vec::new();
    collect(&block["attributes"], "", &mut found);
    found
}

fn collect(attributes: &Value, prefix: &str, found: &mut Vec<String>) {
    for (name, attribute) in attributes.as_object().expect("attributes") {
        if attribute["optional"] != true && attribute["required"] != true {
            continue;
        }
        let path = format!("{prefix}{name}");
        if let Some(nested) = attribute["nested_type"].as_object() {
            collect(&nested["attributes"], &format!("{path}."), found);
        }
        found.push(path);
    }
}

/// A short environment, and what is beside it.
fn environment(beside: &Value) -> Value {
    let mut environment = json!({
        "network": { "max_azs": 1 }, "endpoints": { "cloudwatch_logs": false },
        "compute_environment": { "max_vcpus": 4 },
    });
    merge(&mut environment, beside);
    environment
}

fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// Puts a value at a path; where a list or a map is on the way, into its first element.
fn put(tree: &mut Value, path: &[&str], value: &Value) {
    let Some((first, rest)) = path.split_first() else {
        *tree = value.clone();
        return;
    };
    match tree {
        Value::Array(items) => put(items.first_mut().expect("an element"), path, value),
        Value::Object(fields) if fields.contains_key("default") && *first != "default" => {
            put(fields.get_mut("default").expect("it is there"), path, value);
        }
        tree => {
            if !tree.is_object() {
                *tree = Value::Object(Map::new());
            }
            put(&mut tree[*first], rest, value);
        }
    }
}

/// Writes a configuration of environments, each with what is unknown in it.
fn configure(stage: &Stage, environments: &BTreeMap<String, Vec<&Sample>>) {
    let mut later = Map::new();
    let mut resources = Map::new();
    for (number, (label, samples)) in environments.iter().enumerate() {
        let mut body = environment(&json!({ "name": format!("unknown-{number}") }));
        for sample in samples {
            merge(&mut body, &sample.beside);
        }
        for (index, sample) in samples.iter().enumerate() {
            let key = format!("{label}-{index}");
            let path: Vec<&str> = sample.path.split('.').collect();
            put(
                &mut body,
                &path,
                &json!(format!("${{terraform_data.later.output[\"{key}\"]}}")),
            );
            later.insert(key, sample.value.clone());
        }
        resources.insert(label.clone(), body);
    }
    let configuration = json!({
        "terraform": { "required_providers": { "isolated": { "source": "isolated-batch/isolated" } } },
        "provider": { "isolated": { "region": "ap-northeast-1" } },
        "resource": {
            "terraform_data": { "later": { "input": later } },
            "isolated_batch_environment": resources,
        },
    });
    stage.file("main.tf.json", &format!("{configuration:#}"));
}

#[test]
fn every_attribute_may_be_unknown_when_it_is_planned() {
    let stage = Stage::new();
    stage.configuration("");
    let settable = settable(&stage);
    std::fs::remove_file(stage.folder().join("main.tf")).expect("a file");
    let samples = samples();
    let mut environments = BTreeMap::new();
    for path in &settable {
        match samples.iter().find(|sample| sample.path == path) {
            Some(sample) => {
                environments.insert(format!("e-{}", path.replace('.', "-")), vec![sample]);
            }
            None => assert!(is_left_out(path), "no sample of {path}"),
        }
    }
    let template = json!({ "LaunchTemplateName": "made-before", "LaunchTemplateData": { "EbsOptimized": true } });
    stage.account().meddle("ec2", "create_launch_template", &template);
    configure(&stage, &environments);
    stage.terraform(&["validate", "-no-color"]).succeeded();
    let plan = stage.plan();
    for label in environments.keys() {
        let address = format!("isolated_batch_environment.{label}");
        assert_eq!(plan.actions(&address), ["create"], "{label}");
    }
}

/// Attributes that can be set side by side, all of them unknown at once.
const TOGETHER: [(&str, &[&str]); 4] = [
    (
        "plain",
        &[
            "network.cidr_block",
            "network.max_azs",
            "network.subnet_prefix_length",
            "endpoints.cloudwatch_logs",
            "endpoints.additional_services",
            "endpoints.availability_zones",
            "endpoints.policy",
            "endpoints.enabled",
            "security_group.name",
            "security_group.description",
            "security_group.ingress_rules.cidr_block",
            "compute_environment.instance_types",
            "compute_environment.max_vcpus",
            "compute_environment.min_vcpus",
            "compute_environment.instance_tags",
            "compute_environment.ec2_configuration.image_type",
            "compute_environment.container_insights",
            "compute_environment.image_refresh",
            "compute_environment.update_policy.job_execution_timeout_minutes",
            "job_queues.priority",
            "isolation.enforce",
            "deletion_protection",
            "tags",
            "timeouts.create",
        ],
    ),
    (
        "whole",
        &[
            "network",
            "endpoints",
            "security_group",
            "compute_environment",
            "job_queues",
            "isolation",
            "timeouts",
        ],
    ),
    (
        "named",
        &[
            "name",
            "region",
            "compute_environment.name",
            "compute_environment.type",
            "compute_environment.create_service_role",
            "security_group.allow_all_outbound",
        ],
    ),
    (
        "spot",
        &[
            "compute_environment.bid_percentage",
            "compute_environment.min_scale_down_delay_minutes",
            "job_queues.name",
        ],
    ),
];

#[test]
fn what_was_unknown_is_applied_and_settles() {
    let stage = Stage::new();
    stage.configuration("");
    let settable = settable(&stage);
    std::fs::remove_file(stage.folder().join("main.tf")).expect("a file");
    let samples = samples();
    let environments = TOGETHER.iter().map(|(label, paths)| {
        let set = samples
            .iter()
            .filter(|sample| paths.contains(&sample.path) && settable.iter().any(|path| path == sample.path));
        ((*label).to_owned(), set.collect())
    });
    configure(&stage, &environments.collect());
    stage.apply();
    stage.destroy();
}
