//! An in-memory AWS: the calls of the port, with AWS's rules of order, its life cycles and its eventual consistency.
//!
//! It exists for the engine's tests, so it is strict where AWS is: what AWS refuses, it refuses with AWS's code and words. It is not
//! a second implementation of AWS: it knows the things that an environment consists of, and nothing else.
//!
//! Time is tokio's, so a test with a paused clock decides when anything happens. There are no timers and no tasks: a thing that is
//! `pending` or `CREATING` remembers until when, and every call first lets happen what was due ([`World`]). The world is kept as a
//! series of versions, so that a read can answer with the world of a moment ago ([`Behaviour::describe_lag`]); a refused call makes
//! no version.
//!
//! | module | what it holds |
//! |---|---|
//! | [`behaviour`] | the knobs: what the region offers, how long everything takes |
//! | [`world`] | what exists |
//! | [`vpc`], [`route`], [`security_group`], [`endpoint`], [`tag`] | EC2's rules |
//! | [`identity`] | IAM's rules |
//! | [`batch`], [`batch_rules`], [`batch_update`], [`queue`] | Batch's rules |
//! | [`network_api`], [`identity_api`], [`batch_api`] | the port's methods: each logs its call and hands it to a rule |
//! | [`drift`] | what others do behind our back |
//! | [`log`] | which calls came, and when |
//! | [`refusal`] | AWS's codes |

mod batch;
mod batch_api;
mod batch_rules;
mod batch_update;
mod behaviour;
mod drift;
mod endpoint;
mod identity;
mod identity_api;
mod log;
mod network_api;
mod queue;
mod refusal;
mod route;
mod security_group;
mod tag;
#[cfg(test)]
mod tests;
mod vpc;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::time::Instant;

pub use batch::EnvironmentRecord;
pub use behaviour::Behaviour;
pub use endpoint::EndpointRecord;
pub use identity::{ProfileRecord, RoleRecord};
pub use log::{Call, is_read};
pub use queue::QueueRecord;
pub use world::{Placed, World};

use super::{AccountApi, CallerIdentity, CloudError, Result};
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::facts::EndpointService;
use refusal::Answer;
use world::Moment;

/// An AWS in memory, of one account and region. Clones share it: a test keeps one and gives another to what it tests.
#[derive(Clone, Debug)]
pub struct FakeCloud {
    region: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    /// Versions of the world, each with the moment from which it holds; never empty.
    versions: Vec<(Instant, World)>,
    calls: Vec<Call>,
    requests: u64,
}

impl FakeCloud {
    /// An empty account in a region.
    pub fn new(region: &str) -> Self {
        let state = State {
            behaviour: Behaviour::new(region),
            versions: vec![(Instant::now(), World::default())],
            calls: Vec::new(),
            requests: 0,
        };
        Self {
            region: region.to_owned(),
            state: Arc::new(Mutex::new(state)),
        }
    }

    /// With other behaviour.
    #[must_use]
    pub fn with(self, change: impl FnOnce(&mut Behaviour)) -> Self {
        self.behave(change);
        self
    }

    /// Changes its behaviour from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state().behaviour);
    }

    /// What exists now, whatever reads would say.
    pub fn world(&self) -> World {
        self.state().view(&self.region, Instant::now())
    }

    /// Every call since the beginning or the last [`FakeCloud::clear_calls`], in the order of arrival.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// As [`FakeCloud::calls`], without those that only read.
    pub fn writes(&self) -> Vec<Call> {
        self.calls().into_iter().filter(|call| !call.is_read()).collect()
    }

    /// Forgets the calls up to now.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the world behind everybody's back, or by the rule of a call.
    fn change<T, E>(
        &self,
        rule: impl FnOnce(&mut World, &Moment<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let now = Instant::now();
        let mut state = self.state();
        let mut next = state.view(&self.region, now);
        let moment = Moment {
            now,
            region: &self.region,
            behaviour: &state.behaviour,
        };
        let answer = rule(&mut next, &moment)?;
        state.commit(now, next);
        Ok(answer)
    }

    /// A call that changes something.
    async fn write<T>(
        &self,
        operation: &'static str,
        arguments: impl ToString,
        rule: impl FnOnce(&mut World, &Moment<'_>) -> Answer<T>,
    ) -> Result<T> {
        let request_id = self.arrive(operation, &arguments).await;
        self.change(rule).map_err(|refusal| CloudError {
            kind: refusal.kind,
            operation,
            code: Some(refusal.code.to_owned()),
            message: refusal.message,
            request_id: Some(request_id),
        })
    }

    /// A read of EC2 or IAM, which may lag behind.
    async fn read<T>(
        &self,
        operation: &'static str,
        arguments: impl ToString,
        view: impl FnOnce(&World, &Moment<'_>) -> T,
    ) -> Result<T> {
        self.arrive(operation, &arguments).await;
        let state = self.state();
        let now = Instant::now();
        let seen = now.checked_sub(state.behaviour.describe_lag).unwrap_or(now);
        Ok(state.look(&self.region, seen, view))
    }

    /// A read that never lags behind.
    async fn read_now<T>(
        &self,
        operation: &'static str,
        arguments: impl ToString,
        view: impl FnOnce(&World, &Moment<'_>) -> T,
    ) -> Result<T> {
        self.arrive(operation, &arguments).await;
        Ok(self.state().look(&self.region, Instant::now(), view))
    }

    /// Notes a call and lets its latency pass; answers its request id.
    async fn arrive(&self, operation: &'static str, arguments: &impl ToString) -> String {
        let (latency, request) = {
            let mut state = self.state();
            state.requests += 1;
            state.calls.push(Call {
                operation,
                arguments: arguments.to_string(),
                at: Instant::now(),
            });
            (state.behaviour.latency, state.requests)
        };
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
        format!("fake-{request}")
    }
}

impl State {
    /// The world as of some moment, with everything that was due by then.
    fn view(&self, region: &str, now: Instant) -> World {
        let version = self
            .versions
            .iter()
            .rev()
            .find(|(since, _)| *since <= now)
            .or(self.versions.first());
        let mut world = version.map(|(_, world)| world.clone()).unwrap_or_default();
        world.advance(&Moment {
            now,
            region,
            behaviour: &self.behaviour,
        });
        world
    }

    fn look<T>(&self, region: &str, now: Instant, view: impl FnOnce(&World, &Moment<'_>) -> T) -> T {
        let world = self.view(region, now);
        let moment = Moment {
            now,
            region,
            behaviour: &self.behaviour,
        };
        view(&world, &moment)
    }

    /// Makes `world` the current version, and forgets those that no read can see any more.
    fn commit(&mut self, now: Instant, world: World) {
        self.versions.push((now, world));
        let oldest = now.checked_sub(self.behaviour.describe_lag).unwrap_or(now);
        let needed = self
            .versions
            .iter()
            .rposition(|(since, _)| *since <= oldest)
            .unwrap_or(0);
        self.versions.drain(..needed);
    }
}

#[async_trait]
impl AccountApi for FakeCloud {
    fn region(&self) -> &str {
        &self.region
    }

    async fn caller_identity(&self) -> Result<CallerIdentity> {
        self.read_now("sts:GetCallerIdentity", "", |_, at| CallerIdentity {
            account_id: at.behaviour.account_id.clone(),
            arn: at.arn("iam", "user/engineer"),
            partition: at.behaviour.partition.clone(),
        })
        .await
    }

    async fn availability_zones(&self) -> Result<Vec<String>> {
        self.read_now("ec2:DescribeAvailabilityZones", "", |_, at| {
            at.behaviour.zones.iter().cloned().collect()
        })
        .await
    }

    async fn endpoint_services(&self) -> Result<BTreeMap<String, EndpointService>> {
        self.read_now("ec2:DescribeVpcEndpointServices", "", |_, at| {
            at.behaviour.endpoint_services(at.region)
        })
        .await
    }

    async fn prefix_lists(&self) -> Result<BTreeMap<String, String>> {
        self.read_now("ec2:DescribeManagedPrefixLists", "", |_, at| {
            behaviour::prefix_lists(at.region)
        })
        .await
    }

    async fn launch_templates(&self, keys: &BTreeSet<String>) -> Result<TemplateFacts> {
        let arguments = keys.iter().cloned().collect::<Vec<_>>().join(" ");
        self.read_now("ec2:DescribeLaunchTemplates", arguments, |world, _| {
            let versions = |key: &String| (key.clone(), world.launch_templates.get(key).copied());
            keys.iter().map(versions).collect()
        })
        .await
    }
}
