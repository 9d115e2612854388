//! What a request asks for: its body, by which policy and in which session it is hidden, and whether its sender wants to
//! see what the model saw.

use super::refusal::{no_model, of_wire};
use crate::account::Entry;
use crate::auth::{Caller, Scope};
use crate::http::{HttpShared, Refusal, is_name};
use crate::policy::Policy;
use crate::settings::Images;
use http::{HeaderMap, StatusCode};
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use wire::{Dialect, Request};

/// Names the session whose placeholders are used.
const SESSION: &str = "x-tacit-session";
/// Names the policy.
const POLICY: &str = "x-tacit-policy";
/// Asks to see what the model saw.
const DEBUG: &str = "x-tacit-debug";

/// What of a request's headers an upstream gets: versions of the protocol, and the trace that the request belongs to.
const PASSED_ON: [&str; 5] =
    ["anthropic-version", "anthropic-beta", "openai-beta", "traceparent", "tracestate"];

/// A request as it came.
pub(crate) struct Incoming {
    pub(crate) dialect: Dialect,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The memory that the body was allowed.
    pub(crate) memory: Option<OwnedSemaphorePermit>,
    pub(crate) caller: Caller,
    pub(crate) request_id: String,
    pub(crate) entry: Arc<Entry>,
}

/// What is asked for besides its texts.
pub(super) struct Question {
    pub(super) headers: HeaderMap,
    pub(super) caller: Caller,
    pub(super) request_id: String,
    pub(super) policy: Arc<Policy>,
    pub(super) session: Option<String>,
    pub(super) debug: bool,
}

impl Question {
    /// Reads it.
    ///
    /// # Errors
    /// When it is wrong, or the caller may not.
    pub(super) fn read(
        shared: &HttpShared,
        incoming: Incoming,
    ) -> Result<(Self, Request), Refusal> {
        let Incoming { dialect, headers, body, caller, request_id, .. } = incoming;
        let policies = shared.policies.current();
        let policy = caller.terms.policy_among(value(&headers, POLICY)?, &policies)?;
        let session = session(&headers)?;
        let debug = debug(&headers, &caller)?;
        let request = Request::read(dialect, body).map_err(of_wire)?;
        let allowed = match request.model() {
            Some(model) => caller.terms.allows_model(model),
            None => caller.terms.models.is_empty(),
        };
        if !allowed {
            return Err(no_model());
        }
        if request.previous().is_some() {
            let message = "`previous_response_id`, `conversation` and references to items are not supported: \
                           send the messages instead";
            return Err(Refusal::unprocessable(message));
        }
        if policy.gateway.images == Images::Refuse && !request.opaque().is_empty() {
            let message =
                "the policy refuses images, sounds, files and tokens, which cannot be read";
            return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "opaque_refused", message));
        }
        let lines = matches!(dialect, Dialect::OllamaChat | Dialect::OllamaGenerate);
        if debug && lines && request.streams() {
            let message = "a stream of this route has no place for x-tacit-debug: \
                           ask with `\"stream\": false`";
            return Err(Refusal::unprocessable(message));
        }
        Ok((Self { headers, caller, request_id, policy, session, debug }, request))
    }

    /// The headers that an upstream gets.
    pub(super) fn passed_on(&self) -> HeaderMap {
        let mut passed = HeaderMap::new();
        for name in PASSED_ON {
            for value in self.headers.get_all(name) {
                passed.append(name, value.clone());
            }
        }
        passed
    }
}

/// The one value of a header; nothing where it is missing.
fn value<'h>(headers: &'h HeaderMap, name: &'static str) -> Result<Option<&'h str>, Refusal> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    let Some(first) = first else { return Ok(None) };
    match (first.to_str(), second) {
        (Ok(value), None) => Ok(Some(value.trim())),
        _ => Err(Refusal::unprocessable(format!("the header {name} must hold one plain value"))),
    }
}

fn session(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let Some(name) = value(headers, SESSION)? else { return Ok(None) };
    if !is_name(name) {
        let message = format!(
            "the header {SESSION} must hold 1 to 128 letters, digits and the signs `.`, `_`, `:` and `-`"
        );
        return Err(Refusal::unprocessable(message));
    }
    Ok(Some(name.to_owned()))
}

fn debug(headers: &HeaderMap, caller: &Caller) -> Result<bool, Refusal> {
    match value(headers, DEBUG)? {
        None | Some("0") => Ok(false),
        Some("1") if caller.scopes.has(Scope::Debug) => Ok(true),
        Some("1") => {
            let message = "to see what the model saw, the API key needs the scope `debug`";
            Err(Refusal::new(StatusCode::FORBIDDEN, "scope_missing", message))
        }
        Some(_) => Err(Refusal::unprocessable(format!("the header {DEBUG} must be 1 or 0"))),
    }
}
