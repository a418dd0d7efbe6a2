//! What every value of a model can say of itself: what in it is unknown, and the same value without that.
//!
//! [`model!`] declares an object of the schema as a struct whose fields are all [`Value`]s: a known value, null, or unknown.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::value::Value;

use super::number::Number;

/// A value that may have unknown values inside.
pub(crate) trait Attribute: Sized {
    /// Adds the dotted path of everything unknown inside. Elements of collections count as their collection.
    fn collect_unknown(&self, path: &str, found: &mut BTreeSet<String>);

    /// The value with null wherever it was unknown: a state must not hold unknown values.
    fn without_unknown(self) -> Self;
}

macro_rules! plain_attribute {
    ($($plain:ty),+) => {$(
        impl Attribute for $plain {
            fn collect_unknown(&self, _path: &str, _found: &mut BTreeSet<String>) {}

            fn without_unknown(self) -> Self {
                self
            }
        }
    )+};
}

plain_attribute!(String, bool, Number);

impl<T: Attribute> Attribute for Value<T> {
    fn collect_unknown(&self, path: &str, found: &mut BTreeSet<String>) {
        match self {
            Self::Value(value) => value.collect_unknown(path, found),
            Self::Null => {}
            Self::Unknown => {
                found.insert(path.to_owned());
            }
        }
    }

    fn without_unknown(self) -> Self {
        match self {
            Self::Value(value) => Self::Value(value.without_unknown()),
            Self::Null | Self::Unknown => Self::Null,
        }
    }
}

impl<T: Attribute> Attribute for Vec<T> {
    fn collect_unknown(&self, path: &str, found: &mut BTreeSet<String>) {
        self.iter().for_each(|element| element.collect_unknown(path, found));
    }

    fn without_unknown(self) -> Self {
        self.into_iter().map(T::without_unknown).collect()
    }
}

impl<T: Attribute> Attribute for BTreeMap<String, T> {
    fn collect_unknown(&self, path: &str, found: &mut BTreeSet<String>) {
        self.values().for_each(|element| element.collect_unknown(path, found));
    }

    fn without_unknown(self) -> Self {
        self.into_iter()
            .map(|(key, element)| (key, element.without_unknown()))
            .collect()
    }
}

/// Declares the objects of a schema. Fields without a value are null, so that an object left out, `null`, `{}` and an object of
/// nulls are the same to all that follows.
macro_rules! model {
    ($(
        $(#[$meta:meta])*
        $name:ident { $($field:ident : $type:ty),+ $(,)? }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub(crate) struct $name {
            $(pub(crate) $field: tf_provider::value::Value<$type>,)+
        }

        impl $crate::provider::attribute::Attribute for $name {
            fn collect_unknown(&self, path: &str, found: &mut std::collections::BTreeSet<String>) {
                let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
                $(self.$field.collect_unknown(&format!("{prefix}{}", stringify!($field).trim_start_matches("r#")), found);)+
            }

            fn without_unknown(self) -> Self {
                Self { $($field: self.$field.without_unknown(),)+ }
            }
        }
    )+};
}

pub(crate) use model;

/// A list whose elements may be unknown one by one.
pub(crate) type List<T> = Vec<Value<T>>;

/// A map whose elements may be unknown one by one.
pub(crate) type Map<T> = BTreeMap<String, Value<T>>;

/// What is unknown in a configuration, by dotted path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unknowns(BTreeSet<String>);

impl Unknowns {
    /// Everything unknown in `value`.
    pub(crate) fn of(value: &impl Attribute) -> Self {
        let mut found = BTreeSet::new();
        value.collect_unknown("", &mut found);
        Self(found)
    }

    /// Whether nothing is unknown.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The paths.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether any of these attributes is unknown: itself, something inside it, or something that it is inside of.
    pub(crate) fn touch(&self, attributes: &[&str]) -> bool {
        attributes
            .iter()
            .any(|attribute| self.0.iter().any(|unknown| overlap(unknown, attribute)))
    }
}

fn overlap(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    long.strip_prefix(short)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    model! {
        Inner { one: String, many: List<String> }
        Outer { plain: bool, inner: Inner }
    }

    fn sample() -> Outer {
        Outer {
            plain: Value::Unknown,
            inner: Value::Value(Inner {
                one: Value::Value("x".into()),
                many: Value::Value(vec![Value::Value("a".into()), Value::Unknown]),
            }),
        }
    }

    #[test]
    fn unknown_values_are_found_by_path() {
        let unknown = Unknowns::of(&sample());
        assert_eq!(unknown.iter().collect::<Vec<_>>(), ["inner.many", "plain"]);
        assert!(unknown.touch(&["inner"]) && unknown.touch(&["inner.many"]) && unknown.touch(&["plain"]));
        assert!(!unknown.touch(&["inner.one", "inner.man", "plai"]));
    }

    #[test]
    fn nothing_unknown_is_left_behind() {
        let state = sample().without_unknown();
        assert!(Unknowns::of(&state).is_empty());
        assert!(state.plain.is_null());
    }

    #[test]
    fn objects_may_leave_everything_out() {
        let read: Value<Outer> = serde_json::from_str(r#"{"inner": null}"#).unwrap();
        assert_eq!(read, Value::Value(Outer::default()));
    }
}
