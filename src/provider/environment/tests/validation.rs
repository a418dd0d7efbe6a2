//! Each wrong value is told at its attribute.

use tf_provider::value::Value;

use super::*;

async fn errors(config: Environment) -> Vec<String> {
    let mut diags = Diagnostics::default();
    Terraform::new()
        .resource
        .validate(&mut diags, Value::Value(config))
        .await;
    assert!(diags.errors.iter().all(|error| !error.detail.is_empty()), "{diags:?}");
    told(&diags)
}

fn with(section: &str) -> Environment {
    config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"max_vcpus": 4}}, {section}}}"#
    ))
}

/// In an existing network, with something that it has already.
fn in_network(attributes: &str) -> Environment {
    with(&format!(
        r#""network": {{"vpc_id": "vpc-11111111", "subnet_ids": ["subnet-11111111"], {attributes}}}"#
    ))
}

fn compute(attributes: &str) -> Environment {
    config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"max_vcpus": 4, {attributes}}}}}"#
    ))
}

#[tokio::test]
async fn right_values_are_accepted() {
    assert_eq!(errors(config(SEED)).await, Vec::<String>::new());
    assert_eq!(errors(config(SHORT)).await, Vec::<String>::new());
}

#[tokio::test]
async fn wrong_values_are_told_at_their_attribute() {
    let cases = [
        (
            config(r#"{"name": "a b", "compute_environment": {"max_vcpus": 4}}"#),
            "name",
        ),
        (with(r#""region": "Tokyo""#), "region"),
        (with(r#""tags": {"aws:x": "y"}"#), "tags"),
        (with(r#""tags": {"x": null}"#), "tags[\"x\"]"),
        (with(r#""timeouts": {"create": "soon"}"#), "timeouts.create"),
        (
            with(r#""network": {"cidr_block": "10.0.0.1/16"}"#),
            "network.cidr_block",
        ),
        (with(r#""network": {"cidr_block": "10.0.0.0/8"}"#), "network.cidr_block"),
        (with(r#""network": {"max_azs": 0}"#), "network.max_azs"),
        (
            with(r#""network": {"vpc_id": "vpc-main", "subnet_ids": ["subnet-11111111"]}"#),
            "network.vpc_id",
        ),
        (with(r#""network": {"vpc_id": "vpc-11111111"}"#), "network.subnet_ids"),
        (
            with(r#""network": {"vpc_id": "vpc-11111111", "subnet_ids": []}"#),
            "network.subnet_ids",
        ),
        (
            with(r#""network": {"vpc_id": "vpc-11111111", "subnet_ids": ["main"]}"#),
            "network.subnet_ids[0]",
        ),
        (
            with(r#""network": {"subnet_ids": ["subnet-11111111"]}"#),
            "network.vpc_id",
        ),
        (in_network(r#""cidr_block": "10.0.0.0/16""#), "network.cidr_block"),
        (in_network(r#""max_azs": 2"#), "network.max_azs"),
        (
            in_network(r#""availability_zones": ["ap-northeast-1a"]"#),
            "network.availability_zones",
        ),
        (
            in_network(r#""subnet_prefix_length": 20"#),
            "network.subnet_prefix_length",
        ),
        (
            in_network(r#""instance_tenancy": "default""#),
            "network.instance_tenancy",
        ),
        (
            many(r#""vpc_id": "vpc-11111111", "subnet_ids""#, "subnet-111111"),
            "network.subnet_ids",
        ),
        (many(r#""availability_zones""#, "zone-"), "network.availability_zones"),
        (with(r#""network": {"max_azs": 1.5}"#), "network.max_azs"),
        (
            with(r#""network": {"max_azs": 1, "availability_zones": ["ap-northeast-1a"]}"#),
            "network.max_azs",
        ),
        (
            with(r#""network": {"availability_zones": []}"#),
            "network.availability_zones",
        ),
        (
            with(r#""network": {"availability_zones": ["a", "a"]}"#),
            "network.availability_zones[1]",
        ),
        (
            with(r#""network": {"subnet_prefix_length": 30}"#),
            "network.subnet_prefix_length",
        ),
        (
            with(r#""network": {"instance_tenancy": "host"}"#),
            "network.instance_tenancy",
        ),
        (
            with(r#""endpoints": {"additional_services": ["no such/name"]}"#),
            "endpoints.additional_services[0]",
        ),
        (
            with(r#""endpoints": {"additional_services": [null]}"#),
            "endpoints.additional_services[0]",
        ),
        (
            with(r#""endpoints": {"additional_services": ["ssm", "com.amazonaws.ap-northeast-1.ssm"]}"#),
            "endpoints.additional_services[1]",
        ),
        (with(r#""security_group": {"name": "sg-x"}"#), "security_group.name"),
        (
            with(r#""security_group": {"description": "ü"}"#),
            "security_group.description",
        ),
        (
            with(r#""security_group": {"additional_ids": ["x"]}"#),
            "security_group.additional_ids[0]",
        ),
        (
            with(r#""security_group": {"ingress_rules": [{"protocol": "tcp"}]}"#),
            "security_group.ingress_rules[0]",
        ),
        (
            with(r#""security_group": {"ingress_rules": [{"cidr_block": "10.0.0.0/8", "protocol": "x y"}]}"#),
            "security_group.ingress_rules[0].protocol",
        ),
        (
            config(r#"{"name": "simulation", "compute_environment": {}}"#),
            "compute_environment.max_vcpus",
        ),
        (
            config(r#"{"name": "simulation", "compute_environment": {"max_vcpus": 0}}"#),
            "compute_environment.max_vcpus",
        ),
        (
            config(r#"{"name": "simulation", "compute_environment": {"max_vcpus": 1e12}}"#),
            "compute_environment.max_vcpus",
        ),
        (compute(r#""type": "fargate""#), "compute_environment.type"),
        (
            compute(r#""type": "FARGATE", "instance_types": ["c6i"]"#),
            "compute_environment.instance_types",
        ),
        (
            compute(r#""type": "FARGATE_SPOT", "min_vcpus": 0"#),
            "compute_environment.min_vcpus",
        ),
        (
            compute(r#""type": "FARGATE", "update_policy": {"terminate_jobs_on_update": true}"#),
            "compute_environment.update_policy",
        ),
        (
            compute(r#""type": "SPOT", "allocation_strategy": "BEST_FIT_PROGRESSIVE_ORDERED""#),
            "compute_environment.allocation_strategy",
        ),
        (
            compute(r#""allocation_strategy": "SPOT_CAPACITY_OPTIMIZED""#),
            "compute_environment.allocation_strategy",
        ),
        (compute(r#""bid_percentage": 50"#), "compute_environment.bid_percentage"),
        (
            compute(r#""type": "SPOT", "bid_percentage": 101"#),
            "compute_environment.bid_percentage",
        ),
        (
            compute(r#""min_scale_down_delay_minutes": 19"#),
            "compute_environment.min_scale_down_delay_minutes",
        ),
        (
            compute(r#""container_insights": "ON""#),
            "compute_environment.container_insights",
        ),
        (
            compute(r#""update_policy": {"job_execution_timeout_minutes": 7201}"#),
            "compute_environment.update_policy.job_execution_timeout_minutes",
        ),
        (
            compute(r#""launch_template": {"id": "lt-0123456789abcdef0", "name": "mine"}"#),
            "compute_environment.launch_template.name",
        ),
        (
            compute(r#""launch_template": {"version": "1"}"#),
            "compute_environment.launch_template",
        ),
        (
            compute(
                r#""instance_types": ["c6i"], "launch_template": {"name": "mine", "overrides": [{"name": "other", "target_instance_types": ["m6i"]}]}"#,
            ),
            "compute_environment.launch_template.overrides[0].target_instance_types[0]",
        ),
        (
            compute(r#""allocation_strategy": "best""#),
            "compute_environment.allocation_strategy",
        ),
        (
            compute(r#""instance_types": ["t3small"]"#),
            "compute_environment.instance_types[0]",
        ),
        (compute(r#""instance_types": []"#), "compute_environment.instance_types"),
        (compute(r#""min_vcpus": 8"#), "compute_environment.min_vcpus"),
        (compute(r#""desired_vcpus": 8"#), "compute_environment.desired_vcpus"),
        (compute(r#""name": "-x""#), "compute_environment.name"),
        (compute(r#""image_id": "x""#), "compute_environment.image_id"),
        (
            compute(r#""ec2_configuration": [{"image_type": "ECS_AL3"}]"#),
            "compute_environment.ec2_configuration[0].image_type",
        ),
        (
            compute(r#""instance_role_arn": "x""#),
            "compute_environment.instance_role_arn",
        ),
        (
            compute(r#""service_role_arn": "x""#),
            "compute_environment.service_role_arn",
        ),
        (
            compute(r#""service_role_arn": "arn:aws:iam::123456789012:role/r", "create_service_role": true"#),
            "compute_environment.create_service_role",
        ),
        (
            compute(r#""instance_tags": {"aws:x": "y"}"#),
            "compute_environment.instance_tags",
        ),
        (compute(r#""ec2_key_pair": """#), "compute_environment.ec2_key_pair"),
    ];
    for (config, attribute) in cases {
        let told = errors(config.clone()).await;
        assert!(
            !told.is_empty() && told.iter().all(|error| error.starts_with(&format!("{attribute}: "))),
            "{attribute}: {told:?}"
        );
    }
}

/// A Fargate environment with one more place than Fargate takes.
fn many(attribute: &str, word: &str) -> Environment {
    let words: Vec<String> = (10..27).map(|number| format!("{word}{number}")).collect();
    config(&format!(
        r#"{{"name": "simulation", "compute_environment": {{"type": "FARGATE", "max_vcpus": 4}}, "network": {{{attribute}: {words:?}}}}}"#
    ))
}

#[tokio::test]
async fn what_is_not_known_yet_is_not_judged() {
    let unknown = Environment {
        name: Value::Unknown,
        region: Value::Unknown,
        network: Value::Unknown,
        endpoints: Value::Unknown,
        security_group: Value::Unknown,
        compute_environment: Value::Unknown,
        tags: Value::Unknown,
        timeouts: Value::Unknown,
        ..Environment::default()
    };
    assert_eq!(errors(unknown).await, Vec::<String>::new());
}

#[test]
fn every_attribute_is_described_and_every_change_explained() {
    fn walk(path: &str, attributes: &std::collections::HashMap<String, tf_provider::schema::Attribute>) {
        use tf_provider::schema::AttributeType::{AttributeList, AttributeMap, AttributeSingle};
        for (name, attribute) in attributes {
            let path = format!("{path}{name}");
            let text = &attribute.description.content;
            assert!(text.ends_with('.') && text.len() > 10, "{path}: {text}");
            match &attribute.attr_type {
                AttributeSingle(inner) | AttributeList(inner) | AttributeMap(inner) => walk(&format!("{path}."), inner),
                _ => {}
            }
        }
    }
    let schema = super::super::environment_schema();
    walk("", &schema.block.attributes);
    walk("", &crate::provider::provider_schema().block.attributes);
    for row in crate::domain::change::TABLE {
        let mut attributes = &schema.block.attributes;
        let mut described = false;
        for name in row.attribute.split('.') {
            let attribute = &attributes[name];
            described = attribute.description.content.ends_with(row.sentence());
            if let tf_provider::schema::AttributeType::AttributeSingle(inner) = &attribute.attr_type {
                attributes = inner;
            }
        }
        assert!(described, "{} does not say what a change does", row.attribute);
    }
}

#[test]
fn every_argument_says_what_its_change_does() {
    use tf_provider::schema::AttributeConstraint::Computed;
    use tf_provider::schema::AttributeType::{AttributeList, AttributeMap, AttributeSingle};
    fn walk(path: &str, attributes: &std::collections::HashMap<String, tf_provider::schema::Attribute>) {
        for (name, attribute) in attributes.iter().filter(|(_, one)| one.constraint != Computed) {
            let path = format!("{path}{name}");
            let text = &attribute.description.content;
            let inner = match &attribute.attr_type {
                AttributeSingle(inner) | AttributeList(inner) | AttributeMap(inner) => Some(inner),
                _ => None,
            };
            match super::super::effect::sentence(&path) {
                Some(sentence) => assert!(text.ends_with(&sentence), "{path}: {text}"),
                None => assert!(inner.is_some(), "{path} does not say what a change does: {text}"),
            }
            if let Some(inner) = inner {
                walk(&format!("{path}."), inner);
            }
        }
    }
    walk("", &super::super::environment_schema().block.attributes);
}
