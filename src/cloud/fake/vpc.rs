//! Rules of VPCs and subnets.

use std::collections::BTreeMap;

use ipnet::Ipv4Net;

use super::refusal::{Answer, Refusal};
use super::world::{Moment, World, inside, known, known_mut};
use crate::cloud::{ErrorKind, SubnetRequest, VpcRequest};
use crate::domain::Tags;
use crate::domain::address::usable_addresses;
use crate::domain::limits::{LONGEST_PREFIX, SHORTEST_PREFIX};
use crate::domain::observed::{Route, RouteTable, Subnet, Vpc};
use crate::domain::spec::InstanceTenancy;

/// Prefix lengths of VPCs and subnets.
const PREFIX_LENGTHS: std::ops::RangeInclusive<u8> = SHORTEST_PREFIX..=LONGEST_PREFIX;

impl World {
    /// Makes a VPC with its main route table and its default group.
    pub(super) fn create_vpc(&mut self, at: &Moment<'_>, request: &VpcRequest) -> Answer<Vpc> {
        if !PREFIX_LENGTHS.contains(&request.cidr_block.prefix_len()) {
            let message = format!("The CIDR '{}' is invalid.", request.cidr_block);
            return Err(Refusal::invalid("InvalidVpc.Range", message));
        }
        let vpc = Vpc {
            id: self.new_id("vpc"),
            cidr_block: Some(request.cidr_block),
            cidr_blocks: vec![request.cidr_block],
            instance_tenancy: request.instance_tenancy.as_str().to_owned(),
            state: "available".to_owned(),
            dns_support: Some(true),
            dns_hostnames: Some(false),
            tags: request.tags.clone(),
        };
        self.vpcs.insert(vpc.id.clone(), at.place(&vpc.id, vpc.clone()));
        self.add_route_table(at, &vpc.id, true, &Tags::new());
        self.add_default_group(at, &vpc.id);
        Ok(Vpc {
            state: "pending".to_owned(),
            ..as_described(&vpc)
        })
    }

    pub(super) fn set_dns_support(&mut self, at: &Moment<'_>, vpc_id: &str, enabled: bool) -> Answer<()> {
        known_mut(&mut self.vpcs, vpc_id, at)?.dns_support = Some(enabled);
        Ok(())
    }

    /// Host names need DNS support. Source: API reference of ModifyVpcAttribute.
    pub(super) fn set_dns_hostnames(&mut self, at: &Moment<'_>, vpc_id: &str, enabled: bool) -> Answer<()> {
        let vpc = known_mut(&mut self.vpcs, vpc_id, at)?;
        if enabled && vpc.dns_support != Some(true) {
            let message = "DNS hostnames can only be enabled if DNS support is enabled.";
            return Err(Refusal::invalid("InvalidParameterCombination", message));
        }
        vpc.dns_hostnames = Some(enabled);
        Ok(())
    }

    pub(super) fn reset_vpc_tenancy(&mut self, at: &Moment<'_>, vpc_id: &str) -> Answer<()> {
        known_mut(&mut self.vpcs, vpc_id, at)?.instance_tenancy = InstanceTenancy::Default.as_str().to_owned();
        Ok(())
    }

    /// Everything but the main route table and the default group must be gone first.
    pub(super) fn delete_vpc(&mut self, vpc_id: &str) -> Answer<()> {
        let used = inside(&self.subnets, vpc_id).next().is_some()
            || inside(&self.endpoints, vpc_id).next().is_some()
            || inside(&self.network_interfaces, vpc_id).next().is_some()
            || inside(&self.route_tables, vpc_id).any(|table| !table.main)
            || inside(&self.security_groups, vpc_id).any(|group| group.name != "default")
            || inside(&self.gateways, vpc_id).next().is_some();
        if used {
            return Err(Refusal::dependency("vpc", vpc_id));
        }
        self.vpcs.remove(vpc_id);
        self.route_tables.retain(|_, table| table.vpc_id != vpc_id);
        self.security_groups.retain(|_, group| group.vpc_id != vpc_id);
        Ok(())
    }

    pub(super) fn create_subnet(&mut self, at: &Moment<'_>, request: &SubnetRequest) -> Answer<Subnet> {
        let block = request.cidr_block;
        let vpc = known(&self.vpcs, &request.vpc_id, at)?;
        if !at.behaviour.zones.contains(&request.availability_zone) {
            let zones: Vec<&str> = at.behaviour.zones.iter().map(String::as_str).collect();
            let message = format!(
                "Value ({}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following \
                 availability zones: {}.",
                request.availability_zone,
                zones.join(", ")
            );
            return Err(Refusal::invalid("InvalidParameterValue", message));
        }
        if !PREFIX_LENGTHS.contains(&block.prefix_len()) || !vpc.cidr_blocks.iter().any(|outer| outer.contains(&block))
        {
            return Err(Refusal::invalid(
                "InvalidSubnet.Range",
                format!("The CIDR '{block}' is invalid."),
            ));
        }
        if inside(&self.subnets, &request.vpc_id)
            .filter_map(|subnet| subnet.cidr_block)
            .any(|other| overlap(other, block))
        {
            let message = format!("The CIDR '{block}' conflicts with another subnet");
            return Err(Refusal::new(
                ErrorKind::AlreadyExists,
                "InvalidSubnet.Conflict",
                message,
            ));
        }
        let subnet = Subnet {
            id: self.new_id("subnet"),
            availability_zone: request.availability_zone.clone(),
            cidr_block: Some(block),
            map_public_ip_on_launch: false,
            assign_ipv6_address_on_creation: false,
            available_addresses: None,
            tags: request.tags.clone(),
        };
        self.subnets
            .insert(subnet.id.clone(), at.place(&request.vpc_id, subnet.clone()));
        Ok(subnet)
    }

    /// A subnet as DescribeSubnets shows it, with the number of addresses that no interface has.
    pub(super) fn subnet(&self, subnet: &Subnet) -> Subnet {
        let interfaces = self.network_interfaces.values();
        let taken = interfaces.filter(|interface| interface.subnet_id == subnet.id).count();
        let usable = subnet.cidr_block.map(usable_addresses);
        Subnet {
            available_addresses: usable.map(|usable| usable.saturating_sub(u32::try_from(taken).unwrap_or(u32::MAX))),
            ..subnet.clone()
        }
    }

    pub(super) fn set_map_public_ip(&mut self, at: &Moment<'_>, subnet_id: &str, enabled: bool) -> Answer<()> {
        known_mut(&mut self.subnets, subnet_id, at)?.map_public_ip_on_launch = enabled;
        Ok(())
    }

    pub(super) fn set_assign_ipv6(&mut self, at: &Moment<'_>, subnet_id: &str, enabled: bool) -> Answer<()> {
        known_mut(&mut self.subnets, subnet_id, at)?.assign_ipv6_address_on_creation = enabled;
        Ok(())
    }

    /// Interfaces hold on to their subnet; its association with a route table goes with it.
    pub(super) fn delete_subnet(&mut self, subnet_id: &str) -> Answer<()> {
        if self
            .network_interfaces
            .values()
            .any(|interface| interface.subnet_id == subnet_id)
        {
            return Err(Refusal::dependency("subnet", subnet_id));
        }
        self.subnets.remove(subnet_id);
        for table in self.route_tables.values_mut() {
            table.associations.remove(subnet_id);
        }
        Ok(())
    }

    pub(super) fn add_route_table(&mut self, at: &Moment<'_>, vpc_id: &str, main: bool, tags: &Tags) -> RouteTable {
        let local = self.vpcs.get(vpc_id).and_then(|vpc| vpc.cidr_block).map(|block| Route {
            destination: block.to_string(),
            target: "local".to_owned(),
            ..Route::default()
        });
        let table = RouteTable {
            id: self.new_id("rtb"),
            main,
            associations: BTreeMap::new(),
            routes: local.into_iter().collect(),
            tags: tags.clone(),
        };
        self.route_tables
            .insert(table.id.clone(), at.place(vpc_id, table.clone()));
        table
    }
}

/// A VPC as DescribeVpcs shows it: without its DNS attributes.
pub(super) fn as_described(vpc: &Vpc) -> Vpc {
    Vpc {
        dns_support: None,
        dns_hostnames: None,
        ..vpc.clone()
    }
}

fn overlap(a: Ipv4Net, b: Ipv4Net) -> bool {
    a.contains(&b) || b.contains(&a)
}
