//! String literals of JSON: what they say, and how a text is written as one. What is read here was scanned before, so it
//! follows the grammar.

/// What stands in the place of half a surrogate pair, which is no character.
const BROKEN: char = '\u{fffd}';

/// The first half of a pair that is written as two escapes, while the second has not come.
pub(crate) type High = Option<u16>;

/// Writes `text` as a string literal, quotes included. Only what must be escaped is.
pub(crate) fn put_literal(text: &str, out: &mut String) {
    out.push('"');
    put_escaped(text, out);
    out.push('"');
}

/// `text` as a string literal.
pub(crate) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    put_literal(text, &mut out);
    out
}

/// Writes `text` as the inside of a string literal.
pub(crate) fn put_escaped(text: &str, out: &mut String) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bytes = text.as_bytes();
    let mut written = 0;
    loop {
        let at = plain_end(bytes, written);
        out.push_str(&text[written..at]);
        let Some(byte) = bytes.get(at) else { return };
        written = at + 1;
        out.push_str(match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            _ => {
                out.push_str("\\u00");
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
                continue;
            }
        });
    }
}

/// The first byte from `at` on that a string cannot simply hold: a quote, a backslash, a control character.
pub(crate) fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const TOPS: u64 = ONES * 0x80;
    // The lowest byte that is hit is hit rightly: a borrow goes upward only.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & TOPS;
    while let Some((chunk, _)) = bytes[at..].split_first_chunk::<8>() {
        let word = u64::from_le_bytes(*chunk);
        let control = word.wrapping_sub(ONES * 0x20) & !word & TOPS;
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let hit = control | quote | backslash;
        if hit != 0 {
            return at + hit.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    at + bytes[at..].iter().position(special).unwrap_or(bytes.len() - at)
}

/// What a literal, quotes included, says. Half a surrogate pair becomes what stands for no character.
pub(crate) fn decoded(literal: &str) -> String {
    let mut out = String::with_capacity(literal.len());
    let mut high = None;
    decode(literal, &mut high, &mut out);
    end(&mut high, &mut out);
    out
}

/// Writes to `out` what a literal, quotes included, says. The first half of a pair at its end is kept in `high`, for the
/// literal that goes on where this one ended.
pub(crate) fn decode(literal: &str, high: &mut High, out: &mut String) {
    let mut rest = &literal[1..literal.len() - 1];
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        if at > 0 {
            end(high, out);
            out.push_str(&rest[..at]);
        }
        let escape = rest.as_bytes()[at + 1];
        rest = &rest[at + 2..];
        if escape == b'u' {
            // The scanner has seen four digits.
            let unit = u16::from_str_radix(&rest[..4], 16).unwrap_or(0xfffd);
            rest = &rest[4..];
            put_unit(unit, high, out);
            continue;
        }
        end(high, out);
        out.push(match escape {
            b'n' => '\n',
            b't' => '\t',
            b'r' => '\r',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            other => char::from(other),
        });
    }
    if !rest.is_empty() {
        end(high, out);
        out.push_str(rest);
    }
}

/// Writes what a half that stays alone becomes.
pub(crate) fn end(high: &mut High, out: &mut String) {
    if high.take().is_some() {
        out.push(BROKEN);
    }
}

fn put_unit(unit: u16, high: &mut High, out: &mut String) {
    if let (Some(first), 0xdc00..=0xdfff) = (*high, unit) {
        *high = None;
        out.extend(char::decode_utf16([first, unit]).map(|pair| pair.unwrap_or(BROKEN)));
        return;
    }
    end(high, out);
    match unit {
        0xd800..=0xdbff => *high = Some(unit),
        _ => out.push(char::from_u32(u32::from(unit)).unwrap_or(BROKEN)),
    }
}

/// Where the value ends that begins at `at` in a text that was scanned.
pub(crate) fn value_end(bytes: &[u8], mut at: usize) -> usize {
    let mut depth = 0usize;
    loop {
        match bytes[at] {
            b'"' => at = string_end(bytes, at),
            b'{' | b'[' => {
                depth += 1;
                at += 1;
                continue;
            }
            b'}' | b']' => {
                depth -= 1;
                at += 1;
            }
            b',' | b':' | b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            _ => at += scalar_length(&bytes[at..]),
        }
        if depth == 0 {
            return at;
        }
    }
}

fn scalar_length(bytes: &[u8]) -> usize {
    let ends = |byte: &u8| matches!(byte, b',' | b':' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r');
    bytes.iter().position(ends).unwrap_or(bytes.len())
}

fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(next) = memchr::memchr2(b'"', b'\\', &bytes[at..]) {
        at += next + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

/// The first byte from `at` on that is no white space.
pub(crate) fn skip(bytes: &[u8], at: usize) -> usize {
    let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    at + bytes[at..].iter().take_while(is_space).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_says_what_was_written() {
        for text in ["", "plain", "a\"b\\c\nd\re\tf\u{1}\u{1f}g", "😀 é \u{2028} /"] {
            assert_eq!(decoded(&literal(text)), text);
            let value: String = serde_json::from_str(&literal(text)).unwrap();
            assert_eq!(value, text);
        }
        assert_eq!(decoded(r#""\ud83d\ude00\/\b\f\u0041""#), "😀/\u{8}\u{c}A");
    }

    #[test]
    fn half_a_pair_waits_for_the_other_half() {
        let (mut high, mut out) = (None, String::new());
        decode(r#""a\ud83d""#, &mut high, &mut out);
        assert_eq!(out, "a");
        decode(r#""""#, &mut high, &mut out);
        decode(r#""\ude00b""#, &mut high, &mut out);
        assert_eq!((out.as_str(), high), ("a😀b", None));
        assert_eq!(decoded(r#""\ud83dx\ude00\ud83d\ud83d\ude00\ud83d""#), "�x��😀�");
    }

    #[test]
    fn a_value_ends_where_it_does() {
        let text = r#"{"a":[1,{"b":"]}\""},null],"c":true} "#;
        assert_eq!(value_end(text.as_bytes(), 0), text.len() - 1);
        assert_eq!(value_end(text.as_bytes(), 5), 26);
        assert_eq!(value_end(b"-1.5e3,", 0), 6);
    }
}
