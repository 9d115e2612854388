//! The tagger itself: text in, labelled spans out.

use crate::chain::{Points, Sums, Transitions};
use crate::document::{Votes, surface};
use crate::fact::{Fact, facts};
use crate::feature::features;
use crate::label::{Label, OUTSIDE, TAGS, begin, continues, label_of};
use crate::language::{Guess, Language};
use crate::token::{Token, passages, tokens};
use crate::weights::{ReadError, Weights};
use std::borrow::Cow;

/// A labelled span of a text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tag {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// What it is.
    pub label: Label,
    /// How often such a span is right, from 0 to 1.
    pub score: f32,
}

/// A tagger with its weights.
#[derive(Debug, Clone)]
pub struct Model {
    weights: Weights,
    chain: Transitions,
    guess: Guess,
}

/// How far a word is moved towards what it is held for elsewhere.
const AGREEMENT: f32 = 0.5;

/// Tokens that are looked at together, so that memory is bounded whatever the text's length; never less than a passage.
const STRETCH_TOKENS_MAX: usize = 16_384;

static BUILTIN: &[u8] = include_bytes!("../weights/names.bin");

impl Model {
    /// Makes the tagger of the weights that are compiled in.
    ///
    /// # Panics
    ///
    /// Panics where the weights compiled in are damaged, which a test rules out.
    #[must_use]
    pub fn builtin() -> Self {
        Self::of(Weights::read(Cow::Borrowed(BUILTIN)).expect("the weights compiled in are whole"))
    }

    /// Makes a tagger of the bytes of a weights file.
    ///
    /// # Errors
    ///
    /// Returns a [`ReadError`] where they are not such a file whole.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        Weights::read(Cow::Owned(bytes.to_vec())).map(Self::of)
    }

    /// Makes a tagger of weights.
    #[must_use]
    pub fn of(weights: Weights) -> Self {
        let chain = weights.chain();
        Self { weights, chain, guess: Guess::new() }
    }

    /// What the weights are called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.weights.name
    }

    /// Tags a text: sorted spans that never overlap, on character boundaries. `language` is a tag such as `es`; without
    /// one the language of each passage is guessed.
    #[must_use]
    pub fn tag(&self, text: &str, language: Option<&str>) -> Vec<Tag> {
        self.each_passage(text, language, |passage| self.best(passage).0)
    }

    /// Tags a text with all that scores at least `threshold`: fewer spans than [`Model::tag`] where it is high, more
    /// where it is low, down to tokens that the tagger held to be nothing, but not surely.
    #[must_use]
    pub fn tag_above(&self, text: &str, language: Option<&str>, threshold: f32) -> Vec<Tag> {
        self.each_passage(text, language, |passage| {
            let (found, sums) = self.best(passage);
            self.lean(passage, sums, threshold, found)
        })
    }

    fn each_passage(
        &self,
        text: &str,
        language: Option<&str>,
        each: impl Fn(&Passage<'_>) -> Vec<Tag>,
    ) -> Vec<Tag> {
        let tokens = tokens(text);
        let known = language.and_then(Language::of);
        let mut tags = Vec::new();
        let mut ranges = passages(text, &tokens).into_iter().peekable();
        while let Some(first) = ranges.peek().map(|range| range.start) {
            let mut stretch = Vec::new();
            while let Some(range) = ranges.next_if(|range| range.end - first <= STRETCH_TOKENS_MAX)
            {
                let tokens = &tokens[range];
                let facts = facts(text, tokens, &self.weights.lexicon);
                let language = known.unwrap_or_else(|| self.language(&facts));
                let points = self.points(&facts, language);
                let surfaces = facts.iter().map(surface).collect();
                stretch.push(Passage { tokens, points, surfaces });
            }
            self.agree(&mut stretch);
            tags.extend(stretch.iter().flat_map(&each));
        }
        tags
    }

    /// Lets the passages of a stretch agree on the words that stand in more than one place.
    fn agree(&self, stretch: &mut [Passage<'_>]) {
        let mut votes = Votes::default();
        stretch.iter().for_each(|passage| votes.count(&passage.surfaces));
        for passage in
            stretch.iter().filter(|passage| votes.concerns(&passage.surfaces)).collect::<Vec<_>>()
        {
            votes.hear(&passage.surfaces, &self.chain.sums(&passage.points));
        }
        for passage in stretch {
            votes.move_points(
                &passage.surfaces,
                &mut passage.points,
                AGREEMENT * self.weights.scale,
            );
        }
    }

    /// Guesses the language of a passage.
    #[must_use]
    pub fn language(&self, facts: &[Fact]) -> Language {
        self.guess.language(facts.iter().map(|fact| fact.lower))
    }

    fn points(&self, facts: &[Fact], language: Language) -> Vec<Points> {
        let mut all = Vec::with_capacity(facts.len());
        let mut names = Vec::new();
        for at in 0..facts.len() {
            let mut points = [0; TAGS];
            names.clear();
            features(facts, at, language, &mut |_, feature| names.push(feature));
            self.weights.add(&names, &mut points);
            all.push(points);
        }
        all
    }

    /// Gives the spans of the best chain, and the sums where they were needed.
    fn best(&self, passage: &Passage<'_>) -> (Vec<Tag>, Option<Sums>) {
        let mut tags = Vec::new();
        let chain = self.chain.best(&passage.points);
        if chain.iter().all(|tag| usize::from(*tag) == OUTSIDE) {
            return (tags, None);
        }
        let sums = self.chain.sums(&passage.points);
        let mut at = 0;
        while at < chain.len() {
            let mut end = at + 1;
            if let Some(label) = label_of(usize::from(chain[at])) {
                while end < chain.len() && continues(usize::from(chain[end])) {
                    end += 1;
                }
                let believed = self.chain.span(&sums, at, end, begin(label));
                tags.push(self.tagged(passage, at..end, label, believed));
            }
            at = end;
        }
        (tags, Some(sums))
    }

    fn tagged(
        &self,
        passage: &Passage<'_>,
        range: std::ops::Range<usize>,
        label: Label,
        believed: f32,
    ) -> Tag {
        Tag {
            start: passage.tokens[range.start].start,
            end: passage.tokens[range.end - 1].end,
            label,
            score: self.weights.calibration[label.index()].score(believed),
        }
    }

    /// Drops what was found and scores below the threshold, and adds what is left uncovered and reaches it.
    fn lean(
        &self,
        passage: &Passage<'_>,
        sums: Option<Sums>,
        threshold: f32,
        found: Vec<Tag>,
    ) -> Vec<Tag> {
        let mut tags = Vec::new();
        let sums = sums.unwrap_or_else(|| self.chain.sums(&passage.points));
        let mut kept = found.into_iter().filter(|tag| tag.score >= threshold).peekable();
        let mut at = 0;
        while at < passage.tokens.len() {
            if let Some(tag) = kept.next_if(|tag| tag.start <= passage.tokens[at].start) {
                tags.push(tag);
                at += passage.tokens[at..].iter().take_while(|token| token.end <= tag.end).count();
                continue;
            }
            let limit = kept.peek().map_or(usize::MAX, |tag| tag.start);
            let mut end = at;
            let mut most: Option<(f32, Label, f32)> = None;
            while end < passage.tokens.len() && passage.tokens[end].start < limit {
                let (label, share) = sums.label(end);
                let Some(&label) = Label::ALL.get(label) else { break };
                let score = self.weights.calibration[label.index()].score(share);
                if score < threshold {
                    break;
                }
                if most.is_none_or(|(known, ..)| score > known) {
                    most = Some((score, label, share));
                }
                end += 1;
            }
            if let Some((_, label, share)) = most {
                tags.push(self.tagged(passage, at..end, label, share));
            }
            at = end.max(at + 1);
        }
        tags
    }
}

/// One passage with its points.
struct Passage<'a> {
    tokens: &'a [Token],
    points: Vec<Points>,
    /// The word of each token, as [`Votes`] knows it.
    surfaces: Vec<u64>,
}
