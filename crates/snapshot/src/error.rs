//! What can go wrong, by what was being done. Names of objects are no secrets, names of files are told to whoever runs
//! the command; no message carries a key or a byte of content.

use std::io;
use std::path::PathBuf;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The store did not do what was asked.
    #[error("{action} {name}")]
    Store {
        /// What was asked, as a verb.
        action: &'static str,
        /// The object.
        name: String,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// A file of this machine could not be read or written.
    #[error("{action} {}", path.display())]
    File {
        /// What was asked, as a verb.
        action: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// An object is not there.
    #[error("read {name}: it is not in the repository")]
    Missing {
        /// The object.
        name: String,
    },
    /// An object is not what it must be.
    #[error("read {name}: {what}")]
    Damaged {
        /// The object.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The repository is of a later version.
    #[error("read {name}: it has format {format}, and this program knows format 1")]
    Newer {
        /// The object that says so.
        name: String,
        /// Its format.
        format: u64,
    },
    /// The repository is another, or has been exchanged.
    #[error("trust the repository: {what}")]
    Distrust {
        /// What does not fit what is known here.
        what: String,
    },
    /// A key is no key, or none was given.
    #[error("read the key: {what}")]
    Key {
        /// What is wrong.
        what: String,
    },
    /// No given identity opens the repository.
    #[error("open the repository: none of the identities is one that it was made for")]
    WrongIdentity,
    /// What was asked for makes no sense.
    #[error("{0}")]
    Asked(String),
    /// A path in a snapshot would lead out of where it is restored to.
    #[error("restore {path}: {what}")]
    Unsafe {
        /// The path, as far as it can be shown.
        path: String,
        /// Why it is refused.
        what: &'static str,
    },
    /// Another backup holds the state of this machine.
    #[error("begin: another backup into this repository runs on this machine")]
    Busy,
}

impl Error {
    pub(crate) fn damaged(name: &str, what: impl Into<String>) -> Self {
        Self::Damaged { name: name.to_owned(), what: what.into() }
    }

    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::File { action, path, source }
    }

    pub(crate) fn store(action: &'static str, name: &str) -> impl FnOnce(io::Error) -> Self {
        let name = name.to_owned();
        move |source| match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { name },
            _ => Self::Store { action, name, source },
        }
    }
}
