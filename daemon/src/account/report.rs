//! What is told of usage, and the spans of time that it is asked for by: the same on the command line and over HTTP.

use super::{Row, Totals};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan, tz::TimeZone};
use serde::Serialize;

const DAY_MILLIS: i64 = 86_400_000;

/// Which end of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edge {
    /// A day stands for its beginning.
    From,
    /// A day stands for its end: it is inside.
    To,
}

/// Reads a day (UTC) or a moment, as milliseconds since 1970.
pub(crate) fn moment(text: &str, edge: Edge) -> Option<i64> {
    match day(text, edge) {
        Some(day) => day.checked_mul(DAY_MILLIS),
        None => text.parse().ok().map(Timestamp::as_millisecond),
    }
}

/// Reads a day such as `2026-11-20`, as days since 1970.
pub(crate) fn day(text: &str, edge: Edge) -> Option<i64> {
    // What is longer is a moment, which a date would be read from too.
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(number(date)? + i64::from(edge == Edge::To))
}

/// The days of this calendar month (UTC) up to and with today.
pub(crate) fn this_month() -> (i64, i64) {
    let today = Timestamp::now().to_zoned(TimeZone::UTC).date();
    let days = |date| number(date).unwrap_or_default();
    (days(today.first_of_month()), days(today) + 1)
}

fn number(date: Date) -> Option<i64> {
    let start = date.to_zoned(TimeZone::UTC).ok()?;
    Some(start.timestamp().as_millisecond().div_euclid(DAY_MILLIS))
}

/// The name of a day.
pub(crate) fn day_name(day: i64) -> String {
    let date = Date::constant(1970, 1, 1).checked_add(day.days());
    date.map(|date| date.to_string()).unwrap_or_default()
}

/// One line of a report.
#[derive(Debug, Serialize)]
pub(crate) struct Used {
    /// The day (UTC).
    pub(crate) day: String,
    /// The number of the tenant.
    pub(crate) tenant: i64,
    /// The id of the key; none without one.
    pub(crate) key: Option<String>,
    /// The model; none where none was asked.
    pub(crate) model: Option<String>,
    /// Requests.
    pub(crate) requests: u64,
    /// Tokens asked.
    pub(crate) input: u64,
    /// Tokens answered.
    pub(crate) output: u64,
    /// Requests whose tokens were estimated.
    pub(crate) estimated: u64,
    /// What they cost, in millionths of the currency.
    pub(crate) cost_micros: u64,
}

impl From<(Row, Totals)> for Used {
    fn from((row, totals): (Row, Totals)) -> Self {
        let filled = |text: String| (!text.is_empty()).then_some(text);
        Self {
            day: day_name(row.day),
            tenant: row.tenant,
            key: filled(row.key),
            model: filled(row.model),
            requests: totals.requests,
            input: totals.input,
            output: totals.output,
            estimated: totals.estimated,
            cost_micros: totals.micros,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_wholly_inside_a_span() {
        assert_eq!(day("1970-01-02", Edge::From), Some(1));
        assert_eq!(day("1970-01-02", Edge::To), Some(2));
        assert_eq!(moment("1970-01-02", Edge::To), Some(2 * DAY_MILLIS));
        assert_eq!(moment("1970-01-01T00:00:01.5Z", Edge::To), Some(1_500));
        assert_eq!(moment("1970-01-01T02:00:00+02:00", Edge::From), Some(0));
        for wrong in ["", "yesterday", "1970-13-01", "1970-01-01T00:00:00", "0"] {
            assert_eq!(moment(wrong, Edge::From), None, "{wrong}");
        }
        assert_eq!(day_name(20_777), "2026-11-20");
        let (from, to) = this_month();
        assert!(from < to && day_name(from).ends_with("-01"));
    }
}
