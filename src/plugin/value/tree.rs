//! Any value of Terraform's type system, without its type.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

/// A value as msgpack carries it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree {
    Null,
    /// Known only after apply. Refinements ("not null", "starts with …") are not kept.
    Unknown,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Tree>),
    /// An object or a map: on the wire they look the same.
    Map(Vec<(String, Tree)>),
}

impl Tree {
    /// What kind of value this is, in words that give nothing of the value away.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Tree::Null => "null",
            Tree::Unknown => "a value that is not known yet",
            Tree::Bool(_) => "a bool",
            Tree::Int(_) | Tree::Uint(_) => "a whole number",
            Tree::Float(_) => "a fractional number",
            Tree::Text(_) => "a string",
            Tree::Bytes(_) => "a value of any type",
            Tree::List(_) => "a list",
            Tree::Map(_) => "an object or map",
        }
    }

    /// Replaces every unknown value by null: what a state must hold in place of what never came to be known.
    pub(crate) fn settle_unknowns(&mut self) {
        match self {
            Tree::Unknown => *self = Tree::Null,
            Tree::List(items) => items.iter_mut().for_each(Tree::settle_unknowns),
            Tree::Map(entries) => entries.iter_mut().for_each(|(_, value)| value.settle_unknowns()),
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a Terraform value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(i64::try_from(value).map_or(Tree::Uint(value), Tree::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(Tree::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Tree, E> {
        Ok(Tree::Text(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Tree, E> {
        Ok(Tree::Bytes(value.to_owned()))
    }

    fn visit_byte_buf<E>(self, value: Vec<u8>) -> Result<Tree, E> {
        Ok(Tree::Bytes(value))
    }

    /// rmp-serde hands over extension types this way: type 0 is a plain unknown, type 12 a refined one.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        <(i8, IgnoredAny)>::deserialize(deserializer).map(|_| Tree::Unknown)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Tree, A::Error> {
        let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024));
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Tree::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let mut entries = Vec::with_capacity(map.size_hint().unwrap_or(0).min(1024));
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Tree::Map(entries))
    }
}

impl Serialize for Tree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Tree::Null => serializer.serialize_unit(),
            Tree::Unknown => serializer.serialize_newtype_struct(rmp_serde::MSGPACK_EXT_STRUCT_NAME, &(0_i8, Raw(&[]))),
            Tree::Bool(value) => serializer.serialize_bool(*value),
            Tree::Int(value) => serializer.serialize_i64(*value),
            Tree::Uint(value) => serializer.serialize_u64(*value),
            Tree::Float(value) => serializer.serialize_f64(*value),
            Tree::Text(value) => serializer.serialize_str(value),
            Tree::Bytes(value) => Raw(value).serialize(serializer),
            Tree::List(items) => {
                let mut seq = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    seq.serialize_element(item)?;
                }
                seq.end()
            }
            Tree::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

/// Serialises as msgpack binary, which a plain byte slice would not.
struct Raw<'a>(&'a [u8]);

impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tf_provider::value::Value;

    fn round_trip(tree: &Tree) -> Tree {
        rmp_serde::from_slice(&rmp_serde::to_vec(tree).unwrap()).unwrap()
    }

    #[test]
    fn every_kind_survives_msgpack() {
        let tree = Tree::Map(vec![
            ("null".into(), Tree::Null),
            ("unknown".into(), Tree::Unknown),
            (
                "numbers".into(),
                Tree::List(vec![Tree::Int(-5), Tree::Uint(u64::MAX), Tree::Float(0.5)]),
            ),
            ("text".into(), Tree::Text("é".into())),
            (
                "any".into(),
                Tree::List(vec![Tree::Bytes(b"\"string\"".to_vec()), Tree::Bool(true)]),
            ),
        ]);
        assert_eq!(round_trip(&tree), tree);
    }

    #[test]
    fn refined_unknowns_are_plain_unknowns() {
        // ext8, length 3, type 12, a map { 1: false } as payload ("is not null")
        assert_eq!(
            rmp_serde::from_slice::<Tree>(&[0xc7, 3, 12, 0x81, 1, 0xc2]).unwrap(),
            Tree::Unknown
        );
    }

    #[test]
    fn unknowns_are_those_of_tf_provider() {
        let theirs = rmp_serde::to_vec(&Value::<i64>::Unknown).unwrap();
        assert_eq!(rmp_serde::from_slice::<Tree>(&theirs).unwrap(), Tree::Unknown);
        let ours = rmp_serde::to_vec(&Tree::Unknown).unwrap();
        assert_eq!(rmp_serde::from_slice::<Value<i64>>(&ours).unwrap(), Value::Unknown);
    }
}
