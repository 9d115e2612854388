//! Whose repository it is, and who may read it.

use crate::place::{Place, noise, picture};
use secrecy::ExposeSecret;
use snapshot::{
    Error, Host, HostKey, Identities, Recipient, Repository, Request, Source, State, Store, Trust,
    seal,
};
use std::collections::BTreeSet;

fn other_key() -> HostKey {
    HostKey::parse(&HostKey::generate()).unwrap()
}

#[test]
fn another_identity_opens_nothing() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let repository = Repository::open(&place.store).unwrap();
    let recorded = repository.find("latest", &place.state(), &Trust::default()).unwrap();
    let (text, _) = Identities::generate();
    let stranger = Identities::parse(text.expose_secret()).unwrap();
    let opened = Source::open(&repository, &recorded, &stranger, place.dir.path());
    assert!(matches!(opened, Err(Error::WrongIdentity)), "{opened:?}");
}

#[test]
fn what_comes_later_is_refused_by_its_number() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let record = place
        .objects()
        .into_iter()
        .find(|name| name.starts_with("snaps/") && name.ends_with(".json"))
        .unwrap();
    for name in ["tacit-repository.json", "epoch/0001.json", &record] {
        let whole = place.store.get(name).unwrap();
        let text = String::from_utf8(whole.clone()).unwrap();
        let later = text.replace("\"format\":1", "\"format\":2,\"something\":\"new\"");
        assert_ne!(text, later);
        place.store.tamper(name, Some(later.into_bytes()));
        let (failed, _) = place.try_seal();
        let failed = failed.unwrap_err();
        assert!(matches!(failed, Error::Newer { format: 2, .. }), "{name}: {failed}");
        place.store.tamper(name, Some(whole));
    }
}

#[test]
fn records_of_another_repository_mean_nothing() {
    let (one, other) = (Place::new(), Place::new());
    for place in [&one, &other] {
        place.write("file", b"x");
        place.seal();
    }
    for name in other.objects().iter().filter(|name| name.starts_with("snaps/")) {
        one.store.put_new(name, &other.store.get(name).unwrap()).unwrap();
    }
    let (problems, _) = one.check(false);
    assert!(problems.iter().any(|problem| problem.contains("another repository")), "{problems:?}");
    // An epoch of somebody else's: what is written would be his to read.
    for name in ["epoch/0001.json", "tacit-repository.json"] {
        one.store.tamper(name, Some(other.store.get(name).unwrap()));
        assert!(one.try_seal().0.is_err(), "{name}");
    }
}

#[test]
fn a_repository_whose_epoch_was_exchanged_is_not_written_to() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let id = Repository::open(&place.store).unwrap().marker.repository;
    // Somebody begins it anew under the same id, with himself as the one who can read.
    let theirs = Place::new();
    theirs
        .store
        .put_new("tacit-repository.json", &place.store.get("tacit-repository.json").unwrap())
        .unwrap();
    theirs.write("file", b"x");
    theirs.seal();
    assert_eq!(Repository::open(&theirs.store).unwrap().marker.repository, id);
    for name in place.objects().iter().filter(|name| name.starts_with("epoch/")) {
        place.store.tamper(name, None);
    }
    let gone = place.try_seal().0.unwrap_err();
    assert!(matches!(gone, Error::Distrust { .. }), "{gone}");
    for name in theirs.objects().iter().filter(|name| name.starts_with("epoch/")) {
        place.store.tamper(name, Some(theirs.store.get(name).unwrap()));
    }
    let refused = place.try_seal().0.unwrap_err();
    assert!(matches!(refused, Error::Distrust { .. }), "{refused}");
    assert!(!place.check(false).0.is_empty());
}

#[test]
fn a_withheld_newest_snapshot_is_noticed() {
    let place = Place::new();
    place.write("file", b"1");
    place.seal();
    place.write("file", b"2");
    let second = place.seal().record;
    let name = format!("{}.json", second.base());
    let whole = place.store.get(&name).unwrap();
    place.store.tamper(&name, None);
    assert!(place.check(false).0[0].contains("newest snapshot"), "the check says so");
    let (third, problems) = place.try_seal();
    assert!(problems[0].contains("newest snapshot"), "{problems:?}");
    let third = third.unwrap().record;
    assert_eq!(third.sequence, 3, "its number is not given again");
    place.store.tamper(&name, Some(whole));
    assert_eq!(place.check(false), (vec![], vec![]), "and it fits when it is back");
}

#[test]
fn a_snapshot_that_nobody_vouches_for_is_not_restored() {
    let place = Place::new();
    place.write("file", b"x");
    let own = place.seal().record.id();
    // Whoever knows the public key can write what it opens; only the signature tells.
    let forger = other_key();
    let state = place.path("their state");
    let host = Host { key: &forger, state: &state };
    let request = Request { trust: Trust::Anybody, ..place.request() };
    place.write("file", b"forged");
    let forged = seal(&place.store, &host, &request, &mut |_| {}).unwrap().record.id();
    let refused = place.try_restore(&forged).unwrap_err();
    assert!(matches!(refused, Error::Distrust { .. }), "{refused}");
    assert_eq!(
        std::fs::read(place.restore("latest").join("file")).unwrap(),
        b"x",
        "and is not the latest"
    );
    assert!(place.check(false).0.iter().any(|problem| problem.contains("whom nobody named")));

    // On a machine that knows nothing, somebody must be named.
    let repository = Repository::open(&place.store).unwrap();
    let nothing = State::open(&place.path("nowhere"), &repository.marker.repository).unwrap();
    let nobody = repository.find(&own, &nothing, &Trust::default()).unwrap_err();
    assert!(matches!(nobody, Error::Distrust { .. }), "{nobody}");
    let named = Trust::Signers(BTreeSet::from([place.key.signer()]));
    assert!(repository.find(&own, &nothing, &named).is_ok());
    assert!(repository.find(&forged, &nothing, &named).is_err());
}

#[test]
fn a_second_machine_joins_when_it_names_the_first() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let key = other_key();
    let state = place.path("second");
    let host = Host { key: &key, state: &state };
    let refused = seal(&place.store, &host, &place.request(), &mut |_| {}).unwrap_err();
    assert!(matches!(refused, Error::Distrust { .. }), "{refused}");
    let trust = Trust::Signers(BTreeSet::from([place.key.signer()]));
    let request = Request { trust, recipients: Vec::new(), ..place.request() };
    let sealed = seal(&place.store, &host, &request, &mut |_| {}).unwrap();
    assert_eq!((sealed.record.sequence, sealed.record.previous), (1, None), "a chain of its own");
    // From then on it knows.
    seal(&place.store, &host, &place.request(), &mut |_| {}).unwrap();
}

#[test]
fn recipients_cannot_be_changed_unseen() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let state = place.path("state");
    let host = Host { key: &place.key, state: &state };
    let (_, other) = Identities::generate();
    for recipients in [vec![other.clone()], vec![place.recipient.clone(), other]] {
        let request = Request { recipients, ..place.request() };
        let refused = seal(&place.store, &host, &request, &mut |_| {}).unwrap_err();
        assert!(refused.to_string().contains("recipients"), "{refused}");
    }
}

#[test]
fn every_recipient_can_open_it() {
    let place = Place::new();
    place.write("file", &noise(1, 1000));
    let (text, other) = Identities::generate();
    let state = place.path("state");
    let host = Host { key: &place.key, state: &state };
    let request = Request { recipients: vec![other, place.recipient.clone()], ..place.request() };
    seal(&place.store, &host, &request, &mut |_| {}).unwrap();
    assert_eq!(picture(&place.restore("latest")), picture(&place.tree()));
    let repository = Repository::open(&place.store).unwrap();
    assert!(repository.unlock(&Identities::parse(text.expose_secret()).unwrap()).is_ok());
    assert!(Recipient::parse("age1nonsense").is_err());
}

#[test]
fn two_backups_at_once_from_one_machine_are_refused() {
    let place = Place::new();
    place.write("file", b"x");
    place.seal();
    let id = Repository::open(&place.store).unwrap().marker.repository;
    let lock = std::fs::File::open(place.path("state").join(id).join("lock")).unwrap();
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).unwrap();
    assert!(matches!(place.try_seal().0, Err(Error::Busy)));
    drop(lock);
    place.seal();
}
