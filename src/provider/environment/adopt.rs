//! Adoption: what something else made becomes an environment. Its parts are found by following them; the next apply tags them and
//! gives the environment the name of its configuration. A VPC that has anything else in it is an existing network: it stays what it is.
//! The job queues that have nothing but this compute environment come along.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::Diagnostic;

use super::facts::RegionFacts;
use super::import::imported;
use super::model::Environment;
use super::spec;
use crate::cloud::{CloudError, VpcFilter};
use crate::domain::adoption::{Found, adopt as belongings, first_names};
use crate::domain::facts::Facts;
use crate::domain::name::Ownership;
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::own::Claims;
use crate::domain::problem::Invalid;
use crate::domain::suggest;
use crate::engine::Target;
use crate::provider::diagnostics::{cloud_error, diagnostic};
use crate::provider::read::{object, text, texts};
use crate::provider::session::Connection;

/// The state of what a compute environment and its VPC are, as an environment; and why its network is an existing one, if it is.
pub(super) async fn adopt(
    connection: &Connection,
    vpc_id: &str,
    name: &str,
    asked: Facts,
) -> Result<(Environment, RegionFacts, Vec<String>), Diagnostic> {
    let ownership = first_ownership(connection, vpc_id, name, &asked).await?;
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
        existing_network: !adoption.existing_because.is_empty(),
        compute_environments: BTreeMap::from([(environment.name.clone(), environment)]),
        ..observed
    };
    let (state, facts) = imported(connection, &ownership, &observed, asked).await?;
    Ok((state, facts.adopted(true), adoption.existing_because))
}

/// Whose it is until its first apply: nobody's whose parts could be taken for its own.
async fn first_ownership(
    connection: &Connection,
    vpc_id: &str,
    name: &str,
    asked: &Facts,
) -> Result<Ownership, Diagnostic> {
    let named = |environment| Ownership {
        environment,
        account_id: asked.account_id.clone(),
        region: connection.region().to_owned(),
    };
    let [first, second] = first_names(name, vpc_id).map(named);
    let namesake = Namesake::look(connection, &first).await;
    let namesake = namesake.map_err(|error| told(name, &error))?;
    Ok(if namesake.is_nobody() { first } else { second })
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

fn told(name: &str, error: &CloudError) -> Diagnostic {
    cloud_error("", &format!("Cannot look for compute environment {name}"), error)
}

/// An adopted environment takes the name of its configuration in place, unless it is that of another one.
pub(super) async fn check_name(
    connection: &Connection,
    prior: &Environment,
    known: &RegionFacts,
    wanted: &Ownership,
) -> Result<(), Diagnostic> {
    if !known.adopted {
        return Ok(());
    }
    let namesake = Namesake::look(connection, wanted).await;
    let namesake = namesake.map_err(|error| cloud_error("name", "Cannot tell whether the name is free", &error))?;
    match namesake.beside(prior) {
        None => Ok(()),
        Some(place) => Err(diagnostic(
            "name",
            format!("There is an environment {} already", wanted.environment),
            format!(
                "{place}. Names are unique in an account and region, here {}. Choose another name for the adopted environment.",
                wanted.region
            ),
        )),
    }
}

/// What carries the ownership tags of a name: a VPC of its own, or in somebody else's a security group; and compute environments.
#[derive(Default)]
struct Namesake {
    vpc_ids: BTreeSet<String>,
    compute_environments: Vec<ComputeEnvironment>,
}

impl Namesake {
    async fn look(connection: &Connection, ownership: &Ownership) -> Result<Self, CloudError> {
        let cloud = connection.cloud();
        let owner = VpcFilter::Owner(ownership.clone());
        let (vpcs, as_guest, mut compute_environments) = futures::future::try_join3(
            cloud.vpcs(&owner),
            connection.engine.vpcs_of(ownership),
            cloud.compute_environments(),
        )
        .await?;
        compute_environments.retain(|it| ownership.owns(&it.tags));
        Ok(Self {
            vpc_ids: vpcs.into_iter().map(|vpc| vpc.id).chain(as_guest).collect(),
            compute_environments,
        })
    }

    fn is_nobody(&self) -> bool {
        self.vpc_ids.is_empty() && self.compute_environments.is_empty()
    }

    /// Where there is one that is not what a state is of. An apply that was cut off may have given the name to parts of that already; in a
    /// network of others this cannot be told from a guest beside it, which must never be taken for one's own.
    fn beside(&self, state: &Environment) -> Option<String> {
        let network = object(&state.network);
        let own_vpc = text(&network.vpc_id);
        if let Some(other) = self.vpc_ids.iter().find(|id| own_vpc.as_ref() != Some(*id)) {
            return Some(format!("It is in {other}"));
        }
        let own_arn = text(&object(&state.compute_environment).arn);
        let own_subnets = texts(&network.subnet_ids).unwrap_or_default();
        let is_own = |it: &ComputeEnvironment| {
            let managed = !spec::is_existing(&network);
            own_arn.as_ref() == Some(&it.arn) || (managed && it.subnet_ids.iter().all(|id| own_subnets.contains(id)))
        };
        let other = self.compute_environments.iter().find(|it| !is_own(it))?;
        Some(format!("It has the compute environment {}", other.name))
    }
}
