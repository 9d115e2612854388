//! What requests leave behind, gathered in memory and written by the store in batches: their records in the audit, the
//! usage by key and day, what keys have spent.
//!
//! One rule: no request waits for the store. A crash loses what was not written: at most [`GATHER`] and the write in
//! flight. While the store fails, records wait; when too many do, they are lost, counted, and a record says how many.

use super::budget::Month;
use super::entry::OTHER;
use crate::failure::Failure;
use crate::metrics::Metrics;
use crate::store::Store;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};

/// How long records are gathered before they are written.
const GATHER: Duration = Duration::from_millis(100);

/// Records in one write: beyond this they hold up what else the store has to write.
const BATCH_MAX: usize = 256;

/// Records that wait while the store fails; some 13 MB.
const WAITING_MAX: usize = 32_768;

/// From one attempt to the next while the store fails.
const RETRY: Duration = Duration::from_secs(1);

/// How long the end of the daemon waits for the last write, and a reader for what came in before it asked.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the end of the daemon waits for requests that are given up: they only have to be dropped.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(1);

/// Names of models in the usage of a day. Where clients may name any, the rest is counted together.
const MODELS_MAX: usize = 512;

/// Whose usage, of what, on which day.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Row {
    /// Days since 1970 (UTC).
    pub(crate) day: i64,
    /// The number of the tenant.
    pub(crate) tenant: i64,
    /// The id of the key; empty without one.
    pub(crate) key: String,
    /// The model; empty where none was asked.
    pub(crate) model: String,
}

/// How much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Requests.
    pub(crate) requests: u64,
    /// Tokens asked.
    pub(crate) input: u64,
    /// Tokens answered.
    pub(crate) output: u64,
    /// What they cost, in millionths of the currency.
    pub(crate) micros: u64,
    /// Requests whose tokens were estimated.
    pub(crate) estimated: u64,
}

impl Totals {
    fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.input += other.input;
        self.output += other.output;
        self.micros += other.micros;
        self.estimated += other.estimated;
    }
}

/// What is written together, whole or not at all.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Records for the audit, without their numbers, each with its time in milliseconds.
    pub(crate) records: Vec<(i64, String)>,
    /// To be added to the usage.
    pub(crate) usage: HashMap<Row, Totals>,
    /// To be added to what keys have spent.
    pub(crate) spent: HashMap<(String, Month), u64>,
}

/// See the module.
#[derive(Debug)]
pub(super) struct Book {
    pages: Mutex<Pages>,
    /// Records that will come: of requests that are being worked on.
    open: AtomicUsize,
    /// There are none.
    none_open: Notify,
    /// Whether the last write failed.
    failing: AtomicBool,
    closing: AtomicBool,
    /// There is something to write.
    some: Notify,
    /// It is to be written now.
    now: Notify,
    /// How many records are done with.
    done: watch::Sender<u64>,
    lost: prometheus_client::metrics::counter::Counter,
}

#[derive(Debug, Default)]
struct Pages {
    batch: Batch,
    /// Records that came in so far.
    count: u64,
    /// Records that found no room since the last write.
    lost: u64,
    models: HashSet<String>,
    models_day: i64,
}

/// A record of what happened to tacitd itself.
pub(super) fn event(event: &str, more: &str) -> (i64, String) {
    let now = jiff::Timestamp::now();
    (now.as_millisecond(), format!(r#"{{"at":"{now:.3}","event":"{event}"{more}}}"#))
}

impl Book {
    /// Opens it; [`Book::run`] must be spawned.
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            pages: Mutex::default(),
            open: AtomicUsize::new(0),
            none_open: Notify::new(),
            failing: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            some: Notify::new(),
            now: Notify::new(),
            done: watch::Sender::new(0),
            lost: metrics.audit_lost.clone(),
        }
    }

    /// Keeps a place for the record of a request. False when there is none, or the store fails: then no record is sure to
    /// be kept.
    pub(super) fn reserve(&self) -> bool {
        let open = self.open.fetch_add(1, Relaxed);
        !self.failing.load(Relaxed) && self.pages().batch.records.len() + open < WAITING_MAX
    }

    /// Gives such a place back.
    pub(super) fn release(&self) {
        if self.open.fetch_sub(1, Relaxed) == 1 {
            self.none_open.notify_waiters();
        }
    }

    /// Waits a moment for the records that will come. Returns how many did not.
    pub(super) async fn settled(&self) -> usize {
        let all = async {
            loop {
                let told = self.none_open.notified();
                if self.open.load(Relaxed) == 0 {
                    return;
                }
                told.await;
            }
        };
        drop(tokio::time::timeout(SETTLE_TIMEOUT, all).await);
        self.open.load(Relaxed)
    }

    /// Takes a request's record, and what it adds to the usage and, in that month, to what its key has spent.
    pub(super) fn put(
        &self,
        record: (i64, String),
        (mut row, totals): (Row, Totals),
        month: Option<Month>,
    ) {
        let mut pages = self.pages();
        if let Some(month) = month.filter(|_| totals.micros > 0 && !row.key.is_empty()) {
            *pages.batch.spent.entry((row.key.clone(), month)).or_insert(0) += totals.micros;
        }
        pages.name_model(&mut row);
        pages.batch.usage.entry(row).or_default().add(totals);
        self.keep(pages, record);
        // Only now: the end waits for this, and its own record is the last.
        self.release();
    }

    /// Takes a record that is no request's.
    pub(super) fn put_event(&self, record: (i64, String)) {
        self.keep(self.pages(), record);
    }

    fn keep(&self, mut pages: MutexGuard<'_, Pages>, record: (i64, String)) {
        pages.count += 1;
        if pages.batch.records.len() >= WAITING_MAX {
            pages.lost += 1;
            self.lost.inc();
            return;
        }
        pages.batch.records.push(record);
        match pages.batch.records.len() {
            1 => self.some.notify_one(),
            BATCH_MAX => self.now.notify_one(),
            _ => {}
        }
    }

    /// Writes what came in so far, and waits for it a while. False when it is not written by then.
    pub(super) async fn flush(&self) -> bool {
        let count = self.pages().count;
        self.now.notify_one();
        let mut done = self.done.subscribe();
        let written = tokio::time::timeout(FLUSH_TIMEOUT, done.wait_for(|done| *done >= count));
        written.await.is_ok_and(|done| done.is_ok())
    }

    /// Writes the rest and ends. False when it could not be written.
    pub(super) async fn close(&self) -> bool {
        self.closing.store(true, Relaxed);
        self.some.notify_one();
        self.flush().await
    }

    /// Writes, as long as the daemon runs.
    pub(super) async fn run(self: Arc<Self>, store: Arc<Store>) {
        loop {
            self.some.notified().await;
            if !self.closing.load(Relaxed) {
                drop(tokio::time::timeout(GATHER, self.now.notified()).await);
            }
            while let Some((batch, count)) = self.take() {
                self.write(&store, Arc::new(batch)).await;
                self.done.send_modify(|done| *done += count);
            }
        }
    }

    /// Takes what is written next, and how many records that settles.
    fn take(&self) -> Option<(Batch, u64)> {
        let mut pages = self.pages();
        let lost = std::mem::take(&mut pages.lost);
        let mut batch = std::mem::take(&mut pages.batch);
        if batch.records.len() > BATCH_MAX {
            pages.batch.records = batch.records.split_off(BATCH_MAX);
        }
        let count = batch.records.len() as u64 + lost;
        if lost > 0 {
            batch.records.push(event("lost", &format!(r#","count":{lost}"#)));
        }
        (!batch.records.is_empty()).then_some((batch, count))
    }

    /// Writes a batch, however long the store fails.
    async fn write(&self, store: &Store, batch: Arc<Batch>) {
        while let Err(error) = store.write_batch(Arc::clone(&batch)).await {
            if !self.failing.swap(true, Relaxed) {
                let failure = Failure::because("write the audit", &error);
                tracing::error!(why = failure.message, "records of the audit wait for the store");
            }
            tokio::time::sleep(RETRY).await;
        }
        if self.failing.swap(false, Relaxed) {
            tracing::info!("the audit is written again");
        }
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pages {
    /// Calls a model `other` when the day has had too many names.
    fn name_model(&mut self, row: &mut Row) {
        if row.day != self.models_day {
            self.models.clear();
            self.models_day = row.day;
        }
        if row.model.is_empty() || self.models.contains(&row.model) {
            return;
        }
        if self.models.len() >= MODELS_MAX {
            OTHER.clone_into(&mut row.model);
        } else {
            self.models.insert(row.model.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kit::serve::Connections;

    fn book() -> Book {
        Book::new(&Metrics::new(&Connections::new(1)))
    }

    fn row(model: &str) -> Row {
        Row { day: 1, tenant: 1, key: "a".to_owned(), model: model.to_owned() }
    }

    fn put(book: &Book, model: &str) {
        book.reserve();
        let totals = Totals { requests: 1, micros: 2, ..Totals::default() };
        book.put((5, "{}".to_owned()), (row(model), totals), Some(Month(9)));
    }

    #[test]
    fn what_finds_no_room_is_counted_and_told_in_a_record() {
        let book = book();
        for _ in 0..WAITING_MAX {
            put(&book, "m");
        }
        assert!(!book.reserve(), "there is no room left");
        book.release();
        put(&book, "m");
        put(&book, "m");
        assert_eq!(book.lost.get(), 2);
        let (batch, count) = book.take().unwrap();
        assert_eq!((batch.records.len(), count), (BATCH_MAX + 1, BATCH_MAX as u64 + 2));
        let (_, lost) = batch.records.last().unwrap();
        assert!(lost.ends_with(r#""event":"lost","count":2}"#), "{lost}");
        let used = batch.usage[&row("m")].requests;
        assert_eq!(used, WAITING_MAX as u64 + 2, "the usage loses nothing");
        assert_eq!(batch.spent[&("a".to_owned(), Month(9))], 2 * used);
        assert!(book.reserve(), "there is room again");
        let (batch, count) = book.take().unwrap();
        assert_eq!((batch.records.len(), count), (BATCH_MAX, BATCH_MAX as u64));
        assert!(batch.usage.is_empty() && batch.spent.is_empty());
    }

    #[test]
    fn a_day_has_so_many_names_of_models_and_no_more() {
        let book = book();
        (0..MODELS_MAX + 20).for_each(|number| put(&book, &format!("m{number}")));
        put(&book, "m0");
        let (batch, _) = book.take().unwrap();
        assert_eq!(batch.usage.len(), MODELS_MAX + 1);
        assert_eq!((batch.usage[&row(OTHER)].requests, batch.usage[&row("m0")].requests), (20, 2));
    }
}
