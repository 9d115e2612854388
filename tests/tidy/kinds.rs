//! docs/kinds.md is made of the tables in `redact`. `UPDATE=1 cargo test -p tacit-tests --test tidy` writes it anew.

use redact::{Engine, Kind, Options};
use std::fmt::Write;

const HEAD: &str = "\
# Kinds

<!-- Made of crates/redact by `UPDATE=1 cargo test -p tacit-tests --test tidy`; this text stands in tests/tidy/kinds.rs. -->

A kind is what a piece of personal data is. The list is closed: stores keep these names and placeholders carry them
(`<EMAIL_1>`), so a name is never changed or given another meaning. A *rule* is one concrete form of a kind, such as
`es-dni`; answers name both. The last column gives the entity types by which Presidio knows things of the kind.

| kind | what it covers | rules | Presidio |
| --- | --- | --: | --- |
";

/// Where the files of rules say what they hold: a line of comment.
const FAMILIES: &str = "crates/redact/rules/";

fn page() -> String {
    let engine = Engine::builtin(&Options::default());
    let mut out = HEAD.to_owned();
    for kind in Kind::ALL {
        let rules = engine.rules().filter(|(_, rule)| rule.kind == *kind).count();
        let presidio: Vec<_> = kind.presidio().iter().map(|name| format!("`{name}`")).collect();
        let presidio = if presidio.is_empty() { "none".to_owned() } else { presidio.join(" ") };
        writeln!(out, "| `{}` | {} | {rules} | {presidio} |", kind.name(), kind.doc().trim())
            .unwrap();
    }
    let total = engine.rules().count();
    writeln!(out, "\n## Rules\n\nThe {total} rules of this version. Each stands in a file under `{FAMILIES}`, with texts that it must hit and near").unwrap();
    out.push_str("misses that it must not.\n");
    for kind in Kind::ALL {
        let mut rules = engine.rules().filter(|(_, rule)| rule.kind == *kind).peekable();
        if rules.peek().is_some() {
            writeln!(out, "\n### {}\n", kind.name()).unwrap();
        }
        for (_, rule) in rules {
            let cue = if rule.needs_cue() { " Needs a word nearby." } else { "" };
            writeln!(out, "- `{}`: {}{cue}", rule.name, rule.doc).unwrap();
        }
    }
    out
}

#[test]
fn the_kinds_page_is_made_of_the_tables() {
    let path = super::top().join("docs/kinds.md");
    let page = page();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/kinds.md is not up to date: UPDATE=1 cargo test -p tacit-tests --test tidy"
    );
}
