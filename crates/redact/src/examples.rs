//! The examples of rules: what each must find and what it must not, run for those that are compiled in as for those
//! of a user.

use crate::engine::Engine;
use crate::example::filled;
use crate::find::{Around, Record, seen_by_rules};
use crate::library::{RuleError, parse_all};
use crate::options::Options;
use crate::rule::{Rule, RuleId};
use crate::{Span, fold, objection};

/// What is wrong with a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// Its name; empty where the fault is the file's.
    pub rule: String,
    /// Its line, or that of the fault, counted from one.
    pub line: Option<usize>,
    /// What is wrong. It quotes the file's own examples.
    pub what: String,
}

/// Reads a file of rules, adds them to those that are built in, and runs their examples. Kinds that must be asked for
/// are.
pub fn examine(file: &str, text: &str, options: &Options) -> Vec<RuleFault> {
    let rules = match parse_all(file, text) {
        Ok(rules) => rules,
        Err(faults) => return faults.into_iter().map(|fault| of_file(fault, &[])).collect(),
    };
    examine_rules(&rules, options)
}

/// As [`examine`], for rules that were read before.
pub fn examine_rules(rules: &[Rule], options: &Options) -> Vec<RuleFault> {
    let faults = objection::of_own(rules);
    if !faults.is_empty() {
        return faults.into_iter().map(|fault| of_file(fault, rules)).collect();
    }
    let mut options = options.clone();
    options.asked.extend(rules.iter().filter(|rule| rule.asked).map(|rule| rule.kind));
    let count = rules.len();
    let engine = match Engine::with(rules.to_vec(), &options) {
        Ok(engine) => engine,
        Err(fault) => return vec![of_file(fault, rules)],
    };
    let all = engine.rules().count();
    let own = engine.rules().skip(all - count);
    own.flat_map(|(id, rule)| faults_of(&engine, id, rule)).collect()
}

fn of_file(fault: RuleError, rules: &[Rule]) -> RuleFault {
    let named = |rule: &&Rule| fault.what.starts_with(&format!("rule `{}`", rule.name));
    let rule = rules.iter().find(named).map(|rule| rule.name.clone());
    let what = match fault.line {
        Some(_) => fault.what,
        None => format!("{}: {}", fault.file, fault.what),
    };
    RuleFault { rule: rule.unwrap_or_default(), line: fault.line, what }
}

fn faults_of(engine: &Engine, id: RuleId, rule: &Rule) -> Vec<RuleFault> {
    let line = rule.place.as_ref().map(|(_, line)| *line);
    let fault = |what| RuleFault { rule: rule.name.clone(), line, what };
    if !engine.looks_for(id) {
        return vec![fault(format!(
            "{} is not looked for: the options leave it out",
            rule.kind.name()
        ))];
    }
    failures(engine, id, rule).into_iter().map(fault).collect()
}

/// The examples that a rule does not live up to.
pub(crate) fn failures(engine: &Engine, id: RuleId, rule: &Rule) -> Vec<String> {
    let mut failures = Vec::new();
    for (at, example) in rule.hits.iter().enumerate() {
        let (text, expected) = unmarked(example);
        let parts = found(engine, id, &text);
        if expected.is_empty() {
            failures.push(format!("hits {}: `{example}` marks nothing with ⟦ and ⟧", at + 1));
        } else if parts != expected {
            let instead = quoted(
                engine
                    .find(&text)
                    .iter()
                    .map(|span| format!("{} by {}", span.of(&text), engine.rule(span.rule).name)),
            );
            let parts = quoted(parts.into_iter());
            failures.push(format!(
                "hits {}: `{example}`: it finds {parts}; all rules together find {instead}",
                at + 1
            ));
        }
    }
    for (at, example) in rule.misses.iter().enumerate() {
        let parts = found(engine, id, &filled(example));
        if !parts.is_empty() {
            let parts = quoted(parts.into_iter());
            failures.push(format!("misses {}: `{example}`: it finds {parts}", at + 1));
        }
    }
    failures
}

fn quoted(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.map(|part| format!("`{part}`")).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// Takes the marks out of an example; gives its text and the parts that they held.
fn unmarked(example: &str) -> (String, Vec<String>) {
    let example = filled(example);
    let parts = example.split('⟦').skip(1).filter_map(|rest| rest.split_once('⟧'));
    let parts = parts.map(|(part, _)| part.to_owned()).collect();
    (example.replace(['⟦', '⟧'], ""), parts)
}

/// What the rule finds and is not lost to another kind: of two rules for one kind either may win.
fn found(engine: &Engine, id: RuleId, text: &str) -> Vec<String> {
    let folded = fold::folded(text);
    let mut record = Record::default();
    let seen = seen_by_rules(text, &folded);
    let winners = engine.settled(seen, Around::default(), Some(&mut record));
    let winners = engine.on_the_original(text, folded.as_ref(), winners);
    let kept = |span: &Span| {
        winners.iter().any(|winner| {
            winner.start <= span.start && span.end <= winner.end && winner.kind == span.kind
        })
    };
    let mut spans = record.seen;
    if let Some(folded) = &folded {
        for span in &mut spans {
            (span.start, span.end) = (folded.start(span.start), folded.end(span.end));
        }
    }
    spans.extend(winners.iter().copied());
    spans.retain(|span| span.rule == id && kept(span));
    spans.sort_by_key(|span| (span.start, span.end));
    let all = spans.clone();
    let inside = |span: &Span| {
        all.iter().any(|one| {
            (one.start, one.end) != (span.start, span.end)
                && one.start <= span.start
                && span.end <= one.end
        })
    };
    spans.retain(|span| !inside(span));
    spans.dedup_by_key(|span| (span.start, span.end));
    spans.iter().map(|span| span.of(text).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Deny, Kind};

    /// What only a model tells cannot be run without one: rules of this form are passed over, and no others.
    const TAGGER: Option<&str> = Some("tagger");

    #[test]
    fn every_rule_hits_its_examples_and_misses_its_near_misses() {
        let asked = Engine::builtin(&Options::default());
        let asked = asked.rules().filter(|(_, rule)| rule.asked).map(|(_, rule)| rule.kind);
        let words = vec!["Project Falcon".to_owned()];
        let engine = Engine::builtin(&Options {
            asked: asked.collect(),
            deny: vec![Deny { kind: Kind::Custom, words }],
            ..Options::default()
        });
        let mut wrong = Vec::new();
        for (id, rule) in engine.rules() {
            if rule.hits.len() < 2 || rule.misses.len() < 2 {
                wrong.push(format!("{} lacks examples", rule.name));
            }
            if rule.form.as_deref() != TAGGER {
                assert!(engine.looks_for(id), "{}", rule.name);
                let failures = failures(&engine, id, rule).into_iter();
                wrong.extend(failures.map(|what| format!("{}: {what}", rule.name)));
            }
        }
        assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
    }

    fn faults(text: &str) -> Vec<(String, Option<usize>, String)> {
        let faults = examine("mine.toml", text, &Options::default()).into_iter();
        faults.map(|fault| (fault.rule, fault.line, fault.what)).collect()
    }

    const GOOD: &str = r#"
[[rule]]
name = "room"
kind = "LOCATION"
pattern = '(?i)\broom (\d{1,4})\b'
score = 0.9
hits = ["in Room ⟦12⟧, then room ⟦3⟧"]
misses = ["in room 12345", "rooms"]

[[rule]]
name = "ward"
kind = "CUSTOM"
words = ["Ward Nightingale", "Núñez"]
hits = ["to ⟦ward nightingale⟧.", "⟦NÚÑEZ⟧"]
misses = ["wards nightingale"]

[[rule]]
name = "badge"
kind = "ID"
shapes = ["'BX'9{4}"]
cued = 0.8
cues = ["badge"]
hits = ["badge ⟦BX1234⟧"]
misses = ["BX1234"]
"#;

    #[test]
    fn the_rules_of_a_user_are_run_as_ours_are() {
        assert_eq!(faults(GOOD), []);
        let wrong = GOOD.replace("rooms\"", "room 77\"").replace("Room ⟦12⟧", "⟦Room 12⟧");
        let told = faults(&wrong);
        assert_eq!(told.len(), 2, "{told:?}");
        assert_eq!((told[0].0.as_str(), told[0].1), ("room", Some(2)));
        assert!(told[0].2.starts_with("hits 1: "), "{told:?}");
        assert!(told[1].2.contains("misses 2: `room 77`: it finds `77`"), "{told:?}");
    }

    #[test]
    fn all_that_is_wrong_with_rules_is_told_at_once() {
        let wrong = GOOD
            .replace("(\\d{1,4})", "(\\d{1,4}")
            .replace("\"Núñez\"", "\" \"")
            .replace("'BX'9{4}", "'BX'9{4");
        let told = faults(&wrong);
        let what: Vec<_> = told.iter().map(|(rule, line, _)| (rule.as_str(), *line)).collect();
        assert_eq!(what, [("room", Some(2)), ("ward", Some(10)), ("badge", Some(17))], "{told:?}");
        let clash = GOOD.replace("name = \"room\"", "name = \"email\"");
        assert!(
            faults(&clash)[0].2.contains("built-in rule has this name"),
            "{:?}",
            faults(&clash)
        );
        let twice = GOOD.replace("name = \"ward\"", "name = \"room\"");
        assert!(faults(&twice)[0].2.contains("another rule has this name"));
        assert_eq!(faults("[[rule]]\nname = 3").len(), 1);
    }

    #[test]
    fn a_rule_that_is_left_out_says_so() {
        let options = Options { without: [Kind::Location].into(), ..Options::default() };
        let told = examine("mine.toml", GOOD, &options);
        assert_eq!(told.len(), 1);
        assert!(told[0].what.contains("LOCATION is not looked for"), "{told:?}");
    }
}
