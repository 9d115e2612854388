//! Why something was found.

use proptest::prelude::*;
use redact::{
    Aggressiveness, Cue, Deny, Engine, Explained, Form, Kind, Options, Reason, Side, parse,
};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin(&Options::default()));

fn first(engine: &Engine, text: &str) -> Explained {
    engine.explain(text, None).remove(0)
}

/// A cue, and the text at which it stands.
type Near = Option<(String, Side, String)>;

/// The form, the check, the cue, and how sure it was before.
fn why(engine: &Engine, text: &str) -> (Form, Option<String>, Near, Option<f32>) {
    let why = first(engine, text).why;
    let cue = why.cue.map(|cue: Cue| (cue.text, cue.side, text[cue.start..cue.end].to_owned()));
    (why.form, why.check, cue, why.base)
}

fn cue(text: &str, side: Side, place: &str) -> Near {
    Some((text.to_owned(), side, place.to_owned()))
}

#[test]
fn a_form_says_its_shape_its_check_and_the_cue_that_counted() {
    let (form, check, near, base) = why(&ENGINE, "Su DNI: 12345678Z");
    assert!(matches!(&form, Form::Shape(shape) if shape.contains('A')), "{form:?}");
    assert_eq!(check.as_deref(), Some("es-dni"));
    assert_eq!(near, cue("dni", Side::Before, "DNI"));
    assert!(base.is_some_and(|base| base < first(&ENGINE, "Su DNI: 12345678Z").span.score));
    let (.., alone, base) = why(&ENGINE, "see 12345678Z");
    assert_eq!(alone, None);
    assert_eq!(base, Some(first(&ENGINE, "see 12345678Z").span.score));
}

#[test]
fn a_cue_may_stand_after_above_or_in_a_name() {
    let near = |text| why(&ENGINE, text).2;
    assert_eq!(near("219-09-9998 (SSN)"), cue("ssn", Side::After, "SSN"));
    assert_eq!(near("{\"customerSsn\": \"219099998\"}"), cue("ssn", Side::Before, "Ssn"));
    assert_eq!(near("name,ssn\nx,219099998\n"), cue("ssn", Side::Heading, "ssn"));
    let phone = why(&ENGINE, "tel. 612345678");
    assert_eq!(phone.0, Form::Scanner("phone".to_owned()));
    assert_eq!(phone.2, cue("tel", Side::Before, "tel"));
    let bic = why(&ENGINE, "BIC DEUTDEFF");
    assert_eq!(bic.2.map(|cue| cue.0), Some("bic".to_owned()));
    assert_eq!(bic.3, None);
}

#[test]
fn what_is_said_of_the_first_of_a_list_is_said_of_all() {
    let text = "in applications nos. 26480/95, 28291/95 and 29280/95 against it";
    let explained = ENGINE.explain(text, None);
    let found: Vec<_> = explained.iter().map(|one| one.span.of(text)).collect();
    assert_eq!(found, ["26480/95", "28291/95", "29280/95"]);
    for one in &explained {
        let cue = one.why.cue.as_ref().unwrap();
        assert_eq!(&text[cue.start..cue.end], "applications nos");
    }
    assert_eq!(ENGINE.find("applications nos. 1/95 against 28291/95").len(), 1);
}

#[test]
fn places_are_those_of_the_text_as_it_stands() {
    let text = "Su D\u{200b}NI: １２３４５６７８Z";
    let explained = first(&ENGINE, text);
    assert_eq!(explained.span.of(text), "１２３４５６７８Z");
    let cue = explained.why.cue.unwrap();
    assert_eq!(&text[cue.start..cue.end], "D\u{200b}NI");
}

#[test]
fn secrets_say_their_literal_or_their_key() {
    let (form, ..) = why(&ENGINE, "x AKIAX7KQ2RM9TV4ZB8WN y");
    assert_eq!(form, Form::Literal("AKIA".to_owned()));
    let (form, ..) = why(&ENGINE, "db_password = \"hunter22\"");
    assert!(matches!(&form, Form::Key(key) if key.contains("password")), "{form:?}");
}

#[test]
fn lists_and_rules_of_a_user_are_named() {
    let rules = "[[rule]]\nname = \"room\"\nkind = \"LOCATION\"\npattern = '(?i)room \\d+'\n\n[[rule]]\nname = \"ward\"\nkind = \"CUSTOM\"\nwords = [\"Ward Nine\"]\n";
    let options = Options {
        deny: vec![Deny { kind: Kind::Custom, words: vec!["Falcon".to_owned()] }],
        allow: vec!["room 7".to_owned()],
        ..Options::default()
    };
    let engine = Engine::with(parse("own.toml", rules).unwrap(), &options).unwrap();
    assert_eq!(why(&engine, "in Room 12").0, Form::Pattern);
    assert_eq!(why(&engine, "in ward nine").0, Form::Words);
    assert_eq!(why(&engine, "a falcon").0, Form::Denied);
    assert_eq!(why(&engine, "<EMAIL_1>").0, Form::LookAlike);
    assert_eq!(engine.explain("in Room 7", None), []);
    let deny = vec![Deny { kind: Kind::Custom, words: vec!["7".to_owned()] }];
    let engine =
        Engine::with(parse("own.toml", rules).unwrap(), &Options { deny, ..options }).unwrap();
    let losers = first(&engine, "in Room 7").why.losers;
    assert!(losers.iter().any(|loser| loser.reason == Reason::Allowed), "{losers:?}");
}

#[test]
fn the_losers_of_a_place_say_why_they_lost() {
    let reasons = |text: &str| -> Vec<(String, Reason)> {
        let losers = first(&ENGINE, text).why.losers.into_iter();
        losers.map(|loser| (ENGINE.rule(loser.rule).name.clone(), loser.reason)).collect()
    };
    let inside = reasons("ftp://ana:s3cr3tpw@ftp.example.org/x");
    assert!(inside.contains(&("url".to_owned(), Reason::LessSpecific)), "{inside:?}");
    let bare = reasons("DNI 12345678Z");
    assert!(bare.iter().any(|(_, reason)| *reason == Reason::BelowThreshold), "{bare:?}");
}

/// Pieces of texts like those of the gold set, and what gets in their way.
fn text() -> impl Strategy<Value = String> {
    let known = [
        "Su DNI es 12345678Z",
        "SSN 219-09-9998",
        "ana@example.org",
        "4111 1111 1111 1111",
        "tel. 612 345 678",
        "ES91 2100 0418 4502 0005 1332",
        "a,ssn\n",
        "x,219099998\n",
        "<EMAIL_1>",
        "password=hunter22",
        " ",
        ", ",
        "\n",
        "falcon",
        "Falcon",
        "AKIAX7KQ2RM9TV4ZB8WN",
        "https://u:p4ssw0rd@h/",
        "born 12/03/1980",
        "\u{200b}",
        "ñ",
        "１２",
        "aged 34",
        "$3,400.00",
        "employee id ",
        "order ",
        "BIC DEUTDEFF",
        "10.0.0.1",
        "info@example.org",
        "-",
        "_",
        "1",
    ];
    let piece = prop_oneof![
        4 => prop::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "(?s).{0,6}",
        1 => "[0-9A-Z .-]{0,14}",
    ];
    prop::collection::vec(piece, 0..16).prop_map(|pieces| pieces.concat())
}

static ENGINES: LazyLock<[Engine; 3]> = LazyLock::new(|| {
    let asked = Options {
        asked: [Kind::Age, Kind::Amount].into(),
        allow: vec!["info@example.org".to_owned(), "12345678Z".to_owned()],
        allow_patterns: vec!["2190.*".to_owned()],
        deny: vec![Deny { kind: Kind::Person, words: vec!["falcon".to_owned(), "ana".to_owned()] }],
        without: [Kind::Ip].into(),
        ..Options::default()
    };
    let aggressiveness = Aggressiveness::Strict;
    [
        Engine::builtin(&Options::default()),
        Engine::builtin(&Options { aggressiveness, ..Options::default() }),
        Engine::builtin(&asked),
    ]
});

proptest! {
    #[test]
    fn the_same_is_explained_as_is_found(text in text()) {
        for engine in ENGINES.iter() {
            let spans: Vec<_> = engine.explain(&text, None).into_iter().map(|one| one.span).collect();
            prop_assert_eq!(&spans, &engine.find(&text));
        }
    }

    #[test]
    fn every_place_in_an_answer_is_one_of_the_text(text in text()) {
        for engine in ENGINES.iter() {
            for Explained { span, why } in engine.explain(&text, None) {
                let cue = why.cue.iter().map(|cue| (cue.start, cue.end));
                for (start, end) in cue.chain(why.losers.iter().map(|one| (one.start, one.end))) {
                    prop_assert!(start < end && text.get(start..end).is_some());
                }
                for loser in &why.losers {
                    prop_assert!(loser.start < span.end && span.start < loser.end);
                }
                prop_assert!(why.threshold <= span.score);
                prop_assert!(why.base.is_some_and(|base| base >= why.threshold) || why.cue.is_some(),
                    "{} {:?} {:?}", engine.rule(span.rule).name, span, why);
            }
        }
    }

    #[test]
    fn denied_words_are_always_found_and_nothing_overlaps(text in text()) {
        let engine = &ENGINES[2];
        let spans = engine.find(&text);
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start));
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        for (at, found) in text.match_indices("falcon") {
            let before = text[..at].chars().next_back().is_some_and(is_word);
            let after = text[at + found.len()..].chars().next().is_some_and(is_word);
            // What cannot be seen may join it with a word.
            let plain = text[..at].chars().next_back().is_none_or(|c| c.is_ascii())
                && text[at + found.len()..].chars().next().is_none_or(|c| c.is_ascii());
            if !before && !after && plain {
                let held = spans.iter().any(|span| span.start <= at && at + found.len() <= span.end);
                prop_assert!(held, "{:?}", spans);
            }
        }
    }
}
