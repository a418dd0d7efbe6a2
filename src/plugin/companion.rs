//! The services that go-plugin expects beside the protocol itself.

use std::pin::Pin;

use futures::stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};

use super::wire::go_plugin::grpc_broker_server::GrpcBroker;
use super::wire::go_plugin::grpc_controller_server::GrpcController;
use super::wire::go_plugin::grpc_stdio_server::GrpcStdio;
use super::wire::go_plugin::{ConnInfo, Empty, StdioData};

type Quiet<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Controller, stdio and broker in one.
#[derive(Clone)]
pub(crate) struct Companion {
    /// Cancelled by Terraform's `Shutdown`.
    shutdown: CancellationToken,
    /// Cancelled when the server closes.
    closing: CancellationToken,
}

impl Companion {
    pub(crate) fn new(shutdown: CancellationToken, closing: CancellationToken) -> Self {
        Self { shutdown, closing }
    }

    /// A stream of nothing that lasts as long as the server. An open stream also keeps the client's connection from
    /// being given up as idle after half an hour.
    fn quiet<T: Send + 'static>(&self) -> Quiet<T> {
        let closing = self.closing.clone();
        Box::pin(futures::stream::once(async move { closing.cancelled_owned().await }).filter_map(|()| async { None }))
    }
}

#[tonic::async_trait]
impl GrpcController for Companion {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(Empty {}))
    }
}

#[tonic::async_trait]
impl GrpcStdio for Companion {
    type StreamStdioStream = Quiet<StdioData>;

    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Self::StreamStdioStream>, Status> {
        Ok(Response::new(self.quiet()))
    }
}

#[tonic::async_trait]
impl GrpcBroker for Companion {
    type StartStreamStream = Quiet<ConnInfo>;

    async fn start_stream(&self, _: Request<Streaming<ConnInfo>>) -> Result<Response<Self::StartStreamStream>, Status> {
        Ok(Response::new(self.quiet()))
    }
}
