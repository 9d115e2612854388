//! Puts originals back into a stream of bytes, and forgives what models do to placeholders on the way.
//!
//! What `hide` wrote, `<EMAIL_1>`, comes back exactly, whatever stands around it. Of what models make of it, these are
//! taken for it too; one whose kind and number nobody knows stays as it is:
//!
//! | written | becomes |
//! | --- | --- |
//! | `<email_1>` `< EMAIL_1 >` `<EMAIL-1>` `<EMAIL 1>` `＜EMAIL_1＞` | the original |
//! | `&lt;EMAIL_1&gt;` `\u003cEMAIL_1\u003e` `\<EMAIL\_1\>` | the original; after `\u003c` written as JSON would |
//! | `EMAIL_1` `EMAIL\_1` between what no identifier continues with | the original: `[EMAIL_1]`, `**EMAIL_1**` |
//! | `<EMAIL_1` anywhere, `EMAIL_1>` after a space | the original, without the bracket |
//! | `EMAIL 1` `Email 1` `email_1`, with [`Forgive::Guesses`] | the original |
//!
//! Never: `MY_EMAIL_1`, `EMAIL_12` for 1, `EMAIL_1_x`, `EMAIL_01`, `EMAIL_+1`, and `_EMAIL_1_`, which is as often an
//! identifier as it is emphasis. `\<EMAIL_1>` keeps its backslash: that is also what `hide` makes of a path.

mod escape;
mod form;
mod look_alike;
mod names;
mod read;
mod skip;

use crate::show::{Other, Reached, Splice};
use crate::{Kind, Placeholder};
use form::Found;
use read::{More, Reader};

pub(crate) use look_alike::{may_have_look_alikes, with_look_alikes};

/// What is taken for a placeholder besides what `hide` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Forgive {
    /// Nothing: for what no model has touched.
    Nothing,
    /// What models do to placeholders. A text that was hidden still comes back exactly, since look-alikes are hidden
    /// too.
    #[default]
    Slips,
    /// Also `EMAIL 1`, `Email 1` and `email_1` without brackets. What a user wrote that way is not hidden, so this
    /// gives up exactness.
    Guesses,
}

/// How a stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RestoreOptions {
    /// What is taken for a placeholder besides what `hide` writes.
    pub forgive: Forgive,
    /// The stream is the content of a JSON string, or a whole JSON text: escapes are read as what they stand for,
    /// and originals are escaped when they are put in.
    pub json: bool,
}

/// Puts originals back into a stream, at whatever bytes it is cut.
///
/// Any cut gives the same bytes as none. Bytes that are no UTF-8 pass through.
///
/// ```
/// let original = |_, number| (number == 1).then_some("ana@example.org");
/// let mut restorer = redact::Restorer::new(redact::RestoreOptions::default());
/// let mut out = Vec::new();
/// restorer.push(b"Write to <EMA", original, &mut out);
/// assert_eq!(out, b"Write to ");
/// restorer.push(b"IL\\_1> today", original, &mut out);
/// restorer.finish(original, &mut out);
/// assert_eq!(out, b"Write to ana@example.org today");
/// ```
#[derive(Default)]
pub struct Restorer {
    options: RestoreOptions,
    /// Bytes that may still become a placeholder.
    held: Vec<u8>,
    /// The character before `held`; none at the start.
    before: Option<char>,
    restored: u64,
}

impl Restorer {
    /// The most bytes that are held back of a plain stream: `\u003c SOCIAL\_SECURITY\_123456789 \u003`.
    pub const HELD_MAX: usize = form::CHARACTERS_MAX;

    /// The most bytes that are held back of a JSON stream: the same with every character written as `\uXXXX`, and all
    /// but the end of one more.
    pub const HELD_MAX_JSON: usize = form::CHARACTERS_MAX * read::ESCAPE + read::ESCAPE - 1;

    /// Begins a stream.
    pub fn new(options: RestoreOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// Reads `chunk`, and writes to `out` all that is decided.
    pub fn push<S: AsRef<str>>(
        &mut self,
        chunk: &[u8],
        original: impl Fn(Kind, u32) -> Option<S>,
        out: &mut Vec<u8>,
    ) {
        let mut from = 0;
        if !self.held.is_empty() {
            // Only what was held is settled here, with as much of the chunk as that can take.
            let seam = self.held.len();
            let mut joined = std::mem::take(&mut self.held);
            joined.extend_from_slice(&chunk[..chunk.len().min(Self::HELD_MAX_JSON + 1)]);
            let reached =
                self.run(Part { bytes: &joined, until: seam, last: false }, &original, out);
            if reached < seam {
                joined.drain(..reached);
                self.held = joined;
                return;
            }
            from = reached - seam;
        }
        let rest = &chunk[from..];
        let part = Part { bytes: rest, until: rest.len(), last: false };
        let reached = self.run(part, &original, out);
        self.held.extend_from_slice(&rest[reached..]);
    }

    /// Ends the stream: what was held is decided now. The restorer may begin another.
    pub fn finish<S: AsRef<str>>(
        &mut self,
        original: impl Fn(Kind, u32) -> Option<S>,
        out: &mut Vec<u8>,
    ) {
        let held = std::mem::take(&mut self.held);
        self.run(Part { bytes: &held, until: held.len(), last: true }, &original, out);
        self.before = None;
    }

    /// How many bytes are held back now.
    pub fn held(&self) -> usize {
        self.held.len()
    }

    /// How many placeholders were restored so far.
    pub fn restored(&self) -> u64 {
        self.restored
    }

    /// Settles what begins before `part.until`, writes it, and returns where what is undecided begins.
    fn run<S: AsRef<str>>(
        &mut self,
        part: Part<'_>,
        original: &impl Fn(Kind, u32) -> Option<S>,
        out: &mut Vec<u8>,
    ) -> usize {
        let mut search = Search { part, options: self.options, at: 0, before: self.before };
        let mut written = 0;
        for found in search.by_ref() {
            let Placeholder { kind, number } = found.placeholder;
            if let Some(original) = original(kind, number) {
                out.extend_from_slice(&part.bytes[written..found.start]);
                let times = u8::from(self.options.json) + u8::from(found.escaped);
                escape::put(original.as_ref(), times, out);
                self.restored += 1;
                written = found.end;
            }
        }
        self.before = search.before;
        out.extend_from_slice(&part.bytes[written..search.at]);
        search.at
    }
}

/// How much is held, and never what.
impl std::fmt::Debug for Restorer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Restorer")
            .field("options", &self.options)
            .field("held", &self.held.len())
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

/// A piece of the stream.
#[derive(Clone, Copy)]
struct Part<'b> {
    bytes: &'b [u8],
    /// What begins here or later is left for another search.
    until: usize,
    /// Whether the stream ends where the bytes do.
    last: bool,
}

/// Goes from one placeholder to the next, whether anybody knows it or not.
struct Search<'b> {
    part: Part<'b>,
    options: RestoreOptions,
    /// Everything before is decided.
    at: usize,
    /// The character before `at`.
    before: Option<char>,
}

impl Iterator for Search<'_> {
    type Item = Found;

    fn next(&mut self) -> Option<Found> {
        let Part { bytes, until, last } = self.part;
        loop {
            self.move_to(skip::next(bytes, self.at, self.options));
            if self.at >= until {
                return None;
            }
            let mut reader = Reader { bytes, at: self.at, json: self.options.json, last };
            match form::at(reader, self.before, self.options.forgive) {
                Err(More) => return None,
                Ok(Some(found)) => {
                    self.at = found.end;
                    // A bracket, however it was written; after a digit nothing follows that could tell.
                    self.before = Some('>');
                    return Some(found);
                }
                Ok(None) => {
                    // The form above has read this character, so it is there.
                    let Ok(Some(character)) = reader.next() else { return None };
                    self.at = reader.at;
                    self.before = Some(character);
                    if read::is_word(character) {
                        // Nothing begins within a word.
                        let word = bytes[self.at..]
                            .iter()
                            .take_while(|byte| read::is_word(read::single(**byte)));
                        self.move_to(self.at + word.count());
                    }
                }
            }
        }
    }
}

impl Search<'_> {
    /// Passes over bytes of which the last stands for itself.
    fn move_to(&mut self, at: usize) {
        if at > self.at {
            self.before = Some(read::single(self.part.bytes[at - 1]));
            self.at = at;
        }
    }
}

/// Finds in `text` all that a restorer with `options` would ask an original for: which, its first byte, its length.
pub(crate) fn placeholders(
    text: &str,
    options: RestoreOptions,
) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    let bytes = text.as_bytes();
    let part = Part { bytes, until: bytes.len(), last: true };
    let search = Search { part, options, at: 0, before: None };
    search.map(|found| (found.placeholder, found.start, found.end - found.start))
}

/// Finds what was not reached, and where what is undecided begins; see [`crate::placeholders_so_far`].
pub(crate) fn placeholders_so_far(
    options: RestoreOptions,
    text: &str,
    (reached, last): (Reached, bool),
) -> (Vec<(Placeholder, usize, usize)>, usize) {
    let bytes = text.as_bytes();
    let part = Part { bytes, until: bytes.len(), last };
    let mut search = Search { part, options, at: reached.at, before: reached.before };
    let found = search.by_ref();
    let found = found.map(|found| (found.placeholder, found.start, found.end - found.start));
    (found.collect(), search.at)
}

/// What gives way to the originals of placeholders and of `others`; see [`crate::splices`].
pub(crate) fn splices<'o>(
    options: RestoreOptions,
    text: &str,
    (reached, until): (Reached, usize),
    original: impl Fn(Kind, u32) -> Option<&'o str>,
    others: &[Other<'_>],
) -> Vec<Splice> {
    let part = Part { bytes: text.as_bytes(), until, last: true };
    let mut splicer = Splicer { splices: Vec::new(), written: reached.at };
    let mut others = others.iter().peekable();
    let json = u8::from(options.json);
    for found in (Search { part, options, at: reached.at, before: reached.before }) {
        let Some(original) = original(found.placeholder.kind, found.placeholder.number) else {
            continue;
        };
        while let Some(other) = others.next_if(|other| other.start < found.end) {
            if other.end <= found.start {
                splicer.put(other.start, other.end, other.original, json);
            }
        }
        splicer.put(found.start, found.end, original, json + u8::from(found.escaped));
    }
    others.for_each(|other| splicer.put(other.start, other.end, other.original, json));
    splicer.splices
}

/// What is exchanged in a text, in order.
struct Splicer {
    splices: Vec<Splice>,
    /// Where the last one ended.
    written: usize,
}

impl Splicer {
    fn put(&mut self, start: usize, end: usize, original: &str, escaped: u8) {
        if start < self.written {
            return;
        }
        let mut text = Vec::with_capacity(original.len());
        escape::put(original, escaped, &mut text);
        let text = String::from_utf8(text).expect("what is escaped is text");
        self.splices.push(Splice { start, end, text });
        self.written = end;
    }
}
