//! Where the public keys come from, and the set that is in force. A new set takes the place of the old one, whole; when
//! none can be had the old one stays. A token with a key that nobody knows makes us look again, since providers change
//! keys when they like, but no more than once a minute: anybody can make up names of keys.

use super::fetch::{FetchError, Fetcher};
use super::set::{SET_BYTES_MAX, Set, SetError};
use super::token::Algorithm;
use crate::settings::KeySet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// How long after a look for an unknown key nobody looks again.
const LOOK_PAUSE: Duration = Duration::from_secs(60);

/// Why there is no new set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    #[error("read the keys for tokens in {}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("fetch the keys for tokens (jwt.jwks)")]
    Fetch(#[from] FetchError),
    #[error("use the keys for tokens (jwt.jwks)")]
    Set(#[from] SetError),
}

enum Place {
    File(PathBuf),
    Url(Box<Fetcher>),
}

/// The keys, now and as they change.
pub(super) struct Source {
    place: Place,
    current: RwLock<Option<Arc<Set>>>,
    /// When somebody last looked for a key that was unknown. Held while somebody looks.
    looked: Mutex<Option<Instant>>,
}

impl Source {
    /// Sets up. A file is read at once; what is published elsewhere, when somebody needs it or `watch` runs.
    ///
    /// # Errors
    /// When the file holds no set, or the address can never be asked.
    pub(super) fn open(
        from: &KeySet,
        ca: Option<&Path>,
        external: bool,
    ) -> Result<Self, SourceError> {
        let (place, current) = match from {
            KeySet::File(path) => (Place::File(path.clone()), Some(Arc::new(read(path)?))),
            KeySet::Url(uri) => {
                (Place::Url(Box::new(Fetcher::new(uri.clone(), ca, external)?)), None)
            }
        };
        Ok(Self { place, current: RwLock::new(current), looked: Mutex::default() })
    }

    fn current(&self) -> Option<Arc<Set>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The set that should hold that key: a new one where the one in force does not. None where there never was any.
    pub(super) async fn set_with(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
    ) -> Option<Arc<Set>> {
        let known = |set: &Arc<Set>| set.find(kid, algorithm).is_some();
        if let Some(set) = self.current().filter(known) {
            return Some(set);
        }
        let mut looked = self.looked.lock().await;
        // Somebody else may have looked while we waited.
        let set = self.current();
        let pausing = looked.is_some_and(|looked| looked.elapsed() < LOOK_PAUSE);
        if pausing || set.as_ref().is_some_and(known) {
            return set;
        }
        self.refresh().await;
        // The first set of all was not looked for because of a key.
        let found = self.current();
        if set.is_some() || found.is_none() {
            *looked = Some(Instant::now());
        }
        found
    }

    /// Sees to it that there is a set, then takes up what is new as often as that says.
    pub(super) async fn watch(&self, every: Duration) {
        if self.current().is_none() {
            let _looking = self.looked.lock().await;
            if self.current().is_none() {
                self.refresh().await;
            }
        }
        loop {
            tokio::time::sleep(every).await;
            let _looking = self.looked.lock().await;
            self.refresh().await;
        }
    }

    /// Takes up what is there now; tells the log where that fails.
    async fn refresh(&self) {
        let set = match &self.place {
            Place::File(path) => {
                let path = path.clone();
                let read = tokio::task::spawn_blocking(move || read(&path)).await;
                read.unwrap_or_else(|_| Err(SetError::Form.into()))
            }
            Place::Url(fetcher) => match fetcher.fetch().await {
                Ok(bytes) => Set::parse(&bytes).map_err(SourceError::from),
                Err(error) => Err(error.into()),
            },
        };
        match set {
            Ok(set) => {
                let keys = set.len();
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                if current.replace(Arc::new(set)).is_none() {
                    tracing::info!(keys, "the keys for tokens are in force");
                }
            }
            Err(error) => {
                let failure = crate::failure::Failure::because("renew them", &error);
                let why = failure.message;
                match self.current() {
                    Some(_) => tracing::error!(why, "the old keys for tokens stay in force"),
                    None => tracing::error!(why, "there are no keys for tokens yet"),
                }
            }
        }
    }
}

fn read(path: &Path) -> Result<Set, SourceError> {
    let failed = |source| SourceError::Read { path: path.to_owned(), source };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(SET_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > SET_BYTES_MAX {
        return Err(SetError::Form.into());
    }
    Ok(Set::parse(&bytes)?)
}
