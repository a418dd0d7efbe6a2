//! The one table of compute types: what each is, which arguments it takes, and what Batch can do with it.
//!
//! Validation, the request, what is compared, the state and the documentation follow these rows, so that nothing that a type does not
//! have is ever sent. Source: AWS Batch API Reference, ComputeResource ("This parameter isn't applicable to jobs that are running on
//! Fargate resources. Don't specify it"); AWS Batch User Guide, "Perform infrastructure updates".

use super::{AllocationStrategy, ComputeType};
use crate::domain::existing::ids::SUBNET_IDS;
use crate::domain::limits::{FARGATE_SECURITY_GROUPS, FARGATE_SUBNETS};
use crate::domain::problem::{Invalid, PlanError};
use crate::domain::spec::{ComputeEnvironmentSpec, NetworkSpec};
use crate::domain::suggest;
use crate::domain::topology::NETWORK_ZONES;

/// One row: a compute type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The type.
    pub compute_type: ComputeType,
    /// What it is, for the documentation.
    pub what: &'static str,
    /// Whether jobs run on EC2 instances of the account.
    pub has_instances: bool,
    /// Its allocation strategies, the default first; none without instances.
    pub strategies: &'static [AllocationStrategy],
    /// Subnets at most.
    pub most_subnets: Option<usize>,
    /// Security groups at most, the environment's own included.
    pub most_security_groups: Option<usize>,
}

const ON_DEMAND: &[AllocationStrategy] = &[
    AllocationStrategy::BestFitProgressive,
    AllocationStrategy::BestFitProgressiveOrdered,
    AllocationStrategy::BestFit,
];
const SPOT: &[AllocationStrategy] = &[
    AllocationStrategy::SpotPriceCapacityOptimized,
    AllocationStrategy::SpotCapacityOptimized,
    AllocationStrategy::SpotCapacityOptimizedPrioritized,
    AllocationStrategy::BestFitProgressive,
    AllocationStrategy::BestFit,
];

/// The table of types. The default strategies are ones that can be updated in place, unlike AWS's.
pub static KINDS: [Kind; 4] = [
    Kind {
        compute_type: ComputeType::Ec2,
        what: "on-demand EC2 instances",
        has_instances: true,
        strategies: ON_DEMAND,
        most_subnets: None,
        most_security_groups: None,
    },
    Kind {
        compute_type: ComputeType::Spot,
        what: "EC2 Spot Instances, which cost less and can be interrupted",
        has_instances: true,
        strategies: SPOT,
        most_subnets: None,
        most_security_groups: None,
    },
    Kind {
        compute_type: ComputeType::Fargate,
        what: "AWS Fargate, without instances to care for",
        has_instances: false,
        strategies: &[],
        most_subnets: Some(FARGATE_SUBNETS),
        most_security_groups: Some(FARGATE_SECURITY_GROUPS),
    },
    Kind {
        compute_type: ComputeType::FargateSpot,
        what: "spare capacity of AWS Fargate, which costs less and can be interrupted",
        has_instances: false,
        strategies: &[],
        most_subnets: Some(FARGATE_SUBNETS),
        most_security_groups: Some(FARGATE_SECURITY_GROUPS),
    },
];

/// One row: an argument that not every type takes.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Name of the attribute in `compute_environment`.
    pub attribute: &'static str,
    /// The types that take it.
    pub compute_types: &'static [ComputeType],
    /// Whether the user has set it.
    is_set: fn(&ComputeEnvironmentSpec) -> bool,
}

const INSTANCES: &[ComputeType] = &[ComputeType::Ec2, ComputeType::Spot];
const SPOT_INSTANCES: &[ComputeType] = &[ComputeType::Spot];

const fn argument(
    attribute: &'static str,
    compute_types: &'static [ComputeType],
    is_set: fn(&ComputeEnvironmentSpec) -> bool,
) -> Argument {
    Argument {
        attribute,
        compute_types,
        is_set,
    }
}

/// The table of arguments, in the order of the resource's attributes. Every type takes those that are not in it.
pub static ARGUMENTS: &[Argument] = &[
    argument("allocation_strategy", INSTANCES, |s| s.allocation_strategy.is_some()),
    argument("instance_types", INSTANCES, |s| s.instance_types.is_some()),
    argument("min_vcpus", INSTANCES, |s| s.min_vcpus.is_some()),
    argument("desired_vcpus", INSTANCES, |s| s.desired_vcpus.is_some()),
    argument("bid_percentage", SPOT_INSTANCES, |s| s.bid_percentage.is_some()),
    argument("image_id", INSTANCES, |s| s.image_id.is_some()),
    argument("ec2_configuration", INSTANCES, |s| !s.ec2_configuration.is_empty()),
    argument("ec2_key_pair", INSTANCES, |s| s.ec2_key_pair.is_some()),
    argument("placement_group", INSTANCES, |s| s.placement_group.is_some()),
    argument("launch_template", INSTANCES, |s| s.launch_template.is_some()),
    argument("instance_role_arn", INSTANCES, |s| s.instance_role_arn.is_some()),
    argument("spot_iam_fleet_role_arn", SPOT_INSTANCES, |s| {
        s.spot_iam_fleet_role_arn.is_some()
    }),
    argument("instance_tags", INSTANCES, |s| !s.instance_tags.is_empty()),
    argument("min_scale_down_delay_minutes", INSTANCES, |s| {
        s.min_scale_down_delay_minutes.is_some()
    }),
    argument("image_refresh", INSTANCES, |s| s.image_refresh.is_some()),
    argument("update_policy", INSTANCES, |s| s.update_policy.is_some()),
];

impl ComputeType {
    /// Its row.
    pub fn kind(self) -> &'static Kind {
        match self {
            Self::Ec2 => &KINDS[0],
            Self::Spot => &KINDS[1],
            Self::Fargate => &KINDS[2],
            Self::FargateSpot => &KINDS[3],
        }
    }

    /// Whether jobs run on EC2 instances of the account.
    pub fn has_instances(self) -> bool {
        self.kind().has_instances
    }

    /// The strategy of an environment whose strategy is not set; none without instances.
    pub fn default_allocation_strategy(self) -> Option<AllocationStrategy> {
        self.kind().strategies.first().copied()
    }

    /// Whether it takes the attribute of `compute_environment`.
    pub fn takes(self, attribute: &str) -> bool {
        let row = ARGUMENTS.iter().find(|row| row.attribute == attribute);
        row.is_none_or(|row| row.compute_types.contains(&self))
    }
}

/// What is set and not taken by the type, and a strategy that it does not have.
pub(super) fn check(spec: &ComputeEnvironmentSpec) -> Vec<PlanError> {
    let compute_type = spec.compute_type;
    let set = ARGUMENTS.iter().filter(|row| (row.is_set)(spec));
    let mut errors: Vec<PlanError> = set
        .filter(|row| !row.compute_types.contains(&compute_type))
        .map(|row| {
            let detail = format!(
                "Only compute environments of type {} take it; the type here is {compute_type}. Remove it, or change the type.",
                suggest::either(row.compute_types.iter().map(|other| other.as_str()))
            );
            Invalid::new(format!("{} is not for {compute_type}", row.attribute), detail)
                .at(format!("compute_environment.{}", row.attribute))
        })
        .collect();
    let strategies = compute_type.kind().strategies;
    if let Some(strategy) = spec.allocation_strategy.filter(|_| !strategies.is_empty())
        && !strategies.contains(&strategy)
    {
        let words = strategies.iter().map(|other| other.as_str());
        let detail = format!("Use {}.", suggest::either(words));
        let summary = format!("Strategy {strategy} is not for {compute_type}");
        errors.push(Invalid::new(summary, detail).at("compute_environment.allocation_strategy"));
    }
    errors
}

/// Checks that the type takes as many subnets as the network names: existing ones, or one in each of its zones.
pub fn check_number_of_subnets(compute_type: ComputeType, network: &NetworkSpec) -> Result<(), PlanError> {
    let (attribute, what, named) = match (&network.existing, &network.availability_zones) {
        (Some(existing), _) => (SUBNET_IDS, "subnets", existing.subnet_ids.len()),
        (None, Some(zones)) => (NETWORK_ZONES, "zones", zones.len()),
        (None, None) => return Ok(()),
    };
    match compute_type.kind().most_subnets.filter(|most| named > *most) {
        None => Ok(()),
        Some(most) => Err(Invalid::new(
            format!("{named} {what} are too many for {compute_type}"),
            format!(
                "Compute environments of this type take at most {most} subnets, one in each zone. Name fewer {what}."
            ),
        )
        .at(attribute)),
    }
}

/// The types, each in quotes and what it is: for the documentation.
pub fn described() -> String {
    let rows = KINDS
        .iter()
        .map(|kind| format!("`{}` ({})", kind.compute_type, kind.what));
    suggest::either(rows.collect::<Vec<_>>())
}

/// The strategies of each type that has any: for the documentation.
pub fn described_strategies() -> String {
    let rows = KINDS.iter().filter(|kind| !kind.strategies.is_empty()).map(|kind| {
        let words: Vec<String> = kind.strategies.iter().map(|strategy| format!("`{strategy}`")).collect();
        format!("{} for `{}`", suggest::either(words), kind.compute_type)
    });
    rows.collect::<Vec<_>>().join("; ")
}

/// "Only for …", where not every type takes the attribute: for the documentation.
pub fn described_argument(attribute: &str) -> Option<String> {
    let row = ARGUMENTS.iter().find(|row| row.attribute == attribute)?;
    let types: Vec<String> = row.compute_types.iter().map(|other| format!("`{other}`")).collect();
    Some(format!("Only for {}.", suggest::listed(types)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fixture;
    use crate::domain::limits::ZONES;
    use crate::domain::spec::ExistingNetworkSpec;

    #[test]
    fn each_type_has_its_row() {
        for compute_type in ComputeType::ALL {
            let kind = compute_type.kind();
            assert_eq!(kind.compute_type, compute_type);
            assert_eq!(kind.has_instances, !kind.strategies.is_empty());
            assert_eq!(kind.has_instances, compute_type.takes("instance_types"));
            assert!(compute_type.takes("max_vcpus") && compute_type.takes("container_insights"));
        }
    }

    #[test]
    fn every_strategy_is_some_types_and_the_defaults_can_be_updated_in_place() {
        for strategy in AllocationStrategy::ALL {
            assert!(
                KINDS.iter().any(|kind| kind.strategies.contains(&strategy)),
                "{strategy}"
            );
        }
        for kind in &KINDS {
            let default = kind.compute_type.default_allocation_strategy();
            assert!(default.is_none_or(AllocationStrategy::supports_infrastructure_update));
        }
        assert!(!AllocationStrategy::BestFit.supports_infrastructure_update());
    }

    #[test]
    fn what_fargate_does_not_have_is_told_at_its_attribute() {
        let mut spec = fixture::seed().compute_environment;
        spec.compute_type = ComputeType::Fargate;
        let told: Vec<String> = check(&spec).into_iter().map(|error| error.attribute).collect();
        assert_eq!(
            told,
            [
                "compute_environment.instance_types",
                "compute_environment.min_vcpus",
                "compute_environment.desired_vcpus"
            ]
        );
        assert!(check(&fixture::fargate().compute_environment).is_empty());
    }

    #[test]
    fn no_number_of_zones_is_too_many_for_a_type() {
        assert!(
            KINDS
                .iter()
                .all(|kind| kind.most_subnets.is_none_or(|most| most >= ZONES))
        );
    }

    #[test]
    fn fargate_takes_so_many_subnets_and_no_more() {
        let words = |what: &str, count: usize| (0..count).map(|index| format!("{what}-{index}")).collect::<Vec<_>>();
        let network = fixture::seed().network;
        let named = |count| NetworkSpec {
            availability_zones: Some(words("zone", count)),
            ..network.clone()
        };
        let existing = |count| NetworkSpec {
            existing: Some(ExistingNetworkSpec {
                vpc_id: "vpc-11111111".to_owned(),
                subnet_ids: words("subnet", count),
            }),
            ..network.clone()
        };
        for compute_type in ComputeType::ALL {
            let told = |network: &NetworkSpec| {
                let error = check_number_of_subnets(compute_type, network).err()?;
                Some((error.attribute, error.summary))
            };
            assert_eq!(told(&network), None);
            assert_eq!((told(&named(16)), told(&existing(16))), (None, None));
            let (zones, subnets) = (told(&named(17)), told(&existing(17)));
            if compute_type.has_instances() {
                assert_eq!((zones, subnets), (None, None));
            } else {
                let summary = |what: &str| format!("17 {what} are too many for {compute_type}");
                assert_eq!(zones, Some((NETWORK_ZONES.to_owned(), summary("zones"))));
                assert_eq!(subnets, Some((SUBNET_IDS.to_owned(), summary("subnets"))));
            }
        }
    }

    #[test]
    fn a_strategy_is_one_of_its_type() {
        let told = |compute_type, strategy| {
            let mut spec = fixture::seed().compute_environment;
            spec.compute_type = compute_type;
            spec.allocation_strategy = Some(strategy);
            check(&spec).into_iter().map(|error| error.detail).collect::<Vec<_>>()
        };
        let error = told(ComputeType::Ec2, AllocationStrategy::SpotCapacityOptimized);
        assert_eq!(
            error,
            ["Use BEST_FIT_PROGRESSIVE, BEST_FIT_PROGRESSIVE_ORDERED or BEST_FIT."]
        );
        assert_eq!(
            told(ComputeType::Spot, AllocationStrategy::BestFitProgressiveOrdered).len(),
            1
        );
        assert!(told(ComputeType::Spot, AllocationStrategy::BestFit).is_empty());
    }
}
