//! Security groups.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::{Filter, IpPermission, ResourceType};

use super::super::answer::{incomplete, or_gone, refused};
use super::{filter, owned_by, permission, specifications, tags, text};
use crate::cloud::{Direction, Result, SecurityGroupRequest};
use crate::domain::firewall::{Peer, Rule};
use crate::domain::name::Ownership;
use crate::domain::observed::SecurityGroup;

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<SecurityGroup>> {
    let groups = describe(client, vec![filter("vpc-id", vpc_id)]).await?;
    groups.iter().map(from_sdk).collect()
}

pub(super) async fn vpcs_with_group_of(client: &Client, ownership: &Ownership) -> Result<BTreeSet<String>> {
    let groups = describe(client, owned_by(ownership)).await?;
    Ok(groups.iter().map(|group| text(group.vpc_id())).collect())
}

async fn describe(client: &Client, filters: Vec<Filter>) -> Result<Vec<aws_sdk_ec2::types::SecurityGroup>> {
    client
        .describe_security_groups()
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeSecurityGroups"))
}

fn from_sdk(group: &aws_sdk_ec2::types::SecurityGroup) -> Result<SecurityGroup> {
    Ok(SecurityGroup {
        id: text(group.group_id()),
        name: text(group.group_name()),
        description: text(group.description()),
        ingress: permission::from_sdk(group.ip_permissions())?,
        egress: permission::from_sdk(group.ip_permissions_egress())?,
        tags: tags::from_sdk(group.tags()),
    })
}

/// The answer holds the id alone; the outbound rule is the one that AWS gives to every new group.
pub(super) async fn create(client: &Client, request: &SecurityGroupRequest) -> Result<SecurityGroup> {
    let answer = client
        .create_security_group()
        .vpc_id(&request.vpc_id)
        .group_name(&request.name)
        .description(&request.description)
        .set_tag_specifications(specifications(ResourceType::SecurityGroup, &request.tags))
        .send()
        .await
        .map_err(refused("ec2:CreateSecurityGroup"))?;
    let id = answer
        .group_id()
        .ok_or_else(|| incomplete("ec2:CreateSecurityGroup", "group id"))?;
    Ok(SecurityGroup {
        id: id.to_owned(),
        name: request.name.clone(),
        description: request.description.clone(),
        ingress: BTreeSet::new(),
        egress: BTreeSet::from([all_outbound()]),
        tags: request.tags.clone(),
    })
}

fn all_outbound() -> Rule {
    Rule {
        protocol: "-1".to_owned(),
        from_port: None,
        to_port: None,
        peer: Peer::CidrBlock(ipnet::Ipv4Net::default()),
        description: None,
    }
}

fn permissions(rules: &BTreeSet<Rule>) -> Option<Vec<IpPermission>> {
    Some(rules.iter().map(permission::to_sdk).collect())
}

pub(super) async fn authorize(
    client: &Client,
    group_id: &str,
    direction: Direction,
    rules: &BTreeSet<Rule>,
) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    match direction {
        Direction::Ingress => client
            .authorize_security_group_ingress()
            .group_id(group_id)
            .set_ip_permissions(permissions(rules))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:AuthorizeSecurityGroupIngress")),
        Direction::Egress => client
            .authorize_security_group_egress()
            .group_id(group_id)
            .set_ip_permissions(permissions(rules))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:AuthorizeSecurityGroupEgress")),
    }
}

/// The rules are named without their descriptions: a rule goes whatever is written beside it by now.
pub(super) async fn revoke(
    client: &Client,
    group_id: &str,
    direction: Direction,
    rules: &BTreeSet<Rule>,
) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    let bare = rules
        .iter()
        .cloned()
        .map(|rule| Rule {
            description: None,
            ..rule
        })
        .collect();
    or_gone(match direction {
        Direction::Ingress => client
            .revoke_security_group_ingress()
            .group_id(group_id)
            .set_ip_permissions(permissions(&bare))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:RevokeSecurityGroupIngress")),
        Direction::Egress => client
            .revoke_security_group_egress()
            .group_id(group_id)
            .set_ip_permissions(permissions(&bare))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:RevokeSecurityGroupEgress")),
    })
}

pub(super) async fn describe_rules(
    client: &Client,
    group_id: &str,
    direction: Direction,
    rules: &BTreeSet<Rule>,
) -> Result<()> {
    if rules.is_empty() {
        return Ok(());
    }
    match direction {
        Direction::Ingress => client
            .update_security_group_rule_descriptions_ingress()
            .group_id(group_id)
            .set_ip_permissions(permissions(rules))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:UpdateSecurityGroupRuleDescriptionsIngress")),
        Direction::Egress => client
            .update_security_group_rule_descriptions_egress()
            .group_id(group_id)
            .set_ip_permissions(permissions(rules))
            .send()
            .await
            .map(|_| ())
            .map_err(refused("ec2:UpdateSecurityGroupRuleDescriptionsEgress")),
    }
}

pub(super) async fn delete(client: &Client, group_id: &str) -> Result<()> {
    or_gone(
        client
            .delete_security_group()
            .group_id(group_id)
            .send()
            .await
            .map_err(refused("ec2:DeleteSecurityGroup")),
    )
}
