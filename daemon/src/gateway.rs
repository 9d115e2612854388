//! The gateway: what is asked of a language model goes one straight line, read -> hide -> ask -> show -> account.
//!
//! `question` reads a request and what its headers want, `conversation` hides its texts, `bill` admits it and settles it,
//! an upstream of `infer` is asked, and `show` puts originals back: into a whole answer (`whole`) or into one that streams
//! (`stream`). No text is kept when the answer has ended, and none is ever in a log, an error or a metric.

mod bill;
mod conversation;
mod found;
mod guard;
mod json;
mod question;
mod refusal;
mod rules;
mod show;
mod stream;
#[cfg(test)]
mod tests;
mod whole;

pub(crate) use found::Found;
pub(crate) use question::Incoming;
pub(crate) use rules::Rules;

use crate::auth::{Scope, Terms};
use crate::http::{Answer, HttpShared, Refusal};
use crate::policy::Policy;
use crate::settings::Mode;
use bill::Bill;
use bytes::Bytes;
use conversation::{By, Conversation};
use http::{HeaderMap, HeaderName, HeaderValue};
use infer::{Ask, Fleet, Reply};
use question::Question;
use refusal::{blocked, of_ask};
use show::Shower;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use wire::{Dialect, Edit, Request};

/// Tells kinds and counts of what was found in a request.
const FOUND: HeaderName = HeaderName::from_static("x-tacit-found");

/// What the model is told where something is hidden.
const EXPLANATION: &str = "Marks such as <EMAIL_1> stand for details that are hidden from you. Use each as if it were \
    what it stands for, write it exactly as it is, brackets and number included, and never guess what it hides.";

/// Who answers, and since when.
pub(crate) struct Gateway {
    pub(crate) fleet: Arc<Fleet>,
    /// The models that the settings name.
    listed: HashSet<String>,
    /// Seconds since 1970, for lists of models.
    created: i64,
}

impl Gateway {
    /// Asks those.
    pub(crate) fn new(fleet: Arc<Fleet>) -> Self {
        let listed = fleet.models().into_iter().collect();
        Self { fleet, listed, created: jiff::Timestamp::now().as_second() }
    }

    /// The name under which a model is counted: one that the settings name. Any other is a word of the client's, and may
    /// be anything.
    fn counted<'m>(&self, model: Option<&'m str>) -> &'m str {
        model.filter(|model| self.listed.contains(*model)).unwrap_or_default()
    }

    fn models(&self, terms: &Terms) -> Vec<String> {
        let mut models = self.fleet.models();
        models.retain(|model| terms.allows_model(model));
        models
    }

    /// The models that a caller may ask, as clients of a dialect expect them.
    pub(crate) fn list(&self, dialect: Dialect, terms: &Terms) -> Vec<u8> {
        let models = self.models(terms);
        let names: Vec<_> = models.iter().map(String::as_str).collect();
        match dialect {
            Dialect::OllamaChat | Dialect::OllamaGenerate => wire::ollama_tags(&names),
            _ => wire::models(&names, self.created),
        }
    }

    /// One model, if the caller may ask it.
    ///
    /// # Errors
    /// 404 otherwise.
    pub(crate) fn one(&self, name: &str, terms: &Terms) -> Result<Vec<u8>, Refusal> {
        let known = self.models(terms).iter().any(|model| model == name);
        if known { Ok(wire::model(name, self.created)) } else { Err(refusal::no_model()) }
    }
}

/// A request whose texts are hidden, ready to be asked.
pub(crate) struct Prepared {
    question: Question,
    conversation: Conversation,
    bill: Bill,
    /// The memory that its body was allowed, which it takes until somebody answers: another server may be asked.
    memory: Option<OwnedSemaphorePermit>,
}

/// Reads a request and hides its texts.
///
/// # Errors
/// When it is wrong, its policy refuses it, or its session cannot be used.
pub(crate) async fn prepare(
    shared: &HttpShared,
    mut incoming: Incoming,
) -> Result<Prepared, Refusal> {
    let mut bill = Bill::begin(&shared.metrics, incoming.dialect, Arc::clone(&incoming.entry));
    let memory = incoming.memory.take();
    match read_and_hide(shared, incoming, &mut bill).await {
        Ok((question, conversation)) => Ok(Prepared { question, conversation, bill, memory }),
        Err(refusal) => Err(bill.refused(refusal)),
    }
}

async fn read_and_hide(
    shared: &HttpShared,
    incoming: Incoming,
    bill: &mut Bill,
) -> Result<(Question, Conversation), Refusal> {
    let (mut question, request) = Question::read(shared, incoming)?;
    bill.policy(&question.policy);
    let by = By {
        policy: Arc::clone(&question.policy),
        tenant: question.caller.tenant,
        session: question.session.take(),
        restores: question.caller.scopes.has(Scope::Restore),
    };
    let started = Instant::now();
    let conversation = Conversation::hide(shared, by, request).await?;
    bill.hidden(&conversation.found, started.elapsed());
    match question.policy.gateway.mode {
        Mode::Block if !conversation.found.is_empty() => Err(blocked(&conversation.found)),
        _ => Ok((question, conversation)),
    }
}

impl Prepared {
    /// Asks, and shows what comes.
    ///
    /// # Errors
    /// When it is not admitted, or nobody answers.
    pub(crate) async fn answer(self, shared: &HttpShared) -> Result<Answer, Refusal> {
        let Self { question, conversation, mut bill, memory } = self;
        let told = told(&question.policy, &conversation);
        let asked = ask(shared, &question, conversation, &mut bill).await;
        drop(memory);
        let mut answer = match asked {
            Ok(asked) => asked.shown(bill).await?,
            Err(refusal) => return Err(bill.refused(refusal)),
        };
        if let Some(told) = told {
            answer.headers_mut().insert(FOUND, told);
        }
        Ok(answer)
    }
}

/// What was found, for the headers of the answer.
fn told(policy: &Policy, conversation: &Conversation) -> Option<HeaderValue> {
    let tells = policy.gateway.mode != Mode::Block && !conversation.found.is_empty();
    let told = || HeaderValue::from_str(&conversation.found.to_string());
    tells.then(|| told().expect("names of kinds and numbers"))
}

/// A reply, and all that is needed to show it.
struct Asked {
    dialect: Dialect,
    request_id: String,
    /// Whether the client wants it as a stream.
    streams: bool,
    /// Whether the event with usage was our wish alone.
    hide_usage: bool,
    /// What the client calls the model, where the upstream calls it otherwise.
    model: Option<String>,
    /// What the upstream was sent, for those who may see it.
    debug: Option<String>,
    shower: Shower,
    reply: Reply,
    /// How long the client may take nothing of the answer.
    patience: Duration,
}

/// Asks an upstream, once it is admitted.
async fn ask(
    shared: &HttpShared,
    question: &Question,
    conversation: Conversation,
    bill: &mut Bill,
) -> Result<Asked, Refusal> {
    let fleet = &shared.gateway.fleet;
    let rules = question.policy.gateway;
    let request = &conversation.request;
    let dialect = request.dialect();
    let masks = rules.mode != Mode::Observe;
    let texts = if masks { conversation.hidden() } else { conversation.open() };
    let explains = masks && rules.explain && conversation.marked;
    let usage = request.streams()
        && !request.wants_usage()
        && matches!(dialect, Dialect::Chat | Dialect::Completions);
    let body = |model: &str| {
        let edit = Edit {
            model: renames(request, model).then_some(model),
            explain: explains.then_some(EXPLANATION),
            usage,
        };
        Bytes::from(request.write(&texts, &edit))
    };
    let model = shared.gateway.counted(request.model());
    bill.admit(&shared.accounts, (&question.caller, model), request).await?;
    let headers = question.passed_on();
    let asked = Ask { dialect, model: request.model(), headers, body: &body };
    let reply = fleet.ask(asked).await.map_err(|error| of_ask(&error, fleet))?;
    bill.upstream(&reply.upstream, reply.attempts);
    let debug = question.debug.then(|| debug(&body(&reply.model), &conversation.found));
    let renamed = request.model().filter(|model| *model != reply.model).map(str::to_owned);
    let streams = request.streams();
    drop(texts);
    Ok(Asked {
        dialect,
        request_id: question.request_id.clone(),
        streams,
        hide_usage: usage,
        model: renamed,
        debug,
        shower: Shower::new(conversation.kept, &question.policy),
        reply,
        patience: shared.write_timeout,
    })
}

/// Whether the upstream's name of the model is to be written. Where a request names several, the one that was allowed is
/// put in the place of each: another might be obeyed.
fn renames(request: &Request, model: &str) -> bool {
    request.model() != Some(model) || request.names_models()
}

/// What the model saw, as JSON on one line.
fn debug(sent: &[u8], found: &Found) -> String {
    let sent = String::from_utf8_lossy(sent);
    // Between its tokens alone can a JSON text have line breaks.
    let sent = sent.replace(['\n', '\r'], " ");
    format!("{{\"sent\":{sent},\"items\":{}}}", found.json())
}

impl Asked {
    /// Shows the answer as it is, whole or as it comes.
    async fn shown(self, bill: Bill) -> Result<Answer, Refusal> {
        let status = self.reply.status;
        if !status.is_success() {
            let (upstream, headers) =
                (Arc::clone(&self.reply.upstream), self.reply.headers.clone());
            return match whole::error(self).await {
                Ok(error) => {
                    bill.failed(status);
                    Ok(error.with(&headers))
                }
                Err(refusal) => Err(bill.refused(
                    refusal.inward(format!("upstream {upstream} answered {}", status.as_u16())),
                )),
            };
        }
        if self.streams && is_stream(&self.reply.headers) {
            return Ok(stream::answer(self, bill));
        }
        let (answer, done) = whole::answer(self).await;
        match done {
            Some(done) => {
                bill.done(done, answer.as_ref().err());
                answer
            }
            None => answer.map_err(|refusal| bill.refused(refusal)),
        }
    }
}

/// Whether an answer is a stream where one was asked for: some upstreams know better and send it whole.
fn is_stream(headers: &HeaderMap) -> bool {
    let value = headers.get(http::header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    !essence.eq_ignore_ascii_case("application/json") && !essence.eq_ignore_ascii_case("text/html")
}
