//! The forms that a placeholder is recognised in, each read forwards from its first character.

use super::Forgive;
use super::names::{LONGEST_ESCAPED, Prefix};
use super::read::{More, Reader, WIDE_CLOSE, WIDE_OPEN, is_word};
use crate::Placeholder;
use crate::placeholder::DIGITS_MAX;

const JSON_OPEN: [&str; 2] = ["\\u003c", "\\u003C"];
const JSON_CLOSE: [&str; 2] = ["\\u003e", "\\u003E"];

/// The most characters that can be read before it is certain whether they are a placeholder: the longest opening
/// bracket, a space, the name, its separator with a backslash, the digits, a space, and the longest closing bracket
/// but for its last character.
pub(super) const CHARACTERS_MAX: usize =
    JSON_OPEN[0].len() + 1 + LONGEST_ESCAPED + 2 + DIGITS_MAX + 1 + JSON_CLOSE[0].len() - 1;

/// A placeholder, and the bytes that its original takes the place of.
pub(super) struct Found {
    pub(super) placeholder: Placeholder,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether a bracket is written as JSON escapes it, so that the original must be escaped too.
    pub(super) escaped: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    /// As `hide` writes it.
    Plain,
    /// With a backslash before it.
    Backslash,
    /// `\u003c` or `\u003e`.
    Json,
    /// Full-width, or as HTML escapes it.
    Other,
}

/// How the inside differs from what `hide` writes.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Slips {
    lower: bool,
    space: bool,
    dash: bool,
    backslash: bool,
}

impl Slips {
    /// Whether there are none.
    fn none(self) -> bool {
        self == Self::default()
    }

    /// Whether it may stand without brackets.
    fn bare(self, forgive: Forgive) -> bool {
        match forgive {
            Forgive::Nothing => false,
            Forgive::Slips => !self.lower && !self.space && !self.dash,
            Forgive::Guesses => !self.dash,
        }
    }
}

/// Reads the placeholder that begins where `reader` is, after the character `before`.
pub(super) fn at(
    mut reader: Reader<'_>,
    before: Option<char>,
    forgive: Forgive,
) -> Result<Option<Found>, More> {
    let start = reader.at;
    if forgive == Forgive::Nothing {
        return unchanged(reader);
    }
    match opening(&mut reader)? {
        Some(bracket) => bracketed(start, bracket, reader),
        None if before.is_some_and(is_word) => Ok(None),
        None => bare(before, reader, forgive),
    }
}

/// What `hide` wrote, and nothing else.
fn unchanged(mut reader: Reader<'_>) -> Result<Option<Found>, More> {
    let start = reader.at;
    if !reader.take("<")? {
        return Ok(None);
    }
    let Some((placeholder, _)) = inside(&mut reader, Slips::none)? else { return Ok(None) };
    let found = reader.take(">")?;
    Ok(found.then_some(Found { placeholder, start, end: reader.at, escaped: false }))
}

fn bracketed(
    start: usize,
    opening: Bracket,
    mut reader: Reader<'_>,
) -> Result<Option<Found>, More> {
    let space_before = reader.take(" ")?;
    let Some((placeholder, slips)) = inside(&mut reader, |_| true)? else { return Ok(None) };
    let mut ahead = reader;
    let space_after = ahead.take(" ")?;
    if let Some(closing) = closing(&mut ahead)? {
        let exact = !space_before && !space_after && slips.none();
        // What `hide` wrote takes nothing with it: the backslash is the user's.
        let foreign = exact && opening == Bracket::Backslash && closing == Bracket::Plain;
        let mut inner = Reader { at: start, ..reader };
        if foreign {
            inner.take("\\")?;
        }
        let escaped = opening == Bracket::Json || closing == Bracket::Json;
        return Ok(Some(Found { placeholder, start: inner.at, end: ahead.at, escaped }));
    }
    if space_before || !slips.bare(Forgive::Slips) || !ends_word(reader)? {
        return Ok(None);
    }
    let escaped = opening == Bracket::Json;
    Ok(Some(Found { placeholder, start, end: reader.at, escaped }))
}

fn bare(
    before: Option<char>,
    mut reader: Reader<'_>,
    forgive: Forgive,
) -> Result<Option<Found>, More> {
    let start = reader.at;
    let Some((placeholder, slips)) = inside(&mut reader, |slips| slips.bare(forgive))? else {
        return Ok(None);
    };
    // After anything but a space, a lone closing bracket more likely closes something else: `<mailto:EMAIL_1>`.
    if slips.bare(Forgive::Slips) && before.is_none_or(char::is_whitespace) {
        let mut ahead = reader;
        if let Some(closing) = closing(&mut ahead)? {
            let escaped = closing == Bracket::Json;
            return Ok(Some(Found { placeholder, start, end: ahead.at, escaped }));
        }
    }
    let found = Found { placeholder, start, end: reader.at, escaped: false };
    Ok(ends_word(reader)?.then_some(found))
}

fn opening(reader: &mut Reader<'_>) -> Result<Option<Bracket>, More> {
    bracket(reader, ('<', WIDE_OPEN), "&lt;", JSON_OPEN)
}

fn closing(reader: &mut Reader<'_>) -> Result<Option<Bracket>, More> {
    bracket(reader, ('>', WIDE_CLOSE), "&gt;", JSON_CLOSE)
}

fn bracket(
    reader: &mut Reader<'_>,
    (plain, wide): (char, char),
    html: &str,
    json: [&str; 2],
) -> Result<Option<Bracket>, More> {
    let mut ahead = *reader;
    let bracket = match ahead.next()? {
        Some(character) if character == plain => Bracket::Plain,
        Some(character) if character == wide => Bracket::Other,
        Some('&') => {
            return Ok(reader.take(html)?.then_some(Bracket::Other));
        }
        Some('\\') => {
            if ahead.next()? == Some(plain) {
                Bracket::Backslash
            } else {
                let taken = reader.take(json[0])? || reader.take(json[1])?;
                return Ok(taken.then_some(Bracket::Json));
            }
        }
        _ => return Ok(None),
    };
    *reader = ahead;
    Ok(Some(bracket))
}

/// Reads name, separator and number, and gives up as soon as `allowed` does not allow what was read.
fn inside(
    reader: &mut Reader<'_>,
    allowed: impl Fn(Slips) -> bool,
) -> Result<Option<(Placeholder, Slips)>, More> {
    let mut prefix = Prefix::EMPTY;
    let mut slips = Slips::default();
    loop {
        let Some(character) = reader.next()? else { return Ok(None) };
        if character.is_ascii_alphabetic() {
            slips.lower |= character.is_ascii_lowercase();
            match prefix.letter(character) {
                Some(longer) if allowed(slips) => prefix = longer,
                _ => return Ok(None),
            }
            continue;
        }
        let (kind, longer) = (prefix.kind(), prefix.separator());
        if kind.is_none() && longer.is_none() || !separator(character, reader, &mut slips)? {
            return Ok(None);
        }
        if !allowed(slips) {
            return Ok(None);
        }
        match (kind, longer, reader.peek()?) {
            (Some(kind), _, Some('1'..='9')) => {
                let number = number(reader)?;
                return Ok(number.map(|number| (Placeholder { kind, number }, slips)));
            }
            (_, Some(longer), Some('A'..='Z' | 'a'..='z')) => prefix = longer,
            _ => return Ok(None),
        }
    }
}

/// Whether `character` stands for the underscore of a placeholder; after a backslash, what follows it.
fn separator(character: char, reader: &mut Reader<'_>, slips: &mut Slips) -> Result<bool, More> {
    let character = match character {
        ' ' => {
            slips.space = true;
            return Ok(true);
        }
        '\\' => {
            slips.backslash = true;
            reader.next()?
        }
        other => Some(other),
    };
    slips.dash |= character == Some('-');
    Ok(matches!(character, Some('_' | '-')))
}

/// Reads digits; more than a vault counts to are no number.
fn number(reader: &mut Reader<'_>) -> Result<Option<u32>, More> {
    let mut number = 0;
    for _ in 0..DIGITS_MAX {
        match reader.peek()?.and_then(|character| character.to_digit(10)) {
            Some(digit) => number = number * 10 + digit,
            None => return Ok(Some(number)),
        }
        reader.next()?;
    }
    let longer = reader.peek()?.is_some_and(|character| character.is_ascii_digit());
    Ok((!longer).then_some(number))
}

/// Whether no identifier goes on here; `\_` is an underscore as markdown writes it.
fn ends_word(mut reader: Reader<'_>) -> Result<bool, More> {
    Ok(match reader.next()? {
        Some('\\') => reader.next()? != Some('_'),
        character => !character.is_some_and(is_word),
    })
}
