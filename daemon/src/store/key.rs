//! API keys in the store: who they belong to and what they may, never the keys themselves.

use super::{Store, StoreError, now};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;

/// A key as the store knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRecord {
    /// The part of the key that names it.
    pub(crate) id: String,
    /// The number of its tenant.
    pub(crate) tenant: i64,
    /// The tenant's name.
    pub(crate) tenant_name: String,
    /// What its maker called it.
    pub(crate) name: String,
    /// The SHA-256 of the whole key.
    pub(crate) hash: Vec<u8>,
    /// The scopes, separated by commas.
    pub(crate) scopes: String,
    /// When it was made.
    pub(crate) created: i64,
    /// When it ends.
    pub(crate) expires: Option<i64>,
    /// When it was revoked.
    pub(crate) revoked: Option<i64>,
}

impl KeyRecord {
    /// Whether it is good now.
    pub(crate) fn is_active(&self) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| expires > now())
    }
}

/// A key to be kept.
#[derive(Debug)]
pub(crate) struct NewKey {
    /// See [`KeyRecord`].
    pub(crate) id: String,
    /// The tenant, made when there is none.
    pub(crate) tenant: String,
    /// See [`KeyRecord`].
    pub(crate) name: String,
    /// See [`KeyRecord`].
    pub(crate) hash: Vec<u8>,
    /// See [`KeyRecord`].
    pub(crate) scopes: String,
    /// Seconds from now to its end.
    pub(crate) lifetime: Option<i64>,
}

const SELECT: &str = "SELECT api_key.id, api_key.tenant, tenant.name, api_key.name, hash, scopes, \
                      api_key.created, expires, revoked \
                      FROM api_key JOIN tenant ON tenant.id = api_key.tenant";

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    Ok(KeyRecord {
        id: row.get(0)?,
        tenant: row.get(1)?,
        tenant_name: row.get(2)?,
        name: row.get(3)?,
        hash: row.get(4)?,
        scopes: row.get(5)?,
        created: row.get(6)?,
        expires: row.get(7)?,
        revoked: row.get(8)?,
    })
}

impl Store {
    /// Keeps a new key. One that is kept already, by a second tacitd that starts with us, is left as it is.
    ///
    /// # Errors
    /// When the store fails; then neither the key nor its tenant is kept.
    pub(crate) async fn add_key(&self, key: NewKey) -> Result<(), StoreError> {
        let work = move |connection: &Connection, path: &Path| {
            let failed = |source| StoreError::new(path, "write to", source);
            let query =
                "INSERT INTO tenant (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING";
            connection.execute(query, params![key.tenant, now()]).map_err(failed)?;
            let query = "INSERT INTO api_key (id, tenant, name, hash, scopes, created, expires) \
                         SELECT ?, id, ?, ?, ?, ?, ? FROM tenant WHERE name = ? \
                         ON CONFLICT (id) DO NOTHING";
            let expires = key.lifetime.map(|seconds| now() + seconds);
            let row = params![key.id, key.name, key.hash, key.scopes, now(), expires, key.tenant];
            connection.execute(query, row).map(drop).map_err(failed)
        };
        self.writer.run(work).await
    }

    /// Finds a key by its id.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn key(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let id = id.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            let query = format!("{SELECT} WHERE api_key.id = ?");
            let found = connection
                .prepare_cached(&query)
                .and_then(|mut query| query.query_row([id], record).optional());
            found.map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }

    /// Lists all keys, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let work = |connection: &Connection, path: &Path| {
            let query = format!("{SELECT} ORDER BY api_key.created, api_key.rowid");
            let found = connection
                .prepare(&query)
                .and_then(|mut query| query.query_map([], record)?.collect());
            found.map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }

    /// Ends a key now; false if there is none that could be ended.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            let query = "UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL";
            let done = connection.execute(query, params![now(), id]);
            done.map(|count| count > 0).map_err(|source| StoreError::new(path, "write to", source))
        };
        self.writer.run(work).await
    }

    /// The number of the tenant that every store has.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn default_tenant(&self) -> Result<i64, StoreError> {
        let work = |connection: &Connection, path: &Path| {
            let query = "SELECT id FROM tenant WHERE name = ?";
            let found = connection.query_row(query, [super::DEFAULT_TENANT], |row| row.get(0));
            found.map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }
}
