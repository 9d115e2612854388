//! The literals that secrets begin with. Most are found by their first three bytes, where a long run of signs stands;
//! those with a space or a `=` stand in no long run, and are found from the first of their bytes that the scanner stops
//! at anyway.

use crate::rule::RuleId;
use std::collections::HashMap;

/// Bytes of a literal that are looked up.
pub(crate) const HEAD: usize = 3;

/// Places of the filter, a power of two.
const PLACES: usize = 1 << 16;

/// A literal and the rules that begin with it.
#[derive(Debug)]
struct Literal {
    bytes: Box<[u8]>,
    rules: Vec<RuleId>,
}

/// Every literal.
#[derive(Debug)]
pub(crate) struct Heads {
    /// A bit for each head's hash: almost every look ends here.
    filter: Box<[u64]>,
    literals: Vec<([u8; HEAD], Vec<Literal>)>,
    /// The others: the byte at which the scanner stops, the one before it, and where in the literal that is.
    stopped: Vec<(u8, u8, usize, Literal)>,
    /// For each byte, a bit for every stop before which it stands in one of these.
    before_stops: [u8; 256],
}

/// The bytes from which literals are found that stand in no long run.
const STOPS: [char; 4] = [':', '=', '(', '-'];

/// A bit for each of them.
fn bit(stop: u8) -> u8 {
    match stop {
        b':' => 1,
        b'=' => 2,
        b'(' => 4,
        b'-' => 8,
        _ => 0,
    }
}

fn place(head: [u8; HEAD]) -> usize {
    let number = u32::from_le_bytes([head[0], head[1], head[2], 0]);
    (number.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

impl Heads {
    /// Takes literals with their rules.
    pub(crate) fn new<'l>(literals: impl Iterator<Item = (&'l str, RuleId)>) -> Self {
        let mut by_text: HashMap<&str, Vec<RuleId>> = HashMap::new();
        for (text, rule) in literals {
            let rules = by_text.entry(text).or_default();
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
        let mut heads = Self {
            filter: vec![0; PLACES / 64].into(),
            literals: Vec::new(),
            stopped: Vec::new(),
            before_stops: [0; 256],
        };
        for (text, rules) in by_text {
            let literal = Literal { bytes: text.as_bytes().into(), rules };
            if let Some(at) = Self::stop(text).filter(|at| *at > 0) {
                let (stop, before) = (literal.bytes[at], literal.bytes[at - 1]);
                heads.before_stops[usize::from(before)] |= bit(stop);
                heads.stopped.push((stop, before, at, literal));
                continue;
            }
            let Some(head) = literal.bytes.first_chunk().copied() else { continue };
            let place = place(head);
            heads.filter[place / 64] |= 1 << (place % 64);
            match heads.literals.binary_search_by_key(&head, |(known, _)| *known) {
                Ok(at) => heads.literals[at].1.push(literal),
                Err(at) => heads.literals.insert(at, (head, vec![literal])),
            }
        }
        heads
    }

    /// Where in a literal the scanner stops, if it must be found from there.
    fn stop(text: &str) -> Option<usize> {
        let apart = text.contains([' ', '=', '"']) && !text.starts_with('-');
        apart.then(|| text.find(STOPS)).flatten()
    }

    /// Why a literal cannot be found, if it cannot.
    pub(crate) fn objection(literal: &str) -> Option<&'static str> {
        if literal.len() < HEAD {
            return Some("has fewer than three bytes");
        }
        let apart = literal.contains([' ', '"']) && !literal.starts_with('-');
        (apart && Self::stop(literal).is_none()).then_some("has a space, and no sign of `:=(-`")
    }

    /// The rules whose literals `text` begins with.
    pub(crate) fn at(&self, text: &[u8]) -> impl Iterator<Item = RuleId> {
        let head = text.first_chunk::<HEAD>().copied().filter(|head| {
            let place = place(*head);
            self.filter[place / 64] >> (place % 64) & 1 == 1
        });
        let found = |head| self.literals.binary_search_by_key(&head, |(known, _)| *known).ok();
        let literals = head.and_then(found).map(|at| &self.literals[at].1).into_iter().flatten();
        let begins = literals.filter(|literal| text.starts_with(&literal.bytes));
        begins.flat_map(|literal| literal.rules.iter().copied())
    }

    /// The rules whose literals have the stop at `at`, and where each literal begins.
    pub(crate) fn around<'h>(
        &'h self,
        text: &'h [u8],
        at: usize,
    ) -> impl Iterator<Item = (RuleId, usize)> + 'h {
        let stop = text[at];
        let before = at.checked_sub(1).map_or(0, |before| text[before]);
        let stopped = match self.before_stops[usize::from(before)] & bit(stop) {
            0 => &[],
            _ => &self.stopped[..],
        };
        stopped.iter().filter(move |one| one.0 == stop && one.1 == before).flat_map(
            move |(_, _, offset, literal)| {
                let start = at.checked_sub(*offset);
                let start = start.filter(|start| text[*start..].starts_with(&literal.bytes));
                start
                    .into_iter()
                    .flat_map(|start| literal.rules.iter().map(move |rule| (*rule, start)))
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_literal_that_begins_there_is_found() {
        let (short, long, sign) = (RuleId(1), RuleId(2), RuleId(3));
        let heads = Heads::new([("sk-", short), ("sk-ant-", long), ("Key=", sign)].into_iter());
        let mut found: Vec<_> = heads.at(b"sk-ant-x").collect();
        found.sort();
        assert_eq!(found, [short, long]);
        assert_eq!(heads.at(b"sk_").count() + heads.at(b"s").count(), 0);
        assert_eq!(heads.around(b"aKey=b", 4).collect::<Vec<_>>(), [(sign, 1)]);
    }
}
