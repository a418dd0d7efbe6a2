//! Names and descriptions of groups and rules.

use crate::domain::limits::{GROUP_TEXT_LENGTH, GROUP_TEXT_PUNCTUATION};
use crate::domain::problem::Invalid;

/// Checks the name of a security group. Source: EC2 API Reference, CreateSecurityGroup.
pub fn validate_group_name(name: &str) -> Result<(), Invalid> {
    validate_text("name of a security group", name)?;
    let wrong = |why: &str| {
        Err(Invalid::new(
            format!("{name:?} cannot be the name of a security group"),
            format!("{why} Choose another name; without one, the environment's name is taken."),
        ))
    };
    if name.trim().is_empty() {
        return wrong("It is empty.");
    }
    if name.starts_with("sg-") {
        return wrong("Names that start with \"sg-\" would be taken for ids.");
    }
    if name == "default" {
        return wrong("Every VPC has a group \"default\" of its own.");
    }
    Ok(())
}

/// Checks the description of a security group. Source: EC2 API Reference, CreateSecurityGroup.
pub fn validate_group_description(description: &str) -> Result<(), Invalid> {
    if description.is_empty() {
        return Err(Invalid::new(
            "A security group needs a description",
            "Write one, or leave the attribute out for the default.",
        ));
    }
    validate_text("description of a security group", description)
}

/// Checks the description of a rule. Source: EC2 API Reference, IpRange.
pub fn validate_rule_description(description: &str) -> Result<(), Invalid> {
    validate_text("description of a rule", description)
}

fn validate_text(what: &str, text: &str) -> Result<(), Invalid> {
    let refused = |why: String| Err(Invalid::new(format!("EC2 does not accept this {what}"), why));
    let length = text.chars().count();
    if length > GROUP_TEXT_LENGTH {
        return refused(format!(
            "It has {length} characters; at most {GROUP_TEXT_LENGTH} are allowed."
        ));
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == ' ' || GROUP_TEXT_PUNCTUATION.contains(c);
    match text.chars().find(|c| !allowed(*c)) {
        Some(c) => refused(format!(
            "It contains {c:?}. ASCII letters, digits, spaces and {GROUP_TEXT_PUNCTUATION} are allowed."
        )),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seeds_texts_are_accepted() {
        assert!(validate_group_name("for-batch-compute-environment").is_ok());
        assert!(validate_group_description("For batch compute environment.").is_ok());
        assert!(validate_rule_description("").is_ok());
    }

    #[test]
    fn others_are_refused() {
        for name in ["", "  ", "sg-mine", "default", "日本", &"x".repeat(256)] {
            assert!(validate_group_name(name).is_err(), "{name}");
        }
        assert!(validate_group_description("").is_err());
        assert!(validate_group_description("it's").is_err());
        assert!(validate_rule_description("a\nb").is_err());
    }
}
