//! Tokens and surrogates, and the form of the store that brought them.

use super::*;
use redact::{Engine, Options, Seed, Span};
use std::sync::OnceLock;
use zeroize::Zeroizing;

/// A find of that kind; which rule made it does not matter here.
fn span(kind: Kind) -> Span {
    static FOUND: OnceLock<Span> = OnceLock::new();
    let found =
        FOUND.get_or_init(|| Engine::builtin(&Options::default()).find("ana@example.org")[0]);
    Span { kind, ..*found }
}

fn wanted(kind: Kind, original: &str, stand: Stand) -> Wanted {
    Wanted { kind, original: Zeroizing::new(original.to_owned()), stand }
}

fn person(original: &str) -> Wanted {
    wanted(Kind::Person, original, Stand::Surrogate(span(Kind::Person)))
}

/// Invents the first of these names that an attempt reaches.
async fn invented(
    store: &Store,
    who: Numbers,
    originals: &[&str],
    names: &'static [&'static str],
) -> Vec<Given> {
    let wanted = originals.iter().map(|original| person(original)).collect();
    let invent = move |_: &Span, _: &str, seed: &Seed| {
        names.get(seed.attempt as usize).map(|name| (*name).to_owned())
    };
    store.hand_out(who, wanted, Box::new(invent)).await.unwrap().given
}

fn surrogate(text: &str) -> Given {
    Given::Surrogate(text.to_owned())
}

async fn shown(store: &Store, session: &str) -> Vec<(String, String)> {
    let asked = Asked { surrogates: true, ..Asked::default() };
    let found = store.show(1, session, asked).await.unwrap().surrogates;
    let mut pairs: Vec<_> = found
        .iter()
        .map(|surrogate| (surrogate.text.to_string(), surrogate.original.to_string()))
        .collect();
    pairs.sort();
    pairs
}

fn pair(text: &str, original: &str) -> (String, String) {
    (text.to_owned(), original.to_owned())
}

#[tokio::test]
async fn a_surrogate_stays_with_its_original_and_is_nobody_elses() {
    let place = Place::new();
    let store = place.open().await;
    const NAMES: &[&str] = &["Eva Gil", "Rosa Mas", "Ana Sol", "Lia Paz"];
    let given = invented(&store, in_session("s"), &["Ana Sol", "Bea Rey"], NAMES).await;
    assert_eq!(given, [surrogate("Eva Gil"), surrogate("Rosa Mas")], "each its own");
    store.close().await;
    let store = place.open().await;
    let given = invented(&store, in_session("s"), &["Bea Rey", "Cleo Ríos"], NAMES).await;
    assert_eq!(given[0], surrogate("Rosa Mas"));
    assert_eq!(given[1], surrogate("Lia Paz"), "`Ana Sol` is an original of the session");
    let expected =
        [pair("Eva Gil", "Ana Sol"), pair("Lia Paz", "Cleo Ríos"), pair("Rosa Mas", "Bea Rey")];
    assert_eq!(shown(&store, "s").await, expected);
    assert_eq!(
        invented(&store, in_session("t"), &["Bea Rey"], NAMES).await,
        [surrogate("Eva Gil")]
    );
}

#[tokio::test]
async fn originals_of_any_kind_are_no_surrogates() {
    let place = Place::new();
    let store = place.open().await;
    store.number(in_session("s"), &[(Kind::Organization, "Gil")]).await.unwrap();
    let given = invented(&store, in_session("s"), &["Ana"], &["Gil", "Ana", "", "Mas"]).await;
    assert_eq!(given, [surrogate("Mas")]);
}

#[tokio::test]
async fn where_no_surrogate_is_free_there_is_a_number() {
    let place = Place::new();
    let store = place.open().await;
    let given = invented(&store, in_session("s"), &["Ana", "Bea", "Cleo"], &["Eva"]).await;
    assert_eq!(given, [surrogate("Eva"), Given::Number(1), Given::Number(2)]);
    let long = |_: &Span, _: &str, _: &Seed| Some("x".repeat(513));
    let given =
        store.hand_out(in_session("s"), vec![person("Dora")], Box::new(long)).await.unwrap();
    assert_eq!(given.given, [Given::Number(3)]);
    assert_eq!(given.surrogates, [(Kind::Person, "Eva".to_owned())]);
    assert_eq!(original(&store, "s", Kind::Person, 1).await.as_deref(), Some("Bea"));
}

#[tokio::test]
async fn documents_of_a_project_share_surrogates_and_not_originals() {
    let place = Place::new();
    let store = place.open().await;
    let given = invented(&store, in_project("a", "p"), &["Ana"], &["Eva", "Mar"]).await;
    assert_eq!(given, [surrogate("Eva")]);
    let given =
        invented(&store, in_project("b", "p"), &["Bea", "Ana"], &["Eva", "Ana", "Mar"]).await;
    assert_eq!(given, [surrogate("Mar"), surrogate("Eva")], "the project remembers what was tried");
    assert_eq!(shown(&store, "a").await, [pair("Eva", "Ana")], "`Mar` was never issued there");
    assert!(store.forget(1, "a").await.unwrap() && store.forget(1, "b").await.unwrap());
    let given = invented(&store, in_project("c", "p"), &["Ana"], &["Pia"]).await;
    assert_eq!(given, [surrogate("Eva")], "it outlives its session");
    assert_eq!(shown(&store, "c").await, [pair("Eva", "Ana")]);
}

#[tokio::test]
async fn seeds_are_of_the_session_or_of_the_project() {
    let place = Place::new();
    let store = place.open().await;
    let seen = Arc::new(std::sync::Mutex::new(Vec::new()));
    for who in [in_session("s"), in_session("t"), in_project("a", "p"), in_project("b", "p")] {
        let seeds = Arc::clone(&seen);
        let invent = move |_: &Span, _: &str, seed: &Seed| {
            seeds.lock().unwrap().push(seed.session);
            None
        };
        store.hand_out(who, vec![person("Ana")], Box::new(invent)).await.unwrap();
    }
    let seeds: Vec<_> = seen.lock().unwrap().chunks(16).map(|tries| tries[0]).collect();
    assert_eq!(seeds.len(), 4, "sixteen attempts each");
    assert!(seeds[0] != seeds[1] && seeds[0] != seeds[2] && seeds[2] == seeds[3]);
}

#[tokio::test]
async fn tokens_are_those_of_their_session() {
    let place = Place::new();
    let store = place.open().await;
    let mint = async |session: &str| {
        let wanted = vec![wanted(Kind::Email, EMAIL.1, Stand::Token)];
        let handed = store.hand_out(in_session(session), wanted, Box::new(|_, _, _| None)).await;
        match handed.unwrap().given.pop() {
            Some(Given::Token(body)) => (Kind::Email, body),
            other => panic!("{other:?}"),
        }
    };
    let (one, other) = (mint("s").await, mint("t").await);
    assert_eq!(one, mint("s").await);
    assert_ne!(one, other);
    let asked = Asked { tokens: vec![one.clone(), other], ..Asked::default() };
    let opened = store.show(1, "s", asked).await.unwrap().tokens;
    assert_eq!(opened.len(), 1);
    assert_eq!(opened[&one].as_str(), EMAIL.1);
    store.forget(1, "s").await.unwrap();
    let made_anew = mint("s").await;
    assert_ne!(one, made_anew, "a session of the same name has another key");
    let asked = Asked { tokens: vec![one], ..Asked::default() };
    assert!(store.show(1, "s", asked).await.unwrap().tokens.is_empty());
}

#[tokio::test]
async fn two_writers_never_share_a_surrogate() {
    let place = Place::new();
    let store = Arc::new(place.open().await);
    const NAMES: &[&str] = &["Eva", "Mar", "Pia", "Lia", "Noa", "Ida", "Ada", "Zoe"];
    let tasks: Vec<_> = (0..8)
        .map(|task| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                let originals = [format!("Person {task}")];
                let originals: Vec<_> = originals.iter().map(String::as_str).collect();
                invented(&store, in_session("s"), &originals, NAMES).await
            })
        })
        .collect();
    for task in tasks {
        assert!(matches!(task.await.unwrap()[..], [Given::Surrogate(_)]));
    }
    let pairs = shown(&store, "s").await;
    let texts: std::collections::HashSet<_> = pairs.iter().map(|(text, _)| text).collect();
    assert_eq!(texts.len(), 8);
}

#[tokio::test]
async fn a_forgotten_session_takes_its_surrogates_along() {
    let place = Place::new();
    let store = place.open().await;
    invented(&store, in_session("s"), &["Ana"], &["Eva"]).await;
    assert!(store.forget(1, "s").await.unwrap());
    let count = |connection: &Connection, path: &Path| {
        let left =
            connection.query_row("SELECT count(*) FROM surrogate", [], |row| row.get::<_, i64>(0));
        left.map_err(|source| StoreError::new(path, "read", source))
    };
    assert_eq!(store.readers.run(count).await.unwrap(), 0);
}

fn schema(connection: &Connection) -> Vec<String> {
    let query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name";
    let mut query = connection.prepare(query).unwrap();
    query.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_store_of_the_first_form_is_brought_up_to_date() {
    let place = Place::new();
    let store = place.open().await;
    store.number(in_project("s", "p"), &[EMAIL]).await.unwrap();
    store.close().await;

    let key = secret::derive_from(&"database".into(), secret::DATABASE);
    let old = connect(&place.path(), &key).unwrap();
    let terms = ["policy", "models", "requests_per_minute", "tokens_per_minute", "budget_micros"];
    for column in terms {
        old.execute_batch(&format!("ALTER TABLE api_key DROP COLUMN {column}")).unwrap();
    }
    let back = "DROP TABLE audit; DROP TABLE audit_chain; DROP TABLE usage; DROP TABLE spent; \
                DROP TABLE surrogate; DROP TABLE project_surrogate; PRAGMA user_version = 1";
    old.execute_batch(back).unwrap();
    let first = Connection::open_in_memory().unwrap();
    first.execute_batch(include_str!("../form_1.sql")).unwrap();
    assert_eq!(schema(&old), schema(&first), "it is a store of the first form now");
    drop(old);

    let store = place.open().await;
    assert_eq!(original(&store, "s", EMAIL.0, 1).await.as_deref(), Some(EMAIL.1));
    assert_eq!(store.number(in_project("t", "p"), &[OTHER, EMAIL]).await.unwrap().1, [2, 1]);
    let given = invented(&store, in_project("s", "p"), &["Ana"], &["Eva"]).await;
    assert_eq!(given, [surrogate("Eva")]);
}
