//! Applies: the topology that was planned, brought about by the engine, and the state of what is there afterwards.
//!
//! The topology is built again from the configuration, the decisions in the planned state and the facts kept beside it, without asking
//! AWS: it is the very one that was planned.

use std::sync::Arc;
use std::time::Duration;

use tf_provider::value::Value;
use tf_provider::{Diagnostic, Diagnostics};

use super::adopt;
use super::facts::{self, RegionFacts};
use super::group;
use super::model::{Endpoints, Environment, Service};
use super::spec::{self, Surroundings};
use super::state::{Place, Sight, UNFINISHED};
use super::target::target;
use crate::domain::batch::status;
use crate::domain::existing::guests;
use crate::domain::facts::Facts;
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::problem::PlanError;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::{Control, Outcome, Target};
use crate::plugin;
use crate::provider::diagnostics::{GoOn, add_failures, cloud_error, diagnostic, plan_error};
use crate::provider::read::{object, text};
use crate::provider::session::{Connection, Session};

/// An environment that is to be made what was planned.
pub(super) struct Apply {
    pub(super) connection: Connection,
    pub(super) topology: Topology,
    pub(super) target: Target,
    pub(super) planned: Environment,
    pub(super) facts: RegionFacts,
    go_on: GoOn,
}

/// What an apply leaves behind.
pub(super) struct Made {
    /// What is there.
    pub(super) state: Environment,
    /// What is kept beside it.
    pub(super) facts: RegionFacts,
    /// Whether anything at all is there.
    pub(super) exists: bool,
}

impl Apply {
    /// Builds the planned topology; `None` with errors in `diags`.
    pub(super) async fn prepare(
        session: &Session,
        config: &Environment,
        planned: Environment,
        known: &RegionFacts,
        prior: Option<&Environment>,
        diags: &mut Diagnostics,
    ) -> Option<Self> {
        let region = text(&planned.region).or(text(&config.region));
        let connection = note(
            session.connection(region.as_deref()).await.map_err(Diagnostic::from),
            diags,
        )?;
        let surroundings = Surroundings {
            region: connection.region(),
            default_tags: &connection.settings.default_tags,
            ignored_tags: &connection.settings.ignored_tags,
            kept: Some(&planned),
        };
        let (spec, errors) = spec::of_config(config, surroundings);
        let facts = note(facts(&connection, known, &spec).await, diags)?;
        if let Some(prior) = prior {
            let wanted = spec.ownership(&facts.account_id);
            note(adopt::check_name(&connection, prior, known, &wanted).await, diags)?;
        }
        let topology = match (errors.is_empty(), Topology::plan(&spec, &facts)) {
            (true, Ok(topology)) => topology,
            (_, wrong) => {
                diags
                    .errors
                    .extend(errors.iter().chain(wrong.err().iter().flatten()).map(plan_error));
                return None;
            }
        };
        Some(Self {
            target: target(&topology, prior, known),
            go_on: if prior.is_some() { GoOn::Apply } else { GoOn::Untaint },
            facts: RegionFacts::used_by(&topology, &facts).adopted(known.adopted),
            connection,
            topology,
            planned,
        })
    }

    /// What is there already.
    pub(super) async fn observe(&self, diags: &mut Diagnostics) -> Option<Observed> {
        let context = plugin::context();
        let seen = tokio::select! {
            seen = self.connection.engine.observe(&self.target) => seen,
            () = context.cancelled() => {
                diags.errors.push(diagnostic("", "Interrupted", "The run was interrupted before anything was changed."));
                return None;
            }
        };
        note(
            seen.map_err(|error| cloud_error("", "Cannot look at what is there", &error)),
            diags,
        )
    }

    /// Whether a finished environment is there, be it the planned one or another one of the same name.
    pub(super) fn is_finished(&self, observed: &Observed) -> bool {
        let engine = &self.connection.engine;
        if engine.is_complete(&self.topology, observed) {
            return true;
        }
        // What takes jobs and is not what was planned is another one, in use, and perhaps in another state.
        let mut compute_environments = observed.compute_environments.values();
        if compute_environments.any(|it| it.status == status::VALID) && !engine.would_only_add(&self.topology, observed)
        {
            return true;
        }
        let nothing = Environment::default();
        let seen = sight(
            &self.connection,
            &self.target.ownership,
            observed,
            &nothing,
            self.place(),
        );
        let state = Sight {
            serving: Some(guests::serving(&self.topology, observed)),
            ..seen
        }
        .state();
        let own = desired(
            &self.connection,
            &state,
            &self.facts,
            observed,
            &self.topology.partition,
        );
        own.is_ok_and(|own| engine.is_complete(&own, observed))
    }

    /// Whether an environment of the name lives in another network than the planned one.
    pub(super) async fn is_elsewhere(&self, observed: &Observed, diags: &mut Diagnostics) -> Option<bool> {
        let mut subnets = observed.compute_environments.values().flat_map(|seen| &seen.subnet_ids);
        if subnets.all(|id| observed.subnets.contains_key(id)) {
            return Some(false);
        }
        let vpcs = self.connection.engine.vpcs_of(&self.target.ownership).await;
        let vpcs = note(
            vpcs.map_err(|error| cloud_error("", "Cannot look at what is there", &error)),
            diags,
        )?;
        Some(
            vpcs.iter()
                .any(|id| observed.vpc.as_ref().is_none_or(|vpc| vpc.id != *id)),
        )
    }

    /// Brings it about; the state is of what is there, whether all went well or not.
    pub(super) async fn converge(self, seen: Option<Observed>, timeout: Duration, diags: &mut Diagnostics) -> Made {
        let this = Arc::new(self);
        let control = control(timeout, {
            let this = this.clone();
            let context = plugin::context();
            move |observed| {
                context.checkpoint_with_private(
                    &Value::Value(this.state(observed, vec![UNFINISHED.to_owned()])),
                    &Value::Value(&this.facts),
                );
            }
        });
        let engine = &this.connection.engine;
        let outcome = engine.converge(&this.topology, &this.target, seen, &control).await;
        let observed = outcome.observed.clone();
        // After a failure half of it may still have no tags.
        let adopted = this.facts.adopted && !outcome.failures.is_empty();
        let state = this.outcome(outcome, diags);
        Made {
            exists: !observed.is_empty(&this.target.ownership),
            facts: this.facts_after(&state, observed).adopted(adopted),
            state,
        }
    }

    /// What is kept beside the state: what the plan found out, and of an existing network what has become of it since.
    fn facts_after(&self, state: &Environment, observed: Observed) -> RegionFacts {
        let Topology {
            ownership, partition, ..
        } = &self.topology;
        if !self.topology.has_existing_network() {
            return self.facts.clone();
        }
        match desired(&self.connection, state, &self.facts, &observed, partition) {
            Ok(topology) => {
                let mut facts = self.facts.facts(&ownership.account_id, partition, &ownership.region);
                facts.network = Some(observed);
                RegionFacts::used_by(&topology, &facts)
            }
            Err(_) => self.facts.clone(),
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            partition: &self.topology.partition,
            facts: &self.facts,
        }
    }

    fn outcome(&self, outcome: Outcome, diags: &mut Diagnostics) -> Environment {
        add_failures(diags, &outcome.failures, self.go_on);
        let engine = &self.connection.engine;
        let held = engine.held_security_groups(&self.topology, &outcome.observed);
        diags.warnings.extend(group::held(&held));
        let drift = match outcome.failures.is_empty() {
            true => Vec::new(),
            false => engine.differences(&self.topology, &outcome.observed),
        };
        self.state(&outcome.observed, drift)
    }

    fn state(&self, observed: &Observed, drift: Vec<String>) -> Environment {
        let ownership = &self.target.ownership;
        let sight = sight(&self.connection, ownership, observed, &self.planned, self.place());
        let sight = Sight {
            drift,
            serving: Some(guests::serving(&self.topology, observed)),
            ..sight
        };
        others_as_planned(sight.state(), &self.planned)
    }
}

/// The endpoints of others as they were planned: what their owner changes about them in the very same apply is seen by the next
/// refresh, and is no reason for Terraform to find fault with this apply.
fn others_as_planned(mut state: Environment, planned: &Environment) -> Environment {
    let planned = object(&planned.endpoints);
    if let Value::Value(Endpoints {
        services: Value::Value(services),
        ..
    }) = &mut state.endpoints
    {
        for (name, service) in services {
            let Value::Value(service) = service else { continue };
            let planned = planned.services.as_ref_option().and_then(|services| services.get(name));
            let same = |planned: &&Service| planned.managed == Value::Value(false) && planned.id == service.id;
            let Some(planned) = planned.and_then(Value::as_ref_option).filter(same) else {
                continue;
            };
            if !planned.network_interface_ids.is_unknown() {
                service.network_interface_ids = planned.network_interface_ids.clone();
            }
            if !planned.dns_name.is_unknown() {
                service.dns_name = planned.dns_name.clone();
            }
        }
    }
    state
}

/// The topology that a state is of, as far as it can be told: what drift is measured by. An existing network is looked at as it is now,
/// so that the errors are about what has become of it.
pub(super) fn desired(
    connection: &Connection,
    state: &Environment,
    known: &RegionFacts,
    observed: &Observed,
    partition: &str,
) -> Result<Topology, Vec<PlanError>> {
    let surroundings = Surroundings {
        region: connection.region(),
        default_tags: &connection.settings.default_tags,
        ignored_tags: &connection.settings.ignored_tags,
        kept: None,
    };
    let spec = spec::of_state(state, surroundings);
    let account_id = text(&state.account_id).unwrap_or_default();
    let mut facts = known.facts(&account_id, partition, connection.region());
    facts.prefix_lists.extend(facts::prefix_lists(observed));
    if observed.existing_network {
        facts.network = Some(observed.clone());
    }
    Topology::plan(&spec, &facts)
}

/// A look at what is there, by a reference.
pub(super) fn sight<'a>(
    connection: &'a Connection,
    ownership: &'a Ownership,
    observed: &'a Observed,
    reference: &'a Environment,
    place: Place<'a>,
) -> Sight<'a> {
    Sight {
        observed,
        ownership,
        reference,
        place,
        drift: Vec::new(),
        serving: None,
        default_tags: &connection.settings.default_tags,
        ignored_tags: &connection.settings.ignored_tags,
    }
}

/// What bounds a run of the engine.
pub(super) fn control(timeout: Duration, checkpoint: impl Fn(&Observed) + Send + Sync + 'static) -> Control {
    Control {
        timeout,
        cancel: plugin::context().cancellation(),
        checkpoint: Arc::new(checkpoint),
    }
}

async fn facts(connection: &Connection, known: &RegionFacts, spec: &Spec) -> Result<Facts, Diagnostic> {
    let cloud = connection.cloud();
    let prefix_lists = !spec.security_group.allow_all_outbound;
    let vpc_id = spec.network.existing.as_ref().map(|existing| existing.vpc_id.as_str());
    let told = |error| cloud_error("", "Cannot look at what the region offers", &error);
    let mut facts = if known.is_empty() || vpc_id.is_some_and(|vpc_id| !known.know_network(vpc_id)) {
        facts::ask(&connection.engine, prefix_lists, vpc_id)
            .await
            .map_err(told)?
    } else {
        let identity = cloud.caller_identity().await.map_err(told)?;
        known.facts(&identity.account_id, &identity.partition, connection.region())
    };
    // A template that was not known when the plan was made.
    let missing = facts::templates(spec, |key| !facts.launch_templates.contains_key(key));
    let found = facts::ask_templates(&**cloud, missing).await.map_err(told)?;
    facts.launch_templates.extend(found);
    Ok(facts)
}

fn note<T>(result: Result<T, Diagnostic>, diags: &mut Diagnostics) -> Option<T> {
    result.map_err(|error| diags.errors.push(error)).ok()
}
