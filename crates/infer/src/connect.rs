//! From an upstream's address to a connection that bytes can go through: name, address, TCP, proxy, TLS.
//!
//! The rule about external hosts is kept here, at every connection, on the address that is connected to.

use crate::address::{Resolve, is_external};
use crate::error::Cause;
use crate::target::{Proxy, Target};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

/// The head of a proxy's answer; a longer one is no answer to CONNECT.
const PROXY_HEAD_BYTES_MAX: usize = 8 * 1024;

/// Of several addresses, each gets a share of the time left, but at least so much.
const ADDRESS_PATIENCE_MIN: Duration = Duration::from_millis(250);

/// What bytes go through.
pub(crate) trait Pipe: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Pipe for T {}

/// A connection, and what was agreed on.
pub(crate) struct Opened {
    pub(crate) pipe: Box<dyn Pipe>,
    /// HTTP/2 is spoken.
    pub(crate) second: bool,
}

/// Why there is none.
pub(crate) enum Refused {
    /// The address lies outside.
    External,
    /// Something failed.
    Failed(Cause),
}

impl<E: Into<Cause>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// How one upstream is connected to.
pub(crate) struct Connector {
    pub(crate) target: Target,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) external: bool,
    /// HTTP/2 from the first byte, without TLS.
    pub(crate) second_in_clear: bool,
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) resolver: Arc<dyn Resolve>,
}

impl Connector {
    /// Connects by `until`, which the caller enforces; here it divides the time among addresses.
    pub(crate) async fn open(&self, until: Instant) -> Result<Opened, Refused> {
        let (host, port) = match &self.proxy {
            Some(proxy) => (proxy.host.as_str(), proxy.port),
            None => (self.target.host.as_str(), self.target.port),
        };
        let addresses = self.addresses(host, port).await?;
        let mut stream = connect(&addresses, until).await?;
        // A request is written in one piece, and an answer should leave when it comes.
        stream.set_nodelay(true)?;
        let Some(tls) = &self.tls else {
            return Ok(Opened { pipe: Box::new(stream), second: self.second_in_clear });
        };
        if let Some(proxy) = &self.proxy {
            tunnel(&mut stream, proxy, &self.target.host_and_port()).await?;
        }
        let name = ServerName::try_from(self.target.host.clone())?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await?;
        let second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        Ok(Opened { pipe: Box::new(stream), second })
    }

    /// The addresses that may be connected to.
    async fn addresses(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Refused> {
        let mut addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.resolver.resolve(host, port).await?,
        };
        if addresses.is_empty() {
            return Err("the name has no address".into());
        }
        if !self.external {
            addresses.retain(|address| !is_external(address.ip()));
        }
        if addresses.is_empty() { Err(Refused::External) } else { Ok(addresses) }
    }
}

/// Tries one address after the other.
async fn connect(addresses: &[SocketAddr], until: Instant) -> Result<TcpStream, Cause> {
    let mut failure: Cause = "there is no address".into();
    for (at, address) in addresses.iter().enumerate() {
        let left = until.saturating_duration_since(Instant::now());
        let share = (left / (addresses.len() - at) as u32).max(ADDRESS_PATIENCE_MIN);
        match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => failure = error.into(),
            Err(_) => failure = io::Error::from(io::ErrorKind::TimedOut).into(),
        }
    }
    Err(failure)
}

/// Asks the proxy for a way through to `authority`.
async fn tunnel(stream: &mut TcpStream, proxy: &Proxy, authority: &str) -> Result<(), Cause> {
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(value) = &proxy.authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await?;
    let mut head = Vec::with_capacity(256);
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= PROXY_HEAD_BYTES_MAX {
            return Err("the head of the proxy's answer is too large".into());
        }
        // Byte by byte, as what follows belongs to TLS; it is a few hundred bytes, once for a connection.
        head.push(stream.read_u8().await?);
    }
    let line = head.split(|&byte| byte == b'\r').next().unwrap_or_default();
    let status = line.strip_prefix(b"HTTP/1.").and_then(|rest| rest.get(2..5));
    match status {
        Some([b'2', ..]) => Ok(()),
        Some(b"407") => Err("the proxy wants another name or password".into()),
        Some(_) => Err("the proxy refuses the way to the upstream".into()),
        None => Err("the proxy does not answer in HTTP".into()),
    }
}
