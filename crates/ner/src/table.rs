//! A table of fingerprints: from a 64-bit name to a few bytes, without keeping the name.
//!
//! Names fall into buckets by their upper bits; a bucket is a run of bytes of entries `fingerprint u16, length u8, bytes`.
//! A name that was never put in answers as one that was about once in 65,536 times the entries of its bucket, which the
//! training sees and outweighs. Looking up costs two reaches into memory.

use std::borrow::Cow;

const ENTRY_HEAD: usize = 3;
const BUCKETS_MAX_BITS: u8 = 24;
/// Names that are looked up together.
const NAMES_MAX: usize = 64;

/// A table that can be looked up.
#[derive(Debug, Clone)]
pub struct Table {
    bits: u8,
    starts: Vec<u32>,
    bytes: Cow<'static, [u8]>,
}

fn fingerprint(name: u64) -> u16 {
    (name & 0xffff) as u16
}

impl Table {
    /// Makes a table; entries of the same fingerprint and bucket keep the first.
    #[must_use]
    pub fn of(mut entries: Vec<(u64, Vec<u8>)>) -> Self {
        // About one entry a bucket: most names that were never put in meet an empty one.
        let bits = entries.len().max(2).next_power_of_two().trailing_zeros() as u8;
        let bits = bits.min(BUCKETS_MAX_BITS);
        entries.sort_by_key(|(name, _)| (name >> (64 - bits), fingerprint(*name)));
        entries.dedup_by_key(|(name, _)| (*name >> (64 - bits), fingerprint(*name)));
        let mut starts = vec![0; (1 << bits) + 1];
        let mut bytes = Vec::new();
        for (name, payload) in entries {
            bytes.extend(fingerprint(name).to_le_bytes());
            bytes.push(payload.len().min(255) as u8);
            bytes.extend(payload.iter().take(255));
            starts[(name >> (64 - bits)) as usize + 1] = bytes.len() as u32;
        }
        for at in 1..starts.len() {
            starts[at] = starts[at].max(starts[at - 1]);
        }
        Self { bits, starts, bytes: bytes.into() }
    }

    /// Gives what stands under a name.
    #[must_use]
    pub fn find(&self, name: u64) -> Option<&[u8]> {
        self.within(self.bucket(name), name)
    }

    /// Hands what stands under each of some names to `each`. The buckets of all are reached for before any is read, so
    /// that waiting for memory is done once and not for every name.
    pub fn find_each(&self, names: &[u64], mut each: impl FnMut(&[u8])) {
        let mut buckets = [(0, 0); NAMES_MAX];
        for names in names.chunks(NAMES_MAX) {
            for (bucket, name) in buckets.iter_mut().zip(names) {
                *bucket = self.bucket(*name);
            }
            let mut touched = 0;
            for (start, _) in buckets.iter().take(names.len()) {
                touched ^= self.bytes.get(*start).copied().unwrap_or(0);
            }
            std::hint::black_box(touched);
            for (bucket, name) in buckets.iter().zip(names) {
                if bucket.0 < bucket.1
                    && let Some(payload) = self.within(*bucket, *name)
                {
                    each(payload);
                }
            }
        }
    }

    fn bucket(&self, name: u64) -> (usize, usize) {
        let bucket = (name >> (64 - self.bits)) as usize;
        (self.starts[bucket] as usize, self.starts[bucket + 1] as usize)
    }

    fn within(&self, (start, end): (usize, usize), name: u64) -> Option<&[u8]> {
        let wanted = fingerprint(name).to_le_bytes();
        let mut rest = self.bytes.get(start..end)?;
        while let [low, high, length, tail @ ..] = rest {
            let (payload, tail) = tail.split_at_checked(usize::from(*length))?;
            if [*low, *high] == wanted {
                return Some(payload);
            }
            rest = tail;
        }
        None
    }

    /// Appends the table to a weights file.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(self.bits);
        // The length of a bucket fits a byte or two where its start takes four.
        for pair in self.starts.windows(2) {
            let mut length = pair[1] - pair[0];
            while length >= 0x80 {
                out.push((length & 0x7f) as u8 | 0x80);
                length >>= 7;
            }
            out.push(length as u8);
        }
        out.extend((self.bytes.len() as u32).to_le_bytes());
        out.extend(self.bytes.iter());
    }

    /// Reads a table from the front of `input`, or gives nothing where it is damaged.
    pub fn read(input: &mut Cow<'static, [u8]>) -> Option<Self> {
        let bits = *input.first()?;
        if !(1..=BUCKETS_MAX_BITS).contains(&bits) {
            return None;
        }
        let mut at = 1;
        let mut starts = Vec::with_capacity(((1 << bits) + 1).min(input.len()));
        let mut start = 0u32;
        starts.push(start);
        for _ in 0..1u32 << bits {
            let (mut length, mut shift) = (0u32, 0);
            loop {
                let byte = *input.get(at)?;
                at += 1;
                length |= u32::from(byte & 0x7f).checked_shl(shift)?;
                shift += 7;
                if byte < 0x80 {
                    break;
                }
            }
            start = start.checked_add(length)?;
            starts.push(start);
        }
        let size = u32::from_le_bytes(input.get(at..at + 4)?.try_into().ok()?);
        if size != start {
            return None;
        }
        let bytes = front(input, at + 4, size as usize)?;
        let table = Self { bits, starts, bytes };
        table.whole().then_some(table)
    }

    /// Whether every bucket is made of whole entries.
    fn whole(&self) -> bool {
        self.starts.windows(2).all(|pair| {
            let (mut at, end) = (pair[0] as usize, pair[1] as usize);
            while at < end {
                let Some(length) = self.bytes.get(at + 2) else { return false };
                at += ENTRY_HEAD + usize::from(*length);
            }
            at == end
        })
    }
}

/// Takes `length` bytes after the first `skip` from the front; borrows where the input is borrowed.
pub(crate) fn front(
    input: &mut Cow<'static, [u8]>,
    skip: usize,
    length: usize,
) -> Option<Cow<'static, [u8]>> {
    let end = skip.checked_add(length)?;
    match input {
        Cow::Borrowed(bytes) => {
            let taken = bytes.get(skip..end)?;
            *bytes = bytes.get(end..)?;
            Some(Cow::Borrowed(taken))
        }
        Cow::Owned(bytes) => {
            let taken = bytes.get(skip..end)?.to_vec();
            bytes.drain(..end);
            Some(Cow::Owned(taken))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::hash::feature;
    use std::borrow::Cow;

    fn table(count: u64) -> Table {
        Table::of((0..count).map(|at| (feature(1, at), at.to_le_bytes().to_vec())).collect())
    }

    #[test]
    fn what_was_put_in_is_found() {
        let table = table(5000);
        // Two of the same bucket and fingerprint share an entry; among so few there are hardly any.
        let right =
            (0..5000u64).filter(|at| table.find(feature(1, *at)) == Some(&at.to_le_bytes()));
        assert!(right.count() >= 4995);
        let strangers = (0..5000u64).filter(|at| table.find(feature(2, *at)).is_some()).count();
        assert!(strangers <= 5, "{strangers}");
    }

    #[test]
    fn many_at_once_are_found_as_one_by_one() {
        let table = table(300);
        let names: Vec<u64> = (0..600).map(|at| feature(1, at)).collect();
        let mut each = Vec::new();
        table.find_each(&names, |payload| each.push(payload.to_vec()));
        let single: Vec<Vec<u8>> =
            names.iter().filter_map(|name| table.find(*name)).map(<[u8]>::to_vec).collect();
        assert_eq!(each, single);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let table = table(100);
        let mut bytes = Vec::new();
        table.write(&mut bytes);
        let mut input = Cow::Owned(bytes.clone());
        let read = Table::read(&mut input).unwrap();
        assert!(input.is_empty());
        assert_eq!(read.find(feature(1, 7)), table.find(feature(1, 7)));
        for length in 0..bytes.len() {
            assert!(Table::read(&mut Cow::Owned(bytes[..length].to_vec())).is_none(), "{length}");
        }
    }

    #[test]
    fn damage_is_refused_and_never_a_panic() {
        let mut bytes = Vec::new();
        table(50).write(&mut bytes);
        for place in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[place] ^= 0xff;
            if let Some(read) = Table::read(&mut Cow::Owned(damaged)) {
                // What only changes an entry's contents is for the file's checksum to see.
                assert!((0..50).filter_map(|at| read.find(feature(1, at))).count() <= 50);
            }
        }
    }
}
