//! Makes annotated sentences of our own from grammars: which words may stand where is data (`grammar/*.txt`), the names
//! come from the lists.
//!
//! A grammar is lines `name =` followed by lines of alternatives between bars. In an alternative `{name}` is another
//! name or a list, `<label words>` a span, `#` a digit, `\n` and `\t` what they are elsewhere. `annotated name = labels`
//! says where sentences begin and which labels they carry.

use crate::corpus::{Record, Set};
use crate::random::Random;
use ner::Label;
use ner::hash::{fold, lower};
use std::collections::BTreeMap;

/// The grammars, by language.
const GRAMMARS: [&str; 2] = [include_str!("../grammar/es.txt"), include_str!("../grammar/en.txt")];

/// Nested names beyond this are a grammar that never ends.
const DEPTH_MAX: usize = 40;

enum Piece {
    Text(String),
    Name(String),
    Open(Label),
    Close,
    Digit,
}

/// One language's grammar.
struct Grammar {
    roots: Vec<(String, Vec<Label>)>,
    rules: BTreeMap<String, Vec<Vec<Piece>>>,
}

fn label(name: &str) -> Option<Label> {
    Label::ALL.into_iter().find(|label| label.name() == name)
}

fn parse(text: &str) -> Grammar {
    let mut grammar = Grammar { roots: Vec::new(), rules: BTreeMap::new() };
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        if let Some(root) = line.strip_prefix("annotated ")
            && let Some((name, labels)) = root.split_once(" = ")
        {
            grammar.roots.push((name.to_owned(), labels.split(' ').filter_map(label).collect()));
        } else if let Some(name) = line.strip_suffix(" =") {
            name.clone_into(&mut current);
        } else {
            let rules = grammar.rules.entry(current.clone()).or_default();
            rules.extend(line.split(" | ").map(pieces));
        }
    }
    grammar
}

fn pieces(alternative: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open = false;
    let mut rest = alternative;
    let mut text = String::new();
    while let Some(character) = rest.chars().next() {
        let tail = &rest[character.len_utf8()..];
        let opened = (character == '<')
            .then(|| tail.split_once(' '))
            .flatten()
            .and_then(|(name, tail)| label(name).map(|label| (label, tail)));
        let piece = match character {
            '{' => tail.split_once('}').map(|(name, tail)| (Piece::Name(name.to_owned()), tail)),
            '<' => opened.map(|(label, tail)| {
                open = true;
                (Piece::Open(label), tail)
            }),
            '>' if open => {
                open = false;
                Some((Piece::Close, tail))
            }
            '#' => Some((Piece::Digit, tail)),
            '\\' if tail.starts_with('n') => Some((Piece::Text("\n".to_owned()), &tail[1..])),
            '\\' if tail.starts_with('#') => Some((Piece::Text("#".to_owned()), &tail[1..])),
            '\\' if tail.starts_with('t') => Some((Piece::Text("\t".to_owned()), &tail[1..])),
            _ => None,
        };
        if let Some((piece, tail)) = piece {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(piece);
            rest = tail;
        } else {
            text.push(character);
            rest = tail;
        }
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

/// Makes sentences.
pub(crate) struct Maker<'a> {
    grammars: Vec<Grammar>,
    lists: &'a BTreeMap<String, Vec<String>>,
    random: Random,
}

/// A sentence while it is made.
struct Draft {
    text: String,
    spans: Vec<(std::ops::Range<usize>, Option<Label>)>,
    open: Option<(usize, Label)>,
}

impl Draft {
    fn push(&mut self, words: &str) {
        // What Spanish runs together: de el, a el.
        if words.starts_with("el ") && (self.text.ends_with(" de ") || self.text.ends_with(" a ")) {
            let at = self.text.len() - 1;
            if self.text.ends_with(" a ") {
                self.text.truncate(at);
            } else {
                self.text.truncate(at - 1);
                self.text.push('e');
            }
            self.text.push_str(&words[1..]);
        } else {
            self.text.push_str(words);
        }
    }
}

/// Names whose sentences begin with a capital.
const SENTENCES: [&str; 9] = [
    "sentence",
    "quotation",
    "match",
    "headline",
    "news",
    "sport",
    "business",
    "wiki",
    "letter-body",
];

impl<'a> Maker<'a> {
    /// Makes ready, with names from `lists`.
    #[must_use]
    pub(crate) fn new(lists: &'a BTreeMap<String, Vec<String>>, seed: u64) -> Self {
        Self { grammars: GRAMMARS.map(parse).into(), lists, random: Random::new(seed) }
    }

    /// Makes `count` texts for every beginning of every grammar, with the set that says what they annotate.
    #[must_use]
    pub(crate) fn texts(&mut self, count: usize) -> Vec<(Set, Vec<Record>)> {
        let grammars = std::mem::take(&mut self.grammars);
        let mut made = Vec::new();
        for grammar in &grammars {
            for (root, labels) in &grammar.roots {
                let records = (0..count).map(|_| self.text(grammar, root)).collect();
                // Once for each beginning of a grammar, for as long as the program runs.
                let labels: &'static [Label] = Box::leak(labels.clone().into_boxed_slice());
                made.push((Set { name: "own", labels, weight: 1.0 }, records));
            }
        }
        self.grammars = grammars;
        made
    }

    fn text(&mut self, grammar: &Grammar, root: &str) -> Record {
        let mut draft = Draft { text: String::new(), spans: Vec::new(), open: None };
        self.expand(grammar, root, &mut draft, 0);
        let hurry = if matches!(root, "tweets") { 0.2 } else { 0.04 };
        self.disturb(&mut draft.text, hurry);
        Record {
            document: String::new(),
            text: draft.text,
            spans: draft.spans,
            identifies: Vec::new(),
        }
    }

    fn expand(&mut self, grammar: &Grammar, name: &str, draft: &mut Draft, depth: usize) {
        if name == "A" {
            let letter = b"ABCDEFGHIJKLMNOPRSTUVZ"[self.random.below(22)];
            draft.text.push(char::from(letter));
            return;
        }
        let Some(rules) = grammar.rules.get(name).filter(|_| depth < DEPTH_MAX) else {
            let word = self.listed(name);
            draft.push(&word);
            return;
        };
        let first = draft.text.len();
        let rule = &rules[self.random.below(rules.len())];
        for piece in rule {
            match piece {
                Piece::Text(text) => draft.push(text),
                Piece::Name(name) => self.expand(grammar, name, draft, depth + 1),
                Piece::Digit => {
                    let digit = b'0' + self.random.below(10) as u8;
                    draft.text.push(char::from(digit));
                }
                Piece::Open(label) => draft.open = Some((draft.text.len(), *label)),
                Piece::Close => {
                    if let Some((start, label)) = draft.open.take()
                        && start < draft.text.len()
                    {
                        draft.spans.push((start..draft.text.len(), Some(label)));
                    }
                }
            }
        }
        if SENTENCES.contains(&name) {
            capitalise(&mut draft.text, first);
        }
    }

    /// Gives a word of a list, now and then changed into one that no list has.
    fn listed(&mut self, name: &str) -> String {
        let (list, ascii) = match name.strip_suffix("-ascii") {
            Some(list) => (list, true),
            None => (name, false),
        };
        let list = if list == "place-raw" { "place" } else { list };
        let Some(words) = self.lists.get(list).filter(|words| !words.is_empty()) else {
            return name.to_owned();
        };
        let mut word = self.random.pick(words).clone();
        // Names in other scripts stand in the lists, not in sentences of these languages.
        while !word.chars().all(|character| character < '\u{250}') {
            word.clone_from(self.random.pick(words));
        }
        if ascii {
            return word
                .chars()
                .map(|character| fold(lower(character)))
                .filter(char::is_ascii_alphanumeric)
                .collect();
        }
        let other = self.random.pick(words).clone();
        let latin = other.chars().all(|character| character < '\u{250}');
        let invented =
            latin && matches!(list, "last" | "last-en" | "place") && self.random.share() < 0.3;
        let word = if invented { mix(&word, &other, &mut self.random) } else { word };
        if matches!(list, "first" | "last" | "place" | "country") { titled(&word) } else { word }
    }

    /// Writes some texts as people in a hurry do.
    fn disturb(&mut self, text: &mut String, hurry: f32) {
        let share = self.random.share() / hurry * 0.04;
        let changed: String = match share {
            0.0..0.04 => text.chars().map(lower).collect(),
            0.04..0.06 => text
                .chars()
                .map(|character| {
                    if character.is_ascii()
                        || character.len_utf8()
                            == character.to_uppercase().map(char::len_utf8).sum::<usize>()
                    {
                        character.to_uppercase().next().unwrap_or(character)
                    } else {
                        character
                    }
                })
                .collect(),
            _ => return,
        };
        // Spans are places in bytes, so only a change that keeps them is one.
        let kept = changed.len() == text.len()
            && changed.char_indices().map(|(at, _)| at).eq(text.char_indices().map(|(at, _)| at));
        if kept {
            *text = changed;
        }
    }
}

fn capitalise(text: &mut String, first: usize) {
    let Some(character) = text[first..].chars().next() else { return };
    let upper = character.to_uppercase().next().unwrap_or(character);
    if upper.len_utf8() == character.len_utf8() {
        text.replace_range(first..first + character.len_utf8(), upper.encode_utf8(&mut [0; 4]));
    }
}

/// Joins the beginning of one name to the end of another.
fn mix(left: &str, right: &str, random: &mut Random) -> String {
    let half = |text: &str| text.chars().count().div_ceil(2);
    let (left_half, right_half) = (half(left), half(right));
    let shift = random.below(2);
    left.chars().take(left_half + shift).chain(right.chars().skip(right_half)).collect()
}

fn titled(word: &str) -> String {
    const SMALL: [&str; 12] =
        ["de", "del", "la", "las", "los", "el", "y", "of", "the", "do", "da", "i"];
    let mut out = String::new();
    let mut begins = true;
    for (at, character) in word.char_indices() {
        if begins {
            let end = word[at..].find([' ', '-', '\'']).map_or(word.len(), |end| at + end);
            if at > 0 && SMALL.contains(&&word[at..end]) {
                out.push(character);
            } else {
                out.extend(character.to_uppercase());
            }
        } else {
            out.push(character);
        }
        begins = matches!(character, ' ' | '-' | '\'');
    }
    out
}
