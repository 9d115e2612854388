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

/// A bit for each byte, the first the lowest, for each class; in halves, since so they are made.
type Block = [[u32; 2]; CLASSES];

/// The bits of a class.
#[inline]
fn of(block: &Block, class: Class) -> u64 {
    let [low, high] = block[class as usize];
    u64::from(high) << (BLOCK / 2) | u64::from(low)
}

/// Half a block, in the parts that fit a register each: of more at a time, not all would have one.
type Half = [u8x16; 2];

/// Tells what 64 bytes are.
fn classify(bytes: &[u8; BLOCK]) -> Block {
    let parts = bytes.as_chunks().0;
    let mut block = [[0; 2]; CLASSES];
    for (at, half) in parts.as_chunks().0.iter().enumerate() {
        classify_half(half.map(u8x16::new), |class, bits| block[class as usize][at] = bits);
    }
    block
}

#[inline]
fn classify_half(half: Half, mut each: impl FnMut(Class, u32)) {
    let is = |part: u8x16, byte: u8| part.simd_eq(u8x16::splat(byte));
    let digit = half.map(|part| within(part, b'0', b'9'));
    let letter = half.map(|part| within(part | u8x16::splat(0x20), b'a', b'z'));
    let alphanumeric: Half = std::array::from_fn(|at| letter[at] | digit[at]);
    let mut set = |class: Class, [first, second]: Half| {
        each(class, second.to_bitmask() << u8x16::LANES | first.to_bitmask());
    };
    set(Class::Word, std::array::from_fn(|at| alphanumeric[at] | is(half[at], b'_')));
    set(Class::Alphanumeric, alphanumeric);
    set(Class::Digit, digit);
    let stop = |at: usize| {
        let signs = b"@:=+(-".map(|sign| is(half[at], sign));
        signs.into_iter().fold(digit[at], |stop, sign| stop | sign)
    };
    set(Class::Stop, std::array::from_fn(stop));
    set(Class::Upper, half.map(|part| within(part, b'A', b'Z')));
    // Of each byte the highest bit counts.
    set(Class::High, half);
    set(Class::Blank, half.map(|part| is(part, b' ')));
    set(Class::Visible, half.map(|part| within(part, b' ' + 1, u8::MAX)));
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
        let shift = at % BLOCK;
        let kept = (at / BLOCK).wrapping_sub(self.first);
        match self.blocks.get(kept..).and_then(<[Block]>::first_chunk) {
            Some([block, next]) => {
                of(block, class) >> shift | of(next, class) << 1 << (BLOCK - 1 - shift)
            }
            None => of(&made(self.bytes, at), class),
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
        None if rest.is_empty() => [[0; 2]; CLASSES],
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
                    assert_eq!(of(&classify(&bytes), class), expected, "{byte} {class:?}");
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
