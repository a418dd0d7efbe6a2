//! Endpoints that others made in a managed network while it had none of its own: told at the plan that would restore its endpoints.

use std::collections::BTreeSet;

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::plan::Prior;
use super::spec;
use super::target::claims;
use crate::domain::existing::intruders::in_the_way;
use crate::domain::topology::Topology;
use crate::provider::diagnostics::{cloud_error, diagnostic};
use crate::provider::read::{object, text};
use crate::provider::session::Connection;

/// What keeps a parked environment from getting its endpoints back.
pub(super) async fn check(
    connection: &Connection,
    prior: Prior<'_>,
    topology: &Topology,
) -> std::result::Result<(), Diagnostic> {
    let network = object(&prior.state.network);
    let vpc_id = text(&network.vpc_id).filter(|_| !spec::is_existing(&network));
    let was_parked = object(&prior.state.endpoints).enabled == Value::Value(false);
    let Some(vpc_id) = vpc_id.filter(|_| was_parked && !topology.parked) else {
        return Ok(());
    };
    let endpoints = connection.cloud().endpoints(&vpc_id).await;
    let endpoints =
        endpoints.map_err(|error| cloud_error("endpoints", "Cannot look at the VPC's endpoints", &error))?;
    let subnets = network.subnets.iter().flatten();
    let tables: BTreeSet<String> = subnets
        .filter_map(|(_, subnet)| text(&subnet.as_ref_option()?.route_table_id))
        .collect();
    let own = claims(prior.state, prior.facts);
    let wrong = in_the_way(topology, endpoints.iter(), &tables, |endpoint| {
        own.own(&topology.ownership, &endpoint.id, &endpoint.tags)
    });
    wrong.map_or(Ok(()), |wrong| {
        Err(diagnostic("endpoints", wrong.summary, wrong.detail))
    })
}
