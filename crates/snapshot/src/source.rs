//! The chunks of a snapshot, one by one, out of packs that are unpacked once into files without a name.
//!
//! Everything is compared before it is given out: the pack with its record, the chunk with its name. The index only says
//! where to look; where it is missing or wrong, the packs themselves are asked.

use crate::error::Error;
use crate::hash::Hash;
use crate::key::Identities;
use crate::pack::unpack;
use crate::record::{Part, Snapshot, index_name, pack_name};
use crate::repository::{Recorded, Repository};
use flate2::bufread::MultiGzDecoder;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of unpacked packs that are kept on the disk at a time; what was backed up bit by bit reads from many.
const SCRATCH_BYTES_MAX: u64 = 4 << 30;

/// Files that are open for it at a time.
const SCRATCH_FILES_MAX: usize = 128;

/// A pack, unpacked.
struct Unpacked {
    number: u32,
    file: File,
    bytes: u64,
    places: HashMap<Hash, (u64, u32)>,
}

/// A snapshot that is open.
pub struct Source<'r> {
    repository: &'r Repository<'r>,
    keys: Identities,
    /// Its record.
    pub record: Snapshot,
    /// The names of its chunks, in order.
    pub(crate) order: Vec<Hash>,
    places: HashMap<Hash, u32>,
    scratch: PathBuf,
    unpacked: VecDeque<Unpacked>,
    /// What is wrong with packs that cannot be used.
    broken: BTreeMap<u32, String>,
    searched: bool,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("record", &self.record).finish_non_exhaustive()
    }
}

impl<'r> Source<'r> {
    /// Opens a snapshot; `scratch` is a folder with room for what is unpacked.
    ///
    /// # Errors
    /// When no identity opens it, or its list is missing or broken.
    pub fn open(
        repository: &'r Repository<'r>,
        recorded: &Recorded,
        identities: &Identities,
        scratch: &Path,
    ) -> Result<Self, Error> {
        let keys = repository.unlock(identities)?;
        let record = recorded.record().clone();
        let order = order(repository, &record, &keys)?;
        let mut source = Self {
            repository,
            keys,
            record,
            order,
            places: HashMap::new(),
            scratch: scratch.to_owned(),
            unpacked: VecDeque::new(),
            broken: BTreeMap::new(),
            searched: false,
        };
        source.consult()?;
        Ok(source)
    }

    /// Takes what the index says of the packs of this snapshot.
    fn consult(&mut self) -> Result<(), Error> {
        let mut numbers = BTreeMap::new();
        for (number, part) in (0..).zip(&self.record.packs) {
            numbers.insert(part.sha256, number);
        }
        let wanted: std::collections::HashSet<Hash> = self.order.iter().copied().collect();
        for listed in self.repository.list("index/")? {
            let hash =
                listed.name.strip_prefix("index/").and_then(|name| name.strip_suffix(".gz.age"));
            let Some(hash) = hash.and_then(Hash::parse) else { continue };
            let part = Part { sha256: hash, size: listed.size };
            // What cannot be read is looked for in the packs.
            let Ok(lines) = index(self.repository, &part, &self.keys) else { continue };
            for (pack, chunk) in lines {
                if let Some(number) = numbers.get(&pack).filter(|_| wanted.contains(&chunk)) {
                    self.places.insert(chunk, *number);
                }
            }
        }
        Ok(())
    }

    /// How many chunks it has.
    pub fn chunks(&self) -> usize {
        self.order.len()
    }

    /// Gives a chunk.
    ///
    /// # Errors
    /// When it is not to be had.
    pub fn chunk(&mut self, at: usize, into: &mut Vec<u8>) -> Result<(), Error> {
        let hash = self.order[at];
        if let Some(number) = self.places.get(&hash).copied() {
            match self.fetch(number, &hash, into) {
                Ok(true) => return Ok(()),
                Ok(false) if !self.searched => {}
                Ok(false) => return Err(self.lost()),
                // It may be in another pack as well, where it was stored again.
                Err(error) if self.searched => return Err(error),
                Err(_) => {}
            }
        } else if self.searched {
            return Err(self.lost());
        }
        self.search()?;
        self.chunk(at, into)
    }

    fn lost(&self) -> Error {
        let why = self.broken.values().next().map_or(String::new(), |why| format!(" ({why})"));
        Error::damaged(&self.record.base(), format!("a chunk of it is in none of its packs{why}"))
    }

    /// Looks into all packs of this snapshot and of the others, for what the index does not say.
    fn search(&mut self) -> Result<(), Error> {
        self.searched = true;
        let wanted: std::collections::HashSet<Hash> = self.order.iter().copied().collect();
        let (others, _) = self.repository.snapshots()?;
        for other in &others {
            for part in &other.record().packs {
                if !self.record.packs.contains(part) {
                    self.record.packs.push(*part);
                }
            }
        }
        self.places.clear();
        for (number, part) in (0..).zip(self.record.packs.clone()) {
            let name = pack_name(&part.sha256);
            let places = &mut self.places;
            let looked = self.repository.get_part(&name, &part).and_then(|bytes| {
                unpack(&part.sha256, &bytes, &self.keys, &mut |hash, _| {
                    if wanted.contains(&hash) {
                        places.entry(hash).or_insert(number);
                    }
                    Ok(())
                })
            });
            if let Err(error) = looked {
                // What was found before the damage cannot be used: the pack is read as a whole.
                self.places.retain(|_, found| *found != number);
                self.broken.insert(number, error.to_string());
            }
        }
        Ok(())
    }

    /// Gives a chunk of a pack; says whether it is there.
    fn fetch(&mut self, number: u32, hash: &Hash, into: &mut Vec<u8>) -> Result<bool, Error> {
        let at = self.unpacked.iter().position(|pack| pack.number == number);
        let pack = match at.and_then(|at| self.unpacked.remove(at)) {
            Some(pack) => pack,
            None => self.unpack(number)?,
        };
        let found = pack.places.get(hash).copied();
        let read = found.map(|(offset, length)| {
            into.resize(length as usize, 0);
            pack.file.read_exact_at(into, offset)
        });
        self.unpacked.push_back(pack);
        read.transpose().map_err(Error::file("read", &self.scratch)).map(|read| read.is_some())
    }

    fn unpack(&mut self, number: u32) -> Result<Unpacked, Error> {
        let part = self.record.packs[number as usize];
        let name = pack_name(&part.sha256);
        if let Some(why) = self.broken.get(&number) {
            return Err(Error::damaged(&name, why.clone()));
        }
        let bytes = self.repository.get_part(&name, &part)?;
        let file = nameless(&self.scratch).map_err(Error::file("write in", &self.scratch))?;
        let mut out = BufWriter::with_capacity(1 << 20, &file);
        let mut places = HashMap::new();
        let mut length = 0;
        unpack(&part.sha256, &bytes, &self.keys, &mut |hash, chunk| {
            out.write_all(chunk).map_err(Error::file("write in", &self.scratch))?;
            places.insert(hash, (length, chunk.len() as u32));
            length += chunk.len() as u64;
            Ok(())
        })?;
        out.flush().map_err(Error::file("write in", &self.scratch))?;
        drop(out);
        let held =
            |unpacked: &VecDeque<Unpacked>| unpacked.iter().map(|pack| pack.bytes).sum::<u64>();
        while self.unpacked.len() >= SCRATCH_FILES_MAX
            || held(&self.unpacked) + length > SCRATCH_BYTES_MAX
        {
            if self.unpacked.pop_front().is_none() {
                break;
            }
        }
        Ok(Unpacked { number, file, bytes: length, places })
    }

    /// Writes the tar stream.
    ///
    /// # Errors
    /// When a chunk is not to be had, or the writer fails.
    pub fn stream(&mut self, out: &mut dyn Write) -> Result<(), Error> {
        let mut chunk = Vec::new();
        for at in 0..self.order.len() {
            self.chunk(at, &mut chunk)?;
            out.write_all(&chunk).map_err(Error::store("write", "the tar stream"))?;
        }
        Ok(())
    }
}

/// A file that nobody else sees, and that is gone when it is closed.
fn nameless(dir: &Path) -> io::Result<File> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let path = dir.join(format!(".tacit-{}-{number}", std::process::id()));
    let file =
        OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
    std::fs::remove_file(&path)?;
    Ok(file)
}

/// Reads the list of a snapshot.
pub(crate) fn order(
    repository: &Repository<'_>,
    record: &Snapshot,
    keys: &Identities,
) -> Result<Vec<Hash>, Error> {
    let name = record.list_name();
    let bytes = repository.get_part(&name, &record.list)?;
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(keys.open(&name, &bytes)?)));
    let mut order = Vec::new();
    for line in reader.take(65 * record.chunks + 1).lines() {
        let line = line.map_err(|_| Error::damaged(&name, "it cannot be unpacked"))?;
        order.push(
            Hash::parse(&line).ok_or_else(|| Error::damaged(&name, "a line of it is no hash"))?,
        );
    }
    if order.len() as u64 != record.chunks {
        return Err(Error::damaged(&name, "it has not the number of chunks that its record says"));
    }
    Ok(order)
}

/// Reads an index object: which chunks are in which pack.
pub(crate) fn index(
    repository: &Repository<'_>,
    part: &Part,
    keys: &Identities,
) -> Result<Vec<(Hash, Hash)>, Error> {
    let name = index_name(&part.sha256);
    let broken = || Error::damaged(&name, "it is not an index");
    let bytes = repository.get_part(&name, part)?;
    let reader = BufReader::new(MultiGzDecoder::new(BufReader::new(keys.open(&name, &bytes)?)));
    let (mut found, mut pack) = (Vec::new(), None);
    for line in reader.lines() {
        let line = line.map_err(|_| broken())?;
        match line.strip_prefix("pack ") {
            Some(rest) => {
                pack = Some(
                    rest.split_once(' ')
                        .and_then(|(hash, _)| Hash::parse(hash))
                        .ok_or_else(broken)?,
                )
            }
            None => {
                let chunk = line.split_once(' ').and_then(|(hash, _)| Hash::parse(hash));
                found.push((pack.ok_or_else(broken)?, chunk.ok_or_else(broken)?));
            }
        }
    }
    Ok(found)
}
