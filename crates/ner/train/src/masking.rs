//! Counts what would be left to read if everything found were masked: labels do not matter, only what is covered.

use crate::corpus::Record;
use crate::measure::Counts;
use ner::Tag;
use ner::token::tokens;
use std::collections::BTreeMap;
use std::ops::Range;

/// What masking hides of the mentions that identify somebody, and of what need not be hidden.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Masked {
    /// Mentions that identify by themselves.
    pub(crate) direct: Counts,
    /// Mentions that identify together with others.
    pub(crate) quasi: Counts,
    /// Entities of either kind, as their spelling tells them apart.
    pub(crate) entities: Counts,
    /// Tokens.
    pub(crate) tokens: Counts,
}

/// Titles are hidden with the name behind them.
const TITLES: [&str; 8] = ["Mr ", "Mrs ", "Ms ", "Miss ", "Dr ", "Mr. ", "Mrs. ", "Judge "];

fn covered(text: &str, tags: &[Tag]) -> Vec<Range<usize>> {
    let with_title = |tag: &Tag| {
        let before = &text[..tag.start];
        let title =
            TITLES.iter().find(|title| before.ends_with(**title)).map_or(0, |title| title.len());
        tag.start - title..tag.end
    };
    tags.iter().map(with_title).collect()
}

/// Masks every text with what `tag` finds in it, and counts.
#[must_use]
pub(crate) fn masked(records: &[Record], mut tag: impl FnMut(&str) -> Vec<Tag>) -> Masked {
    let mut masked = Masked::default();
    for record in records {
        let covered = covered(&record.text, &tag(&record.text));
        let hidden = |at: usize| covered.iter().any(|range| range.contains(&at));
        let whole = |range: &Range<usize>| {
            let content = record.text[range.clone()].char_indices();
            let mut content = content.filter(|(_, character)| character.is_alphanumeric());
            content.all(|(at, _)| hidden(range.start + at))
        };
        let mut entities: BTreeMap<&str, bool> = BTreeMap::new();
        for ((range, _), kind) in record.spans.iter().zip(&record.identifies) {
            let counts = match kind.as_str() {
                "DIRECT" => &mut masked.direct,
                "QUASI" => &mut masked.quasi,
                _ => continue,
            };
            let right = whole(range);
            counts.wanted += 1;
            counts.right += usize::from(right);
            *entities.entry(&record.text[range.clone()]).or_insert(true) &= right;
        }
        masked.entities.wanted += entities.len();
        masked.entities.right += entities.values().filter(|right| **right).count();
        for token in tokens(&record.text) {
            let character = record.text[token.start..].chars().next();
            if character.is_some_and(char::is_alphanumeric) && hidden(token.start) {
                masked.tokens.found += 1;
                let wanted = record.spans.iter().any(|(range, _)| range.contains(&token.start));
                masked.tokens.right += usize::from(wanted);
            }
        }
    }
    masked
}
