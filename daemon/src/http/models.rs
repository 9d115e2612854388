//! The family of language models: reads requests for the gateway, and lists models.

use super::answer::{Answer, Refusal, typed};
use super::body::{self, Collected};
use super::observe::Course;
use super::route::{Call, Shared};
use crate::auth::Caller;
use crate::gateway::{self, Incoming};
use http::{HeaderValue, StatusCode};
use std::sync::Arc;
use wire::Dialect;

/// Asks a model. The time that a request has ends with its hiding; then the phases of the upstream count.
pub(super) async fn ask(shared: &Shared, dialect: Dialect, call: Call) -> Result<Answer, Refusal> {
    let prepared = {
        let Ok(_permit) = shared.requests.try_acquire() else { return Err(Refusal::busy()) };
        let late = |_| Refusal::late();
        tokio::time::timeout(shared.request_timeout, prepare(shared, dialect, call))
            .await
            .map_err(late)??
    };
    prepared.answer(shared).await
}

async fn prepare(
    shared: &Shared,
    dialect: Dialect,
    mut call: Call,
) -> Result<gateway::Prepared, Refusal> {
    let caller = caller(&mut call);
    let entry = call.entry.take().expect("there is one where there is a caller");
    let collected = body::collect(&call.parts, call.body, &shared.body).await?;
    let Collected { bytes: body, memory } = collected;
    let course = call.parts.extensions.get::<Arc<Course>>().expect("the observer gave it one");
    let request_id = course.id.0.to_str().unwrap_or_default().to_owned();
    let headers = call.parts.headers;
    let incoming = Incoming { dialect, headers, body, memory, caller, request_id, entry };
    gateway::prepare(shared, incoming).await
}

fn caller(call: &mut Call) -> Caller {
    call.caller.take().expect("the route asks for a scope")
}

/// Lists the models that the caller may ask.
pub(super) fn list(shared: &Shared, dialect: Dialect, mut call: Call) -> Answer {
    json(shared.gateway.list(dialect, &caller(&mut call).terms))
}

/// Tells of one model.
pub(super) fn one(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let terms = caller(&mut call).terms;
    shared.gateway.one(&call.id.unwrap_or_default(), &terms).map(json)
}

fn json(body: Vec<u8>) -> Answer {
    typed(StatusCode::OK, HeaderValue::from_static("application/json"), body)
}

/// What OpenAI's clients call the family of errors with that status.
pub(crate) fn family(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "authentication_error",
        StatusCode::FORBIDDEN => "permission_error",
        StatusCode::PAYMENT_REQUIRED => "insufficient_quota",
        StatusCode::TOO_MANY_REQUESTS => "rate_limit_error",
        status if status.is_client_error() => "invalid_request_error",
        _ => "server_error",
    }
}
