//! docs/kinds.md is made of the tables in `redact`. `UPDATE=1 cargo test -p tacit-tests --test tidy` writes it anew.

use redact::{Kind, RULES};
use std::fmt::Write;

const HEAD: &str = "\
# Kinds

<!-- Made of crates/redact by `UPDATE=1 cargo test -p tacit-tests --test tidy`; this text stands in tests/tidy/kinds.rs. -->

A kind is what a piece of personal data is. The list is closed: stores keep these names and placeholders carry them
(`<EMAIL_1>`), so a name is never changed or given another meaning. A *rule* is one concrete form of a kind, such as
`es-dni`; answers name both. The last column gives the entity types by which Presidio knows things of the kind.

| kind | what it covers | rules of this version | Presidio |
| --- | --- | --- | --- |
";

fn page() -> String {
    let mut out = HEAD.to_owned();
    let code = |names: Vec<&str>| match names.is_empty() {
        true => "none".to_owned(),
        false => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" "),
    };
    for kind in Kind::ALL {
        let rules = RULES.iter().filter(|rule| rule.kind == *kind && !rule.presidio.is_empty());
        let rules = code(rules.map(|rule| rule.name).collect());
        let presidio = code(kind.presidio().to_vec());
        writeln!(out, "| `{}` | {} | {rules} | {presidio} |", kind.name(), kind.doc().trim())
            .unwrap();
    }
    out.push_str("\n## Rules\n\nWhat is found, and how it is checked. ⟦ and ⟧ mark what is hidden in an example.\n");
    for rule in RULES {
        let hits: Vec<_> = rule.hits.iter().map(|hit| format!("`{hit}`")).collect();
        let misses: Vec<_> = rule.misses.iter().map(|miss| format!("`{miss}`")).collect();
        writeln!(
            out,
            "\n### {}\n\n{}\n\n- found: {}\n- not found: {}",
            rule.name,
            rule.doc,
            hits.join(", "),
            misses.join(", ")
        )
        .unwrap();
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
