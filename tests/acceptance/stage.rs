//! Where a test plays: a configuration, an account, and terraform's commands on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::account::Account;
use crate::plan::Plan;
use crate::process::{Run, Running};

/// The environment that most tests are about.
pub(crate) const ADDRESS: &str = "isolated_batch_environment.this";

const HEADER: &str = r#"
terraform {
  required_providers {
    isolated = { source = "isolated-batch/isolated" }
  }
}
"#;

const PROVIDER: &str = r#"
provider "isolated" {
  region = "ap-northeast-1"
}
"#;

/// A folder, an account and terraform.
pub(crate) struct Stage {
    folder: TempDir,
    account: Account,
    settings: Vec<(String, String)>,
}

impl Stage {
    /// An empty folder and an empty account.
    pub(crate) fn new() -> Self {
        let account = Account::lease();
        let folder = tempfile::Builder::new()
            .prefix("isolated-")
            .tempdir()
            .expect("a folder");
        let binary = Path::new(env!("CARGO_BIN_EXE_terraform-provider-isolated"));
        let overrides = binary.parent().expect("a folder").display();
        let rc = format!(
            "provider_installation {{\n  dev_overrides {{\n    \"isolated-batch/isolated\" = \"{overrides}\"\n  }}\n  direct {{}}\n}}\n"
        );
        fs::write(folder.path().join("terraform.rc"), rc).expect("a file");
        let settings = [
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_ENDPOINT_URL", account.endpoint()),
        ];
        let settings = settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        Self {
            folder,
            account,
            settings,
        }
    }

    /// A stage with one environment `this`, of which `body` are the attributes.
    pub(crate) fn with(body: &str) -> Self {
        let stage = Self::new();
        stage.environment(body);
        stage
    }

    /// The account.
    pub(crate) fn account(&self) -> &Account {
        &self.account
    }

    /// The folder that terraform works in.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets or, with an empty value, removes a variable of terraform's environment.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(other, _)| other != name);
        if !value.is_empty() {
            self.settings.push((name.to_owned(), value.to_owned()));
        }
    }

    /// Writes the configuration: one environment `this`.
    pub(crate) fn environment(&self, body: &str) {
        self.configuration(&format!(
            "resource \"isolated_batch_environment\" \"this\" {{\n{body}\n}}\n"
        ));
    }

    /// Writes the configuration, without what is always the same.
    pub(crate) fn configuration(&self, hcl: &str) {
        self.file("main.tf", &format!("{HEADER}{PROVIDER}{hcl}"));
    }

    /// Writes the configuration with a provider block of its own.
    pub(crate) fn configuration_with_provider(&self, hcl: &str) {
        self.file("main.tf", &format!("{HEADER}{hcl}"));
    }

    /// Writes any file.
    pub(crate) fn file(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).expect("a file");
    }

    /// Runs terraform to its end.
    pub(crate) fn terraform(&self, arguments: &[&str]) -> Run {
        self.start(arguments).finish()
    }

    /// Starts terraform.
    pub(crate) fn start(&self, arguments: &[&str]) -> Running {
        let mut command = Command::new("terraform");
        command
            .args(arguments)
            .current_dir(self.folder())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder())
            .env("TMPDIR", self.folder())
            .env("TF_CLI_CONFIG_FILE", self.folder().join("terraform.rc"))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .envs(
                self.settings
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
        Running::start(&mut command)
    }

    /// Applies, and expects that a second plan has nothing to do.
    pub(crate) fn apply(&self) -> Run {
        let run = self.try_apply().succeeded();
        self.assert_settled();
        run
    }

    /// Applies, whatever comes of it.
    pub(crate) fn try_apply(&self) -> Run {
        self.terraform(&["apply", "-auto-approve", "-no-color"])
    }

    /// A plan has nothing to do.
    pub(crate) fn assert_settled(&self) {
        let again = self.terraform(&["plan", "-detailed-exitcode", "-no-color"]);
        assert_eq!(
            again.code,
            Some(0),
            "a second plan is not empty:\n{}\n{}",
            again.stdout,
            again.stderr
        );
    }

    /// Plans.
    pub(crate) fn plan(&self) -> Plan {
        self.terraform(&["plan", "-no-color", "-out=saved.plan"]).succeeded();
        Plan(json(&self.terraform(&["show", "-json", "saved.plan"]).succeeded()))
    }

    /// Plans, applies just that plan, and expects that nothing is left to do.
    pub(crate) fn plan_and_apply(&self) -> Plan {
        let plan = self.plan();
        self.terraform(&["apply", "-no-color", "saved.plan"]).succeeded();
        self.assert_settled();
        plan
    }

    /// Destroys, and expects that the account is empty.
    pub(crate) fn destroy(&self) -> Run {
        let run = self.try_destroy().succeeded();
        self.account.assert_empty();
        run
    }

    /// Destroys, whatever comes of it.
    pub(crate) fn try_destroy(&self) -> Run {
        self.terraform(&["destroy", "-auto-approve", "-no-color"])
    }

    /// The state's resources, as `terraform show -json` tells them.
    pub(crate) fn resources(&self) -> Vec<Value> {
        let state = json(&self.terraform(&["show", "-json"]).succeeded());
        state["values"]["root_module"]["resources"]
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    /// A resource's attributes in the state.
    pub(crate) fn state_of(&self, address: &str) -> Value {
        let found = self
            .resources()
            .into_iter()
            .find(|resource| resource["address"] == address);
        found.unwrap_or_else(|| panic!("{address} is not in the state"))["values"].clone()
    }

    /// The attributes of `this` in the state.
    pub(crate) fn state(&self) -> Value {
        self.state_of(ADDRESS)
    }

    /// Whether the state marks `this` as tainted.
    pub(crate) fn is_tainted(&self) -> bool {
        self.resources()
            .iter()
            .any(|resource| resource["address"] == ADDRESS && resource["tainted"] == true)
    }

    /// Where the state is.
    pub(crate) fn state_file(&self) -> PathBuf {
        self.folder().join("terraform.tfstate")
    }
}

fn json(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{}: {error}: {}", run.command, run.stdout))
}
