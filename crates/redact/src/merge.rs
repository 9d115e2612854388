//! One winner per place: the more specific rule, then the surer, then the longer, then the earlier. Two give way in
//! part: a name that a tagger tells is cut at what is surer, and anything at a denied word, so that neither the word nor
//! what is around it is lost.

use crate::{Engine, Span};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Up to so many candidates at a place are compared each with each.
const FEW: usize = 24;

/// How strong a candidate is where others stand: which wins, never why it was found.
pub(crate) fn strength(engine: &Engine, span: &Span) -> (u8, f32, usize) {
    (engine.rule(span.rule).specificity, span.score, span.end - span.start)
}

/// Keeps the winners among `candidates`, sorted and never overlapping.
pub(crate) fn winners(engine: &Engine, text: &str, mut candidates: Vec<Span>) -> Vec<Span> {
    if candidates.is_empty() {
        return candidates;
    }
    candidates.sort_by(|a, b| a.start.cmp(&b.start).then(b.end.cmp(&a.end)));
    let mut kept: Vec<Span> = Vec::with_capacity(candidates.len());
    let mut cluster = Vec::new();
    let mut reach = 0;
    // Only spans that touch compete, so each cluster is settled alone: linear for any text with bounded clusters.
    for span in candidates {
        if span.start >= reach && !cluster.is_empty() {
            settle(engine, text, &mut cluster, &mut kept);
        }
        reach = reach.max(span.end);
        cluster.push(span);
    }
    settle(engine, text, &mut cluster, &mut kept);
    kept
}

fn settle(engine: &Engine, text: &str, cluster: &mut Vec<Span>, kept: &mut Vec<Span>) {
    // Most places have one candidate.
    if let [_] = cluster[..] {
        kept.append(cluster);
        return;
    }
    // The sort is stable, so of equals the earlier one comes first.
    let by_strength = |a: &Span, b: &Span| {
        let order = strength(engine, b).partial_cmp(&strength(engine, a));
        order.unwrap_or(Ordering::Equal)
    };
    cluster.sort_by(by_strength);
    if cluster.len() > FEW {
        return settle_many(engine, text, cluster, kept);
    }
    let from = kept.len();
    for span in in_turn(engine, cluster) {
        let touches = |other: &&Span| span.start < other.end && other.start < span.end;
        let mut others: Vec<Span> = kept[from..].iter().filter(touches).copied().collect();
        if others.is_empty() {
            kept.push(span);
        } else {
            others.sort_by_key(|other| other.start);
            place(engine, text, span, &others, &mut |span| kept.push(span));
        }
    }
    kept[from..].sort_by_key(|span| span.start);
}

/// Does the same for more than a few, of which not each can be compared with each.
fn settle_many(engine: &Engine, text: &str, cluster: &mut Vec<Span>, kept: &mut Vec<Span>) {
    let mut places = BTreeMap::new();
    for span in in_turn(engine, cluster) {
        let others = overlapping(&places, &span);
        if others.is_empty() {
            places.insert(span.start, span);
        } else {
            place(engine, text, span, &others, &mut |span| {
                places.insert(span.start, span);
            });
        }
    }
    kept.extend(places.into_values());
}

/// The candidates in the order in which they take their places.
///
/// Denied words that overlap come twice, whole ones first: what is left of one beside another is a part of a word.
fn in_turn(engine: &Engine, cluster: &mut Vec<Span>) -> Vec<Span> {
    let denied = cluster.iter().take_while(|span| engine.is_denied(span.rule)).count();
    if denied < 2 {
        return std::mem::take(cluster);
    }
    let mut places = BTreeMap::new();
    let (mut wholes, mut parts) = (Vec::new(), Vec::new());
    for span in cluster.drain(..denied) {
        if overlapping(&places, &span).is_empty() {
            places.insert(span.start, span);
            wholes.push(span);
        } else {
            parts.push(span);
        }
    }
    wholes.append(&mut parts);
    wholes.append(cluster);
    wholes
}

/// Those that stand where `span` does, in order.
fn overlapping(places: &BTreeMap<usize, Span>, span: &Span) -> Vec<Span> {
    let before = places.range(..span.start).next_back().map(|(_, other)| other);
    let before = before.filter(|other| other.end > span.start);
    before
        .into_iter()
        .chain(places.range(span.start..span.end).map(|(_, other)| other))
        .copied()
        .collect()
}

/// Gives what is left of `span` beside the stronger `others`: all, parts, or nothing.
fn place(engine: &Engine, text: &str, span: Span, others: &[Span], put: &mut impl FnMut(Span)) {
    let is_name = engine.is_tagged(span.rule);
    if !is_name && !others.iter().all(|other| engine.is_denied(other.rule)) {
        return;
    }
    let mut from = span.start;
    let ends = others.iter().map(|other| (other.start, other.end));
    for (start, end) in ends.chain([(span.end, span.end)]) {
        if from < start
            && let Some((start, end)) = part(text, from, start, is_name)
            && !(is_name && engine.is_title(&text[start..end]))
        {
            put(Span { start, end, ..span });
        }
        from = from.max(end);
    }
}

/// What counts of a part that is left: of a name, letters with what is between them.
fn part(text: &str, from: usize, to: usize, is_name: bool) -> Option<(usize, usize)> {
    let left = &text[from..to];
    let edge = |c: char| if is_name { !c.is_alphanumeric() } else { c.is_whitespace() };
    let start = from + (left.len() - left.trim_start_matches(edge).len());
    let found = left.trim_matches(edge);
    let enough = match is_name {
        true => found.chars().filter(|c| c.is_alphabetic()).nth(1).is_some(),
        false => !found.is_empty(),
    };
    enough.then_some((start, start + found.len()))
}
