//! Answers, and refusals: each of those has a code for programs and a message for people, and neither ever quotes the
//! caller's text. What only the log may know stands apart.

use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use serde::Serialize;
use std::time::Duration;
use wire::{Dialect, ErrorBody};

use super::flow::Flow;
use super::models::family;
use crate::auth::Wrong;
use crate::hiding::HideError;
use crate::store::{StoreError, VaultError};

/// What every handler gives.
pub(crate) type Answer = Response<Flow>;

/// The name of the header that carries a request's id.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A request's id, found among its extensions.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) HeaderValue);

/// Answers with JSON.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    let body = serde_json::to_vec(body).expect("our answers are plain data");
    typed(status, HeaderValue::from_static("application/json"), body)
}

/// Answers with a body of that type.
pub(crate) fn typed(
    status: StatusCode,
    content_type: HeaderValue,
    body: impl Into<Flow>,
) -> Answer {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

/// Answers without a body.
pub(crate) fn empty() -> Answer {
    let mut answer = Response::new(Flow::default());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    answer
}

/// How a refusal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An object with code, message and the id of the request.
    Native,
    /// The message alone: what Presidio's clients read.
    Presidio,
    /// As that family of clients expects it.
    Model(Dialect),
}

/// Why a request gets no answer of the kind it asked for.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// The status.
    pub(crate) status: StatusCode,
    /// A word for programs; it never changes.
    pub(crate) code: &'static str,
    /// A sentence for people. No text of theirs in it.
    pub(crate) message: String,
    /// What the log may know besides. No text of theirs in it either.
    pub(crate) inward: Option<String>,
    extra: Option<Extra>,
}

/// A header that some refusals carry.
#[derive(Debug)]
enum Extra {
    Allow(String),
    Authenticate,
    RetryAfter(u64),
}

impl Refusal {
    /// Refuses.
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), inward: None, extra: None }
    }

    /// 400: the request cannot be understood.
    pub(crate) fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401: nobody we know.
    pub(crate) fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message).with(Extra::Authenticate)
    }

    /// 404: not the session of anybody who may ask.
    pub(crate) fn no_session() -> Self {
        Self::new(StatusCode::NOT_FOUND, "session_not_found", "there is no such session")
    }

    /// 404: no key that could be told or changed.
    pub(crate) fn no_key() -> Self {
        let message = "there is no such key, or it is revoked";
        Self::new(StatusCode::NOT_FOUND, "key_not_found", message)
    }

    /// 409: nobody could look after tacitd any more.
    pub(crate) fn last_admin() -> Self {
        let message =
            "it is the last active key with the scope admin; add ?force=true to do without";
        Self::new(StatusCode::CONFLICT, "last_admin_key", message)
    }

    /// 405, with what would do.
    pub(crate) fn method(allowed: &str) -> Self {
        let message = format!("this route answers {allowed}");
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
            .with(Extra::Allow(allowed.to_owned()))
    }

    /// 422: understood, and wrong.
    pub(crate) fn unprocessable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unprocessable", message)
    }

    /// 503: later.
    pub(crate) fn later(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message).with(Extra::RetryAfter(1))
    }

    /// 503: more requests than may be worked on.
    pub(crate) fn busy() -> Self {
        Self::later("saturated", "too many requests at once")
    }

    /// 503: the time that a request has is over.
    pub(crate) fn late() -> Self {
        Self::later("timeout", "the answer took too long")
    }

    /// 500: our fault.
    pub(crate) fn internal() -> Self {
        let message = "a fault in tacitd; its log has more under this request_id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }

    /// Says when to come again: in whole seconds, and never sooner than it makes sense.
    pub(crate) fn retry_after(self, wait: Duration) -> Self {
        let begun = u64::from(wait.subsec_nanos() > 0);
        self.with(Extra::RetryAfter((wait.as_secs() + begun).max(1)))
    }

    /// Adds what only the log may know.
    pub(crate) fn inward(mut self, inward: impl Into<String>) -> Self {
        self.inward = Some(inward.into());
        self
    }

    fn with(mut self, extra: Extra) -> Self {
        self.extra = Some(extra);
        self
    }

    /// Makes the answer.
    pub(crate) fn answer(self, id: &RequestId, shape: Shape) -> Answer {
        #[derive(Serialize)]
        struct Body<T> {
            error: T,
        }
        #[derive(Serialize)]
        struct Inner<'a> {
            code: &'a str,
            message: &'a str,
            request_id: &'a str,
        }
        let request_id = id.0.to_str().unwrap_or_default();
        let mut answer = match shape {
            Shape::Native => {
                let error = Inner { code: self.code, message: &self.message, request_id };
                json(self.status, &Body { error })
            }
            Shape::Presidio => json(self.status, &Body { error: &self.message }),
            Shape::Model(dialect) => {
                let error = ErrorBody {
                    status: self.status.as_u16(),
                    kind: family(self.status),
                    code: self.code,
                    param: None,
                    message: &self.message,
                    request_id,
                };
                let body = wire::error(dialect, &error);
                typed(self.status, HeaderValue::from_static("application/json"), body)
            }
        };
        let header = match self.extra {
            None => return answer,
            Some(Extra::Allow(methods)) => {
                (ALLOW, HeaderValue::from_str(&methods).expect("names of methods"))
            }
            Some(Extra::Authenticate) => {
                (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tacit\""))
            }
            Some(Extra::RetryAfter(seconds)) => (RETRY_AFTER, HeaderValue::from(seconds)),
        };
        answer.headers_mut().insert(header.0, header.1);
        answer
    }
}

impl From<Wrong> for Refusal {
    fn from(wrong: Wrong) -> Self {
        Self::unprocessable(format!("the field `{}` {}", wrong.field, wrong.why))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let failure = crate::failure::Failure::because("use the store", &error);
        Self::later(
            "store_unavailable",
            "the store does not answer; its operator finds why in the log",
        )
        .inward(failure.message)
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Store(error) => error.into(),
            VaultError::NoSession => Self::no_session(),
            VaultError::Sealed => Self::new(
                StatusCode::CONFLICT,
                "session_sealed",
                "the session was sealed under another SECRET_KEY, which tacitd does not have now",
            ),
            VaultError::OtherProject => Self::new(
                StatusCode::CONFLICT,
                "other_project",
                "the session belongs to another project, or to none",
            ),
        }
    }
}

impl From<HideError> for Refusal {
    fn from(error: HideError) -> Self {
        match error {
            HideError::Vault(error) => error.into(),
            HideError::Worker | HideError::Unsettled => Self::internal().inward(error.to_string()),
        }
    }
}
