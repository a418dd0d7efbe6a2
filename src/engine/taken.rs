//! Names that somebody else has. AWS refuses a second thing of a name and does not say whose the first one is.

use super::report::{Cause, Failure, capitalised, paragraphs};
use super::run::Run;
use super::step::{RoleKind, Step};
use crate::cloud::{CloudError, ErrorKind};
use crate::domain::Tags;
use crate::domain::identity::name_in_arn;
use crate::domain::name::Ownership;
use crate::domain::observed::Observed;
use crate::domain::topology::Topology;

/// A name that AWS did not give to what was to be made, because something has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Taken {
    kind: Kind,
    name: String,
    /// Where another name, or another thing, is chosen.
    attribute: String,
}

/// What has such names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    SecurityGroup,
    Role,
    InstanceProfile,
    ComputeEnvironment,
    JobQueue,
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Self::SecurityGroup => "security group",
            Self::Role => "IAM role",
            Self::InstanceProfile => "instance profile",
            Self::ComputeEnvironment => "compute environment",
            Self::JobQueue => "job queue",
        }
    }
}

/// Who has a name: by id or ARN, with its tags.
pub(super) struct Holder<'a> {
    id: &'a str,
    tags: &'a Tags,
}

impl Taken {
    /// The name that a step was refused; `None` if that is not what the refusal is about.
    pub(super) fn of(run: &Run<'_>, step: &Step, error: &CloudError) -> Option<Self> {
        let topology = run.topology().ok().filter(|_| error.kind == ErrorKind::AlreadyExists)?;
        let taken = |kind, name: &str, attribute: &str| Self {
            kind,
            name: name.to_owned(),
            attribute: attribute.to_owned(),
        };
        match step {
            Step::CreateSecurityGroup(name) => Some(taken(Kind::SecurityGroup, name, "security_group.name")),
            Step::CreateRole(kind) => Some(taken(Kind::Role, role_name(topology, *kind)?, &kind.part().attribute())),
            Step::CreateInstanceProfile => {
                let kind = RoleKind::Instance;
                let name = role_name(topology, kind)?;
                Some(taken(Kind::InstanceProfile, name, &kind.part().attribute()))
            }
            Step::CreateComputeEnvironment(name) => {
                Some(taken(Kind::ComputeEnvironment, name, "compute_environment.name"))
            }
            Step::CreateJobQueue(key) => {
                let plan = topology.job_queues.iter().find(|plan| plan.key == *key)?;
                let attribute = format!("{}.name", step.part().attribute());
                Some(taken(Kind::JobQueue, &plan.name, &attribute))
            }
            _ => None,
        }
    }

    /// Who has the name, where an observation shows somebody else to. Tags are put on in the call that makes a thing, so that what is
    /// shown without is nothing of this run's.
    pub(super) fn holder<'o>(&self, run: &Run<'_>, observed: &'o Observed) -> Option<Holder<'o>> {
        let ownership = &run.target.ownership;
        let identity = |resource: &str| {
            let mut found = observed.foreign_identities.iter();
            found.find(|(arn, _)| arn.contains(resource) && name_in_arn(arn) == self.name)
        };
        let (id, tags) = match self.kind {
            Kind::SecurityGroup => {
                let mut groups = observed.security_groups.values();
                let group = groups.find(|it| it.name == self.name && !observed.owns(ownership, &it.id, &it.tags))?;
                (&group.id, &group.tags)
            }
            Kind::Role => identity(":role/")?,
            Kind::InstanceProfile => identity(":instance-profile/")?,
            Kind::ComputeEnvironment => {
                let other = observed.foreign_compute_environments.get(&self.name)?;
                (&other.arn, &other.tags)
            }
            Kind::JobQueue => {
                let other = observed.foreign_job_queues.get(&self.name)?;
                (&other.arn, &other.tags)
            }
        };
        Some(Holder { id, tags })
    }

    /// What it means to the user.
    pub(super) fn failure(&self, run: &Run<'_>, step: &Step, error: CloudError) -> Failure {
        let observed = run.world().observed;
        let what = format!("{} {}", self.kind.words(), self.name);
        let holder = self.holder(run, &observed);
        let id = holder.as_ref().filter(|holder| holder.id != self.name);
        let id = id.map(|holder| format!(" ({})", holder.id)).unwrap_or_default();
        let key = Ownership::ENVIRONMENT_KEY;
        let whose = match holder.and_then(|holder| holder.tags.get(key)) {
            Some(other) => format!("it has the tag {key} = {other:?}"),
            None => format!("it has no tag {key} = {:?}", run.target.ownership.environment.as_str()),
        };
        let part = step.part();
        Failure {
            summary: format!("The name of the {} is taken", step.part()),
            detail: paragraphs([
                error.to_string(),
                format!(
                    "{}{id} exists and is not this environment's ({whose}). Delete it, or set {}.",
                    capitalised(&what),
                    self.attribute
                ),
            ]),
            attribute: self.attribute.clone(),
            part,
            cause: Cause::Cloud(error),
        }
    }
}

fn role_name(topology: &Topology, kind: RoleKind) -> Option<&str> {
    let plan = match kind {
        RoleKind::Instance => &topology.instance_role,
        RoleKind::Service => &topology.service_role,
        RoleKind::SpotFleet => &topology.spot_fleet_role,
    };
    plan.as_ref().map(|plan| plan.name.as_str())
}
