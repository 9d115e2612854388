//! The form of a placeholder: `<KIND_NUMBER>`, the number counted from 1.

use crate::Kind;
use std::fmt;

/// More digits than any vault will count to; a longer run is no placeholder.
pub(crate) const DIGITS_MAX: usize = 9;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_reads_itself() {
        for kind in Kind::ALL {
            let placeholder = Placeholder { kind: *kind, number: 999_999_999 };
            let text = format!("{placeholder}>");
            let read: Vec<_> = crate::placeholders(&text).collect();
            assert_eq!(read, [(placeholder, 0, text.len() - 1)]);
        }
    }
}
