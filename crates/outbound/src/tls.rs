//! TLS settings, built once and shared by every client: the root store is the biggest thing in here.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

/// Why the TLS settings could not be built.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of additional authorities is not PEM.
    #[error("the extra CA file is not valid PEM: {0}")]
    Pem(pem::Error),
    /// It is PEM, without a certificate in it.
    #[error("the extra CA file holds no certificate")]
    NoCertificate,
    /// A certificate in it cannot be used as an authority.
    #[error("a certificate in the extra CA file cannot be used: {0}")]
    Certificate(rustls::Error),
    /// The TLS library refused its own settings.
    #[error("TLS cannot be set up: {0}")]
    Setup(rustls::Error),
}

/// Which authorities are trusted. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Tls {
    http1: Arc<rustls::ClientConfig>,
    http2: Arc<rustls::ClientConfig>,
}

impl Tls {
    /// The Mozilla roots, and the certificates of `extra_ca` (PEM text, the content of `EXTRA_CA_FILE`) beside them.
    pub fn new(extra_ca: Option<&[u8]>) -> Result<Self, TlsError> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = extra_ca {
            let before = roots.len();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(TlsError::Pem)?).map_err(TlsError::Certificate)?;
            }
            if roots.len() == before {
                return Err(TlsError::NoCertificate);
            }
        }
        let mut http1 = rustls::ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        http1.alpn_protocols = vec![b"http/1.1".to_vec()];
        let mut http2 = http1.clone();
        http2.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { http1: Arc::new(http1), http2: Arc::new(http2) })
    }

    pub(crate) fn config(&self, http2: bool) -> Arc<rustls::ClientConfig> {
        Arc::clone(if http2 { &self.http2 } else { &self.http1 })
    }
}
