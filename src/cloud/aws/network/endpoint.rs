//! VPC endpoints.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::RequestId;
use aws_sdk_ec2::types::{ResourceType, UnsuccessfulItem, VpcEndpoint, VpcEndpointType};

use super::super::answer::{incomplete, refused};
use super::super::classify::kind;
use super::{filter, ids, specifications, tags, text};
use crate::cloud::{CloudError, EndpointChange, EndpointRequest, ErrorKind, PolicyChange, Result};
use crate::domain::endpoint::EndpointKind;
use crate::domain::observed::Endpoint;

pub(super) async fn list(client: &Client, vpc_id: &str) -> Result<Vec<Endpoint>> {
    let endpoints = client
        .describe_vpc_endpoints()
        .filters(filter("vpc-id", vpc_id))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeVpcEndpoints"))?;
    Ok(endpoints.iter().filter_map(from_sdk).collect())
}

/// `None`: a kind that no environment has, such as one of a load balancer.
fn from_sdk(endpoint: &VpcEndpoint) -> Option<Endpoint> {
    let word = endpoint.vpc_endpoint_type().map_or("", VpcEndpointType::as_str);
    let kind = [EndpointKind::Gateway, EndpointKind::Interface]
        .into_iter()
        .find(|kind| kind.as_str().eq_ignore_ascii_case(word))?;
    let set = |ids: &[String]| ids.iter().cloned().collect();
    Some(Endpoint {
        id: text(endpoint.vpc_endpoint_id()),
        service_name: text(endpoint.service_name()),
        kind,
        // The SDK knows the states capitalised, and AWS sends them in lower case.
        state: endpoint
            .state()
            .map(|state| state.as_str().to_lowercase())
            .unwrap_or_default(),
        last_error: last_error(endpoint),
        private_dns_enabled: endpoint.private_dns_enabled().unwrap_or(false),
        subnet_ids: set(endpoint.subnet_ids()),
        route_table_ids: set(endpoint.route_table_ids()),
        security_group_ids: endpoint
            .groups()
            .iter()
            .filter_map(|group| group.group_id().map(str::to_owned))
            .collect(),
        network_interface_ids: set(endpoint.network_interface_ids()),
        dns_name: endpoint
            .dns_entries()
            .first()
            .and_then(|entry| entry.dns_name().map(str::to_owned)),
        policy: endpoint
            .policy_document()
            .filter(|document| !document.is_empty())
            .map(str::to_owned),
        tags: tags::from_sdk(endpoint.tags()),
    })
}

fn last_error(endpoint: &VpcEndpoint) -> Option<String> {
    match endpoint.last_error() {
        Some(error) => Some(join(error.code(), error.message())),
        None => endpoint.failure_reason().map(str::to_owned),
    }
    .filter(|text| !text.is_empty())
}

fn join(code: Option<&str>, message: Option<&str>) -> String {
    [code, message].into_iter().flatten().collect::<Vec<_>>().join(": ")
}

pub(super) async fn create(client: &Client, request: &EndpointRequest) -> Result<Endpoint> {
    let interface = request.kind == EndpointKind::Interface;
    let answer = client
        .create_vpc_endpoint()
        .vpc_id(&request.vpc_id)
        .service_name(&request.service_name)
        .vpc_endpoint_type(VpcEndpointType::from(request.kind.as_str()))
        .set_subnet_ids(ids(&request.subnet_ids))
        .set_security_group_ids(ids(&request.security_group_ids))
        .set_route_table_ids(ids(&request.route_table_ids))
        .set_private_dns_enabled(interface.then_some(request.private_dns_enabled))
        .set_policy_document(request.policy.clone())
        .client_token(&request.client_token)
        .set_tag_specifications(specifications(ResourceType::VpcEndpoint, &request.tags))
        .send()
        .await
        .map_err(refused("ec2:CreateVpcEndpoint"))?;
    answer
        .vpc_endpoint()
        .and_then(from_sdk)
        .ok_or_else(|| incomplete("ec2:CreateVpcEndpoint", "endpoint"))
}

pub(super) async fn modify(client: &Client, endpoint_id: &str, change: &EndpointChange) -> Result<()> {
    if *change == EndpointChange::default() {
        return Ok(());
    }
    let (policy, reset) = match &change.policy {
        None => (None, None),
        Some(PolicyChange::Replace(document)) => (Some(document.clone()), None),
        Some(PolicyChange::Reset) => (None, Some(true)),
    };
    client
        .modify_vpc_endpoint()
        .vpc_endpoint_id(endpoint_id)
        .set_add_subnet_ids(ids(&change.add_subnet_ids))
        .set_remove_subnet_ids(ids(&change.remove_subnet_ids))
        .set_add_route_table_ids(ids(&change.add_route_table_ids))
        .set_remove_route_table_ids(ids(&change.remove_route_table_ids))
        .set_add_security_group_ids(ids(&change.add_security_group_ids))
        .set_remove_security_group_ids(ids(&change.remove_security_group_ids))
        .set_private_dns_enabled(change.private_dns_enabled)
        .set_policy_document(policy)
        .set_reset_policy(reset)
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifyVpcEndpoint"))
}

pub(super) async fn delete(client: &Client, endpoint_ids: &BTreeSet<String>) -> Result<()> {
    const OPERATION: &str = "ec2:DeleteVpcEndpoints";
    if endpoint_ids.is_empty() {
        return Ok(());
    }
    let answer = client
        .delete_vpc_endpoints()
        .set_vpc_endpoint_ids(ids(endpoint_ids))
        .send()
        .await;
    match answer {
        Ok(answer) => match left(answer.unsuccessful()) {
            Some(error) => Err(CloudError {
                operation: OPERATION,
                request_id: answer.request_id().map(str::to_owned),
                ..error
            }),
            None => Ok(()),
        },
        Err(error) => super::super::answer::or_gone::<()>(Err(refused(OPERATION)(error))),
    }
}

/// Those that are still there, as one error: the first decides what it means, the message names all.
fn left(items: &[UnsuccessfulItem]) -> Option<CloudError> {
    let mut left = items
        .iter()
        .filter_map(|item| {
            let error = item.error()?;
            let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
            let kind = kind(code, message);
            (kind != ErrorKind::NotFound).then(|| {
                let line = format!("{}: {}", text(item.resource_id()), join(error.code(), error.message()));
                (kind, code.to_owned(), line)
            })
        })
        .peekable();
    let (kind, code, _) = left.peek()?.clone();
    Some(CloudError {
        kind,
        operation: "",
        code: Some(code),
        message: left.map(|(_, _, line)| line).collect::<Vec<_>>().join("; "),
        request_id: None,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{LastError, State, UnsuccessfulItemError};

    use super::*;

    #[test]
    fn the_state_is_lower_case_however_it_is_sent() {
        for (wire, expected) in [
            ("available", "available"),
            ("Available", "available"),
            ("Deleting", "deleting"),
        ] {
            let endpoint = VpcEndpoint::builder()
                .vpc_endpoint_type(VpcEndpointType::Interface)
                .state(State::from(wire))
                .build();
            assert_eq!(from_sdk(&endpoint).unwrap().state, expected);
        }
    }

    #[test]
    fn the_last_error_is_code_and_message() {
        let endpoint = VpcEndpoint::builder()
            .vpc_endpoint_type(VpcEndpointType::Gateway)
            .last_error(LastError::builder().code("Forbidden").message("No.").build())
            .build();
        assert_eq!(
            from_sdk(&endpoint).unwrap().last_error.as_deref(),
            Some("Forbidden: No.")
        );
    }

    #[test]
    fn an_endpoint_of_another_kind_is_not_ours() {
        let endpoint = VpcEndpoint::builder()
            .vpc_endpoint_type(VpcEndpointType::GatewayLoadBalancer)
            .build();
        assert!(from_sdk(&endpoint).is_none());
    }

    fn item(id: &str, code: &str) -> UnsuccessfulItem {
        UnsuccessfulItem::builder()
            .resource_id(id)
            .error(UnsuccessfulItemError::builder().code(code).message("Text.").build())
            .build()
    }

    #[test]
    fn what_was_not_deleted_is_one_error_and_what_is_gone_is_none() {
        let gone = item("vpce-1", "InvalidVpcEndpointId.NotFound");
        assert_eq!(left(std::slice::from_ref(&gone)), None);
        let error = left(&[gone, item("vpce-2", "OperationInProgress"), item("vpce-3", "Other")]).unwrap();
        assert_eq!(error.kind, ErrorKind::Conflict);
        assert_eq!(error.code.as_deref(), Some("OperationInProgress"));
        assert_eq!(
            error.message,
            "vpce-2: OperationInProgress: Text.; vpce-3: Other: Text."
        );
    }
}
