//! A plan as `terraform show -json` tells it.

use serde_json::Value;

/// A saved plan, read back.
#[derive(Debug)]
pub(crate) struct Plan(pub(crate) Value);

impl Plan {
    /// What happens to a resource: `["no-op"]`, `["update"]`, `["create"]`, `["delete", "create"]`, …
    pub(crate) fn actions(&self, address: &str) -> Vec<&str> {
        let actions = self.change(address)["actions"].as_array().expect("a list");
        actions.iter().filter_map(Value::as_str).collect()
    }

    /// The attribute paths that force a replacement, dotted and sorted.
    pub(crate) fn replaces(&self, address: &str) -> Vec<String> {
        let paths = self.change(address)["replace_paths"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let mut paths: Vec<String> = paths.iter().map(dotted).collect();
        paths.sort();
        paths
    }

    /// What is there, as the refresh saw it.
    pub(crate) fn before(&self, address: &str) -> &Value {
        &self.change(address)["before"]
    }

    /// The planned values, unknown ones missing.
    pub(crate) fn after(&self, address: &str) -> &Value {
        &self.change(address)["after"]
    }

    /// The attributes at the top that change, but for `drift`, which says in words what has no attribute.
    pub(crate) fn changed(&self, address: &str) -> Vec<String> {
        let (before, after) = (self.before(address), self.after(address));
        let fields = after.as_object().expect("an object").iter();
        let changed = fields.filter(|(name, value)| before[name.as_str()] != **value && *name != "drift");
        changed.map(|(name, _)| name.clone()).collect()
    }

    /// The same tree with `true` where a value is unknown.
    pub(crate) fn unknown(&self, address: &str) -> &Value {
        &self.change(address)["after_unknown"]
    }

    /// Dotted paths of everything that is not known, sorted.
    pub(crate) fn unknown_paths(&self, address: &str) -> Vec<String> {
        let mut paths = Vec::new();
        collect(self.unknown(address), String::new(), &mut paths);
        paths.sort();
        paths
    }

    /// The whole change, as it is told.
    pub(crate) fn change(&self, address: &str) -> &Value {
        let changes = self.0["resource_changes"].as_array().expect("changes");
        let found = changes.iter().find(|change| change["address"] == address);
        &found.unwrap_or_else(|| panic!("{address} is not in the plan: {:#}", self.0))["change"]
    }
}

fn dotted(path: &Value) -> String {
    let steps = path.as_array().cloned().unwrap_or_default();
    let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    steps.iter().map(step).collect::<Vec<_>>().join(".")
}

fn collect(tree: &Value, path: String, into: &mut Vec<String>) {
    let join = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match tree {
        Value::Bool(true) => into.push(path),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| collect(value, join(key), into)),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| collect(value, join(&index.to_string()), into));
        }
        _ => {}
    }
}
