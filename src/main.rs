//! The provider's binary. All it does is in the library.

use std::process::ExitCode;

use async_trait::async_trait;
use terraform_provider_isolated::plugin::{Plugin, Server};
use tf_provider::schema::{Block, Schema};
use tf_provider::value::ValueEmpty;
use tf_provider::{Diagnostics, Provider};

fn main() -> ExitCode {
    Plugin::new("isolated", env!("CARGO_PKG_VERSION")).run(|| Server::new(Empty))
}

/// A provider without anything in it, until there is one.
struct Empty;

#[async_trait]
impl Provider for Empty {
    type Config<'a> = ValueEmpty;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(Schema {
            version: 0,
            block: Block::default(),
        })
    }
}
