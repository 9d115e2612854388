//! Surrogates: invented texts that stand for originals, unique in their session and shared by the documents of a project.
//!
//! A surrogate looks like somebody's real data, so no two originals may share one, and none may be what an original of
//! the session is. Which texts are possible is the inventor's to say; which are free is looked up here by keyed hashes.
//! A project keeps its surrogates themselves and not how they were made, so that a later version still writes the same.

use super::StoreError;
use super::vault::{Keys, Ledger, Session, Vault, VaultError};
use crate::secret::{self, SURROGATE};
use redact::{Kind, Seed, Span};
use rusqlite::{OptionalExtension, params, params_from_iter, types::Value};
use zeroize::Zeroizing;

/// Surrogates of one session: all of them are looked for in every text that is restored.
const SURROGATES_MAX: i64 = 10_000;

/// The longest surrogate, in bytes. With the number above it bounds the memory that looking for them takes.
const BYTES_MAX: usize = 512;

/// How often another surrogate is tried where one is not free; then the original gets a numbered placeholder.
const ATTEMPTS_MAX: u32 = 16;

/// The family of a surrogate's mark; no kind has such a name.
const MARK: &str = "surrogate";

/// Invents a surrogate for a find and its original, the same of the same seed; none where what comes out cannot stand in
/// the caller's text.
pub(crate) type Invent = dyn Fn(&Span, &str, &Seed) -> Option<String> + Send;

/// An original and what stands for it.
pub(crate) struct Surrogate {
    /// What stands for it.
    pub(crate) text: Zeroizing<String>,
    /// The original.
    pub(crate) original: Zeroizing<String>,
}

/// Whose surrogates: the words of the queries.
struct Owner<'k> {
    id: i64,
    keys: &'k Keys,
    /// The column that names it, its surrogates, and its numbers.
    column: &'static str,
    surrogates: &'static str,
    numbers: &'static str,
}

impl<'k> Owner<'k> {
    fn session(session: &'k Session) -> Self {
        let (column, surrogates, numbers) = ("session", "surrogate", "entry");
        Self { id: session.id, keys: &session.keys, column, surrogates, numbers }
    }

    fn project(id: i64, keys: &'k Keys) -> Self {
        let (column, surrogates, numbers) = ("project", "project_surrogate", "project_number");
        Self { id, keys, column, surrogates, numbers }
    }
}

/// What a part of a surrogate's row is sealed about: it opens in no other place.
fn about(part: &str, lookup: &[u8]) -> Vec<u8> {
    [part.as_bytes(), b"/", lookup].concat()
}

impl Vault<'_> {
    /// The surrogates of a session with their kinds: what must not stand in a text for itself.
    pub(super) fn surrogates(&self, session: &Session) -> Result<Vec<(Kind, String)>, StoreError> {
        let query = "SELECT kind, lookup, text FROM surrogate WHERE session = ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let rows = query.query_map([session.id], |row| row.try_into());
        let rows: Vec<(String, Vec<u8>, Vec<u8>)> =
            rows.and_then(Iterator::collect::<Result<_, _>>).map_err(|e| self.failed(e))?;
        let open = |(kind, lookup, text): (String, Vec<u8>, Vec<u8>)| {
            let kind = Kind::parse(&kind).ok_or_else(|| self.damaged())?;
            Ok((kind, self.opened(&session.keys, &text, "text", &lookup)?.to_string()))
        };
        rows.into_iter().map(open).collect()
    }

    /// The surrogates of a session with what they stand for.
    pub(super) fn surrogate_originals(
        &self,
        session: &Session,
    ) -> Result<Vec<Surrogate>, StoreError> {
        let query = "SELECT lookup, text, sealed FROM surrogate WHERE session = ?";
        let mut query = self.connection.prepare_cached(query).map_err(|e| self.failed(e))?;
        let rows = query.query_map([session.id], |row| row.try_into());
        let rows: Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> =
            rows.and_then(Iterator::collect::<Result<_, _>>).map_err(|e| self.failed(e))?;
        let open = |(lookup, text, sealed): (Vec<u8>, Vec<u8>, Vec<u8>)| {
            let open = |part, sealed: &[u8]| self.opened(&session.keys, sealed, part, &lookup);
            Ok(Surrogate { text: open("text", &text)?, original: open("original", &sealed)? })
        };
        rows.into_iter().map(open).collect()
    }

    fn opened(
        &self,
        keys: &Keys,
        sealed: &[u8],
        part: &str,
        lookup: &[u8],
    ) -> Result<Zeroizing<String>, StoreError> {
        let opened =
            keys.sealer.open(sealed, &about(part, lookup)).ok_or_else(|| self.damaged())?;
        let text = std::str::from_utf8(&opened).map_err(|_| self.damaged())?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    /// The surrogate that an original has there already.
    fn known_surrogate(
        &self,
        owner: &Owner<'_>,
        lookup: &[u8],
    ) -> Result<Option<String>, StoreError> {
        let Owner { id, keys, column, surrogates, .. } = owner;
        let query = format!("SELECT text FROM {surrogates} WHERE {column} = ? AND lookup = ?");
        let mut query = self.connection.prepare_cached(&query).map_err(|e| self.failed(e))?;
        let found = query.query_row(params![id, lookup], |row| row.get::<_, Vec<u8>>(0));
        let found = found.optional().map_err(|e| self.failed(e))?;
        let open = |text: Vec<u8>| self.opened(keys, &text, "text", lookup);
        found.map(open).transpose().map(|text| text.map(|text| text.to_string()))
    }

    /// Whether a text is a surrogate there already, or an original of any kind.
    fn is_taken(&self, owner: &Owner<'_>, text: &str) -> Result<bool, StoreError> {
        let Owner { id, keys, column, surrogates, numbers } = owner;
        let names: Vec<_> =
            Kind::ALL.iter().map(|kind| keys.namer.name(kind.name(), text)).collect();
        let places: Vec<_> = (0..names.len()).map(|at| format!("?{}", at + 3)).collect();
        let places = places.join(",");
        let query = format!(
            "SELECT EXISTS (SELECT 1 FROM {surrogates} WHERE {column} = ?1 AND mark = ?2) \
             OR EXISTS (SELECT 1 FROM {surrogates} WHERE {column} = ?1 AND lookup IN ({places})) \
             OR EXISTS (SELECT 1 FROM {numbers} WHERE {column} = ?1 AND lookup IN ({places}))"
        );
        let mut query = self.connection.prepare_cached(&query).map_err(|e| self.failed(e))?;
        let values = [Value::Integer(*id), Value::Blob(keys.namer.name(MARK, text))];
        let values = values.into_iter().chain(names.into_iter().map(Value::Blob));
        query.query_row(params_from_iter(values), |row| row.get(0)).map_err(|e| self.failed(e))
    }

    /// The first surrogate that is free there.
    fn invented(
        &self,
        owner: &Owner<'_>,
        span: &Span,
        original: &str,
        invent: &Invent,
    ) -> Result<Option<String>, StoreError> {
        let key = secret::derive(owner.keys.key.as_slice(), SURROGATE);
        for attempt in 0..ATTEMPTS_MAX {
            let Some(text) = invent(span, original, &Seed { session: *key, attempt }) else {
                continue;
            };
            let fits = (1..=BYTES_MAX).contains(&text.len()) && text != original;
            if fits && !self.is_taken(owner, &text)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }
}

impl Ledger<'_> {
    /// The surrogate of an original: the one it has, its project's, or a new one. None where no more are kept, or none
    /// is free.
    pub(super) fn surrogate(
        &mut self,
        span: &Span,
        original: &str,
        invent: &Invent,
    ) -> Result<Option<String>, VaultError> {
        let (vault, owner) = (self.vault, Owner::session(self.session));
        let lookup = owner.keys.namer.name(span.kind.name(), original);
        if let Some(text) = vault.known_surrogate(&owner, &lookup)? {
            return Ok(Some(text));
        }
        if self.surrogate_count()? >= SURROGATES_MAX {
            return Ok(None);
        }
        let text = match self.session.project {
            Some(project) => self.project_surrogate(project, span, original, invent)?,
            None => vault.invented(&owner, span, original, invent)?,
        };
        let Some(text) = text else { return Ok(None) };
        let seal =
            |part, plain: &str| owner.keys.sealer.seal(plain.as_bytes(), &about(part, &lookup));
        let query = "INSERT INTO surrogate (session, kind, lookup, mark, text, sealed) \
                     VALUES (?, ?, ?, ?, ?, ?)";
        let mut insert = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let (mark, sealed) = (owner.keys.namer.name(MARK, &text), seal("original", original));
        let row = params![owner.id, span.kind.name(), lookup, mark, seal("text", &text), sealed];
        insert.execute(row).map_err(|e| vault.failed(e))?;
        *self.surrogates.get_or_insert(0) += 1;
        Ok(Some(text))
    }

    fn surrogate_count(&mut self) -> Result<i64, StoreError> {
        if let Some(count) = self.surrogates {
            return Ok(count);
        }
        let vault = self.vault;
        let query = "SELECT count(*) FROM surrogate WHERE session = ?";
        let mut query = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let count = query.query_row([self.session.id], |row| row.get(0));
        Ok(*self.surrogates.insert(count.map_err(|e| vault.failed(e))?))
    }

    /// The surrogate that every document of the project has for an original.
    fn project_surrogate(
        &mut self,
        project: i64,
        span: &Span,
        original: &str,
        invent: &Invent,
    ) -> Result<Option<String>, VaultError> {
        let vault = self.vault;
        let owner = Owner::project(project, self.project_keys(project)?);
        let lookup = owner.keys.namer.name(span.kind.name(), original);
        if let Some(text) = vault.known_surrogate(&owner, &lookup)? {
            return Ok(Some(text));
        }
        let Some(text) = vault.invented(&owner, span, original, invent)? else { return Ok(None) };
        let query = "INSERT INTO project_surrogate (project, kind, lookup, mark, text) \
                     VALUES (?, ?, ?, ?, ?)";
        let mut insert = vault.connection.prepare_cached(query).map_err(|e| vault.failed(e))?;
        let mark = owner.keys.namer.name(MARK, &text);
        let sealed = owner.keys.sealer.seal(text.as_bytes(), &about("text", &lookup));
        let row = params![project, span.kind.name(), lookup, mark, sealed];
        insert.execute(row).map_err(|e| vault.failed(e))?;
        Ok(Some(text))
    }
}
