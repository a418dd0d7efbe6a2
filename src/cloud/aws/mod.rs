//! The port on the AWS SDK: the only code that sees `aws_sdk_*`.
//!
//! [`AwsCloud::connect`] turns the provider block ([`ConnectionSettings`]) into four clients. Each method of the port then builds
//! one request and maps its answer, and nothing else: no decision, no wait, no retry of its own.
//!
//! | module | what it does |
//! |---|---|
//! | [`settings`] | the provider block, as plain data |
//! | `connect` | region, credentials, clients, account lists |
//! | `profile`, `credentials`, `assume`, `environment` | where region and credentials come from |
//! | `http` | proxies and trusted authorities |
//! | `classify` | the one table from AWS's codes to `ErrorKind` |
//! | `answer` | the SDK's outcomes in the port's words |
//! | `log` | a line of debug log for each attempt |
//! | `account`, `network`, `identity`, `batch` | the four groups of calls, each beside the mapping of its values |
//! | `launch_template` | a part of `account` |
//!
//! Three rules of AWS are kept here because they belong to single calls. A retry of the SDK may repeat a call whose answer was
//! lost: CreateVpcEndpoint and CreateRouteTable take a token against that, the names in IAM and Batch and the blocks of subnets
//! refuse a second one, and CreateVpc, which has neither, is not repeated then (`network::vpc`). DeleteVpcEndpoints answers
//! success with a list of failures, which becomes the error. And the SDK has no time-out for answers: each attempt has one.

mod account;
mod answer;
mod assume;
mod batch;
pub(super) mod classify;
mod connect;
mod credentials;
mod environment;
mod http;
mod identity;
mod launch_template;
mod log;
mod network;
mod profile;
pub mod settings;

pub use connect::ConnectError;
pub use settings::ConnectionSettings;

/// AWS itself, in one account and region.
#[derive(Debug)]
pub struct AwsCloud {
    region: String,
    ec2: aws_sdk_ec2::Client,
    batch: aws_sdk_batch::Client,
    iam: aws_sdk_iam::Client,
    sts: aws_sdk_sts::Client,
    account: account::Account,
}
