//! Files of rules: those under `rules/`, compiled in, and those that a user writes.

use crate::Rule;
use serde::Deserialize;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

/// Every file, by name: a family each.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Faults of a file that are told; who has more begins with these.
const FAULTS_MAX: usize = 100;

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {what}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct RuleError {
    /// The file, or what else it is about.
    pub file: String,
    /// The line, counted from one, where that is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl RuleError {
    /// About something that stands in no line.
    pub(crate) fn of(about: &str, what: impl Into<String>) -> Self {
        Self { file: about.to_owned(), line: None, what: what.into() }
    }
}

/// Reads a file of rules.
///
/// # Errors
/// When it is no TOML, or a rule of it lacks something; the error is the first fault.
pub fn parse(file: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    parse_all(file, text).map_err(|faults| {
        let first = faults.into_iter().next();
        first.unwrap_or_else(|| RuleError::of(file, "cannot be read"))
    })
}

/// Reads a file of rules.
///
/// # Errors
/// When it is no TOML, or rules of it lack something; each fault with its line, in order.
pub fn parse_all(file: &str, text: &str) -> Result<Vec<Rule>, Vec<RuleError>> {
    read(file, text, true)
}

/// Reads the rules in a file that holds other things too, under the name `rule`; no such name is no rule.
///
/// # Errors
/// When it is no TOML, or rules of it lack something; each fault with its line, in order.
pub fn rules_in(file: &str, text: &str) -> Result<Vec<Rule>, Vec<RuleError>> {
    read(file, text, false)
}

fn read(file: &str, text: &str, alone: bool) -> Result<Vec<Rule>, Vec<RuleError>> {
    let lines = Lines::new(text);
    let wrong = |place: Option<usize>, what: &str| RuleError {
        file: file.to_owned(),
        line: place.map(|place| lines.of(place)),
        // The first line of what the reader says tells the fault, others what it had hoped for.
        what: what.lines().collect::<Vec<_>>().join(", "),
    };
    let of = |error: &toml::de::Error| wrong(error.span().map(|span| span.start), error.message());
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut faults: Vec<_> = errors.iter().map(of).collect();
    let mut rules = Vec::new();
    let file: Arc<str> = file.into();
    for (key, value) in table.into_inner() {
        if key.get_ref() != "rule" {
            if alone {
                let what = format!("`{}` is nothing that a file of rules has", key.get_ref());
                faults.push(wrong(Some(key.span().start), &what));
            }
            continue;
        }
        let place = value.span().start;
        let DeValue::Array(items) = value.into_inner() else {
            faults.push(wrong(Some(place), "`rule` is no list; write `[[rule]]`"));
            continue;
        };
        for item in items {
            let line = lines.of(item.span().start);
            match rule_of(item) {
                Ok(rule) => rules.push(Rule { place: Some((Arc::clone(&file), line)), ..rule }),
                Err(error) => faults.push(of(&error)),
            }
        }
    }
    if faults.is_empty() {
        return Ok(rules);
    }
    faults.sort_by_key(|fault| fault.line);
    faults.dedup();
    faults.truncate(FAULTS_MAX);
    Err(faults)
}

fn rule_of(item: Spanned<DeValue<'_>>) -> Result<Rule, toml::de::Error> {
    Rule::deserialize(ValueDeserializer::from(item))
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    /// The line in which a place lies, counted from one.
    fn of(&self, place: usize) -> usize {
        self.0.partition_point(|end| *end < place) + 1
    }
}

/// Reads the rules that are compiled in.
///
/// # Panics
/// Never in a build that passed its tests: they read every file.
pub(crate) fn builtin() -> Vec<Rule> {
    let read = |(name, text): &(&str, &str)| {
        parse(name, text).unwrap_or_else(|error| panic!("the rules that are compiled in: {error}"))
    };
    FILES.iter().flat_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Options, objection};
    use std::collections::HashSet;

    #[test]
    fn nothing_is_wrong_with_any_rule() {
        let rules = builtin();
        let names: HashSet<_> = rules.iter().map(|rule| &rule.name).collect();
        assert_eq!(names.len(), rules.len());
        let faults: Vec<_> = rules
            .iter()
            .flat_map(|rule| {
                objection::of(rule).into_iter().map(|what| rule.wrong(&what).to_string())
            })
            .collect();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(rules.iter().all(|rule| !rule.doc.is_empty()));
    }

    #[test]
    fn every_fault_of_a_file_is_told_with_its_line() {
        let text = "\
[[rule]]
name = \"a\"
kind = \"NOTHING\"

[[rule]]
name = \"b\"
kind = \"CUSTOM\"
colour = 3

[[rule]]
kind = \"CUSTOM\"

[other]
x = 1
";
        let faults = parse_all("mine.toml", text).unwrap_err();
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told.len(), 4, "{told:#?}");
        for (fault, (start, what)) in told.iter().zip([
            ("mine.toml:3: ", "`NOTHING`"),
            ("mine.toml:8: ", "`colour`"),
            ("mine.toml:10: ", "`name`"),
            ("mine.toml:13: ", "`other`"),
        ]) {
            assert!(fault.starts_with(start) && fault.contains(what), "{fault}");
        }
        assert!(rules_in("policy.toml", "doc = \"x\"\n").unwrap().is_empty());
        let rule = "doc = \"x\"\n\n[[rule]]\nname = \"a\"\nkind = \"CUSTOM\"\nwords = [\"b\"]\n";
        let rules = rules_in("policy.toml", rule).unwrap();
        assert_eq!(rules[0].place, Some(("policy.toml".into(), 3)));
    }

    #[test]
    fn what_is_no_toml_is_told_by_line() {
        for (text, line) in [("[[rule]]\nname = \n", 2), ("a = 1\na = 2\n", 2), ("rule = 3", 1)] {
            let faults = parse_all("mine.toml", text).unwrap_err();
            let lines: Vec<_> = faults.iter().filter_map(|fault| fault.line).collect();
            assert!(lines.contains(&line), "{text}: {faults:?}");
            assert!(faults.iter().all(|fault| !fault.what.contains('\n')), "{faults:?}");
        }
    }

    #[test]
    fn too_many_rules_are_refused() {
        let rule = |at: usize| {
            format!(
                "[[rule]]\nname = \"x{at}\"\nkind = \"SECRET\"\nkeys = [\"x\"]\npattern = \"y\"\n"
            )
        };
        let text: String = (0..800).map(rule).collect();
        let error = Engine::new(parse("many.toml", &text).unwrap(), &Options::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("rules have keys"), "{error}");
        let cued = text.replace(
            "keys = [\"x\"]\npattern = \"y\"",
            "shapes = [\"99\"]\ncued = 0.9\ncues = [\"c\"]",
        );
        let error = Engine::new(parse("many.toml", &cued).unwrap(), &Options::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains("rules have cues"), "{error}");
    }
}
