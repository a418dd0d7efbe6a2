//! The provider itself.

use std::marker::PhantomData;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::{Diagnostics, Provider};

use crate::plugin::value::{Family, Input};

/// An object-safe [`Provider`]. What it says of resources, data sources and functions is not asked for.
#[async_trait]
pub(crate) trait AnyProvider: Send + Sync {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema>;
    fn meta_schema(&self, diags: &mut Diagnostics) -> Option<Schema>;
    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()>;
    async fn configure(&self, diags: &mut Diagnostics, terraform_version: String, config: &Input) -> Option<()>;
}

struct Config<P>(PhantomData<P>);

impl<P: Provider> Family for Config<P> {
    type Of<'a> = P::Config<'a>;
}

#[async_trait]
impl<P: Provider> AnyProvider for P {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        P::schema(self, diags)
    }

    fn meta_schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        P::meta_schema(self, diags)
    }

    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()> {
        let config = config.decode::<Config<P>>(diags)?;
        P::validate(self, diags, config).await
    }

    async fn configure(&self, diags: &mut Diagnostics, terraform_version: String, config: &Input) -> Option<()> {
        let config = config.decode::<Config<P>>(diags)?;
        P::configure(self, diags, terraform_version, config).await
    }
}
