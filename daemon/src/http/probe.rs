//! What machines ask about us: alive, ready, healthy, and how much of everything.

use super::answer::{Answer, json, typed};
use super::flow::Flow;
use super::route::Shared;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use kit::ready::{Readiness, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// The process runs and answers; nothing else is looked at. No header that nobody reads: this is asked every second.
pub(super) fn livez() -> Answer {
    let mut answer = Answer::new(Flow::from(r#"{"status":"alive"}"#));
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

fn status(verdict: Verdict) -> StatusCode {
    match verdict {
        Verdict::Ready => StatusCode::OK,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// Whether requests should come here, component by component.
pub(super) async fn readyz(readiness: &Readiness) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        status: &'a str,
        components: BTreeMap<&'a str, Component<'a>>,
    }
    #[derive(Serialize)]
    struct Component<'a> {
        status: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<&'a str>,
    }
    let report = readiness.report().await;
    let components = report.components.iter().map(|(name, state)| {
        let component = match state {
            Ok(detail) => Component { status: "ok", detail: detail.as_deref(), error: None },
            Err(error) => Component { status: "error", detail: None, error: Some(error) },
        };
        (*name, component)
    });
    let body = Body { status: report.verdict.word(), components: components.collect() };
    json(status(report.verdict), &body)
}

/// The same in the shape that the guides' monitors expect.
pub(super) async fn health(readiness: &Readiness) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        status: &'a str,
        version: &'a str,
        timestamp: String,
        components: BTreeMap<&'a str, &'a str>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        errors: Vec<String>,
    }
    let report = readiness.report().await;
    let word = |state: &kit::ready::State| if state.is_ok() { "ok" } else { "error" };
    let mut errors: Vec<_> = report
        .components
        .iter()
        .filter_map(|(name, state)| state.as_ref().err().map(|error| format!("{name}: {error}")))
        .collect();
    if matches!(report.verdict, Verdict::Starting | Verdict::Draining) {
        errors.push(report.verdict.word().to_owned());
    }
    let body = Body {
        status: if report.verdict == Verdict::Ready { "healthy" } else { "unhealthy" },
        version: env!("CARGO_PKG_VERSION"),
        timestamp: format!("{:.0}", jiff::Timestamp::now()),
        components: report.components.iter().map(|(name, state)| (*name, word(state))).collect(),
        errors,
    };
    json(status(report.verdict), &body)
}

/// The counters, in the form that the asker prefers.
pub(super) fn metrics(shared: &Shared, headers: &HeaderMap) -> Answer {
    let accepted = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let openmetrics =
        accepted.into_iter().any(|value| value.contains("application/openmetrics-text"));
    let (content_type, text) = if openmetrics {
        ("application/openmetrics-text; version=1.0.0; charset=utf-8", shared.metrics.openmetrics())
    } else {
        ("text/plain; version=0.0.4; charset=utf-8", shared.metrics.prometheus())
    };
    typed(StatusCode::OK, HeaderValue::from_static(content_type), text)
}
