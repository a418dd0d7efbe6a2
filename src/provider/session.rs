//! The connection to AWS: made when it is first needed, shared by all resources of a region.
//!
//! Configuring the provider only notes what the provider block says, so that it is quick and works offline; commands that need no
//! AWS (`validate`, a schema) never ask for credentials.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use tf_provider::Diagnostic;
use tokio::sync::OnceCell;

use super::config::Settings;
use super::diagnostics::diagnostic;
use crate::cloud::Cloud;
use crate::cloud::aws::{AwsCloud, ConnectionSettings};
use crate::engine::Engine;
use crate::engine::clock::{Clock, TokioClock};

/// Makes connections. Tests put another AWS behind the provider with it.
#[async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Connects to AWS as the settings say. The error says why not, and what to do.
    async fn connect(&self, settings: &ConnectionSettings) -> Result<Arc<dyn Cloud>, Refused>;
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The attribute of the provider block that it is about, if it is about one.
    pub attribute: Option<String>,
    /// Why, in full sentences.
    pub reason: String,
}

/// Connects to AWS itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AwsConnector;

#[async_trait]
impl Connector for AwsConnector {
    async fn connect(&self, settings: &ConnectionSettings) -> Result<Arc<dyn Cloud>, Refused> {
        match AwsCloud::connect(settings.clone()).await {
            Ok(cloud) => Ok(Arc::new(cloud)),
            Err(error) => Err(Refused {
                attribute: error.attribute().map(str::to_owned),
                reason: error.to_string(),
            }),
        }
    }
}

/// What all resources share: the provider's settings and the connections made with them.
pub(crate) struct Session {
    connector: Box<dyn Connector>,
    clock: Arc<dyn Clock>,
    settings: RwLock<Configured>,
    connections: Mutex<HashMap<Option<String>, Arc<OnceCell<Connection>>>>,
}

/// How far the provider is configured.
#[derive(Clone, Debug, Default)]
enum Configured {
    #[default]
    No,
    /// These attributes are not known yet.
    Partly(Vec<String>),
    Wholly(Arc<Settings>),
}

/// AWS in one region.
#[derive(Clone)]
pub(crate) struct Connection {
    /// Works there.
    pub(crate) engine: Engine,
    /// What the provider block says.
    pub(crate) settings: Arc<Settings>,
}

impl Connection {
    /// AWS itself, for questions that are not about one environment.
    pub(crate) fn cloud(&self) -> &Arc<dyn Cloud> {
        self.engine.cloud()
    }

    /// The region.
    pub(crate) fn region(&self) -> &str {
        self.cloud().region()
    }
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unavailable {
    /// The provider block has values that are not known yet.
    NotYet(Diagnostic),
    /// It cannot be made.
    Failed(Diagnostic),
}

impl From<Unavailable> for Diagnostic {
    fn from(unavailable: Unavailable) -> Self {
        match unavailable {
            Unavailable::NotYet(diagnostic) | Unavailable::Failed(diagnostic) => diagnostic,
        }
    }
}

impl Session {
    /// A session that connects to AWS itself.
    pub(crate) fn new() -> Self {
        Self::with(AwsConnector, Arc::new(TokioClock))
    }

    /// A session on a connector and a clock.
    pub(crate) fn with(connector: impl Connector, clock: Arc<dyn Clock>) -> Self {
        Self {
            connector: Box::new(connector),
            clock,
            settings: RwLock::default(),
            connections: Mutex::default(),
        }
    }

    /// Notes what the provider block says.
    pub(crate) fn configure(&self, settings: Settings) {
        self.note(Configured::Wholly(Arc::new(settings)));
    }

    /// Notes that these attributes of the provider block are not known yet.
    pub(crate) fn configure_later(&self, unknown: Vec<String>) {
        self.note(Configured::Partly(unknown));
    }

    fn note(&self, configured: Configured) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = configured;
        self.cells().clear();
    }

    /// What the provider block says, if it is known.
    pub(crate) fn settings(&self) -> Result<Arc<Settings>, Unavailable> {
        let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner).clone();
        match settings {
            Configured::Wholly(settings) => Ok(settings),
            Configured::Partly(unknown) => Err(Unavailable::NotYet(not_yet(&unknown))),
            Configured::No => Err(Unavailable::Failed(diagnostic(
                "",
                "The provider is not configured",
                "Terraform asked for AWS before it handed over the provider block. This is a bug; please report it.",
            ))),
        }
    }

    /// AWS in a region; `None`: in the provider's.
    pub(crate) async fn connection(&self, region: Option<&str>) -> Result<Connection, Unavailable> {
        let settings = self.settings()?;
        let region = region.or(settings.connection.region.as_deref()).map(str::to_owned);
        let cell = self.cells().entry(region.clone()).or_default().clone();
        cell.get_or_try_init(|| self.connect(settings, region)).await.cloned()
    }

    async fn connect(&self, settings: Arc<Settings>, region: Option<String>) -> Result<Connection, Unavailable> {
        let connection = ConnectionSettings {
            region: region.clone(),
            ..settings.connection.clone()
        };
        let cloud = self
            .connector
            .connect(&connection)
            .await
            .map_err(|refused| refusal(&refused))?;
        let engine = Engine::new(cloud, self.clock.clone());
        Ok(Connection { engine, settings })
    }

    fn cells(&self) -> std::sync::MutexGuard<'_, HashMap<Option<String>, Arc<OnceCell<Connection>>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn not_yet(unknown: &[String]) -> Diagnostic {
    diagnostic(
        "",
        "The provider is not configured yet",
        format!(
            "These arguments of the provider block are not known yet: {}. Apply what they come from first, for example with \
             `-target`, or give them values that are known.",
            unknown.join(", ")
        ),
    )
}

/// The provider block is not part of the resource, so its attribute is named in words.
fn refusal(refused: &Refused) -> Unavailable {
    let summary = match &refused.attribute {
        Some(attribute) => format!("Cannot connect to AWS: provider argument `{attribute}`"),
        None => "Cannot connect to AWS".to_owned(),
    };
    Unavailable::Failed(diagnostic("", summary, refused.reason.clone()))
}
