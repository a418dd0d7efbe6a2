//! The one table of changes: which attribute can be changed in place, which swaps the compute environment behind its queues, and which
//! replaces the environment.
//!
//! Plans, descriptions of attributes and the documentation all read it here.

use super::batch::image::DEFAULT_IMAGE_TYPE;
use super::batch::{
    AllocationStrategy, Ec2Configuration, InstanceProfileChoice, LaunchTemplate, ServiceRoleChoice,
    SpotFleetRoleChoice, TemplateVersion,
};
use super::spec::{ComputeEnvironmentSpec, InstanceTenancy, Spec};

pub mod table;

pub use table::TABLE;

/// What a change of an attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Always in place.
    InPlace,
    /// In place by an infrastructure update, if Batch can do one before and after the change
    /// ([`Spec::supports_infrastructure_update`]); otherwise a swap.
    InPlaceIfUpdatable,
    /// In place from one custom role to another; between the service-linked role and a custom one a swap.
    InPlaceBetweenCustomRoles,
    /// Always a swap: another compute environment takes the place of the one that is there, behind the same queues.
    Swap,
    /// In place to `default`, the only direction that ModifyVpcTenancy knows; to `dedicated` a replacement of the environment.
    InPlaceToDefaultTenancy,
    /// Always a replacement of the environment.
    Replace,
}

impl Change {
    /// The sentence for descriptions.
    pub fn sentence(self) -> &'static str {
        match self {
            Change::InPlace => "Changed in place.",
            Change::InPlaceIfUpdatable => {
                "Changed in place (an infrastructure update) with the service-linked role and an allocation strategy other than \
                 `BEST_FIT`; otherwise a change swaps the compute environment behind its job queues."
            }
            Change::InPlaceBetweenCustomRoles => {
                "Changed in place from one role to another; a change between the service-linked role and another one swaps the \
                 compute environment behind its job queues."
            }
            Change::Swap => "A change swaps the compute environment behind its job queues.",
            Change::InPlaceToDefaultTenancy => {
                "Changed in place from `dedicated` to `default`, for instances that start afterwards; a change to `dedicated` replaces the \
                 environment."
            }
            Change::Replace => "A change replaces the environment.",
        }
    }
}

/// One row: an attribute of the resource.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// Dotted path.
    pub attribute: &'static str,
    /// What a change means.
    pub change: Change,
    /// Why, in one sentence.
    pub reason: &'static str,
    /// Where that is documented.
    pub source: &'static str,
    /// Whether it is about subnets and groups, which Batch changes in place on Fargate too.
    is_network: bool,
    /// Other attributes that decide about the value.
    follows_from: &'static [&'static str],
    /// The sentence for the description, where that of its class does not say it all.
    sentence: Option<&'static str>,
    /// What of a spec counts as the attribute's value, defaults in place; `None`: not decided, which is no change.
    value: fn(&Spec) -> Option<String>,
}

impl Row {
    /// The sentence for the attribute's description.
    pub fn sentence(&self) -> &'static str {
        self.sentence.unwrap_or(self.change.sentence())
    }

    fn differs(&self, prior: &Spec, planned: &Spec) -> bool {
        match ((self.value)(prior), (self.value)(planned)) {
            (Some(prior), Some(planned)) => prior != planned,
            _ => false,
        }
    }

    fn replaces(&self, prior: &Spec, planned: &Spec) -> bool {
        match self.change {
            Change::Replace => self.differs(prior, planned),
            Change::InPlaceToDefaultTenancy => self.differs(prior, planned) && !is_default_tenancy(planned),
            _ => false,
        }
    }

    fn swaps(&self, prior: &Spec, planned: &Spec) -> bool {
        match self.change {
            Change::InPlace | Change::InPlaceToDefaultTenancy | Change::Replace => false,
            Change::Swap | Change::InPlaceBetweenCustomRoles => self.differs(prior, planned),
            Change::InPlaceIfUpdatable => {
                let updatable = self.is_updatable(prior) && self.is_updatable(planned);
                !updatable && self.differs(prior, planned)
            }
        }
    }

    /// Whether the value is not known as long as `is_unknown` attributes are not.
    fn is_open(&self, is_unknown: impl Fn(&str) -> bool) -> bool {
        is_unknown(self.attribute) || self.follows_from.iter().any(|attribute| is_unknown(attribute))
    }

    /// Whether Batch changes the attribute of such an environment in place.
    fn is_updatable(&self, spec: &Spec) -> bool {
        if self.is_network {
            spec.supports_network_update()
        } else {
            spec.supports_infrastructure_update()
        }
    }
}

/// The row of an attribute.
pub fn row(attribute: &str) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.attribute == attribute)
}

/// Attributes whose change from `prior` to `planned` needs a replacement, in the table's order.
///
/// Either spec may be one made from a state: ARNs of the environment's own roles and of the service-linked role count as
/// "not set". What a spec leaves open (zones, prefix, name) is taken from its [`Kept`](super::spec::Kept); what is open there too
/// counts as unchanged. When the environment is replaced, plan it again with `Kept::default()`.
pub fn replacements(prior: &Spec, planned: &Spec) -> Vec<&'static str> {
    TABLE
        .iter()
        .filter(|row| row.replaces(prior, planned))
        .map(|row| row.attribute)
        .collect()
}

/// Attributes whose change from `prior` to `planned` needs another compute environment, in the table's order; as in
/// [`replacements`], either spec may be one made from a state. When there are any, the compute environment's derived name is not kept.
pub fn swaps(prior: &Spec, planned: &Spec) -> Vec<&'static str> {
    TABLE
        .iter()
        .filter(|row| row.swaps(prior, planned))
        .map(|row| row.attribute)
        .collect()
}

/// Attributes whose values are not known yet, and that replace an environment of `prior` unless they turn out to be what they were.
pub fn may_replace(prior: &Spec, is_unknown: impl Fn(&str) -> bool) -> Vec<&'static str> {
    TABLE
        .iter()
        .filter(|row| is_unknown(row.attribute))
        .filter(|row| match row.change {
            Change::Replace => true,
            // What is dedicated can only become default.
            Change::InPlaceToDefaultTenancy => is_default_tenancy(prior),
            _ => false,
        })
        .map(|row| row.attribute)
        .collect()
}

/// What decides whether Batch can do an infrastructure update ([`Spec::supports_infrastructure_update`]).
const UPDATABILITY: [&str; 4] = [
    "compute_environment.type",
    "compute_environment.allocation_strategy",
    "compute_environment.service_role_arn",
    "compute_environment.create_service_role",
];

/// Attributes whose values are not known yet, and may turn out to need another compute environment: as [`swaps`], where `planned` has
/// stand-ins for what `is_unknown`.
pub fn may_swap(prior: &Spec, planned: &Spec, is_unknown: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let undecided = UPDATABILITY.iter().any(|attribute| is_unknown(attribute));
    TABLE
        .iter()
        .filter(|row| row.is_open(&is_unknown))
        .filter(|row| match row.change {
            Change::InPlace | Change::InPlaceToDefaultTenancy | Change::Replace => false,
            Change::Swap | Change::InPlaceBetweenCustomRoles => true,
            Change::InPlaceIfUpdatable => undecided || !row.is_updatable(prior) || !row.is_updatable(planned),
        })
        .map(|row| row.attribute)
        .collect()
}

/// Whether what is not known yet may be part of the name of a new compute environment: see [`fingerprint`].
pub fn may_name(is_unknown: impl Fn(&str) -> bool) -> bool {
    let mut rows = TABLE.iter().filter(|row| row.change != Change::InPlace);
    rows.any(|row| row.is_open(&is_unknown))
}

/// `path=value` of all whose change would replace an environment of this spec, or swap its compute environment: what a derived name
/// depends on. The compute environment's own name is not among them.
pub fn fingerprint(spec: &Spec) -> Vec<String> {
    TABLE
        .iter()
        .filter(|row| row.attribute != table::COMPUTE_ENVIRONMENT_NAME)
        .filter(|row| match row.change {
            Change::InPlace => false,
            Change::InPlaceToDefaultTenancy | Change::Replace | Change::Swap | Change::InPlaceBetweenCustomRoles => {
                true
            }
            Change::InPlaceIfUpdatable => !row.is_updatable(spec),
        })
        .filter_map(|row| (row.value)(spec).map(|value| format!("{}={value}", row.attribute)))
        .collect()
}

fn is_default_tenancy(spec: &Spec) -> bool {
    spec.network.instance_tenancy == InstanceTenancy::Default
}

/// Values that several rows share, in a form that compares.
mod value {
    use super::*;

    /// What an existing network has is no choice of the environment's.
    pub(super) fn managed(spec: &Spec, value: String) -> Option<String> {
        spec.network.existing.is_none().then_some(value)
    }

    /// The zones of an existing network follow from its subnets.
    pub(super) fn zones(spec: &Spec) -> Option<String> {
        if spec.network.existing.is_some() {
            return None;
        }
        let zones = spec.network.availability_zones.clone().unwrap_or_else(|| {
            let mut zones = spec.kept.availability_zones();
            zones.truncate(spec.network.max_azs);
            zones
        });
        (!zones.is_empty()).then(|| set(&zones))
    }

    pub(super) fn prefix_length(spec: &Spec) -> Option<String> {
        let prefix_length = spec.network.subnet_prefix_length.or(spec.kept.subnet_prefix_length);
        managed(spec, prefix_length?.to_string())
    }

    pub(super) fn compute_environment_name(spec: &Spec) -> Option<String> {
        spec.compute_environment
            .name
            .clone()
            .or_else(|| spec.kept.compute_environment_name.clone())
    }

    pub(super) fn service_role_kind(spec: &Spec) -> Option<String> {
        let kind = match spec.service_role() {
            ServiceRoleChoice::ServiceLinked => "service-linked",
            ServiceRoleChoice::Owned | ServiceRoleChoice::Existing(_) => "custom",
        };
        Some(kind.to_owned())
    }

    pub(super) fn instance_profile(spec: &Spec) -> Option<String> {
        Some(match spec.instance_profile()? {
            InstanceProfileChoice::Owned => "owned".to_owned(),
            InstanceProfileChoice::Existing(arn) => arn,
        })
    }

    pub(super) fn spot_fleet_role(spec: &Spec) -> Option<String> {
        let has_instances = spec.compute_environment.compute_type.has_instances();
        has_instances.then(|| match spec.spot_fleet_role() {
            None => "none".to_owned(),
            Some(SpotFleetRoleChoice::Owned) => "owned".to_owned(),
            Some(SpotFleetRoleChoice::Existing(arn)) => arn,
        })
    }

    /// A value of instances; none where there are no instances, which only a change of the type changes.
    pub(super) fn of_instances(spec: &Spec, value: impl FnOnce(&ComputeEnvironmentSpec) -> String) -> Option<String> {
        let compute_environment = &spec.compute_environment;
        let has_instances = compute_environment.compute_type.has_instances();
        has_instances.then(|| value(compute_environment))
    }

    /// No configuration and Batch's default one are the same.
    pub(super) fn ec2_configuration(spec: &ComputeEnvironmentSpec) -> String {
        let entry = |c: &Ec2Configuration| {
            format!(
                "{}:{}",
                c.image_type,
                c.image_id_override.as_deref().unwrap_or_default()
            )
        };
        let entries: Vec<String> = spec.ec2_configuration.iter().map(entry).collect();
        if entries.is_empty() {
            format!("{DEFAULT_IMAGE_TYPE}:")
        } else {
            set(&entries)
        }
    }

    /// Not decided as long as a version has no number.
    pub(super) fn launch_template(spec: &Spec) -> Option<String> {
        let version = |template: &TemplateVersion| Some(format!("{}:{}", template.key()?, template.number()?));
        let text = |template: &LaunchTemplate| {
            let overrides = template.overrides.iter().map(|entry| {
                let types = set(&entry.target_instance_types);
                Some(format!("{}={types}", version(&entry.template)?))
            });
            let overrides: Vec<String> = overrides.collect::<Option<_>>()?;
            Some(format!("{};{}", version(&template.template)?, set(&overrides)))
        };
        if !spec.compute_environment.compute_type.takes("launch_template") {
            return None;
        }
        spec.compute_environment
            .launch_template
            .as_ref()
            .map_or(Some(String::new()), text)
    }

    /// The order of instance types matters to an ordered strategy only.
    pub(super) fn instance_types(spec: &ComputeEnvironmentSpec) -> String {
        let names = spec.instance_types();
        let ordered = spec.allocation_strategy().is_some_and(AllocationStrategy::is_ordered);
        if ordered { names.join(",") } else { set(&names) }
    }

    pub(super) fn set(members: &[String]) -> String {
        let mut members = members.to_vec();
        members.sort();
        members.join(",")
    }
}

#[cfg(test)]
mod tests;
