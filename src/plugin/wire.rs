//! The protocol's messages and services, generated from `proto/` by `build.rs`.
//!
//! They are public so that a test can be the client; a provider has no use for them.

#![allow(missing_docs, unreachable_pub, clippy::all)]

/// Terraform's own protocol, version 6.
pub mod tfplugin6 {
    tonic::include_proto!("tfplugin6");
}

/// The services that go-plugin expects of every plugin.
pub mod go_plugin {
    tonic::include_proto!("plugin");
}
