//! Between the wire and the provider's types, with diagnostics that say what did not fit and never what it held.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tf_provider::{Diagnostic, Diagnostics};

use super::culprit;
use super::shape::Shape;
use super::tree::Tree;
use crate::plugin::context;
use crate::plugin::diagnostics::problem;
use crate::plugin::wire::tfplugin6::DynamicValue;

const NIL: &[u8] = &[0xc0];
const EMPTY_MAP: &[u8] = &[0x80];

/// A type that may borrow from what it is decoded from: `Resource::State<'a>` for any `'a`.
///
/// After a failure the same type is decoded from other bytes, to find the attribute at fault, so that its name with a
/// lifetime filled in will not do.
pub(crate) trait Family {
    type Of<'a>: Deserialize<'a>;
}

/// A value of a request, ready to be decoded into the type its handler wants.
pub(crate) struct Input {
    /// What the value is, for diagnostics: "configuration", "prior state".
    role: &'static str,
    shape: Arc<Shape>,
    msgpack: Vec<u8>,
}

impl Input {
    /// Takes in a value of Terraform's. One that is missing is null.
    ///
    /// # Errors
    /// A diagnostic if the bytes are no msgpack (or JSON, where that was sent), which only a broken client sends.
    pub(crate) fn new(role: &'static str, value: Option<DynamicValue>, shape: &Arc<Shape>) -> Result<Self, Diagnostic> {
        Self::of(role, tree(role, value, shape)?, shape)
    }

    /// The same for a value that is already a tree.
    ///
    /// # Errors
    /// A diagnostic if it cannot be written as msgpack.
    pub(crate) fn of(role: &'static str, mut tree: Tree, shape: &Arc<Shape>) -> Result<Self, Diagnostic> {
        shape.take_in(&mut tree);
        let msgpack = rmp_serde::to_vec(&tree).map_err(|_| malformed(role))?;
        Ok(Self {
            role,
            shape: shape.clone(),
            msgpack,
        })
    }

    /// Is there nothing? Terraform says "to be created" and "to be destroyed" this way.
    pub(crate) fn is_null(&self) -> bool {
        self.msgpack == NIL
    }

    /// The bytes to decode, for a caller that decodes several inputs as one.
    pub(crate) fn msgpack(&self) -> &[u8] {
        &self.msgpack
    }

    /// Decodes the value, or says in `diags` which attribute the provider's type has no place for.
    pub(crate) fn decode<F: Family>(&self, diags: &mut Diagnostics) -> Option<F::Of<'_>> {
        match rmp_serde::from_slice(&self.msgpack) {
            Ok(value) => Some(value),
            Err(error) => {
                diags.errors.push(self.misfit::<F>(&error));
                None
            }
        }
    }

    fn misfit<F: Family>(&self, error: &rmp_serde::decode::Error) -> Diagnostic {
        let tree = rmp_serde::from_slice(&self.msgpack).unwrap_or(Tree::Null);
        let (path, kind) = culprit::find(&tree, &self.shape, &|tree| {
            rmp_serde::to_vec(tree).is_ok_and(|bytes| rmp_serde::from_slice::<F::Of<'_>>(&bytes).is_ok())
        });
        let context = context();
        let place = if path.steps.is_empty() {
            "as a whole".to_owned()
        } else {
            format!("at `{}`", path)
        };
        // serde repeats the offending value in most of its messages, and that may be a secret. This one names a field.
        let reason = error.to_string();
        let reason = if reason.starts_with("missing field") {
            format!(" ({reason})")
        } else {
            String::new()
        };
        Diagnostic {
            attribute: path,
            ..problem(
                "The provider does not understand a value",
                format!(
                    "In {}, the {} did not fit the provider's own types {place}, where it holds {kind}{reason}. Unless \
                     the value is unusual, such as a number with a fraction or out of range, this is a bug in the \
                     provider.",
                    context.request(),
                    self.role,
                ),
            )
        }
    }
}

/// Reads a value of Terraform's without knowing what it is for.
///
/// # Errors
/// As [`Input::new`].
pub(crate) fn tree(role: &'static str, value: Option<DynamicValue>, shape: &Shape) -> Result<Tree, Diagnostic> {
    match value {
        Some(DynamicValue { msgpack, .. }) if !msgpack.is_empty() => {
            rmp_serde::from_slice(&msgpack).map_err(|_| malformed(role))
        }
        Some(DynamicValue { json, .. }) if !json.is_empty() => {
            Ok(shape.conform(serde_json::from_slice(&json).map_err(|_| malformed(role))?))
        }
        _ => Ok(Tree::Null),
    }
}

fn malformed(role: &str) -> Diagnostic {
    problem(
        "Terraform sent a value that cannot be read",
        format!("In {}, the {role} is neither msgpack nor JSON.", context().request()),
    )
}

/// Decodes private state, which Terraform keeps for the provider without looking into it. Where there is none yet, the
/// type is given null, and if it has no place for that an object without fields.
pub(crate) fn decode_private<'a, T: Deserialize<'a>>(private: &'a [u8], diags: &mut Diagnostics) -> Option<T> {
    let decoded = if private.is_empty() {
        rmp_serde::from_slice(NIL).or_else(|_| rmp_serde::from_slice(EMPTY_MAP))
    } else {
        rmp_serde::from_slice(private)
    };
    decoded
        .map_err(|_| {
            diags.errors.push(problem(
                "The provider does not understand its private state",
                format!(
                    "In {}, what the provider stored beside the resource's state did not fit its own type. It may have \
                     been written by another version of the provider.",
                    context().request()
                ),
            ));
        })
        .ok()
}

/// Encodes what a handler returned. The result still has to be [`finish`]ed by the schema.
pub(crate) fn encode<T: Serialize>(value: &T, diags: &mut Diagnostics) -> Option<Vec<u8>> {
    rmp_serde::to_vec_named(value)
        .map_err(|error| {
            diags.errors.push(problem(
                "The provider returned a value that cannot be sent",
                format!("In {}: {error}. This is a bug in the provider.", context().request()),
            ));
        })
        .ok()
}

/// Brings an encoded value of the provider's into the form that Terraform expects by the schema.
pub(crate) fn finish(encoded: Vec<u8>, shape: &Shape) -> DynamicValue {
    reshape(encoded, |tree| shape.give_out(tree))
}

/// The same for a state that is final although its handler never came to its end: what is unknown becomes null.
pub(crate) fn finish_known(encoded: Vec<u8>, shape: &Shape) -> DynamicValue {
    reshape(encoded, |tree| {
        tree.settle_unknowns();
        shape.give_out(tree);
    })
}

fn reshape(encoded: Vec<u8>, change: impl FnOnce(&mut Tree)) -> DynamicValue {
    let reshaped = rmp_serde::from_slice(&encoded).ok().and_then(|mut tree| {
        change(&mut tree);
        rmp_serde::to_vec(&tree).ok()
    });
    DynamicValue {
        msgpack: reshaped.unwrap_or(encoded),
        json: vec![],
    }
}

/// The value that is nothing.
pub(crate) fn null() -> DynamicValue {
    DynamicValue {
        msgpack: NIL.to_vec(),
        json: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;
    use tf_provider::value::{StructEmpty, Value, ValueEmpty};

    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Server<'a> {
        #[serde(borrow)]
        name: Value<Cow<'a, str>>,
        size: Value<f64>,
        ports: Value<Vec<Value<i64>>>,
    }

    struct ServerFamily;
    impl Family for ServerFamily {
        type Of<'a> = Value<Server<'a>>;
    }

    fn shape() -> Arc<Shape> {
        let ports = Shape::List(Box::new(Shape::Number));
        let fields = [("name", Shape::Plain), ("size", Shape::Number), ("ports", ports)];
        Arc::new(Shape::Object(
            fields.into_iter().map(|(name, shape)| (name.into(), shape)).collect(),
        ))
    }

    fn json(text: &str) -> Option<DynamicValue> {
        Some(DynamicValue {
            json: text.as_bytes().to_vec(),
            msgpack: vec![],
        })
    }

    #[test]
    fn a_fraction_travels_as_text_both_ways() {
        let mut diags = Diagnostics::default();
        let mut sent = Tree::Map(vec![
            ("size".into(), Tree::Text("0.1".into())),
            ("name".into(), Tree::Null),
        ]);
        if let Tree::Map(entries) = &mut sent {
            entries.push(("ports".into(), Tree::List(vec![Tree::Int(80)])));
        }
        let value = DynamicValue {
            msgpack: rmp_serde::to_vec(&sent).unwrap(),
            json: vec![],
        };
        let input = Input::new("configuration", Some(value), &shape()).unwrap();
        let server = input.decode::<ServerFamily>(&mut diags).unwrap();
        assert_eq!(server.as_ref_option().unwrap().size, Value::Value(0.1));
        let back = finish(encode(&server, &mut diags).unwrap(), &shape());
        let Tree::Map(entries) = rmp_serde::from_slice(&back.msgpack).unwrap() else {
            unreachable!()
        };
        assert!(entries.contains(&("size".into(), Tree::Text("0.1".into()))));
        assert!(diags.errors.is_empty());
    }

    #[test]
    fn a_misfit_is_named_and_its_value_is_not_told() {
        let mut diags = Diagnostics::default();
        let value = json(r#"{ "name": "n", "size": 1, "ports": [80, 81, "s3cret"] }"#);
        let input = Input::new("configuration", value, &shape()).unwrap();
        assert!(input.decode::<ServerFamily>(&mut diags).is_none());
        assert_eq!(diags.errors[0].attribute.to_string(), "ports[2]");
        assert!(
            diags.errors[0].detail.contains("the configuration did not fit"),
            "{}",
            diags.errors[0].detail
        );
        assert!(
            diags.errors[0]
                .detail
                .contains("at `ports[2]`, where it holds a string"),
            "{}",
            diags.errors[0].detail
        );
        assert!(!diags.errors[0].detail.contains("s3cret"));
    }

    #[test]
    fn garbage_is_a_diagnostic() {
        let value = DynamicValue {
            msgpack: vec![0xc1],
            json: vec![],
        };
        assert!(Input::new("prior state", Some(value), &shape()).is_err());
        assert!(Input::new("prior state", json("{"), &shape()).is_err());
    }

    #[test]
    fn what_is_missing_is_null() {
        assert!(Input::new("prior state", None, &shape()).unwrap().is_null());
        assert!(
            Input::new("prior state", Some(DynamicValue::default()), &shape())
                .unwrap()
                .is_null()
        );
    }

    #[test]
    fn absent_private_state_suits_any_type() {
        #[derive(Deserialize)]
        struct Private {
            #[serde(default)]
            calls: u32,
        }
        let mut diags = Diagnostics::default();
        assert_eq!(decode_private::<ValueEmpty>(&[], &mut diags), Some(Value::Null));
        assert_eq!(decode_private::<Private>(&[], &mut diags).unwrap().calls, 0);
        assert_eq!(decode_private::<StructEmpty>(&[], &mut diags), Some(StructEmpty {}));
        assert!(diags.errors.is_empty());
        assert!(decode_private::<Private>(&[0xc3], &mut diags).is_none());
        assert_eq!(diags.errors.len(), 1);
    }

    #[test]
    fn a_final_state_holds_nothing_unknown() {
        let server = Server {
            name: Value::Unknown,
            size: Value::Value(2.0),
            ports: Value::Value(vec![Value::Unknown]),
        };
        let bytes = encode(&server, &mut Diagnostics::default()).unwrap();
        let known = finish_known(bytes, &shape()).msgpack;
        let known: Server<'_> = rmp_serde::from_slice(&known).unwrap();
        assert_eq!(
            known,
            Server {
                name: Value::Null,
                size: Value::Value(2.0),
                ports: Value::Value(vec![Value::Null])
            }
        );
    }
}
