//! Numbers that look random and follow from a seed alone: SHA-256 of the seed, what they are for, and a counter.

use super::Seed;
use sha2::{Digest, Sha256};

/// Numbers in order; the same seed and parts give the same ones everywhere and always.
pub(super) struct Stream {
    key: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Stream {
    /// Begins the numbers for a purpose that `parts` name.
    pub(super) fn new(seed: &Seed, parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.session);
        hash.update(seed.attempt.to_le_bytes());
        for part in parts {
            // With their lengths, so that no two lists of parts read the same.
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        Self { key: hash.finalize().into(), counter: 0, block: [0; 32], used: 32 }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let mut hash = Sha256::new();
            hash.update(self.key);
            hash.update(self.counter.to_le_bytes());
            self.block = hash.finalize().into();
            self.counter += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    fn word(&mut self) -> u32 {
        u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    /// A number below `end`; 0 where there is none.
    pub(super) fn below(&mut self, end: usize) -> usize {
        if end <= 1 {
            return 0;
        }
        // Few bytes are enough for the letters and digits that nearly all calls ask for.
        if end <= 64 {
            let most = 256 - 256 % end;
            return loop {
                let byte = usize::from(self.byte());
                if byte < most {
                    break byte % end;
                }
            };
        }
        // The bias of one part in four thousand million is less than anybody could see.
        ((u64::from(self.word()) * end as u64) >> 32) as usize
    }

    /// A number from `least` to `most`.
    pub(super) fn between(&mut self, least: usize, most: usize) -> usize {
        least + self.below(most.saturating_sub(least) + 1)
    }

    /// One of them.
    ///
    /// # Panics
    /// When there is none.
    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// Puts them in another order.
    pub(super) fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            all.swap(end, self.below(end + 1));
        }
    }

    /// A digit, a letter of the same case; anything else as it is.
    pub(super) fn like(&mut self, c: char) -> char {
        let from: &[u8] = match c {
            '0'..='9' => b"0123456789",
            'a'..='z' => b"abcdefghijklmnopqrstuvwxyz",
            'A'..='Z' => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            _ => return c,
        };
        char::from(*self.pick(from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_from_the_seed_and_the_purpose() {
        let take = |session: u8, attempt: u32, parts: &[&str]| -> Vec<usize> {
            let seed = Seed { session: [session; 32], attempt };
            let mut stream = Stream::new(&seed, parts);
            (0..20).map(|_| stream.below(1000)).collect()
        };
        let first = take(1, 0, &["a", "bc"]);
        assert_eq!(first, take(1, 0, &["a", "bc"]));
        for other in [take(2, 0, &["a", "bc"]), take(1, 1, &["a", "bc"]), take(1, 0, &["ab", "c"])]
        {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn every_number_below_the_end_comes_about_as_often() {
        let seed = Seed { session: [7; 32], attempt: 0 };
        for end in [2, 7, 10, 26, 64, 100] {
            let mut stream = Stream::new(&seed, &[]);
            let mut counts = vec![0; end];
            (0..end * 1000).for_each(|_| counts[stream.below(end)] += 1);
            assert!(counts.iter().all(|count| (800..1200).contains(count)), "{end}: {counts:?}");
        }
    }
}
