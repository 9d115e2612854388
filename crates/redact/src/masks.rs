//! Which bytes of a text are what, a bit for each: words, numbers and gaps are measured by counting bits, 64 bytes at a
//! time, and not by looking at one byte after another.
//!
//! The bits of the stretch that is being scanned are kept; those of any other place are made when they are asked for.

use wide::u8x16;

/// Bytes whose bits fill a machine word.
pub(crate) const BLOCK: usize = 64;

/// Blocks that are made together: 16 KiB of text, whose masks stay in the nearest cache.
const STRETCH: usize = 256;

/// Blocks before and after a stretch whose masks are kept too, since scanners look around.
const AROUND: usize = 2;

/// What a byte can be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Class {
    /// Letters, digits and the underscore.
    Word,
    /// Letters and digits.
    Alphanumeric,
    Digit,
    /// Upper-case letters.
    Upper,
    /// Parts of what is not ASCII.
    High,
    /// The space.
    Blank,
    /// All above the space.
    Visible,
    /// Where the scanner stops: digits and `@:=+(-`.
    Stop,
}

const CLASSES: usize = Class::Stop as usize + 1;

/// A bit for each byte, the first the lowest, for each class.
type Block = [u64; CLASSES];

/// The parts of a block that fit a register each.
type Parts = [u8x16; BLOCK / u8x16::LANES as usize];

/// Tells what 64 bytes are.
fn classify(bytes: &[u8; BLOCK]) -> Block {
    let chunks = bytes.as_chunks().0;
    let parts: Parts = std::array::from_fn(|at| u8x16::new(chunks[at]));
    let is = |part: u8x16, byte: u8| part.simd_eq(u8x16::splat(byte));
    let digit = parts.map(|part| within(part, b'0', b'9'));
    let letter = parts.map(|part| within(part | u8x16::splat(0x20), b'a', b'z'));
    let alphanumeric: Parts = std::array::from_fn(|at| letter[at] | digit[at]);
    let word = std::array::from_fn(|at| alphanumeric[at] | is(parts[at], b'_'));
    let stop = std::array::from_fn(|at| {
        let signs = b"@:=+(-".map(|sign| is(parts[at], sign));
        signs.into_iter().fold(digit[at], |stop, sign| stop | sign)
    });
    let mut block = [0; CLASSES];
    block[Class::Word as usize] = bits(word);
    block[Class::Alphanumeric as usize] = bits(alphanumeric);
    block[Class::Digit as usize] = bits(digit);
    block[Class::Upper as usize] = bits(parts.map(|part| within(part, b'A', b'Z')));
    block[Class::High as usize] = bits(parts);
    block[Class::Blank as usize] = bits(parts.map(|part| is(part, b' ')));
    block[Class::Visible as usize] = bits(parts.map(|part| within(part, b' ' + 1, u8::MAX)));
    block[Class::Stop as usize] = bits(stop);
    block
}

/// The highest bit of each byte.
fn bits(parts: Parts) -> u64 {
    let [a, b, c, d] = parts.map(|part| u64::from(part.to_bitmask()));
    (d << 16 | c) << 32 | b << 16 | a
}

/// All ones in each byte from `first` to `last`.
fn within(bytes: u8x16, first: u8, last: u8) -> u8x16 {
    let above = bytes - u8x16::splat(first);
    above.min(u8x16::splat(last - first)).simd_eq(above)
}

/// The lowest `count` bits.
pub(crate) fn lowest(count: usize) -> u64 {
    if count >= BLOCK { u64::MAX } else { (1 << count) - 1 }
}

/// The masks of a text.
pub(crate) struct Masks<'t> {
    bytes: &'t [u8],
    /// The number of the first block that is kept.
    first: usize,
    blocks: Vec<Block>,
}

impl<'t> Masks<'t> {
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        Self { bytes, first: 0, blocks: Vec::new() }
    }

    /// The text.
    pub(crate) fn text(&self) -> &'t [u8] {
        self.bytes
    }

    /// Makes the masks of the stretch from `from` on, and gives where it ends.
    pub(crate) fn stretch(&mut self, from: usize) -> usize {
        let start = from / BLOCK;
        let end = (start + STRETCH).min(self.bytes.len().div_ceil(BLOCK));
        self.first = start.saturating_sub(AROUND);
        let kept = self.first..end + AROUND;
        self.blocks.clear();
        self.blocks.reserve(kept.len());
        self.blocks.extend(kept.map(|block| made(self.bytes, block * BLOCK)));
        (end * BLOCK).min(self.bytes.len())
    }

    /// What the 64 bytes from `at` on are; bytes after the end of the text are nothing.
    #[inline]
    pub(crate) fn from(&self, class: Class, at: usize) -> u64 {
        let (class, shift) = (class as usize, at % BLOCK);
        let kept = (at / BLOCK).wrapping_sub(self.first);
        match self.blocks.get(kept..).and_then(<[Block]>::first_chunk) {
            Some([block, next]) => block[class] >> shift | next[class] << 1 << (BLOCK - 1 - shift),
            None => made(self.bytes, at)[class],
        }
    }

    /// What the 64 bytes before `at` are; the last of them is the highest bit.
    #[inline]
    pub(crate) fn before(&self, class: Class, at: usize) -> u64 {
        match at.checked_sub(BLOCK) {
            Some(from) => self.from(class, from),
            None if at == 0 => 0,
            None => self.from(class, 0) << (BLOCK - at),
        }
    }

    /// How many bytes of a class follow each other from `at` on.
    #[inline]
    pub(crate) fn run(&self, class: Class, at: usize) -> usize {
        let mut run = 0;
        loop {
            let ones = self.from(class, at + run).trailing_ones() as usize;
            run += ones;
            if ones < BLOCK {
                return run;
            }
        }
    }

    /// How many bytes of a class follow each other up to `at`.
    #[inline]
    pub(crate) fn run_before(&self, class: Class, at: usize) -> usize {
        let mut run = 0;
        loop {
            let ones = self.before(class, at - run).leading_ones() as usize;
            run += ones;
            if ones < BLOCK {
                return run;
            }
        }
    }
}

/// Makes the masks of the 64 bytes from `at` on.
fn made(bytes: &[u8], at: usize) -> Block {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(whole) => classify(whole),
        None if rest.is_empty() => [0; CLASSES],
        None => {
            let mut padded = [0; BLOCK];
            padded[..rest.len()].copy_from_slice(rest);
            classify(&padded)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same as [`classify`], one byte after another.
    fn plain(class: Class, byte: u8) -> bool {
        match class {
            Class::Word => byte.is_ascii_alphanumeric() || byte == b'_',
            Class::Alphanumeric => byte.is_ascii_alphanumeric(),
            Class::Digit => byte.is_ascii_digit(),
            Class::Upper => byte.is_ascii_uppercase(),
            Class::High => !byte.is_ascii(),
            Class::Blank => byte == b' ',
            Class::Visible => byte > b' ',
            Class::Stop => byte.is_ascii_digit() || b"@:=+(-".contains(&byte),
        }
    }

    const ALL: [Class; CLASSES] = [
        Class::Word,
        Class::Alphanumeric,
        Class::Digit,
        Class::Upper,
        Class::High,
        Class::Blank,
        Class::Visible,
        Class::Stop,
    ];

    #[test]
    fn every_byte_is_told_at_every_place() {
        for byte in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut bytes = [0; BLOCK];
                bytes[place] = byte;
                for class in ALL {
                    let expected = u64::from(plain(class, byte)) << place;
                    assert_eq!(classify(&bytes)[class as usize], expected, "{byte} {class:?}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn masks_are_what_a_look_at_each_byte_says(
            bytes in prop::collection::vec(any::<u8>(), 0..300),
            from in 0usize..300,
            at in 0usize..400,
        ) {
            let mut masks = Masks::new(&bytes);
            masks.stretch(from);
            for class in ALL {
                let is = |at: usize| bytes.get(at).is_some_and(|byte| plain(class, *byte));
                let after = (0..BLOCK).fold(0, |mask, bit| mask | u64::from(is(at + bit)) << bit);
                prop_assert_eq!(masks.from(class, at), after);
                let before = (0..BLOCK.min(at))
                    .fold(0, |mask, back| mask | u64::from(is(at - 1 - back)) << (BLOCK - 1 - back));
                prop_assert_eq!(masks.before(class, at), before);
                prop_assert_eq!(masks.run(class, at), (at..).take_while(|at| is(*at)).count());
                let back = (0..at).rev().take_while(|at| is(*at)).count();
                prop_assert_eq!(masks.run_before(class, at), back);
            }
        }
    }
}
