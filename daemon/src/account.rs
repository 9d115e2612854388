//! What a request may cost and what it leaves behind: rates, streams, the queue, budgets, usage and the audit.
//!
//! One rule: what is taken when a request comes in is given back when it is dropped, whatever becomes of it. Nothing here
//! ever sees a text.

mod book;
mod budget;
mod chain;
mod entry;
mod queue;
mod rate;
mod refusal;
pub(crate) mod report;
mod ticket;

pub(crate) use book::{Batch, Row, Totals};
pub(crate) use budget::Month;
pub(crate) use chain::{Kept, Link};
pub(crate) use entry::{Ended, Entry, Head};
pub(crate) use ticket::{Outcome, Ticket};

use crate::auth::Caller;
use crate::http::Refusal;
use crate::metrics::Metrics;
use crate::settings::Settings;
use crate::store::{Store, StoreError};
use book::Book;
use budget::{Prices, Purses};
use queue::{Bounds, Queue};
use rate::Meters;
use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use ticket::Hold;

/// Everything that is counted and limited.
#[derive(Debug)]
pub(crate) struct Accounts {
    limits: Limits,
    metrics: Arc<Metrics>,
    book: Arc<Book>,
    began: Instant,
    rates: Mutex<Rates>,
    streams: AtomicUsize,
    queue: Arc<Queue>,
    purses: Purses,
}

/// What the settings say.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Of one key or address, in a minute; none where there is no limit.
    requests: Option<u64>,
    tokens: Option<u64>,
    streams_max: Option<usize>,
    enforce: bool,
    /// Tokens reserved for an answer whose request sets no maximum.
    output_tokens: u64,
    prices: Prices,
    /// Whether the audit has addresses.
    addresses: bool,
    /// Whether nothing goes without the audit.
    required: bool,
}

#[derive(Debug, Default)]
struct Rates {
    keys: Meters,
    addresses: Meters,
    tokens: Meters,
}

/// A request that wants to ask a model.
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
    /// The most tokens that an answer may have; none where the request does not say.
    pub(crate) output: Option<u64>,
    /// How many answers come back.
    pub(crate) answers: u64,
}

/// No limit where the setting is nought.
fn above_nought(limit: u64) -> Option<u64> {
    (limit > 0).then_some(limit)
}

impl Accounts {
    /// Reads what was spent this month, and begins to write.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn open(
        settings: &Settings,
        store: Arc<Store>,
        metrics: Arc<Metrics>,
    ) -> Result<Arc<Self>, StoreError> {
        let month = Month::of(jiff::Timestamp::now().as_second());
        let purses = Purses::new(month, store.spent(month).await?);
        let queue = &settings.queue;
        let bounds = Bounds {
            running_max: queue.running.0 as usize,
            waiting_max: queue.waiting.0 as usize,
            timeout: queue.timeout.0,
        };
        let price = &settings.price;
        let limits = Limits {
            requests: above_nought(settings.rate.limit_per_minute.0),
            tokens: above_nought(settings.rate.tokens_per_minute.0),
            streams_max: above_nought(settings.stream.max_concurrent.0).map(|max| max as usize),
            enforce: settings.budget.enforce,
            output_tokens: settings.budget.output_tokens.0,
            prices: Prices::new(price.per_mtok_input.0, price.per_mtok_output.0),
            addresses: settings.audit.addresses,
            required: settings.audit.required,
        };
        let book = Arc::new(Book::new(&metrics));
        tokio::spawn(Arc::clone(&book).run(store));
        let version = env!("CARGO_PKG_VERSION");
        book.put_event(book::event("start", &format!(r#","version":"{version}""#)));
        let queue = Arc::new(Queue::new(bounds, metrics.queue_waiting.clone()));
        let (rates, streams) = (Mutex::default(), AtomicUsize::new(0));
        let began = Instant::now();
        Ok(Arc::new(Self { limits, metrics, book, began, rates, streams, queue, purses }))
    }

    /// Counts a request against the rates; the router asks for every route that has a scope. A key that has a rate of its
    /// own is counted by that alone, wherever it comes from; all others by their key and by their address.
    ///
    /// # Errors
    /// 429 `rate_limited`, with when to come again.
    pub(crate) fn rate(&self, caller: &Caller, address: &str) -> Result<(), Refusal> {
        let own = caller.terms.requests_per_minute.map(u64::from);
        let (by_key, by_address) = match own {
            Some(own) => (above_nought(own), None),
            None => (self.limits.requests, self.limits.requests),
        };
        if by_key.is_none() && by_address.is_none() {
            return Ok(());
        }
        let now = self.micros();
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        let address = by_address.map(|limit| (network(address), (1, limit)));
        if let Some((network, amount)) = &address
            && let Err(wait) = rates.addresses.ask(network, now, *amount)
        {
            self.metrics.limited("address");
            return Err(refusal::rate("too many requests in a minute from this address", wait));
        }
        if let (Some(key), Some(limit)) = (&caller.key, by_key)
            && let Err(wait) = rates.keys.take(key, now, (1, limit))
        {
            self.metrics.limited("key");
            return Err(refusal::rate("too many requests in a minute with this key", wait));
        }
        if let Some((network, amount)) = &address {
            // It was asked under the same lock.
            let _ = rates.addresses.take(network, now, *amount);
        }
        Ok(())
    }

    /// Lets a request ask a model, or waits until it may.
    ///
    /// # Errors
    /// 429 `rate_limited` or `streams_limited`, 402 `budget_spent`, 503 `saturated` after the queue's deadline.
    pub(crate) async fn admit(self: &Arc<Self>, admit: Admit<'_>) -> Result<Ticket, Refusal> {
        admit.entry.model(admit.model);
        let mut hold = Hold::new(self, &admit);
        hold.take_tokens(admit.caller)?;
        hold.reserve(admit.caller)?;
        if admit.streams {
            hold.open_stream()?;
        }
        hold.enter().await?;
        Ok(Ticket::new(Arc::clone(admit.entry), hold))
    }

    /// Keeps a place for a record in the audit.
    fn open_record(&self) -> Result<(), Refusal> {
        if self.book.reserve() || !self.limits.required {
            return Ok(());
        }
        self.book.release();
        self.metrics.limited("audit");
        Err(refusal::audit())
    }

    /// Writes what requests left behind so far, for who wants to read it. False when the store does not take it in time.
    pub(crate) async fn flush(&self) -> bool {
        self.book.flush().await
    }

    /// Waits a moment for the requests that are being given up, and writes the rest. What comes afterwards is lost; the
    /// last record says of how many requests that is.
    pub(crate) async fn close(&self) {
        let open = match self.book.settled().await {
            0 => String::new(),
            open => format!(r#","open":{open}"#),
        };
        self.book.put_event(book::event("stop", &open));
        if !self.book.close().await {
            tracing::error!("the store did not take the last records of the audit; they are lost");
        }
    }

    /// Opens one stream more, where that may be.
    fn open_stream(&self) -> bool {
        let max = self.limits.streams_max.unwrap_or(usize::MAX);
        let more = |open: usize| (open < max).then_some(open + 1);
        let opened = self.streams.fetch_update(Relaxed, Relaxed, more).is_ok();
        if opened {
            self.metrics.streams_open.inc();
        }
        opened
    }

    fn close_stream(&self) {
        self.streams.fetch_sub(1, Relaxed);
        self.metrics.streams_open.dec();
    }

    /// Microseconds since the start.
    fn micros(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}

/// What of an address is counted: all of IPv4, and of IPv6 the first half, because one line has all of the second.
fn network(address: &str) -> Cow<'_, str> {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64").into()
        }
        _ => address.into(),
    }
}

#[cfg(test)]
mod tests;
