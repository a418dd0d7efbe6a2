//! From the provider block to a connection.

use std::collections::BTreeSet;
use std::net::TcpListener;

use terraform_provider_isolated::cloud::aws::settings::{AssumeRole, AssumeRoleWithWebIdentity, Secret};
use terraform_provider_isolated::cloud::aws::{AwsCloud, ConnectError, ConnectionSettings};
use terraform_provider_isolated::cloud::{AccountApi, BatchApi, ErrorKind, NetworkApi, VpcFilter};

use crate::world::{calls, settings, tag};

/// How often somebody of this user agent asked who it is.
fn asked(product: &str) -> usize {
    crate::world::local_aws()
        .requests()
        .iter()
        .filter(|call| call.action() == "sts:GetCallerIdentity" && format!("{call:?}").contains(product))
        .count()
}

fn product(name: &str) -> Option<(String, String)> {
    Some((name.to_owned(), "1.0".to_owned()))
}

#[tokio::test]
async fn the_account_is_asked_for_once() {
    let settings = ConnectionSettings {
        user_agent: product("asks-once"),
        ..settings("eu-south-1")
    };
    let cloud = AwsCloud::connect(settings).await.unwrap();
    for _ in 0..3 {
        cloud.caller_identity().await.unwrap();
    }
    assert_eq!(asked("asks-once"), 1);
}

#[tokio::test]
async fn the_account_need_not_be_asked_for() {
    let settings = ConnectionSettings {
        user_agent: product("asks-never"),
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        allowed_account_ids: BTreeSet::from(["210987654321".to_owned()]),
        ..settings("cn-north-1")
    };
    let cloud = AwsCloud::connect(settings).await.unwrap();
    let caller = cloud.caller_identity().await.unwrap();
    assert_eq!(
        (caller.account_id.as_str(), caller.partition.as_str()),
        ("210987654321", "aws-cn")
    );
    assert_eq!(asked("asks-never"), 0);
}

#[tokio::test]
async fn an_account_that_nothing_names_is_an_error_when_it_is_needed() {
    let settings = ConnectionSettings {
        skip_credentials_validation: true,
        skip_requesting_account_id: true,
        ..settings("eu-south-1")
    };
    let cloud = AwsCloud::connect(settings).await.unwrap();
    let error = cloud.caller_identity().await.unwrap_err();
    assert!(error.message.contains("skip_requesting_account_id"), "{error}");
}

#[tokio::test]
async fn accounts_that_are_not_allowed_are_refused() {
    let other = BTreeSet::from(["210987654321".to_owned()]);
    let error = AwsCloud::connect(ConnectionSettings {
        allowed_account_ids: other.clone(),
        ..settings("eu-south-1")
    });
    let error = error.await.unwrap_err();
    assert_eq!(error.attribute(), Some("allowed_account_ids"));
    assert!(error.to_string().contains("account 123456789012"), "{error}");

    let error = AwsCloud::connect(ConnectionSettings {
        forbidden_account_ids: BTreeSet::from(["123456789012".to_owned()]),
        ..settings("eu-south-1")
    });
    assert_eq!(error.await.unwrap_err().attribute(), Some("forbidden_account_ids"));
    let fine = AwsCloud::connect(ConnectionSettings {
        forbidden_account_ids: other,
        ..settings("eu-south-1")
    });
    fine.await.unwrap();
}

#[tokio::test]
async fn a_profile_that_is_not_there_is_told_with_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("config"), "[profile other]\nregion = eu-south-1\n").unwrap();
    std::fs::write(path("credentials"), "").unwrap();
    let error = AwsCloud::connect(ConnectionSettings {
        access_key: None,
        secret_key: None,
        profile: Some("simulation".to_owned()),
        shared_config_files: vec![path("config")],
        shared_credentials_files: vec![path("credentials")],
        ..settings("eu-south-1")
    });
    let error = error.await.unwrap_err();
    assert!(matches!(error, ConnectError::Credentials { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("No valid AWS credentials were found."), "{text}");
    for part in [
        "\"simulation\"",
        &path("config"),
        &path("credentials"),
        "could not find",
    ] {
        assert!(text.to_lowercase().contains(&part.to_lowercase()), "{part} in {text}");
    }
}

#[tokio::test]
async fn keys_of_a_profile_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("config"), "[profile simulation]\nregion = eu-south-1\n").unwrap();
    let keys = "[simulation]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = example\n";
    std::fs::write(path("credentials"), keys).unwrap();
    let cloud = AwsCloud::connect(ConnectionSettings {
        region: None,
        access_key: None,
        secret_key: None,
        profile: Some("simulation".to_owned()),
        shared_config_files: vec![path("config")],
        shared_credentials_files: vec![path("credentials")],
        ..settings("unused")
    });
    let cloud = cloud.await.unwrap();
    assert_eq!(cloud.region(), "eu-south-1");
    assert_eq!(cloud.caller_identity().await.unwrap().account_id, "123456789012");
}

#[tokio::test]
async fn a_role_is_assumed_with_all_that_sts_takes() {
    let cloud = AwsCloud::connect(ConnectionSettings {
        assume_role: Some(AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/deploy".to_owned(),
            session_name: Some("adapter-session".to_owned()),
            external_id: Some(Secret::new("external-7")),
            duration: Some(std::time::Duration::from_secs(1800)),
            policy: Some(r#"{"Version":"2012-10-17","Statement":[]}"#.to_owned()),
            policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
            tags: tag("Team", "blue"),
            transitive_tag_keys: vec!["Team".to_owned()],
            source_identity: Some("eve".to_owned()),
        }),
        ..settings("eu-south-1")
    });
    let caller = cloud.await.unwrap().caller_identity().await.unwrap();
    assert!(
        caller.arn.ends_with("assumed-role/deploy/adapter-session"),
        "{}",
        caller.arn
    );
    let calls = calls("sts:AssumeRole", "adapter-session");
    assert_eq!(calls.len(), 1, "one session for connecting and working");
    let sent = calls[0].params().to_string();
    for part in [
        "external-7",
        "1800",
        "ReadOnlyAccess",
        "Team",
        "blue",
        "TransitiveTagKeys",
        "SourceIdentity",
        "eve",
    ] {
        assert!(sent.contains(part), "{part} in {sent}");
    }
}

#[tokio::test]
async fn a_web_identity_needs_no_other_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "web-identity-token").unwrap();
    let cloud = AwsCloud::connect(ConnectionSettings {
        access_key: None,
        secret_key: None,
        assume_role_with_web_identity: Some(AssumeRoleWithWebIdentity {
            role_arn: Some("arn:aws:iam::123456789012:role/ci".to_owned()),
            session_name: Some("adapter-web".to_owned()),
            web_identity_token_file: Some(token.display().to_string()),
            ..AssumeRoleWithWebIdentity::default()
        }),
        ..settings("eu-south-1")
    });
    let caller = cloud.await.unwrap().caller_identity().await.unwrap();
    assert!(caller.arn.ends_with("assumed-role/ci/adapter-web"), "{}", caller.arn);
}

#[tokio::test]
async fn a_role_that_cannot_be_assumed_is_told_in_awss_words() {
    crate::world::local_aws().add_fault(&serde_json::json!({
        "service": "sts", "action": "AssumeRole", "match": "forbidden-role", "times": null,
        "effect": { "error": { "status": 403, "code": "AccessDenied", "message": "eve is not authorized to perform this." } }
    }));
    let error = AwsCloud::connect(ConnectionSettings {
        assume_role: Some(AssumeRole {
            role_arn: "arn:aws:iam::123456789012:role/forbidden-role".to_owned(),
            ..AssumeRole::default()
        }),
        ..settings("eu-south-1")
    });
    let text = error.await.unwrap_err().to_string();
    let start =
        "The role arn:aws:iam::123456789012:role/forbidden-role cannot be assumed: sts:AssumeRole: AccessDenied: eve";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("request id"), "{text}");
}

/// A port on which nobody listens.
fn closed_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_named() {
    let mut settings = ConnectionSettings {
        max_retries: Some(0),
        ..settings("eu-south-1")
    };
    let port = closed_port();
    settings
        .endpoints
        .insert("batch".to_owned(), format!("http://127.0.0.1:{port}"));
    let cloud = AwsCloud::connect(settings).await.unwrap();
    let error = cloud.compute_environments().await.unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unknown, None));
    assert!(error.message.contains("refused"), "{}", error.message);
    assert!(
        error.message.contains(&format!("127.0.0.1:{port}")),
        "{}",
        error.message
    );
    let vpcs = cloud.vpcs(&VpcFilter::Id("vpc-1".to_owned())).await;
    assert!(vpcs.unwrap().is_empty(), "each service has an endpoint of its own");
}

#[tokio::test]
async fn an_endpoint_that_is_no_url_is_an_error_at_once() {
    for wrong in ["localhost:4566", "ftp://localhost", "https://", "http:// localhost"] {
        let mut settings = settings("eu-south-1");
        settings.endpoints.insert("iam".to_owned(), wrong.to_owned());
        let error = AwsCloud::connect(settings).await.unwrap_err();
        assert_eq!(error.attribute(), Some("endpoints"), "{wrong}");
    }
}
