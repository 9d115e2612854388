//! Looks at what a model writes for personal data and secrets that are not the conversation's own.
//!
//! A find must be seen whole, so text is held until a line or a sentence ends, or so many bytes are there: what a model
//! says is shown a sentence late. A find that reaches to the end of what is there waits for what follows.

use super::Found;
use super::conversation::Kept;
use super::json::Position;
use crate::policy::Policy;
use crate::settings::Output;
use redact::{Operator, Span};
use std::sync::Arc;

/// Bytes that are held at most without the end of a line or a sentence. More would delay long lines for longer; less
/// would cut more finds in two.
const HELD_MAX: usize = 512;

/// Bytes that are held at most for a find that goes on: longer than secrets are, certificates aside.
const FIND_MAX: usize = 8 * 1024;

/// Bytes before what is held that are looked at again, for the words that tell what a number is.
const CONTEXT: usize = 256;

/// See the module.
pub(super) struct Guard {
    policy: Arc<Policy>,
    /// Whether a find ends the answer; otherwise its kind is written.
    pub(super) blocks: bool,
    /// What was found.
    pub(super) found: Found,
}

/// A text of a model, as far as it came.
#[derive(Default)]
pub(super) struct Held {
    /// What was decided and still tells something about the rest; then the rest.
    text: String,
    decided: usize,
    /// Where in a JSON text the part that is not decided begins.
    json: Option<Position>,
}

impl Held {
    /// Begins a text, which may be JSON.
    pub(super) fn new(json: bool) -> Self {
        Self { json: json.then(Position::default), ..Self::default() }
    }

    /// Takes a piece.
    pub(super) fn push(&mut self, piece: &str) {
        self.text.push_str(piece);
    }

    /// How far it could be decided if nothing that was found stands there.
    fn end(&self) -> usize {
        let rest = &self.text[self.decided..];
        let bytes = rest.as_bytes();
        let ends = |at: usize| match bytes[at] {
            b'\n' => true,
            b' ' => at > 0 && matches!(bytes[at - 1], b'.' | b'!' | b'?'),
            _ => false,
        };
        let boundary = (0..bytes.len()).rev().find(|at| ends(*at)).map(|at| at + 1);
        let forced = || {
            let space = rest.rfind(char::is_whitespace).filter(|at| *at > 0);
            (rest.len() >= HELD_MAX).then(|| space.unwrap_or(rest.len()))
        };
        self.decided + boundary.or_else(forced).unwrap_or(0)
    }
}

impl Guard {
    /// Looks as that policy says; none where it says nothing.
    pub(super) fn new(policy: &Arc<Policy>) -> Option<Self> {
        let blocks = match policy.gateway.output {
            Output::Allow => return None,
            Output::Mask => false,
            Output::Block => true,
        };
        Some(Self { policy: Arc::clone(policy), blocks, found: Found::default() })
    }

    /// Whether the answer must end.
    pub(super) fn blocked(&self) -> bool {
        self.blocks && !self.found.is_empty()
    }

    /// Writes to `out` what is decided of a text, all of it when nothing follows, with kinds for what was found.
    pub(super) fn decide(&mut self, held: &mut Held, kept: &Kept, last: bool, out: &mut String) {
        let mut end = if last { held.text.len() } else { held.end() };
        if end <= held.decided {
            return;
        }
        let finds = self.finds(&held.text, kept);
        // A find that reaches beyond, or may yet, is decided as a whole.
        let open = finds.iter().find(|find| find.start < end && find.end >= end && !last);
        if let Some(find) = open.filter(|find| find.start >= held.decided) {
            let waits = held.text.len() - find.start < FIND_MAX;
            end = if waits { find.start } else { find.end };
        }
        let mut written = held.decided;
        for find in finds.iter().filter(|find| find.start >= held.decided && find.end <= end) {
            let Some((start, stop, quote)) = placed(held, find, written) else { continue };
            out.push_str(&held.text[written..start]);
            let sign = if quote { "\"" } else { "" };
            out.push_str(&format!("{sign}<{}>{sign}", find.kind.name()));
            self.found.add([find.kind]);
            written = stop;
        }
        out.push_str(&held.text[written.min(end)..end]);
        if let Some(json) = &mut held.json {
            json.pass(&held.text[held.decided..end]);
        }
        let mut from = end.saturating_sub(CONTEXT);
        while !held.text.is_char_boundary(from) {
            from += 1;
        }
        held.text.drain(..from);
        held.decided = end - from;
    }

    /// Finds what is personal, and not the conversation's own.
    fn finds(&self, text: &str, kept: &Kept) -> Vec<Span> {
        let (engine, operators) = (&self.policy.engine, &self.policy.operators);
        let mut finds = engine.find_in(text, None);
        finds.retain(|find| {
            Some(find.rule) != engine.look_alike()
                && operators.of(find.kind) != Operator::Keep
                && !kept.has(find.of(text))
        });
        finds
    }
}

/// Where a find gives way, and whether what stands there instead needs quotes: within JSON no escape is cut in two,
/// a number gives way to a string, and keys stay.
fn placed(held: &Held, find: &Span, written: usize) -> Option<(usize, usize, bool)> {
    let Some(mut json) = held.json.clone() else { return Some((find.start, find.end, false)) };
    json.pass(&held.text[held.decided..find.start]);
    if json.in_key {
        return None;
    }
    let mut start = find.start;
    if json.escaped {
        // The letter of an escape looks like the first of the word after it.
        let rest = &held.text[start..find.end];
        start += if rest.starts_with('u') { 5.min(rest.len()) } else { 1 };
    }
    let text = held.text.get(start..find.end)?;
    let end = match json.in_string {
        true => start + text.find('"').unwrap_or(text.len()),
        false => start + text.find(['"', ',', '}', ']']).unwrap_or(text.len()),
    };
    // An escape that ends with the find goes with it as a whole.
    let end = match held.text[start..end].ends_with('\\') && json.in_string {
        true => end - 1,
        false => end,
    };
    (start < end && start >= written).then_some((start, end, !json.in_string))
}
