//! Streams from files: whole, cut once at every byte, and byte by byte, the same comes out.
//!
//! A file under `vectors/streams/DIALECT` says `in`, what is shown in the place of what (`show`), and `out`.

#![allow(clippy::disallowed_methods, reason = "vectors are files")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "support/shower.rs"]
mod shower;

use shower::Shower;
use std::path::{Path, PathBuf};
use wire::{Dialect, ErrorBody, Stream, StreamOptions};

struct Case {
    dialect: Dialect,
    options: StreamOptions,
    originals: Vec<(String, String)>,
    /// Whether the stream is ended by an error of ours.
    fails: bool,
}

/// What came out, and what was learnt.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    out: String,
    is_done: bool,
    usage: Option<(u64, u64)>,
    id: Option<String>,
    output_bytes: u64,
    error: Option<String>,
}

impl Case {
    fn run<'b>(&self, pieces: impl Iterator<Item = &'b [u8]>) -> Outcome {
        let mut show = Shower::new(self.originals.clone());
        let mut stream = Stream::new(self.dialect, self.options.clone());
        let mut out = Vec::new();
        let mut error = None;
        for piece in pieces {
            if let Err(found) = stream.push(piece, &mut show, &mut out) {
                error = Some(found.to_string());
                break;
            }
        }
        if self.fails || error.is_some() {
            let body = ErrorBody {
                status: 502,
                kind: "server_error",
                code: "upstream_failed",
                param: None,
                message: "the upstream failed",
                request_id: "r-1",
            };
            stream.fail(&mut show, &body, &mut out);
        } else {
            stream.finish(&mut show, &mut out);
        }
        show.is_finished();
        Outcome {
            out: String::from_utf8(out).unwrap(),
            is_done: stream.is_done(),
            usage: stream.usage().map(|usage| (usage.input, usage.output)),
            id: stream.id().map(str::to_owned),
            output_bytes: stream.output_bytes(),
            error,
        }
    }

    /// Whole, cut once anywhere, in pairs of bytes and byte by byte.
    fn run_all(&self, bytes: &[u8]) -> Outcome {
        let whole = self.run(std::iter::once(bytes));
        for cut in 0..bytes.len() {
            let (before, after) = bytes.split_at(cut);
            assert_eq!(self.run([before, after].into_iter()), whole, "cut at {cut}");
        }
        for size in 1..=3 {
            assert_eq!(self.run(bytes.chunks(size)), whole, "in pieces of {size}");
        }
        whole
    }
}

#[test]
fn streams_are_shown_at_any_cut() {
    let mut count = 0;
    for dialect in Dialect::ALL {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/streams");
        let Ok(files) = std::fs::read_dir(path.join(dialect.name())) else { continue };
        let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        files.sort();
        for file in files {
            let name = format!("{}/{}", dialect.name(), file.file_stem().unwrap().display());
            let table: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
            check(*dialect, &name, &table);
            count += 1;
        }
    }
    assert!(count > 0, "there are vectors");
}

fn check(dialect: Dialect, name: &str, table: &toml::Table) {
    let text = |key: &str| table.get(key).map(|value| value.as_str().unwrap());
    let flag = |key: &str| table.get(key).is_some_and(|value| value.as_bool().unwrap());
    let show = table.get("show").map(|value| value.as_table().unwrap().clone()).unwrap_or_default();
    let case = Case {
        dialect,
        options: StreamOptions {
            hide_usage: flag("hide_usage"),
            model: text("model").map(str::to_owned),
        },
        originals: show
            .into_iter()
            .map(|(from, to)| (from, to.as_str().unwrap().to_owned()))
            .collect(),
        fails: flag("fails"),
    };
    let outcome = case.run_all(text("in").unwrap().as_bytes());
    let out = text("out").unwrap_or_else(|| text("in").unwrap());
    assert_eq!(outcome.out, out, "{name}");
    assert_eq!(outcome.is_done, !flag("is_open"), "{name}");
    let usage = outcome.usage.map(|(input, output)| format!("{input} {output}"));
    assert_eq!(usage.as_deref(), text("usage"), "{name}");
    assert_eq!(outcome.id.as_deref(), text("id"), "{name}");
    assert_eq!(outcome.error.as_deref(), text("error"), "{name}");
}
