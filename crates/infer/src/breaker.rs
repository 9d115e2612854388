//! When an upstream is left alone: after failures in a row, for a pause, then one request tries it. Pure; the time is
//! handed in.

use crate::config::Breaker;
use std::time::{Duration, Instant};

/// What is known of one upstream.
#[derive(Debug, Default)]
pub(crate) struct Circuit {
    failures: u32,
    open_until: Option<Instant>,
    /// One request is on its way to see whether it works again.
    trying: bool,
}

/// Whether a request may go there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// Yes.
    Open,
    /// Yes, and everybody else waits for what becomes of it.
    Trial,
    /// Not for so long.
    Shut(Duration),
}

/// While one request tries, the others ask again after so long.
const TRIAL_WAIT: Duration = Duration::from_secs(1);

impl Circuit {
    /// Lets a request in, or not.
    pub(crate) fn enter(&mut self, now: Instant) -> Entry {
        let Some(until) = self.open_until else { return Entry::Open };
        if now < until {
            return Entry::Shut(until - now);
        }
        if self.trying {
            return Entry::Shut(TRIAL_WAIT);
        }
        self.trying = true;
        Entry::Trial
    }

    /// It answered.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It did not. True when this shuts it.
    pub(crate) fn failed(&mut self, rule: Breaker, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        let shuts = self.trying || (self.open_until.is_none() && self.failures >= rule.failures);
        if shuts {
            self.open_until = Some(now + rule.pause);
            self.trying = false;
        }
        shuts
    }

    /// The request that tried went away before anything came of it: another may try.
    pub(crate) fn abandoned(&mut self) {
        self.trying = false;
    }

    /// Failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether requests are kept away, and how long still.
    pub(crate) fn shut_for(&self, now: Instant) -> Option<Duration> {
        self.open_until.map(|until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Breaker = Breaker { failures: 3, pause: Duration::from_secs(10) };

    fn shut(circuit: &mut Circuit, now: Instant) {
        let shuts: Vec<_> = (0..3).map(|_| circuit.failed(RULE, now)).collect();
        assert_eq!(shuts, [false, false, true]);
    }

    #[test]
    fn failures_in_a_row_shut_it_and_one_success_begins_anew() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        assert!(!circuit.failed(RULE, now));
        assert!(!circuit.failed(RULE, now));
        circuit.succeeded();
        assert!(!circuit.failed(RULE, now));
        assert!(!circuit.failed(RULE, now));
        assert_eq!(circuit.enter(now), Entry::Open);
        assert!(circuit.failed(RULE, now));
        assert_eq!(circuit.enter(now), Entry::Shut(RULE.pause));
        assert_eq!(circuit.failures(), 3);
    }

    #[test]
    fn after_the_pause_one_request_tries_and_decides() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        shut(&mut circuit, now);
        let later = now + RULE.pause;
        assert_eq!(circuit.enter(later), Entry::Trial);
        assert_eq!(circuit.enter(later), Entry::Shut(TRIAL_WAIT));
        assert!(circuit.failed(RULE, later), "the trial failed: another pause");
        assert_eq!(circuit.enter(later), Entry::Shut(RULE.pause));
        let later = later + RULE.pause;
        assert_eq!(circuit.enter(later), Entry::Trial);
        circuit.succeeded();
        assert_eq!(circuit.enter(later), Entry::Open);
        assert_eq!((circuit.failures(), circuit.shut_for(later)), (0, None));
    }

    #[test]
    fn a_trial_that_nobody_waited_for_is_made_again() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        shut(&mut circuit, now);
        let later = now + RULE.pause;
        assert_eq!(circuit.enter(later), Entry::Trial);
        circuit.abandoned();
        assert_eq!(circuit.enter(later), Entry::Trial);
    }

    #[test]
    fn requests_that_were_on_their_way_do_not_prolong_the_pause() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        shut(&mut circuit, now);
        assert!(!circuit.failed(RULE, now + Duration::from_secs(5)));
        assert_eq!(circuit.shut_for(now), Some(RULE.pause));
    }
}
