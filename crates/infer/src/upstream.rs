//! A backend that is another server, over HTTP.

use crate::address::{Resolve, is_external};
use crate::backend::{Backend, BoxFuture, Question, Reply, ReplyBody};
use crate::clock::Clock;
use crate::config::{Protocol, Timeouts, Upstream};
use crate::connect::{Connector, Refused};
use crate::connection::{Connection, Pieces};
use crate::error::{AskError, ConfigError, Phase};
use crate::pool::Pool;
use crate::target::{Proxy, Target, probe_path};
use crate::tls;
use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HOST, PROXY_AUTHORIZATION,
    RETRY_AFTER, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri, Version};
use http_body_util::Full;
use rustls::RootCertStore;
use secrecy::{ExposeSecret, SecretString};
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::time::Instant;
use wire::Dialect;

/// Who is asked how it is and does not answer within this is not well.
const PROBE_PATIENCE: Duration = Duration::from_secs(5);

/// The version of Anthropic's API that is meant where a client names none.
const ANTHROPIC_VERSION: HeaderValue = HeaderValue::from_static("2023-06-01");

const X_API_KEY: HeaderName = HeaderName::from_static("x-api-key");
const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a client may see of the head of an answer.
const ANSWER_HEADERS: [HeaderName; 3] = [CONTENT_TYPE, RETRY_AFTER, X_REQUEST_ID];

/// What an exchange sets itself; an operator's further headers cannot.
const OWN_HEADERS: [&str; 10] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "host",
    "proxy-authorization",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Where requests of one kind go, and what they carry; made once.
struct Route {
    /// The path alone, for HTTP/1.
    origin: Uri,
    /// The whole, for HTTP/2 and for a proxy.
    whole: Uri,
    headers: HeaderMap,
}

/// See the module.
pub(crate) struct Server {
    name: Arc<str>,
    protocol: Protocol,
    timeouts: Timeouts,
    connector: Connector,
    pool: Arc<Pool>,
    routes: Vec<(Dialect, Route)>,
    probe: Route,
}

impl Server {
    /// Makes one of its description. `roots` are the authorities of the system, where any upstream needs them.
    ///
    /// # Errors
    /// Everything that is wrong with the description.
    pub(crate) fn new(
        upstream: &Upstream,
        roots: Option<&RootCertStore>,
        resolver: Arc<dyn Resolve>,
    ) -> Result<Self, Vec<ConfigError>> {
        let name = || upstream.name.clone();
        let mut faults = Vec::new();
        let target = Target::parse(&upstream.url)
            .map_err(|what| faults.push(ConfigError::Url { upstream: name(), what }));
        let proxy = upstream.proxy.as_deref().map(Proxy::parse).transpose();
        let proxy =
            proxy.map_err(|what| faults.push(ConfigError::Proxy { upstream: name(), what }));
        for (header, _) in &upstream.headers {
            if OWN_HEADERS.contains(&header.as_str()) {
                faults.push(ConfigError::Header { upstream: name(), header: header.clone() });
            }
        }
        let secure = target.as_ref().is_ok_and(|target| target.secure);
        let tls = match (secure, roots) {
            (true, roots) => {
                let roots = roots.cloned().unwrap_or_else(RootCertStore::empty);
                let made = tls::config(&upstream.name, roots, upstream.ca.as_deref());
                made.map(Some).map_err(|error| faults.push(error))
            }
            (false, _) => Ok(None),
        };
        if let (Ok(target), Ok(proxy), false) = (&target, &proxy, upstream.external) {
            match (target.host.parse().ok().map(is_external), proxy) {
                (Some(true), _) => faults.push(ConfigError::External { upstream: name() }),
                (None, Some(_)) => faults.push(ConfigError::ProxyResolves { upstream: name() }),
                _ => {}
            }
        }
        let (Ok(target), Ok(proxy), Ok(tls)) = (target, proxy, tls) else { return Err(faults) };
        let spoken =
            Dialect::ALL.iter().copied().filter(|dialect| upstream.protocol.speaks(*dialect));
        let route =
            |path: &str, messages| route(upstream, (&target, proxy.as_ref()), path, messages);
        let routes =
            spoken.map(|dialect| (dialect, route(dialect.path(), dialect == Dialect::Messages)));
        let routes: Option<Vec<_>> =
            routes.map(|(dialect, route)| Some((dialect, route?))).collect();
        let anthropic = upstream.protocol == Protocol::Anthropic;
        let probe = route(probe_path(upstream.protocol), anthropic);
        let (Some(routes), Some(probe)) = (routes, probe) else {
            faults.push(ConfigError::Key { upstream: name() });
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let connector = Connector {
            second_in_clear: upstream.http2 && !target.secure,
            target,
            proxy,
            external: upstream.external,
            tls,
            resolver,
        };
        Ok(Self {
            name: upstream.name.as_str().into(),
            protocol: upstream.protocol,
            timeouts: upstream.timeouts,
            connector,
            pool: Arc::default(),
            routes,
            probe,
        })
    }

    /// Gets a connection: one that waits, or a new one. Says whether it was used before.
    async fn connection(
        &self,
        fresh: bool,
        total: Instant,
    ) -> Result<(Connection, bool), AskError> {
        let waiting = || {
            let first = self.pool.take().map(Connection::First);
            first.or_else(|| self.pool.share().map(Connection::Second))
        };
        if !fresh && let Some(connection) = waiting() {
            return Ok((connection, true));
        }
        let until = (Instant::now() + self.timeouts.connect).min(total);
        let dial = async {
            let _turn = self.pool.turn().await;
            if !fresh && let Some(second) = self.pool.share() {
                return Ok((Connection::Second(second), true));
            }
            let opened = self.connector.open(until).await?;
            let connection = Connection::begin(opened).await?;
            if let Connection::Second(second) = &connection {
                self.pool.keep(second.clone());
            }
            Ok((connection, false))
        };
        match tokio::time::timeout_at(until, dial).await {
            Ok(Ok(connection)) => Ok(connection),
            Ok(Err(Refused::External)) => {
                Err(AskError::External { upstream: Arc::clone(&self.name) })
            }
            Ok(Err(Refused::Failed(source))) => {
                Err(AskError::Connect { upstream: Arc::clone(&self.name), source })
            }
            Err(_) if until < total => Err(self.late(Phase::Connect)),
            Err(_) => Err(self.late(Phase::Total)),
        }
    }

    fn late(&self, phase: Phase) -> AskError {
        AskError::Late { upstream: Arc::clone(&self.name), phase }
    }

    fn broken(&self, source: impl Into<crate::error::Cause>) -> AskError {
        AskError::Broken { upstream: Arc::clone(&self.name), source: source.into() }
    }

    fn unusable(&self, what: &'static str) -> AskError {
        AskError::Unusable { upstream: Arc::clone(&self.name), what }
    }

    /// Sends and waits for the head. A connection that waited may have been closed a moment ago: then a new one is made,
    /// once.
    async fn exchange(
        &self,
        message: &Message<'_>,
        patience: Duration,
        total: Instant,
    ) -> Result<(Response<Pieces>, Clock), AskError> {
        let mut fresh = false;
        loop {
            let (connection, used) = self.connection(fresh, total).await?;
            let mut clock = Clock::new(Phase::FirstByte, patience, total);
            let request = message.request(&connection, self.connector.proxy.is_some());
            let answer = async {
                match connection {
                    Connection::First(first) => first.ask(request, &self.pool).await,
                    Connection::Second(second) => second.ask(request).await,
                }
            };
            let mut answer = pin!(answer);
            let answer = poll_fn(|cx| match answer.as_mut().poll(cx) {
                Poll::Ready(answer) => Poll::Ready(Ok(answer)),
                Poll::Pending => clock.poll(cx).map(Err),
            });
            match answer.await {
                Ok(Ok(answer)) => return Ok((answer, clock)),
                // What is no HTTP is an answer, if a bad one.
                Ok(Err(error)) if used && !error.is_parse() => fresh = true,
                Ok(Err(error)) => return Err(self.broken(error)),
                Err(phase) => return Err(self.late(phase)),
            }
        }
    }

    async fn answer(&self, question: Question<'_>) -> Result<Reply, AskError> {
        let (_, route) = self
            .routes
            .iter()
            .find(|(dialect, _)| *dialect == question.dialect)
            .ok_or(AskError::NotSpoken { dialect: question.dialect })?;
        let total = question.started + self.timeouts.total;
        let message = Message {
            method: Method::POST,
            route,
            further: Some(question.headers),
            body: question.body,
        };
        let (answer, mut clock) = self.exchange(&message, self.timeouts.first_byte, total).await?;
        let (parts, pieces) = answer.into_parts();
        if parts.status.is_redirection() {
            return Err(self.unusable("is a redirection, which is not followed"));
        }
        if parts.headers.get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
            return Err(self.unusable("is compressed, which was not asked for"));
        }
        let mut headers = HeaderMap::with_capacity(ANSWER_HEADERS.len());
        for name in ANSWER_HEADERS {
            if let Some(value) = parts.headers.get(&name) {
                headers.insert(name, value.clone());
            }
        }
        // Whether the time is over is asked again with the first piece.
        let _ = clock.begin(Phase::Idle, self.timeouts.idle);
        Ok(Reply {
            upstream: Arc::clone(&self.name),
            model: question.model.to_owned(),
            status: parts.status,
            headers,
            body: ReplyBody::timed(Arc::clone(&self.name), pieces, clock, self.timeouts.idle),
            attempts: 1,
        })
    }

    async fn look(&self) -> Result<(), AskError> {
        let total = Instant::now() + PROBE_PATIENCE;
        let message =
            Message { method: Method::GET, route: &self.probe, further: None, body: Bytes::new() };
        let (answer, _) = self.exchange(&message, PROBE_PATIENCE, total).await?;
        let status = answer.status();
        // A server without such a list is well as long as it answers; one that refuses the key is of no use.
        match status.as_u16() {
            401 | 403 => Err(self.unusable("refuses the key")),
            500.. => Err(self.unusable("is an error of its own")),
            _ => Ok(()),
        }
    }
}

/// What goes out.
struct Message<'m> {
    method: Method,
    route: &'m Route,
    further: Option<&'m HeaderMap>,
    body: Bytes,
}

impl Message<'_> {
    fn request(&self, connection: &Connection, by_proxy: bool) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        let mut headers = self.route.headers.clone();
        if let Some(further) = self.further {
            for name in further.keys() {
                headers.remove(name);
            }
            for (name, value) in further {
                headers.append(name.clone(), value.clone());
            }
        }
        let secure = self.route.whole.scheme_str() == Some("https");
        match connection {
            Connection::First(_) if by_proxy && !secure => {
                *request.uri_mut() = self.route.whole.clone();
            }
            Connection::First(_) => *request.uri_mut() = self.route.origin.clone(),
            Connection::Second(_) => {
                *request.uri_mut() = self.route.whole.clone();
                *request.version_mut() = Version::HTTP_2;
                headers.remove(HOST);
            }
        }
        *request.headers_mut() = headers;
        request
    }
}

/// Makes a route, or nothing where the key cannot stand in a header.
fn route(
    upstream: &Upstream,
    (target, proxy): (&Target, Option<&Proxy>),
    path: &str,
    messages: bool,
) -> Option<Route> {
    let path = target.path(path);
    let mut headers = HeaderMap::new();
    headers.insert(HOST, HeaderValue::try_from(&target.authority).ok()?);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(USER_AGENT, HeaderValue::from_static("tacit"));
    let own = upstream.protocol == Protocol::Anthropic && messages;
    if own {
        headers.insert("anthropic-version", ANTHROPIC_VERSION);
    }
    if let Some(key) = &upstream.key {
        let name = if own { X_API_KEY } else { AUTHORIZATION };
        headers.insert(name, shown(key, if own { "" } else { "Bearer " })?);
    }
    let value = proxy.and_then(|proxy| proxy.authorization.as_ref());
    if let Some(value) = value.filter(|_| !target.secure) {
        headers.insert(PROXY_AUTHORIZATION, value.clone());
    }
    for (name, value) in &upstream.headers {
        headers.insert(name.clone(), value.clone());
    }
    let origin = path.parse().ok()?;
    let whole = target.whole(&path).parse().ok()?;
    Some(Route { origin, whole, headers })
}

fn shown(key: &SecretString, before: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(format!("{before}{}", key.expose_secret())).ok()?;
    value.set_sensitive(true);
    Some(value)
}

impl Backend for Server {
    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn host(&self) -> &str {
        &self.connector.target.host
    }

    fn speaks(&self, dialect: Dialect) -> bool {
        self.protocol.speaks(dialect)
    }

    fn ask<'a>(&'a self, question: Question<'a>) -> BoxFuture<'a, Result<Reply, AskError>> {
        Box::pin(self.answer(question))
    }

    fn total(&self) -> Option<Duration> {
        Some(self.timeouts.total)
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), AskError>> {
        Box::pin(self.look())
    }

    fn sweep(&self) {
        self.pool.sweep();
    }
}
