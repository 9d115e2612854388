//! Words nearby: what makes a bare number somebody's. A cue is a whole word or a short phrase, whatever its case and
//! accents, in `snake_case` and `camelCase` too; JSON keys and column headers are cues like any others.

mod around;
mod words;

pub(crate) use around::{after, before, end_of_groups, item_before};

use crate::masks::Masks;
use std::ops::Range;
use words::{Hashed, words, words_between};

/// Rules that may have cues in one engine.
pub(crate) const RULES_MAX: usize = 768;

/// Words in a phrase.
const PHRASE_MAX: usize = 4;

/// Words of a name that are remembered while it is read.
const NAME_WORDS: usize = 8;

/// Bits of a dictionary's filter, a power of two.
const FILTER: usize = 1 << 16;

fn filter_place(hash: u64) -> usize {
    (hash >> 48) as usize & (FILTER - 1)
}

/// The rules whose cues were seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    bits: [u64; RULES_MAX / 64],
    /// A bit for each of these that is not zero.
    blocks: u16,
}

impl Seen {
    pub(crate) const NONE: Self = Self { bits: [0; RULES_MAX / 64], blocks: 0 };

    pub(crate) fn insert(&mut self, rule: u16) {
        self.bits[usize::from(rule) / 64] |= 1 << (rule % 64);
        self.blocks |= 1 << (rule / 64);
    }

    /// Forgets them.
    pub(crate) fn clear(&mut self) {
        if !self.is_empty() {
            *self = Self::NONE;
        }
    }

    pub(crate) fn has(&self, rule: u16) -> bool {
        self.bits[usize::from(rule) / 64] >> (rule % 64) & 1 == 1
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.bits.iter_mut().zip(&other.bits).for_each(|(mine, theirs)| *mine |= theirs);
        self.blocks |= other.blocks;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.blocks == 0
    }

    /// The rules, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u16> {
        bits(u64::from(self.blocks)).flat_map(|block| {
            bits(self.bits[usize::from(block)]).map(move |lowest| block * 64 + lowest)
        })
    }
}

/// The places of the bits that are set.
fn bits(mut left: u64) -> impl Iterator<Item = u16> {
    std::iter::from_fn(move || {
        let lowest = (left != 0).then(|| left.trailing_zeros() as u16)?;
        left &= left - 1;
        Some(lowest)
    })
}

/// The words before one.
#[derive(Default)]
struct Before {
    ring: [u64; NAME_WORDS],
    count: usize,
}

impl Before {
    fn push(&mut self, hash: u64) {
        self.ring[self.count % NAME_WORDS] = hash;
        self.count += 1;
    }

    /// The nearest first.
    fn nearest(&self) -> impl Iterator<Item = u64> {
        let known = self.count.min(NAME_WORDS);
        (1..=known).map(|back| self.ring[(self.count - back) % NAME_WORDS])
    }
}

/// A phrase that ends on a word: the words before that one, the nearest first, and whose cue it is.
#[derive(Debug, Clone)]
struct Phrase {
    before: [u64; PHRASE_MAX - 1],
    rule: u16,
}

impl Phrase {
    /// Whether its words but the last are among those before, the nearest first.
    fn follows(&self, before: &Before, gaps: bool) -> bool {
        let mut before = before.nearest();
        let mut wanted = self.before.iter().take_while(|hash| **hash != 0);
        match gaps {
            true => wanted.all(|hash| before.any(|found| found == *hash)),
            false => wanted.all(|hash| before.next() == Some(*hash)),
        }
    }
}

/// The phrases by the hash of their last word.
#[derive(Debug, Default)]
pub(crate) struct Dictionary {
    /// A bit for each hash: most words end here, without a look at the slots.
    filter: Vec<u64>,
    /// Hash, and the range among the phrases; a hash of 0 is an empty place.
    slots: Vec<(u64, u32, u32)>,
    phrases: Vec<Phrase>,
    /// Whether other words may stand between those of a phrase, as in names of variables.
    gaps: bool,
}

impl Dictionary {
    /// Makes one of names, whose words need not follow each other directly.
    pub(crate) fn of_names<'p>(names: impl Iterator<Item = (&'p str, u16)>) -> Self {
        Self { gaps: true, ..Self::new(names) }
    }

    /// Makes one of phrases and the numbers of their rules.
    pub(crate) fn new<'p>(cues: impl Iterator<Item = (&'p str, u16)>) -> Self {
        let mut listed: Vec<(u64, Phrase)> = cues
            .filter_map(|(text, rule)| {
                let mut hashes = Vec::new();
                words(text.as_bytes(), |word| hashes.push(word.hash));
                let last = hashes.pop()?;
                let mut before = [0; PHRASE_MAX - 1];
                before.iter_mut().zip(hashes.iter().rev()).for_each(|(slot, hash)| *slot = *hash);
                Some((last, Phrase { before, rule }))
            })
            .collect();
        listed.sort_by_key(|(hash, _)| *hash);
        let size = (listed.len() * 2).next_power_of_two().max(2);
        let mut dictionary =
            Self { filter: vec![0; FILTER / 64], slots: vec![(0, 0, 0); size], ..Self::default() };
        for group in listed.chunk_by(|one, other| one.0 == other.0) {
            let from = dictionary.phrases.len() as u32;
            dictionary.phrases.extend(group.iter().map(|(_, phrase)| phrase.clone()));
            let slot = (group[0].0, from, dictionary.phrases.len() as u32);
            let bit = filter_place(slot.0);
            dictionary.filter[bit / 64] |= 1 << (bit % 64);
            let mut at = slot.0 as usize & (size - 1);
            while dictionary.slots[at].0 != 0 {
                at = (at + 1) & (size - 1);
            }
            dictionary.slots[at] = slot;
        }
        dictionary
    }

    /// Whether some phrase may end on the word with this hash: most words are none of ours.
    #[inline]
    fn may_end_on(&self, hash: u64) -> bool {
        let bit = filter_place(hash);
        self.filter.get(bit / 64).is_some_and(|bits| bits >> (bit % 64) & 1 == 1)
    }

    fn phrases(&self, hash: u64) -> &[Phrase] {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & last;
        while let Some((found, from, to)) = self.slots.get(at) {
            match *found {
                0 => break,
                found if found == hash => return &self.phrases[*from as usize..*to as usize],
                _ => at = (at + 1) & last,
            }
        }
        &[]
    }

    /// Adds the rules whose cues stand in `text`.
    pub(crate) fn gather(&self, text: &[u8], seen: &mut Seen) {
        let mut before = Before::default();
        words(text, |word| self.add(word, &mut before, seen));
    }

    /// The same for a short stretch of the text that has these masks.
    pub(crate) fn gather_between(&self, masks: &Masks<'_>, place: Range<usize>, seen: &mut Seen) {
        let mut before = Before::default();
        words_between(masks, place, |word| self.add(word, &mut before, seen));
    }

    /// Adds the rules of which a phrase ends on `word`.
    #[inline]
    fn add(&self, word: Hashed, before: &mut Before, seen: &mut Seen) {
        if self.may_end_on(word.hash) {
            self.add_phrases(word.hash, before, seen);
        }
        if word.singular != word.hash && self.may_end_on(word.singular) {
            self.add_phrases(word.singular, before, seen);
        }
        before.push(word.hash);
    }

    fn add_phrases(&self, last: u64, before: &Before, seen: &mut Seen) {
        for phrase in self.phrases(last) {
            if phrase.follows(before, self.gaps) {
                seen.insert(phrase.rule);
            }
        }
    }
}

/// Why a phrase can be no cue and no key, if it cannot.
pub(crate) fn objection(phrase: &str) -> Option<String> {
    let mut count = 0;
    words(phrase.as_bytes(), |_| count += 1);
    match count {
        0 => Some("has no letter and no digit".to_owned()),
        1..=PHRASE_MAX => None,
        count => Some(format!("has {count} words, more than {PHRASE_MAX}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(text: &str) -> Vec<u16> {
        let cues = [("tel", 1), ("driver license", 2), ("numero de telefono", 3), ("ssn", 4)];
        let dictionary = Dictionary::new(cues.into_iter());
        let mut seen = Seen::NONE;
        dictionary.gather(text.as_bytes(), &mut seen);
        let mut near = Seen::NONE;
        dictionary.gather_between(&Masks::new(text.as_bytes()), 0..text.len(), &mut near);
        assert_eq!(near, seen, "{text}");
        seen.iter().collect()
    }

    #[test]
    fn a_cue_is_a_whole_word_or_phrase_in_any_case() {
        assert_eq!(seen("Tel.: "), [1]);
        assert_eq!(seen("hotel, telex, stel"), []);
        assert_eq!(seen("his driverLicense and DRIVER_LICENSE"), [2]);
        assert_eq!(seen("license of a driver"), []);
        assert_eq!(seen("número de teléfono"), [3]);
        assert_eq!(seen("\"ssn\": SSNs"), [4]);
        assert_eq!(seen("customer_ssn"), [4]);
        assert_eq!(seen("Číslo Šsn, TĚL"), [1, 4]);
    }
}
