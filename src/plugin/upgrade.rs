//! States of older schema versions.

use async_trait::async_trait;
use tf_provider::{Diagnostics, Resource};

use super::diagnostics::problem;

/// Brings a stored state of an older schema version up to the present one.
///
/// Every resource implements it, most of them by `impl UpgradeState for MyResource {}`. (`Resource::upgrade` is not
/// called: the type of its argument is private to `tf_provider`.)
///
/// A schema needs a new version only when a stored value must change its form or meaning. Attributes that were merely
/// added or removed are seen to by the server: they are null, or dropped.
#[async_trait]
pub trait UpgradeState: Resource {
    /// Rewrites `state`, as version `version` stored it, into what the present version stores.
    ///
    /// It is called for versions below the schema's only. Return `None` with an error in `diags` if it cannot be done;
    /// Terraform then stops, and the state stays as it is. The provider may not be configured yet: look at `state` only.
    async fn upgrade_state(
        &self,
        diags: &mut Diagnostics,
        version: i64,
        state: serde_json::Value,
    ) -> Option<serde_json::Value> {
        _ = state;
        diags.errors.push(problem(
            format!("No upgrade from state version {version}"),
            "The state was written by an older version of the provider, and this version does not say how to upgrade \
             it. This is a bug in the provider; the version before it still reads the state.",
        ));
        None
    }
}
