//! Learns the weights of a conditional random field from chains: gradient steps with a rate of its own for every weight
//! (AdaGrad), one chain after another in a shuffled order that a seed decides.

use crate::random::Random;
use crate::sample::{Chain, Samples, WORD};
use ner::{OUTSIDE, TAGS, may_follow};

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Options {
    /// Rounds over all chains.
    pub(crate) rounds: u32,
    /// The first step's size.
    pub(crate) rate: f32,
    /// What pulls weights back to nothing at each of their steps.
    pub(crate) decay: f32,
    /// How often a token's word is hidden.
    pub(crate) hidden: f32,
    /// Where the shuffling begins.
    pub(crate) seed: u64,
}

/// Gradients below this change nothing.
const GRADIENT_MIN: f32 = 0.002;
const NEGLIGIBLE: f32 = 1e-6;

/// The weights, while they are learnt.
#[derive(Debug)]
pub(crate) struct Field {
    /// By feature, then tag.
    pub(crate) weights: Vec<[f32; TAGS]>,
    /// By tag before, then tag.
    pub(crate) transitions: [[f32; TAGS]; TAGS],
    squares: Vec<[f32; TAGS]>,
    transition_squares: [[f32; TAGS]; TAGS],
}

struct Step {
    rate: f32,
    decay: f32,
}

impl Step {
    fn take(&self, weight: &mut f32, square: &mut f32, gradient: f32) {
        let gradient = gradient + self.decay * *weight;
        *square += gradient * gradient;
        *weight -= self.rate * gradient / (*square + 0.1).sqrt();
    }
}

impl Field {
    /// Begins with nothing.
    #[must_use]
    pub(crate) fn new(features: usize) -> Self {
        Self {
            weights: vec![[0.0; TAGS]; features],
            transitions: [[0.0; TAGS]; TAGS],
            squares: vec![[0.0; TAGS]; features],
            transition_squares: [[0.0; TAGS]; TAGS],
        }
    }

    /// Learns from all chains; tells after each round how far off it still was.
    pub(crate) fn learn(
        &mut self,
        samples: &Samples,
        options: Options,
        mut tell: impl FnMut(u32, f64),
    ) {
        let mut random = Random::new(options.seed);
        let mut order: Vec<usize> = (0..samples.chains.len()).collect();
        let step = Step { rate: options.rate, decay: options.decay };
        let mut kept = Vec::new();
        for round in 0..options.rounds {
            random.shuffle(&mut order);
            let mut loss = 0.0;
            for &at in &order {
                let chain = &samples.chains[at];
                kept.clear();
                let ranges = keep(chain, samples, options.hidden, &mut random, &mut kept);
                loss += f64::from(self.one(chain, &kept, &ranges, &step));
            }
            tell(round, loss / order.len().max(1) as f64);
        }
    }

    fn one(
        &mut self,
        chain: &Chain,
        features: &[u32],
        ranges: &[std::ops::Range<usize>],
        step: &Step,
    ) -> f32 {
        let scores: Vec<[f32; TAGS]> = ranges
            .iter()
            .map(|range| {
                let mut scores = [0.0; TAGS];
                for feature in &features[range.clone()] {
                    for (score, weight) in scores.iter_mut().zip(&self.weights[*feature as usize]) {
                        *score += weight;
                    }
                }
                scores
            })
            .collect();
        let sums = Sums::of(&scores, chain, &self.transitions);
        for (at, range) in ranges.iter().enumerate() {
            let wanted = usize::from(chain.tags[at]);
            let mut gradients = sums.tags(at);
            gradients[wanted] -= 1.0;
            for (tag, gradient) in
                gradients.iter().enumerate().filter(|(_, part)| part.abs() > GRADIENT_MIN)
            {
                for feature in &features[range.clone()] {
                    let row = *feature as usize;
                    step.take(
                        &mut self.weights[row][tag],
                        &mut self.squares[row][tag],
                        gradient * chain.weight,
                    );
                }
            }
        }
        self.join(chain, &sums, step);
        sums.loss
    }

    /// Steps for the transitions.
    fn join(&mut self, chain: &Chain, sums: &Sums, step: &Step) {
        let mut gradients = [[0.0f32; TAGS]; TAGS];
        for at in 1..chain.tags.len() {
            let parts = sums.forward[at - 1].iter().zip(&sums.factors);
            for ((mass, factors), row) in parts.zip(&mut gradients) {
                if *mass < NEGLIGIBLE {
                    continue;
                }
                let after = sums.weights[at].iter().zip(&sums.backward[at]);
                for ((gradient, factor), (weight, backward)) in
                    row.iter_mut().zip(factors).zip(after)
                {
                    *gradient += mass * factor * weight * backward / sums.norms[at];
                }
            }
            gradients[usize::from(chain.tags[at - 1])][usize::from(chain.tags[at])] -= 1.0;
        }
        let weights = self.transitions.iter_mut().flatten();
        let squares = self.transition_squares.iter_mut().flatten();
        for ((weight, square), gradient) in weights.zip(squares).zip(gradients.iter().flatten()) {
            let gradient = gradient * chain.weight;
            if gradient.abs() > GRADIENT_MIN {
                step.take(weight, square, gradient);
            }
        }
    }

    /// Goes a share of the way to the weights of another.
    pub(crate) fn meet(&mut self, other: &Self, share: f32) {
        let weights = self.weights.iter_mut().flatten().zip(other.weights.iter().flatten());
        let transitions =
            self.transitions.iter_mut().flatten().zip(other.transitions.iter().flatten());
        for (weight, other) in weights.chain(transitions) {
            *weight += (other - *weight) * share;
        }
    }

    /// Sets to nothing, for good, every weight that `drop` says.
    pub(crate) fn freeze(&mut self, drop: impl Fn(f32) -> bool) {
        for (weights, squares) in self.weights.iter_mut().zip(&mut self.squares) {
            for (weight, square) in weights.iter_mut().zip(squares) {
                if drop(*weight) {
                    *weight = 0.0;
                    *square = f32::INFINITY;
                }
            }
        }
    }
}

/// Copies the chain's features, but for the words of some tokens.
fn keep(
    chain: &Chain,
    samples: &Samples,
    hidden: f32,
    random: &mut Random,
    kept: &mut Vec<u32>,
) -> Vec<std::ops::Range<usize>> {
    let tokens = chain.tokens.iter();
    tokens
        .map(|range| {
            let first = kept.len();
            let hide = random.share() < hidden;
            let all = &samples.features[range.start as usize..range.end as usize];
            kept.extend(
                all.iter()
                    .filter(|feature| !hide || *feature & WORD == 0)
                    .map(|feature| feature & !WORD),
            );
            first..kept.len()
        })
        .collect()
}

/// Forward and backward sums over the tags that a set annotates.
struct Sums {
    factors: [[f32; TAGS]; TAGS],
    weights: Vec<[f32; TAGS]>,
    forward: Vec<[f32; TAGS]>,
    backward: Vec<[f32; TAGS]>,
    norms: Vec<f32>,
    loss: f32,
}

impl Sums {
    fn of(scores: &[[f32; TAGS]], chain: &Chain, transitions: &[[f32; TAGS]; TAGS]) -> Self {
        let allowed = |tag: usize| chain.allowed >> tag & 1 == 1;
        let mut factors = [[0.0; TAGS]; TAGS];
        let mut turned = [[0.0; TAGS]; TAGS];
        for before in (0..TAGS).filter(|tag| allowed(*tag)) {
            for tag in (0..TAGS).filter(|tag| allowed(*tag) && may_follow(Some(before), *tag)) {
                factors[before][tag] = transitions[before][tag].exp();
                turned[tag][before] = factors[before][tag];
            }
        }
        let mut loss = 0.0;
        let mut weights = vec![[0.0f32; TAGS]; scores.len()];
        for (at, scores) in scores.iter().enumerate() {
            let most = (0..TAGS)
                .filter(|tag| allowed(*tag))
                .fold(f32::MIN, |most, tag| most.max(scores[tag]));
            for tag in (0..TAGS).filter(|tag| allowed(*tag)) {
                weights[at][tag] = (scores[tag] - most).max(-40.0).exp();
            }
            let wanted = usize::from(chain.tags[at]);
            loss += most - scores[wanted];
            if at > 0 {
                loss -= transitions[usize::from(chain.tags[at - 1])][wanted];
            }
        }
        let mut forward = weights.clone();
        let mut norms = vec![1.0; scores.len()];
        for at in 0..scores.len() {
            let mut sum = if at == 0 {
                std::array::from_fn(|tag| if may_follow(None, tag) { 1.0 } else { 0.0 })
            } else {
                spread(&factors, &forward[at - 1])
            };
            let mut norm = 0.0;
            for tag in 0..TAGS {
                sum[tag] *= weights[at][tag];
                norm += sum[tag];
            }
            let norm = norm.max(f32::MIN_POSITIVE);
            forward[at] = sum.map(|part| part / norm);
            norms[at] = norm;
            loss += norm.ln();
        }
        let mut backward = vec![[1.0; TAGS]; scores.len()];
        for at in (1..scores.len()).rev() {
            let mut next = backward[at];
            for tag in 0..TAGS {
                next[tag] *= weights[at][tag] / norms[at];
            }
            backward[at - 1] = spread(&turned, &next);
        }
        Self { factors, weights, forward, backward, norms, loss }
    }

    fn tags(&self, at: usize) -> [f32; TAGS] {
        std::array::from_fn(|tag| self.forward[at][tag] * self.backward[at][tag])
    }
}

fn spread(factors: &[[f32; TAGS]; TAGS], weights: &[f32; TAGS]) -> [f32; TAGS] {
    let mut sum = [0.0; TAGS];
    for (row, weight) in
        factors.iter().zip(weights).filter(|(_, weight)| **weight > NEGLIGIBLE * 1e-3)
    {
        for tag in 0..TAGS {
            sum[tag] += row[tag] * weight;
        }
    }
    sum
}

const _: () = assert!(OUTSIDE == 0 && TAGS <= 64, "allowed tags are bits of a u64");
