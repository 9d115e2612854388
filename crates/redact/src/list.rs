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
const RING: usize = 4096;

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
            read(folded.trim(), case, |byte, _, _| pattern.push(byte));
            total += pattern.len();
            patterns.push(pattern);
        }
        if total > WORDS_MAX {
            return Err(format!("the words have {total} bytes together, more than {WORDS_MAX}"));
        }
        let automaton = NFA::new(&patterns).map_err(|error| error.to_string())?;
        Ok(Self { automaton, case })
    }

    /// Calls `each` with the number of a word and where it stands, as a whole word, for all of them in order of their
    /// ends. One pass, whatever stands in the list.
    pub(crate) fn find(&self, text: &str, mut each: impl FnMut(usize, usize, usize)) {
        let Ok(mut state) = self.automaton.start_state(Anchored::No) else { return };
        let mut starts = [0; RING];
        let mut count = 0;
        read(text, self.case, |byte, start, end| {
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
    }
}

/// Hands on what the automaton reads: the letters, in lower case where case does not matter, a space for any number of
/// them, and a mark at both ends of each word. With each byte come the first byte of what it stands for and the one
/// after its last.
fn read(text: &str, case: Case, mut feed: impl FnMut(u8, usize, usize)) {
    let mut inside = false;
    let mut spaced = false;
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        if is_word(c) != inside {
            feed(if inside { END } else { BEGIN }, at, at);
            inside = !inside;
        }
        if c.is_whitespace() {
            if !spaced {
                feed(b' ', at, end);
            }
            spaced = true;
            continue;
        }
        spaced = false;
        match case {
            Case::Any if c.is_ascii() => feed(c.to_ascii_lowercase() as u8, at, end),
            Case::Any => c.to_lowercase().for_each(|lower| feed_bytes(lower, &mut feed, at, end)),
            Case::Same => feed_bytes(c, &mut feed, at, end),
        }
    }
    if inside {
        feed(END, text.len(), text.len());
    }
}

fn feed_bytes(c: char, feed: &mut impl FnMut(u8, usize, usize), at: usize, end: usize) {
    let mut bytes = [0; 4];
    c.encode_utf8(&mut bytes).bytes().for_each(|byte| feed(byte, at, end));
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
