//! What a text has that a restorer would take for a placeholder is hidden too, so that it comes back as it was.

use super::{Forgive, RestoreOptions, placeholders};
use crate::scan::Scanner;
use crate::{Engine, RuleId, Span};
use std::ops::Range;

/// Adds to `spans`, sorted and never overlapping, the look-alikes between them, as [`Forgive::Slips`] sees them.
///
/// They are looked for in each gap by itself: once the text is hidden, a placeholder stands where a span was, and no
/// form goes on across its brackets.
pub(crate) fn with_look_alikes(text: &str, rule: RuleId, spans: Vec<Span>) -> Vec<Span> {
    let mut found = Vec::new();
    let mut from = 0;
    for span in &spans {
        add(text, rule, from..span.start, &mut found);
        from = span.end;
    }
    add(text, rule, from..text.len(), &mut found);
    if found.is_empty() {
        return spans;
    }
    found.extend(spans);
    found.sort_by_key(|span| span.start);
    found
}

/// Whether there is a sign that every form has one of: an underscore, a bracket, or what brackets are written as.
pub(crate) fn may_have_look_alikes(text: &str) -> bool {
    let bytes = text.as_bytes();
    // EF begins the wide brackets in UTF-8.
    memchr::memchr3(b'_', b'<', b'&', bytes).is_some()
        || memchr::memchr2(b'\\', 0xEF, bytes).is_some()
}

fn add(text: &str, rule: RuleId, gap: Range<usize>, found: &mut Vec<Span>) {
    let from = gap.start;
    if !may_have_look_alikes(&text[gap.clone()]) {
        return;
    }
    let options = RestoreOptions { forgive: Forgive::Slips, json: false };
    for (placeholder, at, length) in placeholders(&text[gap], options) {
        let (start, kind) = (from + at, placeholder.kind);
        found.push(Span { start, end: start + length, kind, rule, score: 1.0 });
    }
}

impl Engine {
    /// The rule for what only looks like one of our own replacements.
    pub fn look_alike(&self) -> Option<RuleId> {
        self.scanners[Scanner::LookAlike as usize]
    }

    /// Adds to `spans`, sorted and never overlapping, the look-alikes between them. [`Engine::find`] did so already;
    /// this is for a caller that left some of its finds as they stand, so that what is in those counts again.
    pub fn with_look_alikes(&self, text: &str, spans: Vec<Span>) -> Vec<Span> {
        match self.look_alike() {
            Some(rule) if may_have_look_alikes(text) => with_look_alikes(text, rule, spans),
            _ => spans,
        }
    }
}
