//! `compute_environment`: what the configuration sets, what follows from the type, and what stays as it is.

use tf_provider::value::Value;

use super::pieces::{in_prior_order, known, text};
use super::{CHOICE_OF_ZONES, Projection, VALID, launch_template};
use crate::domain::batch::{AllocationStrategy, ComputeType, InstancesPlan, SpotFleetRoleChoice, UpdatePolicy};
use crate::domain::change;
use crate::domain::identity::{is_service_linked, name_in_arn};
use crate::engine::part::Part;
use crate::provider::attribute::{List, Map};
use crate::provider::environment::model::{self, ComputeEnvironment, Network, SecurityGroup};
use crate::provider::number::Number;
use crate::provider::read::{list, object};

/// What a compute environment of the planned type is known to have.
enum Instances<'a> {
    /// The type is not known yet.
    Unknown,
    /// None: whatever is about instances is null.
    None,
    /// Instances; the plan is `None` while what it depends on is not known.
    Some(Option<&'a InstancesPlan>),
}

impl Instances<'_> {
    /// What is planned for an argument that is not set: `default` where there are instances.
    fn or<T>(&self, default: impl FnOnce() -> Value<T>) -> Value<T> {
        match self {
            Self::Unknown => Value::Unknown,
            Self::None => Value::Null,
            Self::Some(_) => default(),
        }
    }
}

impl Projection<'_> {
    pub(super) fn compute_environment(&self, network: &Network, group: &SecurityGroup) -> ComputeEnvironment {
        let config = object(&self.config.compute_environment);
        let prior = self.prior.map(|prior| object(&prior.compute_environment));
        let plan = self.topology.map(|topology| &topology.compute_environment);
        // A derived name depends on every value whose change could need another compute environment.
        let is_unknown = |attribute: &str| self.unknown.touch(&[attribute]);
        let undecided = match prior.is_some() {
            true => self.may_swap || (self.swap && change::may_name(is_unknown)),
            false => change::may_name(is_unknown) || self.unknown.touch(&CHOICE_OF_ZONES),
        };
        let named = plan.filter(|_| !undecided);
        let instances = self.instances(&config);
        let strategy = known(self.strategy(&instances).map(AllocationStrategy::as_str));
        let mut planned = ComputeEnvironment {
            name: config.name.clone().or(known(named.map(|plan| plan.name.as_str()))),
            r#type: config.r#type.clone().or(text(ComputeType::Ec2.as_str())),
            allocation_strategy: config.allocation_strategy.clone().or_else(|| instances.or(|| strategy)),
            instance_types: self.instance_types(&config, prior.as_ref(), &instances),
            min_vcpus: number(&config.min_vcpus, &instances, 0),
            desired_vcpus: config.desired_vcpus.clone().or_else(|| {
                let prior = prior.as_ref().map(|prior| prior.desired_vcpus.clone());
                instances.or(|| prior.unwrap_or_default())
            }),
            enabled: config.enabled.or(Value::Value(true)),
            ec2_configuration: config
                .ec2_configuration
                .clone()
                .or_else(|| instances.or(|| Value::Value(List::new()))),
            launch_template: launch_template::planned(&config.launch_template, instances.plan()),
            instance_role_arn: config
                .instance_role_arn
                .clone()
                .or_else(|| instances.or(|| self.instance_role(prior.as_ref()))),
            service_role_arn: config
                .service_role_arn
                .clone()
                .or_else(|| self.service_role(prior.as_ref())),
            create_service_role: config.create_service_role.or(Value::Value(false)),
            spot_iam_fleet_role_arn: config
                .spot_iam_fleet_role_arn
                .clone()
                .or_else(|| self.spot_fleet_role(prior.as_ref(), &instances)),
            instance_tags: config
                .instance_tags
                .clone()
                .or_else(|| instances.or(|| Value::Value(Map::new()))),
            update_policy: update_policy(&config.update_policy, &instances),
            ..config
        };
        self.outputs(&mut planned, prior, network, group);
        planned
    }

    fn instances(&self, config: &ComputeEnvironment) -> Instances<'_> {
        if config.r#type.is_unknown() || self.unknown.touch(&["compute_environment.type"]) {
            return Instances::Unknown;
        }
        let word = config.r#type.as_deref_option();
        let compute_type = word.and_then(|word| word.parse().ok()).unwrap_or(ComputeType::Ec2);
        if !compute_type.has_instances() {
            return Instances::None;
        }
        let plan = self.topology.map(|topology| &topology.compute_environment);
        Instances::Some(plan.and_then(|plan| plan.instances.as_ref()))
    }

    /// Their order matters to some strategies only.
    fn instance_types(
        &self,
        config: &ComputeEnvironment,
        prior: Option<&ComputeEnvironment>,
        instances: &Instances<'_>,
    ) -> Value<List<String>> {
        let default = || list(crate::domain::spec::ComputeEnvironmentSpec::DEFAULT_INSTANCE_TYPES);
        let types = config.instance_types.clone().or_else(|| instances.or(default));
        match prior {
            Some(prior) if !self.strategy(instances).is_some_and(AllocationStrategy::is_ordered) => {
                in_prior_order(types, &prior.instance_types)
            }
            _ => types,
        }
    }

    fn strategy(&self, instances: &Instances<'_>) -> Option<AllocationStrategy> {
        instances.plan().map(|plan| plan.resources.allocation_strategy)
    }

    /// What Batch reports of the compute environment. It stays as it is unless something about it changes.
    fn outputs(
        &self,
        planned: &mut ComputeEnvironment,
        prior: Option<ComputeEnvironment>,
        network: &Network,
        group: &SecurityGroup,
    ) {
        planned.status = text(VALID);
        let working =
            prior.filter(|prior| prior.arn.is_value() && prior.name == planned.name && prior.status == text(VALID));
        let Some(prior) = working.filter(|_| !self.swap && !self.may_swap) else {
            planned.arn = Value::Unknown;
            planned.ecs_cluster_arn = Value::Unknown;
            planned.status_reason = Value::Unknown;
            return;
        };
        planned.arn = prior.arn.clone();
        planned.ecs_cluster_arn = prior.ecs_cluster_arn.clone();
        planned.status_reason = prior.status_reason.clone();
        let before = self
            .prior
            .map(|prior| (object(&prior.network).subnet_ids, object(&prior.security_group)));
        let surroundings_stay = before.is_some_and(|(subnet_ids, before)| {
            subnet_ids == network.subnet_ids && before.id == group.id && before.additional_ids == group.additional_ids
        });
        if *planned != prior || !surroundings_stay || self.drifted(&Part::ComputeEnvironment) {
            planned.status_reason = Value::Unknown;
        }
    }

    /// The owned instance profile, if it is there and in use.
    fn instance_role(&self, prior: Option<&ComputeEnvironment>) -> Value<String> {
        let arn = prior.map(|prior| prior.instance_role_arn.clone()).unwrap_or_default();
        let role = self.topology.and_then(|topology| topology.instance_role.as_ref());
        match (arn.as_deref_option(), role) {
            (Some(used), Some(role)) if name_in_arn(used) == role.name => arn,
            _ => Value::Unknown,
        }
    }

    /// The service-linked role or the owned one, whichever the configuration asks for, if it is in use.
    fn service_role(&self, prior: Option<&ComputeEnvironment>) -> Value<String> {
        let (Some(prior), Some(topology)) = (prior, self.topology) else {
            return Value::Unknown;
        };
        if self.unknown.touch(&["compute_environment.create_service_role"]) {
            return Value::Unknown;
        }
        let used = prior.service_role_arn.as_deref_option();
        let stays = match (&topology.service_role, used) {
            (Some(role), Some(used)) => name_in_arn(used) == role.name,
            (Some(_), None) => false,
            (None, used) => used.is_none_or(is_service_linked),
        };
        if stays && prior.arn.is_value() {
            prior.service_role_arn.clone()
        } else {
            Value::Unknown
        }
    }

    /// The role of Spot Fleet: the owned one if it is there and in use, none where none is needed.
    fn spot_fleet_role(&self, prior: Option<&ComputeEnvironment>, instances: &Instances<'_>) -> Value<String> {
        instances.or(|| {
            let undecided = self.unknown.touch(&["compute_environment.allocation_strategy"]);
            let Some(plan) = instances.plan().filter(|_| !undecided) else {
                return Value::Unknown;
            };
            let arn = prior
                .map(|prior| prior.spot_iam_fleet_role_arn.clone())
                .unwrap_or_default();
            let own = self.topology.and_then(|topology| topology.spot_fleet_role.as_ref());
            match (&plan.spot_fleet_role, arn.as_deref_option(), own) {
                (None, _, _) => Value::Null,
                (Some(SpotFleetRoleChoice::Existing(arn)), _, _) => text(arn),
                (Some(SpotFleetRoleChoice::Owned), Some(used), Some(role)) if name_in_arn(used) == role.name => arn,
                (Some(SpotFleetRoleChoice::Owned), _, _) => Value::Unknown,
            }
        })
    }
}

impl<'a> Instances<'a> {
    /// The plan of the instances, if there are any and it is known.
    fn plan(&self) -> Option<&'a InstancesPlan> {
        match self {
            Self::Some(plan) => *plan,
            Self::Unknown | Self::None => None,
        }
    }
}

fn number(config: &Value<Number>, instances: &Instances<'_>, default: i32) -> Value<Number> {
    let default = || Value::Value(Number::from(default));
    config.clone().or_else(|| instances.or(default))
}

/// The policy with its defaults, where there are instances to exchange.
fn update_policy(config: &Value<model::UpdatePolicy>, instances: &Instances<'_>) -> Value<model::UpdatePolicy> {
    if config.is_unknown() {
        return Value::Unknown;
    }
    match instances {
        Instances::Unknown => Value::Unknown,
        // What is set there is null in all its parts.
        Instances::None => config.clone(),
        Instances::Some(_) => Value::Value(policy(&object(config))),
    }
}

/// A policy with Batch's defaults for what is not set.
pub(in crate::provider::environment) fn policy(config: &model::UpdatePolicy) -> model::UpdatePolicy {
    let default = UpdatePolicy::default();
    let minutes = Value::Value(Number::from(default.job_execution_timeout_minutes));
    model::UpdatePolicy {
        job_execution_timeout_minutes: config.job_execution_timeout_minutes.clone().or(minutes),
        terminate_jobs_on_update: config
            .terminate_jobs_on_update
            .or(Value::Value(default.terminate_jobs_on_update)),
    }
}
