//! The provider's process.

use std::process::ExitCode;

use terraform_provider_isolated::plugin::Plugin;
use terraform_provider_isolated::provider;

fn main() -> ExitCode {
    Plugin::new(provider::NAME, env!("CARGO_PKG_VERSION"))
        .logs_of(env!("CARGO_CRATE_NAME"))
        .run(provider::server)
}
