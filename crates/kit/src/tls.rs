//! TLS from two files, taken up again when they are renewed. A renewal that cannot be used leaves the old pair in force.

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at. Renewals come weeks before the old pair ends, so this is soon enough, and two
/// `stat` calls every ten seconds cost nothing.
pub const LOOK_EVERY: Duration = Duration::from_secs(10);

/// Why a pair of files cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate's file.
    #[error("cannot read the certificate {}", path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// The key's file.
    #[error("cannot read the private key {}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rustls::pki_types::pem::Error,
    },
    /// Both can be read and do not belong together, or are of an unknown kind.
    #[error("cannot use {} with {}", certificate.display(), key.display())]
    Pair {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
}

/// What tells one version of a file from the next; a link that is switched over counts too.
type Stamp = Option<(i64, i64, u64, u64)>;

fn stamp(path: &Path) -> Stamp {
    let found = std::fs::metadata(path).ok()?;
    Some((found.mtime(), found.mtime_nsec(), found.len(), found.ino()))
}

/// The pair in force.
#[derive(Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    current: RwLock<(Arc<CertifiedKey>, (Stamp, Stamp))>,
}

impl Tls {
    /// Reads the pair.
    ///
    /// # Errors
    /// When a file cannot be read or the two do not belong together.
    pub fn open(certificate: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
        let stamps = (stamp(certificate), stamp(key));
        let pair = read(certificate, key)?;
        let current = RwLock::new((pair, stamps));
        Ok(Arc::new(Self { certificate: certificate.to_owned(), key: key.to_owned(), current }))
    }

    /// Reads the pair again if a file has changed since it was last looked at; `Ok(true)` if the new one is in force.
    ///
    /// # Errors
    /// When the new files cannot be used. The old pair stays, and the next change is tried again.
    pub fn refresh(&self) -> Result<bool, TlsError> {
        let stamps = (stamp(&self.certificate), stamp(&self.key));
        if self.current.read().unwrap_or_else(PoisonError::into_inner).1 == stamps {
            return Ok(false);
        }
        let pair = read(&self.certificate, &self.key);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        current.1 = stamps;
        current.0 = pair?;
        Ok(true)
    }

    /// Makes what accepts connections with whichever pair is in force.
    ///
    /// # Panics
    /// When ring lacks the protocol versions that rustls calls safe, which is settled when it is compiled.
    pub fn acceptor(self: &Arc<Self>) -> TlsAcceptor {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }
}

impl ResolvesServerCert for Tls {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).0))
    }
}

fn read(certificate: &Path, key: &Path) -> Result<Arc<CertifiedKey>, TlsError> {
    let unreadable = |source| TlsError::Certificate { path: certificate.to_owned(), source };
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .and_then(|chain| match chain.is_empty() {
            true => Err(rustls::pki_types::pem::Error::NoItemsFound),
            false => Ok(chain),
        })
        .map_err(unreadable)?;
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|source| TlsError::Key { path: key.to_owned(), source })?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, secret, &provider).map(Arc::new).map_err(|source| {
        TlsError::Pair { certificate: certificate.to_owned(), key: key.to_owned(), source }
    })
}
