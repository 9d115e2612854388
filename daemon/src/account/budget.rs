//! Money: what tokens cost, and what a key may spend in a calendar month. Whole millionths of the currency, never a
//! fraction.
//!
//! Before a request the most that it may cost is reserved; afterwards what it did cost is settled. What is settled and
//! reserved together never exceeds the budget, however many ask at once.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Millionths in a unit of the currency, and tokens that a price is for.
const MILLION: u64 = 1_000_000;

/// Keys and months that are remembered. Each takes some hundred bytes, and only real keys get here.
const PURSES_MAX: usize = 65_536;

/// What a million tokens cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prices {
    /// Of what is asked, in millionths of the currency.
    input: u64,
    /// Of what is answered.
    output: u64,
}

impl Prices {
    /// From what the settings say.
    pub(super) fn new(input: u64, output: u64) -> Self {
        Self { input, output }
    }

    /// What so many tokens cost; a millionth that is begun counts.
    pub(super) fn cost(self, input: u64, output: u64) -> u64 {
        let of = |tokens: u64, price: u64| u128::from(tokens) * u128::from(price);
        let total = of(input, self.input).saturating_add(of(output, self.output));
        u64::try_from(total.div_ceil(u128::from(MILLION))).unwrap_or(u64::MAX)
    }
}

/// A calendar month (UTC), counted since the year 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Month(pub(crate) i64);

impl Month {
    /// That of a time in seconds since 1970.
    pub(crate) fn of(seconds: i64) -> Self {
        let time = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let date = time.to_zoned(jiff::tz::TimeZone::UTC).date();
        Self(i64::from(date.year()) * 12 + i64::from(date.month()) - 1)
    }

    /// `2026-11`.
    pub(crate) fn name(self) -> String {
        format!("{:04}-{:02}", self.0.div_euclid(12), self.0.rem_euclid(12) + 1)
    }

    /// When the next one begins.
    pub(super) fn end(self) -> String {
        format!("{}-01T00:00:00Z", Self(self.0 + 1).name())
    }
}

/// What there is to say to a key that gets nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoMoney {
    /// All of it is spent.
    Spent,
    /// What is left, and not reserved by others, is less than this request may cost.
    TooDear,
    /// Too many keys are remembered.
    Full,
}

#[derive(Debug, Clone, Copy, Default)]
struct Purse {
    settled: u64,
    reserved: u64,
}

/// What each key has spent and reserved, by month.
#[derive(Debug, Default)]
pub(super) struct Purses {
    purses: Mutex<HashMap<Month, HashMap<Box<str>, Purse>>>,
}

impl Purses {
    /// Begins with what the store knows of a month.
    pub(super) fn new(month: Month, spent: Vec<(String, u64)>) -> Self {
        let purse =
            |(key, settled): (String, u64)| (key.into_boxed_str(), Purse { settled, reserved: 0 });
        let purses = HashMap::from([(month, spent.into_iter().map(purse).collect())]);
        Self { purses: Mutex::new(purses) }
    }

    /// Reserves, within the limit where there is one.
    pub(super) fn reserve(
        &self,
        (key, month): (&str, Month),
        micros: u64,
        limit: Option<u64>,
    ) -> Result<(), NoMoney> {
        let mut purses = self.purses();
        if !purses.contains_key(&month) {
            // Of a month that is over only what is not settled matters.
            purses.retain(|_, old| old.values().any(|purse| purse.reserved > 0));
        }
        let purses = purses.entry(month).or_default();
        if !purses.contains_key(key) {
            if purses.len() >= PURSES_MAX {
                return limit.map_or(Ok(()), |_| Err(NoMoney::Full));
            }
            purses.insert(key.into(), Purse::default());
        }
        let purse = purses.get_mut(key).expect("it was put there");
        if let Some(limit) = limit {
            if purse.settled >= limit {
                return Err(NoMoney::Spent);
            }
            let after = purse.settled.saturating_add(purse.reserved).saturating_add(micros);
            if after > limit {
                return Err(NoMoney::TooDear);
            }
        }
        purse.reserved = purse.reserved.saturating_add(micros);
        Ok(())
    }

    /// Gives back what was reserved, and takes what it did cost.
    pub(super) fn settle(&self, (key, month): (&str, Month), (reserved, cost): (u64, u64)) {
        let mut purses = self.purses();
        let purse = purses.get_mut(&month).and_then(|purses| purses.get_mut(key));
        if let Some(purse) = purse {
            purse.reserved = purse.reserved.saturating_sub(reserved);
            purse.settled = purse.settled.saturating_add(cost);
        }
    }

    fn purses(&self) -> MutexGuard<'_, HashMap<Month, HashMap<Box<str>, Purse>>> {
        self.purses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Month = Month(2026 * 12 + 10);

    #[test]
    fn prices_are_whole_and_never_too_low() {
        let prices = Prices::new(150_000, 600_000);
        assert_eq!(prices.cost(1_000_000, 0), 150_000);
        assert_eq!(prices.cost(1_000_000, 1_000_000), 750_000);
        assert_eq!(prices.cost(1, 0), 1, "a millionth that is begun counts");
        assert_eq!(prices.cost(10, 10), 8, "rounded once, not for each part");
        assert_eq!(Prices::default().cost(u64::MAX, u64::MAX), 0);
        assert_eq!(
            Prices::new(MILLION * MILLION, MILLION * MILLION).cost(u64::MAX, u64::MAX),
            u64::MAX
        );
    }

    #[test]
    fn a_month_knows_its_name_and_its_end() {
        let month = |text: &str| Month::of(text.parse::<jiff::Timestamp>().unwrap().as_second());
        assert_eq!(month("2026-11-30T23:59:59Z"), NOW);
        assert_eq!(month("2026-12-01T00:00:00Z"), Month(NOW.0 + 1));
        assert_eq!((NOW.name(), NOW.end()), ("2026-11".into(), "2026-12-01T00:00:00Z".into()));
        assert_eq!(Month(NOW.0 + 1).end(), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn what_is_reserved_counts_until_it_is_settled() {
        let purses = Purses::new(NOW, vec![("a".to_owned(), 40)]);
        let a = ("a", NOW);
        purses.reserve(a, 50, Some(100)).unwrap();
        assert_eq!(purses.reserve(a, 11, Some(100)), Err(NoMoney::TooDear));
        purses.settle(a, (50, 20));
        purses.reserve(a, 40, Some(100)).unwrap();
        purses.settle(a, (40, 40));
        assert_eq!(purses.reserve(a, 0, Some(100)), Err(NoMoney::Spent));
        assert_eq!(purses.reserve(("b", NOW), 100, Some(100)), Ok(()), "another key's is its own");
        assert_eq!(purses.reserve(("a", Month(NOW.0 + 1)), 100, Some(100)), Ok(()), "anew");
    }

    #[test]
    fn the_month_of_the_reservation_is_settled_when_it_is_over() {
        let purses = Purses::default();
        purses.reserve(("a", NOW), 60, Some(100)).unwrap();
        purses.reserve(("a", Month(NOW.0 + 1)), 100, Some(100)).unwrap();
        purses.settle(("a", NOW), (60, 60));
        assert_eq!(purses.reserve(("a", NOW), 41, Some(100)), Err(NoMoney::TooDear));
        assert_eq!(purses.reserve(("a", NOW), 40, Some(100)), Ok(()));
    }

    #[test]
    fn many_threads_together_never_exceed_a_budget() {
        const LIMIT: u64 = 50_000;
        let purses = Purses::default();
        let totals = std::thread::scope(|scope| {
            let purses = &purses;
            let work = |seed: u64| {
                let mut random = seed;
                let (mut spent, mut refused) = (0, 0_u64);
                for _ in 0..4_000 {
                    random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let (most, part) = ((random >> 33) % 90, (random >> 50) % 101);
                    if purses.reserve(("a", NOW), most, Some(LIMIT)).is_err() {
                        refused += 1;
                        continue;
                    }
                    {
                        let purses = purses.purses();
                        let purse = purses[&NOW]["a"];
                        assert!(purse.settled + purse.reserved <= LIMIT, "{purse:?}");
                    }
                    let cost = most * part / 100;
                    purses.settle(("a", NOW), (most, cost));
                    spent += cost;
                }
                (spent, refused)
            };
            let threads: Vec<_> = (1..=8).map(|seed| scope.spawn(move || work(seed))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        let spent: u64 = totals.iter().map(|(spent, _)| spent).sum();
        let refused: u64 = totals.iter().map(|(_, refused)| refused).sum();
        let purse = purses.purses()[&NOW]["a"];
        assert_eq!((purse.settled, purse.reserved), (spent, 0), "nothing is lost or counted twice");
        assert!(spent <= LIMIT && spent > LIMIT - 90 && refused > 0, "{spent} {refused}");
    }
}
