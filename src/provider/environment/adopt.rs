//! Adoption: what something else made becomes an environment. Its parts are found by following them; the next apply tags them and
//! gives the environment the name of its configuration. A VPC that has anything else in it is an existing network: it stays what it is.
//! The job queues that have nothing but this compute environment come along.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::Diagnostic;

use super::facts::RegionFacts;
use super::import::imported;
use super::model::Environment;
use crate::cloud::VpcFilter;
use crate::domain::adoption::{Found, adopt as belongings, first_name};
use crate::domain::facts::Facts;
use crate::domain::name::Ownership;
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::own::Claims;
use crate::domain::problem::Invalid;
use crate::domain::suggest;
use crate::engine::Target;
use crate::provider::diagnostics::{cloud_error, diagnostic};
use crate::provider::read::text;
use crate::provider::session::Connection;

/// The state of what a compute environment and its VPC are, as an environment.
pub(super) async fn adopt(
    connection: &Connection,
    vpc_id: &str,
    name: &str,
    asked: &Facts,
) -> Result<(Environment, RegionFacts), Diagnostic> {
    let ownership = Ownership {
        environment: first_name(name),
        account_id: asked.account_id.clone(),
        region: connection.region().to_owned(),
    };
    let (observed, environment) = look(connection, vpc_id, name, &ownership).await?;
    let gateways = connection.cloud().gateways(vpc_id).await;
    let gateways = gateways.map_err(|error| told(name, &error))?;
    let adoption = belongings(Found {
        observed: &observed,
        environment: &environment,
        gateways: &gateways,
    })
    .map_err(refused)?;
    let queues = observed.job_queues.into_iter().chain(observed.foreign_job_queues);
    let (job_queues, foreign_job_queues) = queues.partition(|(_, queue)| adoption.ids.contains(&queue.arn));
    let observed = Observed {
        job_queues,
        foreign_job_queues,
        claims: Claims {
            ids: adoption.ids,
            adopted: true,
        },
        existing_network: !adoption.others.is_empty(),
        compute_environments: BTreeMap::from([(environment.name.clone(), environment)]),
        ..observed
    };
    let (state, facts) = imported(connection, &ownership, &observed, asked);
    Ok((state, facts.adopted(true)))
}

/// The VPC with everything in it, and the compute environment.
async fn look(
    connection: &Connection,
    vpc_id: &str,
    name: &str,
    ownership: &Ownership,
) -> Result<(Observed, ComputeEnvironment), Diagnostic> {
    let target = Target {
        ownership: ownership.clone(),
        vpc_id: Some(vpc_id.to_owned()),
        existing_vpc_id: None,
        compute_environment_name: Some(name.to_owned()),
        job_queues: BTreeSet::new(),
        claims: Claims::default(),
        instance_role: false,
        spot_fleet_role: false,
        service_role: false,
    };
    let cloud = connection.cloud();
    let read = futures::future::try_join(connection.engine.observe(&target), cloud.compute_environments()).await;
    let (observed, environments) = read.map_err(|error| told(name, &error))?;
    let region = connection.region();
    if observed.vpc.as_ref().is_none_or(|vpc| vpc.id != vpc_id) {
        return Err(refused(Invalid::new(
            format!("There is no VPC {vpc_id}"),
            format!(
                "Region {region} of account {} has none of that id. {OTHER_REGION}",
                ownership.account_id
            ),
        )));
    }
    let names: Vec<String> = environments
        .iter()
        .map(|environment| environment.name.clone())
        .collect();
    let environment = environments.into_iter().find(|environment| environment.name == name);
    let environment = environment.ok_or_else(|| {
        let suggestion = suggest::did_you_mean(name, names.iter().map(String::as_str));
        refused(Invalid::new(
            format!("There is no compute environment {name}"),
            format!(
                "Region {region} of account {} has {}.{suggestion} {OTHER_REGION}",
                ownership.account_id,
                suggest::listed(&names)
            ),
        ))
    })?;
    Ok((observed, environment))
}

const OTHER_REGION: &str = "For another region put it behind the id, as in vpc-ID/NAME@ap-northeast-1.";

fn refused(invalid: Invalid) -> Diagnostic {
    diagnostic("", invalid.summary, invalid.detail)
}

fn told(name: &str, error: &crate::cloud::CloudError) -> Diagnostic {
    cloud_error("", &format!("Cannot look for compute environment {name}"), error)
}

/// An adopted environment takes the name of its configuration in place, unless it is that of another one.
pub(super) async fn check_name(
    connection: &Connection,
    prior: &Environment,
    known: &RegionFacts,
    wanted: &Ownership,
) -> Result<(), Diagnostic> {
    let vpc_id = super::target::claimed_vpc(prior);
    if !known.adopted || text(&prior.name).as_deref() == Some(wanted.environment.as_str()) {
        return Ok(());
    }
    let there = connection.cloud().vpcs(&VpcFilter::Owner(wanted.clone())).await;
    let there = there.map_err(|error| cloud_error("name", "Cannot tell whether the name is free", &error))?;
    match there.iter().find(|vpc| Some(&vpc.id) != vpc_id.as_ref()) {
        None => Ok(()),
        Some(other) => Err(diagnostic(
            "name",
            format!("There is an environment {} already", wanted.environment),
            format!(
                "Its VPC in {} is {}. Names are unique in an account and region. Choose another name for the adopted environment.",
                wanted.region, other.id
            ),
        )),
    }
}
