//! The socket that Terraform connects to, and the connections that come of it.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

/// How long a client may take for its part of the TLS handshake.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The longest path that a socket's address has room for, on the systems where it is shortest (macOS).
const LONGEST_PATH: usize = 103;

/// A listening socket in a folder that only this user can enter. Dropping it removes both.
#[derive(Debug)]
pub(crate) struct Endpoint {
    listener: UnixListener,
    path: PathBuf,
    folder: TempDir,
}

impl Endpoint {
    /// Makes the folder, in `parent` or in the system's folder for temporary files, and listens.
    ///
    /// # Errors
    /// If either cannot be made.
    pub(crate) fn open(parent: Option<&str>) -> io::Result<Self> {
        let parent = parent.map_or_else(std::env::temp_dir, PathBuf::from);
        let mut folder = Self::folder(&parent)?;
        if folder.path().as_os_str().len() + "/s".len() > LONGEST_PATH {
            folder = Self::folder(Path::new("/tmp"))?;
        }
        let path = folder.path().join("s");
        Ok(Self {
            listener: UnixListener::bind(&path)?,
            path,
            folder,
        })
    }

    fn folder(parent: &Path) -> io::Result<TempDir> {
        tempfile::Builder::new()
            .prefix("plugin-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(parent)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Authenticated connections, as they come, and the folder, which must outlive them.
    pub(crate) fn accept(self, config: ServerConfig) -> (ReceiverStream<io::Result<Connection>>, TempDir) {
        let (sender, connections) = mpsc::channel(1);
        tokio::spawn(accept(self.listener, TlsAcceptor::from(Arc::new(config)), sender));
        (ReceiverStream::new(connections), self.folder)
    }
}

/// Accepts for as long as somebody takes the connections. Each handshake is a task of its own, so that one client who
/// keeps silent does not keep others out.
async fn accept(listener: UnixListener, acceptor: TlsAcceptor, sender: mpsc::Sender<io::Result<Connection>>) {
    loop {
        let accepted = tokio::select! {
            () = sender.closed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let (handshake, sender) = (acceptor.accept(stream), sender.clone());
                tokio::spawn(async move {
                    match tokio::time::timeout(HANDSHAKE, handshake).await {
                        Ok(Ok(stream)) => _ = sender.send(Ok(Connection(stream))).await,
                        Ok(Err(error)) => tracing::warn!(%error, "refused a client"),
                        Err(_) => tracing::warn!("a client did not finish its handshake"),
                    }
                });
            }
            Err(error) => {
                // Out of file descriptors, most likely: others may be closed soon.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A connection whose client has proved to be Terraform.
#[derive(Debug)]
pub(crate) struct Connection(TlsStream<UnixStream>);

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_folder_is_private_and_goes_with_the_endpoint() {
        let endpoint = Endpoint::open(None).unwrap();
        let folder = endpoint.path().parent().unwrap().to_owned();
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        drop(endpoint);
        assert!(!folder.exists());
    }

    #[tokio::test]
    async fn a_folder_too_deep_for_a_socket_is_passed_over() {
        let deep = tempfile::tempdir().unwrap();
        let parent = deep.path().join("d".repeat(100));
        std::fs::create_dir(&parent).unwrap();
        let endpoint = Endpoint::open(parent.to_str()).unwrap();
        assert!(endpoint.path().starts_with("/tmp"));
        assert_eq!(parent.read_dir().unwrap().count(), 0);
    }
}
