//! `isolation`.

use tf_provider::schema::AttributeType;

use crate::provider::describe::{Object, strings};
use crate::provider::environment::effect::sentence;

pub(super) fn object() -> Object {
    Object::new("isolation", sentence)
        .defaulted(
            "enforce",
            AttributeType::Bool,
            "Whether no path may lead from the environment's subnets to the internet. If so, such a path is a difference that the next \
             apply removes from a network that this resource manages, together with public addresses of the subnets; in an \
             existing network, of which nothing is changed, it is an error of the plan and of the apply. If not, a path is a warning. \
             Defaults to `true`.",
        )
        .computed(
            "internet_paths",
            strings(),
            "The paths from the environment's subnets to the internet, each as `subnet-… → rtb-… → igw-… (0.0.0.0/0)`: subnet, route \
             table, target and destination. Counted are routes to internet, egress-only internet and carrier gateways, to NAT \
             gateways unless the destination is private, and default routes to anything else, since nothing shows that \
             their traffic ends there. A route whose target is gone carries nothing and is not listed. It is empty when the \
             environment is isolated.",
        )
        .computed(
            "private_paths",
            strings(),
            "The paths from the environment's subnets to other networks, in the same form: over peering connections, transit, \
             virtual private and local gateways, Cloud WAN and appliances. They are allowed.",
        )
}
