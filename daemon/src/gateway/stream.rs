//! An answer that streams: each piece is shown as it comes, and what only the next one can decide is held back.
//!
//! Whatever becomes of it ends it well: an upstream that breaks off leaves the client with the error event of its
//! dialect, and a client that goes away closes the upstream's stream in the same moment. A stream runs in a task of its own:
//! the connection of a client that takes nothing may never ask for the next piece, and then no clock of its would run.

use super::Asked;
use super::bill::{BYTES_PER_TOKEN, Bill, ended_by};
use super::refusal::{blocked, failed, of_body};
use super::show::Shower;
use crate::account::Ended;
use crate::http::{Answer, CutOff, Flow, Refusal, family, typed};
use bytes::Bytes;
use futures_util::{Stream, stream};
use http::{HeaderName, HeaderValue, StatusCode};
use infer::{AskError, ReplyBody};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use wire::{ErrorBody, StreamOptions};

/// How long an upstream has to end its stream after it said that the answer is complete; then its connection is not
/// worth keeping.
const TAIL: Duration = Duration::from_millis(250);

/// Tells nginx, which would otherwise collect a stream, to pass it on.
const BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Pieces that wait for the client: one, so that nothing is read ahead that it may not want.
const WAITING: usize = 1;

/// A stream under way.
struct Course {
    body: ReplyBody,
    stream: wire::Stream,
    shower: Shower,
    bill: Bill,
    request_id: String,
    upstream: Arc<str>,
    /// What comes before the upstream's first byte.
    first: Option<Bytes>,
    /// Bytes that the model wrote, as far as they are billed.
    billed: u64,
    over: bool,
}

/// Begins the answer.
pub(super) fn answer(asked: Asked, bill: Bill) -> Answer {
    let Asked { dialect, request_id, hide_usage, model, debug, shower, reply, patience, .. } =
        asked;
    let stream = wire::Stream::new(dialect, StreamOptions { hide_usage, model });
    let content_type = HeaderValue::from_static(stream.content_type());
    let first = debug.map(|debug| Bytes::from(format!(": tacit {debug}\n\n")));
    let course = Course {
        body: reply.body,
        stream,
        shower,
        bill,
        request_id,
        upstream: reply.upstream,
        first,
        billed: 0,
        over: false,
    };
    let (sender, receiver) = channel(WAITING);
    tokio::spawn(course.run(sender, patience));
    let mut answer = typed(reply.status, content_type, Flow::pieces(Box::pin(pieces(receiver))));
    answer.headers_mut().insert(BUFFERING, HeaderValue::from_static("no"));
    answer
}

/// The pieces of a course. Its end is an empty one: where it is missing, the course was given up.
fn pieces(mut receiver: Receiver<Bytes>) -> impl Stream<Item = Result<Bytes, CutOff>> {
    stream::poll_fn(move |cx| match receiver.poll_recv(cx) {
        Poll::Ready(Some(piece)) if piece.is_empty() => Poll::Ready(None),
        Poll::Ready(piece) => Poll::Ready(Some(piece.ok_or(CutOff))),
        Poll::Pending => Poll::Pending,
    })
}

/// Hands a piece to the client; false when it is gone, or does not take the one before in time.
async fn send(sender: &Sender<Bytes>, piece: Bytes, patience: Duration) -> bool {
    match sender.try_send(piece) {
        Ok(()) => true,
        Err(TrySendError::Closed(_)) => false,
        Err(TrySendError::Full(piece)) => {
            let sent = tokio::time::timeout(patience, sender.send(piece)).await;
            sent.is_ok_and(|sent| sent.is_ok())
        }
    }
}

impl Course {
    /// Runs to its end, or until the client is gone or takes nothing for too long.
    async fn run(mut self, sender: Sender<Bytes>, patience: Duration) {
        let mut gone = pin!(sender.closed());
        loop {
            let piece = tokio::select! {
                biased;
                () = &mut gone => return,
                piece = self.next() => piece,
            };
            let Some(piece) = piece else { break };
            if !send(&sender, piece, patience).await {
                return;
            }
        }
        // Let go before the client sees the end: then everything is settled.
        drop(self);
        send(&sender, Bytes::new(), patience).await;
    }

    /// What the client gets next; nothing when that was all.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        while !self.over {
            let piece = self.piece().await;
            let mut out = Vec::new();
            self.take(piece, &mut out);
            if !out.is_empty() {
                return Some(Bytes::from(out));
            }
        }
        None
    }

    /// Waits for the upstream, which after the end of the answer has nothing more to say.
    async fn piece(&mut self) -> Option<Result<Bytes, AskError>> {
        if !self.stream.is_done() {
            return self.body.next().await;
        }
        tokio::time::timeout(TAIL, self.body.next()).await.ok().flatten().filter(Result::is_ok)
    }

    fn take(&mut self, piece: Option<Result<Bytes, AskError>>, out: &mut Vec<u8>) {
        match piece {
            Some(Ok(bytes)) => {
                let was_done = self.stream.is_done();
                let read = self.stream.push(&bytes, &mut self.shower, out);
                self.count();
                if let Err(error) = read {
                    return self.fail(failed(format!("it sent no stream: {error}")), out);
                }
                if let Some(found) = self.shower.blocked() {
                    return self.block(blocked(found), was_done, out);
                }
                if self.stream.is_done() {
                    self.settle(self.ended());
                }
            }
            Some(Err(error)) => self.fail(of_body(&error), out),
            None => self.end(out),
        }
    }

    /// The upstream ended its stream. What it said last may lack the end of its line, or a mark that the answer is whole.
    fn end(&mut self, out: &mut Vec<u8>) {
        let was_done = self.stream.is_done();
        self.stream.finish(&mut self.shower, out);
        self.count();
        match self.shower.blocked() {
            Some(found) => self.block(blocked(found), was_done, out),
            None if self.stream.is_done() => {
                self.settle(self.ended());
                self.over = true;
            }
            None => self.fail(failed("it ended before its answer did"), out),
        }
    }

    /// Ends the stream for what was found. Where it ended with the same bytes, its client shall hear of the find and of
    /// no end: nothing of them is out yet.
    fn block(&mut self, refusal: Refusal, was_done: bool, out: &mut Vec<u8>) {
        if !was_done && self.stream.is_done() {
            out.clear();
            self.stream.reopen();
        }
        self.fail(refusal, out);
    }

    /// How it ended, by what the upstream itself said.
    fn ended(&self) -> Ended {
        if self.stream.has_failed() { Ended::UpstreamFailed } else { Ended::Done }
    }

    /// Counts what the model wrote.
    fn count(&mut self) {
        let written = self.stream.output_bytes();
        self.bill.progress(written - self.billed);
        self.billed = written;
    }

    /// Ends the stream with an error event.
    fn fail(&mut self, mut refusal: Refusal, out: &mut Vec<u8>) {
        let (status, code) = (refusal.status, refusal.code);
        if let Some(why) = refusal.inward.take() {
            let (request_id, upstream) = (&*self.request_id, &*self.upstream);
            tracing::error!(request_id, upstream, why, "the stream broke off");
        }
        let error = ErrorBody {
            status: status.as_u16(),
            kind: family(status),
            code,
            param: None,
            message: &refusal.message,
            request_id: &self.request_id,
        };
        self.stream.fail(&mut self.shower, &error, out);
        self.settle(ended_by(code));
        self.over = true;
    }

    fn settle(&mut self, ended: Ended) {
        self.bill.restored(self.shower.take_restored());
        let mut usage = self.stream.usage();
        if ended != Ended::Done {
            // What an upstream counts on the way may be the beginning alone.
            let written = self.billed.div_ceil(BYTES_PER_TOKEN);
            usage.iter_mut().for_each(|usage| usage.output = usage.output.max(written));
        }
        self.bill.settle(ended, StatusCode::OK, usage);
    }
}

#[cfg(test)]
mod tests;
