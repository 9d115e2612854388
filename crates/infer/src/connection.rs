//! Connections that speak HTTP, and answers that come through them.
//!
//! One of HTTP/1 has no task of its own: whoever waits for its answer drives it. That spares a change of tasks for every
//! piece, and it is what makes dropping an answer close the connection in the same moment. One of HTTP/2 is shared and
//! has a task.

use crate::connect::Opened;
use crate::error::Cause;
use crate::pool::Pool;
use bytes::Bytes;
use futures_util::Stream;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The head of an answer, and what is read of its body at once.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// A shared connection is asked for a sign of life so often while answers are on their way, and given so long.
const PING_EVERY: Duration = Duration::from_secs(20);
const PING_PATIENCE: Duration = Duration::from_secs(10);

/// Answers at once on a shared connection: what the standard asks servers to allow at least (RFC 9113, 6.5.2).
const STREAMS_MAX: usize = 100;

/// What may come of an answer before it is read: much more than a model writes in the time of a round trip.
const STREAM_WINDOW: u32 = 128 * 1024;

/// The same for all answers of a shared connection: enough for each to be unread, so that none keeps the others from
/// coming, and for a few that were let in at the same moment. That is 16 MiB, where nobody reads.
const SHARED_WINDOW: u32 = STREAM_WINDOW * (STREAMS_MAX as u32 + 28);

type Sent = Full<Bytes>;
type Io = TokioIo<Box<dyn crate::connect::Pipe>>;

/// The pieces of an answer.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, Cause>> + Send>>;

/// A connection that is ready for a request.
pub(crate) enum Connection {
    First(First),
    Second(Second),
}

impl Connection {
    /// Begins to speak.
    pub(crate) async fn begin(opened: Opened) -> Result<Self, hyper::Error> {
        let io = TokioIo::new(opened.pipe);
        if opened.second {
            return Second::begin(io).await.map(Self::Second);
        }
        let mut builder = http1::Builder::new();
        builder.max_buf_size(BUFFER_BYTES_MAX);
        let (sender, driver) = builder.handshake(io).await?;
        Ok(Self::First(First { sender, driver: Box::new(driver) }))
    }
}

/// HTTP/1: one answer at a time.
pub(crate) struct First {
    sender: http1::SendRequest<Sent>,
    /// Behind a pointer, as connections are handed from hand to hand.
    driver: Box<http1::Connection<Io, Sent>>,
}

impl First {
    /// Whether the other side still holds it open, as far as the system knows.
    pub(crate) fn is_alive(&mut self) -> bool {
        let mut cx = Context::from_waker(Waker::noop());
        Pin::new(&mut self.driver).poll(&mut cx).is_pending() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn ask(
        mut self,
        request: Request<Sent>,
        pool: &Arc<Pool>,
    ) -> Result<Response<Pieces>, hyper::Error> {
        let mut answer = pin!(self.sender.send_request(request));
        let mut driver = Some(self.driver);
        let head = poll_fn(|cx| {
            if let Some(alive) = &mut driver
                && Pin::new(alive).poll(cx).is_ready()
            {
                driver = None;
            }
            // Only the driver, polled a moment ago, makes it ready; so nobody needs to wake us for it.
            answer.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        });
        let (parts, body) = head.await?.into_parts();
        let pieces =
            FirstPieces { body, sender: Some(self.sender), driver, pool: Arc::clone(pool) };
        Ok(Response::from_parts(parts, Box::pin(pieces)))
    }
}

/// The next piece of a body.
fn poll_piece(body: &mut Incoming, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Cause>>> {
    loop {
        return match Pin::new(&mut *body).poll_frame(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(piece) => Poll::Ready(Some(Ok(piece))),
                // Trailers: nobody of ours reads them.
                Err(_) => continue,
            },
        };
    }
}

/// An answer that comes through a connection of its own.
struct FirstPieces {
    body: Incoming,
    sender: Option<http1::SendRequest<Sent>>,
    driver: Option<Box<http1::Connection<Io, Sent>>>,
    pool: Arc<Pool>,
}

impl FirstPieces {
    fn piece(&mut self) -> Poll<Option<Result<Bytes, Cause>>> {
        // What the body waits for is done by the driver, which has the real waker.
        let mut cx = Context::from_waker(Waker::noop());
        poll_piece(&mut self.body, &mut cx)
    }

    /// The answer is complete: the connection may serve the next request.
    fn give_back(&mut self) {
        let (Some(sender), Some(driver)) = (self.sender.take(), self.driver.take()) else { return };
        let mut first = First { sender, driver };
        if first.is_alive() {
            self.pool.put(first);
        }
    }
}

impl Stream for FirstPieces {
    type Item = Result<Bytes, Cause>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            let mut piece = this.piece();
            if piece.is_pending() {
                let Some(driver) = &mut this.driver else {
                    let gone: Cause = "the connection ended".into();
                    return Poll::Ready(Some(Err(gone)));
                };
                if Pin::new(driver).poll(cx).is_ready() {
                    this.driver = None;
                    continue;
                }
                piece = this.piece();
            }
            if matches!(piece, Poll::Ready(None)) {
                this.give_back();
            }
            return piece;
        }
    }
}

/// HTTP/2: many answers at a time.
#[derive(Clone)]
pub(crate) struct Second {
    sender: http2::SendRequest<Sent>,
    streams: Arc<AtomicUsize>,
}

impl Second {
    async fn begin(io: Io) -> Result<Self, hyper::Error> {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new());
        builder.keep_alive_interval(PING_EVERY).keep_alive_timeout(PING_PATIENCE);
        builder.initial_stream_window_size(STREAM_WINDOW);
        builder.initial_connection_window_size(SHARED_WINDOW);
        let (sender, driver) = builder.handshake(io).await?;
        // It ends when the last sender and the last answer are gone, or the connection is.
        tokio::spawn(driver);
        Ok(Self { sender, streams: Arc::new(AtomicUsize::new(0)) })
    }

    /// Whether it can take one more.
    pub(crate) fn has_room(&self) -> bool {
        self.streams.load(Relaxed) < STREAMS_MAX
    }

    /// Whether the other side still holds it open.
    pub(crate) fn is_alive(&self) -> bool {
        !self.sender.is_closed()
    }

    /// Whether it is of no use to anybody now.
    pub(crate) fn is_idle(&self) -> bool {
        self.streams.load(Relaxed) == 0
    }

    /// Takes one of its places, given back when what is returned is dropped.
    pub(crate) fn take_place(&self) -> Place {
        self.streams.fetch_add(1, Relaxed);
        Place(Arc::clone(&self.streams))
    }

    /// Sends a request and waits for the head of the answer.
    pub(crate) async fn ask(
        mut self,
        request: Request<Sent>,
    ) -> Result<Response<Pieces>, hyper::Error> {
        let place = self.take_place();
        let answer = self.sender.send_request(request).await?;
        Ok(answer.map(|body| Box::pin(SecondPieces { body, _place: place }) as Pieces))
    }
}

/// One of the places of a shared connection.
pub(crate) struct Place(Arc<AtomicUsize>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// An answer that comes through a shared connection. Dropping it resets its stream.
struct SecondPieces {
    body: Incoming,
    _place: Place,
}

impl Stream for SecondPieces {
    type Item = Result<Bytes, Cause>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        poll_piece(&mut self.get_mut().body, cx)
    }
}
