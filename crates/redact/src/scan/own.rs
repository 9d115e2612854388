//! What stands anywhere: expressions that are searched in the whole text, and words of lists. Users write such rules;
//! a few that are built in and must be asked for are made so too.

use super::Scan;
use super::key::entropy;
use super::secret::found;
use crate::Span;
use crate::rule::RuleId;
use regex_automata::Input;
use regex_automata::meta::Regex;

/// How long a find of an expression may be, in bytes.
const FIND_MAX: usize = 4096;

/// How far a search looks ahead: little after a find, so that an expression which must look to the end of the text before
/// it takes a short find cannot do so for each; more and more where there is none.
const ROOM_MIN: usize = 2 * FIND_MAX;
const ROOM_MAX: usize = 16 * FIND_MAX;

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
        let mut room = ROOM_MIN;
        while at < self.bytes.len() {
            let end = self.bytes.len().min(at + room);
            // One that begins further on may be cut short by the end of what was looked at.
            let last = if end == self.bytes.len() { end } else { end - FIND_MAX };
            let found = found(expression, &Input::new(self.text).range(at..end));
            let next = match found.filter(|(from, ..)| *from <= last) {
                Some((from, to, _)) if from < to => {
                    self.matched(id, from, to);
                    to
                }
                Some((.., end)) => end,
                None => last,
            };
            room = if found.is_some() { ROOM_MIN } else { ROOM_MAX.min(2 * room) };
            at = next.max(at + 1);
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
