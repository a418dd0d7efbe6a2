//! Which zones an environment is in, and which of them get endpoints.

use std::collections::BTreeSet;

use crate::domain::endpoint::{EndpointKind, Service};
use crate::domain::existing::ids::SUBNET_IDS;
use crate::domain::facts::Facts;
use crate::domain::limits::ZONES;
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::{NetworkSpec, Spec};
use crate::domain::suggest;

/// Attribute of the zones of a network of the environment's own.
pub const NETWORK_ZONES: &str = "network.availability_zones";
const ENDPOINT_ZONES: &str = "endpoints.availability_zones";

/// The chosen zones.
pub(super) struct Zones {
    /// The environment's, in the order in which they take their blocks.
    pub(super) environment: Vec<String>,
    /// Those with an interface of each endpoint.
    pub(super) endpoints: BTreeSet<String>,
}

/// Chooses the zones, or says why there are none to choose.
///
/// Zones that the user names are taken as they are. Otherwise those that exist are kept, and new ones are preferred in which all
/// services can have an interface, since an endpoint that cannot be placed fails only after minutes ("The VPC endpoint service …
/// does not support the availability zone of the subnet").
pub(super) fn choose(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<Zones, Vec<PlanError>> {
    let environment = match &spec.network.availability_zones {
        Some(named) => named_zones(named, spec, facts)?,
        None => chosen_zones(spec, facts, services)?,
    };
    let endpoints = endpoint_zones(spec, &environment)?;
    let errors = unsupported(spec, services, &endpoints);
    if errors.is_empty() {
        Ok(Zones { environment, endpoints })
    } else {
        Err(errors)
    }
}

/// Checks `max_azs` on its own.
pub fn validate_max_azs(max_azs: i64) -> Result<usize, Invalid> {
    usize::try_from(max_azs)
        .ok()
        .filter(|count| (1..=ZONES).contains(count))
        .ok_or_else(|| {
            Invalid::new(
                format!("{max_azs} is not a number of zones"),
                format!(
                    "Use a number from 1 to {ZONES}; the default is {}. A region with fewer zones gives fewer.",
                    NetworkSpec::DEFAULT_MAX_AZS
                ),
            )
        })
}

fn named_zones(named: &[String], spec: &Spec, facts: &Facts) -> Result<Vec<String>, Vec<PlanError>> {
    let mut errors = list_errors(named, NETWORK_ZONES);
    for (index, zone) in named.iter().enumerate() {
        if !facts.availability_zones.contains(zone) && !spec.kept.subnets.contains_key(zone) {
            let known = facts.availability_zones.iter().map(String::as_str);
            let detail = format!(
                "This account can create subnets in {}.{}",
                suggest::listed(&facts.availability_zones),
                suggest::did_you_mean(zone, known)
            );
            let summary = format!("{} has no zone {zone:?} for this account", facts.region);
            errors.push(Invalid::new(summary, detail).at(format!("{NETWORK_ZONES}[{index}]")));
        }
    }
    if errors.is_empty() {
        Ok(named.to_vec())
    } else {
        Err(errors)
    }
}

fn chosen_zones(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<Vec<String>, Vec<PlanError>> {
    let max_azs = i64::try_from(spec.network.max_azs).unwrap_or(i64::MAX);
    let wanted = validate_max_azs(max_azs).map_err(|error| vec![error.at("network.max_azs")])?;
    let mut zones = spec.kept.availability_zones();
    zones.truncate(wanted);
    let candidates = facts
        .availability_zones
        .iter()
        .filter(|zone| !spec.kept.subnets.contains_key(*zone));
    let (preferred, others): (Vec<&String>, Vec<&String>) =
        candidates.partition(|zone| is_preferred(zone, spec, services));
    zones.extend(preferred.into_iter().take(wanted - zones.len()).cloned());
    // Named endpoint zones are enough for the services: then the other zones are as good as any. Otherwise a zone that lacks a
    // service is taken only when there is no better one, so that the error can name the service.
    let needed = if spec.endpoints.availability_zones.is_some() {
        wanted
    } else {
        1
    };
    zones.extend(others.into_iter().take(needed.saturating_sub(zones.len())).cloned());
    if zones.is_empty() {
        let detail = "Choose another region, or check that the caller may call ec2:DescribeAvailabilityZones.";
        return Err(vec![
            Invalid::new(format!("{} has no zone for this account", facts.region), detail).at("region"),
        ]);
    }
    Ok(zones)
}

fn is_preferred(zone: &str, spec: &Spec, services: &[Service]) -> bool {
    match &spec.endpoints.availability_zones {
        Some(named) => named.iter().any(|other| other == zone),
        None => interfaces(services).all(|service| service.availability_zones.contains(zone)),
    }
}

pub(super) fn endpoint_zones(spec: &Spec, environment: &[String]) -> Result<BTreeSet<String>, Vec<PlanError>> {
    let Some(named) = &spec.endpoints.availability_zones else {
        return Ok(environment.iter().cloned().collect());
    };
    let mut errors = list_errors(named, ENDPOINT_ZONES);
    for (index, zone) in named.iter().enumerate() {
        if !environment.contains(zone) {
            let more = match &spec.network.existing {
                Some(_) => "add a subnet in it to network.subnet_ids",
                None => "add the zone to network.availability_zones",
            };
            let detail = format!(
                "The environment is in {}. Name one of these, or {more}.{}",
                suggest::listed(environment),
                suggest::did_you_mean(zone, environment.iter().map(String::as_str))
            );
            let summary = format!("The environment has no subnet in {zone:?}");
            errors.push(Invalid::new(summary, detail).at(format!("{ENDPOINT_ZONES}[{index}]")));
        }
    }
    if errors.is_empty() {
        Ok(named.iter().cloned().collect())
    } else {
        Err(errors)
    }
}

fn list_errors(zones: &[String], attribute: &str) -> Vec<PlanError> {
    if zones.is_empty() {
        let detail = "Name at least one zone, or leave the attribute out for the default.";
        return vec![Invalid::new("No zones", detail).at(attribute)];
    }
    let repeated = zones
        .iter()
        .enumerate()
        .filter(|(index, zone)| zones[..*index].contains(zone));
    repeated
        .map(|(index, zone)| {
            Invalid::new(format!("{zone} is named twice"), "Remove one of the two.").at(format!("{attribute}[{index}]"))
        })
        .collect()
}

/// Services that cannot have an interface in all of these zones.
pub(super) fn unsupported(spec: &Spec, services: &[Service], zones: &BTreeSet<String>) -> Vec<PlanError> {
    let named = spec.endpoints.availability_zones.is_some();
    let environment = match &spec.network.existing {
        Some(_) => SUBNET_IDS,
        None => NETWORK_ZONES,
    };
    let attribute = if named { ENDPOINT_ZONES } else { environment };
    interfaces(services)
        .filter_map(|service| {
            let missing: Vec<&String> = zones.difference(&service.availability_zones).collect();
            (!missing.is_empty()).then(|| {
                let summary = format!("{} is not available in {}", service.short_name, suggest::listed(missing));
                let detail = format!(
                    "{} can have interfaces in {}. Set {ENDPOINT_ZONES} to zones among these (instances in other zones reach the \
                     endpoints there), or choose the environment's zones by {environment}.",
                    service.service_name,
                    suggest::listed(&service.availability_zones)
                );
                Invalid::new(summary, detail).at(attribute)
            })
        })
        .collect()
}

fn interfaces(services: &[Service]) -> impl Iterator<Item = &Service> {
    services
        .iter()
        .filter(|service| service.kind == EndpointKind::Interface)
}
