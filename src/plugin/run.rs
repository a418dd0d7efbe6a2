//! The whole of a provider's `main`.

use std::io::Write;
use std::process::ExitCode;

use super::launch::Launch;
use super::server::{ServeError, Server};
use super::{caught, lifecycle, logging};

/// A provider as a program: its name, its version, and whose log messages are its own.
#[derive(Clone, Debug)]
pub struct Plugin {
    name: &'static str,
    version: &'static str,
    log_targets: Vec<&'static str>,
}

impl Plugin {
    /// A program for the provider called `name` in configurations: `terraform-provider-{name}`.
    #[must_use]
    pub fn new(name: &'static str, version: &'static str) -> Self {
        // The crate that this server is compiled into.
        let own = module_path!().split("::").next().unwrap_or_default();
        Self {
            name,
            version,
            log_targets: vec![own],
        }
    }

    /// Logs what the crate `target` has to say at every level. Crates that are not named here are heard from `warn` up
    /// only: at lower levels HTTP clients and the like log requests, and with them secrets.
    #[must_use]
    pub fn logs_of(mut self, target: &'static str) -> Self {
        self.log_targets.push(target);
        self
    }

    /// Runs the program: answers `--version` and `--help`, explains itself to who starts it by hand, and otherwise serves
    /// Terraform with what `server` makes (after the handshake, so it may take its time). The return value is for `main`.
    pub fn run(self, server: impl FnOnce() -> Server) -> ExitCode {
        match Arguments::read(std::env::args_os().skip(1)) {
            Arguments::None => {}
            Arguments::Version => return self.answer(&format!("terraform-provider-{} {}", self.name, self.version)),
            Arguments::Help => return self.answer(&self.help()),
            Arguments::Unknown(argument) => {
                return complain(&format!("Unknown argument {argument:?}.\n\n{}", self.help()));
            }
        }
        let launch = match Launch::from_environment() {
            Ok(launch) => launch,
            Err(refusal) => return complain(&refusal.to_string()),
        };
        logging::install(self.name, &self.log_targets);
        caught::install_hook();
        match self.serve(launch, server) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => complain(&error.to_string()),
        }
    }

    fn serve(&self, launch: Launch, server: impl FnOnce() -> Server) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(ServeError::Socket)?;
        tracing::debug!(version = self.version, "starting");
        let served = runtime.block_on(lifecycle::serve(launch, server));
        // Whatever blocks a thread by now has had its time.
        runtime.shutdown_background();
        served
    }

    fn help(&self) -> String {
        format!(
            "terraform-provider-{} {}: a Terraform provider, started by Terraform itself.\n\n\
             Usage: terraform-provider-{} [--version | --help]\n\n\
             Logs: TF_LOG, TF_LOG_PROVIDER or {} = trace, debug, info, warn, error or off.",
            self.name,
            self.version,
            self.name,
            logging::variable(self.name),
        )
    }

    /// Answers on stdout, which is free: this is not a run by Terraform.
    fn answer(&self, text: &str) -> ExitCode {
        match writeln!(std::io::stdout().lock(), "{text}") {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        }
    }
}

fn complain(text: &str) -> ExitCode {
    // Where not even this can be said, the exit code says it.
    let _ = writeln!(std::io::stderr().lock(), "{text}");
    ExitCode::FAILURE
}

#[derive(Debug, PartialEq)]
enum Arguments {
    None,
    Version,
    Help,
    Unknown(String),
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = std::ffi::OsString>) -> Self {
        let Some(argument) = arguments.next() else {
            return Self::None;
        };
        match argument.to_str() {
            Some("--version" | "-version" | "-V" | "version") => Self::Version,
            Some("--help" | "-help" | "-h" | "help") => Self::Help,
            _ => Self::Unknown(argument.to_string_lossy().into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_understood_or_named() {
        let read = |arguments: &[&str]| Arguments::read(arguments.iter().map(Into::into));
        assert_eq!(read(&[]), Arguments::None);
        assert_eq!(read(&["--version"]), Arguments::Version);
        assert_eq!(read(&["-h"]), Arguments::Help);
        assert_eq!(read(&["serve", "--now"]), Arguments::Unknown("serve".into()));
    }
}
