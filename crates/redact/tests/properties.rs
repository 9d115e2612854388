//! What must hold for every text.

use proptest::prelude::*;
use redact::{Engine, Kind, Options, Span, Vault, distinct, hide, locate, show};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin(&Options::default()));

fn find(text: &str) -> Vec<Span> {
    ENGINE.find(text)
}

/// Pieces that rules stop at, and pieces that get in their way.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        "ana@example.org",
        "4111 1111 1111 1111",
        "ES91 2100 0418 4502 0005 1332",
        "+34 612 345 678",
        "12345678Z",
        "X1234567L",
        "123-45-6789",
        "<EMAIL_1>",
        "<EMAIL_2>",
        "<PERSON_1>",
        "<EMAIL_",
        "_1>",
        "<",
        ">",
        "tel ",
        "(617) 485-8245",
        "ñ",
        "日本",
        "\u{200b}",
        " ",
        ", ",
        "\n",
        "@",
        "+",
        "00",
        "４１１１ １１１１ １１１１ １１１１",
        "\u{ad}",
        "\u{a0}",
        "\u{2011}",
        "\u{301}",
        "А",
        "٣",
        "EMAIL_1",
        "<email 1>",
        "AKIA",
        "ghp_",
        "-----BEGIN RSA PRIVATE KEY-----",
        "password=",
        "\"ssn\": ",
        "https://u:p4ssw0rd@h/",
        "://",
        ":",
        "=",
        "--token ",
        "BIC ",
        "DEUTDEFF",
        "fe80::1",
        "10.0.0.1",
        "12 de marzo de 1980",
        "40.41678, -3.70379",
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "a,b\n",
    ];
    prop_oneof![
        3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "(?s).{0,6}",
        1 => "[0-9 .-]{0,12}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_hidden_is_shown_again_exactly(text in text()) {
        let mut vault = Vault::default();
        let hidden = hide(&text, &find(&text), |kind, original| vault.number(kind, original));
        prop_assert_eq!(show(&hidden.text, |kind, number| vault.original(kind, number)), text);
    }

    #[test]
    fn a_second_text_of_the_session_comes_back_too(first in text(), second in text()) {
        let mut vault = Vault::default();
        let one = hide(&first, &find(&first), |kind, original| vault.number(kind, original)).text;
        let two = hide(&second, &find(&second), |kind, original| vault.number(kind, original)).text;
        let original = |kind: Kind, number| vault.original(kind, number);
        prop_assert_eq!(show(&one, original), first);
        prop_assert_eq!(show(&two, original), second);
    }

    #[test]
    fn spans_are_sorted_and_never_overlap(text in text()) {
        let spans = find(&text);
        let mut reach = 0;
        for span in &spans {
            prop_assert!(reach <= span.start && span.start < span.end);
            prop_assert!(text.is_char_boundary(span.start) && text.is_char_boundary(span.end));
            reach = span.end;
        }
        prop_assert!(reach <= text.len());
    }

    #[test]
    fn places_count_characters(text in text()) {
        let spans = find(&text);
        let mut vault = Vault::default();
        let hidden = hide(&text, &spans, |kind, original| vault.number(kind, original));
        let chars: Vec<char> = text.chars().collect();
        let out: Vec<char> = hidden.text.chars().collect();
        for ((span, start, end), item) in locate(&text, &spans).zip(&hidden.items) {
            prop_assert_eq!((start, end), (item.start, item.end));
            prop_assert_eq!(chars[start..end].iter().collect::<String>(), span.of(&text));
            let placed: String = out[item.out_start..item.out_end].iter().collect();
            prop_assert_eq!(placed, item.placeholder.map(|placeholder| placeholder.to_string()).unwrap_or_default());
        }
    }

    #[test]
    fn the_same_original_is_listed_once(text in text()) {
        let spans = find(&text);
        let listed = distinct(&text, &spans);
        for (at, pair) in listed.iter().enumerate() {
            prop_assert!(!listed[..at].contains(pair));
        }
        prop_assert!(spans.iter().all(|span| listed.contains(&(span.kind, span.of(&text)))));
    }
}
