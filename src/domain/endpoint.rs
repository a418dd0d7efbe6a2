//! The one table of endpoints: which services an isolated environment needs, and why.

use std::fmt;

/// `VpcEndpointType`, as far as an environment uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EndpointKind {
    /// A route target; free of charge.
    Gateway,
    /// A network interface in each zone; billed by endpoint, zone and hour.
    Interface,
}

impl EndpointKind {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gateway => "Gateway",
            Self::Interface => "Interface",
        }
    }
}

impl fmt::Display for EndpointKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
