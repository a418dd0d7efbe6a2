//! Desired × observed → steps. Pure: the same call plans a create, a repair, an update and a resume.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{compute_environment_update, endpoint_change, tag_changes};
use super::graph::Task;
use super::step::{Milestone, RoleKind, Step};
use crate::domain::Tags;
use crate::domain::endpoint::EndpointKind;
use crate::domain::firewall::RuleChanges;
use crate::domain::identity;
use crate::domain::observed::{InstanceProfile, Observed, Role};
use crate::domain::topology::{RolePlan, Topology};

/// The steps that are missing between what is there and what is desired; empty when the environment is complete and healthy.
pub(super) fn diff(topology: &Topology, observed: &Observed) -> Vec<Task> {
    let mut tasks = Vec::new();
    vpc(topology, observed, &mut tasks);
    subnets(topology, observed, &mut tasks);
    route_tables(topology, observed, &mut tasks);
    security_group(topology, observed, &mut tasks);
    endpoints(topology, observed, &mut tasks);
    roles(topology, observed, &mut tasks);
    compute_environment(topology, observed, &mut tasks);
    leftovers(topology, observed, &mut tasks);
    network_tags(topology, observed, &mut tasks);
    tasks
}

fn vpc(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let _ = topology;
    // A new VPC has DNS support on and DNS host names off; private DNS of endpoints needs both.
    let (support, hostnames) = match &observed.vpc {
        None => {
            tasks.push(Task::new(Step::CreateVpc, [], [Milestone::Vpc]));
            (true, false)
        }
        Some(vpc) => (vpc.dns_support != Some(false), vpc.dns_hostnames != Some(false)),
    };
    if !support {
        tasks.push(Task::new(
            Step::EnableDnsSupport,
            [Milestone::Vpc],
            [Milestone::DnsSupport],
        ));
    }
    if !hostnames {
        tasks.push(Task::new(
            Step::EnableDnsHostnames,
            [Milestone::Vpc, Milestone::DnsSupport],
            [Milestone::DnsHostnames],
        ));
    }
}

fn subnets(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    for plan in &topology.subnets {
        let zone = plan.availability_zone.clone();
        match observed.own_subnet(&topology.ownership, plan) {
            None => tasks.push(Task::new(
                Step::CreateSubnet(zone.clone()),
                [Milestone::Vpc],
                [Milestone::Subnet(zone)],
            )),
            Some(subnet) if subnet.map_public_ip_on_launch => tasks.push(Task::new(
                Step::DisablePublicAddresses {
                    zone,
                    subnet_id: subnet.id.clone(),
                },
                [],
                [],
            )),
            Some(_) => {}
        }
    }
}

fn route_tables(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &topology.ownership;
    let tables = assign_route_tables(topology, observed);
    for plan in &topology.subnets {
        let zone = &plan.availability_zone;
        let subnet = observed.own_subnet(ownership, plan);
        let table = tables.get(zone).and_then(|id| observed.route_tables.get(id));
        if table.is_none() {
            tasks.push(Task::new(
                Step::CreateRouteTable(zone.clone()),
                [Milestone::Vpc],
                [Milestone::RouteTable(zone.clone())],
            ));
        }
        let associated = match (subnet, table) {
            (Some(subnet), Some(table)) => table.associations.contains_key(&subnet.id),
            _ => false,
        };
        if !associated {
            tasks.push(Task::new(
                Step::AssociateRouteTable(zone.clone()),
                [Milestone::Subnet(zone.clone()), Milestone::RouteTable(zone.clone())],
                [],
            ));
        }
        for route in table
            .iter()
            .flat_map(|table| &table.routes)
            .filter(|route| route.leads_to_the_internet())
        {
            tasks.push(Task::new(
                Step::DeleteRoute {
                    zone: zone.clone(),
                    route_table_id: tables[zone].clone(),
                    destination: route.destination.clone(),
                },
                [],
                [],
            ));
        }
    }
}

/// Zone → the table that is, or shall be, its own: the one its subnet uses if that is ours, else one of ours that nobody uses
/// (an earlier run made it and was stopped before it was associated).
pub(super) fn assign_route_tables(topology: &Topology, observed: &Observed) -> BTreeMap<String, String> {
    let ownership = &topology.ownership;
    let mut assigned = BTreeMap::new();
    for plan in &topology.subnets {
        let table = observed
            .own_subnet(ownership, plan)
            .and_then(|subnet| observed.route_table_of(&subnet.id))
            .filter(|table| !table.main && (ownership.owns(&table.tags) || table.associations.len() == 1));
        if let Some(table) = table {
            assigned.insert(plan.availability_zone.clone(), table.id.clone());
        }
    }
    let mut spare: Vec<&str> = observed
        .own_route_tables(ownership)
        .filter(|table| table.associations.is_empty())
        .map(|table| table.id.as_str())
        .collect();
    for plan in &topology.subnets {
        if !assigned.contains_key(&plan.availability_zone)
            && let Some(id) = spare.pop()
        {
            assigned.insert(plan.availability_zone.clone(), id.to_owned());
        }
    }
    assigned
}

fn security_group(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let plan = &topology.security_group;
    let Some(group) = observed.own_security_group(&topology.ownership, Some(plan)) else {
        tasks.push(Task::new(
            Step::CreateSecurityGroup,
            [Milestone::Vpc],
            [Milestone::SecurityGroup],
        ));
        tasks.push(Task::new(Step::ReconcileRules, [Milestone::SecurityGroup], []));
        return;
    };
    let same = RuleChanges::between(&group.ingress, &plan.ingress).is_empty()
        && RuleChanges::between(&group.egress, &plan.egress).is_empty();
    if !same {
        tasks.push(Task::new(Step::ReconcileRules, [], []));
    }
}

fn endpoints(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let mut unsettled = false;
    let mut replaced = BTreeSet::new();
    for plan in &topology.endpoints {
        let service = plan.service.clone();
        let (step, gone) = match observed.own_endpoint(&topology.ownership, plan) {
            None => (Step::CreateEndpoint(service.clone()), None),
            // A failed endpoint does not heal: it goes, and another one comes.
            Some(endpoint) if endpoint.has_failed() => {
                replaced.insert(endpoint.id.clone());
                (Step::CreateEndpoint(service.clone()), Some(Milestone::EndpointsGone))
            }
            Some(endpoint) if endpoint_change(topology, observed, plan, endpoint).is_some() => {
                (Step::ModifyEndpoint(service.clone()), None)
            }
            Some(endpoint) => {
                unsettled |= endpoint.state != "available";
                continue;
            }
        };
        unsettled = true;
        let mut requires: Vec<Milestone> = match plan.kind {
            EndpointKind::Interface => vec![Milestone::SecurityGroup, Milestone::DnsHostnames],
            EndpointKind::Gateway => topology
                .subnets
                .iter()
                .map(|subnet| Milestone::RouteTable(subnet.availability_zone.clone()))
                .collect(),
        };
        requires.extend(plan.availability_zones.iter().cloned().map(Milestone::Subnet));
        requires.push(Milestone::Vpc);
        requires.extend(gone);
        // Endpoints that are on their way out still hold the service's private DNS name.
        if observed
            .endpoints
            .values()
            .any(|other| other.is_leaving() && other.service_name == plan.service_name)
        {
            requires.push(Milestone::EndpointsGone);
        }
        tasks.push(Task::new(step, requires, [Milestone::Endpoint(service)]));
    }
    removals(&replaced, observed, topology, tasks);
    if unsettled {
        let all = topology
            .endpoints
            .iter()
            .map(|plan| Milestone::Endpoint(plan.service.clone()));
        tasks.push(Task::new(Step::AwaitEndpoints, all, [Milestone::EndpointsAvailable]));
    }
}

/// Endpoints that go: those that failed, and the environment's own that are no longer asked for.
fn removals(replaced: &BTreeSet<String>, observed: &Observed, topology: &Topology, tasks: &mut Vec<Task>) {
    let wanted: BTreeSet<&str> = topology
        .endpoints
        .iter()
        .map(|plan| plan.service_name.as_str())
        .collect();
    let mut ids = replaced.clone();
    ids.extend(
        observed
            .own_endpoints(&topology.ownership)
            .filter(|endpoint| !wanted.contains(endpoint.service_name.as_str()))
            .map(|endpoint| endpoint.id.clone()),
    );
    let leaving: BTreeSet<String> = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.state == "deleting" && wanted.contains(endpoint.service_name.as_str()))
        .map(|endpoint| endpoint.id.clone())
        .collect();
    if !ids.is_empty() {
        tasks.push(Task::new(
            Step::DeleteEndpoints(ids.clone()),
            [],
            [Milestone::EndpointsLeaving],
        ));
    }
    ids.extend(leaving);
    if !ids.is_empty() {
        tasks.push(Task::new(
            Step::AwaitEndpointsGone(ids),
            [Milestone::EndpointsLeaving],
            [Milestone::EndpointsGone],
        ));
    }
}

fn roles(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    if let Some(plan) = &topology.instance_role {
        role(
            RoleKind::Instance,
            plan,
            observed.instance_role.as_ref(),
            topology,
            tasks,
        );
        profile(plan, observed.instance_profile.as_ref(), topology, tasks);
    }
    if let Some(plan) = &topology.service_role {
        role(RoleKind::Service, plan, observed.service_role.as_ref(), topology, tasks);
    }
}

fn role(kind: RoleKind, plan: &RolePlan, role: Option<&Role>, topology: &Topology, tasks: &mut Vec<Task>) {
    let ready = Milestone::RoleReady(kind);
    let attached = match role {
        None => {
            tasks.push(Task::new(
                Step::CreateRole(kind),
                [],
                [Milestone::Role(kind), ready.clone()],
            ));
            &BTreeSet::new()
        }
        Some(role) => {
            if !identity::same_policy(&role.assume_role_policy, &plan.assume_role_policy) {
                tasks.push(Task::new(Step::SetTrustPolicy(kind), [], [ready.clone()]));
            }
            if let Some(tags) = &role.tags
                && !tag_changes(tags, &plan.tags, &topology.ignored_tags).is_empty()
            {
                tasks.push(Task::new(Step::TagRole(kind), [], []));
            }
            &role.attached_policies
        }
    };
    for policy in plan.managed_policies.difference(attached) {
        tasks.push(Task::new(
            Step::AttachPolicy(kind, policy.clone()),
            [Milestone::Role(kind)],
            [ready.clone()],
        ));
    }
}

fn profile(plan: &RolePlan, profile: Option<&InstanceProfile>, topology: &Topology, tasks: &mut Vec<Task>) {
    match profile {
        None => tasks.push(Task::new(Step::CreateInstanceProfile, [], [Milestone::InstanceProfile])),
        Some(profile) if !tag_changes(&profile.tags, &plan.tags, &topology.ignored_tags).is_empty() => {
            tasks.push(Task::new(Step::TagInstanceProfile, [], []));
        }
        Some(_) => {}
    }
    let filled = profile
        .and_then(|profile| profile.role.as_ref())
        .is_some_and(|role| role.name == plan.name);
    if !filled {
        tasks.push(Task::new(
            Step::AddRoleToInstanceProfile,
            [Milestone::InstanceProfile, Milestone::Role(RoleKind::Instance)],
            [Milestone::RoleReady(RoleKind::Instance)],
        ));
    }
}

fn compute_environment(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let plan = &topology.compute_environment;
    let mut requires: Vec<Milestone> = vec![
        Milestone::SecurityGroup,
        Milestone::RoleReady(RoleKind::Instance),
        Milestone::RoleReady(RoleKind::Service),
    ];
    requires.extend(
        topology
            .subnets
            .iter()
            .map(|subnet| Milestone::Subnet(subnet.availability_zone.clone())),
    );
    let changed = Milestone::ComputeEnvironmentChanged;
    let settled = Milestone::ComputeEnvironmentSettled;
    let current = observed
        .compute_environment
        .as_ref()
        .filter(|current| current.status != "DELETED");
    let unsettled = match current {
        None => {
            tasks.push(Task::new(Step::CreateComputeEnvironment, requires, [changed.clone()]));
            true
        }
        Some(current) => {
            let differs = compute_environment_update(topology, observed, current).is_some();
            if differs {
                tasks.push(Task::new(Step::UpdateComputeEnvironment, requires, [changed.clone()]));
            }
            if !tag_changes(&current.tags, &plan.tags, &topology.ignored_tags).is_empty() {
                tasks.push(Task::new(Step::TagComputeEnvironment, [], []));
            }
            differs || current.status != "VALID"
        }
    };
    if unsettled {
        // What makes it valid must be in place, or an INVALID one is looked at before it could be repaired.
        let ready = [
            Milestone::RoleReady(RoleKind::Instance),
            Milestone::RoleReady(RoleKind::Service),
            changed,
        ];
        tasks.push(Task::new(Step::AwaitComputeEnvironment, ready, [settled]));
    }
}

/// The environment's own subnets, tables and roles that are no longer asked for. They go when nothing uses them any more.
fn leftovers(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &topology.ownership;
    let zones: BTreeSet<&str> = topology
        .subnets
        .iter()
        .map(|plan| plan.availability_zone.as_str())
        .collect();
    let unused = [Milestone::EndpointsAvailable, Milestone::ComputeEnvironmentSettled];
    for subnet in observed
        .own_subnets(ownership)
        .filter(|subnet| !zones.contains(subnet.availability_zone.as_str()))
    {
        let zone = subnet.availability_zone.clone();
        tasks.push(Task::new(
            Step::DeleteSubnet {
                zone: zone.clone(),
                subnet_id: subnet.id.clone(),
            },
            unused.clone(),
            [Milestone::SubnetGone(subnet.id.clone())],
        ));
        if let Some(table) = observed
            .route_table_of(&subnet.id)
            .filter(|table| ownership.owns(&table.tags))
        {
            tasks.push(Task::new(
                Step::DeleteRouteTable {
                    zone,
                    route_table_id: table.id.clone(),
                    subnet_ids: table.associations.keys().cloned().collect(),
                },
                table.associations.keys().cloned().map(Milestone::SubnetGone),
                [],
            ));
        }
    }
    if topology.instance_role.is_none() {
        super::teardown::profile_and_role(observed, &Milestone::ComputeEnvironmentSettled, tasks);
    }
    if topology.service_role.is_none() {
        super::teardown::role(
            RoleKind::Service,
            observed.service_role.as_ref(),
            &Milestone::ComputeEnvironmentSettled,
            tasks,
        );
    }
}

/// Tags of EC2 resources, grouped so that resources with the same change share a call.
fn network_tags(topology: &Topology, observed: &Observed, tasks: &mut Vec<Task>) {
    let ownership = &topology.ownership;
    let mut put: BTreeMap<Tags, BTreeSet<String>> = BTreeMap::new();
    let mut drop: BTreeMap<BTreeSet<String>, BTreeSet<String>> = BTreeMap::new();
    let mut compare = |id: &str, current: &Tags, wanted: &Tags| {
        let change = tag_changes(current, wanted, &topology.ignored_tags);
        if !change.put.is_empty() {
            put.entry(change.put).or_default().insert(id.to_owned());
        }
        if !change.remove.is_empty() {
            drop.entry(change.remove).or_default().insert(id.to_owned());
        }
    };
    if let Some(vpc) = &observed.vpc {
        compare(&vpc.id, &vpc.tags, &topology.vpc.tags);
    }
    let tables = assign_route_tables(topology, observed);
    for plan in &topology.subnets {
        if let Some(subnet) = observed.own_subnet(ownership, plan) {
            compare(&subnet.id, &subnet.tags, &plan.tags);
        }
        if let Some(table) = tables
            .get(&plan.availability_zone)
            .and_then(|id| observed.route_tables.get(id))
        {
            compare(&table.id, &table.tags, &plan.route_table_tags);
        }
    }
    if let Some(group) = observed.own_security_group(ownership, Some(&topology.security_group)) {
        compare(&group.id, &group.tags, &topology.security_group.tags);
    }
    for plan in &topology.endpoints {
        if let Some(endpoint) = observed
            .own_endpoint(ownership, plan)
            .filter(|endpoint| !endpoint.has_failed())
        {
            compare(&endpoint.id, &endpoint.tags, &plan.tags);
        }
    }
    tasks.extend(
        put.into_iter()
            .map(|(tags, ids)| Task::new(Step::Tag { ids, tags }, [], [])),
    );
    tasks.extend(
        drop.into_iter()
            .map(|(keys, ids)| Task::new(Step::Untag { ids, keys }, [], [])),
    );
}
