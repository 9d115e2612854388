//! The gateway's promises, without a network: what is hidden depends on what came before alone, and what is shown is what
//! this conversation hid.

use super::conversation::Kept;
use super::show::Shower;
use crate::hiding::{Fleeting, Hashes, Marks};
use crate::policy::{self, Policy};
use crate::secret::Hasher;
use proptest::prelude::*;
use std::sync::{Arc, OnceLock};
use wire::{Dialect, Field, Part, Request, Show};

fn fleeting(policy: &Arc<Policy>) -> Fleeting {
    let hashes = Hashes::new(Arc::new(Hasher::new(&"secret".into())), 1);
    Fleeting::new(Arc::clone(policy), hashes, Marks::Numbered)
}

/// Hides messages, and gives them as they are sent.
fn hidden(policy: &Arc<Policy>, messages: &[impl AsRef<str>]) -> (Vec<String>, Fleeting) {
    let mut fleeting = fleeting(policy);
    let texts = messages.iter().map(|message| {
        let passage = fleeting.hide(message.as_ref()).unwrap();
        passage.text.unwrap_or_else(|| message.as_ref().to_owned())
    });
    (texts.collect(), fleeting)
}

fn shower(policy: &Arc<Policy>, messages: &[&str]) -> Shower {
    let (_, fleeting) = hidden(policy, messages);
    Shower::new(Kept::Fleeting(Box::new(fleeting)), policy)
}

fn field(part: Part) -> Field {
    Field { choice: 0, part, index: 0 }
}

/// Shows a text that comes in pieces of so many characters.
fn streamed(shower: &mut Shower, part: Part, text: &str, cut: usize) -> String {
    let mut out = String::new();
    let characters: Vec<_> = text.chars().collect();
    for piece in characters.chunks(cut) {
        let piece: String = piece.iter().collect();
        shower.push(field(part), &piece, &mut out);
    }
    shower.finish(field(part), &mut out);
    out
}

/// Whatever may meet in a chat: originals, what looks like a placeholder, and words around.
const PARTS: &[&str] = &[
    "ana@example.org",
    "bea@example.org",
    "+34 612 345 678",
    "4111 1111 1111 1111",
    "12345678Z",
    "my DNI is 12345678Z",
    "file 4455667788",
    "SSN 536-22-1234",
    "<EMAIL_1>",
    "<EMAIL_2>",
    "EMAIL_1",
    "<EM",
    "AIL_1>",
    "Rosa Gil",
    "Falcon",
    " ",
    ", ",
    "\n",
    "and ",
    "password: hunter2hunter2",
];

const POLICIES: &[&str] = &[
    "[[deny]]\nwords = [\"Falcon\"]",
    "operator = \"bare\"\n[[deny]]\nwords = [\"Falcon\"]",
    "operator = \"redact\"\n[kind.EMAIL]\noperator = \"placeholder\"",
    "[kind.EMAIL]\noperator = \"surrogate\"\n[kind.CARD]\noperator = \"encrypt\"",
    "[kind.PHONE]\noperator = \"keep\"\n[kind.EMAIL]\noperator = \"mask\"\nkeep_first = 4",
];

/// Made once: an engine takes longer to make than a chat to hide.
fn policies() -> &'static [Arc<Policy>] {
    static MADE: OnceLock<Vec<Arc<Policy>>> = OnceLock::new();
    MADE.get_or_init(|| POLICIES.iter().map(|text| policy::of_text(text)).collect())
}

fn message() -> impl Strategy<Value = String> {
    let part = proptest::sample::select(PARTS);
    proptest::collection::vec(part, 0..8).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_message_is_hidden_by_itself_and_those_before_it(
        messages in proptest::collection::vec(message(), 1..7),
        most in 0..7_usize,
        which in 0..POLICIES.len(),
    ) {
        let policy = &policies()[which];
        let first = &messages[..most.min(messages.len())];
        let (all, _) = hidden(policy, &messages);
        let (some, _) = hidden(policy, first);
        prop_assert_eq!(&all[..some.len()], &some[..]);
    }

    #[test]
    fn what_is_hidden_comes_back(messages in proptest::collection::vec(message(), 1..6), cut in 1..9_usize) {
        let policy = &policies()[0];
        let (texts, fleeting) = hidden(policy, &messages);
        let mut shower = Shower::new(Kept::Fleeting(Box::new(fleeting)), policy);
        for (text, message) in texts.iter().zip(&messages) {
            prop_assert_eq!(&shower.whole(text), message);
            prop_assert_eq!(&streamed(&mut shower, Part::Content, text, cut), message);
        }
    }
}

#[test]
fn what_was_hidden_once_is_hidden_wherever_it_stands_again() {
    let policy = policy::of_text("");
    let chat = [
        "Log in with password: hunter2hunter2",
        "Is hunter2hunter2 good? And hunter2hunter22?",
        "Ask ana@example.org",
        "As I said, ana@example.org it is.",
    ];
    assert_eq!(policy.engine.find(chat[1]), [], "the engine alone sees nothing here");
    let (texts, _) = hidden(&policy, &chat);
    assert!(texts[0].ends_with("password: <SECRET_1>"), "{texts:?}");
    assert_eq!(texts[1], "Is <SECRET_1> good? And hunter2hunter22?");
    assert_eq!(texts[3], "As I said, <EMAIL_1> it is.");
}

#[test]
fn two_chats_that_begin_alike_share_nothing() {
    let policy = policy::of_text("");
    let beginning = "Write to ana@example.org.";
    let mut one = shower(&policy, &[beginning, "And to bea@example.org."]);
    let mut other = shower(&policy, &[beginning, "And to eva@example.org."]);
    let mut first = shower(&policy, &[beginning]);
    let answer = "To <EMAIL_1> and <EMAIL_2>.";
    assert_eq!(one.whole(answer), "To ana@example.org and bea@example.org.");
    assert_eq!(other.whole(answer), "To ana@example.org and eva@example.org.");
    assert_eq!(first.whole(answer), "To ana@example.org and <EMAIL_2>.");
}

#[test]
fn a_placeholder_that_nobody_issued_stays() {
    let policy = policy::of_text("");
    let chat = ["Repeat <EMAIL_1> and <PERSON_7>; I am ana@example.org"];
    let (texts, _) = hidden(&policy, &chat);
    assert!(!texts[0].contains("<PERSON_7>"), "a look-alike is renumbered: {texts:?}");
    let mut shower = shower(&policy, &chat);
    assert_eq!(shower.whole("<EMAIL_9> <PERSON_2> <CARD_1>"), "<EMAIL_9> <PERSON_2> <CARD_1>");
    let back = shower.whole(&texts[0]);
    assert_eq!(back, chat[0], "and comes back as it was");
}

#[test]
fn arguments_stay_json_whatever_the_original_holds() {
    let policy = policy::of_text("[[deny]]\nwords = ['Anna \"Ann\" O\\Neil', \"two\\nlines\"]");
    let chat = ["Book for Anna \"Ann\" O\\Neil and for two\nlines."];
    let (texts, _) = hidden(&policy, &chat);
    assert_eq!(texts[0], "Book for <CUSTOM_1> and for <CUSTOM_2>.");
    let arguments = r#"{"name": "<CUSTOM_1>", "note": "for <CUSTOM_2>, \u003cCUSTOM_1\u003e"}"#;
    for cut in 1..=arguments.len() {
        let mut shower = shower(&policy, &chat);
        let shown = streamed(&mut shower, Part::Arguments, arguments, cut);
        let value: serde_json::Value = serde_json::from_str(&shown).expect(&shown);
        assert_eq!(value["name"], "Anna \"Ann\" O\\Neil");
        assert_eq!(value["note"].as_str().unwrap().lines().count(), 2, "{shown}");
    }
}

#[test]
fn keys_of_arguments_stay_as_the_model_wrote_them() {
    for said in ["", MASKED] {
        let policy = policy::of_text(said);
        let arguments = r#"{"<EMAIL_1>":{"EMAIL_1":"<EMAIL_1>","x":["<EMAIL_1>",{"<EMAIL_1>" : 1}]},"to":"<EMAIL_1>"}"#;
        let expected = r#"{"<EMAIL_1>":{"EMAIL_1":"ana@example.org","x":["ana@example.org",{"<EMAIL_1>" : 1}]},"to":"ana@example.org"}"#;
        for cut in [1, 2, 3, 5, 8, 13, 200] {
            let mut shower = shower(&policy, &["I am ana@example.org"]);
            assert_eq!(streamed(&mut shower, Part::Arguments, arguments, cut), expected, "{cut}");
        }
    }
}

#[test]
fn what_was_only_observed_is_not_put_back() {
    let policy = policy::of_text("[gateway]\nmode = \"observe\"");
    let mut shower = shower(&policy, &["I am ana@example.org"]);
    assert_eq!(shower.whole("<EMAIL_1> is ana@example.org"), "<EMAIL_1> is ana@example.org");
}

#[test]
fn fields_that_come_mixed_are_shown_apart() {
    let policy = policy::of_text("");
    let mut shower = shower(&policy, &["ana@example.org and bea@example.org"]);
    let fields = [0, 1].map(|choice| Field { choice, part: Part::Content, index: 0 });
    let mut out = [String::new(), String::new()];
    for (one, other) in [("<EMA", "<EMAIL"), ("IL_1", "_2>"), (">", "!")] {
        shower.push(fields[0], one, &mut out[0]);
        shower.push(fields[1], other, &mut out[1]);
    }
    fields.iter().zip(&mut out).for_each(|(field, out)| shower.finish(*field, out));
    assert_eq!(out, ["ana@example.org", "bea@example.org!"]);
    assert_eq!(shower.take_restored(), 2);
}

#[test]
fn of_several_models_the_one_that_was_allowed_is_asked() {
    let renames = |body: &str, model| {
        let request = Request::read(Dialect::Chat, body.as_bytes().to_vec()).unwrap();
        super::renames(&request, model)
    };
    assert!(renames(r#"{"model":"large","model":"small"}"#, "small"));
    assert!(renames(r#"{"model":"small","model":"small"}"#, "small"));
    assert!(renames(r#"{"model":"small"}"#, "org/small"));
    assert!(renames("{}", "small"));
    assert!(!renames(r#"{"model":"small"}"#, "small"), "its bytes stay");
}

const MASKED: &str = "[gateway]\noutput = \"mask\"";

#[test]
fn what_the_model_brings_up_is_masked_wherever_it_is_cut() {
    let policy = policy::of_text(MASKED);
    let answer = "Dear <EMAIL_1>, write to eva@example.org or call +34 612 000 111.\n\
                  Token: ghp_16C7e42F292c6912E7710c838347Ae178B4a. Yours, <EMAIL_2>";
    let expected = "Dear ana@example.org, write to <EMAIL> or call <PHONE>.\n\
                    Token: <SECRET>. Yours, <EMAIL_2>";
    for cut in [1, 2, 3, 5, 7, 11, 20, 40, 90] {
        let mut shower = shower(&policy, &["I am ana@example.org"]);
        assert_eq!(streamed(&mut shower, Part::Content, answer, cut), expected, "cut at {cut}");
    }
    assert_eq!(shower(&policy, &["I am ana@example.org"]).whole(answer), expected);
}

#[test]
fn a_long_line_is_shown_before_it_ends() {
    let policy = policy::of_text(MASKED);
    let mut shower = shower(&policy, &["nothing"]);
    let mut out = String::new();
    let mut held: usize = 0;
    for word in 0..500 {
        shower.push(field(Part::Content), &format!("word{word} "), &mut out);
        held += format!("word{word} ").len();
        assert!(held - out.len() <= 600, "{held} came and {} went", out.len());
    }
}

#[test]
fn masked_arguments_stay_json() {
    let policy = policy::of_text(MASKED);
    let arguments = r#"{"a":"\neva@example.org","card":4111111111111111,"b":"x\teva@example.org\n","c":["<EMAIL_1>"]}"#;
    for cut in [1, 2, 3, 4, 6, 9, 20, 50, 200] {
        let mut shower = shower(&policy, &["I am ana@example.org"]);
        let shown = streamed(&mut shower, Part::Arguments, arguments, cut);
        let value: serde_json::Value =
            serde_json::from_str(&shown).unwrap_or_else(|error| panic!("{cut}: {shown}: {error}"));
        assert!(!shown.contains("eva@"), "{shown}");
        assert_eq!(value["a"], "\n<EMAIL>", "{shown}");
        assert_eq!(value["card"], "<CARD>", "{shown}");
        assert_eq!(value["c"][0], "ana@example.org");
    }
}

#[test]
fn what_blocks_is_never_shown_nor_what_follows() {
    let policy = policy::of_text("[gateway]\noutput = \"block\"");
    let answer = "Fine. Ask eva@example.org. More.";
    for cut in [1, 2, 3, 5, 7, 11, 20, 40, 90] {
        let mut shower = shower(&policy, &["I am ana@example.org"]);
        let shown = streamed(&mut shower, Part::Content, answer, cut);
        assert!("Fine. ".starts_with(&shown), "{cut}: {shown}");
        assert_eq!(shower.blocked().unwrap().to_string(), "EMAIL=1");
    }
    let mut fine = shower(&policy, &["I am ana@example.org"]);
    assert_eq!(fine.whole("You are <EMAIL_1>."), "You are ana@example.org.");
    assert!(fine.blocked().is_none());
}

#[test]
fn a_kind_that_is_kept_is_neither_masked_nor_blocked() {
    let policy =
        policy::of_text("[kind.EMAIL]\noperator = \"keep\"\n[gateway]\noutput = \"block\"");
    let mut shower = shower(&policy, &["x"]);
    assert_eq!(shower.whole("Ask eva@example.org"), "Ask eva@example.org");
}

#[test]
fn texts_that_are_compared_have_no_numbers() {
    let policy = policy::of_text("[kind.CARD]\noperator = \"surrogate\"");
    let hashes = Hashes::new(Arc::new(Hasher::new(&"secret".into())), 1);
    let mut fleeting = Fleeting::new(policy, hashes, Marks::Bare);
    let passage = fleeting.hide("bea@example.org, 4111 1111 1111 1111, <EMAIL_1>").unwrap();
    assert_eq!(passage.text.unwrap(), "<EMAIL>, <CARD>, <EMAIL_1>");
}
