//! What files were when this machine last read them, in the order of the tree, so that one pass along both says what
//! need not be read. A cache: a row that cannot be read ends it, and the files that follow are read.

use crate::error::Error;
use crate::hash::{HASH_BYTES, Hash};
use crate::seal::Reading;
use crate::tar::{Kind, Time};
use crate::walk::{Found, Stamp, in_order};
use std::cmp::Ordering;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"tacit-f1";

/// Bytes of a row: a file of a tebibyte in pieces of 1 MiB has a name of 32 bytes for each.
const ROW_BYTES_MAX: u64 = 1 << 30;

/// A file as it was.
pub(crate) struct Row {
    pub(crate) path: Vec<u8>,
    pub(crate) stamp: Stamp,
    pub(crate) bytes: u64,
    pub(crate) chunks: Vec<Hash>,
}

/// What was, and what is.
pub(crate) struct Files {
    path: PathBuf,
    old: Option<BufReader<File>>,
    next: Option<Row>,
    new: BufWriter<File>,
}

impl Files {
    /// Opens what is known of the snapshots of that name.
    pub(crate) fn open(dir: &Path, name: &str, reading: Reading) -> Result<Self, Error> {
        let path = dir.join(format!("files-{name}"));
        let old = match File::open(&path) {
            Ok(file) if reading == Reading::Changed => {
                Some(BufReader::with_capacity(1 << 18, file))
            }
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::file("read", &path)(error));
            }
            _ => None,
        };
        let mut magic = [0; 8];
        let mut is_ours =
            |old: &mut BufReader<File>| old.read_exact(&mut magic).is_ok() && &magic == MAGIC;
        let old = old.and_then(|mut old| is_ours(&mut old).then_some(old));
        let aside = path.with_extension("aside");
        let new =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
        let mut new = BufWriter::new(new.map_err(Error::file("write", &aside))?);
        new.write_all(MAGIC).map_err(Error::file("write", &aside))?;
        let mut files = Self { path, old, next: None, new };
        files.step();
        Ok(files)
    }

    /// Whether such a file is remembered: one with several names depends on what the others are.
    pub(crate) fn keeps(found: &Found) -> bool {
        matches!(found.entry.kind, Kind::File { .. }) && !found.has_names
    }

    /// What was made of it, if it is as it was.
    pub(crate) fn same(&mut self, found: &Found) -> Result<Option<Row>, Error> {
        while let Some(row) = &self.next {
            match in_order(&row.path, &found.entry.path) {
                Ordering::Less => self.step(),
                Ordering::Equal if row.stamp == found.stamp && Self::keeps(found) => {
                    let row = self.next.take();
                    self.step();
                    return Ok(row);
                }
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Remembers a file for the next time.
    pub(crate) fn keep(&mut self, row: &Row) -> Result<(), Error> {
        let mut bytes = Vec::with_capacity(128 + row.path.len() + row.chunks.len() * HASH_BYTES);
        let Stamp { device, inode, size, modified, changed } = row.stamp;
        let times = [modified, changed].map(|time| [time.seconds as u64, time.nanoseconds.into()]);
        let numbers = [device, inode, size, row.bytes, row.path.len() as u64];
        numbers
            .iter()
            .chain(times.as_flattened())
            .for_each(|number| bytes.extend(number.to_be_bytes()));
        bytes.extend_from_slice(&row.path);
        row.chunks.iter().for_each(|chunk| bytes.extend(chunk.0));
        let sum = Hash::of(&bytes);
        let length = (bytes.len() as u64).to_be_bytes();
        let written =
            [&length[..], &sum.0, &bytes].iter().try_for_each(|part| self.new.write_all(part));
        written.map_err(Error::file("write", &self.path))
    }

    /// Puts the new in the place of the old.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        let flushed = self.new.flush().and_then(|()| self.new.get_ref().sync_all());
        let renamed =
            flushed.and_then(|()| std::fs::rename(self.path.with_extension("aside"), &self.path));
        renamed.map_err(Error::file("write", &self.path))
    }

    fn step(&mut self) {
        self.next = self.old.as_mut().and_then(read);
        if self.next.is_none() {
            self.old = None;
        }
    }
}

fn read(reader: &mut BufReader<File>) -> Option<Row> {
    let mut length = [0; 8];
    let mut sum = [0; HASH_BYTES];
    reader.read_exact(&mut length).ok()?;
    reader.read_exact(&mut sum).ok()?;
    let length = u64::from_be_bytes(length);
    let mut bytes = Vec::new();
    let read = reader.take(length.min(ROW_BYTES_MAX)).read_to_end(&mut bytes).ok()?;
    if read as u64 != length || Hash::of(&bytes).0 != sum {
        return None;
    }
    let (numbers, rest) = bytes.split_first_chunk::<72>()?;
    let number = |at: usize| {
        u64::from_be_bytes(numbers[at * 8..at * 8 + 8].try_into().expect("eight bytes"))
    };
    let time = |at: usize| Time { seconds: number(at) as i64, nanoseconds: number(at + 1) as u32 };
    let stamp = Stamp {
        device: number(0),
        inode: number(1),
        size: number(2),
        modified: time(5),
        changed: time(7),
    };
    let (path, chunks) = rest.split_at_checked(number(4) as usize)?;
    let chunk = |bytes: &[u8]| Hash(bytes.try_into().expect("it was cut to this length"));
    let chunks = chunks.chunks_exact(HASH_BYTES).map(chunk).collect();
    Some(Row { path: path.to_vec(), stamp, bytes: number(3), chunks })
}
