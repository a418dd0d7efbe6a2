//! How Terraform starts a plugin: by environment variables (go-plugin's `docs/internals.md`).

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

/// The value that Terraform gives to its own plugins. It guards against nothing but starting one by hand.
const COOKIE: (&str, &str) = (
    "TF_PLUGIN_MAGIC_COOKIE",
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
);

/// The protocol this server speaks.
pub(crate) const PROTOCOL: u32 = 6;

/// What Terraform told this process at its start.
#[derive(Debug)]
pub(crate) struct Launch {
    /// The one certificate that may connect.
    pub(crate) client: CertificateDer<'static>,
    /// Where the socket should be made, if not in the system's folder for temporary files.
    pub(crate) socket_folder: Option<String>,
}

/// Why this process will not serve whoever started it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no magic cookie: a person started it.
    #[error(
        "This is a Terraform provider. Terraform starts it by itself; it does nothing when run by hand.\n\
         To use a local build, name its folder in `dev_overrides` of Terraform's CLI configuration \
         (https://developer.hashicorp.com/terraform/cli/config/config-file#development-overrides-for-provider-developers)."
    )]
    ByHand,
    /// The client does not speak protocol 6.
    #[error(
        "This provider speaks plugin protocol {PROTOCOL}, and the program that started it offers {}. It needs \
         Terraform 1.0 or later, or any OpenTofu.",
        if .0.is_empty() { "none" } else { .0.as_str() }
    )]
    Protocol(String),
    /// The client gave no certificate. Without one, any local user could call the provider.
    #[error(
        "The program that started this provider sent no certificate in PLUGIN_CLIENT_CERT. The provider acts with your \
         credentials, so it serves nobody who cannot prove to be that program."
    )]
    NoCertificate,
    /// The client's certificate is none.
    #[error("PLUGIN_CLIENT_CERT does not hold a certificate in PEM form.")]
    BadCertificate,
}

impl Launch {
    /// Reads the environment.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub(crate) fn from_environment() -> Result<Self, Refusal> {
        Self::read(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, Refusal> {
        let (name, value) = COOKIE;
        if variable(name).as_deref() != Some(value) {
            return Err(Refusal::ByHand);
        }
        let offered = variable("PLUGIN_PROTOCOL_VERSIONS").unwrap_or_default();
        if !offered.split(',').any(|version| version.trim().parse() == Ok(PROTOCOL)) {
            return Err(Refusal::Protocol(offered));
        }
        let pem = variable("PLUGIN_CLIENT_CERT").ok_or(Refusal::NoCertificate)?;
        let client = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| Refusal::BadCertificate)?;
        Ok(Self {
            client,
            socket_folder: variable("PLUGIN_UNIX_SOCKET_DIR"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Launch, Refusal> {
        Launch::read(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn each_thing_missing_has_its_own_explanation() {
        assert_eq!(read(&[]).unwrap_err(), Refusal::ByHand);
        assert_eq!(read(&[(COOKIE.0, "wrong")]).unwrap_err(), Refusal::ByHand);
        assert_eq!(read(&[COOKIE]).unwrap_err(), Refusal::Protocol(String::new()));
        let old = ("PLUGIN_PROTOCOL_VERSIONS", "4,5");
        assert_eq!(read(&[COOKIE, old]).unwrap_err(), Refusal::Protocol("4,5".into()));
        let new = ("PLUGIN_PROTOCOL_VERSIONS", "5,6");
        assert_eq!(read(&[COOKIE, new]).unwrap_err(), Refusal::NoCertificate);
        assert_eq!(
            read(&[COOKIE, new, ("PLUGIN_CLIENT_CERT", "x")]).unwrap_err(),
            Refusal::BadCertificate
        );
    }

    #[test]
    fn a_launch_by_terraform_is_understood() {
        let certificate = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let pem = certificate.cert.pem();
        let launch = read(&[COOKIE, ("PLUGIN_PROTOCOL_VERSIONS", "6"), ("PLUGIN_CLIENT_CERT", &pem)]).unwrap();
        assert_eq!(&launch.client, certificate.cert.der());
    }
}
