//! Reading an environment, and destroying it: both start from the state alone.

use std::time::Duration;

use tf_provider::{Diagnostic, Diagnostics};

use super::apply::{control, desired, sight};
use super::facts::RegionFacts;
use super::model::Environment;
use super::refusal::other_account;
use super::state::{Place, Sight, UNFINISHED};
use super::target::target_of_state;
use super::timeouts::{Operation, timeout};
use crate::domain::existing::guests;
use crate::engine::Target;
use crate::plugin;
use crate::provider::diagnostics::{GoOn, add_failures, cloud_error, diagnostic};
use crate::provider::read::text;
use crate::provider::session::{Connection, Session};

/// The state as AWS has it now: `Some(None)` if the environment is gone, `None` with errors in `diags`.
pub(super) async fn refresh(
    session: &Session,
    state: &Environment,
    known: &RegionFacts,
    diags: &mut Diagnostics,
) -> Option<Option<Environment>> {
    let limit = timeout(state, Operation::Read);
    let read = tokio::time::timeout(limit, look(session, state, known)).await;
    let outcome = read.unwrap_or_else(|_| Err(too_slow(state, limit)));
    outcome.map_err(|error| diags.errors.push(error)).ok()
}

async fn look(session: &Session, state: &Environment, known: &RegionFacts) -> Result<Option<Environment>, Diagnostic> {
    let (connection, target, partition) = open(session, state, known).await?;
    let summary = format!("Cannot read environment {}", target.ownership.environment);
    let observed = connection.engine.observe(&target).await;
    let observed = observed.map_err(|error| cloud_error("", &summary, &error))?;
    if observed.is_empty(&target.ownership) {
        return Ok(None);
    }
    let place = Place {
        partition: &partition,
        facts: known,
    };
    let seen = sight(&connection, &target.ownership, &observed, state, place);
    let sight = match desired(&connection, state, known, &observed, &partition) {
        Ok(topology) => Sight {
            drift: connection.engine.differences(&topology, &observed),
            serving: Some(guests::serving(&topology, &observed)),
            ..seen
        },
        // What somebody has done to an existing network, or a state that no configuration could have today: the next plan says what to
        // do about it. Until then nothing is told of the parts, which must not pass for nothing being wrong with them.
        Err(errors) => Sight {
            drift: errors.into_iter().map(|error| error.summary).collect(),
            ..seen
        },
    };
    Ok(Some(sight.state()))
}

/// Deletes what a state is of.
pub(super) async fn destroy(
    session: &Session,
    state: &Environment,
    known: &RegionFacts,
    timeout: Duration,
    diags: &mut Diagnostics,
) -> Option<()> {
    let (connection, target, partition) = match open(session, state, known).await {
        Ok(open) => open,
        Err(error) => {
            diags.errors.push(error);
            return None;
        }
    };
    let context = plugin::context();
    let control = control(timeout, {
        let (connection, target, state) = (connection.clone(), target.clone(), state.clone());
        move |observed| {
            let place = Place {
                partition: &partition,
                facts: &RegionFacts::default(),
            };
            let sight = Sight {
                drift: vec![UNFINISHED.to_owned()],
                ..sight(&connection, &target.ownership, observed, &state, place)
            };
            context.checkpoint(&tf_provider::value::Value::Value(sight.state()));
        }
    });
    let outcome = connection.engine.teardown(&target, &control).await;
    add_failures(diags, &outcome.failures, GoOn::Destroy);
    outcome.failures.is_empty().then_some(())
}

/// The connection to where a state's environment is, with credentials of its account.
async fn open(
    session: &Session,
    state: &Environment,
    known: &RegionFacts,
) -> Result<(Connection, Target, String), Diagnostic> {
    let connection = session.connection(text(&state.region).as_deref()).await?;
    let identity = connection.cloud().caller_identity().await;
    let identity = identity.map_err(|error| cloud_error("", "Cannot tell whose account it is", &error))?;
    if let Some(error) = other_account(state, &identity) {
        return Err(error);
    }
    let target = target_of_state(state, known).ok_or_else(|| {
        diagnostic(
            "",
            "The state does not say which environment it is of",
            "It has no name, account or region. Import the environment again, or remove it from the state.",
        )
    })?;
    Ok((connection, target, identity.partition))
}

fn too_slow(state: &Environment, limit: Duration) -> Diagnostic {
    diagnostic(
        "timeouts.read",
        format!(
            "Timed out reading environment {}",
            text(&state.name).unwrap_or_default()
        ),
        format!(
            "AWS had not answered after {}. Try again, or allow more time with timeouts.read.",
            humantime::format_duration(limit)
        ),
    )
}
