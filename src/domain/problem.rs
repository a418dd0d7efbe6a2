//! What is wrong with what the user wrote, in words that say how to put it right.

use thiserror::Error;

/// A value that is wrong on its own, whatever attribute it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{summary}: {detail}")]
pub struct Invalid {
    /// One line: what is wrong.
    pub summary: String,
    /// Full sentences: why, and the remedy.
    pub detail: String,
}

impl Invalid {
    /// What is wrong, and why with the remedy.
    pub fn new(summary: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            summary: summary.into(),
            detail: detail.into(),
        }
    }

    /// The same, at an attribute.
    pub fn at(self, attribute: impl Into<String>) -> PlanError {
        PlanError {
            attribute: attribute.into(),
            summary: self.summary,
            detail: self.detail,
        }
    }
}

/// Why no environment can be planned from what the user wrote, at the attribute to change.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{attribute}: {summary}: {detail}")]
pub struct PlanError {
    /// Dotted path in the resource, list indexes in brackets: `security_group.ingress_rules[0].protocol`.
    pub attribute: String,
    /// One line: what is wrong.
    pub summary: String,
    /// Full sentences: why, and the remedy.
    pub detail: String,
}
