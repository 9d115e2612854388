//! The vault: which placeholder stands for which original, session by session.
//!
//! An original is found again by its name under the session's key, and read by opening what that key sealed; the store
//! itself learns neither. Forgetting a session removes the only copy of its key.

use super::{Store, StoreError, Wrapper, now};
use crate::secret::{self, KEY_BYTES, Key, LOOKUP, Namer, SEAL, Sealer};
use redact::{Kind, Placeholder};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use zeroize::Zeroizing;

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
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    /// The tenant.
    pub(crate) tenant: i64,
    /// The session, made when there is none; `None` makes one with a random name.
    pub(crate) session: Option<String>,
    /// The project whose numbers the session shares.
    pub(crate) project: Option<String>,
}

impl Store {
    /// Gives each of `wanted` its number, and keeps what it stands for. Returns the session's name and the numbers in
    /// the order asked for.
    ///
    /// # Errors
    /// When the session cannot be used for this, or the store fails; then nothing is kept.
    pub(crate) async fn number(
        &self,
        who: Numbers,
        wanted: &[(Kind, &str)],
    ) -> Result<(String, Vec<u32>), VaultError> {
        let wrapper = Arc::clone(&self.wrapper);
        let own = |(kind, original): &(Kind, &str)| (*kind, Zeroizing::new((*original).to_owned()));
        let wanted: Vec<_> = wanted.iter().map(own).collect();
        let work = move |connection: &Connection, path: &Path| {
            Vault { connection, path, wrapper: &wrapper, tenant: who.tenant }.number(who, &wanted)
        };
        self.writer.run(work).await
    }

    /// Gives the originals that this session's placeholders stand for; those it never issued are absent.
    ///
    /// # Errors
    /// When there is no such session, it cannot be opened, or the store fails.
    pub(crate) async fn originals(
        &self,
        tenant: i64,
        name: &str,
        wanted: Vec<Placeholder>,
    ) -> Result<HashMap<Placeholder, Zeroizing<String>>, VaultError> {
        let wrapper = Arc::clone(&self.wrapper);
        let name = name.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            Vault { connection, path, wrapper: &wrapper, tenant }.originals(&name, &wanted)
        };
        self.readers.run(work).await
    }

    /// Forgets a session: its key and everything it sealed. False if there is none.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget(&self, tenant: i64, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            let query = "DELETE FROM session WHERE tenant = ? AND name = ?";
            let gone = connection.execute(query, params![tenant, name]);
            gone.map(|count| count > 0).map_err(|source| StoreError::new(path, "write to", source))
        };
        self.writer.run(work).await
    }

    /// Forgets sessions and projects that were not used for `days`; returns how many sessions.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn forget_unused(&self, days: u64) -> Result<usize, StoreError> {
        let before = now() - days as i64 * 86_400;
        let work = move |connection: &Connection, path: &Path| {
            let failed = |source| StoreError::new(path, "write to", source);
            let gone = connection
                .execute("DELETE FROM session WHERE used < ?", [before])
                .map_err(failed)?;
            let query = "DELETE FROM project WHERE used < ? \
                         AND NOT EXISTS (SELECT 1 FROM session WHERE session.project = project.id)";
            connection.execute(query, [before]).map_err(failed)?;
            Ok::<_, StoreError>(gone)
        };
        self.writer.run(work).await
    }
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

/// Its id, project, wrapped key, and what wrapped it.
type SessionRow = (i64, Option<i64>, Vec<u8>, Vec<u8>);

struct Session {
    id: i64,
    project: Option<i64>,
    keys: Keys,
    /// Made a moment ago: it knows nothing yet.
    fresh: bool,
}

/// What a placeholder is sealed about: it opens in no other place.
fn about(kind: Kind, number: u32) -> String {
    format!("{}_{number}", kind.name())
}

fn wrapped_about(role: &str, tenant: i64, name: &str) -> String {
    format!("{role}/{tenant}/{name}")
}

/// A session's name with 128 random bits.
fn random_name() -> String {
    format!("s_{}", data_encoding::BASE32_NOPAD.encode(&secret::random::<16>()).to_lowercase())
}

/// One tenant's part of the store, on a thread that has a connection.
struct Vault<'c> {
    connection: &'c Connection,
    path: &'c Path,
    wrapper: &'c Wrapper,
    tenant: i64,
}

impl Vault<'_> {
    fn failed(&self, source: rusqlite::Error) -> StoreError {
        StoreError::new(self.path, "use", source)
    }

    fn damaged(&self) -> StoreError {
        StoreError::Damaged { path: self.path.to_owned() }
    }

    fn number(
        &self,
        who: Numbers,
        wanted: &[(Kind, Zeroizing<String>)],
    ) -> Result<(String, Vec<u32>), VaultError> {
        let name = who.session.unwrap_or_else(random_name);
        let session = self.enter(&name, who.project.as_deref())?;
        let mut ledger =
            Ledger { vault: self, session: &session, namer: None, last: HashMap::new() };
        let mut numbers = Vec::with_capacity(wanted.len());
        for (kind, original) in wanted {
            let name = session.keys.namer.name(kind.name(), original);
            if let Some(number) = self.known(&session, &name)? {
                numbers.push(number);
                continue;
            }
            let number = ledger.next(*kind, original)?;
            let sealed =
                session.keys.sealer.seal(original.as_bytes(), about(*kind, number).as_bytes());
            let query =
                "INSERT INTO entry (session, kind, number, lookup, sealed) VALUES (?, ?, ?, ?, ?)";
            let mut insert = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
            let row = params![session.id, kind.name(), number, name, sealed];
            insert.execute(row).map_err(|e| self.failed(e))?;
            numbers.push(number);
        }
        Ok((name, numbers))
    }

    fn originals(
        &self,
        name: &str,
        wanted: &[Placeholder],
    ) -> Result<HashMap<Placeholder, Zeroizing<String>>, VaultError> {
        let session = self.session(name)?.ok_or(VaultError::NoSession)?;
        let mut originals = HashMap::with_capacity(wanted.len());
        let query = "SELECT sealed FROM entry WHERE session = ? AND kind = ? AND number = ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        for &placeholder in wanted {
            let Placeholder { kind, number } = placeholder;
            let row = query.query_row(params![session.id, kind.name(), number], |row| {
                row.get::<_, Vec<u8>>(0)
            });
            let Some(sealed) = row.optional().map_err(|e| self.failed(e))? else { continue };
            let opened = session.keys.sealer.open(&sealed, about(kind, number).as_bytes());
            let original = String::from_utf8(opened.ok_or_else(|| self.damaged())?.to_vec());
            originals.insert(placeholder, Zeroizing::new(original.map_err(|_| self.damaged())?));
        }
        Ok(originals)
    }

    /// Finds or makes the session, and notes that it was used.
    fn enter(&self, name: &str, project: Option<&str>) -> Result<Session, VaultError> {
        let project = project.map(|project| self.enter_project(project)).transpose()?;
        if let Some(session) = self.session(name)? {
            if session.project != project {
                return Err(VaultError::OtherProject);
            }
            let query = "UPDATE session SET used = ?1 WHERE id = ?2 AND used < ?1 - ?3";
            let mut update = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
            update
                .execute(params![now(), session.id, USED_PRECISION])
                .map_err(|e| self.failed(e))?;
            return Ok(session);
        }
        let key = Key::new(secret::random());
        let wrapped = self.wrap("session", name, &key);
        let query = "INSERT INTO session (tenant, name, project, wrapped, wrapper, created, used) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)";
        let mut insert = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let row = params![self.tenant, name, project, wrapped, self.wrapper.id, now()];
        let id = insert.insert(row).map_err(|e| self.failed(e))?;
        Ok(Session { id, project, keys: Keys::new(&key), fresh: true })
    }

    fn enter_project(&self, name: &str) -> Result<i64, VaultError> {
        let query = "UPDATE project SET used = ? WHERE tenant = ? AND name = ? RETURNING id";
        let mut update = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let found =
            update.query_row(params![now(), self.tenant, name], |row| row.get(0)).optional();
        if let Some(id) = found.map_err(|e| self.failed(e))? {
            return Ok(id);
        }
        let wrapped = self.wrap("project", name, &Key::new(secret::random()));
        let query = "INSERT INTO project (tenant, name, wrapped, wrapper, created, used) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        let mut insert = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let row = params![self.tenant, name, wrapped, self.wrapper.id, now()];
        Ok(insert.insert(row).map_err(|e| self.failed(e))?)
    }

    fn session(&self, name: &str) -> Result<Option<Session>, VaultError> {
        let query =
            "SELECT id, project, wrapped, wrapper FROM session WHERE tenant = ? AND name = ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let found = query.query_row(params![self.tenant, name], |row| row.try_into()).optional();
        let found: Option<SessionRow> = found.map_err(|e| self.failed(e))?;
        let Some((id, project, wrapped, wrapper)) = found else { return Ok(None) };
        let key = self.unwrap("session", name, &wrapped, &wrapper)?;
        Ok(Some(Session { id, project, keys: Keys::new(&key), fresh: false }))
    }

    fn known(&self, session: &Session, name: &[u8]) -> Result<Option<u32>, StoreError> {
        // Within one request every original is asked for once, so a fresh session knows none of them.
        if session.fresh {
            return Ok(None);
        }
        let query = "SELECT number FROM entry WHERE session = ? AND lookup = ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let found = query.query_row(params![session.id, name], |row| row.get(0)).optional();
        found.map_err(|e| self.failed(e))
    }

    fn wrap(&self, role: &str, name: &str, key: &Key) -> Vec<u8> {
        let about = wrapped_about(role, self.tenant, name);
        self.wrapper.sealer.seal(key.as_slice(), about.as_bytes())
    }

    fn unwrap(
        &self,
        role: &str,
        name: &str,
        wrapped: &[u8],
        wrapper: &[u8],
    ) -> Result<Key, VaultError> {
        if wrapper != self.wrapper.id {
            return Err(VaultError::Sealed);
        }
        let about = wrapped_about(role, self.tenant, name);
        let key =
            self.wrapper.sealer.open(wrapped, about.as_bytes()).ok_or_else(|| self.damaged())?;
        let key: [u8; KEY_BYTES] = key.as_slice().try_into().map_err(|_| self.damaged())?;
        Ok(Key::new(key))
    }
}

/// Gives out numbers to what is new to a session: the project's, where it belongs to one, else its own next.
struct Ledger<'v> {
    vault: &'v Vault<'v>,
    session: &'v Session,
    /// The project's, once it was needed.
    namer: Option<Namer>,
    /// The last number of each kind, once it was looked up.
    last: HashMap<Kind, u32>,
}

impl Ledger<'_> {
    fn next(&mut self, kind: Kind, original: &str) -> Result<u32, VaultError> {
        match self.session.project {
            Some(project) => self.of_project(project, kind, original),
            None => Ok(self.of_session(kind)?),
        }
    }

    fn of_session(&mut self, kind: Kind) -> Result<u32, StoreError> {
        if let Some(last) = self.last.get_mut(&kind) {
            *last += 1;
            return Ok(*last);
        }
        let last = if self.session.fresh {
            0
        } else {
            let query = "SELECT coalesce(max(number), 0) FROM entry WHERE session = ? AND kind = ?";
            let vault = self.vault;
            let mut query = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
            let row =
                query.query_row(params![self.session.id, kind.name()], |row| row.get::<_, u32>(0));
            row.map_err(|e| vault.failed(e))?
        };
        self.last.insert(kind, last + 1);
        Ok(last + 1)
    }

    fn of_project(&mut self, project: i64, kind: Kind, original: &str) -> Result<u32, VaultError> {
        let vault = self.vault;
        let namer = match self.namer.take() {
            Some(namer) => namer,
            None => self.project_namer(project)?,
        };
        let name = self.namer.insert(namer).name(kind.name(), original);
        let query = "SELECT number FROM project_number WHERE project = ? AND lookup = ?";
        let mut query = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let found = query.query_row(params![project, name], |row| row.get(0)).optional();
        if let Some(number) = found.map_err(|e| vault.failed(e))? {
            return Ok(number);
        }
        let query = "INSERT INTO project_number (project, kind, number, lookup) \
                     SELECT ?1, ?2, coalesce(max(number), 0) + 1, ?3 FROM project_number \
                     WHERE project = ?1 AND kind = ?2 RETURNING number";
        let mut insert = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let made = insert.query_row(params![project, kind.name(), name], |row| row.get(0));
        Ok(made.map_err(|e| vault.failed(e))?)
    }

    fn project_namer(&self, project: i64) -> Result<Namer, VaultError> {
        let vault = self.vault;
        let query = "SELECT name, wrapped, wrapper FROM project WHERE id = ?";
        let found = vault.connection.query_row(query, [project], |row| row.try_into());
        let (name, wrapped, wrapper): (String, Vec<u8>, Vec<u8>) =
            found.map_err(|e| vault.failed(e))?;
        let key = vault.unwrap("project", &name, &wrapped, &wrapper)?;
        Ok(Keys::new(&key).namer)
    }
}

/// Seals anew what the previous `SECRET_KEY` sealed, all of it or nothing.
pub(super) fn rewrap(
    path: &Path,
    connection: &mut Connection,
    previous: &Wrapper,
    current: &Wrapper,
) -> Result<(), StoreError> {
    if previous.id == current.id {
        return Ok(());
    }
    let failed = |source| StoreError::new(path, "seal anew", source);
    let locked =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let mut done = 0;
    for role in ["session", "project"] {
        let query = format!("SELECT id, tenant, name, wrapped FROM {role} WHERE wrapper = ?");
        let mut query = locked.prepare(&query).map_err(failed)?;
        let rows = query.query_map([&previous.id], |row| row.try_into());
        let rows: Vec<(i64, i64, String, Vec<u8>)> =
            rows.and_then(Iterator::collect::<Result<_, _>>).map_err(failed)?;
        let update = format!("UPDATE {role} SET wrapped = ?, wrapper = ? WHERE id = ?");
        let mut update = locked.prepare(&update).map_err(failed)?;
        for (id, tenant, name, wrapped) in rows {
            let about = wrapped_about(role, tenant, &name);
            let key = previous.sealer.open(&wrapped, about.as_bytes());
            let key = key.ok_or_else(|| StoreError::Damaged { path: path.to_owned() })?;
            let wrapped = current.sealer.seal(&key, about.as_bytes());
            update.execute(params![wrapped, current.id, id]).map_err(failed)?;
            done += 1;
        }
    }
    locked.commit().map_err(failed)?;
    if done > 0 {
        tracing::info!(done, "sessions and projects are sealed anew by the new SECRET_KEY");
    }
    Ok(())
}

/// Says at the start how many sessions this `SECRET_KEY` does not open.
pub(super) fn report_foreign_sessions(
    path: &Path,
    connection: &Connection,
    wrapper: &Wrapper,
) -> Result<(), StoreError> {
    let query = "SELECT count(*) FROM session WHERE wrapper <> ?";
    let count = connection.query_row(query, [&wrapper.id], |row| row.get::<_, i64>(0));
    let count = count.map_err(|source| StoreError::new(path, "read", source))?;
    if count > 0 {
        tracing::warn!(
            count,
            "sessions are sealed by another SECRET_KEY and cannot be restored: give it as \
             TACIT_SECRET_PREVIOUS_KEY and start again"
        );
    }
    Ok(())
}
