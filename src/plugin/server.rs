//! What is served: a provider, and by name its resources, data sources and functions.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use tf_provider::schema::{Block, FunctionSchema, Schema};
use tf_provider::{DataSource, Diagnostics, Function, Provider};

use super::UpgradeState;
use super::caught::{caught_now, settle};
use super::diagnostics::problem;
use super::handlers::{AnyDataSource, AnyFunction, AnyProvider, AnyResource};
use super::launch::{Launch, Refusal};
use super::lifecycle;
use super::value::Shape;

/// A provider and all that it offers, ready to be served.
///
/// What the provider's `get_resources`, `get_data_sources` and `get_functions` return is not used: `tf_provider` erases
/// their types in a way that only its own server can undo. They are given here instead, by their full names.
pub struct Server {
    pub(super) provider: Box<dyn AnyProvider>,
    pub(super) provider_schema: OnceLock<Described>,
    pub(super) meta_schema: OnceLock<Described>,
    pub(super) resources: BTreeMap<String, Offer<dyn AnyResource>>,
    pub(super) data_sources: BTreeMap<String, Offer<dyn AnyDataSource>>,
    pub(super) functions: BTreeMap<String, Box<dyn AnyFunction>>,
}

/// A resource or data source. Its schema is asked for when first needed, which is after the handshake.
pub(super) struct Offer<H: ?Sized> {
    pub(super) handler: Box<H>,
    schema: OnceLock<Described>,
}

/// A schema and the shape of its values, or why there is none.
pub(super) type Described = Result<(Schema, Arc<Shape>), Diagnostics>;

impl Server {
    /// A server of `provider`, which offers nothing yet.
    #[must_use]
    pub fn new(provider: impl Provider) -> Self {
        Self {
            provider: Box::new(provider),
            provider_schema: OnceLock::new(),
            meta_schema: OnceLock::new(),
            resources: BTreeMap::new(),
            data_sources: BTreeMap::new(),
            functions: BTreeMap::new(),
        }
    }

    /// Offers a resource by its full name, the provider's included: `cloud_server`.
    ///
    /// It sees the provider's configuration by what it shares with the provider, such as an `Arc<OnceCell<Client>>` that
    /// `Provider::configure` fills: Terraform plans, reads and applies only after it has configured.
    #[must_use]
    pub fn resource(mut self, name: impl Into<String>, resource: impl UpgradeState + 'static) -> Self {
        self.resources.insert(
            name.into(),
            Offer {
                handler: Box::new(resource),
                schema: OnceLock::new(),
            },
        );
        self
    }

    /// Offers a data source by its full name.
    #[must_use]
    pub fn data_source(mut self, name: impl Into<String>, data_source: impl DataSource + 'static) -> Self {
        self.data_sources.insert(
            name.into(),
            Offer {
                handler: Box::new(data_source),
                schema: OnceLock::new(),
            },
        );
        self
    }

    /// Offers a function by its own name: `f` is called as `provider::cloud::f(…)`.
    ///
    /// Its `Input` is a tuple, a struct or a `Vec` of the arguments. If the function is variadic, all arguments after
    /// the positional ones are one list, the last element.
    #[must_use]
    pub fn function(mut self, name: impl Into<String>, function: impl Function + 'static) -> Self {
        self.functions.insert(name.into(), Box::new(function));
        self
    }

    /// Serves the Terraform that started this process, until it says that it is done.
    ///
    /// [`Plugin::run`](super::Plugin::run) does this and all that goes before it. Whoever calls it directly, inside a
    /// multi-threaded tokio runtime, has to see that nothing is written to stdout.
    ///
    /// # Errors
    /// If the process was not started by Terraform, or its socket cannot be made.
    pub async fn serve(self) -> Result<(), ServeError> {
        let launch = Launch::from_environment()?;
        lifecycle::serve(launch, || self).await
    }

    /// # Errors
    /// What the provider has to say against it, or that it panicked.
    pub(super) fn provider_schema(&self) -> &Described {
        self.provider_schema
            .get_or_init(|| describe("the provider", |diags| self.provider.schema(diags)))
    }

    pub(super) fn meta_schema(&self) -> &Described {
        self.meta_schema
            .get_or_init(|| describe("the provider's meta", |diags| self.provider.meta_schema(diags)))
    }

    /// The block that a resource's configuration fills, if its schema can be had.
    pub(super) fn resource_block(&self, name: &str) -> Option<&Block> {
        let (schema, _) = self.resources.get(name)?.described(name).as_ref().ok()?;
        Some(&schema.block)
    }

    /// The same for a data source.
    pub(super) fn data_source_block(&self, name: &str) -> Option<&Block> {
        let (schema, _) = self.data_sources.get(name)?.described(name).as_ref().ok()?;
        Some(&schema.block)
    }

    /// The shape of what a module says in its `provider_meta` block.
    pub(super) fn meta_shape(&self) -> Arc<Shape> {
        self.meta_schema()
            .as_ref()
            .map_or_else(|_| Arc::new(Shape::Plain), |(_, shape)| shape.clone())
    }
}

impl Offer<dyn AnyResource> {
    pub(super) fn described(&self, name: &str) -> &Described {
        self.schema
            .get_or_init(|| describe(name, |diags| self.handler.schema(diags)))
    }
}

impl Offer<dyn AnyDataSource> {
    pub(super) fn described(&self, name: &str) -> &Described {
        self.schema
            .get_or_init(|| describe(name, |diags| self.handler.schema(diags)))
    }
}

fn describe(subject: &str, schema: impl FnOnce(&mut Diagnostics) -> Option<Schema>) -> Described {
    let schema = described(subject, schema)?;
    let shape = Arc::new((&schema.block).into());
    Ok((schema, shape))
}

/// A schema, unless its handler gave none, or an error with it.
pub(super) fn described<S>(
    subject: &str,
    schema: impl FnOnce(&mut Diagnostics) -> Option<S>,
) -> Result<S, Diagnostics> {
    let mut diags = Diagnostics::default();
    let outcome = caught_now(|| schema(&mut diags));
    let schema = settle(&mut diags, &format!("the schema of {subject}"), outcome);
    schema.filter(|_| diags.errors.is_empty()).ok_or(diags)
}

/// A function's schema is asked for with every call, for it is cheap and calls are few.
pub(super) fn described_function(name: &str, function: &dyn AnyFunction) -> Result<FunctionSchema, Diagnostics> {
    described(&format!("function {name}"), |diags| function.schema(diags))
}

/// Diagnostics of one error: that there is no such thing.
pub(super) fn unknown(kind: &str, name: &str) -> Diagnostics {
    let detail = "Terraform asked for it by a schema that this version of the provider does not have.";
    let error = problem(format!("The provider has no {kind} {name}"), detail);
    Diagnostics {
        errors: vec![error],
        warnings: vec![],
    }
}

/// Why a provider is not, or no longer, served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Terraform did not start this process, or not in a way that this server can answer.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The folder or socket that Terraform would connect to cannot be made, or the handshake not be written.
    #[error("cannot listen for Terraform: {0}")]
    Socket(#[source] std::io::Error),
    /// No certificate can be made for this process.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The gRPC server ended of its own accord.
    #[error("the gRPC server failed: {0}")]
    Transport(#[source] tonic::transport::Error),
}
