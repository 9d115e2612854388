//! A store in memory for tests: it counts what is written, and dies at the n-th write, before or after it was done.

use super::{Listed, Store};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Mutex, MutexGuard};

/// When the fake dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Death {
    /// The write does not happen.
    Before(u64),
    /// The write happens, and nobody hears of it.
    After(u64),
}

#[derive(Debug, Default)]
struct Inner {
    objects: BTreeMap<String, Vec<u8>>,
    writes: u64,
    death: Option<Death>,
    dead: bool,
}

/// Objects in memory.
#[derive(Debug, Default)]
pub struct FakeStore {
    inner: Mutex<Inner>,
}

impl FakeStore {
    /// Has it die at that write, counted from 1 and from now; or live again.
    pub fn die(&self, death: Option<Death>) {
        let mut inner = self.lock();
        (inner.writes, inner.death, inner.dead) = (0, death, false);
    }

    /// How many objects were to be written.
    pub fn writes(&self) -> u64 {
        self.lock().writes
    }

    /// Changes an object, as only a test and a broken disk do; `None` takes it away.
    pub fn tamper(&self, name: &str, bytes: Option<Vec<u8>>) {
        let mut inner = self.lock();
        match bytes {
            Some(bytes) => inner.objects.insert(name.to_owned(), bytes),
            None => inner.objects.remove(name),
        };
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("nobody panics while it is held")
    }
}

fn died() -> io::Error {
    io::Error::other("the store died")
}

impl Store for FakeStore {
    fn put_new(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.lock();
        if inner.dead {
            return Err(died());
        }
        if inner.objects.contains_key(name) {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        inner.writes += 1;
        let now = inner.writes;
        if inner.death == Some(Death::Before(now)) {
            inner.dead = true;
            return Err(died());
        }
        inner.objects.insert(name.to_owned(), bytes.to_vec());
        if inner.death == Some(Death::After(now)) {
            inner.dead = true;
            return Err(died());
        }
        Ok(())
    }

    fn get(&self, name: &str) -> io::Result<Vec<u8>> {
        let inner = self.lock();
        if inner.dead {
            return Err(died());
        }
        inner.objects.get(name).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn list(&self, prefix: &str) -> io::Result<Vec<Listed>> {
        let inner = self.lock();
        if inner.dead {
            return Err(died());
        }
        let matching = inner.objects.iter().filter(|(name, _)| name.starts_with(prefix));
        Ok(matching
            .map(|(name, bytes)| Listed { name: name.clone(), size: bytes.len() as u64 })
            .collect())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.lock().objects.remove(name).map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}
