//! What is wrong with the values of the provider block. What is not known yet is not looked at.

use std::time::Duration;

use tf_provider::Diagnostics;
use tf_provider::value::Value;

use super::filled;
use super::model::{AssumeRoleConfig, EndpointsConfig, ProviderConfig, WebIdentityConfig};
use crate::cloud::aws::settings::RetryMode;
use crate::domain::name::validate_region;
use crate::domain::tagging;
use crate::provider::attribute::List;
use crate::provider::diagnostics::{diagnostic, plan_error};
use crate::provider::read::{number, object, tags};

/// Shortest and longest session of an assumed role.
/// Source: AWS STS API Reference, AssumeRole, `DurationSeconds`.
const SESSION: std::ops::RangeInclusive<Duration> = Duration::from_secs(900)..=Duration::from_secs(43_200);

/// Adds an error for each value that is wrong.
pub(crate) fn validate(config: &ProviderConfig, diags: &mut Diagnostics) {
    let mut check = Check(diags);
    check.region(config);
    check.keys(config);
    check.accounts(config);
    check.retries(config);
    check.urls(config);
    if let Some(role) = config.assume_role.as_ref_option() {
        check.assume_role(role);
    }
    if let Some(role) = config.assume_role_with_web_identity.as_ref_option() {
        check.web_identity(role);
    }
    let default_tags = tags(&object(&config.default_tags).tags);
    for (key, value) in &default_tags {
        if let Err(invalid) = tagging::validate_tag(key, value) {
            let error = invalid.at(format!("default_tags.tags[{key:?}]"));
            check.0.errors.push(plan_error(&error));
        }
    }
}

struct Check<'a>(&'a mut Diagnostics);

impl Check<'_> {
    fn error(&mut self, attribute: &str, summary: impl Into<String>, detail: impl Into<String>) {
        self.0.errors.push(diagnostic(attribute, summary, detail));
    }

    fn region(&mut self, config: &ProviderConfig) {
        if let Some(region) = filled(&config.region)
            && let Err(invalid) = validate_region(&region)
        {
            self.0.errors.push(plan_error(&invalid.at("region")));
        }
    }

    fn keys(&mut self, config: &ProviderConfig) {
        let pair = [
            ("access_key", &config.access_key, "secret_key", &config.secret_key),
            ("secret_key", &config.secret_key, "access_key", &config.access_key),
            ("token", &config.token, "secret_key", &config.secret_key),
        ];
        for (set, value, missing, other) in pair {
            if filled(value).is_some() && filled(other).is_none() && !other.is_unknown() {
                self.error(
                    set,
                    format!("{set:?} without {missing:?}"),
                    format!("Set `{missing}` as well, or leave both out to use the environment, the shared files or a profile."),
                );
            }
        }
    }

    fn accounts(&mut self, config: &ProviderConfig) {
        let lists = [
            ("allowed_account_ids", &config.allowed_account_ids),
            ("forbidden_account_ids", &config.forbidden_account_ids),
        ];
        for (attribute, list) in lists {
            for (index, id) in elements(list) {
                if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
                    self.error(
                        &format!("{attribute}[{index}]"),
                        format!("{id:?} is not an account id"),
                        "Give the twelve digits of an AWS account's id, as text: \"123456789012\".",
                    );
                }
            }
        }
        if config.allowed_account_ids.is_value() && config.forbidden_account_ids.is_value() {
            self.error(
                "forbidden_account_ids",
                "Both allowed and forbidden accounts",
                "An account that is not allowed is forbidden already. Leave one of `allowed_account_ids` and \
                 `forbidden_account_ids` out.",
            );
        }
    }

    fn retries(&mut self, config: &ProviderConfig) {
        if let Value::Value(retries) = &config.max_retries
            && number::<u32>(&config.max_retries).is_none()
        {
            self.error(
                "max_retries",
                format!("{retries} is not a number of retries"),
                "Give a whole number that is 0 or more.",
            );
        }
        if let Some(mode) = filled(&config.retry_mode)
            && let Err(wrong) = mode.parse::<RetryMode>()
        {
            self.error("retry_mode", "Unknown retry mode", format!("{wrong}."));
        }
    }

    fn urls(&mut self, config: &ProviderConfig) {
        let EndpointsConfig { batch, ec2, iam, sts } = object(&config.endpoints);
        let urls = [
            ("endpoints.batch", &batch),
            ("endpoints.ec2", &ec2),
            ("endpoints.iam", &iam),
            ("endpoints.sts", &sts),
            ("http_proxy", &config.http_proxy),
            ("https_proxy", &config.https_proxy),
        ];
        for (attribute, value) in urls {
            // The value may hold a password: it is not repeated.
            if filled(value).is_some_and(|url| !is_url(&url)) {
                self.error(
                    attribute,
                    "Not a URL",
                    "Give a URL with its scheme and host, such as \"http://localhost:5000\".",
                );
            }
        }
    }

    fn assume_role(&mut self, config: &AssumeRoleConfig) {
        if config.role_arn.is_null() {
            self.error(
                "assume_role.role_arn",
                "A role to assume without its ARN",
                "Set `role_arn`, or leave `assume_role` out.",
            );
        }
        self.role_arn("assume_role.role_arn", &config.role_arn);
        self.session("assume_role", &config.duration, &config.policy);
    }

    fn web_identity(&mut self, config: &WebIdentityConfig) {
        let path = "assume_role_with_web_identity";
        self.role_arn(&format!("{path}.role_arn"), &config.role_arn);
        self.session(path, &config.duration, &config.policy);
        if config.web_identity_token.is_value() && config.web_identity_token_file.is_value() {
            self.error(
                &format!("{path}.web_identity_token_file"),
                "Both a token and a file with a token",
                "Leave one of `web_identity_token` and `web_identity_token_file` out.",
            );
        }
    }

    fn role_arn(&mut self, attribute: &str, value: &Value<String>) {
        if let Some(arn) = filled(value)
            && !(arn.starts_with("arn:") && arn.contains(":iam::") && arn.contains(":role/"))
        {
            self.error(
                attribute,
                format!("{arn:?} is not the ARN of a role"),
                "Give an ARN such as \"arn:aws:iam::123456789012:role/deploy\".",
            );
        }
    }

    fn session(&mut self, path: &str, duration: &Value<String>, policy: &Value<String>) {
        if let Some(text) = filled(duration)
            && !humantime::parse_duration(&text).is_ok_and(|duration| SESSION.contains(&duration))
        {
            self.error(
                &format!("{path}.duration"),
                format!("{text:?} is not the length of a session"),
                "Give a duration from 15m to 12h, such as \"1h30m\".",
            );
        }
        if let Some(text) = filled(policy)
            && serde_json::from_str::<serde_json::Value>(&text).is_err()
        {
            self.error(
                &format!("{path}.policy"),
                "The policy is not JSON",
                "Give a policy document, for example with `jsonencode({ … })`.",
            );
        }
    }
}

fn elements(list: &Value<List<String>>) -> impl Iterator<Item = (usize, &String)> {
    let elements = list.iter().flatten().enumerate();
    elements.filter_map(|(index, element)| Some((index, element.as_ref_option()?)))
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(json: &str) -> Vec<String> {
        let mut diags = Diagnostics::default();
        validate(&serde_json::from_str(json).unwrap(), &mut diags);
        let told = |d: tf_provider::Diagnostic| format!("{}: {}", d.attribute, d.summary);
        diags.errors.into_iter().map(told).collect()
    }

    #[test]
    fn an_ordinary_block_is_fine() {
        let json = r#"{"region": "us-gov-west-1", "access_key": "a", "secret_key": "b", "token": "c", "max_retries": 0,
            "retry_mode": "standard", "https_proxy": "http://user:pass@proxy:3128", "endpoints": {"ec2": "http://localhost:5000"},
            "assume_role": {"role_arn": "arn:aws:iam::123456789012:role/path/r", "duration": "15m", "policy": "{}"}}"#;
        assert!(errors(json).is_empty(), "{:?}", errors(json));
    }

    #[test]
    fn each_wrong_value_is_told_at_its_attribute() {
        let cases = [
            (
                r#"{"region": "Tokyo"}"#,
                "region: \"Tokyo\" is not the name of a region",
            ),
            (
                r#"{"access_key": "a"}"#,
                "access_key: \"access_key\" without \"secret_key\"",
            ),
            (r#"{"max_retries": -1}"#, "max_retries: -1 is not a number of retries"),
            (r#"{"max_retries": 1.5}"#, "max_retries: 1.5 is not a number of retries"),
            (r#"{"retry_mode": "legacy"}"#, "retry_mode: Unknown retry mode"),
            (r#"{"endpoints": {"iam": "localhost"}}"#, "endpoints.iam: Not a URL"),
            (r#"{"http_proxy": "proxy:1"}"#, "http_proxy: Not a URL"),
            (
                r#"{"allowed_account_ids": ["123456789012", "12"]}"#,
                "allowed_account_ids[1]: \"12\" is not an account id",
            ),
            (
                r#"{"allowed_account_ids": [], "forbidden_account_ids": []}"#,
                "forbidden_account_ids: Both allowed and forbidden accounts",
            ),
            (
                r#"{"assume_role": {}}"#,
                "assume_role.role_arn: A role to assume without its ARN",
            ),
            (
                r#"{"assume_role": {"role_arn": "arn:aws:iam::1:role/r", "duration": "1m"}}"#,
                "assume_role.duration: \"1m\" is not the length of a session",
            ),
            (
                r#"{"assume_role": {"role_arn": "arn:aws:iam::1:role/r", "policy": "{"}}"#,
                "assume_role.policy: The policy is not JSON",
            ),
            (
                r#"{"assume_role_with_web_identity": {"web_identity_token": "t", "web_identity_token_file": "f"}}"#,
                "assume_role_with_web_identity.web_identity_token_file: Both a token and a file with a token",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(errors(json), [expected], "{json}");
        }
    }

    #[test]
    fn passwords_are_not_repeated() {
        let mut diags = Diagnostics::default();
        let config = serde_json::from_str(r#"{"https_proxy": "user:hunter2@proxy"}"#).unwrap();
        validate(&config, &mut diags);
        assert!(!format!("{diags:?}").contains("hunter2"));
    }
}
