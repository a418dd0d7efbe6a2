//! Terraform's view: what is in a configuration, a plan and a state, and what is said when something is wrong.
//!
//! | module | what it does |
//! |---|---|
//! | [`config`] | the provider block |
//! | [`environment`] | the resource `isolated_batch_environment` |
//! | [`session`] | the connection to AWS, made when it is first needed |
//! | `attribute`, `number`, `read` | Terraform's values: known, null or unknown |
//! | `describe` | how schemas are written down |
//! | `diagnostics` | errors and warnings at their attributes |
//!
//! Nothing here decides what an environment consists of: that is [`domain`](crate::domain)'s; nor how it comes about: that is
//! [`engine`](crate::engine)'s.

mod attribute;
mod config;
mod describe;
mod diagnostics;
mod environment;
mod number;
mod read;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{Diagnostics, Provider};

pub use config::provider_schema;
pub use environment::environment_schema;
pub use session::{Connector, Refused};

use crate::engine::clock::Clock;
use crate::plugin::Server;
use attribute::Unknowns;
use config::{ProviderConfig, Settings};
use environment::EnvironmentResource;
use session::Session;

/// The provider's name: what its resources' names begin with.
pub const NAME: &str = "isolated";

/// The provider `isolated`.
struct IsolatedProvider {
    session: Arc<Session>,
}

/// The provider and all its resources, for Terraform to call.
pub fn server() -> Server {
    serve(Session::new())
}

/// The same with another AWS behind it, and another clock.
pub fn server_with(connector: impl Connector, clock: Arc<dyn Clock>) -> Server {
    serve(Session::with(connector, clock))
}

fn serve(session: Session) -> Server {
    let session = Arc::new(session);
    let provider = IsolatedProvider {
        session: session.clone(),
    };
    Server::new(provider).resource("isolated_batch_environment", EnvironmentResource::new(session))
}

#[async_trait]
impl Provider for IsolatedProvider {
    type Config<'a> = Value<ProviderConfig>;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(provider_schema())
    }

    async fn validate<'a>(&self, diags: &mut Diagnostics, config: Value<ProviderConfig>) -> Option<()> {
        config::validate(&read::object(&config), diags);
        Some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        terraform_version: String,
        config: Value<ProviderConfig>,
    ) -> Option<()> {
        let config = read::object(&config);
        config::validate(&config, diags);
        let unknown = Unknowns::of(&config);
        if unknown.is_empty() {
            self.session.configure(Settings::of(&config, &terraform_version));
        } else {
            self.session
                .configure_later(unknown.iter().map(str::to_owned).collect());
        }
        Some(())
    }
}
