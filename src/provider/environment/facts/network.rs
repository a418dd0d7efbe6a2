//! What of an existing network is kept beside the state: the VPC, the subnets in use and the endpoints of others for the same services,
//! with whom they let in. The planner judges it by the same rules as a fresh look at the network, and comes to the same result.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::Tags;
use crate::domain::endpoint::{EndpointKind, policy};
use crate::domain::firewall::{HTTPS, Peer, Rule};
use crate::domain::observed::{Endpoint, Observed, RouteTable, SecurityGroup, Subnet, Vpc};
use crate::domain::topology::Topology;

/// What is kept of an existing network.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct NetworkFacts {
    vpc_id: String,
    cidr_block: String,
    cidr_blocks: Vec<String>,
    instance_tenancy: String,
    dns_support: Option<bool>,
    dns_hostnames: Option<bool>,
    subnets: BTreeMap<String, SubnetFacts>,
    endpoints: BTreeMap<String, EndpointFacts>,
    groups: BTreeMap<String, GroupFacts>,
}

/// A subnet in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct SubnetFacts {
    availability_zone: String,
    cidr_block: String,
    route_table_id: String,
}

/// An endpoint of somebody else's for a service that the environment needs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct EndpointFacts {
    service_name: String,
    state: String,
    gateway: bool,
    private_dns: bool,
    route_table_ids: BTreeSet<String>,
    security_group_ids: BTreeSet<String>,
    policy: Option<String>,
}

/// A group, and whom it lets in on the port of AWS's APIs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct GroupFacts {
    cidr_blocks: BTreeSet<String>,
    security_group_ids: BTreeSet<String>,
    /// Of the environment's own group: what it is recognised by.
    ownership: Tags,
    name: String,
    description: String,
}

impl NetworkFacts {
    /// What of a network a topology relies on; `None` if it does not live there.
    pub(super) fn used_by(topology: &Topology, seen: &Observed) -> Option<Self> {
        let vpc = seen
            .vpc
            .as_ref()
            .filter(|vpc| topology.vpc.id.as_ref() == Some(&vpc.id))?;
        let subnets = topology.subnets.iter().filter_map(|plan| {
            let facts = SubnetFacts {
                availability_zone: plan.availability_zone.clone(),
                cidr_block: plan.cidr_block.to_string(),
                route_table_id: plan.route_table_id.clone().unwrap_or_default(),
            };
            Some((plan.id.clone()?, facts))
        });
        let services: BTreeSet<&str> = topology
            .endpoints
            .iter()
            .map(|plan| plan.service_name.as_str())
            .collect();
        let others = seen.endpoints.values().filter(|endpoint| {
            services.contains(endpoint.service_name.as_str())
                && !seen.owns(&topology.ownership, &endpoint.id, &endpoint.tags)
                && !endpoint.is_leaving()
        });
        let endpoints: Vec<&Endpoint> = others.collect();
        let groups = endpoints.iter().flat_map(|endpoint| &endpoint.security_group_ids);
        let groups = groups.filter_map(|id| Some((id.clone(), GroupFacts::from(seen.security_groups.get(id)?))));
        // Somebody's endpoint may let in the environment's group by its id.
        let plan = &topology.security_group;
        let own = seen.own_security_group(&topology.ownership, &plan.name, &plan.description);
        let own = own.map(|group| {
            let facts = GroupFacts {
                ownership: topology.ownership.tags(),
                name: group.name.clone(),
                description: group.description.clone(),
                ..GroupFacts::default()
            };
            (group.id.clone(), facts)
        });
        Some(Self {
            vpc_id: vpc.id.clone(),
            cidr_block: vpc.cidr_block.map(|block| block.to_string()).unwrap_or_default(),
            cidr_blocks: vpc.cidr_blocks.iter().map(ToString::to_string).collect(),
            instance_tenancy: vpc.instance_tenancy.clone(),
            dns_support: vpc.dns_support,
            dns_hostnames: vpc.dns_hostnames,
            subnets: subnets.collect(),
            groups: groups.chain(own).collect(),
            endpoints: endpoints
                .into_iter()
                .map(|endpoint| (endpoint.id.clone(), EndpointFacts::from(endpoint)))
                .collect(),
        })
    }

    /// Whether it is of this VPC.
    pub(super) fn is_of(&self, vpc_id: &str) -> bool {
        self.vpc_id == vpc_id
    }

    /// Whether an endpoint of somebody else's is among what was kept.
    pub(super) fn has_endpoint(&self, id: &str) -> bool {
        self.endpoints.contains_key(id)
    }

    /// The network as it was seen, as far as it was kept.
    pub(super) fn seen(&self) -> Observed {
        let vpc = Vpc {
            id: self.vpc_id.clone(),
            cidr_block: self.cidr_block.parse().ok(),
            cidr_blocks: self.cidr_blocks.iter().filter_map(|block| block.parse().ok()).collect(),
            instance_tenancy: self.instance_tenancy.clone(),
            state: "available".to_owned(),
            dns_support: self.dns_support,
            dns_hostnames: self.dns_hostnames,
            tags: Tags::new(),
        };
        let mut route_tables: BTreeMap<String, RouteTable> = BTreeMap::new();
        for (id, subnet) in &self.subnets {
            let table = route_tables
                .entry(subnet.route_table_id.clone())
                .or_insert_with(|| RouteTable {
                    id: subnet.route_table_id.clone(),
                    ..RouteTable::default()
                });
            table.associations.insert(id.clone(), String::new());
        }
        Observed {
            existing_network: true,
            vpc: Some(vpc),
            subnets: self
                .subnets
                .iter()
                .map(|(id, facts)| (id.clone(), facts.subnet(id)))
                .collect(),
            route_tables,
            security_groups: self
                .groups
                .iter()
                .map(|(id, facts)| (id.clone(), facts.group(id)))
                .collect(),
            endpoints: self
                .endpoints
                .iter()
                .map(|(id, facts)| (id.clone(), facts.endpoint(id)))
                .collect(),
            ..Observed::default()
        }
    }
}

impl SubnetFacts {
    fn subnet(&self, id: &str) -> Subnet {
        Subnet {
            id: id.to_owned(),
            availability_zone: self.availability_zone.clone(),
            cidr_block: self.cidr_block.parse().ok(),
            ..Subnet::default()
        }
    }
}

impl From<&Endpoint> for EndpointFacts {
    fn from(endpoint: &Endpoint) -> Self {
        Self {
            service_name: endpoint.service_name.clone(),
            state: endpoint.state.clone(),
            gateway: endpoint.kind == EndpointKind::Gateway,
            private_dns: endpoint.private_dns_enabled,
            route_table_ids: endpoint.route_table_ids.clone(),
            security_group_ids: endpoint.security_group_ids.clone(),
            // AWS's default is the same as none.
            policy: endpoint
                .policy
                .clone()
                .filter(|document| !policy::is_full_access(document)),
        }
    }
}

impl EndpointFacts {
    fn endpoint(&self, id: &str) -> Endpoint {
        Endpoint {
            id: id.to_owned(),
            service_name: self.service_name.clone(),
            kind: match self.gateway {
                true => EndpointKind::Gateway,
                false => EndpointKind::Interface,
            },
            state: self.state.clone(),
            private_dns_enabled: self.private_dns,
            route_table_ids: self.route_table_ids.clone(),
            security_group_ids: self.security_group_ids.clone(),
            last_error: None,
            subnet_ids: BTreeSet::new(),
            network_interface_ids: BTreeSet::new(),
            dns_name: None,
            policy: self.policy.clone(),
            tags: Tags::new(),
        }
    }
}

impl From<&SecurityGroup> for GroupFacts {
    fn from(group: &SecurityGroup) -> Self {
        let mut facts = Self::default();
        for rule in group.ingress.iter().filter(|rule| rule.allows_tcp(HTTPS)) {
            match &rule.peer {
                Peer::CidrBlock(block) => facts.cidr_blocks.insert(block.to_string()),
                Peer::SecurityGroup(id) => facts.security_group_ids.insert(id.clone()),
                Peer::Ipv6CidrBlock(_) | Peer::PrefixList(_) => false,
            };
        }
        facts
    }
}

impl GroupFacts {
    fn group(&self, id: &str) -> SecurityGroup {
        let blocks = self
            .cidr_blocks
            .iter()
            .filter_map(|block| block.parse().ok().map(Peer::CidrBlock));
        let groups = self.security_group_ids.iter().cloned().map(Peer::SecurityGroup);
        SecurityGroup {
            id: id.to_owned(),
            name: self.name.clone(),
            description: self.description.clone(),
            tags: self.ownership.clone(),
            ingress: blocks.chain(groups).map(|peer| Rule::all_traffic(peer, None)).collect(),
            ..SecurityGroup::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Facts;
    use crate::domain::fixture;
    use crate::domain::spec::{ExistingNetworkSpec, Spec};

    const NAME: &str = "com.amazonaws.ap-northeast-1.";

    /// The fixture's network with an endpoint of somebody's for some services, which let in by block or by the environment's group.
    fn seen(services: &[&str], spec: &Spec) -> Observed {
        let mut seen = fixture::network();
        if let Some(vpc) = &mut seen.vpc {
            vpc.id = "vpc-11111111".to_owned();
        }
        seen.subnets = ["a", "c"]
            .into_iter()
            .map(|letter| {
                let id = format!("subnet-0000000{letter}");
                let subnet = seen.subnets[&format!("subnet-{letter}")].clone();
                (id.clone(), Subnet { id, ..subnet })
            })
            .collect();
        let own = SecurityGroup {
            id: "sg-own".to_owned(),
            name: spec.security_group_name(),
            description: spec.security_group_description(),
            tags: spec.ownership("123456789012").tags(),
            ..SecurityGroup::default()
        };
        seen.security_groups.insert(own.id.clone(), own);
        for (index, service) in services.iter().enumerate() {
            let peer = match index % 2 {
                0 => Peer::SecurityGroup("sg-own".to_owned()),
                _ => Peer::CidrBlock("10.9.0.0/16".parse().unwrap()),
            };
            let group = SecurityGroup {
                id: format!("sg-{service}"),
                ingress: [Rule::all_traffic(peer, None)].into(),
                ..SecurityGroup::default()
            };
            let endpoint = Endpoint {
                private_dns_enabled: true,
                security_group_ids: [group.id.clone()].into(),
                ..fixture::endpoint(
                    &format!("vpce-{service}"),
                    &format!("{NAME}{service}"),
                    EndpointKind::Interface,
                )
            };
            seen.security_groups.insert(group.id.clone(), group);
            seen.endpoints.insert(endpoint.id.clone(), endpoint);
        }
        let mut gateway = fixture::endpoint("vpce-s3", &format!("{NAME}s3"), EndpointKind::Gateway);
        gateway.route_table_ids.insert("rtb-main".to_owned());
        let spec = Spec {
            network: fixture::seed().network,
            ..spec.clone()
        };
        let own = Topology::plan(&spec, &fixture::tokyo()).unwrap();
        let own = own.endpoints.into_iter().find(|plan| plan.service == "s3").unwrap();
        gateway.policy = own.policy;
        seen.endpoints.insert(gateway.id.clone(), gateway);
        seen
    }

    #[test]
    fn what_is_kept_leads_to_the_same_topology() {
        let mut spec = fixture::seed();
        spec.endpoints.policy = policy::PolicyPreset::SameAccount;
        spec.network.existing = Some(ExistingNetworkSpec {
            vpc_id: "vpc-11111111".to_owned(),
            subnet_ids: vec!["subnet-0000000c".to_owned(), "subnet-0000000a".to_owned()],
        });
        for services in [&[][..], &["ecs"], &["ecs", "ecr.api", "ecs-agent"]] {
            let mut fresh = seen(services, &spec);
            let name = |service: &str| format!("{NAME}{service}");
            for (service, state) in [("ssm", "available"), ("ecr.dkr", "pending")] {
                let mut endpoint =
                    fixture::endpoint(&format!("vpce-{service}"), &name(service), EndpointKind::Interface);
                endpoint.state = state.to_owned();
                endpoint.private_dns_enabled = true;
                fresh.endpoints.insert(endpoint.id.clone(), endpoint);
            }
            let facts = Facts {
                network: Some(fresh.clone()),
                ..fixture::tokyo()
            };
            let topology = Topology::plan(&spec, &facts).unwrap();
            let used = topology
                .endpoints
                .iter()
                .filter(|plan| plan.existing_id.is_some())
                .count();
            assert_eq!(used, services.len() + 1);
            let unchanged = topology.endpoints.iter().filter(|plan| plan.keeps_its_policy);
            assert_eq!(unchanged.count(), services.len(), "the gateway's is the preset's");

            let kept = NetworkFacts::used_by(&topology, &fresh).unwrap();
            assert!(!kept.has_endpoint("vpce-ssm"), "nothing needs it");
            let stored = serde_json::to_string(&kept).unwrap();
            let kept: NetworkFacts = serde_json::from_str(&stored).unwrap();
            let facts = Facts {
                network: Some(kept.seen()),
                ..fixture::tokyo()
            };
            assert_eq!(Topology::plan(&spec, &facts), Ok(topology));
        }
    }
}
