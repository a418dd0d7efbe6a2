//! IAM: the calls about roles and instance profiles.
//!
//! Names are unique in an account, so a create that is repeated after a lost answer is refused and never makes a second role.
//! GetRole and CreateRole answer with the role's tags, GetInstanceProfile without those of the role in it.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::AwsCloud;
use super::answer::{incomplete, or_absent, or_gone, refused};
use super::classify::kind_of_adding_a_role;
use crate::cloud::{CloudError, IdentityApi, Result, RoleRequest};
use crate::domain::Tags;
use crate::domain::observed::{InstanceProfile, Role};

mod mapping;

use mapping::{profile_from_sdk, role_from_sdk, tags_from_sdk, tags_to_sdk};

#[async_trait]
impl IdentityApi for AwsCloud {
    async fn role(&self, name: &str) -> Result<Option<Role>> {
        let answer = self.iam.get_role().role_name(name).send().await;
        let answer = or_absent(answer.map_err(refused("iam:GetRole")))?;
        Ok(answer.as_ref().and_then(|answer| answer.role()).map(|role| Role {
            tags: Some(tags_from_sdk(role.tags())),
            ..role_from_sdk(role)
        }))
    }

    async fn attached_policies(&self, role_name: &str) -> Result<BTreeSet<String>> {
        let policies = self
            .iam
            .list_attached_role_policies()
            .role_name(role_name)
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused("iam:ListAttachedRolePolicies"));
        let policies = or_absent(policies)?.unwrap_or_default();
        Ok(policies.into_iter().filter_map(|policy| policy.policy_arn).collect())
    }

    async fn inline_policies(&self, role_name: &str) -> Result<BTreeSet<String>> {
        let names = self
            .iam
            .list_role_policies()
            .role_name(role_name)
            .into_paginator()
            .items()
            .send()
            .collect::<std::result::Result<Vec<_>, _>>()
            .await
            .map_err(refused("iam:ListRolePolicies"));
        Ok(or_absent(names)?.unwrap_or_default().into_iter().collect())
    }

    async fn create_role(&self, request: &RoleRequest) -> Result<Role> {
        const OPERATION: &str = "iam:CreateRole";
        let answer = self
            .iam
            .create_role()
            .role_name(&request.name)
            .description(&request.description)
            .assume_role_policy_document(&request.assume_role_policy)
            .set_tags(tags_to_sdk(OPERATION, &request.tags)?)
            .send()
            .await
            .map_err(refused(OPERATION))?;
        let role = answer.role().ok_or_else(|| incomplete(OPERATION, "role"))?;
        Ok(Role {
            tags: Some(tags_from_sdk(role.tags())),
            ..role_from_sdk(role)
        })
    }

    async fn set_assume_role_policy(&self, role_name: &str, policy: &str) -> Result<()> {
        self.iam
            .update_assume_role_policy()
            .role_name(role_name)
            .policy_document(policy)
            .send()
            .await
            .map(|_| ())
            .map_err(refused("iam:UpdateAssumeRolePolicy"))
    }

    async fn attach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()> {
        self.iam
            .attach_role_policy()
            .role_name(role_name)
            .policy_arn(policy_arn)
            .send()
            .await
            .map(|_| ())
            .map_err(refused("iam:AttachRolePolicy"))
    }

    async fn detach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()> {
        let answer = self
            .iam
            .detach_role_policy()
            .role_name(role_name)
            .policy_arn(policy_arn)
            .send()
            .await;
        or_gone(answer.map_err(refused("iam:DetachRolePolicy")))
    }

    async fn delete_inline_policy(&self, role_name: &str, policy_name: &str) -> Result<()> {
        let answer = self
            .iam
            .delete_role_policy()
            .role_name(role_name)
            .policy_name(policy_name)
            .send()
            .await;
        or_gone(answer.map_err(refused("iam:DeleteRolePolicy")))
    }

    async fn delete_role(&self, name: &str) -> Result<()> {
        let answer = self.iam.delete_role().role_name(name).send().await;
        or_gone(answer.map_err(refused("iam:DeleteRole")))
    }

    async fn tag_role(&self, name: &str, tags: &Tags) -> Result<()> {
        const OPERATION: &str = "iam:TagRole";
        let Some(tags) = tags_to_sdk(OPERATION, tags)? else {
            return Ok(());
        };
        let answer = self.iam.tag_role().role_name(name).set_tags(Some(tags)).send().await;
        answer.map(|_| ()).map_err(refused(OPERATION))
    }

    async fn untag_role(&self, name: &str, keys: &BTreeSet<String>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let keys = keys.iter().cloned().collect();
        let answer = self
            .iam
            .untag_role()
            .role_name(name)
            .set_tag_keys(Some(keys))
            .send()
            .await;
        or_gone(answer.map_err(refused("iam:UntagRole")))
    }

    async fn instance_profile(&self, name: &str) -> Result<Option<InstanceProfile>> {
        let answer = self.iam.get_instance_profile().instance_profile_name(name).send().await;
        let answer = or_absent(answer.map_err(refused("iam:GetInstanceProfile")))?;
        Ok(answer
            .as_ref()
            .and_then(|answer| answer.instance_profile())
            .map(profile_from_sdk))
    }

    async fn create_instance_profile(&self, name: &str, tags: &Tags) -> Result<InstanceProfile> {
        const OPERATION: &str = "iam:CreateInstanceProfile";
        let answer = self
            .iam
            .create_instance_profile()
            .instance_profile_name(name)
            .set_tags(tags_to_sdk(OPERATION, tags)?)
            .send()
            .await
            .map_err(refused(OPERATION))?;
        answer
            .instance_profile()
            .map(profile_from_sdk)
            .ok_or_else(|| incomplete(OPERATION, "instance profile"))
    }

    async fn add_role_to_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()> {
        let answer = self
            .iam
            .add_role_to_instance_profile()
            .instance_profile_name(profile_name)
            .role_name(role_name)
            .send()
            .await
            .map_err(refused("iam:AddRoleToInstanceProfile"));
        answer.map(|_| ()).map_err(|error| CloudError {
            kind: error
                .code
                .as_deref()
                .map_or(error.kind, |code| kind_of_adding_a_role(code, &error.message)),
            ..error
        })
    }

    async fn remove_role_from_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()> {
        let answer = self
            .iam
            .remove_role_from_instance_profile()
            .instance_profile_name(profile_name)
            .role_name(role_name)
            .send()
            .await;
        or_gone(answer.map_err(refused("iam:RemoveRoleFromInstanceProfile")))
    }

    async fn delete_instance_profile(&self, name: &str) -> Result<()> {
        let answer = self
            .iam
            .delete_instance_profile()
            .instance_profile_name(name)
            .send()
            .await;
        or_gone(answer.map_err(refused("iam:DeleteInstanceProfile")))
    }

    async fn tag_instance_profile(&self, name: &str, tags: &Tags) -> Result<()> {
        const OPERATION: &str = "iam:TagInstanceProfile";
        let Some(tags) = tags_to_sdk(OPERATION, tags)? else {
            return Ok(());
        };
        let call = self.iam.tag_instance_profile().instance_profile_name(name);
        let answer = call.set_tags(Some(tags)).send().await;
        answer.map(|_| ()).map_err(refused(OPERATION))
    }

    async fn untag_instance_profile(&self, name: &str, keys: &BTreeSet<String>) -> Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let keys = keys.iter().cloned().collect();
        let call = self.iam.untag_instance_profile().instance_profile_name(name);
        let answer = call.set_tag_keys(Some(keys)).send().await;
        or_gone(answer.map_err(refused("iam:UntagInstanceProfile")))
    }
}
