//! Takes a text apart into words: the units that are tagged whole or not at all.
//!
//! A word is what Unicode's rules for text segmentation call one, parted at apostrophes besides: the elision of *l'Oréal*
//! is no part of the name. In scripts without spaces the rules part every character, so there each token has its say.

use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

const APOSTROPHES: [char; 2] = ['\'', '\u{2019}'];

/// The words and the punctuation marks of a text, in order, without the space between them.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_word_bound_indices().flat_map(|(at, word)| {
        let lead = word.len() - word.trim_start().len();
        let mut rest = at + lead;
        let pieces = word.trim().split_inclusive(APOSTROPHES).flat_map(|piece| {
            // `split_inclusive` leaves the mark at the end of its piece; it is a word of its own.
            let mark = piece.chars().next_back().filter(|last| APOSTROPHES.contains(last));
            let (letters, mark) = piece.split_at(piece.len() - mark.map_or(0, char::len_utf8));
            [letters, mark]
        });
        let pieces = pieces.map(move |piece| {
            let start = rest;
            rest += piece.len();
            start..rest
        });
        pieces.filter(|piece| !piece.is_empty())
    })
}

/// Whether this character belongs to a script that writes no spaces between words.
pub(crate) fn is_spaceless(letter: char) -> bool {
    matches!(u32::from(letter),
        0x0E00..=0x0EFF // Thai, Lao
        | 0x1000..=0x109F // Myanmar
        | 0x1780..=0x17FF // Khmer
        | 0x2E80..=0x31FF // radicals, Kana, Bopomofo
        | 0x3400..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF // Han
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Vec<&str> {
        words(text).map(|word| &text[word]).collect()
    }

    #[test]
    fn words_end_at_space_and_punctuation() {
        assert_eq!(
            of("Anna Müller, 3.14\t(b)."),
            ["Anna", "Müller", ",", "3.14", "(", "b", ")", "."]
        );
        assert_eq!(of("Jean-Pierre"), ["Jean", "-", "Pierre"]);
    }

    #[test]
    fn an_apostrophe_parts_words() {
        assert_eq!(of("l'Oréal d\u{2019}Arc"), ["l", "'", "Oréal", "d", "\u{2019}", "Arc"]);
        assert_eq!(of("''x'"), ["'", "'", "x", "'"]);
    }

    #[test]
    fn marks_stay_with_their_letters_and_spaceless_scripts_are_parted() {
        assert_eq!(of("Mu\u{308}ller हिन्दी"), ["Mu\u{308}ller", "हिन्दी"]);
        assert_eq!(of("张三在"), ["张", "三", "在"]);
        assert!("张ひไ".chars().all(is_spaceless));
        assert!(!"aé한".chars().any(is_spaceless));
    }

    proptest! {
        #[test]
        fn words_are_sorted_whole_and_leave_out_space_alone(text in "\\PC{0,40}|[ a'\u{0}\u{200b}\n張\u{308}]{0,30}") {
            let mut last = 0;
            for word in words(&text) {
                prop_assert!(word.start >= last && word.start < word.end);
                prop_assert!(text[last..word.start].trim().is_empty());
                last = word.end;
            }
            prop_assert!(text[last..].trim().is_empty());
        }
    }
}
