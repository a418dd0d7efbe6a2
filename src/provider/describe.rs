//! How the schemas are written down: an object is a list of attributes, each with its constraint and full sentences.

use std::collections::HashMap;

use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};

/// The attributes of one object of a schema.
pub(crate) struct Object {
    /// Dotted path of the object, with a dot at its end; empty for the resource itself.
    prefix: String,
    /// A sentence on what a change of an attribute means, by dotted path.
    effect: fn(&str) -> Option<String>,
    attributes: HashMap<String, Attribute>,
}

impl Object {
    /// An empty object. `effect` says by dotted path what a change does, where that is worth saying.
    pub(crate) fn new(path: &str, effect: fn(&str) -> Option<String>) -> Self {
        let prefix = if path.is_empty() {
            String::new()
        } else {
            format!("{path}.")
        };
        Self {
            prefix,
            effect,
            attributes: HashMap::new(),
        }
    }

    /// An attribute that must be set.
    pub(crate) fn required(self, name: &str, attr_type: AttributeType, text: &str) -> Self {
        self.add(name, attr_type, AttributeConstraint::Required, text, false)
    }

    /// An attribute that is null unless it is set.
    pub(crate) fn optional(self, name: &str, attr_type: AttributeType, text: &str) -> Self {
        self.add(name, attr_type, AttributeConstraint::Optional, text, false)
    }

    /// As [`Object::optional`], and never shown.
    pub(crate) fn secret(self, name: &str, attr_type: AttributeType, text: &str) -> Self {
        self.add(name, attr_type, AttributeConstraint::Optional, text, true)
    }

    /// An attribute that gets a value when none is set.
    pub(crate) fn defaulted(self, name: &str, attr_type: AttributeType, text: &str) -> Self {
        self.add(name, attr_type, AttributeConstraint::OptionalComputed, text, false)
    }

    /// An attribute that cannot be set.
    pub(crate) fn computed(self, name: &str, attr_type: AttributeType, text: &str) -> Self {
        self.add(name, attr_type, AttributeConstraint::Computed, text, false)
    }

    fn add(
        mut self,
        name: &str,
        attr_type: AttributeType,
        constraint: AttributeConstraint,
        text: &str,
        sensitive: bool,
    ) -> Self {
        let effect = match constraint {
            AttributeConstraint::Computed => None,
            _ => (self.effect)(&format!("{}{name}", self.prefix)),
        };
        let content = match effect {
            Some(effect) => format!("{text} {effect}"),
            None => text.to_owned(),
        };
        let attribute = Attribute {
            attr_type,
            description: Description::markdown(content),
            constraint,
            sensitive,
            deprecated: false,
        };
        self.attributes.insert(name.to_owned(), attribute);
        self
    }

    /// A nested object.
    pub(crate) fn single(self) -> AttributeType {
        AttributeType::AttributeSingle(self.attributes)
    }

    /// A list of nested objects.
    pub(crate) fn list(self) -> AttributeType {
        AttributeType::AttributeList(self.attributes)
    }

    /// A map of nested objects.
    pub(crate) fn map(self) -> AttributeType {
        AttributeType::AttributeMap(self.attributes)
    }

    /// The whole schema.
    pub(crate) fn schema(self, version: i64, text: &str) -> Schema {
        Schema {
            version,
            block: Block {
                version,
                attributes: self.attributes,
                blocks: HashMap::new(),
                description: Description::markdown(text),
                deprecated: false,
            },
        }
    }
}

/// `list(string)`
pub(crate) fn strings() -> AttributeType {
    AttributeType::List(Box::new(AttributeType::String))
}

/// `map(string)`
pub(crate) fn string_map() -> AttributeType {
    AttributeType::Map(Box::new(AttributeType::String))
}

/// For objects in which a change needs no word.
pub(crate) fn no_effect(_: &str) -> Option<String> {
    None
}
