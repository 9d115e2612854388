//! Trains the tagger's weights from a folder of annotated sets, writes them, and prints what they reach as Markdown.
//!
//! The same input gives the same bytes: seeds are fixed, nothing depends on the order of a hash map or of threads.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it prints is its report")]

mod calibrate;
mod corpus;
mod grammar;
mod learn;
mod lists;
mod masking;
mod measure;
mod pack;
mod random;
mod report;
mod sample;
mod speed;
mod train;

use clap::Parser;
use corpus::{Error, SETS};
use ner::Model;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Train the weights of the tagger for names, and print what they reach.
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with train, dev, test-a and gazetteers
    #[arg(long, default_value = "../shared/data/ner")]
    data: PathBuf,
    /// File of weights to write, or to measure with --measure
    #[arg(long, default_value = "crates/ner/weights/names.bin")]
    weights: PathBuf,
    /// Train nothing; measure what --weights holds
    #[arg(long)]
    measure: bool,
    /// Part to print tables for: dev, test-a; may be given again
    #[arg(long, default_values_t = ["dev".to_owned()])]
    part: Vec<String>,
    /// Print tokens a second and the time to load, too
    #[arg(long)]
    speed: bool,
    /// Train also on a set that the weights given away may not be trained on; may be given again
    #[arg(long)]
    also: Vec<String>,
    /// Leave a set out; may be given again
    #[arg(long)]
    without: Vec<String>,
    /// Texts of our own for each beginning of each grammar
    #[arg(long, default_value_t = 6000)]
    own: usize,
    /// Rounds with all features
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    /// Rounds with the features that were kept
    #[arg(long, default_value_t = 3)]
    again: u32,
    /// Weights to keep
    #[arg(long, default_value_t = 1_300_000)]
    kept: usize,
    /// Where all that looks random begins
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// What the weights are called
    #[arg(long, default_value = "names-1")]
    name: String,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train: failed to {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Error> {
    let bytes = if arguments.measure { read(&arguments.weights)? } else { train(arguments)? };
    let model = Model::read(&bytes)
        .map_err(|source| Error::Weights { path: arguments.weights.clone(), source })?;
    println!("{}: {} bytes\n", model.name(), bytes.len());
    let data = &arguments.data;
    for part in &arguments.part {
        println!("{}", report::exact(data, part, &model)?);
        for set in ["meddocan", "wnut17"] {
            println!("{}", report::labels(data, part, set, &model)?);
        }
        println!("{}", report::people(data, part, &["uner-ewt", "uner-pud-en"], &model)?);
        println!("{}", report::masking(data, part, &model)?);
        for (set, records) in report::sets(data, part, |set| measured(set.name))? {
            println!(
                "{}",
                report::reliability(set.name, &calibrate::trials(&model, &set, &records))
            );
        }
    }
    if arguments.speed {
        print_speed(arguments, &bytes, &model)?;
    }
    Ok(())
}

/// Sets whose reliability is told.
fn measured(name: &str) -> bool {
    matches!(name, "meddocan" | "wnut17" | "ancora-cess" | "uner-ewt")
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|source| Error::Read { path: path.to_owned(), source })
}

/// A set without a part for training: its dev part is trained on, and nothing is tuned or calibrated on it.
const DEV_ONLY: &str = "ler";
/// More of it would push the words of other texts out of the file.
const DEV_ONLY_TEXTS_MAX: usize = 2000;

/// Trains, calibrates, and writes the file.
fn train(arguments: &Arguments) -> Result<Vec<u8>, Error> {
    let named = |names: &[String], name: &str| names.iter().any(|known| known == name);
    for name in arguments.also.iter().chain(&arguments.without) {
        if !SETS.iter().any(|set| set.name == name) {
            return Err(Error::Set { name: name.clone() });
        }
    }
    let mut sets = report::sets(&arguments.data, "train", |set| {
        (set.weight > 0.0 || named(&arguments.also, set.name))
            && !named(&arguments.without, set.name)
    })?;
    if sets.iter().all(|(set, _)| set.name != DEV_ONLY) && !named(&arguments.without, DEV_ONLY) {
        let mut stand_in = report::sets(&arguments.data, "dev", |set| set.name == DEV_ONLY)?;
        stand_in.iter_mut().for_each(|(_, records)| records.truncate(DEV_ONLY_TEXTS_MAX));
        sets.extend(stand_in);
    }
    for (set, _) in sets.iter_mut().filter(|(set, _)| set.weight == 0.0) {
        set.weight = 1.0;
    }
    let lists = lists::Lists::read(&arguments.data)?;
    let options = train::Options {
        name: arguments.name.clone(),
        own: arguments.own,
        rounds: arguments.rounds,
        again: arguments.again,
        kept: arguments.kept,
        seed: arguments.seed,
    };
    let (mut weights, shares) = train::train(sets, lists, &options, |line| eprintln!("{line}"));
    let model = Model::of(weights.clone());
    let dev = report::sets(&arguments.data, "dev", |set| set.weight > 0.0 && set.name != DEV_ONLY)?;
    let trials: Vec<_> =
        dev.iter().flat_map(|(set, records)| calibrate::trials(&model, set, records)).collect();
    weights.calibration = calibrate::calibrations(&trials);
    let bytes = weights.write();
    std::fs::write(&arguments.weights, &bytes)
        .map_err(|source| Error::Write { path: arguments.weights.clone(), source })?;
    println!("{}", report::sources(&shares));
    Ok(bytes)
}

fn print_speed(arguments: &Arguments, bytes: &[u8], model: &Model) -> Result<(), Error> {
    println!(
        "| texts | load, ms | tokens/s | tokens/s, as one text | MB/s |\n|---|---:|---:|---:|---:|"
    );
    for (set, records) in report::sets(&arguments.data, "dev", |set| measured(set.name))? {
        let speed = speed::speed(bytes, model, &records);
        println!(
            "| {} | {:.1} | {:.0} | {:.0} | {:.1} |",
            set.name, speed.load_ms, speed.records, speed.joined, speed.megabytes
        );
    }
    Ok(())
}
