//! docs/configuration.md is made of the settings table. `UPDATE=1 cargo test -p tacitd` writes it anew.

use super::{ELSEWHERE, SECTIONS, TABLE};
use kit::setting::Setting;
use std::fmt::Write;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/configuration.md");

const HEAD: &str = "\
# Configuration

<!-- Made of the settings table by `UPDATE=1 cargo test -p tacitd`; the text above the tables stands in
     daemon/src/settings/manual.rs. -->

A setting is declared once and can be spelled in five ways:

| where | spelling |
| --- | --- |
| `tacit.toml` | `[api]` `port = 9000` |
| environment | `TACIT_API_PORT=9000` (TACIT, section, key) |
| command line | `--api.port 9000` |
| from a file (secrets) | `TACIT_DATABASE_KEY_FILE=/run/secrets/database_key`: any setting may be read so |
| the guides' names | `API_PORT`, `DATABASE_KEY`, `DATABASE_KEY_FILE`: the column *also* below |

Defaults < file < environment < command line. In the environment a `_FILE` spelling wins over the plain one, and the
`TACIT_` form over a guide's name; an empty variable counts as absent. The file is the one that `--config` or
`TACIT_CONFIG` names, else `tacit.toml` in the working folder, else `/etc/tacit/tacit.toml`.

An unknown section, key, flag or `TACIT_` variable, or a value that cannot be read, stops the start. Every fault is
listed at once, with the nearest known name. What Kubernetes injects for a service (`*_PORT=tcp://...`) is passed over
with a log line.

`tacitd config` prints the effective settings with their origin, secrets masked; `-o json` for programs.
`tacitd config --check` exits with 0 or 2; with `--env-file FILE` it reads the environment from a file in the grammar
of Docker Compose, and names the variables in it that nobody knows.

A span of time is a number with `ms`, `s`, `m`, `h` or `d`; a bare number is seconds. A list is separated by commas, or
written as a list in the file.

## The strict start

`APP_ENV=production` (or `STRICT_MODE=true`) refuses to start with a missing or weak secret, with `DEBUG=true`, or with
`*` among the CORS origins. A secret is weak when it has fewer than 32 characters, repeats a few of them, or looks like
the example of a template. Outside production missing keys are made on the first start, in `keys.dir`.

In **every** environment a listener that other machines can reach is refused until there is an API key: see
[Who may](authentication.md).

## Settings
";

fn rows(section: &str, unbuilt: bool) -> Vec<&'static Setting> {
    TABLE.iter().filter(|row| row.section == section && row.unbuilt == unbuilt).collect()
}

fn cell(text: &str) -> String {
    // Doc comments begin each line with a space.
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn manual() -> String {
    let mut out = HEAD.to_owned();
    let mut seen = Vec::new();
    for (section, doc) in SECTIONS {
        let rows = rows(section, false);
        if rows.is_empty() || seen.contains(section) {
            continue;
        }
        seen.push(section);
        writeln!(out, "\n### `[{section}]`\n\n{}\n", cell(doc)).unwrap();
        out.push_str(
            "| key | default | takes | also | what it does |\n| --- | --- | --- | --- | --- |\n",
        );
        for row in rows {
            let default = if row.default.is_empty() {
                "not set".to_owned()
            } else {
                format!("`{}`", row.default)
            };
            let also: Vec<_> = row.aliases.iter().map(|alias| format!("`{alias}`")).collect();
            let (takes, doc) = (cell(&(row.expects)()), cell(row.doc));
            writeln!(out, "| `{}` | {default} | {takes} | {} | {doc} |", row.key, also.join(" "))
                .unwrap();
        }
    }
    out.push_str(
        "\n## Known and not built\n\nThese names are understood, so that an environment file of the guides works as it \
         stands. They have no effect in this version: setting one is warned of at the start.\n\n\
         | setting | also |\n| --- | --- |\n",
    );
    for row in TABLE.iter().filter(|row| row.unbuilt) {
        let also: Vec<_> = row.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        writeln!(out, "| `{}` | {} |", row.name(), also.join(" ")).unwrap();
    }
    out.push_str(
        "\n## Names that mean nothing here\n\nVariables that the guides set for their own programs. They are accepted; \
         one log line says what takes their place.\n\n| variable | here |\n| --- | --- |\n",
    );
    for (name, instead) in ELSEWHERE {
        writeln!(out, "| `{name}` | {instead} |").unwrap();
    }
    out
}

#[test]
fn the_manual_is_made_of_the_table() {
    let manual = manual();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(PATH, &manual).unwrap();
    }
    let written = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(
        written == manual,
        "docs/configuration.md is not up to date: UPDATE=1 cargo test -p tacitd"
    );
}

#[test]
fn spellings_are_unique_and_none_ends_like_a_file() {
    let mut names: Vec<_> = TABLE
        .iter()
        .flat_map(|row| {
            let aliases = row.aliases.iter().map(|&alias| alias.to_owned());
            aliases.chain([row.variable()]).collect::<Vec<_>>()
        })
        .collect();
    names.extend(ELSEWHERE.iter().map(|(name, _)| (*name).to_owned()));
    let count = names.len();
    assert!(names.iter().all(|name| !name.ends_with("_FILE")));
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "a name stands twice");
}

#[test]
fn every_default_can_be_read() {
    for row in TABLE {
        assert_eq!((row.check)(row.default), Ok(()), "{}", row.name());
    }
}
