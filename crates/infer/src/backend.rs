//! What can answer: the seam between choosing and asking. An upstream over HTTP is one, a model inside the program will be
//! another.

use crate::clock::Clock;
use crate::connection::Pieces;
use crate::error::{AskError, Cause, Phase};
use crate::member::Watch;
use bytes::{Bytes, BytesMut};
use futures_util::Stream;
use http::{HeaderMap, StatusCode};
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::Instant;
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
    /// When the caller began to wait, which is what the total time is counted from.
    pub started: Instant,
}

/// Somebody who answers.
pub trait Backend: Send + Sync {
    /// What it is called.
    fn name(&self) -> &Arc<str>;
    /// The host it is on, for people.
    fn host(&self) -> &str;
    /// Whether it can answer a request of that dialect.
    fn speaks(&self, dialect: Dialect) -> bool;
    /// Asks it once.
    fn ask<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Reply, AskError>>;
    /// How long a request may take, counted from when the caller began to wait; `None`: for ever. It is not asked when
    /// that time is over.
    fn total(&self) -> Option<Duration> {
        None
    }
    /// Looks whether it is well.
    fn probe(&self) -> BoxFuture<'_, Result<(), AskError>>;
    /// Lets go of what it kept for requests that did not come; called now and then.
    fn sweep(&self) {}
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
///
/// Its clock has no task of its own: it is only looked at while somebody waits for a piece. Whoever stops asking for
/// pieces, and does not drop it, keeps the upstream's stream open for as long as that; so they need a clock of theirs.
pub struct ReplyBody {
    upstream: Arc<str>,
    pieces: Option<Pieces>,
    clock: Clock,
    idle: Duration,
    /// Told what becomes of it.
    watch: Option<Watch>,
}

impl ReplyBody {
    /// Hands on pieces as they come. Waiting for one ends after `idle`, for all of them at `total`.
    pub fn new(
        upstream: Arc<str>,
        pieces: impl Stream<Item = Result<Bytes, Cause>> + Send + 'static,
        idle: Duration,
        total: Instant,
    ) -> Self {
        Self::timed(upstream, Box::pin(pieces), Clock::new(Phase::Idle, idle, total), idle)
    }

    /// The same with a clock that runs already.
    pub(crate) fn timed(upstream: Arc<str>, pieces: Pieces, clock: Clock, idle: Duration) -> Self {
        Self { upstream, pieces: Some(pieces), clock, idle, watch: None }
    }

    /// Has somebody told what becomes of it.
    pub(crate) fn watch(&mut self, watch: Watch) {
        self.watch = Some(watch);
    }

    /// Waits for the next piece; `None` at the end, and after an error.
    pub async fn next(&mut self) -> Option<Result<Bytes, AskError>> {
        poll_fn(|cx| self.poll_piece(cx)).await
    }

    /// Takes everything.
    ///
    /// # Errors
    /// When it breaks off, takes too long, or has more than `bytes_max`.
    pub async fn collect(mut self, bytes_max: usize) -> Result<Bytes, AskError> {
        let Some(first) = self.next().await.transpose()? else { return Ok(Bytes::new()) };
        if first.len() > bytes_max {
            return Err(AskError::TooLarge { upstream: Arc::clone(&self.upstream) });
        }
        // Most answers are one piece, which need not be copied.
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        let mut next = Some(second);
        while let Some(piece) = next {
            if all.len() + piece.len() > bytes_max {
                return Err(AskError::TooLarge { upstream: Arc::clone(&self.upstream) });
            }
            all.extend_from_slice(&piece);
            next = self.next().await.transpose()?;
        }
        Ok(all.freeze())
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, AskError>>> {
        let Some(pieces) = &mut self.pieces else { return Poll::Ready(None) };
        let error = match pieces.as_mut().poll_next(cx) {
            Poll::Ready(Some(Ok(piece))) => {
                if self.clock.begin(Phase::Idle, self.idle) {
                    return Poll::Ready(Some(Ok(piece)));
                }
                AskError::Late { upstream: Arc::clone(&self.upstream), phase: Phase::Total }
            }
            Poll::Ready(None) => {
                self.pieces = None;
                self.watch.take().into_iter().for_each(Watch::completed);
                return Poll::Ready(None);
            }
            Poll::Ready(Some(Err(source))) => {
                AskError::Broken { upstream: Arc::clone(&self.upstream), source }
            }
            Poll::Pending => {
                let phase = ready!(self.clock.poll(cx));
                AskError::Late { upstream: Arc::clone(&self.upstream), phase }
            }
        };
        // What is dropped here closes the upstream's stream.
        self.pieces = None;
        self.watch.take().into_iter().for_each(|watch| watch.failed(&error));
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for ReplyBody {
    type Item = Result<Bytes, AskError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_piece(cx)
    }
}
