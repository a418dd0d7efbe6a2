//! From the handshake to the end.
//!
//! The end comes in three ways: Terraform calls `Shutdown` (the usual one), somebody sends SIGTERM or SIGHUP, or the
//! parent process is gone (it was killed, and with it went all that would have told us). In each the handlers are
//! cancelled and given a few seconds to finish the calls they are in. An idle connection that closes is *not* an end: gRPC
//! clients close and reopen them as they please.
//!
//! SIGINT is no end either: Ctrl-C goes to the whole process group, Terraform answers it by `StopProvider`, and whoever
//! is in the middle of an apply has to live to return its state.

use std::io::{self, Write};
use std::os::unix::process::parent_id;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::calls::Calls;
use super::companion::Companion;
use super::launch::{Launch, PROTOCOL};
use super::server::{ServeError, Server};
use super::service::Service;
use super::tls;
use super::transport::Endpoint;
use super::wire::go_plugin::grpc_broker_server::GrpcBrokerServer;
use super::wire::go_plugin::grpc_controller_server::GrpcControllerServer;
use super::wire::go_plugin::grpc_stdio_server::GrpcStdioServer;
use super::wire::tfplugin6::provider_server::ProviderServer;

/// How long handlers may take to finish once the process has to end.
const GRACE: Duration = Duration::from_secs(5);

/// The same after Terraform's `Shutdown`, which it follows by SIGKILL two seconds later.
const GRACE_OF_TERRAFORM: Duration = Duration::from_millis(1500);

/// How often to look whether the parent is still there.
const PARENT: Duration = Duration::from_millis(500);

/// The largest message, as in Go's plugins: tonic's 4 MiB is less than a large state.
const MESSAGE: usize = 256 << 20;

/// Serves until the end.
///
/// # Errors
/// If the socket or certificate cannot be made, or the gRPC server fails.
pub(crate) async fn serve(launch: Launch, server: impl FnOnce() -> Server) -> Result<(), ServeError> {
    let parent = parent_id();
    let mut signals = Signals::listen().map_err(ServeError::Socket)?;
    let endpoint = Endpoint::open(launch.socket_folder.as_deref()).map_err(ServeError::Socket)?;
    let (config, certificate) = tls::server(launch.client).map_err(ServeError::Certificate)?;
    announce(&endpoint, &certificate).map_err(ServeError::Socket)?;

    let calls = Arc::new(Calls::default());
    let (shutdown, closing) = (CancellationToken::new(), CancellationToken::new());
    let companion = Companion::new(shutdown.clone(), closing.clone());
    let provider = ProviderServer::new(Service::new(server(), calls.clone()))
        .max_decoding_message_size(MESSAGE)
        .max_encoding_message_size(MESSAGE);
    let (connections, folder) = endpoint.accept(config);
    let served = tonic::transport::Server::builder()
        .add_service(provider)
        .add_service(GrpcControllerServer::new(companion.clone()))
        .add_service(GrpcStdioServer::new(companion.clone()))
        .add_service(GrpcBrokerServer::new(companion))
        .serve_with_incoming_shutdown(connections, closing.clone().cancelled_owned());
    tokio::pin!(served);

    let (reason, grace) = tokio::select! {
        ended = &mut served => return ended.map_err(ServeError::Transport),
        () = shutdown.cancelled() => ("Terraform is done", GRACE_OF_TERRAFORM),
        reason = signals.ending() => (reason, GRACE),
        () = gone(parent) => ("the parent process is gone", GRACE),
    };
    tracing::debug!(reason, "ending");
    calls.stop_for_good();
    closing.cancel();
    // Nobody connects any more, and so the folder is gone even if this process is killed before its time is over.
    drop(folder);
    let ended = async { tokio::join!(calls.idle(), served) };
    match tokio::time::timeout(grace, ended).await {
        Ok(((), ended)) => ended.map_err(ServeError::Transport),
        Err(_) => {
            tracing::warn!("calls are still running; they are given up");
            Ok(())
        }
    }
}

/// Writes the handshake, the one line that ever goes to stdout:
/// `<version of the handshake>|<protocol>|<network>|<address>|<transport>|<certificate>`.
fn announce(endpoint: &Endpoint, certificate: &[u8]) -> io::Result<()> {
    let path = endpoint.path().display();
    let certificate = STANDARD_NO_PAD.encode(certificate);
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "1|{PROTOCOL}|unix|{path}|grpc|{certificate}")?;
    stdout.flush()
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    /// From here on none of these signals ends the process by itself.
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    async fn ending(&mut self) -> &'static str {
        loop {
            tokio::select! {
                _ = self.interrupt.recv() => tracing::debug!("interrupted; Terraform will say what to do"),
                _ = self.terminate.recv() => return "terminated by a signal",
                _ = self.hangup.recv() => return "the terminal is gone",
            }
        }
    }
}

/// Resolves when another process than `parent` has become the parent of this one.
async fn gone(parent: u32) {
    let mut interval = tokio::time::interval(PARENT);
    while parent_id() == parent {
        interval.tick().await;
    }
}
