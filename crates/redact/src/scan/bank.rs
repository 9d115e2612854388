//! Codes of banks (BIC). Most hold no digit, so they are looked for after the words that announce them.

use super::{Scan, Scanner, is_word};
use crate::masks::{BLOCK, Class};
use memchr::memmem::Finder;

/// How far after its announcement a code may stand.
const REACH: usize = 40;

/// Letters of the longest announcement.
const ANNOUNCEMENT_MAX: usize = 5;

/// The words that announce a code, in the spellings that are looked for; `wift` stands for `Swift` and `swift`.
pub(crate) fn announcements() -> Vec<Finder<'static>> {
    ["BIC", "bic", "SWIFT", "wift"].iter().map(|word| Finder::new(word).into_owned()).collect()
}

impl Scan<'_, '_> {
    /// Looks for codes after the announcements that begin between `from` and `to`.
    pub(super) fn bank_codes(&mut self, from: usize, to: usize) {
        let Some(rule) = self.scanner(Scanner::Bic) else { return };
        let engine = self.engine;
        let Some(good) = engine.ready(rule).check else { return };
        if !self.may_hold_codes(from, to + ANNOUNCEMENT_MAX + REACH) {
            return;
        }
        for finder in &engine.announcements {
            let room = &self.bytes[from..self.bytes.len().min(to + finder.needle().len() - 1)];
            for at in finder.find_iter(room).map(|at| from + at) {
                let start = at - usize::from(at > 0 && finder.needle() == b"wift");
                let end = at + finder.needle().len();
                let announced = self.starts_word(start) && self.ends_word(end);
                if announced && let Some((start, end)) = self.code_after(end, good) {
                    let score = engine.rule(rule).cued.unwrap_or_default();
                    self.add(rule, start, end, score);
                }
            }
        }
    }

    /// Whether there may be a code: eight capitals and digits in a row, of which the fifth and the sixth, its country,
    /// are capitals. In most texts there is none, and then nobody needs to look for announcements.
    fn may_hold_codes(&self, from: usize, to: usize) -> bool {
        let mut capitals = self.masks.from(Class::Upper, from);
        (from..to.min(self.bytes.len())).step_by(BLOCK).any(|at| {
            let next = self.masks.from(Class::Upper, at + BLOCK);
            let both = |block: u64, next: u64| u128::from(next) << BLOCK | u128::from(block);
            let upper = both(capitals, next);
            capitals = next;
            let mut codes = upper >> 4 & upper >> 5;
            if codes as u64 != 0 {
                let digits = |at: usize| self.masks.from(Class::Digit, at);
                let mut row = upper | both(digits(at), digits(at + BLOCK));
                for step in [1, 2, 4] {
                    row &= row >> step;
                }
                codes &= row;
            }
            codes as u64 != 0
        })
    }

    /// The first word on the line that is a code.
    fn code_after(&self, from: usize, good: fn(&[u8]) -> bool) -> Option<(usize, usize)> {
        let room = &self.bytes[from..self.bytes.len().min(from + REACH)];
        let line = room.split(|byte| *byte == b'\n').next()?;
        let mut at = from;
        for word in line.split(|byte| !is_word(*byte)) {
            let (start, end) = (at, at + word.len());
            let whole = self.starts_word(start) && self.ends_word(end);
            if matches!(word.len(), 8 | 11) && whole && good(word) {
                return Some((start, end));
            }
            at = end + 1;
        }
        None
    }
}
