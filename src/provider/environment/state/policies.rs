//! Policies of the endpoints: which preset they are of, and which of them are written by hand.
//!
//! A policy that is not the preset's stands in `policies`, be it the user's or somebody else's: there the next plan shows it, and
//! what it does to it.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::value::Value;

use super::Sight;
use crate::domain::endpoint::PolicyPreset;
use crate::domain::endpoint::policy::{self, FULL_ACCESS, Perimeter};
use crate::domain::observed::Endpoint;
use crate::provider::attribute::Map;
use crate::provider::environment::model::Endpoints;
use crate::provider::read::{map, tags, text};

/// The three attributes that say what passes.
pub(super) struct Policies {
    pub(super) policy: Value<String>,
    pub(super) organization_id: Value<String>,
    pub(super) policies: Value<Map<String>>,
}

impl Policies {
    /// As the reference has them.
    pub(super) fn of(reference: &Endpoints) -> Self {
        let default = || Value::Value(PolicyPreset::default().to_string());
        Self {
            policy: reference.policy.clone().or_else(default),
            organization_id: reference.organization_id.clone(),
            policies: reference.policies.clone().or_else(|| Value::Value(Map::new())),
        }
    }
}

impl Sight<'_> {
    pub(super) fn policies(&self, reference: &Endpoints, seen: &BTreeMap<String, &Endpoint>) -> Policies {
        let asked = text(&reference.policy).and_then(|word| word.parse().ok());
        let organization_id = text(&reference.organization_id);
        let (preset, organization_id) = match asked {
            Some(preset) => (preset, organization_id),
            None => self.preset(seen),
        };
        let written = tags(&reference.policies);
        let mut policies: BTreeMap<String, String> = BTreeMap::new();
        for (service, endpoint) in seen.iter().filter(|(_, endpoint)| self.is_own(endpoint)) {
            let there = endpoint.policy.as_deref();
            let asked = written.iter().find(|(name, _)| self.short(name) == service);
            let name = asked.map_or(service, |(name, _)| name);
            let wanted = match asked {
                Some((_, document)) => Some(document.clone()),
                None => self.expected(preset, organization_id.as_deref(), service, endpoint),
            };
            let document = if policy::same(wanted.as_deref(), there) {
                asked.and(wanted)
            } else {
                Some(there.unwrap_or(FULL_ACCESS).to_owned())
            };
            policies.extend(document.map(|document| (name.clone(), document)));
        }
        Policies {
            policy: Value::Value(preset.to_string()),
            organization_id: organization_id.into(),
            policies: map(policies),
        }
    }

    /// The preset's policy for an endpoint; none where the service takes none.
    fn expected(
        &self,
        preset: PolicyPreset,
        organization_id: Option<&str>,
        service: &str,
        endpoint: &Endpoint,
    ) -> Option<String> {
        let perimeter = Perimeter {
            partition: self.place.partition,
            region: &self.ownership.region,
            account_id: &self.ownership.account_id,
            organization_id,
        };
        let takes_one = self.place.facts.takes_policies(&endpoint.service_name);
        policy::document(preset, service, &perimeter).filter(|_| takes_one)
    }

    /// The preset that explains most of the policies, for an import: everything else is written by hand.
    fn preset(&self, seen: &BTreeMap<String, &Endpoint>) -> (PolicyPreset, Option<String>) {
        let organizations: BTreeSet<String> = seen
            .values()
            .filter_map(|endpoint| policy::organization_in(endpoint.policy.as_deref()?))
            .collect();
        let mut candidates = vec![(PolicyPreset::SameAccount, None)];
        candidates.extend(
            organizations
                .into_iter()
                .map(|id| (PolicyPreset::SameOrganization, Some(id))),
        );
        let explained = |(preset, id): &(PolicyPreset, Option<String>)| {
            let of_it = |(service, endpoint): &(&String, &&Endpoint)| {
                let expected = self.expected(*preset, id.as_deref(), service, endpoint);
                expected.is_some() && policy::same(expected.as_deref(), endpoint.policy.as_deref())
            };
            let own = seen.iter().filter(|(_, endpoint)| self.is_own(endpoint));
            own.filter(of_it).count()
        };
        candidates
            .into_iter()
            .map(|candidate| (explained(&candidate), candidate))
            .filter(|(explained, _)| *explained > 0)
            .max_by_key(|(explained, _)| *explained)
            .map_or((PolicyPreset::FullAccess, None), |(_, candidate)| candidate)
    }
}
