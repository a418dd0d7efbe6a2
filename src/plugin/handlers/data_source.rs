//! Data sources.

use std::marker::PhantomData;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::{DataSource, Diagnostics};

use crate::plugin::value::{Family, Input, encode};

/// An object-safe [`DataSource`].
#[async_trait]
pub(crate) trait AnyDataSource: Send + Sync {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema>;
    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()>;
    async fn read(&self, diags: &mut Diagnostics, config: &Input, meta: &Input) -> Option<Vec<u8>>;
}

struct State<D>(PhantomData<D>);

impl<D: DataSource> Family for State<D> {
    type Of<'a> = D::State<'a>;
}

struct Meta<D>(PhantomData<D>);

impl<D: DataSource> Family for Meta<D> {
    type Of<'a> = D::ProviderMetaState<'a>;
}

#[async_trait]
impl<D: DataSource> AnyDataSource for D {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        D::schema(self, diags)
    }

    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()> {
        let config = config.decode::<State<D>>(diags)?;
        D::validate(self, diags, config).await
    }

    async fn read(&self, diags: &mut Diagnostics, config: &Input, meta: &Input) -> Option<Vec<u8>> {
        let config = config.decode::<State<D>>(diags)?;
        let meta = meta.decode::<Meta<D>>(diags)?;
        let state = D::read(self, diags, config, meta).await?;
        encode(&state, diags)
    }
}
