//! The log of calls: what was asked, in what order and when.

use std::fmt;

use tokio::time::Instant;

/// One call that reached the fake, refused or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// IAM's name of the action.
    pub operation: &'static str,
    /// The arguments that tell this call from others of its kind, such as an id or a name.
    pub arguments: String,
    /// When it arrived.
    pub at: Instant,
}

impl Call {
    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        is_read(self.operation)
    }
}

/// Whether a call of this operation only reads.
pub fn is_read(operation: &str) -> bool {
    let action = operation.split(':').next_back().unwrap_or_default();
    ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb))
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.operation, self.arguments)
    }
}
