//! Where the credentials come from.
//!
//! The ways are tried in this order: keys in the provider block; a profile named in the provider block, and then nothing else;
//! the environment; the profile; web identity; the container's; the instance's. A web identity in the provider block replaces
//! them all. Whatever was found may then assume a role (`assume`).

use std::error::Error;
use std::fmt;
use std::time::Duration;

use aws_config::ecs::EcsCredentialsProvider;
use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::imds;
use aws_config::imds::credentials::ImdsCredentialsProvider;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::web_identity_token::WebIdentityTokenCredentialsProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::answer::no_credentials;
use super::connect::ConnectError;
use super::environment::Environment;
use super::profile;
use super::settings::ConnectionSettings;

/// One way to get credentials.
#[derive(Debug)]
struct Way {
    /// How a user calls it.
    name: String,
    provider: SharedCredentialsProvider,
}

impl Way {
    fn new(name: impl Into<String>, provider: impl ProvideCredentials + 'static) -> Self {
        Self {
            name: name.into(),
            provider: SharedCredentialsProvider::new(provider),
        }
    }
}

/// The ways in their order; the first that has credentials gives them.
#[derive(Debug)]
pub(super) struct Chain {
    ways: Vec<Way>,
}

/// No way had valid credentials. Says of each that was looked at what it answered.
#[derive(Debug)]
pub(super) struct NoCredentials {
    looked_at: Vec<(String, String)>,
}

impl fmt::Display for NoCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("No valid AWS credentials were found. These were looked at, in this order:")?;
        self.looked_at
            .iter()
            .try_for_each(|(way, answer)| write!(f, "\n  - {way}: {answer}"))
    }
}

impl Error for NoCredentials {}

impl Chain {
    /// The ways that these settings leave open.
    pub(super) fn of(
        settings: &ConnectionSettings,
        environment: &Environment,
        base: &ProviderConfig,
    ) -> Result<Self, ConnectError> {
        if let Some(keys) = keys(settings)? {
            return Ok(Self {
                ways: vec![Way::new("access_key and secret_key in the provider block", keys)],
            });
        }
        let shared = shared(settings, environment, base);
        if settings.profile.is_some() {
            return Ok(Self { ways: vec![shared] });
        }
        Ok(Self {
            ways: vec![
                Way::new(
                    "environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN)",
                    EnvironmentVariableCredentialsProvider::new(),
                ),
                shared,
                Way::new(
                    "web identity (AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN)",
                    WebIdentityTokenCredentialsProvider::builder().configure(base).build(),
                ),
                Way::new(
                    "container (AWS_CONTAINER_CREDENTIALS_RELATIVE_URI, AWS_CONTAINER_CREDENTIALS_FULL_URI)",
                    EcsCredentialsProvider::builder().configure(base).build(),
                ),
                Way::new("EC2 instance metadata", instance(base)),
            ],
        })
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let mut looked_at = Vec::new();
        for way in &self.ways {
            match way.provider.provide_credentials().await {
                Ok(credentials) => {
                    tracing::debug!(way = way.name, "credentials found");
                    return Ok(credentials);
                }
                Err(error) => {
                    let absent = matches!(error, CredentialsError::CredentialsNotLoaded(_));
                    looked_at.push((way.name.clone(), no_credentials(&error)));
                    // A way that is set up and broken is an error: another identity further down is not what was meant.
                    if !absent {
                        return Err(CredentialsError::provider_error(NoCredentials { looked_at }));
                    }
                }
            }
        }
        Err(CredentialsError::not_loaded(NoCredentials { looked_at }))
    }
}

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(self.credentials())
    }
}

fn keys(settings: &ConnectionSettings) -> Result<Option<Credentials>, ConnectError> {
    let token = settings.token.as_ref().map(|token| token.reveal().to_owned());
    let half = |attribute, other: &str| {
        Err(ConnectError::Setting {
            attribute,
            message: format!("This is half of the credentials. Set {other} as well, or neither of them."),
        })
    };
    match (&settings.access_key, &settings.secret_key) {
        (Some(access), Some(secret)) => Ok(Some(Credentials::new(
            access,
            secret.reveal(),
            token,
            None,
            "provider block",
        ))),
        (Some(_), None) => half("access_key", "secret_key"),
        (None, Some(_)) => half("secret_key", "access_key"),
        (None, None) => Ok(None),
    }
}

fn shared(settings: &ConnectionSettings, environment: &Environment, base: &ProviderConfig) -> Way {
    let mut builder = ProfileFileCredentialsProvider::builder()
        .configure(base)
        .profile_files(profile::files(settings, environment));
    if let Some(name) = &settings.profile {
        builder = builder.profile_name(name);
    }
    Way::new(
        format!(
            "{} (keys, role_arn, sso, credential_process, web identity)",
            profile::describe(settings, environment)
        ),
        builder.build(),
    )
}

/// Asked twice at most, a second each: outside of EC2 nobody answers at that address.
fn instance(base: &ProviderConfig) -> ImdsCredentialsProvider {
    const PATIENCE: Duration = Duration::from_secs(1);
    let client = imds::Client::builder()
        .configure(base)
        .max_attempts(2)
        .connect_timeout(PATIENCE)
        .read_timeout(PATIENCE)
        .build();
    ImdsCredentialsProvider::builder()
        .configure(base)
        .imds_client(client)
        .build()
}

#[cfg(test)]
mod tests {
    use super::super::settings::Secret;
    use super::*;

    fn base() -> ProviderConfig {
        ProviderConfig::empty()
    }

    #[tokio::test]
    async fn keys_of_the_provider_block_come_first() {
        let settings = ConnectionSettings {
            access_key: Some("AKIDEXAMPLE".to_owned()),
            secret_key: Some(Secret::new("secret")),
            token: Some(Secret::new("token")),
            profile: Some("simulation".to_owned()),
            ..ConnectionSettings::default()
        };
        let chain = Chain::of(&settings, &Environment::of(&[]), &base()).unwrap();
        let credentials = chain.provide_credentials().await.unwrap();
        assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
        assert_eq!(credentials.session_token(), Some("token"));
    }

    #[test]
    fn half_of_the_keys_is_an_error_at_the_half_that_is_there() {
        let settings = ConnectionSettings {
            secret_key: Some(Secret::new("secret")),
            ..ConnectionSettings::default()
        };
        let error = Chain::of(&settings, &Environment::of(&[]), &base()).unwrap_err();
        assert_eq!(error.attribute(), Some("secret_key"));
        assert!(error.to_string().contains("Set access_key as well"), "{error}");
    }

    #[test]
    fn a_profile_of_the_provider_block_leaves_no_other_way() {
        let named = ConnectionSettings {
            profile: Some("simulation".to_owned()),
            ..ConnectionSettings::default()
        };
        let ways = |settings| Chain::of(settings, &Environment::of(&[]), &base()).unwrap().ways;
        assert_eq!(ways(&named).len(), 1);
        assert!(ways(&named)[0].name.contains("\"simulation\""));
        assert_eq!(ways(&ConnectionSettings::default()).len(), 5);
    }

    fn way(name: &str, error: fn() -> CredentialsError) -> Way {
        #[derive(Debug)]
        struct Refusing(fn() -> CredentialsError);
        impl ProvideCredentials for Refusing {
            fn provide_credentials<'a>(&'a self) -> Providing<'a>
            where
                Self: 'a,
            {
                Providing::ready(Err((self.0)()))
            }
        }
        Way::new(name, Refusing(error))
    }

    #[tokio::test]
    async fn the_error_says_what_each_way_answered() {
        let chain = Chain {
            ways: vec![
                way("first", || CredentialsError::not_loaded("AWS_ACCESS_KEY_ID is not set")),
                way("second", || CredentialsError::not_loaded("there is no such profile")),
            ],
        };
        let error = chain.provide_credentials().await.unwrap_err();
        assert_eq!(
            error.source().unwrap().to_string(),
            "No valid AWS credentials were found. These were looked at, in this order:\n  \
             - first: AWS_ACCESS_KEY_ID is not set\n  - second: there is no such profile"
        );
    }

    #[tokio::test]
    async fn a_broken_way_ends_the_search() {
        let chain = Chain {
            ways: vec![
                way("first", || {
                    CredentialsError::provider_error("the SSO session has expired")
                }),
                way("second", || CredentialsError::not_loaded("not asked")),
            ],
        };
        let text = chain
            .provide_credentials()
            .await
            .unwrap_err()
            .source()
            .unwrap()
            .to_string();
        assert!(text.ends_with("- first: the SSO session has expired"), "{text}");
    }
}
