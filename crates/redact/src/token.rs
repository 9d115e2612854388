//! The form of a sealed token: `<KIND~BODY>`, the body in the letters of base32. What it holds is its maker's business.
//!
//! Only what is written exactly so is one: nothing in it can be guessed back when it was changed.

use crate::Kind;

/// The letters of the least that can be sealed: a nonce of twelve bytes, a tag of sixteen, and nothing between.
const BODY_MIN: usize = 45;

/// A sealed token in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'t> {
    /// The kind of what it holds.
    pub kind: Kind,
    /// What is sealed, in base32.
    pub body: &'t str,
    /// Its first byte in the text.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// Writes a token.
pub fn token(kind: Kind, body: &str) -> String {
    format!("<{}~{body}>", kind.name())
}

/// Where a token begins that `text` ends within, if it may be one: what follows would tell.
pub fn open_token(text: &str) -> Option<usize> {
    let start = memchr::memrchr(b'<', text.as_bytes())?;
    let rest = &text[start + 1..];
    let (name, body) = rest.split_once('~').unwrap_or((rest, ""));
    (name.bytes().all(is_name) && body.bytes().all(is_letter)).then_some(start)
}

/// Finds every token in `text`, in order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    // The sign between is rarer in texts than the brackets.
    memchr::memchr_iter(b'~', text.as_bytes()).filter_map(|sign| {
        let before = &text[..sign];
        let name = before.bytes().rev().take_while(|byte| is_name(*byte)).count();
        let kind = Kind::parse(&before[sign - name..])?;
        let start = before[..sign - name].strip_suffix('<')?.len();
        let rest = &text[sign + 1..];
        let length = rest.bytes().take_while(|byte| is_letter(*byte)).count();
        let (body, after) = rest.split_at(length);
        (length >= BODY_MIN && after.starts_with('>')).then_some(Token {
            kind,
            body,
            start,
            end: sign + 1 + length + 1,
        })
    })
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte == b'_'
}

fn is_letter(byte: u8) -> bool {
    matches!(byte, b'A'..=b'Z' | b'2'..=b'7')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_goes_on_is_known() {
        for (text, start) in [
            ("x <EMAIL~MFRG", Some(2)),
            ("<<EMA", Some(1)),
            ("x <", Some(2)),
            ("<EMAIL~MFRG>", None),
            ("<EMAIL~MF~", None),
            ("<b", None),
            ("x", None),
        ] {
            assert_eq!(open_token(text), start, "{text}");
        }
    }

    #[test]
    fn a_token_reads_itself_and_nothing_else() {
        let body = "MFRGGZDF".repeat(7);
        for kind in Kind::ALL {
            let written = token(*kind, &body);
            let text = format!("~{written}~ <{written}>");
            let places: Vec<_> = tokens(&text).map(|found| (found.start, found.end)).collect();
            assert_eq!(
                places,
                [(1, 1 + written.len()), (4 + written.len(), 4 + 2 * written.len())]
            );
            assert!(tokens(&text).all(|found| found.kind == *kind && found.body == body));
        }
        let short = &body[..44];
        for other in [
            format!("<EMAIL~{short}>"),
            format!("<EMAIL~{body}"),
            format!("EMAIL~{body}>"),
            format!("<email~{body}>"),
            format!("<NOTHING~{body}>"),
            format!("<EMAIL~{body}1>"),
            format!("<EMAIL ~{body}>"),
            "<EMAIL~abc>".to_owned(),
        ] {
            assert_eq!(tokens(&other).next(), None, "{other}");
        }
    }
}
