//! A backup that dies at any write leaves what was there before, and the next one completes.

use crate::place::{Place, noise, picture};
use snapshot::store::fake::Death;
use snapshot::{Repository, Store};

#[test]
fn a_backup_that_dies_at_any_write_harms_nothing() {
    let mut writes = 1;
    let mut at = 0;
    while at < writes {
        at += 1;
        for death in [Death::Before(at), Death::After(at)] {
            let place = Place::new();
            place.write("same", &noise(1, 100_000));
            place.write("other", &noise(2, 100_000));
            let first = place.seal();
            let before = picture(&place.tree());
            place.write("other", &noise(3, 100_000));
            place.store.die(Some(death));
            let (sealed, _) = place.try_seal();
            place.store.die(None);
            let after = picture(&place.tree());
            assert!(sealed.is_err(), "{death:?}");
            assert_eq!(picture(&place.restore(&first.record.id())), before, "{death:?}");
            let (next, problems) = place.try_seal();
            assert_eq!(problems, [""; 0], "{death:?}");
            let next = next.unwrap();
            // The one that died before its first write did them all now.
            writes = writes.max(place.store.writes());
            assert_eq!(picture(&place.restore(&next.record.id())), after, "{death:?}");
            assert_eq!(place.check(true), (vec![], vec![]), "{death:?}");
        }
    }
    assert!(writes >= 4, "a pack, an index, a list and a record: {writes}");
}

#[test]
fn a_first_backup_that_dies_at_any_write_is_begun_again() {
    let mut writes = 1;
    let mut at = 0;
    while at < writes {
        at += 1;
        for death in [Death::Before(at), Death::After(at)] {
            let place = Place::new();
            place.write("file", b"x");
            place.store.die(Some(death));
            let (sealed, _) = place.try_seal();
            place.store.die(None);
            assert!(sealed.is_err(), "{death:?}");
            let next = place.seal();
            writes = writes.max(place.store.writes());
            assert_eq!(
                picture(&place.restore(&next.record.id())),
                picture(&place.tree()),
                "{death:?}"
            );
            assert_eq!(place.check(true), (vec![], vec![]), "{death:?}");
        }
    }
    assert!(writes >= 8, "{writes}");
}

#[test]
fn packs_of_a_run_that_died_are_taken_up_by_the_next() {
    let place = Place::new();
    place.write("large", &noise(1, 40 << 20));
    // Marker, explanation, key, epoch, and two packs.
    place.store.die(Some(Death::Before(7)));
    assert!(place.try_seal().0.is_err());
    place.store.die(None);
    let packs = place.store.list("packs/").unwrap().len();
    assert_eq!(packs, 2);
    let sealed = place.seal();
    assert!(sealed.added < 12 << 20, "{} bytes of 40 MiB", sealed.added);
    let repository = Repository::open(&place.store).unwrap();
    assert_eq!(repository.snapshots().unwrap().0.len(), 1);
}
