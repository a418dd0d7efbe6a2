//! What a plan found out about the region, and keeps beside the state.
//!
//! The zones and the offers of the services in use are kept as private state: an apply builds the very topology that was planned
//! without asking again, and so does a refresh, to tell what has drifted. Only a plan that needs a zone or a service that
//! is not among them asks AWS.

mod network;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use tf_provider::value::Value;

use super::model::Environment;
use crate::cloud::{Cloud, CloudError};
use crate::domain::batch::launch_template::{TemplateFacts, TemplateVersions};
use crate::domain::batch::{LaunchTemplate, TemplateVersion};
use crate::domain::endpoint::EndpointKind;
use crate::domain::facts::{EndpointService, Facts};
use crate::domain::observed::Observed;
use crate::domain::spec::Spec;
use crate::domain::topology::Topology;
use crate::engine::Engine;
use crate::provider::read::{object, text};
use network::NetworkFacts;

/// What is kept beside the state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct RegionFacts {
    availability_zones: Vec<String>,
    endpoint_services: BTreeMap<String, ServiceFacts>,
    prefix_lists: BTreeMap<String, String>,
    network: Option<NetworkFacts>,
    launch_templates: BTreeMap<String, VersionFacts>,
    /// Whether the environment was adopted from something else and not applied since: its parts do not carry its tags yet, and
    /// its name is still to be given.
    pub(super) adopted: bool,
}

/// The versions of a launch template that have names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct VersionFacts {
    default: i64,
    latest: i64,
}

/// The offer of one endpoint service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct ServiceFacts {
    gateway: bool,
    interface: bool,
    availability_zones: BTreeSet<String>,
    private_dns: bool,
    /// Missing in what was kept before policies were known of: nearly all services have them.
    #[serde(default = "yes")]
    policies: bool,
}

fn yes() -> bool {
    true
}

impl RegionFacts {
    /// The same of an environment that is, or is no longer, one that was adopted and not applied since.
    pub(super) fn adopted(self, adopted: bool) -> Self {
        Self { adopted, ..self }
    }

    /// Whether nothing was found out yet.
    pub(super) fn is_empty(&self) -> bool {
        self.availability_zones.is_empty() || self.endpoint_services.is_empty()
    }

    /// Whether the endpoints of a service can have policies, as far as is known.
    pub(super) fn takes_policies(&self, service_name: &str) -> bool {
        self.endpoint_services
            .get(service_name)
            .is_none_or(|service| service.policies)
    }

    /// What of `facts` a topology relies on.
    pub(super) fn used_by(topology: &Topology, facts: &Facts) -> Self {
        let used = &topology.service_names;
        let mut kept = Self::all(facts);
        kept.endpoint_services
            .retain(|service_name, _| used.contains(service_name));
        kept.prefix_lists.retain(|service_name, _| used.contains(service_name));
        kept.network = facts
            .network
            .as_ref()
            .and_then(|seen| NetworkFacts::used_by(topology, seen));
        kept
    }

    /// Everything in `facts`.
    pub(super) fn all(facts: &Facts) -> Self {
        let offers = facts.endpoint_services.iter();
        Self {
            availability_zones: facts.availability_zones.clone(),
            endpoint_services: offers
                .map(|(name, offer)| (name.clone(), ServiceFacts::from(offer)))
                .collect(),
            prefix_lists: facts.prefix_lists.clone(),
            network: None,
            launch_templates: facts
                .launch_templates
                .iter()
                .filter_map(|(key, fact)| Some((key.clone(), VersionFacts::from((*fact)?))))
                .collect(),
            adopted: false,
        }
    }

    /// Whether the endpoints of others that a state shows are among those that were found out: another one may have taken the place of one.
    pub(super) fn know_endpoints(&self, state: &Environment) -> bool {
        let endpoints = object(&state.endpoints);
        let services = endpoints.services.iter().flatten().map(|(_, service)| object(service));
        let mut others = services.filter(|service| service.managed == Value::Value(false));
        others.all(|service| {
            let network = self.network.as_ref();
            text(&service.id).is_some_and(|id| network.is_some_and(|network| network.has_endpoint(&id)))
        })
    }

    /// Whether an existing network is among what was found out.
    pub(super) fn know_network(&self, vpc_id: &str) -> bool {
        self.network.as_ref().is_some_and(|network| network.is_of(vpc_id))
    }

    /// The same as facts about an account and a region.
    pub(super) fn facts(&self, account_id: &str, partition: &str, region: &str) -> Facts {
        let offers = self.endpoint_services.iter();
        Facts {
            account_id: account_id.to_owned(),
            partition: partition.to_owned(),
            region: region.to_owned(),
            availability_zones: self.availability_zones.clone(),
            endpoint_services: offers.map(|(name, offer)| (name.clone(), offer.offer(name))).collect(),
            prefix_lists: self.prefix_lists.clone(),
            network: self.network.as_ref().map(NetworkFacts::seen),
            launch_templates: self
                .launch_templates
                .iter()
                .map(|(key, versions)| (key.clone(), Some(TemplateVersions::from(*versions))))
                .collect(),
        }
    }
}

impl From<TemplateVersions> for VersionFacts {
    fn from(TemplateVersions { default, latest }: TemplateVersions) -> Self {
        Self { default, latest }
    }
}

impl From<VersionFacts> for TemplateVersions {
    fn from(VersionFacts { default, latest }: VersionFacts) -> Self {
        Self { default, latest }
    }
}

impl From<&EndpointService> for ServiceFacts {
    fn from(offer: &EndpointService) -> Self {
        Self {
            gateway: offer.kinds.contains(&EndpointKind::Gateway),
            interface: offer.kinds.contains(&EndpointKind::Interface),
            availability_zones: offer.availability_zones.clone(),
            private_dns: offer.supports_private_dns,
            policies: offer.supports_policies,
        }
    }
}

impl ServiceFacts {
    fn offer(&self, service_name: &str) -> EndpointService {
        let kinds = [
            (self.gateway, EndpointKind::Gateway),
            (self.interface, EndpointKind::Interface),
        ];
        EndpointService {
            service_name: service_name.to_owned(),
            kinds: kinds
                .into_iter()
                .filter_map(|(has, kind)| has.then_some(kind))
                .collect(),
            availability_zones: self.availability_zones.clone(),
            supports_private_dns: self.private_dns,
            supports_policies: self.policies,
        }
    }
}

/// Asks AWS for everything that a plan can need, in one round; for the prefix lists only if `prefix_lists`, and for an existing network
/// if there is to be one.
pub(super) async fn ask(engine: &Engine, prefix_lists: bool, vpc_id: Option<&str>) -> Result<Facts, CloudError> {
    let cloud = engine.cloud();
    let lists = async {
        if prefix_lists {
            cloud.prefix_lists().await
        } else {
            Ok(BTreeMap::new())
        }
    };
    let network = async {
        match vpc_id {
            Some(vpc_id) => engine.existing_network(vpc_id).await.map(Some),
            None => Ok(None),
        }
    };
    let (identity, availability_zones, endpoint_services, prefix_lists, network) = futures::try_join!(
        cloud.caller_identity(),
        cloud.availability_zones(),
        cloud.endpoint_services(),
        lists,
        network
    )?;
    Ok(Facts {
        account_id: identity.account_id,
        partition: identity.partition,
        region: cloud.region().to_owned(),
        availability_zones,
        endpoint_services,
        prefix_lists,
        network,
        launch_templates: TemplateFacts::new(),
    })
}

/// Ids and names of the launch templates of a spec that are `wanted`.
pub(super) fn templates(spec: &Spec, wanted: impl Fn(&str) -> bool) -> BTreeSet<String> {
    let mut keys = keys(spec.compute_environment.launch_template.iter());
    keys.retain(|key| wanted(key));
    keys
}

/// Ids and names that launch templates go by, those of their overrides included.
pub(super) fn keys<'a>(templates: impl Iterator<Item = &'a LaunchTemplate>) -> BTreeSet<String> {
    let named = templates.flat_map(LaunchTemplate::templates);
    named.filter_map(TemplateVersion::key).map(str::to_owned).collect()
}

/// Asks AWS for the versions of launch templates, if there are any to ask for.
pub(super) async fn ask_templates(cloud: &dyn Cloud, keys: BTreeSet<String>) -> Result<TemplateFacts, CloudError> {
    if keys.is_empty() {
        return Ok(TemplateFacts::new());
    }
    cloud.launch_templates(&keys).await
}

/// The prefix lists that the routes to the gateway endpoints name: what DescribeManagedPrefixLists would say of them.
pub(super) fn prefix_lists(observed: &Observed) -> BTreeMap<String, String> {
    let gateways = observed
        .endpoints
        .values()
        .filter(|endpoint| endpoint.kind == EndpointKind::Gateway);
    let lists = gateways.filter_map(|endpoint| {
        let mut routes = observed.route_tables.values().flat_map(|table| &table.routes);
        let route = routes.find(|route| route.target == endpoint.id && route.destination.starts_with("pl-"))?;
        Some((endpoint.service_name.clone(), route.destination.clone()))
    });
    lists.collect()
}
