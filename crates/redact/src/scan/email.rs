//! E-mail addresses, outwards from the `@`.

use super::{Found, ends_word};
use crate::rule::EMAIL;

/// The limits that mail servers keep (RFC 5321), and with them this verifier.
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 255;

/// How far back a scheme may stand before the user name of a connection string.
const SCHEME_WINDOW: usize = 256;

pub(super) fn around(found: &mut Found<'_>, at: usize) {
    let text = found.text;
    let Some(start) = local(text, at) else { return };
    let Some(end) = domain(text, at + 1) else { return };
    if !ends_word(text, end) && !text[end..].starts_with('_') || is_login(text, start) {
        return;
    }
    found.add(&EMAIL, start, end, 0.95);
}

/// Finds the start of the part before the `@`.
fn local(text: &str, at: usize) -> Option<usize> {
    let allowed = |c: char| c.is_alphanumeric() || "._%+'-".contains(c);
    let mut start = at;
    for (from, c) in text[..at].char_indices().rev() {
        if !allowed(c) {
            break;
        }
        start = from;
        if at - start > LOCAL_MAX {
            return None;
        }
    }
    let local = text[start..at].trim_start_matches(['.', '\'', '-', '%', '+']);
    (!local.is_empty() && !local.ends_with('.')).then_some(at - local.len())
}

/// Finds the end of the longest domain that starts at `from` and ends on a top-level name.
fn domain(text: &str, from: usize) -> Option<usize> {
    let mut end = None;
    let mut at = from;
    let mut labels = 0;
    loop {
        let label_end = text[at..]
            .char_indices()
            .take_while(|(offset, c)| {
                (c.is_alphanumeric() || *c == '-') && at + offset - from < DOMAIN_MAX
            })
            .last()
            .map_or(at, |(offset, c)| at + offset + c.len_utf8());
        let label = text[at..label_end].trim_end_matches('-');
        if label.is_empty() || label.starts_with('-') {
            return end;
        }
        labels += 1;
        let top = label.starts_with("xn--") || label.chars().all(char::is_alphabetic);
        if labels >= 2 && top && label.chars().count() >= 2 {
            end = Some(at + label.len());
        }
        if label.len() < label_end - at || !text[label_end..].starts_with('.') {
            return end;
        }
        at = label_end + 1;
    }
}

/// Whether what starts at `start` is the user, or the end of the password, in `scheme://user:password@host`.
fn is_login(text: &str, start: usize) -> bool {
    let before = &text.as_bytes()[start.saturating_sub(SCHEME_WINDOW)..start];
    let word = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
    let scheme = word.windows(3).rposition(|three| three == b"://");
    scheme.is_some_and(|at| !word[at + 3..].iter().any(|byte| b"/?#".contains(byte)))
}

#[cfg(test)]
mod tests {
    use crate::find;

    fn first(text: &str) -> Option<&str> {
        find(text).first().map(|span| span.of(text))
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        assert_eq!(first("a.b@c.example.org."), Some("a.b@c.example.org"));
        assert_eq!(first("..a@example.org-"), Some("a@example.org"));
        assert_eq!(first("a@example.org.1"), Some("a@example.org"));
        assert_eq!(first("ana@correo.españa ya"), Some("ana@correo.españa"));
        assert_eq!(first("https://x.example/?m=ana@example.org"), Some("ana@example.org"));
        assert_eq!(first("ssh://git@example.org/x"), None);
    }

    #[test]
    fn many_signs_cost_a_bounded_look_each() {
        let text = "a@".repeat(100_000);
        assert_eq!(find(&text), []);
        let long = format!("{}@example.org", "a".repeat(65));
        assert_eq!(find(&long), []);
    }
}
