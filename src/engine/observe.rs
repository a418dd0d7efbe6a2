//! Everything of an environment, in one round of parallel reads.
//!
//! With the VPC's id known from the state there is a single round. Without it the VPC is found by its ownership tags first, which
//! is how a create whose answer or process was lost is found again. An existing network is always named.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{try_join, try_join_all, try_join3, try_join5};
use ipnet::IpNet;

use super::Target;
use crate::cloud::{Cloud, CloudError, VpcFilter};
use crate::domain::batch::status;
use crate::domain::observed::{ComputeEnvironment, InstanceProfile, JobQueue, Observed, Role, RouteTable, Vpc};
use crate::domain::{Tags, name};

type Result<T> = std::result::Result<T, CloudError>;

/// Reads everything that the target can consist of; whether names are resolved in a VPC of its own only if `dns`, for a VPC that is to go
/// needs no DNS.
pub(super) async fn observe(cloud: &dyn Cloud, target: &Target, dns: bool) -> Result<Observed> {
    let spot_fleet_name = name::spot_fleet_role_name(&target.ownership);
    let service_name = name::service_role_name(&target.ownership);
    let (network, (instance_profile, instance_role, of_others), (service_role, spot_fleet_role, batch)) = try_join3(
        network(cloud, target, dns),
        instance_role(cloud, target),
        try_join3(
            role(cloud, target, &service_name, target.service_role),
            role(cloud, target, &spot_fleet_name, target.spot_fleet_role),
            batch(cloud, target),
        ),
    )
    .await?;
    let (service_role, other_service_role) = service_role;
    let (spot_fleet_role, other_spot_fleet_role) = spot_fleet_role;
    let of_others = of_others
        .into_iter()
        .chain(other_service_role)
        .chain(other_spot_fleet_role);
    Ok(Observed {
        account_id: target.ownership.account_id.clone(),
        claims: target.claims.clone(),
        instance_profile,
        instance_role,
        service_role,
        spot_fleet_role,
        foreign_identities: of_others.collect(),
        compute_environments: batch.compute_environments,
        job_queues: batch.job_queues,
        foreign_compute_environments: batch.foreign_compute_environments,
        foreign_job_queues: batch.foreign_job_queues,
        ..network
    })
}

/// A VPC that is named, and everything in it; without a VPC if there is none of that id.
pub(super) async fn existing_network(cloud: &dyn Cloud, vpc_id: &str) -> Result<Observed> {
    let (vpc, parts) = try_join(vpc_by_id(cloud, vpc_id), network_parts(cloud, vpc_id, true)).await?;
    let seen = match vpc {
        Some(vpc) => with_vpc(vpc, parts),
        None => Observed::default(),
    };
    Ok(Observed {
        existing_network: true,
        ..seen
    })
}

async fn network(cloud: &dyn Cloud, target: &Target, dns: bool) -> Result<Observed> {
    if let Some(id) = &target.existing_vpc_id {
        return existing_network(cloud, id).await;
    }
    if let Some(id) = &target.vpc_id {
        let (vpc, parts) = try_join(vpc_by_id(cloud, id), network_parts(cloud, id, dns)).await?;
        if let Some(vpc) = vpc {
            return Ok(with_vpc(vpc, parts));
        }
        // The one that the state knows is gone; a run whose state was lost may have made another.
    }
    match vpc_by_owner(cloud, target).await? {
        None => Ok(Observed::default()),
        Some(vpc) => {
            let parts = network_parts(cloud, &vpc.id, dns).await?;
            Ok(with_vpc(vpc, parts))
        }
    }
}

fn with_vpc(vpc: Vpc, (dns, mut parts): (Option<(bool, bool)>, Observed)) -> Observed {
    let (dns_support, dns_hostnames) = dns.unzip();
    parts.vpc = Some(Vpc {
        dns_support,
        dns_hostnames,
        ..vpc
    });
    parts
}

async fn vpc_by_id(cloud: &dyn Cloud, id: &str) -> Result<Option<Vpc>> {
    Ok(cloud.vpcs(&VpcFilter::Id(id.to_owned())).await?.into_iter().next())
}

/// The environment's VPC by its tags. The create call of a VPC takes no idempotency token, so that two are possible in theory:
/// the one that comes first by id is kept to, and stays the one in every later run.
async fn vpc_by_owner(cloud: &dyn Cloud, target: &Target) -> Result<Option<Vpc>> {
    let vpcs = cloud.vpcs(&VpcFilter::Owner(target.ownership.clone())).await?;
    Ok(vpcs.into_iter().min_by(|a, b| a.id.cmp(&b.id)))
}

async fn network_parts(cloud: &dyn Cloud, vpc_id: &str, dns: bool) -> Result<(Option<(bool, bool)>, Observed)> {
    let attributes = async {
        match dns {
            true => cloud.vpc_dns_attributes(vpc_id).await,
            false => Ok(None),
        }
    };
    let (dns, subnets, route_tables, security_groups, endpoints) = try_join5(
        attributes,
        cloud.subnets(vpc_id),
        route_tables(cloud, vpc_id),
        cloud.security_groups(vpc_id),
        cloud.endpoints(vpc_id),
    )
    .await?;
    let parts = Observed {
        subnets: by_id(subnets, |subnet| &subnet.id),
        route_tables: by_id(route_tables, |table| &table.id),
        security_groups: by_id(security_groups, |group| &group.id),
        endpoints: by_id(endpoints, |endpoint| &endpoint.id),
        ..Observed::default()
    };
    Ok((dns, parts))
}

/// The route tables, with the entries of the prefix lists that decide where a route leads. Where there is no such route, which is nearly
/// always, that is one call.
async fn route_tables(cloud: &dyn Cloud, vpc_id: &str) -> Result<Vec<RouteTable>> {
    let mut tables = cloud.route_tables(vpc_id).await?;
    let routes = tables.iter().flat_map(|table| &table.routes);
    let lists: BTreeSet<String> = routes
        .filter(|route| route.depends_on_entries())
        .map(|route| route.destination.clone())
        .collect();
    let entries = lists.iter().map(|id| cloud.prefix_list_entries(id));
    let entries: BTreeMap<&String, Vec<IpNet>> = lists.iter().zip(try_join_all(entries).await?).collect();
    let routes = tables.iter_mut().flat_map(|table| &mut table.routes);
    for route in routes.filter(|route| route.depends_on_entries()) {
        route.entries = entries.get(&route.destination).cloned().unwrap_or_default();
    }
    Ok(tables)
}

fn by_id<T>(things: Vec<T>, id: impl Fn(&T) -> &String) -> BTreeMap<String, T> {
    things.into_iter().map(|thing| (id(&thing).clone(), thing)).collect()
}

/// What has a name of the environment's and is somebody else's: ARN and tags.
type OfOthers = (String, Tags);

/// The owned profile and role. The profile's answer contains the role, so that IAM is asked for the role itself only when the
/// profile is missing or empty; which it most likely is for a new environment, so that both are asked for at once.
async fn instance_role(
    cloud: &dyn Cloud,
    target: &Target,
) -> Result<(Option<InstanceProfile>, Option<Role>, Vec<OfOthers>)> {
    if !target.instance_role {
        return Ok((None, None, Vec::new()));
    }
    let name = name::instance_role_name(&target.ownership);
    let (profile, alone, attached_policies) = if target.is_new() {
        let (profile, role) = try_join(cloud.instance_profile(&name), cloud.role(&name)).await?;
        (profile, Some(role), None)
    } else {
        let (profile, policies) = try_join(cloud.instance_profile(&name), cloud.attached_policies(&name)).await?;
        (profile, None, Some(policies))
    };
    let is_own = |profile: &InstanceProfile| target.claims.own(&target.ownership, &profile.arn, &profile.tags);
    let (profile, other_profile) = divide(profile, is_own);
    let (role, other_role) = match profile
        .as_ref()
        .and_then(|profile| profile.role.clone())
        .filter(|role| role.name == name)
    {
        Some(role) => (Some(role), None),
        None => {
            let role = match alone {
                Some(role) => role,
                None => cloud.role(&name).await?,
            };
            divide(role, |role| is_own_role(target, role))
        }
    };
    let role = match (role, attached_policies) {
        (None, _) => None,
        (Some(role), Some(attached_policies)) => Some(Role {
            attached_policies,
            ..role
        }),
        (Some(role), None) => Some(Role {
            attached_policies: cloud.attached_policies(&name).await?,
            ..role
        }),
    };
    let others = other_profile.map(|profile| (profile.arn, profile.tags)).into_iter();
    Ok((profile, role, others.chain(other_role.map(of_others)).collect()))
}

/// A role that has no profile, if there can be one.
async fn role(
    cloud: &dyn Cloud,
    target: &Target,
    name: &str,
    expected: bool,
) -> Result<(Option<Role>, Option<OfOthers>)> {
    if !expected {
        return Ok((None, None));
    }
    let (role, attached_policies): (Option<Role>, BTreeSet<String>) =
        try_join(cloud.role(name), cloud.attached_policies(name)).await?;
    let (role, other) = divide(role, |role| is_own_role(target, role));
    let role = role.map(|role| Role {
        attached_policies,
        ..role
    });
    Ok((role, other.map(of_others)))
}

/// What is the environment's own, and what is not.
fn divide<T>(found: Option<T>, is_own: impl Fn(&T) -> bool) -> (Option<T>, Option<T>) {
    match found {
        Some(found) if is_own(&found) => (Some(found), None),
        found => (None, found),
    }
}

fn of_others(role: Role) -> OfOthers {
    (role.arn, role.tags.unwrap_or_default())
}

/// Whether a role of the derived name is the environment's own: one that is not is neither changed nor deleted. A read that says nothing
/// of tags does not tell.
fn is_own_role(target: &Target, role: &Role) -> bool {
    let tags = role.tags.as_ref();
    tags.is_none_or(|tags| target.claims.own(&target.ownership, &role.arn, tags))
}

/// The compute environments and job queues of the account and region: the environment's own, and others'.
async fn batch(cloud: &dyn Cloud, target: &Target) -> Result<Observed> {
    let (environments, queues) = if target.is_new() {
        (cloud.compute_environments().await?, None)
    } else {
        let (environments, queues) = try_join(cloud.compute_environments(), cloud.job_queues()).await?;
        (environments, Some(queues))
    };
    let ownership = &target.ownership;
    // What the state names is the environment's own too, unless its name was given to another environment meanwhile.
    let own = |named: bool, arn: &str, tags: &Tags| {
        target.claims.own(ownership, arn, tags) || (named && !ownership.is_another_s(tags))
    };
    let (compute_environments, foreign_compute_environments): (BTreeMap<_, _>, BTreeMap<_, _>) = environments
        .into_iter()
        .filter(|it| it.status != status::DELETED)
        .map(|it| (it.name.clone(), it))
        .partition(|(name, it): &(String, ComputeEnvironment)| {
            let named = target.compute_environment_name.as_ref() == Some(name);
            own(named, &it.arn, &it.tags)
        });
    let queues = match queues {
        Some(queues) => queues,
        // Batch deletes no compute environment that a queue refers to: without one there is no queue of one's own.
        None if compute_environments.is_empty() => Vec::new(),
        None => cloud.job_queues().await?,
    };
    let (job_queues, foreign_job_queues): (BTreeMap<_, _>, BTreeMap<_, _>) = queues
        .into_iter()
        .filter(|queue| queue.status != status::DELETED)
        .map(|queue| (queue.name.clone(), queue))
        .partition(|(name, queue): &(String, JobQueue)| own(target.job_queues.contains(name), &queue.arn, &queue.tags));
    Ok(Observed {
        compute_environments,
        job_queues,
        foreign_compute_environments,
        foreign_job_queues,
        ..Observed::default()
    })
}
