//! Finds the best chain of tags through a passage, and how probable its spans are.
//!
//! The best chain is found in whole numbers, so it is the same on every machine. Probabilities come from forward and
//! backward sums; tags that hold less than a millionth of a token's weight are left out of them.

use crate::label::{OUTSIDE, TAGS, continues, label_of, may_follow};

/// The points of every tag at one token, in steps of a weights file.
pub type Points = [i32; TAGS];

/// A transition that cannot be.
const NEVER: i32 = -1_000_000;
const NEGLIGIBLE: f32 = 1e-6;
const LEAST: f32 = -40.0;

/// Points for one tag after another, ready to be used.
#[derive(Debug, Clone)]
pub struct Transitions {
    points: Box<[[i32; TAGS]; TAGS]>,
    factors: Box<[[f32; TAGS]; TAGS]>,
    /// Factors by the tag that follows, then by the tag before.
    turned: Box<[[f32; TAGS]; TAGS]>,
    /// How many points make one unit of the natural logarithm.
    scale: f32,
}

impl Transitions {
    /// Takes the points of each pair, row by row of the tag before; pairs that cannot be stay impossible.
    #[must_use]
    pub fn of(pairs: &[i16], scale: f32) -> Self {
        let mut points = Box::new([[NEVER; TAGS]; TAGS]);
        let mut factors = Box::new([[0.0; TAGS]; TAGS]);
        let mut turned = Box::new([[0.0; TAGS]; TAGS]);
        for before in 0..TAGS {
            for tag in (0..TAGS).filter(|tag| may_follow(Some(before), *tag)) {
                let value = pairs.get(before * TAGS + tag).copied().unwrap_or(0);
                points[before][tag] = i32::from(value);
                factors[before][tag] = (f32::from(value) / scale).exp();
                turned[tag][before] = factors[before][tag];
            }
        }
        Self { points, factors, turned, scale }
    }

    /// Finds the chain with the most points.
    #[must_use]
    pub fn best(&self, tokens: &[Points]) -> Vec<u8> {
        let mut from: Vec<[u8; TAGS]> = Vec::with_capacity(tokens.len());
        let Some(first) = tokens.first() else { return Vec::new() };
        let mut total = *first;
        for (tag, points) in total.iter_mut().enumerate() {
            if continues(tag) {
                *points = NEVER;
            }
        }
        for token in &tokens[1..] {
            let mut best = [i32::MIN; TAGS];
            let mut origin = [0u8; TAGS];
            for (before, row) in self.points.iter().enumerate() {
                for tag in 0..TAGS {
                    let points = total[before] + row[tag];
                    if points > best[tag] {
                        best[tag] = points;
                        origin[tag] = before as u8;
                    }
                }
            }
            for tag in 0..TAGS {
                total[tag] = best[tag] + token[tag];
            }
            from.push(origin);
        }
        let last = (0..TAGS).max_by_key(|tag| (total[*tag], TAGS - tag)).unwrap_or(OUTSIDE);
        let mut chain = vec![last as u8];
        for origin in from.iter().rev() {
            let tag = chain[chain.len() - 1];
            chain.push(origin[usize::from(tag)]);
        }
        chain.reverse();
        chain
    }

    /// Sums up all chains.
    #[must_use]
    pub fn sums(&self, tokens: &[Points]) -> Sums {
        let weights: Vec<[f32; TAGS]> = tokens
            .iter()
            .map(|points| {
                let most = points.iter().copied().max().unwrap_or(0);
                points.map(|points| {
                    // A floor, so that a chain exists where the likeliest tags cannot follow each other.
                    ((points - most) as f32 / self.scale).max(LEAST).exp()
                })
            })
            .collect();
        let mut forward = weights.clone();
        if let Some(first) = forward.first_mut() {
            for (tag, weight) in first.iter_mut().enumerate() {
                if continues(tag) {
                    *weight = 0.0;
                }
            }
            normalise(first);
        }
        let mut norms = vec![1.0; tokens.len()];
        for at in 1..forward.len() {
            let mut sum = spread(&self.factors, &forward[at - 1]);
            for tag in 0..TAGS {
                sum[tag] *= weights[at][tag];
            }
            norms[at] = normalise(&mut sum);
            forward[at] = sum;
        }
        let mut backward = vec![[1.0; TAGS]; tokens.len()];
        for at in (1..tokens.len()).rev() {
            let mut next = backward[at];
            for tag in 0..TAGS {
                next[tag] *= weights[at][tag] / norms[at];
            }
            backward[at - 1] = spread(&self.turned, &next);
        }
        Sums { weights, forward, backward, norms }
    }

    /// Gives the probability that exactly the tokens `start..end` are one span of the tag that `begin` begins.
    #[must_use]
    pub fn span(&self, sums: &Sums, start: usize, end: usize, begin: usize) -> f32 {
        let inside = begin + 1;
        let mut mass = sums.forward[start][begin];
        let mut tag = begin;
        for at in start + 1..end {
            mass *= self.factors[tag][inside] * sums.weights[at][inside] / sums.norms[at];
            tag = inside;
        }
        if end < sums.weights.len() {
            let after: f32 = (0..TAGS)
                .filter(|next| *next != inside)
                .map(|next| {
                    self.factors[tag][next] * sums.weights[end][next] * sums.backward[end][next]
                })
                .sum();
            mass *= after / sums.norms[end];
        }
        mass.clamp(0.0, 1.0)
    }
}

/// What [`Transitions::sums`] found.
#[derive(Debug, Clone)]
pub struct Sums {
    weights: Vec<[f32; TAGS]>,
    forward: Vec<[f32; TAGS]>,
    backward: Vec<[f32; TAGS]>,
    norms: Vec<f32>,
}

impl Sums {
    /// Gives the probability of every tag at a token.
    #[must_use]
    pub fn tags(&self, at: usize) -> [f32; TAGS] {
        let mut product = self.forward[at];
        for (tag, weight) in product.iter_mut().enumerate() {
            *weight *= self.backward[at][tag];
        }
        normalise(&mut product);
        product
    }

    /// Gives the most probable label at a token and the probability that it is in a span of any.
    #[must_use]
    pub fn label(&self, at: usize) -> (usize, f32) {
        let tags = self.tags(at);
        let mut labels = [0.0; TAGS];
        for (tag, share) in tags.iter().enumerate() {
            if let Some(label) = label_of(tag) {
                labels[label.index()] += share;
            }
        }
        let best =
            (0..TAGS).max_by(|left, right| labels[*left].total_cmp(&labels[*right])).unwrap_or(0);
        (best, 1.0 - tags[OUTSIDE])
    }
}

fn normalise(weights: &mut [f32; TAGS]) -> f32 {
    let sum: f32 = weights.iter().sum();
    let sum = if sum > 0.0 { sum } else { 1.0 };
    for weight in weights.iter_mut() {
        *weight /= sum;
    }
    sum
}

fn spread(factors: &[[f32; TAGS]; TAGS], weights: &[f32; TAGS]) -> [f32; TAGS] {
    let mut sum = [0.0; TAGS];
    let floor = weights.iter().fold(0.0f32, |most, weight| most.max(*weight)) * NEGLIGIBLE;
    for (row, weight) in factors.iter().zip(weights) {
        if *weight > floor {
            for tag in 0..TAGS {
                sum[tag] += row[tag] * weight;
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::{Points, Transitions};
    use crate::label::{Label, OUTSIDE, TAGS, begin, inside};

    fn points(pairs: &[(usize, i32)]) -> Points {
        let mut points = [0; TAGS];
        pairs.iter().for_each(|(tag, value)| points[*tag] = *value);
        points
    }

    fn free() -> Transitions {
        Transitions::of(&[0; TAGS * TAGS], 16.0)
    }

    #[test]
    fn a_span_never_begins_with_what_continues_one() {
        let person = Label::Person;
        let tokens = [points(&[(inside(person), 90)]), points(&[(inside(person), 90)])];
        let chain = free().best(&tokens);
        assert_eq!(chain, [begin(person) as u8, inside(person) as u8]);
    }

    #[test]
    fn shares_of_a_token_make_one() {
        let tokens = [
            points(&[(begin(Label::Date), 20)]),
            points(&[(inside(Label::Date), 30)]),
            points(&[(OUTSIDE, 60)]),
        ];
        let sums = free().sums(&tokens);
        for at in 0..tokens.len() {
            let all: f32 = sums.tags(at).iter().sum();
            assert!((all - 1.0).abs() < 1e-4, "{all}");
        }
    }

    #[test]
    fn a_span_is_believed_as_counting_all_chains_says() {
        let label = Label::Location;
        let tokens = [points(&[(begin(label), 25)]), points(&[(inside(label), 18)])];
        let chain = free();
        let weight = |before: usize, tag: usize| {
            let allowed = crate::label::may_follow(None, before)
                && crate::label::may_follow(Some(before), tag);
            let total = (tokens[0][before] + tokens[1][tag]) as f32 / 16.0;
            if allowed { total.exp() } else { 0.0 }
        };
        let all: f32 = (0..TAGS)
            .flat_map(|before| (0..TAGS).map(move |tag| (before, tag)))
            .map(|(before, tag)| weight(before, tag))
            .sum();
        let wanted = weight(begin(label), inside(label)) / all;
        let believed = chain.span(&chain.sums(&tokens), 0, 2, begin(label));
        assert!((believed - wanted).abs() < 1e-4, "{believed} {wanted}");
    }

    #[test]
    fn no_tokens_have_no_chain() {
        assert!(free().best(&[]).is_empty());
    }
}
