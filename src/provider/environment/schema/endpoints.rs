//! `endpoints`.

use tf_provider::schema::AttributeType;

use crate::provider::describe::{Object, no_effect, string_map, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    Object::new("endpoints", sentence)
        .defaulted(
            "cloudwatch_logs",
            AttributeType::Bool,
            "Whether there is an endpoint for CloudWatch Logs. Containers use the `awslogs` driver unless a job definition says \
             otherwise, and cannot start without it. Defaults to `true`.",
        )
        .defaulted(
            "additional_services",
            strings(),
            "Further services to reach, by short name such as `secretsmanager` or by full name such as \
             `com.amazonaws.ap-northeast-1.secretsmanager`. Services that are reached through a gateway, such as `dynamodb`, are \
             recognised. Defaults to none.",
        )
        .defaulted(
            "private_dns_enabled",
            AttributeType::Bool,
            "Whether the services' public host names lead to the endpoints inside the VPC. Without it no instance can register \
             with AWS Batch unless you provide such names yourself. Defaults to `true`.",
        )
        .optional(
            "availability_zones",
            strings(),
            "Availability Zones in which the endpoints have a network interface: some of the environment's. Fewer zones cost less; \
             instances in the others then reach the endpoints across zones. Defaults to all of the environment's zones.",
        )
        .defaulted(
            "policy",
            AttributeType::String,
            "What the policies of the endpoints let through. `full_access`: everything, which is AWS's default. `same_account`: calls \
             by principals of the environment's account only, and in stores (`s3`, `dynamodb`, `secretsmanager`, `sqs`, `sns`, \
             `kinesis-streams`) only on resources of that account. `same_organization`: the same with the organization of \
             `organization_id`. The layers of images in ECR and the packages of Amazon Linux, which lie in buckets of AWS, can always be \
             read, and so can images of any repository that the caller may pull from. Services whose endpoints take no policy have none. \
             Defaults to `full_access`.",
        )
        .optional(
            "organization_id",
            AttributeType::String,
            "Id of the organization in AWS Organizations that `same_organization` lets through, such as `o-a1b2c3d4e5`. Required with \
             that policy; without it, it has no effect.",
        )
        .defaulted(
            "policies",
            string_map(),
            "Policies of single endpoints, which win over `policy`: JSON documents of at most 20,480 characters by short or full name of \
             the service. Each must be one that the environment has an endpoint for. A policy for `s3` must let the objects of \
             `prod-REGION-starport-layer-bucket` through for reading, or no image can be pulled. Defaults to none.",
        )
        .defaulted(
            "enabled",
            AttributeType::Bool,
            "Whether there are endpoints. `false` parks the environment: its endpoints are removed, nothing is billed for them, and \
             everything else stays. Jobs do not run until it is `true` again, which takes as long as AWS takes to make the \
             endpoints. Defaults to `true`.",
        )
        .computed(
            "services",
            service().map(),
            "The endpoints by the short name of their service, such as `ecr.api`; none while the environment is parked.",
        )
}

fn service() -> Object {
    Object::new("endpoints.services", no_effect)
        .computed("id", AttributeType::String, "Id of the endpoint.")
        .computed("service_name", AttributeType::String, "Full name of the service.")
        .computed(
            "type",
            AttributeType::String,
            "`Interface` (a network interface in each zone, billed by the hour) or `Gateway` (a route, free of charge).",
        )
        .computed(
            "managed",
            AttributeType::Bool,
            "Whether the endpoint is the environment's own. One that somebody else made in an existing network is used as it is, and never \
             changed or deleted.",
        )
        .computed("state", AttributeType::String, "State of the endpoint; `available` when it works.")
        .computed(
            "dns_name",
            AttributeType::String,
            "Host name of the endpoint itself; null for a gateway.",
        )
        .computed(
            "network_interface_ids",
            strings(),
            "Ids of its network interfaces; empty for a gateway.",
        )
}
