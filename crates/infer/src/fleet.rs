//! The upstreams together: which is asked, and what happens when it does not answer.

use crate::backend::{Ask, Reply};
use crate::config::Config;
use crate::error::{AskError, ConfigError};
use std::time::Duration;

/// All upstreams.
pub struct Fleet {
    config: Config,
}

/// How an upstream is.
#[derive(Debug, Clone)]
pub struct State {
    /// Its name.
    pub name: String,
    /// The host it is on.
    pub url_host: String,
    /// Whether it can be asked, as far as is known.
    pub healthy: bool,
    /// For how long it is still left alone.
    pub open_for: Option<Duration>,
    /// Failures in a row.
    pub failures: u32,
    /// Answers on their way.
    pub in_flight: u32,
    /// Requests since the start, by what became of them.
    pub outcomes: Vec<(&'static str, u64)>,
}

impl Fleet {
    /// Makes one.
    ///
    /// # Errors
    /// When an upstream cannot be used as it is described.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self { config })
    }

    /// Whether nobody is there to answer.
    pub fn is_empty(&self) -> bool {
        self.config.upstreams.is_empty()
    }

    /// The models that clients may name, in order, without `*`.
    pub fn models(&self) -> Vec<String> {
        Vec::new()
    }

    /// Asks until somebody answers.
    ///
    /// # Errors
    /// When nobody does.
    pub async fn ask(&self, _ask: Ask<'_>) -> Result<Reply, AskError> {
        Err(AskError::NoModel)
    }

    /// How each upstream is.
    pub fn states(&self) -> Vec<State> {
        Vec::new()
    }

    /// Asks each whose time has come how it is.
    pub async fn probe(&self) {}
}
