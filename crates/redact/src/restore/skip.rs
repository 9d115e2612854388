//! Passes over bytes that no placeholder begins with, many at a time.

use super::names;
use super::read::{is_word, single};
use super::{Forgive, RestoreOptions};

/// How many bytes are looked at together, without branches, so that the compiler uses wide registers.
const BLOCK: usize = 64;

/// The first place from `from` on where a placeholder may begin, as far as its first bytes tell, or the end.
pub(super) fn next(bytes: &[u8], from: usize, options: RestoreOptions) -> usize {
    let found = match (options.forgive, options.json) {
        (Forgive::Nothing, false) => memchr::memchr(b'<', &bytes[from..]),
        (Forgive::Nothing, true) => memchr::memchr2(b'<', b'\\', &bytes[from..]),
        (Forgive::Slips, false) => return blocks::<false>(bytes, from),
        (Forgive::Slips, true) => return blocks::<true>(bytes, from),
        (Forgive::Guesses, json) => return words(bytes, from, json),
    };
    found.map_or(bytes.len(), |offset| from + offset)
}

fn blocks<const JSON: bool>(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(window) = bytes.get(at..at + BLOCK + 2) {
        let possible = (0..BLOCK).fold(0, |possible, place| {
            possible
                | u8::from(may_begin::<JSON>(window[place], window[place + 1], window[place + 2]))
        });
        if possible != 0
            && let Some(place) = (at..at + BLOCK).find(|place| begins(&bytes[*place..], JSON))
        {
            return place;
        }
        at += BLOCK;
    }
    (at..bytes.len()).find(|place| begins(&bytes[*place..], JSON)).unwrap_or(bytes.len())
}

/// Whether something may begin with these three bytes: a little more often than [`begins`] says.
#[inline(always)]
fn may_begin<const JSON: bool>(first: u8, second: u8, third: u8) -> bool {
    let escaped = JSON & (second == b'\\');
    let upper = |byte: u8| byte.wrapping_sub(b'A') < 26;
    let name = upper(first) & (upper(second) | escaped);
    let html = (first == b'&') & ((second == b'l') | escaped);
    let backslash = (first == b'\\') & (JSON | (second == b'<') | (second == b'u'));
    let wide = (first == 0xEF) & (second == 0xBC) & (third == 0x9C);
    name | (first == b'<') | html | backslash | wide
}

/// Whether a placeholder may begin with `rest`; every backslash of JSON counts, as it says how to read what follows.
fn begins(rest: &[u8], json: bool) -> bool {
    match rest {
        [b'<', ..] | [b'&' | b'\\' | b'A'..=b'Z' | 0xEF] | [0xEF, 0xBC] => true,
        [b'\\', second, ..] => json || matches!(second, b'<' | b'u'),
        [b'&' | b'A'..=b'Z', b'\\', ..] => json,
        [b'&', second, ..] => *second == b'l',
        [first @ b'A'..=b'Z', second @ b'A'..=b'Z', ..] => names::begins(*first, *second),
        [0xEF, 0xBC, 0x9C, ..] => true,
        _ => false,
    }
}

/// As [`blocks`], and stops at every word that begins like a name in either case.
fn words(bytes: &[u8], from: usize, json: bool) -> usize {
    let may = |place: &usize| {
        let rest = &bytes[*place..];
        if begins(rest, json) {
            return true;
        }
        let name = match rest {
            [first, b'\\', ..] => json && first.is_ascii_alphabetic(),
            [first, second, ..] => names::begins(*first, *second),
            [first] => first.is_ascii_alphabetic(),
            [] => false,
        };
        name && (*place == from || !is_word(single(bytes[*place - 1])))
    };
    (from..bytes.len()).find(may).unwrap_or(bytes.len())
}
