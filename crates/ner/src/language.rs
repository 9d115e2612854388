//! A cheap guess at the language of a passage: whose small words are most frequent in it.

use crate::hash::Word;

/// A language that has features of its own; the rest share one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// None of the others, or too short to tell.
    Unknown,
    /// English.
    English,
    /// Spanish.
    Spanish,
    /// Portuguese.
    Portuguese,
    /// French.
    French,
    /// German.
    German,
    /// Dutch.
    Dutch,
}

const SMALL: [(Language, &str); 6] = [
    (
        Language::English,
        "the of and to in is was for that on with he it as at by from be are this have not they you his her which were",
    ),
    (
        Language::Spanish,
        "de la que el en y los del se las por un para con una su al lo no es más como pero sus le ha fue este según",
    ),
    (
        Language::Portuguese,
        "de que o a do da em os no na um não com uma para dos ao se as pelo pela por das mais nos foi são à ou é",
    ),
    (
        Language::French,
        "de la le les et des en un du une que est dans qui par pour au sur pas plus ne avec ce il se sont aux d l",
    ),
    (
        Language::German,
        "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat",
    ),
    (
        Language::Dutch,
        "de van het een en in is dat op te zijn met voor niet aan er om ook als door bij naar uit die hij tot worden",
    ),
];

/// The small words of every language, by hash.
#[derive(Debug, Clone)]
pub struct Guess {
    words: Vec<(u64, u8)>,
}

impl Guess {
    /// Makes ready to guess.
    #[must_use]
    pub fn new() -> Self {
        let mut words: Vec<(u64, u8)> = Vec::new();
        for (at, (_, small)) in SMALL.iter().enumerate() {
            for word in small.split(' ') {
                let name = Word::of(word).0;
                match words.iter_mut().find(|(known, _)| *known == name) {
                    Some((_, languages)) => *languages |= 1 << at,
                    None => words.push((name, 1 << at)),
                }
            }
        }
        words.sort_unstable();
        Self { words }
    }

    /// Guesses from the hashes of words in lower case.
    #[must_use]
    pub fn language(&self, words: impl Iterator<Item = u64>) -> Language {
        let mut counts = [0u32; SMALL.len()];
        for word in words {
            if let Ok(at) = self.words.binary_search_by_key(&word, |(name, _)| *name) {
                let languages = self.words[at].1;
                for (index, count) in counts.iter_mut().enumerate() {
                    // A word of one language says more than one that several share.
                    let worth = if languages.is_power_of_two() { 3 } else { 1 };
                    *count += worth * u32::from(languages >> index & 1);
                }
            }
        }
        let best = (0..counts.len()).max_by_key(|index| (counts[*index], SMALL.len() - index));
        match best {
            Some(best) if counts[best] >= 2 => SMALL[best].0,
            _ => Language::Unknown,
        }
    }
}

impl Default for Guess {
    fn default() -> Self {
        Self::new()
    }
}

impl Language {
    /// Reads a language tag such as `es` or `en-GB`.
    #[must_use]
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let found = [
            ("en", Self::English),
            ("es", Self::Spanish),
            ("pt", Self::Portuguese),
            ("fr", Self::French),
            ("de", Self::German),
            ("nl", Self::Dutch),
        ];
        found
            .iter()
            .find(|(name, _)| primary.eq_ignore_ascii_case(name))
            .map(|(_, language)| *language)
    }
}
