//! How much in a minute: the generic cell rate algorithm (GCRA), which keeps one time for each caller and no history.
//!
//! A minute's worth may come at once; what was taken comes back evenly. Pure: the time is handed in, in whole
//! microseconds, so that the same sums can be done in a script of Redis, whose numbers are doubles.

use std::collections::HashMap;
use std::time::Duration;

/// What is counted is counted in a minute.
const MINUTE_MICROS: u64 = 60_000_000;

/// Callers of one sort that are remembered. Each takes some hundred bytes; beyond that the one whose count is nearest to
/// its end is forgotten first.
const METERED_MAX: usize = 65_536;

/// What is taken at once counts as no more: at one a minute that is 190 years. Whatever a client says it wants, the sums stay
/// far from their ends, where taking and giving back would no longer be the same.
const COUNT_MAX: u64 = 100_000_000;

/// How long so many of what is limited take to come back.
fn price(count: u64, per_minute: u64) -> u64 {
    (count.min(COUNT_MAX) * MINUTE_MICROS).div_ceil(per_minute.max(1))
}

/// When everything taken so far will have come back; how long to wait where that is too far ahead. What is larger than a
/// minute's worth passes when nothing else is taken, and is waited for afterwards.
fn take(ready: u64, now: u64, count: u64, per_minute: u64) -> Result<u64, Duration> {
    let from = ready.max(now);
    let ahead = (from - now).saturating_add(price(count.min(per_minute), per_minute));
    match ahead.checked_sub(MINUTE_MICROS).filter(|wait| *wait > 0) {
        Some(wait) => Err(Duration::from_micros(wait)),
        None => Ok(from.saturating_add(price(count, per_minute))),
    }
}

/// Callers of one sort and what each has taken.
#[derive(Debug, Default)]
pub(super) struct Meters {
    ready: HashMap<Box<str>, u64>,
}

impl Meters {
    /// How it would go to take so many.
    pub(super) fn ask(
        &self,
        who: &str,
        now: u64,
        (count, per_minute): (u64, u64),
    ) -> Result<(), Duration> {
        take(self.ready.get(who).copied().unwrap_or(0), now, count, per_minute).map(drop)
    }

    /// Takes so many.
    pub(super) fn take(
        &mut self,
        who: &str,
        now: u64,
        (count, per_minute): (u64, u64),
    ) -> Result<(), Duration> {
        if let Some(ready) = self.ready.get_mut(who) {
            *ready = take(*ready, now, count, per_minute)?;
            return Ok(());
        }
        let ready = take(0, now, count, per_minute)?;
        if self.ready.len() >= METERED_MAX {
            self.make_room(now);
        }
        self.ready.insert(who.into(), ready);
        Ok(())
    }

    /// Sets right what was taken by estimate: `estimated` was taken, `real` should have been. Just what was taken is given
    /// back, then the other is taken.
    pub(super) fn correct(&mut self, who: &str, (estimated, real): (u64, u64), per_minute: u64) {
        let Some(ready) = self.ready.get_mut(who) else { return };
        let without = ready.saturating_sub(price(estimated, per_minute));
        *ready = without.saturating_add(price(real, per_minute));
    }

    /// Forgets those who owe nothing, which loses nothing; and of the others a quarter, those who owe least, so that the
    /// next ones find room without a search.
    fn make_room(&mut self, now: u64) {
        self.ready.retain(|_, ready| *ready > now);
        if self.ready.len() < METERED_MAX * 3 / 4 {
            return;
        }
        let mut owed: Vec<u64> = self.ready.values().copied().collect();
        let (_, bound, _) = owed.select_nth_unstable(METERED_MAX / 4);
        let bound = *bound;
        self.ready.retain(|_, ready| *ready > bound);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    #[test]
    fn a_minutes_worth_comes_at_once_and_then_evenly() {
        let mut meters = Meters::default();
        let now = 1_000 * SECOND;
        for _ in 0..6 {
            assert_eq!(meters.take("a", now, (1, 6)), Ok(()));
        }
        assert_eq!(meters.take("a", now, (1, 6)), Err(Duration::from_secs(10)));
        assert_eq!(meters.take("a", now + 9 * SECOND, (1, 6)), Err(Duration::from_secs(1)));
        assert_eq!(meters.take("a", now + 10 * SECOND, (1, 6)), Ok(()));
        assert_eq!(meters.take("a", now + 10 * SECOND, (1, 6)), Err(Duration::from_secs(10)));
        assert_eq!(meters.take("b", now, (1, 6)), Ok(()), "another caller has its own count");
    }

    #[test]
    fn whoever_waits_as_long_as_told_is_let_in() {
        let mut meters = Meters::default();
        let mut now = 5;
        for count in [3, 1, 7, 1, 2, 7, 40, 1, 1, 3] {
            if let Err(wait) = meters.take("a", now, (count, 7)) {
                now += u64::try_from(wait.as_micros()).unwrap();
                assert!(meters.take("a", now - 1, (count, 7)).is_err(), "not sooner");
                assert_eq!(meters.take("a", now, (count, 7)), Ok(()), "{count}");
            }
        }
    }

    #[test]
    fn no_span_passes_more_than_its_share_and_one_minutes_worth() {
        let mut meters = Meters::default();
        let (mut passed, step) = (0, SECOND / 7);
        for at in 0..7 * 180 {
            passed += u64::from(meters.take("a", at * step, (1, 60)).is_ok());
        }
        assert!((60 + 179..=60 + 180).contains(&passed), "{passed}");
    }

    #[test]
    fn what_is_larger_than_a_minutes_worth_passes_alone_and_is_waited_for() {
        let mut meters = Meters::default();
        assert_eq!(meters.take("a", 0, (300, 100)), Ok(()));
        assert_eq!(meters.take("a", 0, (1, 100)), Err(Duration::from_millis(120_600)));
        assert_eq!(meters.take("a", 180 * SECOND, (300, 100)), Ok(()));
    }

    #[test]
    fn an_estimate_is_set_right() {
        let mut meters = Meters::default();
        meters.take("a", 0, (100, 100)).unwrap();
        meters.correct("a", (100, 40), 100);
        assert_eq!(meters.take("a", 0, (60, 100)), Ok(()), "what was not used is there again");
        meters.correct("a", (60, 90), 100);
        assert_eq!(meters.take("a", 0, (1, 100)), Err(Duration::from_millis(18_600)));
    }

    #[test]
    fn an_estimate_without_measure_gives_back_no_more_than_it_took() {
        let mut meters = Meters::default();
        let now = 1_000_000 * SECOND;
        for estimated in [u64::MAX, u64::MAX - 5, COUNT_MAX + 1, 1_000] {
            assert_eq!(meters.take("a", now, (100, 100)), Ok(()));
            let ready = meters.ready["a"];
            // As large as may be, and gone at once; the minute's worth from before stays taken.
            assert_eq!(meters.take("a", now + 60 * SECOND, (estimated, 100)), Ok(()));
            meters.correct("a", (estimated, 0), 100);
            assert_eq!(meters.ready["a"], ready, "{estimated}");
            meters = Meters::default();
            meters.take("a", now, (estimated, 100)).unwrap();
            meters.correct("a", (estimated, 5_000), 100);
            assert_eq!(meters.ready["a"], now + 50 * 60 * SECOND, "{estimated}");
            meters = Meters::default();
        }
    }

    #[test]
    fn asking_takes_nothing() {
        let mut meters = Meters::default();
        assert_eq!(meters.ask("a", 0, (1, 1)), Ok(()));
        assert_eq!(meters.take("a", 0, (1, 1)), Ok(()));
        assert_eq!(meters.ask("a", 0, (1, 1)), Err(Duration::from_secs(60)));
    }

    #[test]
    fn the_memory_is_bounded_and_who_owes_most_is_remembered() {
        let mut meters = Meters::default();
        meters.take("greedy", 0, (100, 100)).unwrap();
        for number in 0..2 * METERED_MAX {
            meters.take(&number.to_string(), 0, (1, 100)).unwrap();
            assert!(meters.ready.len() <= METERED_MAX);
        }
        assert!(meters.take("greedy", 0, (1, 100)).is_err());
    }
}
