//! `network`.

use tf_provider::schema::AttributeType;

use crate::domain::limits::ZONES;
use crate::domain::spec::NetworkSpec;
use crate::provider::describe::{Object, no_effect, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    Object::new("network", sentence)
        .defaulted(
            "cidr_block",
            AttributeType::String,
            &format!(
                "IPv4 block of the VPC in CIDR notation, with a prefix length from 16 to 28. Defaults to `{}`; of an existing VPC it is its \
                 primary block.",
                NetworkSpec::DEFAULT_CIDR_BLOCK
            ),
        )
        .defaulted(
            "max_azs",
            AttributeType::Number,
            &format!(
                "How many Availability Zones to use, from 1 to {ZONES}. The first zones of the region that are open to the account \
                 are taken; zones that the environment has are kept. It cannot be set together with `availability_zones`. \
                 Defaults to {}; it is null in an existing network.",
                NetworkSpec::DEFAULT_MAX_AZS
            ),
        )
        .defaulted(
            "availability_zones",
            strings(),
            "Names of the Availability Zones to use, such as `[\"ap-northeast-1a\", \"ap-northeast-1c\"]`, in the order in which \
             they take their blocks. It cannot be set together with `max_azs`. Defaults to the zones that `max_azs` \
             chooses; in an existing network they are those of `subnet_ids`.",
        )
        .defaulted(
            "subnet_prefix_length",
            AttributeType::Number,
            "Prefix length of every subnet's block, from 16 to 28. Defaults to the shortest one that leaves room for as many \
             equal subnets as there are zones, but at least 4; it is null in an existing network.",
        )
        .defaulted(
            "instance_tenancy",
            AttributeType::String,
            "Tenancy of instances in the VPC: `default` for shared hardware, `dedicated` for hardware of one's own, which costs more. \
             Defaults to `default`; of an existing VPC it is its own.",
        )
        .defaulted(
            "vpc_id",
            AttributeType::String,
            "Id of an existing VPC to live in, such as `vpc-0123456789abcdef0`, together with `subnet_ids`. The VPC is never changed, tagged or \
             deleted; both of its DNS attributes must be on. It cannot be set together with `cidr_block`, `max_azs`, \
             `availability_zones`, `subnet_prefix_length` and `instance_tenancy`. Defaults to a VPC of the environment's own, \
             whose id it then is.",
        )
        .defaulted(
            "subnet_ids",
            strings(),
            "Ids of existing subnets of the VPC `vpc_id`, one in each Availability Zone and at most 16. They and their route tables are never changed, \
             tagged or deleted, but for the routes of gateway endpoints. Defaults to subnets of the environment's own, whose ids they then are, \
             in the order of `availability_zones`.",
        )
        .computed(
            "managed",
            AttributeType::Bool,
            "Whether the network is the environment's own: `false` if `vpc_id` names an existing one.",
        )
        .computed(
            "subnets",
            subnet().map(),
            "The subnets by the name of their Availability Zone.",
        )
        .computed(
            "default_security_group_id",
            AttributeType::String,
            "Id of the security group that AWS made with the VPC. Nothing in the environment uses it.",
        )
}

fn subnet() -> Object {
    Object::new("network.subnets", no_effect)
        .computed("id", AttributeType::String, "Id of the subnet.")
        .computed("cidr_block", AttributeType::String, "IPv4 block of the subnet.")
        .computed(
            "route_table_id",
            AttributeType::String,
            "Id of the subnet's route table: its own, or, in an existing network, the one that it uses, which is the main one of the VPC if it is \
             associated with none.",
        )
}
