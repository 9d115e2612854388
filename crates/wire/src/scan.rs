//! Goes over a JSON text once: checks that it is one, and finds what a table asks for.
//!
//! Strict where JSON is strict, so that nothing is taken here for something else than upstreams take it. No recursion:
//! depth costs a frame of a list that is bounded.

use crate::json::plain_end;
use crate::table::{Mark, Node, Table};
use crate::{DEPTH_MAX, Error, FOUND_MAX};

/// What a value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,
}

/// A value that the table asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) mark: Mark,
    pub(crate) kind: Kind,
    /// Its first byte; of a string, the quote.
    pub(crate) start: usize,
    /// The byte after its last.
    pub(crate) end: usize,
    /// Its place in the array or object that holds it.
    pub(crate) index: u32,
    /// How many arrays and objects it lies within.
    pub(crate) depth: u16,
}

impl Found {
    /// Whether it lies within `outer`.
    pub(crate) fn is_in(&self, outer: &Found) -> bool {
        outer.start <= self.start && self.end <= outer.end
    }

    /// Whether anybody looks at a value of this kind in this place. Long lists of numbers are not worth a place each.
    fn is_looked_at(&self) -> bool {
        let is_string = self.kind == Kind::String;
        match self.mark {
            Mark::Input | Mark::Arguments | Mark::Delta(..) | Mark::TypedDelta | Mark::Whole(_) => {
                is_string
            }
            Mark::Text(_) => is_string || self.depth == 1,
            Mark::Prompt => self.kind != Kind::Number || self.index == 0,
            _ => true,
        }
    }

    /// Whether it is an array or object with nothing in it.
    pub(crate) fn is_empty(&self, text: &str) -> bool {
        let first = crate::json::skip(text.as_bytes(), self.start + 1);
        first + 1 == self.end
    }
}

/// What of `text` the table asks for: each before what lies within it, in the order in which they begin.
pub(crate) fn scan(text: &str, table: &Table) -> Result<Vec<Found>, Error> {
    let mut scanner = Scanner {
        bytes: text.as_bytes(),
        text,
        at: 0,
        table,
        stack: Vec::with_capacity(16),
        found: Vec::with_capacity(16),
        key: String::new(),
    };
    scanner.run()?;
    Ok(scanner.found)
}

struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    table: &'t Table,
    stack: Vec<Frame>,
    found: Vec<Found>,
    /// A key with escapes, decoded.
    key: String,
}

/// An array or object that is not closed yet.
struct Frame {
    node: Node,
    is_object: bool,
    /// How many values of it began.
    count: u32,
    /// Its place among what was found, where it is.
    found: Option<usize>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    node: Node,
    index: u32,
}

impl Scanner<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut next = Some(Place { node: Node::ROOT, index: 0 });
        self.skip();
        while let Some(place) = next {
            next = if self.value(place)? { self.first()? } else { self.next()? };
        }
        Ok(())
    }

    fn fault(&self) -> Error {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let begins = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        Error::NotJson { line, column: before.len() - begins + 1 }
    }

    fn byte(&self) -> u8 {
        // Zero is nowhere allowed outside of strings, so it may stand for the end.
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip(&mut self) {
        while matches!(self.byte(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    /// Reads a value, or the bracket that opens one; then it returns true.
    fn value(&mut self, place: Place) -> Result<bool, Error> {
        let start = self.at;
        let kind = match self.byte() {
            b'"' => {
                self.string()?;
                Kind::String
            }
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b't' => self.word("true", Kind::True)?,
            b'f' => self.word("false", Kind::False)?,
            b'n' => self.word("null", Kind::Null)?,
            _ => self.number()?,
        };
        let opens = matches!(kind, Kind::Object | Kind::Array);
        if opens {
            if self.stack.len() == DEPTH_MAX {
                return Err(Error::TooDeep);
            }
            self.at += 1;
        }
        let (end, index, depth) = (self.at, place.index, self.stack.len() as u16);
        let mark = self.table.mark(place.node);
        let found = mark.map(|mark| Found { mark, kind, start, end, index, depth });
        let found = found.filter(Found::is_looked_at);
        if let Some(found) = found {
            if self.found.len() == FOUND_MAX {
                return Err(Error::TooMany);
            }
            self.found.push(found);
        }
        let found = found.map(|_| self.found.len() - 1);
        if opens {
            let is_object = kind == Kind::Object;
            self.stack.push(Frame { node: place.node, is_object, count: 0, found });
        }
        Ok(opens)
    }

    /// What follows an opening bracket.
    fn first(&mut self) -> Result<Option<Place>, Error> {
        self.skip();
        if matches!(self.byte(), b'}' | b']') { self.next() } else { self.enter().map(Some) }
    }

    /// What follows a value: another one of the same array or object, or of one around it.
    fn next(&mut self) -> Result<Option<Place>, Error> {
        loop {
            self.skip();
            let Some(frame) = self.stack.last() else {
                return if self.at == self.bytes.len() { Ok(None) } else { Err(self.fault()) };
            };
            match (self.byte(), frame.is_object) {
                (b',', _) if frame.count > 0 => {
                    self.at += 1;
                    self.skip();
                    return self.enter().map(Some);
                }
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    if let Some(found) = frame.found {
                        self.found[found].end = self.at;
                    }
                    self.stack.pop();
                }
                _ => return Err(self.fault()),
            }
        }
    }

    /// Goes to the next value of the innermost array or object, past its key.
    fn enter(&mut self) -> Result<Place, Error> {
        let frame = self.stack.last_mut().expect("only what is open is entered");
        let (node, index, is_object) = (frame.node, frame.count, frame.is_object);
        frame.count = frame.count.saturating_add(1);
        if !is_object {
            return Ok(Place { node: self.table.any(node), index });
        }
        let start = self.at;
        if self.byte() != b'"' {
            return Err(self.fault());
        }
        let escaped = self.string()?;
        let end = self.at;
        self.skip();
        if self.byte() != b':' {
            return Err(self.fault());
        }
        self.at += 1;
        self.skip();
        if node == Node::NONE {
            return Ok(Place { node, index });
        }
        let name = if escaped {
            let mut high = None;
            self.key.clear();
            crate::json::decode(&self.text[start..end], &mut high, &mut self.key);
            crate::json::end(&mut high, &mut self.key);
            self.key.as_bytes()
        } else {
            &self.bytes[start + 1..end - 1]
        };
        let member = self.table.member(node, name);
        if member == Node::NONE && self.table.is_in_other_letters(node, name) {
            return Err(Error::Wrong("a member is spelled in other letters than the dialect has"));
        }
        Ok(Place { node: member, index })
    }

    fn word(&mut self, word: &str, kind: Kind) -> Result<Kind, Error> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(self.fault());
        }
        self.at += word.len();
        Ok(kind)
    }

    fn number(&mut self) -> Result<Kind, Error> {
        if self.byte() == b'-' {
            self.at += 1;
        }
        if self.byte() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.byte() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.byte(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.byte(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Kind::Number)
    }

    fn digits(&mut self) -> Result<(), Error> {
        if !self.byte().is_ascii_digit() {
            return Err(self.fault());
        }
        while self.byte().is_ascii_digit() {
            self.at += 1;
        }
        Ok(())
    }

    /// Reads a string from its quote to its quote; returns whether it holds escapes.
    fn string(&mut self) -> Result<bool, Error> {
        let mut escaped = false;
        self.at += 1;
        loop {
            self.at = plain_end(self.bytes, self.at);
            match self.byte() {
                b'"' => {
                    self.at += 1;
                    return Ok(escaped);
                }
                b'\\' => {
                    escaped = true;
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(self.fault()),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Error> {
        match self.byte() {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => self.at += 1,
            b'u' => {
                self.at += 1;
                for _ in 0..4 {
                    if !self.byte().is_ascii_hexdigit() {
                        return Err(self.fault());
                    }
                    self.at += 1;
                }
            }
            _ => return Err(self.fault()),
        }
        Ok(())
    }
}
