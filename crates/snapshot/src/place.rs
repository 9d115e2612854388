//! The tree that is being made: each folder is opened from the one above it, never through a link. A path that would
//! climb out of it ends the work, because nobody who means well writes one.

use crate::error::Error;
use crate::open::Links;
use crate::tar::{Entry, Kind, Time};
use rustix::fs::{
    AtFlags, CWD, FileType, Gid, Mode, OFlags, Timespec, Timestamps, UTIME_OMIT, Uid, XattrFlags,
    chownat, fchmod, fchown, fsetxattr, futimens, linkat, makedev, mkdirat, mknodat, openat,
    statat, symlinkat, unlinkat, utimensat,
};
use rustix::io::Errno;
use rustix::process::geteuid;
use std::ffi::CString;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// What is wrong, and where.
type Wrong = (String, String);

/// The tree.
pub(crate) struct Tree {
    root: OwnedFd,
    links: Links,
    is_root: bool,
    /// The folders above the entry that is worked on, and whether they are made.
    above: Vec<(Entry, bool)>,
    /// The folder that was opened last.
    last: Option<(Vec<u8>, OwnedFd)>,
    wrong: Vec<Wrong>,
}

const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

fn told(path: &[u8]) -> String {
    String::from_utf8_lossy(path).into_owned()
}

fn refused(path: &[u8], what: &'static str) -> Error {
    Error::Unsafe { path: told(path), what }
}

/// A path as its folders and its name.
fn split(path: &[u8]) -> Result<(&[u8], &[u8]), Error> {
    let is_plain =
        |part: &[u8]| !part.is_empty() && part != b"." && part != b".." && !part.contains(&0);
    if !path.split(|byte| *byte == b'/').all(is_plain) {
        return Err(refused(path, "its path is absolute, or climbs"));
    }
    Ok(match path.iter().rposition(|byte| *byte == b'/') {
        Some(at) => (&path[..at], &path[at + 1..]),
        None => (&[], path),
    })
}

/// Whether a link there may lead out of the tree: `..` after a name may climb further than it seems, by another link.
fn leads_out(path: &[u8], target: &[u8]) -> bool {
    let depth = path.iter().filter(|byte| **byte == b'/').count();
    let parts: Vec<_> = target
        .split(|byte| *byte == b'/')
        .filter(|part| !part.is_empty() && *part != b".")
        .collect();
    let climbs = parts.iter().take_while(|part| **part == b"..").count();
    target.first() == Some(&b'/') || climbs > depth || parts[climbs..].contains(&&b".."[..])
}

fn times(time: Time) -> Timestamps {
    let omit = Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT };
    Timestamps {
        last_access: omit,
        last_modification: Timespec { tv_sec: time.seconds, tv_nsec: time.nanoseconds.into() },
    }
}

impl Tree {
    /// Works in a folder that was just made.
    pub(crate) fn open(root: &Path, links: Links) -> Result<Self, Error> {
        let opened = openat(CWD, root, FOLDER | OFlags::RDONLY, Mode::empty());
        let root = opened.map_err(|error| Error::file("open", root)(error.into()))?;
        Ok(Self {
            root,
            links,
            is_root: geteuid().is_root(),
            above: Vec::new(),
            last: None,
            wrong: Vec::new(),
        })
    }

    /// Ends the folders that this path is not in: nothing more is put into them.
    pub(crate) fn leave(&mut self, path: &[u8]) -> Result<(), Error> {
        let is_above =
            |folder: &[u8]| path.starts_with(folder) && path.get(folder.len()) == Some(&b'/');
        while let Some((folder, is_made)) = self.above.pop_if(|(folder, _)| !is_above(&folder.path))
        {
            if is_made {
                let opened = self.folder_of(&folder.path)?.try_clone_to_owned();
                let opened = opened.map_err(Error::file("open", told(&folder.path)))?;
                let finished = finish(&opened, &folder, self.is_root);
                self.wrong.extend(finished.err().map(|what| (told(&folder.path), what)));
            }
        }
        Ok(())
    }

    /// Takes a folder, which is made when it is wanted or something in it is.
    pub(crate) fn folder(&mut self, entry: Entry, is_wanted: bool) -> Result<(), Error> {
        split(&entry.path)?;
        self.above.push((entry, false));
        if is_wanted { self.make_above() } else { Ok(()) }
    }

    fn make_above(&mut self) -> Result<(), Error> {
        for at in 0..self.above.len() {
            if !self.above[at].1 {
                let path = self.above[at].0.path.clone();
                let (_, name) = split(&path)?;
                self.make_parents(&path)?;
                let name = name.to_vec();
                let parent = self.parent_of(&path)?;
                mkdirat(parent, &name[..], Mode::RWXU)
                    .map_err(|error| failed("make", &path, error))?;
                self.above[at].1 = true;
            }
        }
        Ok(())
    }

    /// Makes folders that have no entry of their own: those above what was backed up.
    fn make_parents(&mut self, path: &[u8]) -> Result<(), Error> {
        let (parent, _) = split(path)?;
        let mut at = 0;
        while at < parent.len() {
            let end = parent[at..]
                .iter()
                .position(|byte| *byte == b'/')
                .map_or(parent.len(), |next| at + next);
            let (above, name) = split(&parent[..end])?;
            let folder = self.folder_of(above)?;
            match mkdirat(folder, name, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(failed("make", &parent[..end], error)),
            }
            at = end + 1;
        }
        Ok(())
    }

    fn parent_of(&mut self, path: &[u8]) -> Result<BorrowedFd<'_>, Error> {
        let (parent, _) = split(path)?;
        self.folder_of(parent)
    }

    /// Opens a folder, part by part.
    fn folder_of(&mut self, path: &[u8]) -> Result<BorrowedFd<'_>, Error> {
        if path.is_empty() {
            return Ok(self.root.as_fd());
        }
        if self.last.as_ref().is_none_or(|(last, _)| last != path) {
            let mut folder = None;
            for part in path.split(|byte| *byte == b'/') {
                let above = folder.as_ref().map_or(self.root.as_fd(), OwnedFd::as_fd);
                let next = openat(above, part, FOLDER | OFlags::RDONLY, Mode::empty());
                folder = Some(next.map_err(|error| match error {
                    Errno::LOOP | Errno::NOTDIR => refused(path, "it leads through a link"),
                    error => failed("open", path, error),
                })?);
            }
            self.last = Some((path.to_vec(), folder.expect("a path has a part")));
        }
        Ok(self.last.as_ref().expect("it was just opened").1.as_fd())
    }

    /// Makes a file.
    pub(crate) fn file(&mut self, entry: &Entry) -> Result<Making, Error> {
        let is_root = self.is_root;
        let (parent, name) = self.ready(entry)?;
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = openat(parent, &name[..], flags, Mode::RUSR | Mode::WUSR);
        let file = opened.map_err(|error| once(&entry.path, error))?;
        Ok(Making { file: File::from(file), sparse: entry.sparse, is_root })
    }

    /// Takes back a file whose content is lost.
    pub(crate) fn undo(&mut self, entry: &Entry) -> Result<(), Error> {
        let (parent, name) = self.ready(entry)?;
        unlinkat(parent, &name[..], AtFlags::empty())
            .map_err(|error| failed("remove", &entry.path, error))
    }

    fn ready(&mut self, entry: &Entry) -> Result<(BorrowedFd<'_>, Vec<u8>), Error> {
        let (_, name) = split(&entry.path)?;
        self.make_above()?;
        self.make_parents(&entry.path)?;
        Ok((self.parent_of(&entry.path)?, name.to_vec()))
    }

    /// Makes what is neither a file nor a folder; says why it could not be made, where the others can.
    pub(crate) fn other(&mut self, entry: &Entry) -> Result<Result<(), String>, Error> {
        let is_root = self.is_root;
        if let Kind::Link { target } = &entry.kind
            && self.links == Links::Inside
            && leads_out(&entry.path, target)
        {
            return Ok(Err("the link leads out of the snapshot and was left out".into()));
        }
        if let Kind::Hard { target } = &entry.kind {
            return self.hard(entry, target);
        }
        let (parent, name) = self.ready(entry)?;
        let mode = Mode::RUSR | Mode::WUSR;
        let node = |kind, (a, b)| mknodat(parent, &name[..], kind, mode, makedev(a, b));
        let made = match &entry.kind {
            Kind::Link { target } => symlinkat(&target[..], parent, &name[..]),
            Kind::Character { device } => node(FileType::CharacterDevice, *device),
            Kind::Block { device } => node(FileType::BlockDevice, *device),
            Kind::Fifo => node(FileType::Fifo, (0, 0)),
            Kind::File { .. } | Kind::Dir | Kind::Hard { .. } => Ok(()),
        };
        match made {
            Err(Errno::EXIST) => return Err(refused(&entry.path, "it is there twice")),
            Err(error) => return Ok(Err(error.to_string())),
            Ok(()) => {}
        }
        let metadata = || {
            if is_root {
                let (owner, group) = (Uid::from_raw(entry.owner.0), Gid::from_raw(entry.owner.1));
                chownat(parent, &name[..], Some(owner), Some(group), AtFlags::SYMLINK_NOFOLLOW)?;
            }
            if !matches!(entry.kind, Kind::Link { .. }) {
                // What was just made here is no link.
                rustix::fs::chmodat(
                    parent,
                    &name[..],
                    Mode::from_raw_mode(entry.mode),
                    AtFlags::empty(),
                )?;
            }
            utimensat(parent, &name[..], &times(entry.time), AtFlags::SYMLINK_NOFOLLOW)
        };
        let done = metadata().map_err(|error: Errno| format!("its owner, mode or time: {error}"));
        let lacks = || Err("its extended attributes were left out".to_owned());
        Ok(done.and_then(|()| if entry.attributes.is_empty() { Ok(()) } else { lacks() }))
    }

    fn hard(&mut self, entry: &Entry, target: &[u8]) -> Result<Result<(), String>, Error> {
        let (target_parent, target_name) = split(target)?;
        let target_name = target_name.to_vec();
        let found = match self.folder_of(target_parent) {
            Ok(folder) => folder.try_clone_to_owned().map_err(Error::file("open", told(target)))?,
            Err(error @ Error::Unsafe { .. }) => return Err(error),
            Err(_) => {
                return Ok(Err(format!(
                    "it is another name of {}, which is not here",
                    told(target)
                )));
            }
        };
        match statat(&found, &target_name[..], AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => {
                return Err(refused(&entry.path, "it is another name of a folder"));
            }
            Ok(_) => {}
            Err(_) => {
                return Ok(Err(format!(
                    "it is another name of {}, which is not here",
                    told(target)
                )));
            }
        }
        let (parent, name) = self.ready(entry)?;
        match linkat(&found, &target_name[..], parent, &name[..], AtFlags::empty()) {
            Err(Errno::EXIST) => Err(refused(&entry.path, "it is there twice")),
            made => Ok(made.map_err(|error| error.to_string())),
        }
    }

    /// Ends the folders that are left, and says what went wrong with any.
    pub(crate) fn finish(mut self) -> Result<Vec<Wrong>, Error> {
        self.leave(b"")?;
        Ok(self.wrong)
    }
}

fn failed(action: &'static str, path: &[u8], error: Errno) -> Error {
    Error::file(action, told(path))(error.into())
}

fn once(path: &[u8], error: Errno) -> Error {
    match error {
        Errno::EXIST => refused(path, "it is there twice"),
        error => failed("make", path, error),
    }
}

/// Gives owner, mode, attributes and time, in the order in which none undoes another.
fn finish(file: impl AsFd, entry: &Entry, is_root: bool) -> Result<(), String> {
    let plain = |error: Errno| format!("its owner, mode or time: {error}");
    if is_root {
        let (owner, group) = (Uid::from_raw(entry.owner.0), Gid::from_raw(entry.owner.1));
        fchown(&file, Some(owner), Some(group)).map_err(plain)?;
    }
    fchmod(&file, Mode::from_raw_mode(entry.mode)).map_err(plain)?;
    for (name, value) in &entry.attributes {
        let shown = String::from_utf8_lossy(name);
        let c_name = CString::new(name.clone())
            .map_err(|_| "the name of an attribute has a zero in it".to_owned())?;
        fsetxattr(&file, &c_name, value, XattrFlags::empty())
            .map_err(|error| format!("its attribute {shown}: {error}"))?;
    }
    futimens(&file, &times(entry.time)).map_err(plain)
}

/// A file that is being made.
pub(crate) struct Making {
    file: File,
    sparse: bool,
    is_root: bool,
}

impl Write for Making {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.sparse && bytes.iter().all(|byte| *byte == 0) {
            self.file.seek(SeekFrom::Current(bytes.len() as i64))?;
            return Ok(bytes.len());
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Making {
    /// Ends it; says what could not be given to it.
    pub(crate) fn finish(self, entry: &Entry) -> Result<(), String> {
        self.file.set_len(entry.size()).map_err(|error| error.to_string())?;
        finish(&self.file, entry, self.is_root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_known() {
        assert!(!leads_out(b"a/b", b"c"));
        assert!(!leads_out(b"a/b", b"../c/d"));
        assert!(!leads_out(b"a/b", b"./c"));
        assert!(leads_out(b"a/b", b"../../c"));
        assert!(leads_out(b"a", b"/etc/passwd"));
        assert!(leads_out(b"m", b"l/l/../.."), "l may be a link to its own folder");
    }

    #[test]
    fn paths_that_climb_are_refused() {
        for path in ["", "/a", "a/", "a//b", "..", "a/../b", "./a", "a\0b"] {
            assert!(split(path.as_bytes()).is_err(), "{path:?}");
        }
    }
}
