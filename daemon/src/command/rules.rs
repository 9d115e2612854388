//! `tacitd rules`: what can be found, rule by rule.

use crate::app;
use crate::args::Output;
use crate::failure::Failure;
use crate::settings::Settings;
use crate::ui;
use redact::{Engine, Rule};
use serde_json::json;

/// Lists every rule of the default policy, with those that it brings along, or explains those whose name or kind is asked
/// for.
///
/// # Errors
/// When there is none of that name.
pub(crate) fn run(settings: &Settings, asked: Option<&str>, output: Output) -> Result<(), Failure> {
    let policies = app::policies(settings)?;
    let engine = &policies.default().engine;
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
