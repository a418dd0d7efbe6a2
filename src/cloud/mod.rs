//! The port to AWS, in the domain's words.
//!
//! [`Cloud`] is what the engine needs of AWS and nothing more: three groups of calls (network, identity, Batch) and who the caller
//! is. It takes no decisions: every method is one AWS call (or one paginated read), and says so in its documentation by IAM's name
//! of the action.
//!
//! * [`aws`] adapts it to the AWS SDK: the only code that sees `aws_sdk_*`.
//! * [`fake`] is an in-memory AWS with its rules of order, life cycles and eventual consistency.
//! * [`faulty`] wraps any cloud and fails, delays or loses chosen calls.
//!
//! Reads return what is there: an absent thing is `None` or an empty list, never an error. Deletes of what is already gone
//! succeed. Creates carry their tags, and a token where AWS takes one, in the call itself.

pub mod aws;
mod error;
pub mod fake;
pub mod faulty;
mod port;

pub use error::{CloudError, ErrorKind, Result};
pub use port::{
    AccountApi, BatchApi, CallerIdentity, Cloud, ComputeEnvironmentRequest, ComputeEnvironmentUpdate, Direction,
    EndpointChange, EndpointRequest, IdentityApi, InfrastructureUpdate, InstancesRequest, JobQueueRequest,
    JobQueueUpdate, NetworkApi, PolicyChange, RoleRequest, ScalingUpdate, SecurityGroupRequest, SubnetRequest,
    VpcFilter, VpcRequest,
};
