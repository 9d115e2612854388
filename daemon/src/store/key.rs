//! API keys in the store: who they belong to and what they may, never the keys themselves.

use super::{Store, StoreError, now};

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
pub(crate) struct NewKey<'a> {
    /// See [`KeyRecord`].
    pub(crate) id: &'a str,
    /// The tenant, made when there is none.
    pub(crate) tenant: &'a str,
    /// See [`KeyRecord`].
    pub(crate) name: &'a str,
    /// See [`KeyRecord`].
    pub(crate) hash: &'a [u8],
    /// See [`KeyRecord`].
    pub(crate) scopes: &'a str,
    /// Seconds from now to its end.
    pub(crate) lifetime: Option<i64>,
}

type Row = (String, i64, String, String, Vec<u8>, String, i64, Option<i64>, Option<i64>);

const SELECT: &str = "SELECT api_key.id, api_key.tenant, tenant.name, api_key.name, hash, scopes, api_key.created, \
                      expires, revoked FROM api_key JOIN tenant ON tenant.id = api_key.tenant";

fn record(row: Row) -> KeyRecord {
    let (id, tenant, tenant_name, name, hash, scopes, created, expires, revoked) = row;
    KeyRecord { id, tenant, tenant_name, name, hash, scopes, created, expires, revoked }
}

impl Store {
    /// Keeps a new key.
    ///
    /// # Errors
    /// When the store fails; then neither the key nor its tenant is kept.
    pub(crate) async fn add_key(&self, key: &NewKey<'_>) -> Result<(), StoreError> {
        let failed = |source| self.failed("write to", source);
        let mut locked = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let tenant = sqlx::query(
            "INSERT INTO tenant (name, created) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        );
        tenant.bind(key.tenant).bind(now()).execute(&mut *locked).await.map_err(failed)?;
        let query = "INSERT INTO api_key (id, tenant, name, hash, scopes, created, expires) \
                     SELECT ?, id, ?, ?, ?, ?, ? FROM tenant WHERE name = ?";
        let query = sqlx::query(query).bind(key.id).bind(key.name).bind(key.hash).bind(key.scopes);
        let query =
            query.bind(now()).bind(key.lifetime.map(|seconds| now() + seconds)).bind(key.tenant);
        query.execute(&mut *locked).await.map_err(failed)?;
        locked.commit().await.map_err(failed)
    }

    /// Finds a key by its id.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn key(&self, id: &str) -> Result<Option<KeyRecord>, StoreError> {
        let query = sqlx::AssertSqlSafe(format!("{SELECT} WHERE api_key.id = ?"));
        let found = sqlx::query_as::<_, Row>(query).bind(id).fetch_optional(&self.readers).await;
        Ok(found.map_err(|source| self.failed("read", source))?.map(record))
    }

    /// Lists all keys, the oldest first.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyRecord>, StoreError> {
        let query =
            sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY api_key.created, api_key.rowid"));
        let found = sqlx::query_as::<_, Row>(query).fetch_all(&self.readers).await;
        Ok(found.map_err(|source| self.failed("read", source))?.into_iter().map(record).collect())
    }

    /// Ends a key now; false if there is none that could be ended.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn revoke_key(&self, id: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("UPDATE api_key SET revoked = ? WHERE id = ? AND revoked IS NULL");
        let done = query.bind(now()).bind(id).execute(&self.writer).await;
        Ok(done.map_err(|source| self.failed("write to", source))?.rows_affected() > 0)
    }

    /// The number of the tenant that every store has.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn default_tenant(&self) -> Result<i64, StoreError> {
        let query =
            sqlx::query_scalar("SELECT id FROM tenant WHERE name = ?").bind(super::DEFAULT_TENANT);
        query.fetch_one(&self.readers).await.map_err(|source| self.failed("read", source))
    }
}
