//! Spec and facts become the topology, or the list of all that stands in the way.

use std::collections::BTreeSet;

use super::zones::{self, Zones};
use super::{EndpointPlan, RolePlan, SecurityGroupPlan, SubnetPlan, Topology, VpcPlan};
use crate::domain::address::{self, AddressPlan, AddressRequest};
use crate::domain::batch::{ComputeEnvironmentPlan, InstanceProfileChoice, ServiceRoleChoice, rules, validate_spec};
use crate::domain::endpoint::{self, EndpointKind, Service};
use crate::domain::facts::Facts;
use crate::domain::firewall::{self, text};
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
        errors.extend(validate_spec(
            &spec.compute_environment,
            spec.kept.compute_environment_name.is_some(),
        ));
        errors.extend(role_errors(spec, facts));
        errors.extend(group_errors(spec));

        let (services, service_errors) =
            endpoint::resolve(spec.compute_environment.compute_type, &spec.endpoints, facts);
        errors.extend(service_errors);
        let prefix_lists = prefix_lists(spec, facts, &services)
            .map_err(|error| errors.push(error))
            .unwrap_or_default();
        let network = network(spec, facts, &services).map_err(|found| errors.extend(found));
        match network {
            Ok((zones, addresses)) if errors.is_empty() => Ok(Planner {
                spec,
                facts,
                ownership: spec.ownership(&facts.account_id),
            }
            .topology(&zones, &addresses, &services, &prefix_lists)),
            _ => Err(errors),
        }
    }
}

fn network(spec: &Spec, facts: &Facts, services: &[Service]) -> Result<(Zones, AddressPlan), Vec<PlanError>> {
    let zones = zones::choose(spec, facts, services)?;
    let addresses = address::plan(&AddressRequest {
        vpc: spec.network.cidr_block,
        zones: &zones.environment,
        prefix_length: spec.network.subnet_prefix_length,
        kept: &spec.kept.subnets,
        kept_prefix_length: spec.kept.subnet_prefix_length,
    })?;
    let interfaces = services
        .iter()
        .filter(|service| service.kind == EndpointKind::Interface)
        .count();
    let too_small: Vec<PlanError> = addresses
        .blocks
        .iter()
        .filter_map(|(zone, block)| {
            let interfaces = if zones.endpoints.contains(zone) { interfaces } else { 0 };
            address::check_capacity(zone, *block, interfaces).err()
        })
        .collect();
    if too_small.is_empty() {
        Ok((zones, addresses))
    } else {
        Err(too_small)
    }
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
    ]
    .into_iter()
    .filter_map(|(attribute, arn)| {
        let error = identity::check_account(arn.as_deref()?, &facts.partition, &facts.account_id).err()?;
        Some(error.at(attribute))
    })
    .collect()
}

fn group_errors(spec: &Spec) -> Vec<PlanError> {
    let group = &spec.security_group;
    let mut errors = rules::validate_additional_groups(&group.additional_ids);
    if let Err(error) = text::validate_group_name(&spec.security_group_name()) {
        errors.push(error.at("security_group.name"));
    }
    if let Err(error) = text::validate_group_description(&spec.security_group_description()) {
        errors.push(error.at("security_group.description"));
    }
    let always = firewall::from_vpc(spec.network.cidr_block);
    for (index, rule) in group.ingress_rules.iter().enumerate() {
        let at = format!("security_group.ingress_rules[{index}]");
        if rule.same_permission(&always) {
            let detail = "All traffic from the VPC's block is always let in. Remove the rule.";
            errors.push(Invalid::new("This rule is always there", detail).at(at));
        } else if group.ingress_rules[..index]
            .iter()
            .any(|other| other.same_permission(rule))
        {
            let detail =
                "AWS tells rules apart by protocol, ports and source, not by description. Remove one of the two.";
            errors.push(Invalid::new(format!("The rule \"{rule}\" is given twice"), detail).at(at));
        }
    }
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
    ownership: Ownership,
}

impl Planner<'_> {
    fn topology(
        self,
        zones: &Zones,
        addresses: &AddressPlan,
        services: &[Service],
        prefix_lists: &[String],
    ) -> Topology {
        let (spec, facts) = (self.spec, self.facts);
        let vpc_block = spec.network.cidr_block;
        Topology {
            partition: facts.partition.clone(),
            vpc: VpcPlan {
                cidr_block: vpc_block,
                instance_tenancy: spec.network.instance_tenancy,
                tags: self.tags(),
            },
            subnets: addresses
                .blocks
                .iter()
                .map(|(zone, block)| SubnetPlan {
                    availability_zone: zone.clone(),
                    cidr_block: *block,
                    tags: self.tags_for(zone),
                    route_table_tags: self.tags_for(zone),
                })
                .collect(),
            security_group: SecurityGroupPlan {
                name: spec.security_group_name(),
                description: spec.security_group_description(),
                ingress: firewall::ingress(vpc_block, &spec.security_group.ingress_rules),
                egress: firewall::egress(
                    vpc_block,
                    spec.security_group.allow_all_outbound,
                    prefix_lists.iter().map(String::as_str),
                ),
                tags: self.tags(),
            },
            endpoints: services
                .iter()
                .map(|service| self.endpoint(service, &zones.endpoints))
                .collect(),
            instance_role: (spec.instance_profile() == InstanceProfileChoice::Owned).then(|| self.instance_role()),
            service_role: (spec.service_role() == ServiceRoleChoice::Owned).then(|| self.service_role()),
            compute_environment: self.compute_environment(zones, addresses),
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

    fn endpoint(&self, service: &Service, zones: &BTreeSet<String>) -> EndpointPlan {
        EndpointPlan {
            service: service.short_name.clone(),
            service_name: service.service_name.clone(),
            kind: service.kind,
            availability_zones: match service.kind {
                EndpointKind::Gateway => BTreeSet::new(),
                EndpointKind::Interface => zones.clone(),
            },
            private_dns_enabled: service.supports_private_dns && self.spec.endpoints.private_dns_enabled,
            tags: self.tags_for(&service.short_name),
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

    fn compute_environment(&self, zones: &Zones, addresses: &AddressPlan) -> ComputeEnvironmentPlan {
        let spec = &self.spec.compute_environment;
        ComputeEnvironmentPlan {
            name: self.compute_environment_name(zones, addresses),
            compute_type: spec.compute_type,
            allocation_strategy: self.spec.allocation_strategy(),
            instance_types: spec.instance_types.clone(),
            min_vcpus: spec.min_vcpus,
            desired_vcpus: spec.desired_vcpus,
            max_vcpus: spec.max_vcpus,
            enabled: spec.enabled,
            image_id: spec.image_id.clone(),
            ec2_configuration: spec.ec2_configuration.clone(),
            ec2_key_pair: spec.ec2_key_pair.clone(),
            instance_profile: self.spec.instance_profile(),
            service_role: self.spec.service_role(),
            additional_security_group_ids: self.spec.security_group.additional_ids.clone(),
            instance_tags: spec.instance_tags.clone(),
            tags: self.tags(),
        }
    }

    /// The user's name, else the one decided before, else one derived from all whose change replaces the environment.
    fn compute_environment_name(&self, zones: &Zones, addresses: &AddressPlan) -> String {
        let decided = self
            .spec
            .compute_environment
            .name
            .as_ref()
            .or(self.spec.kept.compute_environment_name.as_ref());
        decided.cloned().unwrap_or_else(|| {
            let mut resolved = self.spec.clone();
            resolved.network.availability_zones = Some(zones.environment.clone());
            resolved.network.subnet_prefix_length = Some(addresses.prefix_length);
            name::compute_environment_name(&self.spec.name, change::fingerprint(&resolved))
        })
    }
}
