//! The outermost layer: an id for every request; a line, a count and an id for every answer; a plain 500 where the
//! program itself fails. An answer that comes piece by piece has its line and count when it has ended (`flow`).

use super::answer::{Answer, REQUEST_ID, Refusal, RequestId, Shape};
use super::probe;
use crate::metrics::{Metrics, RequestLabels};
use crate::secret;
use futures_util::FutureExt;
use http::header::ORIGIN;
use http::{HeaderMap, HeaderValue, Method, Request};
use hyper::body::{Body, Incoming};
use ipnet::IpNet;
use kit::listen::Address;
use kit::serve::Peer;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;
use tower::{Layer, Service};

/// A client that went away before its answer was ready.
const GONE: u16 = 499;

/// What becomes of a request, found among its extensions: the observer gives it an id, the router notes what it was.
/// One allocation, shared, because every request pays for it.
#[derive(Debug)]
pub(super) struct Course {
    pub(super) id: RequestId,
    /// Where it comes from.
    pub(super) client: String,
    trail: OnceLock<Trail>,
}

/// What the router knows of a request once it has answered it.
#[derive(Debug)]
pub(super) struct Trail {
    /// The route's pattern.
    pub(super) route: &'static str,
    /// The id of the key that was used.
    pub(super) key: Option<String>,
    /// What only the log may know of a refusal.
    pub(super) inward: Option<String>,
}

impl Course {
    /// Notes what the request was.
    pub(super) fn note(&self, trail: Trail) {
        // A request is answered once; there is nothing to say a second time.
        let _ = self.trail.set(trail);
    }
}

/// Until a router says otherwise: `CorsLayer` answered a browser that asked whether it may ask.
static PREFLIGHT: Trail = Trail { route: "preflight", key: None, inward: None };

/// See the module.
#[derive(Clone)]
pub(crate) struct ObserveLayer(Arc<Shared>);

struct Shared {
    metrics: Arc<Metrics>,
    trusted_proxies: Vec<IpNet>,
    run: u64,
    count: AtomicU64,
}

impl ObserveLayer {
    /// Begins to count requests.
    pub(crate) fn new(metrics: Arc<Metrics>, trusted_proxies: Vec<IpNet>) -> Self {
        let run = u64::from_ne_bytes(secret::random());
        Self(Arc::new(Shared { metrics, trusted_proxies, run, count: AtomicU64::new(0) }))
    }
}

impl<S> Layer<S> for ObserveLayer {
    type Service = Observe<S>;
    fn layer(&self, inner: S) -> Observe<S> {
        Observe { shared: Arc::clone(&self.0), inner }
    }
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Observe<S> {
    shared: Arc<Shared>,
    inner: S,
}

impl<S> Service<Request<Incoming>> for Observe<S>
where
    S: Service<Request<Incoming>, Response = Answer, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Answer;
    type Error = Infallible;
    type Future = Observed;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        let id = self.shared.request_id(request.headers());
        // Answered before anything else is looked at: it says that the process answers, whatever the rest does. A page
        // that asks goes the long way, because its browser wants to hear about origins.
        if is_livez(&request) {
            self.shared.metrics.alive.inc();
            let mut answer = probe::livez();
            answer.headers_mut().insert(REQUEST_ID, id.0);
            return Observed::Alive(ready(Ok(answer)));
        }
        let client = client_address(&request, &self.shared.trusted_proxies).unwrap_or_default();
        let course = Arc::new(Course { id, client, trail: OnceLock::new() });
        let seen = Seen::new(&self.shared, &request, Arc::clone(&course));
        request.extensions_mut().insert(course);
        let answering = self.inner.call(request);
        Observed::Working(Box::pin(async move {
            let answered = AssertUnwindSafe(answering).catch_unwind().await;
            let id = seen.course.id.clone();
            let mut answer = answered.map_or_else(
                |_| Refusal::internal().answer(&id, Shape::Native),
                |Ok(answer)| answer,
            );
            answer.headers_mut().insert(REQUEST_ID, id.0);
            let (status, bytes) = (answer.status().as_u16(), answer.body().size_hint().lower());
            // What comes piece by piece is told when it has ended.
            if let Some(seen) = answer.body_mut().watched_by(seen.answering(status)) {
                seen.ended(bytes);
            }
            Ok(answer)
        }))
    }
}

/// An answer on its way.
pub(crate) enum Observed {
    /// `/livez`, without a detour.
    Alive(Ready<Result<Answer, Infallible>>),
    /// Everything else.
    Working(Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>),
}

impl Future for Observed {
    type Output = Result<Answer, Infallible>;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Alive(alive) => Pin::new(alive).poll(cx),
            Self::Working(working) => working.as_mut().poll(cx),
        }
    }
}

fn is_livez<B>(request: &Request<B>) -> bool {
    request.method() == Method::GET
        && request.uri().path() == "/livez"
        && !request.headers().contains_key(ORIGIN)
}

impl Shared {
    /// Takes a proxy's id where it has the form of one (hexadecimal digits and dashes, so it can hold nobody's name),
    /// and otherwise makes one.
    fn request_id(&self, headers: &HeaderMap) -> RequestId {
        let given = headers.get(REQUEST_ID).filter(|value| {
            let bytes = value.as_bytes();
            let digits = bytes.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
            (16..=64).contains(&bytes.len())
                && digits >= 16
                && bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
        });
        RequestId(given.cloned().unwrap_or_else(|| {
            // Unique within a run by the count, between runs by the random part; an odd factor spreads the count
            // without making two of them meet.
            let count = self.count.fetch_add(1, Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let number = u128::from(self.run) << 64 | u128::from(count);
            let mut id = [0; 32];
            data_encoding::HEXLOWER.encode_mut(&number.to_be_bytes(), &mut id);
            HeaderValue::from_bytes(&id).expect("hexadecimal digits")
        }))
    }
}

/// One request being worked on. Dropped without an answer, it counts as gone.
pub(super) struct Seen {
    shared: Arc<Shared>,
    course: Arc<Course>,
    started: Instant,
    method: &'static str,
    /// The bytes it announced, where a line is to be written.
    line: Option<u64>,
    /// Of the answer, once its head is known.
    status: u16,
    done: bool,
}

impl Seen {
    fn new(shared: &Arc<Shared>, request: &Request<Incoming>, course: Arc<Course>) -> Self {
        shared.metrics.in_flight.inc();
        let probe = super::route::is_probe(request.uri().path());
        let line = (!probe && tracing::enabled!(tracing::Level::INFO))
            .then(|| request.body().size_hint().lower());
        let method = method_label(request.method());
        let shared = Arc::clone(shared);
        Self { shared, course, started: Instant::now(), method, line, status: GONE, done: false }
    }

    /// Notes the status of the answer that begins now.
    fn answering(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The client went away in the middle of the answer.
    pub(super) fn abandoned(self, bytes_out: u64) {
        self.answering(GONE).ended(bytes_out);
    }

    /// The answer is out.
    pub(super) fn ended(mut self, bytes_out: u64) {
        self.done = true;
        let Trail { route, key, inward } = self.course.trail.get().unwrap_or(&PREFLIGHT);
        let status = self.status;
        let elapsed = self.started.elapsed().as_secs_f64();
        let labels = RequestLabels { route, method: self.method, status };
        self.shared.metrics.answered(&labels, elapsed);
        if inward.is_none() && self.line.is_none() {
            return;
        }
        let request_id = self.course.id.0.to_str().unwrap_or_default();
        if let Some(why) = inward {
            tracing::error!(request_id, route, status, why, "request failed");
        }
        let Some(bytes_in) = self.line else { return };
        tracing::info!(
            request_id,
            client = self.course.client,
            method = self.method,
            route,
            status,
            key,
            bytes_in,
            bytes_out,
            duration_ms = (elapsed * 1e6).round() / 1e3,
            "request"
        );
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        self.shared.metrics.in_flight.dec();
        if !self.done {
            let labels = RequestLabels { route: "gone", method: self.method, status: GONE };
            self.shared.metrics.answered(&labels, self.started.elapsed().as_secs_f64());
        }
    }
}

/// A closed list, so that nobody can fill the metrics with words of their own.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "OTHER",
    }
}

/// The client's address: the peer, or where that is a trusted proxy, the last one it names that is not.
fn client_address<B>(request: &Request<B>, trusted: &[IpNet]) -> Option<String> {
    let peer = request.extensions().get::<Peer>()?;
    let Address::Tcp(address) = &peer.address else { return Some(peer.address.to_string()) };
    let direct = address.ip().to_canonical();
    Some(forwarded(request.headers(), direct, trusted).to_string())
}

fn forwarded(headers: &HeaderMap, peer: IpAddr, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_trusted(&peer) {
        return peer;
    }
    let lines = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let named: Vec<_> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    let mut client = peer;
    // From the right: each name was added by the one after it, and is only as good as that one's word.
    for name in named.into_iter().rev() {
        let Some(address) = parse_forwarded(name) else { break };
        client = address;
        if !is_trusted(&client) {
            break;
        }
    }
    client
}

/// Reads an address as proxies write it: bare, in brackets, with a port.
fn parse_forwarded(name: &str) -> Option<IpAddr> {
    let bare = name.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<IpAddr>().ok();
    let address =
        address.or_else(|| name.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::serve::Connections;

    #[test]
    fn a_forwarded_address_is_believed_from_trusted_proxies_alone() {
        let trusted: Vec<IpNet> =
            vec!["10.0.0.0/8".parse().unwrap(), "127.0.0.1/32".parse().unwrap()];
        let ask = |peer: &str, line: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("x-forwarded-for", line.parse().unwrap());
            forwarded(&headers, peer.parse().unwrap(), &trusted).to_string()
        };
        assert_eq!(
            ask("192.0.2.1", "203.0.113.9"),
            "192.0.2.1",
            "an untrusted peer speaks for itself"
        );
        assert_eq!(ask("10.0.0.1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(
            ask("10.0.0.1", "198.51.100.7, 203.0.113.9"),
            "203.0.113.9",
            "the rest is hearsay"
        );
        assert_eq!(ask("10.0.0.1", "203.0.113.9, 10.0.0.2"), "203.0.113.9");
        assert_eq!(ask("10.0.0.1", "203.0.113.9:5555"), "203.0.113.9");
        assert_eq!(ask("127.0.0.1", "[2001:db8::1]"), "2001:db8::1");
        assert_eq!(ask("10.0.0.1", "nonsense"), "10.0.0.1");
    }

    #[test]
    fn only_an_id_that_can_hold_no_name_is_taken() {
        let layer = ObserveLayer::new(Arc::new(Metrics::new(&Connections::new(1))), Vec::new());
        let ask = |given: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(REQUEST_ID, given.parse().unwrap());
            layer.0.request_id(&headers).0.to_str().unwrap().to_owned()
        };
        let good = "0f8fad5b-d9cb-469f-a165-70867728950e";
        assert_eq!(ask(good), good);
        for bad in ["maria-lopez-1234567890", "abc", "----------------", &"a".repeat(65)] {
            let made = ask(bad);
            assert!(made != *bad && made.len() == 32, "{bad}: {made}");
        }
    }
}
