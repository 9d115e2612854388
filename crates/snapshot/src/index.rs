//! What this machine knows of a repository that it cannot read: which chunks are in which pack.
//!
//! On disk it is one sorted file with a hash at its end, and a journal of the packs that came since, each entry with a
//! hash of its own. Both are a cache: what is lost, torn or changed is forgotten, and its chunks are stored again. A pack
//! that the repository does not list any more, or in another size, is forgotten as well.

use crate::error::Error;
use crate::hash::{HASH_BYTES, Hash};
use crate::pack::Named;
use crate::record::Part;
use ring::digest;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"tacit-i1";
const HEAD: usize = 24;
const PACK: usize = HASH_BYTES + 8;
const ROW: usize = HASH_BYTES + 4;

/// Rows between two that are kept in memory: 8 bytes for each 4.5 KiB of file.
const STEP: usize = 128;

/// New chunks that are kept in memory, some 60 bytes each, before they go to the file.
const FRESH_MAX: usize = 512 << 10;

/// Bytes of an entry of the journal: the chunks that a pack may have, and what stands before them.
const ENTRY_MAX: usize = 4 << 20;

/// Where a chunk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In a pack of the repository.
    Pack(Part),
    /// In a block on its way.
    Coming,
    /// It must be stored.
    Nowhere,
}

impl Place {
    pub(crate) fn part(&self) -> Option<Part> {
        match self {
            Self::Pack(part) => Some(*part),
            _ => None,
        }
    }
}

/// The sorted file.
struct Sorted {
    file: File,
    rows: usize,
    rows_at: u64,
    /// The first bytes of every [`STEP`]th row.
    steps: Vec<u64>,
}

/// What is known of chunks.
pub(crate) struct Known {
    dir: PathBuf,
    sorted: Option<Sorted>,
    packs: Vec<Part>,
    /// Packs of the file that the repository lacks.
    lost: HashSet<u32>,
    fresh: HashMap<Hash, u32>,
    coming: HashSet<Hash>,
    journal: Option<File>,
}

impl Known {
    /// Opens what is in that folder; `there` are the packs of the repository.
    ///
    /// # Errors
    /// When the folder cannot be used. That nothing can be made of a file is none.
    pub(crate) fn open(dir: &Path, there: &BTreeMap<Hash, u64>) -> Result<Self, Error> {
        let path = dir.join("index");
        let (sorted, packs) = match File::open(&path) {
            Ok(file) => load(file)
                .map_err(Error::file("read", &path))?
                .map_or((None, Vec::new()), |(s, p)| (Some(s), p)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => (None, Vec::new()),
            Err(error) => return Err(Error::file("read", &path)(error)),
        };
        let is_there = |part: &Part| there.get(&part.sha256) == Some(&part.size);
        let lost = (0..)
            .zip(&packs)
            .filter(|(_, part)| !is_there(part))
            .map(|(number, _)| number)
            .collect();
        let (fresh, coming) = (HashMap::new(), HashSet::new());
        let mut known =
            Self { dir: dir.to_owned(), sorted, packs, lost, fresh, coming, journal: None };
        let journal = dir.join("journal");
        match std::fs::read(&journal) {
            Ok(bytes) => known.replay(&bytes, &is_there),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::file("read", &journal)(error)),
        }
        known.merge()?;
        Ok(known)
    }

    /// Where a chunk is.
    pub(crate) fn place(&self, hash: &Hash) -> Place {
        if let Some(number) = self.fresh.get(hash) {
            return Place::Pack(self.packs[*number as usize]);
        }
        if self.coming.contains(hash) {
            return Place::Coming;
        }
        let number = self.sorted.as_ref().and_then(|sorted| sorted.find(hash));
        let number = number.filter(|number| !self.lost.contains(number));
        number
            .and_then(|number| self.packs.get(number as usize))
            .map_or(Place::Nowhere, |part| Place::Pack(*part))
    }

    /// Notes that a chunk is on its way.
    pub(crate) fn coming(&mut self, hash: Hash) {
        self.coming.insert(hash);
    }

    /// Notes that a pack is stored.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub(crate) fn stored(&mut self, part: Part, chunks: &[Named]) -> Result<(), Error> {
        let path = self.dir.join("journal");
        let journal = match self.journal.take() {
            Some(journal) => journal,
            None => OpenOptions::new()
                .append(true)
                .create(true)
                .mode(0o600)
                .open(&path)
                .map_err(Error::file("write", &path))?,
        };
        let mut entry = Vec::with_capacity(PACK + chunks.len() * HASH_BYTES);
        entry.extend_from_slice(&part.sha256.0);
        entry.extend_from_slice(&part.size.to_be_bytes());
        chunks.iter().for_each(|(chunk, _)| entry.extend_from_slice(&chunk.0));
        let mut bytes = (entry.len() as u64).to_be_bytes().to_vec();
        bytes.extend_from_slice(&Hash::of(&entry).0);
        bytes.extend(entry);
        (&journal).write_all(&bytes).map_err(Error::file("write", &path))?;
        self.journal = Some(journal);
        self.learn(part, chunks.iter().map(|(chunk, _)| *chunk));
        if self.fresh.len() > FRESH_MAX { self.merge() } else { Ok(()) }
    }

    fn learn(&mut self, part: Part, chunks: impl Iterator<Item = Hash>) {
        let number = self.packs.len() as u32;
        self.packs.push(part);
        for chunk in chunks {
            self.coming.remove(&chunk);
            self.fresh.insert(chunk, number);
        }
    }

    fn replay(&mut self, mut bytes: &[u8], is_there: &dyn Fn(&Part) -> bool) {
        while let Some((length, rest)) = bytes.split_first_chunk::<8>() {
            let Some((hash, rest)) = rest.split_first_chunk::<HASH_BYTES>() else { return };
            let length = u64::from_be_bytes(*length);
            if length > ENTRY_MAX as u64 || (length as usize) < PACK || rest.len() < length as usize
            {
                return;
            }
            let (entry, rest) = rest.split_at(length as usize);
            if Hash::of(entry).0 != *hash {
                return;
            }
            let part = part(&entry[..PACK]);
            if is_there(&part) {
                self.learn(part, entry[PACK..].chunks_exact(HASH_BYTES).map(hash_of));
            }
            bytes = rest;
        }
    }

    /// Takes what is new into the sorted file, and ends the journal.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn merge(&mut self) -> Result<(), Error> {
        let path = self.dir.join("index");
        if !self.fresh.is_empty() || !self.lost.is_empty() {
            let aside = self.dir.join("index.aside");
            self.write(&aside).map_err(Error::file("write", &aside))?;
            std::fs::rename(&aside, &path).map_err(Error::file("write", &path))?;
            let file = File::open(&path).map_err(Error::file("read", &path))?;
            let loaded = load(file).map_err(Error::file("read", &path))?;
            let (sorted, packs) = loaded.ok_or_else(|| {
                Error::damaged("the local index", "it was changed as it was written")
            })?;
            (self.sorted, self.packs) = (Some(sorted), packs);
            self.lost.clear();
            self.fresh.clear();
        }
        self.journal = None;
        let journal = self.dir.join("journal");
        match std::fs::remove_file(&journal) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Error::file("remove", &journal)(error))
            }
            _ => Ok(()),
        }
    }

    fn write(&self, aside: &Path) -> io::Result<()> {
        // Numbers of packs that are left, in the order of the old ones.
        let left = (0..self.packs.len() as u32).filter(|number| !self.lost.contains(number));
        let numbers: HashMap<u32, u32> = left.zip(0..).collect();
        let mut fresh: Vec<(Hash, u32)> =
            self.fresh.iter().map(|(hash, number)| (*hash, *number)).collect();
        fresh.sort_unstable();
        let file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(aside)?;
        let mut out = Summed::new(BufWriter::new(file));
        out.write_all(MAGIC)?;
        out.write_all(&(numbers.len() as u64).to_be_bytes())?;
        out.write_all(&0_u64.to_be_bytes())?;
        for part in (0..)
            .zip(&self.packs)
            .filter(|(number, _)| numbers.contains_key(number))
            .map(|(_, part)| part)
        {
            out.write_all(&part.sha256.0)?;
            out.write_all(&part.size.to_be_bytes())?;
        }
        let mut row = |(hash, number): (Hash, u32)| match numbers.get(&number) {
            Some(number) => {
                out.write_all(&hash.0).and_then(|()| out.write_all(&number.to_be_bytes()))
            }
            None => Ok(()),
        };
        let mut fresh = fresh.into_iter().peekable();
        if let Some(sorted) = &self.sorted {
            let mut reader = BufReader::new(&sorted.file);
            io::Seek::seek(&mut reader, io::SeekFrom::Start(sorted.rows_at))?;
            for _ in 0..sorted.rows {
                let mut old = [0; ROW];
                reader.read_exact(&mut old)?;
                let old = row_of(&old);
                while let Some(new) = fresh.next_if(|new| new.0 < old.0) {
                    row(new)?;
                }
                // What was stored anew takes the place of what it was before.
                if fresh.peek().is_none_or(|new| new.0 != old.0) {
                    row(old)?;
                }
            }
        }
        fresh.try_for_each(row)?;
        out.finish()
    }
}

impl Sorted {
    fn find(&self, hash: &Hash) -> Option<u32> {
        let wanted = first(&hash.0);
        // Rows with the same first bytes may begin in the step before.
        let step = self.steps.partition_point(|step| *step < wanted).saturating_sub(1);
        let end = self.steps.partition_point(|step| *step <= wanted);
        let (from, to) = (step * STEP, (end * STEP).min(self.rows));
        let mut bytes = vec![0; to.checked_sub(from)? * ROW];
        self.file.read_exact_at(&mut bytes, self.rows_at + (from * ROW) as u64).ok()?;
        let rows: Vec<_> = bytes.chunks_exact(ROW).map(row_of).collect();
        rows.binary_search_by(|row| row.0.cmp(hash)).ok().map(|at| rows[at].1)
    }
}

fn first(bytes: &[u8]) -> u64 {
    u64::from_be_bytes(bytes[..8].try_into().expect("a row has more"))
}

fn hash_of(bytes: &[u8]) -> Hash {
    Hash(bytes[..HASH_BYTES].try_into().expect("it was cut to this length"))
}

fn row_of(bytes: &[u8]) -> (Hash, u32) {
    (
        hash_of(bytes),
        u32::from_be_bytes(bytes[HASH_BYTES..ROW].try_into().expect("it was cut to this length")),
    )
}

fn part(bytes: &[u8]) -> Part {
    let size = bytes[HASH_BYTES..PACK].try_into().expect("it was cut to this length");
    Part { sha256: hash_of(bytes), size: u64::from_be_bytes(size) }
}

/// Reads a sorted file once, for its hash and what is kept of it in memory; none where it is not whole.
fn load(file: File) -> io::Result<Option<(Sorted, Vec<Part>)>> {
    let size = file.metadata()?.len();
    let mut reader = BufReader::with_capacity(1 << 18, &file);
    let mut digest = digest::Context::new(&digest::SHA256);
    let mut take = |bytes: &mut [u8]| reader.read_exact(bytes).map(|()| digest.update(bytes));
    let mut head = [0; HEAD];
    if size < (HEAD + HASH_BYTES) as u64 || take(&mut head).is_err() || !head.starts_with(MAGIC) {
        return Ok(None);
    }
    let count = u64::from_be_bytes(head[8..16].try_into().expect("eight bytes"));
    let Some(rest) = count
        .checked_mul(PACK as u64)
        .and_then(|packs| (size - (HEAD + HASH_BYTES) as u64).checked_sub(packs))
    else {
        return Ok(None);
    };
    let mut packs = Vec::new();
    for _ in 0..count {
        let mut bytes = [0; PACK];
        take(&mut bytes)?;
        packs.push(part(&bytes));
    }
    let rows = (rest / ROW as u64) as usize;
    let mut steps = Vec::with_capacity(rows / STEP + 1);
    for row in 0..rows {
        let mut bytes = [0; ROW];
        take(&mut bytes)?;
        if row % STEP == 0 {
            steps.push(first(&bytes));
        }
    }
    let mut sum = [0; HASH_BYTES];
    let is_whole = rest % ROW as u64 == 0
        && reader.read_exact(&mut sum).is_ok()
        && digest.finish().as_ref() == sum;
    let rows_at = HEAD as u64 + count * PACK as u64;
    Ok(is_whole.then_some((Sorted { file, rows, rows_at, steps }, packs)))
}

/// A file with a hash at its end.
struct Summed {
    out: BufWriter<File>,
    digest: digest::Context,
}

impl Summed {
    fn new(out: BufWriter<File>) -> Self {
        Self { out, digest: digest::Context::new(&digest::SHA256) }
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.out.write_all(bytes)
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.write_all(self.digest.finish().as_ref())?;
        self.out.flush()?;
        self.out.get_ref().sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(number: u32) -> Hash {
        Hash::of(&number.to_be_bytes())
    }

    fn pack(number: u64) -> Part {
        Part { sha256: Hash::of(&number.to_le_bytes()), size: number }
    }

    fn there(packs: &[u64]) -> BTreeMap<Hash, u64> {
        packs.iter().map(|number| (pack(*number).sha256, *number)).collect()
    }

    #[test]
    fn what_was_stored_is_known_again() {
        let dir = tempfile::tempdir().unwrap();
        let mut known = Known::open(dir.path(), &there(&[])).unwrap();
        for number in 0..20 {
            let chunks: Vec<_> = (0..100).map(|at| (chunk(number * 100 + at), 1)).collect();
            known.stored(pack(number.into()), &chunks).unwrap();
            if number == 9 {
                known.merge().unwrap();
            }
        }
        // The rest stands in the journal alone, as after a kill.
        drop(known);
        let all: Vec<u64> = (0..20).collect();
        let known = Known::open(dir.path(), &there(&all)).unwrap();
        for number in 0..2000 {
            assert_eq!(known.place(&chunk(number)), Place::Pack(pack(u64::from(number) / 100)));
        }
        assert_eq!(known.place(&chunk(2000)), Place::Nowhere);
    }

    #[test]
    fn a_pack_that_is_gone_is_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let mut known = Known::open(dir.path(), &there(&[])).unwrap();
        known.stored(pack(1), &[(chunk(1), 1)]).unwrap();
        known.stored(pack(2), &[(chunk(2), 1)]).unwrap();
        known.merge().unwrap();
        let mut known = Known::open(dir.path(), &there(&[2])).unwrap();
        assert_eq!(known.place(&chunk(1)), Place::Nowhere);
        assert_eq!(known.place(&chunk(2)), Place::Pack(pack(2)));
        known.stored(pack(3), &[(chunk(1), 1)]).unwrap();
        known.merge().unwrap();
        assert_eq!(known.place(&chunk(1)), Place::Pack(pack(3)));
        assert_eq!(known.place(&chunk(2)), Place::Pack(pack(2)));
    }

    #[test]
    fn a_changed_byte_makes_it_forget_and_not_err() {
        let dir = tempfile::tempdir().unwrap();
        let mut known = Known::open(dir.path(), &there(&[])).unwrap();
        known.stored(pack(1), &[(chunk(1), 1), (chunk(2), 1)]).unwrap();
        let journal = std::fs::read(dir.path().join("journal")).unwrap();
        known.merge().unwrap();
        drop(known);
        let index = std::fs::read(dir.path().join("index")).unwrap();
        for (name, whole, other) in [("index", index, "journal"), ("journal", journal, "index")] {
            drop(std::fs::remove_file(dir.path().join(other)));
            for at in 0..whole.len() {
                let mut bytes = whole.clone();
                bytes[at] ^= 1;
                std::fs::write(dir.path().join(name), &bytes).unwrap();
                let known = Known::open(dir.path(), &there(&[1])).unwrap();
                assert_eq!(known.place(&chunk(1)), Place::Nowhere, "{name} {at}");
                drop(std::fs::remove_file(dir.path().join(other)));
            }
            drop(std::fs::remove_file(dir.path().join(name)));
        }
    }
}
