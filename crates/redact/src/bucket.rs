//! Entries that the scanner tries at the same words, sifted together: a bit for each, and a table for each thing that a
//! look at one byte tells. Nearly all are out before any of them is looked at by itself.

use crate::engine::Entry;
use crate::scan::Word;
use crate::shape::{CLASSES, SEPARATORS, Set, WORD_MAX, class};

/// Entries with a bit each.
const BLOCK: usize = u64::BITS as usize;

/// Where among [`SEPARATORS`], counted from one, a byte is; zero for any other.
pub(crate) fn place_of(byte: u8) -> usize {
    usize::from(PLACES[usize::from(byte)])
}

static PLACES: [u8; 256] = places();

const fn places() -> [u8; 256] {
    let mut places = [0; 256];
    let mut at = 0;
    while at < SEPARATORS.len() {
        places[SEPARATORS[at] as usize] = at as u8 + 1;
        at += 1;
    }
    places
}

/// Up to [`BLOCK`] entries.
#[derive(Debug)]
struct Block {
    entries: Vec<Entry>,
    /// By the class of a byte: the entries whose word may have it first, second, and last.
    first: [u64; CLASSES],
    second: [u64; CLASSES],
    last: [u64; CLASSES],
    /// By what stands before the word.
    before: [u64; SEPARATORS.len() + 1],
    /// By the length of the next word; all that are too long for any are the last.
    next: [u64; WORD_MAX + 2],
}

impl Block {
    fn new() -> Self {
        Self {
            entries: Vec::new(),
            first: [0; CLASSES],
            second: [0; CLASSES],
            last: [0; CLASSES],
            before: [0; SEPARATORS.len() + 1],
            next: [0; WORD_MAX + 2],
        }
    }

    fn push(&mut self, entry: Entry, sets: &[Set]) {
        let bit = 1 << self.entries.len();
        let places =
            [(&mut self.first, 0), (&mut self.second, 1), (&mut self.last, sets.len() - 1)];
        for (table, at) in places {
            let set = sets[at % sets.len()];
            for (class, entries) in table.iter_mut().enumerate() {
                *entries |= if set >> class & 1 == 1 { bit } else { 0 };
            }
        }
        for (place, entries) in self.before.iter_mut().enumerate() {
            let wanted = entry.before == 0 || place_of(entry.before) == place;
            *entries |= if wanted { bit } else { 0 };
        }
        for (length, entries) in self.next.iter_mut().enumerate() {
            let wanted = entry.after == 0 || usize::from(entry.next_length) == length;
            *entries |= if wanted { bit } else { 0 };
        }
        self.entries.push(entry);
    }
}

/// Any number of entries whose words have one length, and the same after them.
#[derive(Debug, Default)]
pub(crate) struct Bucket(Vec<Block>);

impl Bucket {
    /// Adds the entry of a word that may hold these `sets`.
    pub(crate) fn push(&mut self, entry: Entry, sets: &[Set]) {
        if self.0.last().is_none_or(|block| block.entries.len() == BLOCK) {
            self.0.push(Block::new());
        }
        if let Some(block) = self.0.last_mut() {
            block.push(entry, sets);
        }
    }

    /// The entries that may fit a word, in the order in which they were added.
    pub(crate) fn sift(&self, word: &Word, bytes: &[u8]) -> impl Iterator<Item = &Entry> {
        let bytes = &bytes[word.start..word.end];
        let at = |at: usize| class(bytes[at % bytes.len()]);
        let (first, second, last) = (at(0), at(1), at(bytes.len() - 1));
        let (before, next) =
            (place_of(word.before), usize::from(word.next_length).min(WORD_MAX + 1));
        self.0.iter().flat_map(move |block| {
            let mut left = block.first[first] & block.second[second] & block.last[last];
            left &= block.before[before] & block.next[next];
            std::iter::from_fn(move || {
                let lowest = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(&block.entries[lowest])
            })
        })
    }
}
