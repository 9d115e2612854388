//! A tree to its entries, in the one order: a folder before what is in it, names sorted by their bytes.
//!
//! What cannot be read is told and left out, and the walk goes on. Nothing is followed: a symbolic link is an entry.

use crate::error::Error;
use crate::tar::{Attribute, Entry, Kind, PAX_BYTES_MAX, Time};
use rustix::fs::{lgetxattr, llistxattr, major, minor};
use rustix::io::Errno;
use std::collections::{HashMap, HashSet};
use std::ffi::{CString, OsString};
use std::fs::{self, Metadata};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

/// Something that did not go well, while the rest did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file or the object.
    pub place: String,
    /// What is wrong with it.
    pub what: String,
}

impl Problem {
    pub(crate) fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }

    pub(crate) fn at(path: &Path, what: impl Into<String>) -> Self {
        Self::new(path.display().to_string(), what)
    }
}

/// What tells one file from another, and one state of it from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) device: u64,
    pub(crate) inode: u64,
    pub(crate) size: u64,
    pub(crate) modified: Time,
    pub(crate) changed: Time,
}

impl Stamp {
    pub(crate) fn of(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: Time { seconds: metadata.mtime(), nanoseconds: metadata.mtime_nsec() as u32 },
            changed: Time { seconds: metadata.ctime(), nanoseconds: metadata.ctime_nsec() as u32 },
        }
    }
}

/// Something that was met.
#[derive(Debug)]
pub(crate) struct Found {
    /// Where it lies on this machine.
    pub(crate) source: PathBuf,
    /// What it is in the tree.
    pub(crate) entry: Entry,
    /// As it was when it was met.
    pub(crate) stamp: Stamp,
    /// Whether it has other names.
    pub(crate) has_names: bool,
}

/// The walk through some folders or files.
pub(crate) struct Walk<'a> {
    /// What is left, the next one last.
    stack: Vec<(PathBuf, Vec<u8>)>,
    /// Folders that are left out, by device and inode.
    without: &'a HashSet<(u64, u64)>,
    /// Files with several names, and their first.
    names: HashMap<(u64, u64), Vec<u8>>,
}

impl<'a> Walk<'a> {
    /// Begins.
    ///
    /// # Errors
    /// When a path is not there, or two would have the same place in the tree.
    pub(crate) fn new(paths: &[PathBuf], without: &'a HashSet<(u64, u64)>) -> Result<Self, Error> {
        let mut stack = Vec::new();
        for path in paths {
            let source = std::path::absolute(path).map_err(Error::file("find", path))?;
            fs::symlink_metadata(&source).map_err(Error::file("read", path))?;
            let place = place(&source)?;
            stack.push((source, place));
        }
        stack.sort_by(|a, b| in_order(&b.1, &a.1));
        let inside = |pair: &[(PathBuf, Vec<u8>)]| {
            let (inner, outer) = (&pair[0].1, &pair[1].1);
            outer.is_empty() || inner == outer || inner.starts_with(&[outer, &b"/"[..]].concat())
        };
        if stack.windows(2).any(inside) {
            return Err(Error::Asked("back up these paths: one of them lies in another".into()));
        }
        Ok(Self { stack, without, names: HashMap::new() })
    }

    /// Notes that something could not be read after all, so that no other name of it leads there.
    pub(crate) fn forget(&mut self, found: &Found) {
        self.names.remove(&(found.stamp.device, found.stamp.inode));
    }

    fn look(&mut self, source: PathBuf, place: Vec<u8>) -> Result<Option<Found>, String> {
        let metadata = fs::symlink_metadata(&source).map_err(|error| error.to_string())?;
        let stamp = Stamp::of(&metadata);
        let key = (stamp.device, stamp.inode);
        let kind = metadata.file_type();
        let has_names = !kind.is_dir() && metadata.nlink() > 1;
        if kind.is_dir() {
            if self.without.contains(&key) {
                return Err(
                    "it is the repository, or what this machine knows of it, and is left out"
                        .into(),
                );
            }
            self.descend(&source, &place)?;
            if place.is_empty() {
                return Ok(None);
            }
        }
        let known = self.names.get(&key).filter(|_| has_names);
        let device = || (major(metadata.rdev()), minor(metadata.rdev()));
        let kind = match known {
            Some(first) => Kind::Hard { target: first.clone() },
            None if kind.is_dir() => Kind::Dir,
            None if kind.is_file() => Kind::File { size: stamp.size },
            None if kind.is_symlink() => {
                let target = fs::read_link(&source).map_err(|error| error.to_string())?;
                Kind::Link { target: target.into_os_string().into_vec() }
            }
            None if kind.is_char_device() => Kind::Character { device: device() },
            None if kind.is_block_device() => Kind::Block { device: device() },
            None if kind.is_fifo() => Kind::Fifo,
            // A socket is made by whoever listens, and is nothing without him.
            None => return Ok(None),
        };
        if has_names && known.is_none() {
            self.names.insert(key, place.clone());
        }
        let is_again = matches!(kind, Kind::Hard { .. });
        let attributes = if is_again { Vec::new() } else { attributes(&source)? };
        let is_file = matches!(kind, Kind::File { .. });
        let entry = Entry {
            path: place,
            mode: metadata.mode() & 0o7777,
            owner: (metadata.uid(), metadata.gid()),
            time: stamp.modified,
            attributes,
            sparse: is_file && metadata.blocks().saturating_mul(512) < stamp.size,
            unstable: false,
            kind,
        };
        Ok(Some(Found { source, entry, stamp, has_names }))
    }

    fn descend(&mut self, source: &Path, place: &[u8]) -> Result<(), String> {
        let read = || {
            fs::read_dir(source)?
                .map(|entry| Ok(entry?.file_name()))
                .collect::<std::io::Result<Vec<OsString>>>()
        };
        let mut names = read().map_err(|error| error.to_string())?;
        names.sort_by(|a, b| b.as_bytes().cmp(a.as_bytes()));
        let below = |name: OsString| {
            let path = if place.is_empty() {
                name.as_bytes().to_vec()
            } else {
                [place, b"/", name.as_bytes()].concat()
            };
            (source.join(&name), path)
        };
        self.stack.extend(names.into_iter().map(below));
        Ok(())
    }
}

impl Iterator for Walk<'_> {
    type Item = Result<Found, Problem>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some((source, place)) = self.stack.pop() {
            match self.look(source.clone(), place) {
                Ok(Some(found)) => return Some(Ok(found)),
                Ok(None) => {}
                Err(what) => return Some(Err(Problem::at(&source, what))),
            }
        }
        None
    }
}

/// The place in the tree: the whole path, without the slash before.
fn place(source: &Path) -> Result<Vec<u8>, Error> {
    let mut parts = Vec::new();
    for part in source.components() {
        match part {
            Component::Normal(part) => parts.push(part.as_bytes()),
            Component::RootDir => {}
            _ => return Err(Error::Asked(format!("back up {}: `..` is in it", source.display()))),
        }
    }
    Ok(parts.join(&b'/'))
}

/// The order of the tree, which is not that of the bytes: `a/b` comes before `a.b`.
pub(crate) fn in_order(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
    a.split(|byte| *byte == b'/').cmp(b.split(|byte| *byte == b'/'))
}

/// Reads the extended attributes, ACLs among them.
fn attributes(path: &Path) -> Result<Vec<Attribute>, String> {
    let mut names = vec![0; 64 << 10];
    let length = match llistxattr(path, &mut names[..]) {
        Ok(length) => length,
        // A file system without them.
        Err(Errno::NOTSUP) => 0,
        Err(error) => return Err(format!("its extended attributes cannot be listed: {error}")),
    };
    let mut found = Vec::new();
    let mut total = 0;
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; 64 << 10];
        let name = CString::new(name).expect("it was cut at zeros");
        match lgetxattr(path, &name, &mut value[..]) {
            Ok(length) => value.truncate(length),
            // It went away, or belongs to the kernel.
            Err(Errno::NODATA | Errno::NOTSUP) => continue,
            Err(error) => return Err(format!("an extended attribute cannot be read: {error}")),
        }
        total += name.as_bytes().len() + value.len() + 64;
        found.push((name.into_bytes(), value));
    }
    let is_sayable = |name: &[u8]| !name.contains(&b'=') && !name.contains(&b'\n');
    if total > PAX_BYTES_MAX - (64 << 10) || !found.iter().all(|(name, _)| is_sayable(name)) {
        return Err("its extended attributes cannot be kept".into());
    }
    found.sort();
    Ok(found)
}
