//! How many of each kind: all that is ever told of what was found.

use redact::Kind;
use std::collections::BTreeMap;
use std::fmt;

/// Kinds and counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found(BTreeMap<Kind, u32>);

impl Found {
    /// Counts more.
    pub(super) fn add(&mut self, kinds: impl IntoIterator<Item = Kind>) {
        kinds.into_iter().for_each(|kind| *self.0.entry(kind).or_insert(0) += 1);
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The counts.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Kind, u32)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }

    /// As a JSON object.
    pub(super) fn json(&self) -> String {
        let members = self.iter().map(|(kind, count)| format!("\"{}\":{count}", kind.name()));
        format!("{{{}}}", members.collect::<Vec<_>>().join(","))
    }
}

/// `EMAIL=2,PHONE=1`.
impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (kind, count)) in self.iter().enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma}{}={count}", kind.name())?;
        }
        Ok(())
    }
}
