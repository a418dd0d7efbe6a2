//! Rules of IAM's roles and instance profiles.
//!
//! Roles and profiles are used by name; when one was made or changed matters to Batch, which sees it later.

use std::collections::BTreeSet;

use tokio::time::Instant;

use super::refusal::{Answer, Refusal};
use super::world::{Moment, World};
use crate::cloud::{ErrorKind, RoleRequest};
use crate::domain::Tags;
use crate::domain::observed::{InstanceProfile, Role};

/// AWS's managed policies that exist here, by path and name.
const MANAGED_POLICIES: &[&str] = &[
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonSSMManagedInstanceCore",
    "service-role/AWSBatchServiceRole",
    "service-role/AmazonEC2ContainerServiceforEC2Role",
    "service-role/AmazonEC2SpotFleetTaggingRole",
];

/// A role, and when it was made or its rights last changed.
#[derive(Clone, Debug)]
pub struct RoleRecord {
    /// The role, with its tags and policies.
    pub role: Role,
    /// Names of the policies that are written into it.
    pub inline_policies: BTreeSet<String>,
    /// When it was made.
    pub since: Instant,
    /// When its trust or its policies were last changed.
    pub changed: Instant,
}

/// A profile, and when it was made or its role last changed.
#[derive(Clone, Debug)]
pub struct ProfileRecord {
    /// The profile; its role is given by name in `role_name`.
    pub profile: InstanceProfile,
    /// The role in it.
    pub role_name: Option<String>,
    /// When it was made, or got or lost its role.
    pub changed: Instant,
}

impl World {
    pub(super) fn create_role(&mut self, at: &Moment<'_>, request: &RoleRequest) -> Answer<Role> {
        let name = &request.name;
        if self.roles.contains_key(name) {
            let message = format!("Role with name {name} already exists.");
            return Err(Refusal::new(ErrorKind::AlreadyExists, "EntityAlreadyExists", message));
        }
        check_policy(&request.assume_role_policy)?;
        let role = Role {
            name: name.clone(),
            arn: at.arn("iam", &format!("role/{name}")),
            assume_role_policy: request.assume_role_policy.clone(),
            attached_policies: BTreeSet::new(),
            tags: Some(request.tags.clone()),
        };
        let record = RoleRecord {
            role: role.clone(),
            inline_policies: BTreeSet::new(),
            since: at.now,
            changed: at.now,
        };
        self.roles.insert(name.clone(), record);
        Ok(role)
    }

    fn known_role(&mut self, at: &Moment<'_>, name: &str) -> Answer<&mut RoleRecord> {
        self.roles
            .get_mut(name)
            .filter(|record| record.since + at.behaviour.reference_lag <= at.now)
            .ok_or_else(|| Refusal::no_such_entity(format!("The role with name {name} cannot be found.")))
    }

    fn known_profile(&mut self, name: &str) -> Answer<&mut ProfileRecord> {
        let profile = self.instance_profiles.get_mut(name);
        profile.ok_or_else(|| Refusal::no_such_entity(format!("Instance Profile {name} cannot be found.")))
    }

    pub(super) fn set_assume_role_policy(&mut self, at: &Moment<'_>, role_name: &str, policy: &str) -> Answer<()> {
        check_policy(policy)?;
        let record = self.known_role(at, role_name)?;
        record.role.assume_role_policy = policy.to_owned();
        record.changed = at.now;
        Ok(())
    }

    pub(super) fn attach_policy(&mut self, at: &Moment<'_>, role_name: &str, policy_arn: &str) -> Answer<()> {
        let prefix = format!("arn:{}:iam::aws:policy/", at.behaviour.partition);
        let known = policy_arn
            .strip_prefix(&prefix)
            .is_some_and(|policy| MANAGED_POLICIES.contains(&policy));
        if !known {
            let message = format!("Policy {policy_arn} does not exist or is not attachable.");
            return Err(Refusal::no_such_entity(message));
        }
        let record = self.known_role(at, role_name)?;
        if record.role.attached_policies.insert(policy_arn.to_owned()) {
            record.changed = at.now;
        }
        Ok(())
    }

    pub(super) fn detach_policy(&mut self, at: &Moment<'_>, role_name: &str, policy_arn: &str) {
        if let Some(record) = self.roles.get_mut(role_name)
            && record.role.attached_policies.remove(policy_arn)
        {
            record.changed = at.now;
        }
    }

    pub(super) fn delete_inline_policy(&mut self, at: &Moment<'_>, role_name: &str, policy_name: &str) {
        if let Some(record) = self.roles.get_mut(role_name)
            && record.inline_policies.remove(policy_name)
        {
            record.changed = at.now;
        }
    }

    /// A role with policies, or in a profile, cannot go.
    pub(super) fn delete_role(&mut self, name: &str) -> Answer<()> {
        let Some(record) = self.roles.get(name) else {
            return Ok(());
        };
        if self
            .instance_profiles
            .values()
            .any(|profile| profile.role_name.as_deref() == Some(name))
        {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(Refusal::delete_conflict(message));
        }
        if !record.role.attached_policies.is_empty() {
            return Err(Refusal::delete_conflict(
                "Cannot delete entity, must detach all policies first.",
            ));
        }
        if !record.inline_policies.is_empty() {
            return Err(Refusal::delete_conflict(
                "Cannot delete entity, must delete policies first.",
            ));
        }
        self.roles.remove(name);
        Ok(())
    }

    pub(super) fn role_tags(&mut self, at: &Moment<'_>, name: &str) -> Answer<&mut Tags> {
        Ok(self.known_role(at, name)?.role.tags.get_or_insert_default())
    }

    pub(super) fn profile_tags(&mut self, name: &str) -> Answer<&mut Tags> {
        Ok(&mut self.known_profile(name)?.profile.tags)
    }

    /// A profile as GetInstanceProfile shows it: the role in it comes without policies and tags.
    pub(super) fn instance_profile(&self, name: &str) -> Option<InstanceProfile> {
        let record = self.instance_profiles.get(name)?;
        let role = record
            .role_name
            .as_ref()
            .and_then(|name| self.roles.get(name))
            .map(|record| Role {
                attached_policies: BTreeSet::new(),
                tags: None,
                ..record.role.clone()
            });
        Some(InstanceProfile {
            role,
            ..record.profile.clone()
        })
    }

    pub(super) fn create_instance_profile(
        &mut self,
        at: &Moment<'_>,
        name: &str,
        tags: &Tags,
    ) -> Answer<InstanceProfile> {
        if self.instance_profiles.contains_key(name) {
            let message = format!("Instance Profile {name} already exists.");
            return Err(Refusal::new(ErrorKind::AlreadyExists, "EntityAlreadyExists", message));
        }
        let profile = InstanceProfile {
            name: name.to_owned(),
            arn: at.arn("iam", &format!("instance-profile/{name}")),
            role: None,
            tags: tags.clone(),
        };
        let record = ProfileRecord {
            profile: profile.clone(),
            role_name: None,
            changed: at.now,
        };
        self.instance_profiles.insert(name.to_owned(), record);
        Ok(profile)
    }

    /// A profile holds one role; adding even that one again is refused.
    pub(super) fn add_role_to_profile(&mut self, at: &Moment<'_>, profile_name: &str, role_name: &str) -> Answer<()> {
        self.known_role(at, role_name)?;
        let record = self.known_profile(profile_name)?;
        if record.role_name.is_some() {
            let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
            return Err(Refusal::new(ErrorKind::AlreadyExists, "LimitExceeded", message));
        }
        record.role_name = Some(role_name.to_owned());
        record.changed = at.now;
        Ok(())
    }

    pub(super) fn remove_role_from_profile(&mut self, at: &Moment<'_>, profile_name: &str, role_name: &str) {
        let record = self.instance_profiles.get_mut(profile_name);
        if let Some(record) = record.filter(|record| record.role_name.as_deref() == Some(role_name)) {
            record.role_name = None;
            record.changed = at.now;
        }
    }

    pub(super) fn delete_instance_profile(&mut self, name: &str) -> Answer<()> {
        if self
            .instance_profiles
            .get(name)
            .is_some_and(|record| record.role_name.is_some())
        {
            let message = "Cannot delete entity, must remove roles from instance profile first.";
            return Err(Refusal::delete_conflict(message));
        }
        self.instance_profiles.remove(name);
        Ok(())
    }
}

fn check_policy(policy: &str) -> Answer<()> {
    match serde_json::from_str::<serde_json::Value>(policy) {
        Ok(serde_json::Value::Object(document)) if document.contains_key("Statement") => Ok(()),
        _ => Err(Refusal::invalid(
            "MalformedPolicyDocument",
            "This policy contains invalid Json",
        )),
    }
}
