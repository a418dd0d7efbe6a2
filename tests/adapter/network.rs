//! The life of each part of a network, through the port.

use std::collections::BTreeSet;

use terraform_provider_isolated::cloud::{
    Direction, EndpointChange, EndpointRequest, NetworkApi, SecurityGroupRequest, SubnetRequest, VpcFilter,
};
use terraform_provider_isolated::domain::Tags;
use terraform_provider_isolated::domain::endpoint::EndpointKind;
use terraform_provider_isolated::domain::firewall::{Peer, Rule};

use crate::world::{self, Network, one, tag};

#[tokio::test]
async fn a_vpc() {
    let cloud = world::connect("eu-west-2").await;
    let made = cloud.create_vpc(&world::vpc_request("a-vpc")).await.unwrap();
    assert_eq!(made.tags, tag("Name", "a-vpc"), "tagged by the create call itself");

    let seen = cloud.vpcs(&VpcFilter::Id(made.id.clone())).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].cidr_block, Some("10.0.0.0/16".parse().unwrap()));
    assert_eq!(seen[0].cidr_blocks.len(), 1);
    assert_eq!(
        (seen[0].instance_tenancy.as_str(), seen[0].state.as_str()),
        ("default", "available")
    );

    assert_eq!(cloud.vpc_dns_attributes(&made.id).await.unwrap(), Some((true, false)));
    cloud.set_dns_hostnames(&made.id, true).await.unwrap();
    cloud.set_dns_support(&made.id, true).await.unwrap();
    assert_eq!(cloud.vpc_dns_attributes(&made.id).await.unwrap(), Some((true, true)));

    cloud.delete_vpc(&made.id).await.unwrap();
    cloud.delete_vpc(&made.id).await.expect("already gone is fine");
    assert!(cloud.vpcs(&VpcFilter::Id(made.id.clone())).await.unwrap().is_empty());
    assert_eq!(cloud.vpc_dns_attributes(&made.id).await.unwrap(), None);
}

#[tokio::test]
async fn a_vpc_is_found_by_all_of_its_owners_tags() {
    let cloud = world::connect("eu-west-3").await;
    let ownership = |region: &str| terraform_provider_isolated::domain::name::Ownership {
        environment: "simulation".parse().unwrap(),
        account_id: "123456789012".to_owned(),
        region: region.to_owned(),
    };
    let mut request = world::vpc_request("owned");
    request.tags.extend(ownership("eu-west-3").tags());
    let made = cloud.create_vpc(&request).await.unwrap();
    cloud.create_vpc(&world::vpc_request("somebody-else")).await.unwrap();

    let seen = cloud.vpcs(&VpcFilter::Owner(ownership("eu-west-3"))).await.unwrap();
    assert_eq!(seen.iter().map(|vpc| &vpc.id).collect::<Vec<_>>(), [&made.id]);
    assert!(
        cloud
            .vpcs(&VpcFilter::Owner(ownership("eu-west-4")))
            .await
            .unwrap()
            .is_empty()
    );

    // An existing VPC does not carry them, but a group in it does.
    let theirs = cloud.create_vpc(&world::vpc_request("theirs")).await.unwrap().id;
    let group = SecurityGroupRequest {
        vpc_id: theirs.clone(),
        name: "guest".to_owned(),
        description: "of a guest".to_owned(),
        tags: ownership("eu-west-3").tags(),
    };
    cloud.create_security_group(&group).await.unwrap();
    let seen = cloud.vpcs_with_group_of(&ownership("eu-west-3")).await.unwrap();
    assert_eq!(seen, one(&theirs));
    assert!(
        cloud
            .vpcs_with_group_of(&ownership("eu-west-4"))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn a_subnet_and_its_route_table() {
    let cloud = world::connect("eu-central-1").await;
    let vpc = cloud.create_vpc(&world::vpc_request("tables")).await.unwrap().id;
    let request = SubnetRequest {
        vpc_id: vpc.clone(),
        availability_zone: "eu-central-1b".to_owned(),
        cidr_block: "10.0.64.0/18".parse().unwrap(),
        tags: tag("Name", "subnet"),
    };
    let subnet = cloud.create_subnet(&request).await.unwrap();
    assert_eq!(subnet.availability_zone, "eu-central-1b");
    cloud.set_map_public_ip_on_launch(&subnet.id, true).await.unwrap();
    let seen = cloud.subnets(&vpc).await.unwrap();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].map_public_ip_on_launch);
    assert_eq!(seen[0].available_addresses, Some(16_384 - 5));
    assert_eq!(seen[0].cidr_block, Some(request.cidr_block));
    assert_eq!(seen[0].tags, request.tags);

    let table = cloud
        .create_route_table(&vpc, "token-1", &tag("Name", "table"))
        .await
        .unwrap();
    let again = cloud
        .create_route_table(&vpc, "token-1", &tag("Name", "table"))
        .await
        .unwrap();
    assert_eq!(table.id, again.id, "the same token makes no second table");
    let other = cloud.create_route_table(&vpc, "token-2", &Tags::new()).await.unwrap();

    let association = cloud.associate_route_table(&table.id, &subnet.id).await.unwrap();
    let moved = cloud
        .replace_route_table_association(&association, &other.id)
        .await
        .unwrap();
    let tables = cloud.route_tables(&vpc).await.unwrap();
    assert_eq!(tables.len(), 3);
    assert_eq!(tables.iter().filter(|table| table.main).count(), 1);
    let of_other = tables.iter().find(|table| table.id == other.id).unwrap();
    assert_eq!(of_other.associations[&subnet.id], moved);
    let local = &of_other.routes[0];
    assert_eq!(
        (local.destination.as_str(), local.target.as_str()),
        ("10.0.0.0/16", "local")
    );

    cloud
        .delete_route(&table.id, "0.0.0.0/0")
        .await
        .expect("never there is fine");
    cloud.delete_subnet(&subnet.id).await.unwrap();
    cloud.delete_subnet(&subnet.id).await.expect("already gone is fine");
    for table in [&table.id, &other.id, &other.id] {
        cloud.delete_route_table(table).await.unwrap();
    }
    assert!(cloud.gateways(&vpc).await.unwrap().is_empty());
    assert!(cloud.subnets(&vpc).await.unwrap().is_empty());
    cloud.delete_vpc(&vpc).await.unwrap();
}

fn rule(peer: Peer, port: Option<i32>, description: Option<&str>) -> Rule {
    Rule {
        protocol: if port.is_some() { "tcp" } else { "-1" }.to_owned(),
        from_port: port,
        to_port: port,
        peer,
        description: description.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_security_group_and_its_rules() {
    let cloud = world::connect("eu-north-1").await;
    let network = Network::create(&cloud, "eu-north-1", "rules").await;
    let id = network.group_id.as_str();
    let group = || async {
        let groups = cloud.security_groups(&network.vpc_id).await.unwrap();
        groups.into_iter().find(|group| group.id == network.group_id)
    };
    let fresh = group().await.unwrap();
    assert_eq!(
        (fresh.name.as_str(), fresh.description.as_str()),
        ("rules", "For the tests.")
    );
    assert!(fresh.ingress.is_empty());
    let everywhere = rule(Peer::CidrBlock("0.0.0.0/0".parse().unwrap()), None, None);
    assert_eq!(fresh.egress, BTreeSet::from([everywhere.clone()]));

    let vpc = Peer::CidrBlock("10.0.0.0/16".parse().unwrap());
    let inbound = BTreeSet::from([
        rule(vpc.clone(), None, Some("from the VPC")),
        rule(Peer::SecurityGroup(id.to_owned()), Some(443), None),
    ]);
    cloud.authorize(id, Direction::Ingress, &inbound).await.unwrap();
    let outbound = BTreeSet::from([rule(Peer::PrefixList("pl-6fa54006".to_owned()), Some(443), None)]);
    cloud.authorize(id, Direction::Egress, &outbound).await.unwrap();
    cloud
        .revoke(id, Direction::Egress, &BTreeSet::from([everywhere]))
        .await
        .unwrap();
    let seen = group().await.unwrap();
    assert_eq!(seen.ingress, inbound);
    assert_eq!(seen.egress, outbound);

    let renamed = BTreeSet::from([rule(vpc, None, Some("all of the VPC"))]);
    cloud.describe_rules(id, Direction::Ingress, &renamed).await.unwrap();
    assert!(group().await.unwrap().ingress.is_superset(&renamed));

    cloud
        .revoke(id, Direction::Ingress, &inbound)
        .await
        .expect("whatever is written beside them");
    assert!(group().await.unwrap().ingress.is_empty());
    cloud.delete_security_group(id).await.unwrap();
    cloud.delete_security_group(id).await.expect("already gone is fine");
    assert!(group().await.is_none());
}

#[tokio::test]
async fn endpoints() {
    let cloud = world::connect("us-west-2").await;
    let network = Network::create(&cloud, "us-west-2", "endpoints").await;
    let table = cloud
        .create_route_table(&network.vpc_id, "t", &Tags::new())
        .await
        .unwrap()
        .id;
    let interface = EndpointRequest {
        vpc_id: network.vpc_id.clone(),
        service_name: "com.amazonaws.us-west-2.ecs-agent".to_owned(),
        kind: EndpointKind::Interface,
        subnet_ids: one(&network.subnet_id),
        security_group_ids: one(&network.group_id),
        route_table_ids: BTreeSet::new(),
        private_dns_enabled: true,
        policy: None,
        client_token: "interface".to_owned(),
        tags: tag("Name", "interface"),
    };
    let gateway = EndpointRequest {
        service_name: "com.amazonaws.us-west-2.s3".to_owned(),
        kind: EndpointKind::Gateway,
        subnet_ids: BTreeSet::new(),
        security_group_ids: BTreeSet::new(),
        route_table_ids: one(&table),
        private_dns_enabled: false,
        client_token: "gateway".to_owned(),
        tags: Tags::new(),
        ..interface.clone()
    };
    let made = cloud.create_endpoint(&interface).await.unwrap();
    let gateway = cloud.create_endpoint(&gateway).await.unwrap();

    let seen = cloud.endpoints(&network.vpc_id).await.unwrap();
    assert_eq!(seen.len(), 2);
    let agent = seen.iter().find(|endpoint| endpoint.id == made.id).unwrap();
    assert_eq!(agent.state, "available");
    assert_eq!(agent.kind, EndpointKind::Interface);
    assert!(agent.private_dns_enabled);
    assert_eq!(agent.subnet_ids, interface.subnet_ids);
    assert_eq!(agent.security_group_ids, interface.security_group_ids);
    assert_eq!(agent.tags, interface.tags);
    assert!(agent.dns_name.is_some());
    let s3 = seen.iter().find(|endpoint| endpoint.id == gateway.id).unwrap();
    assert_eq!((s3.kind, &s3.route_table_ids), (EndpointKind::Gateway, &one(&table)));

    let interfaces = cloud.network_interfaces(&network.vpc_id).await.unwrap();
    let ids: BTreeSet<_> = interfaces.iter().map(|interface| interface.id.clone()).collect();
    assert_eq!(ids, agent.network_interface_ids);
    assert_eq!(interfaces[0].interface_type, "vpc_endpoint");
    assert_eq!(interfaces[0].subnet_id, network.subnet_id);
    assert_eq!(interfaces[0].security_group_ids, one(&network.group_id));

    let change = EndpointChange {
        private_dns_enabled: Some(false),
        ..EndpointChange::default()
    };
    cloud.modify_endpoint(&made.id, &change).await.unwrap();
    let change = EndpointChange {
        remove_route_table_ids: one(&table),
        ..EndpointChange::default()
    };
    cloud.modify_endpoint(&gateway.id, &change).await.unwrap();
    let seen = cloud.endpoints(&network.vpc_id).await.unwrap();
    assert!(
        seen.iter()
            .all(|endpoint| !endpoint.private_dns_enabled && endpoint.route_table_ids.is_empty())
    );

    let both = BTreeSet::from([made.id, gateway.id]);
    cloud.delete_endpoints(&both).await.unwrap();
    cloud.delete_endpoints(&both).await.expect("already gone is fine");
    let left = cloud.endpoints(&network.vpc_id).await.unwrap();
    assert!(left.iter().all(|endpoint| endpoint.is_leaving()));
}

#[tokio::test]
async fn tags_come_and_go() {
    let cloud = world::connect("sa-east-1").await;
    let network = Network::create(&cloud, "sa-east-1", "tags").await;
    let all = BTreeSet::from([
        network.vpc_id.clone(),
        network.subnet_id.clone(),
        network.group_id.clone(),
    ]);
    cloud.tag(&all, &tag("Team", "blue")).await.unwrap();
    cloud.untag(&all, &one("Name")).await.unwrap();
    cloud.untag(&all, &one("Never")).await.expect("never there is fine");
    assert_eq!(
        cloud.subnets(&network.vpc_id).await.unwrap()[0].tags,
        tag("Team", "blue")
    );
    let vpcs = cloud.vpcs(&VpcFilter::Id(network.vpc_id)).await.unwrap();
    assert_eq!(vpcs[0].tags, tag("Team", "blue"));
}
