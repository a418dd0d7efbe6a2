//! What failed, why, and what the user can do about it.

use super::part::Part;
use crate::cloud::CloudError;

/// One thing that is missing or wrong after a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The part that it is about.
    pub part: Part,
    /// The attribute to point at, dotted (`compute_environment.instance_types`).
    pub attribute: String,
    /// One line: what happened to which part.
    pub summary: String,
    /// AWS's words and the remedy, in full sentences.
    pub detail: String,
    /// The reason, for code.
    pub cause: Cause,
}

/// Why a part is not as desired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// AWS refused a call, or did not answer.
    Cloud(CloudError),
    /// It was still not there when the user's timeout ended.
    Timeout,
    /// AWS reports it as failed.
    Unhealthy,
    /// The user interrupted the run.
    Cancelled,
}
