//! What requests left behind, for administrators: usage by key and day, and the records of the audit.

use super::super::answer::{Answer, Refusal, json, typed};
use super::super::route::{Call, Shared};
use super::query::Query;
use crate::account::report::{self, Edge, Used};
use crate::store::Span;
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;

/// Records in one answer, unless the request says how many.
const LIMIT: usize = 100;

/// Records in one answer at most.
const LIMIT_MAX: usize = 1_000;

const DAY: &str = "a day such as 2026-11-20";
const MOMENT: &str = "a day such as 2026-11-20, or a moment such as 2026-11-20T12:00:00Z";

#[derive(Serialize)]
struct Usage {
    from: String,
    /// The last day that is inside.
    to: String,
    usage: Vec<Used>,
}

/// The usage of the days asked for; else of this month.
pub(in super::super) async fn usage(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let query = Query::read(call.parts.uri.query(), &["from", "to", "key"])?;
    let month = report::this_month();
    let from = query.value("from", DAY, |text| report::day(text, Edge::From))?;
    let to = query.value("to", DAY, |text| report::day(text, Edge::To))?;
    let key = query.value("key", "the id of a key", |text| Some(text.to_owned()))?;
    let (from, to) = (from.unwrap_or(month.0), to.unwrap_or(month.1));
    shared.accounts.flush().await;
    let used = shared.store.usage((from, to), key).await?;
    let usage = used.into_iter().map(Used::from).collect();
    let (from, to) = (report::day_name(from), report::day_name(to - 1));
    Ok(json(StatusCode::OK, &Usage { from, to, usage }))
}

/// The records asked for, in order; as a list with where to go on, or a line each for who accepts NDJSON.
pub(in super::super) async fn audit(shared: &Shared, call: &Call) -> Result<Answer, Refusal> {
    let query = Query::read(call.parts.uri.query(), &["from", "to", "after", "limit"])?;
    let from = query.value("from", MOMENT, |text| report::moment(text, Edge::From))?;
    let to = query.value("to", MOMENT, |text| report::moment(text, Edge::To))?;
    let number = |text: &str| text.parse().ok().filter(|number: &i64| *number >= 0);
    let after = query.value("after", "the number of a record", number)?.unwrap_or(0);
    let some = |text: &str| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
    let limit = query.value("limit", "a number from 1 to 1000", some)?.unwrap_or(LIMIT);
    let span = Span { from: from.unwrap_or(Span::ALL.from), to: to.unwrap_or(Span::ALL.to) };
    shared.accounts.flush().await;
    let page = shared.store.audit(span, after, limit).await?;
    let lines: Vec<_> = page.kept.iter().map(|kept| kept.line()).collect();
    let accepted = call.parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accepted.is_some_and(|accepted| accepted.contains("application/x-ndjson")) {
        let body: String = lines.into_iter().map(|line| line + "\n").collect();
        return Ok(typed(StatusCode::OK, HeaderValue::from_static("application/x-ndjson"), body));
    }
    let next = page.next.map(|next| next.to_string()).unwrap_or_else(|| "null".to_owned());
    let body = format!(r#"{{"records":[{}],"next":{next}}}"#, lines.join(","));
    Ok(typed(StatusCode::OK, HeaderValue::from_static("application/json"), body))
}
