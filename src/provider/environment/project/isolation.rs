//! `isolation`.

use tf_provider::value::Value;

use super::Projection;
use crate::domain::spec::IsolationSpec;
use crate::provider::attribute::{List, Unknowns};
use crate::provider::environment::model::{Isolation, Network};
use crate::provider::read::{object, texts};

impl Projection<'_> {
    pub(super) fn isolation(&self, network: &Network) -> Isolation {
        let enforce = object(&self.config.isolation)
            .enforce
            .or(Value::Value(IsolationSpec::default().enforce));
        let prior = self.prior.map(|prior| object(&prior.isolation)).unwrap_or_default();
        Isolation {
            internet_paths: match enforce {
                // An apply that succeeds has cut them.
                Value::Value(true) => Value::Value(List::new()),
                Value::Value(false) => self.as_before(prior.internet_paths, network),
                Value::Null | Value::Unknown => Value::Unknown,
            },
            private_paths: self.as_before(prior.private_paths, network),
            enforce,
        }
    }

    /// Paths that nobody touches stay as they are, as long as their subnets and tables do; what is made new has none.
    fn as_before(&self, paths: Value<List<String>>, network: &Network) -> Value<List<String>> {
        let Some(prior) = self.prior else {
            // An existing network may have some.
            return match network.managed {
                Value::Value(true) => Value::Value(List::new()),
                _ => Value::Unknown,
            };
        };
        let drift = texts(&prior.drift).unwrap_or_default();
        // A table that is made anew has no routes of anybody's.
        let is_new = |table: &str| drift.iter().any(|line| line.strip_prefix("creating ") == Some(table));
        let other_table = drift
            .iter()
            .filter_map(|line| line.strip_prefix("associating "))
            .any(|table| table.starts_with("the route table") && !is_new(table));
        let subnets = texts(&network.subnet_ids);
        let all_known = Unknowns::of(&network.subnet_ids).is_empty();
        let other_subnets = !all_known || texts(&object(&prior.network).subnet_ids) != subnets;
        if other_subnets && network.managed != Value::Value(true) {
            // What leads out of a subnet of somebody else's is seen when it is there.
            return Value::Unknown;
        }
        match (paths, subnets) {
            // A table that is put back has what somebody may have done to it meanwhile.
            _ if other_table => Value::Unknown,
            (Value::Value(paths), _) if paths.is_empty() => Value::Value(paths),
            (Value::Value(mut paths), Some(subnets)) => {
                let begins = |path: &String| subnets.iter().any(|id| path.starts_with(&format!("{id} ")));
                paths.retain(|path| path.as_ref_option().is_some_and(begins));
                Value::Value(paths)
            }
            _ => Value::Unknown,
        }
    }
}
