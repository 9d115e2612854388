//! One connection: the clock that decides when it has been silent for too long, and a stream that obeys it.
//!
//! hyper's own limit starts only when it knows which HTTP it speaks, and counts the pause between two requests as part
//! of the next head; here a slow head, an idle client and a reader that stopped each have a limit of their own.

use crate::listen::Stream;
use http_body::{Body, Frame, SizeHint};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};
use tokio_rustls::server::TlsStream;

/// How long each kind of silence may last.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    /// From a connection's or a request's first byte to the end of its head.
    pub head: Duration,
    /// Between two requests.
    pub idle: Duration,
    /// While the client takes nothing of what is written to it.
    pub write: Duration,
}

/// How much of an unread request is thrown away, and for how long, before a connection is closed. Closing with unread
/// bytes resets it, and the client would lose the answer that says what was wrong.
const LINGER_BYTES_MAX: usize = 1 << 20;
const LINGER_MAX: Duration = Duration::from_secs(1);

/// What a connection is doing; shared by its stream, its service and its clock.
#[derive(Debug)]
pub(crate) struct Activity {
    opened: Instant,
    busy: AtomicU32,
    requested: AtomicBool,
    multiplexed: AtomicBool,
    head_begun: AtomicBool,
    linger: AtomicBool,
    /// Milliseconds from `opened` to the last change of phase.
    since: AtomicU64,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self {
            opened: Instant::now(),
            busy: AtomicU32::new(0),
            requested: AtomicBool::new(false),
            multiplexed: AtomicBool::new(false),
            head_begun: AtomicBool::new(false),
            linger: AtomicBool::new(false),
            since: AtomicU64::new(0),
        }
    }

    fn mark(&self) {
        self.since.store(self.opened.elapsed().as_millis() as u64, Relaxed);
    }

    /// A request's head is complete; it is in flight until the guard is dropped.
    pub(crate) fn begin(self: &Arc<Self>, multiplexed: bool) -> InFlight {
        self.busy.fetch_add(1, Relaxed);
        self.requested.store(true, Relaxed);
        self.head_begun.store(false, Relaxed);
        self.multiplexed.store(multiplexed, Relaxed);
        InFlight(Arc::clone(self))
    }

    fn bytes_arrived(&self) {
        let idle = self.busy.load(Relaxed) == 0 && self.requested.load(Relaxed);
        // HTTP/2 clients also send pings and window updates, which are no head.
        if idle && !self.multiplexed.load(Relaxed) && !self.head_begun.swap(true, Relaxed) {
            self.mark();
        }
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Relaxed) > 0
    }

    /// Asks that unread bytes be thrown away before the connection is closed.
    pub(crate) fn linger(&self) {
        self.linger.store(true, Relaxed);
    }

    /// When the present silence is over; `None` while a request is in flight.
    pub(crate) fn deadline(&self, timeouts: &Timeouts) -> Option<Instant> {
        if self.is_busy() {
            return None;
        }
        let since = self.opened + Duration::from_millis(self.since.load(Relaxed));
        let reading = !self.requested.load(Relaxed) || self.head_begun.load(Relaxed);
        Some(since + if reading { timeouts.head } else { timeouts.idle })
    }
}

/// Holds a request in flight.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        // The mark comes first: whoever sees the connection idle sees since when.
        self.0.mark();
        self.0.busy.fetch_sub(1, Relaxed);
    }
}

pin_project_lite::pin_project! {
    /// A response body that keeps its request in flight until it is sent.
    pub(crate) struct Sent<B> {
        #[pin]
        body: B,
        in_flight: InFlight,
    }
}

impl<B> Sent<B> {
    pub(crate) fn new(body: B, in_flight: InFlight) -> Self {
        Self { body, in_flight }
    }
}

impl<B: Body> Body for Sent<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        self.project().body.poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The bytes of a connection, in clear or through TLS.
pub(crate) enum Transport {
    Plain(Stream),
    Tls(Box<TlsStream<Stream>>),
}

macro_rules! each {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Self::Tcp($stream) => $call,
            Self::Unix($stream) => $call,
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_read(cx, buf))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        each!(self, stream => Pin::new(stream).poll_write(cx, bytes))
    }
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        each!(self, stream => Pin::new(stream).poll_write_vectored(cx, bytes))
    }
    fn is_write_vectored(&self) -> bool {
        true
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_flush(cx))
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        each!(self, stream => Pin::new(stream).poll_shutdown(cx))
    }
}

/// A transport that tells the clock what arrives, gives up on a client that stopped reading, and lingers when asked.
pub(crate) struct Timed {
    transport: Transport,
    activity: Arc<Activity>,
    write_timeout: Duration,
    stalled: Option<Pin<Box<Sleep>>>,
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl Timed {
    pub(crate) fn new(transport: Transport, activity: Arc<Activity>, timeouts: &Timeouts) -> Self {
        let write_timeout = timeouts.write;
        Self { transport, activity, write_timeout, stalled: None, lingering: None }
    }

    fn inner(&mut self) -> Pin<&mut (dyn Duplex + Send + Unpin)> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream),
            Transport::Tls(stream) => Pin::new(stream.as_mut()),
        }
    }

    /// Turns a write that waits into an error once the client has taken nothing for too long.
    fn watch<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let timeout = self.write_timeout;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

trait Duplex: AsyncRead + AsyncWrite {}
impl<T: AsyncRead + AsyncWrite> Duplex for T {}

impl AsyncRead for Timed {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let read = this.inner().poll_read(cx, buf);
        if buf.filled().len() > before {
            this.activity.bytes_arrived();
        }
        read
    }
}

impl AsyncWrite for Timed {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.inner().poll_write(cx, bytes);
        this.watch(cx, written)
    }
    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = this.inner().poll_write_vectored(cx, bytes);
        this.watch(cx, written)
    }
    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = this.inner().poll_flush(cx);
        this.watch(cx, flushed)
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            let closed = this.inner().poll_shutdown(cx);
            let closed = ready!(this.watch(cx, closed));
            if closed.is_err() || !this.activity.linger.load(Relaxed) {
                return Poll::Ready(closed);
            }
            this.lingering = Some((Box::pin(tokio::time::sleep(LINGER_MAX)), 0));
        }
        loop {
            let mut scratch = [0; 4096];
            let mut buf = ReadBuf::new(&mut scratch);
            match this.inner().poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(Ok(())),
                Poll::Pending => {
                    let Some((until, _)) = &mut this.lingering else { return Poll::Ready(Ok(())) };
                    return until.as_mut().poll(cx).map(Ok);
                }
            }
            let Some((_, thrown)) = &mut this.lingering else { return Poll::Ready(Ok(())) };
            *thrown += buf.filled().len();
            if *thrown > LINGER_BYTES_MAX {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: Timeouts = Timeouts {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(75),
        write: Duration::from_secs(30),
    };

    /// Which limit applies, counted from the last mark.
    fn limit(activity: &Activity) -> Option<Duration> {
        let since = activity.opened + Duration::from_millis(activity.since.load(Relaxed));
        activity.deadline(&TIMEOUTS).map(|deadline| deadline - since)
    }

    #[test]
    fn each_silence_has_its_own_limit() {
        let activity = Arc::new(Activity::new());
        assert_eq!(limit(&activity), Some(TIMEOUTS.head), "a new connection");
        activity.bytes_arrived();
        assert_eq!(activity.since.load(Relaxed), 0, "a byte does not prolong the first head");

        let in_flight = activity.begin(false);
        assert_eq!(limit(&activity), None, "a request in flight");
        drop(in_flight);
        assert_eq!(limit(&activity), Some(TIMEOUTS.idle), "between requests");

        activity.bytes_arrived();
        assert_eq!(limit(&activity), Some(TIMEOUTS.head), "the next head");
        activity.since.store(123, Relaxed);
        activity.bytes_arrived();
        assert_eq!(activity.since.load(Relaxed), 123, "nor does a byte prolong the next one");
    }

    #[test]
    fn pings_on_a_multiplexed_connection_are_no_head() {
        let activity = Arc::new(Activity::new());
        drop(activity.begin(true));
        activity.bytes_arrived();
        assert_eq!(limit(&activity), Some(TIMEOUTS.idle));
    }
}
