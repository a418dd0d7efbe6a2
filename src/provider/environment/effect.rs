//! What a change of an attribute does, in words: from the table that plans follow.

use crate::domain::change;

/// Parts of which the row of what they are in says that they are an exception, with their own sentence.
const EXCEPTIONS: [(&str, &str); 2] = [
    (
        "job_queues.name",
        "A change makes this queue anew; jobs in it are lost.",
    ),
    (
        "job_queues.scheduling_policy_arn",
        "One policy is exchanged for another one in place; to give a queue its first policy, or to take it away, makes this queue \
         anew, and jobs in it are lost.",
    ),
];

/// The sentence for the description of the attribute at a dotted path: that of its own row in the table, or, for a part of an attribute
/// that has one, what the row of the nearest one around it means for its parts. `None` for what holds attributes with rows of their own.
pub(super) fn sentence(attribute: &str) -> Option<String> {
    let exception = EXCEPTIONS.iter().find(|(path, _)| *path == attribute);
    let own = || change::row(attribute).map(change::Row::sentence);
    let around = || {
        let mut holder = attribute;
        while let Some((outer, _)) = holder.rsplit_once('.') {
            if let Some(row) = change::row(outer) {
                return Some(row.change.sentence());
            }
            holder = outer;
        }
        None
    };
    let sentence = exception.map(|(_, sentence)| *sentence).or_else(own).or_else(around);
    sentence.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_follow_the_row_around_them() {
        let of = |attribute: &str| sentence(attribute).unwrap_or_default();
        for part in ["id", "overrides", "overrides.version"] {
            let part = of(&format!("compute_environment.launch_template.{part}"));
            assert_eq!(part, of("compute_environment.launch_template"));
            assert!(part.contains("infrastructure update"), "{part}");
        }
        for part in [
            "job_queues.priority",
            "security_group.ingress_rules.protocol",
            "timeouts.create",
        ] {
            assert_eq!(of(part), "Changed in place.", "{part}");
        }
        assert!(of("job_queues.name").contains("anew"));
        assert_eq!(sentence("network"), None);
        assert_eq!(sentence("network.no_such"), None);
    }

    #[test]
    fn an_exception_is_a_part_whose_row_says_so() {
        for (part, _) in EXCEPTIONS {
            let (around, name) = part.split_once('.').unwrap_or_default();
            assert!(sentence(around).is_some_and(|sentence| sentence.contains(&format!("`{name}`"))));
        }
    }
}
