//! One error taxonomy for everything that AWS can answer.

use std::fmt;

/// What an answer means to the engine. The adapter's table (`cloud::aws::classify`) decides it from AWS's code first and from
/// the message only where AWS gives every refusal the same code, as Batch does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The thing named does not exist (any more).
    NotFound,
    /// A thing of that name exists already.
    AlreadyExists,
    /// Something just made is not visible everywhere yet (a role, a profile): the same call will succeed soon.
    NotYet,
    /// Something else holds on to it or is changing it (`DependencyViolation`, "resource is being modified").
    Conflict,
    /// Too many calls; the SDK's own retries are used up.
    Throttled,
    /// The caller may not do this, or the credentials are not valid.
    Denied,
    /// A quota of the account is used up.
    Quota,
    /// AWS does not accept the request as it is; repeating it is useless.
    Invalid,
    /// No answer, or one that is in no table.
    Unknown,
}

/// A call that AWS did not carry out, or whose answer never came.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CloudError {
    /// What it means.
    pub kind: ErrorKind,
    /// IAM's name of the action, such as `ec2:CreateVpcEndpoint`.
    pub operation: &'static str,
    /// AWS's code, such as `UnauthorizedOperation`; `None` when no answer came.
    pub code: Option<String>,
    /// AWS's message, or why no answer came.
    pub message: String,
    /// AWS's request id, which its support asks for.
    pub request_id: Option<String>,
}

impl fmt::Display for CloudError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        write!(f, "{}", self.message)?;
        if let Some(id) = &self.request_id {
            write!(f, " (request id {id})")?;
        }
        Ok(())
    }
}

/// What every method of the port returns.
pub type Result<T> = std::result::Result<T, CloudError>;
