//! Which addresses lie outside, and how names become addresses.
//!
//! What is asked about is always the address that will be connected to, never a name: a name can point elsewhere a moment
//! later.

use crate::backend::BoxFuture;
use std::io;
use std::net::{IpAddr, SocketAddr};

/// Whether an address belongs neither to this machine nor to a private network.
pub fn is_external(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => !(v4.is_loopback() || v4.is_private() || v4.is_link_local()),
        IpAddr::V6(v6) => !(v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local()),
    }
}

/// Finds the addresses of a host.
pub trait Resolve: Send + Sync {
    /// Looks a name up; each call may answer otherwise.
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>>;
}

/// Asks the system, as every program on it does.
#[derive(Debug)]
pub struct System;

impl Resolve for System {
    fn resolve<'a>(
        &'a self,
        host: &'a str,
        port: u16,
    ) -> BoxFuture<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_inside_and_everything_else_is_not() {
        let inside = [
            "127.0.0.1",
            "127.9.9.9",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.1.1",
            "::1",
            "fd00::1",
            "fc00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ];
        let outside = [
            "8.8.8.8",
            "172.32.0.1",
            "172.15.0.1",
            "192.169.0.1",
            "100.64.0.1",
            "0.0.0.0",
            "::",
            "192.0.2.1",
            "2001:db8::1",
            "::ffff:8.8.8.8",
            "fec0::1",
            "224.0.0.1",
            "255.255.255.255",
        ];
        assert!(inside.iter().all(|text| !is_external(text.parse().unwrap())), "{inside:?}");
        assert!(outside.iter().all(|text| is_external(text.parse().unwrap())), "{outside:?}");
    }
}
