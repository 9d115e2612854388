//! Puts placeholders, or other texts, in the place of what was found.

use crate::{Kind, Placeholder, RuleId, Span};
use std::borrow::Cow;
use std::collections::HashSet;

/// A text without its personal data, and what was taken out.
#[derive(Debug)]
pub struct Hidden {
    /// The text with what stands for it.
    pub text: String,
    /// What was taken out, in order.
    pub items: Vec<Item>,
}

/// One piece that was hidden or found. Places count code points, as every client's language can.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Item {
    /// The kind of what was found.
    pub kind: Kind,
    /// The placeholder that stands there now; none where another text does.
    pub placeholder: Option<Placeholder>,
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

/// What is written in the place of a find.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replacement<'r> {
    /// The placeholder of its kind with that number.
    Placeholder(u32),
    /// This.
    Text(Cow<'r, str>),
    /// What stood there.
    Keep,
}

/// Lists each different thing that was found once, in order: what a vault must know before the text is written.
pub fn distinct<'t>(text: &'t str, spans: &[Span]) -> Vec<(Kind, &'t str)> {
    let mut seen = HashSet::with_capacity(spans.len());
    spans.iter().map(|span| (span.kind, span.of(text))).filter(|pair| seen.insert(*pair)).collect()
}

/// Writes `text` with a placeholder for each of `spans`; `number` says which one an original has.
pub fn hide(text: &str, spans: &[Span], mut number: impl FnMut(Kind, &str) -> u32) -> Hidden {
    hide_with(text, spans, |span, original| Replacement::Placeholder(number(span.kind, original)))
}

/// Writes `text` with something else for each of `spans`, asked for in order; `replace` says what, of the span and its
/// original.
pub fn hide_with<'r>(
    text: &str,
    spans: &[Span],
    mut replace: impl FnMut(&Span, &str) -> Replacement<'r>,
) -> Hidden {
    let mut hidden =
        Hidden { text: String::with_capacity(text.len()), items: Vec::with_capacity(spans.len()) };
    let mut written = 0;
    let (mut read_chars, mut written_chars) = (0, 0);
    for span in spans {
        let between = &text[written..span.start];
        let original = span.of(text);
        hidden.text.push_str(between);
        let from = hidden.text.len();
        let mut placeholder = None;
        match replace(span, original) {
            Replacement::Placeholder(number) => {
                let made = Placeholder { kind: span.kind, number };
                hidden.text.push_str(&made.to_string());
                placeholder = Some(made);
            }
            Replacement::Text(text) => hidden.text.push_str(&text),
            Replacement::Keep => hidden.text.push_str(original),
        }
        let skipped = between.chars().count();
        let (start, out_start) = (read_chars + skipped, written_chars + skipped);
        let end = start + original.chars().count();
        let out_end = out_start + hidden.text[from..].chars().count();
        let Span { kind, rule, score, .. } = *span;
        hidden.items.push(Item { kind, placeholder, start, end, out_start, out_end, score, rule });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_whatever_is_written() {
        let engine = crate::Engine::builtin(&crate::Options::default());
        let text = "ñ ana@example.org, bea@example.org, 4111 1111 1111 1111, DNI 12345678Z";
        let spans = engine.find(text);
        let mut written =
            [Replacement::Placeholder(7), Replacement::Text("§§".into()), Replacement::Keep]
                .into_iter();
        let hidden = hide_with(text, &spans, |_, _| {
            written.next().unwrap_or(Replacement::Text(Cow::Borrowed("")))
        });
        assert_eq!(hidden.text, "ñ <EMAIL_7>, §§, 4111 1111 1111 1111, DNI ");
        let characters: Vec<_> = hidden.text.chars().collect();
        let placed = hidden
            .items
            .iter()
            .map(|item| characters[item.out_start..item.out_end].iter().collect::<String>());
        let placed: Vec<_> = placed.collect();
        assert_eq!(placed, ["<EMAIL_7>", "§§", "4111 1111 1111 1111", ""]);
        assert_eq!(hidden.items[0].placeholder, Some(Placeholder { kind: Kind::Email, number: 7 }));
        assert_eq!((hidden.items[1].placeholder, hidden.items[3].kind), (None, Kind::NationalId));
    }
}
