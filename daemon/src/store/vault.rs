//! The vault: which placeholder stands for which original, session by session.
//!
//! An original is found again by its name under the session's key, and read by opening what that key sealed; the store
//! itself learns neither. Forgetting a session removes the only copy of its key.

use super::surrogate::{Invent, Surrogate};
use super::{Store, StoreError, Wrapper, now};
use crate::secret::{self, KEY_BYTES, Key, LOOKUP, Minter, Namer, SEAL, Sealer};
use redact::{Kind, Placeholder, Span};
use rusqlite::{Connection, OptionalExtension, params};
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

/// What is to stand for an original.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stand {
    /// A number of its kind.
    Number,
    /// A sealed token.
    Token,
    /// A surrogate, invented for that find.
    Surrogate(Span),
}

/// An original, and what is to stand for it.
pub(crate) struct Wanted {
    /// Its kind.
    pub(crate) kind: Kind,
    /// What it says.
    pub(crate) original: Zeroizing<String>,
    /// What is wanted.
    pub(crate) stand: Stand,
}

/// What stands for an original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// Its number: what was wanted, or what is left where no surrogate was free.
    Number(u32),
    /// The body of its token.
    Token(String),
    /// Its surrogate.
    Surrogate(String),
}

/// What a session gave out.
pub(crate) struct Handed {
    /// The session's name.
    pub(crate) session: String,
    /// What stands for each original, in the order asked for.
    pub(crate) given: Vec<Given>,
    /// All surrogates of the session.
    pub(crate) surrogates: Vec<(Kind, String)>,
}

/// What a text that is to be restored asks for.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Its placeholders.
    pub(crate) placeholders: Vec<Placeholder>,
    /// Its tokens: kind and body.
    pub(crate) tokens: Vec<(Kind, String)>,
    /// Whether it may hold surrogates.
    pub(crate) surrogates: bool,
}

/// What a session's replacements stand for. What it never issued is absent.
#[derive(Default)]
pub(crate) struct Originals {
    /// By placeholder.
    pub(crate) placeholders: HashMap<Placeholder, Zeroizing<String>>,
    /// By token.
    pub(crate) tokens: HashMap<(Kind, String), Zeroizing<String>>,
    /// All surrogates.
    pub(crate) surrogates: Vec<Surrogate>,
}

/// A session as far as it can be shown without asking again.
pub(crate) struct Opened {
    /// Its placeholders, those with the highest numbers where there are more than were asked for, and all its surrogates.
    pub(crate) originals: Originals,
    /// Opens its tokens.
    pub(crate) minter: Minter,
}

impl Store {
    /// Gives each of `wanted` what is to stand for it, and keeps what that takes; `invent` makes surrogates.
    ///
    /// # Errors
    /// When the session cannot be used for this, or the store fails; then nothing is kept.
    pub(crate) async fn hand_out(
        &self,
        who: Numbers,
        wanted: Vec<Wanted>,
        invent: Box<Invent>,
    ) -> Result<Handed, VaultError> {
        let wrapper = Arc::clone(&self.wrapper);
        let work = move |connection: &Connection, path: &Path| {
            let vault = Vault { connection, path, wrapper: &wrapper, tenant: who.tenant };
            vault.hand_out(who, &wanted, &invent)
        };
        self.writer.run(work).await
    }

    /// Gives what this session's replacements stand for; what it never issued is absent.
    ///
    /// # Errors
    /// When there is no such session, it cannot be opened, or the store fails.
    pub(crate) async fn show(
        &self,
        tenant: i64,
        name: &str,
        asked: Asked,
    ) -> Result<Originals, VaultError> {
        let wrapper = Arc::clone(&self.wrapper);
        let name = name.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            Vault { connection, path, wrapper: &wrapper, tenant }.show(&name, asked)
        };
        self.readers.run(work).await
    }

    /// Gives everything that a session can show, of its placeholders the `most` with the highest numbers.
    ///
    /// # Errors
    /// When there is no such session, it cannot be opened, or the store fails.
    pub(crate) async fn open_session(
        &self,
        tenant: i64,
        name: &str,
        most: usize,
    ) -> Result<Opened, VaultError> {
        let wrapper = Arc::clone(&self.wrapper);
        let name = name.to_owned();
        let work = move |connection: &Connection, path: &Path| {
            Vault { connection, path, wrapper: &wrapper, tenant }.open(&name, most)
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
pub(super) struct Keys {
    /// What the others are derived from.
    pub(super) key: Key,
    pub(super) sealer: Sealer,
    pub(super) namer: Namer,
}

impl Keys {
    fn new(key: Key) -> Self {
        let sealer = Sealer::new(&secret::derive(key.as_slice(), SEAL));
        let namer = Namer::new(&secret::derive(key.as_slice(), LOOKUP));
        Self { key, sealer, namer }
    }
}

/// Its id, project, wrapped key, and what wrapped it.
type SessionRow = (i64, Option<i64>, Vec<u8>, Vec<u8>);

pub(super) struct Session {
    pub(super) id: i64,
    pub(super) project: Option<i64>,
    pub(super) keys: Keys,
    /// Made a moment ago: it knows nothing yet.
    fresh: bool,
}

/// What a placeholder is sealed about: it opens in no other place.
fn about(kind: Kind, number: u32) -> String {
    format!("{}_{number}", kind.name())
}

pub(super) fn wrapped_about(role: &str, tenant: i64, name: &str) -> String {
    format!("{role}/{tenant}/{name}")
}

/// A session's name with 128 random bits.
fn random_name() -> String {
    format!("s_{}", data_encoding::BASE32_NOPAD.encode(&secret::random::<16>()).to_lowercase())
}

/// One tenant's part of the store, on a thread that has a connection.
pub(super) struct Vault<'c> {
    pub(super) connection: &'c Connection,
    path: &'c Path,
    wrapper: &'c Wrapper,
    tenant: i64,
}

impl Vault<'_> {
    pub(super) fn failed(&self, source: rusqlite::Error) -> StoreError {
        StoreError::new(self.path, "use", source)
    }

    pub(super) fn damaged(&self) -> StoreError {
        StoreError::Damaged { path: self.path.to_owned() }
    }

    fn hand_out(
        &self,
        who: Numbers,
        wanted: &[Wanted],
        invent: &Invent,
    ) -> Result<Handed, VaultError> {
        let name = who.session.unwrap_or_else(random_name);
        let session = self.enter(&name, who.project.as_deref())?;
        let mut ledger = Ledger::new(self, &session);
        let minter = std::cell::OnceCell::new();
        let mut given = Vec::with_capacity(wanted.len());
        for Wanted { kind, original, stand } in wanted {
            let surrogate = match stand {
                Stand::Token => {
                    let minter = minter.get_or_init(|| Minter::new(&session.keys.key));
                    given.push(Given::Token(minter.mint(kind.name(), original)));
                    continue;
                }
                Stand::Surrogate(span) => ledger.surrogate(span, original, invent)?,
                Stand::Number => None,
            };
            given.push(match surrogate {
                Some(text) => Given::Surrogate(text),
                None => Given::Number(ledger.number(*kind, original)?),
            });
        }
        let made = ledger.surrogates.is_some();
        let surrogates =
            if session.fresh && !made { Vec::new() } else { self.surrogates(&session)? };
        Ok(Handed { session: name, given, surrogates })
    }

    fn show(&self, name: &str, asked: Asked) -> Result<Originals, VaultError> {
        let session = self.session(name)?.ok_or(VaultError::NoSession)?;
        let placeholders = self.originals(&session, &asked.placeholders)?;
        let minter = Minter::new(&session.keys.key);
        let open = |(kind, body): (Kind, String)| {
            let original = minter.open(kind.name(), &body)?;
            Some(((kind, body), original))
        };
        let tokens = asked.tokens.into_iter().filter_map(open).collect();
        let surrogates =
            if asked.surrogates { self.surrogate_originals(&session)? } else { Vec::new() };
        Ok(Originals { placeholders, tokens, surrogates })
    }

    fn open(&self, name: &str, most: usize) -> Result<Opened, VaultError> {
        let session = self.session(name)?.ok_or(VaultError::NoSession)?;
        let query = "SELECT kind, number FROM entry WHERE session = ? ORDER BY number DESC LIMIT ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let rows = query.query_map(params![session.id, most], |row| row.try_into());
        let rows: Vec<(String, u32)> =
            rows.and_then(Iterator::collect::<Result<_, _>>).map_err(|e| self.failed(e))?;
        let placeholder = |(kind, number): (String, u32)| {
            let kind = Kind::parse(&kind).ok_or_else(|| self.damaged())?;
            Ok(Placeholder { kind, number })
        };
        let wanted: Vec<_> =
            rows.into_iter().map(placeholder).collect::<Result<_, StoreError>>()?;
        let placeholders = self.originals(&session, &wanted)?;
        let surrogates = self.surrogate_originals(&session)?;
        let originals = Originals { placeholders, surrogates, ..Originals::default() };
        Ok(Opened { originals, minter: Minter::new(&session.keys.key) })
    }

    fn originals(
        &self,
        session: &Session,
        wanted: &[Placeholder],
    ) -> Result<HashMap<Placeholder, Zeroizing<String>>, VaultError> {
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
        Ok(Session { id, project, keys: Keys::new(key), fresh: true })
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
        Ok(Some(Session { id, project, keys: Keys::new(key), fresh: false }))
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

    fn project_keys(&self, project: i64) -> Result<Keys, VaultError> {
        let query = "SELECT name, wrapped, wrapper FROM project WHERE id = ?";
        let found = self.connection.query_row(query, [project], |row| row.try_into());
        let (name, wrapped, wrapper): (String, Vec<u8>, Vec<u8>) =
            found.map_err(|e| self.failed(e))?;
        Ok(Keys::new(self.unwrap("project", &name, &wrapped, &wrapper)?))
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

/// Gives out what stands for originals: the project's numbers, where the session belongs to one, else its own next.
pub(super) struct Ledger<'v> {
    pub(super) vault: &'v Vault<'v>,
    pub(super) session: &'v Session,
    /// The project's, once they were needed.
    project: Option<Keys>,
    /// The last number of each kind, once it was looked up.
    last: HashMap<Kind, u32>,
    /// How many surrogates the session has, once they were counted.
    pub(super) surrogates: Option<i64>,
}

impl<'v> Ledger<'v> {
    fn new(vault: &'v Vault<'v>, session: &'v Session) -> Self {
        Self { vault, session, project: None, last: HashMap::new(), surrogates: None }
    }

    /// The number of an original: the one it has, or a new one.
    fn number(&mut self, kind: Kind, original: &str) -> Result<u32, VaultError> {
        let (vault, session) = (self.vault, self.session);
        let name = session.keys.namer.name(kind.name(), original);
        if let Some(number) = vault.known(session, &name)? {
            return Ok(number);
        }
        let number = self.next(kind, original)?;
        let about = about(kind, number);
        let sealed = session.keys.sealer.seal(original.as_bytes(), about.as_bytes());
        let query =
            "INSERT INTO entry (session, kind, number, lookup, sealed) VALUES (?, ?, ?, ?, ?)";
        let mut insert = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let row = params![session.id, kind.name(), number, name, sealed];
        insert.execute(row).map_err(|e| vault.failed(e))?;
        Ok(number)
    }

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
        let name = self.project_keys(project)?.namer.name(kind.name(), original);
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

    /// The keys of the session's project.
    pub(super) fn project_keys(&mut self, project: i64) -> Result<&Keys, VaultError> {
        let keys = match self.project.take() {
            Some(keys) => keys,
            None => self.vault.project_keys(project)?,
        };
        Ok(self.project.insert(keys))
    }
}
