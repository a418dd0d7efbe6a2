//! What a plan and an apply say of another security group that takes the place of the one that is there.

use std::collections::{BTreeMap, BTreeSet};

use tf_provider::Diagnostic;
use tf_provider::value::Value;

use super::model::Environment;
use crate::domain::suggest::listed;
use crate::provider::diagnostics::diagnostic;
use crate::provider::read::{object, text};

/// The id of the environment's own group.
pub(super) const ID: &str = "security_group.id";

/// Whether the compute environment is there and its group is not.
pub(super) fn is_gone(state: &Environment) -> bool {
    object(&state.compute_environment).arn.is_value() && object(&state.security_group).id == Value::Null
}

/// The warning of a plan that another description under the same name needs a group in between.
pub(super) fn stand_in(prior: &Environment, planned: &Environment) -> Option<Diagnostic> {
    let (before, after) = (object(&prior.security_group), object(&planned.security_group));
    let (id, name) = (text(&before.id)?, text(&before.name)?);
    let same_name = after.name == before.name;
    let same_description = after.description == before.description || after.description.is_unknown();
    if !same_name || same_description {
        return None;
    }
    Some(diagnostic(
        "security_group.description",
        "A stand-in serves for the security group for a while",
        format!(
            "AWS changes no description of a security group, and there cannot be two of the name {name} in a VPC: endpoints and compute \
             environment move to a stand-in, {id} is deleted and made again, and they move back. AWS Batch rolls out instances twice. \
             With another security_group.name the new group is made beside the former one, and everything moves once."
        ),
    ))
}

/// The warnings of an apply about former groups (id → groups with rules that name it) that stay.
pub(super) fn held(held: &BTreeMap<String, BTreeSet<String>>) -> impl Iterator<Item = Diagnostic> + '_ {
    held.iter().map(|(id, others)| {
        let others = listed(others);
        diagnostic(
            ID,
            format!("The former security group {id} is still there"),
            format!(
                "Nothing of the environment has it any more, but AWS does not delete it while rules name it: those of {others}, which the \
                 environment does not own. Let them name the new group (security_group.id) or remove them; the next apply then deletes {id}."
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::environment::model::{ComputeEnvironment, SecurityGroup};

    fn environment(id: Option<&str>, name: &str, description: Option<&str>) -> Environment {
        Environment {
            security_group: Value::Value(SecurityGroup {
                id: id.map(str::to_owned).into(),
                name: Value::Value(name.to_owned()),
                description: description.map_or(Value::Unknown, |description| Value::Value(description.to_owned())),
                ..SecurityGroup::default()
            }),
            compute_environment: Value::Value(ComputeEnvironment {
                arn: Value::Value("arn".to_owned()),
                ..ComputeEnvironment::default()
            }),
            ..Environment::default()
        }
    }

    #[test]
    fn only_another_description_of_the_same_name_needs_a_stand_in() {
        let before = environment(Some("sg-1"), "a", Some("A."));
        let warned = |after: Environment| stand_in(&before, &after).map(|warning| warning.summary.into_owned());
        assert_eq!(warned(environment(Some("sg-1"), "a", Some("A."))), None);
        assert_eq!(warned(environment(None, "b", Some("B."))), None);
        assert_eq!(warned(environment(None, "a", None)), None);
        assert_eq!(
            warned(environment(None, "a", Some("B."))).as_deref(),
            Some("A stand-in serves for the security group for a while")
        );
        let gone = environment(None, "a", Some("A."));
        assert!(stand_in(&gone, &environment(None, "a", Some("B."))).is_none());
        assert!(is_gone(&gone) && !is_gone(&before));
    }

    #[test]
    fn a_group_that_is_held_is_told_with_those_that_hold_it() {
        let others = BTreeSet::from(["sg-2".to_owned(), "sg-3".to_owned()]);
        let warnings: Vec<Diagnostic> = held(&BTreeMap::from([("sg-1".to_owned(), others)])).collect();
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].summary, "The former security group sg-1 is still there");
        assert!(
            warnings[0].detail.contains("those of sg-2 and sg-3"),
            "{}",
            warnings[0].detail
        );
    }
}
