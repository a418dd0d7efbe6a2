//! The adapter on the AWS SDK against a local AWS: every call of the port, what refusals become, and what the network may do.
//!
//! One local AWS serves the whole binary. Each test works in a region of its own and its faults match names of its own, so that
//! tests run side by side.

#![allow(clippy::panic, reason = "a failed check ends its test")]

#[allow(dead_code, reason = "shared with the acceptance tests, which use more of it")]
#[path = "../common/local_aws.rs"]
mod local_aws;

mod account;
mod batch;
mod connection;
mod faults;
mod identity;
mod network;
mod queue;
mod refusals;
mod world;
