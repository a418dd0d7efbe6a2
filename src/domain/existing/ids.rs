//! Ids of an existing network, checked on their own. Whether they exist is for AWS to say.

use crate::domain::problem::{Invalid, PlanError};

/// Attribute of the existing VPC's id.
pub const VPC_ID: &str = "network.vpc_id";
/// Attribute of the existing subnets' ids.
pub const SUBNET_IDS: &str = "network.subnet_ids";

/// Checks the form of a VPC's id.
pub fn validate_vpc_id(id: &str) -> Result<(), Invalid> {
    if has_form(id, "vpc-") {
        return Ok(());
    }
    Err(Invalid::new(
        format!("{id:?} is not the id of a VPC"),
        "Use an id such as \"vpc-0123456789abcdef0\", or leave it and subnet_ids out for a network of the environment's own.",
    ))
}

/// Checks the ids of the subnets: their form, and that they are some and different. How many there can be is a matter of the compute
/// environment's type.
pub fn validate_subnet_ids(ids: &[String]) -> Vec<PlanError> {
    if ids.is_empty() {
        let detail = "Name one subnet of the VPC for each Availability Zone to use.";
        return vec![Invalid::new("No subnets", detail).at(SUBNET_IDS)];
    }
    let mut errors = Vec::new();
    for (index, id) in ids.iter().enumerate() {
        let at = format!("{SUBNET_IDS}[{index}]");
        if !has_form(id, "subnet-") {
            let detail = "Use ids such as \"subnet-0123456789abcdef0\".";
            errors.push(Invalid::new(format!("{id:?} is not the id of a subnet"), detail).at(at));
        } else if ids[..index].contains(id) {
            errors.push(Invalid::new(format!("{id} is given twice"), "Remove one of the two.").at(at));
        }
    }
    errors
}

/// `vpc-` and the like, and hexadecimal digits: 8 in old ids, 17 in new ones.
/// Source: Amazon EC2 User Guide, "Resource IDs".
fn has_form(id: &str, prefix: &str) -> bool {
    let digits = id.strip_prefix(prefix).unwrap_or_default();
    let is_hexadecimal = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    matches!(digits.len(), 8..=17) && digits.bytes().all(is_hexadecimal)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(ids: &[&str]) -> Vec<(String, String)> {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        let errors = validate_subnet_ids(&ids).into_iter();
        errors.map(|error| (error.attribute, error.summary)).collect()
    }

    #[test]
    fn ids_have_a_form() {
        for id in ["vpc-0123456789abcdef0", "vpc-1a2b3c4d"] {
            assert!(validate_vpc_id(id).is_ok(), "{id}");
        }
        for id in [
            "",
            "vpc",
            "vpc-",
            "vpc-1",
            "vpc-0123456789ABCDEF0",
            "subnet-0123456789abcdef0",
            "vpc-main",
        ] {
            assert!(validate_vpc_id(id).is_err(), "{id}");
        }
    }

    #[test]
    fn subnets_are_some_and_different() {
        assert_eq!(told(&["subnet-11111111", "subnet-22222222"]), []);
        assert_eq!(told(&[])[0].0, "network.subnet_ids");
        let wrong = told(&["subnet-11111111", "subnet-x", "subnet-11111111"]);
        let at: Vec<&str> = wrong.iter().map(|(attribute, _)| attribute.as_str()).collect();
        assert_eq!(at, ["network.subnet_ids[1]", "network.subnet_ids[2]"]);
    }
}
