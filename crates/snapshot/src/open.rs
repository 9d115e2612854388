//! A snapshot to a tree: made aside, compared as it is read, then renamed to where it is wanted.
//!
//! Whoever made the snapshot may wish us ill: every folder is opened from the one above it and never through a link, a
//! path that climbs is refused, and nothing that is there is written over.

use crate::error::Error;
use crate::glob::Glob;
use crate::place::Tree;
use crate::repository::what;
use crate::seal::Event;
use crate::source::Source;
use crate::tar::{self, Entry, Kind, fill};
use crate::walk::Problem;
use std::fs::{self, DirBuilder};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// What is wanted of a snapshot.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The folder to make.
    pub to: PathBuf,
    /// Only what one of these means; all, if there are none.
    pub only: Vec<Glob>,
    /// Which symbolic links are made.
    pub links: Links,
}

/// Which symbolic links are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// Those that lead to a place in the tree.
    Inside,
    /// All.
    Any,
}

/// What was restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Files, folders and everything else.
    pub entries: u64,
    /// Bytes of files.
    pub bytes: u64,
}

/// Restores a snapshot. What is lost of it is told, and the rest is restored.
///
/// # Errors
/// When the folder is there and not empty, when a path would lead out of it, or when nothing can be written.
pub fn restore(
    source: &mut Source<'_>,
    wanted: &Wanted,
    tell: &mut dyn FnMut(Event),
) -> Result<Restored, Error> {
    let to = std::path::absolute(&wanted.to).map_err(Error::file("find", &wanted.to))?;
    let is_free = match fs::read_dir(&to) {
        Err(error) if error.kind() == ErrorKind::NotFound => true,
        entries => entries.map_err(Error::file("read", &to))?.next().is_none(),
    };
    if !is_free {
        let what =
            format!("restore to {}: it is not empty, and nothing is written over", to.display());
        return Err(Error::Asked(what));
    }
    let name = to
        .file_name()
        .ok_or_else(|| Error::Asked("restore to that folder: it has no name".into()))?;
    let aside =
        to.with_file_name(format!(".{}.tacit-{}", name.to_string_lossy(), std::process::id()));
    DirBuilder::new().mode(0o700).create(&aside).map_err(Error::file("make", &aside))?;
    let restored =
        Tree::open(&aside, wanted.links).and_then(|tree| walk(source, wanted, tree, tell));
    let restored = restored.and_then(|restored| match fs::rename(&aside, &to) {
        Ok(()) => Ok(restored),
        Err(error) => Err(Error::file("rename what was restored to", &to)(error)),
    });
    if restored.is_err() {
        drop(fs::remove_dir_all(&aside));
    }
    restored
}

fn walk(
    source: &mut Source<'_>,
    wanted: &Wanted,
    mut tree: Tree,
    tell: &mut dyn FnMut(Event),
) -> Result<Restored, Error> {
    let mut restored = Restored::default();
    let (all, mut met) = (source.record.entries, 0);
    let mut reader = Entries::new(source);
    while let Some((entry, content)) = reader.next(&mut |problem| tell(Event::Problem(problem)))? {
        met += 1;
        tree.leave(&entry.path)?;
        let is_wanted =
            wanted.only.is_empty() || wanted.only.iter().any(|glob| glob.means(&entry.path));
        if entry.kind == Kind::Dir {
            tree.folder(entry, is_wanted)?;
            restored.entries += u64::from(is_wanted);
            continue;
        }
        if !is_wanted {
            continue;
        }
        let place = String::from_utf8_lossy(&entry.path).into_owned();
        let made = match &entry.kind {
            Kind::File { size } => {
                restored.bytes += size;
                let mut file = tree.file(&entry)?;
                match reader.content(&entry, content, &mut file)? {
                    Some(lost) => {
                        restored.bytes -= size;
                        tree.undo(&entry)?;
                        Err(format!("it is lost: {lost}"))
                    }
                    None => file.finish(&entry),
                }
            }
            _ => tree.other(&entry)?,
        };
        match made {
            Ok(()) => restored.entries += 1,
            Err(what) => tell(Event::Problem(Problem::new(place, what))),
        }
        if let Kind::File { size } = entry.kind {
            tell(Event::Bytes(size));
        }
    }
    if met != all {
        let what = format!("{met} of its {all} entries were found; the others are lost");
        tell(Event::Problem(Problem::new("the snapshot", what)));
    }
    for (place, what) in tree.finish()? {
        tell(Event::Problem(Problem::new(place, what)));
    }
    Ok(restored)
}

/// Where the content of a file is.
pub(crate) enum Content {
    /// In these bytes of the chunk with the header.
    Here(Vec<u8>),
    /// In the chunks from that one on.
    From(usize),
}

/// The entries of a snapshot.
pub(crate) struct Entries<'s, 'r> {
    source: &'s mut Source<'r>,
    at: usize,
    chunk: Vec<u8>,
}

impl<'s, 'r> Entries<'s, 'r> {
    pub(crate) fn new(source: &'s mut Source<'r>) -> Self {
        Self { source, at: 0, chunk: Vec::new() }
    }

    /// The next entry. Chunks that are no header are passed over, so what is lost does not end it.
    pub(crate) fn next(
        &mut self,
        tell: &mut dyn FnMut(Problem),
    ) -> Result<Option<(Entry, Content)>, Error> {
        while self.at < self.source.chunks() {
            let at = self.at;
            self.at += 1;
            if let Err(error) = self.source.chunk(at, &mut self.chunk) {
                tell(Problem::new(
                    format!("entry at chunk {at}"),
                    format!("it may be lost: {}", what(&error)),
                ));
                continue;
            }
            let mut rest = &self.chunk[..];
            match tar::next(&mut rest) {
                Ok(Some(entry)) => {
                    let is_here = rest.len() as u64 == entry.size() + fill(entry.size()) as u64;
                    if is_here {
                        let content = rest[..entry.size() as usize].to_vec();
                        return Ok(Some((entry, Content::Here(content))));
                    } else if rest.is_empty() {
                        return Ok(Some((entry, Content::From(self.at))));
                    }
                }
                Ok(None) if rest.is_empty() => return Ok(None),
                Ok(None) | Err(_) => {}
            }
        }
        tell(Problem::new("the end of the snapshot", "it is lost"));
        Ok(None)
    }

    /// Writes the content of the entry that was just given; says what is lost of it, if anything is.
    pub(crate) fn content(
        &mut self,
        entry: &Entry,
        content: Content,
        out: &mut dyn Write,
    ) -> Result<Option<String>, Error> {
        let failed = |source| Error::File {
            action: "write",
            path: Path::new(&*String::from_utf8_lossy(&entry.path)).to_owned(),
            source,
        };
        let mut at = match content {
            Content::Here(bytes) => return out.write_all(&bytes).map(|()| None).map_err(failed),
            Content::From(at) => at,
        };
        let mut left = entry.size();
        while left > 0 {
            if at >= self.source.chunks() {
                return Ok(Some("the snapshot ends before it does".into()));
            }
            if let Err(error) = self.source.chunk(at, &mut self.chunk) {
                return Ok(Some(what(&error)));
            }
            let length = left.min(self.chunk.len() as u64);
            out.write_all(&self.chunk[..length as usize]).map_err(failed)?;
            left -= length;
            at += 1;
        }
        self.at = at;
        Ok(None)
    }
}

/// Writes the content of one file.
///
/// # Errors
/// When there is no such file, or it is lost.
pub fn cat(source: &mut Source<'_>, path: &str, out: &mut dyn Write) -> Result<(), Error> {
    let path = path.trim_matches('/');
    match find(source, path, out)? {
        None => Ok(()),
        Some(first) => match find(source, &first, out)? {
            None => Ok(()),
            Some(_) => {
                Err(Error::Asked(format!("read {path}: it is another name of what is one itself")))
            }
        },
    }
}

/// Writes a file, or says which other name it has.
fn find(source: &mut Source<'_>, path: &str, out: &mut dyn Write) -> Result<Option<String>, Error> {
    let mut reader = Entries::new(source);
    let mut lost = Vec::new();
    while let Some((entry, content)) = reader.next(&mut |problem| lost.push(problem))? {
        if entry.path != path.as_bytes() {
            continue;
        }
        match entry.kind {
            Kind::File { .. } => {
                return match reader.content(&entry, content, out)? {
                    None => Ok(None),
                    Some(lost) => Err(Error::Asked(format!("read {path}: {lost}"))),
                };
            }
            Kind::Hard { ref target } => {
                return Ok(Some(String::from_utf8_lossy(target).into_owned()));
            }
            _ => return Err(Error::Asked(format!("read {path}: it is no file"))),
        }
    }
    let maybe = if lost.is_empty() { "" } else { ", or it is lost with the pack it was in" };
    Err(Error::Asked(format!("find {path} in the snapshot: there is no such file{maybe}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Hash;
    use crate::key::{HostKey, Identities, Recipient, encrypt};
    use crate::pack::{Block, Open, gzip};
    use crate::record::{self, FORMAT, Part, Snapshot, pack_name};
    use crate::repository::Repository;
    use crate::state::{State, Trust};
    use crate::store::Store;
    use crate::store::fake::FakeStore;
    use crate::tar::{END, Time};
    use secrecy::ExposeSecret;

    fn entry(path: &str, kind: Kind) -> Entry {
        Entry {
            path: path.as_bytes().to_vec(),
            kind,
            mode: 0o700,
            owner: (0, 0),
            time: Time { seconds: 1, nanoseconds: 0 },
            attributes: Vec::new(),
            sparse: false,
            unstable: false,
        }
    }

    fn link(path: &str, target: &str) -> Entry {
        entry(path, Kind::Link { target: target.as_bytes().to_vec() })
    }

    fn hard(path: &str, target: &str) -> Entry {
        entry(path, Kind::Hard { target: target.as_bytes().to_vec() })
    }

    fn file(path: &str) -> Entry {
        entry(path, Kind::File { size: 0 })
    }

    /// Restores what somebody wrote who can sign, and wishes us ill.
    fn restored(entries: &[Entry]) -> (tempfile::TempDir, Result<Restored, Error>, Vec<Problem>) {
        let headers: Vec<_> = entries.iter().map(Entry::header).collect();
        restored_chunks(&headers)
    }

    fn restored_chunks(
        headers: &[Vec<u8>],
    ) -> (tempfile::TempDir, Result<Restored, Error>, Vec<Problem>) {
        let dir = tempfile::tempdir().unwrap();
        let store = FakeStore::default();
        let time = jiff::Timestamp::from_second(4_000_000_000).unwrap();
        let key = HostKey::parse(&HostKey::generate()).unwrap();
        let (text, recipient) = Identities::generate();
        let identities = Identities::parse(text.expose_secret()).unwrap();
        let repository = Repository::create(&store, time).unwrap();
        repository.begin(&[recipient], &key, time).unwrap();
        let epoch = repository.epochs().unwrap().remove(0).record;
        let recipient = [Recipient::parse(&epoch.recipient).unwrap()];

        let (mut block, mut order, mut bytes) = (Block::default(), String::new(), 0);
        for chunk in headers.iter().map(Vec::as_slice).chain([&END[..]]) {
            let hash = Hash::of(chunk);
            block.add(hash, chunk);
            bytes += chunk.len() as u64;
            order.push_str(&format!("{hash}\n"));
        }
        let mut pack = Open::new(&recipient[0]).unwrap();
        pack.add(&gzip(&block.bytes), block.bytes.len(), block.chunks).unwrap();
        let (pack, _) = pack.finish().unwrap();
        let list = encrypt(&recipient, &gzip(order.as_bytes())).unwrap();
        let record = Snapshot {
            r#type: "tacit-snapshot".into(),
            format: FORMAT,
            repository: repository.marker.repository.clone(),
            epoch: 1,
            sequence: 1,
            previous: None,
            time,
            name: "data".into(),
            host: "host".into(),
            quiesce: "none".into(),
            entries: headers.len() as u64,
            unstable: 0,
            bytes,
            chunks: headers.len() as u64 + 1,
            list: Part::of(&list),
            indexes: Vec::new(),
            packs: vec![Part::of(&pack)],
        };
        store.put_new(&pack_name(&Hash::of(&pack)), &pack).unwrap();
        store.put_new(&record.list_name(), &list).unwrap();
        let name = format!("{}.json", record.base());
        store.put_new(&name, &record::write_signed(&record, &key)).unwrap();

        let state = State::open(dir.path(), &repository.marker.repository).unwrap();
        let recorded = repository.find("latest", &state, &Trust::Anybody).unwrap();
        let mut source = Source::open(&repository, &recorded, &identities, dir.path()).unwrap();
        let to = dir.path().join("a/b/out");
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let wanted = Wanted { to, only: Vec::new(), links: Links::Any };
        let mut problems = Vec::new();
        let restored = restore(&mut source, &wanted, &mut |event| {
            if let Event::Problem(problem) = event {
                problems.push(problem);
            }
        });
        (dir, restored, problems)
    }

    #[test]
    fn hostile_archives_are_refused_and_leave_nothing() {
        let dir = |path| entry(path, Kind::Dir);
        let hostile: [(&str, Vec<Entry>); 11] = [
            ("an absolute path", vec![file("/tmp/tacit-hostile")]),
            ("a path that climbs", vec![file("../evil")]),
            ("a path that climbs on its way", vec![dir("x"), file("x/../../evil")]),
            ("a folder that climbs", vec![dir("..")]),
            ("a file through a link", vec![link("x", "../.."), file("x/evil")]),
            ("a folder through a link", vec![link("x", "/tmp"), dir("x/evil")]),
            ("a link in the place of a folder", vec![dir("x"), link("x", "/tmp"), file("x/evil")]),
            ("another name of what is outside", vec![hard("x", "../../evil")]),
            ("another name through a link", vec![link("x", "../.."), hard("y", "x/secret")]),
            ("another name of a folder", vec![dir("x"), file("x/y"), hard("z", "x")]),
            ("the same path twice", vec![file("x"), file("x")]),
        ];
        for (what, entries) in hostile {
            let (dir, restored, _) = restored(&entries);
            assert!(matches!(restored, Err(Error::Unsafe { .. })), "{what}: {restored:?}");
            let left = |path: &str| fs::read_dir(dir.path().join(path)).unwrap().count();
            assert_eq!((left(""), left("a"), left("a/b")), (1, 1, 0), "{what}");
        }
    }

    #[test]
    fn what_is_no_entry_is_passed_over_and_told() {
        let mut broken = file("x").header();
        broken[3] ^= 1;
        let mut unknown = file("z").header();
        unknown[156] = b'V';
        let headers = [broken, file("y").header(), unknown, b"garbage".repeat(100)];
        let (dir, restored, problems) = restored_chunks(&headers);
        assert_eq!(restored.unwrap().entries, 1);
        assert!(dir.path().join("a/b/out/y").exists());
        assert_eq!(problems.len(), 1, "{problems:?}");
    }

    #[test]
    fn a_file_that_says_more_than_there_is_is_lost_alone() {
        let entries = [entry("x", Kind::File { size: 1 << 60 })];
        let (dir, restored, problems) = restored(&entries);
        assert_eq!(restored.unwrap().entries, 0);
        assert!(problems[0].what.contains("lost"), "{problems:?}");
        assert!(!dir.path().join("a/b/out/x").exists());
    }
}
