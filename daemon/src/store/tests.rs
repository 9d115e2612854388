//! The store's promises.

use super::*;
use crate::auth::Terms;
use redact::{Kind, Placeholder};
use std::collections::HashMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

mod book;
mod surrogates;

impl Store {
    /// Gives each of `wanted` its number, and keeps what it stands for. Returns the session's name and the numbers in
    /// the order asked for.
    async fn number(
        &self,
        who: Numbers,
        wanted: &[(Kind, &str)],
    ) -> Result<(String, Vec<u32>), VaultError> {
        let own = |(kind, original): &(Kind, &str)| Wanted {
            kind: *kind,
            original: Zeroizing::new((*original).to_owned()),
            stand: Stand::Number,
        };
        let wanted = wanted.iter().map(own).collect();
        let handed = self.hand_out(who, wanted, Box::new(|_, _, _| None)).await?;
        let number = |given| match given {
            Given::Number(number) => Some(number),
            Given::Token(_) | Given::Surrogate(_) => None,
        };
        Ok((handed.session, handed.given.into_iter().filter_map(number).collect()))
    }

    /// Gives the originals that this session's placeholders stand for; those it never issued are absent.
    async fn originals(
        &self,
        tenant: i64,
        name: &str,
        wanted: Vec<Placeholder>,
    ) -> Result<HashMap<Placeholder, Zeroizing<String>>, VaultError> {
        let asked = Asked { placeholders: wanted, ..Asked::default() };
        Ok(self.show(tenant, name, asked).await?.placeholders)
    }
}

struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }
    fn path(&self) -> PathBuf {
        self.dir.path().join("data/tacit.db")
    }
    async fn open(&self) -> Store {
        self.open_with("database", "secret", None).await.unwrap()
    }
    async fn open_with(
        &self,
        database: &str,
        secret: &str,
        previous: Option<&str>,
    ) -> Result<Store, StoreError> {
        let masters = Masters {
            database: database.into(),
            secret: secret.into(),
            previous: previous.map(Into::into),
        };
        Store::open(&self.path(), &masters)
    }
    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }
}

const EMAIL: (Kind, &str) = (Kind::Email, "ana@example.org");
const OTHER: (Kind, &str) = (Kind::Email, "bea@example.org");
const PHONE: (Kind, &str) = (Kind::Phone, "+34612345678");

fn new_key(id: &str, tenant: &str, lifetime: Option<i64>) -> NewKey {
    let own = str::to_owned;
    NewKey {
        id: own(id),
        tenant: own(tenant),
        name: own("n"),
        hash: b"h".to_vec(),
        scopes: own("analyze"),
        expires: lifetime.map(|seconds| now() + seconds),
        terms: Terms::default(),
    }
}

fn in_session(session: &str) -> Numbers {
    Numbers { tenant: 1, session: Some(session.to_owned()), project: None }
}

fn in_project(session: &str, project: &str) -> Numbers {
    Numbers { project: Some(project.to_owned()), ..in_session(session) }
}

async fn original(store: &Store, session: &str, kind: Kind, number: u32) -> Option<String> {
    let placeholder = Placeholder { kind, number };
    let found = store.originals(1, session, vec![placeholder]).await.unwrap();
    found.get(&placeholder).map(|original| original.to_string())
}

#[tokio::test]
async fn a_session_is_opened_with_the_latest_of_its_placeholders() {
    let place = Place::new();
    let store = place.open().await;
    let who = Numbers { tenant: 1, session: Some("s".to_owned()), project: None };
    let originals = [(Kind::Email, "a@x.org"), (Kind::Email, "b@x.org"), (Kind::Email, "c@x.org")];
    store.number(who, &originals).await.unwrap();
    let opened = store.open_session(1, "s", 2).await.unwrap().originals.placeholders;
    let of = |kind, number| opened.get(&Placeholder { kind, number }).map(|text| text.as_str());
    assert_eq!((of(Kind::Email, 2), of(Kind::Email, 3)), (Some("b@x.org"), Some("c@x.org")));
    assert_eq!(opened.len(), 2, "the first is one too many");
    assert!(matches!(store.open_session(2, "s", 2).await, Err(VaultError::NoSession)));
}

#[tokio::test]
async fn a_number_stays_with_its_original() {
    let place = Place::new();
    let store = place.open().await;
    let (name, numbers) = store.number(in_session("s"), &[EMAIL, PHONE, OTHER]).await.unwrap();
    assert_eq!((name.as_str(), numbers), ("s", vec![1, 1, 2]));
    store.close().await;

    let store = place.open().await;
    let (_, numbers) = store
        .number(in_session("s"), &[OTHER, (Kind::Email, "cleo@example.org"), EMAIL])
        .await
        .unwrap();
    assert_eq!(numbers, [2, 3, 1]);
    assert_eq!(original(&store, "s", Kind::Email, 2).await.as_deref(), Some("bea@example.org"));
    assert_eq!(original(&store, "s", Kind::Email, 9).await, None);
}

#[tokio::test]
async fn many_originals_are_numbered_like_few() {
    let place = Place::new();
    let store = place.open().await;
    let texts: Vec<_> = (0..1_200).map(|number| format!("a{number}@example.org")).collect();
    let wanted: Vec<_> = texts.iter().map(|text| (Kind::Email, text.as_str())).collect();
    let (_, first) = store.number(in_session("s"), &wanted[..600]).await.unwrap();
    assert_eq!(first, (1..=600).collect::<Vec<_>>());
    let (_, all) = store.number(in_session("s"), &wanted).await.unwrap();
    assert_eq!(all, (1..=1_200).collect::<Vec<_>>());
    assert_eq!(
        original(&store, "s", Kind::Email, 1_200).await.as_deref(),
        Some("a1199@example.org")
    );
}

#[tokio::test]
async fn sessions_and_tenants_do_not_see_each_other() {
    let place = Place::new();
    let store = place.open().await;
    let new = new_key("k", "other", None);
    store.add_key(new).await.unwrap();
    store.number(in_session("s"), &[EMAIL]).await.unwrap();
    store.number(in_session("t"), &[OTHER]).await.unwrap();
    assert_eq!(original(&store, "t", Kind::Email, 1).await.as_deref(), Some("bea@example.org"));
    let foreign = store.originals(2, "s", vec![]).await.err().unwrap();
    assert!(matches!(foreign, VaultError::NoSession));
    assert!(!store.forget(2, "s").await.unwrap());
}

#[tokio::test]
async fn documents_of_a_project_share_numbers_and_not_originals() {
    let place = Place::new();
    let store = place.open().await;
    let document = |session| in_project(session, "p");
    assert_eq!(store.number(document("a"), &[EMAIL]).await.unwrap().1, [1]);
    assert_eq!(store.number(document("b"), &[OTHER, EMAIL]).await.unwrap().1, [2, 1]);
    assert_eq!(original(&store, "a", Kind::Email, 2).await, None, "never issued there");
    assert_eq!(original(&store, "b", Kind::Email, 1).await.as_deref(), Some("ana@example.org"));
    let elsewhere = store.number(in_session("a"), &[EMAIL]).await.err().unwrap();
    assert!(matches!(elsewhere, VaultError::OtherProject));

    assert!(store.forget(1, "b").await.unwrap());
    assert_eq!(
        store.number(document("c"), &[OTHER]).await.unwrap().1,
        [2],
        "the number outlives its session"
    );
}

#[tokio::test]
async fn a_forgotten_session_is_gone_with_its_key() {
    let place = Place::new();
    let store = place.open().await;
    store.number(in_session("s"), &[EMAIL]).await.unwrap();
    assert!(store.forget(1, "s").await.unwrap());
    assert!(!store.forget(1, "s").await.unwrap());
    assert!(matches!(store.originals(1, "s", vec![]).await, Err(VaultError::NoSession)));
    let count = |connection: &Connection, path: &Path| {
        let left =
            connection.query_row("SELECT count(*) FROM entry", [], |row| row.get::<_, i64>(0));
        left.map_err(|source| StoreError::new(path, "read", source))
    };
    let left = store.readers.run(count).await.unwrap();
    assert_eq!(left, 0);
}

#[tokio::test]
async fn unused_sessions_are_forgotten_by_age() {
    let place = Place::new();
    let store = place.open().await;
    store.number(in_session("old"), &[EMAIL]).await.unwrap();
    store.number(in_session("new"), &[EMAIL]).await.unwrap();
    let age = |connection: &Connection, path: &Path| {
        let aged =
            connection.execute("UPDATE session SET used = used - 8 * 86400 WHERE name = 'old'", []);
        aged.map_err(|source| StoreError::new(path, "write to", source))
    };
    store.writer.run(age).await.unwrap();
    assert_eq!(store.forget_unused(7).await.unwrap(), 1);
    assert!(store.originals(1, "new", vec![]).await.is_ok());
}

#[tokio::test]
async fn a_wrong_key_is_told_and_the_file_is_untouched() {
    let place = Place::new();
    place.open().await.close().await;
    let before = place.bytes();
    let refused = place.open_with("another", "secret", None).await.err().unwrap();
    assert!(matches!(refused, StoreError::WrongKey { .. }), "{refused}");
    assert_eq!(place.bytes(), before);
    place.open().await;
}

#[tokio::test]
async fn a_file_that_is_no_store_is_untouched() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().parent().unwrap()).unwrap();
    std::fs::write(place.path(), "a letter to my lawyer".repeat(400)).unwrap();
    let before = place.bytes();
    assert!(matches!(
        place.open_with("d", "s", None).await.err().unwrap(),
        StoreError::WrongKey { .. }
    ));
    assert_eq!(place.bytes(), before);
}

#[tokio::test]
async fn nothing_readable_lies_on_the_disk() {
    let place = Place::new();
    let store = place.open().await;
    store
        .number(in_session("canary-session"), &[(Kind::Email, "canary@example.org")])
        .await
        .unwrap();
    for file in std::fs::read_dir(place.path().parent().unwrap()).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for needle in [b"canary".as_slice(), b"SQLite format", b"CREATE TABLE"] {
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{path:?}");
        }
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "{path:?}");
    }
}

#[tokio::test]
async fn a_new_secret_key_takes_over_with_the_previous_one() {
    let place = Place::new();
    let store = place.open().await;
    let document = in_project("s", "p");
    store.number(document.clone(), &[EMAIL]).await.unwrap();
    store.close().await;

    let store = place.open_with("database", "new", None).await.unwrap();
    assert!(matches!(store.originals(1, "s", vec![]).await, Err(VaultError::Sealed)));
    store.close().await;

    let store = place.open_with("database", "new", Some("secret")).await.unwrap();
    assert_eq!(original(&store, "s", Kind::Email, 1).await.as_deref(), Some("ana@example.org"));
    assert_eq!(store.number(document, &[OTHER, EMAIL]).await.unwrap().1, [2, 1]);
    store.close().await;
    let store = place.open_with("database", "new", None).await.unwrap();
    assert_eq!(original(&store, "s", Kind::Email, 1).await.as_deref(), Some("ana@example.org"));
}

#[tokio::test]
async fn two_that_start_at_once_make_one_store() {
    let place = Place::new();
    let (one, two) = tokio::join!(place.open(), place.open());
    one.number(in_session("s"), &[EMAIL]).await.unwrap();
    assert_eq!(two.number(in_session("s"), &[OTHER, EMAIL]).await.unwrap().1, [2, 1]);
}

#[tokio::test]
async fn two_writers_in_one_session_never_share_a_number() {
    let place = Place::new();
    let store = Arc::new(place.open().await);
    let tasks: Vec<_> = (0..20)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let text = format!("a{task}@example.org");
                store.number(in_session("s"), &[(Kind::Email, &text), EMAIL]).await.unwrap().1
            })
        })
        .collect();
    let mut own = Vec::new();
    let mut shared = Vec::new();
    for task in tasks {
        let numbers = task.await.unwrap();
        own.push(numbers[0]);
        shared.push(numbers[1]);
    }
    own.push(shared[0]);
    own.sort_unstable();
    assert_eq!(own, (1..=21).collect::<Vec<_>>());
    assert!(shared.iter().all(|number| *number == shared[0]));
}

#[tokio::test]
async fn keys_are_listed_and_revoked() {
    let place = Place::new();
    let store = place.open().await;
    let key = |id, lifetime| new_key(id, "t", lifetime);
    store.add_key(key("a", None)).await.unwrap();
    store.add_key(key("b", Some(-1))).await.unwrap();
    let keys = store.keys().await.unwrap();
    assert_eq!(
        keys.iter().map(|key| (key.id.as_str(), key.is_active())).collect::<Vec<_>>(),
        [("a", true), ("b", false)]
    );
    let revoked = store.revoke_key("a", LastAdmin::Stays).await.unwrap();
    assert!(matches!(revoked, Changed::Done(key) if !key.is_active()));
    assert_eq!(store.revoke_key("a", LastAdmin::Stays).await.unwrap(), Changed::NoKey);
    assert!(!store.key("a").await.unwrap().unwrap().is_active());
    assert_eq!(store.key("none").await.unwrap(), None);
    assert!(store.default_tenant().await.unwrap() != store.keys().await.unwrap()[0].tenant);
}

#[tokio::test]
async fn terms_are_kept_and_changed() {
    let place = Place::new();
    let store = place.open().await;
    let terms = Terms {
        policy: Some("letters".to_owned()),
        models: vec!["small".to_owned(), "llama-3*".to_owned()],
        requests_per_minute: Some(u32::MAX),
        tokens_per_minute: Some(1_000_000_000_000),
        budget_micros: Some(12_500_000),
    };
    store.add_key(NewKey { terms: terms.clone(), ..new_key("a", "t", None) }).await.unwrap();
    store.add_key(new_key("a", "t", None)).await.unwrap();
    let kept = store.key("a").await.unwrap().unwrap();
    assert_eq!(*kept.terms, terms, "a second start with the same key changes nothing");

    let without = Terms { policy: None, models: Vec::new(), ..terms };
    let wanted = Arc::new(without.clone());
    let change = move |key: &mut KeyRecord| key.terms = wanted;
    let changed = store.change_key("a", LastAdmin::Stays, change).await.unwrap();
    assert!(matches!(changed, Changed::Done(key) if *key.terms == without && key.hash == b"h"));
    assert_eq!(*store.key("a").await.unwrap().unwrap().terms, without);
    let nobody = store.change_key("b", LastAdmin::Stays, |_| ()).await.unwrap();
    assert_eq!(nobody, Changed::NoKey);
}

#[tokio::test]
async fn the_last_admin_key_stays_unless_it_may_go() {
    let place = Place::new();
    let store = place.open().await;
    let admin =
        |id, lifetime| NewKey { scopes: "analyze,admin".to_owned(), ..new_key(id, "t", lifetime) };
    store.add_key(admin("a", None)).await.unwrap();
    store.add_key(admin("expired", Some(-1))).await.unwrap();
    store.add_key(new_key("other", "t", None)).await.unwrap();
    let narrow = |key: &mut KeyRecord| key.scopes = "analyze".to_owned();
    assert_eq!(store.revoke_key("a", LastAdmin::Stays).await.unwrap(), Changed::LastAdmin);
    let narrowed = store.change_key("a", LastAdmin::Stays, narrow).await.unwrap();
    assert_eq!(narrowed, Changed::LastAdmin);
    assert!(store.key("a").await.unwrap().unwrap().is_active_admin());
    let renamed = store.change_key("a", LastAdmin::Stays, |key| key.name.clear()).await.unwrap();
    assert!(matches!(renamed, Changed::Done(_)));

    store.add_key(admin("b", None)).await.unwrap();
    let narrowed = store.change_key("b", LastAdmin::Stays, narrow).await.unwrap();
    assert!(matches!(narrowed, Changed::Done(_)), "another is left");
    let gone = store.revoke_key("a", LastAdmin::MayGo).await.unwrap();
    assert!(matches!(gone, Changed::Done(_)));
}

#[tokio::test]
async fn a_tenant_is_found_by_its_name() {
    let place = Place::new();
    let store = place.open().await;
    store.add_key(new_key("a", "clinic", None)).await.unwrap();
    assert_eq!(store.tenant(DEFAULT_TENANT).await.unwrap(), Some(DEFAULT_TENANT_ID));
    assert!(store.tenant("clinic").await.unwrap().is_some());
    assert_eq!(store.tenant("nobody").await.unwrap(), None);
}
