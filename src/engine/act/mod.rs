//! One step → its calls of the port.
//!
//! A step looks up ids in the run's world when it starts, makes its call, and notes the answer in the world. Three kinds of refusal
//! pass by themselves and are waited for here: something just made is not visible yet ([`PROPAGATION`]), something else still holds on
//! (up to the user's timeout), and throttling beyond the SDK's own retries. Everything else is the step's failure.

mod create;
mod holders;
mod identity;
mod queue;
mod remove;
mod waiting;

use std::time::Duration;

use tokio::time::Instant;

use super::report::StepError;
use super::run::Run;
use super::step::Step;
use super::wait::{Interruption, until_next_try};
use crate::cloud::{CloudError, ErrorKind};
use crate::domain::identity::name_in_arn;

/// How long something just made may stay invisible to other services before that counts as an error. IAM takes 10–30 s as a rule.
/// Source: IAM User Guide, "Changes that I make are not always immediately visible"; the bound is the customary two minutes.
pub const PROPAGATION: Duration = Duration::from_secs(120);

/// Carries out one step.
pub(super) async fn perform(run: &Run<'_>, step: &Step) -> Result<(), StepError> {
    match step {
        Step::AwaitEndpoints => waiting::endpoints_available(run).await,
        Step::AwaitEndpointsGone(ids) => waiting::endpoints_gone(run, ids).await,
        Step::AwaitComputeEnvironment(name) => waiting::compute_environment_valid(run, name).await,
        Step::AwaitComputeEnvironmentGone(name) => waiting::compute_environment_gone(run, name).await,
        Step::DisableComputeEnvironment(name) => remove::disable_compute_environment(run, name).await,
        Step::DrainComputeEnvironment(name) => waiting::compute_environment_drained(run, name).await,
        Step::UpdateComputeEnvironment { name, .. } => create::update_compute_environment(run, name).await,
        Step::UpdateJobQueue { key, onto } => queue::update(run, key, onto).await,
        Step::AwaitJobQueues { .. } => queue::all_valid(run).await,
        Step::DisableJobQueue(name) => queue::disable(run, name).await,
        Step::AwaitJobQueueGone(name) => queue::gone(run, name).await,
        _ => repeat(run, step).await,
    }
}

/// Makes a step's call until it succeeds or there is no point in repeating it.
async fn repeat(run: &Run<'_>, step: &Step) -> Result<(), StepError> {
    let started = run.clock.now();
    loop {
        let Err(error) = call(run, step).await else {
            return Ok(());
        };
        let StepError::Cloud(error) = error else {
            return Err(error);
        };
        let Some(until) = repeat_until(run, step, &error, started) else {
            return Err(error.into());
        };
        match until_next_try(run.clock, started, until, &run.bounds.cancel).await {
            Ok(()) => {}
            Err(Interruption::Cancelled) => return Err(StepError::Cancelled),
            Err(Interruption::Timeout) if until < run.bounds.deadline => return Err(error.into()),
            Err(Interruption::Timeout) => {
                let seen = holders::holders(run, step).await;
                return Err(StepError::Timeout {
                    last: Some(error),
                    seen,
                });
            }
        }
    }
}

/// Until when a refused call is repeated; `None`: not at all.
fn repeat_until(run: &Run<'_>, step: &Step, error: &CloudError, started: Instant) -> Option<Instant> {
    let propagated = (started + PROPAGATION).min(run.bounds.deadline);
    match error.kind {
        ErrorKind::NotYet => Some(propagated),
        // What this run made a moment ago may not be known everywhere; anything else that is missing is missing for good.
        ErrorKind::NotFound if !step.is_removal() && names_what_was_made(run, error) => Some(propagated),
        // IAM says at once what would hold on for ever.
        ErrorKind::Conflict if error.operation.starts_with("iam:") => Some(propagated),
        ErrorKind::Conflict | ErrorKind::Throttled => Some(run.bounds.deadline),
        _ => None,
    }
}

/// Whether AWS misses something that this run has made: an id, or the name of a role or profile.
fn names_what_was_made(run: &Run<'_>, error: &CloudError) -> bool {
    run.world()
        .made
        .iter()
        .any(|made| error.message.contains(name_in_arn(made)))
}

/// One call of the port, without waiting and repeating; what waits is in [`perform`].
async fn call(run: &Run<'_>, step: &Step) -> Result<(), StepError> {
    match step {
        Step::CreateVpc => create::vpc(run).await,
        Step::EnableDnsSupport => create::dns_support(run).await,
        Step::EnableDnsHostnames => create::dns_hostnames(run).await,
        Step::ResetTenancy => create::default_tenancy(run).await,
        Step::CreateSubnet(zone) => create::subnet(run, zone).await,
        Step::DisablePublicAddresses { subnet_id, .. } => {
            Ok(run.cloud.set_map_public_ip_on_launch(subnet_id, false).await?)
        }
        Step::DisableIpv6Addresses { subnet_id, .. } => {
            Ok(run.cloud.set_assign_ipv6_address_on_creation(subnet_id, false).await?)
        }
        Step::CreateRouteTable(zone) => create::route_table(run, zone).await,
        Step::AssociateRouteTable(zone) => create::association(run, zone).await,
        Step::DeleteRoute {
            route_table_id,
            destination,
            ..
        } => Ok(run.cloud.delete_route(route_table_id, destination).await?),
        Step::CreateSecurityGroup(name) => create::security_group(run, name).await,
        Step::ReconcileRules(name) => create::rules(run, name).await,
        Step::CreateEndpoint(service) => create::endpoint(run, service).await,
        Step::ModifyEndpoint { service, .. } => create::modify_endpoint(run, service).await,
        Step::CreateComputeEnvironment(name) => create::compute_environment(run, name).await,
        Step::CreateJobQueue(key) => queue::create(run, key).await,
        Step::Tag { ids, tags } => Ok(run.cloud.tag(ids, tags).await?),
        Step::Untag { ids, keys } => Ok(run.cloud.untag(ids, keys).await?),
        Step::TagComputeEnvironment(name) => create::tag_compute_environment(run, name).await,
        Step::TagJobQueue(key) => queue::tag(run, key).await,

        Step::CreateRole(kind) => identity::create_role(run, *kind).await,
        Step::SetTrustPolicy(kind) => identity::set_trust_policy(run, *kind).await,
        Step::AttachPolicy(kind, policy) => identity::attach_policy(run, *kind, policy).await,
        Step::CreateInstanceProfile => identity::create_instance_profile(run).await,
        Step::AddRoleToInstanceProfile => identity::add_role_to_instance_profile(run).await,
        Step::TagRole(kind) => identity::tag_role(run, *kind).await,
        Step::TagInstanceProfile => identity::tag_instance_profile(run).await,
        Step::RemoveRoleFromInstanceProfile => identity::remove_role_from_instance_profile(run).await,
        Step::DeleteInstanceProfile => identity::delete_instance_profile(run).await,
        Step::DetachPolicies(kind) => identity::detach_policies(run, *kind).await,
        Step::DeleteRole(kind) => identity::delete_role(run, *kind).await,

        Step::DeleteJobQueue(name) => queue::delete(run, name).await,
        Step::DeleteComputeEnvironment(name) => remove::compute_environment(run, name).await,
        Step::DeleteEndpoints(ids) => remove::endpoints(run, ids).await,
        Step::DeleteSecurityGroup(id) => remove::security_group(run, id).await,
        Step::DeleteSubnet { subnet_id, .. } => remove::subnet(run, subnet_id).await,
        Step::DeleteRouteTable { route_table_id, .. } => remove::route_table(run, route_table_id).await,
        Step::DeleteVpc(id) => remove::vpc(run, id).await,

        Step::AwaitEndpoints
        | Step::AwaitEndpointsGone(_)
        | Step::AwaitComputeEnvironment(_)
        | Step::AwaitComputeEnvironmentGone(_)
        | Step::DisableComputeEnvironment(_)
        | Step::DrainComputeEnvironment(_)
        | Step::UpdateComputeEnvironment { .. }
        | Step::UpdateJobQueue { .. }
        | Step::AwaitJobQueues { .. }
        | Step::DisableJobQueue(_)
        | Step::AwaitJobQueueGone(_) => Err(missing("call")),
    }
}

/// A part that a step needs and that is not there: the order of steps rules it out unless somebody deletes it meanwhile.
fn missing(what: &str) -> StepError {
    StepError::Gone(what.to_owned())
}
