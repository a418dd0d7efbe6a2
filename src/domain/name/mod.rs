//! Deterministic names, ownership tags and the grammar of import ids.

//!
//! | module | what it names |
//! |---|---|
//! | [`derived`] | parts of an environment |
//! | [`import_id`] | environments, on the command line of `terraform import` |

use std::fmt;
use std::str::FromStr;

use super::Tags;
use super::limits::ENVIRONMENT_NAME_LENGTH;
use super::problem::Invalid;

pub mod derived;
pub mod import_id;

pub use derived::{
    compute_environment_name, instance_role_name, part_name, service_role_name, short_service_name,
    spot_fleet_role_name, stand_in_group_name, stand_in_name,
};
pub use import_id::{Import, ImportId, validate_region};

/// The environment's name: 1–50 of `[A-Za-z0-9_-]`, starting with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvironmentName(String);

impl EnvironmentName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Stands for the name of an adopted environment that has none yet.
    pub(super) fn adopted() -> Self {
        Self("adopted".to_owned())
    }
}

impl FromStr for EnvironmentName {
    type Err = Invalid;

    fn from_str(name: &str) -> Result<Self, Invalid> {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        let wrong = if name.is_empty() {
            "It is empty.".to_owned()
        } else if let Some(c) = name.chars().find(|c| !is_word(*c)) {
            format!("It contains {c:?}.")
        } else if name.starts_with(['_', '-']) {
            format!("It starts with {:?}.", &name[..1])
        } else if name.len() > ENVIRONMENT_NAME_LENGTH {
            format!("It has {} characters.", name.len())
        } else {
            return Ok(Self(name.to_owned()));
        };
        Err(Invalid::new(
            format!("{name:?} is not a name for an environment"),
            format!(
                "{wrong} Use 1 to {ENVIRONMENT_NAME_LENGTH} letters, digits, hyphens and underscores, with a letter or digit \
                 first: names of roles and of the compute environment are derived from it."
            ),
        ))
    }
}

impl TryFrom<&str> for EnvironmentName {
    type Error = Invalid;

    fn try_from(name: &str) -> Result<Self, Invalid> {
        name.parse()
    }
}

impl TryFrom<String> for EnvironmentName {
    type Error = Invalid;

    fn try_from(name: String) -> Result<Self, Invalid> {
        name.parse()
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

    /// Whether a part with these tags is another environment's.
    pub fn is_another_s(&self, tags: &Tags) -> bool {
        tags.contains_key(Self::ENVIRONMENT_KEY) && !self.owns(tags)
    }

    /// Whether a part with these tags is this environment's.
    pub fn owns(&self, tags: &Tags) -> bool {
        self.tags().iter().all(|(key, value)| tags.get(key) == Some(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_within_the_rule_are_taken() {
        for name in ["a", "1", "simulation", "Sim_2-b", &"x".repeat(50)] {
            assert_eq!(name.parse::<EnvironmentName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn other_names_say_what_is_wrong() {
        let detail = |name: &str| EnvironmentName::try_from(name).unwrap_err().detail;
        assert!(detail("").starts_with("It is empty."));
        assert!(detail("my env").starts_with("It contains ' '."));
        assert!(detail("日本").starts_with("It contains '日'."));
        assert!(detail("-a").starts_with("It starts with \"-\"."));
        assert!(detail(&"x".repeat(51)).starts_with("It has 51 characters."));
    }

    #[test]
    fn only_a_complete_set_of_tags_is_ownership() {
        let ownership = Ownership {
            environment: "simulation".parse().unwrap(),
            account_id: "123456789012".to_owned(),
            region: "ap-northeast-1".to_owned(),
        };
        let mut tags = ownership.tags();
        assert!(ownership.owns(&tags));
        tags.insert(Ownership::REGION_KEY.to_owned(), "us-east-1".to_owned());
        assert!(!ownership.owns(&tags));
        tags.remove(Ownership::REGION_KEY);
        assert!(!ownership.owns(&tags));
    }
}
