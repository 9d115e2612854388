//! A store in a local folder: written aside, synchronised, renamed, and the folder synchronised too.
//!
//! What a killed run leaves aside has a name with a dot before it, which no list shows.

use super::{Listed, OBJECT_BYTES_MAX, Store, is_plain};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A folder that holds objects.
#[derive(Debug)]
pub struct DirStore {
    root: PathBuf,
    aside: AtomicU64,
}

impl DirStore {
    /// Uses a folder, which is made when something is first put.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), aside: AtomicU64::new(0) }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn path(&self, name: &str) -> io::Result<PathBuf> {
        if is_plain(name) {
            return Ok(self.root.join(name));
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "the name of the object is not plain"))
    }

    fn gather(&self, folder: &Path, prefix: &str, listed: &mut Vec<Listed>) -> io::Result<()> {
        let entries = match fs::read_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            let name = path.strip_prefix(&self.root).ok().and_then(Path::to_str);
            // What is not ours by its name is left alone: lost+found, files of a file manager.
            let Some(name) = name.filter(|name| is_plain(name)) else { continue };
            let kind = entry.file_type()?;
            if kind.is_dir() && (name.starts_with(prefix) || prefix.starts_with(name)) {
                self.gather(&path, prefix, listed)?;
            } else if kind.is_file() && name.starts_with(prefix) {
                listed.push(Listed { name: name.to_owned(), size: entry.metadata()?.size() });
            }
        }
        Ok(())
    }
}

/// Makes a folder and those above it, each known to the disk before anything is put into it.
fn make_dir(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() || dir.is_dir() {
        return Ok(());
    }
    let parent = dir.parent().unwrap_or(Path::new(""));
    make_dir(parent)?;
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.and_then(|()| sync_dir(parent)),
    }
}

/// Has a folder's entries survive the loss of power.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir)?.sync_all()
}

impl Store for DirStore {
    fn put_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(name)?;
        let dir = path.parent().expect("an object lies in the root or below");
        make_dir(dir)?;
        let number = self.aside.fetch_add(1, Ordering::Relaxed);
        let aside = dir.join(format!(".aside-{}-{number}", std::process::id()));
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside);
        let written = written.and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            // What is there already stays, which a plain rename would replace.
            renameat_with(CWD, &aside, CWD, &path, RenameFlags::NOREPLACE)?;
            sync_dir(dir)
        });
        if written.is_err() {
            drop(fs::remove_file(&aside));
        }
        written
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let file = File::open(self.path(name)?)?;
        let size = file.metadata()?.len();
        if size > OBJECT_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "the object is too large"));
        }
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(OBJECT_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        let mut listed = Vec::new();
        self.gather(&self.root, prefix, &mut listed)?;
        listed.sort();
        Ok(listed)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name)?;
        fs::remove_file(&path)?;
        sync_dir(path.parent().expect("an object lies in the root or below"))
    }
}
