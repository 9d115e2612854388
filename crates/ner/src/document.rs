//! Lets the places where a name stands clearly help the places where it does not: what a word was held for all over a
//! stretch of text moves its points wherever it stands again.

use crate::chain::{Points, Sums};
use crate::fact::Fact;
use crate::label::{Label, TAGS, label_of};
use std::collections::HashMap;

/// Added to shares before their logarithm is taken, so that one sure place does not outvote everything.
const DOUBT: f32 = 0.02;

/// Names a token's word where it may be part of a name; 0 elsewhere.
pub(crate) fn surface(fact: &Fact) -> u64 {
    if fact.capital() && !fact.single() { fact.exact | 1 } else { 0 }
}

/// What each word of a stretch was held for.
#[derive(Debug, Default)]
pub(crate) struct Votes {
    words: HashMap<u64, Vote>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Vote {
    places: u32,
    counted: u32,
    /// Shares of the labels, and last of being outside.
    shares: [f32; Label::ALL.len() + 1],
}

fn slot(tag: usize) -> usize {
    label_of(tag).map_or(Label::ALL.len(), Label::index)
}

impl Votes {
    /// Counts the places of words.
    pub(crate) fn count(&mut self, surfaces: &[u64]) {
        for surface in surfaces.iter().filter(|surface| **surface != 0) {
            self.words.entry(*surface).or_default().places += 1;
        }
    }

    /// Whether any of these words stands in more than one place.
    pub(crate) fn concerns(&self, surfaces: &[u64]) -> bool {
        surfaces.iter().any(|surface| self.vote(*surface).is_some())
    }

    fn vote(&self, surface: u64) -> Option<&Vote> {
        self.words.get(&surface).filter(|vote| surface != 0 && vote.places > 1)
    }

    /// Takes in what a passage held its words for.
    pub(crate) fn hear(&mut self, surfaces: &[u64], sums: &Sums) {
        for (at, surface) in surfaces.iter().enumerate().filter(|(_, surface)| **surface != 0) {
            let Some(vote) = self.words.get_mut(surface).filter(|vote| vote.places > 1) else {
                continue;
            };
            vote.counted += 1;
            for (tag, share) in sums.tags(at).iter().enumerate() {
                vote.shares[slot(tag)] += share;
            }
        }
    }

    /// Moves the points of a passage towards what its words are held for elsewhere; `weight` is in points.
    pub(crate) fn move_points(&self, surfaces: &[u64], points: &mut [Points], weight: f32) {
        for (surface, points) in surfaces.iter().zip(points) {
            let Some(vote) = self.vote(*surface) else { continue };
            let all = vote.counted.max(1) as f32;
            let moved =
                vote.shares.map(|share| (weight * (share / all + DOUBT).ln()).round() as i32);
            for tag in 0..TAGS {
                points[tag] += moved[slot(tag)];
            }
        }
    }
}
