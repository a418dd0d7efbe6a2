//! Plans: from configuration, prior state and facts to the planned state and what replaces.
//!
//! The proposed state of Terraform is not used: for attributes that are optional and computed it carries prior values on, so that an
//! argument removed from the configuration would silently stay.

use tf_provider::value::Value;
use tf_provider::{AttributePath, Diagnostic, Diagnostics};

use super::adopt;
use super::facts::{self, RegionFacts};
use super::group;
use super::intruders;
use super::isolation;
use super::model::Environment;
use super::project::Projection;
use super::refusal::{depends_on_unknown, is_protected, note, other_account, protected, remark, unless_destroyed};
use super::spec::{self, Surroundings};
use super::swap;
use super::target::claims;
use crate::cloud::CallerIdentity;
use crate::domain::Tags;
use crate::domain::change;
use crate::domain::cost::Estimate;
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID};
use crate::domain::facts::Facts;
use crate::domain::lint::{self, Severity};
use crate::domain::problem::PlanError;
use crate::domain::spec::{IgnoredTags, Kept, Spec};
use crate::domain::topology::Topology;
use crate::provider::attribute::Unknowns;
use crate::provider::diagnostics::{diagnostic, path, plan_error};
use crate::provider::read::{object, text};
use crate::provider::session::{Connection, Session, Unavailable};

/// The attribute that the environment's parts are found by.
const NAME: &str = "name";

/// A plan.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The planned state.
    pub(super) state: Environment,
    /// What the apply and later plans need to know of the region.
    pub(super) facts: RegionFacts,
    /// Attributes whose change needs a replacement.
    pub(super) replace: Vec<AttributePath>,
    /// What the user should know of the desired environment; said only when something changes.
    warnings: Vec<Diagnostic>,
    /// What the user should be told every time.
    exposed: Option<Diagnostic>,
}

/// What exists before a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prior<'a> {
    /// The refreshed state.
    pub(super) state: &'a Environment,
    /// What an earlier plan found out.
    pub(super) facts: &'a RegionFacts,
}

/// Plans an environment; `None` with errors in `diags`.
pub(super) async fn plan(
    session: &Session,
    config: &Environment,
    prior: Option<Prior<'_>>,
    diags: &mut Diagnostics,
) -> Option<Plan> {
    let unknown = Unknowns::of(config);
    let connection = connect(session, config, diags).await?;
    let (no_tags, nothing_ignored) = (Tags::new(), IgnoredTags::default());
    let settings = connection.as_ref().map(|connection| &connection.settings);
    let there = prior.and_then(|prior| text(&prior.state.region));
    let region = connection.as_ref().map(Connection::region).or(there.as_deref());
    let surroundings = Surroundings {
        region: region.unwrap_or_default(),
        default_tags: settings.map_or(&no_tags, |settings| &settings.default_tags),
        ignored_tags: settings.map_or(&nothing_ignored, |settings| &settings.ignored_tags),
        kept: prior.map(|prior| prior.state),
    };
    let planner = Planner {
        config,
        prior,
        before: prior.map(|prior| spec::of_state(prior.state, surroundings)),
        unknown: &unknown,
        connection: connection.as_ref(),
        surroundings,
    };
    let desired = planner.desired(diags).await?;
    let mut plan = planner.plan(desired);
    planner.guard(&plan, diags)?;
    diags.warnings.extend(plan.exposed.take());
    if prior.is_none_or(|prior| *prior.state != plan.state) {
        diags.warnings.append(&mut plan.warnings);
    }
    Some(plan)
}

/// The connection; `Some(None)` if it is not known yet how to connect.
async fn connect(session: &Session, config: &Environment, diags: &mut Diagnostics) -> Option<Option<Connection>> {
    if config.region.is_unknown() {
        return Some(None);
    }
    match session.connection(text(&config.region).as_deref()).await {
        Ok(connection) => Some(Some(connection)),
        Err(Unavailable::NotYet(_)) => Some(None),
        Err(Unavailable::Failed(error)) => {
            diags.errors.push(error);
            None
        }
    }
}

/// What was found out before the planned state is written down.
#[derive(Default)]
struct Desired {
    replace: Vec<&'static str>,
    /// Why another compute environment takes the place of the one that is there.
    swaps: Vec<&'static str>,
    /// Why that may turn out to be so once everything is known.
    may_swap: Vec<&'static str>,
    identity: Option<CallerIdentity>,
    topology: Option<Topology>,
    facts: RegionFacts,
}

struct Planner<'a> {
    config: &'a Environment,
    prior: Option<Prior<'a>>,
    /// The spec that the prior state was made from.
    before: Option<Spec>,
    unknown: &'a Unknowns,
    connection: Option<&'a Connection>,
    surroundings: Surroundings<'a>,
}

impl Planner<'_> {
    async fn desired(&self, diags: &mut Diagnostics) -> Option<Desired> {
        let (mut spec, errors) = spec::of_config(self.config, self.surroundings);
        if self.report(errors, diags) {
            return None;
        }
        let Some(connection) = self.connection else {
            // What AWS is not asked about is known all the same.
            return Some(Desired {
                swaps: self.swaps(&spec),
                may_swap: self.may_swap(&spec),
                replace: self.replacements(&spec),
                ..Desired::default()
            });
        };
        if !self.replacements(&spec).is_empty() {
            // A new one keeps no decision of the old one.
            spec.kept = Kept::default();
        } else if !self.swaps(&spec).is_empty() {
            // Another compute environment, another name: both are there for a while.
            spec.kept.compute_environment_name = None;
        }
        let identity = connection.cloud().caller_identity().await;
        let identity = note(identity, "Cannot tell whose account it is", diags)?;
        self.same_account(&identity, diags)?;
        self.name_is_free(connection, &spec, &identity, diags).await?;
        let mut planned = self.topology(connection, &spec, &identity, diags).await?;
        let managed = planned
            .as_ref()
            .filter(|(topology, _)| !topology.has_existing_network());
        if let Some((topology, _)) = managed {
            spec.network.availability_zones = Some(topology.availability_zones().map(str::to_owned).collect());
        }
        if let Some((topology, _)) = &planned {
            let instances = topology.compute_environment.instances.as_ref();
            spec.compute_environment.launch_template =
                instances.and_then(|instances| instances.resources.launch_template.clone());
        }
        let swaps = self.swaps(&spec);
        if !swaps.is_empty() && spec.kept.compute_environment_name.take().is_some() {
            // Only the zones that were chosen show that it needs another one.
            planned = self.topology(connection, &spec, &identity, diags).await?;
        }
        let (topology, facts) = planned.map_or_else(Default::default, |(topology, facts)| (Some(topology), facts));
        let may_swap = self.may_swap(&spec);
        let replace = self.replacements(&spec);
        if let (Some(topology), Some(prior), true) = (&topology, self.prior, replace.is_empty()) {
            let free = intruders::check(connection, prior, topology).await;
            free.map_err(|error| diags.errors.push(error)).ok()?;
        }
        // Where everything is made anew, nothing stands in for anything.
        let unless_replaced = |swaps| if replace.is_empty() { swaps } else { Vec::new() };
        Some(Desired {
            swaps: unless_replaced(swaps),
            may_swap: unless_replaced(may_swap),
            replace,
            identity: Some(identity),
            topology,
            facts,
        })
    }

    /// The topology and what it relies on: from what is known already if that is enough, else from what AWS says now.
    /// `Some(None)` if it depends on something that is not known yet.
    async fn topology(
        &self,
        connection: &Connection,
        spec: &Spec,
        identity: &CallerIdentity,
        diags: &mut Diagnostics,
    ) -> Option<Option<(Topology, RegionFacts)>> {
        let placeholder = self.without_unknown_network(spec);
        let spec = placeholder.as_ref().unwrap_or(spec);
        let cloud = &**connection.cloud();
        // A launch template may have a new version at any time.
        let templates = facts::ask_templates(cloud, facts::templates(spec, |_| true)).await;
        let launch_templates = note(templates, "Cannot look at the launch template", diags)?;
        let here = Value::Value(connection.region().to_owned());
        let known = self.prior.filter(|prior| prior.state.region == here);
        let known = known.map(|prior| prior.facts).filter(|facts| !facts.is_empty());
        // What others have done to an existing network since shows as drift.
        let drifted = || {
            self.prior
                .is_some_and(|prior| prior.state.drift != Value::Value(Vec::new()) || isolation::has_paths(prior.state))
        };
        // A parked environment has nothing to do with the endpoints of others, and nothing about them is kept.
        let others_stay = |known: &&RegionFacts| {
            let knows = |prior: Prior<'_>| known.know_endpoints(prior.state);
            !drifted() && !self.was_parked() && self.prior.is_some_and(knows)
        };
        let known = known.filter(|known| spec.network.existing.is_none() || others_stay(known));
        if let Some(known) = known {
            let facts = Facts {
                launch_templates: launch_templates.clone(),
                ..known.facts(&identity.account_id, &identity.partition, connection.region())
            };
            if let Ok(topology) = Topology::plan(spec, &facts) {
                return Some(Some(self.settle(topology, &facts, diags)));
            }
        }
        let prefix_lists = !spec.security_group.allow_all_outbound;
        let vpc_id = spec.network.existing.as_ref().map(|existing| existing.vpc_id.as_str());
        let asked = facts::ask(&connection.engine, prefix_lists, vpc_id).await;
        let mut facts = Facts {
            launch_templates,
            ..note(asked, "Cannot look at what the region offers", diags)?
        };
        if let (Some(network), Some(prior)) = (&mut facts.network, self.prior) {
            network.claims = claims(prior.state, prior.facts);
        }
        match Topology::plan(spec, &facts) {
            Ok(topology) => Some(Some(self.settle(topology, &facts, diags))),
            Err(errors) => {
                let is_guest = spec.network.existing.is_some();
                let say = |error| if is_guest { self.of_network(error) } else { error };
                let errors = errors.into_iter().map(say).collect();
                (!self.report(errors, diags)).then_some(None)
            }
        }
    }

    /// An error that may be about what others have done to the network of an environment that is there.
    fn of_network(&self, error: PlanError) -> PlanError {
        match self.prior {
            Some(_) => unless_destroyed(error),
            None => error,
        }
    }

    /// The spec with a network of its own in the place of an existing one that is not wholly known yet, so that what does not depend on it is
    /// planned all the same. What does is not shown.
    fn without_unknown_network(&self, spec: &Spec) -> Option<Spec> {
        let unknown = spec.network.existing.is_some() && self.unknown.touch(&[VPC_ID, SUBNET_IDS]);
        unknown.then(|| {
            let mut spec = spec.clone();
            spec.network.existing = None;
            spec
        })
    }

    fn settle(&self, topology: Topology, facts: &Facts, diags: &mut Diagnostics) -> (Topology, RegionFacts) {
        let bugs = lint::lint(&topology)
            .into_iter()
            .filter(|note| note.severity == Severity::Fatal);
        diags.errors.extend(bugs.map(remark));
        let refused = isolation::refused(&topology, facts).into_iter();
        let refused = refused.map(|error| plan_error(&self.of_network(error)));
        diags.errors.extend(refused);
        if self.prior.is_none() {
            diags.warnings.extend(isolation::allowed(&topology, facts));
        }
        let facts = RegionFacts::used_by(&topology, facts);
        (topology, facts)
    }

    /// Adds errors but those about what is not known yet; whether any was added.
    fn report(&self, errors: Vec<PlanError>, diags: &mut Diagnostics) -> bool {
        let known = errors.iter().filter(|error| !depends_on_unknown(error, self.unknown));
        let before = diags.errors.len();
        for error in known.map(plan_error) {
            if !diags.errors.contains(&error) {
                diags.errors.push(error);
            }
        }
        diags.errors.len() > before
    }

    /// A state of one account must not be planned with the credentials of another: everything would seem to be gone.
    fn same_account(&self, identity: &CallerIdentity, diags: &mut Diagnostics) -> Option<()> {
        let Some(prior) = self.prior else { return Some(()) };
        match other_account(prior.state, identity) {
            None => Some(()),
            Some(error) => {
                diags.errors.push(error);
                None
            }
        }
    }

    async fn name_is_free(
        &self,
        connection: &Connection,
        spec: &Spec,
        identity: &CallerIdentity,
        diags: &mut Diagnostics,
    ) -> Option<()> {
        let Some(prior) = self.prior.filter(|_| !self.unknown.touch(&["name"])) else {
            return Some(());
        };
        let wanted = spec.ownership(&identity.account_id);
        let free = adopt::check_name(connection, prior.state, prior.facts, &wanted).await;
        free.map_err(|error| diags.errors.push(error)).ok()
    }

    fn is_adopted(&self) -> bool {
        self.prior.is_some_and(|prior| prior.facts.adopted)
    }

    fn plan(&self, desired: Desired) -> Plan {
        let default_tags = self
            .connection
            .map(|connection| connection.settings.default_tags.clone());
        let projection = Projection {
            config: self.config,
            prior: self.prior.map(|prior| prior.state),
            topology: desired.topology.as_ref(),
            swap: !desired.swaps.is_empty(),
            may_swap: !desired.may_swap.is_empty(),
            unknown: self.unknown,
            account_id: desired.identity.as_ref().map(|identity| identity.account_id.as_str()),
            region: self.connection.map(Connection::region),
            default_tags: default_tags.as_ref(),
        };
        let state = projection.environment();
        let notes = desired.topology.as_ref().map(lint::lint).unwrap_or_default();
        let warnings = notes.into_iter().filter(|note| note.severity == Severity::Warning);
        let warnings = warnings.map(remark);
        let another_group = self.prior.and_then(|prior| group::stand_in(prior.state, &state));
        let why = swap::Why {
            certain: desired.swaps.first().copied(),
            possible: desired.may_swap.first().copied(),
        };
        let behind_queues = swap::warnings(self.prior.map(|prior| prior.state), &state, why);
        Plan {
            exposed: isolation::accepted(&state),
            state,
            facts: desired.facts.adopted(self.is_adopted()),
            replace: desired.replace.into_iter().map(path).collect(),
            warnings: warnings
                .chain(self.restored(desired.topology.as_ref()))
                .chain(behind_queues)
                .chain(another_group)
                .collect(),
        }
    }

    fn was_parked(&self) -> bool {
        self.prior
            .is_some_and(|prior| object(&prior.state.endpoints).enabled == Value::Value(false))
    }

    /// What it means that a parked environment gets its endpoints back.
    fn restored(&self, topology: Option<&Topology>) -> Option<Diagnostic> {
        let was_parked = self.was_parked();
        let decided = !self.unknown.touch(&["endpoints.enabled"]);
        let topology = topology.filter(|topology| was_parked && decided && !topology.parked)?;
        let estimate = Estimate::of(topology);
        let cost = match (estimate.amount(), estimate.unit_price) {
            (Some(amount), Some(_)) => format!(", which is about {amount} {} a month", estimate.currency),
            _ => String::new(),
        };
        Some(diagnostic(
            "endpoints.enabled",
            "The parked environment gets its endpoints back",
            format!(
                "{} endpoints are made, with new ids and interfaces; that takes AWS some minutes. From then on {} interfaces are \
                 billed by the hour{cost}, and jobs that have been waiting start.",
                topology.endpoints.len(),
                estimate.endpoint_zone_pairs,
            ),
        ))
    }

    /// What needs another compute environment, by the table.
    fn swaps(&self, spec: &Spec) -> Vec<&'static str> {
        let (Some(prior), Some(before)) = (self.prior, &self.before) else {
            return Vec::new();
        };
        let mut swaps = change::swaps(before, spec);
        // A group that is gone comes back with another id.
        let group_is_gone = group::is_gone(prior.state);
        if group_is_gone && !spec.supports_network_update() {
            swaps.push(group::ID);
        }
        swaps.retain(|attribute| !self.unknown.touch(&[*attribute]));
        swaps
    }

    /// What may need one once it is known.
    fn may_swap(&self, spec: &Spec) -> Vec<&'static str> {
        let Some(before) = &self.before else { return Vec::new() };
        change::may_swap(before, spec, |attribute| self.unknown.touch(&[attribute]))
    }

    /// What replaces: by the table, and whatever always replaces and is not known yet.
    fn replacements(&self, spec: &Spec) -> Vec<&'static str> {
        let Some(before) = &self.before else { return Vec::new() };
        let mut replace = change::replacements(before, spec);
        replace.retain(|attribute| !self.unknown.touch(&[*attribute]));
        replace.extend(change::may_replace(before, |attribute| {
            self.unknown.touch(&[attribute])
        }));
        // What was adopted takes the name of its configuration as it is.
        replace.retain(|attribute| *attribute != NAME || !self.is_adopted());
        replace
    }

    /// A protected environment is not replaced.
    fn guard(&self, plan: &Plan, diags: &mut Diagnostics) -> Option<()> {
        let Some(prior) = self.prior.filter(|prior| is_protected(prior.state)) else {
            return Some(());
        };
        let Some(first) = plan.replace.first() else {
            return Some(());
        };
        diags.errors.push(protected(
            prior.state,
            &format!("The change of `{first}` would replace it."),
        ));
        None
    }
}
