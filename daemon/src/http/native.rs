//! The native family: analyze, redact, restore, forget, for one text or many.

use super::answer::{Answer, Refusal, empty, json};
use super::body;
use super::route::{Call, Shared};
use crate::auth::Caller;
use crate::store::Numbers;
use fields::{Fields, Texts};
use http::StatusCode;
use redact::{Engine, Hidden, Kind, Placeholder, Span};
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

mod fields;

/// Texts above this many bytes are worked on beside the threads that serve connections, so that a long one does not
/// make others wait; below, the change of thread would cost more than the work.
pub(super) const BLOCKING_BYTES: usize = 64 * 1024;

#[derive(Serialize)]
struct FoundItem<'e> {
    kind: &'static str,
    start: usize,
    end: usize,
    score: f32,
    rule: &'e str,
}

#[derive(Serialize)]
struct Found<'e> {
    items: Vec<FoundItem<'e>>,
}

#[derive(Serialize)]
struct HiddenItem<'e> {
    kind: &'static str,
    start: usize,
    end: usize,
    out_start: usize,
    out_end: usize,
    placeholder: String,
    score: f32,
    rule: &'e str,
}

#[derive(Serialize)]
struct HiddenText<'e> {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    items: Vec<HiddenItem<'e>>,
}

#[derive(Serialize)]
struct Shown {
    text: String,
}

#[derive(Serialize)]
struct Batch<T> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<String>,
    results: Vec<T>,
}

/// Answers one text with its result, a batch with a list of them.
fn answer<T: Serialize>(batch: bool, session: Option<String>, mut results: Vec<T>) -> Answer {
    match results.pop() {
        Some(result) if !batch => json(StatusCode::OK, &result),
        last => {
            results.extend(last);
            json(StatusCode::OK, &Batch { session, results })
        }
    }
}

async fn fields(
    call: &mut Option<Call>,
    shared: &Shared,
    takes: &'static [&'static str],
) -> Result<Fields, Refusal> {
    let call = call.take().expect("read once");
    let collected = body::collect(&call.parts, call.body, &shared.body).await?;
    Fields::read(&collected.bytes, takes)
}

/// Takes the caller out before the body is read.
fn caller(call: &mut Call) -> Caller {
    call.caller.take().expect("the route asks for a scope")
}

/// Finds what is in the texts, beside the serving threads when there is much of it.
async fn find(
    engine: &Arc<Engine>,
    texts: Vec<String>,
) -> Result<(Vec<String>, Vec<Vec<Span>>), Refusal> {
    let engine = Arc::clone(engine);
    let work = move |texts: &[String]| texts.iter().map(|text| engine.find(text)).collect();
    if texts.iter().map(String::len).sum::<usize>() <= BLOCKING_BYTES {
        let spans = work(&texts);
        return Ok((texts, spans));
    }
    let found = tokio::task::spawn_blocking(move || {
        let spans = work(&texts);
        (texts, spans)
    });
    found.await.map_err(|_| Refusal::internal().inward("a worker failed"))
}

pub(super) async fn analyze(shared: &Shared, call: Call) -> Result<Answer, Refusal> {
    let mut fields = fields(&mut Some(call), shared, &["text", "texts"]).await?;
    let Texts { texts, batch } = fields.texts()?;
    let (texts, spans) = find(&shared.engine, texts).await?;
    let results = texts.iter().zip(&spans).map(|(text, spans)| Found {
        items: redact::locate(text, spans)
            .map(|(span, start, end)| {
                let (kind, rule) = (span.kind.name(), shared.engine.rule(span.rule).name.as_str());
                FoundItem { kind, start, end, score: span.score, rule }
            })
            .collect(),
    });
    Ok(answer(batch, None, results.collect()))
}

pub(super) async fn redact(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let caller = caller(&mut call);
    let mut fields =
        fields(&mut Some(call), shared, &["text", "texts", "session", "project"]).await?;
    let Texts { texts, batch } = fields.texts()?;
    let (session, project) = (fields.name("session")?, fields.name("project")?);
    let (texts, spans) = find(&shared.engine, texts).await?;
    let mut seen = HashSet::new();
    let wanted: Vec<(Kind, &str)> = texts
        .iter()
        .zip(&spans)
        .flat_map(|(text, spans)| redact::distinct(text, spans))
        .filter(|pair| seen.insert(*pair))
        .collect();
    let who = Numbers { tenant: caller.tenant, session, project };
    let (session, numbers) = shared.store.number(who, &wanted).await?;
    let numbers: HashMap<_, _> = wanted.into_iter().zip(numbers).collect();
    let mut results = Vec::with_capacity(texts.len());
    for (text, spans) in texts.iter().zip(&spans) {
        shared.metrics.hidden(spans);
        let hidden = redact::hide(text, spans, |kind, original| numbers[&(kind, original)]);
        results.push(hidden_text(&shared.engine, hidden, (!batch).then(|| session.clone())));
    }
    Ok(answer(batch, Some(session), results))
}

fn hidden_text(engine: &Engine, hidden: Hidden, session: Option<String>) -> HiddenText<'_> {
    let items = hidden.items.into_iter().map(|item| HiddenItem {
        kind: item.kind.name(),
        start: item.start,
        end: item.end,
        out_start: item.out_start,
        out_end: item.out_end,
        placeholder: item
            .placeholder
            .map(|placeholder| placeholder.to_string())
            .unwrap_or_default(),
        score: item.score,
        rule: &engine.rule(item.rule).name,
    });
    HiddenText { session, items: items.collect(), text: hidden.text }
}

pub(super) async fn restore(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let caller = caller(&mut call);
    let mut fields =
        fields(&mut Some(call), shared, &["text", "texts", "session", "lenient"]).await?;
    let Texts { texts, batch } = fields.texts()?;
    let session = fields.name("session")?;
    let options = redact::RestoreOptions { forgive: forgive(fields.flag("lenient")?), json: false };
    let session =
        session.ok_or_else(|| Refusal::unprocessable("the field `session` is missing"))?;
    let wanted: HashSet<Placeholder> = texts
        .iter()
        .flat_map(|text| redact::placeholders_with(options, text))
        .map(|(placeholder, ..)| placeholder)
        .collect();
    let wanted: Vec<_> = wanted.into_iter().collect();
    let originals = shared.store.originals(caller.tenant, &session, wanted).await?;
    let restored = std::cell::Cell::new(0);
    let original = |kind, number| {
        let original = originals.get(&Placeholder { kind, number })?;
        restored.set(restored.get() + 1);
        Some(original.as_str())
    };
    let results =
        texts.iter().map(|text| Shown { text: redact::show_with(options, text, original) });
    let results = results.collect();
    shared.metrics.restorations.inc_by(restored.get());
    Ok(answer(batch, None, results))
}

/// What is taken for a placeholder.
fn forgive(lenient: bool) -> redact::Forgive {
    if lenient { redact::Forgive::Guesses } else { redact::Forgive::Slips }
}

pub(super) async fn forget(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let caller = caller(&mut call);
    let name = call.id.unwrap_or_default();
    // A name that no session can have needs no look.
    let gone = fields::is_name(&name) && shared.store.forget(caller.tenant, &name).await?;
    if gone { Ok(empty()) } else { Err(Refusal::no_session()) }
}
