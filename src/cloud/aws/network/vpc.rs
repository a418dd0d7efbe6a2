//! VPCs.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::config::retry::ClassifyRetry;
use aws_sdk_ec2::types::{
    AttributeBooleanValue, ResourceType, Tenancy, VpcAttributeName, VpcCidrBlockStateCode, VpcTenancy,
};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::classifiers::RetryAction;

use super::super::answer::{incomplete, or_absent, or_gone, refused};
use super::{block, filter, owned_by, specifications, tags, text};
use crate::cloud::{Result, VpcFilter, VpcRequest};
use crate::domain::observed::Vpc;

pub(super) async fn list(client: &Client, wanted: &VpcFilter) -> Result<Vec<Vpc>> {
    let filters = match wanted {
        VpcFilter::Id(id) => vec![filter("vpc-id", id)],
        VpcFilter::Owner(ownership) => owned_by(ownership),
    };
    let vpcs = client
        .describe_vpcs()
        .set_filters(Some(filters))
        .into_paginator()
        .items()
        .send()
        .collect::<std::result::Result<Vec<_>, _>>()
        .await
        .map_err(refused("ec2:DescribeVpcs"))?;
    Ok(vpcs.iter().map(from_sdk).collect())
}

fn from_sdk(vpc: &aws_sdk_ec2::types::Vpc) -> Vpc {
    let primary = block(vpc.cidr_block());
    let mut blocks: Vec<_> = primary.into_iter().collect();
    for association in vpc.cidr_block_association_set() {
        let state = association.cidr_block_state().and_then(|state| state.state());
        let there = matches!(
            state,
            None | Some(VpcCidrBlockStateCode::Associated | VpcCidrBlockStateCode::Associating)
        );
        match block(association.cidr_block()) {
            Some(block) if there && !blocks.contains(&block) => blocks.push(block),
            _ => {}
        }
    }
    Vpc {
        id: text(vpc.vpc_id()),
        cidr_block: primary,
        cidr_blocks: blocks,
        instance_tenancy: text(vpc.instance_tenancy().map(Tenancy::as_str)),
        state: text(vpc.state().map(|state| state.as_str())),
        dns_support: None,
        dns_hostnames: None,
        tags: tags::from_sdk(vpc.tags()),
    }
}

pub(super) async fn dns_attributes(client: &Client, vpc_id: &str) -> Result<Option<(bool, bool)>> {
    let ask = |attribute| async {
        client
            .describe_vpc_attribute()
            .vpc_id(vpc_id)
            .attribute(attribute)
            .send()
            .await
            .map_err(refused("ec2:DescribeVpcAttribute"))
    };
    let both = tokio::try_join!(
        ask(VpcAttributeName::EnableDnsSupport),
        ask(VpcAttributeName::EnableDnsHostnames),
    );
    let value = |attribute: Option<&AttributeBooleanValue>| attribute.and_then(|value| value.value()).unwrap_or(false);
    Ok(or_absent(both)?.map(|(support, hostnames)| {
        (
            value(support.enable_dns_support()),
            value(hostnames.enable_dns_hostnames()),
        )
    }))
}

/// CreateVpc takes no token and refuses no second VPC, so it is repeated only where AWS said that it did nothing. After a lost
/// answer the error stands, and the next look at the tags finds the VPC if it was made.
pub(super) async fn create(client: &Client, request: &VpcRequest) -> Result<Vpc> {
    let answer = client
        .create_vpc()
        .cidr_block(request.cidr_block.to_string())
        .instance_tenancy(Tenancy::from(request.instance_tenancy.as_str()))
        .set_tag_specifications(specifications(ResourceType::Vpc, &request.tags))
        .customize()
        .config_override(Builder::new().retry_classifier(OnlyWhenRefused))
        .send()
        .await
        .map_err(refused("ec2:CreateVpc"))?;
    answer
        .vpc()
        .map(from_sdk)
        .ok_or_else(|| incomplete("ec2:CreateVpc", "VPC"))
}

/// Forbids the retry of a call that may have taken effect: no answer, or one of 500 that is not a refusal.
#[derive(Debug)]
struct OnlyWhenRefused;

impl ClassifyRetry for OnlyWhenRefused {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        // EC2 throttles with 503; 500 and 502 say nothing of what was done.
        let refused = context
            .response()
            .is_some_and(|response| matches!(response.status().as_u16(), 400..=499 | 503));
        // Nothing was sent yet when no connection came about.
        let unsent = context.response().is_none() && error.as_connector_error().is_some_and(never_connected);
        if refused || unsent {
            RetryAction::NoActionIndicated
        } else {
            RetryAction::RetryForbidden
        }
    }

    fn name(&self) -> &'static str {
        "OnlyWhenRefused"
    }
}

fn never_connected(error: &aws_sdk_ec2::error::ConnectorError) -> bool {
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if let Some(error) = source.downcast_ref::<hyper_util::client::legacy::Error>() {
            return error.is_connect();
        }
        next = source.source();
    }
    false
}

pub(super) async fn set_dns_support(client: &Client, vpc_id: &str, enabled: bool) -> Result<()> {
    client
        .modify_vpc_attribute()
        .vpc_id(vpc_id)
        .enable_dns_support(boolean(enabled))
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifyVpcAttribute"))
}

pub(super) async fn set_dns_hostnames(client: &Client, vpc_id: &str, enabled: bool) -> Result<()> {
    client
        .modify_vpc_attribute()
        .vpc_id(vpc_id)
        .enable_dns_hostnames(boolean(enabled))
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifyVpcAttribute"))
}

pub(super) async fn reset_tenancy(client: &Client, vpc_id: &str) -> Result<()> {
    client
        .modify_vpc_tenancy()
        .vpc_id(vpc_id)
        .instance_tenancy(VpcTenancy::Default)
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:ModifyVpcTenancy"))
}

fn boolean(value: bool) -> AttributeBooleanValue {
    AttributeBooleanValue::builder().value(value).build()
}

pub(super) async fn delete(client: &Client, vpc_id: &str) -> Result<()> {
    or_gone(
        client
            .delete_vpc()
            .vpc_id(vpc_id)
            .send()
            .await
            .map_err(refused("ec2:DeleteVpc")),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::{SocketAddr, TcpListener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use aws_sdk_ec2::config::{BehaviorVersion, ConfigBag, Credentials, Intercept, Region, RuntimeComponents};
    use aws_sdk_ec2::error::BoxError;
    use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
    use aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint;

    use super::*;
    use crate::domain::spec::InstanceTenancy;

    /// Counts attempts.
    #[derive(Clone, Debug, Default)]
    struct Attempts(Arc<AtomicUsize>);

    #[dyn_dispatch_hint]
    impl Intercept for Attempts {
        fn name(&self) -> &'static str {
            "Attempts"
        }

        fn read_after_attempt(
            &self,
            _: &FinalizerInterceptorContextRef<'_>,
            _: &RuntimeComponents,
            _: &mut ConfigBag,
        ) -> std::result::Result<(), BoxError> {
            self.0.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    }

    /// How often CreateVpc is tried at this address, by a client that tries three times.
    async fn attempts(address: SocketAddr) -> usize {
        let attempts = Attempts::default();
        let retries = aws_sdk_ec2::config::retry::RetryConfig::standard().with_max_attempts(3);
        let config = aws_sdk_ec2::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("eu-west-1"))
            .credentials_provider(Credentials::new("AKIDEXAMPLE", "example", None, None, "test"))
            .endpoint_url(format!("http://{address}"))
            .retry_config(retries.with_initial_backoff(Duration::from_millis(1)))
            .interceptor(attempts.clone())
            .build();
        let request = VpcRequest {
            cidr_block: "10.0.0.0/16".parse().unwrap(),
            instance_tenancy: InstanceTenancy::Default,
            tags: BTreeMap::new(),
        };
        create(&Client::from_conf(config), &request).await.unwrap_err();
        attempts.0.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_request_that_was_never_sent_is_repeated() {
        let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        assert_eq!(attempts(closed).await, 3);
    }

    #[tokio::test]
    async fn a_request_that_may_have_arrived_is_not_repeated() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || listener.incoming().for_each(drop));
        assert_eq!(attempts(address).await, 1);
    }
}
