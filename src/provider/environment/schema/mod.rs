//! The schema of `isolated_batch_environment`. Its descriptions are the source of the documentation.
//!
//! Whatever has a default, or something computed inside, is optional and computed, so that a module may leave an object out or
//! pass `null`, `{}` or an object of nulls: all mean the same. What a change of an attribute does is not written here: the
//! sentence comes from [`change::TABLE`](crate::domain::change::TABLE), which the plan follows as well.

mod compute_environment;
mod endpoints;
mod isolation;
mod job_queues;
mod network;
mod security_group;

use tf_provider::schema::{AttributeType, Schema};

use super::timeouts;
use crate::provider::describe::{Object, no_effect, string_map, strings};
use crate::provider::environment::effect::sentence;

/// Version of the stored state. What older versions stored becomes this one's in [`upgrade`](super::upgrade).
const VERSION: i64 = 1;

/// The schema of `isolated_batch_environment`.
pub fn environment_schema() -> Schema {
    Object::new("", sentence)
        .required(
            "name",
            AttributeType::String,
            "Name of the environment, unique in its account and region. It consists of 1 to 50 letters, digits, `-` and `_` and starts with a \
             letter or digit. Names and tags of everything that belongs to the environment are derived from it.",
        )
        .defaulted(
            "region",
            AttributeType::String,
            "Region that the environment lives in, such as `ap-northeast-1`. Defaults to the provider's region.",
        )
        .defaulted(
            "network",
            network::object().single(),
            "The network that the environment lives in: a VPC of its own with one isolated subnet in each zone, without any \
             gateway to the internet, or subnets of an existing VPC. Defaults to all defaults.",
        )
        .defaulted(
            "endpoints",
            endpoints::object().single(),
            "The VPC endpoints through which instances and containers reach AWS. Those that AWS Batch needs are always there, made by the environment unless an existing network has \
             one that serves; this \
             says which others are. Defaults to all defaults.",
        )
        .defaulted(
            "security_group",
            security_group::object().single(),
            "The security group that the instances and the endpoints share. It always lets in all traffic from the \
             VPC's own addresses. Defaults to all defaults.",
        )
        .required(
            "compute_environment",
            compute_environment::object().single(),
            "The AWS Batch compute environment.",
        )
        .defaulted(
            "job_queues",
            job_queues::object().map(),
            "The job queues in front of the compute environment, by a short name that is unique in the environment. Each can be added, \
             changed and removed without touching the others. Defaults to none.",
        )
        .defaulted(
            "isolation",
            isolation::object().single(),
            "What leads out of the environment's subnets, examined whenever the environment is read. Defaults to all defaults.",
        )
        .defaulted(
            "deletion_protection",
            AttributeType::Bool,
            "Whether plans that would destroy or replace the environment are refused. Set it to `false` and apply before \
             you destroy. Defaults to `false`.",
        )
        .defaulted(
            "tags",
            string_map(),
            "Tags of everything in the environment that can carry tags. They win over tags of the same key in the provider's \
             `default_tags`. Keys may have 1 to 128 and values up to 256 characters; keys must not start with `aws:` or \
             `isolated:`. Defaults to no tags.",
        )
        .defaulted(
            "timeouts",
            timeouts_object().single(),
            "How long each operation may take, as durations such as `90s`, `30m` or `1h30m`.",
        )
        .computed("id", AttributeType::String, "The environment's name.")
        .computed(
            "account_id",
            AttributeType::String,
            "Twelve-digit id of the AWS account that the environment lives in.",
        )
        .computed(
            "estimated_monthly_cost",
            monthly_cost().single(),
            "What the environment's interface endpoints cost in a month if nothing passes through them, known when it is planned. They \
             are billed by endpoint, zone and hour, also when they are idle; gateway endpoints are free. Instances, data and taxes \
             are not in it, and neither are discounts. Endpoints that others made in an existing network cost the environment nothing; while it \
             is still to make some there, the amount is known after the apply.",
        )
        .computed(
            "tags_all",
            string_map(),
            "The environment's tags together with the provider's `default_tags`.",
        )
        .computed(
            "drift",
            strings(),
            "What differs in AWS from what this resource made, in words, including everything that has no attribute of its own: \
             a route, a rule or an attached policy that was changed by someone else. It is empty when all is well. The next \
             apply repairs what it lists.",
        )
        .schema(
            VERSION,
            "An AWS Batch compute environment in a VPC without any path to the internet, as one resource: network, endpoints, \
             security group, roles and compute environment. An apply that succeeds means that all of it works.",
        )
}

fn monthly_cost() -> Object {
    Object::new("estimated_monthly_cost", no_effect)
        .computed("currency", AttributeType::String, "Currency of the amounts, such as `USD`.")
        .computed(
            "amount",
            AttributeType::Number,
            "What a month costs: `endpoint_zone_pairs` times `hours` times `unit_price`. Null if the region's price is not known to \
             this provider.",
        )
        .computed("hours", AttributeType::Number, "Hours that a month is counted as: 730.")
        .computed(
            "endpoint_zone_pairs",
            AttributeType::Number,
            "Number of interface endpoints, each counted once for each of its zones.",
        )
        .computed(
            "unit_price",
            AttributeType::Number,
            "Price of one interface endpoint in one zone for one hour, by AWS's price list. Null if the region's is not known to \
             this provider.",
        )
        .computed(
            "price_date",
            AttributeType::String,
            "Date of the price, such as `2026-11-28`: AWS may have changed it since. Null if it is not known.",
        )
}

fn timeouts_object() -> Object {
    let text = |what: &str, default: &str| format!("How long {what} may take. Defaults to `{default}`.");
    Object::new("timeouts", sentence)
        .defaulted(
            "create",
            AttributeType::String,
            &text("creating the environment", timeouts::CREATE),
        )
        .defaulted("update", AttributeType::String, &text("updating it", timeouts::UPDATE))
        .defaulted("delete", AttributeType::String, &text("deleting it", timeouts::DELETE))
        .defaulted("read", AttributeType::String, &text("reading it", timeouts::READ))
}
