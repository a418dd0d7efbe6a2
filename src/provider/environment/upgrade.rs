//! States of older versions of the schema.
//!
//! Version 0 knew an environment by fewer attributes. What can be seen in AWS is left to the refresh that follows every upgrade; here
//! is what cannot be seen, because it is an argument and not a thing: it has its default, with which the environment was made.

use serde_json::{Map, Value, json};

/// Rewrites a state of an older version into one of the present version.
pub(super) fn upgrade(version: i64, mut state: Value) -> Value {
    if version < 1 {
        added_in_1(&mut state);
    }
    state
}

/// Version 1 added arguments.
fn added_in_1(state: &mut Value) {
    let Some(environment) = state.as_object_mut() else {
        return;
    };
    add(
        environment,
        &json!({ "job_queues": {}, "isolation": { "enforce": true, "internet_paths": [], "private_paths": [] } }),
    );
    if let Some(network) = object(environment, "network") {
        add(network, &json!({ "managed": true }));
    }
    if let Some(endpoints) = object(environment, "endpoints") {
        add(
            endpoints,
            &json!({ "policy": "full_access", "policies": {}, "enabled": true }),
        );
        for service in object(endpoints, "services").into_iter().flat_map(Map::values_mut) {
            if let Some(service) = service.as_object_mut() {
                add(service, &json!({ "managed": true }));
            }
        }
    }
}

fn object<'a>(parent: &'a mut Map<String, Value>, name: &str) -> Option<&'a mut Map<String, Value>> {
    parent.get_mut(name)?.as_object_mut()
}

/// Adds what is not there.
fn add(object: &mut Map<String, Value>, attributes: &Value) {
    for (name, value) in attributes.as_object().into_iter().flatten() {
        object.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_version_1_get_their_defaults() {
        let old = json!({ "name": "old", "endpoints": { "services": { "s3": { "id": "vpce-1" } } } });
        let new = upgrade(0, old);
        assert_eq!(new["name"], "old");
        assert_eq!(new["isolation"]["enforce"], true);
        assert_eq!(new["endpoints"]["policy"], "full_access");
        assert_eq!(
            new["endpoints"]["services"]["s3"],
            json!({ "id": "vpce-1", "managed": true })
        );
    }

    #[test]
    fn a_state_of_this_version_and_one_that_is_no_state_stay_what_they_are() {
        let state = json!({ "name": "new" });
        assert_eq!(upgrade(1, state.clone()), state);
        assert_eq!(upgrade(0, json!(null)), json!(null));
    }
}
