//! The grammar of import ids: `name` or `name@region`.

use std::str::FromStr;

use super::EnvironmentName;
use crate::domain::problem::Invalid;

/// Which environment to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportId {
    /// The environment's name.
    pub name: EnvironmentName,
    /// The region; `None`: the provider's.
    pub region: Option<String>,
}

const GRAMMAR: &str = "Give the environment's name, and the region behind an @ if it is not the provider's: \
     terraform import isolated_batch_environment.simulation simulation@ap-northeast-1";

impl FromStr for ImportId {
    type Err = Invalid;

    fn from_str(id: &str) -> Result<Self, Invalid> {
        if id.starts_with("vpc-") && id.contains('/') {
            return Err(Invalid::new(
                format!("{id:?} asks to adopt what something else made"),
                "The form vpc-ID/NAME, for environments that were not made by this provider, is not supported in this version. \
                 Only environments that carry this provider's ownership tags can be imported, by their name.",
            ));
        }
        let (name, region) = match id.split_once('@') {
            Some((name, region)) => (name, Some(region)),
            None => (id, None),
        };
        let not_an_id = |why: &str| Invalid::new(format!("{id:?} is not an import id"), format!("{why} {GRAMMAR}"));
        let name = name
            .parse()
            .map_err(|error: Invalid| not_an_id(&format!("{}. {}", error.summary, error.detail)))?;
        if region.is_some_and(|region| !is_region(region)) {
            return Err(not_an_id(
                "What stands behind the @ is not a region such as ap-northeast-1.",
            ));
        }
        Ok(Self {
            name,
            region: region.map(str::to_owned),
        })
    }
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

    #[test]
    fn a_name_with_or_without_region() {
        let id: ImportId = "simulation".parse().unwrap();
        assert_eq!((id.name.as_str(), id.region), ("simulation", None));
        let id: ImportId = "simulation@us-gov-west-1".parse().unwrap();
        assert_eq!(
            (id.name.as_str(), id.region.as_deref()),
            ("simulation", Some("us-gov-west-1"))
        );
    }

    #[test]
    fn anything_else_is_explained() {
        for id in [
            "",
            "a b",
            "simulation@",
            "simulation@tokyo",
            "simulation@ap-northeast-1a",
            "@us-east-1",
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

    #[test]
    fn adoption_is_known_and_refused() {
        let error = "vpc-0123456789abcdef0/my-batch-cluster"
            .parse::<ImportId>()
            .unwrap_err();
        assert!(error.detail.contains("not supported in this version"));
    }
}
