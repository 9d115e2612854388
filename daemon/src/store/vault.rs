//! The vault: which placeholder stands for which original, session by session.
//!
//! An original is found again by its name under the session's key, and read by opening what that key sealed; the store
//! itself learns neither. Forgetting a session removes the only copy of its key.

use super::{Store, StoreError, Wrapper, now};
use crate::secret::{self, KEY_BYTES, Key, LOOKUP, Namer, SEAL, Sealer};
use redact::{Kind, Placeholder};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// Rows of one INSERT: five values each, far below SQLite's limit of 32,766.
const INSERT_ROWS: usize = 500;

/// Above this many originals it is cheaper to read all names of a session than to ask for each.
const SINGLE_LOOKUPS_MAX: usize = 32;

/// Sessions sealed anew in one transaction.
const REWRAP_ROWS: i64 = 500;

/// A session's last use is noted to the hour, so that reading does not always write.
const USED_PRECISION: i64 = 3600;

/// Why the vault cannot help.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tenant has no such session.
    #[error("there is no such session")]
    NoSession,
    /// The session was sealed under another `SECRET_KEY`.
    #[error("the session is sealed by another SECRET_KEY")]
    Sealed,
    /// The session belongs to another project, or to none.
    #[error("the session belongs to another project")]
    OtherProject,
}

/// Who wants numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers<'a> {
    /// The tenant.
    pub(crate) tenant: i64,
    /// The session, made when there is none; `None` makes one with a random name.
    pub(crate) session: Option<&'a str>,
    /// The project whose numbers the session shares.
    pub(crate) project: Option<&'a str>,
}

/// The keys of a session or a project.
struct Keys {
    sealer: Sealer,
    namer: Namer,
}

impl Keys {
    fn new(key: &Key) -> Self {
        let sealer = Sealer::new(&secret::derive(key.as_slice(), SEAL));
        Self { sealer, namer: Namer::new(&secret::derive(key.as_slice(), LOOKUP)) }
    }
}

struct Session {
    id: i64,
    project: Option<i64>,
    keys: Keys,
    fresh: bool,
}

/// What a placeholder is sealed about: it opens in no other place.
fn about(kind: Kind, number: u32) -> String {
    format!("{}_{number}", kind.name())
}

fn wrapped_about(role: &str, tenant: i64, name: &str) -> String {
    format!("{role}/{tenant}/{name}")
}

impl Store {
    /// Gives each of `wanted` its number, and keeps what it stands for. Returns the session's name and the numbers in
    /// the order asked for.
    ///
    /// # Errors
    /// When the session cannot be used for this, or the store fails; then nothing is kept.
    pub(crate) async fn number(
        &self,
        who: Numbers<'_>,
        wanted: &[(Kind, &str)],
    ) -> Result<(String, Vec<u32>), VaultError> {
        let failed = |source| self.failed("write to", source);
        let mut locked = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let name = who.session.map_or_else(random_name, str::to_owned);
        let session = self.enter(&mut locked, who, &name).await?;
        let names: Vec<_> = wanted
            .iter()
            .map(|(kind, original)| session.keys.namer.name(kind.name(), original))
            .collect();
        let mut known = self.known(&mut locked, &session, &names).await?;
        let new: Vec<_> = (0..wanted.len()).filter(|at| !known.contains_key(&names[*at])).collect();
        let numbers = match session.project {
            Some(project) => {
                self.project_numbers(&mut locked, (who.tenant, project), wanted, &new).await?
            }
            None => self.next_numbers(&mut locked, session.id, wanted, &new).await?,
        };
        for chunk in new.iter().zip(&numbers).collect::<Vec<_>>().chunks(INSERT_ROWS) {
            let mut insert = QueryBuilder::<Sqlite>::new(
                "INSERT INTO entry (session, kind, number, lookup, sealed) ",
            );
            insert.push_values(chunk, |mut row, (at, number)| {
                let (kind, original) = wanted[**at];
                let sealed =
                    session.keys.sealer.seal(original.as_bytes(), about(kind, **number).as_bytes());
                row.push_bind(session.id).push_bind(kind.name()).push_bind(i64::from(**number));
                row.push_bind(names[**at].clone()).push_bind(sealed);
            });
            insert.build().execute(&mut *locked).await.map_err(failed)?;
        }
        locked.commit().await.map_err(failed)?;
        known.extend(new.iter().map(|at| names[*at].clone()).zip(numbers));
        Ok((name, names.iter().map(|name| known[name]).collect()))
    }

    /// Gives the originals that this session's placeholders stand for; those it never issued are absent.
    ///
    /// # Errors
    /// When there is no such session, it cannot be opened, or the store fails.
    pub(crate) async fn originals(
        &self,
        tenant: i64,
        name: &str,
        wanted: &[Placeholder],
    ) -> Result<HashMap<Placeholder, Zeroizing<String>>, VaultError> {
        let failed = |source| self.failed("read", source);
        let mut reader = self.readers.acquire().await.map_err(failed)?;
        let session =
            self.session(&mut reader, tenant, name).await?.ok_or(VaultError::NoSession)?;
        let mut originals = HashMap::with_capacity(wanted.len());
        let query = "SELECT sealed FROM entry WHERE session = ? AND kind = ? AND number = ?";
        for &placeholder in wanted {
            let Placeholder { kind, number } = placeholder;
            let found = sqlx::query_scalar::<_, Vec<u8>>(query);
            let found = found.bind(session.id).bind(kind.name()).bind(i64::from(number));
            let Some(sealed) = found.fetch_optional(&mut *reader).await.map_err(failed)? else {
                continue;
            };
            let opened = session.keys.sealer.open(&sealed, about(kind, number).as_bytes());
            let original = opened.ok_or_else(|| StoreError::Damaged { path: self.path.clone() })?;
            let original = String::from_utf8(original.to_vec());
            let original = original.map_err(|_| StoreError::Damaged { path: self.path.clone() })?;
            originals.insert(placeholder, Zeroizing::new(original));
        }
        Ok(originals)
    }

    /// Forgets a session: its key and everything it sealed. False if there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget(&self, tenant: i64, name: &str) -> Result<bool, StoreError> {
        let failed = |source| self.failed("write to", source);
        let query = sqlx::query("DELETE FROM session WHERE tenant = ? AND name = ?");
        let gone = query.bind(tenant).bind(name).execute(&self.writer).await.map_err(failed)?;
        Ok(gone.rows_affected() > 0)
    }

    /// Forgets sessions and projects that were not used for `days`; returns how many sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget_unused(&self, days: u64) -> Result<u64, StoreError> {
        let failed = |source| self.failed("write to", source);
        let before = now() - days as i64 * 86_400;
        let gone = sqlx::query("DELETE FROM session WHERE used < ?").bind(before);
        let gone = gone.execute(&self.writer).await.map_err(failed)?;
        let query = "DELETE FROM project WHERE used < ? \
                     AND NOT EXISTS (SELECT 1 FROM session WHERE session.project = project.id)";
        sqlx::query(query).bind(before).execute(&self.writer).await.map_err(failed)?;
        // What was deleted must not live on in the write-ahead file.
        drop(sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.writer).await);
        Ok(gone.rows_affected())
    }

    /// Finds or makes the session, and notes that it was used.
    async fn enter(
        &self,
        locked: &mut SqliteConnection,
        who: Numbers<'_>,
        name: &str,
    ) -> Result<Session, VaultError> {
        let failed = |source| self.failed("write to", source);
        let project = match who.project {
            Some(project) => Some(self.enter_project(locked, who.tenant, project).await?),
            None => None,
        };
        if let Some(session) = self.session(locked, who.tenant, name).await? {
            if session.project != project {
                return Err(VaultError::OtherProject);
            }
            let query =
                sqlx::query("UPDATE session SET used = ?1 WHERE id = ?2 AND used < ?1 - ?3");
            let query = query.bind(now()).bind(session.id).bind(USED_PRECISION);
            query.execute(&mut *locked).await.map_err(failed)?;
            return Ok(session);
        }
        let key = Key::new(secret::random());
        let query = "INSERT INTO session (tenant, name, project, wrapped, wrapper, created, used) \
                     VALUES (?, ?, ?, ?, ?, ?, ?)";
        let wrapped = self
            .wrapper
            .sealer
            .seal(key.as_slice(), wrapped_about("session", who.tenant, name).as_bytes());
        let query = sqlx::query(query).bind(who.tenant).bind(name).bind(project).bind(wrapped);
        let query = query.bind(&self.wrapper.id).bind(now()).bind(now());
        let id = query.execute(&mut *locked).await.map_err(failed)?.last_insert_rowid();
        Ok(Session { id, project, keys: Keys::new(&key), fresh: true })
    }

    async fn enter_project(
        &self,
        locked: &mut SqliteConnection,
        tenant: i64,
        name: &str,
    ) -> Result<i64, VaultError> {
        let failed = |source| self.failed("write to", source);
        let query = "UPDATE project SET used = ? WHERE tenant = ? AND name = ? RETURNING id";
        let found = sqlx::query_scalar(query).bind(now()).bind(tenant).bind(name);
        if let Some(id) = found.fetch_optional(&mut *locked).await.map_err(failed)? {
            return Ok(id);
        }
        let key = Key::new(secret::random());
        let wrapped = self
            .wrapper
            .sealer
            .seal(key.as_slice(), wrapped_about("project", tenant, name).as_bytes());
        let query = "INSERT INTO project (tenant, name, wrapped, wrapper, created, used) VALUES (?, ?, ?, ?, ?, ?)";
        let query = sqlx::query(query).bind(tenant).bind(name).bind(wrapped).bind(&self.wrapper.id);
        let made = query.bind(now()).bind(now()).execute(&mut *locked).await.map_err(failed)?;
        Ok(made.last_insert_rowid())
    }

    async fn session(
        &self,
        connection: &mut SqliteConnection,
        tenant: i64,
        name: &str,
    ) -> Result<Option<Session>, VaultError> {
        let query =
            "SELECT id, project, wrapped, wrapper FROM session WHERE tenant = ? AND name = ?";
        let found = sqlx::query_as::<_, (i64, Option<i64>, Vec<u8>, Vec<u8>)>(query)
            .bind(tenant)
            .bind(name);
        let found =
            found.fetch_optional(connection).await.map_err(|source| self.failed("read", source))?;
        let Some((id, project, wrapped, wrapper)) = found else { return Ok(None) };
        let key = self.unwrap(&wrapped, &wrapper, &wrapped_about("session", tenant, name))?;
        Ok(Some(Session { id, project, keys: Keys::new(&key), fresh: false }))
    }

    fn unwrap(&self, wrapped: &[u8], wrapper: &[u8], about: &str) -> Result<Key, VaultError> {
        if wrapper != self.wrapper.id {
            return Err(VaultError::Sealed);
        }
        let damaged = || StoreError::Damaged { path: self.path.clone() };
        let key = self.wrapper.sealer.open(wrapped, about.as_bytes()).ok_or_else(damaged)?;
        let key: [u8; KEY_BYTES] = key.as_slice().try_into().map_err(|_| damaged())?;
        Ok(Key::new(key))
    }

    /// The numbers of those names that the session knows already.
    async fn known(
        &self,
        locked: &mut SqliteConnection,
        session: &Session,
        names: &[Vec<u8>],
    ) -> Result<HashMap<Vec<u8>, u32>, StoreError> {
        let failed = |source| self.failed("read", source);
        let mut known = HashMap::with_capacity(names.len());
        if session.fresh {
            return Ok(known);
        }
        if names.len() > SINGLE_LOOKUPS_MAX {
            let query = sqlx::query_as::<_, (Vec<u8>, u32)>(
                "SELECT lookup, number FROM entry WHERE session = ?",
            );
            known.extend(query.bind(session.id).fetch_all(locked).await.map_err(failed)?);
            return Ok(known);
        }
        for name in names {
            let query =
                sqlx::query_scalar("SELECT number FROM entry WHERE session = ? AND lookup = ?");
            let number = query
                .bind(session.id)
                .bind(name)
                .fetch_optional(&mut *locked)
                .await
                .map_err(failed)?;
            known.extend(number.map(|number| (name.clone(), number)));
        }
        Ok(known)
    }

    /// The next free numbers of a session that shares none.
    async fn next_numbers(
        &self,
        locked: &mut SqliteConnection,
        session: i64,
        wanted: &[(Kind, &str)],
        new: &[usize],
    ) -> Result<Vec<u32>, StoreError> {
        let failed = |source| self.failed("read", source);
        let mut last: HashMap<Kind, u32> = HashMap::new();
        let mut numbers = Vec::with_capacity(new.len());
        for kind in new.iter().map(|at| wanted[*at].0) {
            if let std::collections::hash_map::Entry::Vacant(slot) = last.entry(kind) {
                let query =
                    "SELECT coalesce(max(number), 0) FROM entry WHERE session = ? AND kind = ?";
                let query = sqlx::query_scalar(query).bind(session).bind(kind.name());
                slot.insert(query.fetch_one(&mut *locked).await.map_err(failed)?);
            }
            let number = last.get_mut(&kind).expect("just filled");
            *number += 1;
            numbers.push(*number);
        }
        Ok(numbers)
    }

    /// The project's numbers for what is new to the session; what is new to the project gets the next free ones.
    async fn project_numbers(
        &self,
        locked: &mut SqliteConnection,
        (tenant, project): (i64, i64),
        wanted: &[(Kind, &str)],
        new: &[usize],
    ) -> Result<Vec<u32>, VaultError> {
        let failed = |source| self.failed("write to", source);
        let query = sqlx::query_as::<_, (String, Vec<u8>, Vec<u8>)>(
            "SELECT name, wrapped, wrapper FROM project WHERE id = ?",
        );
        let (name, wrapped, wrapper) =
            query.bind(project).fetch_one(&mut *locked).await.map_err(failed)?;
        let key = self.unwrap(&wrapped, &wrapper, &wrapped_about("project", tenant, &name))?;
        let namer = Keys::new(&key).namer;
        let mut numbers = Vec::with_capacity(new.len());
        for &(kind, original) in new.iter().map(|at| &wanted[*at]) {
            let name = namer.name(kind.name(), original);
            let query = "SELECT number FROM project_number WHERE project = ? AND lookup = ?";
            let found = sqlx::query_scalar(query).bind(project).bind(&name);
            let number = match found.fetch_optional(&mut *locked).await.map_err(failed)? {
                Some(number) => number,
                None => {
                    let query = "INSERT INTO project_number (project, kind, number, lookup) \
                                 SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3 FROM project_number \
                                 WHERE project = ?1 AND kind = ?2 RETURNING number";
                    let made =
                        sqlx::query_scalar(query).bind(project).bind(kind.name()).bind(&name);
                    made.fetch_one(&mut *locked).await.map_err(failed)?
                }
            };
            numbers.push(number);
        }
        Ok(numbers)
    }

    /// Seals anew what the previous `SECRET_KEY` sealed.
    pub(super) async fn rewrap(&self, previous: &Wrapper) -> Result<(), StoreError> {
        if previous.id == self.wrapper.id {
            return Ok(());
        }
        let mut done = 0;
        for role in ["session", "project"] {
            while let rows @ 1.. = self.rewrap_some(role, previous).await? {
                done += rows;
            }
        }
        if done > 0 {
            tracing::info!(done, "sessions and projects are sealed anew by the new SECRET_KEY");
        }
        Ok(())
    }

    async fn rewrap_some(
        &self,
        role: &'static str,
        previous: &Wrapper,
    ) -> Result<usize, StoreError> {
        let failed = |source| self.failed("write to", source);
        let (select, update) = match role {
            "session" => (
                "SELECT id, tenant, name, wrapped FROM session WHERE wrapper = ? LIMIT ?",
                "UPDATE session SET wrapped = ?, wrapper = ? WHERE id = ?",
            ),
            _ => (
                "SELECT id, tenant, name, wrapped FROM project WHERE wrapper = ? LIMIT ?",
                "UPDATE project SET wrapped = ?, wrapper = ? WHERE id = ?",
            ),
        };
        let mut locked = self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed)?;
        let rows = sqlx::query_as::<_, (i64, i64, String, Vec<u8>)>(select)
            .bind(&previous.id)
            .bind(REWRAP_ROWS);
        let rows = rows.fetch_all(&mut *locked).await.map_err(failed)?;
        for (id, tenant, name, wrapped) in &rows {
            let about = wrapped_about(role, *tenant, name);
            let key = previous.sealer.open(wrapped, about.as_bytes());
            let key = key.ok_or_else(|| StoreError::Damaged { path: self.path.clone() })?;
            let wrapped = self.wrapper.sealer.seal(&key, about.as_bytes());
            let query = sqlx::query(update).bind(wrapped).bind(&self.wrapper.id).bind(id);
            query.execute(&mut *locked).await.map_err(failed)?;
        }
        locked.commit().await.map_err(failed)?;
        Ok(rows.len())
    }

    /// Says at the start how many sessions this `SECRET_KEY` does not open.
    pub(super) async fn report_foreign_sessions(&self) -> Result<(), StoreError> {
        let query = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM session WHERE wrapper <> ?");
        let count = query.bind(&self.wrapper.id).fetch_one(&self.readers).await;
        let count = count.map_err(|source| self.failed("read", source))?;
        if count > 0 {
            tracing::warn!(
                count,
                "sessions are sealed by another SECRET_KEY and cannot be restored: give it as \
                 TACIT_SECRET_PREVIOUS_KEY and start again"
            );
        }
        Ok(())
    }
}

/// A session's name with 128 random bits.
fn random_name() -> String {
    format!("s_{}", data_encoding::BASE32_NOPAD.encode(&secret::random::<16>()).to_lowercase())
}
