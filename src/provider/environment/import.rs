//! Import: a finished environment is found by its name and its ownership tags, what something else made by where it is.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::{Diagnostic, Diagnostics};

use super::adopt;
use super::apply::{desired, sight};
use super::facts::{self, RegionFacts};
use super::model::Environment;
use super::remarks::remarks;
use super::state::{Place, Sight};
use crate::domain::batch::ComputeType;
use crate::domain::endpoint::{EndpointKind, required};
use crate::domain::existing::guests::{self, Guests, Need, Offer};
use crate::domain::facts::Facts;
use crate::domain::name::{EnvironmentName, Import, ImportId, Ownership, short_service_name};
use crate::domain::observed::Observed;
use crate::domain::own::Claims;
use crate::engine::Target;
use crate::provider::diagnostics::{cloud_error, diagnostic};
use crate::provider::session::{Connection, Session};

/// The state of the environment that an import id names; `None` with errors in `diags`.
pub(super) async fn import(session: &Session, id: &str, diags: &mut Diagnostics) -> Option<(Environment, RegionFacts)> {
    match find(session, id).await {
        Ok((state, facts, existing_because)) => {
            diags.warnings.extend(remarks(&state, &facts, &existing_because));
            Some((state, facts))
        }
        Err(error) => {
            diags.errors.push(error);
            None
        }
    }
}

/// The state, what is kept beside it, and why the network of what was adopted is an existing one.
async fn find(session: &Session, id: &str) -> Result<(Environment, RegionFacts, Vec<String>), Diagnostic> {
    let id: ImportId = id
        .parse()
        .map_err(|wrong: crate::domain::problem::Invalid| diagnostic("", wrong.summary, wrong.detail))?;
    let connection = session.connection(id.region.as_deref()).await?;
    let asked = facts::ask(&connection.engine, false, None).await;
    let asked = asked.map_err(|error| cloud_error("", "Cannot look at what the region offers", &error))?;
    match id.what {
        Import::Environment(name) => {
            let (state, facts) = by_name(&connection, name, asked).await?;
            Ok((state, facts, Vec::new()))
        }
        Import::Adoption {
            vpc_id,
            compute_environment,
        } => adopt::adopt(&connection, &vpc_id, &compute_environment, asked).await,
    }
}

async fn by_name(
    connection: &Connection,
    name: EnvironmentName,
    mut asked: Facts,
) -> Result<(Environment, RegionFacts), Diagnostic> {
    let ownership = Ownership {
        environment: name,
        account_id: asked.account_id.clone(),
        region: connection.region().to_owned(),
    };
    let target = Target {
        ownership: ownership.clone(),
        vpc_id: None,
        existing_vpc_id: None,
        compute_environment_name: None,
        job_queues: BTreeSet::new(),
        instance_role: true,
        service_role: true,
        spot_fleet_role: true,
        claims: Claims::default(),
    };
    let summary = format!("Cannot look for environment {}", ownership.environment);
    let told = |error| cloud_error("", &summary, &error);
    let mut observed = connection.engine.observe(&target).await.map_err(told)?;
    if observed.vpc.is_none() {
        let vpcs = connection.engine.vpcs_of(&ownership).await.map_err(told)?;
        let target = Target {
            existing_vpc_id: vpcs.into_iter().next(),
            ..target
        };
        observed = connection.engine.observe(&target).await.map_err(told)?;
    }
    if let Some(error) = incomplete(&observed, &ownership, connection) {
        return Err(error);
    }
    if observed.own_endpoints(&ownership).next().is_none() {
        // A parked environment has no route that names the prefix lists.
        asked.prefix_lists = connection.cloud().prefix_lists().await.map_err(told)?;
    }
    imported(connection, &ownership, &observed, asked).await
}

/// The state of what was found, and what is kept beside it.
pub(super) async fn imported(
    connection: &Connection,
    ownership: &Ownership,
    observed: &Observed,
    mut asked: Facts,
) -> Result<(Environment, RegionFacts), Diagnostic> {
    let environments = observed.compute_environments.values();
    let templates = facts::keys(environments.filter_map(|seen| seen.launch_template.as_ref()));
    let templates = facts::ask_templates(&**connection.cloud(), templates).await;
    asked.launch_templates =
        templates.map_err(|error| cloud_error("", "Cannot look at the launch template", &error))?;
    let whole_region = RegionFacts::all(&asked);
    let place = Place {
        partition: &asked.partition,
        facts: &whole_region,
    };
    let nothing = Environment::default();
    let seen = || sight(connection, ownership, observed, &nothing, place);
    let state = Sight {
        serving: Some(serving(observed, ownership)),
        ..seen()
    }
    .state();
    let topology = match desired(connection, &state, &whole_region, observed, &asked.partition) {
        Ok(topology) => topology,
        // The same as a refresh says, which follows at once and needs to know as much.
        Err(errors) => {
            let sight = Sight {
                drift: errors.into_iter().map(|error| error.summary).collect(),
                serving: Some(serving(observed, ownership)),
                ..seen()
            };
            return Ok((sight.state(), whole_region.clone()));
        }
    };
    let state = Sight {
        drift: connection.engine.differences(&topology, observed),
        serving: Some(guests::serving(&topology, observed)),
        ..seen()
    };
    let asked = Facts {
        network: observed.existing_network.then(|| observed.clone()),
        ..asked.clone()
    };
    Ok((state.state(), RegionFacts::used_by(&topology, &asked)))
}

/// The endpoints of others, in an existing network, that serve what every environment needs.
fn serving(observed: &Observed, ownership: &Ownership) -> BTreeMap<String, String> {
    let Some(compute) = observed
        .compute_environments
        .values()
        .next()
        .filter(|_| observed.existing_network)
    else {
        return BTreeMap::new();
    };
    let guests = Guests::new(
        observed,
        ownership,
        compute.subnet_ids.iter().map(String::as_str),
        compute.security_group_ids.iter().map(String::as_str),
    );
    let compute_type = compute.compute_type.parse().unwrap_or(ComputeType::Ec2);
    let needed: Vec<_> = required(compute_type, true).collect();
    let endpoints = observed.endpoints.values().filter_map(|endpoint| {
        let service = short_service_name(&endpoint.service_name, &ownership.region);
        let row = needed
            .iter()
            .find(|row| row.service == service && row.kind == endpoint.kind)?;
        let need = Need {
            service_name: &endpoint.service_name,
            kind: row.kind,
            private_dns_enabled: row.kind == EndpointKind::Interface,
        };
        match guests.offer(need) {
            Offer::Serving(endpoint) => Some((service.to_owned(), endpoint.id.clone())),
            _ => None,
        }
    });
    endpoints.collect()
}

/// What is missing of an environment that cannot be imported.
fn incomplete(observed: &Observed, ownership: &Ownership, connection: &Connection) -> Option<Diagnostic> {
    let name = &ownership.environment;
    if observed.is_empty(ownership) {
        return Some(diagnostic(
            "",
            format!("There is no environment {name}"),
            format!(
                "Nothing in region {} of account {} carries the tag {} = \"{name}\". For another region use the id \"{name}@REGION\"; for \
                 another account other credentials. What something else made is adopted by the id \
                 \"vpc-ID/COMPUTE_ENVIRONMENT\".",
                connection.region(),
                ownership.account_id,
                Ownership::ENVIRONMENT_KEY,
            ),
        ));
    }
    let parts = [
        ("the VPC", observed.vpc.is_some()),
        (
            "the subnets",
            observed.existing_network || observed.own_subnets(ownership).next().is_some(),
        ),
        (
            "the security group",
            !observed.own_security_groups(ownership).is_empty(),
        ),
        ("the compute environment", !observed.compute_environments.is_empty()),
    ];
    let missing: Vec<&str> = parts
        .into_iter()
        .filter(|(_, there)| !there)
        .map(|(part, _)| part)
        .collect();
    (!missing.is_empty()).then(|| {
        diagnostic(
            "",
            format!("Environment {name} is not finished"),
            format!(
                "Missing: {}. It cannot be imported, and need not be: run `terraform apply` with its configuration, which finds the \
                 parts that are there by their tags and makes the others.",
                missing.join(", ")
            ),
        )
    })
}
