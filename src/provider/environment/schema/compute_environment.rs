//! `compute_environment`.

use tf_provider::schema::AttributeType;

use crate::provider::describe::{Object, no_effect, string_map, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    outputs(identity(capacity(Object::new("compute_environment", sentence))))
}

/// What runs the containers, and how much of it.
fn capacity(object: Object) -> Object {
    object
        .defaulted(
            "type",
            AttributeType::String,
            "Where containers run. The only value is `EC2`: on-demand instances. Defaults to `EC2`.",
        )
        .defaulted(
            "allocation_strategy",
            AttributeType::String,
            "How AWS Batch chooses among the instance types: `BEST_FIT_PROGRESSIVE`, `BEST_FIT_PROGRESSIVE_ORDERED` (in the order in \
             which they are given) or `BEST_FIT`, with which AWS Batch can change next to nothing in place. Defaults to \
             `BEST_FIT_PROGRESSIVE`.",
        )
        .defaulted(
            "instance_types",
            strings(),
            "Instance types such as `c6i.large`, families such as `c6i`, or `optimal`. All must have the same architecture. \
             Defaults to `[\"optimal\"]`.",
        )
        .defaulted(
            "min_vcpus",
            AttributeType::Number,
            "vCPUs that are kept running without jobs, and billed even while `enabled` is `false`. Defaults to 0.",
        )
        .defaulted(
            "desired_vcpus",
            AttributeType::Number,
            "vCPUs to start with. It matters only when the compute environment is created: AWS Batch scales it from then on, so \
             it never shows as a difference. Defaults to what AWS Batch chooses, which is `min_vcpus`.",
        )
        .required(
            "max_vcpus",
            AttributeType::Number,
            "vCPUs that the compute environment can grow to.",
        )
        .defaulted(
            "enabled",
            AttributeType::Bool,
            "Whether the compute environment accepts jobs from queues. Defaults to `true`.",
        )
        .optional(
            "image_id",
            AttributeType::String,
            "Id of the AMI of all instances. It cannot be set together with `image_id_override` in `ec2_configuration`. Defaults \
             to the newest ECS-optimised AMI.",
        )
        .defaulted(
            "ec2_configuration",
            image().list(),
            "At most two image types to choose AMIs by. Defaults to an empty list, with which AWS Batch uses `ECS_AL2023`.",
        )
        .optional(
            "ec2_key_pair",
            AttributeType::String,
            "Name of the EC2 key pair with which one can log in to the instances. Defaults to none.",
        )
}

fn image() -> Object {
    Object::new("compute_environment.ec2_configuration", no_effect)
        .required(
            "image_type",
            AttributeType::String,
            "`ECS_AL2023` or `ECS_AL2023_NVIDIA`, or `ECS_AL2` or `ECS_AL2_NVIDIA`, which AWS is phasing out.",
        )
        .optional(
            "image_id_override",
            AttributeType::String,
            "Id of the AMI to use for this image type instead of the newest one.",
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
            "ARN of an existing instance profile for the instances. Its role needs what \
             `AmazonEC2ContainerServiceforEC2Role` allows. Defaults to a profile and role that are created and owned.",
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
            "instance_tags",
            string_map(),
            "Tags of the instances, besides those of the environment. Defaults to none.",
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
