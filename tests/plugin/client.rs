//! A client like Terraform's: go-plugin's handshake, mutual TLS and gRPC over the unix socket.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, PKCS_ECDSA_P521_SHA512};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use terraform_provider_isolated::plugin::wire::go_plugin::Empty;
use terraform_provider_isolated::plugin::wire::go_plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_isolated::plugin::wire::tfplugin6::DynamicValue;
use terraform_provider_isolated::plugin::wire::tfplugin6::provider_client::ProviderClient;
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

use crate::stage::{Stage, poll};

const COOKIE: &str = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// What a client proves itself with: like go-plugin's, a self-signed authority on P-521.
pub struct Identity {
    pub certificate: rcgen::Certificate,
    pub key: KeyPair,
}

impl Identity {
    pub fn new() -> Self {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P521_SHA512).unwrap();
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self {
            certificate: params.self_signed(&key).unwrap(),
            key,
        }
    }
}

/// A provider process of our own.
pub struct Provider {
    pub child: Child,
    pub socket: PathBuf,
    pub certificate: CertificateDer<'static>,
    /// Kept open, as Terraform does: a write to a closed pipe is an error.
    _stdout: BufReader<std::process::ChildStdout>,
}

pub fn command(stage: &Stage) -> Command {
    let mut command = Command::new(stage.binary());
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("TMPDIR", stage.path("tmp"))
        .env("PROBE_JOURNAL", stage.path("journal"))
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

pub fn as_terraform(command: &mut Command, identity: &Identity) {
    command
        .env("TF_PLUGIN_MAGIC_COOKIE", COOKIE)
        .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
        .env("PLUGIN_CLIENT_CERT", identity.certificate.pem());
}

impl Provider {
    pub fn start(stage: &Stage, identity: &Identity, mode: &str) -> Self {
        let mut command = command(stage);
        as_terraform(&mut command, identity);
        let mut child = command.env("PROBE_MODE", mode).stderr(Stdio::null()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let (socket, certificate) = handshake(&line);
        Self {
            child,
            socket,
            certificate,
            _stdout: stdout,
        }
    }

    /// Connects; a client without an identity is anonymous.
    pub async fn tls(&self, identity: Option<&Identity>) -> std::io::Result<TlsStream<UnixStream>> {
        connect(&self.socket, &self.certificate, identity).await
    }

    async fn channel(&self, identity: &Identity) -> Channel {
        let stream = self.tls(Some(identity)).await.unwrap();
        let mut stream = Some(TokioIo::new(stream));
        let connector = tower::service_fn(move |_| {
            let stream = stream
                .take()
                .ok_or_else(|| std::io::Error::other("one connection only"));
            async move { stream }
        });
        Endpoint::from_static("http://localhost")
            .connect_with_connector(connector)
            .await
            .unwrap()
    }

    pub async fn client(&self, identity: &Identity) -> ProviderClient<Channel> {
        ProviderClient::new(self.channel(identity).await)
    }

    pub async fn shutdown(&self, identity: &Identity) {
        // The server may be gone before it has answered, which go-plugin does not mind either.
        let _ = GrpcControllerClient::new(self.channel(identity).await)
            .shutdown(Empty {})
            .await;
    }

    pub fn ended(&mut self) -> ExitStatus {
        poll("the provider ends", || self.child.try_wait().unwrap())
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn handshake(line: &str) -> (PathBuf, CertificateDer<'static>) {
    let parts: Vec<&str> = line.trim_end().split('|').collect();
    assert_eq!(parts.len(), 6, "{line:?}");
    assert_eq!((&parts[..3], parts[4]), (&["1", "6", "unix"][..], "grpc"), "{line:?}");
    assert!(!parts[5].contains('='), "no padding: {line:?}");
    (
        PathBuf::from(parts[3]),
        STANDARD_NO_PAD.decode(parts[5]).unwrap().into(),
    )
}

async fn connect(
    socket: &Path,
    certificate: &CertificateDer<'static>,
    identity: Option<&Identity>,
) -> std::io::Result<TlsStream<UnixStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let config = config.with_root_certificates(roots);
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some(Identity { certificate, key }) => {
            let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
            let key = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key).unwrap();
            let certified = CertifiedKey::new(vec![certificate.der().clone()], key);
            config.with_client_cert_resolver(Arc::new(Always(Arc::new(certified))))
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, UnixStream::connect(socket).await?)
        .await
}

/// Offers a certificate whatever the server asks for, and whether or not the key belongs to it.
#[derive(Debug)]
struct Always(Arc<CertifiedKey>);

impl ResolvesClientCert for Always {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Everything that a process which ends by itself has said.
pub fn said(command: &mut Command) -> (Option<i32>, String, String) {
    let mut child = command.spawn().unwrap();
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (child.wait().unwrap().code(), stdout, stderr)
}

pub fn value(json: serde_json::Value) -> Option<DynamicValue> {
    Some(DynamicValue {
        msgpack: vec![],
        json: json.to_string().into_bytes(),
    })
}

/// Runs a client. What it spawns goes on while the test itself waits for something else.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
