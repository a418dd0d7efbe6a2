//! A network that another team made, and what must stay of it as it was.

use serde_json::{Value, json};

use crate::process::wait_for;
use crate::stage::Stage;

/// The ids of a network that somebody else made.
pub(crate) struct Network(Value);

impl Network {
    /// Makes one, with an endpoint for each of these services, and waits until they are available; see `network.py`.
    pub(crate) fn with(stage: &Stage, services: &[&str]) -> Self {
        let network = Self(stage.account().network(services));
        wait_for("the endpoints", || {
            let there = stage.account().snapshot();
            let mut endpoints = there["endpoints"].as_array().into_iter().flatten();
            endpoints.all(|endpoint| endpoint["State"] == "available").then_some(())
        });
        network
    }

    /// The VPC's id.
    pub(crate) fn vpc_id(&self) -> &str {
        self.0["vpc_id"].as_str().expect("an id")
    }

    /// A subnet's id.
    pub(crate) fn subnet(&self, index: usize) -> &str {
        self.0["subnet_ids"][index].as_str().expect("an id")
    }

    /// The id of the endpoint for a service.
    pub(crate) fn endpoint(&self, service: &str) -> &str {
        self.0["endpoints"][service].as_str().expect("an id")
    }

    /// The id of the one table that is not the main one.
    pub(crate) fn route_table(&self) -> &str {
        self.0["route_table_id"].as_str().expect("an id")
    }

    /// `network` of an environment in the first so many of its subnets, in HCL.
    pub(crate) fn hcl(&self, subnets: usize) -> String {
        let ids: Vec<&str> = (0..subnets).map(|index| self.subnet(index)).collect();
        format!("{{ vpc_id = {:?}, subnet_ids = {ids:?} }}", self.vpc_id())
    }
}

/// Everything in an account that carries no tag of an environment of ours, without the routes of gateway endpoints and the numbers of free
/// addresses, which follow from endpoints.
pub(crate) fn of_others(stage: &Stage) -> Value {
    let mut there = stage.account().snapshot();
    let ours = our_endpoints(&there);
    for (kind, things) in there.as_object_mut().expect("an object") {
        let things = things.as_array_mut().expect("a list");
        things.retain(|thing| match kind.as_str() {
            "network_interfaces" => !is_of(thing, &ours),
            _ => !is_ours(thing),
        });
        for thing in things {
            if let Some(fields) = thing.as_object_mut() {
                fields.remove("AvailableIpAddressCount");
            }
            if let Some(routes) = thing.get_mut("Routes").and_then(Value::as_array_mut) {
                routes.retain(|route| !route["GatewayId"].as_str().is_some_and(|id| id.starts_with("vpce-")));
            }
        }
    }
    there
}

fn is_ours(thing: &Value) -> bool {
    ["Tags", "tags"]
        .into_iter()
        .any(|tags| thing[tags]["isolated:environment"].is_string())
}

fn our_endpoints(there: &Value) -> Vec<String> {
    let endpoints = there["endpoints"].as_array().into_iter().flatten();
    let ours = endpoints.filter(|endpoint| is_ours(endpoint));
    ours.filter_map(|endpoint| endpoint["VpcEndpointId"].as_str().map(str::to_owned))
        .collect()
}

/// Whether an interface is one of these endpoints'.
fn is_of(interface: &Value, endpoints: &[String]) -> bool {
    let words = interface["Description"].as_str().unwrap_or_default();
    endpoints.iter().any(|id| words.contains(id.as_str()))
}

/// Short service name → whether the environment made it, of a state.
pub(crate) fn managed(state: &Value) -> Value {
    let services = state["endpoints"]["services"].as_object().expect("an object");
    services
        .iter()
        .map(|(name, service)| (name.clone(), service["managed"].clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The same for all of these services.
pub(crate) fn all(services: &[&str], managed: bool) -> Value {
    services
        .iter()
        .map(|name| ((*name).to_owned(), json!(managed)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
