//! Functions: a list of arguments becomes one typed input.

use async_trait::async_trait;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, SeqAccess, Visitor};
use tf_provider::schema::FunctionSchema;
use tf_provider::{Diagnostic, Diagnostics, Function};

use crate::plugin::diagnostics::problem;
use crate::plugin::value::{Input, encode};

/// An object-safe [`Function`].
#[async_trait]
pub(crate) trait AnyFunction: Send + Sync {
    fn schema(&self, diags: &mut Diagnostics) -> Option<FunctionSchema>;

    /// Calls the function with its positional arguments, and after them, if it is variadic, one list of the others.
    async fn call(&self, diags: &mut Diagnostics, arguments: &[Input]) -> Option<Vec<u8>>;
}

#[async_trait]
impl<F: Function> AnyFunction for F {
    fn schema(&self, diags: &mut Diagnostics) -> Option<FunctionSchema> {
        F::schema(self, diags)
    }

    async fn call(&self, diags: &mut Diagnostics, arguments: &[Input]) -> Option<Vec<u8>> {
        let mut decoder = Arguments {
            all: arguments,
            next: 0,
        };
        let input = match F::Input::deserialize(&mut decoder) {
            Ok(input) if decoder.next == arguments.len() => input,
            outcome => {
                // serde's message may repeat the argument, which may be a secret; its position says enough.
                let reached = if outcome.is_ok() {
                    decoder.next
                } else {
                    decoder.next.saturating_sub(1)
                };
                diags.errors.push(Diagnostic {
                    attribute: tf_provider::AttributePath::function_argument(i64::try_from(reached).unwrap_or(0)),
                    ..problem("the value is not one that this function can take", "")
                });
                return None;
            }
        };
        let output = F::call(self, diags, input).await?;
        encode(&output, diags)
    }
}

/// A deserializer of the argument list, for a tuple, a struct (its fields in order) or a `Vec`.
struct Arguments<'de> {
    all: &'de [Input],
    next: usize,
}

impl<'de> Deserializer<'de> for &mut Arguments<'de> {
    type Error = rmp_serde::decode::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_seq(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option seq tuple
        tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> SeqAccess<'de> for &mut Arguments<'de> {
    type Error = rmp_serde::decode::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Self::Error> {
        let all: &'de [Input] = self.all;
        let Some(argument) = all.get(self.next) else {
            return Ok(None);
        };
        self.next += 1;
        seed.deserialize(&mut rmp_serde::Deserializer::from_read_ref(argument.msgpack()))
            .map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.all.len() - self.next)
    }
}
