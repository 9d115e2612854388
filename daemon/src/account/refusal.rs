//! What is said to a request that may not go on for now. The codes are in docs/openapi.yaml.

use super::budget::{Month, NoMoney};
use super::queue::NoPlace;
use crate::http::Refusal;
use http::StatusCode;
use std::time::Duration;

/// What is told to come again, where nobody knows when there will be room.
const SOON: Duration = Duration::from_secs(1);

/// Too much in a minute; the wait is a true one.
pub(super) fn rate(message: &str, wait: Duration) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", message).retry_after(wait)
}

/// Too many streams.
pub(super) fn streams() -> Refusal {
    let message = "as many streams are open as may be";
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "streams_limited", message).retry_after(SOON)
}

/// No place among those that ask.
pub(super) fn place(why: NoPlace) -> Refusal {
    let message = match why {
        NoPlace::Full => "too many requests wait for a model already",
        NoPlace::Late => "no request before this one ended in time",
    };
    Refusal::later("saturated", message)
}

/// No money.
pub(super) fn budget(why: NoMoney, month: Month) -> Refusal {
    let (name, end) = (month.name(), month.end());
    let message = match why {
        NoMoney::Spent => {
            format!("the budget of this key for {name} is spent; the next begins {end}")
        }
        NoMoney::TooDear => format!(
            "what is left of this key's budget for {name} is less than this request may cost; ask \
             for fewer tokens, or wait for those in flight; the next begins {end}"
        ),
        NoMoney::Full => return Refusal::later("saturated", "too many keys have spent something"),
    };
    Refusal::new(StatusCode::PAYMENT_REQUIRED, "budget_spent", message)
}

/// The audit cannot be written, and the settings want nothing without it.
pub(super) fn audit() -> Refusal {
    Refusal::later("audit_unavailable", "the audit cannot be written, and nothing goes without it")
}
