//! What Batch is told and does not report, kept as tags on the compute environment itself.
//!
//! The loop has no memory: what was applied must be visible in AWS. A request to move to the newest AMI leaves no trace in a compute
//! environment, and a mode of Container Insights does not say whether it was asked for or is the account's default.

use crate::domain::Tags;

use super::ContainerInsights;

/// Key of the tag with the `image_refresh` that the instances were moved for.
pub const IMAGE_REFRESH_KEY: &str = "isolated:image-refresh";
/// Key of the tag with the mode of Container Insights that was asked for.
pub const CONTAINER_INSIGHTS_KEY: &str = "isolated:container-insights";

/// Tags that stand for what is desired.
pub fn tags(image_refresh: Option<&str>, container_insights: Option<ContainerInsights>) -> Tags {
    let insights = container_insights.map(ContainerInsights::as_str);
    [(IMAGE_REFRESH_KEY, image_refresh), (CONTAINER_INSIGHTS_KEY, insights)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), value?.to_owned())))
        .collect()
}
