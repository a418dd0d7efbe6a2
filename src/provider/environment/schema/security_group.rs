//! `security_group`.

use tf_provider::schema::AttributeType;

use crate::domain::limits::{FARGATE_SECURITY_GROUPS, GROUPS_PER_INTERFACE};
use crate::provider::describe::{Object, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    Object::new("security_group", sentence)
        .defaulted(
            "name",
            AttributeType::String,
            "Name of the group, up to 255 characters, not starting with `sg-`. Defaults to the environment's name.",
        )
        .defaulted(
            "description",
            AttributeType::String,
            "Description of the group, up to 255 characters. Defaults to a sentence that names the environment.",
        )
        .defaulted(
            "allow_all_outbound",
            AttributeType::Bool,
            "Whether the group lets out all traffic. If not, it lets out only what goes to the VPC's own addresses and to the services \
             behind gateway endpoints. Neither opens a path to the internet, since the network has none. Defaults to `false`.",
        )
        .defaulted(
            "ingress_rules",
            rule().list(),
            "Rules for inbound traffic besides the one that lets in everything from the VPC's own addresses. Defaults to none.",
        )
        .defaulted(
            "additional_ids",
            strings(),
            &format!(
                "Ids of existing security groups that the instances get as well. On Fargate at most {}; on instances AWS's quota of \
                 groups per network interface counts, which is {GROUPS_PER_INTERFACE}, with this one, unless AWS has raised it. \
                 Defaults to none.",
                FARGATE_SECURITY_GROUPS - 1
            ),
        )
        .computed("id", AttributeType::String, "Id of the group.")
}

fn rule() -> Object {
    Object::new("security_group.ingress_rules", sentence)
        .optional(
            "description",
            AttributeType::String,
            "What the rule is for, up to 255 characters.",
        )
        .defaulted(
            "protocol",
            AttributeType::String,
            "`tcp`, `udp`, `icmp`, `icmpv6`, a protocol number, or `-1` for all. Defaults to `-1`.",
        )
        .optional(
            "from_port",
            AttributeType::Number,
            "First port, from 0 to 65535; for ICMP the type. It must be left out for protocol `-1`.",
        )
        .optional(
            "to_port",
            AttributeType::Number,
            "Last port, from 0 to 65535; for ICMP the code. It must be left out for protocol `-1`.",
        )
        .optional(
            "cidr_block",
            AttributeType::String,
            "IPv4 or IPv6 block that the traffic comes from. Exactly one of `cidr_block`, `prefix_list_id` and `security_group_id` \
             must be set.",
        )
        .optional(
            "prefix_list_id",
            AttributeType::String,
            "Id of the managed prefix list that the traffic comes from.",
        )
        .optional(
            "security_group_id",
            AttributeType::String,
            "Id of the security group that the traffic comes from.",
        )
}
