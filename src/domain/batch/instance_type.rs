//! Instance types as Batch takes them: types (`c5.large`), families (`c5`) and collective names (`optimal`).

use std::fmt;

use crate::domain::problem::{Invalid, PlanError};
use crate::domain::suggest;

/// Names that stand for a choice of Batch's own. Source: AWS Batch API Reference, ComputeResource.
pub const COLLECTIVE: [&str; 3] = ["optimal", "default_x86_64", "default_arm64"];

/// Sizes that have no number in front.
const SIZES: [&str; 7] = ["nano", "micro", "small", "medium", "large", "xlarge", "metal"];

/// Processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Architecture {
    /// Intel and AMD.
    X86,
    /// Graviton and Grace.
    Arm,
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86 => "x86_64",
            Self::Arm => "arm64",
        })
    }
}

/// Checks the form of one entry of `instance_types`. Whether the region has the type is for AWS to say.
pub fn validate_instance_type(name: &str) -> Result<(), Invalid> {
    let valid = COLLECTIVE.contains(&name)
        || match name.split_once('.') {
            Some((family, size)) => is_family(family) && is_size(size),
            None => is_family(name) && !ends_with_size(name),
        };
    if valid {
        return Ok(());
    }
    let suggestion = suggestion(name).map_or_else(String::new, |name| format!(" Did you mean {name:?}?"));
    Err(Invalid::new(
        format!("{name:?} is not an instance type"),
        format!(
            "Use a type such as \"c5.large\", a family such as \"c5\", or {}.{suggestion}",
            suggest::either(COLLECTIVE)
        ),
    ))
}

/// Checks that all entries are of one architecture, as far as names tell. Source: AWS Batch API Reference, ComputeResource.
pub fn check_one_architecture(names: &[String]) -> Result<(), PlanError> {
    let Some(first) = names.first() else { return Ok(()) };
    let expected = architecture(first);
    match names.iter().position(|name| architecture(name) != expected) {
        None => Ok(()),
        Some(index) => Err(Invalid::new(
            "Instance types of two architectures",
            format!(
                "{first:?} is {expected} and {:?} is {}. A compute environment has one architecture: make an environment for each.",
                names[index],
                architecture(&names[index]),
            ),
        )
        .at(format!("compute_environment.instance_types[{index}]"))),
    }
}

/// Architecture by name: families with a `g` behind the generation are Graviton (`m6g`, `c7gn`), as are `a1` and the
/// Grace families (`p6e-gb200`). Source: Amazon EC2 Instance Types Guide, "Naming conventions".
pub fn architecture(name: &str) -> Architecture {
    let family = name.split('.').next().unwrap_or(name);
    let behind_generation = family
        .trim_start_matches(|c: char| !c.is_ascii_digit())
        .trim_start_matches(|c: char| c.is_ascii_digit());
    if family == "a1" || family == "default_arm64" || family.contains("-gb") || behind_generation.starts_with('g') {
        Architecture::Arm
    } else {
        Architecture::X86
    }
}

/// Whether an entry means the `a1` family, which Amazon Linux 2023 does not run on.
pub fn is_a1(name: &str) -> bool {
    name == "a1" || name.starts_with("a1.")
}

fn is_family(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().any(|b| b.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !word.ends_with('-')
}

/// `large`, `2xlarge`, `metal`, `metal-24xl`.
fn is_size(word: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    SIZES.contains(&word)
        || word.strip_suffix("xlarge").is_some_and(is_number)
        || word
            .strip_prefix("metal-")
            .and_then(|rest| rest.strip_suffix("xl"))
            .is_some_and(is_number)
}

fn ends_with_size(word: &str) -> bool {
    SIZES.iter().any(|size| word.ends_with(size))
}

fn suggestion(name: &str) -> Option<String> {
    let name = name.trim().to_lowercase();
    if let Some(collective) = suggest::closest(&name, COLLECTIVE) {
        return Some(collective.to_owned());
    }
    let plain: String = name
        .chars()
        .map(|c| if matches!(c, '_' | ' ' | ',') { '.' } else { c })
        .collect();
    let candidate = match plain.split_once('.') {
        Some((family, size)) if is_size(size) => format!("{family}.{size}"),
        Some((family, size)) => format!("{family}.{}", suggest::closest(size, SIZES)?),
        None => split_before_size(&plain)?,
    };
    validate_form(&candidate).then_some(candidate)
}

fn validate_form(name: &str) -> bool {
    name.split_once('.')
        .is_some_and(|(family, size)| is_family(family) && is_size(size))
}

/// `t3small` → `t3.small`, `c52xlarge` → `c5.2xlarge`: where family and size can be told apart.
fn split_before_size(name: &str) -> Option<String> {
    // The earliest split with a valid size on its right takes all digits that a size can have but leaves the family its own.
    (2..name.len())
        .filter(|at| name.is_char_boundary(*at))
        .map(|at| (name[..at].trim_end_matches('-'), &name[at..]))
        .find(|(family, size)| is_family(family) && is_size(size))
        .map(|(family, size)| format!("{family}.{size}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_names_are_taken() {
        for name in [
            "optimal",
            "default_x86_64",
            "default_arm64",
            "t3.small",
            "c5",
            "m6i",
            "c5.24xlarge",
            "c7g.metal",
            "u-6tb1.56xlarge",
            "m7i.metal-24xl",
            "p6-b200.48xlarge",
            "p6e-gb200.36xlarge",
            "u7i-12tb.224xlarge",
            "mac2-m2pro.metal",
            "hpc7a.96xlarge",
        ] {
            assert!(validate_instance_type(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn slips_get_a_suggestion() {
        for (name, meant) in [
            ("t3small", "t3.small"),
            ("T3.small", "t3.small"),
            ("t3-small", "t3.small"),
            ("c52xlarge", "c5.2xlarge"),
            ("t3.smal", "t3.small"),
            ("m5_large", "m5.large"),
            ("optimum", "optimal"),
            ("default_x86", "default_x86_64"),
        ] {
            let error = validate_instance_type(name).unwrap_err();
            assert!(
                error.detail.ends_with(&format!("Did you mean {meant:?}?")),
                "{name}: {error}"
            );
        }
        for name in ["", ".", "t3.", ".small", "large", "日本"] {
            assert!(validate_instance_type(name).is_err(), "{name}");
        }
    }

    #[test]
    fn architecture_follows_from_the_name() {
        for name in [
            "a1.large",
            "t4g.small",
            "c7gn",
            "im4gn.large",
            "is4gen",
            "g5g",
            "x2gd",
            "default_arm64",
            "p6e-gb200",
        ] {
            assert_eq!(architecture(name), Architecture::Arm, "{name}");
        }
        for name in [
            "optimal",
            "default_x86_64",
            "t3.small",
            "g4dn.xlarge",
            "g5",
            "gr6",
            "m7a",
            "u-6tb1",
            "trn1",
            "p5en",
        ] {
            assert_eq!(architecture(name), Architecture::X86, "{name}");
        }
    }

    #[test]
    fn two_architectures_are_refused() {
        let names = ["c5", "m5.large", "c7g"].map(str::to_owned);
        assert_eq!(
            check_one_architecture(&names).unwrap_err().attribute,
            "compute_environment.instance_types[2]"
        );
        assert!(check_one_architecture(&names[..2]).is_ok());
    }
}
