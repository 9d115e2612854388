//! Tables of what a tagger reaches, in Markdown.

use crate::calibrate::Trial;
use crate::corpus::{self, Error, Record, SETS, Set};
use crate::masking::masked;
use crate::measure::{documents, measure};
use crate::train::Share;
use ner::{Label, Model};
use std::fmt::Write;
use std::path::Path;

/// Thresholds at which recall and masking are told.
const THRESHOLDS: [f32; 6] = [0.5, 0.3, 0.2, 0.1, 0.05, 0.02];

type Table = Result<String, Error>;

/// Which texts the weights come from, and the share of our own.
#[must_use]
pub(crate) fn sources(shares: &[Share]) -> String {
    let mut out = "| set | texts | tokens |\n|---|---:|---:|\n".to_owned();
    let (mut all, mut own) = (0, 0);
    for share in shares {
        let _ = writeln!(out, "| {} | {} | {} |", share.name, share.texts, share.tokens);
        all += share.tokens;
        own += if share.name == "own" { share.tokens } else { 0 };
    }
    let _ = writeln!(
        out,
        "\n{:.1} % of {all} tokens are sentences of our own.",
        100.0 * own as f64 / all.max(1) as f64
    );
    out
}

/// F1 of every set of a part, a record at a time and with the records of a document as one text.
///
/// # Errors
///
/// Returns an [`Error`] where a set cannot be read.
pub(crate) fn exact(folder: &Path, part: &str, model: &Model) -> Table {
    let mut out = format!(
        "| {part} | F1 | P | R | F1, whole documents | person | location | organisation |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for set in SETS {
        let records = corpus::read(folder, part, set.name)?;
        if records.is_empty() {
            continue;
        }
        let found = measure(set, &records, |text| model.tag(text, None));
        let whole = measure(set, &documents(&records), |text| model.tag(text, None)).all();
        let all = found.all();
        let label = |label| found.label(label).f1();
        let _ = writeln!(
            out,
            "| {} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
            set.name,
            all.f1(),
            all.precision(),
            all.recall(),
            whole.f1(),
            label(Label::Person),
            label(Label::Location),
            label(Label::Organisation),
        );
    }
    Ok(out)
}

/// F1 of every label of one set.
///
/// # Errors
///
/// Returns an [`Error`] where the set cannot be read.
pub(crate) fn labels(folder: &Path, part: &str, name: &str, model: &Model) -> Table {
    let mut out =
        format!("| {name}, {part} | annotated | P | R | F1 |\n|---|---:|---:|---:|---:|\n");
    for set in SETS.iter().filter(|set| set.name == name) {
        let records = corpus::read(folder, part, name)?;
        let found = measure(set, &records, |text| model.tag(text, None));
        for label in Label::ALL {
            let counts = found.label(label);
            if counts.wanted > 0 {
                let (precision, recall) = (counts.precision(), counts.recall());
                let _ = writeln!(
                    out,
                    "| {label} | {} | {precision:.1} | {recall:.1} | {:.1} |",
                    counts.wanted,
                    counts.f1()
                );
            }
        }
    }
    Ok(out)
}

/// How many of the people of a set anything found overlaps, by threshold, and how much is found.
///
/// # Errors
///
/// Returns an [`Error`] where a set cannot be read.
pub(crate) fn people(folder: &Path, part: &str, names: &[&str], model: &Model) -> Table {
    let mut out = "| set | threshold | people overlapped | spans of three labels found | annotated |\n|---|---:|---:|---:|---:|\n".to_owned();
    for set in SETS.iter().filter(|set| names.contains(&set.name)) {
        let records = corpus::read(folder, part, set.name)?;
        for threshold in THRESHOLDS {
            let found = measure(set, &records, |text| model.tag_above(text, None, threshold));
            let people = found.label(Label::Person);
            let share = 100.0 * people.touched as f64 / people.wanted.max(1) as f64;
            let all = found.all();
            let _ = writeln!(
                out,
                "| {} | {threshold} | {share:.1} | {} | {} |",
                set.name, all.found, all.wanted
            );
        }
    }
    Ok(out)
}

/// What masking hides in court decisions, by threshold.
///
/// # Errors
///
/// Returns an [`Error`] where the set cannot be read.
pub(crate) fn masking(folder: &Path, part: &str, model: &Model) -> Table {
    let records = corpus::read(folder, part, "tab")?;
    let mut out =
        "| threshold | direct | quasi | entities | token precision |\n|---:|---:|---:|---:|---:|\n"
            .to_owned();
    for threshold in THRESHOLDS.iter().filter(|_| !records.is_empty()) {
        let masked = masked(&records, |text| model.tag_above(text, None, *threshold));
        let _ = writeln!(
            out,
            "| {threshold} | {:.1} | {:.1} | {:.1} | {:.1} |",
            masked.direct.recall(),
            masked.quasi.recall(),
            masked.entities.recall(),
            masked.tokens.precision(),
        );
    }
    Ok(out)
}

/// How often spans of each score are right.
#[must_use]
pub(crate) fn reliability(name: &str, trials: &[Trial]) -> String {
    const BINS: usize = 10;
    let mut out = format!("| {name}: score | spans | mean score | right |\n|---|---:|---:|---:|\n");
    for bin in 0..BINS {
        let within = |trial: &&Trial| ((trial.score * BINS as f32) as usize).min(BINS - 1) == bin;
        let trials: Vec<&Trial> = trials.iter().filter(within).collect();
        if trials.is_empty() {
            continue;
        }
        let count = trials.len() as f32;
        let mean = trials.iter().map(|trial| trial.score).sum::<f32>() / count;
        let right = trials.iter().filter(|trial| trial.right).count() as f32 / count;
        let (low, high) = (bin as f32 / BINS as f32, (bin + 1) as f32 / BINS as f32);
        let _ =
            writeln!(out, "| {low:.1} to {high:.1} | {} | {mean:.2} | {right:.2} |", trials.len());
    }
    out
}

/// The sets of a part that satisfy `which`, with their texts.
///
/// # Errors
///
/// Returns an [`Error`] where a set cannot be read.
pub(crate) fn sets(
    folder: &Path,
    part: &str,
    which: impl Fn(&Set) -> bool,
) -> Result<Vec<(Set, Vec<Record>)>, Error> {
    let mut sets = Vec::new();
    for set in SETS.iter().filter(|set| which(set)) {
        let records = corpus::read(folder, part, set.name)?;
        if !records.is_empty() {
            sets.push((*set, records));
        }
    }
    Ok(sets)
}
