//! Every object of a repository is deleted, cut and changed in turn: the check finds it, says what is lost, and what is
//! not lost can be restored.

use crate::place::{Picture, Place, noise, picture};
use snapshot::{Repository, Store};
use std::collections::BTreeSet;

/// A snapshot's id, and what it must bring back.
type Tree = (String, Picture);

/// A repository of three snapshots with a pack each, and their trees.
fn repository() -> (Place, Vec<Tree>) {
    let place = Place::new();
    let mut trees = Vec::new();
    place.write("same", b"in the first pack");
    for round in 0..3 {
        place.write("other", &noise(round, 150_000));
        let id = place.seal().record.id();
        trees.push((id, picture(&place.tree())));
    }
    (place, trees)
}

/// What can be done to an object: nothing left, cut at places, a bit changed at places.
fn damages(bytes: &[u8]) -> Vec<(String, Option<Vec<u8>>)> {
    let mut damages = vec![("deleted".to_owned(), None)];
    for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        damages.push((format!("cut to {length}"), Some(bytes[..length].to_vec())));
    }
    for at in [0, bytes.len() / 3, bytes.len() / 2, bytes.len() - 2, bytes.len() - 1] {
        let mut changed = bytes.to_vec();
        changed[at] ^= 0x10;
        damages.push((format!("changed at {at}"), Some(changed)));
    }
    damages
}

#[test]
fn every_damage_is_found_and_what_is_not_lost_is_restored() {
    let (place, trees) = repository();
    assert_eq!(place.check(true), (vec![], vec![]));
    let objects = place.objects();
    assert!(objects.len() >= 2 + 2 + 3 * 4, "{objects:?}");
    for name in &objects {
        let whole = place.store.get(name).unwrap();
        for (damage, bytes) in damages(&whole) {
            place.store.tamper(name, bytes);
            let (problems, lost) = place.check(false);
            let top = name.split('/').next().unwrap();
            let is_told = problems.iter().any(|problem| problem.contains(top));
            assert!(is_told, "{name} {damage}: {problems:?}");
            if !lost.contains(&"all".to_owned()) {
                for (id, tree) in &trees {
                    let is_gone = name.starts_with("snaps/") && name.contains(id.as_str());
                    if lost.contains(id) || is_gone {
                        continue;
                    }
                    assert_eq!(&picture(&place.restore(id)), tree, "{name} {damage}: {id}");
                }
                let wanted: BTreeSet<_> = lost.iter().map(String::as_str).collect();
                assert_eq!(wanted, costs(&place, name, &trees), "{name} {damage}");
            }
            place.store.tamper(name, Some(whole.clone()));
        }
    }
    assert_eq!(place.check(true), (vec![], vec![]));
}

/// The snapshots that an object is needed for, as their whole records tell.
fn costs<'t>(place: &Place, name: &str, trees: &'t [Tree]) -> BTreeSet<&'t str> {
    let repository = Repository::open(&place.store).unwrap();
    let (records, _) = repository.snapshots().unwrap();
    let needs = |id: &str| {
        let recorded = records.iter().find(|recorded| recorded.record().id() == id)?;
        let packs = recorded.record().packs.iter().any(|part| name.contains(&part.sha256.hex()));
        Some(packs || recorded.record().list_name() == name)
    };
    let is_epoch = name.starts_with("epoch/") || name == "tacit-repository.json";
    let ids = trees.iter().map(|(id, _)| id.as_str());
    // A snapshot whose own record is gone cannot be counted by its id.
    ids.filter(|id| needs(id).is_some_and(|needed| needed || is_epoch)).collect()
}

#[test]
fn of_a_snapshot_that_lost_a_pack_the_rest_is_restored() {
    let (place, trees) = repository();
    let repository = Repository::open(&place.store).unwrap();
    let (records, _) = repository.snapshots().unwrap();
    let last = records.last().unwrap().record();
    let first_packs = &records[0].record().packs;
    let own = last.packs.iter().find(|part| !first_packs.contains(part)).unwrap();
    place.store.tamper(&format!("packs/{}.tar.gz.age", own.sha256), None);
    let (tree, problems, _) = place.try_restore(&last.id()).unwrap();
    assert!(
        !problems.is_empty() && problems.iter().all(|problem| problem.contains("lost")),
        "{problems:?}"
    );
    assert_eq!(std::fs::read(tree.join("same")).unwrap(), b"in the first pack");
    assert!(!tree.join("other").exists(), "what is lost is not there by half");
    assert_eq!(picture(&place.restore(&trees[0].0)), trees[0].1);
}

#[test]
fn what_was_lost_is_stored_again_by_the_next_backup() {
    let (place, trees) = repository();
    let repository = Repository::open(&place.store).unwrap();
    let first = repository.snapshots().unwrap().0[0].record().packs[0];
    place.store.tamper(&format!("packs/{}.tar.gz.age", first.sha256), None);
    assert_eq!(place.check(false).1.len(), 3, "all need what the first pack had");
    let sealed = place.seal();
    assert_eq!(picture(&place.restore(&sealed.record.id())), trees[2].1);
    assert_eq!(place.check(true).1.len(), 3, "the new one is not among the lost");
    // What was stored again is found for an old one, too, as long as it is the same.
    assert_eq!(picture(&place.restore(&trees[1].0)), trees[1].1);
}

#[test]
fn an_index_is_only_a_help() {
    let (place, trees) = repository();
    for name in place.objects().iter().filter(|name| name.starts_with("index/")) {
        place.store.tamper(name, None);
    }
    let (problems, lost) = place.check(false);
    assert_eq!((problems.len(), lost.len()), (3, 0), "{problems:?}");
    for (id, tree) in &trees {
        assert_eq!(&picture(&place.restore(id)), tree);
    }
}

#[test]
fn a_pack_that_is_exchanged_for_another_valid_one_is_found() {
    let (place, _) = repository();
    let packs: Vec<_> =
        place.objects().into_iter().filter(|name| name.starts_with("packs/")).collect();
    let other = place.store.get(&packs[1]).unwrap();
    place.store.tamper(&packs[0], Some(other));
    let (problems, lost) = place.check(false);
    assert!(problems[0].contains(&packs[0]) && !lost.is_empty(), "{problems:?}");
}
