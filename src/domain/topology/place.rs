//! Where an environment is: zones, blocks and subnets, in a network of its own or in an existing one.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::existing;
use super::zones::{self, Zones};
use crate::domain::address::{self, AddressRequest};
use crate::domain::endpoint::{EndpointKind, Service};
use crate::domain::facts::Facts;
use crate::domain::problem::PlanError;
use crate::domain::spec::{InstanceTenancy, Spec};

/// Where an environment is.
pub(super) struct Place {
    /// Id of an existing VPC.
    pub(super) vpc_id: Option<String>,
    /// The VPC's primary block.
    pub(super) cidr_block: Ipv4Net,
    /// All of its IPv4 blocks.
    pub(super) cidr_blocks: Vec<Ipv4Net>,
    /// Its tenancy.
    pub(super) instance_tenancy: InstanceTenancy,
    /// Its zones, and those with endpoints.
    pub(super) zones: Zones,
    /// Its subnets, in the order of the zones.
    pub(super) sites: Vec<Site>,
    /// Prefix length of subnets of the environment's own.
    pub(super) prefix_length: Option<u8>,
    /// Short service name → id of the endpoint of somebody else's that serves.
    pub(super) serving: BTreeMap<String, String>,
}

/// A subnet.
pub(super) struct Site {
    /// Zone.
    pub(super) zone: String,
    /// Block.
    pub(super) block: Ipv4Net,
    /// Id of an existing one.
    pub(super) id: Option<String>,
    /// The route table that an existing one uses.
    pub(super) route_table_id: Option<String>,
}

/// Finds the place, or all that is wrong with it.
pub(super) fn find(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<Place, Vec<PlanError>> {
    match &spec.network.existing {
        Some(network) => existing::place(network, spec, facts, services),
        None => managed(spec, facts, services),
    }
}

/// All IPv4 blocks of the VPC, as far as they are known before the place is.
pub(super) fn vpc_blocks(spec: &Spec, facts: &Facts) -> Vec<Ipv4Net> {
    let seen = facts.network.as_ref().and_then(|network| network.vpc.as_ref());
    match (&spec.network.existing, seen) {
        (Some(_), Some(vpc)) => vpc.cidr_blocks.clone(),
        _ => spec.network.own_blocks(),
    }
}

fn managed(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<Place, Vec<PlanError>> {
    let zones = zones::choose(spec, facts, services)?;
    let addresses = address::plan(&AddressRequest {
        vpc: spec.network.cidr_block,
        zones: &zones.environment,
        prefix_length: spec.network.subnet_prefix_length,
        kept: &spec.kept.subnets,
        kept_prefix_length: spec.kept.subnet_prefix_length,
    })?;
    let interfaces = services
        .iter()
        .filter(|service| service.kind == EndpointKind::Interface)
        .count();
    let too_small: Vec<PlanError> = addresses
        .blocks
        .iter()
        .filter_map(|(zone, block)| {
            let interfaces = if zones.endpoints.contains(zone) { interfaces } else { 0 };
            address::check_capacity(zone, *block, interfaces).err()
        })
        .collect();
    if !too_small.is_empty() {
        return Err(too_small);
    }
    let sites = addresses.blocks.into_iter().map(|(zone, block)| Site {
        zone,
        block,
        id: None,
        route_table_id: None,
    });
    Ok(Place {
        vpc_id: None,
        cidr_block: spec.network.cidr_block,
        cidr_blocks: vec![spec.network.cidr_block],
        instance_tenancy: spec.network.instance_tenancy,
        sites: sites.collect(),
        prefix_length: Some(addresses.prefix_length),
        serving: BTreeMap::new(),
        zones,
    })
}
