//! Where objects lie. An object is written once, whole, under a name that is new, and never changed.

pub mod dir;
pub mod fake;

use std::io;

/// Bytes that an object may have: the list of a snapshot of a thousand million chunks would be longer, and must fail
/// rather than fill the memory.
pub const OBJECT_BYTES_MAX: u64 = 4 << 30;

/// An object, as a list of the store tells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its name, with `/` between its parts.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What keeps objects.
pub trait Store: Sync {
    /// Keeps an object for good before it returns; it is there whole, or not at all.
    ///
    /// # Errors
    /// `AlreadyExists` when there is one of that name; else why it could not be kept.
    fn put_new(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Gives an object.
    ///
    /// # Errors
    /// `NotFound` when there is none; else why it could not be read.
    fn get(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Lists the objects whose name begins so, sorted by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>>;

    /// Takes an object away.
    ///
    /// # Errors
    /// `NotFound` when there is none; else why it could not be removed.
    fn remove(&self, name: &str) -> io::Result<()>;
}

/// Whether a name is one that we give: parts of plain characters, none of them hidden or leading elsewhere.
pub(crate) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    name.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.chars().all(plain))
}
