//! The provider block: its schema, what is wrong with its values, and what they mean.
//!
//! | module | what it does |
//! |---|---|
//! | [`schema`] | the attributes and their descriptions |
//! | [`model`] | the values that Terraform sends |
//! | [`validate`] | what is wrong with each value, at its attribute |
//!
//! Nothing here calls AWS or looks at the environment: that is the connection's, made when it is first needed
//! (see [`session`](super::session)).

mod model;
mod schema;
mod validate;

use std::collections::BTreeMap;
use std::time::Duration;

pub(crate) use model::ProviderConfig;
pub use schema::provider_schema;
pub(crate) use validate::validate;

use model::{AssumeRoleConfig, EndpointsConfig, WebIdentityConfig};
use tf_provider::value::Value;

use super::attribute::List;
use super::read::{number, object, tags, text, texts};
use crate::cloud::aws::ConnectionSettings;
use crate::cloud::aws::settings::{AssumeRole, AssumeRoleWithWebIdentity, Secret};
use crate::domain::Tags;
use crate::domain::spec::IgnoredTags;

/// What the provider block says, for every resource to use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settings {
    /// How AWS is reached.
    pub(crate) connection: ConnectionSettings,
    /// Tags of everything.
    pub(crate) default_tags: Tags,
    /// Tags to leave alone.
    pub(crate) ignored_tags: IgnoredTags,
}

impl Settings {
    /// What a valid, known provider block means.
    pub(crate) fn of(config: &ProviderConfig, terraform_version: &str) -> Self {
        let ignored = object(&config.ignore_tags);
        Self {
            connection: connection(config, terraform_version),
            default_tags: tags(&object(&config.default_tags).tags),
            ignored_tags: IgnoredTags {
                keys: words(&ignored.keys),
                key_prefixes: words(&ignored.key_prefixes),
            },
        }
    }
}

fn connection(config: &ProviderConfig, terraform_version: &str) -> ConnectionSettings {
    ConnectionSettings {
        region: filled(&config.region),
        profile: filled(&config.profile),
        access_key: filled(&config.access_key),
        secret_key: secret(&config.secret_key),
        token: secret(&config.token),
        shared_config_files: words(&config.shared_config_files),
        shared_credentials_files: words(&config.shared_credentials_files),
        assume_role: config.assume_role.as_ref_option().map(assume_role),
        assume_role_with_web_identity: config.assume_role_with_web_identity.as_ref_option().map(web_identity),
        endpoints: endpoints(&object(&config.endpoints)),
        max_retries: number(&config.max_retries),
        retry_mode: filled(&config.retry_mode).and_then(|mode| mode.parse().ok()),
        http_proxy: secret(&config.http_proxy),
        https_proxy: secret(&config.https_proxy),
        no_proxy: filled(&config.no_proxy),
        custom_ca_bundle: filled(&config.custom_ca_bundle),
        use_fips_endpoint: config.use_fips_endpoint.as_option(),
        use_dualstack_endpoint: config.use_dualstack_endpoint.as_option(),
        skip_credentials_validation: config.skip_credentials_validation.unwrap_or(false),
        skip_requesting_account_id: config.skip_requesting_account_id.unwrap_or(false),
        allowed_account_ids: words(&config.allowed_account_ids).into_iter().collect(),
        forbidden_account_ids: words(&config.forbidden_account_ids).into_iter().collect(),
        user_agent: Some(("Terraform".to_owned(), terraform_version.to_owned())),
        ..ConnectionSettings::default()
    }
}

fn assume_role(config: &AssumeRoleConfig) -> AssumeRole {
    AssumeRole {
        role_arn: filled(&config.role_arn).unwrap_or_default(),
        session_name: filled(&config.session_name),
        external_id: secret(&config.external_id),
        duration: duration(&config.duration),
        policy: filled(&config.policy),
        policy_arns: words(&config.policy_arns),
        tags: tags(&config.tags),
        transitive_tag_keys: words(&config.transitive_tag_keys),
        source_identity: filled(&config.source_identity),
    }
}

fn web_identity(config: &WebIdentityConfig) -> AssumeRoleWithWebIdentity {
    AssumeRoleWithWebIdentity {
        role_arn: filled(&config.role_arn),
        session_name: filled(&config.session_name),
        web_identity_token: secret(&config.web_identity_token),
        web_identity_token_file: filled(&config.web_identity_token_file),
        duration: duration(&config.duration),
        policy: filled(&config.policy),
        policy_arns: words(&config.policy_arns),
    }
}

fn endpoints(config: &EndpointsConfig) -> BTreeMap<String, String> {
    let services = [
        ("batch", &config.batch),
        ("ec2", &config.ec2),
        ("iam", &config.iam),
        ("sts", &config.sts),
    ];
    services
        .into_iter()
        .filter_map(|(service, url)| Some((service.to_owned(), filled(url)?)))
        .collect()
}

/// Text that is set and not empty: as in `hashicorp/aws`, an empty argument is one that is not set.
fn filled(value: &Value<String>) -> Option<String> {
    text(value).filter(|text| !text.is_empty())
}

fn secret(value: &Value<String>) -> Option<Secret> {
    filled(value).map(Secret::new)
}

fn words(value: &Value<List<String>>) -> Vec<String> {
    texts(value).unwrap_or_default()
}

fn duration(value: &Value<String>) -> Option<Duration> {
    humantime::parse_duration(&filled(value)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(json: &str) -> Settings {
        Settings::of(&serde_json::from_str(json).unwrap(), "1.11.4")
    }

    #[test]
    fn an_empty_block_sets_nothing() {
        let settings = settings("{}");
        let expected = ConnectionSettings {
            user_agent: Some(("Terraform".into(), "1.11.4".into())),
            ..ConnectionSettings::default()
        };
        assert_eq!(settings.connection, expected);
        assert!(settings.default_tags.is_empty());
    }

    #[test]
    fn empty_text_is_not_set() {
        assert_eq!(settings(r#"{"region": "", "profile": ""}"#), settings("{}"));
    }

    #[test]
    fn every_way_to_connect_is_carried() {
        let connection = settings(
            r#"{"region": "eu-west-1", "max_retries": 3, "retry_mode": "adaptive", "use_fips_endpoint": true,
                "allowed_account_ids": ["123456789012"], "endpoints": {"ec2": "http://localhost:1"},
                "assume_role": {"role_arn": "arn:aws:iam::123456789012:role/r", "duration": "1h"}}"#,
        )
        .connection;
        assert_eq!(connection.region.as_deref(), Some("eu-west-1"));
        assert_eq!(connection.max_retries, Some(3));
        assert_eq!(connection.use_fips_endpoint, Some(true));
        assert_eq!(connection.endpoints["ec2"], "http://localhost:1");
        assert!(connection.allowed_account_ids.contains("123456789012"));
        let role = connection.assume_role.unwrap();
        assert_eq!(role.duration, Some(Duration::from_secs(3600)));
    }

    #[test]
    fn tags_are_carried() {
        let settings = settings(
            r#"{"default_tags": {"tags": {"team": "x"}}, "ignore_tags": {"keys": ["a"], "key_prefixes": ["b:"]}}"#,
        );
        assert_eq!(settings.default_tags["team"], "x");
        assert!(settings.ignored_tags.covers("a") && settings.ignored_tags.covers("b:c"));
    }
}
