//! Which parts of a network belong to a compute environment that something else made.
//!
//! Nothing is tagged, so the parts are found by following them: the compute environment names its subnets and groups; the subnets
//! lead to route tables and endpoints. A VPC that has nothing else in it is the environment's as a whole. If there is
//! anything more in it (another subnet, another group, a gateway to the internet), it is a network that others use as
//! well; and if its subnets have no route tables of their own, it is none that this provider makes. Then only what serves this compute
//! environment alone becomes its own, and the network stays what it is. Of the job queues those become its own that have this compute
//! environment and no other.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::status;
use super::isolation::effective_table;
use super::limits::ENVIRONMENT_NAME_LENGTH;
use super::name::{EnvironmentName, Ownership};
use super::observed::{ComputeEnvironment, Endpoint, Gateway, JobQueue, Observed, RouteTable};
use super::problem::Invalid;
use super::suggest::listed;

/// What becomes the environment's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adoption {
    /// Ids of the parts; of the compute environment and the job queues, their ARNs.
    pub ids: BTreeSet<String>,
    /// The subnets, zone by zone.
    pub subnet_ids: BTreeSet<String>,
    /// Why the network is not the environment's own but an existing one, each a clause; empty if it is its own.
    pub existing_because: Vec<String>,
}

/// The names that an environment can have that was just adopted, until its first apply gives it the one of its configuration, the best
/// one first: its compute environment's, as far as that is a name for an environment, and its VPC's id, which nobody else has as a name.
pub fn first_names(compute_environment: &str, vpc_id: &str) -> [EnvironmentName; 2] {
    [compute_environment, vpc_id].map(|word| {
        let name: String = word
            .trim_start_matches(['-', '_'])
            .chars()
            .take(ENVIRONMENT_NAME_LENGTH)
            .collect();
        name.parse().unwrap_or_else(|_| EnvironmentName::adopted())
    })
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// The VPC and everything in it.
    pub observed: &'a Observed,
    /// The compute environment.
    pub environment: &'a ComputeEnvironment,
    /// What is attached to the VPC as a whole.
    pub gateways: &'a [Gateway],
}

/// What of a VPC belongs to a compute environment, or why it cannot be adopted.
///
/// # Errors
/// What is missing or in the way, in words.
pub fn adopt(found: Found<'_>) -> Result<Adoption, Invalid> {
    let subnet_ids = subnets(found)?;
    let group = group(found)?;
    let endpoints: Vec<&Endpoint> = endpoints(found, &subnet_ids).collect();
    if endpoints.is_empty() {
        return Err(incomplete(
            found.environment,
            "an endpoint in its subnets or on their route tables: without one nothing in the network reaches AWS",
        ));
    }
    let tables: Vec<&RouteTable> = tables(found, &subnet_ids).collect();
    let mut adoption = Adoption {
        existing_because: others(found, &subnet_ids, &group, &tables)
            .into_iter()
            .map(|other| format!("{other} is in it as well"))
            .chain(shared_tables(found, &subnet_ids))
            .collect(),
        ids: BTreeSet::from([found.environment.arn.clone()]),
        subnet_ids,
    };
    if adoption.existing_because.is_empty() {
        let vpc = found.observed.vpc.iter().map(|vpc| vpc.id.clone());
        let tables = tables.iter().map(|table| table.id.clone());
        let endpoints = endpoints.iter().map(|endpoint| endpoint.id.clone());
        adoption.ids.extend(vpc.chain(tables).chain(endpoints).chain([group]));
        adoption.ids.extend(adoption.subnet_ids.iter().cloned());
    } else if !endpoints
        .iter()
        .any(|endpoint| endpoint.security_group_ids.contains(&group))
    {
        // The endpoints stay with the network, and so does a group that they need.
        adoption.ids.insert(group);
    }
    unclaimed(found, &adoption)?;
    let queues = queues(found).map(|queue| queue.arn.clone());
    adoption.ids.extend(queues);
    Ok(adoption)
}

fn incomplete(environment: &ComputeEnvironment, missing: &str) -> Invalid {
    Invalid::new(
        format!(
            "Compute environment {} is not an isolated environment",
            environment.name
        ),
        format!("Missing: {missing}. It cannot be adopted as it is. Nothing was changed."),
    )
}

/// The subnets of the compute environment: all in the VPC, one for each zone.
fn subnets(found: Found<'_>) -> Result<BTreeSet<String>, Invalid> {
    let Found {
        observed, environment, ..
    } = found;
    let vpc_id = observed.vpc.as_ref().map(|vpc| vpc.id.as_str()).unwrap_or_default();
    let mut zones = BTreeSet::new();
    for id in &environment.subnet_ids {
        let Some(subnet) = observed.subnets.get(id) else {
            return Err(Invalid::new(
                format!("Compute environment {} is not in {vpc_id}", environment.name),
                format!("Its subnet {id} is not one of {vpc_id}. Give the id of the VPC that it is in."),
            ));
        };
        if !zones.insert(subnet.availability_zone.as_str()) {
            return Err(Invalid::new(
                format!("Compute environment {} has two subnets in one zone", environment.name),
                format!(
                    "An environment has one subnet in each zone, and {} has more than one of this one's. Take one away from the \
                     compute environment, and import again.",
                    subnet.availability_zone
                ),
            ));
        }
    }
    if zones.is_empty() {
        return Err(incomplete(
            environment,
            "subnets: AWS Batch does not manage its instances",
        ));
    }
    Ok(environment.subnet_ids.clone())
}

/// The group that the compute environment shares with the endpoints; with none shared, the compute environment's first.
fn group(found: Found<'_>) -> Result<String, Invalid> {
    let Found {
        observed, environment, ..
    } = found;
    let is_own_kind = |id: &&String| {
        observed
            .security_groups
            .get(*id)
            .is_some_and(|group| group.name != "default")
    };
    let is_shared = |id: &&String| {
        let mut endpoints = observed.endpoints.values();
        endpoints.any(|endpoint| endpoint.security_group_ids.contains(*id))
    };
    let mut groups = environment.security_group_ids.iter().filter(is_own_kind);
    let group = groups.clone().find(is_shared).or_else(|| groups.next());
    group.cloned().ok_or_else(|| {
        incomplete(
            environment,
            "a security group of its own: the VPC's default one cannot be tagged, renamed or deleted with it",
        )
    })
}

/// The endpoints with an interface in the subnets, and those that the subnets' tables lead to.
fn endpoints<'a>(found: Found<'a>, subnet_ids: &BTreeSet<String>) -> impl Iterator<Item = &'a Endpoint> {
    let tables: BTreeSet<String> = found
        .observed
        .route_tables
        .values()
        .filter_map(|table| {
            let serves = table.main || table.associations.keys().any(|id| subnet_ids.contains(id));
            serves.then(|| table.id.clone())
        })
        .collect();
    let subnet_ids = subnet_ids.clone();
    let endpoints = found
        .observed
        .endpoints
        .values()
        .filter(|endpoint| !endpoint.is_leaving());
    endpoints.filter(move |endpoint| {
        !endpoint.subnet_ids.is_disjoint(&subnet_ids) || !endpoint.route_table_ids.is_disjoint(&tables)
    })
}

/// The route tables that were made for the subnets, but not the main one, which goes with the VPC.
fn tables<'a>(found: Found<'a>, subnet_ids: &BTreeSet<String>) -> impl Iterator<Item = &'a RouteTable> {
    let tables = found.observed.route_tables.values().filter(|table| !table.main);
    tables.filter(move |table| table.associations.keys().any(|id| subnet_ids.contains(id)))
}

/// Route tables that serve more than one of the subnets, and the main one if it serves any: a managed network has one for each subnet.
fn shared_tables(found: Found<'_>, subnet_ids: &BTreeSet<String>) -> Vec<String> {
    let mut tables: BTreeMap<&str, (&RouteTable, Vec<&String>)> = BTreeMap::new();
    for id in subnet_ids {
        if let Some(table) = effective_table(found.observed, id) {
            tables.entry(&table.id).or_insert((table, Vec::new())).1.push(id);
        }
    }
    let clauses = tables.into_values().filter_map(|(table, served)| {
        let id = &table.id;
        match (served.len(), table.main) {
            (1, false) => None,
            (1, true) => Some(format!("{} has the main route table {id}", listed(served))),
            (_, true) => Some(format!("{} have the main route table {id}", listed(served))),
            (_, false) => Some(format!("{} share route table {id}", listed(served))),
        }
    });
    clauses.collect()
}

/// The job queues whose one compute environment it is. One that has another one as well works without it, one with the tags of an
/// environment of this provider's has an owner, and one that is on its way out has nobody.
fn queues(found: Found<'_>) -> impl Iterator<Item = &JobQueue> {
    let Found {
        observed, environment, ..
    } = found;
    let seen = observed.job_queues.values().chain(observed.foreign_job_queues.values());
    seen.filter(|queue| {
        queue.compute_environments == [environment.arn.as_str()]
            && !queue.tags.contains_key(Ownership::ENVIRONMENT_KEY)
            && !matches!(queue.status.as_str(), status::DELETING | status::DELETED)
    })
}

/// What is in the VPC that is not the environment's, in words.
fn others(found: Found<'_>, subnet_ids: &BTreeSet<String>, group: &str, tables: &[&RouteTable]) -> Vec<String> {
    let Found { observed, gateways, .. } = found;
    let blocks = observed
        .vpc
        .iter()
        .flat_map(|vpc| vpc.cidr_blocks.iter().filter(|block| Some(**block) != vpc.cidr_block));
    let subnets = observed.subnets.keys().filter(|id| !subnet_ids.contains(*id));
    let groups = observed
        .security_groups
        .values()
        .filter(|other| other.name != "default" && other.id != group);
    let own: BTreeSet<&str> = tables.iter().map(|table| table.id.as_str()).collect();
    let other_tables = observed
        .route_tables
        .values()
        .filter(|table| !table.main && !own.contains(table.id.as_str()));
    let other_endpoints = {
        let ours: BTreeSet<&String> = endpoints(found, subnet_ids).map(|endpoint| &endpoint.id).collect();
        observed
            .endpoints
            .values()
            .filter(move |endpoint| !ours.contains(&endpoint.id) && !endpoint.is_leaving())
    };
    let named = |kind: &str, id: &str| format!("{kind} {id}");
    subnets
        .map(|id| named("subnet", id))
        .chain(groups.map(|group| named("security group", &group.id)))
        .chain(other_tables.map(|table| named("route table", &table.id)))
        .chain(other_endpoints.map(|endpoint| named("endpoint", &endpoint.id)))
        .chain(
            gateways
                .iter()
                .map(|gateway| named(&gateway.kind.to_string(), &gateway.id)),
        )
        .chain(blocks.map(|block| named("address block", &block.to_string())))
        .collect()
}

/// Nothing that is to be adopted may be an environment's of this provider already.
fn unclaimed(found: Found<'_>, adoption: &Adoption) -> Result<(), Invalid> {
    let Found {
        observed, environment, ..
    } = found;
    let tagged = observed
        .vpc
        .iter()
        .map(|vpc| (&vpc.id, &vpc.tags))
        .chain(observed.subnets.values().map(|subnet| (&subnet.id, &subnet.tags)))
        .chain(observed.security_groups.values().map(|group| (&group.id, &group.tags)))
        .chain(
            observed
                .endpoints
                .values()
                .map(|endpoint| (&endpoint.id, &endpoint.tags)),
        )
        .chain([(&environment.arn, &environment.tags)]);
    let mut owners = tagged
        .filter(|(id, _)| adoption.ids.contains(*id))
        .filter_map(|(id, tags)| Some((id, tags.get(Ownership::ENVIRONMENT_KEY)?)));
    match owners.next() {
        None => Ok(()),
        Some((id, owner)) => Err(Invalid::new(
            format!("It belongs to environment {owner} of this provider"),
            format!(
                "{id} carries the tag {} = {owner:?}. Import that environment by its name: terraform import \
                 isolated_batch_environment.NAME {owner}",
                Ownership::ENVIRONMENT_KEY
            ),
        )),
    }
}

#[cfg(test)]
mod tests;
