//! Gathers the lexicon: lists of names beside the sets, our own lists, and the words that training text has in lower
//! case.

use crate::corpus::{Error, Record};
use ner::hash::{Word, fold, lower};
use ner::lexicon::{Lexicon, PHRASE_WORDS_MAX, list, longer, phrase};
use ner::token::{Class, Gap, tokens};
use std::collections::BTreeMap;
use std::path::Path;

/// Files beside the sets, and the list each fills.
const FILES: [(&str, u16); 4] = [
    ("first.txt", list::FIRST),
    ("last.txt", list::LAST),
    ("place.txt", list::PLACE),
    ("country.txt", list::COUNTRY),
];

/// Our own lists: a line `[name]` and then phrases, one a line.
const OWN: &str = include_str!("../lists/words.txt");

const SECTIONS: [(&str, u16); 14] = [
    ("first", list::FIRST),
    ("last", list::LAST),
    ("country", list::COUNTRY),
    ("place", list::PLACE),
    ("organisation", list::ORGANISATION),
    ("head", list::HEAD),
    ("title", list::TITLE),
    ("month", list::MONTH),
    ("day", list::DAY),
    ("street", list::STREET),
    ("nationality", list::NATIONALITY),
    ("profession", list::PROFESSION),
    ("relation", list::RELATION),
    ("joint", list::JOINT),
];

/// How often a word must stand in lower case to be held for a common one.
const COMMON_MIN: u32 = 2;

/// Names of words and phrases, and the lists that hold them.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    names: BTreeMap<u64, u16>,
    /// The phrases of each list, for making sentences of.
    pub(crate) phrases: BTreeMap<String, Vec<String>>,
}

fn folded(word: &str) -> Word {
    word.chars().fold(Word::EMPTY, |word, character| word.then(fold(lower(character))))
}

impl Lists {
    /// Reads the lists beside the sets, and our own.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] where a list cannot be read.
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let mut lists = Self::default();
        for (name, bit) in FILES {
            let path = folder.join("gazetteers").join(name);
            let text =
                std::fs::read_to_string(&path).map_err(|source| Error::Read { path, source })?;
            let list = name.trim_end_matches(".txt");
            text.lines().for_each(|line| lists.add(line, list, bit));
        }
        lists.own();
        Ok(lists)
    }

    /// Adds our own lists.
    pub(crate) fn own(&mut self) {
        let (mut list, mut bit) = ("", 0);
        for line in OWN.lines().map(str::trim).filter(|line| !line.is_empty()) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => {
                    let kind = name.split('-').next();
                    list = name;
                    bit = SECTIONS
                        .iter()
                        .find(|(known, _)| Some(*known) == kind)
                        .map_or(0, |(_, bit)| *bit);
                }
                None => line.split(',').for_each(|phrase| self.add(phrase.trim(), list, bit)),
            }
        }
    }

    fn add(&mut self, words: &str, list: &str, bit: u16) {
        let found = tokens(words);
        if found.is_empty() || found.len() > PHRASE_WORDS_MAX {
            return;
        }
        self.phrases.entry(list.to_owned()).or_default().push(words.to_owned());
        if bit == 0 {
            return;
        }
        let mut name = None;
        for (at, token) in found.iter().enumerate() {
            let word = folded(&words[token.start..token.end]);
            let next = name.map_or_else(|| phrase(word), |name| longer(name, word.0));
            let bits = if at + 1 == found.len() { bit } else { list::PREFIX };
            *self.names.entry(next).or_default() |= bits;
            name = Some(next);
        }
    }

    /// Marks the words that stand in lower case outside all spans, and not only once.
    pub(crate) fn common<'a>(&mut self, records: impl Iterator<Item = &'a Record>) {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for record in records {
            for token in tokens(&record.text) {
                let word = &record.text[token.start..token.end];
                let first = word.chars().next().is_some_and(char::is_lowercase);
                let inside = record.spans.iter().any(|(range, _)| range.contains(&token.start));
                if token.class == Class::Letters && first && !inside && token.gap != Gap::None {
                    *counts.entry(phrase(folded(word))).or_default() += 1;
                }
            }
        }
        for (name, _) in counts.iter().filter(|(_, count)| **count >= COMMON_MIN) {
            *self.names.entry(*name).or_default() |= list::COMMON;
        }
    }

    /// Makes the lexicon.
    #[must_use]
    pub(crate) fn lexicon(&self) -> Lexicon {
        Lexicon::of(self.names.iter().map(|(name, lists)| (*name, *lists)))
    }
}
