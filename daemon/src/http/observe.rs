//! The outermost layer: an id for every request; a line, a count and an id for every answer; a plain 500 where the
//! program itself fails.

use super::answer::{Answer, REQUEST_ID, Refusal, RequestId};
use crate::metrics::{Metrics, RequestLabels};
use crate::secret;
use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use hyper::body::{Body, Incoming};
use ipnet::IpNet;
use kit::listen::Address;
use kit::serve::Peer;
use std::convert::Infallible;
use std::net::IpAddr;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Instant;
use tower::{Layer, Service};

/// A client that went away before its answer was ready.
const GONE: u16 = 499;

/// What the router knows of a request once it has answered it, handed over as an extension of the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trail {
    /// The route's pattern.
    pub(super) route: &'static str,
    /// Whether it is worth a line.
    pub(super) logged: bool,
}

/// The id of the key that was used, likewise.
#[derive(Debug, Clone)]
pub(super) struct UsedKey(pub(super) String);

/// What only the log may know of a refusal, likewise.
#[derive(Debug, Clone)]
pub(super) struct Inward(pub(super) String);

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
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Incoming>) -> Self::Future {
        let id = self.shared.request_id(request.headers());
        let seen = Seen::new(&self.shared, &request, id.clone());
        request.extensions_mut().insert(id.clone());
        let answering = self.inner.call(request);
        Box::pin(async move {
            let answered = AssertUnwindSafe(answering).catch_unwind().await;
            let mut answer =
                answered.map_or_else(|_| Refusal::internal().answer(&id), |Ok(answer)| answer);
            seen.answered(&answer);
            answer.headers_mut().insert(REQUEST_ID, id.0);
            Ok(answer)
        })
    }
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
            let id = format!("{:016x}{count:016x}", self.run);
            HeaderValue::from_str(&id).expect("hexadecimal digits")
        }))
    }
}

/// One request being worked on. Dropped without an answer, it counts as gone.
struct Seen {
    shared: Arc<Shared>,
    started: Instant,
    method: &'static str,
    /// What a line would need of the request; nobody pays for it when no line is written.
    line: Option<(RequestId, String, u64)>,
    done: bool,
}

impl Seen {
    fn new(shared: &Arc<Shared>, request: &Request<Incoming>, id: RequestId) -> Self {
        shared.metrics.in_flight.inc();
        let probe = super::route::is_probe(request.uri().path());
        let line = (!probe && tracing::enabled!(tracing::Level::INFO)).then(|| {
            let client = client_address(request, &shared.trusted_proxies);
            (id, client.unwrap_or_default(), request.body().size_hint().lower())
        });
        let method = method_label(request.method());
        Self { shared: Arc::clone(shared), started: Instant::now(), method, line, done: false }
    }

    fn answered(mut self, answer: &Answer) {
        self.done = true;
        let trail = answer.extensions().get::<Trail>().copied();
        let trail = trail.unwrap_or(Trail { route: "preflight", logged: true });
        let status = answer.status();
        let elapsed = self.started.elapsed().as_secs_f64();
        let labels =
            RequestLabels { route: trail.route, method: self.method, status: status.as_u16() };
        self.shared.metrics.answered(&labels, elapsed);
        let inward = answer.extensions().get::<Inward>().map(|inward| inward.0.as_str());
        let request_id = self.line.as_ref().and_then(|(id, ..)| id.0.to_str().ok());
        if let Some(why) = inward {
            tracing::error!(
                request_id,
                route = trail.route,
                status = status.as_u16(),
                why,
                "request failed"
            );
        }
        let Some((_, client, bytes_in)) = self.line.as_ref().filter(|_| trail.logged) else {
            return;
        };
        let key = answer.extensions().get::<UsedKey>().map(|key| key.0.as_str());
        tracing::info!(
            request_id,
            client,
            method = self.method,
            route = trail.route,
            status = status.as_u16(),
            key,
            bytes_in,
            bytes_out = answer.body().size_hint().lower(),
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

/// Hands over to the observer what the log may know.
pub(super) fn annotate(
    answer: &mut Answer,
    trail: Trail,
    key: Option<String>,
    inward: Option<String>,
) {
    let extensions = answer.extensions_mut();
    extensions.insert(trail);
    if let Some(key) = key {
        extensions.insert(UsedKey(key));
    }
    if let Some(inward) = inward {
        extensions.insert(Inward(inward));
    }
}

/// Makes the answer to a refusal.
pub(super) fn refuse(refusal: Refusal, id: &RequestId) -> (Answer, Option<String>) {
    let inward = refusal.inward.clone();
    debug_assert!(refusal.status != StatusCode::OK);
    (refusal.answer(id), inward)
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
