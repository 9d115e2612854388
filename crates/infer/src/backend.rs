//! What can answer: the seam between choosing and asking. An upstream over HTTP is one, a model inside the program will be
//! another.

use crate::error::AskError;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use std::pin::Pin;
use std::sync::Arc;
use wire::Dialect;

/// A future behind a pointer.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a caller wants answered.
pub struct Ask<'a> {
    /// What it is written in.
    pub dialect: Dialect,
    /// The client's name of the model.
    pub model: Option<&'a str>,
    /// Headers that are passed on.
    pub headers: HeaderMap,
    /// Makes the body for the upstream's name of the model.
    pub body: &'a (dyn Fn(&str) -> Bytes + Send + Sync),
}

/// What one backend is asked.
pub struct Question<'a> {
    /// What it is written in.
    pub dialect: Dialect,
    /// The backend's own name of the model.
    pub model: &'a str,
    /// Headers that are passed on.
    pub headers: &'a HeaderMap,
    /// The body, with that name in it.
    pub body: Bytes,
}

/// Somebody who answers.
pub trait Backend: Send + Sync {
    /// What it is called.
    fn name(&self) -> &Arc<str>;
    /// Whether it can answer a request of that dialect.
    fn speaks(&self, dialect: Dialect) -> bool;
    /// Asks it once.
    fn ask<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Reply, AskError>>;
    /// Looks whether it is well.
    fn probe(&self) -> BoxFuture<'_, Result<(), AskError>>;
}

/// An answer whose head is there.
pub struct Reply {
    /// Who answers.
    pub upstream: Arc<str>,
    /// What they call the model.
    pub model: String,
    /// The status.
    pub status: StatusCode,
    /// The headers that a client may see.
    pub headers: HeaderMap,
    /// The rest of it.
    pub body: ReplyBody,
    /// How many times somebody was asked.
    pub attempts: u32,
}

/// The body as it comes. Dropping it closes the upstream's stream at once.
pub struct ReplyBody {
    _private: (),
}

impl ReplyBody {
    /// Waits for the next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, AskError>> {
        None
    }

    /// Takes everything.
    ///
    /// # Errors
    /// When it breaks off, takes too long, or has more than `bytes_max`.
    pub async fn collect(self, _bytes_max: usize) -> Result<Bytes, AskError> {
        Err(AskError::NoModel)
    }
}
