//! Names with values: `DB_PASSWORD=...`, `"api_key": "..."`, `contraseña: ...`. The name says what the value is; for
//! names that say no more than "secret", the value must look like one.

use super::secret::found;
use super::web::is_stand_in;
use super::{Scan, Scanner, is_word};
use crate::cue::Seen;
use crate::rule::RuleId;
use regex_automata::{Anchored, Input};
use std::ops::Range;

/// The longest name and the longest value.
const NAME_MAX: usize = 64;
const VALUE_MAX: usize = 512;

/// The shortest password, and the shortest token.
const PASSWORD_MIN: usize = 6;
const TOKEN_MIN: usize = 16;

impl Scan<'_, '_> {
    /// Looks at the name before `sign` and the value after it, and gives where to go on.
    pub(super) fn value(&mut self, sign: usize) -> usize {
        let next = sign + 1;
        let Some(name) = self.name(sign) else { return next };
        let mut seen = Seen::NONE;
        self.engine.keys.gather_between(&self.masks, name, &mut seen);
        if seen.is_empty() {
            return next;
        }
        let Some((start, end, quoted)) = self.extent_of_value(next) else { return next };
        for key in seen.iter() {
            let id = self.engine.by_key[usize::from(key)];
            self.keyed(id, start, end, quoted);
        }
        next
    }

    /// The name before a sign: a word with its dots and dashes, in quotes perhaps, with a word or two before it.
    fn name(&self, sign: usize) -> Option<Range<usize>> {
        let from = sign.saturating_sub(NAME_MAX);
        let bytes = &self.bytes[from..sign];
        let bytes = bytes.trim_ascii_end();
        let bytes = bytes.strip_suffix(b"\"").or_else(|| bytes.strip_suffix(b"'")).unwrap_or(bytes);
        // A second sign (`:=`, `==`) means no name.
        if !bytes.last().is_some_and(|byte| is_word(*byte) || *byte >= 0x80 || *byte == b']') {
            return None;
        }
        let part = |byte: &&u8| is_word(**byte) || **byte >= 0x80 || b".- []'\"".contains(byte);
        let length = bytes.iter().rev().take_while(part).count();
        let name = &bytes[bytes.len() - length..];
        let words = name.iter().rposition(|byte| *byte == b' ').map_or(0, |last| {
            let earlier = name[..last].iter().rposition(|byte| *byte == b' ');
            earlier.map_or(0, |at| at + 1)
        });
        let end = from + bytes.len();
        Some(end - length + words..end)
    }

    /// Where the value after a sign begins and ends, and whether quotes say so.
    fn extent_of_value(&self, after: usize) -> Option<(usize, usize, bool)> {
        let mut start = after;
        start += usize::from(matches!(self.bytes.get(start), Some(b'=' | b'>')));
        start += self.bytes[start..]
            .iter()
            .take(4)
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let quote =
            self.bytes.get(start).copied().filter(|byte| matches!(byte, b'"' | b'\'' | b'`'));
        start += usize::from(quote.is_some());
        let room = &self.bytes[start..self.bytes.len().min(start + VALUE_MAX)];
        let length = match quote {
            Some(quote) => room.iter().position(|byte| *byte == quote || *byte == b'\n')?,
            None => {
                let stop = |byte: &u8| byte.is_ascii_whitespace() || b"\"'`,;|<>()".contains(byte);
                room.iter().position(stop).unwrap_or(room.len())
            }
        };
        let mut end = start + length;
        if quote.is_none() {
            end -= self.bytes[start..end]
                .iter()
                .rev()
                .take_while(|byte| b".}])!?".contains(byte))
                .count();
        }
        (end > start && self.text.is_char_boundary(end)).then_some((start, end, quote.is_some()))
    }

    fn keyed(&mut self, id: RuleId, start: usize, end: usize, quoted: bool) {
        let engine = self.engine;
        let value = &self.bytes[start..end];
        if is_stand_in(value) {
            return;
        }
        if self.scanner(Scanner::Password) == Some(id) {
            if looks_like_a_password(
                value,
                quoted,
                self.bytes.get(start.wrapping_sub(1)) == Some(&b'='),
            ) {
                self.add_by_cue(id, false, start, end);
            }
            return;
        }
        if self.scanner(Scanner::Token) == Some(id) {
            if looks_like_a_token(value) {
                self.add_by_cue(id, false, start, end);
            }
            return;
        }
        let Some(expression) = engine.expression(id) else { return };
        let input = Input::new(value).anchored(Anchored::Yes);
        let Some((from, to, _)) = found(expression, &input) else { return };
        let rule = engine.rule(id);
        if rule.entropy.is_none_or(|least| entropy(&value[from..to]) >= least) {
            self.add(id, start + from, start + to, rule.secret_score());
        }
    }
}

/// Whether a value after `password` is one: not a call, a type or the next word of a sentence.
fn looks_like_a_password(value: &[u8], quoted: bool, assigned: bool) -> bool {
    let has = |wanted: fn(&u8) -> bool| value.iter().any(wanted);
    let digit = has(u8::is_ascii_digit);
    let letter = has(u8::is_ascii_alphabetic);
    let sign = value.iter().any(|byte| b"!@#$%^&*+-_=?/~.".contains(byte));
    let upper_inside = value.iter().skip(1).any(u8::is_ascii_uppercase);
    if value.len() < PASSWORD_MIN || has(|byte| b"(){}".contains(byte)) {
        return false;
    }
    digit && letter
        || letter && sign && upper_inside
        || (quoted || assigned) && letter && value.len() >= 8
        || digit && value.len() >= 8
}

/// Whether a value after `token` or `key` is one: long, and of letters and digits that say nothing.
fn looks_like_a_token(value: &[u8]) -> bool {
    let token = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-+/=.~:".contains(byte);
    let mixed = value.iter().any(u8::is_ascii_digit) && value.iter().any(u8::is_ascii_alphabetic);
    value.len() >= TOKEN_MIN && value.iter().all(token) && mixed && entropy(value) >= 3.0
}

/// Shannon's entropy, in bits for each byte.
pub(super) fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0u16; 256];
    bytes
        .iter()
        .for_each(|byte| counts[usize::from(*byte)] = counts[usize::from(*byte)].saturating_add(1));
    let total = bytes.len() as f32;
    let term = |count: u16| {
        let share = f32::from(count) / total;
        -share * share.log2()
    };
    // Most bytes stand there once or twice, so few logarithms are different.
    let mut few = [None; 8];
    let counts = counts.iter().copied().filter(|count| *count > 0);
    counts
        .map(|count| match few.get_mut(usize::from(count)) {
            Some(known) => *known.get_or_insert_with(|| term(count)),
            None => term(count),
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entropy_is_that_of_the_letters() {
        assert_eq!(entropy(b"aaaa"), 0.0);
        assert!((entropy(b"abcd") - 2.0).abs() < 1e-6);
    }

    #[test]
    fn a_password_is_more_than_the_next_word() {
        for value in ["hunter22", "correct-Horse", "Tr0ub4dor&3", "12345678"] {
            assert!(looks_like_a_password(value.as_bytes(), false, false), "{value}");
        }
        for value in ["please", "reset", "getPassword()", "abc1"] {
            assert!(!looks_like_a_password(value.as_bytes(), false, false), "{value}");
        }
    }
}
