//! Network, endpoints and security group.

use super::Wrong;

pub(super) const NETWORK: &[Wrong] = &[
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
        "endpoints",
        r#"{ policy = "same_acount" }"#,
        &["endpoints.policy", "same_acount", "same_account"],
    ),
    (
        "endpoints",
        r#"{ policy = "same_organization" }"#,
        &["endpoints.organization_id", "o-a1b2c3d4e5"],
    ),
    (
        "endpoints",
        r#"{ policy = "same_organization", organization_id = "r-1234" }"#,
        &[
            "endpoints.organization_id",
            "r-1234",
            "aws organizations describe-organization",
        ],
    ),
    (
        "endpoints",
        r#"{ organization_id = "o-A1B2C3D4E5" }"#,
        &["endpoints.organization_id", "o-A1B2C3D4E5", "lower-case"],
    ),
    (
        "endpoints",
        r#"{ additional_services = ["secretsmanager", "kms", "secretsmanager"] }"#,
        &["endpoints.additional_services[2]", "given twice", "Remove one"],
    ),
    (
        "endpoints",
        r#"{ additional_services = ["com.amazonaws.ap-northeast-1.ecr.api", "ecr.api"] }"#,
        &[
            "endpoints.additional_services[1]",
            "com.amazonaws.ap-northeast-1.ecr.api",
            "Remove one",
        ],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = "Allow" } }"#,
        &["endpoints.policies[\"s3\"]", "no JSON", "jsonencode("],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode(["Allow"]) } }"#,
        &["endpoints.policies[\"s3\"]", "no object", "jsonencode("],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Version = "2012-10-17" }) } }"#,
        &["endpoints.policies[\"s3\"]", "without a statement", "jsonencode("],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Version = "2020-01-01", Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] }) } }"#,
        &["endpoints.policies[\"s3\"]", "2020-01-01", "Use \"2012-10-17\""],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = ["s3:*", "nonsense"], Resource = "*" }] }) } }"#,
        &["endpoints.policies[\"s3\"]", "\"nonsense\" is no action", "\"s3:*\""],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = ["*", "x"] }] }) } }"#,
        &["endpoints.policies[\"s3\"]", "\"x\" is no resource", "arn:aws:s3:::"],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Statement = { Effect = "Allow", Action = "*", Resource = "*" } }) } }"#,
        &[
            "endpoints.policies[\"s3\"]",
            "Statement[0] has no Principal",
            "jsonencode(",
        ],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = jsonencode({ Statement = [{ Sid = format("%21000s", "x") }] }) } }"#,
        &["endpoints.policies[\"s3\"]", "20480", "Shorten"],
    ),
    (
        "endpoints",
        r#"{ policies = { s3 = null } }"#,
        &["endpoints.policies[\"s3\"]", "null", "remove the entry"],
    ),
    (
        "endpoints",
        r#"{ policies = { "s 3" = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "*", Resource = "*" }] }) } }"#,
        &["endpoints.policies[\"s 3\"]", "secretsmanager"],
    ),
    (
        "endpoints",
        r#"{ additional_services = [null] }"#,
        &["endpoints.additional_services[0]", "compact()"],
    ),
    (
        "endpoints",
        r#"{ availability_zones = ["ap-northeast-1a", "ap-northeast-1a"] }"#,
        &["endpoints.availability_zones[1]", "given twice"],
    ),
    ("endpoints", r#"{ enabled = "parked" }"#, &["endpoints", "bool"]),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = [] }"#,
        &["network.subnet_ids", "one subnet", "each Availability Zone"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["main"] }"#,
        &["network.subnet_ids[0]", "main", "subnet-0123456789abcdef0"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = [null] }"#,
        &["network.subnet_ids[0]", "compact()"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111"], max_azs = 1 }"#,
        &["network.max_azs", "existing network", "Leave out max_azs"],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111"], availability_zones = ["ap-northeast-1a"] }"#,
        &[
            "network.availability_zones",
            "existing network",
            "Leave out availability_zones",
        ],
    ),
    (
        "network",
        r#"{ vpc_id = "vpc-11111111", subnet_ids = ["subnet-11111111"], subnet_prefix_length = 20 }"#,
        &[
            "network.subnet_prefix_length",
            "existing network",
            "Leave out subnet_prefix_length",
        ],
    ),
    ("network", r#"{ max_azs = 17 }"#, &["network.max_azs", "1 to 16"]),
    (
        "security_group",
        r#"{ additional_ids = ["sg-11111111", "sg-11111111"] }"#,
        &["security_group.additional_ids[1]", "given twice"],
    ),
    (
        "security_group",
        r#"{ name = "default" }"#,
        &["security_group.name", "of its own", "Choose another"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ cidr_block = "10.1.0.0/16" }, { cidr_block = "10.1.0.0/16", description = "again" }] }"#,
        &["security_group.ingress_rules[1]", "given twice", "not by description"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ cidr_block = "10.0.0.0/16" }] }"#,
        &["security_group.ingress_rules[0]", "always", "Remove the rule"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ cidr_block = "10.1.0.1/16" }] }"#,
        &[
            "security_group.ingress_rules[0].cidr_block",
            "Did you mean \"10.1.0.0/16\"?",
        ],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ security_group_id = "default" }] }"#,
        &[
            "security_group.ingress_rules[0].security_group_id",
            "sg-0123456789abcdef0",
        ],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ prefix_list_id = "s3" }] }"#,
        &["security_group.ingress_rules[0].prefix_list_id", "pl-0123456789abcdef0"],
    ),
    (
        "security_group",
        r#"{ ingress_rules = [{ from_port = 80, to_port = 80, cidr_block = "10.1.0.0/16" }] }"#,
        &[
            "security_group.ingress_rules[0].from_port",
            "no ports",
            "name the protocol",
        ],
    ),
];
