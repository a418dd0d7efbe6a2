//! How the fake behaves: who it belongs to, what its region offers and how long everything takes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::domain::endpoint::EndpointKind::{self, Gateway, Interface};
use crate::domain::facts::EndpointService;

/// Services that a region offers unless the behaviour says otherwise, by the part of their names behind the region.
const SERVICES: &[(&str, &[EndpointKind])] = &[
    ("batch", &[Interface]),
    ("dynamodb", &[Gateway, Interface]),
    ("ec2", &[Interface]),
    ("ecr.api", &[Interface]),
    ("ecr.dkr", &[Interface]),
    ("ecs", &[Interface]),
    ("ecs-agent", &[Interface]),
    ("ecs-telemetry", &[Interface]),
    ("elasticfilesystem", &[Interface]),
    ("kms", &[Interface]),
    ("logs", &[Interface]),
    ("monitoring", &[Interface]),
    ("s3", &[Gateway, Interface]),
    ("secretsmanager", &[Interface]),
    ("ssm", &[Interface]),
    ("ssmmessages", &[Interface]),
    ("sts", &[Interface]),
];

/// Knobs of a [`FakeCloud`](super::FakeCloud). Every duration is zero by default: states still pass through `pending` and
/// `CREATING` in the answer of a call, and the next read shows how they ended.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// Twelve digits.
    pub account_id: String,
    /// Partition of all ARNs.
    pub partition: String,
    /// Zones in which subnets can be made.
    pub zones: BTreeSet<String>,
    /// Full service name → its zones, where these are not all of the region's.
    pub service_zones: BTreeMap<String, BTreeSet<String>>,
    /// Full names of services that the region does not offer.
    pub absent_services: BTreeSet<String>,
    /// Full names of services whose endpoints cannot have policies.
    pub services_without_policies: BTreeSet<String>,
    /// Full service name → why every endpoint for it ends up `failed`.
    pub failing_services: BTreeMap<String, String>,

    /// Between a call's arrival and its effect.
    pub latency: Duration,
    /// How far reads of EC2 and IAM lag behind: they answer with the world of that long ago.
    pub describe_lag: Duration,
    /// How long EC2 and IAM refuse calls that refer to something just made, as if it did not exist.
    pub reference_lag: Duration,
    /// How long it takes until Batch can use a role or profile that was made or changed.
    pub iam_propagation: Duration,
    /// How long Batch still sees the queue of an environment after it is gone (hashicorp/aws issue 46925).
    pub relationship_lag: Duration,

    /// `pending` of an interface endpoint.
    pub endpoint_pending: Duration,
    /// `deleting` of an endpoint, during which its interfaces are still there.
    pub endpoint_deleting: Duration,
    /// `CREATING` of a compute environment.
    pub compute_environment_creating: Duration,
    /// `UPDATING`.
    pub compute_environment_updating: Duration,
    /// `DELETING`.
    pub compute_environment_deleting: Duration,
    /// From a compute environment's being disabled to the end of its last job.
    pub draining: Duration,
    /// `CREATING` of a job queue.
    pub job_queue_creating: Duration,
    /// `UPDATING`.
    pub job_queue_updating: Duration,
    /// `DELETING`.
    pub job_queue_deleting: Duration,
}

impl Behaviour {
    pub(super) fn new(region: &str) -> Self {
        Self {
            account_id: "123456789012".to_owned(),
            partition: "aws".to_owned(),
            zones: ["a", "c", "d"]
                .iter()
                .map(|letter| format!("{region}{letter}"))
                .collect(),
            service_zones: BTreeMap::new(),
            absent_services: BTreeSet::new(),
            services_without_policies: BTreeSet::new(),
            failing_services: BTreeMap::new(),
            latency: Duration::ZERO,
            describe_lag: Duration::ZERO,
            reference_lag: Duration::ZERO,
            iam_propagation: Duration::ZERO,
            relationship_lag: Duration::ZERO,
            endpoint_pending: Duration::ZERO,
            endpoint_deleting: Duration::ZERO,
            compute_environment_creating: Duration::ZERO,
            compute_environment_updating: Duration::ZERO,
            compute_environment_deleting: Duration::ZERO,
            draining: Duration::ZERO,
            job_queue_creating: Duration::ZERO,
            job_queue_updating: Duration::ZERO,
            job_queue_deleting: Duration::ZERO,
        }
    }

    /// What DescribeVpcEndpointServices answers.
    pub(super) fn endpoint_services(&self, region: &str) -> BTreeMap<String, EndpointService> {
        SERVICES
            .iter()
            .map(|(suffix, kinds)| (full_name(region, suffix), kinds))
            .filter(|(name, _)| !self.absent_services.contains(name))
            .map(|(service_name, kinds)| {
                let service = EndpointService {
                    kinds: kinds.iter().copied().collect(),
                    availability_zones: self.service_zones.get(&service_name).unwrap_or(&self.zones).clone(),
                    supports_private_dns: kinds.contains(&Interface),
                    supports_policies: !self.services_without_policies.contains(&service_name),
                    service_name: service_name.clone(),
                };
                (service_name, service)
            })
            .collect()
    }
}

/// Full name of a service.
pub(super) fn full_name(region: &str, suffix: &str) -> String {
    format!("com.amazonaws.{region}.{suffix}")
}

/// Prefix lists of the region: those of the gateway services.
pub(super) fn prefix_lists(region: &str) -> BTreeMap<String, String> {
    SERVICES
        .iter()
        .filter(|(_, kinds)| kinds.contains(&Gateway))
        .enumerate()
        .map(|(number, (suffix, _))| (full_name(region, suffix), format!("pl-{:08x}", 0x61a5_4000 + number)))
        .collect()
}
