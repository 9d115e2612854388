//! The library of rules: the files under `rules/`, compiled in and read once.

use crate::Rule;
use serde::Deserialize;

/// Every file, by name: a family each.
const FILES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/rules.rs"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// Why a file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {what}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// What is wrong, with the line where that is known.
    pub what: String,
}

/// Reads a file of rules.
///
/// # Errors
/// When it is no TOML, or a rule of it lacks something.
pub fn parse(file: &str, text: &str) -> Result<Vec<Rule>, RuleError> {
    let read: Result<File, _> = toml::from_str(text);
    read.map(|file| file.rule)
        .map_err(|error| RuleError { file: file.to_owned(), what: error.to_string() })
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
    use crate::example::{filled, marked};
    use crate::scan::Scan;
    use crate::{Engine, Options, RuleId, Span};
    use std::collections::HashSet;

    /// Takes the marks out of an example; gives its text and the parts that they held.
    fn unmarked(example: &str) -> (String, Vec<String>) {
        let parts = marked(example).into_iter().map(|(_, part, _)| part).collect();
        (filled(example).replace(['⟦', '⟧'], ""), parts)
    }

    /// What the rule finds and is not lost to another kind: of two rules for one kind either may win.
    fn found(engine: &Engine, id: RuleId, text: &str) -> Vec<String> {
        let winners = engine.find(text);
        let kept = |span: &Span| {
            winners.iter().any(|winner| {
                winner.start <= span.start && span.end <= winner.end && winner.kind == span.kind
            })
        };
        let mut spans = Scan::new(engine, text).run();
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
        spans.dedup();
        spans.iter().map(|span| span.of(text).to_owned()).collect()
    }

    #[test]
    fn every_rule_hits_its_examples_and_misses_its_near_misses() {
        let engine = Engine::builtin(&Options::default());
        let mut wrong = Vec::new();
        for (id, rule) in engine.rules() {
            if rule.hits.len() < 2 || rule.misses.len() < 2 {
                wrong.push(format!("{} lacks examples", rule.name));
            }
            for example in &rule.hits {
                let (text, expected) = unmarked(example);
                let parts = found(&engine, id, &text);
                if parts != expected {
                    let instead: Vec<_> = engine
                        .find(&text)
                        .iter()
                        .map(|span| format!("{} {}", engine.rule(span.rule).name, span.of(&text)))
                        .collect();
                    wrong.push(format!(
                        "{} does not hit {example}: {parts:?}, there are {instead:?}",
                        rule.name
                    ));
                }
            }
            for example in &rule.misses {
                let parts = found(&engine, id, &filled(example));
                if !parts.is_empty() {
                    wrong.push(format!("{} hits {example}: {parts:?}", rule.name));
                }
            }
        }
        assert!(wrong.is_empty(), "{} faults\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn a_rule_has_a_name_of_its_own_and_presidio_agrees_on_the_kind() {
        let rules = builtin();
        let names: HashSet<_> = rules.iter().map(|rule| &rule.name).collect();
        assert_eq!(names.len(), rules.len());
        for rule in rules.iter().filter(|rule| !rule.presidio.is_empty()) {
            assert!(rule.kind.presidio().contains(&rule.presidio.as_str()), "{}", rule.name);
        }
    }

    #[test]
    fn every_expression_compiles() {
        for rule in builtin() {
            if let Some(pattern) = &rule.pattern {
                assert!(crate::engine::compile(pattern).is_ok(), "{}: {pattern}", rule.name);
            }
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_names_its_fault() {
        let error = parse("mine.toml", "[[rule]]\nname = \"x\"\nkind = \"NOTHING\"").unwrap_err();
        assert!(
            error.to_string().contains("mine.toml") && error.to_string().contains("`NOTHING`"),
            "{error}"
        );
    }

    #[test]
    fn too_many_rules_are_refused() {
        let rule = "[[rule]]\nname = \"x\"\nkind = \"SECRET\"\ndoc = \"d\"\nkeys = [\"x\"]\npattern = \"y\"\nhits = []\nmisses = []\n";
        let rules = parse("many.toml", &rule.repeat(800)).unwrap();
        let error = Engine::new(rules, &Options::default()).unwrap_err().to_string();
        assert!(error.contains("rules have keys"), "{error}");
        let cued =
            rule.replace("keys = [\"x\"]\npattern", "shapes = [\"99\"]\ncues = [\"c\"]\npattern");
        let rules = parse("many.toml", &cued.repeat(800)).unwrap();
        let error = Engine::new(rules, &Options::default()).unwrap_err().to_string();
        assert!(error.contains("rules have cues"), "{error}");
    }
}
