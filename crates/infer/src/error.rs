//! Why there is no answer, and why there is no fleet. Names and places only: never a body, a header or a key.

use http::HeaderName;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use wire::Dialect;

/// Why something below failed, as it is told in logs.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What was being waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// A connection.
    Connect,
    /// The head of the answer.
    FirstByte,
    /// The next piece of it.
    Idle,
    /// The end.
    Total,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "a connection",
            Self::FirstByte => "the head of the answer",
            Self::Idle => "the next piece of the answer",
            Self::Total => "the end of the answer",
        })
    }
}

/// Why there is no answer, or no more of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// No upstream has the model.
    #[error("no upstream has the model")]
    NoModel,
    /// Those that have the model do not speak the dialect.
    #[error("no upstream with the model speaks {dialect:?}")]
    NotSpoken {
        /// What it would have to speak.
        dialect: Dialect,
    },
    /// Every upstream with the model is left alone for a while, because it failed before.
    #[error("every upstream with the model is paused after failures")]
    NoneReady {
        /// When the first of them is tried again.
        retry_after: Duration,
    },
    /// There was no connection.
    #[error("cannot connect to upstream {upstream}")]
    Connect {
        /// The upstream's name.
        upstream: Arc<str>,
        /// Why.
        source: Cause,
    },
    /// It took too long.
    #[error("upstream {upstream} took too long: waited for {phase}")]
    Late {
        /// The upstream's name.
        upstream: Arc<str>,
        /// What was waited for.
        phase: Phase,
    },
    /// The connection ended, or what came was no HTTP.
    #[error("the exchange with upstream {upstream} broke off")]
    Broken {
        /// The upstream's name.
        upstream: Arc<str>,
        /// Why.
        source: Cause,
    },
    /// There is a head, and what it promises cannot be handed on.
    #[error("the answer of upstream {upstream} {what}")]
    Unusable {
        /// The upstream's name.
        upstream: Arc<str>,
        /// The rest of the sentence.
        what: &'static str,
    },
    /// The answer has more bytes than the caller takes.
    #[error("the answer of upstream {upstream} is too large")]
    TooLarge {
        /// The upstream's name.
        upstream: Arc<str>,
    },
    /// The upstream's host lies outside, and it may not.
    #[error("upstream {upstream} is an external host, which is off unless `external = true`")]
    External {
        /// The upstream's name.
        upstream: Arc<str>,
    },
}

/// Why no fleet can be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// An address cannot be used.
    #[error("the URL {what}")]
    Url {
        /// The upstream's name.
        upstream: String,
        /// The rest of the sentence.
        what: &'static str,
    },
    /// A proxy's address cannot be used.
    #[error("the proxy {what}")]
    Proxy {
        /// The upstream's name.
        upstream: String,
        /// The rest of the sentence.
        what: &'static str,
    },
    /// The address lies outside, and it may not.
    #[error("the URL is that of an external host, and those are off")]
    External {
        /// The upstream's name.
        upstream: String,
    },
    /// A proxy looks names up itself, so nobody here sees where they lead.
    #[error("a proxy resolves the name itself, so that it may lead to an external host")]
    ProxyResolves {
        /// The upstream's name.
        upstream: String,
    },
    /// The file with authorities cannot be used.
    #[error("cannot use the authorities in {}", path.display())]
    Authority {
        /// The upstream's name.
        upstream: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: Cause,
    },
    /// Nobody is trusted.
    #[error("the system has no certificates of authorities, and there is no `ca`")]
    NoAuthority {
        /// The upstream's name.
        upstream: String,
    },
    /// A header that every exchange sets itself.
    #[error("the header {header} cannot be set")]
    Header {
        /// The upstream's name.
        upstream: String,
        /// The header.
        header: HeaderName,
    },
    /// The key holds characters that no header can hold.
    #[error("the key holds characters that cannot stand in a header")]
    Key {
        /// The upstream's name.
        upstream: String,
    },
    /// Two have one name.
    #[error("there is another upstream of that name")]
    Twice {
        /// The name.
        upstream: String,
    },
}

impl ConfigError {
    /// Whose description it is about.
    pub fn upstream(&self) -> &str {
        match self {
            Self::Url { upstream, .. }
            | Self::Proxy { upstream, .. }
            | Self::External { upstream }
            | Self::ProxyResolves { upstream }
            | Self::Authority { upstream, .. }
            | Self::NoAuthority { upstream }
            | Self::Header { upstream, .. }
            | Self::Key { upstream }
            | Self::Twice { upstream } => upstream,
        }
    }

    /// Which part of the description it is about, as settings call it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Url { .. } => "url",
            Self::Proxy { .. } => "proxy",
            Self::External { .. } | Self::ProxyResolves { .. } => "external",
            Self::Authority { .. } | Self::NoAuthority { .. } => "ca",
            Self::Header { .. } => "headers",
            Self::Key { .. } => "api_key",
            Self::Twice { .. } => "name",
        }
    }
}

/// An error and what it came from, in one line.
pub(crate) fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
