//! Spec and facts become the topology, or the list of all that stands in the way.

use std::collections::BTreeSet;

use super::place::{self, Place};
use super::{EndpointPlan, RolePlan, SecurityGroupPlan, SubnetPlan, Topology, VpcPlan};
use crate::domain::batch::{
    ComputeEnvironmentPlan, InstanceProfileChoice, InstanceResources, InstancesPlan, JobQueuePlan, LaunchTemplate,
    ServiceRoleChoice, SpotFleetRoleChoice, check_number_of_subnets, memory, queue, rules, validate_job_queues,
    validate_spec,
};
use crate::domain::endpoint::policy::{self, Perimeter};
use crate::domain::endpoint::{self, EndpointKind, Service};
use crate::domain::facts::Facts;
use crate::domain::firewall::{self, text};
use crate::domain::limits::TAGS_PER_RESOURCE;
use crate::domain::name::{self, Ownership};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::Spec;
use crate::domain::tagging::{part_tags, validate_tags};
use crate::domain::{change, identity};

impl Topology {
    /// Plans an environment. The errors are all that could be found, not the first one.
    ///
    /// The same spec and facts always give the same topology; what earlier plans decided comes in by [`Spec::kept`].
    pub fn plan(spec: &Spec, facts: &Facts) -> Result<Self, Vec<PlanError>> {
        let mut errors = Vec::new();
        errors.extend(validate_tags(&spec.tags).into_iter().map(|error| error.at("tags")));
        errors.extend(room_for_memory(spec).err());
        errors.extend(validate_spec(
            &spec.compute_environment,
            spec.kept.compute_environment_name.is_some(),
        ));
        errors.extend(validate_job_queues(&spec.name, &spec.job_queues));
        errors.extend(check_number_of_subnets(spec.compute_environment.compute_type, &spec.network).err());
        errors.extend(policy_errors(spec, facts));
        errors.extend(role_errors(spec, facts));
        errors.extend(group_errors(spec, facts));
        let launch_template = launch_template(spec, facts)
            .map_err(|found| errors.extend(found))
            .unwrap_or_default();

        let (services, service_errors) =
            endpoint::resolve(spec.compute_environment.compute_type, &spec.endpoints, facts);
        errors.extend(service_errors);
        let prefix_lists = prefix_lists(spec, facts, &services)
            .map_err(|error| errors.push(error))
            .unwrap_or_default();
        let place = place::find(spec, facts, &services).map_err(|found| errors.extend(found));
        errors.extend(
            place
                .iter()
                .flat_map(|place| policies_of_others(spec, &services, place)),
        );
        match place {
            Ok(place) if errors.is_empty() => Ok(Planner {
                spec,
                facts,
                launch_template,
                ownership: spec.ownership(&facts.account_id),
            }
            .topology(&place, &services, &prefix_lists)),
            _ => Err(errors),
        }
    }
}

/// Policies for endpoints that are somebody else's: what others made is never changed.
fn policies_of_others(spec: &Spec, services: &[Service], place: &Place) -> Vec<PlanError> {
    let names = spec.endpoints.policies.keys();
    let of_others = names.filter_map(|name| {
        let service = services.iter().find(|service| service.is_named(name))?;
        let id = place.serving.get(&service.short_name)?;
        let summary = format!("The endpoint for {name:?} is not the environment's own");
        let detail = format!("{id} was there already and is used as it is, with its own policy. Remove the policy.");
        Some(Invalid::new(summary, detail).at(format!("endpoints.policies[{name:?}]")))
    });
    of_others.collect()
}

fn role_errors(spec: &Spec, facts: &Facts) -> Vec<PlanError> {
    let compute_environment = &spec.compute_environment;
    [
        (
            "compute_environment.instance_role_arn",
            &compute_environment.instance_role_arn,
        ),
        (
            "compute_environment.service_role_arn",
            &compute_environment.service_role_arn,
        ),
        (
            "compute_environment.spot_iam_fleet_role_arn",
            &compute_environment.spot_iam_fleet_role_arn,
        ),
    ]
    .into_iter()
    .filter_map(|(attribute, arn)| {
        let error = identity::check_account(arn.as_deref()?, &facts.partition, &facts.account_id).err()?;
        Some(error.at(attribute))
    })
    .collect()
}

/// The compute environment carries tags of our own besides those that every part has.
fn room_for_memory(spec: &Spec) -> Result<(), PlanError> {
    let compute_environment = &spec.compute_environment;
    let memory = memory::tags(
        compute_environment.image_refresh.as_deref(),
        compute_environment.container_insights,
    );
    let tags = part_tags(&spec.tags, &spec.ownership(""), spec.name.as_str()).len() + memory.len();
    if tags <= TAGS_PER_RESOURCE || memory.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "A resource takes at most {TAGS_PER_RESOURCE} tags, and the compute environment would have {tags}: image_refresh and \
         container_insights are kept as one tag each. Remove {} of yours.",
        tags - TAGS_PER_RESOURCE
    );
    Err(Invalid::new(format!("{} tags are too many", spec.tags.len()), detail).at("tags"))
}

fn launch_template(spec: &Spec, facts: &Facts) -> Result<Option<LaunchTemplate>, Vec<PlanError>> {
    let template = spec.compute_environment.launch_template.as_ref();
    let template = template.filter(|_| spec.compute_environment.compute_type.takes("launch_template"));
    template
        .map(|template| template.resolved(&facts.launch_templates))
        .transpose()
}

/// Scheduling policies that the queues cannot have. Without an account there is nothing to compare.
fn policy_errors(spec: &Spec, facts: &Facts) -> Vec<PlanError> {
    let given = spec.job_queues.iter().filter_map(|(key, queue)| {
        let arn = queue.scheduling_policy_arn.as_deref()?;
        let error = queue::check_policy_place(arn, &facts.region, &facts.account_id).err()?;
        Some(error.at(format!("job_queues[{key:?}].scheduling_policy_arn")))
    });
    given.filter(|_| !facts.account_id.is_empty()).collect()
}

fn group_errors(spec: &Spec, facts: &Facts) -> Vec<PlanError> {
    let group = &spec.security_group;
    let mut errors = rules::validate_additional_groups(&group.additional_ids);
    errors.extend(rules::check_number_of_groups(spec.compute_environment.compute_type, &group.additional_ids).err());
    if let Err(error) = text::validate_group_name(&spec.security_group_name()) {
        errors.push(error.at("security_group.name"));
    }
    if let Err(error) = text::validate_group_description(&spec.security_group_description()) {
        errors.push(error.at("security_group.description"));
    }
    errors.extend(firewall::repetitions(
        &group.ingress_rules,
        &place::vpc_blocks(spec, facts),
    ));
    errors
}

/// Prefix lists that outbound traffic may go to; none are needed when it may go anywhere.
fn prefix_lists(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<Vec<String>, PlanError> {
    if spec.security_group.allow_all_outbound {
        return Ok(Vec::new());
    }
    let gateways = services.iter().filter(|service| service.kind == EndpointKind::Gateway);
    gateways
        .map(|service| {
            facts.prefix_lists.get(&service.service_name).cloned().ok_or_else(|| {
                Invalid::new(
                    format!("The prefix list of {} is not known", service.service_name),
                    "Outbound rules to a gateway endpoint name its prefix list. Check that the caller may call \
                     ec2:DescribeManagedPrefixLists, or set allow_all_outbound = true.",
                )
                .at("security_group.allow_all_outbound")
            })
        })
        .collect()
}

/// Puts the parts together once nothing can be wrong any more.
struct Planner<'a> {
    spec: &'a Spec,
    facts: &'a Facts,
    launch_template: Option<LaunchTemplate>,
    ownership: Ownership,
}

impl Planner<'_> {
    fn topology(self, place: &Place, services: &[Service], prefix_lists: &[String]) -> Topology {
        let (spec, facts) = (self.spec, self.facts);
        Topology {
            partition: facts.partition.clone(),
            vpc: VpcPlan {
                id: place.vpc_id.clone(),
                cidr_block: place.cidr_block,
                cidr_blocks: place.cidr_blocks.clone(),
                instance_tenancy: place.instance_tenancy,
                tags: self.tags(),
            },
            subnets: place
                .sites
                .iter()
                .map(|site| SubnetPlan {
                    id: site.id.clone(),
                    route_table_id: site.route_table_id.clone(),
                    availability_zone: site.zone.clone(),
                    cidr_block: site.block,
                    tags: self.tags_for(&site.zone),
                    route_table_tags: self.tags_for(&site.zone),
                })
                .collect(),
            security_group: SecurityGroupPlan {
                name: spec.security_group_name(),
                stand_in_name: name::stand_in_group_name(&spec.security_group_name()),
                description: spec.security_group_description(),
                ingress: firewall::ingress(&place.cidr_blocks, &spec.security_group.ingress_rules),
                egress: firewall::egress(
                    &place.cidr_blocks,
                    spec.security_group.allow_all_outbound,
                    prefix_lists.iter().map(String::as_str),
                ),
                tags: self.tags(),
            },
            endpoints: services
                .iter()
                .filter(|_| spec.endpoints.enabled)
                .map(|service| self.endpoint(service, place))
                .collect(),
            service_names: services.iter().map(|service| service.service_name.clone()).collect(),
            parked: !spec.endpoints.enabled,
            instance_role: (spec.instance_profile() == Some(InstanceProfileChoice::Owned))
                .then(|| self.instance_role()),
            service_role: (spec.service_role() == ServiceRoleChoice::Owned).then(|| self.service_role()),
            spot_fleet_role: (spec.spot_fleet_role() == Some(SpotFleetRoleChoice::Owned))
                .then(|| self.spot_fleet_role()),
            compute_environment: self.compute_environment(place),
            job_queues: self.job_queues(),
            isolation: spec.isolation,
            ignored_tags: spec.ignored_tags.clone(),
            ownership: self.ownership,
        }
    }

    fn tags(&self) -> crate::domain::Tags {
        part_tags(&self.spec.tags, &self.ownership, self.spec.name.as_str())
    }

    fn tags_for(&self, key: &str) -> crate::domain::Tags {
        part_tags(&self.spec.tags, &self.ownership, &name::part_name(&self.spec.name, key))
    }

    fn endpoint(&self, service: &Service, place: &Place) -> EndpointPlan {
        let existing_id = place.serving.get(&service.short_name).cloned();
        let own_policy = self.policy(service);
        let seen = self.facts.network.as_ref();
        let theirs = existing_id.as_ref().and_then(|id| seen?.endpoints.get(id));
        EndpointPlan {
            service: service.short_name.clone(),
            service_name: service.service_name.clone(),
            kind: service.kind,
            availability_zones: match service.kind {
                EndpointKind::Interface if existing_id.is_none() => place.zones.endpoints.clone(),
                EndpointKind::Interface | EndpointKind::Gateway => BTreeSet::new(),
            },
            private_dns_enabled: service.supports_private_dns && self.spec.endpoints.private_dns_enabled,
            keeps_its_policy: theirs.is_some_and(|theirs| {
                own_policy.is_some() && !policy::same(own_policy.as_deref(), theirs.policy.as_deref())
            }),
            policy: own_policy.filter(|_| existing_id.is_none()),
            existing_id,
            tags: self.tags_for(&service.short_name),
        }
    }

    /// The user's policy for the service, else the preset's, as far as the service can have one.
    fn policy(&self, service: &Service) -> Option<String> {
        let endpoints = &self.spec.endpoints;
        let perimeter = Perimeter {
            partition: &self.facts.partition,
            region: &self.facts.region,
            account_id: &self.facts.account_id,
            organization_id: endpoints.organization_id.as_deref(),
        };
        let written = endpoints.policies.iter().find(|(name, _)| service.is_named(name));
        match written {
            Some((_, document)) => Some(document.clone()),
            None if service.supports_policies => policy::document(endpoints.policy, &service.short_name, &perimeter),
            None => None,
        }
    }

    fn instance_role(&self) -> RolePlan {
        RolePlan {
            name: name::instance_role_name(&self.ownership),
            description: format!("Instances of the isolated AWS Batch environment {}", self.spec.name),
            assume_role_policy: identity::instance_trust_policy(&self.facts.partition),
            managed_policies: BTreeSet::from([identity::instance_managed_policy(&self.facts.partition)]),
            tags: self.tags(),
        }
    }

    fn service_role(&self) -> RolePlan {
        RolePlan {
            name: name::service_role_name(&self.ownership),
            description: format!("AWS Batch for the isolated environment {}", self.spec.name),
            assume_role_policy: identity::service_trust_policy(),
            managed_policies: BTreeSet::from([identity::service_managed_policy(&self.facts.partition)]),
            tags: self.tags(),
        }
    }

    fn spot_fleet_role(&self) -> RolePlan {
        RolePlan {
            name: name::spot_fleet_role_name(&self.ownership),
            description: format!("Spot Fleet for the isolated AWS Batch environment {}", self.spec.name),
            assume_role_policy: identity::spot_fleet_trust_policy(),
            managed_policies: BTreeSet::from([identity::spot_fleet_managed_policy(&self.facts.partition)]),
            tags: self.tags(),
        }
    }

    fn compute_environment(&self, place: &Place) -> ComputeEnvironmentPlan {
        let spec = &self.spec.compute_environment;
        let mut tags = self.tags();
        tags.extend(memory::tags(spec.image_refresh.as_deref(), spec.container_insights));
        let derived = self.derived_name(place);
        let decided = spec.name.as_ref().or(self.spec.kept.compute_environment_name.as_ref());
        let name = decided.cloned().unwrap_or_else(|| derived.clone());
        ComputeEnvironmentPlan {
            stand_in_name: name::stand_in_name(&derived, &name),
            name,
            compute_type: spec.compute_type,
            max_vcpus: spec.max_vcpus,
            enabled: spec.enabled,
            service_role: self.spec.service_role(),
            additional_security_group_ids: self.spec.security_group.additional_ids.clone(),
            container_insights: spec.container_insights,
            updatable: self.spec.supports_infrastructure_update(),
            instances: self.instances(),
            tags,
        }
    }

    /// What is about instances, where the type has any.
    fn instances(&self) -> Option<InstancesPlan> {
        let spec = &self.spec.compute_environment;
        Some(InstancesPlan {
            resources: InstanceResources {
                allocation_strategy: spec.allocation_strategy()?,
                instance_types: spec.instance_types(),
                min_vcpus: spec.min_vcpus(),
                desired_vcpus: spec.desired_vcpus,
                bid_percentage: spec.bid_percentage,
                image_id: spec.image_id.clone(),
                ec2_configuration: spec.ec2_configuration.clone(),
                ec2_key_pair: spec.ec2_key_pair.clone(),
                placement_group: spec.placement_group.clone(),
                launch_template: self.launch_template.clone(),
                instance_tags: spec.instance_tags.clone(),
                min_scale_down_delay_minutes: spec.min_scale_down_delay_minutes,
            },
            instance_profile: self.spec.instance_profile()?,
            spot_fleet_role: self.spec.spot_fleet_role(),
            image_refresh: spec.image_refresh.clone(),
            update_policy: spec.update_policy.unwrap_or_default(),
        })
    }

    /// The name that follows from all whose change needs another compute environment. The user's own name and one that was decided
    /// before come first.
    fn derived_name(&self, place: &Place) -> String {
        let mut resolved = self.spec.clone();
        resolved.network.availability_zones = Some(place.zones.environment.clone());
        resolved.network.subnet_prefix_length = place.prefix_length;
        resolved
            .compute_environment
            .launch_template
            .clone_from(&self.launch_template);
        name::compute_environment_name(&self.spec.name, change::fingerprint(&resolved))
    }

    fn job_queues(&self) -> Vec<JobQueuePlan> {
        let queues = self.spec.job_queues.iter();
        let plans = queues.map(|(key, queue)| {
            let name = queue.name(&self.spec.name, key);
            JobQueuePlan {
                key: key.clone(),
                priority: queue.priority,
                enabled: queue.enabled,
                scheduling_policy_arn: queue.scheduling_policy_arn.clone(),
                state_time_limit_actions: queue.state_time_limit_actions.iter().cloned().collect(),
                tags: part_tags(&self.spec.tags, &self.ownership, &name),
                name,
            }
        });
        plans.collect()
    }
}
