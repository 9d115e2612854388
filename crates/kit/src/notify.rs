//! Tells systemd how we are (the sd_notify protocol: datagrams of `KEY=value` to the socket in `NOTIFY_SOCKET`).

use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

/// The way to the service manager; silent when there is none.
#[derive(Debug)]
pub struct Notifier {
    socket: Option<(UnixDatagram, SocketAddr)>,
    watchdog: Option<Duration>,
}

impl Notifier {
    /// Takes the address from the environment.
    pub fn from_env() -> Self {
        let watchdog = std::env::var("WATCHDOG_USEC").ok().and_then(|text| text.parse().ok());
        let own =
            std::env::var("WATCHDOG_PID").map_or(true, |pid| pid == std::process::id().to_string());
        Self {
            socket: std::env::var("NOTIFY_SOCKET").ok().and_then(|path| connect(&path)),
            watchdog: watchdog.filter(|_| own).map(Duration::from_micros),
        }
    }

    /// How often the service manager wants to hear that we are alive.
    pub fn watchdog(&self) -> Option<Duration> {
        self.watchdog
    }

    /// Sends a state such as `READY=1`. A manager that is gone is not our trouble.
    pub fn send(&self, state: &str) {
        if let Some((socket, address)) = &self.socket {
            drop(socket.send_to_addr(state.as_bytes(), address));
        }
    }
}

fn connect(path: &str) -> Option<(UnixDatagram, SocketAddr)> {
    let address = match path.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(path),
    };
    Some((UnixDatagram::unbound().ok()?, address.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_address_are_reached() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("notify");
        let listener = UnixDatagram::bind(&path).unwrap();
        let name = format!("tacit-test-{}", std::process::id());
        let hidden =
            UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
        for (path, listener) in [(path.to_str().unwrap(), listener), (&format!("@{name}"), hidden)]
        {
            let notifier = Notifier { socket: connect(path), watchdog: None };
            notifier.send("READY=1");
            let mut bytes = [0; 16];
            let length = listener.recv(&mut bytes).unwrap();
            assert_eq!(&bytes[..length], b"READY=1");
        }
        Notifier { socket: None, watchdog: None }.send("READY=1");
    }
}
