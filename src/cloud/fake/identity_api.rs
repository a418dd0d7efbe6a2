//! The port's methods about IAM.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::FakeCloud;
use crate::cloud::{IdentityApi, Result, RoleRequest};
use crate::domain::Tags;
use crate::domain::observed::{InstanceProfile, Role};

#[async_trait]
impl IdentityApi for FakeCloud {
    async fn role(&self, name: &str) -> Result<Option<Role>> {
        self.read("iam:GetRole", name, |world, _| {
            world.roles.get(name).map(|record| Role {
                attached_policies: BTreeSet::new(),
                ..record.role.clone()
            })
        })
        .await
    }

    async fn attached_policies(&self, role_name: &str) -> Result<BTreeSet<String>> {
        self.read("iam:ListAttachedRolePolicies", role_name, |world, _| {
            world
                .roles
                .get(role_name)
                .map(|record| record.role.attached_policies.clone())
                .unwrap_or_default()
        })
        .await
    }

    async fn inline_policies(&self, role_name: &str) -> Result<BTreeSet<String>> {
        self.read("iam:ListRolePolicies", role_name, |world, _| {
            let role = world.roles.get(role_name);
            role.map(|record| record.inline_policies.clone()).unwrap_or_default()
        })
        .await
    }

    async fn create_role(&self, request: &RoleRequest) -> Result<Role> {
        self.write("iam:CreateRole", &request.name, |world, at| {
            world.create_role(at, request)
        })
        .await
    }

    async fn set_assume_role_policy(&self, role_name: &str, policy: &str) -> Result<()> {
        self.write("iam:UpdateAssumeRolePolicy", role_name, |world, at| {
            world.set_assume_role_policy(at, role_name, policy)
        })
        .await
    }

    async fn attach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()> {
        self.write(
            "iam:AttachRolePolicy",
            format!("{role_name}, {policy_arn}"),
            |world, at| world.attach_policy(at, role_name, policy_arn),
        )
        .await
    }

    async fn detach_policy(&self, role_name: &str, policy_arn: &str) -> Result<()> {
        self.write(
            "iam:DetachRolePolicy",
            format!("{role_name}, {policy_arn}"),
            |world, at| {
                world.detach_policy(at, role_name, policy_arn);
                Ok(())
            },
        )
        .await
    }

    async fn delete_inline_policy(&self, role_name: &str, policy_name: &str) -> Result<()> {
        self.write(
            "iam:DeleteRolePolicy",
            format!("{role_name}, {policy_name}"),
            |world, at| {
                world.delete_inline_policy(at, role_name, policy_name);
                Ok(())
            },
        )
        .await
    }

    async fn delete_role(&self, name: &str) -> Result<()> {
        self.write("iam:DeleteRole", name, |world, _| world.delete_role(name))
            .await
    }

    async fn tag_role(&self, name: &str, tags: &Tags) -> Result<()> {
        self.write("iam:TagRole", name, |world, at| {
            world.role_tags(at, name)?.extend(tags.clone());
            Ok(())
        })
        .await
    }

    async fn untag_role(&self, name: &str, keys: &BTreeSet<String>) -> Result<()> {
        self.write("iam:UntagRole", name, |world, at| {
            world.role_tags(at, name)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
    }

    async fn instance_profile(&self, name: &str) -> Result<Option<InstanceProfile>> {
        self.read("iam:GetInstanceProfile", name, |world, _| world.instance_profile(name))
            .await
    }

    async fn create_instance_profile(&self, name: &str, tags: &Tags) -> Result<InstanceProfile> {
        self.write("iam:CreateInstanceProfile", name, |world, at| {
            world.create_instance_profile(at, name, tags)
        })
        .await
    }

    async fn add_role_to_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()> {
        self.write(
            "iam:AddRoleToInstanceProfile",
            format!("{profile_name}, {role_name}"),
            |world, at| world.add_role_to_profile(at, profile_name, role_name),
        )
        .await
    }

    async fn remove_role_from_instance_profile(&self, profile_name: &str, role_name: &str) -> Result<()> {
        self.write(
            "iam:RemoveRoleFromInstanceProfile",
            format!("{profile_name}, {role_name}"),
            |world, at| {
                world.remove_role_from_profile(at, profile_name, role_name);
                Ok(())
            },
        )
        .await
    }

    async fn delete_instance_profile(&self, name: &str) -> Result<()> {
        self.write("iam:DeleteInstanceProfile", name, |world, _| {
            world.delete_instance_profile(name)
        })
        .await
    }

    async fn tag_instance_profile(&self, name: &str, tags: &Tags) -> Result<()> {
        self.write("iam:TagInstanceProfile", name, |world, _| {
            world.profile_tags(name)?.extend(tags.clone());
            Ok(())
        })
        .await
    }

    async fn untag_instance_profile(&self, name: &str, keys: &BTreeSet<String>) -> Result<()> {
        self.write("iam:UntagInstanceProfile", name, |world, _| {
            world.profile_tags(name)?.retain(|key, _| !keys.contains(key));
            Ok(())
        })
        .await
    }
}
