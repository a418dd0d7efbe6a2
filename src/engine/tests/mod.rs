//! The engine against the in-memory AWS, with injected faults and paused time.

mod claims;
mod compute;
mod crash;
mod create;
mod drift;
mod endpoints;
mod existing;
mod faults;
mod group;
mod intruders;
mod isolation;
mod queues;
mod random;
mod somebody;
mod swap;
mod swap_end;
mod swap_random;
mod taken;
mod teardown;
mod update;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::clock::TokioClock;
use super::{Control, Engine, Outcome, Target};
use crate::cloud::AccountApi;
use crate::cloud::fake::{Behaviour, FakeCloud};
use crate::cloud::faulty::Faulty;
use crate::domain::batch::LaunchTemplate;
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::facts::Facts;
use crate::domain::fixture;
use crate::domain::observed::Observed;
use crate::domain::own::Claims;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;

const REGION: &str = "ap-northeast-1";

/// An AWS of one's own, and an engine on it through a decorator that can inject faults.
struct Lab {
    aws: FakeCloud,
    faults: Faulty<FakeCloud>,
    engine: Engine,
    cancel: CancellationToken,
    timeout: Duration,
    checkpoints: Arc<Mutex<Vec<Observed>>>,
}

impl Lab {
    fn new() -> Self {
        Self::on(FakeCloud::new(REGION))
    }

    /// An AWS in which everything takes its time.
    fn slow(change: impl FnOnce(&mut Behaviour)) -> Self {
        Self::on(FakeCloud::new(REGION).with(|behaviour| {
            behaviour.latency = Duration::from_millis(30);
            behaviour.endpoint_pending = Duration::from_secs(10);
            behaviour.endpoint_deleting = Duration::from_secs(10);
            behaviour.compute_environment_creating = Duration::from_secs(10);
            behaviour.compute_environment_updating = Duration::from_secs(10);
            behaviour.compute_environment_deleting = Duration::from_secs(10);
            change(behaviour);
        }))
    }

    fn on(aws: FakeCloud) -> Self {
        Self::through(aws.clone(), Faulty::new(aws))
    }

    fn through(aws: FakeCloud, faults: Faulty<FakeCloud>) -> Self {
        let engine = Engine::new(Arc::new(faults.clone()), Arc::new(TokioClock));
        Self {
            aws,
            faults,
            engine,
            cancel: CancellationToken::new(),
            timeout: Duration::from_secs(1800),
            checkpoints: Arc::default(),
        }
    }

    fn control(&self) -> Control {
        let checkpoints = Arc::clone(&self.checkpoints);
        Control {
            timeout: self.timeout,
            cancel: self.cancel.clone(),
            checkpoint: Arc::new(move |observed| {
                if let Ok(mut checkpoints) = checkpoints.lock() {
                    checkpoints.push(observed.clone());
                }
            }),
        }
    }

    /// The seed's environment in this AWS, with changes.
    async fn topology(&self, change: impl FnOnce(&mut Spec)) -> Topology {
        let mut spec = fixture::seed();
        change(&mut spec);
        let network = match &spec.network.existing {
            Some(existing) => self.engine.existing_network(&existing.vpc_id).await.ok(),
            None => None,
        };
        let facts = Facts {
            account_id: "123456789012".into(),
            partition: "aws".into(),
            region: REGION.into(),
            availability_zones: self.aws.availability_zones().await.unwrap(),
            endpoint_services: self.aws.endpoint_services().await.unwrap(),
            prefix_lists: self.aws.prefix_lists().await.unwrap(),
            network,
            launch_templates: self.templates(&spec).await,
        };
        Topology::plan(&spec, &facts).unwrap()
    }

    /// The launch templates that a spec names.
    async fn templates(&self, spec: &Spec) -> TemplateFacts {
        let named = spec
            .compute_environment
            .launch_template
            .iter()
            .flat_map(LaunchTemplate::templates);
        let keys = named.filter_map(|template| template.key().map(str::to_owned)).collect();
        self.aws.launch_templates(&keys).await.unwrap()
    }

    async fn apply(&self, topology: &Topology) -> Outcome {
        self.engine
            .converge(topology, &target(topology), None, &self.control())
            .await
    }

    /// Applies and expects a healthy environment.
    async fn make(&self, topology: &Topology) -> Observed {
        let outcome = self.apply(topology).await;
        assert_eq!(outcome.failures, []);
        assert!(self.engine.is_complete(topology, &outcome.observed));
        outcome.observed
    }

    async fn destroy(&self, topology: &Topology) -> Outcome {
        self.engine.teardown(&target(topology), &self.control()).await
    }

    /// Names of the writes since the last look, sorted.
    fn writes(&self) -> Vec<&'static str> {
        let mut writes: Vec<_> = self.aws.writes().iter().map(|call| call.operation).collect();
        self.aws.clear_calls();
        writes.sort_unstable();
        writes
    }

    /// Asserts that nothing but the account's own things is left.
    fn assert_empty(&self) {
        let world = self.aws.world();
        assert!(world.vpcs.is_empty(), "{:?}", world.vpcs);
        assert!(world.subnets.is_empty());
        assert!(world.route_tables.is_empty());
        assert!(world.security_groups.is_empty());
        assert!(world.endpoints.is_empty(), "{:?}", world.endpoints);
        assert!(world.network_interfaces.is_empty());
        assert!(world.instance_profiles.is_empty());
        assert!(world.compute_environments.is_empty());
        assert!(
            world.roles.keys().all(|name| !name.contains("simulation")),
            "{:?}",
            world.roles.keys()
        );
    }

    /// Asserts that there is one of everything: nothing was made twice.
    fn assert_single(&self) {
        let world = self.aws.world();
        assert_eq!(world.vpcs.len(), 1);
        assert_eq!(world.subnets.len(), 3);
        assert_eq!(
            world.route_tables.len(),
            1 + 3,
            "the VPC's main table and one for each zone"
        );
        assert_eq!(
            world.security_groups.len(),
            1 + 1,
            "the VPC's default group and the environment's"
        );
        assert_eq!(world.endpoints.len(), 6);
        assert_eq!(world.compute_environments.len(), 1);
        assert_eq!(world.instance_profiles.len(), 1);
    }
}

fn target(topology: &Topology) -> Target {
    Target {
        ownership: topology.ownership.clone(),
        vpc_id: None,
        existing_vpc_id: topology.vpc.id.clone(),
        compute_environment_name: None,
        job_queues: BTreeSet::new(),
        instance_role: true,
        service_role: topology.service_role.is_some(),
        spot_fleet_role: topology.spot_fleet_role.is_some(),
        claims: Claims::default(),
    }
}
