//! Holds the house to its picture: arrows between crates, sizes, generated files, links, words that do not belong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "tidy/arrows.rs"]
mod arrows;
#[path = "tidy/kinds.rs"]
mod kinds;
#[path = "tidy/licenses.rs"]
mod licenses;
#[path = "tidy/links.rs"]
mod links;
#[path = "tidy/sizes.rs"]
mod sizes;
#[path = "tidy/words.rs"]
mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

/// The top of the repository.
fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// The files of the repository whose name ends so: those that git tracks, and new ones that it does not ignore.
fn files(end: &str) -> Vec<(String, String)> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard"]).current_dir(top());
    let names = support::run(&mut git);
    let read = |name: &str| {
        std::fs::read_to_string(top().join(name)).ok().map(|text| (name.to_owned(), text))
    };
    names.lines().filter(|name| name.ends_with(end)).filter_map(read).collect()
}
