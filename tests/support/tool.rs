//! Other programs, and tests that cannot run here.

use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// Longer than anything takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The file in which `tests/run` gathers what did not run.
const NOT_RUN: &str = "TESTS_NOT_RUN";

/// Says that the test of that name did not run, and why. It is listed at the end and counted as skipped.
///
/// # Panics
/// When the list cannot be written.
#[allow(clippy::print_stderr, reason = "without tests/run the line goes to whoever runs the test")]
pub fn not_run(name: &str, why: &str) {
    let line = format!("{name}: {why}");
    match std::env::var_os(NOT_RUN) {
        Some(path) => {
            let mut list =
                std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            writeln!(list, "{line}").unwrap();
        }
        None => eprintln!("NOT RUN {line}"),
    }
}

/// Asks again and again until it holds.
///
/// # Panics
/// When it does not come to hold in time.
pub fn until(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "it never came to this: {what}");
    }
}

/// The folder with data that does not belong in the repository, where it lies beside this checkout.
pub fn shared(path: &str) -> Option<PathBuf> {
    let found = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared").join(path);
    found.exists().then_some(found)
}

/// Runs a program that `tests/run` installs, and gives what it printed.
///
/// # Panics
/// When it is not there or fails.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{stdout}\n{stderr}", output.status);
    stdout
}
