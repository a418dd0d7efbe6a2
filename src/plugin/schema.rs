//! Schemas of `tf_provider` as the protocol has them.
//!
//! Everything is sorted by name: the same schema always makes the same bytes.

use std::collections::HashMap;

use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, FunctionSchema, NestedBlock, Parameter, Schema,
    StringKind,
};

use super::wire::tfplugin6 as proto;
use proto::schema::nested_block::NestingMode as BlockNesting;
use proto::schema::object::NestingMode as ObjectNesting;

pub(crate) fn to_wire(schema: &Schema) -> proto::Schema {
    proto::Schema {
        version: schema.version,
        block: Some(block(&schema.block)),
    }
}

fn block(block: &Block) -> proto::schema::Block {
    proto::schema::Block {
        version: block.version,
        attributes: attributes(&block.attributes),
        block_types: sorted(&block.blocks)
            .map(|(name, nested)| nested_block(name, nested))
            .collect(),
        description: block.description.content.clone(),
        description_kind: kind(&block.description),
        deprecated: block.deprecated,
    }
}

fn nested_block(name: &str, nested: &NestedBlock) -> proto::schema::NestedBlock {
    let (nesting, inner, (min_items, max_items)) = match nested {
        NestedBlock::Single(inner) => (BlockNesting::Single, inner, (1, 1)),
        NestedBlock::List(inner) => (BlockNesting::List, inner, (0, 0)),
        NestedBlock::Set(inner) => (BlockNesting::Set, inner, (0, 0)),
        NestedBlock::Map(inner) => (BlockNesting::Map, inner, (0, 0)),
        NestedBlock::Group(inner) => (BlockNesting::Group, inner, (0, 0)),
        NestedBlock::Optional(inner) => (BlockNesting::List, inner, (0, 1)),
    };
    proto::schema::NestedBlock {
        type_name: name.to_owned(),
        block: Some(block(inner)),
        nesting: nesting.into(),
        min_items,
        max_items,
    }
}

fn attributes(attributes: &HashMap<String, Attribute>) -> Vec<proto::schema::Attribute> {
    sorted(attributes)
        .map(|(name, attribute)| self::attribute(name, attribute))
        .collect()
}

fn attribute(name: &str, attribute: &Attribute) -> proto::schema::Attribute {
    let nested = match &attribute.attr_type {
        AttributeType::AttributeSingle(inner) => Some((ObjectNesting::Single, inner)),
        AttributeType::AttributeList(inner) => Some((ObjectNesting::List, inner)),
        AttributeType::AttributeSet(inner) => Some((ObjectNesting::Set, inner)),
        AttributeType::AttributeMap(inner) => Some((ObjectNesting::Map, inner)),
        _ => None,
    };
    let constraint = &attribute.constraint;
    proto::schema::Attribute {
        name: name.to_owned(),
        // Terraform refuses the whole provider if an attribute has both.
        r#type: if nested.is_some() {
            vec![]
        } else {
            attribute.attr_type.to_string().into_bytes()
        },
        nested_type: nested.map(|(nesting, inner)| proto::schema::Object {
            attributes: attributes(inner),
            nesting: nesting.into(),
        }),
        description: attribute.description.content.clone(),
        description_kind: kind(&attribute.description),
        required: *constraint == AttributeConstraint::Required,
        optional: matches!(
            constraint,
            AttributeConstraint::Optional | AttributeConstraint::OptionalComputed
        ),
        computed: matches!(
            constraint,
            AttributeConstraint::Computed | AttributeConstraint::OptionalComputed
        ),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecated,
        write_only: false,
    }
}

pub(crate) fn function_to_wire(schema: &FunctionSchema) -> proto::Function {
    proto::Function {
        parameters: schema.parameters.iter().map(parameter).collect(),
        variadic_parameter: schema.variadic.as_ref().map(parameter),
        r#return: Some(proto::function::Return {
            r#type: schema.return_type.to_string().into_bytes(),
        }),
        summary: schema.summary.clone(),
        description: schema.description.content.clone(),
        description_kind: kind(&schema.description),
        // On the wire an empty message means "not deprecated".
        deprecation_message: match schema.deprecated.as_deref() {
            Some("") => "Deprecated.".to_owned(),
            message => message.unwrap_or_default().to_owned(),
        },
    }
}

fn parameter(parameter: &Parameter) -> proto::function::Parameter {
    proto::function::Parameter {
        name: parameter.name.clone(),
        r#type: parameter.param_type.to_string().into_bytes(),
        allow_null_value: parameter.allow_null,
        allow_unknown_values: parameter.allow_unknown,
        description: parameter.description.content.clone(),
        description_kind: kind(&parameter.description),
    }
}

fn kind(description: &Description) -> i32 {
    match description.kind {
        StringKind::Plain => proto::StringKind::Plain,
        StringKind::Markdown => proto::StringKind::Markdown,
    }
    .into()
}

fn sorted<V>(map: &HashMap<String, V>) -> impl Iterator<Item = (&String, &V)> {
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_unstable_by_key(|(name, _)| *name);
    entries.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tf_provider::map;
    use tf_provider::schema::Type;

    fn attr(attr_type: AttributeType, constraint: AttributeConstraint) -> Attribute {
        let description = Description::markdown("About *it*.");
        Attribute {
            attr_type,
            constraint,
            description,
            ..Attribute::default()
        }
    }

    #[test]
    fn plain_attributes_have_a_type_and_nested_ones_only_a_nested_type() {
        let inner = map! { "leaf" => attr(AttributeType::Number, AttributeConstraint::Computed) };
        let wire = attributes(&map! {
            "a" => attr(AttributeType::List(Box::new(AttributeType::String)), AttributeConstraint::Required),
            "b" => attr(AttributeType::AttributeSingle(inner.clone()), AttributeConstraint::Optional),
            "c" => attr(AttributeType::AttributeList(inner.clone()), AttributeConstraint::OptionalComputed),
            "d" => attr(AttributeType::AttributeSet(inner.clone()), AttributeConstraint::Optional),
            "e" => attr(AttributeType::AttributeMap(inner), AttributeConstraint::Optional),
        });
        let names: String = wire.iter().map(|attribute| attribute.name.as_str()).collect();
        assert_eq!(names, "abcde");
        assert_eq!(wire[0].r#type, br#"["list","string"]"#);
        assert_eq!(wire[0].nested_type, None);
        assert!(wire[0].required && !wire[0].optional && !wire[0].computed);
        assert!(!wire[2].required && wire[2].optional && wire[2].computed);
        let modes = [
            ObjectNesting::Single,
            ObjectNesting::List,
            ObjectNesting::Set,
            ObjectNesting::Map,
        ];
        for (attribute, mode) in wire[1..].iter().zip(modes) {
            let nested = attribute.nested_type.as_ref().unwrap();
            assert!(attribute.r#type.is_empty(), "{} has both", attribute.name);
            assert_eq!(nested.nesting(), mode);
            assert_eq!(nested.attributes[0].r#type, br#""number""#);
        }
    }

    #[test]
    fn what_is_said_of_an_attribute_is_sent() {
        let secret = Attribute {
            sensitive: true,
            deprecated: true,
            ..attr(AttributeType::Any, AttributeConstraint::Optional)
        };
        let wire = attribute("secret", &secret);
        assert!(wire.sensitive && wire.deprecated && !wire.write_only);
        assert_eq!(wire.description, "About *it*.");
        assert_eq!(wire.description_kind(), proto::StringKind::Markdown);
        assert_eq!(wire.r#type, br#""dynamic""#);
    }

    #[test]
    fn blocks_carry_their_nesting_and_limits() {
        let nested = |make: fn(Block) -> NestedBlock| nested_block("b", &make(Block::default()));
        let limits = |wire: &proto::schema::NestedBlock| (wire.nesting(), wire.min_items, wire.max_items);
        assert_eq!(limits(&nested(NestedBlock::Single)), (BlockNesting::Single, 1, 1));
        assert_eq!(limits(&nested(NestedBlock::List)), (BlockNesting::List, 0, 0));
        assert_eq!(limits(&nested(NestedBlock::Set)), (BlockNesting::Set, 0, 0));
        assert_eq!(limits(&nested(NestedBlock::Map)), (BlockNesting::Map, 0, 0));
        assert_eq!(limits(&nested(NestedBlock::Group)), (BlockNesting::Group, 0, 0));
        assert_eq!(limits(&nested(NestedBlock::Optional)), (BlockNesting::List, 0, 1));
    }

    #[test]
    fn functions_carry_their_parameters() {
        let number = Parameter {
            name: "n".into(),
            param_type: Type::Number,
            allow_null: true,
            ..Parameter::default()
        };
        let schema = FunctionSchema {
            parameters: vec![number.clone()],
            variadic: Some(number),
            return_type: Type::List(Box::new(Type::String)),
            deprecated: Some(String::new()),
            ..FunctionSchema::default()
        };
        let wire = function_to_wire(&schema);
        assert!(wire.parameters[0].allow_null_value && !wire.parameters[0].allow_unknown_values);
        assert_eq!(wire.variadic_parameter.unwrap().name, "n");
        assert_eq!(wire.r#return.unwrap().r#type, br#"["list","string"]"#);
        assert_eq!(wire.deprecation_message, "Deprecated.");
    }
}
