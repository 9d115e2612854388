//! Why a request to a model gets no answer, in words for its sender and in words for the log.

use super::Found;
use crate::failure::Failure;
use crate::http::Refusal;
use http::StatusCode;
use infer::{AskError, Fleet};

/// 404: no model of that name for this caller.
pub(super) fn no_model() -> Refusal {
    let message = "there is no such model; GET /v1/models lists those that there are";
    Refusal::new(StatusCode::NOT_FOUND, "model_not_found", message)
}

/// 403: the policy lets nothing personal through.
pub(super) fn blocked(found: &Found) -> Refusal {
    let message = format!("the policy lets no personal data through; found: {found}");
    Refusal::new(StatusCode::FORBIDDEN, "blocked", message)
}

/// 502: what came from the upstream is no answer.
pub(super) fn failed(inward: impl Into<String>) -> Refusal {
    let message =
        "the model's server failed to answer; the log of tacitd has more under this request_id";
    Refusal::new(StatusCode::BAD_GATEWAY, "upstream_failed", message).inward(inward)
}

/// What is wrong with a request's body.
pub(super) fn of_wire(error: wire::Error) -> Refusal {
    match error {
        wire::Error::NotUtf8 | wire::Error::NotJson { .. } | wire::Error::TooDeep => {
            Refusal::bad_request("bad_json", error.to_string())
        }
        _ => Refusal::unprocessable(error.to_string()),
    }
}

/// Why nobody answered.
pub(super) fn of_ask(error: &AskError, fleet: &Fleet) -> Refusal {
    let inward = || Failure::because("ask a model", error).message;
    match error {
        AskError::NoModel if fleet.is_empty() => no_upstream("no model server is configured"),
        AskError::NoModel => no_model(),
        AskError::NotSpoken { .. } => {
            let message = "the servers of this model do not speak the protocol of this route";
            Refusal::new(StatusCode::NOT_FOUND, "model_not_found", message)
        }
        AskError::NoneReady { retry_after } => {
            no_upstream("every server of this model failed a moment ago").retry_after(*retry_after)
        }
        AskError::Late { .. } => late().inward(inward()),
        _ => failed(inward()),
    }
}

/// Why an answer does not come to its end.
pub(super) fn of_body(error: &AskError) -> Refusal {
    let inward = Failure::because("read the answer of a model", error).message;
    match error {
        AskError::Late { .. } => late().inward(inward),
        _ => failed(inward),
    }
}

/// 504: the upstream takes too long.
fn late() -> Refusal {
    let message = "the model's server takes too long";
    Refusal::new(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", message)
}

fn no_upstream(message: &str) -> Refusal {
    Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "no_upstream", message)
}
