//! One pass over the bytes: stop at the few that can begin something, and verify there by hand.
//!
//! A verifier looks at a bounded stretch of text, so the whole is linear in its length.

mod account;
mod email;
mod number;
mod phone;

use crate::placeholder::Placeholder;
use crate::rule::LOOK_ALIKE;
use crate::{Rule, Span};

/// Collects everything that any rule finds; overlaps are settled later.
pub(crate) fn candidates(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut found = Found { text, spans: Vec::new() };
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'<' => look_alike(&mut found, at),
            b'@' => email::around(&mut found, at),
            b'+' => phone::international(&mut found, at),
            b'(' => phone::bracketed(&mut found, at),
            b'0'..=b'9' => {
                if starts_word(text, at) {
                    number::at(&mut found, at);
                }
                at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                continue;
            }
            b'A'..=b'Z' if starts_word(text, at) => account::at(&mut found, at),
            _ => {}
        }
        at += 1;
    }
    found.spans
}

struct Found<'t> {
    text: &'t str,
    spans: Vec<Span>,
}

impl Found<'_> {
    fn add(&mut self, rule: &'static Rule, start: usize, end: usize, score: f32) {
        self.spans.push(Span { start, end, kind: rule.kind, rule, score });
    }
}

fn look_alike(found: &mut Found<'_>, at: usize) {
    if let Some((placeholder, length)) = Placeholder::at_start(&found.text[at..]) {
        let (kind, end) = (placeholder.kind, at + length);
        found.spans.push(Span { start: at, end, kind, rule: &LOOK_ALIKE, score: 1.0 });
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether no letter, digit or underscore stands before `at`.
fn starts_word(text: &str, at: usize) -> bool {
    !text[..at].chars().next_back().is_some_and(is_word)
}

/// Whether no letter, digit or underscore stands at `at`.
fn ends_word(text: &str, at: usize) -> bool {
    !text[at..].chars().next().is_some_and(is_word)
}

/// Whether a number from `start` to `end` is one by itself: not a part of a word, nor of a longer number whose parts
/// hang together by `-`, `.` or `/`.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let joins = |byte: u8| matches!(byte, b'-' | b'.' | b'/');
    let before = &text.as_bytes()[..start];
    let after = &text.as_bytes()[end..];
    let joined_before =
        matches!(before, [.., digit, join] if joins(*join) && digit.is_ascii_alphanumeric());
    let joined_after = matches!(after, [join, digit, ..] if joins(*join) && digit.is_ascii_digit());
    // What follows a plus and is no international number is no national one either.
    let signed = before.last() == Some(&b'+');
    starts_word(text, start) && ends_word(text, end) && !signed && !joined_before && !joined_after
}

#[cfg(test)]
mod tests {
    use crate::{Kind, find};

    #[test]
    fn what_hangs_together_is_one_number() {
        for text in
            ["1-612 345 678", "612 345 678/9", "A-612 345 678", "x_612 345 678", "é612 345 678"]
        {
            assert_eq!(find(text), [], "{text}");
        }
        for text in
            ["-612 345 678", "(612 345 678)", "612 345 678.", "¿612 345 678?", "— 612 345 678 —"]
        {
            assert_eq!(find(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn one_place_has_one_winner() {
        let text = "IBAN ES9121000418450200051332, card 4111 1111 1111 1111, +34 612 345 678";
        let kinds: Vec<_> = find(text).iter().map(|span| span.kind).collect();
        assert_eq!(kinds, [Kind::Iban, Kind::Card, Kind::Phone]);
    }
}
