//! Repositories that released versions made stay readable for ever.

use snapshot::store::dir::DirStore;
use snapshot::{
    Depth, FORMAT, Identities, Links, Repository, Signer, Source, State, Trust, Wanted, check,
    restore,
};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors/snapshot/old")
}

#[test]
fn old_repositories_are_read() {
    let mut versions: Vec<_> =
        fs::read_dir(vectors()).unwrap().map(|entry| entry.unwrap().path()).collect();
    versions.sort();
    let last = versions.last().unwrap().file_name().unwrap().to_str().unwrap();
    assert_eq!(last, FORMAT.to_string(), "the format that is written has its vector");
    for version in versions {
        let store = DirStore::new(version.join("repository"));
        let repository = Repository::open(&store).unwrap();
        let read = |name: &str| fs::read_to_string(version.join(name)).unwrap();
        let identities = Identities::parse(&read("identity")).unwrap();
        let signer = Signer::parse(&read("signer")).unwrap();
        let trust = Trust::Signers(BTreeSet::from([signer]));
        let here = tempfile::tempdir().unwrap();
        let state = State::open(here.path(), &repository.marker.repository).unwrap();
        let none = &mut |event| assert!(!matches!(event, snapshot::Event::Problem(_)), "{event:?}");
        let checked = check(&repository, &state, &trust, Depth::Chunks(&identities), none).unwrap();
        assert_eq!(checked.snapshots, 2);
        for (id, wanted) in [("latest", "second"), (read("first").trim(), "first")] {
            let recorded = repository.find(id, &state, &trust).unwrap();
            let mut source =
                Source::open(&repository, &recorded, &identities, here.path()).unwrap();
            let to = here.path().join(wanted);
            let asked = Wanted { to: to.clone(), only: Vec::new(), links: Links::Inside };
            restore(&mut source, &asked, none).unwrap();
            let file = |name: &str| fs::read_to_string(to.join("tree").join(name)).unwrap();
            assert_eq!(file("changed"), format!("as of the {wanted} snapshot\n"));
            assert_eq!(file("folder/same"), "the same in both\n");
            assert_eq!(file("folder/name of same"), "the same in both\n");
            assert_eq!(fs::read_link(to.join("tree/link")).unwrap(), Path::new("folder/same"));
        }
    }
}
