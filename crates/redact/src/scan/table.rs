//! Columns with headings: in a text that is a table, the heading of its column is a cue for every value.

use crate::cue::{Dictionary, Seen};
use crate::masks::{BLOCK, Class, Masks, lowest};
use std::ops::Range;

/// Longer lines are no rows.
const ROW_MAX: usize = 4096;

/// The columns of the text, once somebody asks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    looked: bool,
    delimiter: u8,
    columns: Vec<Seen>,
    /// Where the row that was asked for last begins, how far it was read, and which column that is.
    row: (usize, usize, usize),
}

impl Table {
    /// The columns of a text, for another that goes on with its rows.
    pub(crate) fn of(text: &[u8], cues: &Dictionary) -> Self {
        let mut table = Self { looked: true, ..Self::default() };
        table.read_headings(&Masks::new(text), cues);
        table
    }

    /// Where the heading of the column stands in which `at` lies, in the first line of `text`.
    pub(crate) fn heading(text: &[u8], at: usize, cues: &Dictionary) -> Option<(usize, usize)> {
        let mut table = Self::of(text, cues);
        if table.columns.is_empty() {
            return None;
        }
        let column = table.column(text, at)?;
        let first = text.split(|byte| *byte == b'\n').next()?;
        let mut start = 0;
        for (number, heading) in split(first, table.delimiter).enumerate() {
            if number == column {
                return Some((start, start + heading.len()));
            }
            start += heading.len() + 1;
        }
        None
    }

    /// Adds the cues of the heading above `at`, if the text is a table.
    pub(super) fn gather(
        &mut self,
        masks: &Masks<'_>,
        at: usize,
        cues: &Dictionary,
        seen: &mut Seen,
    ) {
        let text = masks.text();
        if !self.looked {
            self.looked = true;
            self.read_headings(masks, cues);
        }
        if self.columns.iter().all(Seen::is_empty) {
            return;
        }
        let column = self.column(text, at);
        if let Some(heading) = column.and_then(|column| self.columns.get(column)) {
            seen.merge(heading);
        }
    }

    /// The first line is one of headings when it has no number, and the second line as many columns.
    fn read_headings(&mut self, masks: &Masks<'_>, cues: &Dictionary) {
        let text = masks.text();
        let end_of_line = |from: usize| memchr::memchr(b'\n', &text[from..]).map(|at| from + at);
        let Some(end) = end_of_line(0) else { return };
        let digit = |at: usize| masks.from(Class::Digit, at) & lowest(end - at) != 0;
        if end > ROW_MAX || (0..end).step_by(BLOCK).any(digit) {
            return;
        }
        let wanted = delimiters(masks, 0..end);
        if wanted == [0; DELIMITERS.len()] {
            return;
        }
        let second = end + 1..end_of_line(end + 1).unwrap_or(text.len());
        if second.len() > ROW_MAX {
            return;
        }
        let found = delimiters(masks, second);
        let fits = |at: &usize| wanted[*at] > 0 && wanted[*at] == found[*at];
        let Some(delimiter) = (0..DELIMITERS.len()).find(fits).map(|at| DELIMITERS[at]) else {
            return;
        };
        self.delimiter = delimiter;
        self.columns = split(&text[..end], delimiter)
            .map(|heading| {
                let mut seen = Seen::NONE;
                cues.gather(heading, &mut seen);
                seen
            })
            .collect();
    }

    /// The column in which `at` lies; rows are asked for in order, so each is read once.
    fn column(&mut self, text: &[u8], at: usize) -> Option<usize> {
        let (start, read, column) = self.row;
        let goes_on = start > 0 && read <= at && !text[read..at].contains(&b'\n');
        let (start, mut read, mut column) = match goes_on {
            true => (start, read, column),
            false => {
                let room = &text[at.saturating_sub(ROW_MAX)..at];
                let start = at - room.iter().rev().position(|byte| *byte == b'\n')?;
                (start, start, 0)
            }
        };
        let mut quoted = false;
        while read < at {
            match text[read] {
                b'"' => quoted = !quoted,
                byte if byte == self.delimiter && !quoted => column += 1,
                _ => {}
            }
            read += 1;
        }
        // A value in quotes is read from its beginning again.
        self.row = if quoted { (0, 0, 0) } else { (start, read, column) };
        Some(column)
    }
}

/// What may stand between columns, the likelier first.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];

/// How often each of them stands in a row outside quotes.
fn delimiters(masks: &Masks<'_>, line: Range<usize>) -> [usize; DELIMITERS.len()] {
    let text = masks.text();
    let mut counts = [0; DELIMITERS.len()];
    let mut quoted = false;
    for at in line.clone().step_by(BLOCK) {
        let of = |class: Class| masks.from(class, at);
        let plain = of(Class::Word) | of(Class::High) | of(Class::Blank);
        let mut signs = !plain & lowest(line.end - at);
        while signs != 0 {
            let byte = text[at + signs.trailing_zeros() as usize];
            signs &= signs - 1;
            quoted ^= byte == b'"';
            let delimiter = DELIMITERS.iter().position(|delimiter| *delimiter == byte);
            if let Some(delimiter) = delimiter.filter(|_| !quoted) {
                counts[delimiter] += 1;
            }
        }
    }
    counts
}

/// Cuts a row, heeding quotes.
fn split(line: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let mut quoted = false;
    line.split(move |byte| {
        quoted ^= *byte == b'"';
        *byte == delimiter && !quoted
    })
}
