//! Trains the tagger's weights from a folder of annotated sets, writes them, and prints what they reach.

mod corpus;
mod grammar;
mod learn;
mod lists;
mod measure;
mod pack;
mod random;
mod sample;

use clap::Parser;
use corpus::{Record, SETS, Set};
use ner::{Label, Model};
use std::path::PathBuf;

/// Train the tagger's weights
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder with train, dev, test-a and gazetteers
    #[arg(long, default_value = "../shared/data/ner")]
    data: PathBuf,
    /// File to write
    #[arg(long, default_value = "/tmp/names.bin")]
    out: PathBuf,
    #[arg(long, default_value_t = 6)]
    rounds: u32,
    #[arg(long, default_value_t = 3)]
    again: u32,
    #[arg(long, default_value_t = 0.15)]
    rate: f32,
    #[arg(long, default_value_t = 0.0)]
    decay: f32,
    #[arg(long, default_value_t = 0.1)]
    hidden: f32,
    #[arg(long, default_value_t = 2)]
    least: u8,
    #[arg(long, default_value_t = 900_000)]
    count: usize,
    /// Also train on sets that are for research
    #[arg(long)]
    also: Vec<String>,
    /// Only these sets
    #[arg(long)]
    only: Vec<String>,
    /// Leave these out
    #[arg(long)]
    without: Vec<String>,
    /// Part to measure on
    #[arg(long, default_value = "dev")]
    part: Vec<String>,
    /// Only measure this file
    #[arg(long)]
    weights: Option<PathBuf>,
    #[arg(long)]
    labels: bool,
    #[arg(long, default_value_t = 6000)]
    own: usize,
    #[arg(long, default_value_t = 1.0)]
    ownweight: f32,
    #[arg(long)]
    show: bool,
}

fn main() {
    let a = Arguments::parse();
    let start = std::time::Instant::now();
    if let Some(w) = &a.weights {
        let model = Model::read(&std::fs::read(w).unwrap()).unwrap();
        report(&a, &model);
        return;
    }
    let mut sets: Vec<(Set, Vec<Record>)> = Vec::new();
    for set in SETS {
        if (set.clean || a.also.iter().any(|x| x == set.name))
            && (a.only.is_empty() || a.only.iter().any(|x| x == set.name))
            && !a.without.iter().any(|x| x == set.name)
        {
            let r = corpus::read(&a.data, "train", set.name).unwrap();
            if !r.is_empty() {
                sets.push((*set, r));
            }
        }
    }
    let mut lists = lists::Lists::read(&a.data).unwrap();
    if a.own > 0 {
        let mut maker = grammar::Maker::new(&lists.phrases, 7);
        for (set, records) in maker.texts(a.own) {
            if a.show {
                for r in records.iter().take(30) {
                    let mut t = r.text.clone();
                    for (s, l) in r.spans.iter().rev() {
                        t.insert_str(s.end, &format!("]{}", l.unwrap()));
                        t.insert(s.start, '[');
                    }
                    println!("{t}");
                }
            }
            sets.push((set, records));
        }
    }
    if a.show {
        return;
    }
    lists.common(sets.iter().flat_map(|s| s.1.iter()));
    let lexicon = lists.lexicon();
    let sources: Vec<sample::Source> = sets
        .iter()
        .map(|(set, records)| sample::Source {
            set: *set,
            records,
            weight: if set.name == "own" { a.ownweight } else { 1.0 },
        })
        .collect();
    let samples = sample::samples(&sources, &lexicon, a.least);
    let ntok: usize = samples.chains.iter().map(|c| c.tokens.len()).sum();
    println!(
        "{:?} chains {} tokens {} features {} per token {:.1}",
        start.elapsed(),
        samples.chains.len(),
        ntok,
        samples.names.len(),
        samples.features.len() as f64 / ntok as f64
    );
    let mut field = learn::Field::new(samples.names.len());
    let opt = learn::Options {
        rounds: a.rounds,
        rate: a.rate,
        decay: a.decay,
        hidden: a.hidden,
        seed: 1,
    };
    field.learn(&samples, opt, |r, l| println!("{:?} round {r} loss {l:.4}", start.elapsed()));
    let t = pack::threshold(&field, a.count).max(0.5 / pack::SCALE);
    let mut left = 0;
    field.freeze(|_, w| {
        let d = w.abs() < t;
        left += usize::from(!d);
        d
    });
    println!("threshold {t} left {left}");
    let opt =
        learn::Options { rounds: a.again, rate: a.rate, decay: a.decay, hidden: a.hidden, seed: 2 };
    field.learn(&samples, opt, |r, l| println!("{:?} again {r} loss {l:.4}", start.elapsed()));
    let weights = pack::pack("experiment", &field, &samples, lexicon);
    let bytes = weights.write();
    println!("{:?} bytes {}", start.elapsed(), bytes.len());
    std::fs::write(&a.out, &bytes).unwrap();
    report(&a, &Model::of(weights));
}

fn report(a: &Arguments, model: &Model) {
    for part in &a.part {
        println!("| {part} | F1 | P | R | touched | docs F1 | PER | LOC | ORG | PER any |");
        for set in SETS {
            if !a.only.is_empty() && !a.only.iter().any(|x| x == set.name) {
                continue;
            }
            let records = corpus::read(&a.data, part, set.name).unwrap();
            if records.is_empty() {
                continue;
            }
            let f = measure::measure(set, &records, measure::tagged(model));
            let d = measure::measure(set, &measure::documents(&records), measure::tagged(model));
            let all = f.all();
            let per = f.label(Label::Person);
            println!(
                "| {:20} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} | {:.1} |",
                set.name,
                all.f1(),
                all.precision(),
                all.recall(),
                100.0 * all.touched as f64 / all.wanted as f64,
                d.all().f1(),
                per.f1(),
                f.label(Label::Location).f1(),
                f.label(Label::Organisation).f1(),
                100.0 * per.touched as f64 / per.wanted.max(1) as f64
            );
            if a.labels {
                for l in Label::ALL {
                    let c = f.label(l);
                    if c.wanted > 0 {
                        println!(
                            "    {l} wanted {} P {:.1} R {:.1} F {:.1}",
                            c.wanted,
                            c.precision(),
                            c.recall(),
                            c.f1()
                        );
                    }
                }
            }
        }
    }
}
