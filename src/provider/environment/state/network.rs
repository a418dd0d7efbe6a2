//! `network`.

use std::collections::BTreeMap;

use tf_provider::value::Value;

use super::{Sight, in_order_of};
use crate::domain::isolation::effective_table;
use crate::domain::observed;
use crate::domain::spec::{InstanceTenancy, NetworkSpec};
use crate::provider::environment::model::{Network, Subnet};
use crate::provider::number::Number;
use crate::provider::read::{list, texts};

impl Sight<'_> {
    pub(super) fn network(&self, reference: &Network) -> Network {
        if self.observed.existing_network {
            return self.existing_network(reference);
        }
        let vpc = self.observed.vpc.as_ref();
        let subnets = self.own_subnets(reference);
        let zones = self.zones(reference, &subnets);
        let ids = zones.iter().filter_map(|zone| Some(subnets.get(zone)?.id.clone()));
        let subnet = |(zone, subnet): (&String, &&observed::Subnet)| self.subnet(zone, subnet);
        let block = vpc.and_then(|vpc| vpc.cidr_block);
        let default_block = || Value::Value(NetworkSpec::DEFAULT_CIDR_BLOCK.to_owned());
        let default_tenancy = || Value::Value(InstanceTenancy::default().as_str().to_owned());
        Network {
            cidr_block: match block {
                Some(block) => Value::Value(block.to_string()),
                None => reference.cidr_block.clone().or_else(default_block),
            },
            max_azs: self.max_azs(reference, &zones),
            subnet_prefix_length: self.prefix_length(reference, &subnets),
            instance_tenancy: match vpc {
                Some(vpc) => Value::Value(vpc.instance_tenancy.clone()),
                None => reference.instance_tenancy.clone().or_else(default_tenancy),
            },
            vpc_id: vpc.map(|vpc| vpc.id.clone()).into(),
            subnet_ids: list(ids),
            managed: Value::Value(true),
            subnets: Value::Value(subnets.iter().map(subnet).collect()),
            default_security_group_id: self
                .observed
                .default_security_group()
                .map(|group| group.id.clone())
                .into(),
            availability_zones: list(zones),
        }
    }

    /// What there is of a network that others made. Its ids are arguments, which stay even if it has gone.
    fn existing_network(&self, reference: &Network) -> Network {
        let vpc = self.observed.vpc.as_ref();
        let named = texts(&reference.subnet_ids).filter(|ids| !ids.is_empty());
        let subnet_ids = named.unwrap_or_else(|| self.subnets_in_use());
        let subnets: Vec<&observed::Subnet> = subnet_ids
            .iter()
            .filter_map(|id| self.observed.subnets.get(id))
            .collect();
        let zones = subnets.iter().map(|subnet| subnet.availability_zone.clone());
        Network {
            cidr_block: vpc.and_then(|vpc| vpc.cidr_block).map(|block| block.to_string()).into(),
            max_azs: Value::Null,
            availability_zones: list(zones),
            subnet_prefix_length: Value::Null,
            instance_tenancy: vpc.map(|vpc| vpc.instance_tenancy.clone()).into(),
            vpc_id: match vpc {
                Some(vpc) => Value::Value(vpc.id.clone()),
                None => reference.vpc_id.clone(),
            },
            managed: Value::Value(false),
            subnets: Value::Value(
                subnets
                    .into_iter()
                    .map(|subnet| {
                        let table = effective_table(self.observed, &subnet.id);
                        subnet_with(&subnet.availability_zone, subnet, table)
                    })
                    .collect(),
            ),
            subnet_ids: list(subnet_ids),
            default_security_group_id: self
                .observed
                .default_security_group()
                .map(|group| group.id.clone())
                .into(),
        }
    }

    /// The subnets of the compute environment, in the order of their zones.
    fn subnets_in_use(&self) -> Vec<String> {
        let compute = self.current();
        let mut ids: Vec<String> = compute
            .iter()
            .flat_map(|seen| seen.subnet_ids.iter().cloned())
            .collect();
        ids.sort_by_key(|id| self.observed.subnets.get(id).map(|subnet| &subnet.availability_zone));
        ids
    }

    /// The environment's subnets by zone. Of two in a zone the one that the reference knows counts.
    fn own_subnets(&self, reference: &Network) -> BTreeMap<String, &observed::Subnet> {
        let mut by_zone: BTreeMap<String, &observed::Subnet> = BTreeMap::new();
        for subnet in self.observed.own_subnets(self.ownership) {
            let known = reference.subnets.iter().flatten().any(|(_, known)| {
                let known = known.as_ref_option();
                known.is_some_and(|known| known.id == Value::Value(subnet.id.clone()))
            });
            let zone = subnet.availability_zone.clone();
            if known || !by_zone.contains_key(&zone) {
                by_zone.insert(zone, subnet);
            }
        }
        by_zone
    }

    /// The zones in the order of the reference; new ones behind them in the order of their blocks.
    fn zones(&self, reference: &Network, subnets: &BTreeMap<String, &observed::Subnet>) -> Vec<String> {
        let mut zones: Vec<(&String, &&observed::Subnet)> = subnets.iter().collect();
        zones.sort_by_key(|(_, subnet)| subnet.cidr_block);
        in_order_of(
            &reference.availability_zones,
            zones.into_iter().map(|(zone, _)| zone.clone()),
        )
    }

    /// AWS knows no bound of zones: the reference's holds as long as the zones are those that it stands for.
    fn max_azs(&self, reference: &Network, zones: &[String]) -> Value<Number> {
        let same = texts(&reference.availability_zones).is_some_and(|known| known.len() == zones.len());
        let counted = i64::try_from(zones.len()).map_or(Value::Null, |zones| Value::Value(Number::Whole(zones)));
        if same {
            reference.max_azs.clone().or(counted)
        } else {
            counted
        }
    }

    /// The reference's prefix length, as long as there is a subnet of it; else that of the last block.
    fn prefix_length(&self, reference: &Network, subnets: &BTreeMap<String, &observed::Subnet>) -> Value<Number> {
        let mut blocks: Vec<_> = subnets.values().filter_map(|subnet| subnet.cidr_block).collect();
        blocks.sort();
        let lengths = || blocks.iter().map(|block| Number::from(block.prefix_len()));
        match (&reference.subnet_prefix_length, lengths().next_back()) {
            (Value::Value(known), Some(_)) if lengths().any(|length| length == *known) => Value::Value(known.clone()),
            (_, Some(seen)) => Value::Value(seen),
            (known, None) => known.clone(),
        }
    }

    /// A subnet with its own route table. Somebody else's table in its place is none of the environment's, and is replaced.
    fn subnet(&self, zone: &str, subnet: &observed::Subnet) -> (String, Value<Subnet>) {
        let table = self.observed.route_table_of(&subnet.id);
        let table = table.filter(|table| !table.main && self.observed.owns(self.ownership, &table.id, &table.tags));
        subnet_with(zone, subnet, table)
    }
}

fn subnet_with(zone: &str, subnet: &observed::Subnet, table: Option<&observed::RouteTable>) -> (String, Value<Subnet>) {
    let subnet = Subnet {
        id: Value::Value(subnet.id.clone()),
        cidr_block: subnet.cidr_block.map(|block| block.to_string()).into(),
        route_table_id: table.map(|table| table.id.clone()).into(),
    };
    (zone.to_owned(), Value::Value(subnet))
}
