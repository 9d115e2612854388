//! What requests left behind, in the store: the chain of the audit, the usage, what was spent.
//!
//! One rule: a record gets its number and its hash in the transaction that writes it, so that two daemons on one store
//! make one chain.

use super::{Store, StoreError};
use crate::account::{Batch, Kept, Link, Month, Row, Totals};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;
use std::sync::Arc;

/// Rows that are pruned in one piece of work, so that others get their turn between two.
const PRUNE_MAX: i64 = 5_000;

/// No request lasts longer. Records stand in the order in which requests ended and are asked for by when they began: before
/// one that began so much earlier, none of a span can stand.
const REQUEST_MILLIS_MAX: i64 = 24 * 3_600_000;

/// Records that are looked at in one piece of work, so that others can read between two.
const LOOKED_AT_MAX: i64 = 20_000;

/// Which records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Milliseconds since 1970.
    pub(crate) from: i64,
    /// Milliseconds since 1970; that moment is outside.
    pub(crate) to: i64,
}

impl Span {
    /// Everything.
    pub(crate) const ALL: Self = Self { from: i64::MIN, to: i64::MAX };
}

/// Some records, in order.
#[derive(Debug)]
pub(crate) struct Page {
    /// The records.
    pub(crate) kept: Vec<Kept>,
    /// After which to go on; none at the end.
    pub(crate) next: Option<i64>,
}

/// Where the chain of the audit begins and ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Its random name.
    pub(crate) id: String,
    /// The last record that was pruned: what is kept follows it.
    pub(crate) pruned: Link,
    /// The last record.
    pub(crate) head: Link,
}

fn chain(connection: &Connection) -> rusqlite::Result<Chain> {
    let query = "SELECT id, pruned_number, pruned_hash FROM audit_chain";
    let (id, pruned) = connection
        .prepare_cached(query)?
        .query_row([], |row| Ok((row.get(0)?, Link { number: row.get(1)?, hash: row.get(2)? })))?;
    let query = "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1";
    let last = connection
        .prepare_cached(query)?
        .query_row([], |row| Ok(Link { number: row.get(0)?, hash: row.get(1)? }))
        .optional()?;
    Ok(Chain { id, pruned, head: last.unwrap_or(pruned) })
}

fn append(connection: &Connection, records: &[(i64, String)]) -> rusqlite::Result<()> {
    let Chain { id, mut head, .. } = chain(connection)?;
    let is_first = head.number == 0;
    let query = "INSERT INTO audit (number, at, record, hash) VALUES (?, ?, ?, ?)";
    let mut insert = connection.prepare_cached(query)?;
    let mut add = |at: i64, rest: &str| {
        let kept = head.add(at, rest);
        insert.execute(params![kept.number, kept.at, kept.record, kept.hash]).map(drop)
    };
    if is_first {
        // Every hash after it depends on the name of the chain.
        let now = Timestamp::now();
        let first = format!(r#"{{"at":"{now:.3}","event":"begin","chain":"{id}"}}"#);
        add(now.as_millisecond(), &first)?;
    }
    records.iter().try_for_each(|(at, rest)| add(*at, rest))
}

fn add_usage(connection: &Connection, batch: &Batch) -> rusqlite::Result<()> {
    let query = "INSERT INTO usage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO UPDATE SET \
                 requests = requests + ?5, input = input + ?6, output = output + ?7, micros = micros + ?8, \
                 estimated = estimated + ?9";
    let mut add = connection.prepare_cached(query)?;
    for (row, totals) in &batch.usage {
        let Totals { requests, input, output, micros, estimated } = *totals;
        let [requests, input, output, micros, estimated] =
            [requests, input, output, micros, estimated].map(bounded);
        let Row { day, tenant, key, model } = row;
        add.execute(params![day, tenant, key, model, requests, input, output, micros, estimated])?;
    }
    let query =
        "INSERT INTO spent VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET micros = micros + ?3";
    let mut add = connection.prepare_cached(query)?;
    for ((key, month), micros) in &batch.spent {
        add.execute(params![month.0, key, bounded(*micros)])?;
    }
    Ok(())
}

/// A count that leaves room to be added to: an upstream may say any number.
fn bounded(count: u64) -> i64 {
    count.min(1 << 50) as i64
}

fn count(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(|count: i64| count.max(0) as u64)
}

impl Store {
    /// Writes what requests left behind.
    ///
    /// # Errors
    /// When the store fails; then nothing of it is written.
    pub(crate) async fn write_batch(&self, batch: Arc<Batch>) -> Result<(), StoreError> {
        let work = move |connection: &Connection, path: &Path| {
            let written =
                append(connection, &batch.records).and_then(|()| add_usage(connection, &batch));
            written.map_err(|source| StoreError::new(path, "write to", source))
        };
        self.writer.run(work).await
    }

    /// What each key has spent in a month.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn spent(&self, month: Month) -> Result<Vec<(String, u64)>, StoreError> {
        self.read(move |connection| {
            let mut query = connection.prepare("SELECT key, micros FROM spent WHERE month = ?")?;
            let rows = query.query_map([month.0], |row| Ok((row.get(0)?, count(row, 1)?)))?;
            rows.collect()
        })
        .await
    }

    /// What was used from one day up to and without another, by all keys or by one.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn usage(
        &self,
        (from, to): (i64, i64),
        key: Option<String>,
    ) -> Result<Vec<(Row, Totals)>, StoreError> {
        self.read(move |connection| {
            let query = "SELECT day, tenant, key, model, requests, input, output, micros, estimated FROM usage \
                         WHERE day >= ?1 AND day < ?2 AND (?3 IS NULL OR key = ?3) \
                         ORDER BY day, tenant, key, model";
            let mut query = connection.prepare(query)?;
            let rows = query.query_map(params![from, to, key], |row| {
                let of = Row {
                    day: row.get(0)?,
                    tenant: row.get(1)?,
                    key: row.get(2)?,
                    model: row.get(3)?,
                };
                let totals = Totals {
                    requests: count(row, 4)?,
                    input: count(row, 5)?,
                    output: count(row, 6)?,
                    micros: count(row, 7)?,
                    estimated: count(row, 8)?,
                };
                Ok((of, totals))
            })?;
            rows.collect()
        })
        .await
    }

    /// The first records of that span after a number, at most so many; fewer where much lies between them.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn audit(
        &self,
        span: Span,
        after: i64,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.read(move |connection| {
            let before = span.from.saturating_sub(REQUEST_MILLIS_MAX);
            let query = "SELECT number FROM audit WHERE at < ? ORDER BY at DESC LIMIT 1";
            let start: Option<i64> = connection
                .prepare_cached(query)?
                .query_row([before], |row| row.get(0))
                .optional()?;
            let start = start.unwrap_or(0).max(after);
            let query = "SELECT number, at, record, hash FROM audit WHERE number > ? \
                         ORDER BY number LIMIT ?";
            let mut query = connection.prepare_cached(query)?;
            let mut rows = query.query([start, LOOKED_AT_MAX])?;
            let (mut kept, mut looked_at, mut last) = (Vec::new(), 0, start);
            while let Some(row) = rows.next()? {
                let at = row.get(1)?;
                (looked_at, last) = (looked_at + 1, row.get(0)?);
                if (span.from..span.to).contains(&at) {
                    let (record, hash) = (row.get(2)?, row.get(3)?);
                    kept.push(Kept { number: last, at, record, hash });
                }
                if kept.len() >= limit {
                    break;
                }
            }
            let is_end = kept.len() < limit && looked_at < LOOKED_AT_MAX;
            Ok(Page { kept, next: (!is_end).then_some(last) })
        })
        .await
    }

    /// Where the chain begins and ends.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn audit_chain(&self) -> Result<Chain, StoreError> {
        self.read(chain).await
    }

    /// Prunes the records from before a time, and keeps where the chain goes on. The last record stays, so that nobody
    /// mistakes a pruned chain for one that was cut off. Returns how many are gone.
    ///
    /// # Errors
    /// When the store fails; what was pruned until then is gone.
    pub(crate) async fn prune_audit(&self, before: i64) -> Result<i64, StoreError> {
        let mut gone = 0;
        loop {
            let work = move |connection: &Connection, path: &Path| {
                prune(connection, before)
                    .map_err(|source| StoreError::new(path, "write to", source))
            };
            match self.writer.run(work).await? {
                0 => return Ok(gone),
                more => gone += more,
            }
        }
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let work = move |connection: &Connection, path: &Path| {
            work(connection).map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }
}

/// Prunes a first part of what is old: up to the first record that is not, because the order of numbers is not quite that
/// of times.
fn prune(connection: &Connection, before: i64) -> rusqlite::Result<i64> {
    let Chain { pruned, head, .. } = chain(connection)?;
    let end = head.number.min(pruned.number + PRUNE_MAX + 1);
    let query = "SELECT number FROM audit WHERE number > ? AND number < ? AND +at >= ? \
                 ORDER BY number LIMIT 1";
    let among = [pruned.number, end, before];
    let young: Option<i64> = connection.query_row(query, among, |row| row.get(0)).optional()?;
    let last = young.unwrap_or(end) - 1;
    if last <= pruned.number {
        return Ok(0);
    }
    let query = "UPDATE audit_chain SET pruned_number = ?1, \
                 pruned_hash = (SELECT hash FROM audit WHERE number = ?1)";
    connection.execute(query, [last])?;
    connection.execute("DELETE FROM audit WHERE number <= ?", [last])?;
    Ok(last - pruned.number)
}
