//! Puts placeholders in the place of what was found.

use crate::{Kind, Placeholder, RuleId, Span};
use std::collections::HashSet;

/// A text without its personal data, and what was taken out.
#[derive(Debug)]
pub struct Hidden {
    /// The text with placeholders.
    pub text: String,
    /// What was taken out, in order.
    pub items: Vec<Item>,
}

/// One piece that was hidden or found. Places count code points, as every client's language can.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// What stands there now.
    pub placeholder: Placeholder,
    /// The first character in the input.
    pub start: usize,
    /// The character after the last in the input.
    pub end: usize,
    /// The first character in the output.
    pub out_start: usize,
    /// The character after the last in the output.
    pub out_end: usize,
    /// How sure the rule is.
    pub score: f32,
    /// The rule.
    pub rule: RuleId,
}

/// Lists each different thing that was found once, in order: what a vault must know before the text is written.
pub fn distinct<'t>(text: &'t str, spans: &[Span]) -> Vec<(Kind, &'t str)> {
    let mut seen = HashSet::with_capacity(spans.len());
    spans.iter().map(|span| (span.kind, span.of(text))).filter(|pair| seen.insert(*pair)).collect()
}

/// Writes `text` with a placeholder for each of `spans`; `number` says which one an original has.
pub fn hide(text: &str, spans: &[Span], mut number: impl FnMut(Kind, &str) -> u32) -> Hidden {
    let mut hidden =
        Hidden { text: String::with_capacity(text.len()), items: Vec::with_capacity(spans.len()) };
    let mut written = 0;
    let (mut read_chars, mut written_chars) = (0, 0);
    for span in spans {
        let between = &text[written..span.start];
        let original = span.of(text);
        let placeholder = Placeholder { kind: span.kind, number: number(span.kind, original) };
        hidden.text.push_str(between);
        let from = hidden.text.len();
        hidden.text.push_str(&placeholder.to_string());
        let skipped = between.chars().count();
        let (start, out_start) = (read_chars + skipped, written_chars + skipped);
        let (end, out_end) =
            (start + original.chars().count(), out_start + hidden.text.len() - from);
        let (score, rule) = (span.score, span.rule);
        hidden.items.push(Item { placeholder, start, end, out_start, out_end, score, rule });
        (read_chars, written_chars) = (end, out_end);
        written = span.end;
    }
    hidden.text.push_str(&text[written..]);
    hidden
}

/// Gives the places of `spans` in code points, in order.
pub fn locate<'s>(text: &str, spans: &'s [Span]) -> impl Iterator<Item = (&'s Span, usize, usize)> {
    let mut read = 0;
    let mut chars = 0;
    spans.iter().map(move |span| {
        let start = chars + text[read..span.start].chars().count();
        let end = start + span.of(text).chars().count();
        (read, chars) = (span.end, end);
        (span, start, end)
    })
}
