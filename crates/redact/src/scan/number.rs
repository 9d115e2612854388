//! What begins with a digit: cards, DNI, social security numbers, national phone numbers.

use super::{Found, ends_word, phone, stands_alone};
use crate::check;
use crate::context::{SSN_CUES, has_cue};
use crate::rule::{CARD, ES_DNI, US_SSN};

/// More digits and groups than any rule wants.
const DIGITS_MAX: usize = 24;
const GROUPS_MAX: usize = 8;

/// Digits in groups, as people write long numbers.
pub(super) struct Groups {
    start: usize,
    digits: [u8; DIGITS_MAX],
    count: usize,
    /// For each group: how many digits end with it, the byte after it, and the separator before it.
    groups: [(usize, usize, u8); GROUPS_MAX],
    group_count: usize,
}

/// The first few groups, when the same separator stands between all of them.
pub(super) struct Head<'g> {
    pub(super) digits: &'g [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) separator: Option<u8>,
    groups: &'g [(usize, usize, u8)],
}

impl Head<'_> {
    /// Whether the groups have these lengths.
    pub(super) fn has_lengths(&self, lengths: &[usize]) -> bool {
        self.groups.len() == lengths.len() && self.lengths().eq(lengths.iter().copied())
    }

    fn lengths(&self) -> impl Iterator<Item = usize> {
        let before = std::iter::once(0).chain(self.groups.iter().map(|group| group.0));
        self.groups.iter().map(|group| group.0).zip(before).map(|(end, start)| end - start)
    }
}

impl Groups {
    /// Reads what begins at `start`: digits, and single separators between digits.
    pub(super) fn read(text: &str, start: usize) -> Self {
        let bytes = text.as_bytes();
        let mut read = Self {
            start,
            digits: [0; DIGITS_MAX],
            count: 0,
            groups: [(0, 0, 0); GROUPS_MAX],
            group_count: 0,
        };
        let mut at = start;
        let mut separator = 0;
        while read.group_count < GROUPS_MAX {
            while let Some(byte) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                if read.count == DIGITS_MAX {
                    return read;
                }
                read.digits[read.count] = byte - b'0';
                read.count += 1;
                at += 1;
            }
            read.groups[read.group_count] = (read.count, at, separator);
            read.group_count += 1;
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(next @ (b' ' | b'-' | b'.')), Some(b'0'..=b'9')) => separator = *next,
                _ => break,
            }
            at += 1;
        }
        read
    }

    /// Gives the first groups, first all of them, then one fewer and so on; only those with one kind of separator.
    pub(super) fn heads(&self) -> impl Iterator<Item = Head<'_>> {
        (1..=self.group_count).rev().filter_map(|count| {
            let groups = &self.groups[..count];
            let separator = groups.get(1).map(|group| group.2);
            let uniform = groups[1..].iter().all(|group| Some(group.2) == separator);
            let (digits, end, _) = groups[count - 1];
            let digits = &self.digits[..digits];
            uniform.then_some(Head { digits, start: self.start, end, separator, groups })
        })
    }
}

pub(super) fn at(found: &mut Found<'_>, start: usize) {
    let text = found.text;
    let groups = Groups::read(text, start);
    for head in groups.heads() {
        dni(found, &head);
        if !stands_alone(text, start, head.end) {
            continue;
        }
        card(found, &head);
        ssn(found, &head);
        phone::national(found, &head);
    }
    phone::with_zeros(found, start);
}

fn card(found: &mut Found<'_>, head: &Head<'_>) {
    let grouped = match head.separator {
        None => true,
        Some(b' ' | b'-') => head.lengths().all(|length| (3..=6).contains(&length)),
        Some(_) => false,
    };
    if grouped && check::card_range(head.digits) && check::luhn(head.digits) {
        found.add(&CARD, head.start, head.end, 0.9);
    }
}

fn ssn(found: &mut Found<'_>, head: &Head<'_>) {
    if head.digits.len() != 9 || !check::ssn(head.digits) {
        return;
    }
    let score = match head.separator {
        Some(b'-') if head.has_lengths(&[3, 2, 4]) => 0.85,
        Some(b' ') if head.has_lengths(&[3, 2, 4]) => 0.7,
        None if has_cue(found.text, head.start, SSN_CUES) => 0.8,
        _ => return,
    };
    found.add(&US_SSN, head.start, head.end, score);
}

fn dni(found: &mut Found<'_>, head: &Head<'_>) {
    let dotted = head.separator == Some(b'.') && head.has_lengths(&[2, 3, 3]);
    if !dotted && !head.has_lengths(&[8]) {
        return;
    }
    let bytes = found.text.as_bytes();
    let between = usize::from(matches!(bytes.get(head.end), Some(b'-' | b' ')));
    let end = head.end + between + 1;
    let number = head.digits.iter().fold(0, |n, &digit| n * 10 + u32::from(digit));
    if bytes.get(end - 1) == Some(&check::dni_letter(number)) && ends_word(found.text, end) {
        let score = if bytes[head.end] == b' ' { 0.7 } else { 0.95 };
        found.add(&ES_DNI, head.start, end, score);
    }
}
