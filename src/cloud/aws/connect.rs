//! From the provider block to clients that work.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_sdk_sts::config::FrameworkMetadata;
use aws_sdk_sts::config::retry::{RetryPartition, TokenBucket};
use aws_types::SdkConfig;
use tokio::sync::OnceCell;

use super::AwsCloud;
use super::account::Account;
use super::answer::no_credentials;
use super::assume::{AssumedRole, WebIdentity};
use super::credentials::Chain;
use super::environment::Environment;
use super::log::CallLog;
use super::settings::{ConnectionSettings, RetryMode};
use super::{http, profile};
use crate::cloud::{CloudError, ErrorKind};

/// Why there is no connection to AWS. The text is for the user; [`ConnectError::attribute`] is where it belongs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// No way to give a region was used.
    #[error(
        "No AWS region is known. None of these is set: {}. Set one of them, such as region = \"ap-northeast-1\".",
        looked_at.join("; ")
    )]
    Region {
        /// The ways, in the order in which they were looked at.
        looked_at: Vec<String>,
    },
    /// No credentials, or none that are valid.
    #[error("{message}")]
    Credentials {
        /// What was looked at, and what AWS said.
        message: String,
    },
    /// A setting that cannot be used as it is.
    #[error("{message}")]
    Setting {
        /// The attribute of the provider block.
        attribute: &'static str,
        /// What is wrong, and what to do.
        message: String,
    },
    /// STS did not say whose the credentials are.
    #[error("AWS did not say whose the credentials are. {0}")]
    Identity(CloudError),
}

impl ConnectError {
    /// The attribute of the provider block that the error is about.
    pub fn attribute(&self) -> Option<&'static str> {
        match self {
            Self::Region { .. } => Some("region"),
            Self::Setting { attribute, .. } => Some(attribute),
            Self::Credentials { .. } | Self::Identity(_) => None,
        }
    }
}

/// One client, with the endpoint of its own service. The retry tokens are one bucket, which all clients of a connection share.
macro_rules! client {
    ($sdk:ident, $service:literal, $shared:expr, $settings:expr, $partition:expr) => {{
        let mut config = $sdk::config::Builder::from($shared)
            .interceptor(CallLog)
            .retry_partition($partition.clone());
        // The builder has AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL and the profile's already.
        if let Some(url) = $settings.endpoints.get($service) {
            config = config.endpoint_url(url);
        }
        $sdk::Client::from_conf(config.build())
    }};
}

impl AwsCloud {
    /// Finds region and credentials, makes the clients and, unless told not to, asks STS whose the credentials are.
    ///
    /// One connection serves all environments: clones of the clients share connections, credentials and retry tokens.
    pub async fn connect(settings: ConnectionSettings) -> Result<Self, ConnectError> {
        Self::connect_in(settings, &Environment::Process).await
    }

    async fn connect_in(settings: ConnectionSettings, environment: &Environment) -> Result<Self, ConnectError> {
        check_endpoints(&settings)?;
        let region = profile::region(&settings, environment).await?;
        let partition = retry_partition(region.as_ref());
        let shared = shared(&settings, environment, region).await?;
        let shared = assume(&settings, environment, shared, &partition)?;

        let cloud = Self {
            region: shared.region().map(ToString::to_string).unwrap_or_default(),
            ec2: client!(aws_sdk_ec2, "ec2", &shared, settings, partition),
            batch: client!(aws_sdk_batch, "batch", &shared, settings, partition),
            iam: client!(aws_sdk_iam, "iam", &shared, settings, partition),
            sts: client!(aws_sdk_sts, "sts", &shared, settings, partition),
            account: Account {
                ask: !settings.skip_requesting_account_id,
                known_id: known_account(&settings, &shared).await?,
                identity: OnceCell::new(),
            },
        };
        cloud.check_account(&settings).await?;
        Ok(cloud)
    }

    async fn check_account(&self, settings: &ConnectionSettings) -> Result<(), ConnectError> {
        let listed = !settings.allowed_account_ids.is_empty() || !settings.forbidden_account_ids.is_empty();
        if settings.skip_credentials_validation && !listed {
            return Ok(());
        }
        let identity = self.identity(Some(3)).await.map_err(|error| match error {
            CloudError {
                kind: ErrorKind::Denied,
                code: None,
                message,
                ..
            } => ConnectError::Credentials { message },
            other => ConnectError::Identity(other),
        })?;
        check_lists(settings, &identity.account_id)
    }
}

fn check_lists(settings: &ConnectionSettings, account: &str) -> Result<(), ConnectError> {
    let allowed = &settings.allowed_account_ids;
    if !allowed.is_empty() && !allowed.contains(account) {
        return Err(ConnectError::Setting {
            attribute: "allowed_account_ids",
            message: format!(
                "The credentials are those of account {account}, which is not one of allowed_account_ids."
            ),
        });
    }
    if settings.forbidden_account_ids.contains(account) {
        return Err(ConnectError::Setting {
            attribute: "forbidden_account_ids",
            message: format!("The credentials are those of account {account}, which is one of forbidden_account_ids."),
        });
    }
    Ok(())
}

/// The account as far as it is known without asking, for those who must not ask.
async fn known_account(settings: &ConnectionSettings, shared: &SdkConfig) -> Result<Option<String>, ConnectError> {
    if !settings.skip_requesting_account_id {
        return Ok(None);
    }
    let mut allowed = settings.allowed_account_ids.iter();
    if let (Some(only), None) = (allowed.next(), allowed.next()) {
        return Ok(Some(only.clone()));
    }
    let Some(provider) = shared.credentials_provider() else {
        return Ok(None);
    };
    let credentials = provider
        .provide_credentials()
        .await
        .map_err(|error| ConnectError::Credentials {
            message: no_credentials(&error),
        })?;
    Ok(credentials.account_id().map(|id| id.as_str().to_owned()))
}

async fn shared(
    settings: &ConnectionSettings,
    environment: &Environment,
    region: aws_types::region::Region,
) -> Result<SdkConfig, ConnectError> {
    let http = http::client(settings, environment)?;
    let base = ProviderConfig::without_region()
        .with_region(Some(region.clone()))
        .with_http_client(http.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(region)
        .http_client(http)
        .profile_files(profile::files(settings, environment))
        .credentials_provider(Chain::of(settings, environment, &base)?)
        .retry_config(retries(settings, environment)?)
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(settings.connect_timeout)
                .operation_attempt_timeout(settings.attempt_timeout)
                .build(),
        );
    if let Some(profile) = &settings.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(fips) = settings.use_fips_endpoint {
        loader = loader.use_fips(fips);
    }
    if let Some(dual_stack) = settings.use_dualstack_endpoint {
        loader = loader.use_dual_stack(dual_stack);
    }
    if let Some((name, version)) = &settings.user_agent {
        let metadata = FrameworkMetadata::new(name.clone(), Some(version.clone()));
        loader = loader.framework_metadata(metadata.map_err(|error| ConnectError::Setting {
            attribute: "user_agent",
            message: format!("{name}/{version} cannot be part of a user agent: {error}."),
        })?);
    }
    Ok(loader.load().await)
}

/// The credentials found, exchanged for those of the roles to assume.
fn assume(
    settings: &ConnectionSettings,
    environment: &Environment,
    mut shared: SdkConfig,
    partition: &RetryPartition,
) -> Result<SdkConfig, ConnectError> {
    if let Some(request) = &settings.assume_role_with_web_identity {
        let sts = client!(aws_sdk_sts, "sts", &shared, settings, partition);
        let identity = WebIdentity::new(sts, request.clone(), environment)?;
        shared = with_credentials(shared, identity);
    }
    if let Some(request) = &settings.assume_role {
        let sts = client!(aws_sdk_sts, "sts", &shared, settings, partition);
        let role = AssumedRole {
            sts,
            request: request.clone(),
        };
        shared = with_credentials(shared, role);
    }
    Ok(shared)
}

fn with_credentials(shared: SdkConfig, provider: impl ProvideCredentials + 'static) -> SdkConfig {
    shared
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(provider))
        .build()
}

/// The SDK's bucket of 500 tokens is empty after a hundred retries, which fifty environments in one apply need in a moment when
/// EC2 throttles; every further throttled call would then fail at once. The number is the one that `hashicorp/aws` names.
fn retry_partition(region: &str) -> RetryPartition {
    const TOKENS: usize = 10_000;
    RetryPartition::custom(format!("isolated-{region}"))
        .token_bucket(TokenBucket::builder().capacity(TOKENS).build())
        .build()
}

fn retries(settings: &ConnectionSettings, environment: &Environment) -> Result<RetryConfig, ConnectError> {
    let wrong = |attribute, message: String| ConnectError::Setting { attribute, message };
    let mode = match (settings.retry_mode, environment.get("AWS_RETRY_MODE")) {
        (Some(mode), _) => mode,
        (None, Some(word)) => word
            .parse()
            .map_err(|error| wrong("retry_mode", format!("AWS_RETRY_MODE: {error}.")))?,
        (None, None) => RetryMode::Standard,
    };
    let attempts = match (settings.max_retries, environment.get("AWS_MAX_ATTEMPTS")) {
        (Some(retries), _) => retries.saturating_add(1),
        (None, Some(text)) => text.parse().ok().filter(|attempts| *attempts > 0).ok_or_else(|| {
            wrong(
                "max_retries",
                format!("AWS_MAX_ATTEMPTS is {text:?}; it must be a number of at least 1."),
            )
        })?,
        (None, None) => ConnectionSettings::DEFAULT_MAX_RETRIES + 1,
    };
    let config = match mode {
        RetryMode::Standard => RetryConfig::standard(),
        RetryMode::Adaptive => RetryConfig::adaptive(),
    };
    Ok(config
        .with_max_attempts(attempts)
        .with_max_backoff(Duration::from_secs(20)))
}

/// The SDK would find a wrong URL only when the first request is made.
fn check_endpoints(settings: &ConnectionSettings) -> Result<(), ConnectError> {
    for (service, url) in &settings.endpoints {
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(char::is_whitespace)) {
            return Err(ConnectError::Setting {
                attribute: "endpoints",
                message: format!(
                    "{url:?} is not the URL of an endpoint for {service}. Give scheme and host, such as \
                                  https://{service}.example.com."
                ),
            });
        }
    }
    Ok(())
}
