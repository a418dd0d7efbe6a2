//! Desired × observed → steps. Pure: the same call plans a create, a repair, an update and a resume.
//!
//! Each module looks at one kind of part and adds the steps that it lacks, with the milestones that order them; [`leftovers`] adds
//! what is there and no longer asked for.

mod batch;
mod endpoints;
mod identity;
mod leftovers;
mod network;
mod queues;
mod tags;

use super::graph::Task;
use super::group::Groups;
use super::swap::Stage;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

pub(super) use network::assign_route_tables;

/// The steps that are missing between what is there and what is desired; empty when the environment is complete and healthy.
pub(super) fn diff(topology: &Topology, observed: &Observed) -> Vec<Task> {
    let mut tasks = Vec::new();
    network::vpc(topology, observed, &mut tasks);
    network::subnets(topology, observed, &mut tasks);
    network::route_tables(topology, observed, &mut tasks);
    let groups = Groups::of(topology, observed);
    network::security_group(topology, &groups, &mut tasks);
    endpoints::endpoints(topology, observed, &groups, &mut tasks);
    identity::roles(topology, observed, &mut tasks);
    let stage = Stage::of(topology, observed);
    batch::compute_environment(topology, observed, &stage, &groups, &mut tasks);
    queues::job_queues(topology, observed, &stage, &mut tasks);
    leftovers::leftovers(topology, observed, &groups, &mut tasks);
    tags::network_tags(topology, observed, &mut tasks);
    tasks
}
