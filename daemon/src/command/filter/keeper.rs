//! What the filters hide with and show from: a session of the store, or memory that ends with the command.

use crate::failure::{Failure, exit};
use crate::hiding::{Found, Hashes, HideError, Sheet, Sheets};
use crate::keyfile;
use crate::policy::Policy;
use crate::secret::Hasher;
use crate::settings::Settings;
use crate::store::{self, Asked, DEFAULT_TENANT_ID, Numbers, Store, Surrogate, VaultError};
use crate::strict::{self, Purpose};
use crate::ui;
use redact::{Finder, Kind, Operator, Operators, Placeholder, Vault};
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// The session name that asks for a new one.
const NEW: &str = "new";

/// Originals that are held at once; beyond, those of earlier text are let go and asked for again.
const ORIGINALS_MAX: usize = 16 * 1024;

/// Opens the store.
///
/// # Errors
/// When it cannot be opened.
pub(super) fn open(settings: &Settings) -> Result<Store, Failure> {
    let masters = keyfile::masters(settings, path(settings))?;
    opened(settings, &masters)
}

fn opened(settings: &Settings, masters: &keyfile::Masters) -> Result<Store, Failure> {
    let opened = Store::open(path(settings), masters);
    opened.map_err(|error| Failure::because("open the store", &error).maybe_hint(error.hint()))
}

fn path(settings: &Settings) -> &Path {
    settings.database.url.path().expect("checked before")
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

fn hide_failure(error: &HideError) -> Failure {
    let doing = "keep the originals";
    match error {
        HideError::Vault(error) => vault_failure(doing, error),
        HideError::Worker | HideError::Unsettled => Failure::because(doing, error),
    }
}

/// Hides what was found.
pub(super) struct Keeper {
    sheets: Sheets,
    place: Place,
}

/// Where originals are kept.
enum Place {
    /// Nothing is kept, and nothing can be shown again.
    Nowhere(Vault),
    /// In a session.
    Session {
        /// The store.
        store: Store,
        /// Whose session it is, and its name; none until it is made.
        who: Numbers,
        /// Whether it was asked for something, and so made.
        used: bool,
    },
}

impl Keeper {
    /// Begins; with the name of a session the store is opened.
    ///
    /// # Errors
    /// When the store cannot be used, or the policy asks for a session and there is none.
    pub(super) async fn new(
        settings: &Settings,
        session: Option<String>,
        policy: Arc<Policy>,
    ) -> Result<Self, Failure> {
        let Some(session) = session else {
            let hashes = without_session(settings, &policy)?;
            let place = Place::Nowhere(Vault::default());
            return Ok(Self { sheets: Sheets::new(policy, hashes), place });
        };
        let masters = keyfile::masters(settings, path(settings))?;
        let store = opened(settings, &masters)?;
        let tenant = store.default_tenant().await;
        let tenant = tenant.map_err(|error| vault_failure("keep the originals", &error.into()))?;
        let secret = settings.privacy.salt.as_ref().unwrap_or(&masters.secret);
        let hashes = Hashes::new(Arc::new(Hasher::new(secret)), tenant);
        let session = Some(session).filter(|session| session != NEW);
        let who = Numbers { tenant, session, project: None };
        let sheets = Sheets::new(policy, Some(hashes));
        Ok(Self { sheets, place: Place::Session { store, who, used: false } })
    }

    /// Hides the next part of a text; `last` says that nothing follows. The originals are kept before anything is given
    /// out.
    ///
    /// # Errors
    /// When the session cannot be used; then nothing of the part is kept.
    pub(super) async fn part(&mut self, found: Found, last: bool) -> Result<Sheet, Failure> {
        match &mut self.place {
            Place::Nowhere(vault) => {
                let sheet = self.sheets.forgotten(vault, vec![found]).pop();
                Ok(sheet.expect("one for each"))
            }
            Place::Session { store, who, used } => {
                let was = who.session.is_some();
                let sheet = self.sheets.part((store, who), found, last).await;
                Self::said(was, who, used, sheet)
            }
        }
    }

    /// Hides texts, each of which will be read by itself, in one transaction.
    ///
    /// # Errors
    /// As [`Self::part`].
    pub(super) async fn strings(&mut self, found: Vec<Found>) -> Result<Vec<Sheet>, Failure> {
        match &mut self.place {
            Place::Nowhere(vault) => Ok(self.sheets.forgotten(vault, found)),
            Place::Session { store, who, used } => {
                let was = who.session.is_some();
                let sheets = self.sheets.strings((store, who), found).await;
                Self::said(was, who, used, sheets)
            }
        }
    }

    /// Says the name of a new session when it is made, so that it is known whatever comes after.
    fn said<T>(
        was: bool,
        who: &Numbers,
        used: &mut bool,
        done: Result<T, HideError>,
    ) -> Result<T, Failure> {
        if let (false, Some(made)) = (was, &who.session) {
            ui::note(&format!("the originals are kept in the session {made}"));
        }
        *used |= done.is_ok();
        done.map_err(|error| hide_failure(&error))
    }

    /// Ends. A session that was asked for is there, also when there was nothing to keep.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) async fn finish(mut self) -> Result<(), Failure> {
        let made = match self.place {
            Place::Session { used: false, .. } => self.strings(Vec::new()).await.map(drop),
            _ => Ok(()),
        };
        self.close().await;
        made
    }

    /// Closes the store.
    pub(super) async fn close(&self) {
        if let Place::Session { store, .. } = &self.place {
            store.close().await;
        }
    }
}

/// Looks whether the policy does without a session, and makes the hashes that it asks for.
fn without_session(settings: &Settings, policy: &Policy) -> Result<Option<Hashes>, Failure> {
    let Operators { default, kinds } = &policy.operators;
    let needs = |operator: &Operator| matches!(operator, Operator::Encrypt | Operator::Surrogate);
    let named = kinds.iter().filter(|(_, operator)| needs(operator));
    let mut asking: Vec<String> = named.map(|(kind, operator)| asks(kind, *operator)).collect();
    if needs(default) {
        asking.insert(0, format!("{} for every kind that it says nothing else of", default.name()));
    }
    if !asking.is_empty() {
        let why = "which only a session can undo, and there is none";
        let what = format!("redact by the policy {}: it asks for", policy.name);
        let hint = "`--session NAME` keeps what `tacitd restore --session NAME` needs, `--session new` makes one; or \
                    name another policy with `--policy`";
        let failure = Failure::new(format!("{what} {}, {why}", asking.join(", "))).hint(hint);
        return Err(Failure { code: exit::USAGE, ..failure });
    }
    if !kinds.values().chain([default]).any(|operator| *operator == Operator::Hash) {
        return Ok(None);
    }
    let secret = match &settings.privacy.salt {
        Some(salt) => salt.clone(),
        None => {
            // The key that the store's originals depend on: it must be as good as for opening the store.
            let faults = strict::faults(settings, Purpose::Store);
            if !faults.is_empty() {
                return Err(Failure::settings(&faults));
            }
            keyfile::masters(settings, path(settings))?.secret
        }
    };
    Ok(Some(Hashes::new(Arc::new(Hasher::new(&secret)), DEFAULT_TENANT_ID)))
}

fn asks(kind: &Kind, operator: Operator) -> String {
    format!("{} for {}", operator.name(), kind.name())
}

/// Gives the originals of a session.
pub(super) struct Originals {
    store: Store,
    tenant: i64,
    session: String,
    held: store::Originals,
    /// What was asked for, whether the session knows it or not.
    known: HashSet<Placeholder>,
    /// All surrogates.
    pub(super) surrogates: Vec<Surrogate>,
    /// Finds them.
    pub(super) finder: Arc<Finder>,
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
        let asked = Asked { surrogates: true, ..Asked::default() };
        let mut held = store.show(tenant, session, asked).await.map_err(failed)?;
        let surrogates = std::mem::take(&mut held.surrogates);
        let texts: Vec<_> = surrogates.iter().map(|surrogate| surrogate.text.as_str()).collect();
        let finder = Arc::new(Finder::new(&texts));
        let (session, known) = (session.to_owned(), HashSet::new());
        Ok(Self { store, tenant, session, held, known, surrogates, finder })
    }

    /// Has the originals of `asked` at hand until it is asked again.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn have(&mut self, mut asked: Asked) -> Result<(), Failure> {
        if self.known.len() + self.held.tokens.len() > ORIGINALS_MAX {
            self.held = store::Originals::default();
            self.known.clear();
        }
        asked.placeholders.retain(|one| self.known.insert(*one));
        asked.tokens.retain(|one| !self.held.tokens.contains_key(one));
        if !asked.placeholders.is_empty() || !asked.tokens.is_empty() {
            let asked = Asked { surrogates: false, ..asked };
            let found = self.store.show(self.tenant, &self.session, asked).await;
            let found = found.map_err(|error| vault_failure(&doing(&self.session), &error))?;
            self.held.placeholders.extend(found.placeholders);
            self.held.tokens.extend(found.tokens);
        }
        Ok(())
    }

    /// Those that were asked for.
    pub(super) fn held(&self) -> &store::Originals {
        &self.held
    }

    /// Closes the store.
    pub(super) async fn close(&self) {
        self.store.close().await;
    }
}

fn doing(session: &str) -> String {
    format!("restore from the session {session}")
}
