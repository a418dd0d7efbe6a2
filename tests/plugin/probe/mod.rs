//! A provider made to be provoked. How its handlers behave is in the environment, so that it can change between two runs
//! of the same configuration.

mod nested;
mod small;
mod thing;

use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use terraform_provider_isolated::plugin::{Plugin, Server};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Description};

pub const BINARY: &str = "terraform-provider-probe";

pub fn is_asked_for() -> bool {
    std::env::args_os()
        .next()
        .is_some_and(|name| name.to_string_lossy().ends_with(BINARY))
}

pub fn main() -> ExitCode {
    if behaviour("process") == "panic" {
        return Plugin::new("probe", "1.2.3").run(|| panic!("boom in main"));
    }
    Plugin::new("probe", "1.2.3").logs_of("plugin").run(|| {
        let prefix = Arc::new(OnceLock::new());
        Server::new(small::Probe(prefix.clone()))
            .resource("probe_thing", thing::Resource(prefix))
            .resource("probe_nested", nested::Resource)
            .data_source("probe_echo", small::Echo)
            .function("add", small::Add)
            .function("join", small::Join)
            .function("crash", small::Crash)
    })
}

/// What `PROBE_MODE` says about a handler: `create=panic,read=none`.
fn behaviour(handler: &str) -> String {
    let modes = std::env::var("PROBE_MODE").unwrap_or_default();
    let mode = modes
        .split(',')
        .filter_map(|mode| mode.split_once('='))
        .find(|(name, _)| *name == handler);
    mode.map(|(_, mode)| mode.to_owned()).unwrap_or_default()
}

/// Notes what happens where the test can read it.
fn note(line: &str) {
    if let Some(path) = std::env::var_os("PROBE_JOURNAL") {
        let mut journal = std::fs::OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        writeln!(journal, "{line}").unwrap();
    }
}

fn attribute(attr_type: AttributeType, constraint: AttributeConstraint) -> Attribute {
    let description = Description::markdown("One of *the probe's* attributes.");
    Attribute {
        attr_type,
        constraint,
        description,
        ..Attribute::default()
    }
}
