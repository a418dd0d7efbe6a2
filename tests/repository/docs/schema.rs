//! A schema as the registry's pages show it: required, optional and read-only attributes, nested objects below.

use std::collections::HashMap;
use std::fmt::Write;

use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block};

type Attributes = HashMap<String, Attribute>;

/// The section `## Schema` of a page.
pub(super) fn render(block: &Block) -> String {
    let mut text = String::from("## Schema\n");
    let mut nested = Vec::new();
    groups(&mut text, &block.attributes, "", "### ", "", &mut nested);
    while !nested.is_empty() {
        let (path, attributes) = nested.remove(0);
        let _ = write!(
            text,
            "\n<a id=\"nestedatt--{}\"></a>\n### Nested Schema for `{path}`\n",
            anchor(&path)
        );
        let mut inner = Vec::new();
        groups(&mut text, attributes, &path, "", ":", &mut inner);
        // Depth first, so that an object stands near the one that it is in.
        nested.splice(0..0, inner);
    }
    text
}

fn groups<'a>(
    text: &mut String,
    attributes: &'a Attributes,
    path: &str,
    before: &str,
    after: &str,
    nested: &mut Vec<(String, &'a Attributes)>,
) {
    let titles = [
        ("Required", is_required as fn(&Attribute) -> bool),
        ("Optional", is_optional),
        ("Read-Only", is_computed),
    ];
    for (title, belongs) in titles {
        let mut names: Vec<&String> = attributes
            .iter()
            .filter(|(_, one)| belongs(one))
            .map(|(name, _)| name)
            .collect();
        names.sort();
        if names.is_empty() {
            continue;
        }
        let _ = write!(text, "\n{before}{title}{after}\n\n");
        for name in names {
            let attribute = &attributes[name];
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let sensitive = if attribute.sensitive { ", Sensitive" } else { "" };
            let _ = write!(
                text,
                "- `{name}` ({}{sensitive}) {}",
                type_name(&attribute.attr_type),
                attribute.description.content
            );
            if let Some(inner) = inner(&attribute.attr_type) {
                let _ = write!(text, " (see [below for nested schema](#nestedatt--{}))", anchor(&path));
                nested.push((path, inner));
            }
            text.push('\n');
        }
    }
}

fn is_required(attribute: &Attribute) -> bool {
    attribute.constraint == AttributeConstraint::Required
}

fn is_optional(attribute: &Attribute) -> bool {
    matches!(
        attribute.constraint,
        AttributeConstraint::Optional | AttributeConstraint::OptionalComputed
    )
}

fn is_computed(attribute: &Attribute) -> bool {
    attribute.constraint == AttributeConstraint::Computed
}

fn anchor(path: &str) -> String {
    path.replace('.', "--")
}

fn inner(kind: &AttributeType) -> Option<&Attributes> {
    match kind {
        AttributeType::AttributeSingle(inner)
        | AttributeType::AttributeList(inner)
        | AttributeType::AttributeSet(inner)
        | AttributeType::AttributeMap(inner) => Some(inner),
        _ => None,
    }
}

fn type_name(kind: &AttributeType) -> String {
    match kind {
        AttributeType::String => "String".into(),
        AttributeType::Number => "Number".into(),
        AttributeType::Bool => "Boolean".into(),
        AttributeType::List(element) => format!("List of {}", type_name(element)),
        AttributeType::Set(element) => format!("Set of {}", type_name(element)),
        AttributeType::Map(element) => format!("Map of {}", type_name(element)),
        AttributeType::Object(_) => "Object".into(),
        AttributeType::Tuple(_) => "Tuple".into(),
        AttributeType::AttributeSingle(_) => "Attributes".into(),
        AttributeType::AttributeList(_) => "Attributes List".into(),
        AttributeType::AttributeSet(_) => "Attributes Set".into(),
        AttributeType::AttributeMap(_) => "Attributes Map".into(),
        AttributeType::Any => "Dynamic".into(),
    }
}

/// Every attribute by dotted path, nested ones included.
pub(super) fn flatten(block: &Block) -> Vec<(String, &Attribute)> {
    let mut found = Vec::new();
    collect(&block.attributes, "", &mut found);
    found.sort_by(|one, other| one.0.cmp(&other.0));
    found
}

fn collect<'a>(attributes: &'a Attributes, path: &str, into: &mut Vec<(String, &'a Attribute)>) {
    for (name, attribute) in attributes {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        if let Some(inner) = inner(&attribute.attr_type) {
            collect(inner, &path, into);
        }
        into.push((path, attribute));
    }
}

#[test]
fn attributes_are_grouped_and_nested_objects_follow_depth_first() {
    let attribute = |constraint: AttributeConstraint, attr_type: AttributeType, text: &str| Attribute {
        attr_type,
        description: text.into(),
        constraint,
        sensitive: false,
        deprecated: false,
    };
    let leaf = || attribute(AttributeConstraint::Required, AttributeType::Number, "A leaf.");
    let inner = AttributeType::AttributeList(HashMap::from([("leaf".to_owned(), leaf())]));
    let outer = HashMap::from([(
        "inner".to_owned(),
        attribute(AttributeConstraint::Optional, inner, "An inner one."),
    )]);
    let block = Block {
        attributes: HashMap::from([
            (
                "id".into(),
                attribute(AttributeConstraint::Computed, AttributeType::String, "Its id."),
            ),
            (
                "outer".into(),
                attribute(
                    AttributeConstraint::OptionalComputed,
                    AttributeType::AttributeSingle(outer),
                    "An outer one.",
                ),
            ),
            (
                "name".into(),
                attribute(AttributeConstraint::Required, AttributeType::String, "Its name."),
            ),
        ]),
        ..Block::default()
    };
    let expected = "\
## Schema

### Required

- `name` (String) Its name.

### Optional

- `outer` (Attributes) An outer one. (see [below for nested schema](#nestedatt--outer))

### Read-Only

- `id` (String) Its id.

<a id=\"nestedatt--outer\"></a>
### Nested Schema for `outer`

Optional:

- `inner` (Attributes List) An inner one. (see [below for nested schema](#nestedatt--outer--inner))

<a id=\"nestedatt--outer--inner\"></a>
### Nested Schema for `outer.inner`

Required:

- `leaf` (Number) A leaf.
";
    assert_eq!(render(&block), expected);
    let paths: Vec<String> = flatten(&block).into_iter().map(|(path, _)| path).collect();
    assert_eq!(paths, ["id", "name", "outer", "outer.inner", "outer.inner.leaf"]);
}
