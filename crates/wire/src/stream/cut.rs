//! Cuts a stream into events: server-sent events, or lines. At whatever bytes the stream came, the events are the same.
//!
//! Comments and blank lines between events are handed on as soon as they are whole, so that they keep a connection alive.

use crate::{EVENT_BYTES_MAX, Error};
use std::ops::Range;

/// Something whole, within the bytes of the cutter.
pub(super) enum Cut {
    /// No event: comments, blank lines.
    Pass(Range<usize>),
    /// An event: all of its bytes, and its lines of data without what introduces them.
    Event(Range<usize>, Vec<Range<usize>>),
}

/// What the events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Events,
    Lines,
}

pub(super) struct Cutter {
    framing: Framing,
    pub(super) bytes: Vec<u8>,
    /// Where the event begins that is not whole.
    event: usize,
    /// Where the line begins that is not whole.
    line: usize,
    /// No line ends before this.
    seen: usize,
    data: Vec<Range<usize>>,
    /// The last line ended with a carriage return, to which a line feed belongs that may come.
    after_return: bool,
    /// The last event was dropped; so is the line feed that belongs to it.
    pub(super) dropped: bool,
    /// No line was read yet.
    first: bool,
}

impl Cutter {
    pub(super) fn new(framing: Framing) -> Self {
        Self {
            framing,
            bytes: Vec::new(),
            event: 0,
            line: 0,
            seen: 0,
            data: Vec::new(),
            after_return: false,
            dropped: false,
            first: true,
        }
    }

    /// Takes more bytes, and forgets those that were handed out.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        let gone = std::mem::take(&mut self.event);
        if gone > 0 {
            self.bytes.drain(..gone);
            self.line -= gone;
            self.seen -= gone;
            self.data.iter_mut().for_each(|data| *data = data.start - gone..data.end - gone);
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether something is left that is not whole.
    pub(super) fn has_rest(&self) -> bool {
        self.event < self.bytes.len()
    }

    /// Forgets what is not whole.
    pub(super) fn clear(&mut self) {
        *self = Self { first: false, ..Self::new(self.framing) };
    }

    /// The next thing that is whole.
    pub(super) fn next(&mut self) -> Result<Option<Cut>, Error> {
        loop {
            if self.after_return && self.seen < self.bytes.len() {
                self.after_return = false;
                if self.bytes[self.seen] == b'\n' {
                    let begins = self.event == self.seen;
                    self.seen += 1;
                    self.line = self.seen;
                    if begins {
                        let start = std::mem::replace(&mut self.event, self.seen);
                        let start = if self.dropped { self.seen } else { start };
                        return Ok(Some(Cut::Pass(start..self.seen)));
                    }
                }
            }
            // Within a line of JSON, a carriage return is white space.
            let rest = &self.bytes[self.seen..];
            let found = match self.framing {
                Framing::Events => memchr::memchr2(b'\n', b'\r', rest),
                Framing::Lines => memchr::memchr(b'\n', rest),
            };
            let Some(found) = found else {
                self.seen = self.bytes.len();
                let held = self.bytes.len() - self.event;
                return if held > EVENT_BYTES_MAX { Err(Error::TooLarge) } else { Ok(None) };
            };
            let end = self.seen + found;
            self.seen = end + 1;
            if self.bytes[end] == b'\r' {
                let feeds = self.bytes.get(self.seen) == Some(&b'\n');
                self.after_return = self.seen == self.bytes.len();
                self.seen += usize::from(feeds);
            }
            let line = std::mem::replace(&mut self.line, self.seen)..end;
            if let Some(cut) = self.ended(line)? {
                return Ok(Some(cut));
            }
        }
    }

    /// A line is whole.
    fn ended(&mut self, mut line: Range<usize>) -> Result<Option<Cut>, Error> {
        if self.seen - self.event > EVENT_BYTES_MAX {
            return Err(Error::TooLarge);
        }
        let is_between = line.start == self.event;
        if std::mem::take(&mut self.first) && self.bytes[line.clone()].starts_with(b"\xef\xbb\xbf")
        {
            line.start += 3;
        }
        let text = &self.bytes[line.clone()];
        let ends = match self.framing {
            Framing::Lines => {
                let is_blank = text.iter().all(u8::is_ascii_whitespace);
                if !is_blank {
                    self.data.push(line);
                }
                true
            }
            Framing::Events => {
                self.data.extend(data(text).map(|from| line.start + from..line.end));
                text.is_empty() || (is_between && text.starts_with(b":"))
            }
        };
        if !ends {
            return Ok(None);
        }
        self.dropped = false;
        let whole = std::mem::replace(&mut self.event, self.seen)..self.seen;
        let data = std::mem::take(&mut self.data);
        Ok(Some(if data.is_empty() { Cut::Pass(whole) } else { Cut::Event(whole, data) }))
    }
}

/// Where the data of a line of data begins.
fn data(line: &[u8]) -> Option<usize> {
    let rest = line.strip_prefix(b"data")?;
    match rest {
        [] => Some(4),
        [b':', b' ', ..] => Some(6),
        [b':', ..] => Some(5),
        _ => None,
    }
}
