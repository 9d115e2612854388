//! The store: one SQLite file, every page encrypted by SQLCipher with a raw key, so that opening it costs no key
//! stretching. Connections live on threads of their own (`worker.rs`); what is asked of them here is one message each
//! way, however many statements it takes.

mod book;
mod error;
mod key;
mod migrate;
mod rotation;
mod surrogate;
mod vault;
mod worker;

pub(crate) use book::{Page, Span};
pub(crate) use error::StoreError;
pub(crate) use key::{Changed, KeyRecord, LastAdmin, NewKey};
pub(crate) use surrogate::{Invent, Surrogate};
pub(crate) use vault::{Asked, Given, Numbers, Opened, Originals, Stand, VaultError, Wanted};

use crate::keyfile::Masters;
use crate::secret::{self, Key, Sealer};
use rusqlite::{Connection, OpenFlags};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use worker::Way;
use zeroize::Zeroizing;

/// How long a writer waits for another process (a second tacitd, `tacitd keys`) before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Threads that read. A look-up takes microseconds; a second thread serves the others while one restores a book.
const READERS: usize = 2;

/// The tenant that every store has.
pub(crate) const DEFAULT_TENANT: &str = "default";

/// Its number: that of the first row.
pub(crate) const DEFAULT_TENANT_ID: i64 = 1;

/// Seals session keys; its number tells which `SECRET_KEY` it came from.
struct Wrapper {
    sealer: Sealer,
    id: Vec<u8>,
}

impl Wrapper {
    fn new(master: &secrecy::SecretString) -> Self {
        let id = secret::derive_from(master, secret::WRAP_ID)[..8].to_vec();
        Self { sealer: Sealer::new(&secret::derive_from(master, secret::WRAP)), id }
    }
}

/// An open store.
pub(crate) struct Store {
    writer: Way,
    readers: Way,
    wrapper: Arc<Wrapper>,
}

impl Store {
    /// Opens the store at `path`, makes it if there is none, and brings its form up to date.
    ///
    /// # Errors
    /// When it cannot be made, read, or opened with this key. The file is then as it was.
    pub(crate) fn open(path: &Path, masters: &Masters) -> Result<Self, StoreError> {
        let key = secret::derive_from(&masters.database, secret::DATABASE);
        create(path)?;
        let mut first = connect(path, &key)?;
        migrate::run(path, &mut first)?;
        let failed = |source| StoreError::new(path, "open", source);
        first.pragma_update(None, "journal_mode", "WAL").map_err(failed)?;
        let wrapper = Wrapper::new(&masters.secret);
        if let Some(previous) = &masters.previous {
            rotation::rewrap(path, &mut first, &Wrapper::new(previous), &wrapper)?;
        }
        rotation::report_foreign_sessions(path, &first, &wrapper)?;
        let readers = (0..READERS).map(|_| connect(path, &key)).collect::<Result<_, _>>()?;
        Ok(Self {
            writer: worker::writer(path, first),
            readers: worker::readers(path, readers),
            wrapper: Arc::new(wrapper),
        })
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let look = |connection: &Connection, path: &Path| {
            let row = connection.query_row("SELECT name FROM tenant LIMIT 1", [], |_| Ok(()));
            row.map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(look).await
    }

    /// Writes everything into the main file and closes it. What is asked afterwards is refused.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes an empty file that only its owner can read, in a folder that only its owner can enter.
fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Create { path: path.to_owned(), source: Arc::new(source) };
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop).map_err(failed),
    }
}

/// Opens a connection and reads the first page, before anything could be written.
fn connect(path: &Path, key: &Key) -> Result<Connection, StoreError> {
    let failed = |source| StoreError::new(path, "open", source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(key.as_slice()));
    // SQLCipher would otherwise write lines of its own to standard error.
    connection.execute_batch("PRAGMA cipher_log_level = NONE").map_err(failed)?;
    let statement = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", *hex));
    connection.execute_batch(&statement).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let read = connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()));
    read.map_err(failed)?;
    let pragmas = "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; \
                   PRAGMA temp_store = MEMORY";
    connection.execute_batch(pragmas).map_err(failed)?;
    Ok(connection)
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
