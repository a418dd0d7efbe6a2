//! Tags of EC2 resources.

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Tag;

use super::super::answer::{or_gone, refused};
use super::ids;
use crate::cloud::Result;
use crate::domain::Tags;

/// As the SDK has them.
pub(super) fn to_sdk(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

/// As the domain has them.
pub(super) fn from_sdk(tags: &[Tag]) -> Tags {
    tags.iter()
        .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())))
        .collect()
}

pub(super) async fn add(client: &Client, resource_ids: &BTreeSet<String>, tags: &Tags) -> Result<()> {
    if resource_ids.is_empty() || tags.is_empty() {
        return Ok(());
    }
    client
        .create_tags()
        .set_resources(ids(resource_ids))
        .set_tags(Some(to_sdk(tags)))
        .send()
        .await
        .map(|_| ())
        .map_err(refused("ec2:CreateTags"))
}

/// Without values: a tag goes whatever its value is by now.
pub(super) async fn remove(client: &Client, resource_ids: &BTreeSet<String>, keys: &BTreeSet<String>) -> Result<()> {
    if resource_ids.is_empty() || keys.is_empty() {
        return Ok(());
    }
    let tags = keys.iter().map(|key| Tag::builder().key(key).build()).collect();
    or_gone(
        client
            .delete_tags()
            .set_resources(ids(resource_ids))
            .set_tags(Some(tags))
            .send()
            .await
            .map_err(refused("ec2:DeleteTags")),
    )
}
