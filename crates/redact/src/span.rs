//! A found piece of personal data.

use crate::{Kind, RuleId};

/// Where something was found, in bytes of the text, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The kind in question: the rule's own, or that of a look-alike.
    pub kind: Kind,
    /// The rule that found it.
    pub rule: RuleId,
    /// How sure the rule is, from 0 to 1.
    pub score: f32,
}

impl Span {
    /// The text it covers.
    ///
    /// # Panics
    /// When `text` is not the text it was found in.
    pub fn of<'t>(&self, text: &'t str) -> &'t str {
        &text[self.start..self.end]
    }
}
