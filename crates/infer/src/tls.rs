//! Whom an upstream's certificate must come from: the system's authorities, and those of a file.

use crate::error::ConfigError;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// What the two sides may agree on, the better first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// The authorities of the system, read once for all upstreams.
pub(crate) fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    // Some systems carry a certificate that no library reads any more; the others still count.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// Makes what speaks TLS with one upstream.
///
/// # Errors
/// When the file cannot be read, or there is no authority at all.
///
/// # Panics
/// When ring lacks the protocol versions that rustls calls safe, which is settled when it is compiled.
pub(crate) fn config(
    upstream: &str,
    mut roots: RootCertStore,
    ca: Option<&Path>,
) -> Result<Arc<ClientConfig>, ConfigError> {
    if let Some(path) = ca {
        let failed = |source| ConfigError::Authority {
            upstream: upstream.to_owned(),
            path: path.to_owned(),
            source,
        };
        let read = CertificateDer::pem_file_iter(path);
        let chain = read.and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|error| failed(error.into()))?;
        if chain.is_empty() {
            return Err(failed("it holds no certificate".into()));
        }
        for certificate in chain {
            roots.add(certificate).map_err(|error| failed(error.into()))?;
        }
    }
    if roots.is_empty() {
        return Err(ConfigError::NoAuthority { upstream: upstream.to_owned() });
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = PROTOCOLS.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}
