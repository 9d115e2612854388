//! From logits of tokens to spans of whole words.
//!
//! A word is of the class whose labels, prefixes aside, have the most probability together; the likeliest prefix of that
//! class says whether a span begins. Words of one class in a row make one span.

use crate::label::{Labels, Meaning, Place};
use crate::token::Token;
use crate::word::{is_spaceless, words};
use std::ops::Range;

/// Something that the model found.
#[derive(Debug, Clone, PartialEq)]
pub struct Tagged {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Its label, without the prefix that says where in the span a word stands.
    pub label: String,
    /// How sure the model is, from 0 to 1: the mean over its words.
    pub score: f32,
}

/// Which of a word's tokens speaks for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pieces {
    /// The first. Models are commonly taught on the first token of each word alone, and say anything of the rest.
    #[default]
    First,
    /// The one most sure that the word is something, if one thinks so; for models taught on every token.
    Max,
}

/// What a word is.
#[derive(Debug, Clone, Copy)]
struct Verdict {
    class: usize,
    place: Place,
    score: f32,
    /// Which token says so.
    token: usize,
}

/// A span that may still grow.
struct Open {
    start: usize,
    end: usize,
    class: usize,
    closed: bool,
    token: usize,
    sum: f32,
    words: f32,
}

/// The spans of a text. `logits` holds a row of one value for each label, for each token.
pub(crate) fn spans(
    text: &str,
    tokens: &[Token],
    logits: &[f32],
    labels: &Labels,
    pieces: Pieces,
) -> Vec<Tagged> {
    let rows: Vec<&[f32]> = logits.chunks_exact(labels.names.len()).collect();
    let mut found: Vec<Open> = Vec::new();
    // The span that the next word may go on with.
    let mut growing = false;
    let mut first = 0;
    for word in words(text) {
        while tokens.get(first).is_some_and(|token| token.end <= word.start) {
            first += 1;
        }
        let over = tokens[first..].iter().take_while(|token| token.start < word.end);
        let over = (first..).zip(over).filter(|(_, token)| token.end > word.start);
        let mut verdicts = over.map(|(at, _)| verdict(at, rows[at], labels));
        let verdict = match pieces {
            Pieces::First => verdicts.next().flatten(),
            Pieces::Max => verdicts.flatten().max_by(|a, b| a.score.total_cmp(&b.score)),
        };
        let Some(verdict) = verdict else {
            growing = false;
            continue;
        };
        match found.last_mut().filter(|open| growing && goes_on(open, &word, verdict, text)) {
            Some(open) => open.take(&word, verdict),
            None => found.push(Open::new(&word, verdict)),
        }
        growing = true;
    }
    found.into_iter().map(|open| open.tagged(labels)).collect()
}

/// Whether a word belongs to the span before it.
fn goes_on(open: &Open, word: &Range<usize>, verdict: Verdict, text: &str) -> bool {
    // A prefix parts two names, but not the halves of what is written in one go: `O'Brien`, `Jean-Pierre`.
    let near = |at: Option<char>| at.is_some_and(is_spaceless);
    let written_on = open.end == word.start
        && !near(text[..open.end].chars().next_back())
        && !near(text[word.start..].chars().next());
    let begins = open.closed || matches!(verdict.place, Place::Begin | Place::Single);
    let same = open.token == verdict.token;
    open.class == verdict.class && (same || written_on || !begins)
}

impl Open {
    fn new(word: &Range<usize>, verdict: Verdict) -> Self {
        let Verdict { class, token, .. } = verdict;
        let (start, end) = (word.start, word.end);
        let mut open = Self { start, end, class, closed: false, token, sum: 0.0, words: 0.0 };
        open.take(word, verdict);
        open
    }

    fn take(&mut self, word: &Range<usize>, verdict: Verdict) {
        self.end = word.end;
        self.closed = matches!(verdict.place, Place::End | Place::Single);
        self.token = verdict.token;
        self.sum += verdict.score;
        self.words += 1.0;
    }

    fn tagged(self, labels: &Labels) -> Tagged {
        let label = labels.classes[self.class].clone();
        Tagged { start: self.start, end: self.end, label, score: self.sum / self.words }
    }
}

/// What a token says: the likeliest class, or nothing.
fn verdict(token: usize, row: &[f32], labels: &Labels) -> Option<Verdict> {
    let highest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = row.iter().map(|value| (value - highest).exp()).collect();
    let total: f32 = powers.iter().sum();
    let mut outside = 0.0;
    let mut classes = vec![0.0; labels.classes.len()];
    for (power, meaning) in powers.iter().zip(&labels.meanings) {
        match *meaning {
            Meaning::Outside => outside += power,
            Meaning::Part { class, .. } => classes[class] += power,
        }
    }
    let (class, power) = classes.into_iter().enumerate().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let places =
        powers.iter().zip(&labels.meanings).filter_map(|(power, meaning)| match *meaning {
            Meaning::Part { class: of, place } if of == class => Some((power, place)),
            _ => None,
        });
    let (_, place) = places.max_by(|a, b| a.0.total_cmp(b.0))?;
    (power > outside).then_some(Verdict { class, place, score: power / total, token })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens are given as text and label; a token that begins with `+` follows without a space.
    fn tag(names: &[&str], pieces: Pieces, tokens: &[(&str, &str)]) -> Vec<(String, String)> {
        let by_id = names.iter().enumerate();
        let labels =
            Labels::parse(&by_id.map(|(at, name)| (at.to_string(), (*name).to_owned())).collect());
        let labels = labels.unwrap();
        let (mut text, mut places, mut logits) = (String::new(), Vec::new(), Vec::new());
        for (at, (token, label)) in tokens.iter().enumerate() {
            let letters = token.strip_prefix('+').unwrap_or(token);
            if at > 0 && letters == *token {
                text.push(' ');
            }
            let start = text.len();
            text.push_str(letters);
            places.push(Token { id: 0, start, end: text.len() });
            logits.extend(labels.names.iter().map(|name| if name == label { 5.0 } else { 0.0 }));
        }
        let found = spans(&text, &places, &logits, &labels, pieces);
        found
            .into_iter()
            .map(|tagged| (text[tagged.start..tagged.end].to_owned(), tagged.label))
            .collect()
    }

    fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
        wanted.iter().map(|(text, label)| ((*text).to_owned(), (*label).to_owned())).collect()
    }

    const BIO: [&str; 5] = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"];

    #[test]
    fn words_of_one_class_make_one_span_until_a_new_one_begins() {
        let tokens = [
            ("Anna", "B-PER"),
            ("Müller", "I-PER"),
            ("Bob", "B-PER"),
            ("in", "O"),
            ("New", "I-LOC"),
            ("York", "I-LOC"),
            ("Rita", "I-PER"),
        ];
        let wanted = [("Anna Müller", "PER"), ("Bob", "PER"), ("New York", "LOC"), ("Rita", "PER")];
        assert_eq!(tag(&BIO, Pieces::First, &tokens), pairs(&wanted));
    }

    #[test]
    fn an_end_and_a_single_close_their_span() {
        let names = ["O", "B-PER", "I-PER", "E-PER", "S-PER"];
        let tokens = [
            ("A", "B-PER"),
            ("B", "E-PER"),
            ("C", "I-PER"),
            ("D", "S-PER"),
            ("E", "I-PER"),
            ("F", "E-PER"),
        ];
        let wanted = [("A B", "PER"), ("C", "PER"), ("D", "PER"), ("E F", "PER")];
        assert_eq!(tag(&names, Pieces::First, &tokens), pairs(&wanted));
    }

    #[test]
    fn labels_without_prefixes_join_their_neighbours() {
        let tokens = [("A", "PER"), ("B", "PER"), ("+,", "O"), ("C", "PER"), ("D", "LOC")];
        let wanted = [("A B", "PER"), ("C", "PER"), ("D", "LOC")];
        assert_eq!(tag(&["O", "PER", "LOC"], Pieces::First, &tokens), pairs(&wanted));
    }

    #[test]
    fn a_word_is_never_cut_and_its_first_token_speaks_for_it() {
        let tokens =
            [("Mü", "B-PER"), ("+ll", "O"), ("+er", "B-LOC"), ("xx", "O"), ("+yy", "B-LOC")];
        assert_eq!(tag(&BIO, Pieces::First, &tokens), pairs(&[("Müller", "PER")]));
    }

    #[test]
    fn the_surest_token_speaks_where_that_is_asked_for() {
        let tokens = [("xx", "O"), ("+yy", "B-LOC"), ("zz", "O")];
        assert_eq!(tag(&BIO, Pieces::Max, &tokens), pairs(&[("xxyy", "LOC")]));
    }

    #[test]
    fn what_is_written_in_one_go_is_one_span() {
        let tokens = [
            ("Jean", "B-PER"),
            ("+-", "B-PER"),
            ("+Pierre", "B-PER"),
            ("O", "B-PER"),
            ("+'", "B-PER"),
            ("+Brien", "I-PER"),
        ];
        let wanted = [("Jean-Pierre", "PER"), ("O'Brien", "PER")];
        assert_eq!(tag(&BIO, Pieces::First, &tokens), pairs(&wanted));
    }

    #[test]
    fn names_without_spaces_between_them_stay_apart() {
        let tokens = [
            ("张", "B-PER"),
            ("+三", "I-PER"),
            ("+李", "B-PER"),
            ("+四", "I-PER"),
            ("+在", "O"),
            ("+北京", "B-LOC"),
        ];
        let wanted = [("张三", "PER"), ("李四", "PER"), ("北京", "LOC")];
        assert_eq!(tag(&BIO, Pieces::First, &tokens), pairs(&wanted));
    }

    #[test]
    fn a_token_over_several_words_speaks_for_each() {
        for label in ["B-LOC", "I-LOC"] {
            let wanted = pairs(&[("U.S. of A", "LOC")]);
            assert_eq!(tag(&BIO, Pieces::First, &[("U.S. of A", label)]), wanted);
        }
        assert_eq!(
            tag(&["O", "LOC"], Pieces::First, &[("U.S. of A", "LOC")]),
            pairs(&[("U.S. of A", "LOC")])
        );
    }

    #[test]
    fn prefixes_share_the_probability_of_their_class() {
        let by_id = BIO.iter().enumerate();
        let labels =
            Labels::parse(&by_id.map(|(at, name)| (at.to_string(), (*name).to_owned())).collect());
        let row = [0.41_f32.ln(), 0.3_f32.ln(), 0.25_f32.ln(), 0.02_f32.ln(), 0.02_f32.ln()];
        let token = Token { id: 0, start: 0, end: 1 };
        let found = spans("x", &[token], &row, &labels.unwrap(), Pieces::First);
        assert_eq!(found[0].label, "PER");
        assert!((found[0].score - 0.55).abs() < 1e-6);
    }

    #[test]
    fn words_that_no_token_covers_are_nothing() {
        let labels = Labels::parse(
            &[("0", "O"), ("1", "X")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
        );
        assert!(spans("a b", &[], &[], &labels.unwrap(), Pieces::First).is_empty());
    }
}
