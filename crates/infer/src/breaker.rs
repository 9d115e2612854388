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

    /// A look found it well. After the pause that is as good as an answer, unless a request is on its way to find out.
    /// Before that it changes nothing: a server that answers looks may still fail at everything else.
    pub(crate) fn looked_well(&mut self, now: Instant) {
        if !self.trying && self.open_until.is_some_and(|until| until <= now) {
            self.succeeded();
        }
    }

    /// Failures in a row.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Whether requests are kept away, and how long still. Once the pause is over they are not: were it otherwise, one
    /// that nobody sends requests to while it is shut would stay shut for ever.
    pub(crate) fn shut_for(&self, now: Instant) -> Option<Duration> {
        let left = self.open_until?.saturating_duration_since(now);
        Some(left).filter(|left| !left.is_zero())
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

    #[test]
    fn nobody_is_kept_away_once_the_pause_is_over() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        shut(&mut circuit, now);
        let moment = Duration::from_nanos(1);
        assert_eq!(circuit.shut_for(now + RULE.pause - moment), Some(moment));
        assert_eq!(circuit.shut_for(now + RULE.pause), None);
        assert_eq!(circuit.enter(now + RULE.pause), Entry::Trial, "one tries it all the same");
    }

    #[test]
    fn a_good_look_opens_it_after_the_pause_and_decides_nothing_else() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        assert!(!circuit.failed(RULE, now));
        circuit.looked_well(now);
        assert_eq!(circuit.failures(), 1, "only requests tell whether requests are answered");
        circuit.succeeded();
        shut(&mut circuit, now);
        circuit.looked_well(now);
        assert_eq!(circuit.enter(now), Entry::Shut(RULE.pause));
        let later = now + RULE.pause;
        assert_eq!(circuit.enter(later), Entry::Trial);
        circuit.looked_well(later);
        assert_eq!(circuit.enter(later), Entry::Shut(TRIAL_WAIT), "what tries it decides");
        circuit.abandoned();
        circuit.looked_well(later);
        assert_eq!((circuit.enter(later), circuit.failures()), (Entry::Open, 0));
    }
}
