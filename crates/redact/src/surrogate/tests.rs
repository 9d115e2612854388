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
    let checked = checked();
    assert!(checked.len() > 170, "{} rules have a check", checked.len());
    for (rule, check, written, choices) in checked {
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
