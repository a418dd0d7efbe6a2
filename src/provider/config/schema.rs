//! The schema of the provider block. Its descriptions are the source of the documentation.

use tf_provider::schema::{AttributeType, Schema};

use crate::provider::describe::{Object, no_effect, string_map, strings};

/// The schema of the provider block. Names, environment variables and precedence follow the `hashicorp/aws` provider.
pub fn provider_schema() -> Schema {
    behaviour(transport(credentials(Object::new("", no_effect)))).schema(
        0,
        "The provider `isolated` makes AWS Batch environments in networks without any path to the internet. Its arguments, the \
         environment variables behind them and their precedence are those of the `hashicorp/aws` provider, so that the \
         block can be copied.",
    )
}

fn credentials(object: Object) -> Object {
    object
        .optional(
            "region",
            AttributeType::String,
            "Region to work in, such as `ap-northeast-1`. Defaults to the environment variables `AWS_REGION` and `AWS_DEFAULT_REGION`, \
             then to the profile's region in the shared configuration file.",
        )
        .optional(
            "profile",
            AttributeType::String,
            "Name of a profile in the shared configuration and credentials files. Defaults to the environment variable \
             `AWS_PROFILE`. Set here, it comes before credentials from the environment.",
        )
        .optional(
            "access_key",
            AttributeType::String,
            "Access key id; `secret_key` must be set as well. Defaults to the environment variable `AWS_ACCESS_KEY_ID`, then to the \
             shared files, the container's and the instance's credentials.",
        )
        .secret(
            "secret_key",
            AttributeType::String,
            "Secret access key; `access_key` must be set as well. Defaults to the environment variable `AWS_SECRET_ACCESS_KEY`, then as \
             `access_key`.",
        )
        .secret(
            "token",
            AttributeType::String,
            "Session token of temporary keys. Defaults to the environment variable `AWS_SESSION_TOKEN`.",
        )
        .optional(
            "shared_config_files",
            strings(),
            "Paths of shared configuration files. Defaults to the environment variable `AWS_CONFIG_FILE`, then `~/.aws/config`.",
        )
        .optional(
            "shared_credentials_files",
            strings(),
            "Paths of shared credentials files. Defaults to the environment variable `AWS_SHARED_CREDENTIALS_FILE`, then \
             `~/.aws/credentials`.",
        )
        .optional(
            "assume_role",
            assume_role().single(),
            "A role to assume with the credentials found.",
        )
        .optional(
            "assume_role_with_web_identity",
            web_identity().single(),
            "A role to assume with a web identity token, in place of any other credentials.",
        )
        .optional(
            "allowed_account_ids",
            strings(),
            "Ids of the only accounts to work in. It cannot be set together with `forbidden_account_ids`. Defaults to any account.",
        )
        .optional(
            "forbidden_account_ids",
            strings(),
            "Ids of accounts not to work in. It cannot be set together with `allowed_account_ids`. Defaults to none.",
        )
}

fn assume_role() -> Object {
    session(Object::new("assume_role", no_effect))
        .optional(
            "role_arn",
            AttributeType::String,
            "ARN of the role. It must be set for the role to be assumed.",
        )
        .secret(
            "external_id",
            AttributeType::String,
            "External id that the role's trust policy asks for. Defaults to none.",
        )
        .optional("tags", string_map(), "Session tags. Defaults to none.")
        .optional(
            "transitive_tag_keys",
            strings(),
            "Keys of session tags that are passed on to further sessions. Defaults to none.",
        )
        .optional(
            "source_identity",
            AttributeType::String,
            "Source identity of the session. Defaults to none.",
        )
}

fn web_identity() -> Object {
    session(Object::new("assume_role_with_web_identity", no_effect))
        .optional(
            "role_arn",
            AttributeType::String,
            "ARN of the role. Defaults to the environment variable `AWS_ROLE_ARN`.",
        )
        .secret(
            "web_identity_token",
            AttributeType::String,
            "The token. It cannot be set together with `web_identity_token_file`.",
        )
        .optional(
            "web_identity_token_file",
            AttributeType::String,
            "Path of a file that holds the token. Defaults to the environment variable `AWS_WEB_IDENTITY_TOKEN_FILE`.",
        )
}

/// What both ways to assume a role have in common.
fn session(object: Object) -> Object {
    object
        .optional(
            "session_name",
            AttributeType::String,
            "Name of the session. Defaults to `terraform-provider-isolated`; with a web identity the environment variable \
             `AWS_ROLE_SESSION_NAME` is looked at before.",
        )
        .optional(
            "duration",
            AttributeType::String,
            "How long the session lasts before it is renewed, from `15m` to `12h`. Defaults to one hour.",
        )
        .optional(
            "policy",
            AttributeType::String,
            "JSON policy that narrows what the session may do. Defaults to none.",
        )
        .optional(
            "policy_arns",
            strings(),
            "ARNs of managed policies that narrow what the session may do. Defaults to none.",
        )
}

fn transport(object: Object) -> Object {
    object
        .optional(
            "endpoints",
            endpoints().single(),
            "URLs to use instead of AWS's own, for a proxy or an emulator of AWS.",
        )
        .optional(
            "max_retries",
            AttributeType::Number,
            "How often a call that was throttled, or that failed for a passing reason, is repeated. Defaults to the \
             environment variable `AWS_MAX_ATTEMPTS` less one, then 25.",
        )
        .optional(
            "retry_mode",
            AttributeType::String,
            "`standard`, or `adaptive` to hold calls back as long as AWS throttles. Defaults to the environment variable \
             `AWS_RETRY_MODE`, then `standard`.",
        )
        .secret(
            "http_proxy",
            AttributeType::String,
            "URL of the proxy for plain HTTP. Defaults to the environment variable `HTTP_PROXY`.",
        )
        .secret(
            "https_proxy",
            AttributeType::String,
            "URL of the proxy for HTTPS. Defaults to the environment variable `HTTPS_PROXY`, then to `http_proxy`.",
        )
        .optional(
            "no_proxy",
            AttributeType::String,
            "Hosts that are reached without a proxy, separated by commas. Defaults to the environment variable `NO_PROXY`.",
        )
        .optional(
            "custom_ca_bundle",
            AttributeType::String,
            "Path of a PEM file with certificate authorities to trust besides the system's. Defaults to the environment variable \
             `AWS_CA_BUNDLE`.",
        )
        .optional(
            "use_fips_endpoint",
            AttributeType::Bool,
            "Whether to call AWS's endpoints with FIPS 140 validated cryptography. Defaults to the environment variable \
             `AWS_USE_FIPS_ENDPOINT`, then `false`.",
        )
        .optional(
            "use_dualstack_endpoint",
            AttributeType::Bool,
            "Whether to call AWS's endpoints that have IPv6 as well. Defaults to the environment variable \
             `AWS_USE_DUALSTACK_ENDPOINT`, then `false`.",
        )
}

fn endpoints() -> Object {
    let url = |object: Object, name: &str, service: &str| {
        let text = format!(
            "URL of {service}. Defaults to the environment variables `AWS_ENDPOINT_URL_{}` and `AWS_ENDPOINT_URL`, then to AWS's own.",
            name.to_uppercase()
        );
        object.optional(name, AttributeType::String, &text)
    };
    let services = [
        ("batch", "AWS Batch"),
        ("ec2", "Amazon EC2"),
        ("iam", "IAM"),
        ("sts", "AWS STS"),
    ];
    services
        .into_iter()
        .fold(Object::new("endpoints", no_effect), |object, (name, service)| {
            url(object, name, service)
        })
}

fn behaviour(object: Object) -> Object {
    let default_tags = Object::new("default_tags", no_effect).optional(
        "tags",
        string_map(),
        "Tags of everything that the provider makes. Tags of a resource win over them. Defaults to no tags.",
    );
    let ignore_tags = Object::new("ignore_tags", no_effect)
        .optional("keys", strings(), "Keys of tags to leave alone. Defaults to none.")
        .optional(
            "key_prefixes",
            strings(),
            "Beginnings of keys of tags to leave alone. Defaults to none.",
        );
    object
        .optional(
            "default_tags",
            default_tags.single(),
            "Tags of everything that the provider makes.",
        )
        .optional(
            "ignore_tags",
            ignore_tags.single(),
            "Tags that others put on the provider's resources and that are neither shown nor removed.",
        )
        .optional(
            "skip_credentials_validation",
            AttributeType::Bool,
            "Whether credentials are used as they are instead of asking AWS STS whose they are. Defaults to `false`.",
        )
        .optional(
            "skip_requesting_account_id",
            AttributeType::Bool,
            "Whether AWS STS is never asked for the account; it is then taken from the credentials, the assumed role or the one \
             allowed account. Defaults to `false`.",
        )
}
