//! The steps that lead from what is observed to what is desired, and the order among them.
//!
//! A step names *what* to bring about and for which key; ids are looked up when it runs. Order is expressed by milestones: a step
//! may start when no unfinished step provides a milestone that it requires. A milestone that no step of the run provides is there
//! already.

use std::collections::BTreeSet;

use super::part::Part;
use crate::domain::Tags;

/// Which of the roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RoleKind {
    /// The instances' role, which has a profile.
    Instance,
    /// Batch's role.
    Service,
    /// Spot Fleet's role.
    SpotFleet,
}

impl RoleKind {
    /// The part it is.
    pub fn part(self) -> Part {
        match self {
            Self::Instance => Part::InstanceRole,
            Self::Service => Part::ServiceRole,
            Self::SpotFleet => Part::SpotFleetRole,
        }
    }
}

/// Something that later steps rely on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Milestone {
    /// The VPC exists.
    Vpc,
    /// Its DNS support is on.
    DnsSupport,
    /// Its DNS host names are on: endpoints may have private DNS.
    DnsHostnames,
    /// The subnet of a zone exists.
    Subnet(String),
    /// The route table of a zone exists.
    RouteTable(String),
    /// The security group exists.
    SecurityGroup,
    /// Its rules are the desired ones.
    SecurityGroupRules,
    /// Those whose place it takes carry the environment's tags.
    SecurityGroupsClaimed,
    /// A former security group is gone, and its name is free.
    SecurityGroupGone(String),
    /// An endpoint exists (not: is available), with the right subnets, tables and groups.
    Endpoint(String),
    /// Every endpoint that was to change has settled.
    EndpointsAvailable,
    /// A role exists.
    Role(RoleKind),
    /// A role can do what it is for.
    RoleReady(RoleKind),
    /// The instance profile exists.
    InstanceProfile,
    /// The compute environment was created or changed.
    ComputeEnvironmentChanged,
    /// The compute environment has settled.
    ComputeEnvironmentSettled,
    /// Those whose place it takes carry the environment's tags.
    ComputeEnvironmentsClaimed,
    /// One takes no jobs any more.
    ComputeEnvironmentDisabled(String),
    /// One has no jobs any more.
    ComputeEnvironmentDrained(String),
    /// The deletion of one was accepted.
    ComputeEnvironmentLeaving(String),
    /// The deletion of all that go was accepted: nothing of theirs will run in the network any more.
    ComputeEnvironmentsLeaving,
    /// One is gone, and its name is free.
    ComputeEnvironmentGone(String),
    /// All that were to go are gone, and what they used may go.
    ComputeEnvironmentsGone,
    /// A job queue was created or changed.
    JobQueueChanged,
    /// Every desired job queue has settled, on its compute environment.
    JobQueuesSettled,
    /// A job queue takes no jobs any more.
    JobQueueDisabled(String),
    /// The deletion of one was accepted.
    JobQueueLeaving(String),
    /// One is gone, and its name is free.
    JobQueueGone(String),
    /// All that were to go are gone.
    JobQueuesGone,
    /// Endpoints were told to go.
    EndpointsLeaving,
    /// Endpoints are gone, and their interfaces with them.
    EndpointsGone,
    /// A subnet is gone.
    SubnetGone(String),
    /// A role is out of its profile.
    OutOfProfile,
    /// A role has lost its policies.
    Stripped(RoleKind),
    /// Something in the VPC is gone.
    VpcEmptied,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Creates the VPC.
    CreateVpc,
    /// Turns `enableDnsSupport` on.
    EnableDnsSupport,
    /// Turns `enableDnsHostnames` on.
    EnableDnsHostnames,
    /// Has instances that start from now on share hardware.
    ResetTenancy,
    /// Creates the subnet of a zone.
    CreateSubnet(String),
    /// Stops a subnet from giving public addresses.
    DisablePublicAddresses {
        /// Zone.
        zone: String,
        /// Subnet.
        subnet_id: String,
    },
    /// Stops a subnet from giving IPv6 addresses, which are public ones.
    DisableIpv6Addresses {
        /// Zone.
        zone: String,
        /// Subnet.
        subnet_id: String,
    },
    /// Creates the route table of a zone.
    CreateRouteTable(String),
    /// Gives a zone's subnet its route table, whatever table it has now.
    AssociateRouteTable(String),
    /// Removes a route that leads out.
    DeleteRoute {
        /// Zone.
        zone: String,
        /// Table.
        route_table_id: String,
        /// Destination.
        destination: String,
    },
    /// Creates the security group, under a name.
    CreateSecurityGroup(String),
    /// Adds and removes rules until those of the group of a name are the desired ones.
    ReconcileRules(String),
    /// Creates the endpoint of a service (short name).
    CreateEndpoint(String),
    /// Gives an endpoint the desired subnets, tables, groups and private DNS.
    ModifyEndpoint {
        /// Short service name.
        service: String,
        /// Name of the security group that it is to have.
        group: String,
    },
    /// Waits for every desired endpoint to be available.
    AwaitEndpoints,
    /// Creates a role.
    CreateRole(RoleKind),
    /// Puts back a role's trust policy.
    SetTrustPolicy(RoleKind),
    /// Attaches a managed policy.
    AttachPolicy(RoleKind, String),
    /// Creates the instance profile.
    CreateInstanceProfile,
    /// Puts the role into the profile.
    AddRoleToInstanceProfile,
    /// Creates the compute environment, under a name.
    CreateComputeEnvironment(String),
    /// Changes what differs, in as few and as cheap calls as Batch allows.
    UpdateComputeEnvironment {
        /// Its name.
        name: String,
        /// Name of the security group that it is to have.
        group: String,
    },
    /// Waits for the compute environment to be VALID.
    AwaitComputeEnvironment(String),
    /// Creates the job queue of a key.
    CreateJobQueue(String),
    /// Changes what differs in the job queue of a key.
    UpdateJobQueue {
        /// Key.
        key: String,
        /// Name of the compute environment that it is pointed to.
        onto: String,
    },
    /// Waits for every desired job queue to be VALID.
    AwaitJobQueues {
        /// Name of the compute environment that they are pointed to.
        onto: String,
    },
    /// Puts tags on EC2 resources.
    Tag {
        /// Resources.
        ids: BTreeSet<String>,
        /// Tags.
        tags: Tags,
    },
    /// Takes tags off EC2 resources.
    Untag {
        /// Resources.
        ids: BTreeSet<String>,
        /// Keys.
        keys: BTreeSet<String>,
    },
    /// Makes a role's tags the desired ones.
    TagRole(RoleKind),
    /// Makes the tags of the profile and of its role the desired ones.
    TagInstanceProfile,
    /// Makes a compute environment's tags the desired ones.
    TagComputeEnvironment(String),
    /// Makes the tags of the job queue of a key the desired ones.
    TagJobQueue(String),

    /// Disables a job queue and waits until it has settled.
    DisableJobQueue(String),
    /// Has it deleted.
    DeleteJobQueue(String),
    /// Waits until it is gone.
    AwaitJobQueueGone(String),
    /// Disables a compute environment and waits until it has settled.
    DisableComputeEnvironment(String),
    /// Waits until its jobs have ended, for as long as they are given.
    DrainComputeEnvironment(String),
    /// Has it deleted.
    DeleteComputeEnvironment(String),
    /// Waits until it is gone.
    AwaitComputeEnvironmentGone(String),
    /// Has endpoints deleted.
    DeleteEndpoints(BTreeSet<String>),
    /// Waits until they are gone.
    AwaitEndpointsGone(BTreeSet<String>),
    /// Takes the role out of the profile.
    RemoveRoleFromInstanceProfile,
    /// Deletes the profile.
    DeleteInstanceProfile,
    /// Detaches a role's policies.
    DetachPolicies(RoleKind),
    /// Deletes a role.
    DeleteRole(RoleKind),
    /// Deletes a security group.
    DeleteSecurityGroup(String),
    /// Deletes a subnet.
    DeleteSubnet {
        /// Zone.
        zone: String,
        /// Subnet.
        subnet_id: String,
    },
    /// Deletes a route table.
    DeleteRouteTable {
        /// Zone of its subnet, where it has one.
        zone: String,
        /// Table.
        route_table_id: String,
        /// Its subnets, which go first.
        subnet_ids: BTreeSet<String>,
    },
    /// Deletes the VPC.
    DeleteVpc(String),
}

/// What is done to a part that is not there.
pub const CREATING: &str = "creating";

impl Step {
    /// The part that the step is about.
    pub fn part(&self) -> Part {
        match self {
            Self::CreateVpc
            | Self::EnableDnsSupport
            | Self::EnableDnsHostnames
            | Self::ResetTenancy
            | Self::DeleteVpc(_) => Part::Vpc,
            Self::Tag { .. } | Self::Untag { .. } => Part::Tags,
            Self::CreateSubnet(zone)
            | Self::DisablePublicAddresses { zone, .. }
            | Self::DisableIpv6Addresses { zone, .. }
            | Self::DeleteSubnet { zone, .. } => Part::Subnet(zone.clone()),
            Self::CreateRouteTable(zone)
            | Self::AssociateRouteTable(zone)
            | Self::DeleteRoute { zone, .. }
            | Self::DeleteRouteTable { zone, .. } => Part::RouteTable(zone.clone()),
            Self::CreateSecurityGroup(_) | Self::ReconcileRules(_) | Self::DeleteSecurityGroup(_) => {
                Part::SecurityGroup
            }
            Self::CreateEndpoint(service) | Self::ModifyEndpoint { service, .. } => Part::Endpoint(service.clone()),
            Self::AwaitEndpoints | Self::DeleteEndpoints(_) | Self::AwaitEndpointsGone(_) => Part::Endpoints,
            Self::CreateRole(kind)
            | Self::SetTrustPolicy(kind)
            | Self::AttachPolicy(kind, _)
            | Self::TagRole(kind)
            | Self::DetachPolicies(kind)
            | Self::DeleteRole(kind) => kind.part(),
            Self::CreateInstanceProfile
            | Self::AddRoleToInstanceProfile
            | Self::TagInstanceProfile
            | Self::RemoveRoleFromInstanceProfile
            | Self::DeleteInstanceProfile => Part::InstanceRole,
            Self::CreateComputeEnvironment(_)
            | Self::UpdateComputeEnvironment { .. }
            | Self::AwaitComputeEnvironment(_) => Part::ComputeEnvironment,
            Self::TagComputeEnvironment(name)
            | Self::DisableComputeEnvironment(name)
            | Self::DrainComputeEnvironment(name)
            | Self::DeleteComputeEnvironment(name)
            | Self::AwaitComputeEnvironmentGone(name) => Part::ComputeEnvironmentNamed(name.clone()),
            Self::CreateJobQueue(key) | Self::UpdateJobQueue { key, .. } | Self::TagJobQueue(key) => {
                Part::JobQueue(key.clone())
            }
            Self::AwaitJobQueues { .. } => Part::JobQueues,
            Self::DisableJobQueue(name) | Self::DeleteJobQueue(name) | Self::AwaitJobQueueGone(name) => {
                Part::JobQueueNamed(name.clone())
            }
        }
    }

    /// What the step tries to do, for messages: "creating", "waiting for", …
    pub fn verb(&self) -> &'static str {
        match self {
            Self::CreateVpc
            | Self::CreateSubnet(_)
            | Self::CreateRouteTable(_)
            | Self::CreateSecurityGroup(_)
            | Self::CreateEndpoint(_)
            | Self::CreateRole(_)
            | Self::CreateInstanceProfile
            | Self::CreateComputeEnvironment(_)
            | Self::CreateJobQueue(_) => CREATING,
            Self::AwaitEndpoints | Self::AwaitComputeEnvironment(_) | Self::AwaitJobQueues { .. } => "waiting for",
            Self::AwaitComputeEnvironmentGone(_) | Self::AwaitJobQueueGone(_) | Self::AwaitEndpointsGone(_) => {
                "waiting for the end of"
            }
            Self::DisableComputeEnvironment(_) | Self::DisableJobQueue(_) => "disabling",
            Self::DrainComputeEnvironment(_) => "waiting for the jobs of",
            Self::DeleteComputeEnvironment(_)
            | Self::DeleteJobQueue(_)
            | Self::DeleteEndpoints(_)
            | Self::RemoveRoleFromInstanceProfile
            | Self::DeleteInstanceProfile
            | Self::DetachPolicies(_)
            | Self::DeleteRole(_)
            | Self::DeleteSecurityGroup(_)
            | Self::DeleteSubnet { .. }
            | Self::DeleteRouteTable { .. }
            | Self::DeleteVpc(_) => "deleting",
            Self::TagRole(_) | Self::TagInstanceProfile | Self::TagComputeEnvironment(_) | Self::TagJobQueue(_) => {
                "tagging"
            }
            Self::AssociateRouteTable(_) => "associating",
            Self::EnableDnsSupport => "enabling DNS support of",
            Self::EnableDnsHostnames => "enabling DNS host names of",
            Self::ResetTenancy => "giving up the dedicated tenancy of",
            Self::DisablePublicAddresses { .. } => "disabling public addresses of",
            Self::DisableIpv6Addresses { .. } => "disabling IPv6 addresses of",
            Self::ReconcileRules(_) => "changing the rules of",
            Self::SetTrustPolicy(_) => "restoring the trust policy of",
            Self::AttachPolicy(_, _) => "attaching a policy to",
            Self::DeleteRoute { .. } => "removing a route from",
            _ => "changing",
        }
    }

    /// Whether the step is one of a creation, and neither changes nor removes what somebody may rely on.
    pub fn only_adds(&self) -> bool {
        self.is_wait()
            || self.verb() == CREATING
            || matches!(
                self,
                Self::EnableDnsSupport
                    | Self::EnableDnsHostnames
                    | Self::AssociateRouteTable(_)
                    | Self::ReconcileRules(_)
                    | Self::AttachPolicy(_, _)
                    | Self::AddRoleToInstanceProfile
                    | Self::Tag { .. }
            )
    }

    /// Whether the step only waits: it is due again after every further change.
    pub fn is_wait(&self) -> bool {
        matches!(
            self,
            Self::AwaitEndpoints
                | Self::AwaitEndpointsGone(_)
                | Self::AwaitComputeEnvironment(_)
                | Self::AwaitComputeEnvironmentGone(_)
                | Self::AwaitJobQueues { .. }
                | Self::AwaitJobQueueGone(_)
        )
    }

    /// Whether the step takes something away. Such a step waits for what holds on to it, up to the user's timeout.
    pub fn is_removal(&self) -> bool {
        matches!(
            self,
            Self::DeleteComputeEnvironment(_)
                | Self::DeleteJobQueue(_)
                | Self::DeleteEndpoints(_)
                | Self::RemoveRoleFromInstanceProfile
                | Self::DeleteInstanceProfile
                | Self::DetachPolicies(_)
                | Self::DeleteRole(_)
                | Self::DeleteSecurityGroup(_)
                | Self::DeleteSubnet { .. }
                | Self::DeleteRouteTable { .. }
                | Self::DeleteVpc(_)
        )
    }
}
