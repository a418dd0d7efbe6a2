//! `terraform-provider-isolated`: an AWS Batch compute environment in a VPC without any path to the internet,
//! provisioned as one Terraform resource.
//!
//! The crate is laid out in layers, and the arrows between them only point one way:
//!
//! ```text
//! main ─▶ provider ─▶ engine ─▶ cloud (port) ─▶ domain
//!            │                     ▲
//!            └▶ plugin             └─ cloud::aws  (the only user of aws_sdk_*)
//! ```
//!
//! * [`domain`] — what an isolated environment *is*: the user's `Spec` and the region's facts become a `Topology`. Pure.
//! * [`cloud`] — the port to AWS in the domain's words, its adapter on the AWS SDK and an in-memory AWS for tests.
//! * [`engine`] — observe, diff, act: one loop that creates, repairs, updates, resumes and deletes.
//! * [`provider`] — Terraform's view: schema, configuration, plan, state, diagnostics.
//! * [`plugin`] — the Terraform plugin protocol. It knows nothing of AWS.
//!
//! Start reading at [`domain::topology`].

pub mod cloud;
pub mod domain;
pub mod engine;
pub mod plugin;
pub mod provider;
