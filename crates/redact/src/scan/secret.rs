//! Secrets that begin with a literal of their own. All but a few are long, so the pass looks at runs without a space
//! alone: where eight bytes in a row hold none.

use super::key::entropy;
use super::{Scan, is_word};
use crate::rule::RuleId;
use regex_automata::meta::Regex;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

/// How far an expression may look: the longest is a private key.
const LENGTH_MAX: usize = 16 * 1024;

/// The shortest run: one that is as long holds eight bytes in a row, wherever it begins.
const LENGTH_MIN: usize = 2 * BLOCK - 1;

/// Bytes that are looked at together.
const BLOCK: usize = 8;

impl Scan<'_, '_> {
    /// Looks for every secret that begins with a literal.
    pub(super) fn secrets(&mut self) {
        let bytes = self.bytes;
        let mut at = 0;
        while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<BLOCK>) {
            if has_space(*block) {
                at += BLOCK;
                continue;
            }
            let before = bytes[..at].iter().rev().take_while(|byte| **byte > b' ').count();
            let after = bytes[at..].iter().take_while(|byte| **byte > b' ').count();
            let (start, end) = (at - before, at + after);
            if end - start >= LENGTH_MIN {
                self.run_of_signs(start, end);
            }
            at = end.next_multiple_of(BLOCK);
        }
    }

    /// Looks at every place between `start` and `end` where a literal may begin.
    fn run_of_signs(&mut self, start: usize, end: usize) {
        let mut inside = false;
        for at in start..end {
            let word = is_word(self.bytes[at]);
            if !(inside && word) {
                self.secrets_at(at);
            }
            inside = word;
        }
    }

    /// Looks for secrets that begin at `at`.
    pub(super) fn secrets_at(&mut self, at: usize) {
        let engine = self.engine;
        for rule in engine.heads.at(&self.bytes[at..]) {
            self.secret(rule, at);
        }
    }

    /// Looks for secrets in whose literal the scanner stopped at `at`.
    pub(super) fn secrets_around(&mut self, at: usize) {
        let engine = self.engine;
        for (rule, start) in engine.heads.around(self.bytes, at) {
            self.secret(rule, start);
        }
    }

    fn secret(&mut self, id: RuleId, start: usize) {
        // A line of dashes may follow anything, such as an escaped end of line; a word or an option may not.
        let line = self.bytes[start..].starts_with(b"----");
        let word = is_word(self.bytes[start]) || self.bytes[start] == b'-' && !line;
        if word && !self.starts_word(start) {
            return;
        }
        let engine = self.engine;
        let Some(expression) = engine.expression(id) else { return };
        let room = &self.bytes[start..self.bytes.len().min(start + LENGTH_MAX)];
        let input = Input::new(room).anchored(Anchored::Yes);
        let Some((from, to, whole_end)) = found(expression, &input) else { return };
        let (from, to, whole_end) = (start + from, start + to, start + whole_end);
        let goes_on = is_word(self.bytes[whole_end - 1]) && !self.ends_word(whole_end);
        let rule = engine.rule(id);
        let random = rule.entropy.is_none_or(|least| entropy(&self.bytes[from..to]) >= least);
        let characters = self.text.is_char_boundary(from) && self.text.is_char_boundary(to);
        if !goes_on && random && characters && from < to {
            self.add(id, from, to, rule.secret_score());
        }
    }
}

/// What an expression hides, and where its match ends: with a group, the group is what is hidden.
pub(super) fn found(expression: &Regex, input: &Input<'_>) -> Option<(usize, usize, usize)> {
    if expression.captures_len() == 1 {
        let found = expression.search(input)?;
        return Some((found.start(), found.end(), found.end()));
    }
    let mut slots = [None; 4];
    expression.search_slots(input, &mut slots)?;
    let at = |slot: usize| slots[slot].map(|at: NonMaxUsize| at.get());
    let whole = at(0).zip(at(1))?;
    let (from, to) = at(2).zip(at(3)).unwrap_or(whole);
    Some((from, to, whole.1))
}

/// Whether one of the bytes is a space or a control sign.
fn has_space(block: [u8; BLOCK]) -> bool {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ABOVE_SPACE: u64 = 0x5f5f_5f5f_5f5f_5f5f;
    let word = u64::from_ne_bytes(block);
    // Adding 5F carries into the high bit of every byte above 20; a high bit that was there counts as well.
    let above = ((word & !HIGH) + ABOVE_SPACE) | word;
    above & HIGH != HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_seen_at_every_place() {
        assert!(!has_space(*b"abc!~\xc3\xa9z"));
        for at in 0..BLOCK {
            for space in [b' ', b'\n', 0] {
                let mut block = *b"AKIAX7QZ";
                block[at] = space;
                assert!(has_space(block), "{block:?}");
            }
        }
    }
}
