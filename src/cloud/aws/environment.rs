//! The process's environment variables, or a test's.

use std::collections::BTreeMap;

/// Where the settings that are not in the provider block are looked up.
#[derive(Clone, Debug)]
pub(super) enum Environment {
    /// The process's own.
    Process,
    /// These.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "tests cannot change the process's environment")
    )]
    Given(BTreeMap<String, String>),
}

impl Environment {
    /// An environment of these variables alone.
    #[cfg(test)]
    pub(super) fn of(variables: &[(&str, &str)]) -> Self {
        Self::Given(
            variables
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    /// A variable; empty counts as not set.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = match self {
            Self::Process => std::env::var(name).ok(),
            Self::Given(variables) => variables.get(name).cloned(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// A path whose leading `~/` is the home folder.
    pub(super) fn expand(&self, path: &str) -> String {
        match (path.strip_prefix("~/"), self.get("HOME")) {
            (Some(rest), Some(home)) => format!("{}/{rest}", home.trim_end_matches('/')),
            _ => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_not_set() {
        let environment = Environment::of(&[("AWS_REGION", ""), ("AWS_PROFILE", "dev")]);
        assert_eq!(environment.get("AWS_REGION"), None);
        assert_eq!(environment.get("AWS_PROFILE").as_deref(), Some("dev"));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let environment = Environment::of(&[("HOME", "/h/eve")]);
        assert_eq!(environment.expand("~/.aws/config"), "/h/eve/.aws/config");
        assert_eq!(environment.expand("/etc/aws"), "/etc/aws");
    }
}
