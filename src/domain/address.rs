//! The address plan: which block of the VPC each zone's subnet gets.
//!
//! All subnets have one prefix length. A zone that has a block keeps it; every other zone takes the first block that is free, in
//! the order in which the zones are given. So adding a zone never moves another one.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::limits::{ADDRESSES_PER_ENDPOINT, LONGEST_PREFIX, RESERVED_ADDRESSES, ROOM_FOR_ZONES, SHORTEST_PREFIX};
use super::problem::{Invalid, PlanError};

const CIDR_BLOCK: &str = "network.cidr_block";
const PREFIX_LENGTH: &str = "network.subnet_prefix_length";
const ZONES: &str = "network.availability_zones";

/// What the plan is made from.
#[derive(Clone, Debug)]
pub struct AddressRequest<'a> {
    /// The VPC's block.
    pub vpc: Ipv4Net,
    /// Zones, in the order in which they take their blocks.
    pub zones: &'a [String],
    /// The user's prefix length.
    pub prefix_length: Option<u8>,
    /// Zone → block of subnets that exist, those of zones that are about to go included.
    pub kept: &'a BTreeMap<String, Ipv4Net>,
    /// Prefix length of an earlier plan.
    pub kept_prefix_length: Option<u8>,
}

/// A block for every zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressPlan {
    /// Prefix length of subnets, 16–28.
    pub prefix_length: u8,
    /// Zone and block, in the order of the zones.
    pub blocks: Vec<(String, Ipv4Net)>,
}

/// Makes the address plan. The blocks are disjoint, inside the VPC's block, and the same for the same request.
pub fn plan(request: &AddressRequest<'_>) -> Result<AddressPlan, Vec<PlanError>> {
    validate_vpc_block(request.vpc).map_err(|error| vec![error.at(CIDR_BLOCK)])?;
    let errors = kept_block_errors(request.vpc, request.kept);
    if !errors.is_empty() {
        return Err(errors);
    }
    let prefix_length = match request.prefix_length.or(request.kept_prefix_length) {
        Some(prefix_length) => prefix_length,
        None => default_prefix_length(request.vpc, request.zones.len()),
    };
    validate_subnet_prefix(request.vpc, prefix_length).map_err(|error| vec![error.at(PREFIX_LENGTH)])?;

    let mut taken: Vec<Ipv4Net> = request.kept.values().copied().collect();
    let mut blocks = Vec::with_capacity(request.zones.len());
    for zone in request.zones {
        let block = match request.kept.get(zone) {
            Some(block) => *block,
            None => first_free(request.vpc, prefix_length, &taken)
                .ok_or_else(|| vec![no_block_left(request, zone, prefix_length)])?,
        };
        taken.push(block);
        blocks.push((zone.clone(), block));
    }
    Ok(AddressPlan { prefix_length, blocks })
}

/// Divides a block into `count` subnets of one prefix length, from its beginning; `None` chooses the length as [`plan`] does.
pub fn subnet_cidr_blocks(vpc: Ipv4Net, count: usize, prefix_length: Option<u8>) -> Result<Vec<Ipv4Net>, Invalid> {
    validate_vpc_block(vpc)?;
    let prefix_length = prefix_length.unwrap_or_else(|| default_prefix_length(vpc, count));
    validate_subnet_prefix(vpc, prefix_length)?;
    let room = 1_usize << (prefix_length - vpc.prefix_len());
    if count > room {
        return Err(Invalid::new(
            format!("{vpc} has no room for {count} subnets of /{prefix_length}"),
            format!(
                "It holds {room}. Use a longer prefix (at most /{LONGEST_PREFIX}), fewer subnets or a larger block."
            ),
        ));
    }
    Ok(subnets(vpc, prefix_length).take(count).collect())
}

/// The shortest prefix that leaves room for as many equal subnets as there are zones, but at least four, so that a zone can be
/// added later; within what AWS allows.
pub fn default_prefix_length(vpc: Ipv4Net, zones: usize) -> u8 {
    let room = zones.max(ROOM_FOR_ZONES).next_power_of_two().trailing_zeros();
    let wanted = u32::from(vpc.prefix_len()) + room;
    u8::try_from(wanted)
        .unwrap_or(LONGEST_PREFIX)
        .clamp(SHORTEST_PREFIX, LONGEST_PREFIX)
}

/// Reads a block such as `10.0.0.0/16`, which must be the network's own address.
pub fn parse_cidr_block(text: &str) -> Result<Ipv4Net, Invalid> {
    let block: Ipv4Net = text.parse().map_err(|_| {
        Invalid::new(
            format!("{text:?} is not an IPv4 block"),
            "Write four numbers from 0 to 255 and a prefix length, such as \"10.0.0.0/16\".",
        )
    })?;
    require_network_address(block)?;
    Ok(block)
}

fn require_network_address(block: Ipv4Net) -> Result<(), Invalid> {
    if block == block.trunc() {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{block} is not the address of a network"),
        format!(
            "Behind the first {} bits all must be zero. Did you mean \"{}\"?",
            block.prefix_len(),
            block.trunc()
        ),
    ))
}

/// Checks the block of a VPC on its own. Source: Amazon VPC User Guide, "VPC CIDR blocks".
pub fn validate_vpc_block(block: Ipv4Net) -> Result<(), Invalid> {
    require_network_address(block)?;
    if !(SHORTEST_PREFIX..=LONGEST_PREFIX).contains(&block.prefix_len()) {
        return Err(Invalid::new(
            format!("{block} has a prefix that a VPC cannot have"),
            format!(
                "The block of a VPC is between /{SHORTEST_PREFIX} (65,536 addresses) and /{LONGEST_PREFIX} (16 addresses)."
            ),
        ));
    }
    let address = block.network();
    if address.octets()[0] == 0 || address.is_loopback() || address.is_link_local() || address.octets()[0] >= 224 {
        return Err(Invalid::new(
            format!("{block} cannot be the block of a network"),
            "It lies in a range that the Internet Protocol reserves (this host, loopback, link-local or multicast). Use a \
             private range: 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16.",
        ));
    }
    Ok(())
}

/// Checks the prefix length of subnets on its own: 16–28. Source: Amazon VPC User Guide, "Subnet CIDR blocks".
pub fn validate_prefix_length(prefix_length: i64) -> Result<u8, Invalid> {
    u8::try_from(prefix_length)
        .ok()
        .filter(|length| (SHORTEST_PREFIX..=LONGEST_PREFIX).contains(length))
        .ok_or_else(|| {
            Invalid::new(
                format!("/{prefix_length} is not a prefix length that a subnet can have"),
                format!(
                    "Use a length between {SHORTEST_PREFIX} (65,536 addresses) and {LONGEST_PREFIX} (16 addresses)."
                ),
            )
        })
}

/// Checks the prefix length of subnets in a VPC.
pub fn validate_subnet_prefix(vpc: Ipv4Net, prefix_length: u8) -> Result<(), Invalid> {
    validate_prefix_length(prefix_length.into())?;
    if prefix_length < vpc.prefix_len() {
        return Err(Invalid::new(
            format!("Subnets of /{prefix_length} are larger than the VPC's block {vpc}"),
            format!(
                "Use a length between {} and {LONGEST_PREFIX}, or give the VPC a larger block.",
                vpc.prefix_len()
            ),
        ));
    }
    Ok(())
}

/// Addresses of a subnet that can be given to interfaces.
pub fn usable_addresses(block: Ipv4Net) -> u32 {
    (1_u32 << (32 - u32::from(block.prefix_len()).max(1))).saturating_sub(RESERVED_ADDRESSES)
}

/// Checks that a subnet holds `interface_endpoints` and at least one instance.
pub fn check_capacity(zone: &str, block: Ipv4Net, interface_endpoints: usize) -> Result<(), PlanError> {
    let usable = usable_addresses(block);
    let endpoints = u32::try_from(interface_endpoints)
        .unwrap_or(u32::MAX)
        .saturating_mul(ADDRESSES_PER_ENDPOINT);
    if usable > endpoints {
        return Ok(());
    }
    Err(Invalid::new(
        format!("The subnet in {zone} is too small"),
        format!(
            "{block} has {usable} addresses to give ({RESERVED_ADDRESSES} are AWS's own), the {interface_endpoints} interface \
             endpoints take {endpoints} of them, and none is left for an instance. Use a shorter prefix, a larger block \
             for the VPC, or fewer endpoints in this zone (endpoints.availability_zones)."
        ),
    )
    .at(PREFIX_LENGTH))
}

fn kept_block_errors(vpc: Ipv4Net, kept: &BTreeMap<String, Ipv4Net>) -> Vec<PlanError> {
    let mut errors = Vec::new();
    let mut seen: Vec<(&String, Ipv4Net)> = Vec::new();
    for (zone, block) in kept {
        if !vpc.contains(block) {
            errors.push(
                Invalid::new(
                    format!("The subnet in {zone} lies outside the VPC's block"),
                    format!(
                        "It has {block}, the VPC {vpc}. The VPC's block cannot change under its subnets: put it back."
                    ),
                )
                .at(CIDR_BLOCK),
            );
        }
        if let Some((other, theirs)) = seen.iter().find(|(_, theirs)| overlap(theirs, block)) {
            errors.push(
                Invalid::new(
                    format!("The subnets in {other} and {zone} overlap"),
                    format!("They have {theirs} and {block}. Refresh the state, or replace the environment."),
                )
                .at(ZONES),
            );
        }
        seen.push((zone, *block));
    }
    errors
}

fn no_block_left(request: &AddressRequest<'_>, zone: &str, prefix_length: u8) -> PlanError {
    let leaving: Vec<&String> = request
        .kept
        .keys()
        .filter(|kept| !request.zones.contains(*kept))
        .collect();
    let remedy = if leaving.is_empty() {
        "Use a longer prefix (network.subnet_prefix_length), fewer zones or a larger block for the VPC."
    } else {
        "The blocks of zones that are removed are free only after they are gone: remove zones in one apply and add others \
         in the next, or replace the environment with a longer prefix (network.subnet_prefix_length)."
    };
    let attribute = if request.prefix_length.is_some() {
        PREFIX_LENGTH
    } else {
        CIDR_BLOCK
    };
    Invalid::new(
        format!("No block of the VPC is left for a subnet in {zone}"),
        format!(
            "{} holds {} subnets of /{prefix_length}; there are {} zones and {} existing subnets. {remedy}",
            request.vpc,
            1_u32 << (prefix_length - request.vpc.prefix_len()),
            request.zones.len(),
            request.kept.len(),
        ),
    )
    .at(attribute)
}

fn first_free(vpc: Ipv4Net, prefix_length: u8, taken: &[Ipv4Net]) -> Option<Ipv4Net> {
    subnets(vpc, prefix_length).find(|block| !taken.iter().any(|other| overlap(other, block)))
}

fn subnets(vpc: Ipv4Net, prefix_length: u8) -> impl Iterator<Item = Ipv4Net> {
    vpc.subnets(prefix_length).into_iter().flatten()
}

/// Whether two blocks share an address: of two blocks that do, one contains the other.
pub fn overlap(a: &Ipv4Net, b: &Ipv4Net) -> bool {
    a.contains(b) || b.contains(a)
}

#[cfg(test)]
mod tests;
