//! From annotated sets to weights: lists, sentences of our own, features, learning, pruning, packing.

use crate::corpus::{Record, Set};
use crate::grammar::Maker;
use crate::learn::{self, Field};
use crate::lists::Lists;
use crate::pack;
use crate::sample::{Samples, Source, samples};
use ner::Weights;

/// How to train. What is given as default was found on the dev parts.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// What the weights are called.
    pub(crate) name: String,
    /// Texts of our own for each beginning of each grammar.
    pub(crate) own: usize,
    /// Rounds with all features.
    pub(crate) rounds: u32,
    /// Rounds with those that were kept; their weights are averaged.
    pub(crate) again: u32,
    /// How many weights are kept.
    pub(crate) kept: usize,
    /// Where all that looks random begins.
    pub(crate) seed: u64,
}

/// Features seen less often are left out.
const SEEN_MIN: u8 = 2;
/// Orders of the chains that are learnt from.
const ORDERS: u32 = 2;
const RATE: f32 = 0.08;
const DECAY: f32 = 0.0003;
const HIDDEN: f32 = 0.1;

/// What one part of the training text adds to it.
#[derive(Debug, Clone)]
pub(crate) struct Share {
    /// The set.
    pub(crate) name: &'static str,
    /// Its texts.
    pub(crate) texts: usize,
    /// Their tokens.
    pub(crate) tokens: usize,
}

/// Trains on sets, and on sentences of our own made with the names in `lists`.
pub(crate) fn train(
    mut sets: Vec<(Set, Vec<Record>)>,
    mut lists: Lists,
    options: &Options,
    mut tell: impl FnMut(&str),
) -> (Weights, Vec<Share>) {
    sets.extend(Maker::new(&lists.phrases, options.seed).texts(options.own));
    lists.common(sets.iter().flat_map(|(_, records)| records));
    let lexicon = lists.lexicon();
    let sources: Vec<Source<'_>> = sets
        .iter()
        .map(|(set, records)| Source { set: *set, records, weight: set.weight })
        .collect();
    let samples = samples(&sources, &lexicon, SEEN_MIN);
    let shares = shares(&sources);
    tell(&format!("{} chains, {} features", samples.chains.len(), samples.names.len()));
    let field = learnt(&samples, options, &mut tell);
    (pack::pack(&options.name, &field, &samples, lexicon), shares)
}

fn shares(sources: &[Source<'_>]) -> Vec<Share> {
    let share = |source: &Source<'_>| Share {
        name: source.set.name,
        texts: source.records.len(),
        tokens: source.records.iter().map(|record| ner::token::tokens(&record.text).len()).sum(),
    };
    sources.iter().map(share).collect()
}

fn learnt(samples: &Samples, options: &Options, tell: &mut impl FnMut(&str)) -> Field {
    let mut field = Field::new(samples.names.len());
    let step =
        |rounds, seed| learn::Options { rounds, rate: RATE, decay: DECAY, hidden: HIDDEN, seed };
    field.learn(samples, step(options.rounds, options.seed), |round, loss| {
        tell(&format!("round {round}: loss {loss:.4}"));
    });
    // Another order of the same chains gives other weights; the mean of both is better than each.
    for order in 1..ORDERS {
        let mut other = Field::new(samples.names.len());
        let seed = options.seed + 100 * u64::from(order);
        other.learn(samples, step(options.rounds, seed), |round, loss| {
            tell(&format!("order {order}, round {round}: loss {loss:.4}"));
        });
        field.meet(&other, 1.0 / (order + 1) as f32);
    }
    let least = pack::threshold(&field, options.kept).max(0.5 / pack::SCALE);
    field.freeze(|weight| weight.abs() < least);
    // The mean of the weights after each round is steadier than the last of them.
    let mut mean = field.weights.clone();
    for round in 0..options.again {
        let seed = options.seed + 1 + u64::from(round);
        field.learn(samples, step(1, seed), |_, loss| {
            tell(&format!("again {round}: loss {loss:.4}"))
        });
        let share = 1.0 / (round + 1) as f32;
        for (mean, weight) in mean.iter_mut().flatten().zip(field.weights.iter().flatten()) {
            *mean += (weight - *mean) * share;
        }
    }
    field.weights = mean;
    field
}
