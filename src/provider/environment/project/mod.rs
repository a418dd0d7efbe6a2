//! From a topology to the planned state.
//!
//! A planned leaf is, in this order: what the configuration sets; what an earlier plan decided (that is in the topology already, by
//! [`Kept`](crate::domain::spec::Kept)); the default; or unknown. Ids of parts that exist are planned as they are, so that a plan
//! without a change is exactly no change, and only what a change touches becomes unknown.

mod compute_environment;
mod isolation;
pub(super) mod job_queues;
mod launch_template;
mod network;
mod pieces;

use std::collections::BTreeMap;

use tf_provider::value::Value;

use super::model::{Endpoints, Environment, MonthlyCost, Network, SecurityGroup, Service};
use super::state::monthly_cost;
use super::timeouts;
use crate::domain::Tags;
use crate::domain::cost::Estimate;
use crate::domain::endpoint::{EndpointKind, PolicyPreset};
use crate::domain::existing::ids::{SUBNET_IDS, VPC_ID};
use crate::domain::topology::{EndpointPlan, Topology};
use crate::engine::part::Part;
use crate::provider::attribute::{Map, Unknowns};
use crate::provider::read::{object, texts};
pub(super) use compute_environment::policy;
use pieces::{in_prior_order, in_prior_words, keep, known, known_or_unknown, section, text, with_protocols};

/// Status of a compute environment that works, and the only one that an apply ends with.
pub(super) const VALID: &str = "VALID";
/// State of an endpoint that works, and the only one that an apply ends with.
pub(super) const AVAILABLE: &str = "available";

/// What the choice of zones depends on besides the network, where there is a choice: they are chosen for the services.
const CHOICE_OF_ZONES: [&str; 4] = [
    "endpoints.availability_zones",
    "endpoints.additional_services",
    "endpoints.cloudwatch_logs",
    "compute_environment.type",
];

/// What a plan is made from.
pub(super) struct Projection<'a> {
    /// The configuration.
    pub(super) config: &'a Environment,
    /// The refreshed state; `None` for a new environment.
    pub(super) prior: Option<&'a Environment>,
    /// The desired environment; `None` if what it depends on is not known yet.
    pub(super) topology: Option<&'a Topology>,
    /// Whether another compute environment takes the place of the one that is there.
    pub(super) swap: bool,
    /// Whether that may turn out once everything is known.
    pub(super) may_swap: bool,
    /// What of the configuration is not known yet.
    pub(super) unknown: &'a Unknowns,
    /// The account, if it is known.
    pub(super) account_id: Option<&'a str>,
    /// The region, if it is known.
    pub(super) region: Option<&'a str>,
    /// The provider's `default_tags`.
    /// `None` if they are not known yet.
    pub(super) default_tags: Option<&'a Tags>,
}

impl Projection<'_> {
    /// The planned state.
    pub(super) fn environment(&self) -> Environment {
        let network = self.network();
        let endpoints = self.endpoints(&network);
        let security_group = self.security_group();
        let compute_environment = self.compute_environment(&network, &security_group);
        let isolation = self.isolation(&network);
        Environment {
            estimated_monthly_cost: self.monthly_cost(&network, &endpoints),
            id: self.config.name.clone(),
            name: self.config.name.clone(),
            region: self.config.region.clone().or(known(self.region)),
            account_id: known(self.account_id),
            network: section(&self.config.network, network),
            endpoints: section(&self.config.endpoints, endpoints),
            security_group: section(&self.config.security_group, security_group),
            compute_environment: section(&self.config.compute_environment, compute_environment),
            job_queues: self.job_queues(),
            isolation: section(&self.config.isolation, isolation),
            deletion_protection: self.config.deletion_protection.or(Value::Value(false)),
            drift: Value::Value(Vec::new()),
            tags: self.config.tags.clone().or(Value::Value(Map::new())),
            tags_all: self.tags_all(),
            timeouts: section(&self.config.timeouts, timeouts::planned(&object(&self.config.timeouts))),
        }
    }

    fn endpoints(&self, network: &Network) -> Endpoints {
        let mut config = object(&self.config.endpoints);
        if let Some(prior) = self.prior.map(|prior| object(&prior.endpoints)) {
            config.additional_services = in_prior_order(config.additional_services, &prior.additional_services);
            config.availability_zones = in_prior_order(config.availability_zones, &prior.availability_zones);
            config.policies = in_prior_words(config.policies, &prior.policies);
        }
        let touched = self.unknown.touch(&[
            "region",
            VPC_ID,
            SUBNET_IDS,
            "endpoints.cloudwatch_logs",
            "endpoints.additional_services",
            "endpoints.enabled",
            "compute_environment.type",
        ]);
        let topology = self.topology.filter(|_| !touched);
        let services = topology.map(|topology| {
            let plans = topology.endpoints.iter();
            plans
                .map(|plan| (plan.service.clone(), Value::Value(self.service(plan, &config, network))))
                .collect()
        });
        Endpoints {
            cloudwatch_logs: config.cloudwatch_logs.or(Value::Value(true)),
            additional_services: config.additional_services.or(Value::Value(Vec::new())),
            private_dns_enabled: config.private_dns_enabled.or(Value::Value(true)),
            availability_zones: config.availability_zones,
            policy: config.policy.or(text(PolicyPreset::default().as_str())),
            organization_id: config.organization_id,
            policies: config.policies.or(Value::Value(Map::new())),
            enabled: config.enabled.or(Value::Value(true)),
            services: known_or_unknown(services),
        }
    }

    /// Known as soon as it is known which endpoints there will be, and where. How many of them are the environment's own, and so what they
    /// cost, is known after the apply if somebody else may make one meanwhile.
    fn monthly_cost(&self, network: &Network, endpoints: &Endpoints) -> Value<MonthlyCost> {
        let decided = network.availability_zones.is_value()
            && endpoints.services.is_value()
            && !self
                .unknown
                .touch(&["network.availability_zones", "endpoints.availability_zones"]);
        let topology = self.topology.filter(|_| decided);
        let planned = topology.map(|topology| monthly_cost(&Estimate::of(topology)));
        let mut services = endpoints.services.iter().flatten().map(|(_, service)| object(service));
        let interface = text(EndpointKind::Interface.as_str());
        if services.any(|service| service.r#type == interface && service.managed.is_unknown()) {
            return known_or_unknown(planned.map(|planned| MonthlyCost {
                amount: Value::Unknown,
                endpoint_zone_pairs: Value::Unknown,
                ..planned
            }));
        }
        known_or_unknown(planned)
    }

    fn service(&self, plan: &EndpointPlan, config: &Endpoints, network: &Network) -> Service {
        if let Some(id) = &plan.existing_id {
            return self.service_of_others(plan, id);
        }
        let prior = self.prior_service(plan).unwrap_or_default();
        let id = keep(&prior.id);
        let gateway = plan.kind == EndpointKind::Gateway;
        let stays = id.is_value() && !self.drifted(&Part::Endpoint(plan.service.clone()));
        let interfaces_stay = stays && !self.interfaces_change(config, network);
        let names_stay = stays && !self.private_dns_changes(config);
        Service {
            service_name: text(&plan.service_name),
            r#type: text(plan.kind.as_str()),
            // Until it is made, somebody else may make one that serves.
            managed: match id.is_value() || network.managed == Value::Value(true) {
                true => Value::Value(true),
                false => Value::Unknown,
            },
            state: text(AVAILABLE),
            dns_name: match (gateway, names_stay) {
                (true, _) => Value::Null,
                (false, true) => prior.dns_name,
                (false, false) => Value::Unknown,
            },
            network_interface_ids: match (gateway, interfaces_stay) {
                (true, _) => Value::Value(Vec::new()),
                (false, true) => prior.network_interface_ids,
                (false, false) => Value::Unknown,
            },
            id,
        }
    }

    /// An endpoint of somebody else's, as the refresh has seen it.
    fn service_of_others(&self, plan: &EndpointPlan, id: &str) -> Service {
        let prior = self.prior_service(plan).unwrap_or_default();
        let gateway = plan.kind == EndpointKind::Gateway;
        Service {
            id: text(id),
            service_name: text(&plan.service_name),
            r#type: text(plan.kind.as_str()),
            managed: Value::Value(false),
            state: text(AVAILABLE),
            dns_name: match (gateway, &prior.dns_name) {
                (true, _) => Value::Null,
                (false, Value::Null) => Value::Unknown,
                (false, name) => name.clone(),
            },
            network_interface_ids: match (gateway, &prior.network_interface_ids) {
                (true, _) => Value::Value(Vec::new()),
                (false, Value::Null) => Value::Unknown,
                (false, ids) => ids.clone(),
            },
        }
    }

    /// The endpoint as it is, if it can stay: same service and kind, the same owner, and not one that AWS has given up.
    fn prior_service(&self, plan: &EndpointPlan) -> Option<Service> {
        let endpoints = self.prior?.endpoints.as_ref_option()?;
        let prior = endpoints
            .services
            .as_ref_option()?
            .get(&plan.service)?
            .as_ref_option()?;
        let same = prior.service_name == text(&plan.service_name) && prior.r#type == text(plan.kind.as_str());
        let same_owner = match &plan.existing_id {
            Some(id) => prior.id == text(id),
            None => prior.managed != Value::Value(false),
        };
        let alive = matches!(prior.state.as_deref_option(), Some(AVAILABLE | "pending"));
        (same && same_owner && alive).then(|| prior.clone())
    }

    /// Whether interfaces come or go, as they do with subnets.
    fn interfaces_change(&self, config: &Endpoints, network: &Network) -> bool {
        let subnets = |network: &Network| {
            let subnets = network.subnets.iter().flatten();
            let ids: BTreeMap<_, _> = subnets
                .map(|(zone, subnet)| (zone.clone(), object(subnet).id))
                .collect();
            (network.subnets.is_value(), ids)
        };
        self.prior.is_none_or(|prior| {
            subnets(&object(&prior.network)) != subnets(network)
                || object(&prior.endpoints).availability_zones != config.availability_zones
        })
    }

    fn private_dns_changes(&self, config: &Endpoints) -> bool {
        let planned = config.private_dns_enabled.or(Value::Value(true));
        self.prior
            .is_none_or(|prior| object(&prior.endpoints).private_dns_enabled != planned)
    }

    fn security_group(&self) -> SecurityGroup {
        if self.config.security_group.is_unknown() {
            return SecurityGroup {
                id: Value::Unknown,
                additional_ids: Value::Unknown,
                ..SecurityGroup::default()
            };
        }
        let config = object(&self.config.security_group);
        let prior = self
            .prior
            .map(|prior| object(&prior.security_group))
            .unwrap_or_default();
        let plan = self.topology.filter(|_| !self.unknown.touch(&["name"]));
        let plan = plan.map(|topology| &topology.security_group);
        let name = config.name.or(known(plan.map(|plan| plan.name.as_str())));
        let description = config.description.or(known(plan.map(|plan| plan.description.as_str())));
        // AWS changes neither, so that another group takes its place.
        let stays = name == prior.name && description == prior.description;
        SecurityGroup {
            id: if stays { keep(&prior.id) } else { Value::Unknown },
            name,
            description,
            allow_all_outbound: config.allow_all_outbound.or(Value::Value(false)),
            ingress_rules: config.ingress_rules.map(with_protocols).or(Value::Value(Vec::new())),
            additional_ids: config.additional_ids.or(Value::Value(Vec::new())),
        }
    }

    fn tags_all(&self) -> Value<Map<String>> {
        let Some(defaults) = self.default_tags else {
            return Value::Unknown;
        };
        let defaults = defaults.iter().map(|(key, value)| (key.clone(), text(value)));
        match &self.config.tags {
            Value::Unknown => Value::Unknown,
            Value::Null => Value::Value(defaults.collect()),
            Value::Value(tags) => {
                let tags = tags.iter().map(|(key, value)| (key.clone(), value.clone()));
                Value::Value(defaults.chain(tags).collect())
            }
        }
    }

    /// Whether something about a part must be repaired that has no attribute of its own.
    fn drifted(&self, part: &Part) -> bool {
        let drift = self.prior.and_then(|prior| texts(&prior.drift)).unwrap_or_default();
        let part = part.to_string();
        // Tags that are put back change nothing that is reported.
        drift
            .iter()
            .any(|line| line.ends_with(&part) && !line.starts_with("tagging "))
    }
}
