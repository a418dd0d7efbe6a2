//! What the fake refuses with: AWS's code and words, and what they mean.

use crate::cloud::ErrorKind;

/// A refusal, before it is known which call it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) kind: ErrorKind,
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// What a rule of the fake decides.
pub(super) type Answer<T> = Result<T, Refusal>;

impl Refusal {
    pub(super) fn new(kind: ErrorKind, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code,
            message: message.into(),
        }
    }

    /// The request is wrong in itself.
    pub(super) fn invalid(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, message)
    }

    /// EC2 does not know an id. The code depends on what the id's prefix says that it is.
    pub(super) fn unknown_id(id: &str) -> Self {
        let (code, what) = match id.split('-').next() {
            Some("vpc") => ("InvalidVpcID.NotFound", "vpc ID"),
            Some("subnet") => ("InvalidSubnetID.NotFound", "subnet ID"),
            Some("rtb") => ("InvalidRouteTableID.NotFound", "routeTable ID"),
            Some("rtbassoc") => ("InvalidAssociationID.NotFound", "association ID"),
            Some("sg") => ("InvalidGroup.NotFound", "security group"),
            Some("vpce") => ("InvalidVpcEndpointId.NotFound", "Vpc Endpoint Id"),
            _ => ("InvalidID.NotFound", "ID"),
        };
        Self::new(ErrorKind::NotFound, code, format!("The {what} '{id}' does not exist"))
    }

    /// Something holds on to a thing of EC2's. AWS does not say what.
    pub(super) fn dependency(what: &str, id: &str) -> Self {
        let message = format!("The {what} '{id}' has dependencies and cannot be deleted.");
        Self::new(ErrorKind::Conflict, "DependencyViolation", message)
    }

    /// IAM does not know a name.
    pub(super) fn no_such_entity(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, "NoSuchEntity", message)
    }

    /// IAM still needs a thing.
    pub(super) fn delete_conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, "DeleteConflict", message)
    }

    /// Batch refuses. It has one code for everything.
    pub(super) fn client(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self::new(kind, "ClientException", message)
    }
}
