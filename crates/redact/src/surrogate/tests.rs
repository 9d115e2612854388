//! What must hold for every replacement, of every rule that there is.

use super::stream::Stream;
use super::{Seed, identifier, surrogate};
use crate::example::marked;
use crate::{Engine, Kind, Options, Rule, RuleId, Span, check};
use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::builtin(&Options::default()));

/// Rules for whose examples not all holds that holds for the others, and why.
const EXCEPTIONS: &[(&str, &str)] =
    &[("look-alike", "its number is one that no session counts to, which is longer")];

fn seed(number: u8) -> Seed {
    Seed { session: [number; 32], attempt: 0 }
}

/// An example of a rule: the text, and what the engine finds in the marked place.
struct Hit {
    rule: RuleId,
    before: String,
    part: String,
    after: String,
    span: Span,
}

/// Every marked place of every rule, and those that the engine gives to something larger, by the names of the rules.
fn hits() -> (Vec<Hit>, Vec<String>) {
    let (mut hits, mut lost) = (Vec::new(), Vec::new());
    for (id, rule) in ENGINE.rules() {
        for (before, part, after) in rule.hits.iter().flat_map(|hit| marked(hit)) {
            let text = [before.as_str(), &part, &after].concat();
            let place = (before.len(), before.len() + part.len());
            let found = ENGINE.find(&text);
            match found.iter().find(|span| (span.start, span.end) == place) {
                Some(span) => hits.push(Hit { rule: id, span: *span, before, part, after }),
                None => lost.push(rule.name.clone()),
            }
        }
    }
    (hits, lost)
}

/// What a text looks like: a digit is a 9, a letter is one of its case.
fn outline(text: &str) -> String {
    let one = |c: char| match crate::fold::plain(c) {
        '0'..='9' => '9',
        c if c.is_uppercase() => 'A',
        c if c.is_lowercase() => 'a',
        _ => c,
    };
    text.chars().map(one).collect()
}

/// Whether a replacement has the form of its original, as far as its kind keeps that.
fn is_alike(kind: Kind, rule: &Rule, one: &str, other: &str) -> bool {
    let signs = |text: &str| text.replace(|c: char| c.is_alphanumeric(), "");
    let parts = |text: &str| text.replace(|c: char| !"/:@?&=#".contains(c), "");
    match kind {
        Kind::Email => signs(&one.replace('\'', "")) == signs(other),
        Kind::Ip => signs(one) == signs(other),
        // A domain for examples may have fewer dashes.
        Kind::Url => parts(one) == parts(other),
        // The name of a month may be longer, and a day have one figure more.
        Kind::Date => signs(one) == signs(other),
        Kind::Mac | Kind::Uuid | Kind::Wallet => {
            one.len() == other.len() && signs(one) == signs(other)
        }
        Kind::Secret if one.contains("://") => parts(one) == parts(other),
        Kind::Secret => one.chars().count() == other.chars().count() && signs(one) == signs(other),
        Kind::Device if rule.name == "advertising-id" || rule.name == "udid" => {
            one.len() == other.len()
        }
        _ => outline(one) == outline(other),
    }
}

#[test]
fn every_rules_examples_are_replaced_by_something_that_is_found_as_they_are() {
    let (hits, _) = hits();
    let mut wrong: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for hit in &hits {
        let rule = ENGINE.rule(hit.rule);
        for number in 0..2 {
            let other = surrogate(&ENGINE, &hit.span, &hit.part, &seed(number), None);
            let found = ENGINE.find(&[hit.before.as_str(), &other, &hit.after].concat());
            let place = (hit.before.len(), hit.before.len() + other.len());
            let same = |span: &&Span| (span.start, span.end) == place && span.kind == hit.span.kind;
            let fault = if other == hit.part {
                "is the same"
            } else if !is_alike(hit.span.kind, rule, &hit.part, &other) {
                "has another form"
            } else if !found.iter().any(|span| same(&span)) {
                "is not found"
            } else {
                continue;
            };
            wrong.entry(&rule.name).or_default().push(format!("{fault}: {} -> {other}", hit.part));
        }
    }
    let known: HashSet<_> = EXCEPTIONS.iter().map(|(name, _)| *name).collect();
    let unknown: Vec<_> = wrong.iter().filter(|(name, _)| !known.contains(*name)).collect();
    assert!(unknown.is_empty(), "{} rules of {} hits: {unknown:#?}", unknown.len(), hits.len());
    let needless: Vec<_> = known.iter().filter(|name| !wrong.contains_key(*name)).collect();
    assert!(needless.is_empty(), "these need no exception: {needless:?}");
}

/// The checked rules, each with an example that passes its check.
fn checked() -> Vec<(&'static Rule, check::Check, identifier::Written, Vec<Vec<u8>>)> {
    let mut checked = Vec::new();
    for (id, rule) in ENGINE.rules() {
        let Some(check) = ENGINE.ready(id).check else { continue };
        for (_, part, _) in rule.hits.iter().flat_map(|hit| marked(hit)) {
            let written = identifier::Written::read(&part);
            let original = super::Original {
                engine: &ENGINE,
                kind: rule.kind,
                text: &part,
                rule_id: Some(id),
                rule: Some(rule),
                is_look_alike: false,
                language: None,
            };
            if check(&written.letters) {
                let choices = identifier::choices(&original, &written);
                checked.push((rule, check, written, choices));
                break;
            }
        }
    }
    checked
}

#[test]
fn a_thousand_numbers_of_each_checked_rule_pass_its_check() {
    assert!(checked().len() > 170, "{} rules have a check", checked().len());
    // Two halves, as this takes long.
    std::thread::scope(|scope| {
        scope.spawn(|| pass_their_checks(0));
        scope.spawn(|| pass_their_checks(1));
    });
}

/// Every second of the checked rules.
fn pass_their_checks(half: usize) {
    for (rule, check, written, choices) in checked().into_iter().skip(half).step_by(2) {
        let mut letters = written.letters;
        let mut stream = Stream::new(&seed(1), &[&rule.name]);
        let mut seen = HashSet::new();
        let mut changed = 0;
        for _ in 0..1000 {
            let other = identifier::varied(&letters, &choices, Some(check), &mut stream);
            assert!(check(&other), "{}: {}", rule.name, String::from_utf8_lossy(&other));
            changed += other.iter().zip(&letters).filter(|(one, other)| one != other).count();
            letters = other;
            seen.insert(letters.clone());
        }
        let free = choices.iter().filter(|choices| choices.len() > 1).count();
        assert!(changed > 300 * free, "{}: {changed} of {free} thousand", rule.name);
        assert!(seen.len() > 500, "{}: {} of 1000", rule.name, seen.len());
    }
}

/// A span of a kind that no rule found, as one of a language model is.
fn tagged(kind: Kind, text: &str) -> Span {
    let other = |(_, rule): &(RuleId, &Rule)| rule.kind != kind && rule.form.is_none();
    let (rule, _) = ENGINE.rules().find(other).unwrap();
    Span { start: 0, end: text.len(), kind, rule, score: 1.0 }
}

fn replaced(kind: Kind, text: &str, seed: &Seed) -> String {
    let whole = |span: &Span| (span.start, span.end, span.kind) == (0, text.len(), kind);
    let found = ENGINE.find(text).into_iter().find(whole);
    surrogate(&ENGINE, &found.unwrap_or_else(|| tagged(kind, text)), text, seed, None)
}

/// How many of ten thousand different originals get a replacement that another one has.
fn collisions(kind: Kind, original: impl Fn(usize) -> String) -> usize {
    const COUNT: usize = 10_000;
    let seed = seed(2);
    let originals: HashSet<String> = (0..COUNT).map(original).collect();
    let others: HashSet<String> =
        originals.iter().map(|original| replaced(kind, original, &seed)).collect();
    assert!(originals.len() > COUNT - 100, "there are {} originals", originals.len());
    originals.len() - others.len()
}

fn digits(number: usize, count: usize) -> String {
    let mut stream = Stream::new(&seed(4), &[&number.to_string()]);
    (0..count).map(|_| stream.like('5')).collect()
}

fn in_letters(digits: &str) -> String {
    digits.bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn ten_thousand_originals_seldom_get_the_same_replacement() {
    let card = |number: usize| {
        let body: Vec<u8> = format!("4{}", digits(number, 14)).bytes().map(|b| b - b'0').collect();
        let last = (0..10).find(|last| check::luhn(&[&body[..], &[*last]].concat())).unwrap();
        body.iter().chain([&last]).map(|digit| char::from(b'0' + digit)).collect::<String>()
    };
    let date = |number: usize| {
        format!("{:02}.{:02}.{}", number % 28 + 1, number / 28 % 12 + 1, 1950 + number / 336)
    };
    let name = |number: usize| {
        let letters = in_letters(&digits(number, 6));
        format!("M{} S{}", &letters[..3], &letters[3..])
    };
    let counts = [
        ("cards", collisions(Kind::Card, card), 20),
        ("dates", collisions(Kind::Date, date), 0),
        ("phones of Spain", collisions(Kind::Phone, |n| format!("+34 6{}", digits(n, 8))), 20),
        (
            "private addresses",
            collisions(Kind::Ip, |n| format!("10.{}.{}.7", n / 100, n % 100)),
            20,
        ),
        ("people of two words", collisions(Kind::Person, name), 400),
        ("passwords", collisions(Kind::Secret, |n| format!("hunter{}x", digits(n, 6))), 20),
    ];
    let shown: Vec<_> = counts.iter().map(|(what, count, _)| format!("{what}: {count}")).collect();
    assert!(counts.iter().all(|(_, count, most)| count <= most), "of 10 000: {shown:?}");
}

#[test]
fn a_list_that_is_too_short_for_a_session_goes_on_by_attempts() {
    // What a daemon does: it asks again until no other original has the replacement.
    let mut given = HashSet::new();
    for number in 0..2000 {
        let surname = format!("Z{}", in_letters(&number.to_string()));
        let taken = (0..32).find(|attempt| {
            let seed = Seed { session: [2; 32], attempt: *attempt };
            given.insert(replaced(Kind::Person, &surname, &seed))
        });
        assert!(taken.is_some(), "{number}");
    }
}

#[test]
fn days_of_birth_in_identifiers_are_days_that_there_were() {
    // Where the month and the day stand. Some add to them, by gender or century.
    let known = [
        ("mx-curp", 6, 8),
        ("pl-pesel", 2, 4),
        ("se-personal-number", 2, 4),
        ("dk-cpr", 2, 0),
        ("ro-cnp", 3, 5),
        ("fr-nir", 3, 3),
        ("it-fiscal-code", 9, 9),
    ];
    for (name, month, day) in known {
        let found = checked().into_iter().find(|(rule, ..)| rule.check.as_deref() == Some(name));
        let Some((_, check, written, choices)) = found else {
            panic!("there is no rule with the check {name}");
        };
        let value = |letters: &[u8], at: usize| -> u32 {
            std::str::from_utf8(&letters[at..at + 2]).unwrap().parse().unwrap()
        };
        // The day of the French number is not written, and the month of the Italian code is a letter.
        let (month_written, day_written) = (name != "it-fiscal-code", name != "fr-nir");
        let mut stream = Stream::new(&seed(3), &[name]);
        let mut letters = written.letters;
        let mut seen = HashSet::new();
        for _ in 0..200 {
            letters = identifier::varied(&letters, &choices, Some(check), &mut stream);
            let shown = String::from_utf8_lossy(&letters).into_owned();
            let month = value(&letters, month) % 20;
            assert!(!month_written || (1..=12).contains(&month), "{name}: {shown}");
            let day = value(&letters, day) % 40;
            assert!(!day_written || (1..=31).contains(&day), "{name}: {shown}");
            seen.insert((month, day));
        }
        assert!(seen.len() > 10, "{name}: {seen:?}");
    }
}

proptest::proptest! {
    #[test]
    fn anything_of_any_kind_gets_something_else_and_always_the_same(
        text in "\\PC{1,40}", kind in 0..Kind::ALL.len(), session in 0u8..4, attempt in 0u32..12,
    ) {
        let span = tagged(Kind::ALL[kind], &text);
        let seed = Seed { session: [session; 32], attempt };
        let other = surrogate(&ENGINE, &span, &text, &seed, Some("es"));
        proptest::prop_assert_ne!(&other, &text);
        proptest::prop_assert!(!other.is_empty());
        proptest::prop_assert_eq!(surrogate(&ENGINE, &span, &text, &seed, Some("es")), other);
    }

    #[test]
    fn numbers_and_names_of_any_kind_get_something_else(
        text in "[0-9]{1,4}[ :/.,-]?[0-9A-Za-z]{0,6}[ @-]?[A-Z]?[a-zé]{0,8}",
        kind in 0..Kind::ALL.len(),
    ) {
        let span = tagged(Kind::ALL[kind], &text);
        proptest::prop_assert_ne!(surrogate(&ENGINE, &span, &text, &seed(0), None), text);
    }
}
