//! Observe → diff → act: the one loop that creates, repairs, updates, resumes and deletes an environment.
//!
//! The loop is never told which verb Terraform called. [`Engine::converge`] observes what is there, lets [`diff`] name the steps
//! between that and the desired [`Topology`], and runs those steps as a graph: each as soon as what it needs is there, as many at
//! once as are ready. Then it observes again, until nothing is left to do. [`Engine::teardown`] is the same loop with nothing
//! desired. Nothing is undone on failure: what exists is reported, and the next run goes on from there.
//!
//! | module | what it does |
//! |---|---|
//! | [`clock`] | time, injected |
//! | [`observe`] | everything of an environment, in one round of parallel reads |
//! | [`part`] | the parts of an environment and what each needs |
//! | [`diff`] | desired × observed → steps (pure) |
//! | [`teardown`] | nothing desired × observed → steps (pure) |
//! | [`compare`] | what differs in one part |
//! | [`swap`] | which compute environment carries the queues, and which ones go (pure) |
//! | [`group`] | which security group is in use, and which ones go (pure) |
//! | [`step`] | the steps and the milestones that order them |
//! | [`graph`] | which steps may run now |
//! | [`run`] | starts steps as their requirements are met |
//! | [`act`] | one step → one call of the port, with the propagation retries |
//! | [`proof`] | nothing leads to the internet: without it there is no success |
//! | [`others`] | what of others keeps a run from beginning (pure) |
//! | [`wait`] | waiting by condition, batched, with deadline and back-off |
//! | [`again`] | which failures another look may show to be none |
//! | [`taken`] | names that somebody else has |
//! | [`report`] | what failed, why, and what the user can do |

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::cloud::{Cloud, CloudError};
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::own::Claims;
use crate::domain::topology::Topology;

mod act;
mod again;
pub mod clock;
mod compare;
mod diff;
pub mod graph;
mod group;
mod observe;
mod others;
pub mod part;
mod proof;
pub mod report;
mod run;
pub mod step;
mod swap;
mod taken;
mod teardown;
mod wait;

pub use act::PROPAGATION;
pub use report::{Cause, Failure, remedy};
pub use step::CREATING;

use again::Before;
use graph::Task;
use group::Groups;
use run::Run;
use wait::{Bounds, Interruption, until_next_try};

/// How often the loop looks again before it gives up: once after the work is done, which takes two rounds where a stand-in is needed,
/// and some times more for calls whose answer was lost or whose effect somebody undid meanwhile.
const ROUNDS: usize = 6;

/// Reconciles environments in one account and region.
#[derive(Clone)]
pub struct Engine {
    cloud: Arc<dyn Cloud>,
    clock: Arc<dyn clock::Clock>,
}

/// Which environment to look at, and what is known of it beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Whose parts to look for.
    pub ownership: Ownership,
    /// Id of the environment's own VPC from the state; `None`: found by its ownership tags.
    pub vpc_id: Option<String>,
    /// Id of the existing VPC that the environment lives in; `None`: it has one of its own.
    pub existing_vpc_id: Option<String>,
    /// The compute environment's name from the state; others are found by their ownership tags.
    pub compute_environment_name: Option<String>,
    /// Names of the job queues from the state; others are found by their ownership tags.
    pub job_queues: BTreeSet<String>,
    /// The parts that the state knows as the environment's own, for the case that their tags are gone.
    pub claims: Claims,
    /// Whether the environment owns, owned or is to own an instance role (its name is derived from the ownership).
    pub instance_role: bool,
    /// Whether it owns, owned or is to own a service role.
    pub service_role: bool,
    /// Whether it owns, owned or is to own a Spot Fleet role.
    pub spot_fleet_role: bool,
}

impl Target {
    /// Whether no state knows of it, so that most likely nothing is there: what stands on something else is not asked for beforehand.
    fn is_new(&self) -> bool {
        self.vpc_id.is_none() && self.compute_environment_name.is_none() && self.claims == Claims::default()
    }
}

/// What bounds a run, and who hears of its progress.
#[derive(Clone)]
pub struct Control {
    /// The user's timeout for the whole run.
    pub timeout: Duration,
    /// Cancelled by Terraform's StopProvider: no new step starts, calls in flight finish.
    pub cancel: CancellationToken,
    /// Called after every step with all that is known to exist, so that nothing is lost to a panic.
    pub checkpoint: Arc<dyn Fn(&Observed) + Send + Sync>,
}

/// How a run ended. Whatever happened, `observed` holds every id that is known to exist.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is there now.
    pub observed: Observed,
    /// What is missing or wrong; empty means that the desired environment is there and healthy (or gone, after a teardown).
    pub failures: Vec<Failure>,
}

impl Engine {
    /// An engine on a cloud and a clock.
    pub fn new(cloud: Arc<dyn Cloud>, clock: Arc<dyn clock::Clock>) -> Self {
        Self { cloud, clock }
    }

    /// The port, for the few questions that are not about one environment (caller, zones, services).
    pub fn cloud(&self) -> &Arc<dyn Cloud> {
        &self.cloud
    }

    /// Everything that is there of an environment.
    ///
    /// # Errors
    /// AWS's refusal of any of the reads: half an observation would show what was not read as gone.
    pub async fn observe(&self, target: &Target) -> Result<Observed, CloudError> {
        observe::observe(&*self.cloud, target, true).await
    }

    /// A network that somebody else made: its VPC, if there is one of that id, and everything in it.
    ///
    /// # Errors
    /// AWS's refusal of any of the reads.
    pub async fn existing_network(&self, vpc_id: &str) -> Result<Observed, CloudError> {
        observe::existing_network(&*self.cloud, vpc_id).await
    }

    /// The VPCs that an environment is in, found by its security group: an existing VPC carries no tag of it. One, unless a run was
    /// interrupted and another one began elsewhere.
    ///
    /// # Errors
    /// AWS's refusal of the read.
    pub async fn vpcs_of(&self, ownership: &Ownership) -> Result<BTreeSet<String>, CloudError> {
        self.cloud.vpcs_with_group_of(ownership).await
    }

    /// Whether converging would find nothing to do: the environment is complete and healthy.
    pub fn is_complete(&self, topology: &Topology, observed: &Observed) -> bool {
        diff::diff(topology, observed).is_empty() && proof::failures(topology, observed).is_empty()
    }

    /// Whether converging would only add what is missing, and change and remove nothing of what is there: what it does for an
    /// environment whose creation was cut off.
    pub fn would_only_add(&self, topology: &Topology, observed: &Observed) -> bool {
        diff::diff(topology, observed).iter().all(|task| task.step.only_adds())
    }

    /// What converging would do, in words, one line for each thing: "creating the endpoint for ecr.api". Empty when
    /// [`is_complete`](Self::is_complete).
    pub fn differences(&self, topology: &Topology, observed: &Observed) -> Vec<String> {
        let tasks = diff::diff(topology, observed);
        let mut lines: Vec<String> = tasks
            .iter()
            .map(|task| format!("{} the {}", task.step.verb(), task.step.part()))
            .collect();
        if topology.has_existing_network() {
            let breaches = proof::failures(topology, observed).into_iter();
            lines.extend(breaches.map(|breach| breach.summary));
        }
        lines.sort();
        lines.dedup();
        lines
    }

    /// Former security groups that stay because rules of groups that are not the environment's own name them: id → those groups. Without
    /// these rules they go.
    pub fn held_security_groups(&self, topology: &Topology, observed: &Observed) -> BTreeMap<String, BTreeSet<String>> {
        let held = Groups::of(topology, observed).held.into_iter();
        let held = held.map(|group| {
            let others = observed.groups_of_others_that_name(&topology.ownership, &group.id);
            (group.id.clone(), others.map(|other| other.id.clone()).collect())
        });
        held.collect()
    }

    /// Brings an environment to what `topology` says. `seen` is an observation made a moment ago, if there is one.
    ///
    /// Success means that a fresh observation after the last step shows nothing left to do: every endpoint available, every rule
    /// and policy in place, the compute environment VALID, no route to the internet.
    pub async fn converge(
        &self,
        topology: &Topology,
        target: &Target,
        seen: Option<Observed>,
        control: &Control,
    ) -> Outcome {
        self.reconcile(Some(topology), target, seen, control, |observed| {
            diff::diff(topology, observed)
        })
        .await
    }

    /// Deletes everything that the environment owns.
    pub async fn teardown(&self, target: &Target, control: &Control) -> Outcome {
        self.reconcile(None, target, None, control, |observed| {
            teardown::teardown(target, observed)
        })
        .await
    }

    /// The loop. It is told what remains to be done, and not which verb Terraform called.
    async fn reconcile(
        &self,
        topology: Option<&Topology>,
        target: &Target,
        seen: Option<Observed>,
        control: &Control,
        remaining: impl Fn(&Observed) -> Vec<Task>,
    ) -> Outcome {
        let bounds = Bounds {
            deadline: self.clock.now() + control.timeout,
            cancel: control.cancel.clone(),
        };
        let run = Run::new(&*self.cloud, &*self.clock, target, topology, bounds, control);
        let mut failures = Vec::new();
        let mut seen = seen;
        let mut before = Before::default();
        for round in 0..ROUNDS {
            let observed = match seen.take() {
                Some(observed) => observed,
                None => match self.look(&run, &before, &remaining).await {
                    Ok(Some(observed)) => observed,
                    Ok(None) => {
                        if failures.is_empty() {
                            failures.push(Failure::interrupted());
                        }
                        break;
                    }
                    Err(error) => {
                        failures.push(Failure::of_observation(error));
                        return Outcome {
                            observed: run.world().observed,
                            failures,
                        };
                    }
                },
            };
            run.see(observed);
            let tasks = remaining(&run.world().observed);
            info!(round, steps = tasks.len(), "observed");
            if let Some(lasting) = before.lasting(&run, &tasks) {
                failures = lasting;
                break;
            }
            // An existing network is not changed: with a path in it there is no use in beginning.
            let judged = topology.filter(|topology| tasks.is_empty() || topology.has_existing_network());
            let unproved = judged.map(|topology| proof::failures(topology, &run.world().observed));
            let mut unproved = unproved.unwrap_or_default();
            unproved.extend(others::in_use(topology, &target.ownership, &run.world().observed));
            unproved.extend(
                topology
                    .iter()
                    .flat_map(|it| others::in_the_way(it, &run.world().observed)),
            );
            if tasks.is_empty() || !unproved.is_empty() {
                return Outcome {
                    observed: run.world().observed,
                    failures: unproved,
                };
            }
            if round + 1 == ROUNDS && failures.is_empty() {
                failures = tasks.iter().map(|task| Failure::left_over(&task.step)).collect();
            }
            if round + 1 == ROUNDS || failures.iter().any(|failure| !again::is_worth_another_look(failure)) {
                break;
            }
            let executed = run.execute(tasks).await;
            before = Before::of(&executed);
            failures = run.report(executed.failed);
            // An interrupted run ends within seconds: what it knows is enough for the state.
            if run.interruption().is_some() && !failures.is_empty() {
                break;
            }
            // Nothing is left that could come back: the last answer was that the VPC is gone.
            if topology.is_none() && failures.is_empty() && run.world().observed.is_empty(&target.ownership) {
                break;
            }
        }
        Outcome {
            observed: run.world().observed,
            failures,
        }
    }

    /// Observes, and looks again for as long as the answer lacks what this run itself has made or changed, or may have: AWS's reads
    /// lag behind its writes, and acting on such an answer would do it twice.
    async fn look(
        &self,
        run: &Run<'_>,
        before: &Before,
        remaining: impl Fn(&Observed) -> Vec<Task>,
    ) -> Result<Option<Observed>, CloudError> {
        let started = self.clock.now();
        let known = run.world();
        let target = Target {
            vpc_id: known
                .observed
                .vpc
                .as_ref()
                .map(|vpc| vpc.id.clone())
                .or(run.target.vpc_id.clone()),
            ..run.target.clone()
        };
        loop {
            let began = self.clock.now();
            let Some(observed) = self.observe_unless_interrupted(run, &target).await? else {
                return Ok(None);
            };
            let shown = known.made.iter().all(|id| observed.shows(id));
            let patience = match shown {
                true => before.patience(run, &known.observed, &observed, &remaining(&observed)),
                false => Some(PROPAGATION),
            };
            let Some(patience) = patience else {
                return Ok(Some(observed));
            };
            // Only an observation that began when the patience had ended is believed: one of its reads may have taken long.
            let until = (started + patience).min(run.bounds.deadline);
            let pause = until_next_try(&*self.clock, started, until, &run.bounds.cancel).await;
            if pause == Err(Interruption::Cancelled) {
                return Ok(None);
            }
            if began >= until {
                return Ok(Some(observed));
            }
        }
    }

    /// Observes; `None` when the user interrupts it, or when AWS has not answered some time after the user's timeout. What a run
    /// knows of its own is more than such an answer.
    async fn observe_unless_interrupted(&self, run: &Run<'_>, target: &Target) -> Result<Option<Observed>, CloudError> {
        let left = run.bounds.deadline.saturating_duration_since(self.clock.now());
        tokio::select! {
            biased;
            () = run.bounds.cancel.cancelled() => Ok(None),
            observed = observe::observe(&*self.cloud, target, run.topology().is_ok()) => observed.map(Some),
            () = self.clock.sleep(left + run::GRACE) => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
