//! Telephone numbers: international ones by country code and length, Spanish and North American ones by their groups.

use super::number::{Groups, Head};
use super::{Found, ends_word, stands_alone, starts_word};
use crate::context::{PHONE_CUES, has_cue};
use crate::rule::PHONE;

/// The longest number that the plan of the world's telephones allows (E.164).
const DIGITS_MAX: usize = 15;

/// How many digits follow a country's code, where we know better than "four to twelve".
const NATIONAL: &[(u32, usize, usize)] = &[
    (1, 10, 10),
    (7, 10, 10),
    (30, 10, 10),
    (31, 9, 9),
    (32, 8, 9),
    (33, 9, 9),
    (34, 9, 9),
    (39, 6, 11),
    (40, 9, 9),
    (41, 9, 9),
    (44, 9, 10),
    (45, 8, 8),
    (46, 7, 9),
    (47, 8, 8),
    (48, 9, 9),
    (49, 6, 11),
    (51, 8, 9),
    (52, 10, 10),
    (54, 10, 11),
    (55, 10, 11),
    (56, 9, 9),
    (57, 10, 10),
    (58, 10, 10),
    (61, 9, 9),
    (86, 10, 11),
    (91, 10, 10),
    (351, 9, 9),
    (352, 6, 9),
    (353, 7, 9),
    (376, 6, 9),
];

/// The two-digit codes; `1` and `7` stand alone, and what begins with another pair of digits has three.
const TWO_DIGITS: &[u32] = &[
    20, 27, 30, 31, 32, 33, 34, 36, 39, 40, 41, 43, 44, 45, 46, 47, 48, 49, 51, 52, 53, 54, 55, 56,
    57, 58, 60, 61, 62, 63, 64, 65, 66, 81, 82, 84, 86, 90, 91, 92, 93, 94, 95, 98,
];

/// First two digits of three-digit codes that are in use.
const THREE_DIGITS: &[u32] =
    &[21, 22, 23, 24, 25, 26, 29, 35, 37, 38, 42, 50, 59, 67, 68, 69, 85, 87, 88, 96, 97, 99];

/// How many digits the country's code has, and how few and many may follow it.
fn plan(digits: &[u8]) -> Option<(usize, usize, usize)> {
    let code = |count: usize| {
        let number = digits.get(..count)?.iter().fold(0, |n, &digit| n * 10 + u32::from(digit));
        Some(number)
    };
    let length = match (code(1)?, code(2)?) {
        (1 | 7, _) => 1,
        (_, two) if TWO_DIGITS.contains(&two) => 2,
        (_, two) if THREE_DIGITS.contains(&two) && code(3)? != 999 => 3,
        _ => return None,
    };
    let country = code(length)?;
    let known = NATIONAL.iter().find(|(code, ..)| *code == country);
    let (least, most) = known.map_or((4, 12), |(_, least, most)| (*least, *most));
    Some((length, least, most.min(DIGITS_MAX - length)))
}

/// `+34 612 345 678`, with brackets and separators as people put them.
pub(super) fn international(found: &mut Found<'_>, at: usize) {
    let before = found.text[..at].chars().next_back();
    if starts_word(found.text, at) && before != Some('+') {
        written_out(found, at, at + 1, 0.9);
    }
}

/// `0034 612 345 678`.
pub(super) fn with_zeros(found: &mut Found<'_>, at: usize) {
    if found.text[at..].starts_with("00") && starts_word(found.text, at) {
        written_out(found, at, at + 2, 0.7);
    }
}

/// Takes the digits from `at` on as far as the country's plan goes, and no group only in part.
fn written_out(found: &mut Found<'_>, start: usize, at: usize, score: f32) {
    let bytes = found.text.as_bytes();
    let mut digits = [0; DIGITS_MAX];
    let mut count = 0;
    // The ends of groups: how many digits stand before, and the byte after them.
    let mut ends = [(0, 0); DIGITS_MAX];
    let mut groups = 0;
    let mut next = at;
    while let Some(byte) = bytes.get(next).filter(|byte| byte.is_ascii_digit()) {
        if count == DIGITS_MAX {
            break;
        }
        digits[count] = byte - b'0';
        count += 1;
        next += 1;
        if bytes.get(next).is_some_and(u8::is_ascii_digit) {
            continue;
        }
        ends[groups] = (count, next);
        groups += 1;
        let gap = bytes[next..].iter().take(2).take_while(|byte| b" -.()/".contains(byte)).count();
        next += gap;
    }
    let Some((code, least, most)) = plan(&digits[..count]) else { return };
    let fits = |&&(count, end): &&(usize, usize)| {
        (code + least..=code + most).contains(&count) && ends_word(found.text, end)
    };
    if let Some(&(_, end)) = ends[..groups].iter().rev().find(fits) {
        found.add(&PHONE, start, end, score);
    }
}

/// A national number in its usual groups, or in one piece after a word that says so.
pub(super) fn national(found: &mut Found<'_>, head: &Head<'_>) {
    let grouped = head.separator.is_some();
    let usual = if is_spanish(head.digits) {
        [&[3, 3, 3][..], &[3, 2, 2, 2], &[2, 3, 2, 2], &[2, 3, 4]]
            .iter()
            .any(|l| head.has_lengths(l))
    } else {
        is_north_american(head.digits) && (!grouped || head.has_lengths(&[3, 3, 4]))
    };
    let bare = !grouped && (is_spanish(head.digits) || is_north_american(head.digits));
    if grouped && usual {
        found.add(&PHONE, head.start, head.end, 0.7);
    } else if bare && has_cue(found.text, head.start, PHONE_CUES) {
        found.add(&PHONE, head.start, head.end, 0.75);
    }
}

fn is_spanish(digits: &[u8]) -> bool {
    digits.len() == 9 && matches!(digits, [6, ..] | [7..=9, 1..=9, ..])
}

fn is_north_american(digits: &[u8]) -> bool {
    digits.len() == 10 && matches!(digits, [2..=9, _, _, 2..=9, ..])
}

/// `(617) 485-8245`.
pub(super) fn bracketed(found: &mut Found<'_>, at: usize) {
    let text = found.text;
    let bytes = &text.as_bytes()[at..];
    let area = match bytes {
        [b'(', a, b, c, b')', ..] if [a, b, c].iter().all(|byte| byte.is_ascii_digit()) => {
            [*a, *b, *c]
        }
        _ => return,
    };
    let gap = usize::from(bytes.get(5) == Some(&b' '));
    let groups = Groups::read(text, at + 5 + gap);
    let rest = groups.heads().find(|head| head.has_lengths(&[3, 4]));
    let Some(rest) = rest.filter(|rest| stands_alone(text, at + 1, rest.end)) else { return };
    let mut digits = area.map(|byte| byte - b'0').to_vec();
    digits.extend(rest.digits);
    if is_north_american(&digits) && starts_word(text, at) {
        found.add(&PHONE, at, rest.end, 0.8);
    }
}

#[cfg(test)]
mod tests {
    use super::plan;

    fn digits(text: &str) -> Vec<u8> {
        text.bytes().map(|byte| byte - b'0').collect()
    }

    #[test]
    fn a_country_code_is_one_that_is_in_use() {
        assert_eq!(plan(&digits("34612345678")), Some((2, 9, 9)));
        assert_eq!(plan(&digits("16174858245")), Some((1, 10, 10)));
        assert_eq!(plan(&digits("351912345678")), Some((3, 9, 9)));
        assert_eq!(plan(&digits("999123456")), None);
        assert_eq!(plan(&digits("0")), None);
    }
}
