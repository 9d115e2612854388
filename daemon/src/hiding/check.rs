//! Whether a written text can be read back: it is read as `show` will read it, and what stands in the wrong place is
//! noted, to be written another way.

use super::write::Written;
use super::{Job, Piece, Seam, joined};
use redact::{Finder, Kind, Operator, RuleId, Span};
use std::borrow::Cow;
use std::collections::HashSet;

/// A letter that would go on a word.
const LETTER: &str = "x";

/// Something that would be taken for a replacement and is none, in bytes of the written text. Where it begins in what was
/// written before, what is here of it.
struct Clash {
    start: usize,
    end: usize,
    kind: Kind,
}

/// Looks at every text; where something would go wrong, changes what is to be done with the pieces there. True when
/// nothing would.
pub(super) fn settle(job: &mut Job, texts: &[Written], surrogates: &[(Kind, String)]) -> bool {
    let Some(rule) = job.policy.engine.look_alike() else { return true };
    let names: Vec<_> = surrogates.iter().map(|(_, text)| text.as_str()).collect();
    let finder = Finder::new(&names);
    let mut settled = true;
    for (written, pieces) in texts.iter().zip(&mut job.pieces) {
        let (clashes, lost) = look(written, (pieces, &job.seam), &finder, surrogates);
        settled &= clashes.is_empty() && lost.is_empty();
        lost.into_iter().for_each(|at| pieces[at].number());
        let mut new: Vec<_> = clashes
            .iter()
            .filter_map(|clash| resolve(clash, pieces, &written.places, rule))
            .map(|span| Piece::look_alike(span, job.trace))
            .collect();
        new.sort_by_key(|piece| piece.span.start);
        *pieces = joined(std::mem::take(pieces), new);
    }
    settled
}

/// Reads a written text: what would be taken for a replacement wrongly, and the surrogates that would not be found.
fn look(
    written: &Written,
    (pieces, seam): (&[Piece], &Seam),
    finder: &Finder,
    surrogates: &[(Kind, String)],
) -> (Vec<Clash>, Vec<usize>) {
    let (before, places) = (seam.before.len(), &written.places);
    let mut text = Cow::Borrowed(written.hidden.text.as_str());
    if before > 0 {
        text = Cow::Owned(format!("{}{text}", seam.before));
    }
    let mut clashes = Vec::new();
    let mut found = vec![false; pieces.len()];
    let mut see = |start: usize, end: usize, kind, operator| {
        // What lies in what was written before was looked at there.
        let Some(end) = end.checked_sub(before).filter(|end| *end > 0) else { return };
        let begins = start.checked_sub(before);
        let own = begins
            .and_then(|start| at(places, start, end).find(|at| pieces[*at].operator == operator));
        match own {
            Some(at) => found[at] = true,
            None => clashes.push(Clash { start: begins.unwrap_or(0), end, kind }),
        }
    };
    for (placeholder, start, length) in redact::placeholders(&text) {
        see(start, start + length, placeholder.kind, Operator::Placeholder);
    }
    for token in redact::tokens(&text) {
        see(token.start, token.end, token.kind, Operator::Encrypt);
    }
    for place in finder.find(&text) {
        see(place.start, place.end, surrogates[place.which].0, Operator::Surrogate);
    }
    if seam.open && !text.ends_with(char::is_whitespace) {
        // A surrogate at the end must be known also where a word goes on after it.
        let longer = format!("{text}{LETTER}");
        let whole: HashSet<_> =
            finder.find(&longer).into_iter().map(|place| (place.start, place.end)).collect();
        for (found, (start, end)) in found.iter_mut().zip(places) {
            *found &= whole.contains(&(before + start, before + end));
        }
    }
    let is_lost = |at: &usize| !found[*at] && pieces[*at].operator == Operator::Surrogate;
    (clashes, (0..pieces.len()).filter(is_lost).collect())
}

/// The pieces that stand exactly there; where one of no length stands before another, both begin there.
fn at(places: &[(usize, usize)], start: usize, end: usize) -> impl Iterator<Item = usize> {
    let first = places.partition_point(|place| place.0 < start);
    let from_here = places[first..].iter().take_while(move |place| place.0 == start);
    from_here.enumerate().filter(move |(_, place)| place.1 == end).map(move |(at, _)| first + at)
}

/// What to do about a clash: pieces that it touches become placeholders, between which nothing can be mistaken. Where it
/// is text of the caller's own, that is to be hidden too.
fn resolve(
    clash: &Clash,
    pieces: &mut [Piece],
    places: &[(usize, usize)],
    rule: RuleId,
) -> Option<Span> {
    let first = places.partition_point(|place| place.1 <= clash.start);
    let touched = places[first..].iter().take_while(|place| place.0 < clash.end).count();
    if touched > 0 {
        let touched = &mut pieces[first..first + touched];
        touched.iter_mut().for_each(Piece::number);
        return None;
    }
    let before = first.checked_sub(1);
    let (read, written) = before.map_or((0, 0), |at| (pieces[at].span.end, places[at].1));
    let [start, end] = [clash.start, clash.end].map(|place| read + place - written);
    Some(Span { start, end, kind: clash.kind, rule, score: 1.0 })
}
