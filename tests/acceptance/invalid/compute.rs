//! The compute environment.

use super::Wrong;

pub(super) const COMPUTE_ENVIRONMENT: &[Wrong] = &[
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
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", allocation_strategy = "BEST_FIT_PROGRESSIVE" }"#,
        &[
            "compute_environment.allocation_strategy",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE_SPOT", allocation_strategy = "SPOT_CAPACITY_OPTIMIZED" }"#,
        &[
            "compute_environment.allocation_strategy",
            "not for FARGATE_SPOT",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", desired_vcpus = 1 }"#,
        &[
            "compute_environment.desired_vcpus",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", image_id = "ami-0123456789abcdef0" }"#,
        &[
            "compute_environment.image_id",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", ec2_configuration = [{ image_type = "ECS_AL2023" }] }"#,
        &[
            "compute_environment.ec2_configuration",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", placement_group = "together" }"#,
        &[
            "compute_environment.placement_group",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", launch_template = { name = "mine" } }"#,
        &[
            "compute_environment.launch_template",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", instance_role_arn = "arn:aws:iam::123456789012:instance-profile/x" }"#,
        &[
            "compute_environment.instance_role_arn",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE_SPOT", instance_tags = { a = "b" } }"#,
        &[
            "compute_environment.instance_tags",
            "not for FARGATE_SPOT",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", min_scale_down_delay_minutes = 30 }"#,
        &[
            "compute_environment.min_scale_down_delay_minutes",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE", image_refresh = "today" }"#,
        &[
            "compute_environment.image_refresh",
            "not for FARGATE",
            "EC2 or SPOT",
            "Remove it, or change the type",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE_SPOT", bid_percentage = 50 }"#,
        &[
            "compute_environment.bid_percentage",
            "not for FARGATE_SPOT",
            "of type SPOT take it",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "FARGATE_SPOT", spot_iam_fleet_role_arn = "arn:aws:iam::123456789012:role/fleet" }"#,
        &[
            "compute_environment.spot_iam_fleet_role_arn",
            "not for FARGATE_SPOT",
            "of type SPOT take it",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "SPOT", allocation_strategy = "SPOT_CAPACITY_OPTIMISED" }"#,
        &[
            "compute_environment.allocation_strategy",
            "Did you mean \"SPOT_CAPACITY_OPTIMIZED\"?",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "SPOT", bid_percentage = 0 }"#,
        &["compute_environment.bid_percentage", "1 to 100"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, type = "SPOT", spot_iam_fleet_role_arn = "fleet" }"#,
        &[
            "compute_environment.spot_iam_fleet_role_arn",
            "arn:aws:iam::123456789012:role/NAME",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, container_insights = "ENABLED", create_service_role = true }"#,
        &[
            "compute_environment.container_insights",
            "ecs:UpdateCluster",
            "service_role_arn",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, image_id = "ami-0123456789abcdef0", ec2_configuration = [{ image_type = "ECS_AL2023", image_id_override = "ami-0123456789abcdef1" }] }"#,
        &[
            "compute_environment.ec2_configuration[0].image_id_override",
            "Remove image_id",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, ec2_configuration = [{ image_type = "ECS_AL2" }] }"#,
        &[
            "compute_environment.ec2_configuration[0].image_type",
            "retired",
            "ECS_AL2023",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, ec2_configuration = [{ image_type = "AL2023" }] }"#,
        &[
            "compute_environment.ec2_configuration[0].image_type",
            "ECS_AL2023_NVIDIA",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = ["a1.large"] }"#,
        &["compute_environment.instance_types[0]", "A1", "m6g"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, instance_types = ["c6i", "c6i"] }"#,
        &["compute_environment.instance_types[1]", "given twice"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { version = "1" } }"#,
        &["compute_environment.launch_template", "Neither id nor name"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { id = "mine" } }"#,
        &["compute_environment.launch_template.id", "lt-0123456789abcdef0"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { name = "mine", version = "0" } }"#,
        &["compute_environment.launch_template.version", "$Default"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { name = "mine", overrides = [{ name = "other", target_instance_types = [] }] } }"#,
        &[
            "compute_environment.launch_template.overrides[0].target_instance_types",
            "Name the instance types",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, launch_template = { name = "mine", overrides = [{ name = "other", target_instance_types = ["optimal"] }] } }"#,
        &[
            "compute_environment.launch_template.overrides[0].target_instance_types[0]",
            "optimal",
            "Name them",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, placement_group = "" }"#,
        &["compute_environment.placement_group", "1 to 255"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, ec2_key_pair = " key" }"#,
        &["compute_environment.ec2_key_pair", "without spaces at the ends"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, image_refresh = "" }"#,
        &["compute_environment.image_refresh", "the date"],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4, update_policy = { job_execution_timeout_minutes = 7201 } }"#,
        &[
            "compute_environment.update_policy.job_execution_timeout_minutes",
            "1 to 7200",
        ],
    ),
    (
        "compute_environment",
        r#"{ max_vcpus = 4.5 }"#,
        &["compute_environment.max_vcpus", "whole number"],
    ),
];
