//! What the schema says about the form of a value: where numbers are, what may not be null, which attributes exist.

use std::collections::{BTreeMap, HashMap};

use tf_provider::AttributePathStep;
use tf_provider::schema::{Attribute, AttributeType, Block, NestedBlock, Type};

use super::number;
use super::tree::Tree;

/// The form of a value. Strings and bools need nothing done to them, so both are `Plain`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Plain,
    Number,
    /// A value that brings its own type: `[type as JSON bytes, value]`.
    Dynamic,
    List(Box<Shape>),
    Set(Box<Shape>),
    Map(Box<Shape>),
    Object(BTreeMap<String, Shape>),
    Tuple(Vec<Shape>),
    /// A list, set or map of blocks: empty, but never null.
    Blocks(Box<Shape>),
}

impl Shape {
    /// Makes a value of Terraform's fit for the provider's types: numbers that came as text become numbers.
    pub(crate) fn take_in(&self, tree: &mut Tree) {
        self.each_number(tree, &|leaf| {
            if let Tree::Text(text) = leaf
                && let Some(number) = number::from_text(text)
            {
                *leaf = number;
            }
        });
    }

    /// Makes a value of the provider's fit for Terraform: floats become decimals, absent blocks an empty list.
    pub(crate) fn give_out(&self, tree: &mut Tree) {
        self.fill_blocks(tree);
        self.each_number(tree, &|leaf| {
            if let Tree::Float(value) = *leaf {
                *leaf = number::from_float(value);
            }
        });
    }

    fn each_number(&self, tree: &mut Tree, apply: &dyn Fn(&mut Tree)) {
        if let Shape::Number = self {
            apply(tree);
        }
        self.each_child(tree, &mut |shape, child| shape.each_number(child, apply));
    }

    fn fill_blocks(&self, tree: &mut Tree) {
        if let (Shape::Blocks(blocks), Tree::Null) = (self, &*tree) {
            *tree = if let Shape::Map(_) = **blocks {
                Tree::Map(vec![])
            } else {
                Tree::List(vec![])
            };
        }
        self.each_child(tree, &mut |shape, child| shape.fill_blocks(child));
    }

    /// Visits the values directly inside `tree` together with their shapes.
    fn each_child(&self, tree: &mut Tree, visit: &mut dyn FnMut(&Shape, &mut Tree)) {
        match (self, tree) {
            (Shape::Blocks(inner), tree) => inner.each_child(tree, visit),
            (Shape::List(item) | Shape::Set(item), Tree::List(items)) => items.iter_mut().for_each(|i| visit(item, i)),
            (Shape::Map(item), Tree::Map(entries)) => entries.iter_mut().for_each(|(_, value)| visit(item, value)),
            (Shape::Tuple(shapes), Tree::List(items)) => {
                shapes.iter().zip(items).for_each(|(shape, item)| visit(shape, item));
            }
            (Shape::Object(attributes), Tree::Map(entries)) => {
                for (name, value) in entries {
                    if let Some(shape) = attributes.get(name) {
                        visit(shape, value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Reads a state from its file's JSON by this shape: attributes the schema no longer has are dropped, and those it
    /// has gained are null, so that adding or removing an attribute needs no new schema version.
    pub(crate) fn conform(&self, json: serde_json::Value) -> Tree {
        use serde_json::Value as Json;
        match (self, json) {
            (Shape::Blocks(inner), json) => inner.conform(json),
            (Shape::Object(attributes), Json::Object(mut fields)) => Tree::Map(
                attributes
                    .iter()
                    .map(|(name, shape)| (name.clone(), shape.conform(fields.remove(name).unwrap_or_default())))
                    .collect(),
            ),
            (Shape::Dynamic, Json::Object(mut fields)) => {
                let kind = fields.remove("type").unwrap_or_default();
                let value = Shape::Plain.conform(fields.remove("value").unwrap_or_default());
                Tree::List(vec![Tree::Bytes(kind.to_string().into_bytes()), value])
            }
            (Shape::List(item) | Shape::Set(item), Json::Array(items)) => {
                Tree::List(items.into_iter().map(|json| item.conform(json)).collect())
            }
            (Shape::Tuple(shapes), Json::Array(items)) => Tree::List(
                shapes
                    .iter()
                    .zip(items)
                    .map(|(shape, json)| shape.conform(json))
                    .collect(),
            ),
            (Shape::Map(item), Json::Object(fields)) => Tree::Map(
                fields
                    .into_iter()
                    .map(|(key, json)| (key, item.conform(json)))
                    .collect(),
            ),
            (_, Json::Null) => Tree::Null,
            (_, Json::Bool(value)) => Tree::Bool(value),
            (_, Json::String(text)) => Tree::Text(text),
            (_, Json::Number(number)) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(value), ..) => Tree::Int(value),
                (_, Some(value), _) => Tree::Uint(value),
                (.., value) => value.map_or(Tree::Null, Tree::Float),
            },
            (_, Json::Array(items)) => Tree::List(items.into_iter().map(|json| Shape::Plain.conform(json)).collect()),
            (_, Json::Object(fields)) => Tree::Map(
                fields
                    .into_iter()
                    .map(|(key, json)| (key, Shape::Plain.conform(json)))
                    .collect(),
            ),
        }
    }

    /// The path step to the child at `index`, and its shape. `None` below sets, whose elements have no path.
    pub(super) fn step(&self, tree: &Tree, index: usize) -> Option<(AttributePathStep, &Shape)> {
        match (self, tree) {
            (Shape::Blocks(inner), tree) => inner.step(tree, index),
            (Shape::List(item), _) => Some((position(index), item)),
            (Shape::Tuple(shapes), _) => Some((position(index), shapes.get(index)?)),
            (Shape::Map(item), Tree::Map(entries)) => {
                Some((AttributePathStep::Key(entries.get(index)?.0.clone().into()), item))
            }
            (Shape::Object(attributes), Tree::Map(entries)) => {
                let name = &entries.get(index)?.0;
                Some((AttributePathStep::Attribute(name.clone().into()), attributes.get(name)?))
            }
            _ => None,
        }
    }
}

fn position(index: usize) -> AttributePathStep {
    AttributePathStep::Index(i64::try_from(index).unwrap_or(i64::MAX))
}

impl From<&Block> for Shape {
    fn from(block: &Block) -> Self {
        let attributes = block
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), (&attribute.attr_type).into()));
        let blocks = block.blocks.iter().map(|(name, nested)| (name.clone(), nested.into()));
        Shape::Object(attributes.chain(blocks).collect())
    }
}

impl From<&NestedBlock> for Shape {
    fn from(nested: &NestedBlock) -> Self {
        match nested {
            NestedBlock::Single(block) | NestedBlock::Group(block) => block.into(),
            NestedBlock::List(block) | NestedBlock::Optional(block) => {
                Shape::Blocks(Box::new(Shape::List(Box::new(block.into()))))
            }
            NestedBlock::Set(block) => Shape::Blocks(Box::new(Shape::Set(Box::new(block.into())))),
            NestedBlock::Map(block) => Shape::Blocks(Box::new(Shape::Map(Box::new(block.into())))),
        }
    }
}

impl From<&HashMap<String, Attribute>> for Shape {
    fn from(attributes: &HashMap<String, Attribute>) -> Self {
        Shape::Object(
            attributes
                .iter()
                .map(|(name, attribute)| (name.clone(), (&attribute.attr_type).into()))
                .collect(),
        )
    }
}

impl From<&AttributeType> for Shape {
    fn from(kind: &AttributeType) -> Self {
        match kind {
            AttributeType::String | AttributeType::Bool => Shape::Plain,
            AttributeType::Number => Shape::Number,
            AttributeType::Any => Shape::Dynamic,
            AttributeType::List(item) => Shape::List(Box::new((&**item).into())),
            AttributeType::Set(item) => Shape::Set(Box::new((&**item).into())),
            AttributeType::Map(item) => Shape::Map(Box::new((&**item).into())),
            AttributeType::Object(fields) => {
                Shape::Object(fields.iter().map(|(name, kind)| (name.clone(), kind.into())).collect())
            }
            AttributeType::Tuple(items) => Shape::Tuple(items.iter().map(Into::into).collect()),
            AttributeType::AttributeSingle(attributes) => attributes.into(),
            AttributeType::AttributeList(attributes) => Shape::List(Box::new(attributes.into())),
            AttributeType::AttributeSet(attributes) => Shape::Set(Box::new(attributes.into())),
            AttributeType::AttributeMap(attributes) => Shape::Map(Box::new(attributes.into())),
        }
    }
}

impl From<&Type> for Shape {
    fn from(kind: &Type) -> Self {
        match kind {
            Type::String | Type::Bool => Shape::Plain,
            Type::Number => Shape::Number,
            Type::Any => Shape::Dynamic,
            Type::List(item) => Shape::List(Box::new((&**item).into())),
            Type::Set(item) => Shape::Set(Box::new((&**item).into())),
            Type::Map(item) => Shape::Map(Box::new((&**item).into())),
            Type::Object(fields) => {
                Shape::Object(fields.iter().map(|(name, kind)| (name.clone(), kind.into())).collect())
            }
            Type::Tuple(items) => Shape::Tuple(items.iter().map(Into::into).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(fields: impl IntoIterator<Item = (&'static str, Shape)>) -> Shape {
        Shape::Object(
            fields
                .into_iter()
                .map(|(name, shape)| (name.to_owned(), shape))
                .collect(),
        )
    }

    fn map(entries: impl IntoIterator<Item = (&'static str, Tree)>) -> Tree {
        Tree::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value))
                .collect(),
        )
    }

    #[test]
    fn only_numbers_are_read_out_of_text() {
        let shape = object([("price", Shape::Number), ("zip", Shape::Plain)]);
        let mut tree = map([("price", Tree::Text("0.1".into())), ("zip", Tree::Text("01".into()))]);
        shape.take_in(&mut tree);
        assert_eq!(
            tree,
            map([("price", Tree::Float(0.1)), ("zip", Tree::Text("01".into()))])
        );
        shape.give_out(&mut tree);
        assert_eq!(
            tree,
            map([("price", Tree::Text("0.1".into())), ("zip", Tree::Text("01".into()))])
        );
    }

    #[test]
    fn absent_blocks_are_empty() {
        let nested = Shape::Blocks(Box::new(Shape::List(Box::new(object([("a", Shape::Plain)])))));
        let named = Shape::Blocks(Box::new(Shape::Map(Box::new(Shape::Plain))));
        let shape = object([
            ("rule", nested),
            ("named", named),
            ("plain", Shape::List(Box::new(Shape::Plain))),
        ]);
        let mut tree = map([("rule", Tree::Null), ("named", Tree::Null), ("plain", Tree::Null)]);
        shape.give_out(&mut tree);
        let filled = [
            ("rule", Tree::List(vec![])),
            ("named", Tree::Map(vec![])),
            ("plain", Tree::Null),
        ];
        assert_eq!(tree, map(filled));
    }

    #[test]
    fn a_stored_state_conforms_to_a_schema_that_moved_on() {
        let shape = object([
            ("kept", Shape::Number),
            ("gained", Shape::Plain),
            ("list", Shape::List(Box::new(object([("gained", Shape::Plain)])))),
        ]);
        let tree = shape.conform(json!({ "kept": 1.5, "lost": "x", "list": [{ "lost": 1 }] }));
        let item = map([("gained", Tree::Null)]);
        assert_eq!(
            tree,
            map([
                ("gained", Tree::Null),
                ("kept", Tree::Float(1.5)),
                ("list", Tree::List(vec![item]))
            ])
        );
        assert_eq!(shape.conform(json!(null)), Tree::Null);
    }

    #[test]
    fn dynamic_values_keep_their_type() {
        let tree = Shape::Dynamic.conform(json!({ "type": ["list", "string"], "value": ["a"] }));
        let expected = vec![
            Tree::Bytes(br#"["list","string"]"#.to_vec()),
            Tree::List(vec![Tree::Text("a".into())]),
        ];
        assert_eq!(tree, Tree::List(expected));
    }
}
