//! Placeholders and originals of one conversation, in memory. The daemon's stored vault keeps the same promises.

use crate::Kind;
use std::collections::HashMap;
use zeroize::Zeroize;

/// Remembers which placeholder stands for which original, for as long as it lives.
#[derive(Default)]
pub struct Vault {
    numbers: HashMap<(Kind, String), u32>,
    originals: HashMap<Kind, Vec<String>>,
}

impl Vault {
    /// The number that `original` has among those of its kind: the same one each time it is asked for.
    pub fn number(&mut self, kind: Kind, original: &str) -> u32 {
        let key = (kind, original.to_owned());
        *self.numbers.entry(key).or_insert_with(|| {
            let originals = self.originals.entry(kind).or_default();
            originals.push(original.to_owned());
            u32::try_from(originals.len()).expect("fewer originals than a text has bytes")
        })
    }

    /// Whether nothing was given out yet.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// What the placeholder of that kind and number stands for, if it was ever given out.
    pub fn original(&self, kind: Kind, number: u32) -> Option<&str> {
        let at = usize::try_from(number).ok()?.checked_sub(1)?;
        self.originals.get(&kind)?.get(at).map(String::as_str)
    }
}

/// What it remembered is wiped, not only freed.
impl Drop for Vault {
    fn drop(&mut self) {
        self.numbers.drain().for_each(|((_, mut original), _)| original.zeroize());
        self.originals
            .drain()
            .flat_map(|(_, list)| list)
            .for_each(|mut original| original.zeroize());
    }
}

/// Counts, and never the originals.
impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vault").field("originals", &self.numbers.len()).finish_non_exhaustive()
    }
}
