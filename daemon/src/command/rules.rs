//! `tacitd rules`: what can be found, rule by rule; and whether rules of one's own do what they are meant to.

use crate::app;
use crate::args::{By, Output};
use crate::failure::{Failure, exit};
use crate::policy::{self, Examined};
use crate::settings::Settings;
use crate::ui;
use redact::{Engine, Rule, RuleFault};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Lists every rule of a policy, with those that it brings along, or explains those whose name or kind is asked
/// for.
///
/// # Errors
/// When there is none of that name, or no such policy.
pub(crate) fn run(
    settings: &Settings,
    asked: Option<&str>,
    by: &By,
    output: Output,
) -> Result<(), Failure> {
    let policies = app::policies(settings)?;
    let engine = &policies.chosen(by.policy.as_deref())?.engine;
    let is_asked = |rule: &Rule| {
        asked.is_none_or(|asked| rule.name == asked || rule.kind.name().eq_ignore_ascii_case(asked))
    };
    let rules: Vec<_> =
        engine.rules().map(|(_, rule)| rule).filter(|rule| is_asked(rule)).collect();
    if let (true, Some(asked)) = (rules.is_empty(), asked) {
        let failure =
            Failure::new(format!("explain {asked}: there is no rule or kind of that name"));
        return Err(failure.maybe_hint(nearest(engine, asked)));
    }
    match output {
        Output::Json => ui::line(
            &json!({ "names": engine.tagger().map(|names| names.name()), "rules": rules.iter().map(|rule| as_json(rule)).collect::<Vec<_>>() })
                .to_string(),
        ),
        Output::Table if rules.len() == 1 => ui::raw(&explained(rules[0])),
        Output::Table => ui::raw(&rules.iter().map(|rule| line(rule)).collect::<String>()),
    }
    if output == Output::Table {
        ui::note(&policies.reader().unwrap_or_else(|| "names are not looked for".to_owned()));
    }
    Ok(())
}

/// Runs the examples of files with rules, and tells all that is wrong with them. What is told quotes the files: it is meant
/// for whoever writes them.
///
/// # Errors
/// When a file cannot be read.
pub(crate) fn test(
    settings: &Settings,
    files: &[PathBuf],
    output: Output,
) -> Result<ExitCode, Failure> {
    let mut all = Examined::default();
    let (mut lines, mut faults) = (String::new(), Vec::new());
    for file in files {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::because(format!("read {}", file.display()), &error))?;
        let examined = policy::examine(&file.display().to_string(), &text, settings);
        all.rules += examined.rules;
        all.examples += examined.examples;
        for fault in examined.faults {
            lines.push_str(&told(file, &fault));
            let RuleFault { rule, line, what } = &fault;
            let rule = Some(rule).filter(|rule| !rule.is_empty());
            faults.push(json!({ "file": file, "line": line, "rule": rule, "what": what }));
        }
    }
    let Examined { rules, examples, .. } = all;
    match output {
        Output::Json => {
            let answer = json!({ "rules": rules, "examples": examples, "faults": faults });
            ui::line(&answer.to_string());
        }
        Output::Table => {
            let counted = [(rules, "rule"), (examples, "example"), (faults.len(), "fault")];
            let counted = counted.map(|(count, what)| match count {
                1 => format!("1 {what}"),
                count => format!("{count} {what}s"),
            });
            ui::line(&format!("{lines}{}", counted.join(", ")));
        }
    }
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(exit::FAILED) })
}

/// A fault as compilers write theirs, so that editors find the place.
fn told(file: &Path, RuleFault { rule, line, what }: &RuleFault) -> String {
    let line = line.map(|line| format!(":{line}")).unwrap_or_default();
    let known = rule.is_empty() || what.starts_with(&format!("rule `{rule}`"));
    let rule = if known { String::new() } else { format!("{rule}: ") };
    format!("{}{line}: {rule}{what}\n", file.display())
}

fn nearest(engine: &Engine, asked: &str) -> Option<String> {
    let distance = |rule: &Rule| strsim::damerau_levenshtein(&rule.name, asked);
    let near = engine.rules().map(|(_, rule)| rule).min_by_key(|rule| distance(rule))?;
    Some(format!("the nearest is `{}`; `tacitd rules` lists them all", near.name))
}

fn line(rule: &Rule) -> String {
    format!("{:<16} {:<34} {}\n", rule.kind.name(), rule.name, rule.doc)
}

fn explained(rule: &Rule) -> String {
    let mut out = format!("{} ({})\n{}\n", rule.name, rule.kind.name(), rule.doc);
    let mut field = |name: &str, values: &[String]| {
        if !values.is_empty() {
            out.push_str(&format!("\n{name}:\n"));
            values.iter().for_each(|value| out.push_str(&format!("  {value}\n")));
        }
    };
    field("forms", &rule.shapes);
    field("forms that need a word nearby", &rule.bare);
    field("begins with", &rule.prefix);
    field("words nearby", &rule.cues);
    field("names before the value", &rule.keys);
    field("found", &rule.hits);
    field("not found", &rule.misses);
    out
}

fn as_json(rule: &Rule) -> serde_json::Value {
    json!({
        "name": rule.name,
        "kind": rule.kind.name(),
        "presidio": Some(&rule.presidio).filter(|name| !name.is_empty()),
        "doc": rule.doc,
        "needs_cue": rule.needs_cue(),
        "specificity": rule.specificity,
        "cues": rule.cues,
    })
}
