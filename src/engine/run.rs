//! One run of a graph: its world, its bounds, and the loop that starts what is ready.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::hash::{BuildHasher, RandomState};
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use tracing::{debug, info};

use super::clock::Clock;
use super::graph::{Graph, Task};
use super::report::{Failure, StepError};
use super::step::Step;
use super::taken::Taken;
use super::wait::{Bounds, Interruption};
use super::{Control, Target, act};
use crate::cloud::Cloud;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

/// How long an interrupted run waits for the answers of calls in flight.
pub(super) const GRACE: Duration = Duration::from_secs(10);

/// What the steps of one run share.
pub(super) struct Run<'a> {
    pub(super) cloud: &'a dyn Cloud,
    pub(super) clock: &'a dyn Clock,
    pub(super) target: &'a Target,
    pub(super) bounds: Bounds,
    control: &'a Control,
    /// Nothing is desired in a teardown.
    topology: Option<&'a Topology>,
    /// Tells this run's idempotency tokens from those of every other run: a token that AWS has seen would bring back the
    /// endpoint of then, even if it was deleted since.
    nonce: u64,
    world: Mutex<World>,
}

/// What is known to exist, kept up to date with every answer.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) observed: Observed,
    /// Zone → its route table. A table says nothing of its zone until its subnet is associated with it.
    pub(super) route_tables: BTreeMap<String, String>,
    /// Ids of what this run has made and not deleted again: reads may not show it yet.
    pub(super) made: BTreeSet<String>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        cloud: &'a dyn Cloud,
        clock: &'a dyn Clock,
        target: &'a Target,
        topology: Option<&'a Topology>,
        bounds: Bounds,
        control: &'a Control,
    ) -> Self {
        let nonce = RandomState::new().hash_one("run");
        Self {
            cloud,
            clock,
            target,
            bounds,
            control,
            topology,
            nonce,
            world: Mutex::default(),
        }
    }

    /// Starts from an observation. What was made before and is still not shown stays known.
    pub(super) fn see(&self, observed: Observed) {
        let route_tables = self
            .topology
            .map(|topology| super::diff::assign_route_tables(topology, &observed))
            .unwrap_or_default();
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.observed = observed;
        world.route_tables = route_tables;
    }

    /// A copy of what is known.
    pub(super) fn world(&self) -> World {
        self.world.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what an answer said, and passes it on so that it is not lost if the process dies.
    pub(super) fn note(&self, change: impl FnOnce(&mut World)) {
        let observed = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            change(&mut world);
            world.observed.clone()
        };
        (self.control.checkpoint)(&observed);
    }

    /// The desired environment.
    ///
    /// # Errors
    /// In a teardown, in which no step asks for it.
    pub(super) fn topology(&self) -> Result<&'a Topology, StepError> {
        self.topology
            .ok_or_else(|| StepError::Unhealthy("Nothing is desired while an environment is deleted.".to_owned()))
    }

    /// A token for one create call, the same for every repetition of it. At most 64 ASCII characters.
    pub(super) fn client_token(&self, key: &str) -> String {
        let token = format!("isolated-{:016x}-{key}", self.nonce);
        token.chars().filter(char::is_ascii).take(64).collect()
    }

    /// Runs the tasks, as many at once as are ready, and answers what was done and what failed.
    pub(super) async fn execute(&self, tasks: Vec<Task>) -> Executed {
        let mut graph = Graph::new(tasks);
        let mut running: FuturesUnordered<Pin<Box<dyn Future<Output = Finished> + Send + '_>>> =
            FuturesUnordered::new();
        let mut failures = Vec::new();
        loop {
            if let Some(interruption) = self.interruption() {
                self.finish(&mut graph, &mut running, &mut failures).await;
                failures.extend(
                    graph
                        .running()
                        .map(|step| (step.clone(), self.not_answered(interruption))),
                );
                // What had not started says nothing where something else says what took so long.
                if failures.is_empty() || interruption == Interruption::Cancelled {
                    failures.extend(
                        graph
                            .unstarted()
                            .map(|step| (step.clone(), self.not_started(interruption))),
                    );
                }
                return Executed::of(&graph, failures);
            }
            for (index, step) in graph.take_ready() {
                info!(step = ?step, "step starts");
                running.push(Box::pin(self.perform(index, step)));
            }
            let finished = tokio::select! {
                biased;
                finished = running.next() => finished,
                () = self.interrupted() => continue,
            };
            match finished {
                None => return Executed::of(&graph, failures),
                Some(Finished {
                    index, result: Ok(()), ..
                }) => graph.done(index),
                Some(Finished {
                    index,
                    step,
                    result: Err(error),
                }) => {
                    graph.failed(index);
                    failures.push((step, error));
                }
            }
        }
    }

    /// Lets the calls in flight end, since an answer that is not awaited is an id that is lost; but not for longer than
    /// [`GRACE`]: a call that AWS does not answer is found again by its tags.
    async fn finish(
        &self,
        graph: &mut Graph,
        running: &mut FuturesUnordered<Pin<Box<dyn Future<Output = Finished> + Send + '_>>>,
        failures: &mut Vec<(Step, StepError)>,
    ) {
        let grace = self.clock.sleep(GRACE);
        tokio::pin!(grace);
        loop {
            tokio::select! {
                biased;
                finished = running.next() => match finished {
                    None => return,
                    Some(Finished { index, step, result: Err(error) }) => {
                        graph.failed(index);
                        failures.push((step, error));
                    }
                    Some(Finished { index, .. }) => graph.done(index),
                },
                () = &mut grace => return,
            }
        }
    }

    /// Returns when no further step may start.
    async fn interrupted(&self) {
        let left = self.bounds.deadline.saturating_duration_since(self.clock.now());
        tokio::select! {
            () = self.bounds.cancel.cancelled() => {}
            () = self.clock.sleep(left) => {}
        }
    }

    async fn perform(&self, index: usize, step: Step) -> Finished {
        let result = act::perform(self, &step).await;
        debug!(step = ?step, ok = result.is_ok(), "step ends");
        Finished { index, step, result }
    }

    /// Why no further step may start, if so.
    pub(super) fn interruption(&self) -> Option<Interruption> {
        if self.bounds.cancel.is_cancelled() {
            Some(Interruption::Cancelled)
        } else if self.clock.now() >= self.bounds.deadline {
            Some(Interruption::Timeout)
        } else {
            None
        }
    }

    fn not_answered(&self, interruption: Interruption) -> StepError {
        match interruption {
            Interruption::Cancelled => StepError::Cancelled,
            Interruption::Timeout => StepError::Timeout {
                last: None,
                seen: "AWS had not answered".to_owned(),
            },
        }
    }

    fn not_started(&self, interruption: Interruption) -> StepError {
        match interruption {
            Interruption::Cancelled => StepError::Cancelled,
            Interruption::Timeout => StepError::Timeout {
                last: None,
                seen: "it had not started".to_owned(),
            },
        }
    }

    /// Failures as the user reads them. An interrupted run says so once and not for every step.
    pub(super) fn report(&self, failures: Vec<(Step, StepError)>) -> Vec<Failure> {
        let mut cancelled = false;
        failures
            .into_iter()
            .filter(|(_, error)| *error != StepError::Cancelled || !std::mem::replace(&mut cancelled, true))
            .map(|(step, error)| self.failure(&step, error))
            .collect()
    }

    fn failure(&self, step: &Step, error: StepError) -> Failure {
        match error {
            StepError::Cloud(error) => match Taken::of(self, step, &error) {
                Some(taken) => taken.failure(self, step, error),
                None => Failure::of_step(step, error.into(), self.control.timeout),
            },
            error => Failure::of_step(step, error, self.control.timeout),
        }
    }
}

/// How far a run has come.
#[derive(Debug, Default)]
pub(super) struct Executed {
    /// Steps that succeeded.
    pub(super) done: Vec<Step>,
    /// Steps that did not, or did not start, and why.
    pub(super) failed: Vec<(Step, StepError)>,
}

impl Executed {
    fn of(graph: &Graph, failed: Vec<(Step, StepError)>) -> Self {
        Self {
            done: graph.succeeded().cloned().collect(),
            failed,
        }
    }
}

struct Finished {
    index: usize,
    step: Step,
    result: Result<(), StepError>,
}
