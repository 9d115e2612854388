//! Requests and answers from files: what is found in them, and how they are written with other texts.
//!
//! A file under `vectors/requests/DIALECT` or `vectors/answers/DIALECT` says `in`, the `texts` that are in it (whose,
//! turn, text), the `keys` that they stand under (where the file says them), what is put in the place of what (`put`), and `out`.

#![allow(clippy::disallowed_methods, reason = "vectors are files")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use wire::{Answer, AnswerEdit, Dialect, Edit, Request, Text};

/// The vectors of a folder, each with its dialect and its name.
fn vectors(folder: &str) -> Vec<(Dialect, String, toml::Table)> {
    let mut vectors = Vec::new();
    for dialect in Dialect::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(folder);
        let Ok(files) = std::fs::read_dir(path.join(dialect.name())) else { continue };
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = format!("{}/{}", dialect.name(), file.file_stem().unwrap().display());
            let text = std::fs::read_to_string(&file).unwrap();
            let table = text.parse().unwrap_or_else(|error| panic!("{name}: {error}"));
            vectors.push((*dialect, name, table));
        }
    }
    assert!(!vectors.is_empty(), "{folder} has vectors");
    vectors
}

fn text<'t>(table: &'t toml::Table, key: &str) -> Option<&'t str> {
    table.get(key).map(|value| value.as_str().unwrap().trim_end_matches('\n'))
}

fn list(table: &toml::Table, key: &str) -> Vec<String> {
    let list = table.get(key).map(|value| value.as_array().unwrap().as_slice()).unwrap_or_default();
    list.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

fn listed(texts: &[Text]) -> Vec<String> {
    let whose = |text: &Text| format!("{:?}", text.whose).to_lowercase();
    texts.iter().map(|text| format!("{} {}: {}", whose(text), text.turn, text.text)).collect()
}

/// Each text with all that `put` names exchanged.
fn exchanged<'t>(texts: &'t [Text], table: &toml::Table) -> Vec<Cow<'t, str>> {
    let put = table.get("put").map(|value| value.as_table().unwrap().clone()).unwrap_or_default();
    let exchange = |text: &'t Text| {
        let mut new = Cow::Borrowed(text.text.as_str());
        for (from, to) in &put {
            if new.contains(from) {
                new = Cow::Owned(new.replace(from, to.as_str().unwrap()));
            }
        }
        new
    };
    texts.iter().map(exchange).collect()
}

#[test]
fn requests_are_read_and_written() {
    for (dialect, name, table) in vectors("requests") {
        let body = text(&table, "in").unwrap();
        let request = match Request::read(dialect, body.as_bytes().to_vec()) {
            Ok(request) => request,
            Err(error) => {
                assert_eq!(Some(error.to_string().as_str()), text(&table, "error"), "{name}");
                continue;
            }
        };
        assert_eq!(text(&table, "error"), None, "{name}");
        assert_eq!(listed(request.texts()), list(&table, "texts"), "{name}");
        if table.contains_key("keys") {
            let keys = request.texts().iter().map(|text| text.key.clone().unwrap_or_default());
            assert_eq!(keys.collect::<Vec<_>>(), list(&table, "keys"), "{name}");
        }
        let opaque: Vec<_> = request.opaque().iter().map(|opaque| format!("{opaque:?}")).collect();
        assert_eq!(opaque, list(&table, "opaque"), "{name}");
        assert_eq!(request.model(), text(&table, "is_model"), "{name}");
        assert_eq!(request.previous(), text(&table, "previous"), "{name}");
        let flag = |key: &str| table.get(key).is_some_and(|value| value.as_bool().unwrap());
        let number = |key: &str| table.get(key).map(|value| value.as_integer().unwrap());
        assert_eq!(request.streams(), flag("streams"), "{name}");
        assert_eq!(request.wants_usage(), flag("wants_usage"), "{name}");
        assert_eq!(i64::from(request.choices()), number("choices").unwrap_or(1), "{name}");
        let most = request.output_max().map(|most| i64::try_from(most).unwrap());
        assert_eq!(most, number("output_max"), "{name}");

        let same = exchanged(request.texts(), &toml::Table::new());
        assert_eq!(request.write(&same, &Edit::default()), body.as_bytes(), "{name}");
        let edit = Edit {
            model: text(&table, "model"),
            explain: text(&table, "explain"),
            usage: flag("usage"),
        };
        let written = request.write(&exchanged(request.texts(), &table), &edit);
        let written = String::from_utf8(written).unwrap();
        serde_json::from_str::<serde_json::Value>(&written).unwrap();
        assert_eq!(written, text(&table, "out").unwrap_or(body), "{name}");
    }
}

#[test]
fn answers_are_read_and_written() {
    for (dialect, name, table) in vectors("answers") {
        let body = text(&table, "in").unwrap();
        let answer = Answer::read(dialect, body.as_bytes().to_vec()).unwrap();
        assert_eq!(listed(answer.texts()), list(&table, "texts"), "{name}");
        assert_eq!(answer.id(), text(&table, "id"), "{name}");
        let usage = answer.usage().map(|usage| format!("{} {}", usage.input, usage.output));
        assert_eq!(usage.as_deref(), text(&table, "usage"), "{name}");
        let same = exchanged(answer.texts(), &toml::Table::new());
        assert_eq!(answer.write(&same, &AnswerEdit::default()), body.as_bytes(), "{name}");
        let member = list(&table, "member");
        let member = member.first().map(|first| (first.as_str(), member[1].as_str()));
        let edit = AnswerEdit { model: text(&table, "model"), member };
        let written = answer.write(&exchanged(answer.texts(), &table), &edit);
        let written = String::from_utf8(written).unwrap();
        serde_json::from_str::<serde_json::Value>(&written).unwrap();
        assert_eq!(written, text(&table, "out").unwrap_or(body), "{name}");
    }
}
