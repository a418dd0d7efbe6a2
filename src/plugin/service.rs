//! The protocol's `Provider` service: each call becomes a task that asks the [`Server`] for the answer.

use std::sync::Arc;

use tf_provider::Diagnostics;
use tonic::{Request, Response, Status};

use super::calls::Calls;
use super::diagnostics::{problem, to_wire};
use super::server::Server;
use super::wire::tfplugin6 as proto;

/// A server, and the calls it is answering.
#[derive(Clone)]
pub(crate) struct Service {
    server: Arc<Server>,
    calls: Arc<Calls>,
}

impl Service {
    pub(crate) fn new(server: Server, calls: Arc<Calls>) -> Self {
        Self {
            server: Arc::new(server),
            calls,
        }
    }
}

/// Runs `$answer`, an async method of the server, as the call of that name.
macro_rules! call {
    ($service:ident, $request:ident, $rpc:literal, $subject:expr, $answer:ident) => {{
        let request = $request.into_inner();
        let server = $service.server.clone();
        let subject: String = $subject(&request);
        let call = async move { server.$answer(request).await };
        $service.calls.run($rpc, &subject, call).await.map(Response::new)
    }};
}

#[tonic::async_trait]
impl proto::provider_server::Provider for Service {
    async fn get_metadata(
        &self,
        request: Request<proto::get_metadata::Request>,
    ) -> Result<Response<proto::get_metadata::Response>, Status> {
        call!(self, request, "GetMetadata", |_: &_| String::new(), metadata)
    }

    async fn get_provider_schema(
        &self,
        request: Request<proto::get_provider_schema::Request>,
    ) -> Result<Response<proto::get_provider_schema::Response>, Status> {
        call!(self, request, "GetProviderSchema", |_: &_| String::new(), schemas)
    }

    async fn get_functions(
        &self,
        request: Request<proto::get_functions::Request>,
    ) -> Result<Response<proto::get_functions::Response>, Status> {
        call!(self, request, "GetFunctions", |_: &_| String::new(), function_schemas)
    }

    async fn validate_provider_config(
        &self,
        request: Request<proto::validate_provider_config::Request>,
    ) -> Result<Response<proto::validate_provider_config::Response>, Status> {
        call!(
            self,
            request,
            "ValidateProviderConfig",
            |_: &_| String::new(),
            validate_provider
        )
    }

    async fn validate_resource_config(
        &self,
        request: Request<proto::validate_resource_config::Request>,
    ) -> Result<Response<proto::validate_resource_config::Response>, Status> {
        type R = proto::validate_resource_config::Request;
        call!(
            self,
            request,
            "ValidateResourceConfig",
            |r: &R| r.type_name.clone(),
            validate_resource
        )
    }

    async fn validate_data_resource_config(
        &self,
        request: Request<proto::validate_data_resource_config::Request>,
    ) -> Result<Response<proto::validate_data_resource_config::Response>, Status> {
        type R = proto::validate_data_resource_config::Request;
        call!(
            self,
            request,
            "ValidateDataResourceConfig",
            |r: &R| r.type_name.clone(),
            validate_data_source
        )
    }

    async fn configure_provider(
        &self,
        request: Request<proto::configure_provider::Request>,
    ) -> Result<Response<proto::configure_provider::Response>, Status> {
        call!(self, request, "ConfigureProvider", |_: &_| String::new(), configure)
    }

    /// Cancels the calls in flight. They answer as usual, and so do calls after this one.
    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Result<Response<proto::stop_provider::Response>, Status> {
        tracing::info!("Terraform asks to stop");
        self.calls.stop();
        Ok(Response::new(proto::stop_provider::Response::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Result<Response<proto::upgrade_resource_state::Response>, Status> {
        type R = proto::upgrade_resource_state::Request;
        call!(
            self,
            request,
            "UpgradeResourceState",
            |r: &R| r.type_name.clone(),
            upgrade
        )
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Result<Response<proto::import_resource_state::Response>, Status> {
        type R = proto::import_resource_state::Request;
        call!(
            self,
            request,
            "ImportResourceState",
            |r: &R| r.type_name.clone(),
            import
        )
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Result<Response<proto::move_resource_state::Response>, Status> {
        let request = request.into_inner();
        let mut diags = Diagnostics::default();
        diags.errors.push(problem(
            "A resource of another type cannot be moved here",
            format!(
                "This provider cannot take over the state of {} as {}. Remove it from the state and import it.",
                request.source_type_name, request.target_type_name
            ),
        ));
        let diagnostics = to_wire(diags);
        Ok(Response::new(proto::move_resource_state::Response {
            diagnostics,
            ..Default::default()
        }))
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Result<Response<proto::read_resource::Response>, Status> {
        type R = proto::read_resource::Request;
        call!(self, request, "ReadResource", |r: &R| r.type_name.clone(), read)
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Result<Response<proto::plan_resource_change::Response>, Status> {
        type R = proto::plan_resource_change::Request;
        call!(self, request, "PlanResourceChange", |r: &R| r.type_name.clone(), plan)
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Result<Response<proto::apply_resource_change::Response>, Status> {
        type R = proto::apply_resource_change::Request;
        call!(self, request, "ApplyResourceChange", |r: &R| r.type_name.clone(), apply)
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Result<Response<proto::read_data_source::Response>, Status> {
        type R = proto::read_data_source::Request;
        call!(
            self,
            request,
            "ReadDataSource",
            |r: &R| r.type_name.clone(),
            read_data_source
        )
    }

    async fn call_function(
        &self,
        request: Request<proto::call_function::Request>,
    ) -> Result<Response<proto::call_function::Response>, Status> {
        type R = proto::call_function::Request;
        call!(self, request, "CallFunction", |r: &R| r.name.clone(), call_function)
    }
}
