//! Roles, profiles and tags, as IAM has them.

use std::collections::BTreeSet;

use aws_sdk_iam::types::Tag;
use percent_encoding::percent_decode_str;

use crate::cloud::{CloudError, ErrorKind, Result};
use crate::domain::Tags;
use crate::domain::observed::{InstanceProfile, Role};

/// IAM sends policy documents URL-encoded (API reference of `Role`).
fn document(encoded: Option<&str>) -> String {
    percent_decode_str(encoded.unwrap_or_default())
        .decode_utf8_lossy()
        .into_owned()
}

pub(super) fn role_from_sdk(role: &aws_sdk_iam::types::Role) -> Role {
    Role {
        name: role.role_name().to_owned(),
        arn: role.arn().to_owned(),
        assume_role_policy: document(role.assume_role_policy_document()),
        attached_policies: BTreeSet::new(),
        tags: None,
    }
}

pub(super) fn profile_from_sdk(profile: &aws_sdk_iam::types::InstanceProfile) -> InstanceProfile {
    InstanceProfile {
        name: profile.instance_profile_name().to_owned(),
        arn: profile.arn().to_owned(),
        role: profile.roles().first().map(role_from_sdk),
        tags: tags_from_sdk(profile.tags()),
    }
}

pub(super) fn tags_from_sdk(tags: &[Tag]) -> Tags {
    tags.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

pub(super) fn tags_to_sdk(operation: &'static str, tags: &Tags) -> Result<Option<Vec<Tag>>> {
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|error| CloudError {
            kind: ErrorKind::Invalid,
            operation,
            code: None,
            message: error.to_string(),
            request_id: None,
        })?;
    Ok((!tags.is_empty()).then_some(tags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_document_is_decoded() {
        let encoded = "%7B%22Version%22%3A%222012-10-17%22%2C%22Name%22%3A%22a%2Bb%20c%22%7D";
        assert_eq!(document(Some(encoded)), r#"{"Version":"2012-10-17","Name":"a+b c"}"#);
        assert_eq!(document(Some(r#"{"plain":true}"#)), r#"{"plain":true}"#);
    }
}
