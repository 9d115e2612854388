//! The patience with one exchange: one timer that goes through its phases. A timer that is set anew for each piece of an
//! answer would cost more than the piece; so it is left as it was while the end of its phase only moves away.

use crate::error::Phase;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep};

/// See the module.
pub(crate) struct Clock {
    sleep: Pin<Box<Sleep>>,
    phase: Phase,
    end: Instant,
    total: Instant,
}

impl Clock {
    /// Begins a phase of an exchange that ends at `total` whatever happens.
    pub(crate) fn new(phase: Phase, patience: Duration, total: Instant) -> Self {
        let end = Instant::now() + patience;
        Self { sleep: Box::pin(tokio::time::sleep_until(end.min(total))), phase, end, total }
    }

    /// Begins the next phase, or the same anew. False when all the time is over: an upstream that floods never lets a
    /// timer have its turn.
    pub(crate) fn begin(&mut self, phase: Phase, patience: Duration) -> bool {
        let now = Instant::now();
        self.phase = phase;
        self.end = now + patience;
        let due = self.end.min(self.total);
        if due < self.sleep.deadline() {
            self.sleep.as_mut().reset(due);
        }
        now < self.total
    }

    /// Ready when it took too long, with what was waited for.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Phase> {
        loop {
            ready!(self.sleep.as_mut().poll(cx));
            let due = self.end.min(self.total);
            if Instant::now() >= due {
                let phase = if self.total <= self.end { Phase::Total } else { self.phase };
                return Poll::Ready(phase);
            }
            self.sleep.as_mut().reset(due);
        }
    }
}
