//! What must be known of the account and the region before a topology can be planned.

use std::collections::{BTreeMap, BTreeSet};

use super::batch::launch_template::TemplateFacts;
use super::endpoint::EndpointKind;
use super::name::short_service_name;
use super::observed::Observed;

/// Facts about one account in one region, as far as they were needed and asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Twelve digits.
    pub account_id: String,
    /// `aws`, `aws-cn`, `aws-us-gov`, …
    pub partition: String,
    /// The region, such as `ap-northeast-1`.
    pub region: String,
    /// Names of the zones in which this account can create subnets (no Local or Wavelength Zones), sorted.
    pub availability_zones: Vec<String>,
    /// Full service name → what the region offers under it.
    pub endpoint_services: BTreeMap<String, EndpointService>,
    /// Full service name of a gateway service → id of its managed prefix list (`pl-…`).
    pub prefix_lists: BTreeMap<String, String>,
    /// The existing network that the environment is to live in: its VPC, and everything in it. `None`: not asked for.
    pub network: Option<Observed>,
    /// The launch templates that the spec names.
    pub launch_templates: TemplateFacts,
}

/// One row of DescribeVpcEndpointServices, of the same service name.
///
/// S3 and DynamoDB are offered as gateway and as interface under one name, hence the set of kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointService {
    /// Full name, such as `com.amazonaws.ap-northeast-1.ecs-agent`.
    pub service_name: String,
    /// The kinds of endpoint that the service can have.
    pub kinds: BTreeSet<EndpointKind>,
    /// Zones in which an interface of it can be placed.
    pub availability_zones: BTreeSet<String>,
    /// Whether it has a private DNS name at all.
    pub supports_private_dns: bool,
    /// Whether its endpoints can have policies.
    pub supports_policies: bool,
}

impl Facts {
    /// The service that a user means by `name`: a full name, or the part behind the region.
    ///
    /// Names differ by partition and, in China, even by service, so the region's own list decides rather than a table.
    pub fn endpoint_service(&self, name: &str) -> Option<&EndpointService> {
        let exact = self.endpoint_services.get(name);
        exact.or_else(|| {
            self.endpoint_services
                .values()
                .find(|service| self.is_short_name(service, name))
        })
    }

    /// All services that a user can mean by `name`. In China a short name can have two: one with each prefix, of different kinds.
    pub fn endpoint_services_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a EndpointService> {
        let exact = self.endpoint_services.get(name);
        let by_short_name = self
            .endpoint_services
            .values()
            .filter(move |service| exact.is_none() && self.is_short_name(service, name));
        exact.into_iter().chain(by_short_name)
    }

    fn is_short_name(&self, service: &EndpointService, name: &str) -> bool {
        short_service_name(&service.service_name, &self.region) == name
    }
}
