//! Finds many texts in another at once, each only where it stands as a whole word: how surrogates are found again.

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem;
use zeroize::Zeroizing;

/// Up to so many texts are looked for one by one, which costs less than to build an automaton for one use.
const FEW_MAX: usize = 16;

/// Where one of the texts stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which one, in the order in which they were given.
    pub which: usize,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Texts to be found.
#[derive(Default)]
pub struct Finder(Texts);

#[derive(Default)]
enum Texts {
    #[default]
    None,
    Few(Vec<Zeroizing<String>>),
    Many(AhoCorasick),
}

impl Finder {
    /// Texts beyond this many bytes together are more than one automaton should hold.
    pub const BYTES_MAX: usize = 1 << 24;

    /// Makes texts ready to be found; an empty one never is.
    ///
    /// # Panics
    /// When they have more than [`Finder::BYTES_MAX`] bytes together.
    pub fn new(texts: &[impl AsRef<str>]) -> Self {
        let total: usize = texts.iter().map(|text| text.as_ref().len()).sum();
        assert!(total <= Self::BYTES_MAX, "{total} bytes are too many to look for");
        if total == 0 {
            return Self::default();
        }
        if texts.len() <= FEW_MAX {
            let texts = texts.iter().map(|text| Zeroizing::new(text.as_ref().to_owned()));
            return Self(Texts::Few(texts.collect()));
        }
        let built = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(texts.iter().map(|text| text.as_ref()));
        Self(Texts::Many(built.expect("as many states as bytes at most")))
    }

    /// Finds them in `text`: the first, of those the longest, sorted and never overlapping.
    pub fn find(&self, text: &str) -> Vec<Place> {
        self.find_after(text, 0)
    }

    /// Sorts places, of several finders too, and leaves none that overlaps: the first stays, of those the longest.
    pub fn settle(places: &mut Vec<Place>) {
        places.sort_unstable_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
        let mut reached = 0;
        places.retain(|place| {
            let free = place.start >= reached;
            reached = if free { place.end } else { reached };
            free
        });
    }

    /// As [`Finder::find`], of those that begin at `from` or later: what stands before only tells where words begin.
    pub fn find_after(&self, text: &str, from: usize) -> Vec<Place> {
        let counts = |place: &Place| {
            place.start >= from && place.start < place.end && is_whole(text, place.start, place.end)
        };
        let mut places: Vec<_> = match &self.0 {
            Texts::None => return Vec::new(),
            Texts::Few(texts) => occurrences(texts, text).filter(counts).collect(),
            Texts::Many(automaton) => {
                let found = automaton.find_overlapping_iter(text).map(|found| Place {
                    which: found.pattern().as_usize(),
                    start: found.start(),
                    end: found.end(),
                });
                found.filter(counts).collect()
            }
        };
        Self::settle(&mut places);
        places
    }
}

/// That there are some, and never which.
impl std::fmt::Debug for Finder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let texts = match &self.0 {
            Texts::None => 0,
            Texts::Few(texts) => texts.len(),
            Texts::Many(automaton) => automaton.patterns_len(),
        };
        f.debug_struct("Finder").field("texts", &texts).finish()
    }
}

/// Everywhere where one of a few texts stands, also where it overlaps itself or another.
fn occurrences<'t>(texts: &'t [Zeroizing<String>], text: &'t str) -> impl Iterator<Item = Place> {
    texts.iter().enumerate().filter(|(_, wanted)| !wanted.is_empty()).flat_map(
        move |(which, wanted)| {
            let mut next = 0;
            std::iter::from_fn(move || {
                let found = memmem::find(&text.as_bytes()[next..], wanted.as_bytes())?;
                let start = next + found;
                next = start + 1;
                Some(Place { which, start, end: start + wanted.len() })
            })
        },
    )
}

/// Whether no word goes on across the ends of that part of `text`.
pub(crate) fn is_whole(text: &str, start: usize, end: usize) -> bool {
    let ends = |before: &str, after: &str| {
        let (before, after) = (before.chars().next_back(), after.chars().next());
        !before.zip(after).is_some_and(|(before, after)| joins(before, after))
    };
    // Bytes of another text could be found within a character only if they were none of text.
    text.is_char_boundary(start)
        && text.is_char_boundary(end)
        && ends(&text[..start], &text[start..])
        && ends(&text[..end], &text[end..])
}

/// Whether two characters are of one word.
fn joins(before: char, after: char) -> bool {
    let of_word = |character: char| {
        character.is_alphanumeric() || matches!(character, '_' | '\u{300}'..='\u{36f}')
    };
    of_word(before) && of_word(after) && !is_unspaced(before) && !is_unspaced(after)
}

/// Whether it is of a script that writes no spaces between words, or adds particles to them: Thai to Myanmar, Khmer,
/// kana, Han, Hangul.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x11FF | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: &[&str], text: &str) -> Vec<String> {
        let places = Finder::new(texts).find(text);
        for place in &places {
            assert_eq!(&text[place.start..place.end], texts[place.which]);
        }
        places.iter().map(|place| text[place.start..place.end].to_owned()).collect()
    }

    #[test]
    fn only_whole_words_are_found() {
        let names = ["Ana", "Ana María", "+34 612 000 111", "ana@example.org", "李四"];
        let text = "Ana, Anabel, Mariana, Ana's, (Ana María) Ana Maríanne Ana_1";
        assert_eq!(found(&names, text), ["Ana", "Ana", "Ana María", "Ana"]);
        assert_eq!(found(&names, "+34 612 000 1112 or +34 612 000 111."), ["+34 612 000 111"]);
        assert_eq!(found(&names, "mariana@example.org, ana@example.organ"), [""; 0]);
        assert_eq!(found(&names, "请问李四先生在吗"), ["李四"]);
        assert_eq!(found(&names, "Ana\u{301} and an\u{e1}"), [""; 0]);
    }

    #[test]
    fn the_longest_wins_where_several_begin() {
        assert_eq!(found(&["a b", "a b c", "b", "c d"], "a b c d"), ["a b c"]);
        assert_eq!(found(&["a b", "b c"], "a b c"), ["a b"]);
        assert_eq!(found(&["x", "x"], "x"), ["x"]);
        assert_eq!(found(&["", "x"], "x"), ["x"]);
        assert_eq!(found(&[], "x"), [""; 0]);
    }

    #[test]
    fn few_texts_and_many_are_found_alike() {
        let few = ["1 1", "Ana", "Ana Gil", "\u{54c8}\u{54c8}", "", "Gil"];
        let mut many: Vec<String> = few.iter().map(|text| (*text).to_owned()).collect();
        many.extend((0..=FEW_MAX).map(|number| format!("nobody{number}")));
        let text = "x1 1 1, Ana Gil, Anabel \u{54c8}\u{54c8}\u{54c8} Gil";
        let found = Finder::new(&few).find(text);
        assert_eq!(found, Finder::new(&many).find(text));
        assert_eq!(found.len(), 4);
    }

    #[test]
    fn what_stands_before_tells_where_words_begin() {
        let starts = |text: &str, from| {
            let places = Finder::new(&["Ana", "Rosa Ana"]).find_after(text, from).into_iter();
            places.map(|place| place.start).collect::<Vec<_>>()
        };
        assert_eq!(starts("Rosa Ana, Ana", 1), [5, 10]);
        assert_eq!(starts("MariAna", 4), [0; 0]);
    }
}
