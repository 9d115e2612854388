//! Words that hold a digit: where almost every identifier begins.

use super::{Scan, is_word};
use crate::engine::{Entry, place_of};
use crate::rule::RuleId;
use crate::shape::WORD_MAX;

/// Letters and digits of the longest form.
const CHARACTERS_MAX: usize = 96;

/// A word: where it stands, and at which positions it holds what.
pub(super) struct Word {
    pub(super) start: usize,
    pub(super) end: usize,
    digits: u64,
    upper: u64,
}

impl Word {
    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it holds digits only.
    pub(super) fn is_number(&self) -> bool {
        self.digits == u64::MAX >> (64 - self.len())
    }
}

impl Scan<'_, '_> {
    /// Looks at the word around the digit at `at`, and gives where to go on.
    pub(super) fn word(&mut self, at: usize) -> usize {
        let before = self.bytes[..at].iter().rev().take_while(|byte| is_word(**byte)).count();
        let after = self.bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
        let (start, end) = (at - before, at + after);
        if !self.starts_word(start) || !self.ends_word(end) {
            return end;
        }
        if end - start > WORD_MAX {
            self.long_word(start, end);
            return end;
        }
        let (mut digits, mut upper) = (0u64, 0u64);
        for (position, byte) in self.bytes[start..end].iter().enumerate() {
            digits |= u64::from(byte.is_ascii_digit()) << position;
            upper |= u64::from(byte.is_ascii_uppercase()) << position;
        }
        let word = Word { start, end, digits, upper };
        self.forms(&word);
        if word.is_number() {
            self.number(&word);
        } else {
            self.mixed(&word);
        }
        end
    }

    /// What begins with letters, or mixes them with digits.
    fn mixed(&mut self, word: &Word) {
        if let [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..] =
            self.bytes[word.start..word.end]
        {
            self.iban(word.start);
        }
        if let [first, .., b't' | b's' | b'n' | b'r', b'h' | b't' | b'd'] =
            self.bytes[word.start..word.end]
            && first.is_ascii_digit()
            && word.len() <= 4
        {
            self.date_in_words(word.start, word.end - 2);
        }
        if word.len() > 13 {
            self.wallet(word.start, word.end);
        }
    }

    /// Only wallets of the newest form are so long.
    fn long_word(&mut self, start: usize, end: usize) {
        self.wallet(start, end);
    }

    /// Tries the forms that can stop here: those that are sure by themselves, and those whose cues stand nearby.
    fn forms(&mut self, word: &Word) {
        let engine = self.engine;
        let before = word.start.checked_sub(1).map_or(0, |at| self.bytes[at]);
        let after = self.bytes.get(word.end).copied().unwrap_or_default();
        let bytes = self.bytes;
        let stands = |entry: &&Entry| {
            (entry.after == 0 || entry.after == after)
                && (entry.before == 0 || entry.before == before)
                && entry.digits.agrees(word.digits)
                && entry.upper.agrees(word.upper)
                && entry.goes_on(bytes, word.end)
        };
        let by_after = &engine.by_length[word.len()];
        let followed = place_of(after).map_or(&[][..], |place| &by_after[place]);
        for entry in by_after[0].iter().chain(followed).filter(stands) {
            self.form(entry, word);
        }
        if !engine.gates[word.len()].lets(word.is_number(), bytes, word.end) {
            return;
        }
        // A group in the middle of a number has no cue of its own.
        if matches!(self.bytes[..word.start], [.., digit, b' ' | b'-' | b'.' | b'/'] if digit.is_ascii_digit())
        {
            return;
        }
        let seen = self.cues(word.start, word.end);
        if seen.is_empty() {
            return;
        }
        let seen = *seen;
        for cue in seen.iter() {
            let entries = engine.by_cue[usize::from(cue)].iter();
            let fits = entries.filter(|entry| usize::from(entry.length) == word.len());
            for entry in fits.filter(stands) {
                self.form(entry, word);
            }
        }
    }

    fn form(&mut self, entry: &Entry, word: &Word) {
        let Some((start, end)) = self.extent(entry, word) else { return };
        let separator = self.engine.forms[entry.form as usize].separators.first().copied();
        if self.joined_before(start)
            || self.joined_after(end)
            || self.goes_on(separator, start, end)
        {
            return;
        }
        if self.passes(entry.rule, start, end) {
            self.add_by_cue(entry.rule, entry.bare, start, end);
        }
    }

    /// Whether more words stand before or after it with the same separator between: a part of something longer.
    fn goes_on(&self, separator: Option<u8>, start: usize, end: usize) -> bool {
        let Some(separator) = separator.filter(|byte| *byte != b' ') else { return false };
        matches!(self.bytes[end..], [next, after, ..] if next == separator && is_word(after))
            || matches!(self.bytes[..start], [.., before, last] if last == separator && is_word(before) && separator != b'.')
    }

    /// Where the whole form begins and ends, when it stands here.
    fn extent(&self, entry: &Entry, word: &Word) -> Option<(usize, usize)> {
        let form = &self.engine.forms[entry.form as usize];
        let at = usize::from(entry.word);
        if !entry.exact && !form.words[at].holds(&self.bytes[word.start..word.end]) {
            return None;
        }
        let mut start = word.start;
        for before in (0..at).rev() {
            let wanted = &form.words[before];
            let from = start.checked_sub(wanted.len() + 1)?;
            let separated = self.bytes[start - 1] == form.separators[before];
            if !separated || !wanted.holds(&self.bytes[from..start - 1]) {
                return None;
            }
            start = from;
        }
        let mut end = word.end;
        for after in at + 1..form.words.len() {
            let wanted = &form.words[after];
            let to = end + 1 + wanted.len();
            let separated = self.bytes.get(end) == Some(&form.separators[after - 1]);
            if !separated || !wanted.holds(self.bytes.get(end + 1..to)?) {
                return None;
            }
            end = to;
        }
        let whole = (start == word.start || self.starts_word(start))
            && (end == word.end || self.ends_word(end));
        whole.then_some((start, end))
    }

    /// Whether what stands there passes the rule's check.
    fn passes(&self, rule: RuleId, start: usize, end: usize) -> bool {
        let Some(check) = self.engine.ready(rule).check else { return true };
        let mut characters = [0; CHARACTERS_MAX];
        let mut count = 0;
        for byte in self.bytes[start..end].iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            let Some(slot) = characters.get_mut(count) else { return false };
            *slot = *byte;
            count += 1;
        }
        check(&characters[..count])
    }
}
