//! Who is calling, and what the region offers.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_config::retry::RetryConfig;
use aws_sdk_ec2::types::{ServiceDetail, ServiceType};
use tokio::sync::OnceCell;

use super::AwsCloud;
use super::answer::{incomplete, refused};
use super::network::filter;
use crate::cloud::{AccountApi, CallerIdentity, CloudError, ErrorKind, Result};
use crate::domain::batch::launch_template::TemplateFacts;
use crate::domain::endpoint::EndpointKind;
use crate::domain::facts::EndpointService;

/// What is known of the account.
#[derive(Debug)]
pub(super) struct Account {
    /// Whether STS may be asked.
    pub(super) ask: bool,
    /// The account's id, if the settings or the credentials name it.
    pub(super) known_id: Option<String>,
    /// STS's answer, or what stands in for it.
    pub(super) identity: OnceCell<CallerIdentity>,
}

const CALLER: &str = "sts:GetCallerIdentity";

impl AwsCloud {
    /// The caller, asked for once; `attempts` bounds that one call.
    pub(super) async fn identity(&self, attempts: Option<u32>) -> Result<CallerIdentity> {
        self.account
            .identity
            .get_or_try_init(|| async {
                if self.account.ask {
                    self.ask_identity(attempts).await
                } else {
                    self.assumed_identity()
                }
            })
            .await
            .cloned()
    }

    async fn ask_identity(&self, attempts: Option<u32>) -> Result<CallerIdentity> {
        let mut bound = aws_sdk_sts::config::Builder::new();
        if let (Some(attempts), Some(retries)) = (attempts, self.sts.config().retry_config()) {
            let attempts = attempts.min(retries.max_attempts());
            bound = bound.retry_config(RetryConfig::standard().with_max_attempts(attempts));
        }
        let answer = self
            .sts
            .get_caller_identity()
            .customize()
            .config_override(bound)
            .send()
            .await
            .map_err(refused(CALLER))?;
        let arn = answer.arn().ok_or_else(|| incomplete(CALLER, "ARN"))?.to_owned();
        Ok(CallerIdentity {
            account_id: answer
                .account()
                .ok_or_else(|| incomplete(CALLER, "account"))?
                .to_owned(),
            partition: arn.split(':').nth(1).unwrap_or("aws").to_owned(),
            arn,
        })
    }

    /// The account without asking: the ARN stays unknown and the partition is the region's.
    fn assumed_identity(&self) -> Result<CallerIdentity> {
        let account_id = self.account.known_id.clone().ok_or_else(|| CloudError {
            kind: ErrorKind::Invalid,
            operation: CALLER,
            code: None,
            message: "The account is not known: skip_requesting_account_id is set, and neither the credentials nor \
                      allowed_account_ids (with exactly one account) name it."
                .to_owned(),
            request_id: None,
        })?;
        Ok(CallerIdentity {
            account_id,
            arn: String::new(),
            partition: partition_of(&self.region).to_owned(),
        })
    }
}

/// Partition of a region, by the prefixes that AWS documents under "Amazon Resource Names".
fn partition_of(region: &str) -> &'static str {
    match region {
        _ if region.starts_with("cn-") => "aws-cn",
        _ if region.starts_with("us-gov-") => "aws-us-gov",
        _ if region.starts_with("us-isob-") => "aws-iso-b",
        _ if region.starts_with("us-isof-") => "aws-iso-f",
        _ if region.starts_with("eu-isoe-") => "aws-iso-e",
        _ if region.starts_with("us-iso-") => "aws-iso",
        _ if region.starts_with("eusc-") => "aws-eusc",
        _ => "aws",
    }
}

#[async_trait]
impl AccountApi for AwsCloud {
    fn region(&self) -> &str {
        &self.region
    }

    async fn caller_identity(&self) -> Result<CallerIdentity> {
        self.identity(None).await
    }

    async fn availability_zones(&self) -> Result<Vec<String>> {
        let answer = self
            .ec2
            .describe_availability_zones()
            .filters(filter("zone-type", "availability-zone"))
            .filters(filter("state", "available"))
            .send()
            .await
            .map_err(refused("ec2:DescribeAvailabilityZones"))?;
        let mut zones: Vec<String> = answer
            .availability_zones()
            .iter()
            .filter_map(|zone| zone.zone_name().map(str::to_owned))
            .collect();
        zones.sort();
        Ok(zones)
    }

    /// The SDK has no paginator for this call, although it has pages.
    async fn endpoint_services(&self) -> Result<BTreeMap<String, EndpointService>> {
        let mut services = BTreeMap::new();
        let mut next = None;
        loop {
            let page = self
                .ec2
                .describe_vpc_endpoint_services()
                .filters(filter("owner", "amazon"))
                .set_next_token(next)
                .send()
                .await
                .map_err(refused("ec2:DescribeVpcEndpointServices"))?;
            for detail in page.service_details() {
                add_service(&mut services, detail);
            }
            next = page.next_token().filter(|token| !token.is_empty()).map(str::to_owned);
            if next.is_none() {
                return Ok(services);
            }
        }
    }

    async fn prefix_lists(&self) -> Result<BTreeMap<String, String>> {
        let lists = self
            .ec2
            .describe_managed_prefix_lists()
            .filters(filter("owner-id", "AWS"))
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused("ec2:DescribeManagedPrefixLists"))?;
        Ok(lists
            .into_iter()
            .filter_map(|list| Some((list.prefix_list_name?, list.prefix_list_id?)))
            .collect())
    }

    async fn launch_templates(&self, keys: &BTreeSet<String>) -> Result<TemplateFacts> {
        self.templates(keys).await
    }
}

/// Rows of one name, such as the gateway and the interface of S3, become one service.
fn add_service(services: &mut BTreeMap<String, EndpointService>, detail: &ServiceDetail) {
    let Some(name) = detail.service_name() else {
        return;
    };
    let service = services.entry(name.to_owned()).or_insert_with(|| EndpointService {
        service_name: name.to_owned(),
        ..EndpointService::default()
    });
    for kind in detail.service_type().iter().filter_map(|row| row.service_type()) {
        match kind {
            ServiceType::Gateway => {
                service.kinds.insert(EndpointKind::Gateway);
                service.supports_policies |= detail.vpc_endpoint_policy_supported().unwrap_or(false);
            }
            ServiceType::Interface => {
                service.kinds.insert(EndpointKind::Interface);
                service.supports_policies |= detail.vpc_endpoint_policy_supported().unwrap_or(false);
                service
                    .availability_zones
                    .extend(detail.availability_zones().iter().cloned());
                service.supports_private_dns |=
                    detail.private_dns_name().is_some() || !detail.private_dns_names().is_empty();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::ServiceTypeDetail;

    use super::*;

    fn row(name: &str, kind: ServiceType, zones: &[&str], dns: Option<&str>) -> ServiceDetail {
        ServiceDetail::builder()
            .service_name(name)
            .service_type(ServiceTypeDetail::builder().service_type(kind).build())
            .set_availability_zones(Some(zones.iter().map(|zone| (*zone).to_owned()).collect()))
            .set_private_dns_name(dns.map(str::to_owned))
            .build()
    }

    #[test]
    fn gateway_and_interface_of_one_name_are_one_service() {
        let name = "com.amazonaws.eu-west-1.s3";
        let mut services = BTreeMap::new();
        add_service(&mut services, &row(name, ServiceType::Gateway, &["a", "b", "c"], None));
        add_service(
            &mut services,
            &row(
                name,
                ServiceType::Interface,
                &["a", "b"],
                Some("s3.eu-west-1.amazonaws.com"),
            ),
        );
        let service = &services[name];
        assert_eq!(service.kinds.len(), 2);
        assert_eq!(service.availability_zones.len(), 2, "zones of the interface only");
        assert!(service.supports_private_dns);
    }

    #[test]
    fn other_kinds_offer_nothing_to_an_environment() {
        let mut services = BTreeMap::new();
        add_service(
            &mut services,
            &row("lb", ServiceType::GatewayLoadBalancer, &["a"], None),
        );
        assert!(services["lb"].kinds.is_empty());
        assert!(services["lb"].availability_zones.is_empty());
    }

    #[test]
    fn the_partition_is_the_regions() {
        for (region, partition) in [
            ("ap-northeast-1", "aws"),
            ("cn-north-1", "aws-cn"),
            ("us-gov-west-1", "aws-us-gov"),
            ("us-iso-east-1", "aws-iso"),
            ("us-isob-east-1", "aws-iso-b"),
            ("eusc-de-east-1", "aws-eusc"),
        ] {
            assert_eq!(partition_of(region), partition, "{region}");
        }
    }
}
