//! What a plan says while something is not known yet is never taken back once it is known.
//!
//! Terraform plans again when it applies and refuses a plan that says something else than before ("Provider produced inconsistent final
//! plan"). So every attribute is hidden in turn, alone and beside a change of another one, and both plans are compared.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value as Json, json};
use tf_provider::value::Value;

use super::existing::place;
use super::*;
use crate::domain::batch::launch_template::TemplateVersions;

/// Environments that changes start from, each on top of the one that all share.
fn bases() -> Vec<(&'static str, Json)> {
    vec![
        ("derived", json!({})),
        ("exact", json!({"compute_environment": {"name": "exact"}})),
        (
            "best_fit",
            json!({"compute_environment": {"name": "exact", "allocation_strategy": "BEST_FIT"}}),
        ),
        (
            "custom_role",
            json!({"compute_environment": {"name": "exact", "create_service_role": true}}),
        ),
        (
            "spot",
            json!({"compute_environment": {"name": "exact", "type": "SPOT"}}),
        ),
        (
            "fargate",
            json!({"compute_environment": {"name": "exact", "type": "FARGATE"}}),
        ),
        (
            "derived_best_fit",
            json!({"compute_environment": {"allocation_strategy": "BEST_FIT"}}),
        ),
        ("dedicated", json!({"network": {"instance_tenancy": "dedicated"}})),
        (
            "organization",
            json!({"endpoints": {"policy": "same_organization", "organization_id": "o-anotherorgid"}}),
        ),
        ("parked", json!({"endpoints": {"enabled": false}})),
        (
            "guest",
            json!({"network": {"vpc_id": "", "max_azs": null}, "compute_environment": {"name": "exact"}}),
        ),
    ]
}

const SHARED: &str = r#"{
    "name": "simulation", "network": {"max_azs": 2}, "endpoints": {"cloudwatch_logs": false},
    "security_group": {}, "compute_environment": {"max_vcpus": 4},
    "job_queues": {"default": {}, "named": {"name": "named"}}
}"#;

/// A value of an attribute that the environments do not have.
fn changes() -> Vec<(&'static str, Json)> {
    let policy =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;
    let role = "arn:aws:iam::123456789012:role/made-before";
    vec![
        ("name", json!("later")),
        ("region", json!(REGION)),
        ("network.cidr_block", json!("10.7.0.0/16")),
        ("network.max_azs", json!(1)),
        ("network.max_azs", json!(3)),
        ("network.availability_zones", json!(["ap-northeast-1a"])),
        (
            "network.availability_zones",
            json!(["ap-northeast-1c", "ap-northeast-1d"]),
        ),
        ("network.subnet_prefix_length", json!(24)),
        ("network.instance_tenancy", json!("dedicated")),
        ("network.instance_tenancy", json!("default")),
        ("network.vpc_id", json!("@")),
        ("network.subnet_ids", json!(["@0"])),
        ("network.subnet_ids", json!(["@1", "@2"])),
        ("network.subnet_ids", json!(["@0", "@1", "@2"])),
        ("endpoints.cloudwatch_logs", json!(true)),
        ("endpoints.additional_services", json!(["sqs"])),
        ("endpoints.private_dns_enabled", json!(false)),
        ("endpoints.availability_zones", json!(["ap-northeast-1a"])),
        (
            "endpoints.availability_zones",
            json!(["ap-northeast-1a", "ap-northeast-1c"]),
        ),
        ("endpoints.policy", json!("same_account")),
        ("endpoints.organization_id", json!("o-exampleorgid")),
        ("endpoints.policies", json!({ "s3": policy })),
        ("endpoints.enabled", json!(false)),
        ("endpoints.enabled", json!(true)),
        ("security_group.name", json!("later")),
        ("security_group.description", json!("Later.")),
        ("security_group.allow_all_outbound", json!(true)),
        (
            "security_group.ingress_rules",
            json!([{ "cidr_block": "192.168.0.0/24" }]),
        ),
        ("security_group.additional_ids", json!(["sg-0123456789abcdef0"])),
        ("compute_environment.name", json!("later")),
        ("compute_environment.name", json!(null)),
        ("compute_environment.type", json!("EC2")),
        ("compute_environment.type", json!("SPOT")),
        ("compute_environment.type", json!("FARGATE")),
        ("compute_environment.allocation_strategy", json!("BEST_FIT")),
        ("compute_environment.allocation_strategy", json!("BEST_FIT_PROGRESSIVE")),
        ("compute_environment.allocation_strategy", json!(null)),
        ("compute_environment.instance_types", json!(["c6i.large", "m6i.large"])),
        ("compute_environment.min_vcpus", json!(1)),
        ("compute_environment.desired_vcpus", json!(1)),
        ("compute_environment.max_vcpus", json!(8)),
        ("compute_environment.enabled", json!(false)),
        ("compute_environment.bid_percentage", json!(60)),
        ("compute_environment.image_id", json!("ami-0123456789abcdef0")),
        (
            "compute_environment.ec2_configuration",
            json!([{ "image_type": "ECS_AL2023" }]),
        ),
        ("compute_environment.ec2_key_pair", json!("later")),
        ("compute_environment.placement_group", json!("later")),
        ("compute_environment.launch_template", json!({ "name": "mine" })),
        (
            "compute_environment.instance_role_arn",
            json!("arn:aws:iam::123456789012:instance-profile/made-before"),
        ),
        ("compute_environment.service_role_arn", json!(role)),
        ("compute_environment.service_role_arn", json!(null)),
        ("compute_environment.create_service_role", json!(true)),
        ("compute_environment.create_service_role", json!(false)),
        ("compute_environment.spot_iam_fleet_role_arn", json!(role)),
        ("compute_environment.instance_tags", json!({ "a": "b" })),
        ("compute_environment.min_scale_down_delay_minutes", json!(30)),
        ("compute_environment.container_insights", json!("ENABLED")),
        ("compute_environment.image_refresh", json!("today")),
        (
            "compute_environment.update_policy",
            json!({ "terminate_jobs_on_update": true }),
        ),
        ("job_queues.default.name", json!("later")),
        ("job_queues.default.priority", json!(2)),
        ("job_queues.named.name", json!("later")),
        ("job_queues.another", json!({})),
        ("isolation.enforce", json!(false)),
        ("deletion_protection", json!(true)),
        ("tags", json!({ "team": "risk" })),
        ("timeouts.update", json!("20m")),
    ]
}

/// Attributes that decide about others: a change of theirs stands beside each that is hidden.
const DECISIVE: [&str; 8] = [
    "region",
    "network.max_azs",
    "endpoints.enabled",
    "endpoints.additional_services",
    "compute_environment.name",
    "compute_environment.type",
    "compute_environment.allocation_strategy",
    "compute_environment.create_service_role",
];

/// Stands for what is not known yet.
const HIDDEN: &str = "\0";

/// A configuration in JSON, with unknown values, as Terraform sends it.
struct Configuration<'a>(&'a Json);

impl Serialize for Configuration<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::String(text) if text == HIDDEN => Value::<String>::Unknown.serialize(serializer),
            Json::Array(elements) => {
                let mut list = serializer.serialize_seq(Some(elements.len()))?;
                for element in elements {
                    list.serialize_element(&Configuration(element))?;
                }
                list.end()
            }
            Json::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, field) in fields {
                    map.serialize_entry(name, &Configuration(field))?;
                }
                map.end()
            }
            plain => plain.serialize(serializer),
        }
    }
}

fn parse(json: &Json) -> Environment {
    let bytes = rmp_serde::to_vec_named(&Configuration(json)).unwrap();
    rmp_serde::from_slice(&bytes).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn put(tree: &mut Json, path: &str, value: &Json) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    if !tree.is_object() {
        *tree = json!({});
    }
    match rest {
        "" => tree[first] = value.clone(),
        rest => put(&mut tree[first], rest, value),
    }
}

fn merge(into: &mut Json, from: &Json) {
    match (into, from) {
        (Json::Object(into), Json::Object(from)) => {
            for (name, value) in from {
                merge(into.entry(name.clone()).or_insert(Json::Null), value);
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// The ids of the network in the place of their stand-ins: subnets by number, and the VPC.
fn fill(json: &Json, ids: &[String]) -> Json {
    match json {
        Json::String(text) if text.starts_with('@') => {
            let index = text[1..].parse().unwrap_or(ids.len() - 1);
            json!(ids[index])
        }
        Json::Array(elements) => elements.iter().map(|element| fill(element, ids)).collect(),
        other => other.clone(),
    }
}

/// Plans with something hidden, and with everything known: what the second takes back, or nothing if that is no plan at all.
async fn check(terraform: &Terraform, hidden: &Json, known: &Json) -> Option<Vec<String>> {
    let second = terraform.plan(&parse(known)).await.ok()?;
    Some(match terraform.plan(&parse(hidden)).await {
        Err(errors) => errors,
        // What is made anew is planned anew, from nothing.
        Ok(first) if !first.replace.is_empty() => Vec::new(),
        Ok(_) if !second.replace.is_empty() => vec![format!("{:?} replaces", second.replace)],
        Ok(first) => taken_back(&first.state, &second.state),
    })
}

/// A list or a map with each of its elements hidden.
fn elements_hidden(value: &Json) -> Vec<Json> {
    let hide = |path: String| {
        let mut hidden = value.clone();
        *hidden.pointer_mut(&path)? = json!(HIDDEN);
        Some(hidden)
    };
    match value {
        Json::Array(elements) => (0..elements.len())
            .filter_map(|index| hide(format!("/{index}")))
            .collect(),
        Json::Object(fields) => fields.keys().filter_map(|name| hide(format!("/{name}"))).collect(),
        _ => Vec::new(),
    }
}

/// What is taken back by any plan that starts from an environment.
async fn walk(name: &'static str, base: Json) -> Vec<String> {
    let mut terraform = Terraform::new();
    let mut fresh = Terraform::new();
    let mut shared: Json = serde_json::from_str(SHARED).unwrap();
    merge(&mut shared, &base);
    let mut ids = Vec::new();
    for terraform in [&mut terraform, &mut fresh] {
        let network = place(&terraform.cloud, "10.9").await;
        if name == "guest" {
            ids = [network.subnet_ids.as_slice(), std::slice::from_ref(&network.vpc_id)].concat();
            shared["network"] = json!({"vpc_id": network.vpc_id, "subnet_ids": &network.subnet_ids[..2]});
        }
        let versions = TemplateVersions { latest: 2, default: 1 };
        terraform.cloud.edit(|world| {
            world.launch_templates.insert("mine".to_owned(), versions);
        });
    }
    terraform.apply(&parse(&shared)).await.unwrap();
    let changes: Vec<(&str, Json)> = changes()
        .into_iter()
        .filter(|(path, _)| name == "guest" || !["network.vpc_id", "network.subnet_ids"].contains(path))
        .map(|(path, value)| (path, fill(&value, &ids)))
        .collect();
    let mut tried = 0;
    let mut found = Vec::new();
    for (path, value) in &changes {
        let mut known = shared.clone();
        put(&mut known, path, value);
        let section = path.split('.').next().unwrap_or_default();
        let whole = BTreeSet::from([*path, section]).into_iter();
        let inside = elements_hidden(value).into_iter().map(|value| (*path, value));
        for (hide, with) in whole.map(|hide| (hide, json!(HIDDEN))).chain(inside) {
            let mut hidden = known.clone();
            put(&mut hidden, hide, &with);
            for (terraform, age) in [(&terraform, "there"), (&fresh, "new")] {
                let Some(back) = check(terraform, &hidden, &known).await else {
                    continue;
                };
                tried += 1;
                let what = |back| format!("{name} ({age}), {path} = {value}, {hide} = {with}: {back}");
                found.extend(back.into_iter().map(what));
            }
        }
        let decisive = changes
            .iter()
            .filter(|(other, _)| DECISIVE.contains(other) && other != path);
        for (other, beside) in decisive {
            let mut known = known.clone();
            put(&mut known, other, beside);
            let mut hidden = known.clone();
            put(&mut hidden, path, &json!(HIDDEN));
            let Some(back) = check(&terraform, &hidden, &known).await else {
                continue;
            };
            tried += 1;
            let what = |back| format!("{name}, {path} = {value} unknown beside {other} = {beside}: {back}");
            found.extend(back.into_iter().map(what));
        }
    }
    assert!(tried > changes.len(), "only {tried} of the plans were possible");
    found
}

#[test]
fn every_row_of_the_table_of_changes_is_hidden() {
    let hidden: Vec<&str> = changes().into_iter().map(|(path, _)| path).collect();
    for row in crate::domain::change::TABLE {
        let is_inside = |path: &&str| {
            path.strip_prefix(row.attribute)
                .is_some_and(|rest| rest.starts_with('.'))
        };
        assert!(
            hidden.contains(&row.attribute) || hidden.iter().any(is_inside),
            "{} is never hidden",
            row.attribute
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_back_once_it_is_known() {
    let mut found = Vec::new();
    for (name, base) in bases() {
        found.extend(walk(name, base).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
