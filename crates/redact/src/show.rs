//! Puts originals back in the place of placeholders, in one text at once. What is put back is never looked at again.

use crate::{Forgive, Kind, Placeholder, RestoreOptions, Restorer, restore};

/// What models do to placeholders is forgiven: everything that looks like one was hidden before they saw it.
const USUAL: RestoreOptions = RestoreOptions { forgive: Forgive::Slips, json: false };

/// Finds the placeholders in `text` that [`show`] would put originals for, each with its first byte and its length.
pub fn placeholders(text: &str) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    placeholders_with(USUAL, text)
}

/// As [`placeholders`], for [`show_with`] or a [`Restorer`] with these options.
pub fn placeholders_with(
    options: RestoreOptions,
    text: &str,
) -> impl Iterator<Item = (Placeholder, usize, usize)> {
    restore::placeholders(text, options)
}

/// Writes `text` with the originals that `original` knows; a placeholder that it does not know stays as it is.
pub fn show<'o>(text: &str, original: impl Fn(Kind, u32) -> Option<&'o str>) -> String {
    show_with(USUAL, text, original)
}

/// As [`show`], with these options.
pub fn show_with<'o>(
    options: RestoreOptions,
    text: &str,
    original: impl Fn(Kind, u32) -> Option<&'o str>,
) -> String {
    let mut shown = Vec::with_capacity(text.len());
    let mut restorer = Restorer::new(options);
    restorer.push(text.as_bytes(), &original, &mut shown);
    restorer.finish(&original, &mut shown);
    String::from_utf8(shown).expect("whole characters give way to whole texts")
}
