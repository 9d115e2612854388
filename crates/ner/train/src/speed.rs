//! Times the tagger: loading, and tokens a second of processor time on one core.

use crate::corpus::Record;
use ner::Model;
use ner::token::tokens;
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// Rounds of each measurement; the best one is the least disturbed.
const ROUNDS: usize = 5;

/// What was measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Speed {
    /// Milliseconds to make a tagger of the bytes of a file.
    pub(crate) load_ms: f64,
    /// Tokens a second, a record at a time.
    pub(crate) records: f64,
    /// Tokens a second, all records as one text.
    pub(crate) joined: f64,
    /// Megabytes a second, a record at a time.
    pub(crate) megabytes: f64,
}

/// Processor time of this thread, in seconds: the machine may have other work.
fn processor() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn best(mut work: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let from = processor();
        work();
        processor() - from
    });
    rounds.fold(f64::INFINITY, f64::min)
}

/// Times reading `bytes` and tagging `records`.
#[must_use]
pub(crate) fn speed(bytes: &[u8], model: &Model, records: &[Record]) -> Speed {
    let load = best(|| {
        black_box(Model::read(bytes).is_ok());
    });
    let joined = records.iter().map(|record| record.text.as_str()).collect::<Vec<_>>().join("\n");
    let count: usize = records.iter().map(|record| tokens(&record.text).len()).sum();
    let length: usize = records.iter().map(|record| record.text.len()).sum();
    let apart = best(|| {
        for record in records {
            black_box(model.tag(&record.text, None));
        }
    });
    let together = best(|| {
        black_box(model.tag(&joined, None));
    });
    Speed {
        load_ms: load * 1e3,
        records: count as f64 / apart,
        joined: count as f64 / together,
        megabytes: length as f64 / 1e6 / apart,
    }
}
