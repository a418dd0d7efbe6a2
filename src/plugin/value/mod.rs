//! Values on the wire, and the way to and from the provider's types.
//!
//! Terraform writes msgpack (`object-wire-format.md` in its protocol documentation) with a habit that serde types do not
//! expect: a number that is not exactly an int64 or a float64 (such as `0.1`) travels as a *string*. Only the schema
//! tells such a number from text. So every value takes one detour: msgpack → [`Tree`] → normalised by the schema's
//! [`Shape`] → msgpack → the provider's type; and back. Trees also let [`culprit`] name the attribute that does not fit.

mod codec;
mod culprit;
mod number;
mod shape;
mod tree;

pub(crate) use codec::{Family, Input, decode_private, encode, finish, finish_known, null, tree};
pub(crate) use shape::Shape;
pub(crate) use tree::Tree;
