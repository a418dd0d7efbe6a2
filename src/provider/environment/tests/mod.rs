//! The resource as Terraform drives it, over an AWS in memory.

mod adoption;
mod changes;
mod compute;
mod cut_off;
mod endpoints;
mod existing;
mod existing_changes;
mod import;
mod lifecycle;
mod planning;
mod promises;
mod validation;

use std::sync::Arc;

use async_trait::async_trait;
use tf_provider::value::{StructEmpty, Value};
use tf_provider::{AttributePath, Diagnostic, Diagnostics, Resource};

use super::EnvironmentResource;
use super::facts::RegionFacts;
use super::model::Environment;
use crate::cloud::Cloud;
use crate::cloud::aws::ConnectionSettings;
use crate::cloud::fake::FakeCloud;
use crate::domain::Tags;
use crate::domain::spec::IgnoredTags;
use crate::engine::clock::TokioClock;
use crate::provider::attribute::Unknowns;
use crate::provider::config::Settings;
use crate::provider::session::{Connector, Refused, Session};

pub(super) const REGION: &str = "ap-northeast-1";

/// The quickstart's configuration.
pub(super) const SEED: &str = r#"{
    "name": "simulation",
    "network": {"cidr_block": "10.0.0.0/16", "max_azs": 3, "subnet_prefix_length": 18},
    "endpoints": {"cloudwatch_logs": false},
    "security_group": {"name": "for-batch-compute-environment", "description": "For batch compute environment.",
                       "allow_all_outbound": true},
    "compute_environment": {"name": "my-batch-cluster", "type": "EC2", "instance_types": ["t3.small"], "min_vcpus": 0,
                            "desired_vcpus": 0, "max_vcpus": 4}
}"#;

/// The shortest configuration.
pub(super) const SHORT: &str = r#"{"name": "simulation", "compute_environment": {"max_vcpus": 4}}"#;

pub(super) fn config(json: &str) -> Environment {
    serde_json::from_str(json).unwrap()
}

struct Fake(Arc<dyn Cloud>);

#[async_trait]
impl Connector for Fake {
    async fn connect(&self, _settings: &ConnectionSettings) -> Result<Arc<dyn Cloud>, Refused> {
        Ok(self.0.clone())
    }
}

/// Terraform, as far as it matters: it keeps the state, and it checks what it is told.
pub(super) struct Terraform {
    pub(super) cloud: FakeCloud,
    pub(super) session: Arc<Session>,
    pub(super) resource: EnvironmentResource,
    pub(super) state: Option<Environment>,
    pub(super) private: Value<RegionFacts>,
}

pub(super) struct Planned {
    pub(super) state: Environment,
    pub(super) private: Value<RegionFacts>,
    pub(super) replace: Vec<String>,
    pub(super) warnings: Vec<String>,
}

pub(super) fn settings() -> Settings {
    Settings {
        connection: ConnectionSettings::default(),
        default_tags: Tags::new(),
        ignored_tags: IgnoredTags::default(),
    }
}

fn meta() -> Value<StructEmpty> {
    Value::Null
}

fn told(diags: &Diagnostics) -> Vec<String> {
    let errors = diags.errors.iter();
    errors
        .map(|error| format!("{}: {}", error.attribute, error.summary))
        .collect()
}

fn summaries(warnings: Vec<Diagnostic>) -> Vec<String> {
    let summaries = warnings.into_iter().map(|warning| warning.summary.into_owned());
    summaries.collect()
}

impl Terraform {
    pub(super) fn new() -> Self {
        Self::with(settings())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let cloud = FakeCloud::new(REGION);
        Self::over(cloud.clone(), Arc::new(cloud), settings)
    }

    /// An AWS with faults: what Terraform sees of `cloud` through `seen`.
    pub(super) fn over(cloud: FakeCloud, seen: Arc<dyn Cloud>, settings: Settings) -> Self {
        let session = Arc::new(Session::with(Fake(seen), Arc::new(TokioClock)));
        session.configure(settings);
        Self {
            resource: EnvironmentResource::new(session.clone()),
            cloud,
            session,
            state: None,
            private: Value::Null,
        }
    }

    pub(super) async fn plan(&self, config: &Environment) -> Result<Planned, Vec<String>> {
        let mut diags = Diagnostics::default();
        let config = Value::Value(config.clone());
        let planned = match &self.state {
            None => {
                let plan = self.resource.plan_create(&mut diags, Value::Null, config, meta()).await;
                plan.map(|(state, private)| (state, private, Vec::new()))
            }
            Some(prior) => {
                let (prior, private) = (Value::Value(prior.clone()), self.private.clone());
                self.resource
                    .plan_update(&mut diags, prior, Value::Null, config, private, meta())
                    .await
            }
        };
        match planned {
            Some((Value::Value(state), private, replace)) if diags.errors.is_empty() => Ok(Planned {
                state,
                private,
                replace: replace.iter().map(AttributePath::to_string).collect(),
                warnings: summaries(diags.warnings),
            }),
            _ => Err(told(&diags)),
        }
    }

    /// Plans and applies, and checks that what was planned as known is so.
    pub(super) async fn apply(&mut self, config: &Environment) -> Result<(), Vec<String>> {
        let planned = self.plan(config).await?;
        assert_eq!(planned.replace, Vec::<String>::new(), "a replacement is planned");
        self.apply_as_planned(config, planned).await
    }

    /// Applies a plan that was made, perhaps when less of the configuration was known.
    pub(super) async fn apply_as_planned(&mut self, config: &Environment, planned: Planned) -> Result<(), Vec<String>> {
        let mut diags = Diagnostics::default();
        let (state, config) = (Value::Value(planned.state.clone()), Value::Value(config.clone()));
        let applied = match self.state.clone() {
            None => {
                self.resource
                    .create(&mut diags, state, config, planned.private, meta())
                    .await
            }
            Some(prior) => {
                let prior = Value::Value(prior);
                self.resource
                    .update(&mut diags, prior, state, config, planned.private, meta())
                    .await
            }
        };
        if let Some((Value::Value(state), private)) = applied {
            assert!(Unknowns::of(&state).is_empty(), "the state holds unknown values");
            if diags.errors.is_empty() {
                assert_conforms(&planned.state, &state);
            }
            self.state = Some(state);
            self.private = private;
        }
        if diags.errors.is_empty() {
            Ok(())
        } else {
            Err(told(&diags))
        }
    }

    pub(super) async fn refresh(&mut self) -> Result<(), Vec<String>> {
        let mut diags = Diagnostics::default();
        let state: Value<Environment> = self.state.clone().into();
        let read = self
            .resource
            .read(&mut diags, state, self.private.clone(), meta())
            .await;
        let Some((state, private)) = read else {
            return Err(told(&diags));
        };
        self.state = state.as_option();
        self.private = private;
        Ok(())
    }

    pub(super) async fn destroy(&mut self) -> Result<(), Vec<String>> {
        let mut diags = Diagnostics::default();
        let state: Value<Environment> = self.state.clone().into();
        let planned = self
            .resource
            .plan_destroy(&mut diags, state.clone(), self.private.clone(), meta())
            .await;
        let Some(private) = planned else {
            return Err(told(&diags));
        };
        match self.resource.destroy(&mut diags, state, private, meta()).await {
            Some(()) => self.state = None,
            None => return Err(told(&diags)),
        }
        Ok(())
    }

    /// Imports; the summaries of the warnings.
    pub(super) async fn import(&mut self, id: &str) -> Result<Vec<String>, Vec<String>> {
        let mut diags = Diagnostics::default();
        let Some((state, private)) = self.resource.import(&mut diags, id.to_owned()).await else {
            return Err(told(&diags));
        };
        self.state = state.as_option();
        self.private = private;
        Ok(summaries(diags.warnings))
    }

    /// The environment's state, refreshed and then planned again, shows no difference.
    pub(super) async fn assert_settled(&mut self, config: &Environment) {
        self.refresh().await.unwrap();
        let planned = self.plan(config).await.unwrap();
        assert_eq!(planned.replace, Vec::<String>::new());
        assert_eq!(Some(planned.state), self.state);
        assert_eq!(
            planned.warnings,
            Vec::<String>::new(),
            "a plan without a change has nothing to say"
        );
    }

    pub(super) fn state(&self) -> &Environment {
        self.state.as_ref().unwrap()
    }
}

/// As Terraform checks after an apply: whatever was known in the plan is so in the state.
fn assert_conforms(planned: &Environment, state: &Environment) {
    assert_eq!(taken_back(planned, state), Vec::<String>::new(), "not as planned");
}

/// What was known in a plan and is not so in what came after it.
pub(super) fn taken_back(planned: &Environment, after: &Environment) -> Vec<String> {
    let unknown = serde_json::to_value(Value::<String>::Unknown).unwrap();
    let json = |environment| serde_json::to_value(environment).unwrap();
    let mut found = Vec::new();
    compare("", &json(planned), &json(after), &unknown, &mut found);
    found
}

fn compare(
    path: &str,
    planned: &serde_json::Value,
    actual: &serde_json::Value,
    unknown: &serde_json::Value,
    found: &mut Vec<String>,
) {
    use serde_json::Value::{Array, Object};
    if planned == unknown {
        return;
    }
    match (planned, actual) {
        (Object(planned), Object(actual)) if planned.keys().eq(actual.keys()) => {
            for (key, value) in planned {
                compare(&format!("{path}.{key}"), value, &actual[key], unknown, found);
            }
        }
        (Array(planned), Array(actual)) if planned.len() == actual.len() => {
            for (index, value) in planned.iter().enumerate() {
                compare(&format!("{path}[{index}]"), value, &actual[index], unknown, found);
            }
        }
        (planned, actual) if planned == actual => {}
        (planned, actual) => found.push(format!("{path}: {planned} was {actual}")),
    }
}

/// The unknown paths of a planned state.
pub(super) fn unknown(state: &Environment) -> Vec<String> {
    Unknowns::of(state).iter().map(str::to_owned).collect()
}
