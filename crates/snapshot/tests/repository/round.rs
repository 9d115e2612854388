//! What goes in comes out.

use crate::place::{Place, noise, picture};
use rustix::fs::{CWD, FileType, Mode, XattrFlags, makedev, mknodat, setxattr};
use snapshot::{Glob, Links, Repository, Source, Trust, Wanted, cat, restore};
use std::ffi::OsStr;
use std::fs::{self, File, FileTimes, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::time::{Duration, SystemTime};

/// A tree with one of everything.
pub(crate) fn odd_tree(place: &Place) {
    let tree = place.tree();
    place.write("small", b"hello");
    place.write("empty", b"");
    place.write("exact", &noise(1, 64 << 10));
    place.write("large", &noise(2, 300_001));
    place.write("text", "all work and no play\n".repeat(40_000).as_bytes());
    place.write("a/b", b"1");
    place.write("a.b", b"2");
    place.write(&format!("deep/{}/{}", "d".repeat(120), "f".repeat(200)), b"long");
    fs::write(tree.join(OsStr::from_bytes(b"not \xff utf-8")), b"name").unwrap();
    let set_id = place.write("setuid", b"#!");
    fs::set_permissions(&set_id, Permissions::from_mode(0o4755)).unwrap();
    fs::hard_link(tree.join("large"), tree.join("name of large")).unwrap();
    fs::hard_link(tree.join("small"), tree.join("a/name of small")).unwrap();
    symlink("../small", tree.join("a/link")).unwrap();
    symlink("/nowhere", tree.join("dangling")).unwrap();
    symlink("x".repeat(180), tree.join("long link")).unwrap();
    let fifo = tree.join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::from_raw_mode(0o600), makedev(0, 0)).unwrap();
    let sparse = File::create(tree.join("sparse")).unwrap();
    sparse.set_len(40 << 20).unwrap();
    sparse.write_all_at(b"island", 17 << 20).unwrap();
    setxattr(tree.join("small"), "user.note", b"\x00\xffbytes", XattrFlags::empty()).unwrap();
    setxattr(tree.join("a"), "user.folder", b"too", XattrFlags::empty()).unwrap();
    let old = SystemTime::UNIX_EPOCH - Duration::new(12_345, 678_000_000);
    let text = File::options().write(true).open(tree.join("text")).unwrap();
    text.set_times(FileTimes::new().set_modified(old)).unwrap();
    fs::set_permissions(tree.join("a"), Permissions::from_mode(0o2750)).unwrap();
}

#[test]
fn a_tree_comes_back_as_it_was() {
    let place = Place::new();
    odd_tree(&place);
    let sealed = place.seal();
    assert_eq!(sealed.record.unstable, 0);
    let restored = place.restore("latest");
    assert_eq!(picture(&restored), picture(&place.tree()));
    let sparse = fs::metadata(restored.join("sparse")).unwrap();
    assert!(sparse.blocks() * 512 < 1 << 20, "its holes are holes: {} blocks", sparse.blocks());
    assert_eq!(place.check(true), (vec![], vec![]));
}

#[test]
fn what_did_not_change_is_neither_read_nor_stored_again() {
    let place = Place::new();
    odd_tree(&place);
    let first = place.seal();
    assert!(first.stored > 300_000, "{first:?}");
    let second = place.seal();
    assert_eq!((second.added, second.stored), (0, 0));
    assert!(second.unread > 8, "{second:?}");
    assert_eq!(second.record.previous.is_some(), first.record.previous.is_none());
    assert_eq!(second.record.packs, first.record.packs);
    assert_eq!(picture(&place.restore("latest")), picture(&place.tree()));
}

#[test]
fn a_change_that_keeps_size_and_time_is_seen_by_its_other_time() {
    let place = Place::new();
    let path = place.write("file", b"before");
    place.seal();
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, b"after!").unwrap();
    File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    place.seal();
    assert_eq!(fs::read(place.restore("latest").join("file")).unwrap(), b"after!");
}

#[test]
fn of_a_database_only_the_pages_that_changed_are_stored() {
    let place = Place::new();
    let mut bytes = b"SQLite format 3\0".to_vec();
    bytes.extend(noise(3, 16 << 20));
    let path = place.write("app", &bytes);
    place.seal();
    // Twenty of about a thousand pieces.
    let file = File::options().write(true).open(&path).unwrap();
    (0..20).for_each(|at| file.write_all_at(b"changed", at * 800_000 + 4096).unwrap());
    let second = place.seal();
    assert!(second.added <= 21 * (16 << 10) + 2048, "{} bytes", second.added);
    assert!(second.stored < 22 * (17 << 10), "{} bytes", second.stored);
    assert_eq!(picture(&place.restore("latest")), picture(&place.tree()));
}

#[test]
fn what_this_machine_remembered_can_be_lost() {
    let place = Place::new();
    odd_tree(&place);
    place.seal();
    fs::remove_dir_all(place.path("state")).unwrap();
    let second = place.seal();
    assert!(second.stored > 300_000 && second.unread == 0, "all is stored again");
    assert_eq!(second.record.sequence, 2, "and the chain goes on");
    assert_eq!(picture(&place.restore("latest")), picture(&place.tree()));
    assert_eq!(place.check(true), (vec![], vec![]));
}

#[test]
fn only_what_is_wanted_is_restored() {
    let place = Place::new();
    odd_tree(&place);
    place.seal();
    let repository = Repository::open(&place.store).unwrap();
    let recorded = repository.find("latest", &place.state(), &Trust::default()).unwrap();
    let open =
        || Source::open(&repository, &recorded, &place.identities, place.dir.path()).unwrap();
    let to = place.path("only");
    let only = vec![Glob::new("*.b"), Glob::new("deep")];
    let wanted = Wanted { to: to.clone(), only, links: Links::Inside };
    let mut problems = Vec::new();
    restore(&mut open(), &wanted, &mut crate::place::note(&mut problems)).unwrap();
    assert_eq!(problems, [""; 0]);
    let tree = to.join(place.tree().strip_prefix("/").unwrap());
    let mut names: Vec<_> =
        fs::read_dir(&tree).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["a.b", "deep"]);
    assert!(restore(&mut open(), &wanted, &mut |_| {}).is_err(), "nothing is written over");

    let inside = |name: &str| format!("{}/{name}", place.tree().display());
    let mut out = Vec::new();
    cat(&mut open(), &inside("name of large"), &mut out).unwrap();
    assert_eq!(out, noise(2, 300_001));
    assert!(cat(&mut open(), &inside("a"), &mut out).is_err());
}

#[test]
fn links_that_lead_out_are_left_out_unless_they_are_wanted() {
    let place = Place::new();
    odd_tree(&place);
    place.seal();
    let repository = Repository::open(&place.store).unwrap();
    let recorded = repository.find("latest", &place.state(), &Trust::default()).unwrap();
    let mut source =
        Source::open(&repository, &recorded, &place.identities, place.dir.path()).unwrap();
    let wanted = Wanted { to: place.path("inside"), only: Vec::new(), links: Links::Inside };
    let mut problems = Vec::new();
    restore(&mut source, &wanted, &mut crate::place::note(&mut problems)).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("dangling: the link leads out"), "{problems:?}");
}

#[test]
fn the_repository_and_what_is_remembered_of_it_are_not_backed_up() {
    let place = Place::new();
    place.write("file", b"x");
    let store = snapshot::store::dir::DirStore::new(place.tree().join("repository"));
    let state = place.tree().join("state");
    let host = snapshot::Host { key: &place.key, state: &state };
    for _ in 0..2 {
        let request =
            snapshot::Request { without: vec![store.root().to_owned()], ..place.request() };
        let mut problems = Vec::new();
        let sealed =
            snapshot::seal(&store, &host, &request, &mut crate::place::note(&mut problems))
                .unwrap();
        assert_eq!(sealed.record.entries, 2, "the folder and the file");
        assert_eq!(problems.len(), 2, "and it says so: {problems:?}");
    }
}

#[test]
fn a_path_that_is_not_there_is_refused_before_anything_is_kept() {
    let place = Place::new();
    place.write("good", b"x");
    let paths = vec![place.tree(), place.path("missing")];
    let request = snapshot::Request { paths, ..place.request() };
    let state = place.path("state");
    let host = snapshot::Host { key: &place.key, state: &state };
    let failed = snapshot::seal(&place.store, &host, &request, &mut |_| {}).unwrap_err();
    assert!(failed.to_string().contains("missing"), "{failed}");
    assert!(!place.objects().iter().any(|name| name.starts_with("snaps/")));
}
