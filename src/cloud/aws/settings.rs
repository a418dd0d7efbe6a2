//! The provider block, as far as it is about how AWS is reached: plain data.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use crate::domain::Tags;

/// Text that never shows: `Debug` prints stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// How AWS is reached. `None` and empty collections mean "not set": the environment and the shared files are asked next.
///
/// Names, environment variables and precedence follow the provider block of `hashicorp/aws`. Not carried: the proxy mode, a CA
/// bundle or a number of attempts from the shared configuration file (from the provider block and the environment they are).
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionSettings {
    /// Region; else `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile's.
    pub region: Option<String>,
    /// Profile; else `AWS_PROFILE`. Set here, it comes before credentials from the environment.
    pub profile: Option<String>,
    /// Access key id; needs `secret_key`.
    pub access_key: Option<String>,
    /// Secret access key; needs `access_key`.
    pub secret_key: Option<Secret>,
    /// Session token of these keys.
    pub token: Option<Secret>,
    /// Instead of `~/.aws/config`. A leading `~/` is the home folder.
    pub shared_config_files: Vec<String>,
    /// Instead of `~/.aws/credentials`. A leading `~/` is the home folder.
    pub shared_credentials_files: Vec<String>,
    /// Role to assume with the credentials found.
    pub assume_role: Option<AssumeRole>,
    /// Role to assume with a web identity, in place of any other credentials.
    pub assume_role_with_web_identity: Option<AssumeRoleWithWebIdentity>,
    /// Service (`ec2`, `batch`, `iam`, `sts`) → URL; else `AWS_ENDPOINT_URL_<SERVICE>`, `AWS_ENDPOINT_URL`, the profile's.
    pub endpoints: BTreeMap<String, String>,
    /// Retries of one call; else `AWS_MAX_ATTEMPTS` less one, else [`ConnectionSettings::DEFAULT_MAX_RETRIES`].
    pub max_retries: Option<u32>,
    /// Retry mode; else `AWS_RETRY_MODE`, else standard.
    pub retry_mode: Option<RetryMode>,
    /// Proxy of plain HTTP; else `HTTP_PROXY`. May hold a password.
    pub http_proxy: Option<Secret>,
    /// Proxy of HTTPS; else `HTTPS_PROXY`, else that of plain HTTP. May hold a password.
    pub https_proxy: Option<Secret>,
    /// Hosts that are reached without a proxy, separated by commas; else `NO_PROXY`.
    pub no_proxy: Option<String>,
    /// PEM file with certificate authorities to trust besides the system's; else `AWS_CA_BUNDLE`.
    pub custom_ca_bundle: Option<String>,
    /// Endpoints with FIPS 140 validated cryptography.
    pub use_fips_endpoint: Option<bool>,
    /// Endpoints with IPv6 as well.
    pub use_dualstack_endpoint: Option<bool>,
    /// Whether `connect` takes the credentials as they are instead of asking STS whose they are.
    pub skip_credentials_validation: bool,
    /// Whether STS is never asked for the account: it is then taken from the credentials, the role or the one allowed account.
    pub skip_requesting_account_id: bool,
    /// The only accounts to work in; empty: any.
    pub allowed_account_ids: BTreeSet<String>,
    /// Accounts not to work in.
    pub forbidden_account_ids: BTreeSet<String>,
    /// Product name and version in the user agent.
    pub user_agent: Option<(String, String)>,
    /// Time for a connection to be made.
    pub connect_timeout: Duration,
    /// Time for one attempt of a call, answer included. The SDK itself waits for an answer without end.
    pub attempt_timeout: Duration,
}

impl ConnectionSettings {
    /// As in `hashicorp/aws`, so that a copied block means the same: with many environments in one apply, EC2's request rate and
    /// not the network is what most retries wait for. `connect` asks STS with fewer, so that a wrong set-up is told at once.
    pub const DEFAULT_MAX_RETRIES: u32 = 25;
    /// The SDK's 3.1 s is short for a proxy on the way.
    pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
    /// Longer than any of the calls takes; the longest, listing all endpoint services, takes a few seconds.
    pub const DEFAULT_ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);
}

impl Default for ConnectionSettings {
    fn default() -> Self {
        Self {
            region: None,
            profile: None,
            access_key: None,
            secret_key: None,
            token: None,
            shared_config_files: Vec::new(),
            shared_credentials_files: Vec::new(),
            assume_role: None,
            assume_role_with_web_identity: None,
            endpoints: BTreeMap::new(),
            max_retries: None,
            retry_mode: None,
            http_proxy: None,
            https_proxy: None,
            no_proxy: None,
            custom_ca_bundle: None,
            use_fips_endpoint: None,
            use_dualstack_endpoint: None,
            skip_credentials_validation: false,
            skip_requesting_account_id: false,
            allowed_account_ids: BTreeSet::new(),
            forbidden_account_ids: BTreeSet::new(),
            user_agent: None,
            connect_timeout: Self::DEFAULT_CONNECT_TIMEOUT,
            attempt_timeout: Self::DEFAULT_ATTEMPT_TIMEOUT,
        }
    }
}

/// `retry_mode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Back-off with jitter.
    Standard,
    /// The same, and calls are held back as long as AWS throttles.
    Adaptive,
}

impl std::str::FromStr for RetryMode {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "standard" => Ok(Self::Standard),
            "adaptive" => Ok(Self::Adaptive),
            other => Err(format!(
                "{other:?} is not a retry mode; use \"standard\" or \"adaptive\""
            )),
        }
    }
}

/// `assume_role`: the arguments of `sts:AssumeRole`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRole {
    /// ARN of the role.
    pub role_arn: String,
    /// Session name; default `terraform-provider-isolated`.
    pub session_name: Option<String>,
    /// What the role's owner asks for.
    pub external_id: Option<Secret>,
    /// Length of the session, 15 minutes to 12 hours; default one hour.
    pub duration: Option<Duration>,
    /// Policy that narrows the session, a JSON document.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
    /// Session tags.
    pub tags: Tags,
    /// Session tags that are passed on to further sessions.
    pub transitive_tag_keys: Vec<String>,
    /// Source identity.
    pub source_identity: Option<String>,
}

/// `assume_role_with_web_identity`: the arguments of `sts:AssumeRoleWithWebIdentity`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AssumeRoleWithWebIdentity {
    /// ARN of the role; else `AWS_ROLE_ARN`.
    pub role_arn: Option<String>,
    /// Session name; else `AWS_ROLE_SESSION_NAME`, else `terraform-provider-isolated`.
    pub session_name: Option<String>,
    /// The token itself.
    pub web_identity_token: Option<Secret>,
    /// File that holds the token, read anew for each session; else `AWS_WEB_IDENTITY_TOKEN_FILE`.
    pub web_identity_token_file: Option<String>,
    /// Length of the session; default one hour.
    pub duration: Option<Duration>,
    /// Policy that narrows the session, a JSON document.
    pub policy: Option<String>,
    /// Managed policies that narrow the session.
    pub policy_arns: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let settings = ConnectionSettings {
            secret_key: Some(Secret::new("wJalrXUtnFEMI")),
            token: Some(Secret::new("FwoGZXIvYXdz")),
            https_proxy: Some(Secret::new("http://user:hunter2@proxy:3128")),
            assume_role: Some(AssumeRole {
                external_id: Some(Secret::new("ext-1")),
                ..AssumeRole::default()
            }),
            assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
                web_identity_token: Some(Secret::new("eyJhbGciOi")),
                ..AssumeRoleWithWebIdentity::default()
            }),
            ..ConnectionSettings::default()
        };
        let shown = format!("{settings:?}");
        for secret in ["wJalrXUtnFEMI", "FwoGZXIvYXdz", "hunter2", "ext-1", "eyJhbGciOi"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
        assert_eq!(shown.matches("***").count(), 5);
    }

    #[test]
    fn a_retry_mode_has_two_words() {
        assert_eq!("standard".parse(), Ok(RetryMode::Standard));
        assert_eq!("adaptive".parse(), Ok(RetryMode::Adaptive));
        assert!("legacy".parse::<RetryMode>().unwrap_err().contains("\"legacy\""));
    }
}
