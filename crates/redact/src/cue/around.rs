//! Where around a number its cues stand: in the same line and part of the sentence, and on this side of the next number.

use crate::masks::{BLOCK, Class, Masks, lowest};
use std::ops::Range;

/// How far a cue may stand before and after, in bytes.
const BEFORE: usize = BLOCK;
const AFTER: usize = 40;

/// What stands between two items of a list.
const JOINTS: &[&str] = &[
    ", and ", ", ", "; ", " and ", " or ", " & ", " y ", " e ", " o ", " et ", " ou ", " und ",
    " oder ", " ed ", " en ", " i ", " och ", " og ",
];

/// Letters and signs that lead a number and are a part of it: `GR-`, `NO `.
const LEAD_MAX: usize = 6;

/// What stands before `start` and may hold a cue: in the same line and sentence, and after the last number, since a cue
/// that another number stands behind belongs to that number.
pub(crate) fn before(masks: &Masks<'_>, start: usize) -> Range<usize> {
    let text = masks.text();
    let least = start.saturating_sub(BEFORE);
    let of = |class: Class| masks.before(class, start);
    let (word, high, blank, visible) =
        (of(Class::Word), of(Class::High), of(Class::Blank), of(Class::Visible));
    let sign = visible & !word & !high;
    let control = !(visible | blank) & !(u64::MAX.checked_shr((start - least) as u32).unwrap_or(0));
    // The way back may end at a number, at a line's end, or at the end of a sentence.
    let mut tells = of(Class::Digit) | control | blank & (sign << 1 | 1);
    while tells != 0 {
        let from = start - tells.leading_zeros() as usize;
        tells &= lowest(BLOCK - 1 - (start - from));
        match text[from - 1] {
            b'\n' => return line_above(text, least, from, start),
            b' ' => {
                // `Tel. 612` goes on, `... on file. The 612 boxes` does not.
                let sentence = from > 1 && matches!(text[from - 2], b'.' | b'!' | b'?');
                if sentence && start - from > LEAD_MAX && text[from].is_ascii_uppercase() {
                    return from..start;
                }
            }
            b'0'..=b'9' => {
                let digits = masks.run_before(Class::Digit, from);
                if !is_name(&text[..from - digits]) {
                    return from..start;
                }
                tells &= lowest(BLOCK.saturating_sub(start - from + digits));
            }
            _ => {}
        }
    }
    // No word is read in part.
    let cut = least > 0 && is_word(text[least - 1]);
    let part = if cut { (word | high).trailing_ones() as usize } else { 0 };
    (least + part).min(start)..start
}

/// Where the item before the one at `start` ends, where they may be items of a list: what is said of the first is said of
/// all, `applications nos. 1/02, 3/04 and 5/06`.
pub(crate) fn item_before(text: &[u8], start: usize) -> Option<usize> {
    let before = &text[..start];
    if before.last() != Some(&b' ') {
        return None;
    }
    let joint = JOINTS.iter().find(|joint| before.ends_with(joint.as_bytes()))?;
    let end = start - joint.len();
    (end > 0 && text[end - 1].is_ascii_alphanumeric()).then_some(end)
}

/// Whether the digits after this are part of a name, as in `V5C` and `I-20`.
fn is_name(text: &[u8]) -> bool {
    match *text {
        [.., letter, b'-'] => letter.is_ascii_alphabetic(),
        [.., before] => is_word(before),
        [] => false,
    }
}

/// A value alone on its line belongs to the line above when that ends as a title does.
fn line_above(text: &[u8], least: usize, line: usize, start: usize) -> Range<usize> {
    let alone = text[line..start].iter().all(|byte| b" \t-*>\"'".contains(byte));
    let above = &text[least..line - 1];
    if alone && above.trim_ascii_end().ends_with(b":") {
        let from = above.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        return least + from..start;
    }
    line..start
}

/// Where the groups end that go on from `end` with single separators: `123-45-6789`.
pub(crate) fn end_of_groups(masks: &Masks<'_>, mut end: usize) -> usize {
    const GROUPS_MAX: usize = 8;
    for _ in 0..GROUPS_MAX {
        end += masks.run(Class::Alphanumeric, end);
        match masks.text()[end..] {
            [b' ' | b'-' | b'.' | b'/', digit, ..] if digit.is_ascii_digit() => end += 1,
            _ => break,
        }
    }
    end
}

/// What stands after `end` and may hold a cue: up to the next number, line or part of the sentence.
pub(crate) fn after(masks: &Masks<'_>, end: usize) -> Range<usize> {
    let text = masks.text();
    let of = |class: Class| masks.from(class, end);
    let word = of(Class::Word) | of(Class::High);
    let room = AFTER.min(text.len() - end);
    let mut signs = (of(Class::Digit) | !word & !of(Class::Blank)) & lowest(room);
    let mut length = room;
    while signs != 0 {
        let at = signs.trailing_zeros() as usize;
        signs &= signs - 1;
        if ends_part(text[end + at]) {
            length = at;
            break;
        }
    }
    // No word is read in part.
    if word >> length & 1 == 1 {
        let apart = !word & lowest(length);
        length = (BLOCK - 1).saturating_sub(apart.leading_zeros() as usize);
    }
    end..end + length
}

fn ends_part(byte: u8) -> bool {
    matches!(
        byte,
        b'0'..=b'9'
            | b'\n'
            | b'.'
            | b','
            | b';'
            | b':'
            | b'|'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b'<'
            | b'>'
            | b'='
    )
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_of_a_list_are_joined_by_little() {
        let before = |text: &str| item_before(text.as_bytes(), text.len());
        assert_eq!(before("no. 1/02, "), Some(8));
        assert_eq!(before("no. 1/02 and "), Some(8));
        assert_eq!(before("no. 1/02, and "), Some(8));
        assert_eq!(before("n.º 1/02 y "), Some("n.º 1/02".len()));
        for text in ["", " and ", "no. 1/02 ", "no. 1/02 against ", "no. 1/02,", "(1/02) and "] {
            assert_eq!(before(text), None, "{text}");
        }
    }

    #[test]
    fn a_window_holds_what_belongs_to_the_number() {
        let before = |text: &str| {
            let masks = Masks::new(text.as_bytes());
            text[before(&masks, text.len())].to_owned()
        };
        assert_eq!(before("tel 5, order "), ", order ");
        assert_eq!(before("ssn\norder "), "order ");
        assert_eq!(before("I-20 of V5C "), "I-20 of V5C ");
        assert_eq!(before("062-000 account "), " account ");
        assert_eq!(before("Name\nSSN:\n  "), "SSN:\n  ");
        assert_eq!(before("His tel. It has Nr "), "It has Nr ");
        let long = format!("a hotel{}", " of".repeat(21));
        assert!(!before(&long).starts_with("tel"), "no word is read in part");
        let after = |text: &str| text[after(&Masks::new(text.as_bytes()), 0)].to_owned();
        assert_eq!(after(" (SSN) and more. Tel"), " (SSN) and more");
        assert_eq!(after(", tel"), "");
        assert_eq!(after("abc5"), "");
        assert_eq!(after(&format!(" tel {}", "x".repeat(40))), " tel");
    }
}
