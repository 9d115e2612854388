//! What begins with a capital letter: IBAN and NIE.

use super::{Found, ends_word};
use crate::check;
use crate::rule::{ES_NIE, IBAN};

/// The longest IBAN there is.
const IBAN_MAX: usize = 34;

pub(super) fn at(found: &mut Found<'_>, at: usize) {
    iban(found, at);
    nie(found, at);
}

fn iban(found: &mut Found<'_>, start: usize) {
    let bytes = &found.text.as_bytes()[start..];
    let [first, second, third, fourth, ..] = *bytes else { return };
    if !second.is_ascii_uppercase() || !third.is_ascii_digit() || !fourth.is_ascii_digit() {
        return;
    }
    let Some(length) = check::iban_length([first, second]) else { return };
    let grouped = bytes.get(4) == Some(&b' ');
    let mut characters = [0; IBAN_MAX];
    let mut at = 0;
    for (number, slot) in characters[..length].iter_mut().enumerate() {
        if grouped && number > 0 && number % 4 == 0 {
            if bytes.get(at) != Some(&b' ') {
                return;
            }
            at += 1;
        }
        match bytes.get(at) {
            Some(&byte) if byte.is_ascii_digit() || byte.is_ascii_uppercase() => *slot = byte,
            _ => return,
        }
        at += 1;
    }
    if check::iban(&characters[..length]) && ends_word(found.text, start + at) {
        found.add(&IBAN, start, start + at, 0.99);
    }
}

fn nie(found: &mut Found<'_>, start: usize) {
    let bytes = &found.text.as_bytes()[start..];
    let Some(lead) = b"XYZ".iter().position(|letter| *letter == bytes[0]) else { return };
    let dash = |at: usize| usize::from(bytes.get(at) == Some(&b'-'));
    let digits_at = 1 + dash(1);
    let Some(digits) = bytes.get(digits_at..digits_at + 7) else { return };
    if !digits.iter().all(u8::is_ascii_digit) {
        return;
    }
    let number = digits.iter().fold(lead as u32, |n, byte| n * 10 + u32::from(byte - b'0'));
    let letter_at = digits_at + 7 + dash(digits_at + 7);
    let end = start + letter_at + 1;
    if bytes.get(letter_at) == Some(&check::dni_letter(number)) && ends_word(found.text, end) {
        found.add(&ES_NIE, start, end, 0.95);
    }
}
