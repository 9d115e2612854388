//! Secrets that begin with a literal of their own. All but a few are long, so the pass looks at long runs without a
//! space alone.

use super::key::entropy;
use super::{Scan, is_word};
use crate::masks::{BLOCK, Class, lowest};
use crate::rule::RuleId;
use regex_automata::meta::Regex;
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};

/// How far an expression may look: the longest is a private key.
const LENGTH_MAX: usize = 16 * 1024;

/// The shortest run.
const LENGTH_MIN: usize = 15;

impl Scan<'_, '_> {
    /// Looks for every secret whose literal begins in a long run between `from` and `to`.
    pub(super) fn secrets(&mut self, from: usize, to: usize) {
        let mut at = if self.in_run { self.run_of_signs(from, to) } else { from };
        while at < to {
            let visible = self.masks.from(Class::Visible, at);
            let after = self.masks.from(Class::Visible, at + BLOCK);
            let start = at + runs(visible, after).trailing_zeros() as usize;
            let begins = start < to.min(at + BLOCK);
            at = if begins { self.run_of_signs(start, to) } else { at + BLOCK };
        }
    }

    /// Looks at every place of the run at `at` where a literal may begin, and gives where the run ends, or `to`.
    fn run_of_signs(&mut self, mut at: usize, to: usize) -> usize {
        loop {
            let run = self.masks.from(Class::Visible, at).trailing_ones() as usize;
            let run = run.min(to - at);
            let words = self.masks.from(Class::Word, at);
            let inside = u64::from(at > 0 && is_word(self.bytes[at - 1]));
            let mut places = !(words & (words << 1 | inside)) & lowest(run);
            while places != 0 {
                self.secrets_at(at + places.trailing_zeros() as usize);
                places &= places - 1;
            }
            at += run;
            self.in_run = at == to;
            if run < BLOCK || self.in_run {
                return at;
            }
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

/// Where in `block` so many visible signs begin that they may hold a secret; `next` is the block after it.
fn runs(block: u64, next: u64) -> u64 {
    // Each step asks for as many more: 2, 4, 8 and 15.
    let mut runs = u128::from(next) << BLOCK | u128::from(block);
    for step in [1, 2, 4, LENGTH_MIN - 8] {
        runs &= runs >> step;
    }
    runs as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_begins_where_enough_signs_follow_each_other() {
        for start in 0..BLOCK {
            let of = |length: usize| {
                let signs = ((1u128 << length) - 1) << start;
                runs(signs as u64, (signs >> BLOCK) as u64)
            };
            assert_eq!(of(LENGTH_MIN - 1), 0, "{start}");
            assert_eq!(of(LENGTH_MIN), 1 << start, "{start}");
        }
    }

    #[test]
    fn a_secret_is_found_wherever_it_stands() {
        let engine = crate::Engine::builtin(&crate::Options::default());
        let secret = "AKIAX7QZ3M5K2WPLRT4D";
        let fillers = ["ab cd ", "a,b;c,", "ab cd,"];
        let places =
            (0..80).chain(16_320..16_400).flat_map(|at| fillers.map(|filler| (at, filler)));
        for (before, filler) in places {
            let text = format!("{},{secret} and so on", &filler.repeat(before)[..before]);
            let found = engine.find(&text);
            assert_eq!(
                found.iter().map(|span| span.of(&text)).collect::<Vec<_>>(),
                [secret],
                "{before}"
            );
        }
    }
}
