//! The HTTP client that all services share: proxies, trusted authorities, connections.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

use super::connect::ConnectError;
use super::environment::Environment;
use super::settings::{ConnectionSettings, Secret};

/// Where requests go through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Proxies {
    http: Option<Secret>,
    https: Option<Secret>,
    bypass: Option<String>,
}

impl Proxies {
    /// From the provider block, else the environment. A proxy of plain HTTP alone is used for HTTPS as well, as in
    /// `hashicorp/aws`.
    fn of(settings: &ConnectionSettings, environment: &Environment) -> Self {
        let either = |upper: &str, lower: &str| environment.get(upper).or_else(|| environment.get(lower));
        let http = settings
            .http_proxy
            .clone()
            .or_else(|| either("HTTP_PROXY", "http_proxy").map(Secret::new));
        let https = settings
            .https_proxy
            .clone()
            .or_else(|| either("HTTPS_PROXY", "https_proxy").map(Secret::new))
            .or_else(|| http.clone());
        let bypass = settings.no_proxy.clone().or_else(|| either("NO_PROXY", "no_proxy"));
        Self { http, https, bypass }
    }

    fn config(&self, attribute: &'static str, url: Option<&Secret>) -> Result<ProxyConfig, ConnectError> {
        let Some(url) = url else {
            return Ok(ProxyConfig::disabled());
        };
        // The error would repeat the URL, and with it a password.
        let config = ProxyConfig::all(url.reveal()).map_err(|_| ConnectError::Setting {
            attribute,
            message:
                "This is not the URL of a proxy. Give scheme, host and port, such as http://proxy.example.com:3128."
                    .to_owned(),
        })?;
        Ok(match &self.bypass {
            Some(hosts) => config.no_proxy(hosts),
            None => config,
        })
    }
}

/// The client for these settings.
pub(super) fn client(
    settings: &ConnectionSettings,
    environment: &Environment,
) -> Result<SharedHttpClient, ConnectError> {
    let proxies = Proxies::of(settings, environment);
    let trust = trusted(settings, environment)?;
    let https = through(proxies.config("https_proxy", proxies.https.as_ref())?, trust.clone());
    let http = if proxies.http == proxies.https {
        https.clone()
    } else {
        through(proxies.config("http_proxy", proxies.http.as_ref())?, trust)
    };
    Ok(SharedHttpClient::new(ByScheme { http, https }))
}

fn through(proxy: ProxyConfig, trust: TlsContext) -> SharedHttpClient {
    Builder::new().build_with_connector_fn(move |settings, components| {
        let mut builder = Connector::builder().proxy_config(proxy.clone());
        if let Some(settings) = settings {
            builder = builder.connector_settings(settings.clone());
        }
        builder.set_sleep_impl(components.and_then(RuntimeComponents::sleep_impl));
        builder
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .tls_context(trust.clone())
            .build()
    })
}

/// The system's authorities, and those of the bundle.
fn trusted(settings: &ConnectionSettings, environment: &Environment) -> Result<TlsContext, ConnectError> {
    let wrong = |message| ConnectError::Setting {
        attribute: "custom_ca_bundle",
        message,
    };
    let mut store = TrustStore::default();
    let bundle = settings
        .custom_ca_bundle
        .clone()
        .or_else(|| environment.get("AWS_CA_BUNDLE"));
    if let Some(path) = bundle {
        let path = environment.expand(&path);
        let pem = std::fs::read(&path).map_err(|error| wrong(format!("{path} cannot be read: {error}.")))?;
        // The client takes an unreadable bundle for an empty one, and later panics over an unreadable certificate.
        let certificates = rustls_pki_types::pem::PemObject::pem_slice_iter(&pem)
            .collect::<Result<Vec<rustls_pki_types::CertificateDer<'_>>, _>>()
            .map_err(|error| wrong(format!("{path} is not a PEM file: {error}.")))?;
        if certificates.is_empty() {
            return Err(wrong(format!("{path} holds no certificate in PEM form.")));
        }
        store = store.with_pem_certificate(pem);
    }
    TlsContext::builder()
        .with_trust_store(store)
        .build()
        .map_err(|error| wrong(error.to_string()))
}

/// One client for plain HTTP and another for HTTPS, because the SDK's proxy configuration holds one proxy only; and errors that
/// name the endpoint, because the SDK's do not.
#[derive(Debug)]
struct ByScheme {
    http: SharedHttpClient,
    https: SharedHttpClient,
}

impl HttpClient for ByScheme {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(ConnectorByScheme {
            http: self.http.http_connector(settings, components),
            https: self.https.http_connector(settings, components),
        })
    }
}

#[derive(Debug)]
struct ConnectorByScheme {
    http: SharedHttpConnector,
    https: SharedHttpConnector,
}

impl HttpConnector for ConnectorByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let endpoint = endpoint(request.uri());
        let answer = if endpoint.starts_with("https:") {
            self.https.call(request)
        } else {
            self.http.call(request)
        };
        HttpConnectorFuture::new(async move { answer.await.map_err(|error| at(endpoint, error)) })
    }
}

/// Scheme, host and port of a URL.
fn endpoint(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// The same error, with the endpoint in front; what the SDK's retries look at stays.
fn at(endpoint: String, error: ConnectorError) -> ConnectorError {
    let (timeout, io, user) = (error.is_timeout(), error.is_io(), error.is_user());
    let (kind, connection) = (error.as_other(), error.connection_metadata().cloned());
    let source = Box::new(AtEndpoint {
        endpoint,
        source: error.into_source(),
    });
    let named = match (timeout, io, user) {
        (true, ..) => ConnectorError::timeout(source),
        (_, true, _) => ConnectorError::io(source),
        (.., true) => ConnectorError::user(source),
        _ => ConnectorError::other(source, kind),
    };
    match connection {
        Some(connection) => named.with_connection(connection),
        None => named,
    }
}

/// Where something went wrong; what it was is the source.
#[derive(Debug, thiserror::Error)]
#[error("{endpoint}")]
struct AtEndpoint {
    endpoint: String,
    source: BoxError,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(settings: &ConnectionSettings, variables: &[(&str, &str)]) -> (String, String, String) {
        let proxies = Proxies::of(settings, &Environment::of(variables));
        let text = |secret: Option<Secret>| secret.map(|secret| secret.reveal().to_owned()).unwrap_or_default();
        (
            text(proxies.http),
            text(proxies.https),
            proxies.bypass.unwrap_or_default(),
        )
    }

    #[test]
    fn the_provider_block_comes_before_the_environment() {
        let variables = [
            ("HTTP_PROXY", "http://env:1"),
            ("https_proxy", "http://env:2"),
            ("NO_PROXY", "env"),
        ];
        let expected = ("http://env:1".to_owned(), "http://env:2".to_owned(), "env".to_owned());
        assert_eq!(proxies(&ConnectionSettings::default(), &variables), expected);

        let settings = ConnectionSettings {
            https_proxy: Some(Secret::new("http://block:3")),
            no_proxy: Some("block".to_owned()),
            ..ConnectionSettings::default()
        };
        let expected = (
            "http://env:1".to_owned(),
            "http://block:3".to_owned(),
            "block".to_owned(),
        );
        assert_eq!(proxies(&settings, &variables), expected);
    }

    #[test]
    fn a_proxy_of_plain_http_alone_serves_https_too() {
        let settings = ConnectionSettings {
            http_proxy: Some(Secret::new("http://block:1")),
            ..ConnectionSettings::default()
        };
        let (http, https, _) = proxies(&settings, &[]);
        assert_eq!((http.as_str(), https.as_str()), ("http://block:1", "http://block:1"));
    }

    #[test]
    fn a_wrong_proxy_is_told_without_its_password() {
        let settings = ConnectionSettings {
            https_proxy: Some(Secret::new("socks5://user:hunter2@proxy")),
            ..ConnectionSettings::default()
        };
        let error = client(&settings, &Environment::of(&[])).unwrap_err();
        assert_eq!(error.attribute(), Some("https_proxy"));
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }

    #[test]
    fn an_error_names_the_endpoint_and_stays_what_it_was() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = at(
            endpoint("https://ec2.example.com:8443/?Action=x"),
            ConnectorError::io(refused.into()),
        );
        assert!(error.is_io());
        let text = super::super::answer::chain(std::error::Error::source(&error).unwrap());
        assert_eq!(text, "https://ec2.example.com:8443: connection refused");
        assert!(at(String::new(), ConnectorError::timeout("slow".into())).is_timeout());
    }

    #[test]
    fn a_bundle_must_hold_certificates() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let settings = ConnectionSettings {
            custom_ca_bundle: Some(file.path().display().to_string()),
            ..ConnectionSettings::default()
        };
        let error = client(&settings, &Environment::of(&[])).unwrap_err();
        assert_eq!(error.attribute(), Some("custom_ca_bundle"));
        assert!(error.to_string().contains("holds no certificate"), "{error}");

        let error = client(
            &ConnectionSettings::default(),
            &Environment::of(&[("AWS_CA_BUNDLE", "/nowhere/ca.pem")]),
        )
        .unwrap_err();
        assert!(error.to_string().contains("/nowhere/ca.pem cannot be read"), "{error}");
    }

    #[test]
    fn a_bundle_with_certificates_is_taken() {
        let certificate = rcgen::generate_simple_self_signed(["ca.example.com".to_owned()]).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), certificate.cert.pem()).unwrap();
        let settings = ConnectionSettings {
            custom_ca_bundle: Some(file.path().display().to_string()),
            ..ConnectionSettings::default()
        };
        client(&settings, &Environment::of(&[])).unwrap();
    }
}
