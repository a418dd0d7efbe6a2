//! `compute_environment`.

use tf_provider::value::Value;

use super::{Sight, in_order_of};
use crate::domain::batch::{self, AllocationStrategy, ComputeType};
use crate::domain::identity::name_in_arn;
use crate::domain::name::{instance_role_name, service_role_name};
use crate::domain::observed;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{ComputeEnvironment, Ec2Configuration};
use crate::provider::environment::spec::DEFAULT_INSTANCE_TYPES;
use crate::provider::number::Number;
use crate::provider::read::list;

impl Sight<'_> {
    pub(super) fn compute_environment(&self, reference: &ComputeEnvironment) -> ComputeEnvironment {
        let Some(seen) = &self.observed.compute_environment else {
            return self.missing(reference);
        };
        let service_role = self.service_role(seen);
        ComputeEnvironment {
            name: Value::Value(seen.name.clone()),
            r#type: Value::Value(seen.compute_type.clone()),
            allocation_strategy: match &seen.allocation_strategy {
                Some(strategy) => Value::Value(strategy.clone()),
                None => reference.allocation_strategy.clone(),
            },
            instance_types: instance_types(seen, &reference.instance_types),
            min_vcpus: number(seen.min_vcpus),
            // AWS Batch scales it: only an import, which has no other source, takes what is there.
            desired_vcpus: match reference.arn.is_value() || reference.max_vcpus.is_value() {
                true => reference.desired_vcpus.clone(),
                false => seen.desired_vcpus.map(Number::from).into(),
            },
            max_vcpus: number(seen.max_vcpus),
            enabled: Value::Value(seen.enabled),
            image_id: seen.image_id.clone().filter(|id| !id.is_empty()).into(),
            ec2_configuration: images(
                &reference.ec2_configuration,
                &seen.ec2_configuration,
                &seen.instance_types,
            ),
            ec2_key_pair: seen.ec2_key_pair.clone().filter(|name| !name.is_empty()).into(),
            instance_role_arn: self.instance_role(seen.instance_role_arn.as_deref()),
            create_service_role: Value::Value(service_role.1),
            service_role_arn: service_role.0,
            instance_tags: self.instance_tags(&reference.instance_tags, &seen.instance_tags),
            arn: Value::Value(seen.arn.clone()),
            ecs_cluster_arn: seen.ecs_cluster_arn.clone().into(),
            status: Value::Value(seen.status.clone()),
            status_reason: seen.status_reason.clone().into(),
        }
    }

    /// The profile in use; null if it is the environment's own and broken, so that the plan shows its repair.
    fn instance_role(&self, used: Option<&str>) -> Value<String> {
        match used {
            Some(arn) if name_in_arn(arn) != instance_role_name(self.ownership) => Value::Value(arn.to_owned()),
            Some(_) => self.own_instance_role(),
            None => Value::Null,
        }
    }

    /// The environment's own profile, if there is one that works.
    fn own_instance_role(&self) -> Value<String> {
        let profile = self.observed.instance_profile.as_ref();
        let role = self.observed.instance_role.as_ref();
        match (profile, role) {
            (Some(profile), Some(role)) if profile.role.is_some() && !role.attached_policies.is_empty() => {
                Value::Value(profile.arn.clone())
            }
            _ => Value::Null,
        }
    }

    /// The arguments of a compute environment that is not there, and the roles that are there for it.
    fn missing(&self, reference: &ComputeEnvironment) -> ComputeEnvironment {
        let wanted = reference.instance_role_arn.as_deref_option();
        let instance_role_arn = match wanted {
            Some(_) => self.instance_role(wanted),
            None => self.own_instance_role(),
        };
        let service_role = self.observed.service_role.as_ref();
        let service_role = service_role.filter(|role| !role.attached_policies.is_empty());
        let service_role_arn = match reference.create_service_role.unwrap_or(false) {
            true => service_role.map(|role| role.arn.clone()).into(),
            false => reference.service_role_arn.clone(),
        };
        ComputeEnvironment {
            instance_role_arn,
            service_role_arn,
            ..without_outputs(reference)
        }
    }

    /// The role in use, and whether it is the environment's own; null as for the instance role.
    fn service_role(&self, seen: &observed::ComputeEnvironment) -> (Value<String>, bool) {
        let arn = seen.service_role_arn.clone().filter(|arn| !arn.is_empty());
        let owned = arn
            .as_ref()
            .is_some_and(|arn| name_in_arn(arn) == service_role_name(self.ownership));
        if !owned {
            return (arn.into(), false);
        }
        let role = self.observed.service_role.as_ref();
        let whole = role.is_some_and(|role| !role.attached_policies.is_empty());
        (arn.filter(|_| whole).into(), true)
    }
}

/// What a reference says, with the defaults, without what AWS Batch reports.
fn without_outputs(reference: &ComputeEnvironment) -> ComputeEnvironment {
    let word = |word: &str| Value::Value(word.to_owned());
    ComputeEnvironment {
        r#type: reference.r#type.clone().or(word(ComputeType::Ec2.as_str())),
        instance_types: reference.instance_types.clone().or(list(DEFAULT_INSTANCE_TYPES)),
        min_vcpus: reference.min_vcpus.clone().or(number(0)),
        enabled: reference.enabled.or(Value::Value(true)),
        ec2_configuration: reference.ec2_configuration.clone().or(Value::Value(List::new())),
        create_service_role: reference.create_service_role.or(Value::Value(false)),
        instance_tags: reference.instance_tags.clone().or(Value::Value(Map::new())),
        arn: Value::Null,
        ecs_cluster_arn: Value::Null,
        status: Value::Null,
        status_reason: Value::Null,
        ..reference.clone()
    }
}

/// In the reference's order, since AWS Batch makes nothing of it; but as seen under the strategy that is about the order.
fn instance_types(seen: &observed::ComputeEnvironment, reference: &Value<List<String>>) -> Value<List<String>> {
    let ordered = AllocationStrategy::BestFitProgressiveOrdered.as_str();
    if seen.allocation_strategy.as_deref() == Some(ordered) {
        return list(seen.instance_types.iter().cloned());
    }
    list(in_order_of(reference, seen.instance_types.iter().cloned()))
}

/// Batch reports its default when it was given nothing: that is no configuration, unless it was written down.
fn images(
    reference: &Value<List<Ec2Configuration>>,
    seen: &[batch::Ec2Configuration],
    instance_types: &[String],
) -> Value<List<Ec2Configuration>> {
    let written: Vec<Ec2Configuration> = reference.iter().flatten().flatten().cloned().collect();
    if written.is_empty() && batch::is_default_ec2_configuration(seen, instance_types) {
        return Value::Value(List::new());
    }
    let mut seen: Vec<Ec2Configuration> = seen.iter().map(image).collect();
    let mut images: Vec<Ec2Configuration> = written.into_iter().filter(|image| seen.contains(image)).collect();
    seen.retain(|image| !images.contains(image));
    images.extend(seen);
    Value::Value(images.into_iter().map(Value::Value).collect())
}

fn image(image: &batch::Ec2Configuration) -> Ec2Configuration {
    Ec2Configuration {
        image_type: Value::Value(image.image_type.clone()),
        image_id_override: image.image_id_override.clone().filter(|id| !id.is_empty()).into(),
    }
}

fn number(value: i32) -> Value<Number> {
    Value::Value(Number::from(value))
}
