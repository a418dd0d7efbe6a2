//! Walks through the rows of the compute environment.

use serde_json::{Value, json};

use super::walk::{Change, Walk, change, to};

fn base(compute_environment: Value) -> Value {
    json!({
        "name": "walk",
        "network": { "availability_zones": ["ap-northeast-1a"] },
        "endpoints": { "cloudwatch_logs": false },
        "security_group": {},
        "compute_environment": compute_environment,
        "job_queues": { "default": {} },
    })
}

/// What Batch changes in place whatever the strategy and the role.
pub(super) fn scaling() -> Walk {
    let changes = vec![
        to("compute_environment.min_vcpus", json!(1), "resources minvCpus"),
        to(
            "compute_environment.desired_vcpus",
            json!(2),
            "state compute_environment desired_vcpus",
        ),
        to("compute_environment.max_vcpus", json!(8), "resources maxvCpus"),
        change(
            "compute_environment.enabled",
            json!(false),
            "compute state",
            json!("DISABLED"),
        ),
        to(
            "compute_environment.min_scale_down_delay_minutes",
            json!(60),
            "resources scalingPolicy minScaleDownDelayMinutes",
        ),
        to(
            "compute_environment.container_insights",
            json!("ENHANCED"),
            "compute ecsSettings containerInsights",
        ),
        change(
            "compute_environment.update_policy",
            json!({ "terminate_jobs_on_update": true }),
            "compute updatePolicy terminateJobsOnUpdate",
            json!(true),
        ),
    ];
    Walk {
        base: base(json!({ "max_vcpus": 4 })),
        steps: vec![changes],
    }
}

/// With the service-linked role and a strategy that Batch can update.
pub(super) fn infrastructure() -> Walk {
    walk(json!({ "max_vcpus": 4 }), Vec::new())
}

/// With a strategy that Batch cannot update, and which cannot be left in place.
pub(super) fn infrastructure_with_best_fit() -> Walk {
    let always = vec![
        to(
            "compute_environment.name",
            json!("exact"),
            "compute computeEnvironmentName",
        ),
        change(
            "compute_environment.spot_iam_fleet_role_arn",
            json!("${local.made.fleet_role_arn}"),
            "resources spotIamFleetRole",
            json!("arn:aws:iam::123456789012:role/fleet"),
        )
        .exchanging(&["roles"]),
    ];
    walk(json!({ "max_vcpus": 4, "allocation_strategy": "BEST_FIT" }), always)
}

/// With a role that Batch cannot update instances with.
pub(super) fn infrastructure_with_custom_role() -> Walk {
    let role = "${local.made.service_role_arn}";
    walk(json!({ "max_vcpus": 4, "service_role_arn": role }), Vec::new())
}

fn walk(compute_environment: Value, more: Vec<Change>) -> Walk {
    let group = ["security_groups"].as_slice();
    let first = vec![
        to("compute_environment.type", json!("SPOT"), "resources type"),
        to("security_group.name", json!("other"), "group GroupName").exchanging(group),
        to("security_group.description", json!("Another one."), "group Description").exchanging(group),
    ];
    let changes = vec![
        change(
            "network.availability_zones",
            json!(["ap-northeast-1a", "ap-northeast-1c"]),
            "resources subnets #",
            json!(2),
        ),
        to(
            "compute_environment.allocation_strategy",
            json!("SPOT_CAPACITY_OPTIMIZED"),
            "resources allocationStrategy",
        ),
        to(
            "compute_environment.instance_types",
            json!(["c6i.large", "m6i"]),
            "resources instanceTypes",
        ),
        to(
            "compute_environment.bid_percentage",
            json!(60),
            "resources bidPercentage",
        ),
        to(
            "compute_environment.image_id",
            json!("ami-0123456789abcdef0"),
            "resources imageId",
        ),
        change(
            "compute_environment.ec2_configuration",
            json!([{ "image_type": "ECS_AL2023_NVIDIA" }]),
            "resources ec2Configuration 0 imageType",
            json!("ECS_AL2023_NVIDIA"),
        ),
        to("compute_environment.ec2_key_pair", json!("key"), "resources ec2KeyPair"),
        to(
            "compute_environment.placement_group",
            json!("together"),
            "resources placementGroup",
        ),
        change(
            "compute_environment.launch_template",
            json!({ "name": "made-before" }),
            "resources launchTemplate launchTemplateName",
            json!("made-before"),
        ),
        change(
            "compute_environment.instance_role_arn",
            json!("${local.made.instance_profile_arn}"),
            "resources instanceRole",
            json!("arn:aws:iam::123456789012:instance-profile/instances"),
        )
        .exchanging(&["roles", "instance_profiles"]),
        to(
            "compute_environment.instance_tags",
            json!({ "stage": "second" }),
            "resources tags",
        ),
        to(
            "compute_environment.image_refresh",
            json!("today"),
            "compute tags isolated:image-refresh",
        ),
    ];
    Walk {
        base: base(compute_environment),
        steps: vec![first, changes.into_iter().chain(more).collect()],
    }
}

/// Between the service-linked role, a given one and one of the environment's own.
pub(super) fn service_roles() -> Walk {
    let (given, created) = (
        "compute_environment.service_role_arn",
        "compute_environment.create_service_role",
    );
    let own = json!("arn:aws:iam::123456789012:role/walk-ap-northeast-1-batch-service");
    let shows = "compute serviceRole";
    let steps = vec![
        change(created, json!(true), shows, own.clone()),
        change(
            given,
            json!("${local.made.service_role_arn}"),
            shows,
            json!("arn:aws:iam::123456789012:role/made-before"),
        )
        .with(created, json!(null))
        .exchanging(&["roles"]),
        change(
            given,
            json!("${local.made.other_service_role_arn}"),
            shows,
            json!("arn:aws:iam::123456789012:role/made-before-too"),
        ),
        change(created, json!(true), shows, own).with(given, json!(null)),
        change(
            created,
            json!(null),
            shows,
            json!("arn:aws:iam::123456789012:role/aws-service-role/batch.amazonaws.com/AWSServiceRoleForBatch"),
        )
        .exchanging(&["roles"]),
        change(
            given,
            json!("${local.made.service_role_arn}"),
            shows,
            json!("arn:aws:iam::123456789012:role/made-before"),
        ),
    ];
    Walk {
        base: base(json!({ "max_vcpus": 4 })),
        steps: steps.into_iter().map(|step| vec![step]).collect(),
    }
}
