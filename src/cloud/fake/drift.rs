//! What others do behind our back: editing, deleting and adding things without a call of the port.

use std::collections::BTreeSet;
use std::convert::Infallible;

use tokio::time::Instant;

use super::world::{Moment, World};
use super::{EndpointRecord, FakeCloud, ProfileRecord, QueueRecord, RoleRecord};
use crate::domain::Tags;
use crate::domain::batch::status;
use crate::domain::endpoint::EndpointKind;
use crate::domain::identity;
use crate::domain::observed::{
    Endpoint, Gateway, GatewayKind, InstanceProfile, JobQueue, NetworkInterface, Role, Route, SecurityGroup,
};

impl FakeCloud {
    /// Edits or deletes anything at once, whatever AWS's rules say.
    pub fn edit<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        self.drift(|world, _| change(world))
    }

    fn drift<T>(&self, change: impl FnOnce(&mut World, &Moment<'_>) -> T) -> T {
        match self.change::<T, Infallible>(|world, at| Ok(change(world, at))) {
            Ok(answer) => answer,
        }
    }

    /// Takes all tags off everything but what is IAM's: what a stack that something else made looks like.
    pub fn remove_tags(&self) {
        self.edit(|world| {
            let vpcs = world.vpcs.values_mut().map(|vpc| &mut vpc.tags);
            let subnets = world.subnets.values_mut().map(|subnet| &mut subnet.thing.tags);
            let tables = world.route_tables.values_mut().map(|table| &mut table.thing.tags);
            let groups = world.security_groups.values_mut().map(|group| &mut group.thing.tags);
            let endpoints = world.endpoints.values_mut().map(|there| &mut there.thing.endpoint.tags);
            let environments = world.compute_environments.values_mut();
            let environments = environments.map(|there| &mut there.environment.tags);
            let queues = world.job_queues.values_mut().map(|there| &mut there.queue.tags);
            let network = vpcs.chain(subnets).chain(tables).chain(groups).chain(endpoints);
            network.chain(environments).chain(queues).for_each(Tags::clear);
        });
    }

    /// Deletes an endpoint and its interfaces at once.
    pub fn remove_endpoint(&self, id: &str) {
        self.edit(|world| world.remove_endpoint(id));
    }

    /// Adds a route, such as `0.0.0.0/0` to an internet gateway.
    pub fn add_route(&self, route_table_id: &str, destination: &str, target: &str) {
        self.edit(|world| {
            if let Some(table) = world.route_tables.get_mut(route_table_id) {
                table.routes.push(Route {
                    destination: destination.to_owned(),
                    target: target.to_owned(),
                    ..Route::default()
                });
            }
        });
    }

    /// Attaches an internet gateway to a VPC; answers its id.
    pub fn add_internet_gateway(&self, vpc_id: &str) -> String {
        self.add_gateway(vpc_id, GatewayKind::Internet, "igw")
    }

    /// Attaches a gateway to a VPC; answers its id.
    pub fn add_gateway(&self, vpc_id: &str, kind: GatewayKind, prefix: &str) -> String {
        self.drift(|world, at| {
            let id = world.new_id(prefix);
            let gateway = Gateway { id: id.clone(), kind };
            world.gateways.insert(id.clone(), at.place(vpc_id, gateway));
            id
        })
    }

    /// GuardDuty puts its endpoint and its group into a VPC, with an interface in a subnet; answers the ids of endpoint and group.
    pub fn add_guardduty(&self, vpc_id: &str, subnet_id: &str) -> (String, String) {
        let name = format!("GuardDutyManagedSecurityGroup-{vpc_id}");
        let group = self.add_security_group(vpc_id, &name);
        let interface = self.add_network_interface(subnet_id, &[&group], "VPC Endpoint Interface");
        let endpoint = self.drift(|world, at| {
            if let Some(interface) = world.network_interfaces.get_mut(&interface) {
                "vpc_endpoint".clone_into(&mut interface.interface_type);
            }
            let endpoint = Endpoint {
                id: world.new_id("vpce"),
                service_name: format!("com.amazonaws.{}.guardduty-data", at.region),
                kind: EndpointKind::Interface,
                state: "available".to_owned(),
                last_error: None,
                private_dns_enabled: true,
                subnet_ids: BTreeSet::from([subnet_id.to_owned()]),
                route_table_ids: BTreeSet::new(),
                security_group_ids: BTreeSet::from([group.clone()]),
                network_interface_ids: BTreeSet::from([interface]),
                dns_name: None,
                policy: None,
                tags: Tags::from([("GuardDutyManaged".to_owned(), "true".to_owned())]),
            };
            let id = endpoint.id.clone();
            let record = EndpointRecord { endpoint, until: None };
            world.endpoints.insert(id.clone(), at.place(vpc_id, record));
            id
        });
        (endpoint, group)
    }

    /// Adds somebody's security group to a VPC; answers its id.
    pub fn add_security_group(&self, vpc_id: &str, name: &str) -> String {
        self.drift(|world, at| {
            let group = SecurityGroup {
                id: world.new_id("sg"),
                name: name.to_owned(),
                description: "somebody's".to_owned(),
                ingress: BTreeSet::new(),
                egress: BTreeSet::new(),
                tags: Tags::new(),
            };
            let id = group.id.clone();
            world.security_groups.insert(id.clone(), at.place(vpc_id, group));
            id
        })
    }

    /// Puts somebody's network interface into a subnet, where it holds on to the subnet and the groups; answers its id.
    pub fn add_network_interface(&self, subnet_id: &str, security_group_ids: &[&str], description: &str) -> String {
        self.drift(|world, at| {
            let interface = NetworkInterface {
                id: world.new_id("eni"),
                description: description.to_owned(),
                interface_type: "interface".to_owned(),
                requester_id: None,
                owner_id: None,
                instance_id: None,
                subnet_id: subnet_id.to_owned(),
                security_group_ids: security_group_ids.iter().map(|id| (*id).to_owned()).collect(),
            };
            let vpc_id = world
                .subnets
                .get(subnet_id)
                .map(|subnet| subnet.vpc_id.clone())
                .unwrap_or_default();
            let id = interface.id.clone();
            world
                .network_interfaces
                .insert(id.clone(), at.place(&vpc_id, interface));
            id
        })
    }

    /// Adds somebody's instance profile with a role in it (both of this name), which Batch knows already; answers its ARN.
    pub fn add_instance_profile(&self, name: &str) -> String {
        self.drift(|world, at| {
            let partition = &at.behaviour.partition;
            let policy = identity::instance_managed_policy(partition);
            add_role(world, at, name, &identity::instance_trust_policy(partition), policy);
            let profile = InstanceProfile {
                name: name.to_owned(),
                arn: at.arn("iam", &format!("instance-profile/{name}")),
                role: None,
                tags: Tags::new(),
            };
            let arn = profile.arn.clone();
            let record = ProfileRecord {
                profile,
                role_name: Some(name.to_owned()),
                changed: long_ago(at),
            };
            world.instance_profiles.insert(name.to_owned(), record);
            arn
        })
    }

    /// Adds somebody's service role, which Batch knows already; answers its ARN.
    pub fn add_service_role(&self, name: &str) -> String {
        self.drift(|world, at| {
            let policy = identity::service_managed_policy(&at.behaviour.partition);
            add_role(world, at, name, &identity::service_trust_policy(), policy)
        })
    }

    /// Writes a policy into a role, which holds on to the role.
    pub fn add_inline_policy(&self, role_name: &str, policy_name: &str) {
        self.drift(|world, at| {
            if let Some(record) = world.roles.get_mut(role_name) {
                record.inline_policies.insert(policy_name.to_owned());
                record.changed = at.now;
            }
        });
    }

    /// Adds somebody's job queue on a compute environment.
    pub fn add_job_queue(&self, name: &str, compute_environment_arn: &str) {
        self.drift(|world, at| {
            let queue = JobQueue {
                name: name.to_owned(),
                arn: at.arn("batch", &format!("job-queue/{name}")),
                status: status::VALID.to_owned(),
                enabled: true,
                priority: 1,
                compute_environments: vec![compute_environment_arn.to_owned()],
                ..JobQueue::default()
            };
            world
                .job_queues
                .insert(name.to_owned(), QueueRecord { queue, until: None });
        });
    }

    /// Deletes a job queue; Batch remembers it for [`Behaviour::relationship_lag`](super::Behaviour).
    pub fn remove_job_queue(&self, name: &str) {
        self.drift(|world, at| {
            if let Some(record) = world.job_queues.remove(name) {
                world.forget_later(&record.queue.compute_environments, at.now);
            }
        });
    }

    /// Batch gives up on a compute environment.
    pub fn invalidate_compute_environment(&self, name: &str, reason: &str) {
        self.edit(|world| {
            if let Some(record) = world.compute_environments.get_mut(name) {
                record.environment.status = status::INVALID.to_owned();
                record.environment.status_reason = Some(reason.to_owned());
                record.until = None;
            }
        });
    }
}

fn add_role(world: &mut World, at: &Moment<'_>, name: &str, trust: &str, policy: String) -> String {
    let role = Role {
        name: name.to_owned(),
        arn: at.arn("iam", &format!("role/{name}")),
        assume_role_policy: trust.to_owned(),
        attached_policies: BTreeSet::from([policy]),
        tags: Some(Tags::new()),
    };
    let arn = role.arn.clone();
    let record = RoleRecord {
        role,
        inline_policies: BTreeSet::new(),
        since: long_ago(at),
        changed: long_ago(at),
    };
    world.roles.insert(name.to_owned(), record);
    arn
}

/// Long enough ago that every part of AWS knows of it.
fn long_ago(at: &Moment<'_>) -> Instant {
    let lag = at.behaviour.iam_propagation.max(at.behaviour.reference_lag);
    at.now.checked_sub(lag).unwrap_or(at.now)
}
