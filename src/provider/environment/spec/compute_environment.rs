//! The compute environment's values, one by one.

use tf_provider::value::Value;

use super::reader::Reader;
use crate::domain::batch::{
    ComputeType, Ec2Configuration, LaunchTemplate, LaunchTemplateOverride, TemplateVersion, UpdatePolicy,
};
use crate::domain::problem::Invalid;
use crate::domain::spec::ComputeEnvironmentSpec;
use crate::provider::attribute::{List, Unknowns};
use crate::provider::environment::model::{self, ComputeEnvironment};
use crate::provider::number::Number;
use crate::provider::read::{object, objects, text};

const LAUNCH_TEMPLATE: &str = "compute_environment.launch_template";

fn path(field: &str) -> String {
    format!("compute_environment.{field}")
}

impl Reader {
    pub(super) fn compute_environment(&mut self, config: &ComputeEnvironment) -> ComputeEnvironmentSpec {
        let compute_type = self.parse(&path("type"), &config.r#type).unwrap_or(ComputeType::Ec2);
        let types = self.words(&path("instance_types"), &config.instance_types);
        let types = types.filter(|types| !types.is_empty() || config.instance_types.iter().any(Vec::is_empty));
        // An empty list is no list where there are no instances.
        let types = types.filter(|types| !types.is_empty() || compute_type.has_instances());
        let max_vcpus = self.int32("max_vcpus", &config.max_vcpus);
        if config.max_vcpus.is_null() {
            let invalid = Invalid::new(
                "No upper bound of vCPUs",
                "Set max_vcpus: it bounds what the environment can cost.",
            );
            self.errors.push(invalid.at(path("max_vcpus")));
        }
        ComputeEnvironmentSpec {
            name: text(&config.name),
            compute_type,
            allocation_strategy: self.parse(&path("allocation_strategy"), &config.allocation_strategy),
            instance_types: types,
            min_vcpus: self.int32("min_vcpus", &config.min_vcpus),
            desired_vcpus: self.int32("desired_vcpus", &config.desired_vcpus),
            max_vcpus: max_vcpus.unwrap_or(i32::MAX),
            enabled: config.enabled.unwrap_or(true),
            bid_percentage: self.int32("bid_percentage", &config.bid_percentage),
            image_id: text(&config.image_id),
            ec2_configuration: self.images(&config.ec2_configuration),
            ec2_key_pair: text(&config.ec2_key_pair),
            placement_group: text(&config.placement_group),
            launch_template: self.launch_template(&config.launch_template),
            instance_role_arn: text(&config.instance_role_arn),
            service_role_arn: text(&config.service_role_arn),
            create_service_role: config.create_service_role.unwrap_or(false),
            spot_iam_fleet_role_arn: text(&config.spot_iam_fleet_role_arn),
            instance_tags: self.tags(&path("instance_tags"), &config.instance_tags),
            min_scale_down_delay_minutes: self
                .int32("min_scale_down_delay_minutes", &config.min_scale_down_delay_minutes),
            container_insights: self.parse(&path("container_insights"), &config.container_insights),
            image_refresh: text(&config.image_refresh),
            update_policy: self.update_policy(&config.update_policy),
        }
    }

    fn images(&mut self, value: &Value<List<model::Ec2Configuration>>) -> Vec<Ec2Configuration> {
        self.no_nulls(&path("ec2_configuration"), value);
        let known = objects(value)
            .into_iter()
            .filter(|(_, image)| !image.image_type.is_unknown());
        let images = known.map(|(_, image)| Ec2Configuration {
            image_type: text(&image.image_type).unwrap_or_default(),
            image_id_override: text(&image.image_id_override),
        });
        images.collect()
    }

    /// The launch template; `None` also while something that AWS is asked about is not known.
    fn launch_template(&mut self, value: &Value<model::LaunchTemplate>) -> Option<LaunchTemplate> {
        let config = value.as_ref_option()?;
        self.no_nulls(&format!("{LAUNCH_TEMPLATE}.overrides"), &config.overrides);
        let overrides = objects(&config.overrides).into_iter().map(|(index, entry)| {
            let types = format!("{LAUNCH_TEMPLATE}.overrides[{index}].target_instance_types");
            LaunchTemplateOverride {
                template: version(&entry.id, &entry.name, &entry.version),
                target_instance_types: self.words(&types, &entry.target_instance_types).unwrap_or_default(),
            }
        });
        let template = LaunchTemplate {
            overrides: overrides.collect(),
            template: version(&config.id, &config.name, &config.version),
        };
        let is_known = Unknowns::of(&without_numbers(config)).is_empty();
        (is_known && template != LaunchTemplate::default()).then_some(template)
    }

    /// `None` if nothing of it is set.
    fn update_policy(&mut self, value: &Value<model::UpdatePolicy>) -> Option<UpdatePolicy> {
        let config = object(value);
        let default = UpdatePolicy::default();
        let minutes = self.int32(
            "update_policy.job_execution_timeout_minutes",
            &config.job_execution_timeout_minutes,
        );
        let is_set = minutes.is_some() || config.terminate_jobs_on_update.is_value();
        is_set.then(|| UpdatePolicy {
            job_execution_timeout_minutes: minutes.unwrap_or(default.job_execution_timeout_minutes),
            terminate_jobs_on_update: config
                .terminate_jobs_on_update
                .unwrap_or(default.terminate_jobs_on_update),
        })
    }

    fn int32(&mut self, field: &str, value: &Value<Number>) -> Option<i32> {
        self.int32_at(&path(field), value)
    }
}

fn version(id: &Value<String>, name: &Value<String>, version: &Value<String>) -> TemplateVersion {
    TemplateVersion {
        id: text(id),
        name: text(name),
        version: text(version),
    }
}

/// A planned state, too, is read as a configuration, and what is computed in it does not matter.
fn without_numbers(config: &model::LaunchTemplate) -> model::LaunchTemplate {
    let mut config = config.clone();
    config.version_number = Value::Null;
    for entry in config.overrides.iter_mut().flatten() {
        if let Value::Value(entry) = entry {
            entry.version_number = Value::Null;
        }
    }
    config
}
