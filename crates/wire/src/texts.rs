//! The texts of a body, and the body again with others in their places. Only literals of texts that changed are written
//! anew.
//!
//! A string that holds JSON is a place of its own kind: each string within is a text, and a change to one of them writes
//! the outer literal anew, escaped twice.

use crate::json::{decoded, literal, put_escaped, skip};
use crate::scan::{Found, Kind, scan};
use crate::table::{Mark, Table};
use crate::{Text, Whose};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Every string of a JSON text.
static STRINGS: LazyLock<Table> = LazyLock::new(|| Table::of(&[("", &[("**", Mark::Input)])]));

/// A part of a body that gives way.
#[derive(Debug)]
pub(crate) struct Splice {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) text: String,
}

impl Splice {
    /// Puts something in where nothing gives way.
    pub(crate) fn insert(at: usize, text: String) -> Self {
        Self { start: at, end: at, text }
    }
}

/// `body` with each splice in its place, of which none overlap. Those at the same place follow the order of the list.
pub(crate) fn spliced(body: &str, mut splices: Vec<Splice>) -> Vec<u8> {
    splices.sort_by_key(|splice| splice.start);
    let more: usize = splices.iter().map(|splice| splice.text.len()).sum();
    let mut out = Vec::with_capacity(body.len() + more);
    let mut written = 0;
    for splice in &splices {
        out.extend_from_slice(&body.as_bytes()[written..splice.start]);
        out.extend_from_slice(splice.text.as_bytes());
        written = splice.end;
    }
    out.extend_from_slice(&body.as_bytes()[written..]);
    out
}

/// Puts `members` at the end of the object that begins at `start` and ends before `end`.
pub(crate) fn members(body: &str, (start, end): (usize, usize), members: &[String]) -> Splice {
    let is_empty = skip(body.as_bytes(), start + 1) + 1 == end;
    let comma = if is_empty || members.is_empty() { "" } else { "," };
    Splice::insert(end - 1, format!("{comma}{}", members.join(",")))
}

/// The texts that were found, and where they stand.
#[derive(Default)]
pub(crate) struct Texts {
    pub(crate) texts: Vec<Text>,
    slots: Vec<Slot>,
}

/// A literal that one or more texts stand in.
struct Slot {
    start: usize,
    end: usize,
    /// The first of its texts.
    first: usize,
    inside: Option<Inside>,
}

/// A string that holds JSON.
struct Inside {
    json: String,
    /// Its string literals, a text each.
    literals: Vec<(usize, usize)>,
}

impl Texts {
    /// Takes a string as a text, and returns which.
    pub(crate) fn plain(&mut self, body: &str, found: &Found, whose: Whose) -> usize {
        let text = decoded(&body[found.start..found.end]);
        self.put(found, text, whose)
    }

    fn put(&mut self, found: &Found, text: String, whose: Whose) -> usize {
        let first = self.texts.len();
        self.texts.push(Text { text, whose, turn: 0 });
        self.slots.push(Slot { start: found.start, end: found.end, first, inside: None });
        first
    }

    /// Takes the strings of a string that holds JSON; the string itself where it does not.
    pub(crate) fn json(&mut self, body: &str, found: &Found, whose: Whose) {
        let json = decoded(&body[found.start..found.end]);
        let opens = json.as_bytes().get(skip(json.as_bytes(), 0));
        let inner =
            if matches!(opens, Some(b'{' | b'[')) { scan(&json, &STRINGS).ok() } else { None };
        let Some(inner) = inner else {
            self.put(found, json, whose);
            return;
        };
        let strings = inner.iter().filter(|inner| inner.kind == Kind::String);
        let literals: Vec<_> = strings.map(|inner| (inner.start, inner.end)).collect();
        if literals.is_empty() {
            return;
        }
        let first = self.texts.len();
        self.texts.extend(literals.iter().map(|(start, end)| Text {
            text: decoded(&json[*start..*end]),
            whose,
            turn: 0,
        }));
        let inside = Some(Inside { json, literals });
        self.slots.push(Slot { start: found.start, end: found.end, first, inside });
    }

    /// What gives way so that `texts` stand in the places of those that were found.
    pub(crate) fn splices(&self, texts: &[Cow<'_, str>]) -> Vec<Splice> {
        assert_eq!(texts.len(), self.texts.len(), "each text has one that takes its place");
        let changed = |index: usize| self.texts[index].text != *texts[index];
        let mut splices = Vec::new();
        for slot in &self.slots {
            let text = match &slot.inside {
                None if changed(slot.first) => literal(&texts[slot.first]),
                Some(inside) if (slot.first..slot.first + inside.literals.len()).any(changed) => {
                    self.inside(inside, slot.first, texts)
                }
                _ => continue,
            };
            splices.push(Splice { start: slot.start, end: slot.end, text });
        }
        splices
    }

    /// The literal of a string that holds JSON with other texts.
    fn inside(&self, inside: &Inside, first: usize, texts: &[Cow<'_, str>]) -> String {
        let mut out = String::from("\"");
        let mut written = 0;
        for (index, (start, end)) in inside.literals.iter().enumerate() {
            let (old, new) = (&self.texts[first + index].text, &texts[first + index]);
            if *old != **new {
                put_escaped(&inside.json[written..*start], &mut out);
                put_escaped(&literal(new), &mut out);
                written = *end;
            }
        }
        put_escaped(&inside.json[written..], &mut out);
        out.push('"');
        out
    }

    /// Whether a text within these bytes has another in its place.
    pub(crate) fn changes_within(&self, range: &Found, texts: &[Cow<'_, str>]) -> bool {
        let first = self.slots.partition_point(|slot| slot.start < range.start);
        let inside = |slot: &&Slot| slot.end <= range.end;
        let changed = |slot: &Slot| {
            let count = slot.inside.as_ref().map_or(1, |inside| inside.literals.len());
            (slot.first..slot.first + count).any(|index| self.texts[index].text != *texts[index])
        };
        self.slots[first..].iter().take_while(inside).any(changed)
    }
}
