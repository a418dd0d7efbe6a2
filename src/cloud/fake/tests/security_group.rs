use super::*;
use crate::cloud::Direction::{Egress, Ingress};
use crate::domain::firewall::{Peer, Rule};

fn from(block: &str) -> BTreeSet<Rule> {
    BTreeSet::from([Rule::all_traffic(
        Peer::CidrBlock(block.parse().unwrap()),
        Some("From there."),
    )])
}

#[tokio::test(start_paused = true)]
async fn a_new_group_lets_everything_out_and_nothing_in() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = group(&cloud, &vpc_id, "instances").await;
    let groups = cloud.security_groups(&vpc_id).await.unwrap();
    let group = groups.iter().find(|group| group.id == id).unwrap();
    assert!(group.ingress.is_empty());
    assert_eq!(group.egress.first().unwrap().peer.to_string(), "0.0.0.0/0");
}

#[tokio::test(start_paused = true)]
async fn a_name_is_used_once_in_a_vpc() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    group(&cloud, &vpc_id, "instances").await;
    for name in ["instances", "default"] {
        let request = crate::cloud::SecurityGroupRequest {
            vpc_id: vpc_id.clone(),
            name: name.into(),
            description: "Again.".into(),
            tags: Tags::new(),
        };
        let answer = cloud.create_security_group(&request).await;
        refused(answer, ErrorKind::AlreadyExists, "InvalidGroup.Duplicate");
    }
    let other = vpc(&cloud).await;
    group(&cloud, &other, "instances").await;
}

#[tokio::test(start_paused = true)]
async fn rules_are_told_apart_without_their_descriptions() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = group(&cloud, &vpc_id, "instances").await;
    cloud.authorize(&id, Ingress, &from("10.0.0.0/16")).await.unwrap();
    let described: BTreeSet<Rule> = from("10.0.0.0/16")
        .into_iter()
        .map(|rule| Rule {
            description: None,
            ..rule
        })
        .collect();
    refused(
        cloud.authorize(&id, Ingress, &described).await,
        ErrorKind::AlreadyExists,
        "InvalidPermission.Duplicate",
    );
    cloud.describe_rules(&id, Ingress, &described).await.unwrap();
    assert_eq!(cloud.world().security_groups[&id].ingress, described);
    cloud.revoke(&id, Ingress, &from("10.0.0.0/16")).await.unwrap();
    for answer in [
        cloud.revoke(&id, Ingress, &described).await,
        cloud.describe_rules(&id, Ingress, &described).await,
    ] {
        refused(answer, ErrorKind::NotFound, "InvalidPermission.NotFound");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_adds_no_rule_at_all() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = group(&cloud, &vpc_id, "instances").await;
    let mut rules = from("10.1.0.0/16");
    rules.extend(from("0.0.0.0/0"));
    refused(
        cloud.authorize(&id, Egress, &rules).await,
        ErrorKind::AlreadyExists,
        "InvalidPermission.Duplicate",
    );
    assert_eq!(cloud.world().security_groups[&id].egress.len(), 1);
    let unknown = BTreeSet::from([Rule::all_traffic(Peer::SecurityGroup("sg-gone".into()), None)]);
    refused(
        cloud.authorize(&id, Egress, &unknown).await,
        ErrorKind::NotFound,
        "InvalidGroup.NotFound",
    );
}

#[tokio::test(start_paused = true)]
async fn sixty_rules_and_no_more() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = group(&cloud, &vpc_id, "instances").await;
    let rules: BTreeSet<Rule> = (0..60).flat_map(|n| from(&format!("10.{n}.0.0/16"))).collect();
    cloud.authorize(&id, Ingress, &rules).await.unwrap();
    refused(
        cloud.authorize(&id, Ingress, &from("10.60.0.0/16")).await,
        ErrorKind::Quota,
        "RulesPerSecurityGroupLimitExceeded",
    );
}

#[tokio::test(start_paused = true)]
async fn interfaces_and_other_groups_hold_on_to_a_group() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let subnet = subnet(&cloud, &vpc_id, "a", "10.0.0.0/18").await;
    let (id, other) = (
        group(&cloud, &vpc_id, "instances").await,
        group(&cloud, &vpc_id, "other").await,
    );
    let rules = BTreeSet::from([Rule::all_traffic(Peer::SecurityGroup(id.clone()), None)]);
    cloud.authorize(&other, Ingress, &rules).await.unwrap();
    refused(
        cloud.delete_security_group(&id).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    cloud.revoke(&other, Ingress, &rules).await.unwrap();
    cloud.authorize(&id, Ingress, &rules).await.unwrap();
    cloud.add_network_interface(&subnet, &[&id], "an instance");
    refused(
        cloud.delete_security_group(&id).await,
        ErrorKind::Conflict,
        "DependencyViolation",
    );
    cloud.edit(|world| world.network_interfaces.clear());
    cloud.delete_security_group(&id).await.unwrap();
    cloud.delete_security_group(&id).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_default_group_stays() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = cloud.security_groups(&vpc_id).await.unwrap()[0].id.clone();
    refused(
        cloud.delete_security_group(&id).await,
        ErrorKind::Invalid,
        "CannotDelete",
    );
}

#[tokio::test(start_paused = true)]
async fn rules_are_reported_in_one_form_however_they_were_written() {
    let cloud = tokyo();
    let vpc_id = vpc(&cloud).await;
    let id = group(&cloud, &vpc_id, "instances").await;
    let written = |protocol: &str, ports: Option<i32>| Rule {
        protocol: protocol.to_owned(),
        from_port: ports,
        to_port: ports,
        peer: Peer::CidrBlock("10.0.0.0/16".parse().unwrap()),
        description: Some(String::new()),
    };
    let rules = BTreeSet::from([written("1", None), written("6", Some(-1)), written("50", Some(-1))]);
    cloud.authorize(&id, Ingress, &rules).await.unwrap();
    let groups = cloud.security_groups(&vpc_id).await.unwrap();
    let seen = &groups.iter().find(|group| group.id == id).unwrap().ingress;
    assert_eq!(*seen, rules.iter().cloned().map(Rule::normalised).collect());
    cloud.revoke(&id, Ingress, &rules).await.unwrap();
}
