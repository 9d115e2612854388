//! What a request is counted and admitted by. Whatever becomes of it is counted once; dropped without an end, its client
//! went away.

use super::Found;
use super::question::Question;
use crate::http::Refusal;
use crate::metrics::{GatewayMetrics, Metrics};
use http::StatusCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::{Dialect, Request, Usage};

/// Bytes that are taken for a token where nobody counted.
const BYTES_PER_TOKEN: u64 = 4;

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Refused,
    Blocked,
    UpstreamFailed,
    Late,
    Gone,
    Failed,
}

impl Ended {
    fn name(self) -> &'static str {
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

    /// What a refusal's code says about it.
    pub(super) fn of_code(code: &str) -> Self {
        match code {
            "blocked" => Self::Blocked,
            "upstream_failed" | "no_upstream" => Self::UpstreamFailed,
            "upstream_timeout" => Self::Late,
            "internal" | "store_unavailable" => Self::Failed,
            _ => Self::Refused,
        }
    }
}

/// What a whole answer took.
pub(super) struct Done {
    pub(super) usage: Option<Usage>,
    /// Bytes of what the model wrote.
    pub(super) output_bytes: u64,
    /// Originals that were put back.
    pub(super) restored: u64,
}

/// What is to be admitted.
pub(super) struct Admission<'q> {
    pub(super) question: &'q Question,
    pub(super) model: &'q str,
    pub(super) streams: bool,
    /// Tokens of the question, estimated.
    pub(super) input: u64,
    /// The most tokens that may come back; none where the request does not say.
    pub(super) output: Option<u64>,
}

impl<'q> Admission<'q> {
    /// Of a request.
    pub(super) fn of(question: &'q Question, request: &'q Request) -> Self {
        let input = request.body().len() as u64 / BYTES_PER_TOKEN;
        let output = request.output_max().map(|most| most * u64::from(request.choices().max(1)));
        let model = request.model().unwrap_or_default();
        Self { question, model, streams: request.streams(), input, output }
    }
}

/// See the module.
pub(super) struct Bill {
    metrics: Arc<Metrics>,
    dialect: Dialect,
    started: Instant,
    begun: bool,
    streams: bool,
    ended: bool,
}

impl Bill {
    /// Begins.
    pub(super) fn begin(metrics: &Arc<Metrics>, dialect: Dialect) -> Self {
        let metrics = Arc::clone(metrics);
        Self {
            metrics,
            dialect,
            started: Instant::now(),
            begun: false,
            streams: false,
            ended: false,
        }
    }

    fn gateway(&self) -> &GatewayMetrics {
        &self.metrics.gateway
    }

    /// Notes what was found, and how long that took.
    pub(super) fn hidden(&mut self, found: &Found, took: Duration) {
        self.gateway().hidden(found.iter(), took);
    }

    /// Lets it ask a model, or waits until it may.
    ///
    /// # Errors
    /// When it may not.
    pub(super) async fn admit(&mut self, _: Admission<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    /// Notes who answers, after how many attempts.
    pub(super) fn upstream(&mut self, _name: &str, _attempts: u32) {}

    /// Notes that the answer streams.
    pub(super) fn streams(&mut self) {
        self.streams = true;
        self.gateway().streams.inc();
    }

    /// Notes bytes that the model wrote since the last call.
    pub(super) fn progress(&mut self, _output_bytes: u64) {
        if !std::mem::replace(&mut self.begun, true) {
            self.gateway().first_byte.observe(self.started.elapsed().as_secs_f64());
        }
    }

    /// Notes originals that were put back.
    pub(super) fn restored(&mut self, count: u64) {
        self.gateway().restored.inc_by(count);
    }

    /// A whole answer is there.
    pub(super) fn done(mut self, done: Done) {
        self.progress(done.output_bytes);
        self.restored(done.restored);
        self.settle(Ended::Done, StatusCode::OK, done.usage);
    }

    /// The upstream answered with an error, which the client gets.
    pub(super) fn failed(mut self, status: StatusCode) {
        let ended = if status.is_server_error() { Ended::UpstreamFailed } else { Ended::Refused };
        self.settle(ended, status, None);
    }

    /// The client gets this refusal.
    pub(super) fn refused(mut self, refusal: Refusal) -> Refusal {
        self.settle(Ended::of_code(refusal.code), refusal.status, None);
        refusal
    }

    /// Ends it, once.
    pub(super) fn settle(&mut self, ended: Ended, _: StatusCode, _: Option<Usage>) {
        if !std::mem::replace(&mut self.ended, true) {
            let took = self.started.elapsed();
            self.gateway().ended(self.dialect.name(), ended.name(), took);
        }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        self.settle(Ended::Gone, StatusCode::OK, None);
        if self.streams {
            self.gateway().streams.dec();
        }
    }
}
