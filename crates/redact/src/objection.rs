//! What cannot be right in a rule: told when it is loaded, all faults at once, so that nothing is left to fail at the
//! first text.

use crate::heads::Heads;
use crate::library::RuleError;
use crate::{Rule, check, cue, expression, list, shape};
use std::collections::HashSet;

/// Rules that a user may add, and how many of them may have an expression that is searched everywhere: each such is a
/// pass of its own over the text.
const OWN_MAX: usize = 1000;
const SEARCHED_MAX: usize = 100;

/// What is more specific is what a user denies, and what looks like our own placeholders.
const SPECIFICITY_MAX: u8 = 98;

/// Entries in a list of a rule; words have a limit of their own.
const LIST_MAX: usize = 1000;

/// How long a name may be, in bytes.
const NAME_MAX: usize = 64;

/// The faults of rules that a user added.
pub(crate) fn of_own(rules: &[Rule]) -> Vec<RuleError> {
    let mut faults = Vec::new();
    let mut names = HashSet::new();
    let mut searched = 0;
    for rule in rules {
        let twice = !names.insert(rule.name.as_str());
        let twice = twice.then(|| "another rule has this name".to_owned());
        let formed = rule.form.is_some();
        let formed = formed.then(|| "`form` is for rules that are built in".to_owned());
        let above = (rule.specificity > SPECIFICITY_MAX)
            .then(|| format!("`specificity` is more than {SPECIFICITY_MAX}"));
        let what = of(rule).into_iter().chain(twice).chain(formed).chain(above);
        faults.extend(what.map(|what| rule.wrong(&what)));
        searched += usize::from(rule.is_searched());
    }
    for (count, most, what) in [
        (rules.len(), OWN_MAX, "rules"),
        (searched, SEARCHED_MAX, "rules with a `pattern` that is searched everywhere"),
    ] {
        if count > most {
            faults.push(RuleError::of(
                "the rules together",
                format!("{count} {what}, more than {most}"),
            ));
        }
    }
    faults
}

/// Looks whether all rules of an engine have a place in its tables.
///
/// # Errors
/// When they are too many.
pub(crate) fn of_all(rules: &[Rule]) -> Result<(), RuleError> {
    let with = |wanted: fn(&Rule) -> bool| rules.iter().filter(|rule| wanted(rule)).count();
    for (count, most, what) in [
        (rules.len(), usize::from(u16::MAX), "rules"),
        (with(|rule| !rule.keys.is_empty()), cue::RULES_MAX, "rules have keys"),
        (with(|rule| !rule.cues.is_empty()), cue::RULES_MAX, "rules have cues"),
    ] {
        if count > most {
            let what =
                format!("{count} {what}, more than {most}, those that are built in counted too");
            return Err(RuleError::of("the rules together", what));
        }
    }
    Ok(())
}

/// What is wrong with a rule by itself.
pub(crate) fn of(rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=NAME_MAX).contains(&rule.name.len()) || !rule.name.bytes().all(sign) {
        faults.push(format!("`name` is not 1 to {NAME_MAX} lower-case letters, digits and `-`"));
    }
    if !rule.presidio.is_empty() && !rule.kind.presidio().contains(&rule.presidio.as_str()) {
        let what = "is none of the names by which Presidio knows its kind";
        faults.push(format!("`presidio` `{}` {what}", rule.presidio));
    }
    if let Some(name) = rule.check.as_ref().filter(|name| check::by_name(name).is_none()) {
        faults.push(format!("there is no check `{name}`"));
    }
    forms(rule, &mut faults);
    scores(rule, &mut faults);
    lists(rule, &mut faults);
    faults
}

/// The faults in how it finds anything.
fn forms(rule: &Rule, faults: &mut Vec<String>) {
    let shaped = !rule.shapes.is_empty() || !rule.bare.is_empty();
    let found = shaped
        || rule.pattern.is_some()
        || !rule.prefix.is_empty()
        || !rule.keys.is_empty()
        || !rule.words.is_empty()
        || rule.form.is_some();
    if !found {
        faults.push("nothing says how it is found: `shapes`, `pattern`, `words`, ...".to_owned());
    }
    for shape in rule.shapes.iter().chain(&rule.bare) {
        if let Err(error) = shape::forms(shape) {
            faults.push(format!("the shape `{shape}`: {error}"));
        }
    }
    for literal in &rule.prefix {
        if let Some(why) = Heads::objection(literal) {
            faults.push(format!("the prefix `{literal}` {why}"));
        }
    }
    if !rule.prefix.is_empty() && rule.pattern.is_none() {
        faults.push("`prefix` needs a `pattern` that says how it goes on".to_owned());
    }
    if !rule.keys.is_empty() && rule.pattern.is_none() && rule.form.is_none() {
        faults.push("`keys` needs a `pattern` that says what the value is".to_owned());
    }
    if !rule.keys.is_empty() && !rule.prefix.is_empty() {
        faults.push("`keys` and `prefix` cannot share a `pattern`; make two rules".to_owned());
    }
    if let Some(what) = expression::objection(rule) {
        faults.push(format!("`pattern` {what}"));
    }
}

/// The faults in how sure it is.
fn scores(rule: &Rule, faults: &mut Vec<String>) {
    let scores = [("score", rule.score), ("bare_score", rule.bare_score), ("cued", rule.cued)];
    for (name, score) in scores {
        if score.is_some_and(|score| !(score > 0.0 && score <= 1.0)) {
            faults.push(format!("`{name}` is not above 0 and at most 1"));
        }
    }
    if rule.entropy.is_some_and(|least| !(0.0..=8.0).contains(&least)) {
        faults.push("`entropy` is not from 0 to 8 bits".to_owned());
    }
    if rule.form.is_some() {
        return;
    }
    if rule.cues.is_empty() != rule.cued.is_none() {
        faults.push("`cues` and `cued` need each other".to_owned());
    }
    let cued = !rule.cues.is_empty();
    for (name, shapes, score) in
        [("shapes", &rule.shapes, rule.score), ("bare", &rule.bare, rule.bare_score)]
    {
        if !shapes.is_empty() && score.is_none() && !cued {
            faults.push(format!("`{name}` needs a score, or cues"));
        }
    }
}

/// The faults in its lists.
fn lists(rule: &Rule, faults: &mut Vec<String>) {
    let lists = [
        ("shapes", rule.shapes.len()),
        ("bare", rule.bare.len()),
        ("cues", rule.cues.len()),
        ("prefix", rule.prefix.len()),
        ("keys", rule.keys.len()),
        ("hits", rule.hits.len()),
        ("misses", rule.misses.len()),
    ];
    for (name, count) in lists.into_iter().filter(|(_, count)| *count > LIST_MAX) {
        faults.push(format!("`{name}` has {count} entries, more than {LIST_MAX}"));
    }
    for (name, phrases) in [("cue", &rule.cues), ("key", &rule.keys)] {
        for phrase in phrases {
            if let Some(what) = cue::objection(phrase) {
                faults.push(format!("the {name} `{phrase}` {what}"));
            }
        }
    }
    for (at, word) in rule.words.iter().enumerate() {
        if let Some(what) = list::objection(word) {
            faults.push(format!("word {} {what}", at + 1));
        }
    }
}
