//! One line of debug log for every attempt of every call: names and ids, never values.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::FinalizerInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_types::request_id::RequestId;

/// Logs the attempts of the client that it is part of.
#[derive(Debug)]
pub(super) struct CallLog;

#[dyn_dispatch_hint]
impl Intercept for CallLog {
    fn name(&self) -> &'static str {
        "CallLog"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        tracing::debug!(
            service = config.load::<Metadata>().map(Metadata::service),
            operation = config.load::<Metadata>().map(Metadata::name),
            attempt = config.load::<RequestAttempts>().map(RequestAttempts::attempts),
            status = response.map(|response| response.status().as_u16()),
            request_id = response.and_then(|response| response.headers().request_id()),
            "AWS call"
        );
        Ok(())
    }
}
