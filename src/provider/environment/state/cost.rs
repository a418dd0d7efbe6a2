//! `estimated_monthly_cost`.

use tf_provider::value::Value;

use crate::domain::cost::{Estimate, HOURS_PER_MONTH};
use crate::provider::environment::model::MonthlyCost;
use crate::provider::number::Number;

/// The estimate as an attribute, for a plan and for a state.
pub(in crate::provider::environment) fn monthly_cost(estimate: &Estimate) -> MonthlyCost {
    MonthlyCost {
        currency: Value::Value(estimate.currency.to_owned()),
        amount: estimate.amount().map(Number::amount).into(),
        hours: Value::Value(HOURS_PER_MONTH.into()),
        endpoint_zone_pairs: Value::Value(estimate.endpoint_zone_pairs.into()),
        unit_price: estimate.unit_price.map(Number::amount).into(),
        price_date: estimate.price_date().map(str::to_owned).into(),
    }
}
