//! `compute_environment`.

use tf_provider::value::Value;

use super::{Sight, in_order_of, launch_template};
use crate::domain::batch::{self, AllocationStrategy, ComputeType, ContainerInsights, memory};
use crate::domain::identity::{is_service_linked, name_in_arn};
use crate::domain::name::{instance_role_name, service_role_name, spot_fleet_role_name};
use crate::domain::observed;
use crate::domain::spec::ComputeEnvironmentSpec;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{self, ComputeEnvironment, Ec2Configuration};
use crate::provider::environment::project::policy;
use crate::provider::number::Number;
use crate::provider::read::{list, object, text};

impl Sight<'_> {
    pub(super) fn compute_environment(&self, reference: &ComputeEnvironment) -> ComputeEnvironment {
        let Some(seen) = self.current() else {
            return self.missing(reference);
        };
        let service_role = self.service_role(seen);
        let common = ComputeEnvironment {
            name: Value::Value(seen.name.clone()),
            r#type: Value::Value(seen.compute_type.clone()),
            max_vcpus: number(seen.max_vcpus),
            enabled: Value::Value(seen.enabled),
            create_service_role: Value::Value(service_role.1),
            service_role_arn: service_role.0,
            container_insights: insights(seen, reference),
            arn: Value::Value(seen.arn.clone()),
            ecs_cluster_arn: seen.ecs_cluster_arn.clone().into(),
            status: Value::Value(seen.status.clone()),
            status_reason: seen.status_reason.clone().into(),
            ..ComputeEnvironment::default()
        };
        // A type that this version does not know is somebody else's: what it says is shown.
        if seen
            .compute_type
            .parse()
            .is_ok_and(|known: ComputeType| !known.has_instances())
        {
            return without_instances(common, reference);
        }
        self.with_instances(common, seen, reference)
    }

    /// What Batch reports of instances.
    fn with_instances(
        &self,
        common: ComputeEnvironment,
        seen: &observed::ComputeEnvironment,
        reference: &ComputeEnvironment,
    ) -> ComputeEnvironment {
        let takes = |attribute| {
            seen.compute_type
                .parse()
                .is_ok_and(|known: ComputeType| known.takes(attribute))
        };
        ComputeEnvironment {
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
            bid_percentage: bid(seen, reference, takes("bid_percentage")),
            image_id: seen.image_id.clone().filter(|id| !id.is_empty()).into(),
            ec2_configuration: images(
                &reference.ec2_configuration,
                &seen.ec2_configuration,
                &seen.instance_types,
            ),
            ec2_key_pair: seen.ec2_key_pair.clone().filter(|name| !name.is_empty()).into(),
            placement_group: seen.placement_group.clone().filter(|name| !name.is_empty()).into(),
            launch_template: launch_template::seen(&reference.launch_template, seen.launch_template.as_ref()),
            instance_role_arn: self.instance_role(seen.instance_role_arn.as_deref()),
            spot_iam_fleet_role_arn: self.spot_fleet_role(seen),
            instance_tags: self.instance_tags(&reference.instance_tags, &seen.instance_tags),
            min_scale_down_delay_minutes: seen.min_scale_down_delay_minutes.map(Number::from).into(),
            image_refresh: seen.tags.get(memory::IMAGE_REFRESH_KEY).cloned().into(),
            update_policy: Value::Value(update_policy(seen, &reference.update_policy)),
            ..common
        }
    }

    /// The Spot Fleet role in use; null as for the instance role.
    fn spot_fleet_role(&self, seen: &observed::ComputeEnvironment) -> Value<String> {
        let arn = seen.spot_iam_fleet_role_arn.clone().filter(|arn| !arn.is_empty());
        let role = self.observed.spot_fleet_role.as_ref();
        let whole = role.is_some_and(|role| !role.attached_policies.is_empty());
        let owned = |arn: &String| name_in_arn(arn) == spot_fleet_role_name(self.ownership);
        arn.filter(|arn| !owned(arn) || whole).into()
    }

    /// The compute environment that the state is about: the one that the reference names, or else what there is in its place, such as
    /// the former one or a stand-in while a swap is not finished; then best one that queues refer to.
    pub(super) fn current(&self) -> Option<&observed::ComputeEnvironment> {
        let seen = &self.observed.compute_environments;
        let reference = text(&object(&self.reference.compute_environment).name);
        let named = reference.and_then(|name| seen.get(&name));
        let has_queue = |it: &observed::ComputeEnvironment| {
            let mut queues = self.observed.job_queues.values();
            queues.any(|queue| queue.compute_environments.contains(&it.arn))
        };
        named.or_else(|| {
            let staying = || seen.values().filter(|it| it.status != batch::status::DELETING);
            staying().find(|it| has_queue(it)).or_else(|| staying().next())
        })
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
        if !reference_type(reference).has_instances() {
            return without_outputs(reference);
        }
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

fn reference_type(reference: &ComputeEnvironment) -> ComputeType {
    let word = reference.r#type.as_deref_option();
    word.and_then(|word| word.parse().ok()).unwrap_or(ComputeType::Ec2)
}

/// What a reference says, with the defaults, without what AWS Batch reports.
fn without_outputs(reference: &ComputeEnvironment) -> ComputeEnvironment {
    let word = |word: &str| Value::Value(word.to_owned());
    let with_type = ComputeEnvironment {
        r#type: reference.r#type.clone().or(word(ComputeType::Ec2.as_str())),
        enabled: reference.enabled.or(Value::Value(true)),
        create_service_role: reference.create_service_role.or(Value::Value(false)),
        arn: Value::Null,
        ecs_cluster_arn: Value::Null,
        status: Value::Null,
        status_reason: Value::Null,
        ..reference.clone()
    };
    if !reference_type(reference).has_instances() {
        return with_type;
    }
    let types = list(ComputeEnvironmentSpec::DEFAULT_INSTANCE_TYPES);
    ComputeEnvironment {
        instance_types: reference.instance_types.clone().or(types),
        min_vcpus: reference.min_vcpus.clone().or(number(0)),
        ec2_configuration: reference.ec2_configuration.clone().or(Value::Value(List::new())),
        instance_tags: reference.instance_tags.clone().or(Value::Value(Map::new())),
        update_policy: Value::Value(policy(&object(&reference.update_policy))),
        ..with_type
    }
}

/// Without instances whatever is about them is null, but for what the user may write in its place: nothing.
fn without_instances(common: ComputeEnvironment, reference: &ComputeEnvironment) -> ComputeEnvironment {
    let template = object(&reference.launch_template);
    let policy = object(&reference.update_policy);
    ComputeEnvironment {
        instance_types: empty(&reference.instance_types, Vec::is_empty),
        ec2_configuration: empty(&reference.ec2_configuration, Vec::is_empty),
        instance_tags: empty(&reference.instance_tags, Map::is_empty),
        launch_template: empty(&reference.launch_template, |_| {
            template == model::LaunchTemplate::default()
        }),
        update_policy: empty(&reference.update_policy, |_| policy == model::UpdatePolicy::default()),
        ..common
    }
}

fn empty<T: Clone>(reference: &Value<T>, is_empty: impl FnOnce(&T) -> bool) -> Value<T> {
    reference
        .as_ref_option()
        .filter(|value| is_empty(value))
        .cloned()
        .into()
}

/// No bound and one of 100 per cent are the same; on on-demand instances it means nothing.
fn bid(seen: &observed::ComputeEnvironment, reference: &ComputeEnvironment, takes: bool) -> Value<Number> {
    let percentage = seen.bid_percentage.filter(|_| takes);
    let shown = percentage.filter(|percentage| *percentage != 100 || reference.bid_percentage.is_value());
    match (shown, takes && reference.bid_percentage == number(100)) {
        (None, true) => number(100),
        (shown, _) => shown.map(Number::from).into(),
    }
}

/// The mode of Container Insights, if it was asked for; the account's default is nobody's. An import shows what is there.
fn insights(seen: &observed::ComputeEnvironment, reference: &ComputeEnvironment) -> Value<String> {
    let asked = seen.tags.contains_key(memory::CONTAINER_INSIGHTS_KEY) || reference.container_insights.is_value();
    let is_import = reference.arn.is_null() && reference.max_vcpus.is_null();
    let off = seen.container_insights.as_deref() == Some(ContainerInsights::Disabled.as_str());
    let shown = seen.container_insights.clone();
    shown.filter(|_| asked || (is_import && !off)).into()
}

/// Batch's policy; where it was never set, and cannot matter to Batch, the reference's.
fn update_policy(seen: &observed::ComputeEnvironment, reference: &Value<model::UpdatePolicy>) -> model::UpdatePolicy {
    let strategy = seen.allocation_strategy.as_deref().and_then(|word| word.parse().ok());
    let updatable = strategy.is_none_or(AllocationStrategy::supports_infrastructure_update)
        && seen.service_role_arn.as_deref().is_none_or(is_service_linked);
    match seen.update_policy {
        Some(policy) if updatable => model::UpdatePolicy {
            job_execution_timeout_minutes: number(policy.job_execution_timeout_minutes),
            terminate_jobs_on_update: Value::Value(policy.terminate_jobs_on_update),
        },
        None if updatable => policy(&model::UpdatePolicy::default()),
        _ => policy(&object(reference)),
    }
}

/// In the reference's order, since AWS Batch makes nothing of it; but as seen under the strategy that is about the order.
fn instance_types(seen: &observed::ComputeEnvironment, reference: &Value<List<String>>) -> Value<List<String>> {
    let strategy = seen.allocation_strategy.as_deref().and_then(|word| word.parse().ok());
    if strategy.is_some_and(AllocationStrategy::is_ordered) {
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
