//! Lists of words: those that are found wherever they stand, by one automaton however many there are, and those that
//! are nobody's.

use crate::library::RuleError;
use crate::options::Options;
use crate::{expression, fold};
use aho_corasick::Anchored;
use aho_corasick::automaton::Automaton;
use aho_corasick::nfa::contiguous::NFA;
use regex_automata::meta::Regex;
use std::borrow::Cow;
use std::collections::HashSet;

/// How long a word of a list may be, in bytes.
pub(crate) const WORD_MAX: usize = 256;

/// How much all the words of an engine may take together, in bytes.
const WORDS_MAX: usize = 4 << 20;

/// Expressions that may be allowed.
const PATTERNS_MAX: usize = 1000;

/// What marks the ends of a word in what the automaton reads: bytes that no UTF-8 has. So it meets whole words only.
const BEGIN: u8 = 0xFE;
const END: u8 = 0xFF;

/// Places that are remembered while a word is read, a power of two: a word, its marks, and what case makes longer.
const RING: usize = 1024;

/// Whether case matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Case {
    /// It does.
    Same,
    /// It does not.
    Any,
}

/// Words and phrases, looked for together.
#[derive(Debug)]
pub(crate) struct Words {
    automaton: NFA,
    case: Case,
    begins: Begins,
}

impl Words {
    /// Takes words; the error is about one of them, by its place, or about all.
    pub(crate) fn new(words: &[&str], case: Case) -> Result<Self, String> {
        let mut total = 0;
        let mut patterns = Vec::with_capacity(words.len());
        for (at, word) in words.iter().enumerate() {
            if let Some(what) = objection(word) {
                return Err(format!("word {} {what}", at + 1));
            }
            let folded = folded(word);
            let mut pattern = Vec::with_capacity(folded.len() + 2);
            let mut reader = Reader::new(folded.trim(), case);
            while reader.step(|byte, _, _| pattern.push(byte)) {}
            if pattern.len() > RING {
                return Err(format!("word {} is too long in lower case", at + 1));
            }
            total += pattern.len();
            patterns.push(pattern);
        }
        if total > WORDS_MAX {
            return Err(format!("the words have {total} bytes together, more than {WORDS_MAX}"));
        }
        let automaton = NFA::new(&patterns).map_err(|error| error.to_string())?;
        let mut begins = Begins::default();
        patterns.iter().for_each(|pattern| begins.add(pattern));
        Ok(Self { automaton, case, begins })
    }

    /// Calls `each` with the number of a word and where it stands, as a whole word, for all of them in order of their
    /// ends. One pass, whatever stands in the list.
    pub(crate) fn find(&self, text: &str, mut each: impl FnMut(usize, usize, usize)) {
        let Ok(root) = self.automaton.start_state(Anchored::No) else { return };
        let mut state = root;
        let mut starts = [0; RING];
        let mut count = 0;
        let mut reader = Reader::new(text, self.case);
        loop {
            if state == root {
                reader.skip(&self.begins);
            }
            let more = reader.step(|byte, start, end| {
                starts[count % RING] = start;
                count += 1;
                state = self.automaton.next_state(Anchored::No, state, byte);
                if !self.automaton.is_special(state) || !self.automaton.is_match(state) {
                    return;
                }
                for at in 0..self.automaton.match_len(state) {
                    let word = self.automaton.match_pattern(state, at);
                    let length = self.automaton.pattern_len(word);
                    each(word.as_usize(), starts[(count - length) % RING], end);
                }
            });
            if !more {
                return;
            }
        }
    }
}

/// What the words of a list begin with: nearly every word of a text is out after a look at two bytes.
#[derive(Debug)]
struct Begins {
    /// A bit for the first two bytes of those that begin with a word.
    words: Box<[u64]>,
    /// The first byte of the others.
    signs: [bool; 256],
}

impl Default for Begins {
    fn default() -> Self {
        Self { words: vec![0; (1 << 16) / 64].into(), signs: [false; 256] }
    }
}

impl Begins {
    fn add(&mut self, pattern: &[u8]) {
        match *pattern {
            [BEGIN, first, second, ..] => {
                let bit = usize::from(first) << 8 | usize::from(second);
                self.words[bit / 64] |= 1 << (bit % 64);
            }
            [sign, ..] => self.signs[usize::from(sign)] = true,
            [] => {}
        }
    }

    fn has(&self, first: u8, second: u8) -> bool {
        let bit = usize::from(first) << 8 | usize::from(second);
        self.words[bit / 64] >> (bit % 64) & 1 == 1
    }
}

/// Hands on what the automaton reads: the letters, in lower case where case does not matter, a space for any number of
/// them, and a mark at both ends of each word.
struct Reader<'t> {
    text: &'t str,
    case: Case,
    at: usize,
    /// Whether a word goes on here, and whether a space was handed on last.
    inside: bool,
    spaced: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, case: Case) -> Self {
        Self { text, case, at: 0, inside: false, spaced: false }
    }

    /// Reads a character; with each byte come the first byte of what it stands for and the one after its last. False
    /// after the end.
    fn step(&mut self, mut feed: impl FnMut(u8, usize, usize)) -> bool {
        let at = self.at;
        let Some(c) = self.next() else {
            if self.inside {
                feed(END, at, at);
                self.inside = false;
            }
            return false;
        };
        let end = at + c.len_utf8();
        self.at = end;
        if is_word(c) != self.inside {
            feed(if self.inside { END } else { BEGIN }, at, at);
            self.inside = !self.inside;
        }
        if c.is_whitespace() {
            if !self.spaced {
                feed(b' ', at, end);
            }
            self.spaced = true;
            return true;
        }
        self.spaced = false;
        match self.case {
            Case::Any if c.is_ascii() => feed(c.to_ascii_lowercase() as u8, at, end),
            Case::Any => c.to_lowercase().for_each(|lower| feed_bytes(lower, &mut feed, at, end)),
            Case::Same => feed_bytes(c, &mut feed, at, end),
        }
        true
    }

    fn next(&self) -> Option<char> {
        match self.text.as_bytes().get(self.at) {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[self.at..].chars().next(),
            None => None,
        }
    }

    /// Passes over what no word of the list begins with. Only for an automaton that has read the beginning of none.
    fn skip(&mut self, begins: &Begins) {
        while let Some(c) = self.next() {
            if !is_word(c) {
                let mut bytes = [0; 4];
                if begins.signs[usize::from(c.encode_utf8(&mut bytes).as_bytes()[0])] {
                    return;
                }
                self.at += c.len_utf8();
                (self.inside, self.spaced) = (false, c.is_whitespace());
                continue;
            }
            if !self.inside && self.may_begin(c, begins) {
                return;
            }
            self.inside = true;
            let bytes = &self.text.as_bytes()[self.at..];
            let plain = bytes.iter().take_while(|byte| WORD[usize::from(**byte)]).count();
            self.at += if plain > 0 { plain } else { c.len_utf8() };
            self.spaced = false;
        }
    }

    /// Whether a word of the list may begin with this character and what follows.
    fn may_begin(&self, c: char, begins: &Begins) -> bool {
        let lower = |byte: u8| match self.case {
            Case::Any => byte.to_ascii_lowercase(),
            Case::Same => byte,
        };
        let next = self.text.as_bytes().get(self.at + 1).copied();
        match next {
            // What a letter that is not plain becomes, and whether it goes on with the word, the automaton sees.
            _ if !c.is_ascii() => true,
            Some(0x80..) => true,
            Some(byte) if WORD[usize::from(byte)] => begins.has(lower(c as u8), lower(byte)),
            _ => begins.has(lower(c as u8), END),
        }
    }
}

fn feed_bytes(c: char, feed: &mut impl FnMut(u8, usize, usize), at: usize, end: usize) {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().for_each(|byte| feed(byte, at, end));
}

/// Letters, digits and the underscore of ASCII.
static WORD: [bool; 256] = word_bytes();

const fn word_bytes() -> [bool; 256] {
    let mut bytes = [false; 256];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = (at as u8).is_ascii_alphanumeric() || at as u8 == b'_';
        at += 1;
    }
    bytes
}

/// Whether a character is a part of a word.
pub(crate) fn is_word(c: char) -> bool {
    c == '_' || if c.is_ascii() { c.is_ascii_alphanumeric() } else { c.is_alphanumeric() }
}

/// What is nobody's.
#[derive(Debug, Default)]
pub(crate) struct Allowed {
    texts: HashSet<String>,
    patterns: Option<Regex>,
}

impl Allowed {
    /// Takes what `options` allow.
    ///
    /// # Errors
    /// When an entry cannot be used; the error says which.
    pub(crate) fn new(options: &Options) -> Result<Self, RuleError> {
        let wrong =
            |list, at: usize, what: &str| RuleError::of(list, format!("entry {} {what}", at + 1));
        let mut texts = HashSet::with_capacity(options.allow.len());
        let mut total = 0;
        for (at, text) in options.allow.iter().enumerate() {
            if let Some(what) = objection(text) {
                return Err(wrong("the allowed words", at, &what));
            }
            total += text.len();
            texts.insert(folded(text).trim().to_lowercase());
        }
        if total > WORDS_MAX {
            let what = format!("they have {total} bytes together, more than {WORDS_MAX}");
            return Err(RuleError::of("the allowed words", what));
        }
        let list = "the allowed patterns";
        let count = options.allow_patterns.len();
        if count > PATTERNS_MAX {
            return Err(RuleError::of(list, format!("{count} of them, more than {PATTERNS_MAX}")));
        }
        let patterns = match count {
            0 => None,
            _ => {
                let patterns = expression::whole(&options.allow_patterns);
                Some(patterns.map_err(|(at, what)| wrong(list, at, &what))?)
            }
        };
        Ok(Self { texts, patterns })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.texts.is_empty() && self.patterns.is_none()
    }

    /// Whether a find is nobody's.
    pub(crate) fn has(&self, found: &str) -> bool {
        let listed = !self.texts.is_empty() && self.texts.contains(&found.to_lowercase());
        listed || self.patterns.as_ref().is_some_and(|patterns| patterns.is_match(found))
    }
}

/// Why a word cannot be in a list, if it cannot.
pub(crate) fn objection(word: &str) -> Option<String> {
    let folded = folded(word);
    match folded.trim().len() {
        0 => Some("is empty".to_owned()),
        1..=WORD_MAX => None,
        length => Some(format!("has {length} bytes, more than {WORD_MAX}")),
    }
}

fn folded(word: &str) -> Cow<'_, str> {
    fold::folded(word).map_or(Cow::Borrowed(word), |folded| Cow::Owned(folded.text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(words: &[&str], case: Case, text: &str) -> Vec<(usize, String)> {
        let words = Words::new(words, case).unwrap();
        let mut found = Vec::new();
        words.find(text, |word, start, end| found.push((word, text[start..end].to_owned())));
        found
    }

    #[test]
    fn words_are_found_whole_in_any_case() {
        let words = ["Project Falcon", "ana", "C++", "Núñez", "ÉCOLE"];
        let texts = |text| -> Vec<String> {
            found(&words, Case::Any, text).into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts("PROJECT  falcon, Ana_ Anabel"), ["PROJECT  falcon"]);
        assert_eq!(texts("project\nfalcon!"), ["project\nfalcon"]);
        assert_eq!(texts("c++ and C++11, (Ana)"), ["c++", "C++", "Ana"]);
        assert_eq!(texts("NÚÑEZ école Núñezx"), ["NÚÑEZ", "école"]);
        assert_eq!(texts("İana banana ana"), ["ana"]);
    }

    #[test]
    fn what_is_passed_over_holds_none_of_the_words() {
        let words = ["a", "ab cd", "+34", "é", "éa", "-x", "ñ b", "ı"];
        let pieces =
            ["a", "b", "ab", "cd", "é", "ñ", "É", "+", "34", "-", "x", " ", "\n", "ı", "İ", "日"];
        let list = Words::new(&words, Case::Any).unwrap();
        let mut number = 1u64;
        for _ in 0..2000 {
            let mut text = String::new();
            for _ in 0..12 {
                number = number.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
                text.push_str(pieces[(number >> 33) as usize % pieces.len()]);
            }
            let mut found = Vec::new();
            list.find(&text, |word, start, end| found.push((word, start, end)));
            // The same list, told that anything may begin a word.
            let all = Begins { words: vec![u64::MAX; 1024].into(), signs: [true; 256] };
            let slow = Words { begins: all, ..Words::new(&words, Case::Any).unwrap() };
            let mut expected = Vec::new();
            slow.find(&text, |word, start, end| expected.push((word, start, end)));
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn words_inside_others_are_all_found() {
        let words = ["Ana", "Ana Mar", "Ana Maria", "Maria Paz"];
        let spans = found(&words, Case::Any, "ana maria paz");
        assert_eq!(spans.iter().map(|(word, _)| *word).collect::<Vec<_>>(), [0, 2, 3]);
        assert_eq!(found(&["Ana"], Case::Same, "ana ANA Ana").len(), 1);
    }

    #[test]
    fn a_list_that_cannot_be_used_names_the_word() {
        assert!(
            Words::new(&["a", " \u{200b}"], Case::Any).unwrap_err().contains("word 2 is empty")
        );
        let long = "a".repeat(WORD_MAX + 1);
        assert!(Words::new(&[&long], Case::Any).unwrap_err().contains("257 bytes"));
        let many: Vec<String> = (0..40_000).map(|at| format!("{at:0>200}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(Words::new(&many, Case::Any).unwrap_err().contains("together"));
    }

    #[test]
    fn the_longest_word_comes_back_from_the_ring() {
        let word = "İ ".repeat(WORD_MAX / 3);
        let text = format!("x {word} y").repeat(20);
        assert_eq!(found(&[&word], Case::Any, &text).len(), 20);
        assert!(found(&[&word], Case::Any, &text).iter().all(|(_, text)| text == word.trim()));
    }
}
