//! Entries that the scanner tries at the same words, sifted together: a bit for each, and a table for each thing that a
//! look at one byte tells. Nearly all are out before any of them is looked at by itself.

use crate::engine::Entry;
use crate::scan::Word;
use crate::shape::{CLASSES, Form, SEPARATORS, WORD_MAX, class};

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

/// Places whose bytes are looked at: the first of the word, the second and the last; the last of the word before; the
/// first and the last of the next.
const PLACES_SEEN: usize = 6;

/// The classes of the bytes at these places.
pub(crate) type Seen = [u8; PLACES_SEEN];

/// A table by the class of a byte. It has a place more than there are classes, so that none is outside.
type ByClass = [u64; CLASSES + 1];

/// Up to [`BLOCK`] entries.
#[derive(Debug)]
struct Block {
    entries: Vec<Entry>,
    /// By the class of a byte at each of the places: the entries whose form may have it there.
    seen: [ByClass; PLACES_SEEN],
    /// By what stands before the word.
    before: [u64; SEPARATORS.len() + 1],
    /// By the length of the next word; all that are too long for any are the last.
    next: [u64; WORD_MAX + 2],
}

impl Block {
    fn new() -> Self {
        Self {
            entries: Vec::new(),
            seen: [[0; CLASSES + 1]; PLACES_SEEN],
            before: [0; SEPARATORS.len() + 1],
            next: [0; WORD_MAX + 2],
        }
    }

    fn push(&mut self, entry: Entry, form: &Form) {
        let bit = 1 << self.entries.len();
        let at = usize::from(entry.word);
        let sets = &form.words[at].sets;
        let before = at.checked_sub(1).map(|before| &form.words[before].sets);
        let next = form.words.get(at + 1).map(|next| &next.sets);
        // Where the form has no word, anything may stand.
        let any = !0;
        let wanted = [
            sets[0],
            sets[1 % sets.len()],
            sets[sets.len() - 1],
            before.and_then(|sets| sets.last().copied()).unwrap_or(any),
            next.and_then(|sets| sets.first().copied()).unwrap_or(any),
            next.and_then(|sets| sets.last().copied()).unwrap_or(any),
        ];
        for (table, mut set) in self.seen.iter_mut().zip(wanted) {
            if set == any {
                table.iter_mut().for_each(|entries| *entries |= bit);
                continue;
            }
            while set != 0 {
                table[set.trailing_zeros() as usize % (CLASSES + 1)] |= bit;
                set &= set - 1;
            }
        }
        for (place, entries) in self.before.iter_mut().enumerate() {
            let wanted = entry.before == 0 || place_of(entry.before) == place;
            *entries |= if wanted { bit } else { 0 };
        }
        match entry.after {
            0 => self.next.iter_mut().for_each(|entries| *entries |= bit),
            _ => self.next[usize::from(entry.next_length)] |= bit,
        }
        self.entries.push(entry);
    }

    /// A bit for each entry that may fit a word.
    #[inline]
    fn sift(&self, word: &Word) -> u64 {
        let places = self.seen.iter().zip(word.seen);
        let left = places
            .fold(u64::MAX, |left, (table, class)| left & table[usize::from(class) % table.len()]);
        let next = usize::from(word.next_length).min(WORD_MAX + 1);
        left & self.before[place_of(word.before) % self.before.len()] & self.next[next]
    }
}

/// The classes of the bytes in and around the word between `start` and `end`, after which one of `next` follows.
pub(crate) fn seen(bytes: &[u8], start: usize, end: usize, next: usize) -> Seen {
    let none = CLASSES as u8 - 1;
    let at = |at: usize| bytes.get(at).map_or(none, |byte| class(*byte) as u8);
    let second = if end - start > 1 { start + 1 } else { start };
    let before = start.checked_sub(2).map_or(none, at);
    [at(start), at(second), at(end - 1), before, at(end + 1), at(end + next)]
}

/// Any number of entries whose words have one length, and the same after them.
#[derive(Debug, Default)]
pub(crate) struct Bucket(Vec<Block>);

impl Bucket {
    /// Adds the entry of a word of `form`.
    pub(crate) fn push(&mut self, entry: Entry, form: &Form) {
        if self.0.last().is_none_or(|block| block.entries.len() == BLOCK) {
            self.0.push(Block::new());
        }
        if let Some(block) = self.0.last_mut() {
            block.push(entry, form);
        }
    }

    /// The entries that may fit a word, in the order in which they were added.
    #[inline]
    pub(crate) fn sift(&self, word: &Word) -> impl Iterator<Item = &Entry> {
        self.0.iter().flat_map(move |block| {
            let mut left = block.sift(word);
            std::iter::from_fn(move || {
                let lowest = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(&block.entries[lowest])
            })
        })
    }
}
