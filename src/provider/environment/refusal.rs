//! Why a plan is refused, beside what is wrong with the configuration: whose the environment is, whether it is protected, and how it is
//! destroyed all the same; and how what AWS and the rules answer becomes a diagnostic.

use tf_provider::value::Value;
use tf_provider::{Diagnostic, Diagnostics};

use super::model::Environment;
use crate::cloud::CallerIdentity;
use crate::domain::existing::ids::VPC_ID;
use crate::domain::lint::Note;
use crate::domain::problem::{Invalid, PlanError};
use crate::provider::attribute::Unknowns;
use crate::provider::diagnostics::{cloud_error, diagnostic, plan_error};
use crate::provider::read::text;

/// An error of an environment that is there, in a network of others. Terraform plans before it destroys, so that a fault of the network
/// keeps it from that as well, unless it is told not to look.
pub(super) fn unless_destroyed(error: PlanError) -> PlanError {
    PlanError {
        detail: format!(
            "{}\n\nTo destroy the environment all the same: terraform destroy -refresh=false.",
            error.detail
        ),
        ..error
    }
}

/// Whether the state forbids destroying.
pub(super) fn is_protected(state: &Environment) -> bool {
    state.deletion_protection == Value::Value(true)
}

/// Why a protected environment stays.
pub(super) fn protected(state: &Environment, why: &str) -> Diagnostic {
    let name = text(&state.name).unwrap_or_default();
    let protected = Invalid::new(
        format!("Environment {name} is protected from being destroyed"),
        format!("{why} Set deletion_protection = false and apply that first, if this is what you want."),
    );
    plan_error(&protected.at("deletion_protection"))
}

/// The error of working on a state with the credentials of another account.
pub(super) fn other_account(state: &Environment, identity: &CallerIdentity) -> Option<Diagnostic> {
    let account = text(&state.account_id)?;
    (account != identity.account_id).then(|| {
        diagnostic(
            "",
            "The environment is in another account",
            format!(
                "Environment {} is in account {account}; the credentials, {}, are those of account {}. Use credentials of account \
                 {account}.",
                text(&state.name).unwrap_or_default(),
                identity.arn,
                identity.account_id
            ),
        )
    })
}

/// Whether an error may be about a value that stands in for one that is not known yet.
pub(super) fn depends_on_unknown(error: &PlanError, unknown: &Unknowns) -> bool {
    let section = error.attribute.split(['.', '[']).next().unwrap_or_default();
    unknown.touch(&[section])
        || (error.attribute.starts_with("endpoints.availability_zones") && unknown.touch(&["network"]))
        // What is always let in is the VPC.
        || (section == "security_group" && unknown.touch(&["network.cidr_block", VPC_ID]))
        || (section == "network" && unknown.touch(&["endpoints", "region"]))
}

/// What the rules of an environment say of one, at its attribute.
pub(super) fn remark(note: Note) -> Diagnostic {
    diagnostic(note.attribute, note.summary, note.detail)
}

/// An answer of AWS's; none with an error in `diags`.
pub(super) fn note<T>(answer: crate::cloud::Result<T>, summary: &str, diags: &mut Diagnostics) -> Option<T> {
    answer
        .map_err(|error| diags.errors.push(cloud_error("", summary, &error)))
        .ok()
}
