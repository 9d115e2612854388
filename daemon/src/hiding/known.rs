//! Originals that were hidden in a conversation so far, so that they are hidden wherever they stand again, also where an
//! engine alone would not see them: a name without the word that gave it away.
//!
//! A conversation may hold thousands, and each text must be searched for those before it. They are kept in batches that
//! are joined as they grow, each next to one of its own size, so that all searching and joining together costs little
//! more than one search at the end.

use super::Piece;
use crate::policy::Policy;
use redact::{Finder, Kind, Operator, Place, RuleId, Span};
use std::collections::HashSet;
use zeroize::{Zeroize, Zeroizing};

/// What an original has at least, so that it is not taken for a word or number that stands there for itself: letters
/// (two where the script is not Latin: a Chinese name), or digits where it has digits alone.
const LETTERS_MIN: usize = 4;
const FOREIGN_LETTERS_MIN: usize = 2;
const DIGITS_MIN: usize = 5;

/// An original, and how it was found first.
struct Original {
    kind: Kind,
    rule: RuleId,
    score: f32,
    text: Zeroizing<String>,
}

/// See the module.
#[derive(Default)]
pub(super) struct Known {
    originals: Vec<Original>,
    /// The same, to be looked up; wiped at the end.
    texts: HashSet<String>,
    /// Finders of the originals in order, and of how many each.
    batches: Vec<(usize, Finder)>,
    bytes: usize,
}

impl Known {
    /// Remembers what is hidden in a text.
    pub(super) fn learn(&mut self, policy: &Policy, text: &str, pieces: &[Piece]) {
        let before = self.originals.len();
        let look_alike = policy.engine.look_alike();
        for Piece { span, operator, .. } in pieces {
            let original = span.of(text);
            let counts = *operator != Operator::Keep
                && Some(span.rule) != look_alike
                && is_telling(original)
                && self.bytes + original.len() <= Finder::BYTES_MAX;
            if counts && !self.texts.contains(original) {
                self.bytes += original.len();
                self.texts.insert(original.to_owned());
                let text = Zeroizing::new(original.to_owned());
                let Span { kind, rule, score, .. } = *span;
                self.originals.push(Original { kind, rule, score, text });
            }
        }
        let new = self.originals.len() - before;
        if new > 0 {
            self.batch(new);
        }
    }

    /// Makes the last originals a batch, together with the batches before it that are no larger.
    fn batch(&mut self, mut count: usize) {
        while let Some((before, _)) = self.batches.last()
            && *before <= count
        {
            count += before;
            self.batches.pop();
        }
        let originals = &self.originals[self.originals.len() - count..];
        let texts: Vec<_> = originals.iter().map(|original| original.text.as_str()).collect();
        self.batches.push((count, Finder::new(&texts)));
    }

    /// Whether that was hidden.
    pub(super) fn has(&self, text: &str) -> bool {
        self.texts.contains(text)
    }

    /// Finds them in a text; where several begin, the longest.
    fn places(&self, text: &str) -> Vec<Place> {
        let mut first = 0;
        let mut places = Vec::new();
        for (count, finder) in &self.batches {
            let found = finder.find(text).into_iter();
            places.extend(found.map(|place| Place { which: first + place.which, ..place }));
            first += count;
        }
        Finder::settle(&mut places);
        places
    }

    /// Adds to what was found in a text the places where an original stands that nothing was found at, or only parts of.
    pub(super) fn added(&self, policy: &Policy, text: &str, pieces: Vec<Piece>) -> Vec<Piece> {
        let places = self.places(text);
        if places.is_empty() {
            return pieces;
        }
        let mut all = Vec::with_capacity(pieces.len() + places.len());
        let mut pieces = pieces.into_iter().peekable();
        for place in places {
            while let Some(piece) = pieces.next_if(|piece| piece.span.end <= place.start) {
                all.push(piece);
            }
            let mut under = Vec::new();
            while let Some(piece) = pieces.next_if(|piece| piece.span.start < place.end) {
                under.push(piece);
            }
            let within = |piece: &Piece| {
                let Span { start, end, .. } = piece.span;
                place.start <= start
                    && end <= place.end
                    && (end - start) < (place.end - place.start)
            };
            if under.iter().all(within) {
                let Original { kind, rule, score, .. } = self.originals[place.which];
                let (start, end) = (place.start, place.end);
                let span = Span { start, end, kind, rule, score };
                all.push(Piece::new(span, policy.operators.of(kind), None));
            } else {
                all.append(&mut under);
            }
        }
        all.extend(pieces);
        all
    }
}

/// What it remembered is wiped, not only freed.
impl Drop for Known {
    fn drop(&mut self) {
        self.texts.drain().for_each(|mut text| text.zeroize());
    }
}

fn is_telling(text: &str) -> bool {
    let count = text.chars().filter(|character| character.is_alphanumeric()).count();
    match text.chars().any(char::is_alphabetic) {
        true if text.is_ascii() => count >= LETTERS_MIN,
        true => count >= FOREIGN_LETTERS_MIN,
        false => count >= DIGITS_MIN,
    }
}
