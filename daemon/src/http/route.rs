//! The routes, as one table: what each is called, who may use it, who answers. docs/openapi.yaml is checked against it.

use super::admin::{self, keys};
use super::answer::{Answer, Refusal, Shape};
use super::body::BodyLimits;
use super::observe::{Course, Trail};
use super::presidio::{self, Deed};
use super::{models, native, probe};
use crate::account::{Accounts, Entry, Head};
use crate::auth::{Admission, Caller, Gate, Scope};
use crate::gateway::Gateway;
use crate::metrics::Metrics;
use crate::policy::Policies;
use crate::secret::Hasher;
use crate::store::Store;
use http::request::Parts;
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use kit::ready::Readiness;
use std::borrow::Cow;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::Semaphore;
use tower::Service;
use wire::Dialect;

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Everybody: probes.
    Open,
    /// This machine, keys with the scope `admin`, or everybody where the settings say so.
    Metrics,
    /// A caller with that scope.
    Scope(Scope),
}

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    Livez,
    Readyz,
    Health,
    Metrics,
    Analyze,
    Redact,
    Restore,
    Forget,
    Policy,
    Keys(keys::Deed),
    Usage,
    Audit,
    Presidio(Deed),
    /// Asks a model.
    Ask(Dialect),
    /// Lists models, as clients of that dialect expect it.
    Models(Dialect),
    Model,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Route {
    pub(super) method: Method,
    /// The path, with `{name}` for what varies; also its name in logs and metrics.
    pub(super) path: &'static str,
    pub(super) access: Access,
    pub(super) handler: Handler,
}

const fn route(method: Method, path: &'static str, access: Access, handler: Handler) -> Route {
    Route { method, path, access, handler }
}

const fn presidio(method: Method, path: &'static str, scope: Scope, deed: Deed) -> Route {
    route(method, path, Access::Scope(scope), Handler::Presidio(deed))
}

const fn ask(path: &'static str, dialect: Dialect) -> Route {
    route(Method::POST, path, Access::Scope(Scope::Infer), Handler::Ask(dialect))
}

const fn models(path: &'static str, handler: Handler) -> Route {
    route(Method::GET, path, Access::Scope(Scope::Infer), handler)
}

const fn key(method: Method, path: &'static str, deed: keys::Deed) -> Route {
    route(method, path, Access::Scope(Scope::Admin), Handler::Keys(deed))
}

/// Every route there is.
pub(super) static ROUTES: &[Route] = &[
    route(Method::GET, "/livez", Access::Open, Handler::Livez),
    route(Method::GET, "/readyz", Access::Open, Handler::Readyz),
    route(Method::GET, "/health", Access::Open, Handler::Health),
    route(Method::GET, "/metrics", Access::Metrics, Handler::Metrics),
    route(Method::POST, "/v1/analyze", Access::Scope(Scope::Analyze), Handler::Analyze),
    route(Method::POST, "/v1/redact", Access::Scope(Scope::Redact), Handler::Redact),
    route(Method::POST, "/v1/restore", Access::Scope(Scope::Restore), Handler::Restore),
    route(Method::DELETE, "/v1/sessions/{id}", Access::Scope(Scope::Forget), Handler::Forget),
    route(Method::GET, "/admin/policy", Access::Scope(Scope::Admin), Handler::Policy),
    key(Method::POST, "/admin/keys", keys::Deed::Make),
    key(Method::GET, "/admin/keys", keys::Deed::List),
    key(Method::GET, "/admin/keys/{id}", keys::Deed::Show),
    key(Method::PATCH, "/admin/keys/{id}", keys::Deed::Change),
    key(Method::DELETE, "/admin/keys/{id}", keys::Deed::Revoke),
    route(Method::GET, "/admin/usage", Access::Scope(Scope::Admin), Handler::Usage),
    route(Method::GET, "/admin/audit", Access::Scope(Scope::Admin), Handler::Audit),
    ask("/v1/chat/completions", Dialect::Chat),
    ask("/v1/completions", Dialect::Completions),
    ask("/v1/embeddings", Dialect::Embeddings),
    ask("/v1/responses", Dialect::Responses),
    ask("/v1/messages", Dialect::Messages),
    ask("/api/chat", Dialect::OllamaChat),
    ask("/api/generate", Dialect::OllamaGenerate),
    models("/v1/models", Handler::Models(Dialect::Chat)),
    models("/v1/models/{*id}", Handler::Model),
    models("/api/tags", Handler::Models(Dialect::OllamaChat)),
    presidio(Method::POST, "/analyze", Scope::Analyze, Deed::Analyze),
    presidio(Method::GET, "/recognizers", Scope::Analyze, Deed::Recognizers),
    presidio(Method::GET, "/supportedentities", Scope::Analyze, Deed::Entities),
    presidio(Method::POST, "/anonymize", Scope::Redact, Deed::Anonymize),
    presidio(Method::GET, "/anonymizers", Scope::Redact, Deed::Anonymizers),
    presidio(Method::POST, "/deanonymize", Scope::Restore, Deed::Deanonymize),
    presidio(Method::GET, "/deanonymizers", Scope::Restore, Deed::Deanonymizers),
];

/// What the log and the metrics call a path that is none of ours.
const UNKNOWN: &str = "unknown";

/// Whether a path is asked so often, by machines, that it is not worth a line.
pub(super) fn is_probe(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz" | "/health" | "/metrics")
}

/// Which routes a listener serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Surface {
    /// All.
    Main,
    /// Probes and metrics.
    Probes,
}

/// What handlers need.
pub(crate) struct Shared {
    pub(crate) policies: Arc<Policies>,
    pub(crate) hasher: Arc<Hasher>,
    pub(crate) store: Arc<Store>,
    pub(crate) gateway: Gateway,
    pub(crate) gate: Gate,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) readiness: Readiness,
    pub(crate) body: BodyLimits,
    pub(crate) request_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub(crate) write_timeout: Duration,
    /// Requests that may be worked on at once.
    pub(crate) requests: Semaphore,
    /// Whether there are metrics, and whether for everybody.
    pub(crate) metrics_enabled: bool,
    pub(crate) metrics_for_all: bool,
}

/// A request on its way to its handler.
pub(super) struct Call {
    pub(super) parts: Parts,
    pub(super) body: Incoming,
    /// What stood for `{id}` in the path.
    pub(super) id: Option<String>,
    pub(super) caller: Option<Caller>,
    /// What the audit will say of it; there is one where there is a caller.
    pub(super) entry: Option<Arc<Entry>>,
}

/// Finds who answers, and sees to it that they may and that they do in time.
#[derive(Clone)]
pub(crate) struct Router {
    shared: Arc<Shared>,
    paths: Arc<matchit::Router<Vec<&'static Route>>>,
}

impl Router {
    /// Serves the routes of that surface.
    pub(crate) fn new(shared: Arc<Shared>, surface: Surface) -> Self {
        let mut paths: matchit::Router<Vec<&'static Route>> = matchit::Router::new();
        for route in ROUTES.iter().filter(|route| surface == Surface::Main || is_probe(route.path))
        {
            match paths.at_mut(route.path) {
                Ok(found) => found.value.push(route),
                Err(_) => {
                    paths.insert(route.path, vec![route]).expect("the table's paths do not clash")
                }
            }
        }
        Self { shared, paths: Arc::new(paths) }
    }

    /// Finds the route; 404 and 405 otherwise.
    fn find(
        &self,
        method: &Method,
        path: &str,
    ) -> Result<(&'static Route, Option<String>), (Refusal, &'static str)> {
        let Ok(found) = self.paths.at(path) else {
            let refusal =
                Refusal::new(StatusCode::NOT_FOUND, "not_found", "there is no such route");
            return Err((refusal, UNKNOWN));
        };
        // A HEAD is a GET whose body hyper leaves out.
        let method = if *method == Method::HEAD { &Method::GET } else { method };
        match found.value.iter().find(|route| route.method == *method) {
            Some(route) => Ok((route, found.params.get("id").map(str::to_owned))),
            None => {
                let allowed: Vec<_> =
                    found.value.iter().map(|route| route.method.as_str()).collect();
                Err((Refusal::method(&allowed.join(", ")), found.value[0].path))
            }
        }
    }

    async fn answer(self, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let course =
            parts.extensions.get::<Arc<Course>>().cloned().expect("the observer gave it one");
        let (path_key, path) = take_key(parts.uri.path());
        let (route, varying) = match self.find(&parts.method, &path) {
            Ok(found) => found,
            Err((refusal, name)) => return refused(&course, (name, None), refusal),
        };
        let path_key = path_key.map(str::to_owned);
        let mut call = Call { parts, body, id: varying, caller: None, entry: None };
        if let Err(refusal) = self.admit(route, path_key.as_deref(), &mut call).await {
            return refused(&course, (route.path, None), refusal);
        }
        let key = call.caller.as_ref().and_then(|caller| caller.key.clone());
        let entry = match self.account(route, &course, &mut call) {
            Ok(entry) => entry,
            Err(refusal) => return refused(&course, (route.path, key), refusal),
        };
        let handled = self.handle(route, call).await;
        let answer = match handled {
            Ok(answer) => {
                course.note(Trail { route: route.path, key, inward: None });
                answer
            }
            Err(refusal) => refused(&course, (route.path, key), refusal),
        };
        entry.into_iter().for_each(|entry| entry.end(answer.status().as_u16()));
        answer
    }

    async fn admit(
        &self,
        route: &Route,
        path_key: Option<&str>,
        call: &mut Call,
    ) -> Result<(), Refusal> {
        let shared = &self.shared;
        let admission = Admission::of(&call.parts, path_key);
        match route.access {
            Access::Open => Ok(()),
            Access::Metrics
                if shared.metrics_for_all || shared.gate.is_on_this_machine(&admission) =>
            {
                Ok(())
            }
            Access::Metrics => shared.gate.admit_key(&admission, Scope::Admin).await.map(drop),
            Access::Scope(scope) => {
                call.caller = Some(shared.gate.admit(&admission, scope).await?);
                Ok(())
            }
        }
    }

    /// Begins a caller's entry in the audit, and counts the request against the rates.
    fn account(
        &self,
        route: &'static Route,
        course: &Course,
        call: &mut Call,
    ) -> Result<Option<Arc<Entry>>, Refusal> {
        let Some(caller) = &call.caller else { return Ok(None) };
        let accounts = &self.shared.accounts;
        let head = Head {
            request_id: course.id.0.to_str().unwrap_or_default(),
            address: &course.client,
            method: route.method.as_str(),
            route: route.path,
        };
        let entry = Entry::begin(accounts, caller, &head)?;
        if let Err(refusal) = accounts.rate(caller, &course.client) {
            entry.end(refusal.status.as_u16());
            return Err(refusal);
        }
        call.entry = Some(Arc::clone(&entry));
        Ok(Some(entry))
    }

    async fn handle(&self, route: &Route, call: Call) -> Result<Answer, Refusal> {
        let shared = &self.shared;
        match route.handler {
            Handler::Livez => return Ok(probe::livez()),
            Handler::Readyz => return Ok(probe::readyz(&shared.readiness).await),
            Handler::Health => return Ok(probe::health(&shared.readiness).await),
            Handler::Metrics if shared.metrics_enabled => {
                return Ok(probe::metrics(shared, &call.parts.headers));
            }
            Handler::Metrics => {
                return Err(Refusal::new(
                    StatusCode::NOT_FOUND,
                    "not_found",
                    "METRICS_ENABLED is false",
                ));
            }
            // Models take longer than other answers: they have limits of their own.
            Handler::Ask(dialect) => return Box::pin(models::ask(shared, dialect, call)).await,
            _ => {}
        }
        let Ok(_permit) = shared.requests.try_acquire() else { return Err(Refusal::busy()) };
        // In a box, so that a probe does not pay for the room that this takes.
        let work = Box::pin(async {
            match route.handler {
                Handler::Analyze => native::analyze(shared, call).await,
                Handler::Redact => native::redact(shared, call).await,
                Handler::Restore => native::restore(shared, call).await,
                Handler::Models(dialect) => Ok(models::list(shared, dialect, call)),
                Handler::Model => models::one(shared, call),
                Handler::Policy => Ok(admin::policies(&shared.policies)),
                Handler::Keys(deed) => keys::answer(shared, deed, call).await,
                Handler::Usage => admin::usage(shared, &call).await,
                Handler::Audit => admin::audit(shared, &call).await,
                Handler::Presidio(deed) => presidio::answer(shared, deed, call).await,
                _ => native::forget(shared, call).await,
            }
        });
        let late = |_| Refusal::late();
        tokio::time::timeout(shared.request_timeout, work).await.map_err(late)?
    }
}

/// Takes the key out of `/k/KEY/v1/analyze`: a client that cannot send a header. The key goes no further than this.
fn take_key(path: &str) -> (Option<&str>, Cow<'_, str>) {
    match path.strip_prefix("/k/").and_then(|rest| rest.split_once('/')) {
        Some((key, rest)) => (Some(key), Cow::Owned(format!("/{rest}"))),
        None => (None, Cow::Borrowed(path)),
    }
}

fn refused(
    course: &Course,
    (route, key): (&'static str, Option<String>),
    mut refusal: Refusal,
) -> Answer {
    course.note(Trail { route, key, inward: refusal.inward.take() });
    refusal.answer(&course.id, shape(route))
}

/// How the family of the route of that name writes its refusals.
fn shape(name: &str) -> Shape {
    match ROUTES.iter().find(|route| route.path == name).map(|route| route.handler) {
        Some(Handler::Presidio(_)) => Shape::Presidio,
        Some(Handler::Ask(dialect) | Handler::Models(dialect)) => Shape::Model(dialect),
        Some(Handler::Model) => Shape::Model(Dialect::Chat),
        _ => Shape::Native,
    }
}

impl Service<Request<Incoming>> for Router {
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let router = self.clone();
        Box::pin(async move { Ok(router.answer(request).await) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_openapi_document_has_our_routes_and_no_other() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let document: serde_json::Value = serde_yaml::from_str(&text).unwrap();
        let mut documented = BTreeSet::new();
        for (path, operations) in document["paths"].as_object().unwrap() {
            for (method, operation) in operations.as_object().unwrap() {
                let open = operation.get("security") == Some(&serde_json::json!([{}]));
                documented.insert((path.clone(), method.to_uppercase(), open));
            }
        }
        let ours = ROUTES.iter().map(|route| {
            (route.path.replace("{*", "{"), route.method.to_string(), route.access == Access::Open)
        });
        assert_eq!(documented, ours.collect::<BTreeSet<_>>());
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    }

    #[test]
    fn the_openapi_document_has_our_codes_and_no_other() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.yaml");
        let document: serde_json::Value =
            serde_yaml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let listed = &document["components"]["schemas"]["Error"]["properties"]["error"]["properties"]
            ["code"]["enum"];
        let listed: BTreeSet<_> =
            listed.as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
        let sources = [
            include_str!("answer.rs"),
            include_str!("body.rs"),
            include_str!("route.rs"),
            include_str!("native/fields.rs"),
            include_str!("../account/refusal.rs"),
            include_str!("../auth.rs"),
            include_str!("../auth/jwt.rs"),
            include_str!("../auth/terms.rs"),
            include_str!("../gateway/question.rs"),
            include_str!("../gateway/refusal.rs"),
            include_str!("../gateway/whole.rs"),
        ];
        let fields = ["expires_in", "requests_per_minute", "tokens_per_minute"];
        // A code is a literal of lower-case words handed to a refusal; that is what is looked for.
        let code = |word: &&str| {
            word.contains('_')
                || ["blocked", "incomplete", "internal", "saturated", "timeout", "unprocessable"]
                    .contains(word)
        };
        let plain =
            |word: &&str| word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let tests = |source: &'static str| source.split("#[cfg(test)]").next().unwrap_or_default();
        let used: BTreeSet<_> = sources
            .iter()
            .flat_map(|source| tests(source).split('"').skip(1).step_by(2))
            .filter(|word| !word.is_empty() && plain(word) && code(word))
            .filter(|word| *word != "admin_key" && !fields.contains(word))
            .collect();
        assert_eq!(listed, used);
    }
}
