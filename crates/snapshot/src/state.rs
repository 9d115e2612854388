//! What a machine remembers of a repository, outside of it: whom it believes, which epoch it writes under, the newest
//! record it wrote, and which chunks are there. One folder for each repository, by its id.

use crate::error::Error;
use crate::hash::Hash;
use crate::record::Signer;
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// Whose records are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Those of these signers, and of those that are remembered.
    Signers(BTreeSet<Signer>),
    /// Anybody's: for whoever has no copy of the signer's name, and looks at it himself.
    Anybody,
}

impl Default for Trust {
    fn default() -> Self {
        Self::Signers(BTreeSet::new())
    }
}

/// The newest record that this machine wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub(crate) sequence: u64,
    pub(crate) record: Hash,
    /// The name of the snapshot's objects, without the ending.
    pub(crate) base: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Memory {
    signers: BTreeSet<String>,
    /// The hash of the record of the epoch that was written under.
    epoch: Option<Hash>,
    head: Option<Head>,
}

/// The folder of a repository.
#[derive(Debug)]
pub struct State {
    dir: PathBuf,
    memory: Memory,
}

impl State {
    /// Opens what is remembered of a repository below that folder; nothing, where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn open(root: &Path, repository: &str) -> Result<Self, Error> {
        let dir = root.join(repository);
        let path = dir.join("memory.json");
        let memory = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|_| {
                Error::damaged(
                    &path.display().to_string(),
                    "what this machine remembers of the repository is broken",
                )
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Memory::default(),
            Err(error) => return Err(Error::file("read", &path)(error)),
        };
        Ok(Self { dir, memory })
    }

    /// The folder.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Keeps others of this machine from writing into the repository, until the file is dropped.
    pub(crate) fn lock(&self) -> Result<File, Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(Error::file("make", &self.dir))?;
        let path = self.dir.join("lock");
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(Error::file("write", &path))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| Error::Busy)?;
        Ok(file)
    }

    /// Whom it believes, with those who are named now; none when nobody is known.
    pub(crate) fn believed(&self, trust: &Trust) -> Option<BTreeSet<Signer>> {
        let mut known: BTreeSet<_> =
            self.memory.signers.iter().filter_map(|text| Signer::parse(text)).collect();
        match trust {
            Trust::Anybody => return None,
            Trust::Signers(signers) => known.extend(signers),
        }
        Some(known)
    }

    /// Remembers whom to believe.
    pub(crate) fn believe(&mut self, signers: impl Iterator<Item = Signer>) -> Result<(), Error> {
        let before = self.memory.signers.len();
        self.memory.signers.extend(signers.map(|signer| signer.to_string()));
        if self.memory.signers.len() > before { self.save() } else { Ok(()) }
    }

    pub(crate) fn epoch(&self) -> Option<Hash> {
        self.memory.epoch
    }

    pub(crate) fn set_epoch(&mut self, epoch: Hash) -> Result<(), Error> {
        self.memory.epoch = Some(epoch);
        self.save()
    }

    pub(crate) fn head(&self) -> Option<&Head> {
        self.memory.head.as_ref()
    }

    pub(crate) fn set_head(&mut self, head: Head) -> Result<(), Error> {
        self.memory.head = Some(head);
        self.save()
    }

    fn save(&self) -> Result<(), Error> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.dir)
            .map_err(Error::file("make", &self.dir))?;
        let bytes = serde_json::to_vec(&self.memory).expect("it has no maps with odd keys");
        replace(&self.dir.join("memory.json"), &bytes)
    }
}

/// Replaces a file by a whole new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let aside = path.with_extension("aside");
    let written =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&aside);
    let written = written.and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        crate::store::dir::sync_dir(path.parent().expect("it lies in a folder"))
    });
    written.map_err(Error::file("write", path))
}
