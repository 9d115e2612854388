//! One winner per place: the more specific rule, then the surer, then the longer, then the earlier.

use crate::{Engine, Span};

/// Keeps the winners among `candidates`, sorted and never overlapping.
pub(crate) fn winners(engine: &Engine, mut candidates: Vec<Span>) -> Vec<Span> {
    let strength =
        |span: &Span| (engine.rule(span.rule).specificity, span.score, span.end - span.start);
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
            settle(&mut cluster, &mut kept, strength);
        }
        reach = reach.max(span.end);
        cluster.push(span);
    }
    settle(&mut cluster, &mut kept, strength);
    kept
}

fn settle(
    cluster: &mut Vec<Span>,
    kept: &mut Vec<Span>,
    strength: impl Fn(&Span) -> (u8, f32, usize),
) {
    // Most places have one candidate.
    if let [_] = cluster[..] {
        kept.append(cluster);
        return;
    }
    let from = kept.len();
    // The sort is stable, so of equals the earlier one comes first.
    cluster.sort_by(|a, b| strength(b).partial_cmp(&strength(a)).expect("scores are numbers"));
    for span in cluster.drain(..) {
        if kept[from..].iter().all(|other| span.end <= other.start || other.end <= span.start) {
            kept.push(span);
        }
    }
    kept[from..].sort_by_key(|span| span.start);
}
