//! A network that somebody else made, and what is theirs in it.

use std::collections::BTreeMap;

use super::Lab;
use crate::cloud::fake::World;
use crate::cloud::{Direction, EndpointRequest, NetworkApi, SecurityGroupRequest, SubnetRequest, VpcRequest};
use crate::domain::Tags;
use crate::domain::endpoint::EndpointKind;
use crate::domain::firewall::from_vpc;
use crate::domain::spec::{ExistingNetworkSpec, InstanceTenancy, Spec};

/// The interface endpoints that every environment has.
pub(super) const BASE: [&str; 5] = ["ecs-agent", "ecs-telemetry", "ecs", "ecr.dkr", "ecr.api"];

/// Somebody's network: two subnets, one of which has a route table of its own.
pub(super) async fn network(lab: &Lab) -> ExistingNetworkSpec {
    let tags = Tags::from([("owner".to_owned(), "network team".to_owned())]);
    let request = VpcRequest {
        cidr_block: "10.9.0.0/16".parse().unwrap(),
        instance_tenancy: InstanceTenancy::Default,
        tags: tags.clone(),
    };
    let vpc_id = lab.aws.create_vpc(&request).await.unwrap().id;
    lab.aws.set_dns_hostnames(&vpc_id, true).await.unwrap();
    let mut subnet_ids = Vec::new();
    for (letter, cidr_block) in [("a", "10.9.0.0/24"), ("c", "10.9.1.0/24")] {
        let request = SubnetRequest {
            vpc_id: vpc_id.clone(),
            availability_zone: format!("ap-northeast-1{letter}"),
            cidr_block: cidr_block.parse().unwrap(),
            tags: tags.clone(),
        };
        subnet_ids.push(lab.aws.create_subnet(&request).await.unwrap().id);
    }
    let table = lab.aws.create_route_table(&vpc_id, "theirs", &tags).await.unwrap();
    lab.aws.associate_route_table(&table.id, &subnet_ids[1]).await.unwrap();
    lab.aws.clear_calls();
    ExistingNetworkSpec { vpc_id, subnet_ids }
}

/// Somebody's endpoint, which lets in the whole VPC.
pub(super) async fn endpoint(lab: &Lab, network: &ExistingNetworkSpec, service: &str, kind: EndpointKind) -> String {
    let mut request = EndpointRequest {
        vpc_id: network.vpc_id.clone(),
        service_name: format!("com.amazonaws.ap-northeast-1.{service}"),
        kind,
        subnet_ids: Default::default(),
        security_group_ids: Default::default(),
        route_table_ids: Default::default(),
        private_dns_enabled: kind == EndpointKind::Interface,
        policy: None,
        client_token: service.to_owned(),
        tags: Tags::new(),
    };
    if kind == EndpointKind::Interface {
        let group = SecurityGroupRequest {
            vpc_id: network.vpc_id.clone(),
            name: format!("for {service}"),
            description: "theirs".to_owned(),
            tags: Tags::new(),
        };
        let group = lab.aws.create_security_group(&group).await.unwrap().id;
        let rules = [from_vpc("10.9.0.0/16".parse().unwrap())].into();
        lab.aws.authorize(&group, Direction::Ingress, &rules).await.unwrap();
        request.security_group_ids.insert(group);
        request.subnet_ids.insert(network.subnet_ids[0].clone());
    }
    let id = lab.aws.create_endpoint(&request).await.unwrap().id;
    lab.aws.clear_calls();
    id
}

/// An environment in a network.
pub(super) fn within(network: &ExistingNetworkSpec) -> impl Fn(&mut Spec) + '_ {
    move |spec| {
        spec.network.subnet_prefix_length = None;
        spec.network.existing = Some(network.clone());
        spec.security_group.name = None;
        spec.security_group.allow_all_outbound = false;
        spec.compute_environment.name = None;
    }
}

/// The same under a name of its own.
pub(super) fn named<'a>(network: &'a ExistingNetworkSpec, name: &'static str) -> impl Fn(&mut Spec) + 'a {
    move |spec| {
        within(network)(spec);
        spec.name = name.parse().unwrap();
    }
}

/// Everything that carries no tag of an environment of ours, in words.
pub(super) fn theirs(world: &World) -> BTreeMap<String, String> {
    let is_ours = |tags: &Tags| tags.keys().any(|key| key.starts_with("isolated:"));
    let mut found = BTreeMap::new();
    let mut add = |id: &str, tags: &Tags, words: String| {
        if !is_ours(tags) {
            found.insert(id.to_owned(), words);
        }
    };
    world
        .vpcs
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .subnets
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .route_tables
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    world
        .security_groups
        .values()
        .for_each(|it| add(&it.id, &it.tags, format!("{:?}", it.thing)));
    for it in world.endpoints.values() {
        add(&it.endpoint.id, &it.endpoint.tags, format!("{:?}", it.endpoint));
    }
    found
}

/// The services that have an endpoint, sorted.
pub(super) fn services(world: &World) -> Vec<String> {
    let mut names: Vec<String> = world
        .endpoints
        .values()
        .map(|record| {
            record
                .endpoint
                .service_name
                .replace("com.amazonaws.ap-northeast-1.", "")
        })
        .collect();
    names.sort();
    names
}

#[tokio::test(start_paused = true)]
async fn a_role_of_somebody_else_s_is_neither_changed_nor_deleted() {
    let lab = Lab::new();
    let topology = lab.topology(|_| {}).await;
    lab.make(&topology).await;
    let theirs = |lab: &Lab| {
        lab.aws.edit(|world| {
            world
                .roles
                .values_mut()
                .for_each(|record| record.role.tags = Some(Tags::new()));
            world
                .instance_profiles
                .values_mut()
                .for_each(|record| record.profile.tags.clear());
        });
    };
    theirs(&lab);
    let before = lab.aws.world().roles.len();
    let outcome = lab.destroy(&topology).await;
    assert_eq!(outcome.failures, []);
    assert_eq!(lab.aws.world().roles.len(), before);
    let outcome = lab.apply(&topology).await;
    assert!(!outcome.failures.is_empty(), "the name is taken");
    assert_eq!(lab.aws.world().roles.len(), before);
}
