//! The isolation proof: which ways lead out of the environment's subnets.
//!
//! Nothing leaves a VPC but by a route. So the proof is the list of every subnet's routes: those of the table that it is associated
//! with, or of the VPC's main table where it has none. A gateway that no route of such a table leads to is no way out, nor is a
//! public address: without a route there is nothing for its traffic to take. [`route`] says where a single route leads.
//!
//! A blackhole route is left out: its target is gone or detached, so it carries nothing. It leads out again as soon as its target
//! is back, hence a managed network is rid of it all the same.
//! Source: Amazon VPC User Guide, "Subnet route tables" and "Example routing options".

use std::fmt;

use super::observed::{Observed, RouteTable};
use super::problem::Invalid;

pub mod route;

pub use route::Way;

/// One way out of a subnet, as `subnet-… → rtb-… → igw-… (0.0.0.0/0)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// The subnet that it begins in.
    pub subnet_id: String,
    /// The table with the route.
    pub route_table_id: String,
    /// What the route leads to.
    pub target: String,
    /// The addresses that it is for.
    pub destination: String,
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subnet_id,
            route_table_id,
            target,
            destination,
        } = self;
        write!(f, "{subnet_id} → {route_table_id} → {target} ({destination})")
    }
}

/// Every way out of some subnets, each list in order of subnet, table and target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paths {
    /// Those that lead to the internet; empty when the subnets are isolated.
    pub internet: Vec<Path>,
    /// Those that lead to other networks.
    pub private: Vec<Path>,
}

/// Every way out of these subnets.
pub fn paths<'a>(observed: &Observed, subnet_ids: impl IntoIterator<Item = &'a str>) -> Paths {
    let mut paths = Paths::default();
    for subnet_id in subnet_ids {
        let Some(table) = effective_table(observed, subnet_id) else {
            continue;
        };
        for route in table.routes.iter().filter(|route| !route.blackhole) {
            let kind = match route.way() {
                Way::Inside => continue,
                Way::Internet => &mut paths.internet,
                Way::Private => &mut paths.private,
            };
            kind.push(Path {
                subnet_id: subnet_id.to_owned(),
                route_table_id: table.id.clone(),
                target: route.target.clone(),
                destination: route.destination.clone(),
            });
        }
    }
    paths.internet.sort();
    paths.private.sort();
    paths
}

/// What is wrong with a network that these paths lead out of; `None` if there are none.
pub fn breach(paths: &[Path]) -> Option<Invalid> {
    let ways = match paths {
        [] => return None,
        [_] => "A path leads".to_owned(),
        _ => format!("{} paths lead", paths.len()),
    };
    let lines: Vec<String> = paths.iter().map(|path| format!("  {path}")).collect();
    Some(Invalid::new(
        format!("{ways} to the internet"),
        format!(
            "The environment would not be isolated: its subnets' traffic can take these routes.\n\n{}\n\nRemove the routes, or give \
             the environment subnets whose route tables have none. To have it all the same, with a warning instead of this error, \
             set isolation.enforce = false.",
            lines.join("\n")
        ),
    ))
}

/// The table whose routes a subnet's traffic takes.
pub fn effective_table<'a>(observed: &'a Observed, subnet_id: &str) -> Option<&'a RouteTable> {
    let main = || observed.route_tables.values().find(|table| table.main);
    observed.route_table_of(subnet_id).or_else(main)
}

#[cfg(test)]
mod tests;
