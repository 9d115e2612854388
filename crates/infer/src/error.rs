//! Why there is no answer, and why there is no fleet. Names and places only: never a body, a header or a key.

use std::fmt;
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
    #[error("upstream {upstream}: the URL {what}")]
    Url {
        /// The upstream's name.
        upstream: String,
        /// The rest of the sentence.
        what: &'static str,
    },
}
