//! What single words and short phrases are known to be: given names, family names, places, months, heads of
//! organisations.
//!
//! A lexicon is a fingerprint table from folded words (lower case, no accents) to the lists that hold them. Phrases are
//! the words joined; the entry of every beginning of a phrase says that more may follow, so that looking for phrases
//! stops early.

use crate::hash::{Word, join};
use crate::table::Table;

/// The lists, one bit each. Written into weights files: append, never reorder.
pub mod list {
    /// Given names.
    pub const FIRST: u16 = 1;
    /// Family names.
    pub const LAST: u16 = 1 << 1;
    /// Towns, regions, and other places.
    pub const PLACE: u16 = 1 << 2;
    /// Countries and their capitals.
    pub const COUNTRY: u16 = 1 << 3;
    /// Well-known organisations.
    pub const ORGANISATION: u16 = 1 << 4;
    /// Words that organisations' names begin or end with.
    pub const HEAD: u16 = 1 << 5;
    /// Titles before names.
    pub const TITLE: u16 = 1 << 6;
    /// Months.
    pub const MONTH: u16 = 1 << 7;
    /// Days of the week.
    pub const DAY: u16 = 1 << 8;
    /// Words seen in lower case in running text.
    pub const COMMON: u16 = 1 << 9;
    /// Kinds of streets.
    pub const STREET: u16 = 1 << 10;
    /// Nationalities, peoples, languages.
    pub const NATIONALITY: u16 = 1 << 11;
    /// Occupations and offices.
    pub const PROFESSION: u16 = 1 << 12;
    /// Relations between people.
    pub const RELATION: u16 = 1 << 13;
    /// Words that join the parts of a name: de, of, von.
    pub const JOINT: u16 = 1 << 14;
    /// A longer phrase begins like this.
    pub const PREFIX: u16 = 1 << 15;
}

/// Words of the longest phrase that is looked for.
pub const PHRASE_WORDS_MAX: usize = 6;

/// The lists that words and phrases stand in.
#[derive(Debug, Clone)]
pub struct Lexicon {
    table: Table,
}

/// Gives the name of a phrase that continues by one more folded word.
#[must_use]
pub const fn longer(phrase: u64, word: u64) -> u64 {
    join(phrase.rotate_left(7) ^ 0x5bd1_e995, word)
}

/// Gives the name of a phrase of one folded word.
#[must_use]
pub const fn phrase(word: Word) -> u64 {
    join(0x1b87_3593, word.0)
}

impl Lexicon {
    /// Makes a lexicon of names and the lists that hold them.
    #[must_use]
    pub fn of(entries: impl IntoIterator<Item = (u64, u16)>) -> Self {
        let entries = entries.into_iter().map(|(name, lists)| (name, lists.to_le_bytes().to_vec()));
        Self { table: Table::of(entries.collect()) }
    }

    /// Takes a table for a lexicon; an entry that is not of its form is in no list.
    #[must_use]
    pub const fn from_table(table: Table) -> Self {
        Self { table }
    }

    /// The table beneath.
    #[must_use]
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// Gives the lists that hold a phrase.
    #[must_use]
    pub fn lists(&self, phrase: u64) -> u16 {
        match self.table.find(phrase) {
            Some([low, high]) => u16::from_le_bytes([*low, *high]),
            _ => 0,
        }
    }
}
