//! Words as they are looked up: hashes of their letters without case and accents.

use crate::masks::{BLOCK, Class, Masks, lowest};
use std::ops::Range;

/// A word's hash, and that of the word without a final `s`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hashed {
    pub(super) hash: u64,
    pub(super) singular: u64,
}

/// The letter or digit that a byte folds to; 0 where it ends a word, 1 where more bytes say.
static FOLDED: [u8; 256] = folded();

const fn folded() -> [u8; 256] {
    let mut folded = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        folded[at] = match byte {
            b'a'..=b'z' | b'0'..=b'9' => byte,
            b'A'..=b'Z' => byte | 0x20,
            0xC3..=0xC5 => 1,
            0x80.. => byte,
            _ => 0,
        };
        at += 1;
    }
    folded
}

/// Letters that are hashed together.
const CHUNK: usize = size_of::<u64>();

/// Takes up to [`CHUNK`] more letters into a hash; that of the first is zero before.
#[inline]
fn mixed(hash: u64, letters: u64) -> u64 {
    let mixed = (hash.rotate_left(23) ^ letters).wrapping_mul(0x517c_c1b7_2722_0a95);
    mixed ^ mixed >> 32
}

/// A word whose letters come one after another.
#[derive(Default)]
struct Growing {
    hash: u64,
    letters: u64,
    count: usize,
}

impl Growing {
    fn push(&mut self, letter: u8) {
        if self.count == CHUNK {
            *self = Self { hash: mixed(self.hash, self.letters), letters: 0, count: 0 };
        }
        self.letters |= u64::from(letter) << (self.count * 8);
        self.count += 1;
    }

    /// Ends the word that has letters, and begins the next.
    fn take(&mut self) -> Option<Hashed> {
        let Self { hash, letters, count } = std::mem::take(self);
        let last = count.checked_sub(1)?;
        Some(hashed(hash, letters, last))
    }
}

/// The hash of a word of which the letters up to and with the one at `last` are left.
#[inline]
fn hashed(hash: u64, letters: u64, last: usize) -> Hashed {
    let whole = mixed(hash, letters);
    let plural = letters >> (last * 8) == u64::from(b's');
    let singular = match (plural, last, hash) {
        (false, ..) | (true, 0, 0) => whole,
        (true, 0, _) => hash,
        (true, ..) => mixed(hash, letters & lowest(last * 8)),
    };
    Hashed { hash: whole, singular }
}

/// Cuts text into words, folding case and accents.
pub(super) fn words(text: &[u8], mut each: impl FnMut(Hashed)) {
    let mut word = Growing::default();
    let mut bytes = text.iter().copied();
    let mut was_lower = false;
    loop {
        let next = bytes.next();
        let byte = next.unwrap_or_default();
        let letter = match FOLDED[usize::from(byte)] {
            1 => unaccented(byte, bytes.next().unwrap_or_default()),
            letter => letter,
        };
        let upper = letter != byte && byte < 0x80;
        if letter == 0 || upper && was_lower {
            word.take().into_iter().for_each(&mut each);
        }
        if letter == 0 {
            if next.is_none() {
                return;
            }
            was_lower = false;
            continue;
        }
        was_lower = !upper && byte.is_ascii_lowercase();
        word.push(letter);
    }
}

/// The same for a stretch of a text, of [`BLOCK`] bytes at most: only words with accents are read letter by letter.
pub(super) fn words_between(masks: &Masks<'_>, place: Range<usize>, mut each: impl FnMut(Hashed)) {
    debug_assert!(place.len() <= BLOCK, "a window is short");
    let of = |class: Class| masks.from(class, place.start) & lowest(place.len());
    let (high, upper, alphanumeric) = (of(Class::High), of(Class::Upper), of(Class::Alphanumeric));
    let lower = alphanumeric & !upper & !of(Class::Digit);
    let letters = high | alphanumeric;
    // A word begins after another sign, and in the middle of `camelCase`.
    let mut starts = letters & !(letters << 1) | upper & lower << 1;
    while starts != 0 {
        let start = starts.trailing_zeros() as usize;
        starts &= starts - 1;
        let run = (letters >> start).trailing_ones() as usize;
        let length = run.min(starts.trailing_zeros() as usize - start);
        let word = &masks.text()[place.start + start..];
        if high >> start & lowest(length) != 0 {
            words(&word[..length], &mut each);
            continue;
        }
        let (mut hash, mut left) = (0, length);
        let mut word = word;
        while left > CHUNK {
            hash = mixed(hash, first_letters(word, CHUNK));
            (word, left) = (&word[CHUNK..], left - CHUNK);
        }
        each(hashed(hash, first_letters(word, left), left - 1));
    }
}

/// The first letters and digits of a text, up to [`CHUNK`], in lower case.
#[inline]
fn first_letters(text: &[u8], count: usize) -> u64 {
    let letters = match text.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => text.iter().rev().fold(0, |letters, byte| letters << 8 | u64::from(*byte)),
    };
    // This bit makes the lower case of a letter, and every digit has it.
    (letters | u64::from_ne_bytes([0x20; CHUNK])) & lowest(count * 8)
}

/// The letters below the accents of U+0100 to U+017F.
const EXTENDED: &[u8; 128] = b"aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllll\
lllnnnnnnnnnoooooooorrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

/// The letter below an accent, by the two bytes of its UTF-8 form.
fn unaccented(first: u8, second: u8) -> u8 {
    if first > 0xC3 {
        let at = usize::from(first - 0xC4) * 64 + usize::from(second & 0x3F);
        return EXTENDED[at];
    }
    match second | 0x20 {
        0xA0..=0xA5 => b'a',
        0xA7 => b'c',
        0xA8..=0xAB => b'e',
        0xAC..=0xAF => b'i',
        0xB1 => b'n',
        0xB2..=0xB6 | 0xB8 => b'o',
        0xB9..=0xBC => b'u',
        0xBD | 0xBF => b'y',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_stretch_has_the_words_that_a_look_at_each_byte_says(
            text in "([a-zA-Zs_0-9 ]|[ñÉß日]|\\PC){0,80}",
            from in 0usize..40,
            length in 0usize..=BLOCK,
        ) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            let place = from..bytes.len().min(from + length);
            let (mut plain, mut fast) = (Vec::new(), Vec::new());
            words(&bytes[place.clone()], |word| plain.push(word));
            words_between(&Masks::new(bytes), place, |word| fast.push(word));
            prop_assert_eq!(fast, plain);
        }
    }

    #[test]
    fn only_a_final_s_is_left_away() {
        let of = |text: &str| {
            let mut found = Vec::new();
            words(text.as_bytes(), |word| found.push(word));
            found[0]
        };
        for (plural, singular) in
            [("cards", "card"), ("accounts", "account"), ("telefonos", "telefono")]
        {
            assert_eq!(of(plural).singular, of(singular).hash, "{plural}");
            assert_ne!(of(plural).hash, of(singular).hash, "{plural}");
        }
        for word in ["s", "card", "passport"] {
            assert_eq!(of(word).singular, of(word).hash, "{word}");
        }
    }
}
