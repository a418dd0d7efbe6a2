//! From Terraform's values to the domain's [`Spec`], with whatever is wrong with each value on its own.
//!
//! A value that is not set, not known yet or wrong gives way to a default, so that there always is a spec; the caller looks at the
//! errors first, and at what is unknown.

mod compute_environment;
mod job_queues;
mod network;
mod reader;

use std::collections::BTreeMap;

use tf_provider::value::Value;

use super::model::{ComputeEnvironment, Environment, Network};
use crate::domain::address::parse_cidr_block;
use crate::domain::name::{EnvironmentName, Ownership};
use crate::domain::problem::PlanError;
use crate::domain::spec::{IgnoredTags, IsolationSpec, Kept, Spec};
use crate::domain::{Tags, batch, tagging};
use crate::provider::number::Number;
use crate::provider::read::{number, object, text};
use reader::Reader;
pub(super) use reader::rules;

/// What a spec needs besides the configuration.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings<'a> {
    /// The region, from the configuration or the provider.
    pub(super) region: &'a str,
    /// The provider's `default_tags`.
    pub(super) default_tags: &'a Tags,
    /// The provider's `ignore_tags`.
    pub(super) ignored_tags: &'a IgnoredTags,
    /// The prior or planned state, whose decisions are kept.
    pub(super) kept: Option<&'a Environment>,
}

/// The spec of a configuration, and what is wrong with its values.
pub(super) fn of_config(config: &Environment, surroundings: Surroundings<'_>) -> (Spec, Vec<PlanError>) {
    let mut reader = Reader::default();
    let mut all_tags = surroundings.default_tags.clone();
    all_tags.extend(reader.tags("tags", &config.tags));
    for invalid in tagging::validate_tags(&all_tags) {
        reader.errors.push(invalid.at("tags"));
    }
    reader.region(&config.region);
    reader.timeouts(config);
    let network = reader.network(&object(&config.network));
    let spec = Spec {
        name: reader.parse("name", &config.name).unwrap_or_else(placeholder_name),
        region: surroundings.region.to_owned(),
        endpoints: reader.endpoints(&object(&config.endpoints)),
        security_group: reader.security_group(&object(&config.security_group), &network),
        network,
        compute_environment: reader.compute_environment(&object(&config.compute_environment)),
        job_queues: reader.job_queues(&config.job_queues),
        isolation: IsolationSpec {
            enforce: object(&config.isolation)
                .enforce
                .unwrap_or(IsolationSpec::default().enforce),
        },
        tags: all_tags,
        ignored_tags: surroundings.ignored_tags.clone(),
        kept: surroundings.kept.map(kept).unwrap_or_default(),
    };
    let exists = surroundings.kept.is_some_and(exists);
    let groups = &spec.security_group.additional_ids;
    reader
        .errors
        .extend(batch::rules::check_number_of_groups(spec.compute_environment.compute_type, groups).err());
    reader
        .errors
        .extend(batch::validate_spec(&spec.compute_environment, exists));
    let compute_type = spec.compute_environment.compute_type;
    reader
        .errors
        .extend(batch::check_number_of_subnets(compute_type, &spec.network).err());
    reader
        .errors
        .extend(batch::validate_job_queues(&spec.name, &spec.job_queues));
    (spec, reader.errors)
}

/// The spec that a state was made from: what it says, without what merely follows from it. Its region is where it was made, wherever
/// the provider is now.
pub(super) fn of_state(state: &Environment, surroundings: Surroundings<'_>) -> Spec {
    let region = text(&state.region);
    let surroundings = Surroundings {
        region: region.as_deref().unwrap_or(surroundings.region),
        kept: Some(state),
        ..surroundings
    };
    of_config(&arguments(state), surroundings).0
}

/// A state as a configuration that sets everything.
fn arguments(state: &Environment) -> Environment {
    let mut compute = object(&state.compute_environment);
    if compute.create_service_role.unwrap_or(false) {
        compute.service_role_arn = Value::Null;
    }
    // What it started with may lie outside of the bounds of today, which is no reason to know nothing of the environment.
    compute.desired_vcpus = Value::Null;
    pin_versions(&mut compute);
    Environment {
        compute_environment: Value::Value(compute),
        network: Value::Value(network_arguments(object(&state.network))),
        ..state.clone()
    }
}

/// Of a managed network the ids are no arguments, and of an existing one everything else.
fn network_arguments(state: Network) -> Network {
    if is_existing(&state) {
        return Network {
            vpc_id: state.vpc_id,
            subnet_ids: state.subnet_ids,
            ..Network::default()
        };
    }
    Network {
        max_azs: match state.availability_zones {
            Value::Value(_) => Value::Null,
            _ => state.max_azs,
        },
        vpc_id: Value::Null,
        subnet_ids: Value::Null,
        ..state
    }
}

/// Whether a state is of an environment in an existing network.
pub(super) fn is_existing(network: &Network) -> bool {
    network.managed == Value::Value(false)
}

/// What a version's name stood for when the state was made.
fn pin_versions(compute: &mut ComputeEnvironment) {
    let Value::Value(template) = &mut compute.launch_template else {
        return;
    };
    let pin = |version: &mut Value<String>, number: &Value<Number>| {
        if let Value::Value(number) = number {
            *version = Value::Value(number.to_string());
        }
    };
    pin(&mut template.version, &template.version_number);
    for entry in template.overrides.iter_mut().flatten().filter_map(Value::as_mut_option) {
        pin(&mut entry.version, &entry.version_number);
    }
}

/// Whose environment a state is of.
pub(super) fn ownership(state: &Environment) -> Option<Ownership> {
    Some(Ownership {
        environment: text(&state.name)?.parse().ok()?,
        account_id: text(&state.account_id)?,
        region: text(&state.region)?,
    })
}

fn exists(state: &Environment) -> bool {
    object(&state.compute_environment).arn.is_value()
}

fn kept(state: &Environment) -> Kept {
    let network = object(&state.network);
    let managed = Some(&network).filter(|network| !is_existing(network));
    let subnets = managed
        .iter()
        .flat_map(|network| network.subnets.iter())
        .flatten()
        .filter_map(|(zone, subnet)| {
            let block = text(&subnet.as_ref_option()?.cidr_block)?;
            Some((zone.clone(), parse_cidr_block(&block).ok()?))
        });
    Kept {
        subnets: subnets.collect::<BTreeMap<_, _>>(),
        subnet_prefix_length: number(&network.subnet_prefix_length),
        compute_environment_name: text(&object(&state.compute_environment).name),
    }
}

/// Stands for a name that is not known yet; whatever is derived from it is not shown.
fn placeholder_name() -> EnvironmentName {
    "environment".parse().expect("it is a valid name")
}
