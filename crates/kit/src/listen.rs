//! Where a daemon can be reached: a TCP address, a Unix socket, or sockets that the service manager holds open for it.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};

/// A socket that accepts connections.
#[derive(Debug)]
pub enum Listener {
    /// TCP.
    Tcp(TcpListener),
    /// A Unix socket.
    Unix(UnixListener),
}

/// A name for one end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// TCP.
    Tcp(SocketAddr),
    /// A Unix socket; without a path for the client's end.
    Unix(Option<PathBuf>),
}

impl Address {
    /// Whether only this machine can reach it.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Tcp(address) => address.ip().to_canonical().is_loopback(),
            Self::Unix(_) => true,
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(Some(path)) => write!(f, "unix:{}", path.display()),
            Self::Unix(None) => f.write_str("unix"),
        }
    }
}

/// Why a daemon cannot listen.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// The name has no address.
    #[error("cannot find the address of `{host}`")]
    Resolve {
        /// The name.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Bind {
        /// The address.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Somebody answers on the socket already.
    #[error("cannot listen on unix:{}: another program answers there", path.display())]
    Taken {
        /// The socket.
        path: PathBuf,
    },
    /// The path holds something that is not a socket.
    #[error("cannot listen on unix:{}: there is a file that is not a socket", path.display())]
    Occupied {
        /// The path.
        path: PathBuf,
    },
    /// A socket that the service manager handed over is of no use.
    #[error("cannot use socket {number} handed over by the service manager")]
    Activated {
        /// Which, counted from 0.
        number: usize,
        /// Why.
        source: io::Error,
    },
}

impl ListenError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Bind { address, source } => Some(match source.kind() {
                io::ErrorKind::AddrInUse => {
                    let port = address.rsplit(':').next().unwrap_or_default();
                    format!("`ss -ltnp 'sport = :{port}'` shows which program has the port")
                }
                io::ErrorKind::AddrNotAvailable => {
                    "this machine has no such address; `ip address` lists those it has".to_owned()
                }
                io::ErrorKind::PermissionDenied => {
                    "ports below 1024 and foreign folders need more rights".to_owned()
                }
                _ => return None,
            }),
            Self::Resolve { .. } => Some("give an IP address, or 0.0.0.0 for all".to_owned()),
            Self::Taken { .. } => Some("stop the other program, or choose another path".to_owned()),
            Self::Occupied { .. } => Some("choose another path, or move the file away".to_owned()),
            Self::Activated { .. } => None,
        }
    }
}

impl Listener {
    /// Listens on the first address that `host` has.
    ///
    /// # Errors
    /// When the name or the address cannot be had.
    pub async fn tcp(host: &str, port: u16) -> Result<Self, ListenError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let resolve = |source| ListenError::Resolve { host: host.to_owned(), source };
        let mut addresses = tokio::net::lookup_host((bare, port)).await.map_err(resolve)?;
        let address = addresses.next().ok_or_else(|| resolve(io::ErrorKind::NotFound.into()))?;
        let bind = |source| ListenError::Bind { address: address.to_string(), source };
        TcpListener::bind(address).await.map(Self::Tcp).map_err(bind)
    }

    /// Listens on a Unix socket. One that nobody answers any more is replaced; the new one appears with its `mode`
    /// already in place.
    ///
    /// # Errors
    /// When somebody answers there, or the path cannot be had.
    pub fn unix(path: &Path, mode: u32) -> Result<Self, ListenError> {
        let bind =
            |source| ListenError::Bind { address: format!("unix:{}", path.display()), source };
        match std::fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(bind(error)),
            Ok(found) if !found.file_type().is_socket() => {
                return Err(ListenError::Occupied { path: path.to_owned() });
            }
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
                return Err(ListenError::Taken { path: path.to_owned() });
            }
            Ok(_) => {}
        }
        let mut aside = path.as_os_str().to_owned();
        aside.push(format!(".{}", std::process::id()));
        let aside = PathBuf::from(aside);
        let made = UnixListener::bind(&aside).and_then(|listener| {
            std::fs::set_permissions(&aside, std::fs::Permissions::from_mode(mode))?;
            std::fs::rename(&aside, path)?;
            Ok(Self::Unix(listener))
        });
        made.map_err(|error| {
            drop(std::fs::remove_file(&aside));
            bind(error)
        })
    }

    /// Takes the sockets that the service manager handed over, with the names it gave them.
    ///
    /// # Errors
    /// When one of them is no listening TCP or Unix socket.
    pub fn activated() -> Result<Vec<(String, Self)>, ListenError> {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':').map(str::to_owned);
        let mut handed = listenfd::ListenFd::from_env();
        let count = handed.len();
        let take = |number| {
            let name = names.next().unwrap_or_default();
            let listener = Self::take(&mut handed, number);
            let failed = |source| ListenError::Activated { number, source };
            listener.map(|listener| (name, listener)).map_err(failed)
        };
        (0..count).map(take).collect()
    }

    fn take(handed: &mut listenfd::ListenFd, number: usize) -> io::Result<Self> {
        if let Ok(Some(listener)) = handed.take_tcp_listener(number) {
            listener.set_nonblocking(true)?;
            return TcpListener::from_std(listener).map(Self::Tcp);
        }
        match handed.take_unix_listener(number)? {
            Some(listener) => {
                listener.set_nonblocking(true)?;
                UnixListener::from_std(listener).map(Self::Unix)
            }
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn address(&self) -> io::Result<Address> {
        match self {
            Self::Tcp(listener) => listener.local_addr().map(Address::Tcp),
            Self::Unix(listener) => {
                let address = listener.local_addr()?;
                Ok(Address::Unix(address.as_pathname().map(Path::to_owned)))
            }
        }
    }

    pub(crate) async fn accept(&self) -> io::Result<(Stream, Address)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                // Answers are small and written whole; waiting to fill a packet only adds latency.
                stream.set_nodelay(true)?;
                Ok((Stream::Tcp(stream), Address::Tcp(address)))
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Stream::Unix(stream), Address::Unix(None)))
            }
        }
    }
}

/// An accepted connection, before any TLS.
#[derive(Debug)]
pub(crate) enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_socket_is_replaced_and_a_live_one_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let first = Listener::unix(&path, 0o660).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
        assert!(matches!(Listener::unix(&path, 0o600), Err(ListenError::Taken { .. })));
        drop(first);
        Listener::unix(&path, 0o600).unwrap();
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left aside");
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        std::fs::write(&path, "mine").unwrap();
        let refused = Listener::unix(&path, 0o600).unwrap_err();
        assert!(matches!(refused, ListenError::Occupied { .. }), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    }

    #[tokio::test]
    async fn a_taken_port_says_who_to_ask() {
        let first = Listener::tcp("127.0.0.1", 0).await.unwrap();
        let Address::Tcp(address) = first.address().unwrap() else { panic!("TCP") };
        let refused = Listener::tcp("127.0.0.1", address.port()).await.unwrap_err();
        assert_eq!(refused.to_string(), format!("cannot listen on {address}"));
        assert!(refused.hint().unwrap().contains(&address.port().to_string()));
    }

    #[test]
    fn a_mapped_loopback_address_is_local() {
        for (text, local) in
            [("127.9.9.9:1", true), ("[::ffff:127.0.0.1]:1", true), ("[::1]:1", true)]
                .into_iter()
                .chain([("0.0.0.0:1", false), ("10.0.0.1:1", false), ("[::]:1", false)])
        {
            assert_eq!(Address::Tcp(text.parse().unwrap()).is_local(), local, "{text}");
        }
    }
}
