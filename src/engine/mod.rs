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
//! | [`graph`] | runs steps as their requirements are met |
//! | [`act`] | one step → one call of the port, with the propagation retries |
//! | [`wait`] | waiting by condition, batched, with deadline and back-off |
//! | [`report`] | what failed, why, and what the user can do |

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::cloud::{Cloud, CloudError};
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

pub mod clock;
pub mod part;
pub mod report;

pub use report::{Cause, Failure};

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
    /// The VPC's id from the state; `None`: found by its ownership tags.
    pub vpc_id: Option<String>,
    /// The compute environment's name; `None`: found by its ownership tags.
    pub compute_environment_name: Option<String>,
    /// Whether the environment owns, owned or is to own an instance role (its name is derived from the ownership).
    pub instance_role: bool,
    /// Whether it owns, owned or is to own a service role.
    pub service_role: bool,
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
    pub async fn observe(&self, target: &Target) -> Result<Observed, CloudError> {
        let _ = (target, &self.clock);
        Ok(Observed::default())
    }

    /// Brings an environment to what `topology` says. `seen` is an observation made a moment ago, if there is one.
    pub async fn converge(
        &self,
        topology: &Topology,
        target: &Target,
        seen: Option<Observed>,
        control: &Control,
    ) -> Outcome {
        let _ = (topology, target, control);
        Outcome {
            observed: seen.unwrap_or_default(),
            failures: Vec::new(),
        }
    }

    /// Whether converging would find nothing to do: the environment is complete and healthy.
    pub fn is_complete(&self, topology: &Topology, observed: &Observed) -> bool {
        let _ = (topology, observed);
        false
    }

    /// Deletes everything that the environment owns.
    pub async fn teardown(&self, target: &Target, control: &Control) -> Outcome {
        let _ = (target, control);
        Outcome {
            observed: Observed::default(),
            failures: Vec::new(),
        }
    }
}
