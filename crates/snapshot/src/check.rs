//! What is wrong with a repository. Without a key: every object that a record names is there with its hash, signatures
//! and chains are good, and the newest record of this machine is not withheld. With one: every chunk as well.
//!
//! Nothing ends it: each problem is told with the snapshots that it costs, and the rest is looked at.

use crate::error::Error;
use crate::hash::Hash;
use crate::key::Identities;
use crate::pack::unpack;
use crate::record::{MARKER, Part, README, index_name, pack_name};
use crate::repository::{Recorded, Repository, hashes, what};
use crate::seal::Event;
use crate::source::{index, order};
use crate::state::{State, Trust};
use crate::walk::Problem;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Records that can be read.
    pub snapshots: u64,
    /// Objects that they name and that are as they must be.
    pub objects: u64,
    /// Bytes of these.
    pub bytes: u64,
    /// Objects that no record names: of a run that was killed, or that goes on now.
    pub unnamed: Vec<String>,
    /// Ids of the snapshots that cannot be restored whole.
    pub lost: BTreeSet<String>,
    /// Who signed, where nobody said who may.
    pub strangers: BTreeSet<String>,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy)]
pub enum Depth<'i> {
    /// What everybody can.
    Names,
    /// All that these open.
    Chunks(&'i Identities),
}

/// Checks a repository.
///
/// # Errors
/// When it cannot be listed, or is of a later version. What is wrong with it is told instead.
pub fn check(
    repository: &Repository<'_>,
    state: &State,
    trust: &Trust,
    depth: Depth<'_>,
    tell: &mut dyn FnMut(Event),
) -> Result<Checked, Error> {
    let (records, problems) = repository.snapshots()?;
    let mut check = Check {
        repository,
        records,
        checked: Checked::default(),
        seen: BTreeMap::new(),
        named: BTreeSet::new(),
        tell,
    };
    for problem in problems {
        check.named.insert(problem.place.clone());
        let text = format!("{}: a snapshot is lost with it", problem.what);
        check.problem(&problem.place, text);
    }
    check.begin();
    check.epochs(state);
    check.signers(state, trust);
    check.chains(state);
    for at in 0..check.records.len() {
        check.snapshot(&check.records[at].clone());
    }
    if let Depth::Chunks(identities) = depth {
        check.deep(identities);
    }
    check.unnamed()?;
    check.checked.snapshots = check.records.len() as u64;
    Ok(check.checked)
}

struct Check<'c, 's> {
    repository: &'c Repository<'s>,
    records: Vec<Recorded>,
    checked: Checked,
    /// Objects that were looked at, and whether they are as they must be.
    seen: BTreeMap<String, bool>,
    named: BTreeSet<String>,
    tell: &'c mut dyn FnMut(Event),
}

impl Check<'_, '_> {
    fn problem(&mut self, place: &str, what: impl Into<String>) {
        (self.tell)(Event::Problem(Problem::new(place, what)));
    }

    fn begin(&mut self) {
        self.named.extend([MARKER.to_owned(), README.to_owned()]);
        if let Err(error) = self.repository.explains() {
            self.problem(README, what(&error));
        }
    }

    fn epochs(&mut self, state: &State) {
        match self.repository.epochs() {
            Err(error) => {
                let place = match &error {
                    Error::Damaged { name, .. }
                    | Error::Missing { name }
                    | Error::Store { name, .. } => name.clone(),
                    _ => "epoch/".to_owned(),
                };
                self.problem(
                    &place,
                    format!("{}: without it no snapshot can be opened", what(&error)),
                );
                self.lose_all();
            }
            Ok(epochs) => {
                let known = state.epoch();
                if known.is_some_and(|known| epochs.iter().all(|epoch| epoch.hash != known)) {
                    self.problem(
                        "epoch/",
                        "the epoch that this machine has written under is gone, or was exchanged",
                    );
                    self.lose_all();
                }
                for epoch in epochs {
                    self.named.insert(crate::record::Epoch::name(epoch.record.epoch));
                    let (name, key) = (epoch.record.key_name(), epoch.record.key);
                    if !self.part(&name, &key) {
                        self.problem(
                            &name,
                            "without this key no snapshot of the epoch can be opened",
                        );
                        self.lose_all();
                    }
                }
            }
        }
    }

    fn lose_all(&mut self) {
        let ids = self.records.iter().map(|recorded| recorded.record().id());
        self.checked.lost.extend(ids);
    }

    fn signers(&mut self, state: &State, trust: &Trust) {
        let epochs = self.repository.epochs().unwrap_or_default();
        let epochs = epochs
            .iter()
            .map(|epoch| (crate::record::Epoch::name(epoch.record.epoch), epoch.signer));
        let records =
            self.records.iter().map(|recorded| (recorded.name.clone(), recorded.signed.signer));
        let signed: Vec<_> = epochs.chain(records).collect();
        match state.believed(trust).filter(|believed| !believed.is_empty()) {
            None => {
                self.checked.strangers =
                    signed.iter().map(|(_, signer)| signer.to_string()).collect()
            }
            Some(believed) => {
                for (name, signer) in signed {
                    if !believed.contains(&signer) {
                        self.problem(&name, format!("it is signed by {signer}, whom nobody named"));
                    }
                }
            }
        }
    }

    /// Every record names the one before it, and the newest that this machine wrote is there.
    fn chains(&mut self, state: &State) {
        let there = hashes(&self.records);
        let mut wrong = Vec::new();
        for recorded in &self.records {
            let record = recorded.record();
            match record.previous {
                Some(before) if !there.contains(&before) => {
                    let what = format!(
                        "the snapshot before it ({} of its signer) is missing, or its record is broken",
                        record.sequence - 1
                    );
                    wrong.push((recorded.name.clone(), what));
                }
                None if record.sequence != 1 => wrong
                    .push((recorded.name.clone(), "it does not say which was before it".into())),
                _ => {}
            }
        }
        if let Some(head) = state.head().filter(|head| !there.contains(&head.record)) {
            wrong.push((
                format!("{}.json", head.base),
                "the newest snapshot that this machine wrote is missing, or its record is broken"
                    .into(),
            ));
        }
        wrong.into_iter().for_each(|(place, what)| self.problem(&place, what));
    }

    fn snapshot(&mut self, recorded: &Recorded) {
        let record = recorded.record();
        self.named.insert(recorded.name.clone());
        let id = record.id();
        let list = self.part(&record.list_name(), &record.list);
        let mut is_whole = list;
        for part in &record.packs {
            is_whole &= self.part(&pack_name(&part.sha256), part);
        }
        // What an index says can be found out without it.
        for part in &record.indexes {
            self.part(&index_name(&part.sha256), part);
        }
        if !is_whole && self.checked.lost.insert(id.clone()) {
            self.problem(&recorded.name, format!("the snapshot {id} cannot be restored whole"));
        }
    }

    /// Looks at an object once.
    fn part(&mut self, name: &str, part: &Part) -> bool {
        if let Some(is_good) = self.seen.get(name) {
            return *is_good;
        }
        self.named.insert(name.to_owned());
        let looked = self.repository.get_part(name, part);
        let is_good = looked.is_ok();
        match looked {
            Ok(bytes) => {
                self.checked.objects += 1;
                self.checked.bytes += bytes.len() as u64;
                (self.tell)(Event::Bytes(part.size));
            }
            Err(error) => self.problem(name, what(&error)),
        }
        self.seen.insert(name.to_owned(), is_good);
        is_good
    }

    /// Unpacks every pack, and looks for every chunk of every snapshot.
    fn deep(&mut self, identities: &Identities) {
        let keys = match self.repository.unlock(identities) {
            Ok(keys) => keys,
            Err(error) => return self.problem("epoch/", error.to_string()),
        };
        let packs: BTreeSet<Part> =
            self.records.iter().flat_map(|recorded| recorded.record().packs.clone()).collect();
        let mut chunks: HashMap<Hash, Vec<u32>> = HashMap::new();
        let mut numbers = BTreeMap::new();
        for (number, part) in (0..).zip(&packs) {
            numbers.insert(part.sha256, number);
            let name = pack_name(&part.sha256);
            let looked = self.repository.get_part(&name, part).and_then(|bytes| {
                unpack(&part.sha256, &bytes, &keys, &mut |chunk, _| {
                    chunks.entry(chunk).or_default().push(number);
                    Ok(())
                })
            });
            match looked {
                Ok(()) => (self.tell)(Event::Bytes(part.size)),
                // What anybody can see of it was told.
                Err(_) if self.seen.get(&name) == Some(&false) => {}
                Err(error) => self.problem(&name, what(&error)),
            }
        }
        for recorded in self.records.clone() {
            let needed =
                recorded.record().packs.iter().filter_map(|part| numbers.get(&part.sha256));
            let needed: BTreeSet<u32> = needed.copied().collect();
            self.chunks(&recorded, &keys, &|chunk| {
                chunks
                    .get(chunk)
                    .is_some_and(|packs| packs.iter().any(|pack| needed.contains(pack)))
            });
        }
    }

    fn chunks(&mut self, recorded: &Recorded, keys: &Identities, is_there: &dyn Fn(&Hash) -> bool) {
        let record = recorded.record();
        let order = match order(self.repository, record, keys) {
            Ok(order) => order,
            Err(_) if self.seen.get(&record.list_name()) == Some(&false) => return,
            Err(error) => {
                self.checked.lost.insert(record.id());
                return self.problem(&record.list_name(), what(&error));
            }
        };
        let distinct: BTreeSet<_> = order.iter().collect();
        let missing = distinct.iter().filter(|chunk| !is_there(chunk)).count();
        if missing > 0 && self.checked.lost.insert(record.id()) {
            let all = distinct.len();
            let what = format!(
                "{missing} of its {all} chunks are in none of its packs: the snapshot {} cannot be restored whole",
                record.id()
            );
            self.problem(&recorded.name, what);
        }
        for part in &record.indexes {
            let name = index_name(&part.sha256);
            if self.seen.get(&name) == Some(&true)
                && let Err(error) = index(self.repository, part, keys)
            {
                self.problem(&name, what(&error));
            }
        }
    }

    fn unnamed(&mut self) -> Result<(), Error> {
        let all = self.repository.list("")?.into_iter().map(|listed| listed.name);
        self.checked.unnamed = all.filter(|name| !self.named.contains(name)).collect();
        Ok(())
    }
}
