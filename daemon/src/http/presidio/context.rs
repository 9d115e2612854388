//! Words that make a find surer when they stand before it.

use std::collections::HashSet;

/// How many words before a find are looked at, as in Presidio, and how far back at most.
const WORDS: usize = 5;
const BYTES_MAX: usize = 256;

/// Words, or phrases of a few, without regard to case.
#[derive(Debug, Default)]
pub(super) struct Context(HashSet<String>);

impl Context {
    /// Reads words as callers write them.
    pub(super) fn new(words: &[String]) -> Self {
        // Longer ones could stand nowhere.
        let fits = |words: &Vec<String>| (1..=WORDS).contains(&words.len());
        let phrases = words.iter().filter(|word| word.len() <= BYTES_MAX);
        let phrases = phrases.map(|phrase| words_of(phrase)).filter(fits);
        Self(phrases.map(|words| words.join(" ")).collect())
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One of them among those words.
    pub(super) fn among(&self, words: &[String]) -> Option<String> {
        let mut phrases = (0..words.len()).flat_map(|start| {
            (start + 1..=words.len()).map(move |end| words[start..end].join(" "))
        });
        phrases.find(|phrase| self.0.contains(phrase))
    }

    /// One that both have.
    pub(super) fn shared_with(&self, other: &Self) -> Option<String> {
        self.0.intersection(&other.0).min().cloned()
    }
}

/// One of a rule's cues that the context has.
pub(super) fn cues_among(cues: &[String], context: &Context) -> Option<String> {
    cues.iter().find(|cue| context.0.contains(*cue)).cloned()
}

/// The last words before that byte, in lower case.
pub(super) fn words_before(text: &str, start: usize) -> Vec<String> {
    let mut from = start.saturating_sub(BYTES_MAX);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut words = words_of(&text[from..start]);
    words.drain(..words.len().saturating_sub(WORDS));
    words
}

fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|sign: char| !sign.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_before_a_find_count() {
        let context = Context::new(&["Número de Cliente".to_owned(), "lic".to_owned()]);
        let among = |text: &str| context.among(&words_before(text, text.len()));
        assert_eq!(among("el NÚMERO de cliente: ").as_deref(), Some("número de cliente"));
        assert_eq!(among("lic. ").as_deref(), Some("lic"));
        assert_eq!(among("public "), None);
        assert_eq!(among("lic one two three four five "), None);
        assert_eq!(among(&"ñ".repeat(1_000)), None);
        assert!(Context::new(&["--".to_owned()]).is_empty());
    }
}
