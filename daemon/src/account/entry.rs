//! One request on its way into the audit: begun when its caller is known, ended with its answer or its stream. It holds
//! names from closed lists, counts and sizes; an address only where the settings ask for it, a text never.

use super::Accounts;
use super::book::{Row, Totals};
use super::budget::Month;
use crate::auth::Caller;
use crate::http::Refusal;
use jiff::Timestamp;
use redact::Kind;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The status of a client that went away before its answer was ready.
const GONE: u16 = 499;

/// A model's name that is longer, or has other characters than names have, is called [`OTHER`]: it may be a text.
const MODEL_BYTES_MAX: usize = 96;

/// What a model is called whose name is not to be repeated.
pub(super) const OTHER: &str = "other";

const DAY_SECONDS: i64 = 86_400;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ended {
    /// With what was asked for.
    Done,
    /// The caller's fault, or a limit.
    Refused,
    /// A policy let nothing through.
    Blocked,
    /// The upstream's fault.
    UpstreamFailed,
    /// Too late.
    Late,
    /// The client did not wait for it.
    Gone,
    /// Our fault.
    Failed,
}

impl Ended {
    /// Its name, in the audit and in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Blocked => "blocked",
            Self::UpstreamFailed => "upstream_failed",
            Self::Late => "late",
            Self::Gone => "gone",
            Self::Failed => "failed",
        }
    }

    fn by(status: u16) -> Self {
        match status {
            0..400 => Self::Done,
            400..500 => Self::Refused,
            _ => Self::Failed,
        }
    }
}

/// What is known of a request when it is begun.
#[derive(Debug)]
pub(crate) struct Head<'a> {
    /// Its id.
    pub(crate) request_id: &'a str,
    /// Its client's address.
    pub(crate) address: &'a str,
    /// The route's method.
    pub(crate) method: &'static str,
    /// The route's pattern.
    pub(crate) route: &'static str,
}

/// What a model took for it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    pub(super) input: u64,
    pub(super) output: u64,
    pub(super) micros: u64,
    pub(super) estimated: bool,
    pub(super) month: Month,
}

/// A record of the audit, in the order in which it is written; the store puts its number before.
#[derive(Debug, Serialize)]
struct Record<'a> {
    at: &'a str,
    request: &'a str,
    tenant: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    method: &'static str,
    route: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    hidden: BTreeMap<&'static str, u32>,
    #[serde(flatten)]
    took: Option<Tokens>,
    status: u16,
    outcome: Ended,
    ms: u64,
}

#[derive(Debug, Serialize)]
struct Tokens {
    input: u64,
    output: u64,
    estimated: bool,
    cost_micros: u64,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Entry {
    accounts: Arc<Accounts>,
    began: Instant,
    at: Timestamp,
    request_id: String,
    tenant: i64,
    key: Option<String>,
    pub(super) address: String,
    method: &'static str,
    route: &'static str,
    /// What is found out on the way; gone once it is written.
    notes: Mutex<Option<Notes>>,
    /// Whether it asks a model: then its ticket ends it.
    asks: AtomicBool,
}

#[derive(Debug, Default)]
struct Notes {
    policy: Option<String>,
    model: Option<String>,
    upstream: Option<(String, u32)>,
    hidden: BTreeMap<&'static str, u32>,
}

impl Entry {
    /// Begins.
    ///
    /// # Errors
    /// 503 when the audit cannot be written and the settings want nothing without it.
    pub(crate) fn begin(
        accounts: &Arc<Accounts>,
        caller: &Caller,
        head: &Head<'_>,
    ) -> Result<Arc<Self>, Refusal> {
        accounts.open_record()?;
        Ok(Arc::new(Self {
            accounts: Arc::clone(accounts),
            began: Instant::now(),
            at: Timestamp::now(),
            request_id: head.request_id.to_owned(),
            tenant: caller.tenant,
            key: caller.key.clone(),
            address: head.address.to_owned(),
            method: head.method,
            route: head.route,
            notes: Mutex::new(Some(Notes::default())),
            asks: AtomicBool::new(false),
        }))
    }

    /// Notes the policy.
    pub(crate) fn policy(&self, name: &str) {
        self.note(|notes| notes.policy = Some(name.to_owned()));
    }

    /// Notes what was hidden.
    pub(crate) fn hidden(&self, kinds: impl IntoIterator<Item = (Kind, u32)>) {
        self.note(|notes| {
            for (kind, count) in kinds {
                *notes.hidden.entry(kind.name()).or_insert(0) += count;
            }
        });
    }

    /// Notes the model; a name that could be a text is not repeated.
    pub(crate) fn model(&self, name: &str) {
        let name = if is_name(name) { name } else { OTHER };
        self.note(|notes| notes.model = Some(name.to_owned()));
    }

    /// Notes who answers, after how many attempts.
    pub(super) fn upstream(&self, name: &str, attempts: u32) {
        self.note(|notes| notes.upstream = Some((name.to_owned(), attempts)));
    }

    /// From here on a ticket ends it.
    pub(super) fn asks(&self) {
        self.asks.store(true, Relaxed);
    }

    /// Ends a request that asked no model; one that does is ended by its ticket.
    pub(crate) fn end(&self, status: u16) {
        if !self.asks.load(Relaxed) {
            self.finish((Ended::by(status), status), None);
        }
    }

    /// Ends a request otherwise than its status says, where no ticket does: a policy blocked it before it was admitted.
    pub(crate) fn end_as(&self, outcome: Ended, status: u16) {
        self.finish((outcome, status), None);
    }

    fn note(&self, note: impl FnOnce(&mut Notes)) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(notes) = notes.as_mut() {
            note(notes);
        }
    }

    /// Writes it, once.
    pub(super) fn finish(&self, (outcome, status): (Ended, u16), took: Option<Took>) {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(notes) = notes else { return };
        let at = format!("{:.3}", self.at);
        let tokens = took.map(|took| Tokens {
            input: took.input,
            output: took.output,
            estimated: took.estimated,
            cost_micros: took.micros,
        });
        let record = Record {
            at: &at,
            request: &self.request_id,
            tenant: self.tenant,
            key: self.key.as_deref(),
            address: self.accounts.limits.addresses.then_some(&self.address),
            method: self.method,
            route: self.route,
            policy: notes.policy.as_deref(),
            model: notes.model.as_deref(),
            upstream: notes.upstream.as_ref().map(|(name, _)| name.as_str()),
            attempts: notes.upstream.as_ref().map(|(_, attempts)| *attempts),
            hidden: notes.hidden,
            took: tokens,
            status,
            outcome,
            ms: u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        let record = serde_json::to_string(&record).expect("names and numbers");
        let row = Row {
            day: self.at.as_second().div_euclid(DAY_SECONDS),
            tenant: self.tenant,
            key: self.key.clone().unwrap_or_default(),
            model: notes.model.unwrap_or_default(),
        };
        let totals = Totals {
            requests: 1,
            input: took.map_or(0, |took| took.input),
            output: took.map_or(0, |took| took.output),
            micros: took.map_or(0, |took| took.micros),
            estimated: took.map_or(0, |took| u64::from(took.estimated)),
        };
        let month = took.map(|took| took.month);
        self.accounts.book.put((self.at.as_millisecond(), record), (row, totals), month);
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.finish((Ended::Gone, GONE), None);
    }
}

/// Whether it has the form of a model's name.
fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._:/@+-".contains(&byte);
    !name.is_empty() && name.len() <= MODEL_BYTES_MAX && name.bytes().all(plain)
}
