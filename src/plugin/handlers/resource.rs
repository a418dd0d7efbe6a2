//! Managed resources.

use std::marker::PhantomData;

use async_trait::async_trait;
use tf_provider::schema::Schema;
use tf_provider::{AttributePath, Diagnostics, Resource};

use crate::plugin::UpgradeState;
use crate::plugin::value::{Family, Input, decode_private, encode};

/// A state to keep, and the private state beside it, both encoded.
pub(crate) struct Kept {
    pub(crate) state: Vec<u8>,
    pub(crate) private: Vec<u8>,
}

/// A planned state, and the attributes whose change asks for a replacement.
pub(crate) struct Planned {
    pub(crate) kept: Kept,
    pub(crate) requires_replace: Vec<AttributePath>,
}

/// An object-safe [`Resource`]. The arguments of its methods are those of `Resource`, in the same order.
#[async_trait]
pub(crate) trait AnyResource: Send + Sync {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema>;

    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()>;

    async fn read(&self, diags: &mut Diagnostics, state: &Input, private: &[u8], meta: &Input) -> Option<Kept>;

    async fn plan_create(
        &self,
        diags: &mut Diagnostics,
        proposed: &Input,
        config: &Input,
        meta: &Input,
    ) -> Option<Planned>;

    async fn plan_update(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        proposed: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Planned>;

    async fn plan_destroy(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Vec<u8>>;

    async fn create(
        &self,
        diags: &mut Diagnostics,
        planned: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Kept>;

    async fn update(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        planned: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Kept>;

    async fn destroy(&self, diags: &mut Diagnostics, prior: &Input, private: &[u8], meta: &Input) -> Option<()>;

    async fn import(&self, diags: &mut Diagnostics, id: String) -> Option<Kept>;

    async fn upgrade(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        state: serde_json::Value,
    ) -> Option<serde_json::Value>;

    /// Decodes and encodes a state again: proof that this provider understands it.
    fn restate(&self, diags: &mut Diagnostics, state: &Input) -> Option<Vec<u8>>;
}

struct State<R>(PhantomData<R>);

impl<R: Resource> Family for State<R> {
    type Of<'a> = R::State<'a>;
}

struct Meta<R>(PhantomData<R>);

impl<R: Resource> Family for Meta<R> {
    type Of<'a> = R::ProviderMetaState<'a>;
}

fn keep<R: Resource>(diags: &mut Diagnostics, (state, private): (R::State<'_>, R::PrivateState<'_>)) -> Option<Kept> {
    Some(Kept {
        state: encode(&state, diags)?,
        private: encode(&private, diags)?,
    })
}

#[async_trait]
impl<R: UpgradeState> AnyResource for R {
    fn schema(&self, diags: &mut Diagnostics) -> Option<Schema> {
        R::schema(self, diags)
    }

    async fn validate(&self, diags: &mut Diagnostics, config: &Input) -> Option<()> {
        let config = config.decode::<State<R>>(diags)?;
        R::validate(self, diags, config).await
    }

    async fn read(&self, diags: &mut Diagnostics, state: &Input, private: &[u8], meta: &Input) -> Option<Kept> {
        let state = state.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let kept = R::read(self, diags, state, private, meta).await?;
        keep::<R>(diags, kept)
    }

    async fn plan_create(
        &self,
        diags: &mut Diagnostics,
        proposed: &Input,
        config: &Input,
        meta: &Input,
    ) -> Option<Planned> {
        let proposed = proposed.decode::<State<R>>(diags)?;
        let config = config.decode::<State<R>>(diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let planned = R::plan_create(self, diags, proposed, config, meta).await?;
        Some(Planned {
            kept: keep::<R>(diags, planned)?,
            requires_replace: vec![],
        })
    }

    async fn plan_update(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        proposed: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Planned> {
        let prior = prior.decode::<State<R>>(diags)?;
        let proposed = proposed.decode::<State<R>>(diags)?;
        let config = config.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let planned = R::plan_update(self, diags, prior, proposed, config, private, meta).await?;
        let (state, private, requires_replace) = planned;
        Some(Planned {
            kept: keep::<R>(diags, (state, private))?,
            requires_replace,
        })
    }

    async fn plan_destroy(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Vec<u8>> {
        let prior = prior.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let private = R::plan_destroy(self, diags, prior, private, meta).await?;
        encode(&private, diags)
    }

    async fn create(
        &self,
        diags: &mut Diagnostics,
        planned: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Kept> {
        let planned = planned.decode::<State<R>>(diags)?;
        let config = config.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let kept = R::create(self, diags, planned, config, private, meta).await?;
        keep::<R>(diags, kept)
    }

    async fn update(
        &self,
        diags: &mut Diagnostics,
        prior: &Input,
        planned: &Input,
        config: &Input,
        private: &[u8],
        meta: &Input,
    ) -> Option<Kept> {
        let prior = prior.decode::<State<R>>(diags)?;
        let planned = planned.decode::<State<R>>(diags)?;
        let config = config.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        let kept = R::update(self, diags, prior, planned, config, private, meta).await?;
        keep::<R>(diags, kept)
    }

    async fn destroy(&self, diags: &mut Diagnostics, prior: &Input, private: &[u8], meta: &Input) -> Option<()> {
        let prior = prior.decode::<State<R>>(diags)?;
        let private = decode_private(private, diags)?;
        let meta = meta.decode::<Meta<R>>(diags)?;
        R::destroy(self, diags, prior, private, meta).await
    }

    async fn import(&self, diags: &mut Diagnostics, id: String) -> Option<Kept> {
        let kept = R::import(self, diags, id).await?;
        keep::<R>(diags, kept)
    }

    async fn upgrade(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        state: serde_json::Value,
    ) -> Option<serde_json::Value> {
        R::upgrade_state(self, diags, version, state).await
    }

    fn restate(&self, diags: &mut Diagnostics, state: &Input) -> Option<Vec<u8>> {
        let state = state.decode::<State<R>>(diags)?;
        encode(&state, diags)
    }
}
