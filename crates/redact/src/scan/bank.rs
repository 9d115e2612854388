//! Codes of banks (BIC). Most hold no digit, so they are looked for after the words that announce them.

use super::{Scan, Scanner, is_word};
use memchr::memmem::Finder;

/// How far after its announcement a code may stand.
const REACH: usize = 40;

/// The words that announce a code, in the spellings that are looked for; `wift` stands for `Swift` and `swift`.
pub(crate) fn announcements() -> Vec<Finder<'static>> {
    ["BIC", "bic", "SWIFT", "wift"].iter().map(|word| Finder::new(word).into_owned()).collect()
}

impl Scan<'_, '_> {
    /// Looks for codes after their announcements.
    pub(super) fn bank_codes(&mut self) {
        let Some(rule) = self.scanner(Scanner::Bic) else { return };
        let engine = self.engine;
        let Some(good) = engine.ready(rule).check else { return };
        for finder in &engine.announcements {
            for at in finder.find_iter(self.bytes) {
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
