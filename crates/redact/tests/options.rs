//! What a policy can say: kinds, thresholds, lists, rules of its own, a language.

use redact::{Aggressiveness, Deny, Engine, Kind, Language, Options, Windows, parse};

/// The rules and the texts of what an engine finds.
fn found(engine: &Engine, text: &str) -> Vec<(Kind, String)> {
    engine.find(text).iter().map(|span| (span.kind, span.of(text).to_owned())).collect()
}

fn texts(engine: &Engine, text: &str) -> Vec<String> {
    found(engine, text).into_iter().map(|(_, text)| text).collect()
}

fn with(change: impl FnOnce(&mut Options)) -> Engine {
    let mut options = Options::default();
    change(&mut options);
    Engine::with(Vec::new(), &options).expect("good options")
}

const TEXT: &str = "Mail ana@example.org, see https://example.org/x, call +34 612 345 678.";

#[test]
fn a_kind_that_is_left_out_is_not_looked_for() {
    let engine = with(|options| options.without = [Kind::Email, Kind::Url].into());
    assert_eq!(found(&engine, TEXT), [(Kind::Phone, "+34 612 345 678".to_owned())]);
    let inside = "https://example.org/?to=ana@example.org";
    let engine = with(|options| options.without = [Kind::Url].into());
    assert_eq!(texts(&engine, inside), ["ana@example.org"], "what stands in one is found");
    let look_alike = with(|options| options.without = [Kind::Email, Kind::Custom].into());
    assert_eq!(texts(&look_alike, "see <EMAIL_1>"), ["<EMAIL_1>"], "the way back stays exact");
}

#[test]
fn a_kind_has_a_threshold_of_its_own() {
    let strict = with(|options| options.thresholds = [(Kind::Url, 0.9)].into());
    assert_eq!(texts(&strict, TEXT), ["ana@example.org", "+34 612 345 678"]);
    let relaxed = with(|options| {
        options.aggressiveness = Aggressiveness::Relaxed;
        options.thresholds = [(Kind::Url, 0.5)].into();
    });
    assert!(texts(&relaxed, TEXT).contains(&"https://example.org/x".to_owned()));
    // A bare number that passes its check digit is found from 0.3 on.
    let bare = "value 123456782 here";
    let loose =
        with(|options| options.thresholds = Kind::ALL.iter().map(|kind| (*kind, 0.3)).collect());
    let same = with(|options| options.aggressiveness = Aggressiveness::Strict);
    assert_eq!(found(&loose, bare), found(&same, bare));
    for wrong in [0.0, -1.0, 1.5, f32::NAN, f32::INFINITY] {
        let options = Options { thresholds: [(Kind::Url, wrong)].into(), ..Options::default() };
        let error = Engine::with(Vec::new(), &options).unwrap_err().to_string();
        assert!(error.contains("URL"), "{error}");
    }
}

#[test]
fn ages_and_amounts_are_found_when_they_are_asked_for() {
    let text = "A woman aged 34 earns $3,400 a month.";
    assert_eq!(found(&Engine::builtin(&Options::default()), text), []);
    let engine = with(|options| options.asked = [Kind::Age, Kind::Amount].into());
    let expected = [(Kind::Age, "34".to_owned()), (Kind::Amount, "$3,400".to_owned())];
    assert_eq!(found(&engine, text), expected);
    let neither = with(|options| {
        options.asked = [Kind::Age].into();
        options.without = [Kind::Age].into();
    });
    assert_eq!(found(&neither, text), [], "what is left out is left out");
}

#[test]
fn what_is_allowed_is_nobodys() {
    let engine = with(|options| {
        options.allow =
            vec!["Info@Example.org".to_owned(), "４１１１ １１１１ １１１１ １１１１".to_owned()];
        options.allow_patterns =
            vec![r"\+34 900 \d{3} \d{3}".to_owned(), r".*@corp\.example".to_owned()];
    });
    let left = "INFO@example.org, in\u{200b}fo@example.org, help@corp.example, 4111 1111 1111 1111, call +34 900 123 456";
    assert_eq!(texts(&engine, left), Vec::<String>::new());
    for kept in ["xinfo@example.org", "help@corp.example.org", "+34 612 345 678"] {
        assert_eq!(texts(&engine, kept), [kept]);
    }
    let url = "https://example.org/?q=info@example.org";
    assert!(!texts(&engine, url).is_empty(), "a find that is more is found");
}

#[test]
fn a_list_that_cannot_be_used_names_the_entry() {
    let error = |options: &Options| Engine::with(Vec::new(), options).unwrap_err().to_string();
    let allow = vec!["a".to_owned(), String::new()];
    assert!(error(&Options { allow, ..Options::default() }).contains("entry 2"));
    let allow_patterns = vec!["a".to_owned(), "b".to_owned(), "(".to_owned()];
    assert!(error(&Options { allow_patterns, ..Options::default() }).contains("entry 3"));
    let words = vec!["x".repeat(300)];
    let first = Deny { kind: Kind::Person, words: vec!["a".to_owned(), "b".to_owned()] };
    let deny = vec![first, Deny { kind: Kind::Custom, words }];
    assert!(error(&Options { deny, ..Options::default() }).contains("of CUSTOM: entry 1"));
}

#[test]
fn a_denied_word_is_found_whatever_it_stands_in() {
    let engine = with(|options| {
        let words = ["Project Falcon", "ana", "Núñez"].map(str::to_owned).to_vec();
        options.deny = vec![
            Deny { kind: Kind::Custom, words },
            Deny {
                kind: Kind::Person,
                words: vec!["Maria Lopez".to_owned(), "Lopez Paz".to_owned()],
            },
        ];
        options.allow = vec!["ana".to_owned()];
        options.without = [Kind::Custom].into();
    });
    let text = "project\u{200b} ｆａｌｃｏｎ, PROJECT\nFALCON and projects falcon; NÚÑEZ";
    assert_eq!(texts(&engine, text), ["project\u{200b} ｆａｌｃｏｎ", "PROJECT\nFALCON", "NÚÑEZ"]);
    let inside = found(&engine, "to ana@example.org now");
    let expected = [(Kind::Custom, "ana".to_owned()), (Kind::Email, "@example.org".to_owned())];
    assert_eq!(inside, expected, "and what is around it is not lost");
    let both = found(&engine, "maria lopez paz");
    let expected = [(Kind::Person, "maria lopez".to_owned()), (Kind::Person, "paz".to_owned())];
    assert_eq!(both, expected);
    assert!(engine.find("maria lopez").iter().all(|span| span.score == 1.0));
}

#[test]
fn ten_thousand_denied_words_are_one_automaton() {
    let words: Vec<String> = (0..10_000).map(|at| format!("agent {at} of the list")).collect();
    let engine =
        with(|options| options.deny = vec![Deny { kind: Kind::Custom, words: words.clone() }]);
    let text = words.join("; ").repeat(3);
    assert_eq!(engine.find(&text).len(), 29_996, "four touch where the text was joined");
    // Words that overlap in a chain as long as the text are settled together.
    let words = vec!["new york".to_owned(), "york new".to_owned()];
    let engine = with(|options| options.deny = vec![Deny { kind: Kind::Location, words }]);
    let text = "new york ".repeat(100_000);
    assert_eq!(engine.find(&text).len(), 100_000);
}

const OWN: &str = r#"
[[rule]]
name = "room"
kind = "LOCATION"
pattern = '(?i)\broom (\d{1,4})\b'
score = 0.9

[[rule]]
name = "ward"
kind = "CUSTOM"
words = ["Ward Nightingale"]

[[rule]]
name = "file-number"
kind = "CASE"
pattern = '\b[A-Z]{2}/\d{3}\b'
cued = 0.9
cues = ["our file"]

[[rule]]
name = "member"
kind = "ID"
shapes = ["'MB'9{9}"]
score = 0.8
check = "luhn-number"

[[rule]]
name = "own-token"
kind = "SECRET"
prefix = ["own_"]
pattern = 'own_[a-z0-9]{12}'
"#;

#[test]
fn rules_of_a_user_stand_beside_ours() {
    let engine = Engine::with(parse("own.toml", OWN).unwrap(), &Options::default()).unwrap();
    let text = "Room 12, ward  nightingale; our file AB/123, but AB/124. own_abc123def456 to ana@example.org";
    let expected = [
        (Kind::Location, "12"),
        (Kind::Custom, "ward  nightingale"),
        (Kind::Case, "AB/123"),
        (Kind::Secret, "own_abc123def456"),
        (Kind::Email, "ana@example.org"),
    ];
    assert_eq!(found(&engine, text), expected.map(|(kind, text)| (kind, text.to_owned())));
    let error = |text: &str| {
        let rules = parse("own.toml", text).unwrap();
        Engine::with(rules, &Options::default()).unwrap_err().to_string()
    };
    let wrong = OWN.replace("(\\d{1,4})", "(\\d{1,4}");
    assert!(
        error(&wrong).starts_with("own.toml:2: rule `room`: `pattern` cannot be read"),
        "{}",
        error(&wrong)
    );
    assert!(error(&OWN.replace("luhn-number", "luhn")).contains("own.toml:20: rule `member`"));
    for (field, what) in [
        ("form = \"email\"", "built in"),
        ("words = [\"x\"]\nscore = nan", "`score`"),
        ("words = [\"x\"]\nscore = 2.0", "`score`"),
        ("words = [\"x\"]\ncues = [\"x\"]", "need each other"),
        ("words = [\"x\"]\nspecificity = 99", "`specificity`"),
        ("shapes = [\"9{\"]", "the shape"),
        ("words = [\"\"]", "word 1 is empty"),
        ("pattern = 'x*'", "where nothing stands"),
        ("pattern = '(?:\\w{500}){500}'", "once it is compiled"),
        ("prefix = [\"ab\"]\npattern = 'ab'", "three bytes"),
        ("keys = [\"k\"]", "needs a `pattern`"),
        ("", "nothing says how"),
        ("words = [\"x\"]\npresidio = \"IBAN_CODE\"", "Presidio"),
    ] {
        let rule = format!("[[rule]]\nname = \"x\"\nkind = \"CUSTOM\"\n{field}\n");
        assert!(error(&rule).contains(what), "{field}: {}", error(&rule));
    }
}

#[test]
fn an_expression_is_searched_in_all_of_a_long_text() {
    let rules = parse("own.toml", OWN).unwrap();
    let engine = Engine::with(rules, &Options::default()).unwrap();
    for gap in [4090, 4096, 8185, 8192, 100_000] {
        let text = format!("{}, room 77, {}", "ñ".repeat(gap), " x".repeat(gap));
        assert_eq!(texts(&engine, &text), ["77"], "{gap}");
    }
    // One that fails time and again at the end of the text looks no further than a piece of it.
    let slow = "[[rule]]\nname = \"x\"\nkind = \"CUSTOM\"\npattern = 'a[^z]*z|b'\n";
    let engine = Engine::new(parse("own.toml", slow).unwrap(), &Options::default()).unwrap();
    assert_eq!(engine.find(&"ab".repeat(5_000)).len(), 5_000);
}

#[test]
fn a_language_adds_the_telephones_of_those_who_speak_it() {
    let engine = with(|options| options.phone_regions = vec![redact::Region::parse("US").unwrap()]);
    let text = "Rufen Sie (030) 1234567 an, 612 345 678 oder (617) 485-8245.";
    let count = |tag: Option<&str>| {
        engine.find_in(text, tag.map(|tag| Language::parse(tag).unwrap())).len()
    };
    let alone = count(None);
    assert!(count(Some("de")) > alone, "{alone}");
    assert!(count(Some("es-ES")) > alone);
    assert_eq!(count(Some("ja")), alone);
    assert_eq!(engine.find(text).len(), alone);
}

#[test]
fn the_headings_of_a_table_count_for_all_of_it() {
    let engine = Engine::builtin(&Options::default());
    let head = "name,ssn,note\n";
    let row = "x,219099998,nothing at all\n";
    let rows = 2_200_000 / row.len();
    let text = head.to_owned() + &row.repeat(rows);
    let mut count = 0;
    let mut windows = Windows::new(&engine);
    windows.push(&text, |_, spans| count += spans.len());
    windows.finish(|_, spans| count += spans.len());
    assert_eq!(count, rows);
    assert_eq!(engine.find(&text).len(), rows);
}
