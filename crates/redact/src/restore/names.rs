//! The names of all kinds, matched at once letter by letter: one bit for each kind whose name may still be meant.

use crate::Kind;

/// The longest name.
pub(super) const LONGEST: usize = longest(false);

/// The longest name with a backslash before each of its underscores.
pub(super) const LONGEST_ESCAPED: usize = longest(true);

const SEPARATOR: usize = 26;

/// The kinds whose name has that letter, or an underscore, at that place.
static STEPS: [[u64; SEPARATOR + 1]; LONGEST] = steps();

/// The kinds whose name has that length.
static ENDS: [u64; LONGEST + 1] = ends();

/// By first letter: one bit for each second letter.
static PAIRS: [u32; 26] = pairs();

/// The beginning of a name.
#[derive(Clone, Copy)]
pub(super) struct Prefix {
    kinds: u64,
    length: usize,
}

impl Prefix {
    pub(super) const EMPTY: Self = Self { kinds: u64::MAX, length: 0 };

    /// Goes on with an ASCII letter of either case, if a name does.
    pub(super) fn letter(self, letter: char) -> Option<Self> {
        let index = u32::from(letter.to_ascii_uppercase()).checked_sub(u32::from('A'))?;
        self.step(usize::try_from(index).ok().filter(|index| *index < SEPARATOR)?)
    }

    /// Goes on with an underscore, if a name does.
    pub(super) fn separator(self) -> Option<Self> {
        self.step(SEPARATOR)
    }

    fn step(self, symbol: usize) -> Option<Self> {
        let kinds = self.kinds & STEPS.get(self.length)?[symbol];
        (kinds != 0).then_some(Self { kinds, length: self.length + 1 })
    }

    /// The kind whose whole name this is.
    pub(super) fn kind(self) -> Option<Kind> {
        let kinds = self.kinds & ENDS[self.length];
        Kind::ALL.get(usize::try_from(kinds.trailing_zeros()).ok()?).copied()
    }
}

/// Whether a name begins with these two letters, of either case.
pub(super) fn begins(first: u8, second: u8) -> bool {
    let index = |letter: u8| (letter | 0x20).wrapping_sub(b'a');
    let seconds = PAIRS.get(usize::from(index(first))).copied().unwrap_or_default();
    index(second) < 26 && seconds >> index(second) & 1 == 1
}

const fn symbol(byte: u8) -> usize {
    if byte == b'_' { SEPARATOR } else { (byte - b'A') as usize }
}

const fn longest(escaped: bool) -> usize {
    let mut longest = 0;
    let mut kind = 0;
    while kind < Kind::ALL.len() {
        let name = Kind::ALL[kind].name().as_bytes();
        let mut length = name.len();
        let mut at = 0;
        while at < name.len() {
            if escaped && name[at] == b'_' {
                length += 1;
            }
            at += 1;
        }
        if length > longest {
            longest = length;
        }
        kind += 1;
    }
    longest
}

const fn steps() -> [[u64; SEPARATOR + 1]; LONGEST] {
    assert!(Kind::ALL.len() <= 64, "one bit for each kind");
    let mut steps = [[0; SEPARATOR + 1]; LONGEST];
    let mut kind = 0;
    while kind < Kind::ALL.len() {
        let name = Kind::ALL[kind].name().as_bytes();
        let mut at = 0;
        while at < name.len() {
            steps[at][symbol(name[at])] |= 1 << kind;
            at += 1;
        }
        kind += 1;
    }
    steps
}

const fn ends() -> [u64; LONGEST + 1] {
    let mut ends = [0; LONGEST + 1];
    let mut kind = 0;
    while kind < Kind::ALL.len() {
        ends[Kind::ALL[kind].name().len()] |= 1 << kind;
        kind += 1;
    }
    ends
}

const fn pairs() -> [u32; 26] {
    let mut pairs = [0; 26];
    let mut kind = 0;
    while kind < Kind::ALL.len() {
        let name = Kind::ALL[kind].name().as_bytes();
        pairs[symbol(name[0])] |= 1 << symbol(name[1]);
        kind += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_and_nothing_else_is_read() {
        let read = |name: &str| {
            let mut prefix = Prefix::EMPTY;
            for letter in name.chars() {
                prefix = if letter == '_' { prefix.separator()? } else { prefix.letter(letter)? };
            }
            prefix.kind()
        };
        for kind in Kind::ALL {
            let name = kind.name();
            assert_eq!(read(name), Some(*kind));
            assert_eq!(read(&name.to_lowercase()), Some(*kind));
            assert!(begins(name.as_bytes()[0], name.as_bytes()[1]), "{name}");
        }
        for wrong in ["", "E", "EMAI", "EMAILS", "_EMAIL", "BANK_", "BANK_ID", "SOCIAL_SECURITYX"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(!begins(b'E', b'E') && !begins(b'<', b'M') && !begins(b'E', b'_'));
    }
}
