//! The store: one SQLite file, every page encrypted by SQLCipher with a raw key, so that opening it costs no key
//! stretching. One writer, a few readers; whoever changes something holds the write lock from the start.

mod error;
mod key;
mod migrate;
mod vault;

pub(crate) use error::StoreError;
pub(crate) use key::{KeyRecord, NewKey};
pub(crate) use vault::{Numbers, VaultError};

use crate::keyfile::Masters;
use crate::secret::{self, Key, Sealer};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a writer waits for another process (a second tacitd, `tacitd keys`) before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Readers. Each is a thread with a page cache of up to 2 MB; look-ups are short, so a few serve many requests.
const READERS_MAX: u32 = 4;

/// The tenant that every store has.
pub(crate) const DEFAULT_TENANT: &str = "default";

/// Seals session keys; its number tells which `SECRET_KEY` it came from.
pub(crate) struct Wrapper {
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
    writer: SqlitePool,
    readers: SqlitePool,
    wrapper: Wrapper,
    path: PathBuf,
}

impl Store {
    /// Opens the store at `path`, makes it if there is none, and brings its form up to date.
    ///
    /// # Errors
    /// When it cannot be made, read, or opened with this key. The file is then as it was.
    pub(crate) async fn open(path: &Path, masters: &Masters) -> Result<Self, StoreError> {
        let key = secret::derive_from(&masters.database, secret::DATABASE);
        create(path)?;
        let options = options(path, &key);
        let mut first = check_key(path, &options).await?;
        migrate::run(path, &mut first).await?;
        first.close().await.map_err(|source| StoreError::new(path, "close", source))?;
        let options =
            options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Normal);
        let pool =
            |max| SqlitePoolOptions::new().max_connections(max).acquire_timeout(BUSY_TIMEOUT);
        let store = Self {
            writer: pool(1).connect_lazy_with(options.clone()),
            readers: pool(READERS_MAX).connect_lazy_with(options),
            wrapper: Wrapper::new(&masters.secret),
            path: path.to_owned(),
        };
        if let Some(previous) = &masters.previous {
            store.rewrap(&Wrapper::new(previous)).await?;
        }
        store.report_foreign_sessions().await?;
        Ok(store)
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// When it does not.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        let read = sqlx::query("SELECT name FROM tenant LIMIT 1").fetch_one(&self.readers).await;
        read.map(drop).map_err(|source| self.failed("read", source))
    }

    /// Writes everything into the main file and closes it.
    pub(crate) async fn close(&self) {
        self.readers.close().await;
        drop(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await);
        self.writer.close().await;
    }

    fn failed(&self, doing: &'static str, source: sqlx::Error) -> StoreError {
        StoreError::new(&self.path, doing, source)
    }
}

/// Makes an empty file that only its owner can read, in a folder that only its owner can enter.
fn create(path: &Path) -> Result<(), StoreError> {
    let failed = |source| StoreError::Create { path: path.to_owned(), source };
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop).map_err(failed),
    }
}

fn options(path: &Path, key: &Key) -> SqliteConnectOptions {
    let hex = data_encoding::HEXLOWER.encode(key.as_slice());
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .pragma("key", format!("\"x'{hex}'\""))
        // SQLCipher would otherwise write lines of its own to standard error.
        .pragma("cipher_log_level", "NONE")
        .pragma("secure_delete", "ON")
        .pragma("temp_store", "MEMORY")
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
        .disable_statement_logging()
}

/// Reads the first page, before anything could be written.
async fn check_key(
    path: &Path,
    options: &SqliteConnectOptions,
) -> Result<SqliteConnection, StoreError> {
    let mut first =
        options.connect().await.map_err(|source| StoreError::new(path, "open", source))?;
    let read = sqlx::query("SELECT count(*) FROM sqlite_master").fetch_one(&mut first).await;
    read.map_err(|source| StoreError::new(path, "open", source))?;
    Ok(first)
}

/// Seconds since 1970.
fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

#[cfg(test)]
mod tests;
