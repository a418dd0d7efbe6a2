//! Deterministic names, ownership tags and the grammar of import ids.

use std::fmt;

use super::Tags;

/// The environment's name: 1–50 of `[A-Za-z0-9_-]`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EnvironmentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who a part belongs to. Written as tags in the very call that creates the part, so that a create whose answer was lost is
/// found again from configuration alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ownership {
    /// The environment's name.
    pub environment: EnvironmentName,
    /// The account that it lives in.
    pub account_id: String,
    /// The region that it lives in.
    pub region: String,
}

impl Ownership {
    /// Tag key of the environment's name.
    pub const ENVIRONMENT_KEY: &'static str = "isolated:environment";
    /// Tag key of the account.
    pub const ACCOUNT_KEY: &'static str = "isolated:account";
    /// Tag key of the region.
    pub const REGION_KEY: &'static str = "isolated:region";

    /// The tags that mark a part as owned.
    pub fn tags(&self) -> Tags {
        Tags::from([
            (Self::ENVIRONMENT_KEY.to_owned(), self.environment.to_string()),
            (Self::ACCOUNT_KEY.to_owned(), self.account_id.clone()),
            (Self::REGION_KEY.to_owned(), self.region.clone()),
        ])
    }

    /// Whether a part with these tags is this environment's.
    pub fn owns(&self, tags: &Tags) -> bool {
        self.tags().iter().all(|(key, value)| tags.get(key) == Some(value))
    }
}
