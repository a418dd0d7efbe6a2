//! The ids that AWS gives to parts: a part that is made anew has another one.

use std::collections::BTreeSet;

use serde_json::Value;

/// The id of a compute environment that is there, which is made anew with another one even under the same name.
pub(crate) const COMPUTE_ENVIRONMENTS: &str = "compute_environments";

/// The kinds of parts that EC2 tags, each with the key of its id.
pub(crate) const NETWORK: [(&str, &str); 5] = [
    ("vpcs", "VpcId"),
    ("subnets", "SubnetId"),
    ("route_tables", "RouteTableId"),
    ("security_groups", "GroupId"),
    ("endpoints", "VpcEndpointId"),
];

const OTHERS: [(&str, &str); 3] = [
    ("roles", "RoleId"),
    ("instance_profiles", "InstanceProfileId"),
    (COMPUTE_ENVIRONMENTS, "uuid"),
];

/// The id of everything in an account that has one, each with its kind. Job queues have none but their names.
pub(crate) fn ids(there: &Value) -> BTreeSet<(&'static str, String)> {
    let of = |(kind, key): (&'static str, &str)| -> Vec<(&'static str, String)> {
        let things = there[kind].as_array().cloned().unwrap_or_default();
        let id = |thing: &Value| (kind, thing[key].as_str().expect("an id").to_owned());
        things.iter().map(id).collect()
    };
    NETWORK.into_iter().chain(OTHERS).flat_map(of).collect()
}

/// What was there before and is not any more, or was made anew.
pub(crate) fn lost(before: &Value, after: &Value) -> Vec<(&'static str, String)> {
    ids(before).difference(&ids(after)).cloned().collect()
}
