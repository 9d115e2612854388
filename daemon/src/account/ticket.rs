//! What a request that asks a model holds, from its admission to its settlement. Dropping any of it gives it back.

use super::budget::Month;
use super::entry::{Ended, Entry, Took};
use super::queue::Place;
use super::{Accounts, Admit, above_nought, network, refusal};
use crate::auth::Caller;
use crate::http::Refusal;
use std::sync::{Arc, PoisonError};
use wire::Usage;

/// Bytes of text that count as a token where nobody says how many there were.
const TOKEN_BYTES: u64 = 4;

/// Tokens that a request is taken to ask for or to get, whatever it or its upstream says: no model takes as many, and sums
/// of them stay far from the end of the numbers.
const TOKENS_MAX: u64 = 100_000_000;

/// The status of a client that went away.
const GONE: u16 = 499;

/// How asking a model ended.
pub(crate) struct Outcome {
    /// How.
    pub(crate) result: Ended,
    /// The status that the client got.
    pub(crate) status: u16,
    /// What the upstream says it took; without it, it is estimated from the bytes.
    pub(crate) usage: Option<Usage>,
}

/// A request that may ask. Dropped without `settle`, its client went away: what was counted so far is settled.
pub(crate) struct Ticket {
    entry: Arc<Entry>,
    hold: Hold,
    output_bytes: u64,
    settled: bool,
}

/// What a request took from others.
pub(super) struct Hold {
    accounts: Arc<Accounts>,
    /// The key, or the address of who has none.
    who: String,
    key: String,
    input: u64,
    output: u64,
    /// The limit of tokens that they were taken from.
    tokens_limit: Option<u64>,
    reserved: Option<(Month, u64)>,
    stream: bool,
    place: Option<Place>,
}

impl Hold {
    pub(super) fn new(accounts: &Arc<Accounts>, admit: &Admit<'_>) -> Self {
        let key = admit.caller.key.clone().unwrap_or_default();
        let who = match key.is_empty() {
            true => network(&admit.entry.address).into_owned(),
            false => key.clone(),
        };
        Self {
            accounts: Arc::clone(accounts),
            who,
            key,
            input: admit.input.min(TOKENS_MAX),
            output: admit
                .output
                .unwrap_or(accounts.limits.output_tokens)
                .saturating_mul(admit.answers)
                .min(TOKENS_MAX),
            tokens_limit: None,
            reserved: None,
            stream: false,
            place: None,
        }
    }

    /// Takes the tokens of a minute, by estimate.
    pub(super) fn take_tokens(&mut self, caller: &Caller) -> Result<(), Refusal> {
        let accounts = &self.accounts;
        let own = caller.terms.tokens_per_minute;
        let limit = own.map_or(accounts.limits.tokens, above_nought);
        let Some(limit) = limit else { return Ok(()) };
        let now = accounts.micros();
        let mut rates = accounts.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let amount = (self.input + self.output, limit);
        if let Err(wait) = rates.tokens.take(&self.who, now, amount) {
            accounts.metrics.limited("tokens");
            return Err(refusal::rate("too many tokens in a minute with this key", wait));
        }
        self.tokens_limit = Some(limit);
        Ok(())
    }

    /// Reserves the most that it may cost.
    pub(super) fn reserve(&mut self, caller: &Caller) -> Result<(), Refusal> {
        let limits = &self.accounts.limits;
        let month = Month::of(jiff::Timestamp::now().as_second());
        let most = limits.prices.cost(self.input, self.output);
        let limit = caller.terms.budget_micros.filter(|_| limits.enforce);
        if let Err(why) = self.accounts.purses.reserve((&self.key, month), most, limit) {
            self.accounts.metrics.limited("budget");
            return Err(refusal::budget(why, month));
        }
        self.reserved = Some((month, most));
        Ok(())
    }

    /// Opens a stream.
    pub(super) fn open_stream(&mut self) -> Result<(), Refusal> {
        self.stream = self.accounts.open_stream();
        if self.stream {
            return Ok(());
        }
        self.accounts.metrics.limited("streams");
        Err(refusal::streams())
    }

    /// Takes a place among those that ask, or waits for one.
    pub(super) async fn enter(&mut self) -> Result<(), Refusal> {
        let queue = Arc::clone(&self.accounts.queue);
        match queue.enter(&self.who).await {
            Ok(place) => self.place = Some(place),
            Err(why) => {
                self.accounts.metrics.limited("queue");
                return Err(refusal::place(why));
            }
        }
        Ok(())
    }

    /// Sets right what was taken by estimate; the rest is given back when this is dropped. Returns the month that pays.
    fn settle(&mut self, (input, output, micros): (u64, u64, u64)) -> Option<Month> {
        let accounts = &self.accounts;
        if let Some(limit) = self.tokens_limit.take() {
            let estimated = self.input + self.output;
            let mut rates = accounts.rates.lock().unwrap_or_else(PoisonError::into_inner);
            rates.tokens.correct(&self.who, (estimated, input + output), limit);
        }
        let (month, reserved) = self.reserved.take()?;
        accounts.purses.settle((&self.key, month), (reserved, micros));
        Some(month)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        // Settled already, or never admitted: then it cost nothing.
        self.settle((0, 0, 0));
        if self.stream {
            self.accounts.close_stream();
        }
    }
}

impl Ticket {
    pub(super) fn new(entry: Arc<Entry>, hold: Hold) -> Self {
        entry.asks();
        Self { entry, hold, output_bytes: 0, settled: false }
    }

    /// What the audit will say of it.
    #[cfg(test)]
    pub(super) fn entry(&self) -> &Entry {
        &self.entry
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
    pub(crate) fn settle(mut self, outcome: Outcome) {
        self.end(&outcome);
    }

    fn end(&mut self, outcome: &Outcome) {
        if std::mem::replace(&mut self.settled, true) {
            return;
        }
        let (usage, estimated) = match outcome.usage {
            Some(usage) => (usage, false),
            None => (self.estimate(outcome.result), true),
        };
        let (input, output) = (usage.input.min(TOKENS_MAX), usage.output.min(TOKENS_MAX));
        let accounts = Arc::clone(&self.hold.accounts);
        let micros = accounts.limits.prices.cost(input, output);
        accounts.metrics.took(input, output, micros);
        let month = self.hold.settle((input, output, micros)).expect("settled once");
        let estimated = estimated && input + output > 0;
        let took = Took { input, output, micros, estimated, month };
        self.entry.finish((outcome.result, outcome.status), Some(took));
    }

    /// What it took where the upstream does not say: the question, unless it failed before anything came back, and what
    /// came of the answer.
    fn estimate(&self, result: Ended) -> Usage {
        let output = self.output_bytes.div_ceil(TOKEN_BYTES);
        // Whoever went away or gave up did not stop the upstream from counting what it was sent.
        let asked = output > 0 || matches!(result, Ended::Done | Ended::Gone | Ended::Late);
        Usage { input: if asked { self.hold.input } else { 0 }, output }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.end(&Outcome { result: Ended::Gone, status: GONE, usage: None });
    }
}
