//! The folder of policies: which files are policies, whether they changed, what they say.

use super::file::Flaw;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The folder that need not be there.
pub(super) const USUAL: &str = "policies";

/// Policies at once: each may have an engine of its own, and those take memory.
pub(super) const POLICIES_MAX: usize = 100;

/// The largest file.
const BYTES_MAX: u64 = 1 << 20;

/// The longest name.
const NAME_MAX: usize = 64;

/// The end of a policy's file.
const ENDING: &str = "toml";

/// What tells that a file changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Print {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// A policy's file.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) print: Print,
}

/// Lists the policies in a folder by name; none where there is no folder. What is hidden, or has another ending, is no
/// policy: editors and Kubernetes keep such files beside.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn look(folder: &Path) -> io::Result<Option<Vec<Found>>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let is_policy = path.extension().is_some_and(|ending| ending == ENDING);
        let Some(name) = path.file_stem().filter(|_| is_policy) else { continue };
        let name = name.to_string_lossy().into_owned();
        // A file that was taken away between the two looks was taken away before.
        let Some(status) = std::fs::metadata(&path).ok().filter(|_| !name.starts_with('.')) else {
            continue;
        };
        let print = Print {
            device: status.dev(),
            inode: status.ino(),
            size: status.size(),
            modified: (status.mtime(), status.mtime_nsec()),
            changed: (status.ctime(), status.ctime_nsec()),
        };
        found.push(Found { name, path, print });
    }
    found.sort_by(|one, another| one.name.cmp(&another.name));
    Ok(Some(found))
}

/// Whether it is a name that a request may say.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=NAME_MAX).contains(&name.len()) && name.bytes().all(plain)
}

/// Reads a policy's file.
///
/// # Errors
/// What keeps it from being one.
pub(super) fn read(found: &Found) -> Result<String, Vec<Flaw>> {
    let flaw = |what: String| vec![Flaw::of_file(what)];
    if !is_name(&found.name) {
        let what = format!("its name is not 1 to {NAME_MAX} letters, digits and . _ -");
        return Err(flaw(what));
    }
    if found.name == super::STANDARD {
        let what = format!("the policy `{}` is the one that the settings make", super::STANDARD);
        return Err(flaw(what));
    }
    let mut bytes = Vec::new();
    let read = std::fs::File::open(&found.path)
        .and_then(|file| file.take(BYTES_MAX + 1).read_to_end(&mut bytes));
    read.map_err(|error| flaw(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(flaw(format!("is larger than {BYTES_MAX} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| flaw("is not UTF-8".to_owned()))
}
