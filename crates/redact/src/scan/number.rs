//! Numbers that no form of words says: cards, IBAN, IPv4, coordinates, telephones at home.

use super::word::Word;
use super::{Scan, Scanner};
use crate::check;

/// The longest IBAN, and the most digits on a card.
const IBAN_MAX: usize = 34;
const CARD_MAX: usize = 19;

/// Decimals from which a number of degrees is somebody's place: about ten metres.
const DECIMALS_MIN: usize = 4;

impl Scan<'_, '_> {
    /// Looks at a word of digits.
    pub(super) fn number(&mut self, word: &Word) {
        let after = self.bytes.get(word.end).copied().unwrap_or_default();
        match word.len() {
            4 if matches!(after, b' ' | b'-') => self.card(word.start),
            13..=CARD_MAX => self.card(word.start),
            _ => {}
        }
        if word.len() <= 3 && after == b'.' {
            self.ip4(word.start);
            self.coordinates(word.start);
        }
        if word.len() <= 4 {
            self.date_in_words(word.start, word.end);
        }
        if (8..=10).contains(&word.len()) && after == b':' {
            self.telegram(word.start, word.end);
        }
        let grouped = matches!(after, b' ' | b'-' | b'.' | b'/' | 0xC2 | 0xE2);
        if word.len() >= 7 || grouped && word.len() >= 2 {
            self.phone_at_home(word.start);
        }
    }

    /// A card in one piece, or in the groups that are printed on it.
    fn card(&mut self, start: usize) {
        let Some(rule) = self.scanner(Scanner::Card) else { return };
        let mut digits = [0; CARD_MAX];
        let mut groups = [0usize; 6];
        let (mut count, mut group, mut separator, mut at) = (0, 0, 0, start);
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'0'..=b'9' if count < CARD_MAX => {
                    digits[count] = byte - b'0';
                    groups[group] += 1;
                    count += 1;
                }
                b' ' | b'-' if group < 5 && (separator == 0 || separator == *byte) => {
                    let goes_on = self.bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
                    // What follows a whole card is another number.
                    if !goes_on || count >= 15 && groups[group] < 3 {
                        break;
                    }
                    separator = *byte;
                    group += 1;
                }
                _ => break,
            }
            at += 1;
        }
        let usual = |count: usize, groups: &[usize]| {
            matches!(
                (count, groups),
                (_, [_])
                    | (16, [4, 4, 4, 4])
                    | (15, [4, 6, 5])
                    | (14, [4, 6, 4])
                    | (19, [4, 4, 4, 4, 3])
                    | (13, [4, 3, 3, 3] | [4, 4, 5])
            )
        };
        // A number that follows after a space does not take the card with it.
        for last in (0..=group).rev() {
            let count = groups[..=last].iter().sum::<usize>();
            let end = start + count + last;
            let whole =
                self.ends_word(end) && !self.joined_before(start) && !self.joined_after(end);
            if usual(count, &groups[..=last])
                && whole
                && check::card_range(&digits[..count])
                && check::luhn(&digits[..count])
            {
                self.add_by_cue(rule, false, start, end);
                return;
            }
        }
    }

    /// In groups of four or in one piece.
    pub(super) fn iban(&mut self, start: usize) {
        let Some(rule) = self.scanner(Scanner::Iban) else { return };
        let bytes = &self.bytes[start..];
        let Some(length) = check::iban_length([bytes[0], bytes[1]]) else { return };
        let separator = bytes.get(4).copied().filter(|byte| matches!(byte, b' ' | b'-'));
        let mut characters = [0; IBAN_MAX];
        let mut at = 0;
        for (number, slot) in characters[..length].iter_mut().enumerate() {
            if number > 0 && number % 4 == 0 && separator.is_some() {
                if bytes.get(at).copied() != separator {
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
        if check::iban(&characters[..length]) && self.ends_word(start + at) {
            self.add_by_cue(rule, false, start, start + at);
        }
    }

    fn ip4(&mut self, start: usize) {
        let Some(rule) = self.scanner(Scanner::Ip4) else { return };
        let mut at = start;
        let mut octets = [0u32; 4];
        for (number, octet) in octets.iter_mut().enumerate() {
            let from = at;
            while let Some(byte) = self.bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                *octet = *octet * 10 + u32::from(byte - b'0');
                at += 1;
                if at - from > 3 {
                    return;
                }
            }
            let padded = at - from > 1 && self.bytes[from] == b'0';
            if at == from || *octet > 255 || padded {
                return;
            }
            if number < 3 {
                if self.bytes.get(at) != Some(&b'.') {
                    return;
                }
                at += 1;
            }
        }
        let port_or_mask = matches!(self.bytes[at..], [b'/' | b':' | b'-', ..]);
        let goes_on = !port_or_mask && self.joined_after(at);
        let part = match self.bytes[..start] {
            [.., before, b'.'] => before.is_ascii_digit(),
            [.., before, b'-'] => before.is_ascii_alphanumeric(),
            _ => false,
        };
        if goes_on || part || !self.ends_word(at) {
            return;
        }
        // Every machine has these, and they say nothing about anybody.
        let nobody = matches!(octets, [127, ..] | [0, ..] | [255, 255, 255, _]);
        if !nobody {
            self.add_by_cue(rule, false, start, at);
        }
    }

    /// `40.41678, -3.70379`.
    fn coordinates(&mut self, start: usize) {
        let Some(rule) = self.scanner(Scanner::Coordinates) else { return };
        let Some((latitude, at)) = self.degrees(start) else { return };
        let gap = self.bytes[at..].iter().take(3).take_while(|byte| b", ;/".contains(byte)).count();
        let from = at + gap;
        let minus = usize::from(self.bytes.get(from) == Some(&b'-'));
        let Some((longitude, end)) = self.degrees(from + minus) else { return };
        if gap > 0 && latitude <= 90.0 && longitude <= 180.0 && self.ends_word(end) {
            let signed = usize::from(self.bytes[..start].ends_with(b"-"));
            self.add_by_cue(rule, false, start - signed, end);
        }
    }

    /// Reads degrees with enough decimals to be a place.
    fn degrees(&self, start: usize) -> Option<(f32, usize)> {
        let digits = |from: usize| {
            self.bytes[from.min(self.bytes.len())..]
                .iter()
                .take(16)
                .take_while(|byte| byte.is_ascii_digit())
                .count()
        };
        let whole = digits(start);
        let point = start + whole;
        if !(1..=3).contains(&whole) || self.bytes.get(point) != Some(&b'.') {
            return None;
        }
        let decimals = digits(point + 1);
        let value = self.text[start..point].parse().ok()?;
        (DECIMALS_MIN..16).contains(&decimals).then_some((value, point + 1 + decimals))
    }

    /// `123456789:AA...`: a bot's number and its key.
    fn telegram(&mut self, start: usize, end: usize) {
        let Some(rule) = self.scanner(Scanner::Telegram) else { return };
        let token = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-".contains(byte);
        let key = &self.bytes[end + 1..];
        let length = key.iter().take(48).take_while(token).count();
        if key.starts_with(b"AA") && (33..=37).contains(&length) && self.starts_word(start) {
            let score = self.engine.rule(rule).secret_score();
            self.add(rule, start, end + 1 + length, score);
        }
    }
}
