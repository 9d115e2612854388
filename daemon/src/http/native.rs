//! The native family: analyze, redact, restore, forget, for one text or many.

use super::answer::{Answer, Refusal, empty, json};
use super::body;
use super::route::{Call, Shared};
use crate::account::Entry;
use crate::auth::Caller;
use crate::hiding::{self, Hide, HideError};
use crate::policy::Policy;
use crate::store::Numbers;
pub(crate) use fields::is_name;
use fields::{Fields, Texts};
use http::StatusCode;
use redact::{Engine, Explained, Language, Operator, Span, Why};
use serde::Serialize;
use std::sync::Arc;
use trace::{Counter, Trace};

pub(super) mod fields;
mod trace;

#[derive(Serialize)]
struct FoundItem<'e> {
    kind: &'static str,
    start: usize,
    end: usize,
    score: f32,
    rule: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace<'e>>,
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
    operator: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instead_of: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    placeholder: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<&'e str>,
    score: f32,
    rule: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Trace<'e>>,
}

#[derive(Serialize)]
struct HiddenText<'e> {
    text: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'e str>,
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

/// What the audit will say of it.
fn entry(call: &mut Call) -> Arc<Entry> {
    call.entry.take().expect("the route asks for a scope")
}

/// A find, and why it was made where somebody asked.
type Told = (Span, Option<Why>);

/// Finds what is in the texts, beside the serving threads when there is much of it.
async fn find(
    policy: &Policy,
    texts: Vec<String>,
    (language, trace): (Option<Language>, bool),
) -> Result<(Vec<String>, Vec<Vec<Told>>), HideError> {
    let engine = Arc::clone(&policy.engine);
    let heavy = hiding::is_heavy(&engine, hiding::length(&texts));
    let work = move || {
        let find = |text: &String| -> Vec<Told> {
            if trace {
                let found = engine.explain(text, language).into_iter();
                return found.map(|Explained { span, why }| (span, Some(why))).collect();
            }
            engine.find_in(text, language).into_iter().map(|span| (span, None)).collect()
        };
        let found = texts.iter().map(find).collect();
        (texts, found)
    };
    hiding::beside(heavy, work).await
}

pub(super) async fn analyze(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let (caller, entry) = (caller(&mut call), entry(&mut call));
    let takes = &["text", "texts", "policy", "language", "trace"];
    let mut fields = fields(&mut Some(call), shared, takes).await?;
    let Texts { texts, batch } = fields.texts()?;
    let policy = fields.policy(&caller.terms, &shared.policies.current())?;
    entry.policy(&policy.name);
    let asked = (fields.language()?, fields.flag("trace")?);
    let (texts, found) = find(&policy, texts, asked).await?;
    let results = texts.iter().zip(&found).map(|(text, found)| found_items(&policy, text, found));
    Ok(answer(batch, None, results.collect()))
}

fn found_items<'f>(policy: &'f Policy, text: &str, found: &'f [Told]) -> Found<'f> {
    let engine = &policy.engine;
    let spans: Vec<_> = found.iter().map(|(span, _)| *span).collect();
    let counter = found.iter().any(|(_, why)| why.is_some()).then(|| Counter::new(text));
    let items = redact::locate(text, &spans).zip(found).map(|((span, start, end), (_, why))| {
        let (kind, rule) = (span.kind.name(), engine.rule(span.rule).name.as_str());
        let trace = trace_of(why.as_ref(), engine, counter.as_ref());
        FoundItem { kind, start, end, score: span.score, rule, trace }
    });
    Found { items: items.collect() }
}

fn trace_of<'w>(
    why: Option<&'w Why>,
    engine: &'w Engine,
    counter: Option<&Counter<'_>>,
) -> Option<Trace<'w>> {
    why.zip(counter).map(|(why, counter)| Trace::new(why, engine, counter))
}

pub(super) async fn redact(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let (caller, entry) = (caller(&mut call), entry(&mut call));
    let takes = &["text", "texts", "session", "project", "policy", "language", "trace"];
    let mut fields = fields(&mut Some(call), shared, takes).await?;
    let Texts { texts, batch } = fields.texts()?;
    let (session, project) = (fields.name("session")?, fields.name("project")?);
    let policy = fields.policy(&caller.terms, &shared.policies.current())?;
    entry.policy(&policy.name);
    let (language, trace) = (fields.language()?, fields.flag("trace")?);
    let originals = if trace { texts.clone() } else { Vec::new() };
    let who = Numbers { tenant: caller.tenant, session, project };
    let wanted = Hide { policy: Arc::clone(&policy), texts, language, trace, who };
    let outcome = hiding::hide(&shared.store, &shared.hasher, wanted).await?;
    let session = (!batch).then_some(outcome.session.as_str());
    let mut results = Vec::with_capacity(outcome.texts.len());
    for (at, hidden) in outcome.texts.iter().enumerate() {
        let gone = hidden.items.iter().filter(|item| item.operator != Operator::Keep);
        shared.metrics.hidden(gone.clone().map(|item| item.kind));
        entry.hidden(gone.map(|item| (item.kind, 1)));
        let counter = originals.get(at).map(|text| Counter::new(text));
        results.push(hidden_text(&policy.engine, hidden, session, counter.as_ref()));
    }
    Ok(answer(batch, Some(outcome.session.clone()), results))
}

fn hidden_text<'h>(
    engine: &'h Engine,
    hidden: &'h hiding::HiddenText,
    session: Option<&'h str>,
    counter: Option<&Counter<'_>>,
) -> HiddenText<'h> {
    let items = hidden.items.iter().map(|item| HiddenItem {
        kind: item.kind.name(),
        start: item.start,
        end: item.end,
        out_start: item.out_start,
        out_end: item.out_end,
        operator: item.operator.name(),
        instead_of: item.instead_of.map(Operator::name),
        placeholder: item.placeholder.map(|placeholder| placeholder.to_string()),
        replacement: item.placeholder.is_none().then_some(item.replacement.as_str()),
        score: item.score,
        rule: &engine.rule(item.rule).name,
        trace: trace_of(item.why.as_ref(), engine, counter),
    });
    HiddenText { session, items: items.collect(), text: &hidden.text }
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
    let whose = (caller.tenant, session.as_str());
    let (texts, restored) = hiding::show(&shared.store, whose, texts, options).await?;
    shared.metrics.restorations.inc_by(restored);
    Ok(answer(batch, None, texts.into_iter().map(|text| Shown { text }).collect()))
}

/// What is taken for a placeholder.
fn forgive(lenient: bool) -> redact::Forgive {
    if lenient { redact::Forgive::Guesses } else { redact::Forgive::Slips }
}

pub(super) async fn forget(shared: &Shared, mut call: Call) -> Result<Answer, Refusal> {
    let caller = caller(&mut call);
    let name = call.id.unwrap_or_default();
    // A name that no session can have needs no look.
    let gone = is_name(&name) && shared.store.forget(caller.tenant, &name).await?;
    if gone { Ok(empty()) } else { Err(Refusal::no_session()) }
}
