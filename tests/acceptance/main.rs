//! The real `terraform` with the real provider against a local AWS.
//!
//! Each test has a [`stage::Stage`]: a folder of its own, an empty account of its own, and terraform's commands. After every
//! successful apply the stage plans again and expects nothing to do. What is there is asked of the local AWS through boto3
//! (`snapshot.py`), so that our own SDK code does not judge itself.

#![allow(clippy::panic, reason = "a failed check ends its test")]
#![allow(
    clippy::disallowed_methods,
    reason = "deadlines on other processes need the real clock"
)]

#[path = "../common/local_aws.rs"]
mod local_aws;

mod account;
mod adoption;
mod foreign;
mod ids;
mod plan;
mod process;
mod script;
mod stage;

mod adoption_of_modules;
mod budget;
mod changes;
mod compute_arguments;
mod cost;
mod credentials;
mod destroy;
mod drift;
mod endpoint_policies;
mod examples;
mod existing_network;
mod ignored_tags;
mod import;
mod in_place;
mod invalid;
mod later;
mod parking;
mod partitions;
mod queues;
mod quickstart;
mod refused;
mod regions;
mod resume;
mod security_group;
mod several;
mod shared_network;
mod swap;
mod types;
mod unknown;
mod version;
