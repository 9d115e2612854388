//! The form of a placeholder: `<KIND_NUMBER>`, the number counted from 1.

use crate::Kind;
use std::fmt;

/// More digits than any vault will count to; a longer run is no placeholder.
const DIGITS_MAX: usize = 9;

/// What stands in a text instead of an original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Placeholder {
    /// The kind of what it hides.
    pub kind: Kind,
    /// Which one of that kind.
    pub number: u32,
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}_{}>", self.kind.name(), self.number)
    }
}

impl Placeholder {
    /// Reads the placeholder that `text` starts with, and how many bytes it takes.
    pub(crate) fn at_start(text: &str) -> Option<(Self, usize)> {
        let inner = text.strip_prefix('<')?;
        // The longest name and number, so that a stray `<` costs no search through the rest of the text.
        let window = &inner.as_bytes()[..inner.len().min(32)];
        let end = memchr::memchr(b'>', window)?;
        let (name, number) = inner[..end].rsplit_once('_')?;
        let regular = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
        if !regular || number.len() > DIGITS_MAX {
            return None;
        }
        let placeholder = Self { kind: Kind::parse(name)?, number: number.parse().ok()? };
        Some((placeholder, end + 2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_reads_itself() {
        for kind in Kind::ALL {
            let placeholder = Placeholder { kind: *kind, number: 999_999_999 };
            let text = format!("{placeholder}>");
            assert_eq!(Placeholder::at_start(&text), Some((placeholder, text.len() - 1)));
        }
        for wrong in
            ["", "<", "<>", "<EMAIL_>", "<EMAIL_0>", "<EMAIL_1234567890>", "<EMAIL_+1>", "EMAIL_1>"]
        {
            assert_eq!(Placeholder::at_start(wrong), None, "{wrong}");
        }
    }
}
