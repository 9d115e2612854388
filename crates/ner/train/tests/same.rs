//! Trains on a few sentences of our own, twice: the same input must give the same bytes, and bytes that can be read.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn scratch(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn train(weights: &Path, seed: &str) -> Output {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    Command::new(env!("CARGO_BIN_EXE_train"))
        .args(["--own", "12", "--rounds", "2", "--again", "2", "--name", "small", "--seed", seed])
        .arg("--data")
        .arg(data)
        .arg("--weights")
        .arg(weights)
        .output()
        .expect("the program that was just built runs")
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (first, second, other) =
        (scratch("first.bin"), scratch("second.bin"), scratch("other.bin"));
    let printed = train(&first, "7");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    assert!(train(&second, "7").status.success());
    assert!(train(&other, "8").status.success());
    let bytes = std::fs::read(&first).unwrap();
    assert!(bytes == std::fs::read(second).unwrap(), "two runs gave different bytes");
    assert!(bytes != std::fs::read(other).unwrap(), "the seed decides nothing");
    assert_eq!(ner::Model::read(&bytes).unwrap().name(), "small");
    let report = String::from_utf8(printed.stdout).unwrap();
    assert!(report.contains("| wikigold |") && report.contains("sentences of our own"), "{report}");
}

#[test]
fn what_is_trained_finds_what_it_was_shown() {
    let weights = scratch("shown.bin");
    assert!(train(&weights, "7").status.success());
    let model = ner::Model::read(&std::fs::read(weights).unwrap()).unwrap();
    let text = "Según fuentes policiales, Ana Ferrer llegó a Portugal.";
    let tags = model.tag(text, None);
    assert!(tags.iter().any(|tag| &text[tag.start..tag.end] == "Ana Ferrer"), "{tags:?}");
}

#[test]
fn a_set_that_nobody_knows_is_refused() {
    let output =
        Command::new(env!("CARGO_BIN_EXE_train")).args(["--also", "nothing"]).output().unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("failed to find a set called nothing"), "{said}");
}
