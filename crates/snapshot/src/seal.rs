//! A tree into a repository: everything it needs first, its record last. Until the record is there, there is no
//! snapshot; what a killed run leaves is taken up by the next one.

use crate::cut::{Cut, Failed, Sink, cut};
use crate::error::Error;
use crate::files::{Files, Row};
use crate::hash::Hash;
use crate::index::Known;
use crate::key::{HostKey, Recipient, encrypt};
use crate::pack::gzip;
use crate::pipe::{Pipe, Stored};
use crate::record::{self, Epoch, FORMAT, MARKER, Part, Signed, Snapshot, index_name};
use crate::repository::{Recorded, Repository, newest};
use crate::state::{Head, State, Trust};
use crate::store::{Listed, Store};
use crate::tar::END;
use crate::walk::{Found, Problem, Walk};
use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// What is to be backed up.
#[derive(Debug, Clone)]
pub struct Request {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// What the snapshot is called.
    pub name: String,
    /// What the machine is called.
    pub host: String,
    /// When it began.
    pub time: jiff::Timestamp,
    /// Who can read a repository that is made now; in one that is there they must be the same, or none.
    pub recipients: Vec<Recipient>,
    /// Whose repository it may be, when it is not of this machine.
    pub trust: Trust,
    /// Folders that are left out wherever they are met.
    pub without: Vec<PathBuf>,
    /// What is read of files.
    pub reading: Reading,
}

/// What is read of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Those that changed since this machine last read them, by size, times and number.
    Changed,
    /// All.
    Everything,
}

/// What happens meanwhile.
#[derive(Debug)]
pub enum Event {
    /// So many bytes were gone through.
    Bytes(u64),
    /// Something did not go well.
    Problem(Problem),
    /// A repository was made.
    Made,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The record.
    pub record: Snapshot,
    /// Bytes that were not in the repository before, as they were read.
    pub added: u64,
    /// What the store holds more than before, in packs.
    pub stored: u64,
    /// Files that were not read, as they had not changed.
    pub unread: u64,
}

/// Who writes, and what he remembers.
#[derive(Debug)]
pub struct Host<'h> {
    /// His key.
    pub key: &'h HostKey,
    /// The folder with what is remembered of repositories.
    pub state: &'h Path,
}

/// Takes a snapshot.
///
/// # Errors
/// When it could not be taken; then there is none.
pub fn seal(
    store: &dyn Store,
    host: &Host<'_>,
    request: &Request,
    tell: &mut dyn FnMut(Event),
) -> Result<Sealed, Error> {
    if !record::is_name(&request.name) {
        let what = format!(
            "call the snapshot {}: a name has up to 64 of a-z, 0-9, dot, dash and underscore",
            request.name
        );
        return Err(Error::Asked(what));
    }
    let repository = open(store, request, tell)?;
    let mut state = State::open(host.state, &repository.marker.repository)?;
    let _lock = state.lock()?;
    repository.explain()?;
    let epoch = epoch(&repository, &mut state, host.key, request)?;
    let (records, problems) = repository.snapshots()?;
    problems.into_iter().for_each(|problem| tell(Event::Problem(problem)));
    let (sequence, previous) = head(&state, &records, host.key, tell);

    let known = Mutex::new(Known::open(state.dir(), &packs(&repository)?)?);
    let recipient = Recipient::parse(&epoch.record.recipient)?;
    let files = Files::open(state.dir(), &request.name, request.reading)?;
    let mut run = Run {
        order: String::new(),
        chunks: 0,
        bytes: 0,
        entries: 0,
        unstable: 0,
        unread: 0,
        files,
        since: request.time,
    };
    let without = left_out(request, host.state);
    let (stored, packs, added) = std::thread::scope(|scope| {
        let mut pipe = Pipe::new(scope, store, &recipient, &known);
        let done = run.tree(request, &without, &mut pipe, tell);
        let added = pipe.added;
        // What the writer says is the cause of what went wrong here.
        let finished = pipe.finish();
        let (stored, packs) = finished?;
        done.map(|()| (stored, packs, added))
    })?;
    let sum = stored.iter().map(|(part, _)| part.size).sum();
    let indexes = index(&repository, &recipient, &stored)?;
    let list = encrypt(std::slice::from_ref(&recipient), &gzip(run.order.as_bytes()))?;
    let place = (repository.marker.repository.as_str(), epoch.record.epoch);
    let before = (sequence, previous);
    let record = Snapshot { indexes, packs, ..run.record(request, place, before, Part::of(&list)) };
    let name = record.list_name();
    store.put_new(&name, &list).map_err(Error::store("write", &name))?;
    let signed = record::write_signed(&record, host.key);
    let name = format!("{}.json", record.base());
    store.put_new(&name, &signed).map_err(Error::store("write", &name))?;
    state.set_head(Head { sequence, record: Hash::of(&signed), base: record.base() })?;
    known.into_inner().expect("nobody panics while it is held").merge()?;
    run.files.finish()?;
    Ok(Sealed { record, added, stored: sum, unread: run.unread })
}

fn open<'s>(
    store: &'s dyn Store,
    request: &Request,
    tell: &mut dyn FnMut(Event),
) -> Result<Repository<'s>, Error> {
    match store.get(MARKER) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            if request.recipients.is_empty() {
                let what =
                    "begin a repository: nobody could read it; name who can with --recipient";
                return Err(Error::Asked(what.into()));
            }
            tell(Event::Made);
            Repository::create(store, request.time)
        }
        _ => Repository::open(store),
    }
}

/// The epoch to write under: the one that this machine has written under before, or one of somebody it believes.
fn epoch(
    repository: &Repository<'_>,
    state: &mut State,
    key: &HostKey,
    request: &Request,
) -> Result<Signed<Epoch>, Error> {
    let mut epochs = repository.epochs()?;
    if epochs.is_empty() && state.epoch().is_none() {
        repository.begin(&request.recipients, key, request.time)?;
        epochs = repository.epochs()?;
    }
    let distrust = |what: &str| Err(Error::Distrust { what: what.to_owned() });
    let Some(epoch) = epochs.pop() else {
        return distrust("the epoch that this machine has written under is gone");
    };
    let believed = state.believed(&request.trust);
    let is_own = epoch.signer == key.signer();
    match state.epoch() {
        Some(known) if known == epoch.hash => {}
        Some(_) => return distrust("its epoch is not the one that this machine has written under"),
        None if is_own || believed.is_none_or(|believed| believed.contains(&epoch.signer)) => {}
        None => {
            let what = format!("it was begun by {}, whom nobody named with --signer", epoch.signer);
            return distrust(&what);
        }
    }
    let mut wanted: Vec<_> = request.recipients.iter().map(ToString::to_string).collect();
    let mut there = epoch.record.recipients.clone();
    wanted.sort();
    wanted.dedup();
    there.sort();
    there.dedup();
    if !wanted.is_empty() && wanted != there {
        let what = "use these recipients: the repository was begun for others, which cannot be changed; without --recipient they are kept";
        return Err(Error::Asked(what.into()));
    }
    if state.epoch().is_none() {
        state.set_epoch(epoch.hash)?;
    }
    state.believe([key.signer(), epoch.signer].into_iter())?;
    Ok(epoch)
}

/// The number of the next record, and the one before it: the newest that is known, here or there.
fn head(
    state: &State,
    records: &[Recorded],
    key: &HostKey,
    tell: &mut dyn FnMut(Event),
) -> (u64, Option<Hash>) {
    let there =
        newest(records, key).map(|recorded| (recorded.record().sequence, recorded.signed.hash));
    let here = state.head().map(|head| (head.sequence, head.record));
    if let Some(head) = state
        .head()
        .filter(|_| here > there && here.map(|here| here.0) > there.map(|there| there.0))
    {
        tell(Event::Problem(Problem::new(
            format!("{}.json", head.base),
            "the newest snapshot of this machine is missing",
        )));
    }
    let newest = there.max(here);
    (newest.map_or(1, |newest| newest.0 + 1), newest.map(|newest| newest.1))
}

/// The packs that are there, and their sizes.
fn packs(repository: &Repository<'_>) -> Result<BTreeMap<Hash, u64>, Error> {
    let listed = repository.list("packs/")?;
    let pack = |listed: &Listed| {
        let name = listed.name.strip_prefix("packs/")?.strip_suffix(".tar.gz.age")?;
        Some((Hash::parse(name)?, listed.size))
    };
    Ok(listed.iter().filter_map(pack).collect())
}

fn left_out(request: &Request, state: &Path) -> HashSet<(u64, u64)> {
    let folders = request.without.iter().map(PathBuf::as_path).chain([state]);
    let key =
        |folder: &Path| std::fs::metadata(folder).ok().map(|found| (found.dev(), found.ino()));
    folders.filter_map(key).collect()
}

/// Writes down in which packs the new chunks are.
fn index(
    repository: &Repository<'_>,
    recipient: &Recipient,
    stored: &[Stored],
) -> Result<Vec<Part>, Error> {
    if stored.is_empty() {
        return Ok(Vec::new());
    }
    let mut text = String::new();
    for (part, chunks) in stored {
        text.push_str(&format!("pack {} {}\n", part.sha256, part.size));
        chunks.iter().for_each(|(chunk, length)| text.push_str(&format!("{chunk} {length}\n")));
    }
    let bytes = encrypt(std::slice::from_ref(recipient), &gzip(text.as_bytes()))?;
    let part = Part::of(&bytes);
    repository.put(&index_name(&part.sha256), &bytes)?;
    Ok(vec![part])
}

/// What one run gathers.
struct Run {
    /// The names of all chunks, a line each.
    order: String,
    chunks: u64,
    bytes: u64,
    entries: u64,
    unstable: u64,
    unread: u64,
    files: Files,
    since: jiff::Timestamp,
}

impl Sink for Pipe<'_, '_> {
    fn chunk(&mut self, bytes: &[u8]) -> Result<Hash, Error> {
        Self::chunk(self, bytes)
    }
}

impl Run {
    fn tree(
        &mut self,
        request: &Request,
        without: &HashSet<(u64, u64)>,
        pipe: &mut Pipe<'_, '_>,
        tell: &mut dyn FnMut(Event),
    ) -> Result<(), Error> {
        let mut walk = Walk::new(&request.paths, without)?;
        while let Some(found) = walk.next() {
            let mut found = match found {
                Ok(found) => found,
                Err(problem) => {
                    tell(Event::Problem(problem));
                    continue;
                }
            };
            match self.entry(&mut found, pipe) {
                Ok(cut) => {
                    if cut.unstable {
                        tell(Event::Problem(Problem::at(
                            &found.source,
                            "it changed each time it was read",
                        )));
                    }
                    self.take(&cut);
                    tell(Event::Bytes(cut.bytes));
                }
                Err(Failed::Read(error)) => {
                    walk.forget(&found);
                    tell(Event::Problem(Problem::at(&found.source, error.to_string())));
                }
                Err(Failed::Keep(error)) => return Err(error),
            }
        }
        let end = pipe.chunk(&END)?;
        self.take(&Cut { chunks: vec![end], bytes: END.len() as u64, unstable: false });
        self.entries -= 1;
        Ok(())
    }

    /// Cuts an entry, or takes what was cut when it was last read.
    fn entry(&mut self, found: &mut Found, pipe: &mut Pipe<'_, '_>) -> Result<Cut, Failed> {
        if let Some(row) = self.files.same(found)?.filter(|row| pipe.reuse(&row.chunks)) {
            self.unread += 1;
            self.files.keep(&row)?;
            return Ok(Cut { chunks: row.chunks, bytes: row.bytes, unstable: false });
        }
        let cut = cut(found, pipe)?;
        // A file that changes twice within one tick of the clock looks the same; so one that has just changed is read
        // again the next time.
        let is_old = found.stamp.changed.seconds < self.since.as_second() - 2;
        if is_old && !cut.unstable && Files::keeps(found) {
            let chunks = cut.chunks.clone();
            self.files.keep(&Row {
                path: found.entry.path.clone(),
                stamp: found.stamp,
                bytes: cut.bytes,
                chunks,
            })?;
        }
        Ok(cut)
    }

    /// What is to be said of it, but for the packs.
    fn record(
        &self,
        request: &Request,
        (repository, epoch): (&str, u32),
        (sequence, previous): (u64, Option<Hash>),
        list: Part,
    ) -> Snapshot {
        Snapshot {
            r#type: "tacit-snapshot".into(),
            format: FORMAT,
            repository: repository.to_owned(),
            epoch,
            sequence,
            previous,
            // Whole seconds, as the name has them.
            time: jiff::Timestamp::from_second(request.time.as_second()).expect("it is a time"),
            name: request.name.clone(),
            host: request.host.clone(),
            quiesce: "none".into(),
            entries: self.entries,
            unstable: self.unstable,
            bytes: self.bytes,
            chunks: self.chunks,
            list,
            indexes: Vec::new(),
            packs: Vec::new(),
        }
    }

    fn take(&mut self, cut: &Cut) {
        for chunk in &cut.chunks {
            self.order.push_str(&chunk.hex());
            self.order.push('\n');
        }
        self.chunks += cut.chunks.len() as u64;
        self.bytes += cut.bytes;
        self.entries += 1;
        self.unstable += u64::from(cut.unstable);
    }
}
