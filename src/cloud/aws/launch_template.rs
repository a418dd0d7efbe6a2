//! Launch templates, for the versions that have names.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::LaunchTemplate;

use super::AwsCloud;
use super::answer::refused;
use super::network::filter;
use crate::cloud::{ErrorKind, Result};
use crate::domain::batch::launch_template::{TemplateFacts, TemplateVersions};

const DESCRIBE: &str = "ec2:DescribeLaunchTemplates";

impl AwsCloud {
    /// Names are filtered by, so that one that does not exist is simply not there; ids cannot be, and one that does not exist is
    /// an error for all of them.
    pub(super) async fn templates(&self, keys: &BTreeSet<String>) -> Result<TemplateFacts> {
        let (ids, names): (Vec<&String>, Vec<&String>) = keys.iter().partition(|key| key.starts_with("lt-"));
        let mut facts: TemplateFacts = keys.iter().map(|key| (key.clone(), None)).collect();
        let mut seen = Vec::new();
        if !names.is_empty() {
            let mut wanted = filter("launch-template-name", names[0]);
            if let Some(values) = wanted.values.as_mut() {
                values.extend(names[1..].iter().map(|name| (*name).clone()));
            }
            let answer = self.ec2.describe_launch_templates().filters(wanted);
            let answer = answer.into_paginator().items().send();
            let found = answer.collect::<std::result::Result<Vec<_>, _>>().await;
            seen.extend(found.map_err(refused(DESCRIBE))?);
        }
        if !ids.is_empty() {
            match self.templates_by_id(&ids).await {
                Err(error) if error.kind == ErrorKind::NotFound => {
                    for id in ids.iter().filter(|_| ids.len() > 1) {
                        match self.templates_by_id(&[id]).await {
                            Err(error) if error.kind == ErrorKind::NotFound => {}
                            found => seen.extend(found?),
                        }
                    }
                }
                found => seen.extend(found?),
            }
        }
        for template in &seen {
            let versions = versions(template);
            let keys = [template.launch_template_id(), template.launch_template_name()];
            for key in keys.into_iter().flatten() {
                if let Some(fact) = facts.get_mut(key) {
                    *fact = versions;
                }
            }
        }
        Ok(facts)
    }

    async fn templates_by_id(&self, ids: &[&String]) -> Result<Vec<LaunchTemplate>> {
        let ids = ids.iter().map(|id| (*id).clone()).collect();
        let answer = self
            .ec2
            .describe_launch_templates()
            .set_launch_template_ids(Some(ids))
            .send()
            .await
            .map_err(refused(DESCRIBE))?;
        Ok(answer.launch_templates.unwrap_or_default())
    }
}

fn versions(template: &LaunchTemplate) -> Option<TemplateVersions> {
    Some(TemplateVersions {
        default: template.default_version_number()?,
        latest: template.latest_version_number()?,
    })
}
