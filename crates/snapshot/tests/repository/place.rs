//! A place with keys, a store and a tree; and how two trees are compared.

use snapshot::store::fake::FakeStore;
use snapshot::{
    Depth, Error, Event, Host, HostKey, Identities, Links, Reading, Recipient, Repository, Request,
    Restored, Sealed, Source, State, Store, Trust, Wanted, check, restore, seal,
};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// When the first snapshot of a test is taken: later than any file of it, so that none is too young to be remembered.
pub(crate) const NOON: i64 = 4_000_000_000;

pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) store: FakeStore,
    pub(crate) key: HostKey,
    pub(crate) identities: Identities,
    pub(crate) recipient: Recipient,
    time: std::cell::Cell<i64>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let (text, recipient) = Identities::generate();
        let identities = Identities::parse(secrecy::ExposeSecret::expose_secret(&text)).unwrap();
        let key = HostKey::parse(&HostKey::generate()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("tree")).unwrap();
        let time = std::cell::Cell::new(NOON);
        Self { dir, store: FakeStore::default(), key, identities, recipient, time }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn tree(&self) -> PathBuf {
        self.path("tree")
    }

    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.tree().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub(crate) fn request(&self) -> Request {
        self.time.set(self.time.get() + 60);
        Request {
            paths: vec![self.tree()],
            name: "data".into(),
            host: "host".into(),
            time: jiff::Timestamp::from_second(self.time.get()).unwrap(),
            recipients: vec![self.recipient.clone()],
            trust: Trust::default(),
            without: Vec::new(),
            reading: Reading::Changed,
        }
    }

    pub(crate) fn try_seal(&self) -> (Result<Sealed, Error>, Vec<String>) {
        let state = self.path("state");
        let host = Host { key: &self.key, state: &state };
        let mut problems = Vec::new();
        let sealed = seal(&self.store, &host, &self.request(), &mut note(&mut problems));
        (sealed, problems)
    }

    pub(crate) fn seal(&self) -> Sealed {
        let (sealed, problems) = self.try_seal();
        assert_eq!(problems, [""; 0]);
        sealed.unwrap()
    }

    pub(crate) fn state(&self) -> State {
        let repository = Repository::open(&self.store).unwrap();
        State::open(&self.path("state"), &repository.marker.repository).unwrap()
    }

    /// Restores, and says what was lost. The folder has the tree under its whole path.
    pub(crate) fn try_restore(&self, id: &str) -> Result<(PathBuf, Vec<String>, Restored), Error> {
        let repository = Repository::open(&self.store)?;
        let recorded = repository.find(id, &self.state(), &Trust::default())?;
        let mut source = Source::open(&repository, &recorded, &self.identities, self.dir.path())?;
        let to = tempfile::tempdir_in(self.dir.path()).unwrap().keep().join("out");
        let wanted = Wanted { to: to.clone(), only: Vec::new(), links: Links::Any };
        let mut problems = Vec::new();
        let restored = restore(&mut source, &wanted, &mut note(&mut problems))?;
        Ok((to.join(self.tree().strip_prefix("/").unwrap()), problems, restored))
    }

    pub(crate) fn restore(&self, id: &str) -> PathBuf {
        let (tree, problems, _) = self.try_restore(id).unwrap();
        assert_eq!(problems, [""; 0]);
        tree
    }

    /// What is wrong, as the check tells it, and which snapshots are lost.
    pub(crate) fn check(&self, is_deep: bool) -> (Vec<String>, Vec<String>) {
        let repository = match Repository::open(&self.store) {
            Ok(repository) => repository,
            Err(error) => return (vec![error.to_string()], vec!["all".into()]),
        };
        let depth = if is_deep { Depth::Chunks(&self.identities) } else { Depth::Names };
        let mut problems = Vec::new();
        let checked =
            check(&repository, &self.state(), &Trust::default(), depth, &mut note(&mut problems));
        (problems, checked.unwrap().lost.into_iter().collect())
    }

    pub(crate) fn objects(&self) -> Vec<String> {
        self.store.list("").unwrap().into_iter().map(|listed| listed.name).collect()
    }
}

pub(crate) fn note(problems: &mut Vec<String>) -> impl FnMut(Event) {
    |event| {
        if let Event::Problem(problem) = event {
            problems.push(format!("{}: {}", problem.place, problem.what));
        }
    }
}

/// Bytes that no compression makes fewer, the same for the same seed.
pub(crate) fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 24) as u8
    };
    std::iter::repeat_with(next).take(length).collect()
}

/// A tree, as it is told by [`picture`].
pub(crate) type Picture = BTreeMap<Vec<u8>, String>;

/// All of a tree that a restore must bring back, by path.
pub(crate) fn picture(top: &Path) -> Picture {
    let mut picture = BTreeMap::new();
    let mut left = vec![top.to_owned()];
    while let Some(path) = left.pop() {
        let found = fs::symlink_metadata(&path).unwrap();
        let place = path.strip_prefix(top).unwrap().as_os_str().as_bytes().to_vec();
        let kind = found.file_type();
        let content = if kind.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            String::new()
        } else if kind.is_file() {
            snapshot::Hash::of(&fs::read(&path).unwrap()).hex()
        } else if kind.is_symlink() {
            format!("{:?}", fs::read_link(&path).unwrap())
        } else {
            format!("device {}", found.rdev())
        };
        let shared = if found.nlink() > 1 && !kind.is_dir() { found.nlink() } else { 1 };
        let text = format!(
            "{:o} {}:{} {}.{} {} names {shared} {content} {:?}",
            found.mode(),
            found.uid(),
            found.gid(),
            found.mtime(),
            found.mtime_nsec(),
            if kind.is_dir() { 0 } else { found.len() },
            attributes(&path)
        );
        picture.insert(place, text);
    }
    picture
}

fn attributes(path: &Path) -> Vec<(String, Vec<u8>)> {
    let mut names = vec![0; 4096];
    let length = rustix::fs::llistxattr(path, &mut names[..]).unwrap_or(0);
    let names = names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut found: Vec<_> = names
        .map(|name| {
            let name = String::from_utf8(name.to_vec()).unwrap();
            let mut value = vec![0; 4096];
            let length = rustix::fs::lgetxattr(path, &*name, &mut value[..]).unwrap();
            value.truncate(length);
            (name, value)
        })
        .collect();
    found.sort();
    found
}
