//! Stands in for what the gateway shows: as simple as can be, and it objects when it is called out of turn.

use std::collections::BTreeMap;
use wire::{Field, Show};

/// Puts originals in the place of placeholders, and holds back what may become one.
#[derive(Default)]
pub(crate) struct Shower {
    originals: Vec<(String, String)>,
    held: BTreeMap<Field, String>,
}

impl Shower {
    pub(crate) fn new(originals: Vec<(String, String)>) -> Self {
        Self { originals, held: BTreeMap::new() }
    }

    /// Asserts that every field that began has ended.
    pub(crate) fn is_finished(&self) {
        assert!(self.held.is_empty(), "every field is finished");
    }
}

impl Show for Shower {
    fn push(&mut self, field: Field, piece: &str, out: &mut String) {
        assert!(!piece.is_empty(), "nothing is no piece");
        let held = self.held.entry(field).or_default();
        held.push_str(piece);
        while !held.is_empty() {
            if let Some((from, to)) = self.originals.iter().find(|(from, _)| held.starts_with(from))
            {
                held.drain(..from.len());
                if field.part.is_json() {
                    let literal = serde_json::to_string(to).unwrap();
                    out.push_str(&literal[1..literal.len() - 1]);
                } else {
                    out.push_str(to);
                }
            } else if self.originals.iter().any(|(from, _)| from.starts_with(held.as_str())) {
                break;
            } else {
                out.push(held.remove(0));
            }
        }
    }

    fn finish(&mut self, field: Field, out: &mut String) {
        out.push_str(&self.held.remove(&field).expect("what is finished has begun"));
    }
}
