//! What a tagger tells, made fit to stand beside what rules find; and its names at the other places of a text where they
//! stand, which a model that looks at a sentence at a time does not always see.

use crate::engine::Engine;
use crate::list::{Case, Words, is_word};
use crate::nobody::is_nobodys;
use crate::span::Places;
use crate::tagger::Tagged;
use crate::{Kind, Span};
use std::collections::BTreeMap;

/// What is longer, in bytes, is no name but a fault of the model.
const LENGTH_MAX: usize = 512;

/// How far a name that was told in part is read on to the ends of its words.
const WORD_MAX: usize = 64;

/// From here on, what is a name in one place is one in others.
const SURE: f32 = 0.85;

/// How sure a part of a name is, such as a surname that stands alone.
const PART: f32 = 0.8;

/// The fewest letters of a part.
const PART_MIN: usize = 3;

/// How long a name is that is looked for again, in bytes.
const AGAIN_MAX: usize = 128;

/// How many names are looked for again; a text with more of them is a list of names, all of which were told.
const NAMES_MAX: usize = 2000;

/// Parts of names that stand for themselves more often, and titles that are no part of one.
const COMMON: &[&str] = &[
    "The",
    "And",
    "Von",
    "Van",
    "Den",
    "Der",
    "Del",
    "Las",
    "Los",
    "San",
    "Santa",
    "Saint",
    "Sir",
    "Mrs",
    "Miss",
    "Don",
    "Doña",
    "Señor",
    "Señora",
    "Herr",
    "Frau",
    "Monsieur",
    "Madame",
    "Prof",
    "Professor",
    "Doctor",
    "Will",
    "May",
    "April",
    "June",
    "August",
    "Mark",
    "Bill",
    "Grace",
    "Hope",
    "Faith",
    "Joy",
    "Rose",
    "Lily",
    "Art",
    "Young",
    "Long",
    "Short",
    "Small",
    "Little",
    "Brown",
    "White",
    "Black",
    "Green",
    "Grey",
    "Gray",
    "Gold",
    "King",
    "Prince",
    "Pope",
    "Bishop",
    "Page",
    "Park",
    "Hill",
    "Wood",
    "Woods",
    "Stone",
    "Field",
    "Lake",
    "Rivers",
    "Bush",
    "Day",
    "Winter",
    "Summer",
    "Price",
    "Cash",
    "Banks",
    "Law",
    "Case",
    "Power",
    "Best",
    "Good",
    "Major",
    "General",
    "Church",
    "Post",
    "North",
    "South",
    "East",
    "West",
    "Sol",
    "Luz",
    "Mar",
    "Rey",
    "Calle",
    "Campo",
    "Casa",
    "Abril",
    "Julio",
    "Domingo",
    "Petit",
    "Grand",
    "Blanc",
    "Noir",
    "Roi",
    "Pierre",
    "Marche",
    "Klein",
    "Gross",
    "Lang",
    "Kurz",
    "Schwarz",
    "Koch",
    "Markt",
    "Berg",
    "Stein",
    "Bach",
    "Sommer",
    "Herbst",
];

/// What the tagger tells, as candidates: in the text, whole words, of a kind that is looked for, and sure enough.
pub(crate) fn told(engine: &Engine, text: &str, tagged: Vec<Tagged>) -> Vec<Span> {
    let span = |one: Tagged| {
        let rule = *engine.tagged.get(&one.kind)?;
        let told = text.get(one.start..one.end)?;
        let edge = |c: char| !c.is_alphanumeric();
        let trimmed = told.trim_start_matches(edge);
        let start = one.start + (told.len() - trimmed.len());
        let end = start + trimmed.trim_end_matches(edge).len();
        if end <= start {
            return None;
        }
        let (start, end) = (word_start(text, start), word_end(text, end));
        if engine.is_title(&text[start..end]) || is_nobodys(one.kind, text, start, end) {
            return None;
        }
        // A model of the user may tell anything, also no number.
        let score = one.score.clamp(0.0, 1.0);
        let counts = score >= engine.ready(rule).threshold && end - start <= LENGTH_MAX;
        counts.then_some(Span { start, end, kind: one.kind, rule, score })
    };
    tagged.into_iter().filter_map(span).collect()
}

/// Letters of scripts that put spaces between words: only there a name ends with its word.
fn is_letter(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{0590}'
}

fn word_start(text: &str, start: usize) -> usize {
    let inside = text[start..].chars().next().is_some_and(is_letter);
    let before = text[..start].chars().rev().take_while(|c| inside && is_letter(*c));
    let length: usize = before.take(WORD_MAX).map(char::len_utf8).sum();
    start - length
}

fn word_end(text: &str, end: usize) -> usize {
    let inside = text[..end].chars().next_back().is_some_and(is_letter);
    let after = text[end..].chars().take_while(|c| inside && is_letter(*c));
    end + after.take(WORD_MAX).map(char::len_utf8).sum::<usize>()
}

/// The other places of names that the tagger is sure of: whole words, written the same, where it told nothing itself.
pub(crate) fn repeated(engine: &Engine, text: &str, told: &[Span]) -> Vec<Span> {
    let mut names: BTreeMap<&str, Span> = BTreeMap::new();
    for span in told.iter().filter(|span| span.score >= SURE && is_name(span.kind)) {
        let whole = span.of(text);
        let parts = whole.split(|c: char| !is_word(c) && c != '-' && c != '\'');
        let parts = parts.filter(|part| {
            span.kind == Kind::Person && *part != whole && is_part(part) && part.len() <= AGAIN_MAX
        });
        let parts = parts.map(|part| (part, Span { score: PART, ..*span }));
        // A name of one letter or two is a word of anything, and one that is very long stands there once.
        let counts = whole.chars().count() >= PART_MIN && whole.len() <= AGAIN_MAX;
        let whole = counts.then_some((whole, *span));
        for (name, span) in whole.into_iter().chain(parts) {
            if names.len() >= NAMES_MAX {
                break;
            }
            let known = names.entry(name).or_insert(span);
            if known.score < span.score {
                *known = span;
            }
        }
    }
    let names: Vec<(&str, Span)> = names.into_iter().collect();
    let texts: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
    // Names are shorter than a word of a list may be, and few, so that this cannot fail.
    let words = if texts.is_empty() { None } else { Words::new(&texts, Case::Same).ok() };
    let Some(words) = words else { return Vec::new() };
    let places = Places::new(told.iter().map(|span| (span.start, span.end)).collect());
    let mut found: Vec<Span> = Vec::new();
    words.find(text, |name, start, end| {
        let span = Span { start, end, ..names[name].1 };
        if span.score >= engine.ready(span.rule).threshold && !places.touch(start, end) {
            found.push(span);
        }
    });
    found
}

/// The kinds of names: of these, the same word is the same thing in another sentence.
fn is_name(kind: Kind) -> bool {
    matches!(kind, Kind::Person | Kind::Organization | Kind::Location)
}

/// Whether a part of a person's name tells the person: it is written as a name is, and is no word of its own.
fn is_part(part: &str) -> bool {
    let upper = part.chars().next().is_some_and(char::is_uppercase);
    upper
        && part.chars().filter(|c| c.is_alphabetic()).count() >= PART_MIN
        && !COMMON.contains(&part)
}
