//! Who holds on to what will not go. AWS says that something does, and never what; the few reads that tell are made only when a
//! removal has been refused until its time was up.

use std::collections::BTreeSet;

use super::super::run::Run;
use super::super::step::Step;
use crate::cloud::Cloud;
use crate::domain::firewall::Peer;
use crate::domain::observed::{Endpoint, Gateway, GatewayKind, NetworkInterface, SecurityGroup};

/// Who holds on to what a step could not remove, for the error.
pub(super) async fn holders(run: &Run<'_>, step: &Step) -> String {
    let Some(look) = Look::of(run) else {
        return UNKNOWN.to_owned();
    };
    let found = match step {
        Step::DeleteComputeEnvironment(name) => queues(run, name).await,
        Step::DeleteSubnet { subnet_id, .. } => look.interfaces(|held| held.subnet_id == *subnet_id).await,
        Step::DeleteSecurityGroup(id) => look.users_of_group(id).await,
        Step::DeleteRouteTable { route_table_id, .. } => look.associations(route_table_id).await,
        Step::DeleteVpc(_) => look.everything().await,
        _ => Holders::default(),
    };
    found.in_words()
}

const UNKNOWN: &str = "AWS did not say what holds on to it";

/// Name of GuardDuty's endpoint service, and what the name of its group starts with.
/// Source: Amazon GuardDuty User Guide, "Using Infrastructure as Code (IaC) with GuardDuty automated security agents".
const GUARDDUTY_SERVICE: &str = ".guardduty-data";
const GUARDDUTY_GROUP: &str = "GuardDutyManagedSecurityGroup-";
const GUARDDUTY_TAG: &str = "GuardDutyManaged";

/// What was found.
#[derive(Debug, Default)]
struct Holders {
    /// Each as a phrase: what, which, whose.
    things: Vec<String>,
    /// Ids of what GuardDuty put into the VPC by itself.
    guardduty: BTreeSet<String>,
}

impl Holders {
    fn in_words(mut self) -> String {
        if self.things.is_empty() {
            return UNKNOWN.to_owned();
        }
        self.things.dedup();
        let mut words = format!("it is held by {}", self.things.join("; "));
        if !self.guardduty.is_empty() {
            let ids: Vec<&str> = self.guardduty.iter().map(String::as_str).collect();
            words.push_str(&format!(
                ". GuardDuty put {} into the VPC by itself, for its Runtime Monitoring, and takes it away only when Runtime \
                 Monitoring is switched off: delete the endpoint first and the security group then, and destroy again",
                ids.join(" and ")
            ));
        }
        words
    }

    fn add(&mut self, things: impl IntoIterator<Item = String>) {
        self.things.extend(things);
    }
}

/// The VPC as it is now. What AWS does not let be read is left out: the refusal that all this is about matters more.
struct Look<'a> {
    cloud: &'a dyn Cloud,
    vpc_id: String,
    account_id: String,
}

impl<'a> Look<'a> {
    fn of(run: &Run<'a>) -> Option<Self> {
        let observed = run.world().observed;
        Some(Self {
            cloud: run.cloud,
            vpc_id: observed.vpc.map(|vpc| vpc.id).unwrap_or_default(),
            account_id: observed.account_id,
        })
    }

    async fn list(&self) -> Vec<NetworkInterface> {
        self.cloud.network_interfaces(&self.vpc_id).await.unwrap_or_default()
    }

    async fn groups(&self) -> Vec<SecurityGroup> {
        self.cloud.security_groups(&self.vpc_id).await.unwrap_or_default()
    }

    async fn endpoints(&self) -> Vec<Endpoint> {
        self.cloud.endpoints(&self.vpc_id).await.unwrap_or_default()
    }

    /// The interfaces that hold on, and what GuardDuty has to do with those of an endpoint.
    async fn interfaces(&self, holds: impl Fn(&NetworkInterface) -> bool) -> Holders {
        let interfaces: Vec<NetworkInterface> = self.list().await.into_iter().filter(|it| holds(it)).collect();
        let mut found = Holders::default();
        let of_endpoints = interfaces.iter().any(|it| it.interface_type == ENDPOINT_INTERFACE);
        let endpoints = if of_endpoints {
            self.endpoints().await
        } else {
            Vec::new()
        };
        found.add(interfaces.iter().map(|it| self.interface(it, &endpoints)));
        let holds_on = |endpoint: &&Endpoint| {
            interfaces
                .iter()
                .any(|it| endpoint.network_interface_ids.contains(&it.id))
        };
        if endpoints.iter().filter(holds_on).any(is_guardduty_endpoint) {
            found.guardduty = self.guardduty(&endpoints, &self.groups().await);
        }
        found
    }

    async fn users_of_group(&self, id: &str) -> Holders {
        let mut found = self.interfaces(|held| held.security_group_ids.contains(id)).await;
        let peer = Peer::SecurityGroup(id.to_owned());
        let refers = |group: &&SecurityGroup| {
            let mut rules = group.ingress.iter().chain(&group.egress);
            group.id != id && rules.any(|rule| rule.peer == peer)
        };
        let groups = self.groups().await;
        let referring = groups.iter().filter(refers);
        found.add(referring.map(|group| {
            format!(
                "a rule of security group {} ({}), which must be revoked",
                group.id, group.name
            )
        }));
        found
    }

    async fn associations(&self, route_table_id: &str) -> Holders {
        let tables = self.cloud.route_tables(&self.vpc_id).await.unwrap_or_default();
        let table = tables.into_iter().find(|table| table.id == route_table_id);
        let subnets = table.into_iter().flat_map(|table| table.associations.into_keys());
        let mut found = Holders::default();
        found.add(subnets.map(|id| format!("subnet {id}, whose association with it must be removed")));
        found
    }

    /// Everything that keeps the VPC from being deleted, whoever made it.
    async fn everything(&self) -> Holders {
        let (interfaces, subnets, groups, endpoints, gateways, tables) = tokio::join!(
            self.list(),
            self.cloud.subnets(&self.vpc_id),
            self.groups(),
            self.endpoints(),
            self.cloud.gateways(&self.vpc_id),
            self.cloud.route_tables(&self.vpc_id),
        );
        let mut found = Holders::default();
        found.add(interfaces.iter().map(|it| self.interface(it, &endpoints)));
        let subnets = subnets.unwrap_or_default();
        found.add(
            subnets
                .iter()
                .map(|subnet| format!("subnet {}, which must be deleted", subnet.id)),
        );
        let others = groups.iter().filter(|group| group.name != "default");
        found.add(others.map(|group| format!("security group {} ({}), which must be deleted", group.id, group.name)));
        let there = endpoints.iter().filter(|endpoint| endpoint.state != "deleted");
        found.add(there.map(|endpoint| {
            format!(
                "VPC endpoint {} ({}), which must be deleted",
                endpoint.id, endpoint.service_name
            )
        }));
        found.add(gateways.unwrap_or_default().iter().map(gateway));
        let tables = tables.unwrap_or_default();
        let others = tables.iter().filter(|table| !table.main);
        found.add(others.map(|table| format!("route table {}, which must be deleted", table.id)));
        found.guardduty = self.guardduty(&endpoints, &groups);
        found
    }

    fn guardduty(&self, endpoints: &[Endpoint], groups: &[SecurityGroup]) -> BTreeSet<String> {
        let endpoints = endpoints
            .iter()
            .filter(|endpoint| !endpoint.is_leaving() && is_guardduty_endpoint(endpoint))
            .map(|endpoint| format!("VPC endpoint {}", endpoint.id));
        let is_its =
            |group: &&SecurityGroup| group.name.starts_with(GUARDDUTY_GROUP) || group.tags.contains_key(GUARDDUTY_TAG);
        let groups = groups.iter().filter(is_its);
        endpoints
            .chain(groups.map(|group| format!("security group {}", group.id)))
            .collect()
    }

    /// An interface by what it is of: an instance, an endpoint, or whatever AWS says that it is for.
    fn interface(&self, interface: &NetworkInterface, endpoints: &[Endpoint]) -> String {
        let owner = interface.requester_id.as_deref().or(interface.owner_id.as_deref());
        let owner = owner
            .filter(|id| *id != self.account_id)
            .map(|id| format!(" of {id}"))
            .unwrap_or_default();
        let id = &interface.id;
        if let Some(instance) = &interface.instance_id {
            return format!("instance {instance}{owner} (network interface {id})");
        }
        let endpoint = endpoints
            .iter()
            .find(|endpoint| endpoint.network_interface_ids.contains(id));
        if let Some(Endpoint {
            id: endpoint,
            service_name,
            ..
        }) = endpoint
        {
            return format!("network interface {id} of VPC endpoint {endpoint} ({service_name})");
        }
        let text = if interface.description.is_empty() {
            &interface.interface_type
        } else {
            &interface.description
        };
        format!("network interface {id}{owner} ({text})")
    }
}

/// `InterfaceType` of an endpoint's interfaces.
const ENDPOINT_INTERFACE: &str = "vpc_endpoint";

fn is_guardduty_endpoint(endpoint: &Endpoint) -> bool {
    endpoint.service_name.ends_with(GUARDDUTY_SERVICE)
}

fn gateway(gateway: &Gateway) -> String {
    let end = match gateway.kind {
        GatewayKind::Internet | GatewayKind::VirtualPrivate => "detached",
        GatewayKind::EgressOnlyInternet | GatewayKind::Nat | GatewayKind::Peering => "deleted",
    };
    format!("{} {}, which must be {end}", gateway.kind, gateway.id)
}

async fn queues(run: &Run<'_>, name: &str) -> Holders {
    let mut found = Holders::default();
    if let Some(current) = run.world().observed.compute_environments.get(name) {
        let queues = run.cloud.job_queues().await.unwrap_or_default();
        let users = queues
            .into_iter()
            .filter(|queue| queue.compute_environments.contains(&current.arn));
        found.add(users.map(|queue| {
            format!(
                "job queue {}, which must be deleted or pointed elsewhere first",
                queue.name
            )
        }));
    }
    found
}
