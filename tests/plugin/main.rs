//! The plugin server, driven by the real `terraform` and by a gRPC client of our own.
//!
//! This binary is both sides: under the name `terraform-provider-probe` it is a provider made to fail in every way, and
//! otherwise it is the tests, which link to themselves by that name.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "all of it is test code, which Clippy only recognises under the standard harness"
)]

mod client;
mod failures;
mod probe;
mod process;
mod runner;
mod stage;
mod transport;
mod values;
mod workflow;

use std::process::ExitCode;

fn main() -> ExitCode {
    if probe::is_asked_for() {
        return probe::main();
    }
    runner::run(&[
        workflow::CASES,
        values::CASES,
        failures::CASES,
        transport::CASES,
        process::CASES,
    ])
}
