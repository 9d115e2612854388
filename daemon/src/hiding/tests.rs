//! What hiding promises: what can be shown again comes back exactly, whatever else stands there.

use super::*;
use crate::keyfile::Masters;
use crate::policy;
use redact::RestoreOptions;
use std::sync::OnceLock;

pub(super) struct Place {
    _dir: tempfile::TempDir,
    pub(super) store: Store,
    pub(super) hasher: Arc<Hasher>,
}

impl Place {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let masters =
            Masters { database: "database".into(), secret: "secret".into(), previous: None };
        let store = Store::open(&dir.path().join("data/tacit.db"), &masters).unwrap();
        Self { _dir: dir, store, hasher: Arc::new(Hasher::new(&"secret".into())) }
    }

    async fn hide_all(&self, policy: &Arc<Policy>, session: &str, texts: &[&str]) -> Outcome {
        let who = Numbers { tenant: 1, session: Some(session.to_owned()), project: None };
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let policy = Arc::clone(policy);
        let wanted = Hide { policy, texts, language: None, trace: false, who };
        hide(&self.store, &self.hasher, wanted).await.unwrap()
    }

    async fn hide(&self, policy: &Arc<Policy>, session: &str, text: &str) -> HiddenText {
        self.hide_all(policy, session, &[text]).await.texts.pop().unwrap()
    }

    async fn show(&self, session: &str, text: &str) -> String {
        let texts = vec![text.to_owned()];
        let shown = show(&self.store, (1, session), texts, RestoreOptions::default()).await;
        shown.unwrap().0.pop().unwrap()
    }

    /// Hides and shows again.
    async fn there_and_back(&self, policy: &Arc<Policy>, text: &str) -> String {
        let hidden = self.hide(policy, "s", text).await.text;
        assert_eq!(self.show("s", &hidden).await, text, "by way of {hidden}");
        hidden
    }
}

pub(super) fn policy(text: &str) -> Arc<Policy> {
    policy::of_text(text)
}

const TEXT: &str = "ana@example.org, 4111 1111 1111 1111 and ana@example.org";

#[tokio::test]
async fn each_operator_writes_what_it_is_called_for() {
    let place = Place::new();
    let hash = place.hasher.hash(1, "EMAIL", "ana@example.org");
    for (operator, expected) in [
        ("operator = \"placeholder\"", "<EMAIL_1>, <CARD_1> and <EMAIL_1>"),
        ("operator = \"bare\"", "<EMAIL>, <CARD> and <EMAIL>"),
        ("operator = \"redact\"", ",  and "),
        ("operator = \"keep\"", TEXT),
        (
            "operator = \"mask\"\nkeep_last = 4",
            "***********.org, ***************1111 and ***********.org",
        ),
        (
            "operator = \"mask\"\nsign = \"•\"\n[kind.EMAIL]\noperator = \"bare\"",
            "<EMAIL>, ••••••••••••••••••• and <EMAIL>",
        ),
        (
            "operator = \"redact\"\n[kind.EMAIL]\noperator = \"hash\"",
            &format!("<EMAIL#{hash}>,  and <EMAIL#{hash}>"),
        ),
    ] {
        let hidden = place.hide(&policy(operator), "s", TEXT).await;
        assert_eq!(hidden.text, expected, "{operator}");
        let characters: Vec<_> = hidden.text.chars().collect();
        for item in hidden.items {
            let there: String = characters[item.out_start..item.out_end].iter().collect();
            let told = item.placeholder.map(|placeholder| placeholder.to_string());
            assert_eq!(there, told.unwrap_or(item.replacement), "{operator}");
            assert!(item.instead_of.is_none());
        }
    }
}

#[tokio::test]
async fn tokens_open_in_their_session_alone() {
    let place = Place::new();
    let encrypt = policy("operator = \"encrypt\"");
    let hidden = place.there_and_back(&encrypt, TEXT).await;
    let tokens: Vec<_> = redact::tokens(&hidden).map(|token| token.body).collect();
    assert_eq!(tokens.len(), 3);
    assert!(tokens[0] == tokens[2] && tokens[0] != tokens[1], "the same for the same: {hidden}");
    assert_eq!(place.hide(&encrypt, "s", TEXT).await.text, hidden);
    let other = place.hide(&encrypt, "t", TEXT).await.text;
    assert_ne!(other, hidden);
    assert_eq!(place.show("t", &hidden).await, hidden, "another session's stay as they are");
    let changed = hidden.replacen("EMAIL~", "PHONE~", 1);
    assert_eq!(place.show("s", &changed).await.matches("ana@example.org").count(), 1);
}

#[tokio::test]
async fn what_looks_like_a_replacement_comes_back_as_it_was() {
    let place = Place::new();
    let encrypt = policy("operator = \"encrypt\"");
    let token = place.there_and_back(&encrypt, "ana@example.org").await;
    let copied = format!("<EMAIL~abc> <EMAIL#0123456789abcdef> <EMAIL> {token} <EMAIL_1> x");
    let hidden = place.there_and_back(&encrypt, &copied).await;
    assert!(!hidden.contains(&token), "{hidden}");
    assert!(hidden.starts_with("<EMAIL~abc> <EMAIL#0123456789abcdef> <EMAIL> <EMAIL_"), "{hidden}");
    for operator in ["placeholder", "keep", "surrogate"] {
        place.there_and_back(&policy(&format!("operator = \"{operator}\"")), &copied).await;
    }
}

#[tokio::test]
async fn what_is_kept_may_not_be_taken_for_a_placeholder() {
    let place = Place::new();
    let keep = policy("[kind.URL]\noperator = \"keep\"");
    place.there_and_back(&keep, "ana@example.org").await;
    let text = "see https://example.com/EMAIL_1/x and https://example.com/y for bea@example.org";
    let hidden = place.there_and_back(&keep, text).await;
    assert!(hidden.contains("https://example.com/y") && !hidden.contains("EMAIL_1/x"), "{hidden}");
}

#[tokio::test]
async fn surrogates_look_real_and_come_back() {
    let place = Place::new();
    let surrogate = policy("operator = \"surrogate\"\n[kind.CARD]\noperator = \"placeholder\"");
    let hidden = place.there_and_back(&surrogate, TEXT).await;
    // An invented address may well end in `ana@`.
    let gone = !hidden.contains("ana@example.org") && !hidden.contains("<EMAIL");
    assert!(hidden.contains("<CARD_1>") && gone, "{hidden}");
    let engine = &surrogate.engine;
    let kinds: Vec<_> = engine.find(&hidden).iter().map(|span| span.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == Kind::Email).count(), 2, "{hidden}");
    assert_eq!(place.hide(&surrogate, "s", TEXT).await.text, hidden);
    let name = hidden.split(',').next().unwrap();
    let answer = format!("Dear {name}, about x{name} and {name}.");
    let expected = format!("Dear ana@example.org, about x{name} and ana@example.org.");
    assert_eq!(place.show("s", &answer).await, expected, "whole words only");
}

#[tokio::test]
async fn a_surrogate_that_stands_in_a_text_for_itself_is_hidden_there() {
    let place = Place::new();
    let surrogate = policy("operator = \"surrogate\"");
    let name = place.there_and_back(&surrogate, "ana@example.org").await;
    // Found, and so exchanged for another one.
    place.there_and_back(&surrogate, &format!("{name} or ana@example.org")).await;
    // Not found, because this policy does not look for it.
    let blind = policy("operator = \"surrogate\"\nwithout = [\"EMAIL\"]");
    let hidden = place.there_and_back(&blind, &format!("write to {name} today")).await;
    assert!(hidden.starts_with("write to <EMAIL_"), "{hidden}");
    // Kept, and so taken for the other one if it stayed.
    let keep = policy("[kind.EMAIL]\noperator = \"keep\"");
    let hidden = place.hide(&keep, "s", &format!("{name} and bea@example.org")).await;
    let told: Vec<_> = hidden
        .items
        .iter()
        .map(|item| (item.operator.name(), item.instead_of.map(Operator::name)))
        .collect();
    assert_eq!(told, [("placeholder", Some("keep")), ("keep", None)]);
    assert_eq!(place.show("s", &hidden.text).await, format!("{name} and bea@example.org"));
}

#[tokio::test]
async fn a_surrogate_that_says_too_little_is_none() {
    let place = Place::new();
    let deny = "[[deny]]\nkind = \"AGE\"\nwords = [\"41\"]\n\
                [[deny]]\nkind = \"PERSON\"\nwords = [\"Rosa\"]\n";
    let surrogate = policy(&format!("operator = \"surrogate\"\n{deny}"));
    let hidden = place.hide(&surrogate, "s", "Rosa is 41").await;
    assert!(hidden.text.ends_with(" is <AGE_1>"), "{}", hidden.text);
    assert_eq!(hidden.items[0].operator, Operator::Surrogate);
    assert_eq!(hidden.items[1].instead_of, Some(Operator::Surrogate));
    let told = ["Bo", "37", "1984", "Eva", "28013", "李四", "+34 612 345 678"].map(is_telling);
    assert_eq!(told, [false, false, false, true, true, true, true]);
}

#[tokio::test]
async fn a_batch_shares_what_stands_for_its_originals() {
    let place = Place::new();
    let mixed = policy("operator = \"surrogate\"\n[kind.CARD]\noperator = \"encrypt\"");
    let texts = [TEXT, "nothing", "4111 1111 1111 1111"];
    let outcome = place.hide_all(&mixed, "s", &texts).await;
    for (hidden, text) in outcome.texts.iter().zip(texts) {
        assert_eq!(place.show("s", &hidden.text).await, text);
    }
    assert!(outcome.texts[0].text.contains(&outcome.texts[2].text));
}

#[tokio::test]
async fn a_forgotten_session_leaves_nothing_that_opens() {
    let place = Place::new();
    let mixed = policy("operator = \"surrogate\"\n[kind.CARD]\noperator = \"encrypt\"");
    let hidden = place.hide(&mixed, "s", TEXT).await.text;
    assert!(place.store.forget(1, "s").await.unwrap());
    let gone = show(&place.store, (1, "s"), vec![hidden.clone()], RestoreOptions::default()).await;
    assert!(matches!(gone, Err(HideError::Vault(VaultError::NoSession))));
    place.hide(&mixed, "s", "bea@example.org").await;
    assert_eq!(place.show("s", &hidden).await, hidden, "nor a later one of that name");
}

/// A sequence that looks random and is the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % count
    }
}

/// Pieces of text that are trouble beside one another.
const PARTS: &[&str] = &[
    "ana@example.org",
    "bea@example.org",
    "4111 1111 1111 1111",
    "DNI 12345678Z",
    "https://example.com/EMAIL_1",
    "+34 612 345 678",
    "<EMAIL_1>",
    "EMAIL_",
    "<EMAIL",
    "1>",
    "PHONE_2",
    "\\<CARD\\_1\\>",
    "<EMAIL~",
    "MFRGGZDFMZTWQ2LK",
    ">",
    "Acme",
    "Project Falcon",
    "李四",
    " ",
    " ",
    ", ",
    "\n",
    "_",
    "-",
    "x",
    "ñ",
    "1",
];

fn policies() -> &'static [Arc<Policy>] {
    static POLICIES: OnceLock<Vec<Arc<Policy>>> = OnceLock::new();
    let deny = "[[deny]]\nkind = \"PERSON\"\nwords = [\"Acme\", \"Project Falcon\", \"李四\"]\n";
    POLICIES.get_or_init(|| {
        let texts = [
            "operator = \"surrogate\"",
            "operator = \"encrypt\"\n[kind.PERSON]\noperator = \"surrogate\"",
            "operator = \"keep\"\n[kind.EMAIL]\noperator = \"surrogate\"",
            "[kind.URL]\noperator = \"keep\"\n[kind.PERSON]\noperator = \"keep\"",
            "operator = \"surrogate\"\nwithout = [\"EMAIL\", \"PHONE\"]",
            "",
        ];
        texts.iter().map(|text| policy(&format!("{text}\n{deny}"))).collect()
    })
}

#[tokio::test]
async fn any_mixture_comes_back_exactly_as_it_was_sent() {
    let place = Place::new();
    let mut dice = Dice(7);
    for session in 0..12 {
        let session = format!("s{session}");
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..25 {
            let mut text = String::new();
            for _ in 0..1 + dice.below(12) {
                // What came out before is sent in again, whole or in part, as people do with answers.
                match seen.get(dice.below(PARTS.len() + 3 * seen.len().min(4))) {
                    Some(old) if dice.below(2) == 0 => text.push_str(old),
                    Some(old) => text.extend(old.split_inclusive(' ').take(1 + dice.below(3))),
                    None => text.push_str(PARTS[dice.below(PARTS.len())]),
                }
            }
            let policy = &policies()[dice.below(policies().len())];
            let hidden = place.hide(policy, &session, &text).await.text;
            assert_eq!(place.show(&session, &hidden).await, text, "by way of {hidden}");
            if hidden.len() < 500 {
                seen.push(hidden);
            }
        }
    }
}

/// Hides a text in parts that are cut where nothing is found, as the filters do.
async fn hide_in_parts(
    place: &Place,
    policy: &Arc<Policy>,
    session: &str,
    text: &str,
    dice: &mut Dice,
) -> String {
    let hashes = Hashes::new(Arc::clone(&place.hasher), 1);
    let mut sheets = Sheets::new(Arc::clone(policy), Some(hashes));
    let mut who = Numbers { tenant: 1, session: Some(session.to_owned()), project: None };
    let mut spans = policy.engine.find(text);
    let tokens: Vec<_> = redact::tokens(text).collect();
    let (mut hidden, mut from) = (String::new(), 0);
    while from < text.len() {
        let wanted = from + 1 + dice.below(30);
        let is_free = |at: &usize| {
            text.is_char_boundary(*at)
                && spans.iter().all(|span| *at <= span.start || span.end <= *at)
                && tokens.iter().all(|token| *at <= token.start || token.end <= *at)
        };
        let to = (wanted..text.len()).find(is_free).unwrap_or(text.len());
        let later = spans.split_off(spans.partition_point(|span| span.start < to));
        let mut here = std::mem::replace(&mut spans, later);
        for span in &mut here {
            (span.start, span.end) = (span.start - from, span.end - from);
        }
        let found = Found { text: text[from..to].to_owned(), spans: here };
        let last = to == text.len();
        hidden += &sheets.part((&place.store, &mut who), found, last).await.unwrap().text;
        from = to;
    }
    hidden
}

#[tokio::test]
async fn any_mixture_comes_back_wherever_its_parts_meet() {
    let place = Place::new();
    let mut dice = Dice(3);
    let mut parts = 0;
    for session in 0..12 {
        let session = format!("s{session}");
        let mut seen: Vec<String> = Vec::new();
        for _ in 0..25 {
            let mut text = String::new();
            for _ in 0..1 + dice.below(12) {
                match seen.get(dice.below(PARTS.len() + 3 * seen.len().min(4))) {
                    Some(old) if dice.below(2) == 0 => text.push_str(old),
                    Some(old) => text.extend(old.split_inclusive(' ').take(1 + dice.below(3))),
                    None => text.push_str(PARTS[dice.below(PARTS.len())]),
                }
            }
            let policy = &policies()[dice.below(policies().len())];
            let hidden = hide_in_parts(&place, policy, &session, &text, &mut dice).await;
            assert_eq!(place.show(&session, &hidden).await, text, "by way of {hidden}");
            parts += usize::from(hidden != text);
            if hidden.len() < 500 {
                seen.push(hidden);
            }
        }
    }
    assert!(parts > 100, "{parts} had anything to hide");
}

#[tokio::test]
async fn a_word_that_goes_on_in_the_next_part_is_no_end_of_a_surrogate() {
    let place = Place::new();
    let deny = "[[deny]]\nkind = \"PERSON\"\nwords = [\"Rosa\"]\n";
    let policy = policy(&format!("operator = \"surrogate\"\n{deny}"));
    let hashes = Hashes::new(Arc::clone(&place.hasher), 1);
    let mut who = Numbers { tenant: 1, session: Some("s".to_owned()), project: None };
    let mut sheets = Sheets::new(Arc::clone(&policy), Some(hashes));
    let found = |text: &str| Found { text: text.to_owned(), spans: policy.engine.find(text) };
    let mut hidden = String::new();
    for (part, last) in [("so Rosa", false), ("lie, Rosa", true)] {
        let sheet = sheets.part((&place.store, &mut who), found(part), last).await.unwrap();
        hidden += &sheet.text;
    }
    assert!(hidden.starts_with("so <PERSON_1>lie, ") && !hidden.ends_with('>'), "{hidden}");
    assert_eq!(place.show("s", &hidden).await, "so Rosalie, Rosa");
}

#[tokio::test]
async fn no_surrogate_is_made_of_words_that_an_earlier_part_held() {
    let place = Place::new();
    let hashes = Hashes::new(Arc::clone(&place.hasher), 1);
    let sheets = Sheets::new(policy("operator = \"surrogate\""), Some(hashes));
    sheets.words.add(&["Rosa Gil".to_owned()], 3);
    assert!(sheets.words.have_all_of("Gil") && !sheets.words.have_all_of("Gil Mas"));
    sheets.words.add(&["one two".to_owned()], 3);
    assert!(sheets.words.have_all_of("Mas"), "there were more than are kept");
}

#[tokio::test]
async fn the_first_tenant_has_the_number_that_hashes_know() {
    let place = Place::new();
    assert_eq!(place.store.default_tenant().await.unwrap(), crate::store::DEFAULT_TENANT_ID);
}
