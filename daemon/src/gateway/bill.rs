//! What a request is counted and admitted by. Whatever becomes of it is counted once; dropped without an end, its client
//! went away.

use super::Found;
use crate::account::{Accounts, Admit, Ended, Entry, Outcome, Ticket};
use crate::auth::Caller;
use crate::http::Refusal;
use crate::metrics::{GatewayMetrics, Metrics};
use crate::policy::Policy;
use http::StatusCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wire::{Dialect, Request, Usage};

/// Bytes that are taken for a token where nobody counted.
pub(super) const BYTES_PER_TOKEN: u64 = 4;

/// What a refusal's code says about how a request ended.
pub(super) fn ended_by(code: &str) -> Ended {
    match code {
        "blocked" => Ended::Blocked,
        "upstream_failed" | "no_upstream" => Ended::UpstreamFailed,
        "upstream_timeout" => Ended::Late,
        "internal" | "store_unavailable" => Ended::Failed,
        _ => Ended::Refused,
    }
}

/// The most tokens that one answer may have. Of an embedding none is written, whatever the request says.
fn output_max(request: &Request) -> Option<u64> {
    match request.dialect() {
        Dialect::Embeddings => Some(0),
        _ => request.output_max(),
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

/// See the module.
pub(super) struct Bill {
    metrics: Arc<Metrics>,
    dialect: Dialect,
    started: Instant,
    entry: Arc<Entry>,
    /// Once it is admitted.
    ticket: Option<Ticket>,
    begun: bool,
    ended: bool,
}

impl Bill {
    /// Begins.
    pub(super) fn begin(metrics: &Arc<Metrics>, dialect: Dialect, entry: Arc<Entry>) -> Self {
        let (metrics, started) = (Arc::clone(metrics), Instant::now());
        Self { metrics, dialect, started, entry, ticket: None, begun: false, ended: false }
    }

    fn gateway(&self) -> &GatewayMetrics {
        &self.metrics.gateway
    }

    /// Notes the policy.
    pub(super) fn policy(&self, policy: &Policy) {
        self.entry.policy(&policy.name);
    }

    /// Notes what was found, and how long that took.
    pub(super) fn hidden(&mut self, found: &Found, took: Duration) {
        self.gateway().hidden(found.iter(), took);
        self.entry.hidden(found.iter());
    }

    /// Lets it ask a model, or waits until it may; `model` is what the model is counted as.
    ///
    /// # Errors
    /// When it may not.
    pub(super) async fn admit(
        &mut self,
        accounts: &Arc<Accounts>,
        (caller, model): (&Caller, &str),
        request: &Request,
    ) -> Result<(), Refusal> {
        let admit = Admit {
            caller,
            entry: &self.entry,
            model,
            streams: request.streams(),
            input: request.body().len() as u64 / BYTES_PER_TOKEN,
            output: output_max(request),
            answers: u64::from(request.choices()),
        };
        self.ticket = Some(accounts.admit(admit).await?);
        Ok(())
    }

    /// Notes who answers, after how many attempts.
    pub(super) fn upstream(&mut self, name: &str, attempts: u32) {
        if let Some(ticket) = &mut self.ticket {
            ticket.upstream(name, attempts);
        }
    }

    /// Notes bytes that the model wrote since the last call.
    pub(super) fn progress(&mut self, output_bytes: u64) {
        if let Some(ticket) = &mut self.ticket {
            ticket.progress(output_bytes);
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.gateway().first_byte.observe(self.started.elapsed().as_secs_f64());
        }
    }

    /// Notes originals that were put back.
    pub(super) fn restored(&mut self, count: u64) {
        self.gateway().restored.inc_by(count);
    }

    /// A whole answer is there, and is shown or refused.
    pub(super) fn done(mut self, done: Done, refusal: Option<&Refusal>) {
        self.progress(done.output_bytes);
        self.restored(done.restored);
        let (ended, status) = match refusal {
            Some(refusal) => (ended_by(refusal.code), refusal.status),
            None => (Ended::Done, StatusCode::OK),
        };
        self.settle(ended, status, done.usage);
    }

    /// The upstream answered with an error, which the client gets.
    pub(super) fn failed(mut self, status: StatusCode) {
        let ended = if status.is_server_error() { Ended::UpstreamFailed } else { Ended::Refused };
        self.settle(ended, status, None);
    }

    /// The client gets this refusal.
    pub(super) fn refused(mut self, refusal: Refusal) -> Refusal {
        self.settle(ended_by(refusal.code), refusal.status, None);
        refusal
    }

    /// Ends it, once.
    pub(super) fn settle(&mut self, result: Ended, status: StatusCode, usage: Option<Usage>) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        self.gateway().ended(self.dialect.name(), result.name(), self.started.elapsed());
        let status = status.as_u16();
        match self.ticket.take() {
            Some(ticket) => ticket.settle(Outcome { result, status, usage }),
            None => self.entry.end_as(result, status),
        }
    }
}

impl Drop for Bill {
    fn drop(&mut self) {
        if !self.ended {
            let (result, took) = (Ended::Gone, self.started.elapsed());
            self.gateway().ended(self.dialect.name(), result.name(), took);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedding_reserves_nothing_for_its_answer() {
        let most = |dialect, body: &str| {
            let request = Request::read(dialect, body.as_bytes().to_vec()).unwrap();
            (output_max(&request), request.choices())
        };
        assert_eq!(most(Dialect::Embeddings, r#"{"model":"m","input":["a","b"]}"#).0, Some(0));
        let chat = r#"{"model":"m","n":3,"messages":[{"role":"user","content":"a"}]"#;
        assert_eq!(most(Dialect::Chat, &format!("{chat}}}")), (None, 3));
        assert_eq!(most(Dialect::Chat, &format!(r#"{chat},"max_tokens":7}}"#)), (Some(7), 3));
    }
}
