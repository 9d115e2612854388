//! Showing again a text that comes in pieces, at whatever place it is cut: what is shown is what showing all of it at once
//! would give. What is held back is what only the next piece can decide.

use super::show::{original_of, others};
use crate::store::{Asked, Originals, Surrogate};
use redact::{Finder, Place, Placeholder, Reached, RestoreOptions};
use std::collections::HashSet;

/// The longest token that is waited for: no original is longer than a line of JSON.
const TOKEN_MAX: usize = 16 << 20;

/// Bytes of the longest character: the one after a surrogate tells whether its word ends there.
const CHARACTER: usize = 4;

/// Reads such a text.
pub(crate) struct Reader {
    options: RestoreOptions,
    /// How much must be known from where a surrogate begins.
    reach: usize,
    /// A character that was shown, for the beginnings of words, and what was not yet.
    held: String,
    reached: Reached,
    restored: u64,
}

/// What of a text is decided.
pub(crate) struct Look {
    until: usize,
    /// What a reader of placeholders takes for the character before `until`.
    before: Option<char>,
    placeholders: HashSet<Placeholder>,
    places: Vec<Place>,
}

impl Reader {
    /// Begins a text in which those surrogates may stand.
    pub(crate) fn new(options: RestoreOptions, surrogates: &[Surrogate]) -> Self {
        let longest = surrogates.iter().map(|surrogate| surrogate.text.len()).max();
        Self {
            options,
            reach: longest.map_or(0, |longest| longest + CHARACTER),
            held: String::new(),
            reached: Reached::default(),
            restored: 0,
        }
    }

    /// How many originals were put back so far.
    pub(crate) fn restored(&self) -> u64 {
        self.restored
    }

    /// Takes the next piece.
    pub(crate) fn push(&mut self, piece: &str) {
        self.held.push_str(piece);
    }

    /// Looks how far it can be shown; all of it when nothing follows. `finder` finds the surrogates.
    pub(crate) fn look(&self, finder: &Finder, last: bool) -> Look {
        let (text, from) = (self.held.as_str(), self.reached.at);
        let (found, decided) =
            redact::placeholders_so_far(self.options, text, (self.reached, last));
        let places = finder.find_after(text, from);
        let mut until = text.len();
        if !last {
            let open = redact::open_token(text).filter(|start| text.len() - start <= TOKEN_MAX);
            until = text.len().saturating_sub(self.reach).min(decided);
            until = until.min(open.unwrap_or(until)).max(from);
            while !text.is_char_boundary(until) {
                until -= 1;
            }
            // Nothing is shown of what goes on beyond.
            let parts = found.iter().map(|(_, start, length)| (*start, start + length));
            let parts = parts.chain(places.iter().map(|place| (place.start, place.end)));
            let parts: Vec<_> =
                parts.chain(redact::tokens(text).map(|token| (token.start, token.end))).collect();
            let across = |until: usize| {
                let across = parts.iter().filter(|part| part.0 < until && until < part.1);
                across.map(|part| part.0).min()
            };
            while let Some(start) = across(until) {
                until = start;
            }
        }
        let ends_there = found.iter().any(|(_, start, length)| start + length == until);
        let before = match until == from {
            true => self.reached.before,
            // However a bracket was written.
            false if ends_there => Some('>'),
            false => text[..until].chars().next_back(),
        };
        let shown = found.into_iter().filter(|found| found.1 < until);
        let placeholders = shown.map(|(placeholder, ..)| placeholder).collect();
        Look { until, before, placeholders, places }
    }

    /// What the session is to be asked for then.
    pub(crate) fn asked(&self, look: &Look) -> Asked {
        let tokens = redact::tokens(&self.held[..look.until]);
        Asked {
            placeholders: look.placeholders.iter().copied().collect(),
            tokens: tokens.map(|token| (token.kind, token.body.to_owned())).collect(),
            surrogates: false,
        }
    }

    /// Shows what was looked at.
    pub(crate) fn show(
        &mut self,
        look: Look,
        originals: &Originals,
        surrogates: &[Surrogate],
    ) -> String {
        let (text, until) = (&self.held[..look.until], look.until);
        let places = look.places.into_iter().filter(|place| place.end <= until);
        let others = others(text, originals, places, surrogates);
        let original = original_of(originals);
        let range = (self.reached, until);
        let splices = redact::splices(self.options, &self.held, range, original, &others);
        let mut shown = String::with_capacity(until);
        let mut written = self.reached.at;
        self.restored += splices.len() as u64;
        for splice in splices {
            shown.push_str(&text[written..splice.start]);
            shown.push_str(&splice.text);
            written = splice.end;
        }
        shown.push_str(&text[written..]);
        let seen = text.chars().next_back().map_or(0, char::len_utf8);
        self.held.drain(..until - seen);
        self.reached = Reached { at: seen, before: look.before };
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use redact::Kind;
    use zeroize::Zeroizing;

    /// What is trouble where a text is cut.
    const PARTS: &[&str] = &[
        "<EMAIL_1>",
        "<email 2>",
        "EMAIL_1",
        "\\u003cEMAIL_1\\u003e",
        "&lt;EMAIL_2&gt;",
        "Rosa",
        "Rosa Gil",
        "Gil",
        "李四",
        "Mas Gil EMAIL_1",
        " ",
        ", ",
        "x",
        "1",
        "_",
        "ñ",
        "<",
        ">",
        "~",
        "<EMAIL~",
    ];

    fn surrogates() -> Vec<Surrogate> {
        let pairs = [
            ("Rosa", "Ana"),
            ("Rosa Gil", "Ana <EMAIL_1>"),
            ("Gil <EMAIL_2", "Bea"),
            ("李四", "Eva Ñ"),
            ("Mas Gil EMAIL", "Núñez"),
        ];
        let surrogate = |(text, original): (&str, &str)| Surrogate {
            text: Zeroizing::new(text.to_owned()),
            original: Zeroizing::new(original.to_owned()),
        };
        pairs.map(surrogate).into()
    }

    fn originals(body: &str) -> Originals {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        let mut originals = Originals { surrogates: surrogates(), ..Originals::default() };
        let placeholder = |number| Placeholder { kind: Kind::Email, number };
        originals.placeholders.insert(placeholder(1), text("ana@example.org"));
        originals.placeholders.insert(placeholder(2), text("Rosa"));
        originals.tokens.insert((Kind::Email, body.to_owned()), text("EMAIL_1 Rosa"));
        originals
    }

    #[test]
    fn a_text_is_shown_the_same_wherever_it_is_cut() {
        let body = "MFRGGZDF".repeat(8);
        let token = redact::token(Kind::Email, &body);
        let originals = originals(&body);
        let surrogates = surrogates();
        let names: Vec<_> = surrogates.iter().map(|surrogate| surrogate.text.as_str()).collect();
        let finder = Finder::new(&names);
        let mut state: u64 = 11;
        let mut below = |count: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as usize % count
        };
        let mut changed = 0;
        for _ in 0..4_000 {
            let mut text = String::new();
            for _ in 0..=below(14) {
                text.push_str(PARTS.get(below(PARTS.len() + 2)).unwrap_or(&token.as_str()));
            }
            let whole =
                super::super::show::shown(&text, &originals, &finder, RestoreOptions::default()).0;
            changed += usize::from(whole != text);
            let mut reader = Reader::new(RestoreOptions::default(), &surrogates);
            let (mut out, mut rest) = (String::new(), text.as_str());
            while !rest.is_empty() {
                let end =
                    (1 + below(20)..).find(|end| rest.is_char_boundary(*end) || *end > rest.len());
                let (piece, left) =
                    rest.split_at(end.map_or(rest.len(), |end| end.min(rest.len())));
                reader.push(piece);
                out.push_str(&reader.show(reader.look(&finder, false), &originals, &surrogates));
                rest = left;
            }
            out.push_str(&reader.show(reader.look(&finder, true), &originals, &surrogates));
            assert_eq!(out, whole, "{text}");
        }
        assert!(changed > 2_000, "{changed} had anything to show");
    }
}
