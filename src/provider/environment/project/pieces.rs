//! The small pieces that a planned state is put together from.

use tf_provider::value::Value;

use crate::domain::endpoint::policy;
use crate::domain::firewall::ALL_PROTOCOLS;
use crate::domain::topology::Topology;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{IngressRule, Network, Subnet};
use crate::provider::number::Number;

/// The zones of a topology: in `order` if they are the same zones, else in the topology's own.
pub(super) fn zones<'a>(topology: &'a Topology, order: &[String]) -> Vec<&'a str> {
    let mut zones: Vec<&str> = topology.availability_zones().collect();
    if order.len() == zones.len() && zones.iter().all(|zone| order.iter().any(|known| known == zone)) {
        zones.sort_by_key(|zone| order.iter().position(|known| known == zone));
    }
    zones
}

/// A list whose order AWS does not keep: the same elements in another order are no change, so that the prior list is planned.
pub(super) fn in_prior_order<T: Clone + PartialEq>(config: Value<List<T>>, prior: &Value<List<T>>) -> Value<List<T>> {
    let same = |wanted: &List<T>, there: &List<T>| {
        let mut left: Vec<&Value<T>> = there.iter().collect();
        let found = |element: &Value<T>| {
            let place = left.iter().position(|other| *other == element);
            place.map(|place| left.swap_remove(place)).is_some()
        };
        wanted.iter().all(found) && left.is_empty()
    };
    match (&config, prior) {
        (Value::Value(wanted), Value::Value(there)) if same(wanted, there) => prior.clone(),
        _ => config,
    }
}

/// Policies that mean the same in other words are no change, so that the prior words are planned.
pub(super) fn in_prior_words(config: Value<Map<String>>, prior: &Value<Map<String>>) -> Value<Map<String>> {
    config.map(|policies| {
        let prior = prior.as_ref_option();
        let words = |service: &str, document: Value<String>| {
            let before = prior.and_then(|prior| prior.get(service)).cloned().unwrap_or_default();
            match (document.as_deref_option(), before.as_deref_option()) {
                (Some(wanted), Some(there)) if policy::same(Some(wanted), Some(there)) => before,
                _ => document,
            }
        };
        policies
            .into_iter()
            .map(|(service, document)| {
                let planned = words(&service, document);
                (service, planned)
            })
            .collect()
    })
}

/// The subnets by zone, with the ids of those that exist.
pub(super) fn subnets(topology: &Topology, prior: &Network) -> Map<Subnet> {
    let before = prior.subnets.as_ref_option();
    let planned = topology.subnets.iter().map(|plan| {
        let cidr_block = text(&plan.cidr_block.to_string());
        let before = before.and_then(|subnets| subnets.get(&plan.availability_zone)?.as_ref_option());
        let before = before.filter(|before| before.cidr_block == cidr_block);
        let subnet = Subnet {
            id: before.map_or(Value::Unknown, |before| keep(&before.id)),
            route_table_id: before.map_or(Value::Unknown, |before| keep(&before.route_table_id)),
            cidr_block,
        };
        (plan.availability_zone.clone(), Value::Value(subnet))
    });
    planned.collect()
}

/// The ids of the subnets in the order of the zones.
pub(super) fn subnet_ids(zones: &[&str], subnets: Option<&Map<Subnet>>) -> List<String> {
    let id = |zone: &&str| {
        let subnet = subnets.and_then(|subnets| subnets.get(*zone)?.as_ref_option());
        subnet.map_or(Value::Unknown, |subnet| subnet.id.clone())
    };
    zones.iter().map(id).collect()
}

/// Rules with the default protocol where none is set.
pub(super) fn with_protocols(rules: List<IngressRule>) -> List<IngressRule> {
    let fill = |rule: IngressRule| IngressRule {
        protocol: rule.protocol.or(text(ALL_PROTOCOLS)),
        ..rule
    };
    rules.into_iter().map(|rule| rule.map(fill)).collect()
}

/// An object whose configuration is unknown as a whole stays so.
pub(super) fn section<T>(config: &Value<T>, planned: T) -> Value<T> {
    if config.is_unknown() {
        Value::Unknown
    } else {
        Value::Value(planned)
    }
}

/// The id of a part that is there; unknown if the part must be made.
pub(super) fn keep(prior: &Value<String>) -> Value<String> {
    match prior {
        Value::Value(id) => Value::Value(id.clone()),
        Value::Null | Value::Unknown => Value::Unknown,
    }
}

/// Known text.
pub(super) fn text(text: &str) -> Value<String> {
    Value::Value(text.to_owned())
}

/// Text that may not be known yet.
pub(super) fn known(text: Option<&str>) -> Value<String> {
    known_or_unknown(text.map(str::to_owned))
}

/// A value that may not be known yet.
pub(super) fn known_or_unknown<T>(value: Option<T>) -> Value<T> {
    value.map_or(Value::Unknown, Value::Value)
}

/// A list of known text.
pub(super) fn elements(words: &[&str]) -> List<String> {
    words.iter().map(|word| text(word)).collect()
}

/// A number of things.
pub(super) fn count(count: usize) -> Number {
    i64::try_from(count).map_or_else(|_| Number::Other(count.to_string()), Number::Whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_order_is_no_change_and_anything_else_is() {
        let list = |words: &[&str]| Value::Value(elements(words));
        let planned = |wanted: &[&str]| in_prior_order(list(wanted), &list(&["b", "a", "b"]));
        assert_eq!(planned(&["a", "b", "b"]), list(&["b", "a", "b"]));
        for other in [
            &["a", "b"][..],
            &["a", "a", "b"],
            &["a", "b", "b", "b"],
            &["a", "b", "c"],
        ] {
            assert_eq!(planned(other), list(other));
        }
        let partly = Value::Value(vec![text("b"), text("a"), Value::Unknown]);
        assert_eq!(in_prior_order(partly.clone(), &list(&["b", "a", "b"])), partly);
        assert_eq!(in_prior_order(list(&["a"]), &Value::Null), list(&["a"]));
    }
}
