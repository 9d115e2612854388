//! `tacitd healthcheck`: asks the tacitd that runs with these settings how it is, for containers that have no curl.

use crate::failure::Failure;
use crate::settings::Settings;
use crate::ui;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// More than any of our probes says.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Asks, and tells the answer.
///
/// # Errors
/// When it does not answer, or says that it is not well.
pub(crate) async fn run(settings: &Settings, live: bool, timeout: Duration) -> Result<(), Failure> {
    let path = if live { "/livez" } else { "/readyz" };
    let (status, body) = match tokio::time::timeout(timeout, ask(settings, path)).await {
        Ok(answer) => answer?,
        Err(_) => {
            let message = format!("ask {path}: no answer within {} s", timeout.as_secs());
            return Err(Failure::new(message));
        }
    };
    if status == StatusCode::OK {
        ui::line(&body);
        return Ok(());
    }
    Err(Failure::new(format!("find tacitd well: {path} answers {status}: {body}")))
}

async fn ask(settings: &Settings, path: &str) -> Result<(StatusCode, String), Failure> {
    // The port that the system chose is known to nobody; the second listener serves probes too, and never TLS.
    let probes = settings.metrics.port.filter(|port| port.0 != 0);
    let host = match (&settings.metrics.host, probes) {
        (Some(host), Some(_)) => &host.0,
        _ => &settings.api.host.0,
    };
    let port = probes.unwrap_or(settings.api.port).0 as u16;
    let host = reachable(host);
    let address = format!("{host}:{port}");
    let failed = |error: &dyn std::error::Error| {
        Failure::because(format!("reach tacitd at {address}"), error)
            .hint("is it running with the same settings?")
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((bare, port)).await.map_err(|error| failed(&error))?;
    match settings.tls.cert.as_deref().filter(|_| probes.is_none()) {
        None => exchange(stream, &address, path).await,
        Some(certificate) => {
            let connector = tokio_rustls::TlsConnector::from(Arc::new(pinned(certificate)?));
            let name = ServerName::try_from("localhost").expect("a name");
            let stream = connector.connect(name, stream).await.map_err(|error| failed(&error))?;
            exchange(stream, &address, path).await
        }
    }
}

/// The address at which a listener on all addresses can be asked.
fn reachable(host: &str) -> &str {
    match host.trim_start_matches('[').trim_end_matches(']') {
        "0.0.0.0" => "127.0.0.1",
        "::" => "[::1]",
        _ => host,
    }
}

async fn exchange<S>(stream: S, address: &str, path: &str) -> Result<(StatusCode, String), Failure>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let failed = |error: hyper::Error| Failure::because(format!("ask tacitd at {address}"), &error);
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(failed)?;
    tokio::spawn(connection);
    let request = Request::get(path).header("host", address).body(Empty::<Bytes>::new());
    let request = request.expect("a path of ours");
    let answer = sender.send_request(request).await.map_err(failed)?;
    let status = answer.status();
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    let body = body.map_err(|_| Failure::new(format!("read the answer of tacitd at {address}")))?;
    Ok((status, String::from_utf8_lossy(&body.to_bytes()).into_owned()))
}

/// Trusts the one certificate that the settings name, whoever signed it: it is our own.
fn pinned(path: &Path) -> Result<rustls::ClientConfig, Failure> {
    let failed =
        |error| Failure::because(format!("read the certificate {}", path.display()), &error);
    let certificate = CertificateDer::from_pem_file(path).map_err(failed)?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Pinned { certificate, provider: Arc::clone(&provider) };
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(config)
}

#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    provider: Arc<rustls::crypto::CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if *end_entity == self.certificate {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("it shows another certificate than tls.cert".to_owned()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
