//! Walks through the rows of network, endpoints, security group and the environment as a whole.

use serde_json::{Value, json};

use super::walk::{Change, Walk, change, to};

/// What lets objects of S3 be read and nothing else.
const READ: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}"#;

/// Whatever AWS changes in place without an update of the compute environment's instances.
pub(super) fn in_place() -> Walk {
    let base = json!({
        "name": "walk",
        "network": { "max_azs": 2 },
        "endpoints": {
            "cloudwatch_logs": false, "policy": "same_organization", "organization_id": "o-a1b2c3d4e5",
        },
        "security_group": {},
        "compute_environment": { "max_vcpus": 4 },
        "job_queues": { "default": {} },
        "isolation": { "enforce": false },
        "deletion_protection": true,
    });
    let rule = json!([{ "protocol": "tcp", "from_port": 2049, "to_port": 2049, "cidr_block": "10.9.0.0/16" }]);
    let first = vec![
        change("network.max_azs", json!(3), "resources subnets #", json!(3)),
        change(
            "endpoints.cloudwatch_logs",
            json!(true),
            "endpoint logs State",
            json!("available"),
        ),
        change(
            "endpoints.additional_services",
            json!(["sqs"]),
            "endpoint sqs State",
            json!("available"),
        ),
        to(
            "endpoints.private_dns_enabled",
            json!(false),
            "endpoint ecs PrivateDnsEnabled",
        ),
        change(
            "endpoints.availability_zones",
            json!(["ap-northeast-1a"]),
            "endpoint ecs SubnetIds #",
            json!(1),
        ),
        to(
            "endpoints.organization_id",
            json!("o-f6g7h8i9j0"),
            "endpoint ecr.api Policy Statement 0 Condition StringEquals aws:PrincipalOrgID",
        ),
        change(
            "endpoints.policies",
            json!({ "s3": READ }),
            "endpoint s3 Policy Statement 0 Action",
            json!("s3:GetObject"),
        ),
        to("security_group.allow_all_outbound", json!(true), "outbound 0.0.0.0/0"),
        change("security_group.ingress_rules", rule, "inbound 10.9.0.0/16", json!(true)),
        change(
            "job_queues",
            json!({ "default": {}, "more": { "priority": 5 } }),
            "queue walk-more priority",
            json!(5),
        ),
        to("isolation.enforce", json!(true), "state isolation enforce"),
        to("deletion_protection", json!(false), "state deletion_protection"),
        change("tags", json!({ "team": "science" }), "vpc Tags team", json!("science")),
        change(
            "timeouts",
            json!({ "update": "45m" }),
            "state timeouts update",
            json!("45m"),
        ),
    ];
    let second = vec![change(
        "endpoints.policy",
        json!("same_account"),
        "endpoint ecr.api Policy Statement 0 Condition StringEquals aws:PrincipalAccount",
        json!("123456789012"),
    )];
    Walk {
        base,
        steps: vec![first, second],
    }
}

fn short() -> Value {
    json!({
        "name": "walk",
        "network": { "max_azs": 1 },
        "endpoints": { "cloudwatch_logs": false },
        "security_group": {},
        "compute_environment": { "max_vcpus": 4 },
        "job_queues": { "default": {} },
    })
}

/// What is fixed once and for all.
pub(super) fn replaced() -> Walk {
    let changes = vec![
        to("name", json!("walked"), "vpc Tags isolated:environment"),
        to("network.cidr_block", json!("10.8.0.0/16"), "vpc CidrBlock"),
        change(
            "network.subnet_prefix_length",
            json!(20),
            "subnet ap-northeast-1a CidrBlock",
            json!("10.8.0.0/20"),
        ),
        to("network.instance_tenancy", json!("dedicated"), "vpc InstanceTenancy"),
    ];
    Walk {
        base: short(),
        steps: vec![
            changes,
            vec![to("network.instance_tenancy", json!("default"), "vpc InstanceTenancy")],
        ],
    }
}

/// Into another region.
pub(super) fn moved() -> Walk {
    let zone = "subnet eu-west-1a State";
    Walk {
        base: short(),
        steps: vec![vec![change("region", json!("eu-west-1"), zone, json!("available"))]],
    }
}

/// In a network that somebody else made.
pub(super) fn existing() -> Walk {
    in_existing_network(json!({ "max_vcpus": 4 }))
}

/// There with a strategy that lets nothing be updated in place.
pub(super) fn existing_with_best_fit() -> Walk {
    in_existing_network(json!({ "max_vcpus": 4, "allocation_strategy": "BEST_FIT" }))
}

/// There with a role that lets nothing be updated in place.
pub(super) fn existing_with_custom_role() -> Walk {
    in_existing_network(json!({ "max_vcpus": 4, "service_role_arn": "${local.made.service_role_arn}" }))
}

/// There without instances, where Batch updates the network and nothing else in place.
pub(super) fn existing_on_fargate() -> Walk {
    in_existing_network(json!({ "max_vcpus": 4, "type": "FARGATE" }))
}

fn in_existing_network(compute_environment: Value) -> Walk {
    let base = json!({
        "name": "walk",
        "network": { "vpc_id": "${local.made.vpc_id}", "subnet_ids": ["${local.made.subnet_ids[0]}"] },
        "security_group": {},
        "compute_environment": compute_environment,
        "job_queues": { "default": {} },
    });
    let changes: Vec<Change> = vec![
        change(
            "network.subnet_ids",
            json!(["${local.made.subnet_ids[0]}", "${local.made.subnet_ids[1]}"]),
            "resources subnets #",
            json!(2),
        ),
        change(
            "security_group.additional_ids",
            json!(["${local.made.security_group_id}"]),
            "resources securityGroupIds #",
            json!(2),
        ),
    ];
    Walk {
        base,
        steps: vec![changes],
    }
}
