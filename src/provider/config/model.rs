//! The provider block's values.

use crate::provider::attribute::{List, Map, model};
use crate::provider::number::Number;

model! {
    /// `provider "isolated"`.
    ProviderConfig {
        region: String,
        profile: String,
        access_key: String,
        secret_key: String,
        token: String,
        shared_config_files: List<String>,
        shared_credentials_files: List<String>,
        assume_role: AssumeRoleConfig,
        assume_role_with_web_identity: WebIdentityConfig,
        allowed_account_ids: List<String>,
        forbidden_account_ids: List<String>,
        endpoints: EndpointsConfig,
        default_tags: DefaultTags,
        ignore_tags: IgnoreTags,
        max_retries: Number,
        retry_mode: String,
        http_proxy: String,
        https_proxy: String,
        no_proxy: String,
        custom_ca_bundle: String,
        use_fips_endpoint: bool,
        use_dualstack_endpoint: bool,
        skip_credentials_validation: bool,
        skip_requesting_account_id: bool,
    }

    /// `assume_role`.
    AssumeRoleConfig {
        role_arn: String,
        session_name: String,
        external_id: String,
        duration: String,
        policy: String,
        policy_arns: List<String>,
        tags: Map<String>,
        transitive_tag_keys: List<String>,
        source_identity: String,
    }

    /// `assume_role_with_web_identity`.
    WebIdentityConfig {
        role_arn: String,
        session_name: String,
        web_identity_token: String,
        web_identity_token_file: String,
        duration: String,
        policy: String,
        policy_arns: List<String>,
    }

    /// `endpoints`.
    EndpointsConfig {
        batch: String,
        ec2: String,
        iam: String,
        sts: String,
    }

    /// `default_tags`.
    DefaultTags {
        tags: Map<String>,
    }

    /// `ignore_tags`.
    IgnoreTags {
        keys: List<String>,
        key_prefixes: List<String>,
    }
}
