//! Credentials of an assumed role, with every argument that STS takes.
//!
//! aws-config has providers of its own for this, which carry neither session tags that are passed on nor a source identity. The
//! client's identity cache renews what these give before it expires.

use std::error::Error;
use std::fmt;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future::ProvideCredentials as Providing;
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};

use super::answer::refused;
use super::connect::ConnectError;
use super::environment::Environment;
use super::settings::{AssumeRole, AssumeRoleWithWebIdentity, Secret};

const SESSION_NAME: &str = "terraform-provider-isolated";

/// The role of `assume_role`.
#[derive(Debug)]
pub(super) struct AssumedRole {
    /// Calls STS with the credentials that may assume the role.
    pub(super) sts: aws_sdk_sts::Client,
    /// What to ask for.
    pub(super) request: AssumeRole,
}

impl AssumedRole {
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let request = &self.request;
        let answer = self
            .sts
            .assume_role()
            .role_arn(&request.role_arn)
            .role_session_name(request.session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_external_id(request.external_id.as_ref().map(|id| id.reveal().to_owned()))
            .set_duration_seconds(request.duration.map(seconds))
            .set_policy(request.policy.clone())
            .set_policy_arns(policy_arns(&request.policy_arns))
            .set_tags(session_tags(request)?)
            .set_transitive_tag_keys(some(&request.transitive_tag_keys))
            .set_source_identity(request.source_identity.clone())
            .send()
            .await
            .map_err(refused("sts:AssumeRole"))
            .map_err(|error| refusal(&request.role_arn, error))?;
        credentials(answer.credentials(), &request.role_arn)
    }
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(self.credentials())
    }
}

/// The role of `assume_role_with_web_identity`.
#[derive(Debug)]
pub(super) struct WebIdentity {
    sts: aws_sdk_sts::Client,
    role_arn: String,
    session_name: String,
    token: Token,
    request: AssumeRoleWithWebIdentity,
}

#[derive(Debug)]
enum Token {
    Given(Secret),
    File(String),
}

impl WebIdentity {
    /// The provider block's values, completed from the environment.
    pub(super) fn new(
        sts: aws_sdk_sts::Client,
        request: AssumeRoleWithWebIdentity,
        environment: &Environment,
    ) -> Result<Self, ConnectError> {
        let missing = |what: &str| ConnectError::Setting {
            attribute: "assume_role_with_web_identity",
            message: format!("A web identity needs {what}."),
        };
        let role_arn = request
            .role_arn
            .clone()
            .or_else(|| environment.get("AWS_ROLE_ARN"))
            .ok_or_else(|| missing("role_arn, here or as AWS_ROLE_ARN"))?;
        let session_name = request
            .session_name
            .clone()
            .or_else(|| environment.get("AWS_ROLE_SESSION_NAME"))
            .unwrap_or_else(|| SESSION_NAME.to_owned());
        let file = || {
            request
                .web_identity_token_file
                .clone()
                .or_else(|| environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"))
                .map(|path| Token::File(environment.expand(&path)))
        };
        let token = request
            .web_identity_token
            .clone()
            .map(Token::Given)
            .or_else(file)
            .ok_or_else(|| {
                missing("web_identity_token or web_identity_token_file, here or as AWS_WEB_IDENTITY_TOKEN_FILE")
            })?;
        Ok(Self {
            sts,
            role_arn,
            session_name,
            token,
            request,
        })
    }

    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let token = match &self.token {
            Token::Given(token) => token.reveal().to_owned(),
            Token::File(path) => std::fs::read_to_string(path).map_err(|error| {
                CredentialsError::invalid_configuration(NotAssumed(format!(
                    "The web identity token file {path} cannot be read: {error}."
                )))
            })?,
        };
        let answer = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(&self.role_arn)
            .role_session_name(&self.session_name)
            .web_identity_token(token)
            .set_duration_seconds(self.request.duration.map(seconds))
            .set_policy(self.request.policy.clone())
            .set_policy_arns(policy_arns(&self.request.policy_arns))
            .send()
            .await
            .map_err(refused("sts:AssumeRoleWithWebIdentity"))
            .map_err(|error| refusal(&self.role_arn, error))?;
        credentials(answer.credentials(), &self.role_arn)
    }
}

impl ProvideCredentials for WebIdentity {
    fn provide_credentials<'a>(&'a self) -> Providing<'a>
    where
        Self: 'a,
    {
        Providing::new(self.credentials())
    }
}

/// Why a role was not assumed, in one text that is shown as it is.
#[derive(Debug)]
pub(super) struct NotAssumed(String);

impl fmt::Display for NotAssumed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for NotAssumed {}

fn refusal(role_arn: &str, error: crate::cloud::CloudError) -> CredentialsError {
    CredentialsError::provider_error(NotAssumed(format!("The role {role_arn} cannot be assumed: {error}")))
}

fn credentials(
    given: Option<&aws_sdk_sts::types::Credentials>,
    role_arn: &str,
) -> Result<Credentials, CredentialsError> {
    let given = given.ok_or_else(|| {
        CredentialsError::unhandled(NotAssumed(format!("STS answered without credentials for {role_arn}.")))
    })?;
    let expiry = SystemTime::try_from(*given.expiration()).map_err(CredentialsError::unhandled)?;
    let mut builder = Credentials::builder()
        .access_key_id(given.access_key_id())
        .secret_access_key(given.secret_access_key())
        .session_token(given.session_token())
        .expiry(expiry)
        .provider_name("assumed role");
    if let Some(account) = account_of(role_arn) {
        builder = builder.account_id(account);
    }
    Ok(builder.build())
}

/// The account in an ARN.
fn account_of(arn: &str) -> Option<String> {
    arn.split(':')
        .nth(4)
        .filter(|account| !account.is_empty())
        .map(str::to_owned)
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}

fn policy_arns(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    some(arns).map(|arns| {
        arns.into_iter()
            .map(|arn| PolicyDescriptorType::builder().arn(arn).build())
            .collect()
    })
}

fn session_tags(request: &AssumeRole) -> Result<Option<Vec<Tag>>, CredentialsError> {
    if request.tags.is_empty() {
        return Ok(None);
    }
    request
        .tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<Vec<_>, _>>()
        .map(Some)
        .map_err(CredentialsError::invalid_configuration)
}

fn some(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sts() -> aws_sdk_sts::Client {
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(aws_sdk_sts::config::BehaviorVersion::latest())
            .build();
        aws_sdk_sts::Client::from_conf(config)
    }

    #[test]
    fn a_web_identity_is_completed_from_the_environment() {
        let environment = Environment::of(&[
            ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci"),
            ("AWS_WEB_IDENTITY_TOKEN_FILE", "~/token"),
            ("HOME", "/h/ci"),
        ]);
        let identity = WebIdentity::new(sts(), AssumeRoleWithWebIdentity::default(), &environment).unwrap();
        assert_eq!(identity.role_arn, "arn:aws:iam::123456789012:role/ci");
        assert_eq!(identity.session_name, SESSION_NAME);
        assert!(matches!(&identity.token, Token::File(path) if path == "/h/ci/token"));
    }

    #[test]
    fn a_web_identity_without_role_or_token_says_what_is_missing() {
        let request = AssumeRoleWithWebIdentity {
            role_arn: Some("arn:aws:iam::123456789012:role/ci".to_owned()),
            ..AssumeRoleWithWebIdentity::default()
        };
        let none = Environment::of(&[]);
        let error = WebIdentity::new(sts(), request, &none).unwrap_err().to_string();
        assert!(error.contains("AWS_WEB_IDENTITY_TOKEN_FILE"), "{error}");
        let error = WebIdentity::new(sts(), AssumeRoleWithWebIdentity::default(), &none).unwrap_err();
        assert!(error.to_string().contains("AWS_ROLE_ARN"), "{error}");
    }

    #[test]
    fn the_account_is_in_the_arn() {
        assert_eq!(
            account_of("arn:aws:iam::123456789012:role/a/b").as_deref(),
            Some("123456789012")
        );
        assert_eq!(account_of("nonsense"), None);
    }
}
