//! `compute_environment`.

use tf_provider::schema::AttributeType;

use crate::domain::batch::{UpdatePolicy, kind};
use crate::domain::limits::{
    BID_PERCENTAGE, JOB_EXECUTION_TIMEOUT_MINUTES, LAUNCH_TEMPLATE_OVERRIDES, SCALE_DOWN_DELAY_MINUTES,
};
use crate::provider::describe::{Object, string_map, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    let object = Object::new("compute_environment", sentence);
    outputs(operation(identity(instances(capacity(object)))))
}

/// A text, and which types take the attribute.
fn of_type(attribute: &str, text: &str) -> String {
    match kind::described_argument(attribute) {
        Some(types) => format!("{text} {types}"),
        None => text.to_owned(),
    }
}

/// What runs the containers, and how much of it.
fn capacity(object: Object) -> Object {
    object
        .defaulted(
            "type",
            AttributeType::String,
            &format!(
                "Where containers run: {}. Between `EC2` and `SPOT` it is changed in place. Defaults to `EC2`.",
                kind::described()
            ),
        )
        .defaulted(
            "allocation_strategy",
            AttributeType::String,
            &of_type(
                "allocation_strategy",
                &format!(
                    "How AWS Batch chooses among the instance types: {}. With `BEST_FIT_PROGRESSIVE_ORDERED` and \
                     `SPOT_CAPACITY_OPTIMIZED_PRIORITIZED` the order of `instance_types` counts; with `BEST_FIT` AWS Batch can \
                     change next to nothing in place. Defaults to the first one of the type.",
                    kind::described_strategies()
                ),
            ),
        )
        .defaulted(
            "instance_types",
            strings(),
            &of_type(
                "instance_types",
                "Instance types such as `c6i.large`, families such as `c6i`, or `optimal`, `default_x86_64` or `default_arm64`. \
                 All must have the same architecture. Defaults to `[\"optimal\"]`.",
            ),
        )
        .defaulted(
            "min_vcpus",
            AttributeType::Number,
            &of_type(
                "min_vcpus",
                "vCPUs that are kept running without jobs, and billed even while `enabled` is `false`. Defaults to 0.",
            ),
        )
        .defaulted(
            "desired_vcpus",
            AttributeType::Number,
            &of_type(
                "desired_vcpus",
                "vCPUs to start with, from `min_vcpus` to `max_vcpus`. It matters only when the compute environment is created: AWS Batch scales it from then on, \
                 so it never shows as a difference. Defaults to what AWS Batch chooses, which is `min_vcpus`.",
            ),
        )
        .required(
            "max_vcpus",
            AttributeType::Number,
            "vCPUs that the compute environment can grow to: at least 1, and not less than `min_vcpus`.",
        )
        .defaulted(
            "enabled",
            AttributeType::Bool,
            "Whether the compute environment accepts jobs from queues. Defaults to `true`.",
        )
        .optional(
            "bid_percentage",
            AttributeType::Number,
            &of_type(
                "bid_percentage",
                &format!(
                    "Most that a Spot Instance may cost, from {} to {} per cent of the on-demand price. AWS recommends to leave it \
                     out. Defaults to the whole on-demand price.",
                    BID_PERCENTAGE.start(),
                    BID_PERCENTAGE.end()
                ),
            ),
        )
}

/// What the instances are made of.
fn instances(object: Object) -> Object {
    object
        .optional(
            "image_id",
            AttributeType::String,
            &of_type(
                "image_id",
                "Id of the AMI of all instances. It cannot be set together with `image_id_override` in `ec2_configuration`. \
                 Defaults to the newest ECS-optimised AMI.",
            ),
        )
        .defaulted(
            "ec2_configuration",
            image().list(),
            &of_type(
                "ec2_configuration",
                "At most two image types to choose AMIs by. Defaults to an empty list, with which AWS Batch uses `ECS_AL2023`.",
            ),
        )
        .optional(
            "ec2_key_pair",
            AttributeType::String,
            &of_type(
                "ec2_key_pair",
                "Name of the EC2 key pair with which one can log in to the instances. Defaults to none.",
            ),
        )
        .optional(
            "placement_group",
            AttributeType::String,
            &of_type(
                "placement_group",
                "Name of an existing placement group for the instances, such as a cluster placement group for multi-node parallel \
                 jobs. Defaults to none.",
            ),
        )
        .defaulted(
            "launch_template",
            launch_template().single(),
            &of_type(
                "launch_template",
                "An existing launch template for the instances. User data in it must be a MIME multi-part archive. Attributes of \
                 the compute environment win over it. Defaults to none.",
            ),
        )
}

fn image() -> Object {
    Object::new("compute_environment.ec2_configuration", sentence)
        .required(
            "image_type",
            AttributeType::String,
            "`ECS_AL2023` or `ECS_AL2023_NVIDIA`; `ECS_AL2` and `ECS_AL2_NVIDIA` only with `image_id_override` or `image_id`: AWS \
             Batch makes no new compute environment with its images of Amazon Linux 2 since 30 June 2026. One that has them keeps them while \
             `ec2_configuration` is empty.",
        )
        .optional(
            "image_id_override",
            AttributeType::String,
            "Id of the AMI to use for this image type instead of the newest one.",
        )
}

fn launch_template() -> Object {
    let entries = Object::new("compute_environment.launch_template.overrides", sentence);
    let entries = versioned(entries).required(
        "target_instance_types",
        strings(),
        "Instance types and families that get this launch template instead. They must be among `instance_types`, and each can be \
         named once.",
    );
    versioned(Object::new("compute_environment.launch_template", sentence)).defaulted(
        "overrides",
        entries.list(),
        &format!(
            "Other launch templates for some of the instance types, at most {LAUNCH_TEMPLATE_OVERRIDES}. Defaults to none."
        ),
    )
}

fn versioned(object: Object) -> Object {
    object
        .optional(
            "id",
            AttributeType::String,
            "Id of the launch template. Either `id` or `name` must be set.",
        )
        .optional(
            "name",
            AttributeType::String,
            "Name of the launch template. Either `id` or `name` must be set.",
        )
        .defaulted(
            "version",
            AttributeType::String,
            "Version of the launch template: its number, `$Latest` or `$Default`. The last two are looked up by every plan, so \
             that a new version shows as a change. Defaults to `$Default`.",
        )
        .computed(
            "version_number",
            AttributeType::Number,
            "Number of the version that is in use.",
        )
}

/// Names, roles and tags.
fn identity(object: Object) -> Object {
    object
        .defaulted(
            "name",
            AttributeType::String,
            "Name of the compute environment in AWS Batch: 1 to 128 letters, digits, `-` and `_`. Defaults to a name derived from the \
             environment's. When it is no longer set, the compute environment keeps the name that it has.",
        )
        .defaulted(
            "instance_role_arn",
            AttributeType::String,
            &of_type(
                "instance_role_arn",
                "ARN of an existing instance profile for the instances. Its role needs what \
                 `AmazonEC2ContainerServiceforEC2Role` allows. Defaults to a profile and role that are created and owned.",
            ),
        )
        .defaulted(
            "service_role_arn",
            AttributeType::String,
            "ARN of an existing role that AWS Batch works with. Defaults to the service-linked role `AWSServiceRoleForBatch`, which \
             alone lets AWS Batch update instances in place.",
        )
        .defaulted(
            "create_service_role",
            AttributeType::Bool,
            "Whether a role with the policy `AWSBatchServiceRole` is created and owned instead of using the service-linked one. \
             It cannot be set together with `service_role_arn`. Defaults to `false`.",
        )
        .defaulted(
            "spot_iam_fleet_role_arn",
            AttributeType::String,
            &of_type(
                "spot_iam_fleet_role_arn",
                "ARN of an existing role that Spot Fleet works with. It needs what `AmazonEC2SpotFleetTaggingRole` allows. Defaults \
                 to a role that is created and owned with the strategy `BEST_FIT`, and to none with the others, which need none.",
            ),
        )
        .defaulted(
            "instance_tags",
            string_map(),
            &of_type(
                "instance_tags",
                "Tags of the instances, which carry these and not the `tags` of the environment. Defaults to none.",
            ),
        )
}

/// How it runs and is renewed.
fn operation(object: Object) -> Object {
    object
        .optional(
            "min_scale_down_delay_minutes",
            AttributeType::Number,
            &of_type(
                "min_scale_down_delay_minutes",
                &format!(
                    "Minutes, from {} to {}, that an instance is kept, and billed, after its last job. Defaults to none beyond \
                     what AWS Batch decides.",
                    SCALE_DOWN_DELAY_MINUTES.start(),
                    SCALE_DOWN_DELAY_MINUTES.end()
                ),
            ),
        )
        .optional(
            "container_insights",
            AttributeType::String,
            "Mode of CloudWatch Container Insights of the ECS cluster: `DISABLED`, `ENABLED` or `ENHANCED`. Defaults to the \
             account's setting when the compute environment is created; a mode that is no longer set is turned off.",
        )
        .optional(
            "image_refresh",
            AttributeType::String,
            &of_type(
                "image_refresh",
                "Any word, such as a date. Changing it moves the instances to the newest AMI of their image type. It is kept as a \
                 tag of the compute environment. Defaults to none.",
            ),
        )
        .defaulted(
            "update_policy",
            update_policy().single(),
            &of_type(
                "update_policy",
                "What becomes of running jobs when AWS Batch exchanges instances (an infrastructure update). AWS Batch takes it \
                 once the compute environment exists. Defaults to all defaults.",
            ),
        )
}

fn update_policy() -> Object {
    let default = UpdatePolicy::default();
    Object::new("compute_environment.update_policy", sentence)
        .defaulted(
            "job_execution_timeout_minutes",
            AttributeType::Number,
            &format!(
                "Minutes, from {} to {}, that running jobs have to end before they are terminated. Defaults to {}.",
                JOB_EXECUTION_TIMEOUT_MINUTES.start(),
                JOB_EXECUTION_TIMEOUT_MINUTES.end(),
                default.job_execution_timeout_minutes
            ),
        )
        .defaulted(
            "terminate_jobs_on_update",
            AttributeType::Bool,
            &format!(
                "Whether running jobs are terminated at once. Defaults to `{}`.",
                default.terminate_jobs_on_update
            ),
        )
}

fn outputs(object: Object) -> Object {
    object
        .computed("arn", AttributeType::String, "ARN of the compute environment.")
        .computed(
            "ecs_cluster_arn",
            AttributeType::String,
            "ARN of the ECS cluster that AWS Batch made for it.",
        )
        .computed(
            "status",
            AttributeType::String,
            "Status of the compute environment; `VALID` when it works.",
        )
        .computed(
            "status_reason",
            AttributeType::String,
            "What AWS Batch says about the status.",
        )
}
