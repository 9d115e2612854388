//! E-mail addresses, outwards from the `@`.

use super::{Scan, Scanner, is_word};

/// The limits that mail servers keep (RFC 5321), and with them this verifier.
const LOCAL_MAX: usize = 64;
const DOMAIN_MAX: usize = 255;

/// How far back a scheme may stand before the user name of a connection string.
const SCHEME_WINDOW: usize = 256;

/// Endings of file names that look like the end of a domain: `icon@2x.png`.
const FILE_ENDINGS: &[&[u8]] = &[
    b"docx", b"xlsx", b"pptx", b"pdf", b"csv", b"txt", b"yaml", b"yml", b"xml", b"zip", b"log",
    b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"css", b"js", b"json", b"html", b"py",
    b"rs", b"md",
];

impl Scan<'_, '_> {
    /// Looks at the address around the `@` at `at`, and gives where to go on.
    pub(super) fn email(&mut self, at: usize) -> usize {
        let Some(rule) = self.scanner(Scanner::Email) else { return at + 1 };
        let Some(start) = self.local(at) else { return at + 1 };
        let Some(end) = self.domain(at + 1) else { return at + 1 };
        let ends = self.ends_word(end) || self.bytes[end] == b'_';
        if !ends || self.is_login(start) {
            return at + 1;
        }
        self.add_by_cue(rule, false, start, end);
        end
    }

    /// Finds the start of the part before the `@`.
    fn local(&self, at: usize) -> Option<usize> {
        let mut start = at;
        while let Some(&byte) = start.checked_sub(1).and_then(|before| self.bytes.get(before)) {
            start -= match byte {
                byte if is_word(byte) || b".%+'-".contains(&byte) => 1,
                0x80.. => match self.text[..start].chars().next_back() {
                    Some(c) if c.is_alphanumeric() => c.len_utf8(),
                    _ => break,
                },
                _ => break,
            };
            if at - start > LOCAL_MAX {
                return None;
            }
        }
        let lead = |byte: &&u8| b".'-%+".contains(byte);
        start += self.bytes[start..at].iter().take_while(lead).count();
        let local = &self.bytes[start..at];
        (!local.is_empty() && !local.ends_with(b".")).then_some(start)
    }

    /// Finds the end of the longest domain that starts at `from` and ends on a top-level name.
    fn domain(&self, from: usize) -> Option<usize> {
        let mut end = None;
        let mut at = from;
        let mut labels = 0;
        loop {
            let label_end = self.label(at, from + DOMAIN_MAX);
            let label = self.text[at..label_end].trim_end_matches('-');
            if label.is_empty() || label.starts_with('-') {
                return end;
            }
            labels += 1;
            let letters = label.chars().all(char::is_alphabetic) && label.chars().nth(1).is_some();
            let file = FILE_ENDINGS.contains(&label.as_bytes());
            if labels >= 2 && (letters || label.starts_with("xn--")) && !file {
                end = Some(at + label.len());
            }
            if label.len() < label_end - at || self.bytes.get(label_end) != Some(&b'.') {
                return end;
            }
            at = label_end + 1;
        }
    }

    /// Finds the end of the letters, digits and dashes at `at`.
    fn label(&self, at: usize, most: usize) -> usize {
        let mut end = at;
        while let Some(&byte) = self.bytes.get(end).filter(|_| end < most) {
            end += match byte {
                b'-' => 1,
                byte if byte.is_ascii_alphanumeric() => 1,
                0x80.. => match self.text[end..].chars().next() {
                    Some(c) if c.is_alphanumeric() => c.len_utf8(),
                    _ => break,
                },
                _ => break,
            };
        }
        end
    }

    /// Whether what starts at `start` is the user, or the end of the password, in `scheme://user:password@host`.
    fn is_login(&self, start: usize) -> bool {
        let before = &self.bytes[start.saturating_sub(SCHEME_WINDOW)..start];
        let word = before.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
        let scheme = word.windows(3).rposition(|three| three == b"://");
        scheme.is_some_and(|at| !word[at + 3..].iter().any(|byte| b"/?#".contains(byte)))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Engine, Options};

    fn first(engine: &Engine, text: &'static str) -> Option<&'static str> {
        engine.find(text).first().map(|span| span.of(text))
    }

    #[test]
    fn an_address_ends_where_the_sentence_goes_on() {
        let engine = &Engine::builtin(&Options::default());
        assert_eq!(first(engine, "a.b@c.example.org."), Some("a.b@c.example.org"));
        assert_eq!(first(engine, "..a@example.org-"), Some("a@example.org"));
        assert_eq!(first(engine, "a@example.org.1"), Some("a@example.org"));
        assert_eq!(first(engine, "ana@correo.españa ya"), Some("ana@correo.españa"));
        assert_eq!(first(engine, "(josé.núñez@example.org)"), Some("josé.núñez@example.org"));
        assert_eq!(
            first(engine, "ssh://git@example.org/x").map(|found| found.starts_with("git")),
            Some(false)
        );
        assert_eq!(first(engine, "icon@2x.png"), None);
    }

    #[test]
    fn many_signs_cost_a_bounded_look_each() {
        let engine = Engine::builtin(&Options::default());
        assert_eq!(engine.find(&"a@".repeat(100_000)), []);
        assert_eq!(engine.find(&format!("{}@example.org", "a".repeat(65))), []);
    }
}
