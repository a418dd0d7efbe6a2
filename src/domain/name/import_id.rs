//! The grammar of import ids: `name`, `name@region`, `vpc-id/compute-environment` or `vpc-id/compute-environment@region`.

use std::str::FromStr;

use super::EnvironmentName;
use crate::domain::batch::validate_compute_environment_name;
use crate::domain::problem::Invalid;

/// What to import, and where from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportId {
    /// What to import.
    pub what: Import,
    /// The region; `None`: the provider's.
    pub region: Option<String>,
}

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// An environment of this provider's, by its name.
    Environment(EnvironmentName),
    /// What something else made: a compute environment, and all that belongs to it in its VPC.
    Adoption {
        /// The VPC.
        vpc_id: String,
        /// The compute environment's name.
        compute_environment: String,
    },
}

const GRAMMAR: &str = "Give the environment's name, and the region behind an @ if it is not the provider's: \
     terraform import isolated_batch_environment.simulation simulation@ap-northeast-1. What something else made is adopted by \
     the id of its VPC and the name of its compute environment: vpc-0123456789abcdef0/my-batch-cluster.";

impl FromStr for ImportId {
    type Err = Invalid;

    fn from_str(id: &str) -> Result<Self, Invalid> {
        let not_an_id = |why: &str| Invalid::new(format!("{id:?} is not an import id"), format!("{why} {GRAMMAR}"));
        let wrong = |error: Invalid| not_an_id(&format!("{}. {}", error.summary, error.detail));
        let (name, region) = match id.split_once('@') {
            Some((name, region)) => (name, Some(region)),
            None => (id, None),
        };
        if region.is_some_and(|region| !is_region(region)) {
            return Err(not_an_id(
                "What stands behind the @ is not a region such as ap-northeast-1.",
            ));
        }
        let what = match name.split_once('/') {
            None => Import::Environment(name.parse().map_err(wrong)?),
            Some((vpc_id, _)) if !is_vpc_id(vpc_id) => {
                return Err(not_an_id(&format!("{vpc_id:?} is not the id of a VPC.")));
            }
            Some((vpc_id, compute_environment)) => {
                validate_compute_environment_name(compute_environment).map_err(wrong)?;
                Import::Adoption {
                    vpc_id: vpc_id.to_owned(),
                    compute_environment: compute_environment.to_owned(),
                }
            }
        };
        Ok(Self {
            what,
            region: region.map(str::to_owned),
        })
    }
}

/// Whether a word has the form of a VPC's id.
fn is_vpc_id(word: &str) -> bool {
    let is_hex = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
    word.strip_prefix("vpc-").is_some_and(is_hex)
}

/// Whether a word has the form of a region's name: lower-case words and a number, joined by hyphens.
fn is_region(word: &str) -> bool {
    let parts: Vec<&str> = word.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2
                && words.iter().all(is_word)
                && !number.is_empty()
                && number.bytes().all(|b| b.is_ascii_digit())
        }
        [] => false,
    }
}

/// Checks the form of a region's name; whether it exists is for AWS to say.
pub fn validate_region(word: &str) -> Result<(), Invalid> {
    if is_region(word) {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{word:?} is not the name of a region"),
        "Use a name such as \"ap-northeast-1\"; the name of a zone has one more letter.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str) -> Import {
        Import::Environment(name.parse().unwrap())
    }

    #[test]
    fn a_name_with_or_without_region() {
        let id: ImportId = "simulation".parse().unwrap();
        assert_eq!((id.what, id.region), (environment("simulation"), None));
        let id: ImportId = "simulation@us-gov-west-1".parse().unwrap();
        assert_eq!(
            (id.what, id.region.as_deref()),
            (environment("simulation"), Some("us-gov-west-1"))
        );
    }

    #[test]
    fn a_vpc_and_a_compute_environment() {
        let what = Import::Adoption {
            vpc_id: "vpc-0123456789abcdef0".to_owned(),
            compute_environment: "my-batch-cluster".to_owned(),
        };
        let id: ImportId = "vpc-0123456789abcdef0/my-batch-cluster".parse().unwrap();
        assert_eq!((id.what, id.region), (what.clone(), None));
        let id: ImportId = "vpc-0123456789abcdef0/my-batch-cluster@eu-west-1".parse().unwrap();
        assert_eq!((id.what, id.region.as_deref()), (what, Some("eu-west-1")));
    }

    #[test]
    fn other_ids_are_explained() {
        for id in [
            "",
            "a b",
            "simulation@",
            "simulation@tokyo",
            "simulation@ap-northeast-1a",
            "@us-east-1",
            "simulation/cluster",
            "vpc-xyz/cluster",
            "vpc-/cluster",
            "vpc-0123/",
            "vpc-0123/a b",
            "vpc-0123/a/b",
        ] {
            let error = id.parse::<ImportId>().unwrap_err();
            assert!(error.detail.contains("terraform import"), "{id}: {error}");
        }
    }

    #[test]
    fn regions_have_a_form() {
        for region in ["ap-northeast-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"] {
            assert!(validate_region(region).is_ok(), "{region}");
        }
        for word in ["", "tokyo", "ap-northeast-1a", "ap--1", "AP-northeast-1"] {
            assert!(validate_region(word).is_err(), "{word}");
        }
    }
}
