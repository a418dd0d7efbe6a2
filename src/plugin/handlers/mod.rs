//! `tf_provider`'s typed traits behind object-safe ones that take values off the wire.
//!
//! `tf_provider` has such traits of its own, but their value type is private to it. These are implemented for every
//! `T: Resource` (and so on), decode each argument into the type the handler declares, and encode its result.

mod data_source;
mod function;
mod provider;
mod resource;

pub(crate) use data_source::AnyDataSource;
pub(crate) use function::AnyFunction;
pub(crate) use provider::AnyProvider;
pub(crate) use resource::{AnyResource, Kept, Planned};
