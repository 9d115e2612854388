//! Turns annotated texts into chains of numbered features with the tags they should get.

use crate::corpus::{Record, Set};
use ner::fact::facts;
use ner::feature::{LEXICAL, features};
use ner::language::Guess;
use ner::lexicon::Lexicon;
use ner::token::{passages, tokens};
use ner::{Label, OUTSIDE, begin, inside};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;

/// Set in a feature's number where it holds the word itself.
pub(crate) const WORD: u32 = 1 << 31;

/// One passage.
#[derive(Debug)]
pub(crate) struct Chain {
    /// Which numbers of [`Samples::features`] are its tokens', token by token.
    pub(crate) tokens: Vec<Range<u32>>,
    /// The tag each should get.
    pub(crate) tags: Vec<u8>,
    /// The tags among which it chooses, a bit each.
    pub(crate) allowed: u64,
    /// How much it counts.
    pub(crate) weight: f32,
}

/// Every chain, and the numbering of features.
#[derive(Debug, Default)]
pub(crate) struct Samples {
    /// The chains.
    pub(crate) chains: Vec<Chain>,
    /// The numbers of all tokens' features, one after another.
    pub(crate) features: Vec<u32>,
    /// The name of each feature, by number.
    pub(crate) names: Vec<u64>,
    /// How often each was seen.
    pub(crate) counts: Vec<u32>,
}

/// Names are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, name: u64) {
        self.0 = name;
    }
}

/// A map from names; it is looked up and never walked, so its order decides nothing.
pub(crate) type ByName<T> = HashMap<u64, T, BuildHasherDefault<AsIs>>;

/// Texts of one set, and how much they count.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    /// The set.
    pub(crate) set: Set,
    /// Its texts.
    pub(crate) records: &'a [Record],
    /// How much each counts.
    pub(crate) weight: f32,
}

/// What a text may well hold though its set does not annotate it. Half of the passages say nothing about these, and half
/// that they are not there; the other labels that a set does not annotate are never there. A label of which no such text
/// said anything would settle wherever nothing else is sure.
const DOUBTED: &[Label] = &[Label::Date, Label::Relation, Label::Profession, Label::Other];

/// The tags among which the passage of that number chooses.
fn allowed(set: &Set, number: usize) -> u64 {
    let silent = |label: &Label| {
        number.is_multiple_of(2) && DOUBTED.contains(label) && !set.labels.contains(label)
    };
    let told = Label::ALL.iter().filter(|label| !silent(label));
    told.fold(1 << OUTSIDE, |tags, label| tags | 0b11 << begin(*label))
}

/// Gives the tags that a text's tokens should get.
#[must_use]
pub(crate) fn wanted(record: &Record, tokens: &[ner::token::Token], labels: &[Label]) -> Vec<u8> {
    let mut tags = vec![OUTSIDE as u8; tokens.len()];
    for (range, label) in &record.spans {
        let Some(label) = label.filter(|label| labels.contains(label)) else { continue };
        let first = tokens.partition_point(|token| token.end <= range.start);
        let last = tokens.partition_point(|token| token.start < range.end);
        // Where spans overlap, the earlier one stays.
        if tags
            .get(first..last)
            .is_none_or(|tags| tags.iter().any(|tag| usize::from(*tag) != OUTSIDE))
        {
            continue;
        }
        for (place, tag) in tags[first..last].iter_mut().enumerate() {
            *tag = if place == 0 { begin(label) } else { inside(label) } as u8;
        }
    }
    tags
}

/// Hands each passage to `each`: its facts, the tags wanted and the language.
fn walk(
    sources: &[Source<'_>],
    lexicon: &Lexicon,
    mut each: impl FnMut(&Source<'_>, &[ner::fact::Fact], &[u8], ner::language::Language),
) {
    let guess = Guess::new();
    for source in sources {
        for record in source.records {
            let tokens = tokens(&record.text);
            let tags = wanted(record, &tokens, source.set.labels);
            for range in passages(&record.text, &tokens) {
                let facts = facts(&record.text, &tokens[range.clone()], lexicon);
                let language = guess.language(facts.iter().map(|fact| fact.lower));
                each(source, &facts, &tags[range], language);
            }
        }
    }
}

/// Numbers the features that are seen at least `least` times, and makes chains of all sources.
#[must_use]
pub(crate) fn samples(sources: &[Source<'_>], lexicon: &Lexicon, least: u8) -> Samples {
    const SLOTS_BITS: u32 = 27;
    // A rough count comes first, so that the many features seen once never take a place in the map.
    let mut rough = vec![0u8; 1 << SLOTS_BITS];
    walk(sources, lexicon, |_, facts, _, language| {
        for at in 0..facts.len() {
            features(facts, at, language, &mut |_, name| {
                let slot = &mut rough[(name >> (64 - SLOTS_BITS)) as usize];
                *slot = slot.saturating_add(1);
            });
        }
    });
    let mut samples = Samples::default();
    let mut numbers: ByName<u32> = ByName::default();
    walk(sources, lexicon, |source, facts, tags, language| {
        let mut tokens = Vec::with_capacity(facts.len());
        for at in 0..facts.len() {
            let first = samples.features.len() as u32;
            features(facts, at, language, &mut |template, name| {
                if rough[(name >> (64 - SLOTS_BITS)) as usize] < least {
                    return;
                }
                let next = samples.names.len() as u32;
                let number = *numbers.entry(name).or_insert(next);
                if number == next {
                    samples.names.push(name);
                    samples.counts.push(0);
                }
                samples.counts[number as usize] += 1;
                let word = if LEXICAL.contains(&template) { WORD } else { 0 };
                samples.features.push(number | word);
            });
            tokens.push(first..samples.features.len() as u32);
        }
        samples.chains.push(Chain {
            tokens,
            tags: tags.to_vec(),
            allowed: allowed(&source.set, samples.chains.len()),
            weight: source.weight,
        });
    });
    samples
}
