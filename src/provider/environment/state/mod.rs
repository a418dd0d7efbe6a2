//! From what AWS reports to the state.
//!
//! The state holds what is there, defaults included, so that drift shows on the attribute that it belongs to, and a plan after an import
//! is clean. What AWS does not report (a number of zones, timeouts, the vCPUs to start with) and the order of what it
//! reports as a set come from the reference: the prior state of a refresh, the plan of an apply, nothing on import. A part that is
//! missing loses its ids and keeps its arguments, so that the next plan makes it again and nothing else.

mod compute_environment;
mod cost;
mod endpoints;
mod isolation;
mod job_queues;
mod launch_template;
mod network;
mod policies;
mod security_group;
mod tags;

use std::collections::BTreeMap;

use tf_provider::value::Value;

use super::facts::RegionFacts;
use super::model::Environment;
use super::timeouts;
use crate::domain::Tags;
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::spec::IgnoredTags;
use crate::provider::attribute::{Attribute, List};
use crate::provider::read::{list, object, texts};

pub(super) use cost::monthly_cost;

/// The `drift` of a state that was noted on the way: whether anything is left to do is known when it is read again. What a run only takes
/// away (the role of a compute environment that is replaced) is looked for as long as something differs.
pub(super) const UNFINISHED: &str = "finishing what was cut off";

/// Where an environment is, as far as its state depends on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    /// The account's partition.
    pub(super) partition: &'a str,
    /// What is known of the region.
    pub(super) facts: &'a RegionFacts,
}

/// What a state is made from.
pub(super) struct Sight<'a> {
    /// What AWS reports.
    pub(super) observed: &'a Observed,
    /// Whose environment it is.
    pub(super) ownership: &'a Ownership,
    /// What is to be kept where AWS has nothing to say.
    pub(super) reference: &'a Environment,
    /// Where it is.
    pub(super) place: Place<'a>,
    /// What differs from the desired environment, in words.
    pub(super) drift: Vec<String>,
    /// Endpoints of others that serve the environment: short service name → id. `None`: those of the reference.
    pub(super) serving: Option<BTreeMap<String, String>>,
    /// The provider's `default_tags`.
    pub(super) default_tags: &'a Tags,
    /// Tags that are not shown.
    pub(super) ignored_tags: &'a IgnoredTags,
}

impl Sight<'_> {
    /// The state. Nothing in it is unknown.
    pub(super) fn state(&self) -> Environment {
        let reference = self.reference.clone().without_unknown();
        let name = Value::Value(self.ownership.environment.to_string());
        let network = self.network(&object(&reference.network));
        let endpoints = self.endpoints(&object(&reference.endpoints), &network);
        let compute_environment = object(&reference.compute_environment);
        let security_group = self.security_group(&object(&reference.security_group));
        Environment {
            id: name.clone(),
            name,
            region: Value::Value(self.ownership.region.clone()),
            account_id: Value::Value(self.ownership.account_id.clone()),
            security_group: Value::Value(security_group),
            compute_environment: Value::Value(self.compute_environment(&compute_environment)),
            job_queues: self.job_queues(&object(&reference.job_queues)),
            isolation: Value::Value(self.isolation(&object(&reference.isolation), &network)),
            network: Value::Value(network),
            endpoints: Value::Value(endpoints),
            estimated_monthly_cost: Value::Value(monthly_cost(&self.estimate())),
            deletion_protection: reference.deletion_protection.or(Value::Value(false)),
            drift: list(self.drift.iter().cloned()),
            tags: self.tags(&reference.tags),
            tags_all: self.tags_all(&reference),
            timeouts: Value::Value(timeouts::planned(&object(&reference.timeouts))),
        }
    }
}

/// What was seen, in the order of the reference as far as it is there; the rest behind it, in its own order.
fn in_order_of(reference: &Value<List<String>>, seen: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut seen: Vec<String> = seen.into_iter().collect();
    let reference = texts(reference).unwrap_or_default();
    let mut ordered: Vec<String> = reference.into_iter().filter(|word| seen.contains(word)).collect();
    seen.retain(|word| !ordered.contains(word));
    ordered.extend(seen);
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_reference_is_kept() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let reference = list(["c", "a", "gone"]);
        assert_eq!(
            in_order_of(&reference, words(&["a", "b", "c"])),
            words(&["c", "a", "b"])
        );
        assert_eq!(in_order_of(&Value::Null, words(&["b", "a"])), words(&["b", "a"]));
    }
}
