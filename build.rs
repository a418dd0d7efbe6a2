//! Generates the plugin protocol's messages and services from `proto/` (client side too: the tests are the client), and folds
//! identical functions in what is shipped.

use std::env;

fn main() -> std::io::Result<()> {
    tonic_build::configure().compile_protos(&["proto/tfplugin6.proto", "proto/plugin.proto"], &["proto"])?;
    fold_identical_functions();
    Ok(())
}

/// The SDKs are generated code: 4 % of the release binary are functions that are the same, byte for byte. LLD, which rustc links
/// with on this target, can fold them; the linkers of other targets may not know how.
#[allow(clippy::print_stdout, reason = "it is how a build script speaks to Cargo")]
fn fold_identical_functions() {
    let is = |variable: &str, value: &str| env::var(variable).is_ok_and(|found| found == value);
    if is("PROFILE", "release") && is("TARGET", "x86_64-unknown-linux-gnu") {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
