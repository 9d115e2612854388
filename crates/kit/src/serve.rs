//! Accepts connections and serves HTTP/1.1 and HTTP/2 on each, within limits, until told to stop.

use crate::connection::{Activity, InFlight, Sent, Timed, Timeouts, Transport};
use crate::listen::{Address, Listener, Stream};
use crate::shutdown::Stage;
use crate::tls::Tls;
use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, Version};
use http_body::Body;
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;
use tower::Service;

/// The largest request head; cookies and tokens fit, a flood does not.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Requests at once on one HTTP/2 connection.
const STREAMS_MAX: u32 = 256;

/// How long to wait when the system has no file descriptor or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How long a connection without a request has, at the end, to send what it may still have to send.
const CLOSE_PAUSE: Duration = Duration::from_millis(500);

/// A connection that has served a request keeps about 16 KiB of buffers while it waits for the next one. Beyond so many
/// open connections, one is closed after its answer instead, so that a crowd cannot hold our memory.
const KEPT_ALIVE_MAX: usize = 2048;

/// The client's end of the connection, found among a request's extensions.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The client.
    pub address: Address,
    /// Whether the listener it came through can be reached from this machine alone.
    pub local_listener: bool,
    activity: Arc<Activity>,
}

impl Peer {
    /// Tells the connection that its request will not be read to the end, so that the refusal reaches the client.
    pub fn linger(&self) {
        self.activity.linger();
    }
}

/// Connections open now, over all listeners that share it, and how many there may be.
#[derive(Debug, Clone)]
pub struct Connections {
    permits: Arc<Semaphore>,
    open: Arc<AtomicUsize>,
    max: usize,
}

impl Connections {
    /// Allows up to `max` connections.
    pub fn new(max: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(max)), open: Arc::default(), max }
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.open.load(Relaxed)
    }

    fn are_crowded(&self) -> bool {
        self.open() > KEPT_ALIVE_MAX
    }

    /// Waits until the last one is closed.
    pub async fn closed(&self) {
        let all = u32::try_from(self.max).unwrap_or(u32::MAX);
        drop(self.permits.acquire_many(all).await);
    }
}

struct Open {
    connections: Connections,
    _permit: OwnedSemaphorePermit,
}

impl Open {
    fn new(connections: &Connections, permit: OwnedSemaphorePermit) -> Self {
        connections.open.fetch_add(1, Relaxed);
        Self { connections: connections.clone(), _permit: permit }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.connections.open.fetch_sub(1, Relaxed);
    }
}

/// How a listener is served.
pub struct Serve<S> {
    /// Answers requests.
    pub service: S,
    /// How long silence may last.
    pub timeouts: Timeouts,
    /// How many connections there may be.
    pub connections: Connections,
    /// TLS, if the listener speaks it.
    pub tls: Option<Arc<Tls>>,
    /// When to stop.
    pub stage: watch::Receiver<Stage>,
}

/// What every connection of a listener shares.
struct Common<S> {
    service: S,
    timeouts: Timeouts,
    connections: Connections,
    acceptor: Option<TlsAcceptor>,
    protocol: auto::Builder<TokioExecutor>,
}

impl<S, B> Serve<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Accepts connections until the stage is [`Stage::Closing`]; those that are open then finish their requests, until
    /// it is [`Stage::Over`].
    pub async fn run(self, listener: Listener) {
        let mut stage = self.stage;
        let local_listener = listener.address().is_ok_and(|address| address.is_local());
        let common = Arc::new(Common {
            service: self.service,
            timeouts: self.timeouts,
            connections: self.connections,
            acceptor: self.tls.as_ref().map(Tls::acceptor),
            protocol: protocol(),
        });
        loop {
            let permits = Arc::clone(&common.connections.permits);
            let accepted = async {
                // A permit first: beyond the limit, connections wait in the system's queue.
                let permit = permits.acquire_owned().await.expect("never closed");
                (permit, listener.accept().await)
            };
            let (permit, accepted) = tokio::select! {
                accepted = accepted => accepted,
                _ = stage.wait_for(|stage| *stage >= Stage::Closing) => return,
            };
            match accepted {
                Ok((stream, address)) => {
                    let open = Open::new(&common.connections, permit);
                    let peer =
                        Peer { address, local_listener, activity: Arc::new(Activity::new()) };
                    tokio::spawn(Arc::clone(&common).connection(stream, peer, stage.clone(), open));
                }
                Err(error) if is_shortage(&error) => {
                    tracing::warn!(%error, "cannot accept a connection now");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
                Err(error) => {
                    tracing::debug!(%error, "a connection was gone before it was accepted")
                }
            }
        }
    }
}

impl<S, B> Common<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + Sync
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    /// Speaks TLS where the listener does. The handshake's state is large and short-lived, hence the box.
    async fn secure(&self, stream: Stream) -> Option<Transport> {
        let Some(acceptor) = &self.acceptor else { return Some(Transport::Plain(stream)) };
        let handshake = Box::pin(acceptor.accept(stream));
        match tokio::time::timeout(self.timeouts.head, handshake).await {
            Ok(Ok(stream)) => Some(Transport::Tls(Box::new(stream))),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
            Err(_) => None,
        }
    }

    async fn connection(
        self: Arc<Self>,
        stream: Stream,
        peer: Peer,
        mut stage: watch::Receiver<Stage>,
        _open: Open,
    ) {
        let Some(transport) = self.secure(stream).await else { return };
        let activity = Arc::clone(&peer.activity);
        let stream = Timed::new(transport, Arc::clone(&activity), &self.timeouts);
        let connections = self.connections.clone();
        let service = Tracked { service: self.service.clone(), peer, connections };
        // In a box of its own, so that a connection that says nothing costs little more than that.
        let mut connection =
            Box::pin(self.protocol.serve_connection(TokioIo::new(stream), service));
        let (mut closing, mut idle_at_close) = (false, false);
        let alarm = tokio::time::sleep(self.timeouts.head);
        let mut alarm = std::pin::pin!(alarm);
        loop {
            let next = if closing { Stage::Over } else { Stage::Closing };
            tokio::select! {
                served = connection.as_mut() => {
                    if let Err(error) = served {
                        tracing::debug!(%error, "a connection ended early");
                    }
                    return;
                }
                () = alarm.as_mut() => {
                    if idle_at_close && !activity.is_busy() {
                        return;
                    }
                    let now = Instant::now();
                    let mut timeouts = self.timeouts;
                    if self.connections.are_crowded() {
                        timeouts.idle = timeouts.idle.min(timeouts.head);
                    }
                    match activity.deadline(&timeouts) {
                        Some(deadline) if deadline <= now => return,
                        // Looking again soon enough costs less than moving the alarm at each request.
                        deadline => {
                            let soon = now + self.timeouts.head;
                            alarm.as_mut().reset(deadline.map_or(soon, |deadline| deadline.min(soon)));
                        }
                    }
                }
                _ = stage.wait_for(|stage| *stage >= next) => {
                    if std::mem::replace(&mut closing, true) {
                        return;
                    }
                    connection.as_mut().graceful_shutdown();
                    // A client that has not begun a request is not waited for; hyper would read its head to the end.
                    idle_at_close = !activity.is_busy();
                    if idle_at_close {
                        alarm.as_mut().reset(Instant::now() + CLOSE_PAUSE);
                    }
                }
            }
        }
    }
}

fn protocol() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // Our own clock covers the head and the pauses; see connection.rs.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(None).max_buf_size(HEAD_BYTES_MAX);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS_MAX)
        .max_header_list_size(HEAD_BYTES_MAX as u32);
    builder
}

fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let shortages = [Errno::MFILE, Errno::NFILE, Errno::NOBUFS, Errno::NOMEM];
    error.raw_os_error().is_some_and(|code| shortages.iter().any(|s| s.raw_os_error() == code))
}

/// Gives each request its [`Peer`] and keeps it in flight until its answer is sent.
struct Tracked<S> {
    service: S,
    peer: Peer,
    connections: Connections,
}

impl<S, B> hyper::service::Service<Request<Incoming>> for Tracked<S>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone,
{
    type Response = Response<Sent<B>>;
    type Error = Infallible;
    type Future = Answering<S::Future>;

    fn call(&self, mut request: Request<Incoming>) -> Self::Future {
        let request_is_single = request.version() != Version::HTTP_2;
        let in_flight = self.peer.activity.begin(!request_is_single);
        request.extensions_mut().insert(self.peer.clone());
        // Our services are always ready: limits answer with a refusal instead of waiting.
        let answering = self.service.clone().call(request);
        // HTTP/2 knows no `connection` header, and there the wait between requests is cut short instead.
        let crowded = request_is_single && self.connections.are_crowded();
        Answering { answering, in_flight: Some(in_flight), crowded }
    }
}

pin_project_lite::pin_project! {
    struct Answering<F> {
        #[pin]
        answering: F,
        in_flight: Option<InFlight>,
        crowded: bool,
    }
}

impl<F, B> Future for Answering<F>
where
    F: Future<Output = Result<Response<B>, Infallible>>,
{
    type Output = Result<Response<Sent<B>>, Infallible>;

    fn poll(
        self: std::pin::Pin<&mut Self>,
        cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Self::Output> {
        let this = self.project();
        this.answering.poll(cx).map_ok(|response| {
            let in_flight = this.in_flight.take().expect("polled once after it is ready");
            let mut response = response.map(|body| Sent::new(body, in_flight));
            if *this.crowded {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response
        })
    }
}
