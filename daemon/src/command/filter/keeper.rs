//! Where the filters get numbers and originals: from a session of the store, or from memory that ends with the command.

use crate::failure::Failure;
use crate::keyfile;
use crate::settings::Settings;
use crate::store::{Numbers, Store, VaultError};
use crate::ui;
use redact::{Kind, Placeholder, Vault};
use std::collections::{HashMap, HashSet};
use zeroize::Zeroizing;

/// The session name that asks for a new one.
const NEW: &str = "new";

/// Originals that are held at once; beyond, those of earlier text are let go and asked for again.
const ORIGINALS_MAX: usize = 16 * 1024;

/// The numbers of some originals.
pub(super) type NumberOf<'t> = HashMap<(Kind, &'t str), u32>;

/// Opens the store.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open(settings: &Settings) -> Result<Store, Failure> {
    let path = settings.database.url.path().expect("checked before");
    let masters = keyfile::masters(settings, path)?;
    let opened = Store::open(path, &masters);
    opened.map_err(|error| Failure::because("open the store", &error).maybe_hint(error.hint()))
}

fn vault_failure(doing: &str, error: &VaultError) -> Failure {
    let failure = Failure::because(doing, error);
    match error {
        VaultError::NoSession => failure.hint("`tacitd redact --session NAME` makes one"),
        VaultError::Sealed => failure.hint("give the SECRET_KEY it was made with"),
        VaultError::Store(error) => failure.maybe_hint(error.hint()),
        VaultError::OtherProject => failure,
    }
}

/// Gives originals their numbers.
pub(super) enum Keeper {
    /// Nothing is kept, and nothing can be shown again.
    Nowhere(Vault),
    /// The originals are kept in a session.
    Session {
        /// The store.
        store: Store,
        /// Whose session it is.
        tenant: i64,
        /// Its name; none until it is made.
        name: Option<String>,
        /// Whether it was asked for something, and so made.
        used: bool,
    },
}

impl Keeper {
    /// Begins; with the name of a session the store is opened.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub(super) async fn new(settings: &Settings, session: Option<String>) -> Result<Self, Failure> {
        let Some(session) = session else { return Ok(Self::Nowhere(Vault::default())) };
        let store = open(settings)?;
        let tenant = store.default_tenant().await;
        let tenant = tenant.map_err(|error| vault_failure("keep the originals", &error.into()))?;
        let name = Some(session).filter(|session| session != NEW);
        Ok(Self::Session { store, tenant, name, used: false })
    }

    /// Gives each of `wanted` its number, in one transaction. The name of a new session is said when it is made, so that
    /// it is known whatever comes after.
    ///
    /// # Errors
    /// When the session cannot be used; then nothing of `wanted` is kept.
    pub(super) async fn number<'t>(
        &mut self,
        wanted: impl Iterator<Item = (Kind, &'t str)>,
    ) -> Result<NumberOf<'t>, Failure> {
        match self {
            Self::Nowhere(vault) => {
                Ok(wanted.map(|pair| (pair, vault.number(pair.0, pair.1))).collect())
            }
            Self::Session { store, tenant, name, used } => {
                let mut seen = HashSet::new();
                let wanted: Vec<_> = wanted.filter(|pair| seen.insert(*pair)).collect();
                if wanted.is_empty() && *used {
                    return Ok(NumberOf::new());
                }
                let who = Numbers { tenant: *tenant, session: name.clone(), project: None };
                let (made, numbers) = store
                    .number(who, &wanted)
                    .await
                    .map_err(|error| vault_failure("keep the originals", &error))?;
                if name.is_none() {
                    ui::note(&format!("the originals are kept in the session {made}"));
                }
                (*name, *used) = (Some(made), true);
                Ok(wanted.into_iter().zip(numbers).collect())
            }
        }
    }

    /// Ends. A session that was asked for is there, also when there was nothing to keep.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        let made = match self {
            Self::Session { used: false, .. } => self.number(std::iter::empty()).await.map(drop),
            _ => Ok(()),
        };
        self.close().await;
        made
    }

    /// Closes the store.
    pub(super) async fn close(&self) {
        if let Self::Session { store, .. } = self {
            store.close().await;
        }
    }
}

/// Gives the originals of a session.
pub(super) struct Originals {
    store: Store,
    tenant: i64,
    session: String,
    held: HashMap<Placeholder, Option<Zeroizing<String>>>,
}

impl Originals {
    /// Opens the store and looks whether the session is there.
    ///
    /// # Errors
    /// When it is not, or the store cannot be used.
    pub(super) async fn new(settings: &Settings, session: &str) -> Result<Self, Failure> {
        let store = open(settings)?;
        let failed = |error| vault_failure(&doing(session), &error);
        let tenant = store.default_tenant().await.map_err(|error| failed(error.into()))?;
        let mut made = Self { store, tenant, session: session.to_owned(), held: HashMap::new() };
        made.fetch(Vec::new()).await?;
        Ok(made)
    }

    /// Has the originals of `asked` at hand until it is asked again.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn have(&mut self, asked: HashSet<Placeholder>) -> Result<(), Failure> {
        if self.held.len() > ORIGINALS_MAX {
            self.held.clear();
        }
        let missing = asked.into_iter().filter(|one| !self.held.contains_key(one));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() { Ok(()) } else { self.fetch(missing).await }
    }

    async fn fetch(&mut self, wanted: Vec<Placeholder>) -> Result<(), Failure> {
        let found = self.store.originals(self.tenant, &self.session, wanted.clone()).await;
        let mut found = found.map_err(|error| vault_failure(&doing(&self.session), &error))?;
        // Those that nobody knows are remembered too.
        self.held.extend(wanted.into_iter().map(|one| (one, found.remove(&one))));
        Ok(())
    }

    /// The original of one that was asked for.
    pub(super) fn of(&self, kind: Kind, number: u32) -> Option<&str> {
        let held = self.held.get(&Placeholder { kind, number })?;
        held.as_ref().map(|original| original.as_str())
    }

    /// Closes the store.
    pub(super) async fn close(&self) {
        self.store.close().await;
    }
}

fn doing(session: &str) -> String {
    format!("restore from the session {session}")
}
