//! `isolated_batch_environment`: Terraform's verbs, each a few lines over the pieces below.
//!
//! | module | what it does |
//! |---|---|
//! | `schema` | attributes and their descriptions |
//! | `model` | configuration, plan and state as types |
//! | `spec` | values → the domain's spec, and what is wrong with each |
//! | `validate` | what is wrong with a configuration before anything is known of the account |
//! | `plan` | spec, facts and prior state → what will be, what replaces |
//! | `project` | topology → planned state, and what in it is unknown |
//! | `apply` | the engine's run and its outcome |
//! | `state` | what AWS reports → state |
//! | `refresh` | reading an environment, and what has drifted |
//! | `import` | an environment by its name |
//! | `isolation` | what a plan says of paths to the internet |
//! | `group` | what a plan and an apply say of another security group |
//! | `swap` | what a plan says of another compute environment, and of queues that are made anew |
//! | `adopt` | what something else made, by its VPC and compute environment |
//! | `remarks` | what an import says beyond the state |
//! | `target` | what the engine is to look at, and which parts the state knows as the environment's own |
//! | `facts` | what is kept of the region beside the state |
//! | `timeouts` | how long each verb may take |
//! | `upgrade` | states of older versions of the schema |

mod adopt;
mod apply;
mod effect;
mod facts;
mod group;
mod import;
mod intruders;
mod isolation;
mod model;
mod plan;
mod project;
mod refresh;
mod refusal;
mod remarks;
mod schema;
mod spec;
mod state;
mod swap;
mod target;
mod timeouts;
mod upgrade;
mod validate;

use std::sync::Arc;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{AttributePath, Diagnostics, Resource};

pub use schema::environment_schema;

use super::diagnostics::diagnostic;
use super::read::object;
use super::session::Session;
use crate::plugin::UpgradeState;
use apply::Apply;
use facts::RegionFacts;
use model::Environment;
use plan::Prior;
use timeouts::{Operation, timeout};

/// The resource `isolated_batch_environment`.
pub(crate) struct EnvironmentResource {
    session: Arc<Session>,
}

impl EnvironmentResource {
    /// The resource, on the provider's connections.
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self { session }
    }
}

#[async_trait]
impl UpgradeState for EnvironmentResource {
    async fn upgrade_state(
        &self,
        _diags: &mut Diagnostics,
        version: i64,
        state: serde_json::Value,
    ) -> Option<serde_json::Value> {
        Some(upgrade::upgrade(version, state))
    }
}

type State = Value<Environment>;
type Private = Value<RegionFacts>;

#[async_trait]
impl Resource for EnvironmentResource {
    type State<'a> = State;
    type PrivateState<'a> = Private;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(environment_schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: State) -> Option<()> {
        validate::validate(&object(&config), diags);
        Some(())
    }

    async fn read<'a>(
        &self,
        diags: &mut Diagnostics,
        state: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<(State, Private)> {
        let refreshed = refresh::refresh(&self.session, &object(&state), &object(&private), diags).await?;
        Some((refreshed.into(), private))
    }

    async fn plan_create<'a>(
        &self,
        diags: &mut Diagnostics,
        _proposed: State,
        config: State,
        _meta: ValueEmpty,
    ) -> Option<(State, Private)> {
        let plan = plan::plan(&self.session, &object(&config), None, diags).await?;
        Some((Value::Value(plan.state), Value::Value(plan.facts)))
    }

    async fn plan_update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        _proposed: State,
        config: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<(State, Private, Vec<AttributePath>)> {
        let prior = Prior {
            state: &object(&prior),
            facts: &object(&private),
        };
        let plan = plan::plan(&self.session, &object(&config), Some(prior), diags).await?;
        Some((Value::Value(plan.state), Value::Value(plan.facts), plan.replace))
    }

    async fn plan_destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<Private> {
        self.guard(&object(&prior), diags)?;
        Some(private)
    }

    async fn create<'a>(
        &self,
        diags: &mut Diagnostics,
        planned: State,
        config: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<(State, Private)> {
        let planned = object(&planned);
        let timeout = timeout(&planned, Operation::Create);
        let apply = Apply::prepare(&self.session, &object(&config), planned, &object(&private), None, diags).await?;
        let seen = apply.observe(diags).await?;
        if apply.is_finished(&seen) || apply.is_elsewhere(&seen, diags).await? {
            diags.errors.push(already_there(&apply));
            return None;
        }
        let made = apply.converge(Some(seen), timeout, diags).await;
        let is_something = diags.errors.is_empty() || made.exists;
        is_something.then_some((Value::Value(made.state), Value::Value(made.facts)))
    }

    async fn update<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        planned: State,
        config: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<(State, Private)> {
        let (prior, planned) = (object(&prior), object(&planned));
        let timeout = timeout(&planned, Operation::Update);
        let facts = object(&private);
        let apply = Apply::prepare(&self.session, &object(&config), planned, &facts, Some(&prior), diags).await?;
        // Without an answer nothing is known anew: the prior state stays.
        let seen = apply.observe(diags).await?;
        let made = apply.converge(Some(seen), timeout, diags).await;
        Some((Value::Value(made.state), Value::Value(made.facts)))
    }

    async fn destroy<'a>(
        &self,
        diags: &mut Diagnostics,
        prior: State,
        private: Private,
        _meta: ValueEmpty,
    ) -> Option<()> {
        let prior = object(&prior);
        self.guard(&prior, diags)?;
        let timeout = timeout(&prior, Operation::Delete);
        refresh::destroy(&self.session, &prior, &object(&private), timeout, diags).await
    }

    async fn import<'a>(&self, diags: &mut Diagnostics, id: String) -> Option<(State, Private)> {
        let (state, facts) = import::import(&self.session, &id, diags).await?;
        Some((Value::Value(state), Value::Value(facts)))
    }
}

impl EnvironmentResource {
    /// A protected environment is not destroyed.
    fn guard(&self, state: &Environment, diags: &mut Diagnostics) -> Option<()> {
        if refusal::is_protected(state) {
            diags
                .errors
                .push(refusal::protected(state, "Destroying it is refused."));
            return None;
        }
        Some(())
    }
}

fn already_there(apply: &Apply) -> tf_provider::Diagnostic {
    let ownership = &apply.target.ownership;
    let (name, region) = (&ownership.environment, &ownership.region);
    diagnostic(
        "name",
        format!("There is an environment {name} already"),
        format!(
            "A finished environment of that name is in {region}, account {}, and not in this state. To manage it here, import it: \
             terraform import isolated_batch_environment.NAME {name}@{region}. If this is a replacement with create_before_destroy, remove that setting: a name is unique, so that the old \
             environment must go first. Otherwise choose another name.",
            ownership.account_id
        ),
    )
}

#[cfg(test)]
mod tests;
