//! Puts originals back in the place of placeholders. What is put back is never looked at again.

use crate::{Kind, Placeholder};

/// Finds the placeholders in `text`, each with its first byte and its length.
pub fn placeholders(text: &str) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    memchr::memchr_iter(b'<', text.as_bytes()).filter_map(|at| {
        Placeholder::at_start(&text[at..]).map(|(placeholder, length)| (placeholder, at, length))
    })
}

/// Writes `text` with the originals that `original` knows; a placeholder that it does not know stays as it is.
pub fn show<'o>(text: &str, original: impl Fn(Kind, u32) -> Option<&'o str>) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut written = 0;
    for (placeholder, at, length) in placeholders(text) {
        if let Some(original) = original(placeholder.kind, placeholder.number) {
            shown.push_str(&text[written..at]);
            shown.push_str(original);
            written = at + length;
        }
    }
    shown.push_str(&text[written..]);
    shown
}
