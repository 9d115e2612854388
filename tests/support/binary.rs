//! Where the binaries under test are.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// Gives the path of `tacitd` or `tacitctl`, built from the sources as they are.
///
/// # Panics
/// When they do not build.
pub fn binary(name: &str) -> PathBuf {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(build).join(name)
}

/// Builds beside the tests, in their profile: the folder above `deps/`, where this test lies.
fn build() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let dir = test.ancestors().nth(2).unwrap().to_owned();
    let mut build = Command::new(env!("CARGO"));
    build
        .args(["build", "--quiet", "-p", "tacitd", "-p", "tacitctl"])
        .arg("--target-dir")
        .arg(dir.parent().unwrap());
    if dir.ends_with("release") {
        build.arg("--release");
    }
    build.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    assert!(build.status().unwrap().success(), "the binaries do not build");
    dir
}
