//! `endpoints`.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::value::Value;

use super::policies::Policies;
use super::{Sight, in_order_of};
use crate::domain::batch::ComputeType;
use crate::domain::cost::Estimate;
use crate::domain::endpoint::{EndpointKind, LOGS, required};
use crate::domain::name::short_service_name;
use crate::domain::observed::Endpoint;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{Endpoints, Network, Service};
use crate::provider::read::{list, object, text, texts};

impl Sight<'_> {
    pub(super) fn endpoints(&self, reference: &Endpoints, network: &Network) -> Endpoints {
        let seen = self.endpoints_in_use(reference);
        // An import has no reference: nothing but the lack of endpoints tells a parked environment.
        let is_imported = reference.enabled.is_null();
        if reference.enabled == Value::Value(false) || (is_imported && seen.is_empty()) {
            return self.parked(reference);
        }
        let asked = texts(&reference.additional_services).unwrap_or_default();
        let asked_for = |service: &str| asked.iter().any(|name| self.short(name) == service);
        let logs_apart = asked_for(LOGS) && reference.cloudwatch_logs == Value::Value(false);
        let cloudwatch_logs = seen.contains_key(LOGS) && !logs_apart;
        let policies = self.policies(reference, &seen);
        Endpoints {
            policy: policies.policy,
            organization_id: policies.organization_id,
            policies: policies.policies,
            enabled: Value::Value(true),
            cloudwatch_logs: Value::Value(cloudwatch_logs),
            additional_services: self.additional(&seen, &asked, cloudwatch_logs),
            private_dns_enabled: self.private_dns(reference, &seen),
            availability_zones: self.endpoint_zones(reference, network, &seen),
            services: self.services_seen(reference, &seen),
        }
    }

    /// The environment's own endpoints by short name, and those of others that serve it.
    fn endpoints_in_use(&self, reference: &Endpoints) -> BTreeMap<String, &Endpoint> {
        let mut by_name = self.own_endpoints(reference);
        for (name, id) in self.serving(reference) {
            if let Some(endpoint) = self.observed.endpoints.get(&id) {
                by_name.entry(name).or_insert(endpoint);
            }
        }
        by_name
    }

    fn serving(&self, reference: &Endpoints) -> BTreeMap<String, String> {
        if let Some(serving) = &self.serving {
            return serving.clone();
        }
        let others = services(reference).filter(|(_, service)| service.managed == Value::Value(false));
        others
            .filter_map(|(name, service)| Some((name.clone(), service.id.as_ref_option()?.clone())))
            .collect()
    }

    pub(super) fn is_own(&self, endpoint: &Endpoint) -> bool {
        !self.observed.existing_network || self.observed.owns(self.ownership, &endpoint.id, &endpoint.tags)
    }

    /// Of an environment without endpoints AWS does not report which it is to have: that is what the reference says. Any that are
    /// still there make it one that is not parked yet.
    fn parked(&self, reference: &Endpoints) -> Endpoints {
        let policies = Policies::of(reference);
        let left = self.own_endpoints(reference);
        Endpoints {
            cloudwatch_logs: reference.cloudwatch_logs.or(Value::Value(true)),
            additional_services: reference
                .additional_services
                .clone()
                .or_else(|| Value::Value(List::new())),
            private_dns_enabled: reference.private_dns_enabled.or(Value::Value(true)),
            availability_zones: reference.availability_zones.clone(),
            policy: policies.policy,
            organization_id: policies.organization_id,
            policies: policies.policies,
            enabled: Value::Value(!left.is_empty()),
            services: self.services_seen(reference, &left),
        }
    }

    fn services_seen(&self, reference: &Endpoints, seen: &BTreeMap<String, &Endpoint>) -> Value<Map<Service>> {
        let services = seen.iter();
        let services = services.map(|(name, seen)| (name.clone(), self.service(reference, name, seen)));
        Value::Value(services.collect())
    }

    /// What the environment's own endpoints cost.
    pub(super) fn estimate(&self) -> Estimate {
        let own = self.observed.own_endpoints(self.ownership);
        let interfaces = own.filter(|endpoint| endpoint.kind == EndpointKind::Interface);
        Estimate::new(
            &self.ownership.region,
            interfaces.map(|endpoint| endpoint.subnet_ids.len()).sum(),
        )
    }

    /// The environment's endpoints by short name. Of two of a service the one that the reference knows counts.
    fn own_endpoints(&self, reference: &Endpoints) -> BTreeMap<String, &Endpoint> {
        let known: BTreeSet<&String> = services(reference)
            .filter_map(|(_, service)| service.id.as_ref_option())
            .collect();
        let mut by_name: BTreeMap<String, &Endpoint> = BTreeMap::new();
        for endpoint in self.observed.own_endpoints(self.ownership) {
            let name = self.short(&endpoint.service_name).to_owned();
            if known.contains(&endpoint.id) || !by_name.contains_key(&name) {
                by_name.insert(name, endpoint);
            }
        }
        by_name
    }

    pub(super) fn short<'n>(&self, name: &'n str) -> &'n str {
        short_service_name(name, &self.ownership.region)
    }

    /// Those that the user asked for, as they were asked for, and any that nobody asked for.
    fn additional(
        &self,
        seen: &BTreeMap<String, &Endpoint>,
        asked: &[String],
        cloudwatch_logs: bool,
    ) -> Value<List<String>> {
        let needed: BTreeSet<&str> = required(self.compute_type(), cloudwatch_logs)
            .map(|row| row.service)
            .collect();
        let there = asked.iter().filter(|name| seen.contains_key(self.short(name))).cloned();
        let unasked = seen.keys().filter(|service| {
            !needed.contains(service.as_str()) && !asked.iter().any(|name| self.short(name) == service.as_str())
        });
        list(there.chain(unasked.cloned()))
    }

    /// The type of the compute environment that is there, else of the one that is wanted.
    fn compute_type(&self) -> ComputeType {
        let compute = self.compute_environment(&object(&self.reference.compute_environment));
        let word = text(&compute.r#type);
        word.and_then(|word| word.parse().ok()).unwrap_or(ComputeType::Ec2)
    }

    /// Null means all zones. The reference's list holds as long as the endpoints are where it says.
    fn endpoint_zones(
        &self,
        reference: &Endpoints,
        network: &Network,
        seen: &BTreeMap<String, &Endpoint>,
    ) -> Value<List<String>> {
        let interfaces = seen
            .values()
            .filter(|endpoint| endpoint.kind == EndpointKind::Interface && self.is_own(endpoint));
        let subnet_ids: BTreeSet<&String> = interfaces.flat_map(|endpoint| &endpoint.subnet_ids).collect();
        let zones = subnet_ids.into_iter().filter_map(|id| self.observed.subnets.get(id));
        let zones: BTreeSet<String> = zones.map(|subnet| subnet.availability_zone.clone()).collect();
        let all: BTreeSet<String> = texts(&network.availability_zones)
            .unwrap_or_default()
            .into_iter()
            .collect();
        let known = texts(&reference.availability_zones);
        if zones.is_empty() || (known.is_none() && zones == all) {
            return reference.availability_zones.clone();
        }
        match known {
            None => list(zones),
            Some(_) => list(in_order_of(&reference.availability_zones, zones)),
        }
    }
}

fn services(endpoints: &Endpoints) -> impl Iterator<Item = (&String, &Service)> {
    let entries = endpoints.services.iter().flatten();
    entries.filter_map(|(name, service)| Some((name, service.as_ref_option()?)))
}

impl Sight<'_> {
    /// On if any endpoint has it: a service without a private name never does. Where one of several is off, the environment's `drift`
    /// says which. Where others have made all of them, it is what was asked for.
    fn private_dns(&self, reference: &Endpoints, seen: &BTreeMap<String, &Endpoint>) -> Value<bool> {
        let mut interfaces = seen
            .values()
            .filter(|endpoint| endpoint.kind == EndpointKind::Interface);
        if self.observed.existing_network && !interfaces.clone().any(|endpoint| self.is_own(endpoint)) {
            return reference.private_dns_enabled.or(Value::Value(true));
        }
        Value::Value(interfaces.any(|endpoint| endpoint.private_dns_enabled))
    }

    fn service(&self, reference: &Endpoints, name: &str, seen: &Endpoint) -> Value<Service> {
        let known = services(reference)
            .find(|(known, _)| *known == name)
            .map(|(_, service)| service);
        let order = known
            .map(|service| service.network_interface_ids.clone())
            .unwrap_or_default();
        let is_interface = seen.kind == EndpointKind::Interface;
        Value::Value(Service {
            id: Value::Value(seen.id.clone()),
            service_name: Value::Value(seen.service_name.clone()),
            r#type: Value::Value(seen.kind.as_str().to_owned()),
            managed: Value::Value(self.is_own(seen)),
            state: Value::Value(seen.state.clone()),
            dns_name: seen.dns_name.clone().filter(|_| is_interface).into(),
            network_interface_ids: list(in_order_of(&order, seen.network_interface_ids.iter().cloned())),
        })
    }
}
