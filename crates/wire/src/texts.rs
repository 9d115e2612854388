//! The texts of a body, and the body again with others in their places. Only literals of texts that changed are written
//! anew.
//!
//! A string that holds JSON is a place of its own kind: each string within is a text, and a change to one of them writes
//! the outer literal anew, escaped twice.

mod inside;
mod names;

use crate::json::{decoded, literal, skip};
use crate::scan::Found;
use crate::{Error, FOUND_MAX, Text, Whose};
use inside::{Inside, Reading};
use names::Names;
use std::borrow::Cow;

/// Where a string stands that may hold JSON, and so what of the JSON is text beside its strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// What the model calls a tool with, in an answer: nothing, and no JSON within the strings.
    Answer,
    /// The same in a request: long numbers.
    Arguments,
    /// What somebody wrote, or a tool gave back: long numbers, and names that no program would give.
    Content,
}

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
    /// How far the names of values were looked for.
    names: Names,
}

/// A literal that one or more texts stand in.
struct Slot {
    start: usize,
    end: usize,
    /// The first of its texts.
    first: usize,
    inside: Option<Inside>,
}

impl Slot {
    fn texts(&self) -> std::ops::Range<usize> {
        self.inside.as_ref().map_or(self.first..self.first + 1, |inside| inside.texts.clone())
    }
}

impl Texts {
    /// Takes a string as a text, and returns which.
    pub(crate) fn plain(&mut self, body: &str, found: &Found, whose: Whose) -> usize {
        let text = decoded(&body[found.start..found.end]);
        self.put(found, Text { text, whose, turn: 0, key: None })
    }

    fn put(&mut self, found: &Found, text: Text) -> usize {
        let first = self.texts.len();
        self.texts.push(text);
        self.slots.push(Slot { start: found.start, end: found.end, first, inside: None });
        first
    }

    /// Takes the texts of a string that holds JSON; the string itself where it does not. Returns the last of them.
    pub(crate) fn json(
        &mut self,
        body: &str,
        found: &Found,
        (whose, of): (Whose, Of),
    ) -> Result<Option<usize>, Error> {
        let text = decoded(&body[found.start..found.end]);
        let mut reading = Reading { texts: &mut self.texts, whose, of };
        match reading.read(text, 1)? {
            Err(text) => {
                room(&self.texts)?;
                Ok(Some(self.put(found, Text { text, whose, turn: 0, key: None })))
            }
            Ok(inside) if inside.texts.is_empty() => Ok(None),
            Ok(inside) => {
                let (start, end, first) = (found.start, found.end, inside.texts.start);
                self.slots.push(Slot { start, end, first, inside: Some(inside) });
                Ok(Some(self.texts.len() - 1))
            }
        }
    }

    /// The same of a string that stands under a name itself.
    pub(crate) fn named(
        &mut self,
        body: &str,
        found: &Found,
        of: (Whose, Of),
    ) -> Result<(), Error> {
        let key = self.names.at(body, found.start);
        let last = self.json(body, found, of)?;
        if let (Some(last), Some(Slot { inside: None, .. })) = (last, self.slots.last()) {
            self.texts[last].key = key;
        }
        Ok(())
    }

    /// What gives way so that `texts` stand in the places of those that were found.
    pub(crate) fn splices(&self, texts: &[Cow<'_, str>]) -> Vec<Splice> {
        assert_eq!(texts.len(), self.texts.len(), "each text has one that takes its place");
        let changed = |index: usize| self.texts[index].text != *texts[index];
        let mut splices = Vec::new();
        for slot in self.slots.iter().filter(|slot| slot.texts().any(changed)) {
            let text = match &slot.inside {
                None => literal(&texts[slot.first]),
                Some(inside) => literal(&inside.written(&self.texts, texts)),
            };
            splices.push(Splice { start: slot.start, end: slot.end, text });
        }
        splices
    }

    /// Whether a text within these bytes has another in its place.
    pub(crate) fn changes_within(&self, range: &Found, texts: &[Cow<'_, str>]) -> bool {
        let first = self.slots.partition_point(|slot| slot.start < range.start);
        let inside = |slot: &&Slot| slot.end <= range.end;
        let changed = |index: usize| self.texts[index].text != *texts[index];
        self.slots[first..].iter().take_while(inside).any(|slot| slot.texts().any(changed))
    }
}

/// Whether one more text may be taken: strings may hold as many as a body may.
fn room(texts: &[Text]) -> Result<(), Error> {
    if texts.len() < FOUND_MAX { Ok(()) } else { Err(Error::TooMany) }
}
