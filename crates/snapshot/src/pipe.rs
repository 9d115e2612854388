//! Chunks in, packs out. The caller's thread hashes and gathers; some threads compress; one encrypts and stores, in the
//! order in which blocks came. What is on its way is bounded, so the memory is too, whatever the size of a tree.

use crate::error::Error;
use crate::hash::Hash;
use crate::index::{Known, Place};
use crate::key::Recipient;
use crate::pack::{Block, Named, Open, gzip};
use crate::record::{Part, pack_name};
use crate::store::Store;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard};
use std::thread::{Scope, ScopedJoinHandle};

/// Threads that compress: more would not find work, as one thread reads.
const THREADS_MAX: usize = 8;

/// A block on its way through a thread that compresses.
struct Job {
    block: Block,
    done: SyncSender<Zipped>,
}

struct Zipped {
    bytes: Vec<u8>,
    unpacked: usize,
    chunks: Vec<Named>,
}

/// A pack that came to be, and what is in it.
pub(crate) type Stored = (Part, Vec<Named>);

/// The threads, and what is on its way.
pub(crate) struct Pipe<'scope, 'env> {
    known: &'env Mutex<Known>,
    block: Block,
    jobs: SyncSender<Job>,
    order: SyncSender<Receiver<Zipped>>,
    writer: ScopedJoinHandle<'scope, Result<Vec<Stored>, Error>>,
    /// The packs that hold chunks which were there before.
    needed: BTreeSet<Part>,
    /// Bytes that were not there before.
    pub(crate) added: u64,
}

pub(crate) fn lock(known: &Mutex<Known>) -> MutexGuard<'_, Known> {
    known.lock().expect("nobody panics while it is held")
}

impl<'scope, 'env> Pipe<'scope, 'env> {
    /// Starts the threads.
    pub(crate) fn new(
        scope: &'scope Scope<'scope, 'env>,
        store: &'env dyn Store,
        recipient: &'env Recipient,
        known: &'env Mutex<Known>,
    ) -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from).min(THREADS_MAX);
        let (jobs, take) = sync_channel::<Job>(threads);
        let (order, ordered) = sync_channel(2 * threads);
        let take = std::sync::Arc::new(Mutex::new(take));
        for _ in 0..threads {
            let take = std::sync::Arc::clone(&take);
            scope.spawn(move || compress(&take));
        }
        let writer = scope.spawn(move || write(store, recipient, known, &ordered));
        Self {
            known,
            block: Block::default(),
            jobs,
            order,
            writer,
            needed: BTreeSet::new(),
            added: 0,
        }
    }

    /// Keeps a chunk.
    ///
    /// # Errors
    /// When nothing can be kept any more; [`Self::finish`] says why.
    pub(crate) fn chunk(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
        let hash = Hash::of(bytes);
        // Not held any longer: what follows takes it again.
        let place = lock(self.known).place(&hash);
        match place {
            Place::Pack(part) => drop(self.needed.insert(part)),
            Place::Coming => {}
            Place::Nowhere => {
                lock(self.known).coming(hash);
                self.added += bytes.len() as u64;
                self.block.add(hash, bytes);
            }
        }
        if self.block.is_full() {
            self.send()?;
        }
        Ok(hash)
    }

    /// Uses chunks that are there already; says whether all of them are.
    pub(crate) fn reuse(&mut self, chunks: &[Hash]) -> bool {
        let known = lock(self.known);
        let places: Vec<_> = chunks.iter().map(|chunk| known.place(chunk)).collect();
        if places.contains(&Place::Nowhere) {
            return false;
        }
        self.needed.extend(places.iter().filter_map(Place::part));
        true
    }

    fn send(&mut self) -> Result<(), Error> {
        let (done, zipped) = sync_channel(1);
        let block = std::mem::take(&mut self.block);
        let sent = self.order.send(zipped).is_ok() && self.jobs.send(Job { block, done }).is_ok();
        // The writer is gone, and what it returns says why.
        if sent { Ok(()) } else { Err(Error::Asked("go on: the writer has ended".into())) }
    }

    /// Waits until all is stored. Gives the packs that came to be, and all that are needed.
    ///
    /// # Errors
    /// When something could not be stored.
    pub(crate) fn finish(mut self) -> Result<(Vec<Stored>, Vec<Part>), Error> {
        if !self.block.chunks.is_empty() {
            drop(self.send());
        }
        drop((self.jobs, self.order));
        let stored = self.writer.join().expect("the writer does not panic")?;
        self.needed.extend(stored.iter().map(|(part, _)| *part));
        Ok((stored, self.needed.into_iter().collect()))
    }
}

fn compress(take: &Mutex<Receiver<Job>>) {
    loop {
        let job = take.lock().expect("nobody panics while it is held").recv();
        let Ok(Job { block, done }) = job else { return };
        let bytes = gzip(&block.bytes);
        // Nobody waits for it when the writer has failed.
        drop(done.send(Zipped { bytes, unpacked: block.bytes.len(), chunks: block.chunks }));
    }
}

fn write(
    store: &dyn Store,
    recipient: &Recipient,
    known: &Mutex<Known>,
    ordered: &Receiver<Receiver<Zipped>>,
) -> Result<Vec<Stored>, Error> {
    let mut stored = Vec::new();
    let mut open: Option<Open> = None;
    for zipped in ordered {
        // A block whose thread is gone: the pipe was left behind, and nothing is made of what it had.
        let Ok(zipped) = zipped.recv() else { break };
        let mut pack = match open.take() {
            Some(pack) => pack,
            None => Open::new(recipient)?,
        };
        pack.add(&zipped.bytes, zipped.unpacked, zipped.chunks)?;
        if pack.is_full() {
            stored.push(put(store, known, pack)?);
        } else {
            open = Some(pack);
        }
    }
    if let Some(pack) = open {
        stored.push(put(store, known, pack)?);
    }
    Ok(stored)
}

fn put(store: &dyn Store, known: &Mutex<Known>, pack: Open) -> Result<Stored, Error> {
    let (bytes, chunks) = pack.finish()?;
    let part = Part::of(&bytes);
    let name = pack_name(&part.sha256);
    match store.put_new(&name, &bytes) {
        // What has that name has these bytes.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        put => put.map_err(Error::store("write", &name))?,
    }
    lock(known).stored(part, &chunks)?;
    Ok((part, chunks))
}
