//! Dates with the month in words: `4-Sep-1980`, `March 12, 1980`, `12 de marzo de 1980`. Those in digits are forms.

use super::{Scan, Scanner};

/// The beginnings of months in the languages that we read; the rest of the word must be letters.
const MONTHS: &[&str] = &[
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "ene",
    "abr", "ago", "dic", "fev", "fév", "avr", "mai", "juin", "juil", "aoû", "aou", "déc", "mär",
    "maer", "okt", "dez", "set", "out", "gen", "mag", "giu", "lug", "ott",
];

/// Bytes of a month that are looked up.
const HEAD: usize = 3;

/// The first bytes of each month.
static HEADS: [u32; MONTHS.len()] = heads();

const fn heads() -> [u32; MONTHS.len()] {
    let (mut heads, mut at) = ([0; MONTHS.len()], 0);
    while at < MONTHS.len() {
        let name = MONTHS[at].as_bytes();
        heads[at] = packed([name[0], name[1], name[2]]);
        at += 1;
    }
    heads
}

const fn packed(head: [u8; HEAD]) -> u32 {
    u32::from_le_bytes([head[0], head[1], head[2], 0])
}

/// The longest month: `septiembre`, `settembre`, `fevereiro`.
const MONTH_MAX: usize = 12;

impl Scan<'_, '_> {
    /// Looks at a number that may be the day.
    pub(super) fn date_in_words(&mut self, start: usize, end: usize) {
        let Some(rule) = self.scanner(Scanner::Date) else { return };
        // A day of more figures begins with a zero.
        if end - start > 2 && self.bytes[start] != b'0' {
            return;
        }
        let day: u32 = self.text[start..end].parse().unwrap_or_default();
        if !(1..=31).contains(&day) || self.joined_before(start) {
            return;
        }
        let after = self.day_first(end).map(|end| (start, end));
        let found = after.or_else(|| self.month_first(start, end));
        if let Some((start, end)) = found.filter(|(_, end)| self.ends_word(*end)) {
            self.add_by_cue(rule, false, start, end);
        }
    }

    /// `4-Sep-1980`, `4th of September 1980`, `4 de septiembre de 1980`, `4. September 1980`.
    fn day_first(&self, end: usize) -> Option<usize> {
        let at = self.gap(end, &["th", "st", "nd", "rd", "º", "."]);
        let at = self.gap(at, &[" of ", " de ", " ", "-", "/", "."]);
        let month = self.month(at)?;
        let at = self.gap(month, &[" de ", " del ", ", ", ". ", " ", "-", "/", "."]);
        (at > month).then(|| self.year(at)).flatten()
    }

    /// `March 12, 1980`.
    fn month_first(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let before = self.text[..start].strip_suffix(' ')?;
        let before = before.strip_suffix('.').unwrap_or(before);
        let tail = before.len().saturating_sub(MONTH_MAX);
        let tail = &self.bytes[tail..before.len()];
        let length = tail
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80)
            .count();
        let from = before.len() - length;
        let month = self.text.is_char_boundary(from).then(|| self.month(from)).flatten()?;
        let at = self.gap(end, &["th", "st", "nd", "rd"]);
        let at = self.gap(at, &[", ", " "]);
        let year = (month == before.len() && at > end).then(|| self.year(at)).flatten()?;
        Some((from, year))
    }

    /// Passes over one of the parts, if one stands there.
    fn gap(&self, at: usize, parts: &[&str]) -> usize {
        let rest = &self.bytes[at..];
        parts
            .iter()
            .find(|part| rest.starts_with(part.as_bytes()))
            .map_or(at, |part| at + part.len())
    }

    /// The end of the month whose name starts at `at`.
    fn month(&self, at: usize) -> Option<usize> {
        // Nearly always it is another word, which need not be read.
        let head = self.bytes.get(at..at + HEAD)?;
        let head = [head[0], head[1], head[2]].map(|byte| byte.to_ascii_lowercase());
        if head.is_ascii() && !HEADS.contains(&packed(head)) {
            return None;
        }
        let letters = self.bytes[at..]
            .iter()
            .take(MONTH_MAX + 1)
            .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80);
        let length = letters.count();
        if !(3..=MONTH_MAX).contains(&length) || !self.text.is_char_boundary(at + length) {
            return None;
        }
        let name = self.text[at..at + length].to_lowercase();
        MONTHS.iter().any(|month| name.starts_with(month)).then_some(at + length)
    }

    /// The end of the year that starts at `at`.
    fn year(&self, at: usize) -> Option<usize> {
        let digits = self.bytes.get(at..at + 4)?;
        let century =
            digits.starts_with(b"19") || digits.starts_with(b"20") || digits.starts_with(b"18");
        (century && digits.iter().all(u8::is_ascii_digit)).then_some(at + 4)
    }
}
