//! `network`: a managed one by its arguments, or an existing one by its ids.

use tf_provider::value::Value;

use super::reader::Reader;
use crate::domain::address::{parse_cidr_block, validate_prefix_length, validate_vpc_block};
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID, validate_subnet_ids, validate_vpc_id};
use crate::domain::problem::Invalid;
use crate::domain::spec::{ExistingNetworkSpec, InstanceTenancy, NetworkSpec};
use crate::domain::topology::validate_max_azs;
use crate::provider::environment::model::Network;
use crate::provider::number::Number;
use crate::provider::read::text;

impl Reader {
    pub(super) fn network(&mut self, config: &Network) -> NetworkSpec {
        if config.max_azs.is_value() && config.availability_zones.is_value() {
            let invalid = Invalid::new(
                "Both a number of zones and zones by name",
                "Leave one of max_azs and availability_zones out: the list says how many there are.",
            );
            self.errors.push(invalid.at("network.max_azs"));
        }
        let cidr_block = text(&config.cidr_block).and_then(|block| {
            let block = self.note("network.cidr_block", parse_cidr_block(&block))?;
            self.note("network.cidr_block", validate_vpc_block(block))?;
            Some(block)
        });
        let length = self.whole("network.subnet_prefix_length", &config.subnet_prefix_length);
        let tenancy = text(&config.instance_tenancy).and_then(|word| {
            let tenancy = word.parse::<InstanceTenancy>();
            let told = |why| Invalid::new(format!("{word:?} is not a tenancy"), format!("{why}."));
            self.note("network.instance_tenancy", tenancy.map_err(told))
        });
        NetworkSpec {
            cidr_block: cidr_block.unwrap_or_else(|| NetworkSpec::DEFAULT_CIDR_BLOCK.parse().unwrap_or_default()),
            max_azs: self.max_azs(&config.max_azs),
            availability_zones: self.zones("network.availability_zones", &config.availability_zones),
            subnet_prefix_length: length
                .and_then(|length| self.note("network.subnet_prefix_length", validate_prefix_length(length))),
            instance_tenancy: tenancy.unwrap_or_default(),
            existing: self.existing(config),
        }
    }

    fn max_azs(&mut self, value: &Value<Number>) -> usize {
        let Some(zones) = self.whole("network.max_azs", value) else {
            return NetworkSpec::DEFAULT_MAX_AZS;
        };
        let zones = self.note("network.max_azs", validate_max_azs(zones));
        zones.unwrap_or(NetworkSpec::DEFAULT_MAX_AZS)
    }

    /// The existing network, once the VPC's id is known. Subnets whose ids are not known yet are missing in it.
    fn existing(&mut self, config: &Network) -> Option<ExistingNetworkSpec> {
        let subnet_ids = self.words(SUBNET_IDS, &config.subnet_ids);
        if config.vpc_id.is_null() && !config.subnet_ids.is_null() {
            let invalid = Invalid::new(
                "Subnets without their VPC",
                "Set vpc_id to the id of the VPC that they are in, or leave subnet_ids out for a network of the environment's own.",
            );
            self.errors.push(invalid.at(VPC_ID));
        }
        let vpc_id = text(&config.vpc_id)?;
        self.note(VPC_ID, validate_vpc_id(&vpc_id));
        self.conflicts(config);
        if config.subnet_ids.is_null() {
            let invalid = Invalid::new(
                "A VPC without subnets",
                "Set subnet_ids to subnets of this VPC, one in each Availability Zone to use, or leave vpc_id out for a network of \
                 the environment's own.",
            );
            self.errors.push(invalid.at(SUBNET_IDS));
        } else if config.subnet_ids.iter().flatten().all(Value::is_value) && !config.subnet_ids.is_unknown() {
            self.errors
                .extend(validate_subnet_ids(subnet_ids.as_deref().unwrap_or_default()));
        }
        Some(ExistingNetworkSpec {
            vpc_id,
            subnet_ids: subnet_ids.unwrap_or_default(),
        })
    }

    /// What an existing network has already cannot be chosen.
    fn conflicts(&mut self, config: &Network) {
        let given = [
            ("cidr_block", config.cidr_block.is_value()),
            ("max_azs", config.max_azs.is_value()),
            ("availability_zones", config.availability_zones.is_value()),
            ("subnet_prefix_length", config.subnet_prefix_length.is_value()),
            ("instance_tenancy", config.instance_tenancy.is_value()),
        ];
        for (attribute, _) in given.into_iter().filter(|(_, given)| *given) {
            let invalid = Invalid::new(
                format!("{attribute} cannot be chosen in an existing network"),
                format!(
                    "The VPC named by vpc_id and its subnets have theirs already. Leave out {attribute}, or vpc_id and subnet_ids."
                ),
            );
            self.errors.push(invalid.at(format!("network.{attribute}")));
        }
    }
}
