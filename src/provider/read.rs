//! From Terraform's values to plain ones. Null and unknown both read as "not set": who must tell them apart asks
//! [`Unknowns`](super::attribute::Unknowns) first.

use tf_provider::value::Value;

use super::attribute::{List, Map};
use super::number::Number;
use crate::domain::Tags;

/// A nested object; one left out is one with nothing set.
pub(crate) fn object<T: Clone + Default>(value: &Value<T>) -> T {
    value.as_ref().cloned().unwrap_or_default()
}

/// Text, if it is set.
pub(crate) fn text(value: &Value<String>) -> Option<String> {
    value.as_ref_option().cloned()
}

/// A whole number, if it is set and fits.
pub(crate) fn number<T: TryFrom<i64>>(value: &Value<Number>) -> Option<T> {
    value.as_ref_option().and_then(Number::get)
}

/// The elements of a list that are set.
pub(crate) fn texts(value: &Value<List<String>>) -> Option<Vec<String>> {
    let list = value.as_ref_option()?;
    Some(list.iter().filter_map(text).collect())
}

/// The objects of a list that are set, each with its index.
pub(crate) fn objects<T: Clone>(value: &Value<List<T>>) -> Vec<(usize, T)> {
    let elements = value.iter().flatten().enumerate();
    elements
        .filter_map(|(index, element)| Some((index, element.as_ref_option()?.clone())))
        .collect()
}

/// The entries of a map of text that are set.
pub(crate) fn tags(value: &Value<Map<String>>) -> Tags {
    let entries = value.iter().flatten();
    entries
        .filter_map(|(key, value)| Some((key.clone(), text(value)?)))
        .collect()
}

/// A list of known text.
pub(crate) fn list<S: Into<String>>(elements: impl IntoIterator<Item = S>) -> Value<List<String>> {
    Value::Value(elements.into_iter().map(|text| Value::Value(text.into())).collect())
}

/// A map of known text.
pub(crate) fn map(tags: Tags) -> Value<Map<String>> {
    Value::Value(
        tags.into_iter()
            .map(|(key, value)| (key, Value::Value(value)))
            .collect(),
    )
}
