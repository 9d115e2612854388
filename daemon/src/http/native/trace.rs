//! Why something was found, as answers tell it: forms, checks and cues of the rules, and places. No text of anybody's.

use redact::{Engine, Why};
use serde::Serialize;

/// Bytes for which characters are counted at once.
const BLOCK: usize = 1024;

#[derive(Serialize)]
pub(super) struct Trace<'w> {
    form: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'w str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cue: Option<Cue<'w>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<f32>,
    threshold: f32,
    losers: Vec<Loser<'w>>,
}

#[derive(Serialize)]
struct Cue<'w> {
    text: &'w str,
    side: &'static str,
    start: usize,
    end: usize,
}

#[derive(Serialize)]
struct Loser<'w> {
    kind: &'static str,
    rule: &'w str,
    start: usize,
    end: usize,
    score: f32,
    reason: &'static str,
}

/// Counts characters up to any place of a text, also of a long one.
pub(super) struct Counter<'t> {
    text: &'t str,
    /// The characters that begin before each block.
    before: Vec<usize>,
}

impl<'t> Counter<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let begins = |byte: &&u8| **byte & 0xC0 != 0x80;
        let mut counted = 0;
        let before = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = counted;
            counted += block.iter().filter(begins).count();
            before
        });
        Self { text, before: before.collect() }
    }

    fn at(&self, byte: usize) -> usize {
        let byte = byte.min(self.text.len());
        let block = (byte / BLOCK).min(self.before.len().saturating_sub(1));
        let rest = &self.text.as_bytes()[block * BLOCK..byte];
        let counted = self.before.get(block).copied().unwrap_or_default();
        counted + rest.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
    }
}

impl<'w> Trace<'w> {
    pub(super) fn new(why: &'w Why, engine: &'w Engine, places: &Counter<'_>) -> Self {
        let cue = why.cue.as_ref().map(|cue| Cue {
            text: &cue.text,
            side: cue.side.name(),
            start: places.at(cue.start),
            end: places.at(cue.end),
        });
        let losers = why.losers.iter().map(|loser| Loser {
            kind: loser.kind.name(),
            rule: &engine.rule(loser.rule).name,
            start: places.at(loser.start),
            end: places.at(loser.end),
            score: loser.score,
            reason: loser.reason.name(),
        });
        Self {
            form: why.form.name(),
            detail: why.form.detail(),
            check: why.check.as_deref(),
            cue,
            base: why.base,
            threshold: why.threshold,
            losers: losers.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_up_to_any_place() {
        let text = "añb€c ".repeat(1_000);
        let counter = Counter::new(&text);
        for (count, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(counter.at(byte), count);
        }
        assert_eq!(counter.at(text.len()), text.chars().count());
        assert_eq!(Counter::new("").at(0), 0);
    }
}
