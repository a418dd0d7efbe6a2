//! A Terraform plugin protocol 6 server over the traits of [`tf_provider`].
//!
//! `tf_provider` describes a provider well: its schema, values, diagnostics and the traits [`Provider`], [`Resource`],
//! [`DataSource`] and [`Function`] are used here as they are. Its own `serve` is not: it lets any local user call the
//! provider, forgets a resource whose handler panics or returns nothing, cannot carry nested attributes or raise a
//! schema version, and dies of Ctrl-C. This module is a server without those faults. It knows nothing of any cloud.
//!
//! # The story of a run
//!
//! 1. Terraform starts the binary with a magic cookie and a client certificate in the environment. [`Plugin::run`]
//!    reads them ([`launch`]), makes a socket in a folder of its own ([`transport`]) and a certificate for it
//!    ([`tls`]), and prints one handshake line. Nothing else ever goes to stdout.
//! 2. Terraform connects with the certificate it named; whoever has another one, or none, is refused.
//! 3. Each call ([`service`]) runs as a task of its own ([`calls`]) that knows its [`context()`] and outlives a client that
//!    goes away. Values are decoded by the schema ([`value`]), the typed handler runs ([`handlers`]), and whatever
//!    becomes of it, a panic included ([`caught`]), turns into an answer that never loses state ([`managed`]) and whose
//!    diagnostics point at lines of the configuration ([`aim`]).
//! 4. The end ([`lifecycle`]) is Terraform's `Shutdown`, a SIGTERM or the death of the parent process: handlers are told
//!    to stop, get a few seconds to return what they have, and the socket's folder is removed.
//!
//! # Using it
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     Plugin::new("cloud", env!("CARGO_PKG_VERSION")).logs_of(env!("CARGO_CRATE_NAME")).run(|| {
//!         let client = Arc::new(OnceCell::new()); // filled by MyProvider::configure
//!         Server::new(MyProvider::new(client.clone())).resource("cloud_server", MyServer::new(client))
//!     })
//! }
//!
//! #[async_trait]
//! impl UpgradeState for MyServer {} // or an `upgrade_state` of its own, once the schema has had two versions
//!
//! // Inside a handler:
//! plugin::context().checkpoint(&state); // from here on a panic does not lose what was made
//! tokio::select! {
//!     () = client.wait_until_ready(&state.id) => {}
//!     () = plugin::context().cancelled() => { /* Ctrl-C: return what there is, with an error */ }
//! }
//! ```
//!
//! # Types that hold values
//!
//! `type State<'a> = Value<MyState>`, whose fields all are [`Value`]s: any of them can be unknown, and while a configuration
//! is validated most are. Null is how `read` says that a resource is gone.
//!
//! * Lists, sets and maps: `Value<Vec<Value<T>>>` (sets too) and `Value<BTreeMap<String, Value<T>>>`.
//! * Nested attributes are the same, with a struct for `T`. So are blocks, including `NestedBlock::Optional`: a `dynamic`
//!   block over something unknown is unknown as a whole, which `serde_as_vec` cannot take. `NestedBlock::Single` means
//!   *exactly* once; for at most once there is `Group`, which is never null but an object of nulls.
//! * Numbers: `i64` or `f64`. Terraform's `0.1` arrives as `0.1` and goes back as `0.1` (see [`value`]); one that neither can
//!   hold is an error that names the attribute.
//! * No `deny_unknown_fields`, and nothing that is neither in the schema nor `#[serde(default)]`.
//!
//! An `update` that fails returns what is *really* there: Terraform saves it, and the next plan shows what is left to do. If it
//! returned the planned state, the failure would be forgotten.
//!
//! The protocol is documented in Terraform's repository under `docs/plugin-protocol/` (`tfplugin6.8.proto`,
//! `object-wire-format.md`), the handshake in go-plugin's `docs/internals.md`.
//!
//! [`Value`]: tf_provider::value::Value
//! [`Provider`]: tf_provider::Provider
//! [`Resource`]: tf_provider::Resource
//! [`DataSource`]: tf_provider::DataSource
//! [`Function`]: tf_provider::Function

mod aim;
mod calls;
mod catalogue;
mod caught;
mod companion;
mod context;
mod diagnostics;
mod handlers;
mod launch;
mod lifecycle;
pub mod logging;
mod managed;
mod reading;
mod run;
mod schema;
mod server;
mod service;
mod tls;
mod transport;
mod upgrade;
mod value;
pub mod wire;

pub use context::{Context, context};
pub use launch::Refusal;
pub use run::Plugin;
pub use server::{ServeError, Server};
pub use upgrade::UpgradeState;
