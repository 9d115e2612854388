//! What can go wrong with the store, told so that an operator knows what to do.

use rusqlite::ErrorCode;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the store cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum StoreError {
    /// The file or its folder cannot be made.
    #[error("cannot create the store {}", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<std::io::Error>,
    },
    /// The first page makes no sense under this key.
    #[error("the key does not open the store {}, or the file is damaged or not a store of tacitd", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// A later version made it.
    #[error("the store {} has form {found}, made by a later tacitd; this one knows up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// Somebody else holds the write lock.
    #[error("the store {} is locked by another program", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// There is no room.
    #[error("no room left to write to the store {}", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// It may not be written.
    #[error("the store {} cannot be written", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
    },
    /// A page beyond the first makes no sense.
    #[error("the store {} is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// It is closed: tacitd is on its way out.
    #[error("the store {} is closed", path.display())]
    Closed {
        /// The file.
        path: PathBuf,
    },
    /// Anything else.
    #[error("cannot {doing} the store {}", path.display())]
    Other {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<rusqlite::Error>,
    },
}

impl StoreError {
    /// Tells apart what SQLite says.
    pub(super) fn new(path: &Path, doing: &'static str, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => Self::ReadOnly { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::NotADatabase) => Self::WrongKey { path },
            _ => Self::Other { doing, path, source: Arc::new(source) },
        }
    }

    /// What to do next.
    pub(crate) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Create { path, .. } | Self::ReadOnly { path } => {
                let dir = path.parent().unwrap_or(path).display();
                format!("tacitd must own {dir} and be allowed to write there; or choose another place with DATABASE_URL")
            }
            Self::WrongKey { .. } => {
                "give the DATABASE_KEY (or keys/database.key) that the store was made with; the file was not touched"
                    .to_owned()
            }
            Self::Newer { .. } => "start the later version again; forms only go forward".to_owned(),
            Self::Locked { path } => format!("`fuser {}` shows who holds it", path.display()),
            Self::Full { path } => format!("`df -h {}` shows the room", path.parent().unwrap_or(path).display()),
            Self::Damaged { .. } => "restore the store from a backup".to_owned(),
            Self::Closed { .. } | Self::Other { .. } => return None,
        })
    }
}
