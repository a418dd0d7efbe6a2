//! A resource with every kind of nesting there is.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use terraform_provider_isolated::plugin::UpgradeState;
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, NestedBlock, Schema};
use tf_provider::value::{Value, ValueAny, ValueEmpty};
use tf_provider::{AttributePath, Diagnostics, map};

use super::attribute;

pub struct Resource;

/// Given `a`, the provider computes `b`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Leaf {
    a: Value<String>,
    b: Value<String>,
}

type Group = Value<Leaf>;
type List = Value<Vec<Value<Leaf>>>;
type Map = Value<BTreeMap<String, Value<Leaf>>>;

#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Nested {
    n_single: Group,
    n_list: List,
    n_set: List,
    n_map: Map,
    b_single: Group,
    b_group: Group,
    b_list: List,
    b_optional: List,
    b_set: List,
    b_map: Map,
    numbers: Value<Vec<Value<f64>>>,
    object: Value<BTreeMap<String, Value<f64>>>,
    whole: Value<i64>,
    labels: Value<BTreeMap<String, Value<String>>>,
    tags: Value<Vec<Value<String>>>,
}

impl Nested {
    fn leaves(&mut self) -> impl Iterator<Item = &mut Value<Leaf>> {
        let groups = [&mut self.n_single, &mut self.b_single, &mut self.b_group].into_iter();
        let lists = [
            &mut self.n_list,
            &mut self.n_set,
            &mut self.b_list,
            &mut self.b_optional,
            &mut self.b_set,
        ];
        let maps = [&mut self.n_map, &mut self.b_map];
        let lists = lists.into_iter().flat_map(|list| list.iter_mut().flatten());
        groups.chain(lists).chain(
            maps.into_iter()
                .flat_map(|map| map.iter_mut().flat_map(BTreeMap::values_mut)),
        )
    }
}

fn planned(mut state: Value<Nested>) -> Value<Nested> {
    if let Value::Value(nested) = &mut state {
        for leaf in nested.leaves() {
            if let Value::Value(leaf) = leaf
                && !leaf.a.is_null()
                && !leaf.b.is_value()
            {
                leaf.b = Value::Unknown;
            }
        }
    }
    state
}

fn applied(mut state: Value<Nested>) -> Value<Nested> {
    if let Value::Value(nested) = &mut state {
        for leaf in nested.leaves() {
            if let Value::Value(leaf) = leaf
                && leaf.b.is_unknown()
            {
                leaf.b = leaf.a.as_ref().map(|a| format!("b of {a}"));
            }
        }
    }
    state
}

fn leaf() -> HashMap<String, Attribute> {
    map! {
        "a" => attribute(AttributeType::String, AttributeConstraint::Optional),
        "b" => attribute(AttributeType::String, AttributeConstraint::OptionalComputed),
    }
}

#[async_trait]
impl tf_provider::Resource for Resource {
    type State<'a> = Value<Nested>;
    type PrivateState<'a> = ValueEmpty;
    type ProviderMetaState<'a> = ValueAny;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        let optional = |attr_type| attribute(attr_type, AttributeConstraint::Optional);
        let list = |item| AttributeType::List(Box::new(item));
        let attributes = map! {
            "n_single" => optional(AttributeType::AttributeSingle(leaf())),
            "n_list" => optional(AttributeType::AttributeList(leaf())),
            "n_set" => optional(AttributeType::AttributeSet(leaf())),
            "n_map" => optional(AttributeType::AttributeMap(leaf())),
            "numbers" => optional(list(AttributeType::Number)),
            "object" => optional(AttributeType::Object(map! { "x" => AttributeType::Number })),
            "whole" => optional(AttributeType::Number),
            "labels" => optional(AttributeType::Map(Box::new(AttributeType::String))),
            "tags" => optional(AttributeType::Set(Box::new(AttributeType::String))),
        };
        let inner = || Block {
            attributes: leaf(),
            description: Description::markdown("A block."),
            ..Block::default()
        };
        let blocks = map! {
            "b_single" => NestedBlock::Single(inner()),
            "b_group" => NestedBlock::Group(inner()),
            "b_list" => NestedBlock::List(inner()),
            "b_optional" => NestedBlock::Optional(inner()),
            "b_set" => NestedBlock::Set(inner()),
            "b_map" => NestedBlock::Map(inner()),
        };
        Some(Schema {
            version: 0,
            block: Block {
                attributes,
                blocks,
                ..Block::default()
            },
        })
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Value<Nested>) -> Option<()> {
        let bad = |leaf: &Value<Leaf>| {
            leaf.as_ref_option()
                .is_some_and(|leaf| leaf.a == Value::Value("bad".to_owned()))
        };
        let config = config.unwrap_or_default();
        if let Some(index) = config.b_list.iter().flatten().position(bad) {
            let path = AttributePath::new("b_list")
                .index(i64::try_from(index).unwrap())
                .attribute("a");
            diags.error("bad block", "It says so itself.", path);
        }
        if bad(&config.n_single) {
            let path = AttributePath::new("n_single").attribute("a");
            diags.error("bad field", "It says so itself.", path);
        }
        for (key, _) in config.n_map.iter().flatten().filter(|(_, leaf)| bad(leaf)) {
            let path = AttributePath::new("n_map").key(key.clone()).attribute("a");
            diags.error("bad element", "It says so itself.", path);
        }
        Some(())
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        state: Value<Nested>,
        private: ValueEmpty,
        _: ValueAny,
    ) -> Option<(Value<Nested>, ValueEmpty)> {
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        _: &mut Diagnostics,
        proposed: Value<Nested>,
        _: Value<Nested>,
        _: ValueAny,
    ) -> Option<(Value<Nested>, ValueEmpty)> {
        Some((planned(proposed), ValueEmpty::Null))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        prior: Value<Nested>,
        proposed: Value<Nested>,
        _: Value<Nested>,
        private: ValueEmpty,
        _: ValueAny,
    ) -> Option<(Value<Nested>, ValueEmpty, Vec<AttributePath>)> {
        let a = |state: &Value<Nested>| {
            let optional = state
                .as_ref_option()
                .and_then(|nested| nested.b_optional.as_ref_option()?.first().cloned());
            optional.map(|leaf| leaf.unwrap_or_default().a)
        };
        let replace = match (a(&prior), a(&proposed)) {
            (Some(old), Some(new)) if old != new => {
                vec![AttributePath::new("b_optional").index(0).attribute("a")]
            }
            _ => vec![],
        };
        Some((planned(proposed), private, replace))
    }

    async fn plan_destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: Value<Nested>,
        private: ValueEmpty,
        _: ValueAny,
    ) -> Option<ValueEmpty> {
        Some(private)
    }

    async fn create<'a>(
        &self,
        _: &mut Diagnostics,
        state: Value<Nested>,
        _: Value<Nested>,
        private: ValueEmpty,
        _: ValueAny,
    ) -> Option<(Value<Nested>, ValueEmpty)> {
        Some((applied(state), private))
    }

    async fn update<'a>(
        &self,
        _: &mut Diagnostics,
        _: Value<Nested>,
        state: Value<Nested>,
        _: Value<Nested>,
        private: ValueEmpty,
        _: ValueAny,
    ) -> Option<(Value<Nested>, ValueEmpty)> {
        Some((applied(state), private))
    }

    async fn destroy<'a>(&self, _: &mut Diagnostics, _: Value<Nested>, _: ValueEmpty, _: ValueAny) -> Option<()> {
        Some(())
    }

    async fn import<'a>(&self, _: &mut Diagnostics, _: String) -> Option<(Value<Nested>, ValueEmpty)> {
        // Every block is absent, which Terraform wants to see as empty lists.
        Some((Value::Value(Nested::default()), ValueEmpty::Null))
    }
}

#[async_trait]
impl UpgradeState for Resource {}
