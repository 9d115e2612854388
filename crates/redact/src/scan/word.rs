//! Words that hold a digit: where almost every identifier begins.

use super::{Scan, is_word};
use crate::Span;
use crate::bucket::{Bucket, Seen, place_of, seen};
use crate::engine::{ByAfter, Entry};
use crate::masks::{Class, lowest};
use crate::rule::RuleId;
use crate::shape::WORD_MAX;

/// Letters and digits of the longest form.
const CHARACTERS_MAX: usize = 96;

/// A word: where it stands, at which positions it holds what, and what is next to it.
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) digits: u64,
    pub(crate) upper: u64,
    /// The bytes before and after it, or 0.
    pub(crate) before: u8,
    pub(crate) after: u8,
    /// After a separator: how long the next word is, and what stands after that. No form has one of 255.
    pub(crate) next_length: u8,
    pub(crate) next_after: u8,
    /// What the bytes are that tell most.
    pub(crate) seen: Seen,
}

impl Word {
    pub(crate) fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether it holds digits only.
    pub(crate) fn is_number(&self) -> bool {
        self.digits == u64::MAX >> (64 - self.len())
    }
}

/// The buckets of a word: that of anything after it, and that of what stands there.
fn with_place<'b>(by_after: &'b ByAfter, word: &Word) -> impl Iterator<Item = &'b Bucket> {
    let place = place_of(word.after);
    let followed = (place > 0).then(|| &by_after[place]);
    std::iter::once(&by_after[0]).chain(followed)
}

impl Scan<'_, '_> {
    /// Looks at the word around the digit at `at`, and gives where to go on.
    pub(super) fn word(&mut self, at: usize) -> usize {
        let before = self.masks.run_before(Class::Word, at);
        let after = self.masks.run(Class::Word, at);
        let (start, end) = (at - before, at + after);
        if !self.starts_word(start) || !self.ends_word(end) {
            return end;
        }
        if end - start > WORD_MAX {
            // Only wallets of the newest form are so long.
            self.wallet(start, end);
            return end;
        }
        let word = self.measured(start, end);
        self.forms(&word);
        if word.is_number() {
            self.number(&word);
        } else {
            self.mixed(&word);
        }
        end
    }

    fn measured(&self, start: usize, end: usize) -> Word {
        let inside = lowest(end - start);
        let digits = self.masks.from(Class::Digit, start) & inside;
        let upper = self.masks.from(Class::Upper, start) & inside;
        let at = |at: usize| self.bytes.get(at).copied().unwrap_or_default();
        let before = start.checked_sub(1).map_or(0, at);
        let after = at(end);
        let (mut next_length, mut next_after) = (0, 0);
        if place_of(after) > 0 {
            let length = self.masks.run(Class::Alphanumeric, end + 1).min(usize::from(u8::MAX));
            next_length = length as u8;
            next_after = at(end + 1 + length);
        }
        let seen = seen(self.bytes, start, end, usize::from(next_length));
        Word { start, end, digits, upper, before, after, next_length, next_after, seen }
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

    /// Tries the forms that can stop here: those that are sure by themselves, and those whose cues stand nearby.
    fn forms(&mut self, word: &Word) {
        let engine = self.engine;
        for bucket in with_place(&engine.by_length[word.len()], word) {
            for entry in bucket.sift(word) {
                if entry.agrees(word) && self.is_apart(entry, word) {
                    self.form(entry, word);
                }
            }
        }
        if !engine.gates[word.len()].lets(word) {
            return;
        }
        // A group in the middle of a number has no cue of its own.
        if matches!(self.bytes[..word.start], [.., digit, b' ' | b'-' | b'.' | b'/'] if digit.is_ascii_digit())
        {
            return;
        }
        self.asked = (word.start, word.end);
        for bucket in with_place(&engine.cued[word.len()], word) {
            for entry in bucket.sift(word) {
                // Once the cues are known, they tell more than the word does.
                let known = self.window.0 == word.start;
                if known && !self.window.1.has(entry.cue) {
                    continue;
                }
                if !entry.agrees(word) || !entry.exact && !self.holds(entry, word) {
                    continue;
                }
                let seen = self.cues(word.start, word.end);
                if seen.is_empty() {
                    return;
                }
                if seen.has(entry.cue) {
                    self.form(entry, word);
                }
            }
        }
    }

    /// Looks for forms whose cues stand nowhere near: what would be found if they did. Nobody asks but those who want to
    /// know why something was not found.
    pub(super) fn without_cues(&mut self) {
        let engine = self.engine;
        let mut at = 0;
        while at < self.bytes.len() {
            let length = self.bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
            let end = at + length.max(1);
            if (1..=WORD_MAX).contains(&length)
                && self.bytes[at..end].iter().any(u8::is_ascii_digit)
            {
                let word = self.measured(at, end);
                for bucket in with_place(&engine.cued[length], &word) {
                    for entry in bucket.sift(&word).filter(|entry| entry.agrees(&word)) {
                        self.form_without_cue(entry, &word);
                    }
                }
            }
            at = end;
        }
    }

    fn form_without_cue(&mut self, entry: &Entry, word: &Word) {
        let Some((start, end)) = self.extent(entry, word) else { return };
        let rule = self.engine.rule(entry.rule);
        let score = rule.sureness(entry.bare, false).unwrap_or_default();
        let apart = !self.joined_before(start) && !self.joined_after(end);
        if apart
            && self.passes(entry.rule, start, end)
            && let Some(weak) = &mut self.weak
        {
            weak.push(Span { start, end, kind: rule.kind, rule: entry.rule, score });
        }
    }

    /// Whether the whole form, by its length, would neither begin nor end inside a word: few groups of digits are as many
    /// as some form wants.
    fn is_apart(&self, entry: &Entry, word: &Word) -> bool {
        let (lead, tail) = (usize::from(entry.lead), usize::from(entry.tail));
        let before = word.start.checked_sub(lead + 1).map(|before| self.bytes[before]);
        let after = self.bytes.get(word.end + tail);
        !(lead > 0 && before.is_some_and(is_word)
            || tail > 0 && after.is_some_and(|byte| is_word(*byte)))
    }

    /// Whether the letters and digits of a word are those that the entry wants.
    fn holds(&self, entry: &Entry, word: &Word) -> bool {
        let form = &self.engine.forms[entry.form as usize];
        form.words[usize::from(entry.word)].holds(&self.bytes[word.start..word.end])
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
        if !entry.exact && !self.holds(entry, word) {
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
    pub(super) fn passes(&self, rule: RuleId, start: usize, end: usize) -> bool {
        let Some(check) = self.engine.ready(rule).check else { return true };
        if self.masks.run(Class::Alphanumeric, start) >= end - start {
            return check(&self.bytes[start..end]);
        }
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
