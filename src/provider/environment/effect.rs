//! What a change of an attribute does, in words: from the table that plans follow.

use crate::domain::change;

/// The sentence for the description of the attribute at a dotted path; `None` for those that are not in the table.
pub(super) fn sentence(attribute: &str) -> Option<String> {
    change::row(attribute).map(|row| row.sentence().to_owned())
}
