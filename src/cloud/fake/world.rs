//! What exists, and how it changes by itself as time passes.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use ipnet::IpNet;
use tokio::time::Instant;

use super::batch::EnvironmentRecord;
use super::behaviour::Behaviour;
use super::endpoint::EndpointRecord;
use super::identity::{ProfileRecord, RoleRecord};
use super::queue::QueueRecord;
use super::refusal::{Answer, Refusal};
use crate::domain::Tags;
use crate::domain::batch::launch_template::TemplateVersions;
use crate::domain::name::Ownership;
use crate::domain::observed::{Gateway, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc};

/// Everything that exists in the account and region, by id or name.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// VPCs; their DNS attributes are always known here.
    pub vpcs: BTreeMap<String, Placed<Vpc>>,
    /// Gateways and peerings, each of the VPC that it is attached to.
    pub gateways: BTreeMap<String, Placed<Gateway>>,
    /// Subnets.
    pub subnets: BTreeMap<String, Placed<Subnet>>,
    /// Route tables, without the routes to gateway endpoints: those follow from the endpoints.
    pub route_tables: BTreeMap<String, Placed<RouteTable>>,
    /// Entries of customer-managed prefix lists.
    pub prefix_lists: BTreeMap<String, Vec<IpNet>>,
    /// Security groups.
    pub security_groups: BTreeMap<String, Placed<SecurityGroup>>,
    /// Endpoints, those being deleted included.
    pub endpoints: BTreeMap<String, Placed<EndpointRecord>>,
    /// Network interfaces: of endpoints, and foreign ones.
    pub network_interfaces: BTreeMap<String, Placed<NetworkInterface>>,
    /// Roles.
    pub roles: BTreeMap<String, RoleRecord>,
    /// Instance profiles.
    pub instance_profiles: BTreeMap<String, ProfileRecord>,
    /// Compute environments.
    pub compute_environments: BTreeMap<String, EnvironmentRecord>,
    /// Launch templates, by id and by name: a test that names one in both ways gives it twice.
    pub launch_templates: BTreeMap<String, TemplateVersions>,
    /// Job queues.
    pub job_queues: BTreeMap<String, QueueRecord>,
    /// ARNs of compute environments that a queue let go of, and when: Batch remembers it for a while.
    pub(super) former_relationships: Vec<(String, Instant)>,
    /// Idempotency tokens that were used: token → request and the id that it made.
    pub(super) tokens: BTreeMap<String, (String, String)>,
    /// Endpoints that are gone, which their tokens still bring back.
    pub(super) gone_endpoints: BTreeMap<String, crate::domain::observed::Endpoint>,
    /// How many ids were given out.
    pub(super) ids: u64,
}

/// A thing, the VPC that it is in and when it was made.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// Its VPC.
    pub vpc_id: String,
    /// When it was made.
    pub since: Instant,
    /// The thing.
    pub thing: T,
}

impl<T> Deref for Placed<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.thing
    }
}

impl<T> DerefMut for Placed<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.thing
    }
}

/// Where and when a call arrives.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment<'a> {
    pub(super) now: Instant,
    pub(super) region: &'a str,
    pub(super) behaviour: &'a Behaviour,
}

impl Moment<'_> {
    pub(super) fn place<T>(&self, vpc_id: &str, thing: T) -> Placed<T> {
        Placed {
            vpc_id: vpc_id.to_owned(),
            since: self.now,
            thing,
        }
    }

    /// ARN of something of a service in this account; IAM's have no region.
    pub(super) fn arn(&self, service: &str, resource: &str) -> String {
        let region = if service == "iam" { "" } else { self.region };
        let Behaviour {
            partition, account_id, ..
        } = self.behaviour;
        format!("arn:{partition}:{service}:{region}:{account_id}:{resource}")
    }
}

/// The thing of that id, as far as calls that refer to it know of it already.
pub(super) fn known<'a, T>(
    things: &'a BTreeMap<String, Placed<T>>,
    id: &str,
    at: &Moment<'_>,
) -> Answer<&'a Placed<T>> {
    things
        .get(id)
        .filter(|placed| placed.since + at.behaviour.reference_lag <= at.now)
        .ok_or_else(|| Refusal::unknown_id(id))
}

/// As [`known`], to change it.
pub(super) fn known_mut<'a, T>(
    things: &'a mut BTreeMap<String, Placed<T>>,
    id: &str,
    at: &Moment<'_>,
) -> Answer<&'a mut Placed<T>> {
    things
        .get_mut(id)
        .filter(|placed| placed.since + at.behaviour.reference_lag <= at.now)
        .ok_or_else(|| Refusal::unknown_id(id))
}

/// The things that are in a VPC.
pub(super) fn inside<'a, T>(
    things: &'a BTreeMap<String, Placed<T>>,
    vpc_id: &'a str,
) -> impl Iterator<Item = &'a Placed<T>> {
    things.values().filter(move |placed| placed.vpc_id == vpc_id)
}

impl World {
    /// A new id, in AWS's form.
    pub(super) fn new_id(&mut self, prefix: &str) -> String {
        self.ids += 1;
        format!("{prefix}-{:017x}", self.ids)
    }

    /// Lets everything that was due by now happen.
    pub(super) fn advance(&mut self, at: &Moment<'_>) {
        self.settle_endpoints(at);
        self.settle_compute_environments(at);
        self.settle_job_queues(at);
    }

    /// The id that a token made before, if it did. The same token with another request is an error.
    pub(super) fn replay(&self, token: &str, request: &str) -> Answer<Option<String>> {
        match self.tokens.get(token) {
            None => Ok(None),
            Some((before, id)) if before == request => Ok(Some(id.clone())),
            Some(_) => Err(Refusal::invalid(
                "IdempotentParameterMismatch",
                format!("The client token '{token}' has been used before with other parameters."),
            )),
        }
    }

    /// Tags of everything that has any, by id, or by ARN or name outside EC2.
    pub fn tags(&self) -> BTreeMap<String, Tags> {
        fn of<T>(things: &BTreeMap<String, Placed<T>>, tags: impl Fn(&T) -> &Tags) -> Vec<(String, Tags)> {
            things
                .iter()
                .map(|(id, placed)| (id.clone(), tags(placed).clone()))
                .collect()
        }
        let roles = self
            .roles
            .values()
            .map(|record| (record.role.arn.clone(), record.role.tags.clone()));
        let profiles = self.instance_profiles.values();
        let environments = self.compute_environments.values().map(|record| &record.environment);
        let queues = self.job_queues.values().map(|record| &record.queue);
        [
            of(&self.vpcs, |vpc| &vpc.tags),
            of(&self.subnets, |subnet| &subnet.tags),
            of(&self.route_tables, |table| &table.tags),
            of(&self.security_groups, |group| &group.tags),
            of(&self.endpoints, |record| &record.endpoint.tags),
            roles.map(|(arn, tags)| (arn, tags.unwrap_or_default())).collect(),
            profiles
                .map(|record| (record.profile.arn.clone(), record.profile.tags.clone()))
                .collect(),
            environments
                .map(|environment| (environment.arn.clone(), environment.tags.clone()))
                .collect(),
            queues.map(|queue| (queue.arn.clone(), queue.tags.clone())).collect(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Ids and ARNs of everything that carries an environment's ownership tags.
    pub fn owned_by(&self, ownership: &Ownership) -> BTreeSet<String> {
        let tags = self.tags();
        tags.into_iter()
            .filter(|(_, tags)| ownership.owns(tags))
            .map(|(id, _)| id)
            .collect()
    }

    /// Whether nothing exists at all.
    pub fn is_empty(&self) -> bool {
        self.tags().is_empty() && self.network_interfaces.is_empty() && self.gateways.is_empty()
    }
}
