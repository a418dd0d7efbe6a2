//! `network`: one of the environment's own, or an existing one of which everything is known but what is looked up later.

use tf_provider::value::Value;

use super::pieces::{count, elements, in_prior_order, keep, known, known_or_unknown, subnet_ids, subnets, text, zones};
use super::{CHOICE_OF_ZONES, Projection};
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID};
use crate::domain::spec::{InstanceTenancy, NetworkSpec};
use crate::domain::topology::{SubnetPlan, Topology};
use crate::provider::attribute::Map;
use crate::provider::environment::model::{Network, Subnet};
use crate::provider::environment::spec::is_existing;
use crate::provider::read::{list, object, texts};

impl Projection<'_> {
    pub(super) fn network(&self) -> Network {
        let config = object(&self.config.network);
        let prior = self.prior.map(|prior| object(&prior.network)).unwrap_or_default();
        if config.vpc_id.is_null() {
            self.managed_network(config, prior)
        } else {
            self.existing_network(config, prior)
        }
    }

    fn managed_network(&self, config: Network, prior: Network) -> Network {
        let prior = if is_existing(&prior) { Network::default() } else { prior };
        let touched = self.unknown.touch(&[
            "region",
            "network.cidr_block",
            "network.max_azs",
            "network.availability_zones",
            "network.subnet_prefix_length",
        ]);
        // Zones that are chosen are chosen for the services.
        let chosen = config.availability_zones.is_null() && self.prior.is_none();
        let touched = touched || (chosen && self.unknown.touch(&CHOICE_OF_ZONES));
        let topology = self.topology.filter(|_| !touched);
        let order = texts(&prior.availability_zones);
        let named_zones = in_prior_order(config.availability_zones, &prior.availability_zones);
        let zones = topology.map(|topology| zones(topology, &order.unwrap_or_default()));
        let prefix = topology.and_then(|topology| topology.subnets.last());
        let subnets = topology.map(|topology| subnets(topology, &prior));
        let vpc_id = keep(&prior.vpc_id);
        Network {
            cidr_block: config.cidr_block.or(text(NetworkSpec::DEFAULT_CIDR_BLOCK)),
            max_azs: config
                .max_azs
                .or(known_or_unknown(zones.as_ref().map(|zones| count(zones.len())))),
            subnet_ids: known_or_unknown(zones.as_ref().map(|zones| subnet_ids(zones, subnets.as_ref()))),
            availability_zones: named_zones.or(known_or_unknown(zones.map(|zones| elements(&zones)))),
            subnet_prefix_length: config.subnet_prefix_length.or(known_or_unknown(
                prefix.map(|subnet| subnet.cidr_block.prefix_len().into()),
            )),
            instance_tenancy: config.instance_tenancy.or(text(InstanceTenancy::default().as_str())),
            default_security_group_id: if vpc_id.is_unknown() {
                Value::Unknown
            } else {
                prior.default_security_group_id
            },
            // Of a network that is unknown as a whole, not even that is known.
            managed: match self.config.network {
                Value::Unknown => Value::Unknown,
                _ => Value::Value(true),
            },
            vpc_id,
            subnets: known_or_unknown(subnets),
        }
    }

    /// Nothing of an existing network is chosen, so that it is known as soon as its ids are. Which VPC it is may even not be known to be
    /// an existing one: then nothing is known of it.
    fn existing_network(&self, config: Network, prior: Network) -> Network {
        let same = is_existing(&prior) && prior.vpc_id == config.vpc_id;
        let prior = if same { prior } else { Network::default() };
        let known_vpc = config.vpc_id.is_value();
        let topology = self.topology.filter(|topology| topology.has_existing_network());
        let topology = topology.filter(|_| !self.unknown.touch(&["region", VPC_ID, SUBNET_IDS]));
        // The same ids in another order are no change.
        let subnet_ids = in_prior_order(config.subnet_ids, &prior.subnet_ids);
        let plans = topology.map(|topology| in_order(topology, texts(&subnet_ids).unwrap_or_default()));
        let unless_known = |prior: Value<String>| if same { prior } else { Value::Unknown };
        let block = topology.map(|topology| topology.vpc.cidr_block.to_string());
        let tenancy = topology.map(|topology| topology.vpc.instance_tenancy.as_str());
        Network {
            cidr_block: config
                .cidr_block
                .or(known(block.as_deref()))
                .or_prior(&prior.cidr_block),
            max_azs: if known_vpc {
                Value::Null
            } else {
                config.max_azs.or(Value::Unknown)
            },
            availability_zones: match &plans {
                Some(plans) => list(plans.iter().map(|plan| plan.availability_zone.clone())),
                None => config.availability_zones.or(Value::Unknown),
            },
            subnet_prefix_length: if known_vpc {
                Value::Null
            } else {
                config.subnet_prefix_length.or(Value::Unknown)
            },
            instance_tenancy: config
                .instance_tenancy
                .or(known(tenancy))
                .or_prior(&prior.instance_tenancy),
            managed: if known_vpc { Value::Value(false) } else { Value::Unknown },
            subnets: known_or_unknown(plans.map(|plans| existing_subnets(&plans, &prior))),
            default_security_group_id: unless_known(prior.default_security_group_id),
            subnet_ids: subnet_ids.or(Value::Unknown),
            vpc_id: config.vpc_id,
        }
    }
}

/// A value that is not known by the plan and that does not change.
trait OrPrior {
    fn or_prior(self, prior: &Self) -> Self;
}

impl OrPrior for Value<String> {
    fn or_prior(self, prior: &Self) -> Self {
        match (&self, prior) {
            (Self::Unknown, Self::Value(_)) => prior.clone(),
            _ => self,
        }
    }
}

/// The subnets of a topology in the order of their ids.
fn in_order(topology: &Topology, ids: Vec<String>) -> Vec<&SubnetPlan> {
    let plan = |id: &String| topology.subnets.iter().find(|plan| plan.id.as_ref() == Some(id));
    ids.iter().filter_map(plan).collect()
}

/// The subnets by zone. What the refresh has seen of them is newer than what an earlier plan has.
fn existing_subnets(plans: &[&SubnetPlan], prior: &Network) -> Map<Subnet> {
    let before = prior.subnets.as_ref_option();
    let planned = plans.iter().map(|plan| {
        let id: Value<String> = plan.id.clone().into();
        let before = before.and_then(|subnets| subnets.get(&plan.availability_zone)?.as_ref_option());
        let subnet = before
            .filter(|before| before.id == id)
            .cloned()
            .unwrap_or_else(|| Subnet {
                cidr_block: text(&plan.cidr_block.to_string()),
                route_table_id: known(plan.route_table_id.as_deref()),
                id,
            });
        (plan.availability_zone.clone(), Value::Value(subnet))
    });
    planned.collect()
}
