//! Measures the engine alone: user CPU of one core for finding with spans, scores and context, a record at a time, and
//! how that changes with the length of one text. The ceilings are memchr over the same bytes and copying them.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a bench is a table")]

use redact::{Engine, Options};
use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

/// Rounds of each measurement; the best one is the least disturbed.
const ROUNDS: usize = 5;

/// CPU time of this thread, in seconds.
fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// MB for each second of CPU, of the best round.
fn speed(bytes: usize, mut work: impl FnMut()) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let from = cpu();
        work();
        bytes as f64 / 1e6 / (cpu() - from)
    });
    rounds.fold(0.0, f64::max)
}

/// The texts of a file with a JSON object a line.
fn texts(path: &Path) -> std::io::Result<Vec<String>> {
    let text = |line: &str| {
        let value: serde_json::Value = serde_json::from_str(line).ok()?;
        Some(value["text"].as_str()?.to_owned())
    };
    Ok(std::fs::read_to_string(path)?.lines().filter_map(text).collect())
}

/// Cuts `all`, repeated if need be, into texts of that many bytes.
fn documents(all: &str, bytes: usize) -> Vec<String> {
    let all = all.repeat(bytes.div_ceil(all.len()).max(1));
    let mut documents = Vec::new();
    let mut rest = all.as_str();
    while rest.len() >= bytes {
        let end = (0..=bytes).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let (document, after) = rest.split_at(end);
        documents.push(document.to_owned());
        rest = after;
    }
    documents
}

fn measure(engine: &Engine, path: &Path) -> std::io::Result<()> {
    let texts = texts(path)?;
    let bytes: usize = texts.iter().map(String::len).sum();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let found: usize = texts.iter().map(|text| engine.find(text).len()).sum();
    println!("\n{name}: {} texts, {:.2} MB, {found} spans\n", texts.len(), bytes as f64 / 1e6);
    println!("| what | MB/s of one core | of memchr3 |\n| --- | --: | --: |");
    let ceiling = speed(bytes, || {
        let count = |text: &String| memchr::memchr3_iter(b'@', b'#', b'~', text.as_bytes()).count();
        black_box(texts.iter().map(count).sum::<usize>());
    });
    let row = |what: &str, speed: f64| println!("| {what} | {speed:.0} | {:.3} |", speed / ceiling);
    row("memchr3, three rare bytes", ceiling);
    row(
        "find, a record at a time",
        speed(bytes, || {
            for text in &texts {
                black_box(engine.find(text));
            }
        }),
    );
    let all = texts.join("\n");
    // The same bytes each time, cut into longer and longer texts; the longest is all of them, again and again.
    for kib in [1, 64, 1024, 65_536] {
        let documents = documents(&all, kib * 1024);
        let bytes = documents.iter().map(String::len).sum();
        let speed = speed(bytes, || {
            for document in &documents {
                black_box(engine.find(document));
            }
        });
        row(&format!("find, texts of {kib} KiB"), speed);
    }
    Ok(())
}

fn main() -> ExitCode {
    let engine = Engine::builtin(&Options::default());
    let from = cpu();
    black_box(Engine::builtin(&Options::default()));
    println!("making the engine ready: {:.1} ms", (cpu() - from) * 1e3);
    for path in std::env::args_os().skip(1) {
        if let Err(error) = measure(&engine, Path::new(&path)) {
            eprintln!("scan: cannot read {}: {error}", Path::new(&path).display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
