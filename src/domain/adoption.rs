//! Which parts of a network belong to a compute environment that something else made.
//!
//! Nothing is tagged, so the parts are found by following them: the compute environment names its subnets and groups; the subnets
//! lead to route tables and endpoints. A VPC that has nothing else in it is the environment's as a whole. If there is
//! anything more in it (another subnet, another group, a gateway to the internet), it is a network that others use as
//! well: then only what serves this compute environment alone becomes its own, and the network stays what it is.

use std::collections::BTreeSet;

use super::limits::ENVIRONMENT_NAME_LENGTH;
use super::name::{EnvironmentName, Ownership};
use super::observed::{ComputeEnvironment, Endpoint, Gateway, Observed, RouteTable};
use super::problem::Invalid;

/// What becomes the environment's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adoption {
    /// Ids of the parts; of the compute environment, its ARN.
    pub ids: BTreeSet<String>,
    /// The subnets, zone by zone.
    pub subnet_ids: BTreeSet<String>,
    /// What else is in the VPC, in words. If there is anything, the network is not the environment's own.
    pub others: Vec<String>,
}

/// The name of an environment that was just adopted, until its first apply gives it the one of its configuration: its compute
/// environment's, as far as that is a name for an environment.
pub fn first_name(compute_environment: &str) -> EnvironmentName {
    let name: String = compute_environment
        .trim_start_matches(['-', '_'])
        .chars()
        .take(ENVIRONMENT_NAME_LENGTH)
        .collect();
    name.parse().unwrap_or_else(|_| EnvironmentName::adopted())
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
        others: others(found, &subnet_ids, &group, &tables),
        ids: BTreeSet::from([found.environment.arn.clone()]),
        subnet_ids,
    };
    if adoption.others.is_empty() {
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
mod tests {
    use super::*;
    use crate::domain::Tags;
    use crate::domain::endpoint::EndpointKind;
    use crate::domain::observed::{SecurityGroup, Subnet, Vpc};

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn subnet(id: &str, zone: &str) -> (String, Subnet) {
        let subnet = Subnet {
            id: id.to_owned(),
            availability_zone: zone.to_owned(),
            ..Subnet::default()
        };
        (id.to_owned(), subnet)
    }

    fn group(id: &str, name: &str) -> (String, SecurityGroup) {
        let group = SecurityGroup {
            id: id.to_owned(),
            name: name.to_owned(),
            ..SecurityGroup::default()
        };
        (id.to_owned(), group)
    }

    fn table(id: &str, main: bool, subnets: &[&str]) -> (String, RouteTable) {
        let associations = subnets.iter().map(|id| ((*id).to_owned(), format!("rtbassoc-{id}")));
        let table = RouteTable {
            id: id.to_owned(),
            main,
            associations: associations.collect(),
            ..RouteTable::default()
        };
        (id.to_owned(), table)
    }

    fn endpoint(id: &str, subnets: &[&str], tables: &[&str]) -> (String, Endpoint) {
        let interface = tables.is_empty();
        let endpoint = Endpoint {
            id: id.to_owned(),
            service_name: id.to_owned(),
            kind: if interface {
                EndpointKind::Interface
            } else {
                EndpointKind::Gateway
            },
            state: "available".to_owned(),
            last_error: None,
            private_dns_enabled: interface,
            subnet_ids: set(subnets),
            route_table_ids: set(tables),
            security_group_ids: if interface { set(&["sg-1"]) } else { BTreeSet::new() },
            network_interface_ids: BTreeSet::new(),
            dns_name: None,
            policy: None,
            tags: Tags::new(),
        };
        (id.to_owned(), endpoint)
    }

    /// The stack of two zones, and its compute environment.
    fn stack() -> (Observed, ComputeEnvironment) {
        let block: ipnet::Ipv4Net = "10.0.0.0/16".parse().unwrap();
        let observed = Observed {
            vpc: Some(Vpc {
                id: "vpc-1".to_owned(),
                cidr_block: Some(block),
                cidr_blocks: vec![block],
                ..Vpc::default()
            }),
            subnets: [subnet("subnet-a", "a"), subnet("subnet-c", "c")].into(),
            route_tables: [
                table("rtb-main", true, &[]),
                table("rtb-a", false, &["subnet-a"]),
                table("rtb-c", false, &["subnet-c"]),
            ]
            .into(),
            security_groups: [group("sg-0", "default"), group("sg-1", "batch")].into(),
            endpoints: [
                endpoint("vpce-1", &["subnet-a", "subnet-c"], &[]),
                endpoint("vpce-2", &[], &["rtb-a", "rtb-c"]),
            ]
            .into(),
            ..Observed::default()
        };
        let environment = ComputeEnvironment {
            name: "cluster".to_owned(),
            arn: "arn:cluster".to_owned(),
            subnet_ids: set(&["subnet-a", "subnet-c"]),
            security_group_ids: set(&["sg-1"]),
            ..ComputeEnvironment::default()
        };
        (observed, environment)
    }

    fn adopted(observed: &Observed, environment: &ComputeEnvironment) -> Result<Adoption, Invalid> {
        adopt(Found {
            observed,
            environment,
            gateways: &[],
        })
    }

    const WHOLE: [&str; 9] = [
        "arn:cluster",
        "rtb-a",
        "rtb-c",
        "sg-1",
        "subnet-a",
        "subnet-c",
        "vpc-1",
        "vpce-1",
        "vpce-2",
    ];

    #[test]
    fn a_vpc_with_nothing_else_in_it_is_taken_as_a_whole() {
        let (observed, environment) = stack();
        let adoption = adopted(&observed, &environment).unwrap();
        assert_eq!(adoption.ids, set(&WHOLE));
        assert_eq!(adoption.others, [""; 0]);
    }

    #[test]
    fn a_table_that_all_subnets_share_is_one() {
        let (mut observed, environment) = stack();
        observed.route_tables.remove("rtb-c");
        observed
            .route_tables
            .extend([table("rtb-a", false, &["subnet-a", "subnet-c"])]);
        let adoption = adopted(&observed, &environment).unwrap();
        assert!(adoption.others.is_empty() && adoption.ids.contains("rtb-a"));
    }

    type Add = fn(&mut Observed);

    #[test]
    fn a_network_that_others_use_stays_what_it_is() {
        let cases: [(&str, Add); 4] = [
            ("subnet subnet-x", |o| o.subnets.extend([subnet("subnet-x", "d")])),
            ("security group sg-2", |o| {
                o.security_groups.extend([group("sg-2", "theirs")])
            }),
            ("route table rtb-x", |o| {
                o.route_tables.extend([table("rtb-x", false, &[])])
            }),
            ("address block 10.9.0.0/16", |o| {
                o.vpc.as_mut().unwrap().cidr_blocks.push("10.9.0.0/16".parse().unwrap());
            }),
        ];
        for (what, add) in cases {
            let (mut observed, environment) = stack();
            add(&mut observed);
            let adoption = adopted(&observed, &environment).unwrap();
            assert_eq!(adoption.others, [what]);
            assert_eq!(
                adoption.ids,
                set(&["arn:cluster"]),
                "the endpoints need the group: {what}"
            );
        }
        let (mut observed, environment) = stack();
        observed.subnets.extend([subnet("subnet-x", "d")]);
        observed.endpoints.remove("vpce-1");
        assert_eq!(
            adopted(&observed, &environment).unwrap().ids,
            set(&["arn:cluster", "sg-1"])
        );
    }

    #[test]
    fn half_an_environment_is_told() {
        let (mut observed, environment) = stack();
        observed.endpoints.clear();
        assert!(
            adopted(&observed, &environment)
                .unwrap_err()
                .detail
                .contains("an endpoint")
        );
        let (observed, mut environment) = stack();
        environment.security_group_ids = set(&["sg-0"]);
        assert!(
            adopted(&observed, &environment)
                .unwrap_err()
                .detail
                .contains("security group of its own")
        );
        let (mut observed, environment) = stack();
        observed.subnets.extend([subnet("subnet-c", "a")]);
        assert!(
            adopted(&observed, &environment)
                .unwrap_err()
                .summary
                .contains("two subnets in one zone")
        );
        let (mut observed, environment) = stack();
        observed.subnets.remove("subnet-c");
        assert!(
            adopted(&observed, &environment)
                .unwrap_err()
                .summary
                .contains("is not in vpc-1")
        );
    }

    #[test]
    fn an_environment_of_ours_is_imported_by_its_name() {
        let (observed, mut environment) = stack();
        environment
            .tags
            .insert(Ownership::ENVIRONMENT_KEY.to_owned(), "simulation".to_owned());
        let error = adopted(&observed, &environment).unwrap_err();
        assert!(
            error.detail.contains("isolated_batch_environment.NAME simulation"),
            "{error}"
        );
    }

    #[test]
    fn the_first_name_is_always_a_name() {
        assert_eq!(first_name("my-batch-cluster").as_str(), "my-batch-cluster");
        assert_eq!(first_name("_x").as_str(), "x");
        assert_eq!(first_name(&"x".repeat(128)).as_str(), "x".repeat(50));
        assert_eq!(first_name("__").as_str(), "adopted");
    }
}
