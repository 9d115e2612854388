//! What a request may cost and what it leaves behind: rates, streams, the queue, budgets, usage and the audit.
//!
//! One rule: what is taken when a request comes in is given back when it is dropped, whatever becomes of it. Nothing here
//! ever sees a text.

mod entry;

pub(crate) use entry::{Ended, Entry, Head};

use crate::auth::Caller;
use crate::http::Refusal;
use redact::Kind;
use std::sync::Arc;

/// Tokens that an answer says it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Usage {
    /// Of what was asked.
    pub(crate) input: u64,
    /// Of what was answered.
    pub(crate) output: u64,
}

/// Everything that is counted and limited.
#[derive(Debug)]
pub(crate) struct Accounts {}

/// A request that wants to ask a model.
#[allow(dead_code, reason = "the gateway asks")]
pub(crate) struct Admit<'a> {
    /// Who.
    pub(crate) caller: &'a Caller,
    /// The request, as the router knows it: `Call::entry`.
    pub(crate) entry: &'a Arc<Entry>,
    /// The model, as the client calls it.
    pub(crate) model: &'a str,
    /// Whether the answer is a stream.
    pub(crate) streams: bool,
    /// Tokens of the question, estimated: bytes / 4.
    pub(crate) input: u64,
    /// The most tokens that may come back; none where the request does not say.
    pub(crate) output: Option<u64>,
}

impl Accounts {
    /// Sets up.
    pub(crate) fn open() -> Self {
        Self {}
    }

    /// Counts a request against the rates; the router asks for every route that has a scope.
    ///
    /// # Errors
    /// 429 `rate_limited`, with when to come again.
    pub(crate) fn rate(&self, _: &Caller, _: &str) -> Result<(), Refusal> {
        Ok(())
    }

    /// Lets a request ask a model, or waits until it may.
    ///
    /// # Errors
    /// 429 `rate_limited` or `streams_limited`, 402 `budget_spent`, 503 `saturated` after the queue's deadline.
    #[allow(dead_code, reason = "the gateway asks")]
    pub(crate) async fn admit(self: &Arc<Self>, _: Admit<'_>) -> Result<Ticket, Refusal> {
        Err(Refusal::internal())
    }
}

/// A request that may ask. Dropped without `settle`, its client went away: what was counted so far is settled.
#[allow(dead_code, reason = "the gateway asks")]
pub(crate) struct Ticket {
    entry: Arc<Entry>,
    output_bytes: u64,
}

/// How asking a model ended.
#[allow(dead_code, reason = "the gateway asks")]
pub(crate) struct Outcome {
    /// How.
    pub(crate) result: Ended,
    /// The status that the client got.
    pub(crate) status: u16,
    /// What the upstream says it took; without it, it is estimated from the bytes.
    pub(crate) usage: Option<Usage>,
}

#[allow(dead_code, reason = "the gateway asks")]
impl Ticket {
    /// Notes what was hidden.
    pub(crate) fn hidden(&mut self, kinds: impl IntoIterator<Item = (Kind, u32)>) {
        self.entry.hidden(kinds);
    }

    /// Notes who answers, after how many attempts.
    pub(crate) fn upstream(&mut self, name: &str, attempts: u32) {
        self.entry.upstream(name, attempts);
    }

    /// Notes bytes of model text that came in since the last call.
    pub(crate) fn progress(&mut self, output_bytes: u64) {
        self.output_bytes += output_bytes;
    }

    /// Ends it.
    pub(crate) fn settle(self, _: Outcome) {}
}
