//! What the interface endpoints cost: AWS bills each of them by zone and started hour, also when nothing uses it.
//!
//! Gateway endpoints are free, and what passes through an interface endpoint is billed by volume, which nobody knows beforehand.
//! Source: AWS PrivateLink pricing page.

use std::fmt;

use super::endpoint::EndpointKind;
use super::topology::Topology;

/// Hours of a month, as AWS's calculator counts them: 365 days of 24 hours in twelve parts.
pub const HOURS_PER_MONTH: u32 = 730;

/// When the table of prices was compiled.
pub const PRICE_DATE: &str = "2026-11-28";

/// Region → price of one interface endpoint in one zone for one hour, in millionths of a US dollar.
///
/// Source: the AWS Price List, offer `AmazonVPC`, usage type `…VpcEndpoint-Hours`, as far as a published reading of it was found. A
/// region that is not here has a price as well; it is only not known to this provider.
const PRICES: &[(&str, u64)] = &[
    ("ap-northeast-1", 14_000),
    ("ap-northeast-2", 13_000),
    ("ap-south-1", 13_000),
    ("ap-southeast-1", 13_000),
    ("ap-southeast-5", 11_700),
    ("eu-central-1", 12_000),
    ("eu-north-1", 10_500),
    ("eu-west-1", 11_000),
    ("eu-west-2", 11_000),
    ("us-east-1", 10_000),
    ("us-west-2", 10_000),
];

/// An amount of money, exact to a millionth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(u64);

const PER_UNIT: u64 = 1_000_000;

/// In the shortest decimal form: `153.3`, `0.014`, `146`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / PER_UNIT, self.0 % PER_UNIT);
        if rest == 0 {
            return write!(f, "{whole}");
        }
        let digits = format!("{rest:06}");
        write!(f, "{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// What the endpoints of an environment cost in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Estimate {
    /// Currency of the region's bill.
    pub currency: &'static str,
    /// Interface endpoints, each counted once for each of its zones.
    pub endpoint_zone_pairs: u32,
    /// Price of one pair for one hour, if it is known.
    pub unit_price: Option<Amount>,
}

impl Estimate {
    /// The estimate for a number of pairs in a region.
    pub fn new(region: &str, endpoint_zone_pairs: usize) -> Self {
        let price = PRICES.iter().find(|(other, _)| *other == region);
        Self {
            // Accounts in China are billed by its operators. Source: Amazon Web Services in China, "Pricing".
            currency: if region.starts_with("cn-") { "CNY" } else { "USD" },
            endpoint_zone_pairs: u32::try_from(endpoint_zone_pairs).unwrap_or(u32::MAX),
            unit_price: price.map(|(_, millionths)| Amount(*millionths)),
        }
    }

    /// The estimate for what a topology makes.
    pub fn of(topology: &Topology) -> Self {
        let interfaces = topology
            .endpoints
            .iter()
            .filter(|plan| plan.kind == EndpointKind::Interface);
        Self::new(
            &topology.ownership.region,
            interfaces.map(|plan| plan.availability_zones.len()).sum(),
        )
    }

    /// What a month costs, if the price is known. Nothing costs nothing whatever the price.
    pub fn amount(&self) -> Option<Amount> {
        let unit_price = match (self.unit_price, self.endpoint_zone_pairs) {
            (None, 0) => Amount(0),
            (price, _) => price?,
        };
        let hours = u64::from(HOURS_PER_MONTH) * u64::from(self.endpoint_zone_pairs);
        unit_price.0.checked_mul(hours).map(Amount)
    }

    /// When the price was looked up, if it is known.
    pub fn price_date(&self) -> Option<&'static str> {
        self.unit_price.map(|_| PRICE_DATE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::spec::Spec;

    fn amount(region: &str, pairs: usize) -> Option<String> {
        Estimate::new(region, pairs).amount().map(|amount| amount.to_string())
    }

    #[test]
    fn amounts_are_exact() {
        assert_eq!(amount("ap-northeast-1", 15).as_deref(), Some("153.3"));
        assert_eq!(amount("ap-northeast-1", 18).as_deref(), Some("183.96"));
        assert_eq!(amount("us-east-1", 20).as_deref(), Some("146"));
        assert_eq!(amount("eu-north-1", 1).as_deref(), Some("7.665"));
        assert_eq!(
            Estimate::new("ap-northeast-1", 1)
                .unit_price
                .map(|price| price.to_string())
                .as_deref(),
            Some("0.014")
        );
    }

    #[test]
    fn a_region_without_a_price_has_pairs_and_no_amount() {
        let estimate = Estimate::new("mx-central-1", 12);
        assert_eq!(
            (estimate.endpoint_zone_pairs, estimate.amount(), estimate.price_date()),
            (12, None, None)
        );
        assert_eq!(Estimate::new("cn-north-1", 12).currency, "CNY");
    }

    #[test]
    fn no_endpoint_costs_nothing_anywhere() {
        assert_eq!(amount("ap-northeast-1", 0).as_deref(), Some("0"));
        assert_eq!(amount("mx-central-1", 0).as_deref(), Some("0"));
    }

    #[test]
    fn interfaces_are_counted_by_zone_and_gateways_are_not() {
        let mut spec = fixture::seed();
        let pairs = |spec: &Spec| Estimate::of(&Topology::plan(spec, &fixture::tokyo()).unwrap()).endpoint_zone_pairs;
        assert_eq!(pairs(&spec), 15);
        spec.endpoints.cloudwatch_logs = true;
        assert_eq!(pairs(&spec), 18);
        spec.endpoints.availability_zones = Some(vec!["ap-northeast-1a".to_owned()]);
        assert_eq!(pairs(&spec), 6);
        spec.endpoints.enabled = false;
        assert_eq!(pairs(&spec), 0);
    }

    #[test]
    fn prices_are_in_order_and_plausible() {
        assert!(PRICES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PRICES.iter().all(|(_, price)| (5_000..100_000).contains(price)));
    }
}
