//! Telephone numbers: international ones by the world's numbering plans, national ones by the groups usual in a region.
//!
//! Called at every digit and plus of a text, so a call looks at a bounded stretch and holds what it reads on the stack.

mod code;
mod dialled;
mod form;
mod groups;
mod plan;

pub(crate) use dialled::Dialled;
pub use form::Region;

use code::{Plan, Standing};
use form::may_end;
use groups::{Groups, before, ends_at, extension, is_word, separator_before};

/// A plus as East Asian keyboards write it, in UTF-8.
const WIDE_PLUS: &[u8] = "＋".as_bytes();
/// Fewer digits, code included, are no number of any plan.
pub(crate) const DIGITS_MIN: usize = 7;
/// E.164: more are none either.
const DIGITS_MAX: usize = 15;
/// A reading of up to so many digits is preferred to a longer one: few numbers have more, many are followed by other
/// digits.
const DIGITS_USUAL: usize = 13;

const PLUS: f32 = 0.9;
const ZEROS: f32 = 0.75;
const ZEROS_IN_ONE_PIECE: f32 = 0.6;
const ZEROS_IN_ARTICLE_CODE: f32 = 0.45;
const POSSIBLE: f32 = 0.55;
const CUED: f32 = 0.8;
const CUED_FORM: f32 = 0.85;
/// What an extension adds: nothing else has one.
const EXTENSION: f32 = 0.1;

/// A telephone number in a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Number {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// How sure it is from its form alone.
    pub(crate) score: f32,
    pub(crate) international: bool,
}

/// `+34 612 345 678`, `(+34) 612 345 678`, `0034 612 345 678`, `011 34 612 345 678`: `at` is the plus, the first zero,
/// or the bracket before.
pub(crate) fn international(text: &[u8], at: usize) -> Option<Number> {
    let opened = text.get(at) == Some(&b'(');
    let lead = at + usize::from(opened);
    let (digits, score) = match text.get(lead..)? {
        [b'+', ..] => (lead + 1, PLUS),
        [b'0', b'0', b' ' | b'-' | b'.', b'1'..=b'9', ..] => (lead + 3, ZEROS),
        [b'0', b'0', b'1'..=b'9', ..] => (lead + 2, ZEROS),
        [b'0', b'1', b'1', b' ' | b'-' | b'.', b'1'..=b'9', ..] => (lead + 4, ZEROS),
        wide if wide.starts_with(WIDE_PLUS) => (lead + WIDE_PLUS.len(), PLUS),
        _ => return None,
    };
    // A bracket around the code alone belongs to the number; one around the whole number does not.
    let bracket = lead.checked_sub(1).filter(|&before| text[before] == b'(');
    let code = text[digits..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
    let closed = bracket.is_some() && code > 0 && text.get(digits + code) == Some(&b')');
    let start = if closed { lead - 1 } else { lead };
    if opened && !closed || !may_start(text, start, score < PLUS) {
        return None;
    }
    if score < PLUS && is_later_group(text, start) {
        return None;
    }
    let mut groups = Groups::read_from(text, digits, closed);
    let first = groups.all().first()?;
    let (plan, code) = Plan::leading(groups.digits_to(first))?;
    groups.drop_trunk(code, plan.trunk);
    let in_one_piece = score < PLUS && groups.all().len() == 1 && digits - lead == 2;
    let score = match in_one_piece {
        // Article codes of North America are thirteen digits too and begin with zeros.
        true if plan.code == 1 => ZEROS_IN_ARTICLE_CODE,
        true => ZEROS_IN_ONE_PIECE,
        false => score,
    };
    let (end, score) = longest(text, &groups, (plan, code), score)?;
    Some(Number { start, end, score, international: true })
}

/// The last group that ends a number: one that its plan assigns, or else one with a possible length after a plus.
fn longest(text: &[u8], groups: &Groups, plan: (&Plan, usize), score: f32) -> Option<(usize, f32)> {
    let (plan, code) = plan;
    let mut assigned = None;
    let mut possible = None;
    for group in groups.all().iter().rev() {
        let digits = groups.digits_to(group);
        if !(DIGITS_MIN.max(code)..=DIGITS_MAX + plan.trunk.len()).contains(&digits.len()) {
            continue;
        }
        let standing = plan.standing_dialled(&digits[code..]);
        let Some(end) = end_of(text, group.end).filter(|_| standing != Standing::No) else {
            continue;
        };
        let found = (end, if standing == Standing::Assigned { score } else { POSSIBLE });
        if standing == Standing::Assigned {
            if digits.len() <= DIGITS_USUAL {
                return Some(found);
            }
            assigned = assigned.or(Some(found));
        } else if score >= PLUS && digits.len() > DIGITS_MIN {
            possible = possible.or(Some(found));
        }
    }
    assigned.or(possible)
}

/// Where a number whose digits end at `end` ends with its extension; none if it goes on.
fn end_of(text: &[u8], end: usize) -> Option<usize> {
    extension(text, end).or_else(|| ends_at(text, end).then_some(end))
}

/// Whether a number may begin here: not inside a word, nor after a part of a longer number that a separator joins.
fn may_start(text: &[u8], start: usize, national: bool) -> bool {
    let last = before(text, start);
    if last.is_some_and(|c| is_word(c) || matches!(c, '+' | '＋')) {
        return false;
    }
    let joined = separator_before(text, start).is_some_and(|(separator, at)| {
        separator != b' ' && before(text, at).is_some_and(char::is_alphanumeric)
    });
    !(national && joined)
}

/// Whether a digit and a space stand before: then two zeros are a group of an account number, not a prefix.
fn is_later_group(text: &[u8], start: usize) -> bool {
    separator_before(text, start)
        .is_some_and(|(_, at)| before(text, at).is_some_and(|c| c.is_ascii_digit()))
}

/// How far the first digits of a number reach: single signs stand between them, of up to three bytes, and brackets.
pub(crate) const REACH: usize = 40;

/// Whether enough digits for a number follow each other from `at`, with no more between them than may stand in one.
pub(crate) fn has_digits(text: &[u8], at: usize) -> bool {
    let mut count = 0;
    for byte in text[at..].iter().take(REACH) {
        match byte {
            b'0'..=b'9' => count += 1,
            b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b'+' | 0x80.. => {}
            _ => return false,
        }
        if count == DIGITS_MIN {
            return true;
        }
    }
    false
}

/// What may be a number as it is written inside a region, read once.
pub(crate) struct Home<'t> {
    text: &'t [u8],
    at: usize,
    groups: Groups,
    may_be: bool,
    /// The bracket before: `(617) 485-8245` is the same number from there and from the digit after it.
    bracket: Option<usize>,
}

impl<'t> Home<'t> {
    /// Reads what begins at `at`, its first digit or the bracket before it.
    #[inline]
    pub(crate) fn read(text: &'t [u8], at: usize) -> Self {
        let bracketed =
            at > 0 && text[at - 1] == b'(' && text.get(at).is_some_and(u8::is_ascii_digit);
        let bracket = if bracketed { Some(at - 1) } else { None };
        let mut home = Self { text, at, groups: Groups::read(text, at), may_be: false, bracket };
        home.may_be = may_be_national(text, at, &home.groups);
        home
    }

    /// Whether it may be a number anywhere.
    pub(crate) fn may_be(&self) -> bool {
        self.may_be || self.bracket.is_some()
    }

    /// The number of one of `regions`: in groups usual there, or after a cue in any.
    pub(crate) fn number(&self, regions: &[Region], cued: bool) -> Option<Number> {
        let bracketed = self.bracket.and_then(|at| {
            let groups = Groups::read(self.text, at);
            let may_be = may_be_national(self.text, at, &groups);
            may_be.then(|| national(self.text, at, &groups, (regions, cued))).flatten()
        });
        let here = || national(self.text, self.at, &self.groups, (regions, cued));
        bracketed.or_else(|| self.may_be.then(here).flatten())
    }
}

/// Whether these groups may be a number, as far as their count and what stands around them tell.
fn may_be_national(text: &[u8], at: usize, groups: &Groups) -> bool {
    let enough = groups.all().last().is_some_and(|last| last.total >= DIGITS_MIN);
    enough && may_start(text, at, true) && !looks_otherwise(groups)
}

fn national(
    text: &[u8],
    at: usize,
    groups: &Groups,
    (regions, cued): (&[Region], bool),
) -> Option<Number> {
    if !cued && (groups.all().len() == 1 || is_amount(text, at)) {
        return None;
    }
    (1..=groups.all().len()).rev().find_map(|count| {
        let score = national_score(groups, count, regions, cued)?;
        let end = groups.all()[count - 1].end;
        if goes_on(text, groups, count, regions) || !cued && is_money(text, end) {
            return None;
        }
        let whole = end_of(text, end)?;
        let score = if whole > end { (score + EXTENSION).min(PLUS) } else { score };
        Some(Number { start: at, end: whole, score, international: false })
    })
}

fn national_score(groups: &Groups, count: usize, regions: &[Region], cued: bool) -> Option<f32> {
    let formed = usual_score(groups, count, regions);
    if !cued {
        return formed;
    }
    let any = || is_loose_number(groups, count, regions).then_some(CUED);
    formed.map(|_| CUED_FORM).or_else(any)
}

/// After a cue: the digits of an assigned number in whatever groups, with the country's code before them or without.
fn is_loose_number(groups: &Groups, count: usize, regions: &[Region]) -> bool {
    const LEAST: usize = 8;
    let all = &groups.all()[..count];
    let Some(last) = all.last() else { return false };
    let digits = groups.digits_to(last);
    let dialled = matches!(digits, [0, ..]);
    let uniform = all.windows(3).all(|three| three[1].gap == three[2].gap);
    let whole = all.iter().skip(1).all(|group| group.length >= 2);
    let bracketed = all.iter().any(|group| group.bracketed);
    let social = matches!(all, [a, b, c] if (a.length, b.length, c.length) == (3, 2, 4));
    if digits.len() < LEAST || !(uniform || dialled || bracketed) || !whole || social {
        return false;
    }
    let several = count > 1 && !dialled && !bracketed;
    regions.iter().any(|region| {
        let local = region.assigns(digits) && (!several || digits.len() > LEAST);
        let with_code = || match Plan::leading(digits) {
            Some((plan, code)) if plan.code == region.plan.code => {
                plan.standing(&digits[code..]) == Standing::Assigned && digits.len() > LEAST + 2
            }
            _ => false,
        };
        local || with_code()
    })
}

/// Whether these groups are a date, an IPv4 address or a card number, whatever stands nearby.
fn looks_otherwise(groups: &Groups) -> bool {
    let all = groups.all();
    if let [a, b, c, ..] = all
        && b.gap == c.gap
        && matches!((a.length, b.length, c.length), (4, 1..=2, 1..=2) | (1..=2, 1..=2, 4))
        && b.gap != b'_'
    {
        let digits = groups.digits_to(c);
        let number =
            |from: usize, to: usize| digits[from..to].iter().fold(0, |n, &d| n * 10 + u16::from(d));
        let (first, second) = (number(0, a.total), number(a.total, b.total));
        let third = number(b.total, c.total);
        let year = |n: u16| (1000..2200).contains(&n);
        let month_and_day =
            |m: u16, d: u16| (1..=31).contains(&m) && (1..=31).contains(&d) && m.min(d) <= 12;
        if year(first) && month_and_day(second, third)
            || year(third) && month_and_day(first, second)
        {
            return true;
        }
    }
    let dotted =
        |count: usize| all.len() == count && all[1..].iter().all(|group| group.gap == b'.');
    let octets = || {
        let mut from = 0;
        all.iter().all(|group| {
            let digits = &groups.digits_to(group)[from..];
            from = group.total;
            group.length <= 3 && digits.iter().fold(0, |n, &d| n * 10 + u16::from(d)) <= 255
        })
    };
    let card = all.len() == 4 && all.iter().all(|group| group.length == 4 && !group.bracketed);
    dotted(4) && octets() || card
}

/// Whether the number goes on after the first `count` groups: by a joining separator, or by one more group like its
/// last, unless that begins a number of its own.
fn goes_on(text: &[u8], groups: &Groups, count: usize, regions: &[Region]) -> bool {
    let all = groups.all();
    let last = &all[count - 1];
    if text.get(last.end) == Some(&b'/') && text.get(last.end + 1).is_some_and(u8::is_ascii_digit) {
        return true;
    }
    let Some(next) = all.get(count).filter(|next| next.gap == b' ') else { return false };
    if next.bracketed || next.length != last.length || last.gap != b' ' {
        return false;
    }
    let rest = Groups::read(text, next.start);
    !(1..=rest.all().len()).any(|count| usual_score(&rest, count, regions).is_some())
}

/// The best score of the first `count` groups as a form of one of `regions`.
fn usual_score(groups: &Groups, count: usize, regions: &[Region]) -> Option<f32> {
    if !may_end(&groups.all()[count - 1]) {
        return None;
    }
    regions.iter().filter_map(|region| region.score(groups, count)).reduce(f32::max)
}

/// Whether what begins at `at` is the rest of a number in thousands, or a price.
fn is_amount(text: &[u8], at: usize) -> bool {
    let Some((b' ', gap)) = separator_before(text, at) else {
        return before(text, at).is_some_and(is_currency);
    };
    let head = text[..gap].last().is_some_and(u8::is_ascii_digit);
    let alone = gap
        .checked_sub(1)
        .is_some_and(|at| before(text, at).is_none_or(|c| c == ' ' || is_currency(c)));
    let digit = text.get(at).is_some_and(u8::is_ascii_digit);
    head && alone && digit && is_thousands(text, at) || before(text, gap).is_some_and(is_currency)
}

/// Whether groups of three follow each other from here.
fn is_thousands(text: &[u8], at: usize) -> bool {
    let groups = Groups::read(text, at);
    groups.all().len() > 1 && groups.all().iter().all(|group| group.length == 3)
}

fn is_money(text: &[u8], end: usize) -> bool {
    let next = groups::after(text, end);
    let next = if next == Some(' ') { groups::after(text, end + 1) } else { next };
    next.is_some_and(|c| is_currency(c) || c == '%')
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£' | '¥' | '₹')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scanner would find: the longest at the first place, brackets and all.
    fn first(text: &str, cued: bool) -> Option<(&str, f32)> {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let plus = bytes[at] == b'+' || bytes[at..].starts_with(WIDE_PLUS);
            let digit = bytes[at].is_ascii_digit();
            let found = match bytes[at] {
                _ if plus => international(bytes, at),
                b'(' => international(bytes, at)
                    .or_else(|| Home::read(bytes, at).number(&Region::USUAL, cued)),
                _ if digit => international(bytes, at)
                    .or_else(|| Home::read(bytes, at).number(&Region::USUAL, cued)),
                _ => None,
            };
            if let Some(found) = found {
                return Some((&text[found.start..found.end], found.score));
            }
            at += 1;
            while digit && bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
        }
        None
    }

    fn hits(texts: &[&str], cued: bool, least: f32) {
        for marked in texts {
            let (head, rest) = marked.split_once('⟦').unwrap();
            let (number, tail) = rest.split_once('⟧').unwrap();
            let text = format!("{head}{number}{tail}");
            let found = first(&text, cued);
            assert_eq!(found.map(|found| found.0), Some(number), "{text}");
            assert!(found.unwrap().1 >= least, "{text}: {found:?}");
        }
    }

    fn misses(texts: &[&str], cued: bool) {
        for text in texts {
            let found = first(text, cued);
            assert!(found.is_none_or(|found| found.1 < 0.5), "{text}: {found:?}");
        }
    }

    #[test]
    fn an_international_number_is_one_of_its_plan() {
        let texts = [
            "⟦+34612345678⟧",
            "⟦+34 612 34 56 78⟧, or",
            "⟦+1 (617) 485-8245⟧",
            "⟦+1-617-485-8245⟧.",
            "⟦+1.617.485.8245⟧",
            "⟦+44 20 7946 0958⟧ 2024-05-01",
            "⟦+44 (0)20 7946 0958⟧",
            "⟦+44(0)2079460958⟧",
            "⟦+44 (0) 20 7946 0958⟧",
            "⟦+44 020 7946 0958⟧",
            "⟦+49 30 87940513⟧ 2024-05-01",
            "⟦+49 (0)30/8794-0513⟧",
            "⟦+49 30 123456-78⟧",
            "⟦+33 6 54 57 49 32⟧\nx",
            "⟦+34\u{a0}612\u{202f}345\u{2011}678⟧",
            "⟦+39 06 1234 5678⟧",
            "⟦+52 1 55 1234 5678⟧",
            "⟦+54 9 11 2345-6789⟧",
            "⟦+55 (11) 91234-5678⟧",
            "⟦+7 (495) 123-45-67⟧",
            "⟦+351 912 345 678⟧",
            "⟦+353 1 234 5678⟧",
            "⟦+800 1234 5678⟧",
            "⟦＋34 612 345 678⟧",
            "⟦(+34) 612 345 678⟧",
            "(⟦+34 612 345 678⟧)",
            "+(⟦+34612345678⟧)",
            "tel:⟦+34612345678⟧,42",
            "⟦+34 612 345 678⟧/679",
            "⟦+1 617 485 8245 x12⟧",
            "⟦+1 617 485 8245 ext. 1234⟧ or",
            "⟦+1 617-485-8245x12⟧",
            "⟦+1 617 485 8245 #12⟧",
            "⟦+1-201-555-0123;ext=12⟧",
            "⟦+34 612 345 678⟧ 5 veces",
        ];
        hits(&texts, false, 0.9);
        hits(&["⟦0034 612 345 678⟧", "⟦00 34 612 345 678⟧", "⟦011 34 612 345 678⟧"], false, 0.75);
        hits(&["⟦0034612345678⟧", "⟦+34 512 345 999⟧", "⟦+34 212 345 678⟧"], false, 0.55);
    }

    #[test]
    fn what_no_plan_has_is_no_international_number() {
        misses(
            &[
                "+999 123 456 789",
                "+34 612",
                "+3461234567890123",
                "x+34612345678",
                "++34612345678",
                "é+34612345678",
                "+34612345678a",
                "+34612345678-1",
                "+34612345678.5",
                "UTC+02:00",
                "GMT +0200",
                "+ 34",
                "+",
                "+(",
                "+20240501",
                "+100 points",
                "00",
                "000000000000",
                "0012345678905",
                "0034",
                "(+34 612",
                "1+1=2",
                "AT61 0043 1721 7381",
            ],
            false,
        );
    }

    #[test]
    fn a_national_number_is_in_usual_groups() {
        hits(
            &[
                "⟦612 345 678⟧",
                "⟦612\u{a0}345\u{a0}678⟧",
                "⟦612-345-678⟧.",
                "⟦612 34 56 78⟧",
                "⟦91 345 67 89⟧",
                "⟦91-345-67-89⟧",
                "⟦91 345 6789⟧",
                "(⟦612 345 678⟧)",
                "-⟦612 345 678⟧",
                "¿⟦612 345 678⟧?",
                "— ⟦612 345 678⟧ —",
                "⟦612 345 678⟧ 699 123 456",
                "⟦617-485-8245⟧ 2024",
                "⟦617.485.8245⟧",
                "⟦(617) 485-8245⟧ now",
                "⟦(617)485-8245⟧",
                "⟦1-800-555-0199⟧",
                "⟦1 (617) 485-8245⟧",
                "⟦1(617)485-8245⟧",
                "⟦617-485-8245 ext. 12⟧",
                "⟦(617) 485-8245 x12⟧",
                "⟦020 7946 0958⟧",
                "⟦(020) 7946 0958⟧",
                "⟦07911 524289⟧",
                "⟦07700 900 123⟧",
                "⟦0113 496 0123⟧",
                "⟦01632 960123⟧",
                "⟦0800 123 4567⟧",
                "⟦06 12 34 56 78⟧",
                "⟦06.12.34.56.78⟧",
                "⟦(030) 12345678⟧",
                "⟦912 345 678⟧",
                "⟦347 123 4567⟧",
                "⟦55 1234 5678⟧",
                "⟦(11) 91234-5678⟧",
                "⟦11 91234-5678⟧",
            ],
            false,
            0.55,
        );
    }

    #[test]
    fn a_grouped_number_is_not_always_a_phone() {
        misses(
            &[
                "612345678",
                "6174858245",
                "1700000000",
                "117-485-8245",
                "617-185-8245",
                "order 512 345 678",
                "612.345.678",
                "612 345 678 900",
                "5 612 345 678",
                "612 345 678 €",
                "$ 612 345 678",
                "2024-05-01 10:00",
                "01.05.2024",
                "01-05-2024",
                "10:30 11 12",
                "1.612.345.678",
                "1-612 345 678",
                "612 345 678/9",
                "A-612 345 678",
                "x_612 345 678",
                "é612 345 678",
                "612 345 678a",
                "612 345 678.5",
                "version 91.345.67.89.1",
                "192.168.100.25",
                "91.234.67.89",
                "ISBN 978-84-376-0494-7",
                "0-306-40615-2",
                "4111 1111 1111 1111",
                "6111-1111-1111-1117",
                "2019-2023",
                "612-34-5678",
                "030 12345678",
                "0170-1234567",
                "20 7946 0958",
                "(617)",
                "(617) 485",
                "f(617) 485-8245",
                "612  345  678",
                "12345678901234567890123456789",
            ],
            false,
        );
    }

    #[test]
    fn after_a_cue_any_assigned_number_is_one() {
        hits(
            &[
                "⟦612345678⟧",
                "⟦6174858245⟧",
                "⟦16174858245⟧",
                "⟦02079460958⟧",
                "⟦0612345678⟧",
                "⟦030 12345678⟧",
                "⟦0170-1234567⟧",
                "⟦0170/1234567⟧",
                "⟦030/8794-0513⟧",
                "⟦(030) 8794 05 13⟧",
                "⟦34612345678⟧",
                "⟦61 23 45 678⟧",
                "⟦612.345.678⟧",
                "⟦11912345678⟧",
                "⟦912345678⟧",
            ],
            true,
            0.8,
        );
        misses(
            &[
                "2024-05-01",
                "01.05.2024",
                "01.05.2024 10",
                "192.168.100.25",
                "4111 1111 1111 1111",
                "612-34-5678",
                "2019-2023",
                "12345678",
                "512345678",
                "1700000000",
                "612345678-1",
            ],
            true,
        );
    }

    #[test]
    fn nothing_breaks_at_any_place_of_any_bytes() {
        let texts =
            ["(+", "+(0", "00(", "(617", "+34 (0", "é(0)+＋00\u{a0}1 (2)3-", "((((+1", "+1(", "＋"];
        for text in texts {
            for at in 0..=text.len() {
                let bytes = text.as_bytes();
                assert_eq!(international(bytes, at), None, "{text} {at}");
                assert_eq!(Home::read(bytes, at).number(&Region::USUAL, true), None, "{text} {at}");
            }
        }
        let broken = [0xff, b'+', b'3', b'4', 0xe2, 0x80, b'6', 0xc2];
        for at in 0..=broken.len() {
            assert_eq!(international(&broken, at), None);
        }
    }
}
