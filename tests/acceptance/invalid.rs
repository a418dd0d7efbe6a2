//! Each wrong value is an error at its attribute that says what would be right, before anything is asked of AWS.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::stage::Stage;

/// A wrong value: the attribute that the error points at, its value, and words that the error has.
type Wrong = (&'static str, &'static str, &'static [&'static str]);

const WRONG: &[Wrong] = &[
    ("name", r#""""#, &["1", "50"]),
    ("name", r#""-simulation""#, &["-simulation", "letter or digit"]),
    ("name", r#""two words""#, &["two words"]),
    (
        "name",
        r#""a123456789b123456789c123456789d123456789e123456789f""#,
        &["50"],
    ),
    ("region", r#""Tokyo""#, &["Tokyo"]),
    ("network", r#"{ cidr_block = "ten" }"#, &["cidr_block", "ten"]),
    (
        "network",
        r#"{ cidr_block = "10.0.0.0/8" }"#,
        &["cidr_block", "16", "28"],
    ),
    (
        "network",
        r#"{ cidr_block = "10.0.0.0/29" }"#,
        &["cidr_block", "16", "28"],
    ),
    (
        "network",
        r#"{ cidr_block = "10.0.0.7/16" }"#,
        &["cidr_block", "10.0.0.0/16"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-main", subnet_ids = ["subnet-11111111"] }"#,
        &["vpc_id", "vpc-main", "vpc-0123456789abcdef0"],
    ),
    ("network", r#"{ vpc_id = "vpc-11111111" }"#, &["subnet_ids"]),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111", "subnet-11111111"] }"#,
        &["network.subnet_ids[1]", "given twice"],
    ),
    (
        "network",
        r#"{ subnet_ids = ["subnet-11111111"] }"#,
        &["network.vpc_id"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111"], cidr_block = "10.0.0.0/16" }"#,
        &["network.cidr_block", "existing network"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111"], instance_tenancy = "default" }"#,
        &["network.instance_tenancy", "existing network"],
    ),
    ("network", r#"{ max_azs = 0 }"#, &["max_azs"]),
    ("network", r#"{ max_azs = 2.5 }"#, &["max_azs"]),
    (
        "network",
        r#"{ max_azs = 2, availability_zones = ["ap-northeast-1a"] }"#,
        &["max_azs", "availability_zones"],
    ),
    ("network", r#"{ availability_zones = [] }"#, &["availability_zones"]),
    (
        "network",
        r#"{ availability_zones = ["ap-northeast-1a", "ap-northeast-1a"] }"#,
        &["ap-northeast-1a"],
    ),
    (
        "network",
        r#"{ subnet_prefix_length = 15 }"#,
        &["subnet_prefix_length", "16", "28"],
    ),
    (
        "network",
        r#"{ subnet_prefix_length = 29 }"#,
        &["subnet_prefix_length", "16", "28"],
    ),
    (
        "network",
        r#"{ instance_tenancy = "host" }"#,
        &["instance_tenancy", "dedicated"],
    ),
    (
        "endpoints",
        r#"{ additional_services = ["secrets manager"] }"#,
        &["additional_services", "secrets manager"],
    ),
    ("endpoints", r#"{ availability_zones = [] }"#, &["availability_zones"]),
    ("security_group", r#"{ name = "sg-simulation" }"#, &["sg-"]),
    ("security_group", r#"{ description = "für Batch" }"#, &["description"]),
    ("security_group", r#"{ additional_ids = ["default"] }"#, &["sg-"]),
    (
        "security_group",
        r#"{ ingress_rules = [{ protocol = "tcp", from_port = 80, to_port = 80 }] }"#,
        &["cidr_block", "prefix_list_id", "security_group_id"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ protocol = "tcp", from_port = 80, to_port = 80, cidr_block = "10.0.0.0/8", security_group_id = "sg-1" }] }"#,
        &["cidr_block", "security_group_id"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ protocol = "tcp", from_port = 90, to_port = 80, cidr_block = "10.0.0.0/8" }] }"#,
        &["to_port", "80 to 90"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ protocol = "tcp", from_port = 80, to_port = 70000, cidr_block = "10.0.0.0/8" }] }"#,
        &["65535"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ protocol = "carrier pigeon", cidr_block = "10.0.0.0/8" }] }"#,
        &["carrier pigeon"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, name = "two words" }"#,
        &["two words"],
    ),
    ("compute_environment", r#"{ max_vcpus = 4, type = "ec2" }"#, &["EC2"]),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", instance_types = ["c6i"] }"#,
        &["instance_types", "FARGATE", "EC2 or SPOT"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE_SPOT", min_vcpus = 0, ec2_key_pair = "key" }"#,
        &["min_vcpus", "FARGATE_SPOT"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", update_policy = { job_execution_timeout_minutes = 60 } }"#,
        &["update_policy", "FARGATE"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, allocation_strategy = "SPOT_CAPACITY_OPTIMIZED" }"#,
        &["SPOT_CAPACITY_OPTIMIZED", "EC2", "BEST_FIT_PROGRESSIVE"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "SPOT", allocation_strategy = "BEST_FIT_PROGRESSIVE_ORDERED" }"#,
        &["BEST_FIT_PROGRESSIVE_ORDERED", "SPOT_PRICE_CAPACITY_OPTIMIZED"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, bid_percentage = 60 }"#,
        &["bid_percentage", "SPOT"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "SPOT", bid_percentage = 120 }"#,
        &["120", "1 to 100"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, spot_iam_fleet_role_arn = "arn:aws:iam::123456789012:role/fleet" }"#,
        &["spot_iam_fleet_role_arn", "SPOT"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, min_scale_down_delay_minutes = 10 }"#,
        &["10", "20 to 10080"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, container_insights = "ON" }"#,
        &["ON", "ENHANCED"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, image_refresh = "next; week" }"#,
        &["next; week", "tag"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, update_policy = { job_execution_timeout_minutes = 0 } }"#,
        &["1 to 7200"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { id = "lt-0123456789abcdef0", name = "mine" } }"#,
        &["id and name"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { name = "mine", version = "latest" } }"#,
        &["latest", "$Latest"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = ["c6i"], launch_template = { name = "mine", overrides = [{ name = "other", target_instance_types = ["m6i.large"] }] } }"#,
        &["m6i.large", "c6i"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, allocation_strategy = "CHEAPEST" }"#,
        &["BEST_FIT_PROGRESSIVE"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = [] }"#,
        &["instance_types"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = ["t3 small"] }"#,
        &["t3 small"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = ["t3.small", "m6g.large"] }"#,
        &["architecture"],
    ),
    ("compute_environment", r#"{ max_vcpus = 0 }"#, &["max_vcpus"]),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, min_vcpus = -1 }"#,
        &["min_vcpus"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, min_vcpus = 8 }"#,
        &["min_vcpus", "max_vcpus"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, desired_vcpus = 8 }"#,
        &["desired_vcpus", "max_vcpus"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, image_id = "al2023" }"#,
        &["ami-"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, ec2_configuration = [{ image_type = "ECS_AL2023" }, { image_type = "ECS_AL2023_NVIDIA" }, { image_type = "ECS_AL2023" }] }"#,
        &["ec2_configuration", "2"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_role_arn = "batch" }"#,
        &["instance_role_arn", "arn:"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_role_arn = "arn:aws:iam::123456789012:role/batch" }"#,
        &["instance-profile"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, service_role_arn = "arn:aws:iam::123456789012:role/batch", create_service_role = true }"#,
        &["service_role_arn", "create_service_role"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_tags = { "aws:team" = "risk" } }"#,
        &["aws:"],
    ),
    ("tags", r#"{ "aws:team" = "risk" }"#, &["aws:"]),
    ("tags", r#"{ "isolated:environment" = "other" }"#, &["isolated:"]),
    ("timeouts", r#"{ create = "5 parsecs" }"#, &["5 parsecs", "30m"]),
];

#[test]
fn every_wrong_value_is_an_error_at_its_attribute() {
    let stage = Stage::new();
    stage.configuration("");
    for (number, (attribute, value, _)) in WRONG.iter().enumerate() {
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
    for (number, (attribute, value, words)) in WRONG.iter().enumerate() {
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
        WRONG.len(),
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
