//! Dates: every date of a session is moved by the same number of whole weeks, so that the time between two of them, their
//! order and the days of the week stay. The format stays; so does a time of day after a date.

use super::Seed;
use super::list::unaccented;
use super::stream::Stream;

/// How far dates are moved, in weeks, either way.
const WEEKS_MIN: usize = 5;
const WEEKS_MAX: usize = 150;

/// The months in our six languages, whole and short.
const MONTHS: &[(&str, &str, &str)] = &[
    (
        "en",
        "January February March April May June July August September October November December",
        "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    ),
    (
        "es",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "ene feb mar abr may jun jul ago sep oct nov dic",
    ),
    (
        "fr",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "janv févr mars avr mai juin juil août sept oct nov déc",
    ),
    (
        "de",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    ),
    (
        "it",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "gen feb mar apr mag giu lug ago set ott nov dic",
    ),
    (
        "pt",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "jan fev mar abr mai jun jul ago set out nov dez",
    ),
];

/// A part of what is written: digits, letters, or one sign.
#[derive(Debug, Clone)]
enum Part {
    Digits(String),
    Letters(String),
    Sign(char),
}

/// Which parts are the year, the month and the day.
#[derive(Debug, Default, Clone, Copy)]
struct Places {
    year: Option<usize>,
    month: Option<usize>,
    day: Option<usize>,
}

/// By how many days the dates of a session are moved; `turn` counts what was tried before.
pub(super) fn shift(seed: &Seed, turn: usize) -> i64 {
    let mut stream = Stream::new(seed, &["DATE", &turn.to_string()]);
    let weeks = stream.between(WEEKS_MIN, WEEKS_MAX) as i64;
    if stream.below(2) == 0 { weeks * 7 } else { weeks * -7 }
}

/// The date that many days later, in the same format; nothing where this is no date.
pub(super) fn moved(original: &str, days: i64, language: Option<&str>) -> Option<String> {
    let mut parts = parts(original);
    let places = places(&parts, language);
    let width = width(&parts, &places);
    match places {
        Places { year: Some(year), month: Some(month), day: Some(day) } => {
            let date =
                (number(&parts[year])?, month_of(&parts[month], language)?, number(&parts[day])?);
            let full = full_year(date.0, &parts[year]);
            if !(1..=31).contains(&date.2) {
                return None;
            }
            let later = in_range(day_number(full, date.1, date.2), days);
            let (later_year, later_month, later_day) = calendar(later);
            write_number(&mut parts, year, later_year, Width::Kept);
            write_month(&mut parts, month, later_month, (language, width));
            write_day(&mut parts, day, later_day, width);
        }
        Places { year: Some(year), month: Some(month), day: None } => {
            let (old, before) = (number(&parts[year])?, month_of(&parts[month], language)?);
            let months = full_year(old, &parts[year]) * 12 + before - 1 + nonzero(days / 30);
            write_number(&mut parts, year, months.div_euclid(12), Width::Kept);
            write_month(&mut parts, month, months.rem_euclid(12) + 1, (language, width));
        }
        Places { year: None, month: Some(month), day: Some(day) } => {
            // A day of the year: moved within a year that has no leap day.
            let (before, date) = (month_of(&parts[month], language)?, number(&parts[day])?);
            let start = day_number(2001, 1, 1);
            let later = (day_number(2001, before, date.clamp(1, 31)) - start + days)
                .rem_euclid(365)
                + start;
            let (_, later_month, later_day) = calendar(later);
            write_month(&mut parts, month, later_month, (language, width));
            write_day(&mut parts, day, later_day, width);
        }
        Places { year: Some(year), month: None, day: None } => {
            let later = number(&parts[year])? + nonzero(days / 365);
            write_number(&mut parts, year, later, Width::Kept);
        }
        Places { year: None, month: Some(month), day: None } => {
            let later =
                (month_of(&parts[month], language)? - 1 + nonzero(days / 30 % 12)).rem_euclid(12);
            write_month(&mut parts, month, later + 1, (language, width));
        }
        _ => return time_moved(&parts, days),
    }
    Some(joined(&parts))
}

/// A time of day by itself: `10:30`, `22:05:13`.
fn time_moved(parts: &[Part], days: i64) -> Option<String> {
    let [
        Part::Digits(hours),
        Part::Sign(sign @ (':' | '.' | 'h')),
        Part::Digits(minutes),
        rest @ ..,
    ] = parts
    else {
        return None;
    };
    let (old_hours, old_minutes) = (hours.parse::<i64>().ok()?, minutes.parse::<i64>().ok()?);
    if old_hours > 23 || old_minutes > 59 {
        return None;
    }
    // Never by nothing, and never by the whole of it.
    let by = ((days / 7).rem_euclid(143) + 1) * 5;
    // Half the hours of a clock of twelve, so that a.m. and p.m. stay right.
    let base = old_hours / 12 * 720;
    let moved = (old_hours % 12 * 60 + old_minutes + by).rem_euclid(720) + base;
    let width = hours.len();
    Some(format!("{:0width$}{sign}{:02}{}", moved / 60, moved % 60, joined(rest)))
}

/// The same number, away from zero.
fn nonzero(number: i64) -> i64 {
    if number == 0 { 1 } else { number }
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for c in text.chars() {
        let plain = crate::fold::plain(c);
        match (parts.last_mut(), plain) {
            (Some(Part::Digits(digits)), '0'..='9') => digits.push(plain),
            (_, '0'..='9') => parts.push(Part::Digits(plain.to_string())),
            (Some(Part::Letters(letters)), _) if c.is_alphabetic() => letters.push(c),
            _ if c.is_alphabetic() => parts.push(Part::Letters(c.to_string())),
            _ => parts.push(Part::Sign(c)),
        }
    }
    parts
}

fn joined(parts: &[Part]) -> String {
    let one = |part: &Part| match part {
        Part::Digits(text) | Part::Letters(text) => text.clone(),
        Part::Sign(sign) => sign.to_string(),
    };
    parts.iter().map(one).collect()
}

fn number(part: &Part) -> Option<i64> {
    match part {
        Part::Digits(digits) => digits.parse().ok(),
        _ => None,
    }
}

/// Finds which number is what.
fn places(parts: &[Part], language: Option<&str>) -> Places {
    let mut numbers: Vec<usize> = Vec::new();
    let mut places = Places::default();
    for (at, part) in parts.iter().enumerate() {
        match part {
            // What follows a colon is a time.
            Part::Digits(_) if matches!(parts.get(at + 1), Some(Part::Sign(':'))) => break,
            Part::Digits(_) => numbers.push(at),
            Part::Letters(word)
                if places.month.is_none() && month_named(word, language).is_some() =>
            {
                places.month = Some(at);
            }
            _ => {}
        }
    }
    let length = |at: usize| match &parts[at] {
        Part::Digits(digits) => digits.len(),
        _ => 0,
    };
    let value = |at: usize| number(&parts[at]).unwrap_or_default();
    places.year =
        numbers.iter().copied().find(|at| length(*at) == 4 && (1000..2200).contains(&value(*at)));
    let rest: Vec<usize> =
        numbers.into_iter().filter(|at| Some(*at) != places.year && length(*at) <= 2).collect();
    match (places.month, &rest[..]) {
        (Some(_), [day, year, ..]) if places.year.is_none() => {
            (places.day, places.year) = (Some(*day), Some(*year));
        }
        (Some(_), [day, ..]) => places.day = Some(*day),
        (None, [first, second, rest @ ..]) => {
            if places.year.is_none() {
                places.year = rest.first().copied();
            }
            let year_first = places.year.is_some_and(|year| year < *first);
            let american = language.is_some_and(|language| language.starts_with("en"));
            let month_first = year_first || value(*second) > 12 || american && value(*first) <= 12;
            (places.month, places.day) = if month_first {
                (Some(*first), Some(*second))
            } else {
                (Some(*second), Some(*first))
            };
        }
        _ => {}
    }
    places
}

/// The year that two digits mean: one that has been, mostly.
fn full_year(year: i64, part: &Part) -> i64 {
    match part {
        Part::Digits(digits) if digits.len() > 2 => year,
        _ if year <= 30 => 2000 + year,
        _ => 1900 + year,
    }
}

/// Which month a name is, and in which language and table it stands.
fn month_named(word: &str, language: Option<&str>) -> Option<(i64, &'static str, bool)> {
    let word = unaccented(word);
    let known = |(_, whole, short): &&(&'static str, &'static str, &'static str)| {
        let found = |names: &'static str, short: bool| {
            let at = names.split(' ').position(|name| unaccented(name) == word)?;
            Some((at as i64 + 1, if short { names } else { *whole }, short))
        };
        found(whole, false).or_else(|| found(short, true))
    };
    let own = MONTHS.iter().find(|(name, ..)| Some(*name) == language).as_ref().and_then(known);
    let sept = (word == "sept").then(|| (9, MONTHS[0].2, true));
    own.or_else(|| MONTHS.iter().find_map(|names| known(&names))).or(sept)
}

fn month_of(part: &Part, language: Option<&str>) -> Option<i64> {
    let month = match part {
        Part::Letters(word) => month_named(word, language).map(|(month, ..)| month),
        _ => number(part),
    };
    month.filter(|month| (1..=12).contains(month))
}

/// How wide days and months are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Width {
    /// As wide as the number that is replaced, with zeros before.
    Kept,
    /// As wide as they are.
    Own,
}

/// Two digits each, unless one of them is a single digit, or a day without a zero stands beside the name of its month.
fn width(parts: &[Part], places: &Places) -> Width {
    let digits = |place: Option<usize>| match place.map(|at| &parts[at]) {
        Some(Part::Digits(digits)) => Some(digits),
        _ => None,
    };
    let (day, month) = (digits(places.day), digits(places.month));
    let single = [day, month].iter().flatten().any(|digits| digits.len() == 1);
    let bare = month.is_none() && day.is_some_and(|day| !day.starts_with('0'));
    if single || bare { Width::Own } else { Width::Kept }
}

fn write_month(parts: &mut [Part], at: usize, month: i64, how: (Option<&str>, Width)) {
    let (language, width) = how;
    if let Part::Letters(word) = &parts[at] {
        let Some((_, names, _)) = month_named(word, language) else { return };
        let name = names.split(' ').nth(month as usize - 1).unwrap_or_default();
        parts[at] = Part::Letters(super::list::in_case_of(word, name));
    } else {
        write_number(parts, at, month, width);
    }
}

/// Writes a day, and the ending that it has in English.
fn write_day(parts: &mut [Part], at: usize, day: i64, width: Width) {
    write_number(parts, at, day, width);
    let ending = match (day / 10, day % 10) {
        (1, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    if let Some(Part::Letters(letters)) = parts.get_mut(at + 1)
        && ["st", "nd", "rd", "th"].contains(&letters.as_str())
    {
        ending.clone_into(letters);
    }
}

fn write_number(parts: &mut [Part], at: usize, number: i64, width: Width) {
    let Part::Digits(digits) = &mut parts[at] else { return };
    *digits = match (digits.len(), width) {
        (4, _) => format!("{number:04}"),
        (2, Width::Kept) => format!("{:02}", number % 100),
        _ => number.to_string(),
    };
}

/// That many days later, or earlier where later is out of the years that rules look for.
fn in_range(day: i64, days: i64) -> i64 {
    let year = calendar(day + days).0;
    if (1850..=2100).contains(&year) { day + days } else { day - days }
}

/// Days since the first of March of the year 0 (proleptic Gregorian). Days that a month lacks run into the next.
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leaps = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leaps + (month * 153 + 2) / 5 + day - 1
}

/// The year, month and day of that number.
fn calendar(days: i64) -> (i64, i64, i64) {
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_leads_there_and_back() {
        for day in (day_number(1850, 1, 1)..day_number(2101, 1, 1)).step_by(13) {
            let (year, month, date) = calendar(day);
            assert_eq!(day_number(year, month, date), day);
        }
        assert_eq!(calendar(day_number(2024, 2, 28) + 1), (2024, 2, 29));
        assert_eq!(day_number(1980, 3, 12) - day_number(1980, 3, 5), 7);
    }

    #[test]
    fn the_format_stays() {
        for (original, language, later) in [
            ("1982-02-10", None, "1982-03-17"),
            ("11.06.1942", None, "16.07.1942"),
            ("12/26/1948", None, "01/30/1949"),
            ("3/4/85", Some("en"), "4/8/85"),
            ("9/15/2025", None, "10/20/2025"),
            ("9/30/2025", None, "11/4/2025"),
            ("3/4/85", Some("es"), "8/5/85"),
            ("4-Sep-1980", None, "9-Oct-1980"),
            ("March 12, 1980", None, "April 16, 1980"),
            ("12 de marzo de 1980", None, "16 de abril de 1980"),
            ("4. September 1980", Some("de"), "9. Oktober 1980"),
            ("2nd of May 1975", None, "6th of June 1975"),
            ("MARCH 1980", None, "APRIL 1980"),
            ("1980", None, "1981"),
            ("2024-05-01T10:30:00Z", None, "2024-06-05T10:30:00Z"),
            ("lunes, 3 de junio de 2024", None, "lunes, 8 de julio de 2024"),
        ] {
            assert_eq!(moved(original, 35, language).as_deref(), Some(later), "{original}");
        }
        for none in ["yesterday", "", "the 3rd"] {
            assert_eq!(moved(none, 35, None), None, "{none}");
        }
        assert_ne!(moved("10:30", 35, None).unwrap(), "10:30");
    }

    #[test]
    fn one_session_moves_all_dates_alike_and_keeps_the_day_of_the_week() {
        for session in 0..100 {
            let seed = Seed { session: [session; 32], attempt: 0 };
            assert!(shift(&seed, 0) % 7 == 0 && shift(&seed, 0) != 0);
        }
    }
}
