//! Measures the model that reads names: words for each second of CPU of one core, how long it takes to load, and how that
//! changes with the length of a text. `tests/bench/names` runs it beside spaCy.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench is a table")]

use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::process::ExitCode;

/// Rounds of each measurement; the best one is the least disturbed.
const ROUNDS: usize = 5;

/// CPU time of this thread, in seconds.
fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

fn best(mut work: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let from = cpu();
        work();
        cpu() - from
    });
    rounds.fold(f64::MAX, f64::min)
}

fn main() -> ExitCode {
    let load = best(|| drop(black_box(ner::Model::builtin())));
    println!("{{\"load_ms\": {:.1}", load * 1e3);
    let model = ner::Model::builtin();
    let mut texts = Vec::new();
    for path in std::env::args_os().skip(1) {
        let Ok(file) = std::fs::read_to_string(&path) else {
            eprintln!("names: cannot read {}", path.display());
            return ExitCode::FAILURE;
        };
        let text = |line: &str| {
            let value: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(value["text"].as_str()?.to_owned())
        };
        texts.extend(file.lines().filter_map(text));
    }
    let count = |texts: &[String]| -> usize {
        texts.iter().map(|text| ner::token::tokens(text).len()).sum()
    };
    let row = |name: &str, texts: &[String]| {
        let seconds = best(|| texts.iter().for_each(|text| drop(black_box(model.tag(text, None)))));
        println!(", \"{name}\": {:.0}", count(texts) as f64 / seconds);
    };
    row("tokens_per_second", &texts);
    let all = texts.join("\n");
    row("tokens_per_second_in_one_text", &[all.repeat(10)]);
    println!("}}");
    ExitCode::SUCCESS
}
