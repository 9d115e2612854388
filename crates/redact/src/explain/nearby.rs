//! Which word nearby counted, and where it stands. The pass over the text asks only whether there is one; who asks why
//! is told by looking again, with the same readers, at ever shorter pieces of the same stretch.

use super::{Cue, Side};
use crate::cue::{self, Dictionary, Seen};
use crate::engine::Engine;
use crate::masks::Masks;
use crate::rule::{Rule, RuleId};
use crate::scan::Table;

/// The cues of one rule, each by its own number.
pub(super) struct Cues<'r> {
    rule: &'r Rule,
    dictionary: Dictionary,
}

impl<'r> Cues<'r> {
    pub(super) fn new(rule: &'r Rule) -> Self {
        let cues = rule.cues.iter().zip(0..cue::RULES_MAX as u16);
        Self { rule, dictionary: Dictionary::new(cues.map(|(text, at)| (text.as_str(), at))) }
    }

    /// The cue near what lies between `start` and `end`: before it, in the heading of its column, else after it.
    pub(super) fn near(
        &self,
        engine: &Engine,
        text: &str,
        start: usize,
        end: usize,
    ) -> Option<Cue> {
        let bytes = text.as_bytes();
        let masks = Masks::new(bytes);
        let before = |start: usize| {
            let before = cue::before(&masks, start);
            self.in_stretch(bytes, before.start, before.end, Side::Before)
        };
        let found = before(start);
        let heading = || {
            let (from, to) = Table::heading(bytes, start, &engine.cues)?;
            self.in_stretch(bytes, from, to, Side::Heading)
        };
        let after = || {
            let after = cue::after(&masks, cue::end_of_groups(&masks, end));
            self.in_stretch(bytes, after.start, after.end, Side::After)
        };
        // The items before it in a list, the nearest first.
        let items = || {
            let item = |end: &usize| cue::item_before(bytes, item_start(bytes, *end));
            std::iter::successors(cue::item_before(bytes, start), item)
        };
        let listed = || items().find_map(|end| before(item_start(bytes, end)));
        found.or_else(heading).or_else(after).or_else(listed)
    }

    /// The cue that announces what begins at `start`, whatever stands between, as the code of a bank is announced.
    pub(super) fn announcing(&self, text: &str, start: usize) -> Option<Cue> {
        /// How far back an announcement may stand, with its own length.
        const REACH: usize = 48;
        let from = start.saturating_sub(REACH);
        let before = text.as_bytes()[from..start].to_ascii_lowercase();
        let cues = self.rule.cues.iter();
        let places =
            cues.filter_map(|cue| Some((memchr::memmem::rfind(&before, cue.as_bytes())?, cue)));
        let (at, text) = places.max()?;
        let (start, text) = (from + at, text.clone());
        Some(Cue { end: start + text.len(), text, side: Side::Before, start })
    }

    fn in_stretch(&self, text: &[u8], from: usize, to: usize, side: Side) -> Option<Cue> {
        // The end of the first that is whole, then its beginning.
        let end = (from + 1..=to)
            .find(|end| ends(text, *end, to) && self.seen(&text[from..*end]).is_some())?;
        let cut =
            |start: &usize| begins(text, *start, from) && self.seen(&text[*start..end]).is_some();
        let start = (from..end).rev().find(cut)?;
        let number = self.seen(&text[start..end])?;
        let text = self.rule.cues.get(usize::from(number))?.clone();
        Some(Cue { text, side, start, end })
    }

    fn seen(&self, text: &[u8]) -> Option<u16> {
        let mut seen = Seen::NONE;
        self.dictionary.gather(text, &mut seen);
        seen.iter().next()
    }
}

/// Where the item begins that ends at `end`: at its last space.
fn item_start(text: &[u8], end: usize) -> usize {
    let part = text[..end].iter().rev().take_while(|byte| !byte.is_ascii_whitespace());
    end - part.count()
}

/// Whether a word may end before `at`, where a stretch is cut.
fn ends(text: &[u8], at: usize, to: usize) -> bool {
    at == to || joint(text, at)
}

fn begins(text: &[u8], at: usize, from: usize) -> bool {
    at == from || joint(text, at)
}

/// Whether no word goes on from one side of `at` to the other; `camelCase` has two words.
fn joint(text: &[u8], at: usize) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80;
    let (before, after) = (text[at - 1], text[at]);
    !letter(before) || !letter(after) || before.is_ascii_lowercase() && after.is_ascii_uppercase()
}

/// The key of a rule that stands in the name before the value at `start`.
pub(super) fn key<'r>(rule: &'r Rule, text: &str, start: usize) -> Option<&'r str> {
    /// How far back the sign and the name may stand.
    const REACH: usize = 128;
    let keys = rule.keys.iter().zip(0..cue::RULES_MAX as u16);
    let dictionary = Dictionary::of_names(keys.map(|(text, at)| (text.as_str(), at)));
    let mut from = start.saturating_sub(REACH);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before =
        text[from..start].trim_end_matches(|c: char| c.is_whitespace() || "\"'`=>:".contains(c));
    let name = before.rsplit(['\n', ',', ';', '{', '(']).next().unwrap_or_default();
    let mut seen = Seen::NONE;
    dictionary.gather(name.as_bytes(), &mut seen);
    seen.iter().next().and_then(|at| rule.keys.get(usize::from(at))).map(String::as_str)
}

/// The literal of a rule with which the secret at `start` begins, or after which it stands.
pub(super) fn literal(engine: &Engine, id: RuleId, text: &str, start: usize) -> Option<String> {
    /// How far back a literal may begin: the longest and what may stand after it.
    const REACH: usize = 512;
    let rule = engine.rule(id);
    if rule.prefix.is_empty() {
        return None;
    }
    let bytes = text.as_bytes();
    let at =
        |at: usize| rule.prefix.iter().filter(move |one| bytes[at..].starts_with(one.as_bytes()));
    let found = (start.saturating_sub(REACH)..=start)
        .rev()
        .find_map(|place| at(place).max_by_key(|literal| literal.len()));
    found.cloned()
}
