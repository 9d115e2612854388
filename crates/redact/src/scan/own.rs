//! What stands anywhere: expressions that are searched in the whole text, and words of lists. Users write such rules;
//! a few that are built in and must be asked for are made so too.

use super::Scan;
use super::key::entropy;
use super::secret::found;
use crate::Span;
use crate::rule::RuleId;
use regex_automata::Input;
use regex_automata::meta::Regex;

/// How long a find of an expression may be, in bytes. A search looks no further ahead than twice that, so that one
/// which fails time and again near the end of a long text costs no more than a look at a piece of it.
const FIND_MAX: usize = 4096;

impl Scan<'_, '_> {
    /// Looks for what matches an expression.
    pub(super) fn searched(&mut self) {
        let engine = self.engine;
        for &id in &engine.searched {
            if let Some(expression) = engine.expression(id) {
                self.search(id, expression);
            }
        }
    }

    fn search(&mut self, id: RuleId, expression: &Regex) {
        let mut at = 0;
        while at < self.bytes.len() {
            let input = Input::new(self.text).range(at..self.bytes.len().min(at + 2 * FIND_MAX));
            let step = match found(expression, &input) {
                // One that begins further on may be cut short by the end of what was looked at.
                Some((from, to, _)) if from <= at + FIND_MAX && from < to => {
                    self.matched(id, from, to);
                    to
                }
                Some((from, to, end)) if from == to && from <= at + FIND_MAX => end,
                Some(_) => at + FIND_MAX,
                None if at + 2 * FIND_MAX >= self.bytes.len() => return,
                None => at + FIND_MAX,
            };
            at = step.max(at + 1);
            while !self.text.is_char_boundary(at) {
                at += 1;
            }
        }
    }

    fn matched(&mut self, id: RuleId, start: usize, end: usize) {
        let rule = self.engine.rule(id);
        let random = rule.entropy.is_none_or(|least| entropy(&self.bytes[start..end]) >= least);
        if random && end - start <= FIND_MAX && self.passes(id, start, end) {
            self.add_by_cue(id, false, start, end);
        }
    }

    /// Looks for words of lists.
    pub(super) fn listed(&mut self) {
        let engine = self.engine;
        let Some(words) = &engine.words else { return };
        words.find(self.text, |word, start, end| {
            let (id, kind) = engine.owners[word];
            if engine.is_denied(id) {
                self.spans.push(Span { start, end, kind, rule: id, score: 1.0 });
            } else if self.passes(id, start, end) {
                self.add_by_cue(id, false, start, end);
            }
        });
    }
}
