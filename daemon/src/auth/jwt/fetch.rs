//! Fetches the set of keys from where an identity provider publishes it: one GET, no redirects, bounded in time and size.
//! tacitd goes to another network only where somebody says so: an address that is not of this machine or a private
//! network is connected to with `jwt.jwks_external` alone. That is looked at on the addresses themselves, each time.

use super::set::SET_BYTES_MAX;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// From the look-up of the name to the last byte: a request may be waiting for this.
const FETCH_TIMEOUT: Duration = Duration::from_secs(10);

/// Why there is no set from there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("the certificates {} cannot be read", path.display())]
    Certificates { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("no certificate authority is known; name a file of them (jwt.ca)")]
    NoAuthority,
    #[error("its host is no name of one")]
    Host,
    #[error("its name leads nowhere")]
    Resolve(#[source] io::Error),
    #[error("it is outside this machine's networks, and jwt.jwks_external is off")]
    External,
    #[error("it cannot be reached")]
    Connect(#[source] io::Error),
    #[error("it does not answer as a web server does")]
    Http(#[source] hyper::Error),
    #[error("it answers {0}")]
    Status(StatusCode),
    #[error("its answer breaks off, or is larger than {SET_BYTES_MAX} bytes")]
    Body,
    #[error("it took longer than {} s", FETCH_TIMEOUT.as_secs())]
    Late,
}

/// Where a set is published, and how it is reached.
pub(super) struct Fetcher {
    uri: Uri,
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    tls: Option<(TlsConnector, ServerName<'static>)>,
    external: bool,
}

impl Fetcher {
    /// Sets up for an `http` or `https` address. `ca` names the authorities to trust, instead of the system's.
    ///
    /// # Errors
    /// When the authorities cannot be read, or the address has no host.
    pub(super) fn new(uri: Uri, ca: Option<&Path>, external: bool) -> Result<Self, FetchError> {
        let host = uri.host().ok_or(FetchError::Host)?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let is_https = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let tls = match is_https {
            false => None,
            true => {
                let name = ServerName::try_from(host.clone()).map_err(|_| FetchError::Host)?;
                Some((connector(ca)?, name))
            }
        };
        Ok(Self { uri, host, port, tls, external })
    }

    /// Fetches what is published.
    ///
    /// # Errors
    /// When it is not there in time, or more than a set can be.
    pub(super) async fn fetch(&self) -> Result<Bytes, FetchError> {
        let fetched = tokio::time::timeout(FETCH_TIMEOUT, async {
            let stream = self.connect().await?;
            match &self.tls {
                None => self.exchange(stream).await,
                Some((connector, name)) => {
                    let stream = connector.connect(name.clone(), stream).await;
                    self.exchange(stream.map_err(FetchError::Connect)?).await
                }
            }
        });
        fetched.await.unwrap_or(Err(FetchError::Late))
    }

    async fn connect(&self) -> Result<TcpStream, FetchError> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let addresses: Vec<_> = found.map_err(FetchError::Resolve)?.collect();
        let allowed: Vec<_> = addresses
            .into_iter()
            .filter(|address| self.external || !infer::is_external(address.ip()))
            .collect();
        if allowed.is_empty() {
            return Err(FetchError::External);
        }
        TcpStream::connect(allowed.as_slice()).await.map_err(FetchError::Connect)
    }

    async fn exchange<S>(&self, stream: S) -> Result<Bytes, FetchError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(FetchError::Http)?;
        let connection = tokio::spawn(connection);
        let authority = self.uri.authority().map_or("", http::uri::Authority::as_str);
        let path = self.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let request = Request::get(path)
            .header(header::HOST, authority)
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .expect("an address that was read before");
        let answer = sender.send_request(request).await.map_err(FetchError::Http)?;
        if answer.status() != StatusCode::OK {
            connection.abort();
            return Err(FetchError::Status(answer.status()));
        }
        let body = Limited::new(answer.into_body(), SET_BYTES_MAX).collect().await;
        connection.abort();
        Ok(body.map_err(|_| FetchError::Body)?.to_bytes())
    }
}

fn connector(ca: Option<&Path>) -> Result<TlsConnector, FetchError> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            let failed = |source| FetchError::Certificates { path: path.to_owned(), source };
            for certificate in CertificateDer::pem_file_iter(path).map_err(failed)? {
                // One that is of no use is passed over, as among those of the system.
                let _ = roots.add(certificate.map_err(failed)?);
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    if roots.is_empty() {
        return Err(FetchError::NoAuthority);
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_external_address_is_not_asked() {
        let fetcher = Fetcher::new("http://192.0.2.1/keys".parse().unwrap(), None, false).unwrap();
        assert!(matches!(fetcher.fetch().await, Err(FetchError::External)));
    }
}
