//! A file to its chunks. A small file is one chunk with its header; of a large one the header is a chunk, and so is each
//! piece of fixed size from its beginning, so that a page that changes in place changes one piece.

use crate::error::Error;
use crate::hash::Hash;
use crate::tar::{Entry, Kind, fill};
use crate::walk::{Found, Stamp};
use rustix::fs::{OFlags, SeekFrom, seek};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;

/// Files up to this size are one chunk with their header.
const SMALL_MAX: u64 = 64 << 10;

/// Pieces of what is known to be changed page by page.
const PIECE_PAGES: usize = 16 << 10;
/// Pieces of what nothing is known of.
const PIECE_PLAIN: usize = 64 << 10;
/// Pieces of what is written once, or so large that a name for each 64 KiB would cost more than it saves.
const PIECE_LARGE: usize = 256 << 10;
/// Pieces of the largest.
const PIECE_HUGE: usize = 1 << 20;

/// Where the pieces become large, and huge.
const LARGE_FROM: u64 = 4 << 30;
const HUGE_FROM: u64 = 64 << 30;

/// How often a file that changes while it is read is read.
const ATTEMPTS: usize = 3;

/// Takes chunks.
pub(crate) trait Sink {
    /// Keeps a chunk, and gives its name.
    fn chunk(&mut self, bytes: &[u8]) -> Result<Hash, Error>;
}

/// What became of an entry.
pub(crate) struct Cut {
    /// Its chunks, in order.
    pub(crate) chunks: Vec<Hash>,
    /// The bytes of them all.
    pub(crate) bytes: u64,
    /// It changed at each attempt.
    pub(crate) unstable: bool,
}

/// Why a file is not in the snapshot.
pub(crate) enum Failed {
    /// It cannot be read; the others can.
    Read(io::Error),
    /// Nothing can be kept any more.
    Keep(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Keep(error)
    }
}

/// Cuts an entry.
pub(crate) fn cut(found: &mut Found, sink: &mut dyn Sink) -> Result<Cut, Failed> {
    if !matches!(found.entry.kind, Kind::File { .. }) {
        let header = found.entry.header();
        let chunks = vec![sink.chunk(&header)?];
        return Ok(Cut { chunks, bytes: header.len() as u64, unstable: false });
    }
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC).bits() as i32;
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(&found.source)
        .map_err(Failed::Read)?;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let before = stamp(&file).map_err(Failed::Read)?;
        found.entry.time = before.modified;
        found.entry.kind = Kind::File { size: before.size };
        let read = read(&file, &found.source, &found.entry, sink)?;
        let is_same = read.is_whole && stamp(&file).map_err(Failed::Read)? == before;
        found.stamp = before;
        if is_same || attempts == ATTEMPTS {
            found.entry.unstable = !is_same;
            return finish(&found.entry, read, sink);
        }
    }
}

fn stamp(file: &File) -> io::Result<Stamp> {
    file.metadata().map(|metadata| Stamp::of(&metadata))
}

/// What was read of a file.
struct Content {
    /// All of it, where it is small.
    small: Option<Vec<u8>>,
    chunks: Vec<Hash>,
    bytes: u64,
    /// It was as long as it said.
    is_whole: bool,
}

fn read(file: &File, path: &Path, entry: &Entry, sink: &mut dyn Sink) -> Result<Content, Failed> {
    let size = entry.size();
    let mut content = Content { small: None, chunks: Vec::new(), bytes: 0, is_whole: true };
    if size <= SMALL_MAX {
        let mut bytes = vec![0; size as usize + fill(size)];
        content.is_whole = fill_from(file, 0, &mut bytes[..size as usize]).map_err(Failed::Read)?;
        content.small = Some(bytes);
        return Ok(content);
    }
    let mut start = [0; 16];
    fill_from(file, 0, &mut start).map_err(Failed::Read)?;
    let mut piece = vec![0; piece_bytes(path, &start, size)];
    let mut at = 0;
    while at < size {
        let length = (size - at).min(piece.len() as u64) as usize;
        let padded = length + fill(length as u64);
        piece[..padded].fill(0);
        if !(entry.sparse && is_hole(file, at, length)) {
            content.is_whole &= fill_from(file, at, &mut piece[..length]).map_err(Failed::Read)?;
        }
        content.chunks.push(sink.chunk(&piece[..padded])?);
        content.bytes += padded as u64;
        at += length as u64;
    }
    Ok(content)
}

fn finish(entry: &Entry, content: Content, sink: &mut dyn Sink) -> Result<Cut, Failed> {
    let mut head = entry.header();
    head.extend(content.small.unwrap_or_default());
    let bytes = content.bytes + head.len() as u64;
    let mut chunks = vec![sink.chunk(&head)?];
    chunks.extend(content.chunks);
    Ok(Cut { chunks, bytes, unstable: entry.unstable })
}

/// Reads there; what is not there any more stays zero. Says whether it was all there.
fn fill_from(file: &File, mut at: u64, mut bytes: &mut [u8]) -> io::Result<bool> {
    while !bytes.is_empty() {
        match file.read_at(bytes, at) {
            Ok(0) => return Ok(false),
            Ok(read) => {
                at += read as u64;
                bytes = &mut bytes[read..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(true)
}

/// Whether there is nothing but a hole, which reads as zeros and need not be read.
fn is_hole(file: &File, at: u64, length: usize) -> bool {
    match seek(file, SeekFrom::Data(at)) {
        Ok(data) => data >= at + length as u64,
        Err(error) => error == rustix::io::Errno::NXIO,
    }
}

/// How long the pieces of a file are.
fn piece_bytes(path: &Path, start: &[u8; 16], size: u64) -> usize {
    let extension =
        path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_any = |ends: &[&str]| ends.contains(&extension.as_str());
    if size >= HUGE_FROM {
        PIECE_HUGE
    } else if size >= LARGE_FROM {
        PIECE_LARGE
    } else if start == b"SQLite format 3\0"
        || is_any(&["db", "sqlite", "sqlite3", "mdb", "ibd"])
        || is_postgres(path)
    {
        PIECE_PAGES
    } else if start.starts_with(b"GGUF") || is_any(&["gguf", "safetensors", "onnx", "pt", "pth"]) {
        PIECE_LARGE
    } else {
        PIECE_PLAIN
    }
}

/// Whether it is a relation of PostgreSQL: `base/5/16384`, `global/1262`, with what follows for forks and segments.
fn is_postgres(path: &Path) -> bool {
    let name = |path: Option<&Path>| {
        path.and_then(Path::file_name).and_then(|name| name.to_str()).map(str::to_owned)
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let own = name(Some(path)).unwrap_or_default();
    let relation = own.split(['.', '_']).next().unwrap_or_default();
    let parent = name(path.parent()).unwrap_or_default();
    let above = name(path.parent().and_then(Path::parent)).unwrap_or_default();
    is_number(relation)
        && (parent == "global"
            || is_number(&parent) && (above == "base" || above.starts_with("PG_")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::walk::Walk;
    use std::collections::HashSet;
    use std::io::Write;
    use std::path::PathBuf;

    /// Writes to the file that is being read, some times.
    struct Meddler {
        path: PathBuf,
        left: usize,
        chunks: usize,
    }

    impl Sink for Meddler {
        fn chunk(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
            self.chunks += 1;
            if self.left > 0 {
                self.left -= 1;
                let mut file = OpenOptions::new().append(true).open(&self.path).unwrap();
                file.write_all(b"more").unwrap();
            }
            Ok(Hash::of(bytes))
        }
    }

    #[test]
    fn a_file_that_changes_while_it_is_read_is_read_again_and_then_told() {
        let dir = tempfile::tempdir().unwrap();
        for (left, unstable, size) in
            [(0, false, 200_000), (1, false, 200_004), (99, true, 200_032)]
        {
            let path = dir.path().join(format!("file {left}"));
            std::fs::write(&path, vec![1; 200_000]).unwrap();
            let nothing = HashSet::new();
            let mut walk = Walk::new(std::slice::from_ref(&path), &nothing).unwrap();
            let mut found = walk.next().unwrap().ok().unwrap();
            let mut meddler = Meddler { path, left, chunks: 0 };
            let Ok(cut) = cut(&mut found, &mut meddler) else { panic!("it can be read") };
            assert_eq!((cut.unstable, found.entry.unstable), (unstable, unstable), "{left}");
            assert_eq!(found.entry.size(), size, "{left}: as it was when it was read last");
            assert_eq!(cut.chunks.len(), 5, "{left}: a header and four pieces");
            let read = found.entry.header().len() as u64 + size + fill(size) as u64;
            assert_eq!(cut.bytes, read, "{left}: the stream is whole");
        }
    }

    #[test]
    fn databases_are_cut_by_pages_and_models_by_large_pieces() {
        let bytes = |path: &str, start: &[u8; 16]| piece_bytes(Path::new(path), start, 1 << 20);
        let none = &[0; 16];
        assert_eq!(bytes("/d/app", b"SQLite format 3\0"), PIECE_PAGES);
        assert_eq!(bytes("/d/base/5/16384.1", none), PIECE_PAGES);
        assert_eq!(bytes("/d/base/5/16384_fsm", none), PIECE_PAGES);
        assert_eq!(bytes("/d/base/x/16384", none), PIECE_PLAIN);
        assert_eq!(bytes("/d/m.safetensors", none), PIECE_LARGE);
        assert_eq!(bytes("/d/readme", none), PIECE_PLAIN);
        assert_eq!(piece_bytes(Path::new("/d/a.db"), none, 5 << 30), PIECE_LARGE);
    }
}
