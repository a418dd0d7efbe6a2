//! `endpoints`.

use tf_provider::schema::AttributeType;

use crate::provider::describe::{Object, no_effect, strings};
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
        .computed(
            "services",
            service().map(),
            "The endpoints by the short name of their service, such as `ecr.api`.",
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
