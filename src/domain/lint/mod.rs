//! What must hold of every topology, whatever made it: a second opinion on the rules, and warnings for the user.
//!
//! A [`Severity::Fatal`] note is a bug in the rules and no fault of the user; every planner test ends with this check.

mod invariants;
mod warnings;

use super::topology::Topology;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The environment works; the user should know something about it.
    Warning,
    /// The environment could not work, and yet it was planned.
    Fatal,
}

/// One remark on a topology.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How bad it is.
    pub severity: Severity,
    /// The attribute to look at, dotted.
    pub attribute: &'static str,
    /// One line.
    pub summary: String,
    /// Full sentences: the consequence, and the remedy.
    pub detail: String,
}

/// Checks a topology.
pub fn lint(topology: &Topology) -> Vec<Note> {
    let mut notes = Vec::new();
    invariants::check(topology, &mut notes);
    warnings::check(topology, &mut notes);
    notes
}

fn note(severity: Severity, attribute: &'static str, summary: impl Into<String>, detail: impl Into<String>) -> Note {
    Note {
        severity,
        attribute,
        summary: summary.into(),
        detail: detail.into(),
    }
}

#[cfg(test)]
mod tests;
