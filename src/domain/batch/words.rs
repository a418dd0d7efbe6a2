//! The words of AWS Batch's enumerations.

use std::fmt;
use std::str::FromStr;

use crate::domain::problem::Invalid;
use crate::domain::suggest;

/// `computeResources.type`. What each type is, takes and can do says [`KINDS`](super::kind::KINDS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ComputeType {
    /// On-demand EC2 instances.
    Ec2,
    /// EC2 Spot Instances.
    Spot,
    /// AWS Fargate.
    Fargate,
    /// Spare capacity of AWS Fargate.
    FargateSpot,
}

impl ComputeType {
    /// Every type that this version knows.
    pub const ALL: [Self; 4] = [Self::Ec2, Self::Spot, Self::Fargate, Self::FargateSpot];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ec2 => "EC2",
            Self::Spot => "SPOT",
            Self::Fargate => "FARGATE",
            Self::FargateSpot => "FARGATE_SPOT",
        }
    }
}

/// `computeResources.allocationStrategy`. Which types have which says [`KINDS`](super::kind::KINDS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AllocationStrategy {
    /// Cheapest type only; cannot be updated in place, neither to nor from.
    BestFit,
    /// Further types when the best ones are short.
    BestFitProgressive,
    /// As `BestFitProgressive`, in the order in which the types are given.
    BestFitProgressiveOrdered,
    /// Types that are least likely to be interrupted.
    SpotCapacityOptimized,
    /// As `SpotCapacityOptimized`, with the order in which the types are given as a preference.
    SpotCapacityOptimizedPrioritized,
    /// Types that are least likely to be interrupted and cheapest among those.
    SpotPriceCapacityOptimized,
}

impl AllocationStrategy {
    /// Every strategy that this version knows.
    pub const ALL: [Self; 6] = [
        Self::BestFitProgressive,
        Self::BestFitProgressiveOrdered,
        Self::BestFit,
        Self::SpotPriceCapacityOptimized,
        Self::SpotCapacityOptimized,
        Self::SpotCapacityOptimizedPrioritized,
    ];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BestFit => "BEST_FIT",
            Self::BestFitProgressive => "BEST_FIT_PROGRESSIVE",
            Self::BestFitProgressiveOrdered => "BEST_FIT_PROGRESSIVE_ORDERED",
            Self::SpotCapacityOptimized => "SPOT_CAPACITY_OPTIMIZED",
            Self::SpotCapacityOptimizedPrioritized => "SPOT_CAPACITY_OPTIMIZED_PRIORITIZED",
            Self::SpotPriceCapacityOptimized => "SPOT_PRICE_CAPACITY_OPTIMIZED",
        }
    }

    /// Whether instance types, images, subnets and the like can be changed in place. Source: AWS Batch User Guide, "Perform
    /// infrastructure updates".
    pub fn supports_infrastructure_update(self) -> bool {
        !matches!(self, Self::BestFit)
    }

    /// Whether the order of the instance types means anything. Source: AWS Batch API Reference, ComputeResource.
    pub fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::BestFitProgressiveOrdered | Self::SpotCapacityOptimizedPrioritized
        )
    }
}

/// `ecsSettings.containerInsights`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ContainerInsights {
    /// No metrics are collected.
    Disabled,
    /// Metrics of clusters and services.
    Enabled,
    /// Metrics of tasks and containers as well.
    Enhanced,
}

impl ContainerInsights {
    /// Every mode that this version knows.
    pub const ALL: [Self; 3] = [Self::Disabled, Self::Enabled, Self::Enhanced];

    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::Enabled => "ENABLED",
            Self::Enhanced => "ENHANCED",
        }
    }
}

macro_rules! word {
    ($($type:ident: $what:literal),+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $type {
            type Err = Invalid;

            fn from_str(word: &str) -> Result<Self, Invalid> {
                word_of($what, word, &Self::ALL, Self::as_str)
            }
        }
    )+};
}

word! {
    ComputeType: "type of a compute environment",
    AllocationStrategy: "allocation strategy",
    ContainerInsights: "mode of Container Insights"
}

fn word_of<T: Copy>(what: &str, word: &str, all: &[T], as_str: fn(T) -> &'static str) -> Result<T, Invalid> {
    all.iter().copied().find(|value| as_str(*value) == word).ok_or_else(|| {
        let words: Vec<&str> = all.iter().map(|value| as_str(*value)).collect();
        Invalid::new(
            format!("{word:?} is not a supported {what}"),
            format!(
                "Use {}.{}",
                suggest::either(&words),
                suggest::did_you_mean(word, words.iter().copied())
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_awss() {
        for compute_type in ComputeType::ALL {
            assert_eq!(compute_type.as_str().parse::<ComputeType>().unwrap(), compute_type);
        }
        for strategy in AllocationStrategy::ALL {
            assert_eq!(strategy.as_str().parse::<AllocationStrategy>().unwrap(), strategy);
        }
        for mode in ContainerInsights::ALL {
            assert_eq!(mode.as_str().parse::<ContainerInsights>().unwrap(), mode);
        }
        let error = "BEST_FIT_PROGRESIVE".parse::<AllocationStrategy>().unwrap_err();
        assert!(
            error.detail.ends_with("Did you mean \"BEST_FIT_PROGRESSIVE\"?"),
            "{error}"
        );
        let error = "ec2".parse::<ComputeType>().unwrap_err();
        assert!(error.detail.ends_with("Did you mean \"EC2\"?"), "{error}");
    }
}
