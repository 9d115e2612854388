//! A repository as everybody may see it: its marker, its epochs, its records. No key opens anything here.

use crate::error::Error;
use crate::hash::Hash;
use crate::key::{HostKey, Identities, Recipient, encrypt};
use crate::record::{self, Epoch, FORMAT, MARKER, Marker, Part, README, Signed, Snapshot};
use crate::state::{State, Trust};
use crate::store::{Listed, Store};
use crate::walk::Problem;
use data_encoding::HEXLOWER;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::ExposeSecret;
use std::io::ErrorKind;

/// What a repository says to whoever has lost us.
const README_TEXT: &str = include_str!("README-RESTORE.txt");

/// A repository.
pub struct Repository<'s> {
    /// Where its objects are.
    pub(crate) store: &'s dyn Store,
    /// Its marker.
    pub marker: Marker,
    /// The hash of the marker's object.
    marker_hash: Hash,
}

impl std::fmt::Debug for Repository<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository").field("marker", &self.marker).finish_non_exhaustive()
    }
}

/// A record, and what it is called in the store.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The record, its signer and its hash.
    pub signed: Signed<Snapshot>,
    /// The name of its object.
    pub name: String,
}

impl Recorded {
    /// What it says.
    pub fn record(&self) -> &Snapshot {
        &self.signed.record
    }
}

impl<'s> Repository<'s> {
    /// Opens one.
    ///
    /// # Errors
    /// When there is none, or it is of a later version.
    pub fn open(store: &'s dyn Store) -> Result<Self, Error> {
        let bytes = store.get(MARKER).map_err(Error::store("read", MARKER))?;
        let marker: Marker = record::plain(MARKER, &bytes, "tacit-repository")?;
        let is_id =
            marker.repository.len() == 32 && HEXLOWER.decode(marker.repository.as_bytes()).is_ok();
        if !is_id {
            return Err(Error::damaged(MARKER, "its id is none"));
        }
        Ok(Self { store, marker, marker_hash: Hash::of(&bytes) })
    }

    /// Makes one, where nothing is.
    ///
    /// # Errors
    /// When something is there already, or cannot be written.
    pub fn create(store: &'s dyn Store, time: jiff::Timestamp) -> Result<Self, Error> {
        if !store.list("").map_err(Error::store("list", "the repository"))?.is_empty() {
            return Err(Error::Asked(
                "make a repository: the folder is neither empty nor a repository".into(),
            ));
        }
        let mut id = [0; 16];
        SystemRandom::new().fill(&mut id).expect("the system has randomness");
        let r#type = "tacit-repository".to_owned();
        let marker = Marker { r#type, format: FORMAT, repository: HEXLOWER.encode(&id), time };
        let bytes = record::write_plain(&marker);
        store.put_new(MARKER, &bytes).map_err(Error::store("write", MARKER))?;
        Ok(Self { store, marker, marker_hash: Hash::of(&bytes) })
    }

    /// Writes how to do without us, where it is missing.
    pub(crate) fn explain(&self) -> Result<(), Error> {
        self.put(README, README_TEXT.as_bytes())
    }

    /// Whether the explanation is the one that this version writes.
    pub(crate) fn explains(&self) -> Result<(), Error> {
        let bytes = self.get(README)?;
        if bytes == README_TEXT.as_bytes() {
            Ok(())
        } else {
            Err(Error::damaged(README, "it is not as it was written"))
        }
    }

    /// Puts an object, or leaves the one that is there.
    pub(crate) fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        match self.store.put_new(name, bytes) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            put => put.map_err(Error::store("write", name)),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Result<Vec<u8>, Error> {
        self.store.get(name).map_err(Error::store("read", name))
    }

    pub(crate) fn get_part(&self, name: &str, part: &Part) -> Result<Vec<u8>, Error> {
        let bytes = self.get(name)?;
        crate::pack::is_part(name, &bytes, part)?;
        Ok(bytes)
    }

    pub(crate) fn list(&self, prefix: &str) -> Result<Vec<Listed>, Error> {
        let what = if prefix.is_empty() { "the repository" } else { prefix };
        self.store.list(prefix).map_err(Error::store("list", what))
    }

    /// The epochs that there are, by number. A record that cannot be read ends it, as all depends on it.
    ///
    /// # Errors
    /// When one is broken, or belongs to another repository.
    pub fn epochs(&self) -> Result<Vec<Signed<Epoch>>, Error> {
        let mut epochs: Vec<Signed<Epoch>> = Vec::new();
        for listed in self.list("epoch/")?.iter().filter(|listed| listed.name.ends_with(".json")) {
            let name = &listed.name;
            let epoch: Signed<Epoch> = record::signed(name, &self.get(name)?, "tacit-epoch")?;
            let is_next = epoch.record.epoch as usize == epochs.len() + 1;
            if epoch.record.repository != self.marker.repository {
                return Err(Error::damaged(name, "it belongs to another repository"));
            } else if epoch.record.marker != self.marker_hash {
                return Err(Error::damaged(MARKER, "its bytes were changed"));
            } else if *name != Epoch::name(epoch.record.epoch) || !is_next {
                return Err(Error::damaged(
                    name,
                    "an epoch before it is missing, or its name was changed",
                ));
            }
            Recipient::parse(&epoch.record.recipient)
                .map_err(|_| Error::damaged(name, "its recipient is none"))?;
            epochs.push(epoch);
        }
        Ok(epochs)
    }

    /// Begins the first epoch: makes its key, gives it to the recipients, and forgets it.
    pub(crate) fn begin(
        &self,
        recipients: &[Recipient],
        key: &HostKey,
        time: jiff::Timestamp,
    ) -> Result<(), Error> {
        if recipients.is_empty() {
            return Err(Error::Asked(
                "begin a repository: nobody could read it; name who can with --recipient".into(),
            ));
        }
        let (private, public) = Identities::generate();
        let text = format!("{}\n", private.expose_secret());
        let sealed = encrypt(recipients, text.as_bytes())?;
        let epoch = Epoch {
            r#type: "tacit-epoch".into(),
            format: FORMAT,
            repository: self.marker.repository.clone(),
            epoch: 1,
            time,
            recipient: public.to_string(),
            recipients: recipients.iter().map(ToString::to_string).collect(),
            key: Part::of(&sealed),
            marker: self.marker_hash,
        };
        self.put(&epoch.key_name(), &sealed)?;
        self.put(&Epoch::name(1), &record::write_signed(&epoch, key))
    }

    /// All records, the oldest first, and what is wrong with those that cannot be read.
    ///
    /// # Errors
    /// When the store cannot be listed, or a record is of a later version.
    pub fn snapshots(&self) -> Result<(Vec<Recorded>, Vec<Problem>), Error> {
        let (mut records, mut problems) = (Vec::new(), Vec::new());
        for listed in
            self.list("snaps/")?.into_iter().filter(|listed| listed.name.ends_with(".json"))
        {
            let name = listed.name;
            match self.snapshot(&name) {
                Ok(signed) => records.push(Recorded { signed, name }),
                Err(error @ Error::Newer { .. }) => return Err(error),
                Err(error) => problems.push(Problem::new(&name, what(&error))),
            }
        }
        records.sort_by_key(|recorded| (recorded.record().time, recorded.record().sequence));
        Ok((records, problems))
    }

    fn snapshot(&self, name: &str) -> Result<Signed<Snapshot>, Error> {
        let signed: Signed<Snapshot> = record::signed(name, &self.get(name)?, "tacit-snapshot")?;
        let record = &signed.record;
        if record.repository != self.marker.repository {
            return Err(Error::damaged(name, "it belongs to another repository"));
        } else if !record::is_name(&record.name) || format!("{}.json", record.base()) != name {
            return Err(Error::damaged(name, "its name was changed"));
        }
        Ok(signed)
    }

    /// The snapshot that is meant: by the beginning of its id, or `latest`, or `latest:NAME`.
    ///
    /// # Errors
    /// When none is, or more than one, or nobody vouches for it.
    pub fn find(&self, id: &str, state: &State, trust: &Trust) -> Result<Recorded, Error> {
        let (records, problems) = self.snapshots()?;
        let is_meant = |recorded: &&Recorded| match id.strip_prefix("latest") {
            Some("") => true,
            Some(rest) => rest.strip_prefix(':') == Some(recorded.record().name.as_str()),
            None => id.len() >= 4 && recorded.record().list.sha256.hex().starts_with(id),
        };
        let believed = state.believed(trust);
        if believed.as_ref().is_some_and(|believed| believed.is_empty()) {
            let what = "it is not known here who signs its snapshots; say it with --signer";
            return Err(Error::Distrust { what: what.into() });
        }
        let mut meant: Vec<_> = records.iter().filter(is_meant).collect();
        let is_believed = |recorded: &&Recorded| {
            believed.as_ref().is_none_or(|believed| believed.contains(&recorded.signed.signer))
        };
        if id.starts_with("latest") {
            meant = meant.into_iter().rfind(is_believed).into_iter().collect();
        }
        let broken = if problems.is_empty() {
            ""
        } else {
            "; some records cannot be read, `verify` lists them"
        };
        match meant[..] {
            [] => Err(Error::Asked(format!("find the snapshot {id}: there is none{broken}"))),
            [one] if is_believed(&one) => Ok(one.clone()),
            [one] => Err(Error::Distrust {
                what: format!("the snapshot is signed by {}, whom nobody named", one.signed.signer),
            }),
            _ => Err(Error::Asked(format!("find the snapshot {id}: more than one begins so"))),
        }
    }

    /// Opens the private keys of the epochs.
    ///
    /// # Errors
    /// When no identity opens any, or a key is broken.
    pub fn unlock(&self, identities: &Identities) -> Result<Identities, Error> {
        let mut keys = Identities::default();
        let mut failed = None;
        for epoch in self.epochs()? {
            match self.unlock_epoch(&epoch.record, identities) {
                Ok(key) => keys.add(key),
                Err(error) => failed = Some(error),
            }
        }
        match failed {
            Some(error) if keys.is_empty() => Err(error),
            _ if keys.is_empty() => {
                Err(Error::Asked("open the repository: it has no epoch yet".into()))
            }
            _ => Ok(keys),
        }
    }

    fn unlock_epoch(&self, epoch: &Epoch, identities: &Identities) -> Result<Identities, Error> {
        let name = epoch.key_name();
        let bytes = self.get_part(&name, &epoch.key)?;
        let mut text = zeroize::Zeroizing::new(String::new());
        let mut open = identities.open(&name, &bytes)?;
        std::io::Read::read_to_string(&mut open, &mut text)
            .map_err(|_| Error::damaged(&name, "it cannot be decrypted"))?;
        let key =
            Identities::parse(&text).map_err(|_| Error::damaged(&name, "there is no key in it"))?;
        if !key.are(&epoch.recipient) {
            return Err(Error::damaged(&name, "the key in it is not that of the epoch"));
        }
        Ok(key)
    }
}

/// What is wrong, without the name of the object, which stands beside it.
pub(crate) fn what(error: &Error) -> String {
    match error {
        Error::Damaged { what, .. } => what.clone(),
        Error::Missing { .. } => "it is missing".into(),
        Error::Store { source, .. } => format!("it cannot be read: {source}"),
        other => other.to_string(),
    }
}

/// The newest record that a signer wrote, by its number.
pub(crate) fn newest<'r>(records: &'r [Recorded], key: &HostKey) -> Option<&'r Recorded> {
    let own = records.iter().filter(|recorded| recorded.signed.signer == key.signer());
    own.max_by_key(|recorded| recorded.record().sequence)
}

/// The hashes of records, for the chain.
pub(crate) fn hashes(records: &[Recorded]) -> std::collections::BTreeSet<Hash> {
    records.iter().map(|recorded| recorded.signed.hash).collect()
}
