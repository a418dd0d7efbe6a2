//! Which compute environment is to carry the queues in this round, and which ones go. Pure.
//!
//! What AWS Batch cannot change in place needs another compute environment. It comes first; the queues are pointed to it when it is
//! VALID; then the former one goes. So the queues always have one that works, and the jobs in them stay.
//!
//! A name that the user has given can be had only once: while the one of that name is made again, a stand-in carries the queues. It
//! takes two rounds, and nothing is remembered in between: what is there says how far it has come.
//! Source: AWS Batch User Guide, "Perform blue/green updates for compute environments".

use super::compare::must_be_swapped;
use crate::domain::batch::status;
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::topology::Topology;

/// What to do about compute environments in this round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stage<'a> {
    /// Name of the one that is made or changed as planned, and carries the queues.
    pub(super) name: String,
    /// Those that go, the one of that very name included if it must be made again.
    pub(super) leaving: Vec<&'a ComputeEnvironment>,
}

impl<'a> Stage<'a> {
    /// The stage that an observation shows.
    pub(super) fn of(topology: &Topology, observed: &'a Observed) -> Self {
        let plan = &topology.compute_environment;
        let is_unfit = |name: &str| {
            let current = observed.compute_environment(name);
            current.is_some_and(|current| must_be_swapped(topology, observed, current))
        };
        let carries = |name: &str| {
            let current = observed.compute_environment(name);
            current.is_some_and(|current| carries_queues(topology, observed, &current.arn))
        };
        let name = if is_unfit(&plan.name) && carries(&plan.name) {
            stand_ins(&plan.stand_in_name)
                .find(|name| !is_unfit(name))
                .unwrap_or_else(|| plan.stand_in_name.clone())
        } else {
            plan.name.clone()
        };
        let leaving = observed
            .compute_environments
            .values()
            .filter(|current| current.name != name || current.status == status::DELETING || is_unfit(&name))
            .collect();
        Self { name, leaving }
    }

    /// The compute environment that carries the queues, if it is there and stays.
    pub(super) fn current<'o>(&self, observed: &'o Observed) -> Option<&'o ComputeEnvironment> {
        let stays = !self.leaving.iter().any(|leaving| leaving.name == self.name);
        observed.compute_environment(&self.name).filter(|_| stays)
    }
}

/// Names of stand-ins: a second one is needed only if somebody has made another thing of the first.
fn stand_ins(first: &str) -> impl Iterator<Item = String> {
    let others = (2..10).map(move |number| format!("{first}-{number}"));
    std::iter::once(first.to_owned()).chain(others)
}

/// Whether a queue that stays refers to a compute environment.
fn carries_queues(topology: &Topology, observed: &Observed, arn: &str) -> bool {
    let mut staying = topology
        .job_queues
        .iter()
        .filter_map(|plan| observed.job_queues.get(&plan.name));
    staying.any(|queue| queue.compute_environments.iter().any(|used| used == arn))
}
