//! What must hold of the repository itself: the layers' arrows, the shape of its files, the generated pages, the examples.

#![allow(clippy::panic, reason = "a failed check ends its test")]

mod architecture;
mod changelog;
mod docs;
mod examples;
mod files;
mod workspace;
