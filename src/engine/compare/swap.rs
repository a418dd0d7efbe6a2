//! Whether a compute environment can be made as planned at all.

use super::{compute_environment_update, spot_iam_fleet_role_arn};
use crate::cloud::InfrastructureUpdate;
use crate::domain::batch::{AllocationStrategy, ComputeType, ServiceRoleChoice};
use crate::domain::identity::is_service_linked;
use crate::domain::observed::{ComputeEnvironment, Observed};
use crate::domain::topology::Topology;

/// Whether Batch cannot make a compute environment as planned, so that another one must take its place: what the table of changes calls
/// a swap, judged by what is there.
pub(in crate::engine) fn must_be_swapped(
    topology: &Topology,
    observed: &Observed,
    current: &ComputeEnvironment,
) -> bool {
    let plan = &topology.compute_environment;
    let service_linked = current.service_role_arn.as_deref().is_none_or(is_service_linked);
    if service_linked != (plan.service_role == ServiceRoleChoice::ServiceLinked) {
        return true;
    }
    let Some(instances) = &plan.instances else {
        // On Fargate the network is changed in place, and nothing else is there to be changed.
        return current.compute_type != plan.compute_type.as_str();
    };
    let had_instances = |word: &str| word.parse::<ComputeType>().is_ok_and(ComputeType::has_instances);
    let spot_fleet_role = spot_iam_fleet_role_arn(instances, observed);
    // A role that is gone says nothing: it is made again, under its old ARN.
    let other_spot_fleet_role = match (&spot_fleet_role, &current.spot_iam_fleet_role_arn) {
        (Some(wanted), Some(used)) => wanted != used,
        (Some(_), None) => true,
        (None, used) => used.is_some() && instances.spot_fleet_role.is_none(),
    };
    if !had_instances(&current.compute_type) || other_spot_fleet_role {
        return true;
    }
    let strategy = current.allocation_strategy.as_deref();
    let strategy = strategy.and_then(|word| word.parse::<AllocationStrategy>().ok());
    let updatable = service_linked && strategy.is_some_and(AllocationStrategy::supports_infrastructure_update);
    if updatable && plan.updatable {
        return false;
    }
    let update = compute_environment_update(topology, observed, current);
    update.is_some_and(|update| update.infrastructure != InfrastructureUpdate::default())
}
