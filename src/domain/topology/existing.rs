//! A place in an existing network, and everything that can be known to be wrong with it before anything is made.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::Ipv4Net;

use super::place::{Place, Site};
use super::zones::{self, Zones};
use crate::domain::address::usable_addresses;
use crate::domain::endpoint::{EndpointKind, Service};
use crate::domain::existing::guests::{Guests, Need, Obstacle, Offer};
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID, validate_subnet_ids};
use crate::domain::facts::Facts;
use crate::domain::isolation::effective_table;
use crate::domain::limits::ADDRESSES_PER_ENDPOINT;
use crate::domain::name::Ownership;
use crate::domain::observed::{Observed, Subnet, Vpc};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::{ExistingNetworkSpec, Spec};
use crate::domain::suggest;

/// The place that the user names.
pub(super) fn place(
    network: &ExistingNetworkSpec,
    spec: &Spec,
    facts: &Facts,
    services: &[Service],
) -> Result<Place, Vec<PlanError>> {
    let (seen, vpc, block) = vpc(network, facts).map_err(|error| vec![error])?;
    let subnets = subnets(network, seen)?;
    let environment: Vec<String> = subnets
        .iter()
        .map(|(subnet, _)| subnet.availability_zone.clone())
        .collect();
    let zones = Zones {
        endpoints: zones::endpoint_zones(spec, &environment)?,
        environment,
    };
    let looker = Looker {
        spec,
        seen,
        vpc,
        ownership: spec.ownership(&facts.account_id),
    };
    // A parked environment needs no endpoint.
    let services = if spec.endpoints.enabled { services } else { &[] };
    let mut errors = looker.dns_errors(services);
    errors.extend(looker.group_error());
    let (serving, own) = looker.endpoints(network, services).unwrap_or_else(|blocking| {
        errors.extend(blocking);
        Default::default()
    });
    errors.extend(zones::unsupported(spec, &own, &zones.endpoints));
    errors.extend(looker.room_errors(&subnets, &own, &zones.endpoints));
    if !errors.is_empty() {
        return Err(errors);
    }
    let sites = subnets.iter().map(|(subnet, block)| Site {
        zone: subnet.availability_zone.clone(),
        block: *block,
        id: Some(subnet.id.clone()),
        route_table_id: effective_table(seen, &subnet.id).map(|table| table.id.clone()),
    });
    Ok(Place {
        vpc_id: Some(vpc.id.clone()),
        cidr_block: block,
        cidr_blocks: vpc.cidr_blocks.clone(),
        instance_tenancy: vpc.instance_tenancy.parse().unwrap_or_default(),
        sites: sites.collect(),
        prefix_length: None,
        serving,
        zones,
    })
}

/// The VPC, if it was looked at and is there.
fn vpc<'f>(network: &ExistingNetworkSpec, facts: &'f Facts) -> Result<(&'f Observed, &'f Vpc, Ipv4Net), PlanError> {
    let id = &network.vpc_id;
    let seen = facts.network.as_ref().ok_or_else(|| {
        let detail = "Plan again. If it happens again, this is a bug: please report it.";
        Invalid::new(format!("{id} has not been looked at"), detail).at(VPC_ID)
    })?;
    let there = seen.vpc.as_ref().filter(|vpc| vpc.id == *id);
    let vpc = there.ok_or_else(|| {
        let detail = format!(
            "Account {} has no such VPC in {}. Correct the id, or use the region and the credentials of the VPC.",
            facts.account_id, facts.region
        );
        Invalid::new(format!("There is no VPC {id}"), detail).at(VPC_ID)
    })?;
    let block = vpc.cidr_block.ok_or_else(|| {
        let detail = "Instances and endpoints need IPv4 addresses. Use another VPC.";
        Invalid::new(format!("{id} has no IPv4 block"), detail).at(VPC_ID)
    })?;
    Ok((seen, vpc, block))
}

/// The subnets in the user's order: all in the VPC, with IPv4, and one in each zone.
fn subnets<'f>(
    network: &ExistingNetworkSpec,
    seen: &'f Observed,
) -> Result<Vec<(&'f Subnet, Ipv4Net)>, Vec<PlanError>> {
    let mut errors = validate_subnet_ids(&network.subnet_ids);
    errors.extend(not_in_vpc(network, seen));
    let mut found: Vec<(&Subnet, Ipv4Net)> = Vec::new();
    for (index, id) in network.subnet_ids.iter().enumerate() {
        let at = format!("{SUBNET_IDS}[{index}]");
        let Some(subnet) = seen.subnets.get(id) else {
            continue;
        };
        let Some(block) = subnet.cidr_block else {
            let detail = "Instances and endpoints need IPv4 addresses. Use another subnet.";
            errors.push(Invalid::new(format!("{id} has no IPv4 block"), detail).at(at));
            continue;
        };
        let zone = &subnet.availability_zone;
        if let Some((other, _)) = found
            .iter()
            .find(|(other, _)| other.availability_zone == *zone && other.id != *id)
        {
            let detail = "An endpoint takes one subnet in each Availability Zone only. Remove one of the two.";
            let summary = format!("{} and {id} are both in {zone}", other.id);
            errors.push(Invalid::new(summary, detail).at(at));
            continue;
        }
        if effective_table(seen, id).is_none() {
            let detail = "The routes of gateway endpoints go into it. Check that the caller may call ec2:DescribeRouteTables and that the \
                          account owns the VPC, or use other subnets.";
            errors.push(Invalid::new(format!("The route table of {id} is not shown"), detail).at(at));
            continue;
        }
        found.push((subnet, block));
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// All of the subnets that are not in the VPC, which most likely have one cause.
fn not_in_vpc(network: &ExistingNetworkSpec, seen: &Observed) -> Option<PlanError> {
    let ids = network.subnet_ids.iter().enumerate();
    let missing: Vec<(usize, &String)> = ids.filter(|(_, id)| !seen.subnets.contains_key(*id)).collect();
    let vpc_id = &network.vpc_id;
    let there = match seen.subnets.len() {
        0 => format!("{vpc_id} has no subnets"),
        _ => format!("The subnets of {vpc_id} are {}", suggest::listed(seen.subnets.keys())),
    };
    match missing.as_slice() {
        [] => None,
        [(index, id)] => {
            let hint = suggest::did_you_mean(id, seen.subnets.keys().map(String::as_str));
            let detail = format!("It does not exist, or it is in another VPC. {there}.{hint}");
            Some(Invalid::new(format!("{vpc_id} has no subnet {id}"), detail).at(format!("{SUBNET_IDS}[{index}]")))
        }
        several => {
            let ids = suggest::listed(several.iter().map(|(_, id)| id));
            let detail = format!("They do not exist, or are in another VPC. {there}.");
            Some(Invalid::new(format!("{vpc_id} has no subnets {ids}"), detail).at(SUBNET_IDS))
        }
    }
}

/// Looks at what there is in the VPC.
struct Looker<'a> {
    spec: &'a Spec,
    seen: &'a Observed,
    vpc: &'a Vpc,
    ownership: Ownership,
}

/// Short service name → id of the endpoint of somebody else's that serves.
type Serving = BTreeMap<String, String>;

impl Looker<'_> {
    /// Private DNS needs both attributes of the VPC. Source: AWS PrivateLink Guide, "Enable private DNS names".
    fn dns_errors(&self, services: &[Service]) -> Vec<PlanError> {
        let wanted = services.iter().any(|service| self.private_dns_enabled(service));
        let off = [
            ("enableDnsSupport", "--enable-dns-support", self.vpc.dns_support),
            ("enableDnsHostnames", "--enable-dns-hostnames", self.vpc.dns_hostnames),
        ];
        let off = off.into_iter().filter(|(_, _, on)| wanted && *on == Some(false));
        let error = |(attribute, option, _): (&str, &str, Option<bool>)| {
            let id = &self.vpc.id;
            Invalid::new(
                format!("{attribute} of {id} is off"),
                format!(
                    "Without it the services' public names do not lead to the endpoints, so that no instance can register. Turn it on \
                     (aws ec2 modify-vpc-attribute --vpc-id {id} {option}), or set endpoints.private_dns_enabled = false and provide the names \
                     yourself. The provider does not change an existing VPC."
                ),
            )
            .at(VPC_ID)
        };
        off.map(error).collect()
    }

    /// Names of groups are unique in a VPC. Source: EC2 API Reference, CreateSecurityGroup.
    fn group_error(&self) -> Option<PlanError> {
        let name = self.spec.security_group_name();
        let mut theirs = self.seen.security_groups.values().filter(|group| group.name == name);
        let theirs = theirs.find(|group| !self.seen.owns(&self.ownership, &group.id, &group.tags))?;
        Some(
            Invalid::new(
                format!("{} has a security group {name} already", self.vpc.id),
                format!(
                    "{} is not this environment's, and names are unique in a VPC. Choose another name by security_group.name.",
                    theirs.id
                ),
            )
            .at("security_group.name"),
        )
    }

    fn private_dns_enabled(&self, service: &Service) -> bool {
        service.supports_private_dns && self.spec.endpoints.private_dns_enabled
    }

    /// What serves already, and the services that get an endpoint of the environment's own.
    fn endpoints(
        &self,
        network: &ExistingNetworkSpec,
        services: &[Service],
    ) -> Result<(Serving, Vec<Service>), Vec<PlanError>> {
        let subnet_ids = network.subnet_ids.iter().map(String::as_str);
        let own = self.seen.own_security_group(
            &self.ownership,
            &self.spec.security_group_name(),
            &self.spec.security_group_description(),
        );
        let additional = self.spec.security_group.additional_ids.iter();
        let groups = own.map(|group| &group.id).into_iter().chain(additional);
        let guests = Guests::new(self.seen, &self.ownership, subnet_ids, groups.map(String::as_str));
        let (mut serving, mut own, mut errors) = (Serving::new(), Vec::new(), Vec::new());
        for service in services {
            let need = Need {
                service_name: &service.service_name,
                kind: service.kind,
                private_dns_enabled: self.private_dns_enabled(service),
            };
            match guests.offer(need) {
                Offer::Own(_) | Offer::Nothing => own.push(service.clone()),
                Offer::Serving(endpoint) => {
                    serving.insert(service.short_name.clone(), endpoint.id.clone());
                }
                // Another environment may be making it at this moment: the apply waits for it, and sees what has become of it.
                Offer::Blocking(_, Obstacle::Pending(_)) => {}
                Offer::Blocking(endpoint, obstacle) => {
                    let summary = format!(
                        "{} is in the way of an endpoint for {}",
                        endpoint.id, service.short_name
                    );
                    let detail = format!(
                        "{} has one endpoint for {}, {}, and it does not serve this environment. {}",
                        self.vpc.id,
                        service.service_name,
                        endpoint.id,
                        obstacle.remedy(endpoint)
                    );
                    errors.push(Invalid::new(summary, detail).at("endpoints"));
                }
            }
        }
        if errors.is_empty() {
            Ok((serving, own))
        } else {
            Err(errors)
        }
    }

    /// Whether each subnet holds the interfaces that are still missing, and at least one instance.
    fn room_errors(&self, subnets: &[(&Subnet, Ipv4Net)], own: &[Service], zones: &BTreeSet<String>) -> Vec<PlanError> {
        let error = |(index, (subnet, block)): (usize, &(&Subnet, Ipv4Net))| {
            let interfaces = own
                .iter()
                .filter(|service| service.kind == EndpointKind::Interface && zones.contains(&subnet.availability_zone));
            let missing = interfaces
                .filter(|service| !self.has_interface(service, &subnet.id))
                .count();
            let needed = u32::try_from(missing)
                .unwrap_or(u32::MAX)
                .saturating_mul(ADDRESSES_PER_ENDPOINT);
            let free = subnet.available_addresses.unwrap_or_else(|| usable_addresses(*block));
            (needed > 0 && free <= needed).then(|| {
                Invalid::new(
                    format!("{} has no room for the endpoints", subnet.id),
                    format!(
                        "{free} addresses of {block} are free, {missing} endpoints take {needed} of them, and none is left for an instance. Use a larger \
                         subnet, or fewer endpoints in {} (endpoints.availability_zones).",
                        subnet.availability_zone
                    ),
                )
                .at(format!("{SUBNET_IDS}[{index}]"))
            })
        };
        subnets.iter().enumerate().filter_map(error).collect()
    }

    fn has_interface(&self, service: &Service, subnet_id: &str) -> bool {
        let mut own = self.seen.own_endpoints(&self.ownership);
        own.any(|endpoint| endpoint.service_name == service.service_name && endpoint.subnet_ids.contains(subnet_id))
    }
}

#[cfg(test)]
mod tests;
