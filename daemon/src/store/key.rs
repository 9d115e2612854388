//! API keys in the store: who they belong to, what they may and on what terms, never the keys themselves.

use super::{Store, StoreError, now};
use crate::auth::{Scope, Scopes, Terms};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use std::sync::Arc;

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
    /// On what terms it may.
    pub(crate) terms: Arc<Terms>,
}

impl KeyRecord {
    /// Whether it is good now.
    pub(crate) fn is_active(&self) -> bool {
        self.revoked.is_none() && self.expires.is_none_or(|expires| expires > now())
    }

    /// Whether it is good now, and may look after tacitd.
    pub(crate) fn is_active_admin(&self) -> bool {
        let scopes = Scopes::parse(&self.scopes).unwrap_or_default();
        self.is_active() && scopes.has(Scope::Admin)
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
    /// When it ends, in seconds since 1970.
    pub(crate) expires: Option<i64>,
    /// See [`KeyRecord`].
    pub(crate) terms: Terms,
}

/// Whether the last key that may look after tacitd can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastAdmin {
    /// No: one must be left.
    Stays,
    /// Yes.
    MayGo,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Changed {
    /// This is the key now.
    Done(Box<KeyRecord>),
    /// There is no such key, or it is revoked.
    NoKey,
    /// Nobody could look after tacitd any more; nothing was changed.
    LastAdmin,
}

const SELECT: &str = "SELECT api_key.id, api_key.tenant, tenant.name, api_key.name, hash, scopes, \
                      api_key.created, expires, revoked, policy, models, requests_per_minute, \
                      tokens_per_minute, budget_micros FROM api_key JOIN tenant ON tenant.id = api_key.tenant";

fn record(row: &Row<'_>) -> rusqlite::Result<KeyRecord> {
    let models: String = row.get(10)?;
    let amount = |column| row.get(column).map(|amount: Option<i64>| amount.map(i64::cast_unsigned));
    let terms = Terms {
        policy: row.get(9)?,
        models: models.split(',').filter(|model| !model.is_empty()).map(str::to_owned).collect(),
        requests_per_minute: row.get(11)?,
        tokens_per_minute: amount(12)?,
        budget_micros: amount(13)?,
    };
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
        terms: Arc::new(terms),
    })
}

fn find(connection: &Connection, id: &str) -> rusqlite::Result<Option<KeyRecord>> {
    let query = format!("{SELECT} WHERE api_key.id = ?");
    connection.prepare_cached(&query)?.query_row([id], record).optional()
}

fn list(connection: &Connection) -> rusqlite::Result<Vec<KeyRecord>> {
    let query = format!("{SELECT} ORDER BY api_key.created, api_key.rowid");
    connection.prepare(&query)?.query_map([], record)?.collect()
}

/// Writes all of a key that can change.
fn update(connection: &Connection, key: &KeyRecord) -> rusqlite::Result<()> {
    let query = "UPDATE api_key SET name = ?, scopes = ?, expires = ?, revoked = ?, policy = ?, \
                 models = ?, requests_per_minute = ?, tokens_per_minute = ?, budget_micros = ? \
                 WHERE id = ?";
    let terms = &key.terms;
    let row = params![
        key.name,
        key.scopes,
        key.expires,
        key.revoked,
        terms.policy,
        terms.models.join(","),
        terms.requests_per_minute,
        terms.tokens_per_minute.map(u64::cast_signed),
        terms.budget_micros.map(u64::cast_signed),
        key.id
    ];
    connection.execute(query, row).map(drop)
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
            let row =
                params![key.id, key.name, key.hash, key.scopes, now(), key.expires, key.tenant];
            if connection.execute(query, row).map_err(failed)? > 0
                && let Some(kept) = find(connection, &key.id).map_err(failed)?
            {
                let kept = KeyRecord { terms: Arc::new(key.terms), ..kept };
                update(connection, &kept).map_err(failed)?;
            }
            Ok(())
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
            find(connection, &id).map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }

    /// Lists all keys, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let work = |connection: &Connection, path: &Path| {
            list(connection).map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
    }

    /// Changes a key that is not revoked: its name, scopes, end and terms; or revokes it.
    ///
    /// # Errors
    /// When the store fails; then nothing is changed.
    pub(crate) async fn change_key(
        &self,
        id: &str,
        last_admin: LastAdmin,
        change: impl FnOnce(&mut KeyRecord) + Send + 'static,
    ) -> Result<Changed, StoreError> {
        let id = id.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            let failed = |source| StoreError::new(path, "write to", source);
            let found = find(connection, &id).map_err(failed)?;
            let Some(mut key) = found.filter(|key| key.revoked.is_none()) else {
                return Ok(Changed::NoKey);
            };
            let was_admin = key.is_active_admin();
            change(&mut key);
            if last_admin == LastAdmin::Stays && was_admin && !key.is_active_admin() {
                let keys = list(connection).map_err(failed)?;
                if !keys.iter().any(|other| other.id != id && other.is_active_admin()) {
                    return Ok(Changed::LastAdmin);
                }
            }
            update(connection, &key).map_err(failed)?;
            Ok(Changed::Done(Box::new(key)))
        };
        self.writer.run(work).await
    }

    /// Ends a key now.
    ///
    /// # Errors
    /// When the store fails; then it is as good as before.
    pub(crate) async fn revoke_key(
        &self,
        id: &str,
        last_admin: LastAdmin,
    ) -> Result<Changed, StoreError> {
        self.change_key(id, last_admin, |key| key.revoked = Some(now())).await
    }

    /// The number of a tenant, if there is one of that name.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn tenant(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let name = name.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            let found = connection
                .prepare_cached("SELECT id FROM tenant WHERE name = ?")
                .and_then(|mut query| query.query_row([name], |row| row.get(0)).optional());
            found.map_err(|source| StoreError::new(path, "read", source))
        };
        self.readers.run(work).await
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
