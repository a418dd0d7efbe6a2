//! A folder with a configuration, and the real `terraform` to run in it.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::probe;

/// Waits until `condition` holds.
#[track_caller]
pub fn poll<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    for _ in 0..3000 {
        if let Some(result) = condition() {
            return result;
        }
        std::thread::park_timeout(Duration::from_millis(10));
    }
    panic!("never came about: {what}")
}

/// Sends a signal to a process, or with a minus sign to a process group.
pub fn signal(signal: &str, target: &str) {
    assert!(
        Command::new("sh")
            .args(["-c", &format!("kill -{signal} {target}")])
            .status()
            .unwrap()
            .success()
    );
}

pub struct Stage {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

impl Stage {
    pub fn new(configuration: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("stage-").tempdir().unwrap();
        for name in ["bin", "tmp", "work"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        let stage = Self {
            folder,
            environment: vec![],
        };
        symlink(std::env::current_exe().unwrap(), stage.binary()).unwrap();
        let overrides = stage.path("bin");
        let cli = format!(
            "provider_installation {{\n  dev_overrides {{ \"example/probe\" = {overrides:?} }}\n  direct {{}}\n}}\n"
        );
        fs::write(stage.path("cli.tfrc"), cli).unwrap();
        stage.write(configuration);
        stage
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn binary(&self) -> PathBuf {
        self.path("bin").join(probe::BINARY)
    }

    /// Replaces the configuration.
    pub fn write(&self, configuration: &str) {
        let head = "terraform {\n  required_providers {\n    probe = { source = \"example/probe\" }\n  }\n}\n";
        fs::write(self.path("work/main.tf"), format!("{head}{configuration}")).unwrap();
    }

    /// From now on the provider's process has this variable. `None` takes it away.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.retain(|(key, _)| key != name);
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    /// How the probe's handlers behave: `create=panic,read=none`.
    pub fn mode(&mut self, mode: &str) {
        self.set("PROBE_MODE", mode);
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.path("work"))
            .env("TF_CLI_CONFIG_FILE", self.path("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TMPDIR", self.path("tmp"))
            .env("PROBE_JOURNAL", self.path("journal"))
            .env_remove("RUST_BACKTRACE")
            .env_remove("TF_LOG")
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            // A group of its own, like a shell's job, for signals.
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().expect("terraform must be installed")
    }

    pub fn terraform(&self, arguments: &[&str]) -> Run {
        let run = Run::new(self.command(arguments).output().expect("terraform must be installed"));
        self.assert_tidy();
        run
    }

    pub fn apply(&self) -> Run {
        self.terraform(&["apply", "-auto-approve", "-no-color"])
    }

    pub fn plan(&self) -> Run {
        self.terraform(&["plan", "-detailed-exitcode", "-no-color"])
    }

    pub fn destroy(&self) -> Run {
        self.terraform(&["destroy", "-auto-approve", "-no-color"])
    }

    /// No process of this stage has left its socket behind.
    #[track_caller]
    pub fn assert_tidy(&self) {
        poll("the provider's folder is removed", || {
            let mut left = fs::read_dir(self.path("tmp"))
                .unwrap()
                .map(|entry| entry.unwrap().file_name());
            (!left.any(|name| name.to_string_lossy().starts_with("plugin-"))).then_some(())
        });
    }

    /// What the probe's handlers noted.
    pub fn journal(&self) -> Vec<String> {
        fs::read_to_string(self.path("journal"))
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect()
    }

    pub fn await_journal(&self, line: &str) {
        poll(line, || self.journal().iter().any(|noted| noted == line).then_some(()));
    }

    /// The only resource in the state: its instance, with `attributes`, `status` and so on.
    pub fn instance(&self) -> Option<Value> {
        let state: Value = serde_json::from_slice(&fs::read(self.path("work/terraform.tfstate")).ok()?).unwrap();
        let instance = state["resources"]
            .as_array()?
            .iter()
            .find(|resource| resource["mode"] == "managed")?;
        Some(instance["instances"][0].clone())
    }

    pub fn attribute(&self, name: &str) -> Value {
        self.instance().expect("there is a resource in the state")["attributes"][name].clone()
    }

    pub fn is_tainted(&self) -> bool {
        self.instance().is_some_and(|instance| instance["status"] == "tainted")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// What a run of terraform came to.
pub struct Run {
    pub code: i32,
    pub text: String,
}

impl Run {
    pub fn new(output: Output) -> Self {
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        Self {
            code: output.status.code().unwrap_or(-1),
            text,
        }
    }

    /// The run ended with this exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}", self.text);
        self
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        self.code(0)
    }

    #[track_caller]
    pub fn failed(self) -> Self {
        self.code(1)
    }

    /// Terraform said this, wherever it broke the lines.
    #[track_caller]
    pub fn says(self, expected: &str) -> Self {
        assert!(
            self.flat().contains(expected),
            "does not say {expected:?}:\n{}",
            self.text
        );
        self
    }

    #[track_caller]
    pub fn never_says(self, unexpected: &str) -> Self {
        assert!(!self.flat().contains(unexpected), "says {unexpected:?}:\n{}", self.text);
        self
    }

    fn flat(&self) -> String {
        let lines = self
            .text
            .lines()
            .map(|line| line.trim_matches(|c: char| c.is_whitespace() || "│╷╵".contains(c)));
        lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
    }
}
